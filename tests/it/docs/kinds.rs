//! `docs/kinds.md`: every kind with its columns and permissions; and for `docs/permissions.md` what each kind needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use cloudivize::catalog::Catalog;
use cloudivize::catalog::kind::{FindBy, Kind, Need, Scope};

use super::{fresh_parts, head, row};

#[test]
fn every_kind_is_documented() {
    let catalog = Catalog::built_in();
    let mut groups: BTreeMap<&str, Vec<&Arc<Kind>>> = BTreeMap::new();
    for kind in catalog.ids().filter_map(|id| catalog.kind(id)) {
        groups.entry(&kind.group).or_default().push(kind);
    }
    let services: BTreeSet<&str> = catalog.ids().filter_map(|id| id.as_str().split('/').nth(1)).collect();
    let mut text = format!("{} kinds in {} services.\n", catalog.ids().count(), services.len());
    for (group, mut kinds) in groups {
        kinds.sort_by(|a, b| a.id.cmp(&b.id));
        write!(text, "\n### {group}\n\n").unwrap();
        head(&mut text, &["kind", "what", "also", "where", "columns", "found by"]);
        for kind in kinds {
            let short = format!("`{}`", kind.id.trim_start_matches("aws/"));
            let columns: Vec<String> = kind
                .columns
                .iter()
                // What a call a row brings is marked: it is loaded where it is wanted.
                .map(|c| format!("`{}`{}", c.id, if kind.late_column(c).is_some() { "\\*" } else { "" }))
                .collect();
            let by = FindBy::ALL.into_iter().filter(|by| kind.finds.iter().any(|f| f.by == *by));
            let by: Vec<&str> = by.map(FindBy::word).collect();
            let place = match (kind.scope, &kind.parent) {
                (_, Some(parent)) => format!("under `{}`", parent.kind.trim_start_matches("aws/")),
                (Scope::Regional, None) => "each region".to_owned(),
                (Scope::Global, None) => "once".to_owned(),
                (Scope::GlobalRowRegion, None) => "once; rows have regions".to_owned(),
            };
            let aliases: Vec<String> = kind.aliases.iter().map(|a| format!("`{a}`")).collect();
            row(&mut text, &[&short, &kind.title, &aliases.join(" "), &place, &columns.join(" "), &by.join(" ")]);
        }
    }
    fresh_parts("kinds.md", &[("kinds", text)]);
}

/// The table of what each kind needs.
pub(super) fn needs() -> String {
    let catalog = Catalog::built_in();
    let mut text = String::new();
    head(&mut text, &["kind", "listing and reading", "tagging"]);
    for kind in catalog.ids().filter_map(|id| catalog.kind(id)) {
        let short = format!("`{}`", kind.id.trim_start_matches("aws/"));
        row(&mut text, &[&short, &actions(&kind.read), &actions(&kind.tag)]);
    }
    text
}

/// Each action once; where it is about something, on what.
fn actions(needs: &[Need]) -> String {
    let mut seen = BTreeSet::new();
    let shown = needs.iter().filter(|n| seen.insert((&n.action, &n.resource))).map(|n| match n.resource.as_str() {
        "*" | "{arn}" => format!("`{}`", n.action),
        resource => format!("`{}` on `{resource}`", n.action),
    });
    shown.collect::<Vec<_>>().join(", ")
}
