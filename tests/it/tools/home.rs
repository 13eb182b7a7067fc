//! A home folder of its own for a program under test: AWS profiles, and nothing of the person who runs the tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::Keys;

/// A temporary home with `.aws/config` and `.aws/credentials`.
pub struct AwsHome {
    dir: TempDir,
}

impl Default for AwsHome {
    fn default() -> Self {
        Self::new()
    }
}

impl AwsHome {
    /// An empty home.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("cloudivize-home-").tempdir().expect("a temporary folder");
        let home = Self { dir };
        home.write(".aws/config", "");
        home.write(".aws/credentials", "");
        home
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file below the home, its folders included.
    pub fn write(&self, name: &str, content: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }

    /// Adds text to `.aws/config`: `home.config("[profile hub]\nregion = eu-west-1\n")`.
    pub fn config(&self, text: &str) -> &Self {
        self.append(".aws/config", text)
    }

    /// Adds a profile with static keys to `.aws/credentials`.
    pub fn profile(&self, name: &str, keys: &Keys) -> &Self {
        let token = keys.token.iter().map(|token| format!("aws_session_token = {token}\n")).collect::<String>();
        let (id, secret) = (&keys.id, &keys.secret);
        self.append(
            ".aws/credentials",
            &format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n{token}\n"),
        )
    }

    /// Points a program at this home: every variable by which AWS tools, proxies or this program itself could see
    /// the outer machine's settings is removed.
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for (name, _) in std::env::vars_os() {
            let upper = name.to_string_lossy().to_uppercase();
            let foreign = ["AWS_", "CLOUDIVIZE_", "XDG_"].iter().any(|prefix| upper.starts_with(prefix))
                || upper.ends_with("_PROXY")
                || matches!(upper.as_str(), "SSL_CERT_FILE" | "SSL_CERT_DIR" | "TMUX" | "NO_COLOR");
            if foreign {
                command.env_remove(name);
            }
        }
        command
            .env("HOME", self.path())
            .env("AWS_CONFIG_FILE", self.path().join(".aws/config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.path().join(".aws/credentials"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_PAGER", "")
    }

    fn append(&self, name: &str, text: &str) -> &Self {
        let path = self.path().join(name);
        let old = fs::read_to_string(&path).unwrap_or_default();
        self.write(name, &format!("{old}{text}"));
        self
    }
}
