//! What stands in the fields, judged while it is typed, and the connection that comes of it.

use super::{Field, Form, FormKey, IdMode};
use crate::domain::{
    AccountId, Connection, ConnectionId, ConnectionName, ExternalId, Invalid, Method, Partition, Region, RoleArn,
    SessionName, Source, check_url, foreign_host,
};

/// The role's name where none is typed: the one in our policies.
pub(super) const ROLE: &str = "CloudivizeRole";
/// The session's name where none is typed.
pub(super) const SESSION: &str = "Cloudivize-Session";

/// What a field's content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing was typed, and this holds then; empty when nothing needs to hold.
    Default(String),
    /// Nothing was typed, and something has to be.
    Missing,
    /// It is good.
    Good,
    /// It is good, with something to think about.
    Doubt(String),
    /// It is wrong.
    Wrong(Invalid),
}

/// A role's path and name as they are typed.
pub(super) fn role_text(arn: &RoleArn) -> String {
    format!("{}{}", arn.path().trim_start_matches('/'), arn.name())
}

impl Form {
    /// Judges a field.
    pub(super) fn found(&self, field: Field, book: &[Connection], profiles: Option<&[String]>) -> Found {
        let text = self.text(field);
        let judged = |result: Result<(), Invalid>| result.map_or_else(Found::Wrong, |()| Found::Good);
        if field.is_text() && text.is_empty() {
            return match field {
                Field::Account if !self.assumes_role() => Found::Default("what the first test answers".to_owned()),
                Field::Account | Field::ExternalText => Found::Missing,
                Field::Source => Found::Default("env".to_owned()),
                Field::Role => Found::Default(ROLE.to_owned()),
                Field::Name => self.default_name(book).map_or(Found::Missing, Found::Default),
                Field::Session => Found::Default(SESSION.to_owned()),
                Field::Duration => Found::Default(format!("{} seconds", Connection::HOUR)),
                Field::Regions => Found::Default("all that are on".to_owned()),
                _ => Found::Default("none".to_owned()),
            };
        }
        match field {
            Field::Source => match self.source(book) {
                Err(e) => Found::Wrong(e),
                // Who answered for a profile proves that there is one.
                Ok(Source::Profile(name))
                    if self.identity().is_none() && profiles.is_some_and(|p| !p.iter().any(|n| n == name.as_str())) =>
                {
                    Found::Doubt(format!("the AWS configuration here has no profile {name}"))
                }
                Ok(_) => Found::Good,
            },
            Field::Account => judged(self.account().map(drop)),
            Field::Role => match self.role_alone() {
                Err(e) => Found::Wrong(e),
                Ok(arn) if !arn.partition().is_known() => {
                    Found::Doubt(format!("this release knows no partition {}", arn.partition()))
                }
                Ok(_) => Found::Good,
            },
            Field::External => match self.mode {
                IdMode::Fresh if self.fresh.is_none() => Found::Default("is being made".to_owned()),
                IdMode::None => Found::Default(String::new()),
                _ => Found::Good,
            },
            Field::ExternalText => judged(ExternalId::parse(text).map(drop)),
            Field::Name => judged(self.name(book).map(drop)),
            Field::Regions => judged(self.regions().map(drop)),
            Field::Session => judged(SessionName::parse(text).map(drop)),
            Field::Identity => judged(SessionName::parse_as("source identity", text).map(drop)),
            Field::Duration => judged(self.duration().map(drop)),
            Field::Mfa => judged(Connection::valid_mfa_serial(text).map(drop)),
            Field::Endpoint => judged(check_url(text, self.allows_insecure())),
            Field::Confirm if !self.confirmed => Found::Missing,
            _ => Found::Good,
        }
    }

    /// Where the base credentials come from.
    pub(super) fn source(&self, book: &[Connection]) -> Result<Source, Invalid> {
        let text = self.text(Field::Source);
        if text.is_empty() {
            return Ok(Source::Env);
        }
        let find = |name: &str| book.iter().find(|c| c.name.as_str() == name).map(|c| c.id);
        let source = Source::parse(text, find).map_err(|mut e| {
            if let Some(name) = book.iter().map(|c| c.name.as_str()).find(|n| *n == text) {
                e.suggestion = Some(format!("connection:{name}"));
            } else if !text.contains(':') {
                e.suggestion = Some(format!("profile:{text}"));
            }
            e
        })?;
        match &source {
            Source::Sso(_) => Err(Invalid::new("source", "sso is not supported by this release yet")
                .fix("sign in with the AWS CLI (aws sso login) and use profile:NAME")),
            Source::Connection(id) if !book.iter().any(|c| c.id == *id) => {
                Err(Invalid::new("source", "names a connection that is not here"))
            }
            Source::Connection(id) if self.leads_back(*id, book) => {
                Err(Invalid::new("source", "leads back to this connection itself").fix("choose another source"))
            }
            _ => Ok(source),
        }
    }

