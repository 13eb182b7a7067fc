//! Tests of the configuration keys.

use super::*;

fn warnings(text: &str) -> Vec<String> {
    read(text, "config.toml").warnings
}

#[test]
fn every_key_is_read() {
    let config = read(
        r#"
theme = "mono"
concurrency = 4
timeout = 20
attempts = 3
idle_lock = "never"
history = false
journal = false
identities = ["/keys/age.txt", "~/keys/age.txt"]
allow_insecure_endpoint = true
[checks]
skip = ["IAM:GetAccountSummary"]
[source_alias]
"profile:hub" = "profile:hub-laptop"
[keys]
"^t" = "test-all"
[keys.panes]
z = "none"
"#,
        "config.toml",
    );
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let s = config.settings(None);
    let keys: Vec<_> = s.keys.iter().map(|k| (k.line, k.context.as_deref(), &*k.keys, &*k.action)).collect();
    assert_eq!(keys, [(Some(16), None, "^t", "test-all"), (Some(18), Some("panes"), "z", "none")]);
    assert!(s.keys.iter().all(|k| k.file == "config.toml"));
    let theme = s.theme.as_ref().map(|t| (t.name.as_str(), t.place.as_str()));
    assert_eq!(theme, Some(("mono", "config.toml, line 2, theme")));
    assert_eq!((s.concurrency, s.timeout.as_secs(), s.attempts), (4, 20, 3));
    assert_eq!((s.idle_lock, s.history, s.journal, s.allow_insecure_endpoint), (None, false, false, true));
    assert_eq!(s.skip.into_iter().collect::<Vec<_>>(), [Mandatory::AccountSummary]);
    assert_eq!(s.identities[0], PathBuf::from("/keys/age.txt"));
    assert!(s.identities[1].is_absolute() && s.identities[1].ends_with("keys/age.txt"));
    assert_eq!(s.source_alias["profile:hub"], "profile:hub-laptop");
}

#[test]
fn the_file_wins_over_the_vault_and_the_vault_over_the_defaults() {
    let vault: toml::Table = "concurrency = 5\nattempts = 4".parse().unwrap();
    let s = read("concurrency = 6", "config.toml").settings(Some(&vault));
    assert_eq!((s.concurrency, s.attempts, s.timeout), (6, 4, Settings::default().timeout));
}

#[test]
fn a_wrong_key_is_a_warning_and_the_rest_counts() {
    let config = read(
        "concurency = 3\nattempts = 99\ntimeout = 30\nidle_lock = 0\nidentities = [\"key.txt\"]\n[checks]\nskip = [\"s3:Get\"]",
        "c.toml",
    );
    assert_eq!(config.settings(None).timeout.as_secs(), 30);
    insta::assert_snapshot!(config.warnings.join("\n"), @r#"
c.toml, line 1, concurency: is not a known field; did you mean concurrency. It is left out
c.toml, line 2, attempts: is not between 1 and 10 tries. It is left out
c.toml, line 4, idle_lock: is not between 1 and 1440 minutes, or "never". It is left out
c.toml, line 5, identities: is a relative path; begin it with / or ~/. It is left out
c.toml, line 7, skip of [checks]: is not one of the five that are tested; use sts:AssumeRole, cur:DescribeReportDefinitions, ec2:DescribeAccountAttributes, ec2:DescribeRegions, iam:GetAccountSummary. It is left out
"#);
}

#[test]
fn no_toml_at_all_is_one_warning_with_its_line() {
    let said = warnings("theme = \"x\"\nthis is no toml");
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("config.toml, line 2, TOML: "), "{said:?}");
}

#[test]
fn a_missing_file_is_no_error_unless_it_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::within(folder.path(), folder.path(), None, None);
    assert_eq!(load(&paths).unwrap(), Config::default());
    let named = Paths::within(folder.path(), folder.path(), None, Some(folder.path().join("mine.toml")));
    let e = load(&named).unwrap_err().to_string();
    assert!(e.contains("mine.toml cannot be read") && e.contains("Correct --config"), "{e}");
}

#[test]
fn the_vault_is_where_it_is_named_else_in_the_config_folder() {
    let paths = Paths::within("/c".as_ref(), "/s".as_ref(), None, None);
    assert_eq!((paths.vault, paths.config_file), (PathBuf::from("/c/vault.age"), PathBuf::from("/c/config.toml")));
    let paths = Paths::within("/c".as_ref(), "/s".as_ref(), Some("/v/x.age".into()), None);
    assert_eq!(paths.vault, PathBuf::from("/v/x.age"));
}

#[test]
fn keys_of_the_file_come_after_the_vaults_and_each_says_where_it_stands() {
    let vault: toml::Table = "theme = \"dark\"\n[keys]\n\"^t\" = \"test\"\n[keys.viewer]\nz = \"top\"".parse().unwrap();
    let s = read("[keys]\n\"^t\" = \"test-all\"", "config.toml").settings(Some(&vault));
    let found: Vec<_> = s.keys.iter().map(|k| (&*k.file, k.line, k.context.as_deref(), &*k.keys)).collect();
    let vault = "the vault's [config]";
    assert_eq!(
        found,
        [(vault, None, None, "^t"), (vault, None, Some("viewer"), "z"), ("config.toml", Some(2), None, "^t")]
    );
    assert_eq!(s.theme.unwrap().place, "the vault's [config], theme");
}
