//! What a user may set outside a cloud: folders, `config.toml`, and the `[config]` table that a
//! vault carries. Never a secret.

pub mod fields;
mod identities;
pub mod kinds;
mod paths;
mod settings;
pub mod themes;

pub use identities::{IdentitiesError, add_identity};
pub use paths::{NoHome, Paths, expand};
pub use settings::{Config, ConfigError, Layer, load};