    /// Whether a chain of sources comes back to the connection that is being changed.
    fn leads_back(&self, from: ConnectionId, book: &[Connection]) -> bool {
        let mut at = Some(from);
        for _ in 0..=book.len() {
            if at.is_none() || at == self.id {
                return at.is_some();
            }
            at = book.iter().find(|c| Some(c.id) == at).and_then(|c| match &c.source {
                Source::Connection(next) => Some(*next),
                _ => None,
            });
        }
        true
    }

    pub(super) fn account(&self) -> Result<AccountId, Invalid> {
        let text = self.text(Field::Account);
        if text.starts_with("arn:") {
            // Not whole yet, or not a role's: else it would have been split.
            return Err(RoleArn::parse(text).err().unwrap_or_else(|| Invalid::new("account id", "is an ARN")));
        }
        AccountId::parse(text)
    }

    /// The partition of the role: of the ARN that was pasted, else the caller's.
    pub(super) fn partition(&self) -> Partition {
        let own = self.partition.clone();
        own.or_else(|| self.identity().map(|i| i.partition.clone())).unwrap_or(Partition::Aws)
    }

    /// The role, as far as its name goes: another account stands in where the account is not known yet.
    fn role_alone(&self) -> Result<RoleArn, Invalid> {
        let text = self.text(Field::Role);
        if text.starts_with("arn:") {
            return RoleArn::parse(text);
        }
        let name = match text.trim_start_matches('/') {
            "" => ROLE,
            name => name.strip_prefix("role/").unwrap_or(name),
        };
        let account = self.account().map_or_else(|_| "0".repeat(12), |a| a.to_string());
        let prefix = format!("arn:{}:iam::{account}:role/", self.partition());
        RoleArn::parse(&format!("{prefix}{name}")).map_err(|mut e| {
            let typed = text.chars().count() - name.chars().count().min(text.chars().count());
            e.at = e.at.and_then(|at| at.checked_sub(prefix.len())).filter(|at| *at > 0).map(|at| at + typed);
            e
        })
    }

    /// The role, once its account is known.
    pub(super) fn role(&self) -> Result<RoleArn, (Field, Invalid)> {
        self.account().map_err(|e| (Field::Account, e))?;
        self.role_alone().map_err(|e| (Field::Role, e))
    }

    /// The ExternalId that is kept for when the role asks for it.
    pub(super) fn next_id(&self) -> Option<&ExternalId> {
        match self.before.as_ref().map(|c| &c.method) {
            Some(Method::Role { external_id_next, .. }) => external_id_next.as_ref(),
            _ => None,
        }
    }

    /// The ExternalId that is sent.
    pub(super) fn external_id(&self) -> Result<Option<ExternalId>, Invalid> {
        match self.mode {
            IdMode::Keep => Ok(self.before.as_ref().and_then(|c| c.external_id().cloned())),
            IdMode::Next => Ok(self.next_id().cloned()),
            IdMode::None => Ok(None),
            IdMode::Typed => ExternalId::parse(self.text(Field::ExternalText)).map(Some),
            IdMode::Fresh => match &self.fresh {
                Some(id) => Ok(Some(id.clone())),
                None => Err(Invalid::new("ExternalId", "is still being made")),
            },
        }
    }

    pub(super) fn name(&self, book: &[Connection]) -> Result<ConnectionName, Invalid> {
        let typed = self.text(Field::Name);
        if typed.is_empty() {
            return self.name_by_itself(book);
        }
        let name = ConnectionName::parse(typed)?;
        match self.taken(name.as_str(), book) {
            true => Err(Invalid::new("connection name", "is another connection's already").fix("choose another")),
            false => Ok(name),
        }
    }

    /// The name where none is typed.
    pub(super) fn name_by_itself(&self, book: &[Connection]) -> Result<ConnectionName, Invalid> {
        ConnectionName::parse(&self.default_name(book).unwrap_or_default())
    }

    fn taken(&self, name: &str, book: &[Connection]) -> bool {
        book.iter().any(|c| c.name.as_str() == name && Some(c.id) != self.id)
    }

