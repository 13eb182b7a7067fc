//! Fields that no path can say. Each is named in `docs/kinds.md`.

mod eni_owner;
mod iam_trust;

use serde_json::Value;

/// Adds the derived fields of a kind to an item.
pub fn derive(word: Option<&str>, item: &mut Value) {
    match word {
        Some("iam-trust") => iam_trust::derive(item),
        Some("eni-owner") => eni_owner::derive(item),
        _ => {}
    }
}
