//! The command line's words: global options and the commands, by clap.
//!
//! `docs/cli.md`, the completions and the manual page come from these definitions.

mod assets;
mod check;
mod connection;
mod values;

pub use assets::{AssetsArgs, FindArgs, KindsArgs, ScopeArgs};
pub use check::{CheckArgs, CheckFormat, FailOn, RegionsArgs};
pub use connection::{
    AddArgs, Change, ConnectionCommand, EditArgs, ListArgs, RemoveArgs, RenameArgs, ShowArgs, ShowFormat,
};

use crate::domain::{AccountId, ExternalId, Partition, RoleName};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// See and operate cloud accounts from a terminal, usually over SSH.
///
/// Without a command the dashboard opens. Results go to standard output, everything else to standard error.
#[derive(Parser, Clone)]
#[command(name = "cloudivize", version, propagate_version = true, disable_help_subcommand = true, max_term_width = 120)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// Options that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The command; none opens the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all is well · 1 a mandatory permission, or something that was listed, is denied · 2 usage, vault, or \
nothing selected · 3 something could not be tested or listed · 4 only an ExternalId finding (when asked for) · 130 interrupted

The vault's passphrase comes from CLOUDIVIZE_PASSPHRASE_COMMAND (split into words, no shell), \
CLOUDIVIZE_PASSPHRASE_FILE, CLOUDIVIZE_PASSPHRASE, or a prompt.";

/// Options that every command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The vault file [default: vault.age in the configuration folder].
    #[arg(long, global = true, value_name = "FILE")]
    pub vault: Option<PathBuf>,
    /// An age identity or ssh key that opens the vault; may be given several times.
    #[arg(long = "identity", global = true, value_name = "FILE")]
    pub identities: Vec<PathBuf>,
    /// The preferences file [default: config.toml in the configuration folder].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Look around in the demo: made-up AWS accounts inside this program. No vault, no AWS configuration and no
    /// network is used, and nothing is written.
    #[arg(long, global = true, conflicts_with_all = ["vault", "identities", "profile", "env"])]
    pub demo: bool,
    /// In the demo, about this many EC2 instances more, with their volumes and network interfaces.
    #[arg(long, global = true, value_name = "N", requires = "demo", value_parser = clap::value_parser!(u32).range(1..=4_000_000))]
    pub demo_scale: Option<u32>,
    /// Change nothing in any cloud.
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Use this profile of the AWS configuration as one unsaved connection; no vault is opened.
    #[arg(long, global = true, value_name = "P", value_parser = values::profile, conflicts_with = "env")]
    pub profile: Option<crate::domain::ProfileName>,
    /// Use the credentials at hand as one unsaved connection; no vault is opened.
    #[arg(long, global = true)]
    pub env: bool,
    /// Time limit of one operation in seconds, retries included [default: 10].
    #[arg(long, global = true, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: Option<u64>,
    /// Requests in flight, all together [default: 32].
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: Option<u16>,
    /// Answer yes to every question.
    #[arg(long, global = true)]
    pub yes: bool,
    /// The dashboard's theme: default, light, dark, deuteranopia, mono, or themes/NAME.toml of your own.
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// Write a log to this file (made with mode 0600).
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// No colour, as with NO_COLOR.
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Draw with ASCII characters alone.
    #[arg(long, global = true)]
    pub ascii: bool,
}

/// What can be done headlessly.
#[derive(Subcommand, Clone)]
pub enum Command {
    /// Make the vault (never over one) and prove that you can open it.
    ///
    /// Without --recipient the vault is locked by a passphrase.
    Init(InitArgs),
    /// Add, list, show, change and remove connections.
    #[command(subcommand, visible_alias = "connections")]
    Connection(ConnectionCommand),
    /// Make connections from what other tools know.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Test the five mandatory permissions live.
    ///
    /// Exit 0: all allowed; 1: a mandatory permission is denied (wins over others); 3: something could not be
    /// tested; 4: only an ExternalId finding (when asked for); 2: usage, vault, or nothing selected.
    Check(CheckArgs),
    /// Print a policy snippet.
    ///
    /// `missing` runs the checks first; the others ask the cloud for nothing but the base identity, and with
    /// --trusted-account for nothing at all.
    Policy(PolicyArgs),
    /// Read one cloud error on standard input and say what it means, offline, as JSON.
    ///
    /// Exit 0 when a result was printed, 2 without input.
    Diagnose,
    /// List the regions of the accounts and whether they are on.
    Regions(RegionsArgs),
    /// List the kinds of assets that are known, those of your own files among them, and what is wrong with these.
    Kinds(KindsArgs),
    /// List assets of one or more kinds, in every account and region.
    ///
    /// Exit 0: complete; 1: something was denied (wins over others); 3: something failed; 2: usage, vault, or nothing
    /// selected. What kept rows away stands on standard error, by reason.
    Assets(Box<AssetsArgs>),
    /// Find one thing in every account and region.
    ///
    /// Exit 0: every cell answered, whether it was found or not; 1: something was denied (wins over others); 3:
    /// something failed; 2: usage, vault, or nothing selected.
    Find(FindArgs),
    /// Show what this program found on this machine: files, credentials' sources (no values), network, terminal.
    Doctor,
    /// Print the completion script of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or that of a command.
    Man {
        /// Words of a command, such as `connection add`.
        command: Vec<String>,
    },
}

