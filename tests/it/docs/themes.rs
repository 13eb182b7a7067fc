//! `docs/themes.md`: the built-in themes and every role.

use cloudivize::domain::Role;
use cloudivize::theme::built_in_names;

use super::{fresh_parts, head, row};

#[test]
fn every_theme_and_role_is_documented() {
    let mut themes = String::new();
    head(&mut themes, &["theme", "what it is"]);
    for name in built_in_names() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("themes/{name}.toml"));
        let text = std::fs::read_to_string(file).unwrap();
        let about: Vec<&str> = text.lines().map_while(|l| l.strip_prefix("# ")).collect();
        row(&mut themes, &[&format!("`{name}`"), &about.join(" ")]);
    }
    let mut roles = String::new();
    head(&mut roles, &["role", "what is drawn with it"]);
    for role in Role::ALL {
        row(&mut roles, &[&format!("`{}`", role.word()), role.about()]);
    }
    fresh_parts("themes.md", &[("themes", themes), ("roles", roles)]);
}
