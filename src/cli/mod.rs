//! The headless twin of the dashboard, on the same engine.

pub mod args;
mod ask;
mod assets;
mod check;
mod check_text;
mod cloud;
mod connection;
pub mod context;
mod diagnose;
mod doctor;
mod doctor_terminal;
pub mod exit;
mod import;
mod init;
mod kinds;
pub mod live;
mod log;
pub mod out;
mod policy;
mod regions;

use crate::runtime::{self, Ended, Launch};
use crate::text;
use crate::vault::passphrase::PassphraseVars;
use args::{Cli, Command, ImportCommand};
use clap::{CommandFactory, FromArgMatches};
use context::Context;
use exit::{Exit, Failure, Outcome};
use out::Out;
use std::ffi::OsString;
use std::io::IsTerminal;

/// The command line's definition, for the parser, the manual page, the completions and `docs/cli.md`.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Reads the arguments, runs the command, says what went wrong, and gives the exit code.
///
/// `vars` are the passphrase variables, which are no longer in the environment.
pub fn run(args: impl IntoIterator<Item = OsString>, vars: PassphraseVars) -> Exit {
    let cli = match parse(args) {
        Ok(cli) => cli,
        Err(shown) => return shown,
    };
    let mut out = Out::process(cli.global.no_color);
    let outcome = dispatch(cli, vars, &mut out).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    });
    match outcome {
        Ok(exit) => exit,
        Err(failure) => {
            let exit = failure.exit();
            // What had been written before the failure still belongs to the reader.
            let flushed = out.flush();
            match exit {
                Exit::BrokenPipe => {}
                Exit::Interrupted => out.note(&failure.to_string()),
                _ => out.error(&failure.to_string()),
            }
            drop(flushed);
            exit
        }
    }
}

/// Parses; help and version go to standard output with 0, mistakes to standard error with 2.
fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, Exit> {
    command().try_get_matches_from(args).and_then(|m| Cli::from_arg_matches(&m)).map_err(|e| {
        let code = if e.use_stderr() { Exit::Usage } else { Exit::Done };
        match e.print() {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Exit::BrokenPipe,
            _ => code,
        }
    })
}

fn dispatch(cli: Cli, vars: PassphraseVars, out: &mut Out) -> Outcome {
    if let Some(path) = &cli.global.log {
        log::start(path)?;
    }
    one_connection(&cli)?;
    if cli.global.demo {
        demo(&cli, out)?;
    }
    // Made only where it is needed: completions must not fail over a broken preferences file.
    // The dashboard and doctor have a place of their own for what is wrong in the settings.
    let warns = !matches!(cli.command, None | Some(Command::Doctor));
    let context = |out: &mut Out| {
        let context = Context::new(cli.global, vars)?;
        context.faults().iter().filter(|_| warns).for_each(|fault| out.warn(fault));
        Ok::<_, Failure>(context)
    };
    match cli.command {
        None => dashboard(context(out)?, out),
        Some(Command::Init(args)) => init::run(&context(out)?, &args, out),
        Some(Command::Connection(command)) => connection::run(&mut context(out)?, command, out),
        Some(Command::Import(ImportCommand::Aws)) => import::run(&mut context(out)?, out),
        Some(Command::Check(args)) => check::run(&args, &mut context(out)?, out),
        Some(Command::Policy(args)) => policy::run(&mut context(out)?, &args, out),
        Some(Command::Diagnose) => diagnose::run(out),
        Some(Command::Regions(args)) => regions::run(&args, &mut context(out)?, out),
        Some(Command::Kinds(args)) => kinds::run(&args, &context(out)?, out),
        Some(Command::Assets(args)) => assets::run(&args, &mut context(out)?, out),
        Some(Command::Find(args)) => assets::find(&args, &mut context(out)?, out),
        Some(Command::Doctor) => {
            let mut context = context(out)?;
            if context.is_demo() {
                return doctor::run_demo(&context.connections()?, out);
            }
            let net = match cloud::Cloud::new(&context) {
                Ok(cloud) => cloud.reach(),
                Err(failure) => vec![doctor::Line::bad("HTTP client", failure.to_string())],
            };
            doctor::run(&context, net, out)
        }
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut command(), "cloudivize", &mut text);
            out.document(&String::from_utf8_lossy(&text))?;
            Ok(Exit::Done)
        }
        Some(Command::Man { command: words }) => man(&words, out),
    }
}

