//! Instances in the accounts of the tests, told by replies as the engine tells them.

use super::Goal;
use crate::app::fixtures::{self, NOW, book, id, press, tell};
use crate::app::{Action, Effect, Msg, Size, State, update};
use crate::domain::{
    Batch, BatchBuilder, CellKey, CellState, CheckError, Denial, End, ErrorClass, KindId, Part, RawRow, RawValue,
    Reason, Region, RegionFact, Regions, Reply, StateRole, TagState, TargetFacts, Ticket, Timestamp, Trouble,
};
use std::sync::Arc;

/// The kind of the tests.
pub fn instances() -> KindId {
    KindId::new("aws/ec2/instance")
}

/// A region.
pub fn region(code: &str) -> Region {
    Region::parse(code).unwrap()
}

/// A cell of instances.
pub fn cell(connection: u128, code: &str) -> CellKey {
    CellKey { connection: id(connection), region: Some(region(code)), kind: instances() }
}

/// Names, running or not, with a tag; their ids follow from the names.
pub fn batch(names: &[&str]) -> Arc<Batch> {
    let kind = crate::catalog::Catalog::built_in().kind(&instances()).unwrap().clone();
    let mut builder = BatchBuilder::new(kind.columns.len(), kind.links.len(), None);
    for (n, name) in names.iter().enumerate() {
        let hash = name.bytes().fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
        let running = !name.ends_with("batch");
        let mut values = vec![RawValue::Empty; kind.columns.len()];
        let mut set = |column: &str, value: RawValue| {
            if let Some(at) = kind.column(column) {
                values[at] = value;
            }
        };
        set("type", RawValue::Text(if n % 2 == 0 { "m7g.large" } else { "r7g.xlarge" }.to_owned()));
        set("zone", RawValue::Text("eu-west-1a".to_owned()));
        set("private_ip", RawValue::Text(format!("10.0.0.{}", n + 10)));
        set("age", RawValue::Time(NOW.0 - 41 * 86_400_000));
        let link = |title: &str| match title {
            "VPC" => vec!["vpc-0aa11bb22cc33dd44".to_owned()],
            "Security groups" => vec!["sg-01".to_owned(), "sg-02".to_owned()],
            _ => Vec::new(),
        };
        let id = format!("i-{hash:017x}");
        builder.push(&RawRow {
            arn: format!("arn:aws:ec2:eu-west-1:111122223333:instance/{id}"),
            id,
            name: (*name).to_owned(),
            state: if running { "running" } else { "stopped" }.to_owned(),
            role: if running { StateRole::Good } else { StateRole::Off },
            values,
            links: kind.links.iter().map(|l| link(&l.title)).collect(),
            tags: vec![("Name".to_owned(), (*name).to_owned()), ("team".to_owned(), "pay".to_owned())],
            tag_state: TagState::Known,
            ..RawRow::default()
        });
    }
    Arc::new(builder.finish())
}

/// What a connection's target tells: three regions that are on and one that is off.
pub fn target(connection: u128) -> Part {
    let fact = |code: &str, enabled| RegionFact { region: region(code), opt_in: String::new(), enabled };
    let list =
        vec![fact("ap-south-1", true), fact("eu-west-1", true), fact("me-south-1", false), fact("us-east-1", true)];
    let account = book()[connection as usize - 1].account.clone().unwrap();
    Part::Target(TargetFacts { connection: id(connection), account, regions: Regions { list, assumed: false } })
}

/// A refusal to list instances.
pub fn refusal() -> Denial {
    Denial {
        reason: Reason::IdentityNoAllow,
        policy_type: None,
        explicit: false,
        policy_arn: None,
        principal: None,
        action: Some("ec2:DescribeInstances".to_owned()),
        resource: None,
        code: Some("UnauthorizedOperation".to_owned()),
        message: "You are not authorized to perform this operation.".to_owned(),
        encoded: None,
        authorization_id: None,
    }
}

/// A refused cell.
pub fn denied(inferred: bool) -> CellState {
    CellState::Denied { denial: Box::new(refusal()), inferred, at: NOW }
}

/// A cell whose rows are all there.
pub fn done() -> CellState {
    CellState::Done { at: NOW }
}

