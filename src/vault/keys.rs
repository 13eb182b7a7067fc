//! Keys on this machine that a new vault could be made for, and making one.

use super::error::VaultError;
use super::file::{make_folder, place, read_private};
use super::recipient::Recipient;
use age::secrecy::ExposeSecret;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A key whose secret half lies in a file here.
#[derive(Debug, Clone)]
pub struct FoundKey {
    /// The public half.
    pub recipient: Recipient,
    /// The file with the secret half.
    pub file: PathBuf,
}

/// The public halves of an age identity file, as far as they can be known without anybody's help: a plugin's
/// stand in a comment, if the plugin wrote one. A file that is not there, is not private or is encrypted has none.
pub fn of_identity_file(path: &Path) -> Vec<FoundKey> {
    let Ok(bytes) = read_private(path) else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(&bytes) else { return Vec::new() };
    let mut found: Vec<FoundKey> = Vec::new();
    for line in text.lines().map(str::trim) {
        let recipient = match line.strip_prefix('#') {
            Some(comment) => comment.split_whitespace().last().filter(|w| w.starts_with("age1")).map(str::to_owned),
            None => line.parse::<age::x25519::Identity>().ok().map(|i| i.to_public().to_string()),
        };
        let recipient = recipient.and_then(|text| Recipient::parse(&text).ok());
        if let Some(recipient) = recipient.filter(|r| found.iter().all(|f| f.recipient.text() != r.text())) {
            found.push(FoundKey { recipient, file: path.to_owned() });
        }
    }
    found
}

/// The ssh keys in a folder (`~/.ssh`) that age can use and whose secret half lies beside the public one, by name.
pub fn of_ssh_folder(folder: &Path) -> Vec<FoundKey> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<FoundKey> = entries.flatten().filter_map(|entry| ssh_key(&entry.path())).collect();
    found.sort_by(|a, b| a.file.cmp(&b.file));
    found
}

/// An ssh key by its public half, when age can use it and the secret half lies beside it.
pub fn ssh_key(public: &Path) -> Option<FoundKey> {
    let file = public.with_extension("");
    if public.extension()? != "pub" || !file.is_file() {
        return None;
    }
    let text = std::fs::read_to_string(public).ok()?;
    let recipient = Recipient::parse(text.lines().next()?).ok()?;
    Some(FoundKey { recipient, file })
}

/// Makes a new age identity in a file of its own, 0600, as `age-keygen` does; never over a file.
///
/// # Errors
/// When something stands there already, or it cannot be written.
pub fn new_identity(path: &Path) -> Result<FoundKey, VaultError> {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let secret = identity.to_string();
    let text = Zeroizing::new(format!(
        "# the age identity of cloudivize: whoever has this file can open what is encrypted to it\n\
         # public key: {recipient}\n{}\n",
        secret.expose_secret()
    ));
    make_folder(path)?;
    place(path, text.as_bytes())?;
    Ok(FoundKey { recipient: Recipient::parse(&recipient)?, file: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn texts(found: &[FoundKey]) -> Vec<&str> {
        found.iter().map(|f| f.recipient.text()).collect()
    }

    #[test]
    fn a_new_identity_is_private_found_again_and_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config/identity.txt");
        let made = new_identity(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(texts(&of_identity_file(&path)), [made.recipient.text()], "once, though it stands in a comment too");
        assert!(matches!(new_identity(&path), Err(VaultError::Exists(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(of_identity_file(&path).is_empty(), "what others can read is not offered");
    }

    #[test]
    fn a_plugins_recipient_is_taken_from_its_comment() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("identity.txt");
        let recipient = age::x25519::Identity::generate().to_public().to_string();
        std::fs::write(&path, format!("#    Recipient: {recipient}\nAGE-PLUGIN-CZTEST-1QQQQ\n# age1 is no key\n"))
            .unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(texts(&of_identity_file(&path)), [recipient]);
    }

    #[test]
    fn ssh_keys_count_only_with_their_secret_half_and_a_kind_that_age_knows() {
        let home = tempfile::tempdir().unwrap();
        let ed = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice@rust";
        for (name, text) in
            [("id_a.pub", ed), ("id_b.pub", ed), ("id_c.pub", "ecdsa-sha2-nistp256 AAAA x"), ("known", ed)]
        {
            std::fs::write(home.path().join(name), format!("{text}\n")).unwrap();
        }
        for name in ["id_b", "id_c"] {
            std::fs::write(home.path().join(name), "secret").unwrap();
        }
        let found = of_ssh_folder(home.path());
        assert_eq!((texts(&found), found[0].file.clone()), (vec![ed], home.path().join("id_b")));
        assert!(of_ssh_folder(&home.path().join("nowhere")).is_empty());
    }
}
