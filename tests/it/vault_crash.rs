//! Nothing is lost: not when a process is killed while it saves, not when two save at once.

use super::vault::{add, connection, names, with, x25519};
use cloudivize::vault::{self, Protection, Recipient, VaultError};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Runs [`child`] in a process of its own.
fn start(folder: &Path, role: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "vault_crash::child", "--nocapture"])
        .env("CLOUDIVIZE_TEST_FOLDER", folder)
        .env("CLOUDIVIZE_TEST_ROLE", role)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the test process does when a test starts it again: it works without end until it is killed,
/// or adds ten connections and ends.
#[test]
fn child() {
    let (Some(folder), Ok(role)) = (std::env::var_os("CLOUDIVIZE_TEST_FOLDER"), std::env::var("CLOUDIVIZE_TEST_ROLE"))
    else {
        return;
    };
    let folder = Path::new(&folder);
    let path = folder.join("vault.age");
    let unlock = with(&[&folder.join("alice")]);
    let say = |n: usize| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "done {n}").unwrap();
        out.flush().unwrap();
    };
    match role.as_str() {
        "save" => {
            let mut open = vault::open(&path, &unlock).unwrap();
            for n in count(&open) + 1.. {
                let mut new = open.contents().clone();
                new.connections[0].group = Some(n.to_string());
                open.save(new).unwrap();
                say(n);
            }
        }
        "init" => {
            let recipient = std::fs::read_to_string(folder.join("recipient")).unwrap();
            for n in 1.. {
                let to = vec![Recipient::parse(&recipient).unwrap()];
                vault::init(&folder.join(format!("{n}.age")), Protection::Recipients(to), &unlock).unwrap();
                say(n);
            }
        }
        writer => {
            let mut open = vault::open(&path, &unlock).unwrap();
            for n in 0..10 {
                add(&mut open, connection(&format!("{writer}-{n}"))).unwrap();
            }
        }
    }
}

fn count(open: &vault::OpenVault) -> usize {
    open.contents().connections[0].group.as_deref().unwrap().parse().unwrap()
}

/// Kills the child after `lines` of its lines and a little longer, and gives the last line's number.
fn kill_after(mut child: Child, lines: usize, longer: std::time::Duration) -> usize {
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let number = |line: &str| line.rsplit_once("done ").and_then(|(_, n)| n.parse().ok());
    let mut last = out.by_ref().filter_map(|l| number(&l.unwrap())).nth(lines - 1).expect("the child works");
    let until = std::time::Instant::now() + longer;
    while std::time::Instant::now() < until {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still said before it died counts as done.
    for line in out.map_while(Result::ok) {
        last = number(&line).unwrap_or(last);
    }
    last
}

/// Microseconds from 0 up to about the time of one save, in an order that jumps about.
fn moments(rounds: u64) -> impl Iterator<Item = (usize, std::time::Duration)> {
    (0..rounds).map(|i| ((i % 3) as usize + 1, std::time::Duration::from_micros((i * 7919) % 12_000)))
}

#[test]
fn a_save_killed_at_any_moment_leaves_the_old_or_the_new_vault() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let path = home.path().join("vault.age");
    let mut made = vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    let mut first = connection("counter");
    first.group = Some("0".to_owned());
    add(&mut made, first).unwrap();
    for (lines, longer) in moments(40) {
        let done = kill_after(start(home.path(), "save"), lines, longer);
        let open = vault::open(&path, &with(&[&alice])).unwrap();
        let found = count(&open);
        assert!(found == done || found == done + 1, "{done} was saved, {found} was found");
        let backup = vault::open(&path.with_extension("age.bak"), &with(&[&alice])).unwrap();
        assert!(backup.contents().connections.is_empty() || count(&backup) + 1 >= done);
    }
    // The dead hold no lock, and what they left behind is swept by the next save.
    let mut open = vault::open(&path, &with(&[&alice])).unwrap();
    add(&mut open, connection("after")).unwrap();
    let mut left: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["alice", "vault.age", "vault.age.bak", "vault.age.lock"]);
}

#[test]
fn an_init_killed_at_any_moment_leaves_a_whole_vault_or_none() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    std::fs::write(home.path().join("recipient"), for_alice.text()).unwrap();
    for (lines, longer) in moments(10) {
        let done = kill_after(start(home.path(), "init"), lines, longer);
        for n in 1..=done + 1 {
            let path = home.path().join(format!("{n}.age"));
            match vault::open(&path, &with(&[&alice])) {
                Ok(_) => std::fs::remove_file(&path).unwrap(),
                Err(VaultError::Missing(_)) => assert_eq!(n, done + 1, "what was reported as made is there"),
                Err(e) => panic!("{e}"),
            }
        }
    }
}

#[test]
fn two_writers_at_once_lose_nothing_of_either() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let path = home.path().join("vault.age");
    vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    let writers: Vec<Child> = ["a", "b", "c"].iter().map(|name| start(home.path(), name)).collect();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let mut expected: Vec<String> =
        ["a", "b", "c"].iter().flat_map(|w| (0..10).map(move |n| format!("{w}-{n}"))).collect();
    expected.sort();
    assert_eq!(names(vault::open(&path, &with(&[&alice])).unwrap().contents()), expected);
}
