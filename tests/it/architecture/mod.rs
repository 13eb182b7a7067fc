//! Holds the rooms of `docs/architecture.md`: what each may name of ours, of other crates and of the system.

mod paths;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use paths::{Source, without_tests};

/// A room under `src/` and what it may name.
struct Room {
    name: &'static str,
    /// Rooms of ours, or parts of them.
    ours: &'static [&'static str],
    /// Other crates; a room's tests may use any.
    crates: &'static [&'static str],
    /// Whether files, network, environment, processes, threads and the clock are forbidden to it.
    pure: bool,
}

const EVERYTHING_BELOW_THE_ENGINE: &[&str] =
    &["domain", "text", "catalog", "query", "diagnose", "policy", "report", "config", "vault", "journal", "providers"];

const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        ours: &[],
        crates: &[
            "http",
            "jiff",
            "memchr",
            "secrecy",
            "serde",
            "serde_json",
            "strsim",
            "thiserror",
            "unicode_width",
            "uuid",
            "zeroize",
        ],
        pure: true,
    },
    Room { name: "text", ours: &[], crates: &["shlex", "unicode_segmentation", "unicode_width"], pure: true },
    Room {
        name: "catalog",
        ours: &["domain"],
        crates: &["flate2", "serde", "serde_json", "strsim", "thiserror", "toml"],
        pure: true,
    },
    Room {
        name: "query",
        ours: &["domain", "text", "catalog"],
        crates: &["memchr", "serde_json", "thiserror"],
        pure: true,
    },
    Room {
        name: "diagnose",
        ours: &["domain", "text"],
        crates: &["serde", "serde_json", "shlex", "thiserror"],
        pure: true,
    },
    Room {
        name: "policy",
        ours: &["domain", "text", "catalog"],
        crates: &["serde", "serde_json", "sha2", "shlex", "thiserror"],
        pure: true,
    },
    Room {
        name: "report",
        ours: &["domain", "text", "catalog", "query", "diagnose", "policy"],
        crates: &["serde", "serde_json", "thiserror"],
        pure: true,
    },
    Room {
        name: "config",
        ours: &["domain", "text"],
        crates: &["directories", "serde", "tempfile", "thiserror", "toml"],
        pure: false,
    },
    Room {
        name: "vault",
        ours: &["domain", "text", "config"],
        crates: &[
            "age",
            "base64",
            "http",
            "rustix",
            "secrecy",
            "serde",
            "sha2",
            "shlex",
            "tempfile",
            "thiserror",
            "toml",
            "uuid",
            "zeroize",
        ],
        pure: false,
    },
    Room {
        name: "journal",
        ours: &["domain", "text"],
        crates: &["hmac", "rustix", "serde", "serde_json", "sha2", "tempfile", "thiserror", "uuid"],
        pure: false,
    },
    Room {
        name: "providers",
        ours: &["domain", "text", "catalog", "diagnose", "policy", "config"],
        crates: &[
            "aws_config",
            "aws_credential_types",
            "aws_runtime",
            "aws_sdk_costandusagereport",
            "aws_sdk_ec2",
            "aws_sdk_iam",
            "aws_sdk_sts",
            "aws_smithy_async",
            "aws_smithy_http_client",
            "aws_smithy_json",
            "aws_smithy_query",
            "aws_smithy_runtime",
            "aws_smithy_runtime_api",
            "aws_smithy_schema",
            "aws_smithy_types",
            "aws_smithy_xml",
            "aws_types",
            "base64",
            "form_urlencoded",
            "futures_util",
            "http",
            "http_body_util",
            "pem",
            "quick_xml",
            "rustls_native_certs",
            "secrecy",
            "serde",
            "serde_json",
            "sha2",
            "shlex",
            "thiserror",
            "tokio",
            "toml",
            "tracing",
            "uuid",
            "zeroize",
        ],
        pure: false,
    },
    Room {
        name: "engine",
        ours: EVERYTHING_BELOW_THE_ENGINE,
        crates: &["futures_util", "thiserror", "tokio", "tracing", "uuid"],
        pure: false,
    },
    Room {
        name: "app",
        ours: &["domain", "text", "catalog", "query", "diagnose", "policy", "report"],
        crates: &["serde_json", "strsim", "thiserror", "unicode_segmentation", "unicode_width", "uuid", "zeroize"],
        pure: true,
    },
    Room { name: "keymap", ours: &["domain", "app"], crates: &["serde", "thiserror", "toml"], pure: true },
    Room {
        name: "theme",
        ours: &["domain", "text", "config::fields"],
        crates: &["anstyle", "anstyle_lossy", "ratatui"],
        pure: true,
    },
    Room {
        name: "view",
        ours: &["domain", "text", "catalog", "query", "app", "keymap", "theme"],
        crates: &["ratatui", "unicode_segmentation", "unicode_width"],
        pure: true,
    },
    Room {
        name: "term",
        ours: &["domain", "text"],
        crates: &[
            "base64",
            "crossterm",
            "futures_util",
            "ratatui",
            "rustix",
            "secrecy",
            "thiserror",
            "tokio",
            "tracing",
            "zeroize",
        ],
        pure: false,
    },
    Room {
        name: "runtime",
        ours: &[
            "domain",
            "text",
            "catalog",
            "query",
            "diagnose",
            "policy",
            "report",
            "config",
            "vault",
            "journal",
            "providers",
            "engine",
            "app",
            "keymap",
            "theme",
            "view",
            "term",
            "cli",
        ],
        crates: &[
            "crossterm",
            "futures_util",
            "jiff",
            "ratatui",
            "rustix",
            "secrecy",
            "serde_json",
            "thiserror",
            "tokio",
            "tracing",
            "tracing_subscriber",
            "uuid",
            "zeroize",
        ],
        pure: false,
    },
    Room {
        name: "cli",
        ours: &[
            "domain",
            "text",
            "catalog",
            "query",
            "diagnose",
            "policy",
            "report",
            "config",
            "vault",
            "journal",
            "providers",
            "engine",
            "keymap",
            "theme",
            "runtime",
            "term::prompt",
            "term::capabilities",
            "term::clipboard",
        ],
        crates: &[
            "clap",
            "clap_complete",
            "clap_mangen",
            "futures_util",
            "jiff",
            "rustix",
            "secrecy",
            "serde",
            "serde_json",
            "shlex",
            "thiserror",
            "tokio",
            "toml",
            "tracing",
            "tracing_subscriber",
            "unicode_width",
            "uuid",
            "zeroize",
        ],
        pure: false,
    },
];

