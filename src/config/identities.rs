//! Naming one more identity in `config.toml`, with everything else in it left as it is.

use super::paths::expand;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// Why an identity could not be named there.
#[derive(Debug, thiserror::Error)]
pub enum IdentitiesError {
    /// The system refused.
    #[error("{path} cannot be {what}: {source}. Write this line into it by yourself: identities = [{entry}]")]
    File {
        /// The file.
        path: String,
        /// `read` or `written`.
        what: &'static str,
        /// The identity as it would stand there.
        entry: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path} is no TOML, or its identities are no list. Mend it, and put {entry} into the list of identities")]
    Unreadable {
        /// The file.
        path: String,
        /// The identity as it would stand there.
        entry: String,
    },
}

/// Names an identity in the configuration, so that it is tried from now on; one that is named already
/// stays as it is. Comments and order are kept.
///
/// # Errors
/// When the file cannot be read, written or understood; it is then as it was.
pub fn add_identity(config: &Path, identity: &Path) -> Result<(), IdentitiesError> {
    let path = config.display().to_string();
    let entry = toml::Value::String(short(identity)).to_string();
    let failed = |what, source| IdentitiesError::File { path: path.clone(), what, entry: entry.clone(), source };
    let before = match std::fs::read_to_string(config) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(failed("read", e)),
    };
    let Some(after) = with_identity(&before, identity, &entry) else {
        return Err(IdentitiesError::Unreadable { path, entry });
    };
    match after {
        Some(text) => replace(config, &text).map_err(|e| failed("written", e)),
        None => Ok(()),
    }
}

/// The text with one more identity; `Some(None)` when it is there already, `None` when the text is not understood.
fn with_identity(text: &str, identity: &Path, entry: &str) -> Option<Option<String>> {
    let table = DeTable::parse(text).ok()?;
    let Some((_, value)) = table.get_ref().iter().find(|(key, _)| key.get_ref() == "identities") else {
        // Before the first table, where it would be taken for a key of that one.
        return Some(Some(format!("identities = [{entry}]\n{text}")));
    };
    let DeValue::Array(list) = value.get_ref() else { return None };
    let named = |v: &DeValue<'_>| matches!(v, DeValue::String(s) if expand(s) == identity);
    if list.iter().any(|v| named(v.get_ref())) {
        return Some(None);
    }
    let open = value.span().start + 1;
    let (head, rest) = (text.get(..open)?, text.get(open..)?);
    let comma = if list.is_empty() { "" } else { ", " };
    let after = format!("{head}{entry}{comma}{rest}");
    let list = |t: &str| t.parse::<toml::Table>().ok()?.get("identities")?.as_array().map(Vec::len);
    (list(&after) == list(text).map(|n| n + 1)).then_some(Some(after))
}

/// A path as a person writes it.
fn short(path: &Path) -> String {
    let home = expand("~");
    match path.strip_prefix(&home) {
        Ok(rest) if home.is_absolute() => format!("~/{}", rest.display()),
        _ => path.display().to_string(),
    }
}

/// Replaces the file that a link leads to in one step; a new one and its folder are for the owner alone.
fn replace(config: &Path, text: &str) -> std::io::Result<()> {
    let real = std::fs::canonicalize(config).unwrap_or_else(|_| config.to_owned());
    let folder = real.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), PathBuf::from);
    if !folder.is_dir() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    }
    let mode = std::fs::metadata(&real).map_or(0o600, |m| m.permissions().mode() & 0o777);
    let mut temp = tempfile::NamedTempFile::new_in(&folder)?;
    temp.write_all(text.as_bytes())?;
    temp.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    temp.as_file().sync_all()?;
    temp.persist(&real).map_err(|e| e.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn added(text: &str) -> Option<Option<String>> {
        with_identity(text, Path::new("/keys/a"), "\"/keys/a\"")
    }

    fn becomes(text: &str) -> String {
        added(text).unwrap().unwrap()
    }

    #[test]
    fn the_list_grows_and_the_rest_stays() {
        assert_eq!(becomes(""), "identities = [\"/keys/a\"]\n");
        let text = "# mine\ntheme = \"mono\"\n[keys]\nidentities = \"x\"\n";
        assert_eq!(becomes(text), format!("identities = [\"/keys/a\"]\n{text}"));
        assert_eq!(becomes("identities = []"), "identities = [\"/keys/a\"]");
        let text = "theme = \"mono\"\nidentities = [\n  \"~/b\", # home\n]\n[keys]\n";
        assert_eq!(becomes(text), "theme = \"mono\"\nidentities = [\"/keys/a\", \n  \"~/b\", # home\n]\n[keys]\n");
        assert_eq!(added("identities = [\"/keys/a\"]"), Some(None), "named already");
        assert_eq!(added("identities = \"/keys/a\""), None);
        assert_eq!(added("identities = ["), None);
    }

    #[test]
    fn a_file_keeps_its_mode_and_a_link_stays_one() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("dotfiles.toml");
        std::fs::write(&real, "theme = \"mono\"\n").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        let config = home.path().join("config.toml");
        std::os::unix::fs::symlink(&real, &config).unwrap();
        add_identity(&config, Path::new("/keys/a")).unwrap();
        add_identity(&config, Path::new("/keys/a")).unwrap();
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "identities = [\"/keys/a\"]\ntheme = \"mono\"\n");
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(config.symlink_metadata().unwrap().is_symlink());
        let new = home.path().join("new/config.toml");
        add_identity(&new, Path::new("/keys/a")).unwrap();
        assert_eq!(std::fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o600);
    }

    proptest! {
        #[test]
        fn whatever_was_read_is_read_again(text in "(identities = \\[(\"/[a-z]{1,3}\"(, )?){0,3}\\]\n)?([a-z]{1,5} = [0-9]\n){0,3}(\\[t\\]\nidentities = 1\n)?") {
            if let Some(Some(after)) = added(&text) {
                let (before, after) = (text.parse::<toml::Table>().unwrap(), after.parse::<toml::Table>().unwrap());
                for (key, value) in before.iter().filter(|(k, _)| *k != "identities") {
                    prop_assert_eq!(after.get(key), Some(value));
                }
                prop_assert!(after["identities"].as_array().unwrap().contains(&toml::Value::String("/keys/a".into())));
            }
        }
    }
}
