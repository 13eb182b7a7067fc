//! The dashboard's door on a real terminal with real vaults: making one, opening one, the lock.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::check_stub::{ROLE, add, machine};
use crate::program::Machine;
use crate::screen::{Pty, Tmux};
use crate::stub::Stub;
use crate::tools::{self, Age};
use crate::vault::{chmod, mode, with, with_passphrase};
use crate::vault_interop::{plugin, plugin_identity};
use cloudivize::vault::{self, Contents};

const SIZE: (u16, u16) = (80, 24);
/// Asked of nobody: nothing is tested there.
const NOWHERE: &str = "http://127.0.0.1:9";
const PASSPHRASE: &str = "correct horse battery";

fn sees<'a>(text: &'a str) -> impl Fn(&vt100::Screen) -> bool + 'a {
    move |screen| screen.contents().contains(text)
}

fn dashboard(machine: &Machine) -> Pty {
    dashboard_with(machine, |command| command)
}

fn dashboard_with(machine: &Machine, more: impl Fn(&mut Command) -> &mut Command) -> Pty {
    let mut program = machine.command(&[]);
    program.env("LANG", "C.UTF-8").env_remove("NO_COLOR");
    more(&mut program);
    Pty::start(SIZE, &program)
}

fn config(machine: &Machine) -> PathBuf {
    machine.home.path().join(".config/cloudivize")
}

fn vault_of(machine: &Machine) -> PathBuf {
    config(machine).join("vault.age")
}

/// The files of the config folder, by name.
fn files(machine: &Machine) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(config(machine)) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A machine with a passphrase vault and connections `alpha` and `beta`.
fn locked_machine() -> Machine {
    let machine = Machine::bare(NOWHERE);
    let run = |arguments: &[&str]| {
        let status = machine.command(arguments).env("CLOUDIVIZE_PASSPHRASE", PASSPHRASE).output().unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    };
    run(&["init"]);
    for name in ["alpha", "beta"] {
        let arn = "arn:aws:iam::111122223333:role/Secret-Role-Name";
        run(&["connection", "add", name, "--role-arn", arn, "--no-external-id"]);
    }
    machine
}

/// An ssh key of the tests in the machine's `~/.ssh`, with its public half.
fn ssh_into(machine: &Machine, key: &str) -> PathBuf {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/keys");
    for (from, to) in [(format!("{key}.key"), "id_test"), (format!("{key}.pub"), "id_test.pub")] {
        machine.home.write(&format!(".ssh/{to}"), &std::fs::read_to_string(keys.join(from)).unwrap());
    }
    let path = machine.home.path().join(".ssh/id_test");
    chmod(&path, 0o600);
    path
}

fn opened(machine: &Machine, with: &vault::Unlock) -> Contents {
    vault::open(&vault_of(machine), with).unwrap().contents().clone()
}

#[test]
fn the_lock_covers_all_and_leads_back_to_the_same_place() {
    let machine = locked_machine();
    let mut pty = dashboard(&machine);
    pty.wait_until("the field", sees("Passphrase of the vault:"));
    pty.send(format!("{PASSPHRASE}\r"));
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty.send("/alp\r");
    pty.wait_until("the filter", sees("1 of 2 shown"));
    pty.send("1");
    pty.wait_until("the accounts", sees("╭─ 1 Accounts"));
    pty.send("L");
    let text = pty.wait_until("the lock", sees("LOCKED"));
    assert!(!text.contains("alpha") && !text.contains("111122223333") && !text.contains("1 of 2"), "{text}");
    pty.send("wrong\r");
    let text = pty.wait_until("what was wrong", sees("That passphrase does not open the vault."));
    assert!(text.contains("LOCKED") && text.contains("Caps Lock"), "{text}");
    pty.send(format!("{PASSPHRASE}\r"));
    let text = pty.wait_until("the same place", sees("╭─ 1 Accounts"));
    assert!(text.contains("alpha") && !text.contains("beta") && text.contains("forgotten"), "{text}");
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("horse"));
}

#[test]
fn esc_gives_up_waiting_and_what_comes_of_it_opens_nothing() {
    let machine = locked_machine();
    let mut pty = dashboard(&machine);
    pty.wait_until("the field", sees("Passphrase of the vault:"));
    pty.send(format!("{PASSPHRASE}\r\x1b"));
    pty.wait_until("the field again", |s| s.contents().contains("stopped; the vault is as it was"));
    // Had the first attempt opened anything, this one would find the panes.
    pty.send("wrong\r");
    pty.wait_until("the second attempt's answer", sees("That passphrase does not open the vault."));
    pty.send("\x1b");
    assert_eq!(pty.wait_for_end().code(), Some(0), "Esc on an empty field leaves");
}

