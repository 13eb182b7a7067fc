//! The vault on disk: round trips, permission bits, and the sentence of each failure.

use cloudivize::domain::{Connection, ConnectionId, ConnectionName, Method, ProfileName, Secret, Source};
use cloudivize::vault::passphrase::PassphraseError;
use cloudivize::vault::{
    self, Ask, Contents, Given, Identities, Locked, Nobody, OpenVault, Protection, Recipient, Saved, Shape, Unlock,
    VaultError,
};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

fn keys() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/keys")
}

/// A throw-away ssh key of `tests/it/keys`, copied to a private file.
pub fn ssh_file(folder: &Path, name: &str) -> PathBuf {
    private(folder, name, &std::fs::read(keys().join(format!("{name}.key"))).unwrap())
}

/// The same with its public half.
pub fn ssh_key(folder: &Path, name: &str) -> (PathBuf, Recipient) {
    let public = std::fs::read_to_string(keys().join(format!("{name}.pub"))).unwrap();
    (ssh_file(folder, name), Recipient::parse(&public).unwrap())
}

/// A new X25519 identity file and its recipient.
pub fn x25519(folder: &Path, name: &str) -> (PathBuf, Recipient) {
    use age::secrecy::ExposeSecret;
    let identity = age::x25519::Identity::generate();
    let path = private(folder, name, format!("# a test\n{}\n", identity.to_string().expose_secret()).as_bytes());
    (path, Recipient::parse(&identity.to_public().to_string()).unwrap())
}

/// A file of mode 0600.
pub fn private(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    chmod(&path, 0o600);
    path
}

pub fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Unlocks with identity files alone.
pub fn with(files: &[&Path]) -> Unlock {
    let named = files.iter().map(|p| p.to_path_buf()).collect();
    Unlock::new(Identities { named, usual: Vec::new() }, Nobody)
}

/// Unlocks with identity files and one passphrase.
pub fn with_passphrase(files: &[&Path], passphrase: &str) -> Unlock {
    let named = files.iter().map(|p| p.to_path_buf()).collect();
    Unlock::new(Identities { named, usual: Vec::new() }, Given(secret(passphrase)))
}

pub fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

pub fn connection(name: &str) -> Connection {
    let source = Source::Profile(ProfileName::parse("hub").unwrap());
    Connection::new(ConnectionId::generate(), ConnectionName::parse(name).unwrap(), Method::Profile, source)
}

/// Saves one more connection.
pub fn add(vault: &mut OpenVault, connection: Connection) -> Result<Saved, VaultError> {
    let mut new = vault.contents().clone();
    new.connections.push(connection);
    vault.save(new)
}

pub fn names(contents: &Contents) -> Vec<String> {
    let mut names: Vec<String> = contents.connections.iter().map(|c| c.name.to_string()).collect();
    names.sort();
    names
}

#[test]
fn a_vault_for_recipients_is_made_saved_and_opened_by_each_of_them() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let (bob, for_bob) = ssh_key(home.path(), "ed25519");
    let (carol, for_carol) = ssh_key(home.path(), "rsa");
    let path = home.path().join("config/vault.age");
    let recipients = Protection::Recipients(vec![for_alice, for_bob, for_carol]);
    let mut made = vault::init(&path, recipients, &with(&[&alice])).unwrap();
    assert_eq!((made.shape(), made.opened_with()), (Shape::Recipients, Some(alice.as_path())));
    assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));

    assert_eq!(add(&mut made, connection("prod")).unwrap(), Saved::Written);
    assert_eq!((mode(&path), mode(&path.with_extension("age.bak"))), (0o600, 0o600));
    for key in [&alice, &bob, &carol] {
        let opened = vault::open(&path, &with(&[key])).unwrap();
        assert_eq!(opened.contents(), made.contents());
    }
    let backup = vault::open(&path.with_extension("age.bak"), &with(&[&bob])).unwrap();
    assert!(names(backup.contents()).is_empty(), "the backup is the previous version");
    assert_eq!(vault::shape_of(&path).unwrap(), Some(Shape::Recipients));
}

