//! What an import of profiles would do.

use super::{Connection, ConnectionId, ProfileName, Source};
use std::collections::BTreeMap;

/// A connection to add and what to know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The profile that it is made from.
    pub profile: String,
    /// The connection.
    pub connection: Connection,
    /// Remarks, a few words each.
    pub notes: Vec<String>,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportPlan {
    /// Connections to add.
    pub new: Vec<Planned>,
    /// Profiles that become none, and why.
    pub skipped: Vec<(String, String)>,
    /// Profiles that assume no role.
    pub without_role: usize,
}

impl ImportPlan {
    /// Has what chains through a profile that becomes no connection take that profile itself. `names` are the
    /// profiles of the connections that others may stand on.
    pub fn ground(&mut self, known: &[Connection], names: &BTreeMap<ConnectionId, &str>) {
        let here: Vec<ConnectionId> =
            known.iter().chain(self.new.iter().map(|p| &p.connection)).map(|c| c.id).collect();
        for planned in &mut self.new {
            if let Source::Connection(id) = planned.connection.source
                && !here.contains(&id)
                && let Some(Ok(name)) = names.get(&id).map(|name| ProfileName::parse(name))
            {
                planned.connection.source = Source::Profile(name);
            }
        }
    }

    /// The plan with some of its connections only, by their places; the others' profiles stay sources.
    #[must_use]
    pub fn chosen(&self, known: &[Connection], keep: impl Fn(usize) -> bool) -> Self {
        let names = self.new.iter().map(|p| (p.connection.id, p.profile.as_str())).collect();
        let new = self.new.iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, p)| p.clone()).collect();
        let mut plan = Self { new, ..Self::default() };
        plan.ground(known, &names);
        plan
    }
}