    /// A name from the role or its account that no other connection bears.
    fn default_name(&self, book: &[Connection]) -> Option<String> {
        if let Some(before) = &self.before {
            return Some(before.name.to_string());
        }
        let arn = self.role().ok()?;
        let stem = match arn.name().as_str() {
            ROLE => arn.account().to_string(),
            name => name.replace(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c), "-"),
        };
        let stem: String = stem.trim_start_matches('-').chars().take(56).collect();
        let numbered = (2..=book.len() + 2).map(|n| format!("{stem}-{n}"));
        std::iter::once(stem.clone()).chain(numbered).find(|n| !n.is_empty() && !self.taken(n, book))
    }

    /// Codes separated by blanks or commas.
    fn regions(&self) -> Result<Vec<Region>, Invalid> {
        let text = self.text(Field::Regions);
        let mut found: Vec<Region> = Vec::new();
        for (at, code) in words(text) {
            let region = Region::parse(code).map_err(|mut e| {
                e.at = Some(at + e.at.unwrap_or(1));
                // What is meant is this one word; the others stay.
                e.suggestion = e.suggestion.map(|meant| {
                    let byte = code.as_ptr() as usize - text.as_ptr() as usize;
                    format!("{}{meant}{}", &text[..byte], &text[byte + code.len()..])
                });
                e
            })?;
            if !found.contains(&region) {
                found.push(region);
            }
        }
        Ok(found)
    }

    pub(super) fn duration(&self) -> Result<u32, Invalid> {
        let text = self.text(Field::Duration);
        if text.is_empty() {
            return Ok(Connection::HOUR);
        }
        let wrong = || Invalid::new("duration", "is not a number of seconds").fix("3600 is an hour, AWS's usual");
        Connection::valid_duration(text.parse().map_err(|_| wrong())?)
    }

    /// Plain http to another host is allowed by the vault's text alone.
    fn allows_insecure(&self) -> bool {
        self.before.as_ref().is_some_and(|c| c.allow_insecure_endpoint)
    }

    /// The host of a new endpoint that is neither AWS's nor this machine.
    pub(super) fn foreign_host(&self) -> Option<String> {
        let text = self.text(Field::Endpoint);
        let kept = self.before.as_ref().is_some_and(|c| c.endpoint_url.as_deref() == Some(text));
        (!kept && !text.is_empty() && check_url(text, self.allows_insecure()).is_ok())
            .then(|| foreign_host(text))
            .flatten()
    }

    /// The endpoint, when it may be used.
    pub(super) fn endpoint(&self) -> Result<Option<String>, (Field, Invalid)> {
        let text = self.text(Field::Endpoint);
        if text.is_empty() {
            return Ok(None);
        }
        check_url(text, self.allows_insecure()).map_err(|e| (Field::Endpoint, e))?;
        match self.foreign_host() {
            Some(host) if !self.confirmed => {
                let why = format!("leads to {host}, which is not AWS");
                Err((Field::Confirm, Invalid::new("endpoint_url", why).fix("allow that below, or empty the field")))
            }
            _ => Ok(Some(text.to_owned())),
        }
    }

    /// The connection as it would be saved.
    ///
    /// # Errors
    /// The first field that is not enough, and why.
    pub(super) fn connection(&self, book: &[Connection]) -> Result<Connection, (Field, Invalid)> {
        let Some(id) = self.id else { return Err((Field::Finish, Invalid::new("form", "is still being made ready"))) };
        let source = self.source(book).map_err(|e| (Field::Source, e))?;
        let method = self.method()?;
        let name = self.name(book).map_err(|e| (Field::Name, e))?;
        let mut c = match &self.before {
            Some(before) => Connection { name, method, source, ..before.clone() },
            None => Connection::new(id, name, method, source),
        };
        let at = |field: Field| move |e: Invalid| (field, e);
        c.account = match (&c.method, self.text(Field::Account)) {
            (Method::Role { arn, .. }, _) => Some(arn.account().clone()),
            (_, "") => None,
            _ => Some(self.account().map_err(at(Field::Account))?),
        };
        let some = |field: Field| Some(self.text(field)).filter(|t| !t.is_empty());
        c.group = some(Field::Group).map(str::to_owned);
        c.regions = self.regions().map_err(at(Field::Regions))?;
        c.session_name = match some(Field::Session) {
            Some(text) => SessionName::parse(text).map_err(at(Field::Session))?,
            None => SessionName::default(),
        };
        c.source_identity = some(Field::Identity)
            .map(|t| SessionName::parse_as("source identity", t).map_err(at(Field::Identity)))
            .transpose()?;
        c.duration = self.duration().map_err(at(Field::Duration))?;
        c.mfa_serial = some(Field::Mfa).map(|t| Connection::valid_mfa_serial(t).map_err(at(Field::Mfa))).transpose()?;
        c.endpoint_url = self.endpoint()?;
        c.read_only = self.read_only;
        c.protected = self.protected;
        Ok(c)
    }

    fn method(&self) -> Result<Method, (Field, Invalid)> {
        if let Some(c) = self.before.as_ref().filter(|_| !self.assumes_role()) {
            return Ok(c.method.clone());
        }
        let arn = self.role()?;
        let typed = if self.mode == IdMode::Typed { Field::ExternalText } else { Field::External };
        let external_id = self.external_id().map_err(|e| (typed, e))?;
        let external_id_next = self.next_id().filter(|_| self.mode == IdMode::Keep).cloned();
        Ok(Method::Role { arn, external_id, external_id_next })
    }

    /// Whether what would be saved is what stands in the vault.
    pub(super) fn is_unchanged(&self, book: &[Connection]) -> bool {
        matches!(self.key, FormKey::Edit(_)) && self.connection(book).ok() == self.before
    }
}

/// The words of a list with the characters before each.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let separator = |c: char| c == ',' || c.is_whitespace();
    text.split(separator).filter(|w| !w.is_empty()).map(move |w| {
        let before = w.as_ptr() as usize - text.as_ptr() as usize;
        (text[..before].chars().count(), w)
    })
}
