//! One asset: read again, followed, copied; and looking for one everywhere.

use super::fixtures::*;
use super::*;
use crate::app::fixtures::{NOW, id, press, tell, untested};
use crate::app::{Action, Context, Effect, Msg, Overlay, Size, State, update};
use crate::domain::{End, Late, Look, Part, Reply, Request, Secret, Ticket};

const SIZE: Size = Size { width: 120, height: 36 };

fn looks(effects: &[Effect]) -> Vec<(u64, &Look)> {
    let mut found = Vec::new();
    for effect in effects {
        if let Effect::Start { ticket, request: Request::Look(look) } = effect {
            found.push((ticket.0, &**look));
        }
    }
    found
}

fn copied(effects: &[Effect]) -> String {
    match effects {
        [Effect::Copy { text, .. }] => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn item(json: &str, hidden: bool) -> Part {
    let json = Some(Secret::new(json.to_owned()));
    Part::Item {
        cell: cell(2, "us-east-1"),
        id: "i".to_owned(),
        json,
        batch: Some(batch(&["ingest-1"])),
        hidden,
        notes: Vec::new(),
    }
}

fn page(state: &State) -> String {
    state.viewer().unwrap().current().unwrap().text.clone()
}

#[test]
fn enter_shows_the_row_at_once_and_then_what_the_cloud_says() {
    let mut state = listed(SIZE);
    let effects = press(&mut state, &[Action::Open]);
    let [(ticket, look)] = looks(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((&look.cell, look.asset.name.as_str(), look.reveal), (&cell(2, "us-east-1"), "ingest-1", false));
    assert_eq!(state.context(), Context::AssetText);
    assert!(page(&state).contains("team=pay") && page(&state).contains("i-00000082619b0540f"), "{}", page(&state));
    press(&mut state, &[Action::NextTab]);
    assert_eq!(page(&state), "being read…");
    tell(&mut state, ticket, item("{\n  \"InstanceId\": \"i-1\"\n}", false));
    assert!(page(&state).contains("\"InstanceId\""));
    update(&mut state, NOW, Msg::Reply(Reply { ticket: Ticket(ticket), body: Err(End::Done) }));
    assert!(!state.is_busy());
    press(&mut state, &[Action::Back]);
    assert!(state.browse.looked.is_none(), "what was read is forgotten");
}

#[test]
fn closing_the_page_cancels_the_reading() {
    let mut state = listed(SIZE);
    let ticket = looks(&press(&mut state, &[Action::Open]))[0].0;
    let effects = press(&mut state, &[Action::Back]);
    assert!(matches!(effects[..], [Effect::Cancel(t)] if t.0 == ticket), "{effects:?}");
    update(&mut state, NOW, Msg::Reply(Reply { ticket: Ticket(ticket), body: Err(End::Cancelled) }));
    assert!(!state.is_busy());
}

#[test]
fn what_is_hidden_is_shown_for_ten_seconds_alone() {
    let mut state = listed(SIZE);
    let ticket = looks(&press(&mut state, &[Action::Open, Action::NextTab]))[0].0;
    tell(&mut state, ticket, item("{\"Key\": \"‹hidden›\"}", true));
    let effects = press(&mut state, &[Action::Reveal]);
    let (ticket, look) = looks(&effects)[0];
    assert!(look.reveal);
    let effects = tell(&mut state, ticket, item("{\"Key\": \"s3cret\"}", false));
    let until = crate::domain::Timestamp(NOW.0 + 10_000);
    assert!(effects.iter().any(|e| matches!(e, Effect::WakeAt(at) if *at == until)));
    assert!(page(&state).contains("s3cret") && !format!("{:?}", state.browse).contains("s3cret"));
    update(&mut state, until, Msg::Wake);
    assert!(page(&state).contains("‹hidden›") && !page(&state).contains("s3cret"));
}

#[test]
fn a_link_is_followed_into_its_one_cell_and_minus_comes_back() {
    let mut state = listed(SIZE);
    press(&mut state, &[Action::Down, Action::Down, Action::Links]);
    let titles: Vec<String> = state.lead_chooser().unwrap().leads.iter().map(|l| l.title.clone()).collect();
    assert_eq!(titles[..3], ["VPC vpc-0aa11bb22cc33dd44", "Security groups sg-01", "Security groups sg-02"]);
    assert!(titles.iter().any(|t| t.starts_with("EBS volumes")), "what leads here: {titles:?}");
    let effects = press(&mut state, &[Action::Accept]);
    let Some(Effect::Start { request: Request::List(listing), .. }) = effects.first() else { panic!("{effects:?}") };
    assert_eq!((&listing.select[..], &listing.regions), (&[id(1)][..], &Some(vec![region("eu-west-1")])));
    assert_eq!(listing.kinds, [KindId::new("aws/ec2/vpc")]);
    assert_eq!(listing.find, Some(Needle::Id("vpc-0aa11bb22cc33dd44".to_owned())));
    press(&mut state, &[Action::LastView]);
    assert_eq!(state.browse.list().unwrap().row().unwrap().1.name(), "pay-api-7f");
}

#[test]
fn copies_are_what_is_pasted_elsewhere() {
    let mut state = listed(SIZE);
    assert!(copied(&press(&mut state, &[Action::CopyAsset])).starts_with("arn:aws:ec2:"));
    assert_eq!(copied(&press(&mut state, &[Action::CopyId])), "i-00000082619b0540f");
    assert_eq!(copied(&press(&mut state, &[Action::CopyName])), "ingest-1");
    assert_eq!(
        copied(&press(&mut state, &[Action::CopyCall])),
        "aws ec2 describe-instances --instance-ids i-00000082619b0540f --region us-east-1"
    );
    assert!(
        copied(&press(&mut state, &[Action::ConsoleLink])).starts_with("https://console.aws.amazon.com/go/view?arn=")
    );
    assert!(copied(&press(&mut state, &[Action::CopyPolicy])).contains("ec2:DescribeInstances"));
    assert!(press(&mut state, &[Action::CopyItem]).is_empty());
    assert!(state.notice.as_ref().unwrap().text.contains("not read yet"));
}

#[test]
fn columns_are_chosen_at_once_and_what_needs_more_calls_is_asked_for() {
    let mut state = untested(SIZE);
    state.catalog = std::sync::Arc::default();
    // A kind with a column that is not shown, from a call that nothing shown needs.
    let needs = |kind: &Kind, at: usize| {
        let field = kind.late_column(&kind.columns[at]);
        let shown = |c: &crate::catalog::kind::Column| c.shown && kind.late_column(c) == field;
        field.is_some() && kind.late_state() != field && !kind.columns.iter().any(shown)
    };
    let kinds = state.catalog.ids().filter_map(|id| state.catalog.kind(id));
    let found = kinds.filter_map(|k| Some((k, (0..k.columns.len()).find(|at| needs(k, *at))?))).next();
    let (kind, late) = found.map(|(kind, at)| (KindId::new(&kind.id), at)).unwrap();
    state.browse_to(NOW, Goal::Kind(kind));
    press(&mut state, &[Action::Columns]);
    assert_eq!(state.context(), Context::Columns);
    for _ in 0..late {
        press(&mut state, &[Action::Down]);
    }
    press(&mut state, &[Action::Mark]);
    assert!(state.choosable_columns()[late].shown);
    let effects = press(&mut state, &[Action::Accept]);
    let late = |e: &Effect| match e {
        Effect::Start { request: Request::List(listing), .. } => Some(listing.late.clone()),
        _ => None,
    };
    let listings: Vec<Late> = effects.iter().filter_map(late).collect();
    assert!(matches!(&listings[..], [Late::Fields(fields)] if !fields.is_empty()), "{listings:?}");
}

#[test]
fn an_arn_is_looked_for_in_its_own_account_and_region() {
    let mut state = untested(SIZE);
    let arn = "arn:aws:ec2:eu-west-1:111122224444:instance/i-0a1b2c3d4e5f60718";
    let effects = state.browse_to(NOW, Goal::Find(arn.to_owned()));
    let Some(Effect::Start { request: Request::List(listing), .. }) = effects.first() else { panic!("{effects:?}") };
    assert_eq!((&listing.select[..], &listing.regions), (&[id(2)][..], &Some(vec![region("eu-west-1")])));
    assert_eq!(listing.kinds, [instances()]);
}

#[test]
fn what_is_found_opens_and_esc_comes_back_to_what_was_found() {
    let mut state = untested(SIZE);
    let goal = Goal::Find("10.0.0.10".to_owned());
    let effects = state.browse_to(NOW, goal.clone());
    let ticket = started(&effects)[0];
    assert!(state.browse.list().unwrap().kind.is_none(), "an address can be of several kinds");
    tell(&mut state, ticket, target(1));
    tell(&mut state, ticket, rows(1, "eu-west-1", &["web-1"]));
    settle(&mut state);
    press(&mut state, &[Action::Open]);
    assert!(state.overlays.iter().any(|o| matches!(o, Overlay::Viewer(_))));
    press(&mut state, &[Action::Back]);
    assert!(state.overlays.is_empty());
    assert_eq!(state.browse.here, Some(goal));
}

#[test]
fn links_are_gone_back_one_by_one_whatever_their_number() {
    let mut state = untested(SIZE);
    begin(&mut state, Goal::Kind(instances()));
    let mut here = vec![state.browse.here.clone()];
    for name in ["vpc-1", "vpc-2"] {
        let link = LinkGoal {
            kind: KindId::new("aws/ec2/vpc"),
            filter: format!("id:={name}"),
            id: None,
            connection: id(1),
            region: Some(region("eu-west-1")),
            from: "web-1".to_owned(),
        };
        state.go(NOW, Goal::Link(Box::new(link)));
        here.push(state.browse.here.clone());
    }
    for _ in 0..2 {
        here.pop();
        press(&mut state, &[Action::LastView]);
        assert_eq!(Some(&state.browse.here), here.last());
    }
    assert!(state.trail.is_empty());
}

#[test]
fn kinds_marked_in_the_picker_share_one_policy() {
    let mut state = untested(SIZE);
    for word in ["instances", "buckets"] {
        update(&mut state, NOW, Msg::Palette(Vec::new()));
        update(&mut state, NOW, Msg::Paste(word.to_owned()));
        press(&mut state, &[Action::Mark, Action::EraseAll]);
        update(&mut state, NOW, Msg::Paste("volumes".to_owned()));
        press(&mut state, &[Action::Mark, Action::Snippet]);
        let text = page(&state);
        assert!(text.contains("ec2:DescribeVolumes"), "{text}");
        let own = if word == "instances" { "ec2:DescribeInstances" } else { "s3:ListAllMyBuckets" };
        assert!(text.contains(own), "{text}");
        press(&mut state, &[Action::Back, Action::Back]);
    }
}

#[test]
fn the_cells_page_names_every_reason_with_its_places() {
    let mut state = listed(SIZE);
    press(&mut state, &[Action::Cells]);
    let text = page(&state);
    for words in [
        "not permitted: ec2:DescribeInstances (no identity policy allows it)",
        "legacy           ap-south-1, eu-west-1, us-east-1",
        "1 of them not asked",
        "failed: no answer within 10 s",
        "old-vendor       the whole account, which was not reached",
        "region is off: nothing to ask",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    press(&mut state, &[Action::NextSheet]);
    assert!(page(&state).contains("ec2:DescribeInstances"));
}