#[test]
fn a_passphrase_vault_is_made_saved_merged_and_opened() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("vault.age");
    assert_eq!(vault::shape_of(&path).unwrap(), None);
    let mut made = vault::init(&path, Protection::Passphrase(secret("open sesame")), &with(&[])).unwrap();
    assert_eq!(vault::shape_of(&path).unwrap(), Some(Shape::Passphrase));
    assert!(String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(" 18\n"), "the work is always 2^18");
    let mut other = vault::open(&path, &with_passphrase(&[], "open sesame")).unwrap();
    assert_eq!(add(&mut made, connection("a")).unwrap(), Saved::Written);
    assert_eq!(add(&mut other, connection("b")).unwrap(), Saved::Merged);
    assert_eq!(names(other.contents()), ["a", "b"]);

    let before = std::fs::read(&path).unwrap();
    // Little work is read (we never write it), too much is not even begun.
    let mut little = age::scrypt::Recipient::new(secret("pw").to_age());
    little.set_work_factor(10);
    let text = vault::to_toml(other.contents()).unwrap();
    let foreign = private(home.path(), "foreign.age", &age::encrypt(&little, text.as_bytes()).unwrap());
    assert!(vault::open(&foreign, &with_passphrase(&[], "pw")).is_ok());
    let much = String::from_utf8_lossy(&before[..120]).find(" 18\n").unwrap();
    let mut bytes = before.clone();
    bytes[much + 1..much + 3].copy_from_slice(b"23");
    let e = vault::open(&private(home.path(), "much.age", &bytes), &with_passphrase(&[], "pw")).unwrap_err();
    assert!(e.to_string().contains("more scrypt work than 2^22"), "{e}");

    let e = vault::open(&path, &with_passphrase(&[], "open sesam")).unwrap_err();
    assert!(matches!(e, VaultError::WrongPassphrase(_)), "{e}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn protected_identities_are_asked_for_only_when_nothing_else_opens() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let (ssh, for_ssh) = ssh_key(home.path(), "ed25519_protected");
    let path = home.path().join("vault.age");
    vault::init(&path, Protection::Recipients(vec![for_alice, for_ssh]), &with(&[&alice])).unwrap();

    // Nobody is there to be asked, and nobody needs to be.
    assert!(vault::open(&path, &with(&[&ssh, &alice])).is_ok());
    let e = vault::open(&path, &with(&[&ssh])).unwrap_err();
    assert!(matches!(e, VaultError::NeedsPassphrase(vault::Locked::Identity(ref p)) if *p == ssh), "{e}");
    assert!(vault::open(&path, &with_passphrase(&[&ssh], "open sesame")).is_ok());
    let e = vault::open(&path, &with_passphrase(&[&ssh], "wrong")).unwrap_err();
    assert!(matches!(e, VaultError::WrongPassphrase(vault::Locked::Identity(_))), "{e}");

    // An ssh key that is no recipient is never asked for.
    let other = home.path().join("other.age");
    let (_, for_stranger) = x25519(home.path(), "stranger");
    let e = vault::init(&other, Protection::Recipients(vec![for_stranger]), &with(&[&ssh])).unwrap_err();
    assert!(matches!(e, VaultError::LocksYouOut(_)), "{e}");
    assert!(!other.exists(), "nothing is placed that the present user cannot open");
}

/// An identity file behind a passphrase, with little work so that many fit into a test.
fn protected(folder: &Path, name: &str, identity: &Path, passphrase: &str) -> PathBuf {
    let mut recipient = age::scrypt::Recipient::new(secret(passphrase).to_age());
    recipient.set_work_factor(10);
    private(folder, name, &age::encrypt(&recipient, &std::fs::read(identity).unwrap()).unwrap())
}