/// `--profile` and `--env` are the one connection of a run: there is nothing to choose from.
fn one_connection(cli: &Cli) -> Result<(), Failure> {
    let chosen = match &cli.command {
        Some(Command::Check(args)) => !args.names.is_empty() || !args.groups.is_empty() || args.role_arn.is_some(),
        Some(Command::Regions(args)) => !args.names.is_empty() || !args.groups.is_empty(),
        Some(Command::Assets(args)) => !args.scope.connections.is_empty() || !args.scope.groups.is_empty(),
        Some(Command::Find(args)) => !args.scope.connections.is_empty() || !args.scope.groups.is_empty(),
        _ => false,
    };
    match chosen && (cli.global.profile.is_some() || cli.global.env) {
        true => Err(Failure::usage(
            "--profile and --env stand for the one connection of this run; leave out the names, --connection, --group and --role-arn \
             (a role is tested with other credentials by --source)",
        )),
        false => Ok(()),
    }
}

/// The demo is not kept: what would write is refused. What speaks of a cloud says that this is none.
fn demo(cli: &Cli, out: &mut Out) -> Result<(), Failure> {
    use args::ConnectionCommand as C;
    let refused = match &cli.command {
        Some(Command::Init(_)) => Some("init"),
        Some(Command::Import(_)) => Some("import"),
        Some(Command::Connection(C::Add(_))) => Some("connection add"),
        Some(Command::Connection(C::Edit(_))) => Some("connection edit"),
        Some(Command::Connection(C::Rename(_))) => Some("connection rename"),
        Some(Command::Connection(C::Remove(_))) => Some("connection remove"),
        _ => None,
    };
    if let Some(command) = refused {
        return Err(Failure::usage(format!(
            "{command} writes to a vault, and the demo has none: its connections are made up, and nothing of it is kept. \
             Leave out --demo"
        )));
    }
    out.for_demo();
    use Command::{Assets, Check, Connection, Find, Policy, Regions};
    if let Some(Check(_) | Policy(_) | Regions(_) | Connection(_) | Assets(_) | Find(_)) = &cli.command {
        out.note("Demo: made-up accounts inside this program; no cloud is asked.");
    }
    Ok(())
}

/// Opens the dashboard, which needs a terminal on both sides.
fn dashboard(mut context: Context, out: &mut Out) -> Outcome {
    if !out.is_terminal() || !std::io::stdin().is_terminal() {
        return Err(runtime::RuntimeError::NotATerminal.into());
    }
    let not_saved = context.is_unsaved();
    if not_saved {
        // Without a vault nothing remembers that an endpoint was confirmed: it is asked here, in every run.
        context.confirm_environment()?;
    }
    let launch = Launch {
        vault: context.paths.vault.display().to_string(),
        demo: context.is_demo(),
        read_only: context.global.read_only,
        not_saved,
        wardrobe: context.wardrobe(),
        settings: context.settings().clone(),
        faults: context.faults().to_vec(),
        door: context.into_door(),
    };
    let run = runtime::run(launch)?;
    // The notice on the screen is gone; the file is not.
    for note in &run.notes {
        out.note(&text::line(note));
    }
    for file in &run.files {
        out.note(&text::line(&runtime::whereabouts(file)));
    }
    Ok(match run.ended {
        Ended::Left => Exit::Done,
        ended => Exit::Signal(ended.code()),
    })
}

/// The manual page of the program, or of the command that `words` name.
fn man(words: &[String], out: &mut Out) -> Outcome {
    let mut root = command();
    root.build();
    let mut page = &root;
    for word in words {
        page = page
            .find_subcommand(word)
            .ok_or_else(|| Failure::usage(format!("there is no command {word:?}; see cloudivize --help")))?;
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(page.clone()).render(&mut text)?;
    out.document(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        command().debug_assert();
    }

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        command().try_get_matches_from(line.split_whitespace()).and_then(|m| Cli::from_arg_matches(&m))
    }

    #[test]
    fn add_takes_read_only_for_the_connection() {
        let arn = "--role-arn arn:aws:iam::111122223333:role/R --no-external-id";
        let read_only = |line: &str| match parse(line).unwrap().command {
            Some(Command::Connection(args::ConnectionCommand::Add(a))) => a.read_only,
            _ => panic!("not add"),
        };
        assert!(read_only(&format!("cloudivize connection add x {arn} --read-only")));
        assert!(!read_only(&format!("cloudivize connection add x {arn}")));
    }

    #[test]
    fn what_is_not_offered_yet_is_a_usage_error() {
        for line in ["cloudivize policy tag", "cloudivize policy operate", "cloudivize assets"] {
            let e = parse(line).err().unwrap();
            assert_eq!(e.exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn check_needs_a_role_for_an_external_id() {
        assert!(parse("cloudivize check --external-id abc").is_err());
        assert!(parse("cloudivize check --fail-on denied,external-id").is_ok());
        assert!(parse("cloudivize check --probe-external-id --no-probe").is_err());
        assert!(parse("cloudivize --profile p --env check").is_err());
    }
}