/// Options of `init`.
#[derive(Args, Clone, Debug)]
pub struct InitArgs {
    /// Encrypt to this age recipient (age1…, ssh-ed25519 …, ssh-rsa …, a plugin's); may be given several times.
    #[arg(long = "recipient", value_name = "R")]
    pub recipients: Vec<String>,
}

/// What can be imported.
#[derive(Subcommand, Clone)]
pub enum ImportCommand {
    /// Profiles with role_arn and source_profile or credential_source become connections.
    ///
    /// The plan is shown first; no key is copied. Without a terminal the plan is applied with --yes only.
    Aws,
}

/// Which snippet.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyWhat {
    /// The role's trust policy: who may assume it, with the ExternalId.
    Trust,
    /// What our own identity needs to assume the roles.
    Caller,
    /// The mandatory permissions of the role.
    Mandatory,
    /// ReadOnlyAccess and the mandatory permissions; with --kind only what those kinds need.
    Read,
    /// What changing the tags of the kinds of --kind needs.
    Tag,
    /// Only what the checks found missing.
    Missing,
    /// AdministratorAccess.
    Full,
}

/// In which form a snippet is printed.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PolicyFormat {
    /// Indented JSON.
    #[default]
    Json,
    /// JSON on one line.
    Min,
    /// A CloudFormation template.
    Cloudformation,
    /// A Terraform module.
    Terraform,
    /// Commands for the AWS CLI.
    Cli,
    /// One line for AWS CloudShell.
    Cloudshell,
    /// One page for the person who owns the role.
    Message,
}

/// Whom a trust policy names.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PrincipalForm {
    /// The account of our base identity.
    #[default]
    Account,
    /// Our base identity alone.
    Me,
}

/// Options of `policy`.
#[derive(Args, Clone, Debug)]
pub struct PolicyArgs {
    /// Which snippet.
    #[arg(value_enum)]
    pub what: PolicyWhat,
    /// Only for assets of this kind (read, tag); may be given several times. See `cloudivize kinds`.
    #[arg(long = "kind", value_name = "K", required_if_eq("what", "tag"))]
    pub kinds: Vec<String>,
    /// The connection it is for.
    #[arg(long, value_name = "N")]
    pub connection: Option<String>,
    /// The source whose identity is trusted: env, profile:NAME, connection:NAME.
    #[arg(long, value_name = "S")]
    pub source: Option<String>,
    /// The trusted account, instead of asking who the base identity is.
    #[arg(long, value_name = "A", value_parser = values::account)]
    pub trusted_account: Option<AccountId>,
    /// Whom the trust policy names.
    #[arg(long, value_enum, default_value_t)]
    pub principal: PrincipalForm,
    /// The role's name [default: the connection's, else CloudivizeRole].
    #[arg(long, value_name = "R", value_parser = values::role_name)]
    pub role_name: Option<RoleName>,
    /// The ExternalId that the trust policy asks for.
    #[arg(long, value_name = "E", value_parser = values::external_id)]
    pub external_id: Option<ExternalId>,
    /// A trust policy without an ExternalId.
    #[arg(long, conflicts_with = "external_id")]
    pub no_external_id: bool,
    /// The partition [default: the connection's, else the base identity's].
    #[arg(long, value_name = "P", value_parser = values::partition)]
    pub partition: Option<Partition>,
    /// The form.
    #[arg(long, value_enum, default_value_t)]
    pub format: PolicyFormat,
}

/// Forms of a listing.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ListFormat {
    /// For a person.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}
