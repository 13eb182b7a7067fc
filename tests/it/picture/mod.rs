//! The pictures of `docs/pictures/` show what the program shows: the demo is run, tested and looked at. `UPDATE=1`
//! draws them anew.

mod svg;

use std::path::PathBuf;

use crate::program::Machine;
use crate::screen::Pty;

#[test]
fn the_pictures_show_the_program() {
    let machine = Machine::bare("http://127.0.0.1:9");
    let mut program = machine.command(&["--demo"]);
    program.env("SSH_TTY", "/dev/pts/0").env("LANG", "C.UTF-8").env_remove("NO_COLOR").env_remove("COLORTERM");
    let mut pty = Pty::start((120, 36), &program);
    pty.wait_until("the panes", |screen| screen.contents().contains("1 Accounts"));
    pty.send("T");
    pty.wait_until("everything is tested", |screen| {
        let text = screen.contents();
        text.contains("1 exposed") && text.contains("2 untested") && !text.contains("Esc stops")
    });
    for _ in 0..8 {
        if at_cursor(&pty).contains("audit") {
            break;
        }
        let before = at_cursor(&pty);
        pty.send("j");
        pty.wait_until("the cursor moves", |screen| row_at_cursor(screen) != before);
    }
    pty.wait_until("its detail", |screen| screen.contents().contains("4 audit"));
    compare(&pty, "fleet", "The fleet: eight connections, what each may do, and why one is denied");
    pty.resize((100, 24));
    pty.wait_until("the smaller screen", is_drawn);
    pty.send("p");
    pty.wait_until("the policy", |screen| is_drawn(screen) && screen.contents().contains("\"Version\""));
    compare(&pty, "policy", "The policy that mends it, ready to be copied");
    pty.send("q");
    pty.wait_until("the panes again", |screen| !screen.contents().contains("\"Version\""));
    pty.resize((80, 24));
    pty.wait_until("the smallest screen", is_drawn);
    pty.send("\r");
    pty.wait_until("why", |screen| is_drawn(screen) && screen.contents().contains("What to do"));
    compare(&pty, "why", "Why, on a terminal of 80 by 24: each permission, its verdict, and what to do");
    pty.send("q");
    assert!(pty.wait_for_end().success());
}

/// Whether the last row is drawn: then the frame is whole.
fn is_drawn(screen: &vt100::Screen) -> bool {
    let (_, columns) = screen.size();
    screen.rows(0, columns).last().is_some_and(|row| row.contains("? help") || row.contains("Esc close"))
}

fn at_cursor(pty: &Pty) -> String {
    pty.look(row_at_cursor)
}

fn row_at_cursor(screen: &vt100::Screen) -> String {
    let row = usize::from(screen.cursor_position().0);
    screen.contents().lines().nth(row).unwrap_or_default().to_owned()
}

/// Compares the screen with the picture of that name, without the times in both.
#[track_caller]
fn compare(pty: &Pty, name: &str, title: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(format!("{name}.svg"));
    let now = pty.look(|screen| svg::picture(screen, title));
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let timeless = |picture: &str| svg::words(picture).iter().map(|row| without_times(row)).collect::<Vec<_>>();
    if timeless(&before) == timeless(&now) {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
        return;
    }
    assert_eq!(timeless(&before), timeless(&now), "{name}.svg shows another program; UPDATE=1 cargo test picture");
}

/// A row without what differs from run to run: clock times, how long things took, since when something is so.
fn without_times(row: &str) -> String {
    let is_time = |word: &&str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        digits >= 4 && word.matches(':').count() == 2 && word.len() <= 9 || digits >= 1 && word.ends_with("ms")
    };
    // Also where a row begins with it: the date is another on every day.
    let row = format!(" {row}");
    let row = row.split(" since ").next().unwrap_or_default().trim_start();
    row.split(' ').filter(|word| !is_time(word)).collect::<Vec<_>>().join(" ")
}