/// A failed cell.
pub fn failed() -> CellState {
    CellState::Failed { error: CheckError::new(ErrorClass::Network, "no answer within 10 s"), at: NOW }
}

/// Rows of a cell.
pub fn rows(connection: u128, code: &str, names: &[&str]) -> Part {
    Part::Rows { cell: cell(connection, code), batch: batch(names) }
}

/// How one cell stands.
pub fn stands(connection: u128, code: &str, state: CellState) -> Part {
    Part::Cells(vec![(cell(connection, code), state)])
}

/// Opens the instances; the ticket of the one request that this starts.
pub fn open(state: &mut State) -> u64 {
    let effects = state.browse_to(NOW, Goal::Kind(instances()));
    started(&effects)[0]
}

/// Looks for something that two accounts have.
pub fn begin(state: &mut State, goal: Goal) {
    let ticket = started(&state.browse_to(NOW, goal))[0];
    tell(state, ticket, target(1));
    tell(state, ticket, stands(1, "us-east-1", done()));
    tell(state, ticket, stands(1, "ap-south-1", denied(false)));
    tell(state, ticket, rows(1, "eu-west-1", &["web-1"]));
    settle(state);
}

/// The tickets of requests that were started.
pub fn started(effects: &[Effect]) -> Vec<u64> {
    let ticket = |e: &Effect| match e {
        Effect::Start { ticket, .. } => Some(ticket.0),
        _ => None,
    };
    effects.iter().filter_map(ticket).collect()
}

/// Lets what was put off be done.
pub fn settle(state: &mut State) {
    update(state, Timestamp(NOW.0 + 1000), Msg::Wake);
}

/// The names in the table, in their order.
pub fn names(state: &State) -> Vec<String> {
    let table = &state.browse.list().unwrap().table;
    (0..table.order.len()).filter_map(|at| table.row(at)).map(|(_, row)| row.name().to_owned()).collect()
}

/// Instances of six accounts while they are listed: one is refused, one cannot be reached, two have not answered.
pub fn listing(size: Size) -> State {
    let mut state = fixtures::untested(size);
    let ticket = open(&mut state);
    for connection in [1, 2, 3] {
        tell(&mut state, ticket, target(connection));
    }
    let cells = |connection, states: [CellState; 4]| {
        let codes = ["ap-south-1", "eu-west-1", "me-south-1", "us-east-1"];
        Part::Cells(codes.into_iter().zip(states).map(|(code, s)| (cell(connection, code), s)).collect())
    };
    let (off, queued) = (CellState::RegionOff, CellState::Queued);
    tell(&mut state, ticket, cells(1, [queued.clone(), queued.clone(), off.clone(), queued.clone()]));
    tell(&mut state, ticket, rows(1, "eu-west-1", &["pay-api-7f", "pay-api-8c", "web-1", "web-2", "web-10"]));
    tell(&mut state, ticket, cells(1, [done(), done(), off.clone(), CellState::Loading]));
    tell(&mut state, ticket, rows(2, "us-east-1", &["pay-batch", "ingest-1", "ingest-2"]));
    tell(&mut state, ticket, cells(2, [done(), queued, off.clone(), done()]));
    tell(&mut state, ticket, cells(3, [denied(false), denied(false), off, denied(true)]));
    let trouble = Trouble::Failed(CheckError::new(ErrorClass::Source, "profile:hub: the session has expired"));
    tell(&mut state, ticket, Part::NoTarget { connection: id(4), trouble });
    settle(&mut state);
    state
}

/// The same when everything has ended.
pub fn listed(size: Size) -> State {
    let mut state = listing(size);
    let ticket = *state.browse.list().unwrap().tickets.keys().next().unwrap();
    for connection in [5, 6] {
        tell(&mut state, ticket.0, target(connection));
        for code in ["ap-south-1", "eu-west-1", "us-east-1"] {
            tell(&mut state, ticket.0, stands(connection, code, done()));
        }
    }
    tell(&mut state, ticket.0, stands(1, "us-east-1", done()));
    tell(&mut state, ticket.0, stands(2, "eu-west-1", failed()));
    update(&mut state, NOW, Msg::Reply(Reply { ticket: Ticket(ticket.0), body: Err(End::Done) }));
    press(&mut state, &[Action::Top]);
    settle(&mut state);
    state
}
