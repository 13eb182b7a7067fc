//! `connection …`: what is in the vault. Nothing here asks anything of the network.

mod change;
mod show;

use super::args::{AddArgs, ConnectionCommand, RemoveArgs, RenameArgs};
use super::context::{Context, find, profile_names};
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use crate::domain::{
    AccountId, Connection, ConnectionId, ConnectionName, ExternalId, Invalid, Method, Partition, RoleArn, Source,
    check_url, nearest,
};
use crate::providers::profiles;
use crate::vault::parse_connections;
use std::io::Read;

/// The longest text that `add -` reads, in bytes.
const INPUT_LIMIT: u64 = 4 << 20;

pub(super) fn run(context: &mut Context, command: ConnectionCommand, out: &mut Out) -> Outcome {
    if context.global.profile.is_some() || context.global.env {
        return Err(Failure::usage("--profile and --env open no vault, and connections live in one; leave them out"));
    }
    match command {
        ConnectionCommand::Add(args) if args.name == "-" => add_many(context, &args, out),
        ConnectionCommand::Add(args) => add(context, *args, out),
        ConnectionCommand::List(args) => show::list(context, &args, out),
        ConnectionCommand::Show(args) => show::show(context, &args, out),
        ConnectionCommand::Edit(args) => change::edit(context, *args, out),
        ConnectionCommand::Rename(args) => rename(context, args, out),
        ConnectionCommand::Remove(args) => remove(context, &args, out),
    }
}

/// One connection from options. A generated ExternalId is the result on standard output.
fn add(context: &mut Context, args: AddArgs, out: &mut Out) -> Outcome {
    let name = ConnectionName::parse(&args.name)?;
    let arn = args.role_arn.ok_or_else(|| {
        Failure::usage("--role-arn is missing; it looks like arn:aws:iam::111122223333:role/CloudivizeRole")
    })?;
    let generated = args.generate_external_id;
    let external_id = match (args.external_id, generated, args.no_external_id) {
        (Some(id), ..) => Some(id),
        (None, true, _) => Some(ExternalId::generate()),
        (None, false, true) => None,
        (None, false, false) => {
            return Err(Failure::usage(
                "say which ExternalId guards the role: --external-id E, --generate-external-id for a new one, \
                 or --no-external-id for a role of your own organization",
            ));
        }
    };
    same_account(&arn, args.account.as_ref())?;
    if let Some(url) = &args.endpoint_url {
        own_url(url, false)?;
    }
    let mut contents = context.contents()?.clone();
    if contents.by_name(name.as_str()).is_some() {
        return Err(Failure::usage(format!(
            "there is a connection {name} already; choose another name, or change it with: cloudivize connection edit {name}"
        )));
    }
    let source =
        args.source.as_deref().map(|s| context.source(s, &contents.connections)).transpose()?.unwrap_or(Source::Env);
    let method = Method::Role { arn, external_id: external_id.clone(), external_id_next: None };
    let mut connection = Connection::new(ConnectionId::generate(), name, method, source);
    connection.regions = args.regions;
    connection.group = args.group;
    connection.session_name = args.session_name.unwrap_or_default();
    connection.duration = args.duration.unwrap_or(Connection::HOUR);
    connection.mfa_serial = args.mfa_serial;
    connection.endpoint_url = args.endpoint_url;
    connection.read_only = args.read_only;
    context.confirm_endpoints(&mut contents, connection.endpoint_url.as_deref())?;
    let name = connection.name.clone();
    doubts(&connection, out);
    contents.connections.push(connection);
    context.save(contents, out)?;
    say_external_id(external_id.filter(|_| generated).as_ref(), out)?;
    out.note(&format!("{name} is added."));
    if generated {
        out.note(&format!(
            "Its ExternalId above belongs into the role's trust policy; this prints it: cloudivize policy trust --connection {name}"
        ));
    }
    out.note(&format!("Next: cloudivize check {name}"));
    Ok(Exit::Done)
}

