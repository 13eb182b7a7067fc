//! `docs/permissions.md`: the five permissions, what lacks them, and the policy that has them.

use cloudivize::domain::{MANAGED, Mandatory};
use cloudivize::policy::Document;

use super::{fresh_parts, head, row};

#[test]
fn every_permission_is_documented() {
    let mut five = String::new();
    head(&mut five, &["permission", "what it is for", "without it", "where it is asked"]);
    for permission in Mandatory::ALL {
        let action = format!("`{}`", permission.action());
        row(&mut five, &[&action, permission.purpose(), permission.consequence(), permission.endpoint()]);
    }
    let mut managed = String::new();
    head(&mut managed, &["AWS's policy", "version read", "lacks"]);
    for policy in MANAGED {
        let lacks: Vec<String> = policy.lacks.iter().map(|p| format!("`{}`", p.action())).collect();
        row(&mut managed, &[&format!("`{}`", policy.name), policy.version, &lacks.join(", ")]);
    }
    let document = Document::allowing("CloudivizeMandatory", &Mandatory::ALL).unwrap();
    let policy = format!("\n```json\n{}\n```\n", document.json().trim_end());
    fresh_parts(
        "permissions.md",
        &[("permissions", five), ("managed", managed), ("policy", policy), ("needs", super::kinds::needs())],
    );
}
