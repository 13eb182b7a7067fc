//! The trimmed service models are what their generator makes of the pinned botocore.

use crate::tools;
use flate2::read::GzDecoder;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

fn unpacked(file: &Path) -> String {
    let packed = std::fs::read(file).unwrap();
    let mut text = String::new();
    GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_models_are_fresh() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalog/models");
    let made = tempfile::tempdir().unwrap();
    // A copy, because the generator writes the list of its files beside itself.
    for name in ["generate.py", "operations.txt"] {
        std::fs::copy(home.join(name), made.path().join(name)).unwrap();
    }
    let data = made.path().join("data");
    let done = Command::new(tools::python()).arg(made.path().join("generate.py")).arg(&data).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let names = |folder: &Path| {
        let mut names: Vec<String> =
            folder.read_dir().unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&data), names(&home.join("data")));
    let stale = "is not what generate.py makes: run it with the botocore of the test tools";
    for name in names(&data).iter().filter(|n| n.ends_with(".gz")) {
        assert!(unpacked(&data.join(name)) == unpacked(&home.join("data").join(name)), "{name} {stale}");
    }
    let list = |folder: &Path| std::fs::read_to_string(folder.join("files.rs")).unwrap();
    let bare = |text: String| text.split_whitespace().collect::<String>();
    assert_eq!(bare(list(made.path())), bare(list(&home)), "files.rs {stale}");
}
