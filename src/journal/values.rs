//! A connection's values as a keyed digest: tells an edited connection from the one that was tested,
//! and tells nobody else anything.

use crate::domain::Connection;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// HMAC-SHA-256 under the vault's id over source, role ARN, ExternalId, session name and first region,
/// cut to 8 bytes, in hexadecimal.
pub(super) fn digest(vault: Uuid, connection: &Connection) -> String {
    let role = connection.role_arn().map(ToString::to_string).unwrap_or_default();
    let source = connection.source.text();
    let fields = [
        source.as_str(),
        &role,
        connection.external_id().map_or("", |e| e.expose()),
        connection.session_name.as_str(),
        connection.regions.first().map_or("", |r| r.as_str()),
    ];
    // A key of any length is accepted.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(vault.as_bytes()) else { return String::new() };
    for field in fields {
        // The length in front keeps "ab"+"c" and "a"+"bc" apart.
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field.as_bytes());
    }
    mac.finalize().into_bytes().iter().take(8).map(|b| format!("{b:02x}")).collect()
}