#[test]
fn an_unprotected_identity_opens_again_with_enter_and_says_what_that_is_worth() {
    let machine = Machine::new(NOWHERE);
    let mut pty = dashboard(&machine);
    pty.wait_until("the panes", sees("No connections yet"));
    pty.send("L");
    let text = pty.wait_until("the lock", sees("LOCKED"));
    assert!(text.contains("identity.txt") && text.contains("glance"), "{text}");
    pty.send("\r");
    pty.wait_until("the panes again", sees("No connections yet"));
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn a_vault_with_a_passphrase_is_made_on_the_first_screen() {
    let machine = Machine::bare(NOWHERE);
    let mut pty = dashboard(&machine);
    pty.wait_until("the first screen", sees("No vault yet"));
    pty.send("n");
    pty.wait_until("the ways", sees("a new age identity"));
    pty.send("\r");
    pty.wait_until("the fields", sees("The same again"));
    pty.send(format!("{PASSPHRASE}\r{PASSPHRASE}x\r"));
    pty.wait_until("the difference", sees("The two are not the same."));
    assert!(files(&machine).is_empty());
    pty.send(format!("{PASSPHRASE}\r{PASSPHRASE}\r"));
    pty.wait_until("the empty panes", |s| {
        s.contents().contains("No connections yet") && s.contents().contains("is made")
    });
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert_eq!((mode(&config(&machine)), mode(&vault_of(&machine))), (0o700, 0o600));
    assert!(opened(&machine, &with_passphrase(&[], PASSPHRASE)).connections.is_empty());
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("horse"));
}

#[test]
fn a_new_identity_is_made_beside_the_vault_and_age_opens_it_too() {
    let machine = Machine::bare(NOWHERE);
    let mut pty = dashboard(&machine);
    pty.wait_until("the first screen", sees("No vault yet"));
    pty.send("n");
    pty.wait_until("the ways", sees("a new age identity"));
    pty.send("j\r");
    pty.wait_until("the empty panes", sees("No connections yet"));
    pty.send("q");
    pty.wait_for_end();
    let identity = config(&machine).join("identity.txt");
    assert_eq!((mode(&identity), files(&machine)), (0o600, vec!["identity.txt".to_owned(), "vault.age".to_owned()]));
    machine.run(&["connection", "list"]).exits(0);
    let Some(Age { age, .. }) = tools::age() else { return };
    let output = Command::new(age).arg("-d").arg("-i").arg(&identity).arg(vault_of(&machine)).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("version = 1") && text.contains("recipients = [\"age1"), "{text}");
}

#[test]
fn a_protected_ssh_key_proves_itself_by_its_passphrase_and_is_named_for_the_next_time() {
    let machine = Machine::bare(NOWHERE);
    let key = ssh_into(&machine, "ed25519_protected");
    machine.home.write(".config/cloudivize/config.toml", "# mine\ntheme = \"mono\"\n");
    let mut pty = dashboard(&machine);
    pty.wait_until("the first screen", sees("No vault yet"));
    pty.send("n");
    pty.wait_until("the key", sees("the ssh key"));
    pty.send("j\r");
    pty.wait_until("the question", sees("Passphrase of the identity"));
    pty.send("\x1b");
    pty.wait_until("what that means", sees("nothing was made"));
    assert_eq!(files(&machine), ["config.toml"], "nothing half-made is left");
    pty.send("\r");
    pty.wait_until("the question", sees("Passphrase of the identity"));
    pty.send("open sesame\r");
    pty.wait_until("the empty panes", sees("No connections yet"));
    pty.send("L");
    pty.wait_until("the lock", |s| {
        s.contents().contains("LOCKED") && s.contents().contains("Passphrase of the identity")
    });
    pty.send("open sesame\r");
    pty.wait_until("the panes again", sees("No connections yet"));
    pty.send("q");
    pty.wait_for_end();
    let text = std::fs::read_to_string(config(&machine).join("config.toml")).unwrap();
    assert_eq!(text, "identities = [\"~/.ssh/id_test\"]\n# mine\ntheme = \"mono\"\n");
    assert_eq!(opened(&machine, &with_passphrase(&[&key], "open sesame")).recipients.len(), 1);
}

