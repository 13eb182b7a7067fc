//! The dashboard on a terminal, against the emulator: from a test to the policy that mends, and the terminal as it was.

use serde_json::json;

use crate::program::Machine;
use crate::screen::{Pty, Tmux};
use crate::tools::{Cloud, trust_account_with_id};

const SIZE: (u16, u16) = (120, 36);
/// Asked of nobody: nothing is tested there.
const NOWHERE: &str = "http://127.0.0.1:9";

fn sees<'a>(text: &'a str) -> impl Fn(&vt100::Screen) -> bool + 'a {
    move |screen| screen.contents().contains(text)
}

/// A machine with one connection to a role that lacks the list of reports.
fn machine() -> (Cloud, Machine) {
    let cloud = Cloud::new();
    let (hub, account) = (cloud.account(), cloud.account());
    let statement = |actions: &[&str]| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
            .to_string()
    };
    let keys = cloud.make_user(&hub, "operator", Some(&statement(&["sts:AssumeRole"])));
    let allowed = statement(&["ec2:DescribeRegions", "ec2:DescribeAccountAttributes", "iam:GetAccountSummary"]);
    let arn = cloud.make_role(&account, "CloudivizeRole", &trust_account_with_id(&hub, "id-4711"), Some(&allowed));
    let machine = Machine::new(cloud.url()).with_keys(&keys);
    machine.run(&["connection", "add", "legacy", "--role-arn", &arn, "--external-id", "id-4711"]).exits(0);
    (cloud, machine)
}

/// The dashboard of a machine, outside of tmux and as if over SSH: copies go to the terminal.
fn dashboard(machine: &Machine) -> Pty {
    let mut program = machine.command(&[]);
    program.env("SSH_TTY", "/dev/pts/0").env_remove("STY").env_remove("NO_COLOR").env("LANG", "C.UTF-8");
    Pty::start(SIZE, &program)
}

fn is_restored(pty: &Pty) {
    assert!(pty.is_cooked(), "raw mode is off");
    pty.look(|screen| {
        assert!(!screen.alternate_screen(), "the shell's screen is back");
        assert!(!screen.hide_cursor(), "the cursor is seen");
        assert!(!screen.bracketed_paste());
    });
}

#[test]
fn a_test_shows_what_is_denied_and_y_copies_what_mends_it() {
    let (_cloud, machine) = machine();
    let mut pty = dashboard(&machine);
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty.send("T");
    let text = pty.wait_until("the verdicts", |screen| {
        let text = screen.contents();
        text.contains("1 broken") && text.contains("1 denied") && text.contains("no identity policy allows it")
    });
    assert!(text.contains("✗ cur:DescribeReportDefinitions") && text.contains("ExternalId enforced"), "{text}");
    assert!(!text.contains("id-4711"), "the ExternalId is not shown unasked");
    pty.send("p");
    pty.wait_until("the policy", sees("\"Action\": \"cur:DescribeReportDefinitions\""));
    pty.send("y");
    pty.wait_until("where it went", sees("sent to your terminal's clipboard (OSC 52)"));
    let clipboard = pty.clipboard();
    let policy: serde_json::Value = serde_json::from_str(clipboard.last().expect("a copy")).expect("the whole policy");
    assert_eq!(policy["Statement"][0]["Action"], "cur:DescribeReportDefinitions");
    pty.send("\x1b");
    pty.wait_until("the panes again", sees("3 Checks"));
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    is_restored(&pty);
}

#[test]
fn a_passphrase_is_taken_on_the_screen_and_a_wrong_one_is_said_in_place() {
    let machine = Machine::bare(NOWHERE);
    let mut init = machine.command(&["init"]);
    init.env("CLOUDIVIZE_PASSPHRASE", "open sesame");
    assert!(init.status().unwrap().success());
    let mut pty = dashboard(&machine);
    pty.wait_until("the field", sees("Passphrase of the vault:"));
    pty.send("close sesame\r");
    pty.wait_until("what was wrong", sees("That passphrase does not open the vault."));
    pty.send("open sesame\r");
    pty.wait_until("the panes", sees("No connections yet"));
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("sesame"));
    is_restored(&pty);
}

#[test]
fn without_a_terminal_it_says_what_to_use_instead() {
    let machine = Machine::new(NOWHERE);
    let run = machine.run(&[]).exits(2);
    assert!(run.stderr.contains("needs a terminal") && run.stderr.contains("check"), "{}", run.stderr);
}

#[test]
fn inside_tmux_the_copy_lands_in_its_buffer() {
    let (_cloud, machine) = machine();
    let mut program = machine.command(&[]);
    program.env("LANG", "C.UTF-8");
    let Some(tmux) = Tmux::start(SIZE, &program) else { return };
    tmux.wait_until("the panes", |text| text.contains("Nothing was tested yet"));
    tmux.keys(&["t"]);
    tmux.wait_until("the verdicts", |text| text.contains("1 broken"));
    tmux.keys(&["y"]);
    tmux.wait_until("where it went", |text| text.contains("in tmux's buffer and sent on"));
    assert!(tmux.clipboard().is_some_and(|text| text.contains("cur:DescribeReportDefinitions")));
    tmux.keys(&["q"]);
    assert_eq!(tmux.wait_for_end(), Some(0));
}

#[test]
fn a_watch_ends_when_the_owner_mends_the_role_and_the_history_tells_of_it() {
    let (cloud, machine) = machine();
    let listed = machine.run(&["connection", "list", "--format", "json"]).exits(0).json();
    let account = listed[0]["account"].as_str().expect("the role's account").to_owned();
    let mut pty = dashboard(&machine);
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty.send("T");
    pty.wait_until("the verdicts", sees("1 denied"));
    pty.send("w");
    pty.wait_until("the watch", |screen| screen.contents().contains("watching legacy · next in"));
    let statement = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
            .to_string()
    };
    cloud.put_role_policy(&account, "CloudivizeRole", "more", &statement("cur:DescribeReportDefinitions"));
    pty.wait_until("it is mended", sees("✓ legacy mended after"));
    pty.wait_until("nothing is watched any more", |screen| !screen.contents().contains("watching"));
    pty.send("h");
    let text = pty.wait_until("the history", sees("what tests found over time"));
    let lines: Vec<&str> = text.lines().skip_while(|l| !l.contains("✓ cur:Describe")).skip(1).collect();
    assert!(lines[0].contains("allowed") && lines[0].contains("since"), "the newest first: {text}");
    assert!(lines[1].contains("DENIED") && lines[1].contains("· no identity policy allows it"), "{text}");
    assert!(!text.contains("this is what this run saw"), "it is kept: {text}");
    pty.send("qq");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    is_restored(&pty);
}
