//! Profiles that assume a role, as connections: what an import would add, and what it leaves out and
//! why. No key is copied.

use super::profiles::{ProfileFacts, ProfileKind, RoleFacts};
use crate::domain::{
    Connection, ConnectionId, ConnectionName, ExternalId, ImportPlan, Method, Planned, ProfileName, RoleArn,
    SessionName, Source,
};
use std::collections::BTreeMap;

/// What an import of these profiles would add to these connections.
pub fn plan(found: &[ProfileFacts], known: &[Connection]) -> ImportPlan {
    let mut plan = ImportPlan::default();
    let roles: BTreeMap<&str, &RoleFacts> = found
        .iter()
        .filter_map(|p| match &p.kind {
            ProfileKind::Role(role) => Some((p.name.as_str(), role.as_ref())),
            _ => None,
        })
        .collect();
    // A role that is known already is that connection: others may chain through it.
    let same = |role: &RoleFacts| known.iter().find(|c| is_same(c, role)).map(|c| c.id);
    let ids: BTreeMap<&str, ConnectionId> =
        roles.iter().map(|(name, role)| (*name, same(role).unwrap_or_else(ConnectionId::generate))).collect();
    for profile in found {
        let ProfileKind::Role(role) = &profile.kind else {
            plan.without_role += 1;
            continue;
        };
        match connection(&profile.name, role, found, &ids, known) {
            Ok(planned) if plan.new.iter().any(|p| p.connection.name == planned.connection.name) => {
                let why = format!("another profile becomes {} already; rename one of them", planned.connection.name);
                plan.skipped.push((profile.name.clone(), why));
            }
            Ok(planned) => plan.new.push(planned),
            Err(why) => plan.skipped.push((profile.name.clone(), why)),
        }
    }
    plan.ground(known, &ids.iter().map(|(name, id)| (*id, *name)).collect());
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
    ids: &BTreeMap<&str, ConnectionId>,
    known: &[Connection],
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
    if let Some(same) = known.iter().find(|c| is_same(c, role)) {
        return Err(format!("connection {} is this role already", same.name));
    }
    if known.iter().any(|c| c.name == label) {
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
    Ok(Planned { profile: name.to_owned(), connection, notes })
}

/// Where a profile's `source_profile` takes us: another profile that assumes a role is a connection, too.
fn base_of(
    name: &str,
    base: &str,
    found: &[ProfileFacts],
    ids: &BTreeMap<&str, ConnectionId>,
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

    fn skipped(plan: &ImportPlan) -> Vec<&str> {
        plan.skipped.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn a_chain_of_profiles_becomes_a_chain_of_connections() {
        let found = [keys("hub"), role("a", "111122223333", Some("hub")), role("b", "111122224444", Some("a"))];
        let plan = plan(&found, &[]);
        assert_eq!((plan.new.len(), plan.without_role), (2, 1));
        assert_eq!(plan.new[0].connection.source.text(), "profile:hub");
        assert_eq!(plan.new[1].connection.source, Source::Connection(plan.new[0].connection.id));
    }

    #[test]
    fn what_stands_on_a_skipped_profile_takes_the_profile() {
        let found = [role("self", "111122223333", Some("self")), role("b", "111122224444", Some("self"))];
        let plan = plan(&found, &[]);
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
        let first = plan(&found, &[]);
        assert_eq!(skipped(&first), ["a", "b", "c", "d", "e", "team/x"]);
        assert_eq!(first.new[0].connection.name.as_str(), "team-x");
        let known: Vec<Connection> = first.new.into_iter().map(|p| p.connection).collect();
        let again = plan(&found, &known);
        assert!(again.new.is_empty());
        assert!(again.skipped.iter().any(|(n, why)| n == "team x" && why.contains("already")));
        let later = [keys("hub"), found[6].clone(), role("new", "111122229999", Some("team x"))];
        assert_eq!(plan(&later, &known).new[0].connection.source, Source::Connection(known[0].id));
    }
}