#[test]
fn a_recipient_that_locks_its_maker_out_makes_nothing() {
    let machine = Machine::bare(NOWHERE);
    let mut pty = dashboard(&machine);
    pty.wait_until("the first screen", sees("No vault yet"));
    pty.send("n");
    pty.wait_until("the ways", sees("another recipient"));
    pty.send("G\r");
    pty.wait_until("the field", sees("Another recipient"));
    pty.send("age1nonsense\r");
    pty.wait_until("what is wrong with it", sees("not a whole age recipient"));
    let stranger = age::x25519::Identity::generate().to_public().to_string();
    pty.send(format!("\x15{stranger}\r"));
    pty.wait_until("its mark", sees("▣"));
    pty.send("\r");
    pty.wait_until("why not", sees("you could not open this vault"));
    assert!(files(&machine).is_empty());
    // With one's own beside it, it is good: both are marked.
    pty.send("k \r");
    pty.wait_until("the empty panes", sees("No connections yet"));
    pty.send("q");
    pty.wait_for_end();
    let identity = config(&machine).join("identity.txt");
    assert_eq!(opened(&machine, &with(&[&identity])).recipients.len(), 2);
}

#[test]
fn what_cannot_be_written_is_said_in_place_and_leaves_nothing() {
    let machine = Machine::bare(NOWHERE);
    // There nobody makes a folder, not even root.
    let mut pty = dashboard_with(&machine, |command| command.args(["--vault", "/proc/cloudivize/vault.age"]));
    pty.wait_until("the first screen", sees("No vault yet"));
    pty.send("n");
    pty.wait_until("the ways", sees("a new age identity"));
    pty.send("j\r");
    pty.wait_until("why not", sees("cannot be written"));
    pty.send("\x1b");
    pty.wait_until("the first screen again", sees("No vault yet"));
    pty.send("q");
    pty.wait_for_end();
    assert!(files(&machine).is_empty(), "{:?}", files(&machine));
}

#[test]
fn a_plugins_questions_are_answered_on_the_screen() {
    let machine = Machine::bare(NOWHERE);
    let folder = config(&machine);
    std::fs::create_dir_all(&folder).unwrap();
    let (identity, _) = plugin_identity(&folder, Some("pin"));
    std::fs::rename(identity, folder.join("identity.txt")).unwrap();
    let mut path = vec![plugin().parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let path = std::env::join_paths(path).unwrap();
    let mut pty = dashboard_with(&machine, |command| command.env("PATH", &path));
    pty.wait_until("the first screen", sees("No vault yet"));
    pty.send("n");
    pty.wait_until("the identity", sees("the age identity"));
    pty.send("j\r");
    pty.wait_until("its question", sees("PIN of the test key"));
    pty.send("9999\r");
    pty.wait_until("what it says", sees("the PIN is wrong"));
    pty.send("\r");
    pty.wait_until("its question again", sees("PIN of the test key"));
    pty.send("1234\r");
    pty.wait_until("the empty panes", sees("No connections yet"));
    pty.send("L");
    let text = pty.wait_until("the lock", sees("LOCKED"));
    assert!(text.contains("PIN or a touch"), "{text}");
    pty.send("\r");
    pty.wait_until("its question", sees("PIN of the test key"));
    pty.send("\x1b");
    pty.wait_until("what refusing means", sees("plugin failed"));
    pty.send("\r");
    pty.wait_until("its question", sees("PIN of the test key"));
    pty.send("1234\r");
    pty.wait_until("the panes again", sees("No connections yet"));
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("1234"));
    // A vault that is there asks before the panes.
    let mut pty = dashboard_with(&machine, |command| command.env("PATH", &path));
    pty.wait_until("its question", sees("PIN of the test key"));
    pty.send("1234\r");
    pty.wait_until("the panes", sees("No connections yet"));
    pty.send("q");
    pty.wait_for_end();
}

