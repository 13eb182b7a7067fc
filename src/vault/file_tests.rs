//! Tests of modes, lock and replacing.

use super::*;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn new_folders_and_files_are_private() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a/b/vault.age");
    make_folder(&path).unwrap();
    place(&path, b"one").unwrap();
    assert_eq!((mode(&root.path().join("a")), mode(&root.path().join("a/b")), mode(&path)), (0o700, 0o700, 0o600));
    replace(&path, b"two").unwrap();
    assert_eq!((std::fs::read(&path).unwrap(), mode(&path)), (b"two".to_vec(), 0o600));
}

#[test]
fn placing_never_replaces() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("vault.age");
    place(&path, b"one").unwrap();
    assert!(matches!(place(&path, b"two"), Err(VaultError::Exists(_))));
    assert_eq!(std::fs::read(&path).unwrap(), b"one");
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1, "no temporary file stays");
}

#[test]
fn a_vault_that_others_can_write_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("vault.age");
    place(&path, b"x").unwrap();
    set_mode(&path, 0o644);
    assert!(read_vault(&path).is_ok(), "others may read what is encrypted");
    set_mode(&path, 0o660);
    let e = read_vault(&path).unwrap_err().to_string();
    assert!(e.contains("can be changed by others (mode 660)") && e.contains("chmod go-w"), "{e}");
    set_mode(&path, 0o600);
    set_mode(root.path(), 0o777);
    assert!(matches!(read_vault(&path), Err(VaultError::OthersCanWrite { .. })));
    set_mode(root.path(), 0o1777);
    assert!(read_vault(&path).is_ok(), "a sticky folder protects it");
}

#[test]
fn a_private_file_that_others_can_read_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("identity.txt");
    place(&path, b"x").unwrap();
    assert!(read_private(&path).is_ok());
    for wrong in [0o640, 0o604, 0o620] {
        set_mode(&path, wrong);
        assert!(matches!(read_private(&path), Err(PrivateError::Mode(m)) if m == wrong));
    }
}

#[test]
fn a_held_lock_names_its_holder_and_a_dropped_one_is_free() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("vault.age");
    let held = Lock::take(&path, Duration::ZERO).unwrap();
    let e = Lock::take(&path, Duration::ZERO).err().unwrap().to_string();
    assert!(e.contains(&format!("being saved by process {}", std::process::id())), "{e}");
    drop(held);
    assert!(Lock::take(&path, Duration::ZERO).is_ok());
    assert_eq!(mode(&beside(&path, ".lock")), 0o600);
}

#[test]
fn what_a_killed_save_left_is_swept_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("vault.age");
    for name in [".vault.age.Xy12.tmp", "vault.age", ".other.age.Xy12.tmp", "vault.age.bak"] {
        std::fs::write(root.path().join(name), b"x").unwrap();
    }
    sweep(&path);
    let mut left: Vec<_> = std::fs::read_dir(root.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, [".other.age.Xy12.tmp", "vault.age", "vault.age.bak"]);
}