/// Knows one passphrase and notes what it was asked for.
struct Noting(&'static str, Arc<Mutex<Vec<String>>>);

impl Ask for Noting {
    fn passphrase(&self, of: &Locked) -> Result<Option<Secret>, PassphraseError> {
        let Locked::Identity(path) = of else { panic!("{of}") };
        self.1.lock().unwrap().push(path.file_name().unwrap().to_string_lossy().into_owned());
        Ok(Some(secret(self.0)))
    }
}

#[test]
fn protected_identities_are_tried_in_their_order_and_the_rest_is_not_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let h = home.path();
    let (alice, for_alice) = x25519(h, "alice");
    let (bob, _) = x25519(h, "bob");
    let path = h.join("vault.age");
    vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    let files =
        [protected(h, "of-bob", &bob, "pw"), protected(h, "of-alice", &alice, "pw"), protected(h, "third", &bob, "pw")];
    let asked = Arc::default();
    let unlock = |files: &[PathBuf], asked: &Arc<_>| {
        let identities = Identities { named: files.to_vec(), usual: Vec::new() };
        Unlock::new(identities, Noting("pw", Arc::clone(asked)))
    };
    let open = vault::open(&path, &unlock(&files, &asked)).unwrap();
    assert_eq!(open.opened_with(), Some(files[1].as_path()));
    assert_eq!(*asked.lock().unwrap(), ["of-bob", "of-alice"]);
    let e = vault::open(&path, &unlock(&files[..1], &asked)).unwrap_err();
    assert!(e.to_string().contains("of-bob: is not among the recipients"), "{e}");
    let nested = protected(h, "nested", &files[1], "pw");
    let e = vault::open(&path, &unlock(&[nested], &asked)).unwrap_err();
    assert!(e.to_string().contains("nested cannot be used: it holds no text"), "{e}");
    let cut = private(h, "cut", &std::fs::read(&files[1]).unwrap()[..100]);
    let e = vault::open(&path, &unlock(&[cut], &asked)).unwrap_err();
    assert!(e.to_string().contains("cut cannot be used: it is cut short or damaged"), "{e}");
}