/// An address is a value; only opening it is an effect.
const HARMLESS: [&str; 3] = ["std::net::IpAddr", "std::net::Ipv4Addr", "std::net::Ipv6Addr"];

/// What a pure room may not name, whatever the way.
const EFFECTS: [&str; 8] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "jiff::Zoned",
];

/// The one clock a pure room holds; nobody pure may read it (`app/` is told the time).
const CLOCK: (&str, &str) = ("src/domain/time.rs", "Timestamp::now");

const MOST_LINES: usize = 600;

#[test]
fn every_room_is_in_the_table() {
    let rooms: BTreeSet<String> = std::fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let table: BTreeSet<String> = ROOMS.iter().map(|room| room.name.to_owned()).collect();
    assert_eq!(rooms, table);
}

#[test]
fn rooms_name_only_what_they_may() {
    let externals = external_crates();
    let mut wrong = Vec::new();
    for room in ROOMS {
        for file in rust_files(&root().join("src").join(room.name)) {
            let source = read(&file);
            let shown = shown(&file);
            for path in source.rooms_named(&shown) {
                let other = path.split("::").next().unwrap_or_default();
                let is_room = ROOMS.iter().any(|room| room.name == other);
                if is_room && other != room.name && !room.ours.iter().any(|allowed| within(&path, allowed)) {
                    wrong.push(format!("{shown}: {} may not use {path}", room.name));
                }
            }
            // A build script stands beside what it makes and is no part of the program.
            if is_test_file(&file) || file.file_name().is_some_and(|name| name == "build.rs") {
                continue;
            }
            let code = without_tests(&source);
            for path in code.foreign_paths() {
                let first = path.split("::").next().unwrap_or_default();
                if externals.contains(first) && !room.crates.contains(&first) {
                    wrong.push(format!("{shown}: {} may not use the crate {first} ({path})", room.name));
                }
                let clock = path.ends_with(CLOCK.1) && shown != CLOCK.0;
                if room.pure
                    && (clock
                        || EFFECTS.iter().any(|effect| within(&path, effect)) && !HARMLESS.contains(&path.as_str()))
                {
                    wrong.push(format!("{shown}: {} is pure and may not use {path}", room.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The library's root only declares the rooms; the binary hardens its process and hands over.
#[test]
fn the_roots_are_thin() {
    let library = read(&root().join("src/lib.rs"));
    assert_eq!(library.paths(), Vec::<String>::new());
    let binary = read(&root().join("src/main.rs"));
    let used: Vec<String> = binary.paths().into_iter().filter(|path| !within(path, "std")).collect();
    let allowed = ["cloudivize::cli::run", "cloudivize::runtime::process"];
    assert!(used.iter().all(|path| allowed.iter().any(|allowed| within(path, allowed))), "{used:?}");
}

#[test]
fn every_file_says_what_lives_there_and_is_short() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for file in rust_files(&root().join(folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            if !text.starts_with("//! ") {
                wrong.push(format!("{} does not begin with `//! ` and what lives there", shown(&file)));
            }
            let lines = text.lines().count();
            if lines > MOST_LINES {
                wrong.push(format!("{} has {lines} lines: split it by theme", shown(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table in the documentation is this one; `UPDATE_DOCS=1` writes it anew.
#[test]
fn the_documented_table_is_fresh() {
    const BEGIN: &str = "<!-- rooms: written by tests/it/architecture, UPDATE_DOCS=1 cargo test architecture -->\n";
    const END: &str = "<!-- end of rooms -->\n";
    let file = root().join("docs/architecture.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the begin of the table is marked");
    let (found, after) = rest.split_once(END).expect("the end of the table is marked");
    let table = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(found, table, "run UPDATE_DOCS=1 cargo test architecture");
    }
}

/// Each crate of the manifest has its line in `docs/dependencies.md`, in the manifest's order, and no other has one.
#[test]
fn every_dependency_says_why() {
    let manifest = manifest();
    let text = std::fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    for (section, title) in [("dependencies", "## In the program"), ("dev-dependencies", "## In tests only")] {
        let (_, rest) = text.split_once(title).unwrap();
        let part = rest.split("\n## ").next().unwrap();
        let documented: Vec<&str> =
            part.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let named: Vec<&str> = manifest[section].as_table().unwrap().keys().map(String::as_str).collect();
        assert_eq!(documented, named, "{title} in docs/dependencies.md");
    }
}

fn table() -> String {
    let list = |names: &[&str]| match names {
        [] => "–".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" "),
    };
    let rows: String = ROOMS
        .iter()
        .map(|room| {
            let pure = if room.pure { "yes" } else { "" };
            format!("| `{}` | {} | {} | {pure} |\n", room.name, list(room.ours), list(room.crates))
        })
        .collect();
    format!("| room | may use of ours | may use of other crates | pure |\n|---|---|---|---|\n{rows}")
}

/// `a::b::c` within `a::b` and `a`, not within `a::bc`.
fn within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn is_test_file(file: &Path) -> bool {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    name == "tests" || name.ends_with("_tests") || file.parent().is_some_and(|folder| folder.ends_with("tests"))
}

/// The crates of the manifest, as they are named in code.
fn external_crates() -> BTreeSet<String> {
    let manifest = manifest();
    ["dependencies", "dev-dependencies"]
        .iter()
        .filter_map(|section| manifest[*section].as_table())
        .flat_map(|table| table.keys().map(|name| name.replace('-', "_")))
        .collect()
}

fn manifest() -> toml::Table {
    std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap()
}

fn read(file: &Path) -> Source {
    Source::new(&std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display())))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}
