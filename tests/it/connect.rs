//! Connecting an account without leaving the dashboard: the form, the role made from what it shows, the live test.

use serde_json::json;

use crate::program::{Machine, verdicts};
use crate::screen::{Pty, Tmux};
use crate::tools::Cloud;

fn sees<'a>(text: &'a str) -> impl Fn(&vt100::Screen) -> bool + 'a {
    move |screen| screen.contents().contains(text)
}

/// A machine with an empty vault and a user who may assume roles, and the account to be connected.
fn newcomer() -> (Cloud, Machine, String) {
    let cloud = Cloud::new();
    let (hub, account) = (cloud.account(), cloud.account());
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]});
    let keys = cloud.make_user(&hub, "operator", Some(&policy.to_string()));
    (cloud, Machine::new(cloud.url()).with_keys(&keys), account)
}

/// The dashboard outside of tmux and as if over SSH: copies go to the terminal.
fn dashboard(machine: &Machine, arguments: &[&str]) -> Pty {
    let mut program = machine.command(arguments);
    program.env("SSH_TTY", "/dev/pts/0").env_remove("STY").env_remove("NO_COLOR").env("LANG", "C.UTF-8");
    Pty::start((120, 36), &program)
}

#[test]
fn from_an_empty_vault_to_a_tested_connection() {
    let (cloud, machine, account) = newcomer();
    let mut pty = dashboard(&machine, &[]);
    pty.wait_until("the empty fleet", sees("n makes the first one"));
    pty.send("n");
    pty.wait_until("who we are", sees("you are user operator in account"));
    let grouped = format!("{}-{}-{}", &account[..4], &account[4..8], &account[8..]);
    pty.send(&grouped);
    pty.wait_until("the steps", sees(&format!("Make the role in account {account}")));

    // Tested before the role is there: it is refused, and the test goes on by itself.
    pty.send("\x14");
    pty.wait_until("the refusal", sees("next test by itself in"));
    pty.send("\x19");
    let line = pty.wait_until_copied(1);
    let output = cloud.paste(&account, &line);
    assert!(output.status.success(), "{output:?}\n{line}");
    let screen = pty.wait_until("AWS accepts it", sees("accepted by AWS, and enforced"));
    assert!(screen.contains("✓ CUR") && screen.contains("[ save ]"), "{screen}");
    pty.send("\r");
    pty.wait_until("it is saved", sees("is saved, and tested"));
    let screen = pty.wait_until("and stands in the fleet", sees("✓ enforced"));
    assert!(screen.contains("role/CloudivizeRole"), "{screen}");
    pty.wait_until_at_rest();
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));

    // The command line agrees, and knows from the history that the ExternalId was probed.
    let found = machine.check_one(&["--no-probe"], 3);
    assert_eq!((found["account"].as_str(), found["external_id"].as_str()), (Some(account.as_str()), Some("enforced")));
    let allowed = verdicts(&found).iter().filter(|(_, verdict)| verdict == "allowed").count();
    assert_eq!(allowed, 4, "all but the one the emulator does not know: {found}");
}

#[test]
fn a_draft_outlives_esc_is_saved_untested_edited_and_removed() {
    let (_cloud, machine, account) = newcomer();
    let Some(tmux) = Tmux::start((80, 24), &machine.command(&[])) else { return };
    tmux.wait_until("the empty fleet", |s| s.contains("n makes the first one"));
    tmux.keys(&["n"]).wait_until("the form", |s| s.contains("you are user operator"));
    let fresh = |screen: &str| {
        let id =
            screen.lines().find_map(|l| l.split_whitespace().find(|w| w.len() == 36 && w.matches('-').count() == 4));
        id.map(str::to_owned)
    };
    let first = tmux.wait_until("an ExternalId", |s| fresh(s).is_some());
    tmux.paste(&format!("arn:aws:iam::{account}:role/team/Viewer"));
    tmux.wait_until("the ARN is split", |s| s.contains("role name    team/Viewer"));
    tmux.keys(&["Escape"]).wait_until("the draft is kept", |s| s.contains("n continues it"));
    tmux.keys(&["q"]).wait_until("what would be lost", |s| s.contains("saved nowhere"));
    tmux.keys(&["n"]);
    let again = tmux.wait_until("the draft", |s| s.contains("team/Viewer") && fresh(s).is_some());
    assert_eq!(fresh(&again), fresh(&first), "the same ExternalId");
    tmux.keys(&["C-o"]).wait_until("saved", |s| s.contains("Viewer is saved, not tested yet"));
    let shown = machine.run(&["connection", "show", "Viewer", "--reveal"]).exits(0).stdout;
    assert!(shown.contains(&fresh(&first).unwrap()), "{shown}");

    tmux.keys(&["e"]).wait_until("the form again", |s| s.contains("Edit Viewer"));
    // Over account, role, ExternalId and level to the name.
    tmux.keys(&["Tab", "Tab", "Tab", "Tab", "Tab", "C-u"]).text("renamed");
    tmux.keys(&["C-o"]).wait_until("changed", |s| s.contains("renamed is changed"));
    tmux.keys(&["D"]).wait_until("the removal", |s| s.contains("Type its name to remove it: renamed"));
    tmux.text("renam").keys(&["Enter"]).wait_until("not yet", |s| s.contains("type its name first"));
    tmux.text("ed").keys(&["Enter"]).wait_until("removed", |s| s.contains("renamed is removed"));
    tmux.keys(&["q"]);
    assert_eq!(tmux.wait_for_end(), Some(0));
    let list = machine.run(&["connection", "list", "--format", "json"]).exits(0).stdout;
    assert!(!list.contains("renamed"), "{list}");
}

#[test]
fn a_run_without_a_vault_leads_to_the_vault() {
    let (_cloud, machine, _) = newcomer();
    let mut pty = dashboard(&machine, &["--env"]);
    let screen = pty.wait_until("the panes", sees("Nothing was tested yet"));
    assert!(screen.contains("NOT SAVED"), "{screen}");
    pty.send("n");
    pty.wait_until("why there is no form", sees("connections are kept in a vault"));
    pty.send("n");
    pty.wait_until("the vault", |s| {
        s.contents().contains("n makes the first one") && !s.contents().contains("NOT SAVED")
    });
    pty.send("n");
    pty.wait_until("the form", sees("New connection"));
    pty.send("\x1b");
    pty.wait_until("the panes again", sees("n makes the first one"));
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn a_lost_connection_loses_no_external_id() {
    let (_cloud, machine, account) = newcomer();
    let mut pty = dashboard(&machine, &[]);
    pty.wait_until("the empty fleet", sees("n makes the first one"));
    pty.send("n");
    pty.wait_until("who we are", sees("you are user operator in account"));
    pty.send(&account);
    pty.wait_until("the steps", sees("Make the role in account"));
    pty.send("\x19");
    let line = pty.wait_until_copied(1);
    // The line is pasted in AWS by now, and the terminal goes.
    pty.hang_up();
    assert_eq!(pty.wait_for_exit().code(), Some(129));
    let shown = machine.run(&["connection", "show", &account, "--reveal", "--format", "json"]).exits(0).json();
    let id = shown["external_id"].as_str().unwrap_or_else(|| panic!("no ExternalId: {shown}"));
    assert!(line.contains(id), "{shown}\n{line}");
}
