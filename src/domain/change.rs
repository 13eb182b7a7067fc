//! What was done to the connections, as values: whoever keeps them applies these.

use super::{AccountId, Connection, ConnectionId, Source};

/// One change of the connections.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A new connection.
    Add(Connection),
    /// A connection as it shall be from now on.
    Replace(Connection),
    /// A connection goes.
    Remove(ConnectionId),
    /// The account that a connection's first good test answered; one that is known already stays.
    Pin(ConnectionId, AccountId),
    /// A person has confirmed that requests go to this address, which is not AWS's. No connection changes.
    Confirm(String),
}

/// Why a change cannot be made; then none of those beside it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// Another connection bears the name.
    #[error("there is a connection {0} already; choose another name")]
    NameTaken(String),
    /// It was added before.
    #[error("{0} is saved already; open it again to change it")]
    There(String),
    /// The connection is not there any more.
    #[error("{0} is not there any more: it was removed meanwhile")]
    Gone(String),
    /// The source is not there.
    #[error("the connection that {0} takes its credentials from is not there any more; choose another source")]
    NoSource(String),
    /// Another connection stands on the one that goes.
    #[error("{other} takes its credentials from {name}; give it another source first, or remove both")]
    Needed {
        /// The one that was to go.
        name: String,
        /// The one that stands on it.
        other: String,
    },
    /// Chained sources would go round in a loop.
    #[error("{0} would take its credentials from itself, through the connections in between; choose another source")]
    Loop(String),
}

impl Change {
    /// Makes changes one after another, all or none.
    ///
    /// # Errors
    /// The first that cannot be made; `connections` is then as it was.
    pub fn apply(changes: &[Self], connections: &mut Vec<Connection>) -> Result<(), ChangeError> {
        let mut after = connections.clone();
        for change in changes {
            change.make(&mut after)?;
        }
        for c in &after {
            sound(c, &after)?;
        }
        *connections = after;
        Ok(())
    }

    fn make(&self, all: &mut Vec<Connection>) -> Result<(), ChangeError> {
        match self {
            Self::Add(new) if all.iter().any(|c| c.id == new.id) => {
                return Err(ChangeError::There(new.name.to_string()));
            }
            Self::Add(new) => all.push(new.clone()),
            Self::Replace(new) => match all.iter_mut().find(|c| c.id == new.id) {
                Some(old) => *old = new.clone(),
                None => return Err(ChangeError::Gone(new.name.to_string())),
            },
            Self::Remove(id) => {
                let name = all.iter().find(|c| c.id == *id).map(|c| c.name.to_string());
                let Some(name) = name else { return Err(ChangeError::Gone("the connection".to_owned())) };
                all.retain(|c| c.id != *id);
                let needs = |c: &&Connection| c.source == Source::Connection(*id);
                if let Some(other) = all.iter().find(needs) {
                    return Err(ChangeError::Needed { name, other: other.name.to_string() });
                }
            }
            Self::Pin(id, account) => {
                for c in all.iter_mut().filter(|c| c.id == *id && c.account.is_none()) {
                    c.account = Some(account.clone());
                }
            }
            Self::Confirm(_) => {}
        }
        Ok(())
    }
}

/// Whether one connection can stand among the others: its name is its own, its chain of sources ends.
fn sound(c: &Connection, all: &[Connection]) -> Result<(), ChangeError> {
    if all.iter().any(|other| other.name == c.name && other.id != c.id) {
        return Err(ChangeError::NameTaken(c.name.to_string()));
    }
    let mut at = c;
    for _ in 0..=all.len() {
        let Source::Connection(id) = &at.source else { return Ok(()) };
        match all.iter().find(|other| other.id == *id) {
            Some(next) => at = next,
            None => return Err(ChangeError::NoSource(at.name.to_string())),
        }
    }
    Err(ChangeError::Loop(c.name.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConnectionName, Method, ProfileName};
    use uuid::Uuid;

    fn connection(n: u128, name: &str, source: Source) -> Connection {
        let id = ConnectionId(Uuid::from_u128(n));
        Connection::new(id, ConnectionName::parse(name).unwrap(), Method::Profile, source)
    }

    fn on(n: u128) -> Source {
        Source::Connection(ConnectionId(Uuid::from_u128(n)))
    }

    fn book() -> Vec<Connection> {
        let hub = Source::Profile(ProfileName::parse("hub").unwrap());
        vec![connection(1, "first", hub), connection(2, "second", on(1))]
    }

    fn refused(changes: &[Change]) -> String {
        let mut all = book();
        let error = Change::apply(changes, &mut all).unwrap_err();
        assert_eq!(all, book(), "all or none");
        error.to_string()
    }

    #[test]
    fn changes_are_made_together() {
        let mut all = book();
        let account = AccountId::parse("111122223333").unwrap();
        let changes = [
            Change::Add(connection(3, "third", on(2))),
            Change::Replace(connection(2, "other", Source::Env)),
            Change::Remove(ConnectionId(Uuid::from_u128(1))),
            Change::Pin(ConnectionId(Uuid::from_u128(3)), account.clone()),
            Change::Pin(ConnectionId(Uuid::from_u128(9)), account.clone()),
        ];
        Change::apply(&changes, &mut all).unwrap();
        assert_eq!(all.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["other", "third"]);
        assert_eq!((all[0].account.clone(), all[1].account.clone()), (None, Some(account.clone())));
        let other = AccountId::parse("999900001111").unwrap();
        Change::apply(&[Change::Pin(all[1].id, other)], &mut all).unwrap();
        assert_eq!(all[1].account, Some(account), "a pinned account stays");
    }

    #[test]
    fn what_would_break_the_book_is_refused_whole() {
        let new = Change::Add(connection(3, "new", Source::Env));
        let taken = refused(&[new, Change::Add(connection(4, "first", Source::Env))]);
        assert!(taken.contains("a connection first already"), "{taken}");
        assert!(refused(&[Change::Remove(ConnectionId(Uuid::from_u128(1)))]).contains("second takes its credentials"));
        assert!(refused(&[Change::Add(connection(1, "again", Source::Env))]).contains("again is saved already"));
        assert!(refused(&[Change::Remove(ConnectionId(Uuid::from_u128(7)))]).contains("removed meanwhile"));
        assert!(refused(&[Change::Replace(connection(7, "x", Source::Env))]).contains("x is not there any more"));
        assert!(refused(&[Change::Replace(connection(1, "first", on(2)))]).contains("from itself"));
        assert!(refused(&[Change::Replace(connection(2, "second", on(2)))]).contains("from itself"));
        assert!(refused(&[Change::Add(connection(3, "x", on(8)))]).contains("choose another source"));
    }
}