#[test]
fn an_import_makes_the_vault_and_adds_what_is_marked() {
    let machine = Machine::bare(NOWHERE);
    machine.home.config(
        "[profile hub]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n\
         [profile one]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = hub\n\
         [profile two]\nrole_arn = arn:aws:iam::111122224444:role/R\nsource_profile = one\n\
         [profile odd]\nrole_arn = arn:aws:iam::111122225555:role/R\n",
    );
    let mut pty = dashboard(&machine);
    pty.wait_until("the first screen", sees("No vault yet"));
    pty.send("i");
    let text = pty.wait_until("the plan", sees("2 of 2 marked"));
    assert!(text.contains("left out") && text.contains("neither source_profile"), "{text}");
    pty.send(" ");
    pty.wait_until("one mark less", sees("1 of 2 marked"));
    pty.send("\r");
    pty.wait_until("the ways", sees("a new age identity"));
    pty.send("j\r");
    let text = pty.wait_until("the panes", sees("1 connection added"));
    assert!(text.contains("two"), "{text}");
    pty.send(":import\r");
    pty.wait_until("the rest of the plan", sees("1 of 1 marked"));
    pty.send("\x1b");
    pty.wait_until("the panes again", |s| !s.contents().contains("marked"));
    pty.send("q");
    pty.wait_for_end();
    let contents = opened(&machine, &with(&[&config(&machine).join("identity.txt")]));
    let two = &contents.connections[0];
    assert_eq!((two.name.as_str(), two.source.text().as_str()), ("two", "profile:one"), "its source stays a profile");
}

#[test]
fn looking_around_saves_nothing() {
    let machine = Machine::bare(NOWHERE);
    machine.home.config("[profile hub]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n");
    let mut pty = dashboard(&machine);
    pty.wait_until("the first screen", sees("No vault yet"));
    pty.send("c");
    pty.wait_until("the profiles", sees("profile hub"));
    pty.send("j\r");
    pty.wait_until("the panes", |s| s.contents().contains("NOT SAVED") && s.contents().contains("hub"));
    pty.send("L");
    pty.wait_until("the lock", sees("LOCKED"));
    pty.send("\r");
    pty.wait_until("the panes again", sees("hub"));
    pty.send("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert!(files(&machine).is_empty());
}

#[test]
fn the_demo_opens_from_the_first_screen_in_tmux() {
    let machine = Machine::bare(NOWHERE);
    let mut program = machine.command(&[]);
    program.env("LANG", "C.UTF-8");
    let Some(tmux) = Tmux::start((40, 10), &program) else { return };
    tmux.wait_until("the first screen", |text| text.contains("No vault yet") && text.contains("d   demo"));
    tmux.keys(&["d"]);
    tmux.wait_until("the demo", |text| text.contains("DEMO") && text.contains("prod"));
    tmux.keys(&["q"]);
    assert_eq!(tmux.wait_for_end(), Some(0));
}

#[test]
fn a_passphrase_that_came_in_a_variable_must_be_typed_after_a_lock() {
    let machine = locked_machine();
    let mut pty = dashboard_with(&machine, |command| command.env("CLOUDIVIZE_PASSPHRASE", PASSPHRASE));
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty.send("L");
    pty.wait_until("the lock", |s| s.contents().contains("LOCKED") && s.contents().contains("Passphrase of"));
    pty.send(format!("{PASSPHRASE}\r"));
    pty.wait_until("the panes again", sees("was read before the lock is forgotten"));
    pty.send("q");
    pty.wait_for_end();
}

#[test]
fn one_time_codes_are_asked_for_and_the_others_do_not_wait() {
    let stub = Stub::start();
    let machine = machine(&stub);
    let serial = "arn:aws:iam::999988887777:mfa/operator";
    add(&machine, "coded", ROLE, &["--no-external-id", "--mfa-serial", serial]);
    add(&machine, "second", ROLE, &["--no-external-id", "--mfa-serial", serial]);
    add(&machine, "plain", ROLE, &["--no-external-id"]);
    let codes = || stub.asked("AssumeRole").iter().filter_map(|r| r.form("TokenCode")).collect::<Vec<_>>();
    let mut pty = dashboard(&machine);
    pty.wait_until("the panes", sees("Nothing was tested yet"));
    pty.send("T");
    pty.wait_until("the first question", |s| {
        s.contents().contains("One-time code for coded") && s.contents().contains("1 of 2")
    });
    while stub.count("AssumeRole") == 0 {
        std::thread::yield_now();
    }
    assert!(codes().is_empty(), "what needs no code is tested meanwhile");
    pty.send("123456\r");
    pty.wait_until("the second question", sees("2 of 2"));
    pty.send("123456\r");
    pty.wait_until("that a code is good once", sees("was used already"));
    pty.send("\r");
    pty.wait_until("the verdicts", sees("second          ?          ·"));
    assert_eq!(codes(), ["123456"]);
    // What went without says why, and what to do.
    pty.send("G");
    pty.wait_until("the cursor", sees("▌second"));
    pty.send("\r");
    pty.wait_until("why", sees("one-time code"));
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("123456"));
    pty.send("q");
    pty.wait_for_end();
}
