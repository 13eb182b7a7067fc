//! `import aws`: profiles that assume a role become connections. The plan is shown first; no key is
//! copied, and what is skipped is said with the reason.

use super::context::Context;
use super::exit::{Exit, Failure, Outcome};
use super::out::{Out, Table};
use crate::domain::{
    Connection, ConnectionId, ConnectionName, ExternalId, Method, ProfileName, RoleArn, SessionName, Source,
};
use crate::providers::profiles::{ProfileFacts, ProfileKind, RoleFacts, profiles};
use crate::vault::Contents;
use std::collections::HashMap;

pub(super) fn run(context: &mut Context, out: &mut Out) -> Outcome {
    if context.global.profile.is_some() || context.global.env {
        return Err(Failure::usage("--profile and --env open no vault, and connections live in one; leave them out"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::usage(format!("the system gives no event queue: {e}")))?;
    let found = runtime.block_on(profiles()).map_err(Failure::Usage)?;
    let mut contents = context.contents()?.clone();
    let plan = plan(&found, &contents);
    show(&plan, &contents, out)?;
    if plan.new.is_empty() {
        out.note("There is nothing to import.");
        return Ok(Exit::Done);
    }
    let count = plan.new.len();
    let word = if count == 1 { "this connection".to_owned() } else { format!("these {count} connections") };
    out.flush()?;
    match context.confirm(&format!("Add {word} to the vault? No key is copied."))? {
        Some(true) => {}
        Some(false) => {
            out.note("Nothing was added.");
            return Ok(Exit::Done);
        }
        None => {
            out.note("This is the plan; nothing was added. --yes applies it.");
            return Ok(Exit::Done);
        }
    }
    contents.connections.extend(plan.new.into_iter().map(|p| p.connection));
    context.save(contents, out)?;
    out.note(&format!("{count} added. Next: cloudivize check"));
    Ok(Exit::Done)
}

/// A connection to add and what to know about it.
#[derive(Debug)]
struct Planned {
    connection: Connection,
    notes: Vec<String>,
}

/// What an import would do.
#[derive(Debug, Default)]
struct Plan {
    new: Vec<Planned>,
    /// Profile and reason.
    skipped: Vec<(String, String)>,
    /// Profiles that assume no role.
    without_role: usize,
}

fn plan(found: &[ProfileFacts], contents: &Contents) -> Plan {
    let mut plan = Plan::default();
    let roles: HashMap<&str, &RoleFacts> = found
        .iter()
        .filter_map(|p| match &p.kind {
            ProfileKind::Role(role) => Some((p.name.as_str(), role.as_ref())),
            _ => None,
        })
        .collect();
    // A role that the vault knows already is that connection: others may chain through it.
    let known = |role: &RoleFacts| contents.connections.iter().find(|c| is_same(c, role)).map(|c| c.id);
    let ids: HashMap<&str, ConnectionId> =
        roles.iter().map(|(name, role)| (*name, known(role).unwrap_or_else(ConnectionId::generate))).collect();
    for profile in found {
        let ProfileKind::Role(role) = &profile.kind else {
            plan.without_role += 1;
            continue;
        };
        match connection(&profile.name, role, found, &ids, contents) {
            Ok(planned) if plan.new.iter().any(|p| p.connection.name == planned.connection.name) => {
                let why = format!("another profile becomes {} already; rename one of them", planned.connection.name);
                plan.skipped.push((profile.name.clone(), why));
            }
            Ok(planned) => plan.new.push(planned),
            Err(why) => plan.skipped.push((profile.name.clone(), why)),
        }
    }
    // What chains through a profile that was skipped takes that profile itself.
    let here: Vec<ConnectionId> =
        contents.connections.iter().chain(plan.new.iter().map(|p| &p.connection)).map(|c| c.id).collect();
    for planned in &mut plan.new {
        if let Source::Connection(id) = planned.connection.source
            && !here.contains(&id)
            && let Some(name) = ids.iter().find(|(_, i)| **i == id).map(|(name, _)| *name)
            && let Ok(name) = ProfileName::parse(name)
        {
            planned.connection.source = Source::Profile(name);
        }
    }
    plan
}

/// Whether a connection is this profile's role, with the same ExternalId.
fn is_same(connection: &Connection, role: &RoleFacts) -> bool {
    connection.role_arn().is_some_and(|arn| arn.to_string() == role.role_arn)
        && connection.external_id().map(|e| e.expose()) == role.external_id.as_deref()
}

/// The connection that a profile becomes.
///
/// # Errors
/// Why it becomes none.
fn connection(
    name: &str,
    role: &RoleFacts,
    found: &[ProfileFacts],
    ids: &HashMap<&str, ConnectionId>,
    contents: &Contents,
) -> Result<Planned, String> {
    let mut notes = Vec::new();
    if role.web_identity {
        return Err(format!("it assumes its role with a web identity token; use it as it is: --profile {name}"));
    }
    let arn = RoleArn::parse(&role.role_arn).map_err(|e| e.to_string())?;
    let source = match (&role.source_profile, role.credential_source.as_deref()) {
        (Some(_), Some(_)) => {
            return Err("it has source_profile and credential_source, which exclude each other".into());
        }
        (None, None) => return Err("it has a role_arn and neither source_profile nor credential_source".into()),
        (Some(base), None) => base_of(name, base, found, ids)?,
        (None, Some("Environment" | "Ec2InstanceMetadata" | "EcsContainer")) => {
            notes.push("takes whatever credentials are at hand".to_owned());
            Source::Env
        }
        (None, Some(other)) => return Err(format!("its credential_source {other} is not known")),
    };
    // An error of an ExternalId never repeats it.
    let external_id = role.external_id.as_deref().map(ExternalId::parse).transpose().map_err(|e| e.why)?;
    if external_id.is_none() {
        notes.push("no ExternalId".to_owned());
    }
    let label: String = name.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    let label = ConnectionName::parse(label.trim_start_matches('-')).map_err(|e| e.to_string())?;
    if label.as_str() != name {
        notes.push(format!("named after profile {name}"));
    }
    if let Some(same) = contents.connections.iter().find(|c| is_same(c, role)) {
        return Err(format!("connection {} is this role already", same.name));
    }
    if contents.by_name(label.as_str()).is_some() {
        return Err(format!("there is a connection {label} already, with another role or ExternalId; rename it first"));
    }
    let id = ids.get(name).copied().unwrap_or_else(ConnectionId::generate);
    let method = Method::Role { arn, external_id, external_id_next: None };
    let mut connection = Connection::new(id, label, method, source);
    if let Some(session) = &role.session_name {
        connection.session_name = SessionName::parse(session).map_err(|e| e.to_string())?;
        notes.push(format!("session name {session}"));
    }
    if let Some(text) = &role.duration {
        match text.parse().ok().and_then(|s| Connection::valid_duration(s).ok()) {
            Some(seconds) => connection.duration = seconds,
            None => notes.push("its duration_seconds is not valid and was left out".to_owned()),
        }
    }
    if let Some(serial) = &role.mfa_serial {
        connection.mfa_serial = Some(Connection::valid_mfa_serial(serial).map_err(|e| e.to_string())?);
        notes.push("asks for an MFA code".to_owned());
    }
    if role.endpoint_url.is_some() {
        notes.push("its endpoint_url was left out; set it with connection edit".to_owned());
    }
    Ok(Planned { connection, notes })
}

/// Where a profile's `source_profile` takes us: another profile that assumes a role is a connection, too.
fn base_of(
    name: &str,
    base: &str,
    found: &[ProfileFacts],
    ids: &HashMap<&str, ConnectionId>,
) -> Result<Source, String> {
    if base == name {
        return Err("its source_profile is itself, so its keys and its role share one profile; \
                    move the keys to a profile of their own"
            .into());
    }
    let Some(facts) = found.iter().find(|p| p.name == base) else {
        return Err(format!("its source_profile {base} is not in the AWS configuration"));
    };
    match &facts.kind {
        ProfileKind::Nothing => Err(format!("its source_profile {base} has no credentials")),
        ProfileKind::Role(_) if leads_back(name, base, found) => {
            Err(format!("its source_profile {base} leads back to it"))
        }
        ProfileKind::Role(_) => match ids.get(base) {
            Some(id) => Ok(Source::Connection(*id)),
            None => ProfileName::parse(base).map(Source::Profile).map_err(|e| e.to_string()),
        },
        _ => ProfileName::parse(base).map(Source::Profile).map_err(|e| e.to_string()),
    }
}

/// Whether the chain of source profiles that begins at `base` comes to `name`, or never ends.
fn leads_back(name: &str, base: &str, found: &[ProfileFacts]) -> bool {
    let mut at = base;
    for _ in 0..=found.len() {
        let next = found.iter().find(|p| p.name == at).and_then(|p| match &p.kind {
            ProfileKind::Role(role) => role.source_profile.as_deref(),
            _ => None,
        });
        match next {
            Some(next) if next == name => return true,
            // Keys and role in one profile: an end of the chain.
            Some(next) if next == at => return false,
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

/// The plan on standard output, what is skipped on standard error.
fn show(plan: &Plan, contents: &Contents, out: &mut Out) -> Result<(), Failure> {
    if !plan.new.is_empty() {
        let known: Vec<Connection> =
            contents.connections.iter().chain(plan.new.iter().map(|p| &p.connection)).cloned().collect();
        let mut table = Table::new(&["NAME", "ROLE", "SOURCE", "REMARKS"]);
        for planned in &plan.new {
            let c = &planned.connection;
            let role = c.role_arn().map(ToString::to_string).unwrap_or_default();
            table.plain([c.name.to_string(), role, c.source.label(&known), planned.notes.join(", ")]);
        }
        out.table(&table)?;
    }
    for (profile, why) in &plan.skipped {
        out.note(&format!("Skipped profile {profile}: {why}."));
    }
    match plan.without_role {
        0 => {}
        1 => out.note("1 profile assumes no role and was left out; it can be a source: --source profile:NAME."),
        n => out.note(&format!(
            "{n} profiles assume no role and were left out; they can be sources: --source profile:NAME."
        )),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str, account: &str, source: Option<&str>) -> ProfileFacts {
        let role = RoleFacts {
            role_arn: format!("arn:aws:iam::{account}:role/R"),
            source_profile: source.map(str::to_owned),
            ..RoleFacts::default()
        };
        ProfileFacts { name: name.to_owned(), kind: ProfileKind::Role(Box::new(role)) }
    }

    fn keys(name: &str) -> ProfileFacts {
        ProfileFacts { name: name.to_owned(), kind: ProfileKind::Keys }
    }

    fn skipped(plan: &Plan) -> Vec<&str> {
        plan.skipped.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn a_chain_of_profiles_becomes_a_chain_of_connections() {
        let found = [keys("hub"), role("a", "111122223333", Some("hub")), role("b", "111122224444", Some("a"))];
        let plan = plan(&found, &Contents::new(Vec::new()));
        assert_eq!((plan.new.len(), plan.without_role), (2, 1));
        assert_eq!(plan.new[0].connection.source.text(), "profile:hub");
        assert_eq!(plan.new[1].connection.source, Source::Connection(plan.new[0].connection.id));
    }

    #[test]
    fn what_stands_on_a_skipped_profile_takes_the_profile() {
        let found = [role("self", "111122223333", Some("self")), role("b", "111122224444", Some("self"))];
        let plan = plan(&found, &Contents::new(Vec::new()));
        assert_eq!(skipped(&plan), ["self"]);
        assert_eq!(plan.new[0].connection.source.text(), "profile:self");
    }

    #[test]
    fn loops_strangers_and_repeats_are_skipped_with_a_reason() {
        let found = [
            keys("hub"),
            role("a", "111122223333", Some("b")),
            role("b", "111122224444", Some("a")),
            role("c", "111122225555", Some("nowhere")),
            role("d", "111122226666", None),
            role("e", "not-an-account", Some("hub")),
            role("team x", "111122227777", Some("hub")),
            role("team/x", "111122228888", Some("hub")),
        ];
        let first = plan(&found, &Contents::new(Vec::new()));
        assert_eq!(skipped(&first), ["a", "b", "c", "d", "e", "team/x"]);
        assert_eq!(first.new[0].connection.name.as_str(), "team-x");
        let mut contents = Contents::new(Vec::new());
        contents.connections.extend(first.new.into_iter().map(|p| p.connection));
        let again = plan(&found, &contents);
        assert!(again.new.is_empty());
        assert!(again.skipped.iter().any(|(n, why)| n == "team x" && why.contains("already")));
        let later = [keys("hub"), found[6].clone(), role("new", "111122229999", Some("team x"))];
        let known = contents.connections[0].id;
        assert_eq!(plan(&later, &contents).new[0].connection.source, Source::Connection(known));
    }
}
