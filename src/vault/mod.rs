//! The age-encrypted file of connections: read, open, change, save.
//!
//! Everything here blocks: opening or saving a passphrase vault takes about a second of scrypt, and
//! plugins may wait for a person. Call it from `spawn_blocking`, never from a UI loop.

mod contents;
mod error;
mod file;
mod identity;
pub mod keys;
mod merge;
mod open;
pub mod passphrase;
mod read;
mod recipient;
mod seal;
mod unlock;

pub use contents::{Contents, to_toml};
pub use error::VaultError;
pub use file::LOCK_WAIT;
pub use merge::{Collision, merge};
pub use open::{OpenVault, Protection, Saved, Shape, init, open, shape_of};
pub use read::{parse, parse_connections};
pub use recipient::Recipient;
pub use unlock::{Ask, Given, Guard, Identities, Locked, Nobody, Unlock};