#[test]
fn a_save_keeps_the_recipients_and_changes_them_only_when_told() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let (bob, for_bob) = x25519(home.path(), "bob");
    let path = home.path().join("vault.age");
    let mut made = vault::init(&path, Protection::Recipients(vec![for_alice.clone()]), &with(&[&alice])).unwrap();
    assert!(matches!(vault::open(&path, &with(&[&bob])), Err(VaultError::NoMatch { .. })));

    let mut new = made.contents().clone();
    new.recipients.push(for_bob.text().to_owned());
    made.save(new).unwrap();
    add(&mut vault::open(&path, &with(&[&bob])).unwrap(), connection("by-bob")).unwrap();
    assert_eq!(names(vault::open(&path, &with(&[&alice])).unwrap().contents()), ["by-bob"]);

    // Bob goes: he opens neither the vault nor its backup.
    let mut alices = vault::open(&path, &with(&[&alice])).unwrap();
    let mut new = alices.contents().clone();
    new.recipients = vec![for_alice.text().to_owned()];
    alices.save(new).unwrap();
    for file in [path.clone(), path.with_extension("age.bak")] {
        assert!(matches!(vault::open(&file, &with(&[&bob])), Err(VaultError::NoMatch { .. })), "{}", file.display());
        assert!(vault::open(&file, &with(&[&alice])).is_ok());
    }

    // Nobody locks themselves out, nor turns one kind of vault into the other.
    let before = std::fs::read(&path).unwrap();
    let mut new = alices.contents().clone();
    new.recipients = vec![for_bob.text().to_owned()];
    assert!(matches!(alices.save(new.clone()), Err(VaultError::LocksYouOut(_))));
    new.recipients.clear();
    assert!(matches!(alices.save(new), Err(VaultError::OtherShape { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_link_to_a_vault_stays_a_link() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    std::fs::create_dir(home.path().join("dotfiles")).unwrap();
    let real = home.path().join("dotfiles/vault.age");
    let link = home.path().join("vault.age");
    vault::init(&real, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    add(&mut vault::open(&link, &with(&[&alice])).unwrap(), connection("a")).unwrap();
    assert!(link.is_symlink());
    assert_eq!(names(vault::open(&real, &with(&[&alice])).unwrap().contents()), ["a"]);
}

#[test]
fn a_save_that_changes_nothing_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let path = home.path().join("vault.age");
    let mut made = vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    let before = std::fs::read(&path).unwrap();
    let same = made.contents().clone();
    assert_eq!(made.save(same).unwrap(), Saved::Unchanged);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_could_not_be_read_again_is_never_written() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let path = home.path().join("vault.age");
    let mut made = vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    add(&mut made, connection("twin")).unwrap();
    let e = add(&mut made, connection("twin")).unwrap_err();
    assert!(matches!(e, VaultError::Refused(_)), "{e}");
    assert_eq!(made.contents().connections.len(), 1);
}

#[test]
fn debug_of_an_open_vault_shows_nothing_of_it() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("vault.age");
    let protection = Protection::Passphrase(secret("open sesame"));
    let shown = format!("{protection:?} {:?}", Given(secret("open sesame")));
    let opened = vault::init(&path, protection, &with(&[])).unwrap();
    assert!(!format!("{shown} {opened:?}").contains("open sesame"));
    let plain = std::fs::read(&path).unwrap();
    assert!(!String::from_utf8_lossy(&plain).contains("version"));
}

#[test]
fn an_open_vault_may_go_to_the_thread_that_blocks() {
    fn goes<T: Send + 'static>() {}
    goes::<OpenVault>();
    goes::<Unlock>();
    goes::<VaultError>();
}

/// The sentence, with the test's folder taken out of it.
fn said(home: &Path, e: &VaultError) -> String {
    e.to_string().replace(&home.display().to_string(), "~").replace(&std::process::id().to_string(), "PID")
}

#[test]
fn each_failure_has_its_sentence_and_leaves_the_file_alone() {
    let home = tempfile::tempdir().unwrap();
    let h = home.path();
    let (alice, for_alice) = x25519(h, "alice");
    let (bob, _) = x25519(h, "bob");
    let path = h.join("vault.age");
    let mut lines = Vec::new();
    let fail = |file: &Path, unlock: &Unlock| said(h, &vault::open(file, unlock).unwrap_err());
    lines.push(fail(&path, &with(&[&alice])));
    vault::init(&path, Protection::Recipients(vec![for_alice.clone()]), &with(&[&alice])).unwrap();
    let good = std::fs::read(&path).unwrap();

    let again = vault::init(&path, Protection::Recipients(vec![for_alice.clone()]), &with(&[&alice]));
    lines.push(said(h, &again.unwrap_err()));
    lines.push(fail(&path, &with(&[])));
    lines.push(fail(&path, &with(&[&bob])));
    lines.push(fail(&path, &with(&[&h.join("missing.txt")])));
    chmod(&bob, 0o644);
    lines.push(fail(&path, &with(&[&bob, &alice])));
    for (content, name) in [
        (&b"AGE-SECRET-KEY-1OOPS\n"[..], "mistyped"),
        (for_alice.text().as_bytes(), "public"),
        (b"\n# nothing\n", "empty"),
        (b"\xff\xfe", "binary"),
        (b"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n", "pem"),
        (b"AGE-PLUGIN-FOOBAR-1QVHULF\n", "noplugin"),
    ] {
        lines.push(fail(&path, &with(&[&private(h, name, content)])));
    }
    lines.push(fail(&path, &with(&[&ssh_file(h, "ecdsa")])));
    lines.push(fail(&path, &with(&[&ssh_file(h, "sk")])));
    lines.push(fail(&private(h, "cut.age", &good[..good.len() - 5]), &with(&[&alice])));
    lines.push(fail(&private(h, "cut-head.age", &good[..60]), &with(&[&alice])));
    lines.push(fail(&private(h, "none.age", b""), &with(&[&alice])));
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    lines.push(fail(&private(h, "altered.age", &bad), &with(&[&alice])));
    lines.push(fail(&private(h, "toml.age", b"version = 1\n"), &with(&[&alice])));
    let sealed =
        |text: &[u8]| age::encrypt(&for_alice.text().parse::<age::x25519::Recipient>().unwrap(), text).unwrap();
    lines.push(fail(&private(h, "picture.age", &sealed(b"\xff\xd8")), &with(&[&alice])));
    lines.push(fail(&private(h, "newer.age", &sealed(b"version = 2\nnew = 1\n")), &with(&[&alice])));
    lines.push(fail(&private(h, "note.age", &sealed(b"dear diary")), &with(&[&alice])));
    lines.push(fail(&private(h, "typo.age", &sealed(b"version = 1\nvalt = 1\n")), &with(&[&alice])));
    chmod(&path, 0o666);
    lines.push(fail(&path, &with(&[&alice])));
    chmod(&path, 0o600);
    let unplaced = h.join("new.age");
    lines.push(said(h, &vault::init(&unplaced, Protection::Passphrase(secret("")), &with(&[])).unwrap_err()));
    lines.push(said(h, &vault::init(&unplaced, Protection::Recipients(vec![]), &with(&[&alice])).unwrap_err()));
    let for_me = Protection::Recipients(vec![ssh_key(h, "rsa").1]);
    lines.push(said(h, &vault::init(&unplaced, for_me, &with(&[&alice])).unwrap_err()));
    assert!(!unplaced.exists());
    assert_eq!(std::fs::read(&path).unwrap(), good);
    insta::assert_snapshot!(lines.join("\n\n"), @r#"
there is no vault at ~/vault.age. Make one with: cloudivize init (or name yours with --vault)

~/vault.age exists already and was left as it is. Open it, or name another file with --vault

~/vault.age is encrypted to recipients, and no identity is known here. Give --identity FILE, set CLOUDIVIZE_IDENTITY, name it in config.toml (identities), or keep it as identity.txt in the config folder

none of the identities here opens ~/vault.age:
- ~/bob: is not among the recipients
Give another with --identity, or ask someone who can open it to add your recipient

the identity ~/missing.txt cannot be read: No such file or directory (os error 2). Correct its path (--identity, CLOUDIVIZE_IDENTITY, or identities in config.toml)

the identity ~/bob can be read or changed by others (mode 644). Protect it: chmod 600 ~/bob

the identity ~/mistyped cannot be used: line 1 is no age identity; one begins with AGE-SECRET-KEY- or AGE-PLUGIN-

the identity ~/public cannot be used: line 1 is a public recipient, not an identity; name the file with the secret half

the identity ~/empty cannot be used: it holds no identity. age-keygen writes one

the identity ~/binary cannot be used: it is no text. Name an age identity file or an ssh private key

the identity ~/pem cannot be used: it is no ssh private key in OpenSSH's format. Convert it: ssh-keygen -p -f FILE (ssh-agent is not used)

none of the identities here opens ~/vault.age:
- ~/noplugin: needs the program age-plugin-foobar, which is not on PATH; install it
Give another with --identity, or ask someone who can open it to add your recipient

the identity ~/ecdsa cannot be used: it is an ssh key of type ecdsa-sha2-nistp256, which age cannot use. Use an ssh-ed25519 or ssh-rsa key file, or an age identity (ssh-agent is not used)

the identity ~/sk cannot be used: its secret is on a security key (sk-), which age cannot use over ssh. Use an ssh-ed25519 or ssh-rsa key file, or an age identity (ssh-agent is not used), or age-plugin-fido2-hmac

~/cut.age is damaged: it was cut short or altered after it was written. Put the backup beside it (.bak), if there is one, in its place

~/cut-head.age is cut short, as after a full disk or a broken copy. Put the backup beside it (.bak), if there is one, in its place

~/none.age is cut short, as after a full disk or a broken copy. Put the backup beside it (.bak), if there is one, in its place

~/altered.age is damaged: it was cut short or altered after it was written. Put the backup beside it (.bak), if there is one, in its place

~/toml.age is not an age file. Name the vault with --vault; a backup stands beside it as .bak, if it was saved before

~/picture.age can be opened, but holds no text. It is not a vault: name yours with --vault

the vault has version 2; cloudivize 0.1.0 reads version 1. Install a newer cloudivize, one that reads version 2

the vault's text is wrong:
line 1, TOML: key with no value, expected `=`
Correct it: age -d the file, mend these lines, encrypt it again

the vault's text is wrong:
line 1, [vault]: is missing; it carries the vault's id
line 2, valt: is not a known field; did you mean vault
Correct it: age -d the file, mend these lines, encrypt it again

~/vault.age can be changed by others (mode 666), so what is in it cannot be trusted. Look at it, then: chmod go-w ~/vault.age

an empty passphrase protects nothing. Give one, or use recipients

a vault for recipients needs at least one. Give --recipient, or none at all for a passphrase

nothing was written: you could not open this vault with the identities known here. Add your own recipient (age-keygen -y FILE prints it), or give its identity with --identity
- ~/alice: is not among the recipients
"#);
}

#[test]
fn no_altered_byte_opens_as_something_else() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let path = home.path().join("vault.age");
    vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    let good = std::fs::read(&path).unwrap();
    for i in 0..good.len() {
        // At every fifth byte the file ends, every other one is altered.
        let mut bad = good.clone();
        bad[i] ^= 1;
        let bad = if i % 5 == 0 { &good[..i] } else { &bad[..] };
        std::fs::write(&path, bad).unwrap();
        assert!(vault::open(&path, &with(&[&alice])).is_err(), "byte {i}");
    }
}

#[test]
fn two_changes_of_one_thing_are_named_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let path = home.path().join("vault.age");
    let mut first = vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    add(&mut first, connection("prod")).unwrap();
    let mut second = vault::open(&path, &with(&[&alice])).unwrap();

    let mut new = first.contents().clone();
    new.connections[0].group = Some("by the first".to_owned());
    first.save(new).unwrap();
    let before = std::fs::read(&path).unwrap();
    let mut new = second.contents().clone();
    new.connections.clear();
    new.endpoints.push("https://sts.example.com".to_owned());
    let e = second.save(new).unwrap_err();
    assert_eq!(
        e.to_string(),
        "nothing was saved: the vault was changed meanwhile, and both changed the same things:\n\
         - connection prod: removed here, changed there\nOpen it again and repeat your change"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // What does not collide still goes through, from the same state.
    assert_eq!(add(&mut second, connection("dev")).unwrap(), Saved::Merged);
    let now = vault::open(&path, &with(&[&alice])).unwrap();
    assert_eq!(names(now.contents()), ["dev", "prod"]);
    assert_eq!(now.contents().by_name("prod").unwrap().group.as_deref(), Some("by the first"));
}

#[test]
fn a_vault_that_vanished_or_was_replaced_is_not_written_over() {
    let home = tempfile::tempdir().unwrap();
    let (alice, for_alice) = x25519(home.path(), "alice");
    let (bob, for_bob) = x25519(home.path(), "bob");
    let path = home.path().join("vault.age");
    let mut made = vault::init(&path, Protection::Recipients(vec![for_alice.clone()]), &with(&[&alice])).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(add(&mut made, connection("a")), Err(VaultError::Missing(_))));
    vault::init(&path, Protection::Recipients(vec![for_bob]), &with(&[&bob])).unwrap();
    assert!(matches!(add(&mut made, connection("a")), Err(VaultError::ChangedBeyondReach(_))));
    std::fs::remove_file(&path).unwrap();
    vault::init(&path, Protection::Recipients(vec![for_alice]), &with(&[&alice])).unwrap();
    let e = add(&mut made, connection("a")).unwrap_err();
    assert!(e.to_string().contains("another one stands in its place"), "{e}");
}