/// Any number of connections as TOML on standard input, all or nothing.
fn add_many(context: &mut Context, args: &AddArgs, out: &mut Out) -> Outcome {
    let given = args.role_arn.is_some()
        || args.external_id.is_some()
        || args.generate_external_id
        || args.no_external_id
        || args.source.is_some()
        || args.account.is_some()
        || !args.regions.is_empty()
        || args.group.is_some()
        || args.session_name.is_some()
        || args.duration.is_some()
        || args.mfa_serial.is_some()
        || args.endpoint_url.is_some()
        || args.read_only;
    if given {
        return Err(Failure::usage("add - takes everything from standard input; leave the other options out"));
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(INPUT_LIMIT).read_to_string(&mut text);
    read.map_err(|e| Failure::usage(format!("standard input could not be read: {e}; give TOML in UTF-8")))?;
    if text.trim().is_empty() {
        return Err(Failure::usage("standard input is empty; give [[connection]] tables as TOML"));
    }
    let mut contents = context.contents()?.clone();
    let new = parse_connections(&text, &contents.connections)
        .map_err(|faults| Failure::usage(format!("nothing was added, for standard input has faults:\n{faults}")))?;
    for connection in &new {
        if let Some(url) = &connection.endpoint_url {
            check_url(url, connection.allow_insecure_endpoint)
                .map_err(|e| Failure::usage(format!("nothing was added: connection {}: {e}", connection.name)))?;
        }
    }
    context.confirm_endpoints(&mut contents, new.iter().filter_map(|c| c.endpoint_url.as_deref()))?;
    let names: Vec<String> = new.iter().map(|c| c.name.to_string()).collect();
    for connection in &new {
        doubts(connection, out);
        if connection.role_arn().is_some() && connection.external_id().is_none() {
            out.warn(&format!(
                "{0} comes without an ExternalId; if its role asks for one: cloudivize connection edit {0} --external-id E",
                connection.name
            ));
        }
    }
    contents.connections.extend(new);
    context.save(contents, out)?;
    let count =
        if names.len() == 1 { "1 connection is".to_owned() } else { format!("{} connections are", names.len()) };
    out.note(&format!("{count} added: {}", names.join(", ")));
    Ok(Exit::Done)
}

fn rename(context: &mut Context, args: RenameArgs, out: &mut Out) -> Outcome {
    let mut contents = context.contents()?.clone();
    let id = find(&contents.connections, &args.name)?.id;
    if contents.by_name(args.new_name.as_str()).is_some_and(|c| c.id != id) {
        return Err(Failure::usage(format!("there is a connection {} already; choose another name", args.new_name)));
    }
    for connection in contents.connections.iter_mut().filter(|c| c.id == id) {
        connection.name = args.new_name.clone();
    }
    context.save(contents, out)?;
    out.note(&format!("{} is {} now.", args.name, args.new_name));
    Ok(Exit::Done)
}

fn remove(context: &mut Context, args: &RemoveArgs, out: &mut Out) -> Outcome {
    let mut contents = context.contents()?.clone();
    let mut going: Vec<&Connection> = Vec::new();
    for name in &args.names {
        let connection = find(&contents.connections, name)?;
        if !going.iter().any(|c| c.id == connection.id) {
            going.push(connection);
        }
    }
    let ids: Vec<ConnectionId> = going.iter().map(|c| c.id).collect();
    let names: Vec<&str> = going.iter().map(|c| c.name.as_str()).collect();
    let names = names.join(", ");
    for other in contents.connections.iter().filter(|c| !ids.contains(&c.id)) {
        if let Source::Connection(id) = &other.source
            && ids.contains(id)
        {
            return Err(Failure::usage(format!(
                "nothing was removed: {} takes its credentials from {}; give it another source with connection edit, or remove both",
                other.name,
                other.source.label(&contents.connections)
            )));
        }
    }
    match context.confirm(&format!("Remove {names} from the vault? Nothing changes in any cloud."))? {
        Some(true) => {}
        Some(false) => {
            out.note("Nothing was removed.");
            return Ok(Exit::Done);
        }
        None => return Err(Failure::usage(format!("nothing was removed: confirm the removal of {names} with --yes"))),
    }
    contents.connections.retain(|c| !ids.contains(&c.id));
    context.save(contents, out)?;
    out.note(&format!("Removed: {names}. The roles still exist: delete them, or their trust, in the accounts."));
    Ok(Exit::Done)
}

/// Warns of what is accepted and probably a mistake: a partition or a profile that nobody here knows.
fn doubts(connection: &Connection, out: &mut Out) {
    if let Some(partition) = connection.role_arn().map(RoleArn::partition).filter(|p| !p.is_known()) {
        let known: Vec<&str> = Partition::KNOWN.iter().map(Partition::as_str).collect();
        let near = nearest(partition.as_str(), &known).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        out.warn(&format!("{}: this release knows no partition {partition}{near}", connection.name));
    }
    if let Source::Profile(profile) = &connection.source {
        // Files that cannot be read are no reason to doubt the name.
        let Some(names) = profile_names().filter(|names| !names.iter().any(|n| n == profile.as_str())) else { return };
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let near = nearest(profile.as_str(), &known).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        out.warn(&format!("{}: there is no profile {profile} in {} yet{near}", connection.name, profiles::files()));
    }
}

/// Refuses an endpoint that may not be used, in the words of the command line.
fn own_url(url: &str, allow_insecure: bool) -> Result<(), Failure> {
    check_url(url, allow_insecure).map_err(|e| match check_url(url, true) {
        Ok(()) => {
            e.fix("use https; plain http to another host can only be allowed in the TOML of connection add - (allow_insecure_endpoint = true)").into()
        }
        Err(_) => e.into(),
    })
}

/// Refuses an account that is not the role's.
fn same_account(arn: &RoleArn, account: Option<&AccountId>) -> Result<(), Failure> {
    match account {
        Some(account) if account != arn.account() => {
            let why = format!("is not that of the role, which is in {}", arn.account());
            Err(Invalid::new("account", why).fix("correct one of them").into())
        }
        _ => Ok(()),
    }
}

/// A generated ExternalId, alone on standard output so that a script can take it.
fn say_external_id(id: Option<&ExternalId>, out: &mut Out) -> Result<(), Failure> {
    if let Some(id) = id {
        out.line(id.expose())?;
    }
    Ok(())
}
