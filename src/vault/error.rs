//! What can go wrong with a vault: what happened, why, and what to do. No message repeats a secret,
//! and after each of them the file is as it was.

use super::merge::Collision;
use super::passphrase::PassphraseError;
use super::unlock::Locked;
use crate::config::fields::Faults;
use crate::domain::Invalid;
use std::path::PathBuf;

/// Why a vault could not be made, opened or saved.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Nothing stands at the path.
    #[error("there is no vault at {}. Make one with: cloudivize init (or name yours with --vault)", .0.display())]
    Missing(PathBuf),
    /// `init` never writes over a file.
    #[error("{} exists already and was left as it is. Open it, or name another file with --vault", .0.display())]
    Exists(PathBuf),
    /// The system refused to read or write.
    #[error("{} cannot be {what}: {source}. {fix}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// What to do.
        fix: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{} is not an age file. Name the vault with --vault; a backup stands beside it as .bak, if it was saved before", .0.display())]
    NotAge(PathBuf),
    /// The file ends too early.
    #[error("{} is cut short, as after a full disk or a broken copy. Put the backup beside it (.bak), if there is one, in its place", .0.display())]
    Truncated(PathBuf),
    /// The file was altered.
    #[error("{} is damaged: it was cut short or altered after it was written. Put the backup beside it (.bak), if there is one, in its place", .0.display())]
    Damaged(PathBuf),
    /// Far larger than any vault.
    #[error("{} is larger than 16 MiB, which no vault is. Name the vault with --vault", .0.display())]
    TooLarge(PathBuf),
    /// An age file with something else in it.
    #[error("{} can be opened, but holds no text. It is not a vault: name yours with --vault", .0.display())]
    NotText(PathBuf),
    /// The text inside is wrong.
    #[error("the vault's text is wrong:\n{0}\nCorrect it: age -d the file, mend these lines, encrypt it again")]
    Faults(Faults),
    /// What was to be saved is wrong.
    #[error("nothing was saved, for the vault would not be readable:\n{0}")]
    Refused(Faults),
    /// Written by a later release.
    #[error("the vault has version {version}; cloudivize {} reads version 1. Install a newer cloudivize, one that reads version {version}", env!("CARGO_PKG_VERSION"))]
    Newer {
        /// The version in the file.
        version: i64,
    },
    /// The passphrase does not open what it was given for.
    #[error("the passphrase does not open {0}. Try again, and mind the keyboard layout and Caps Lock")]
    WrongPassphrase(Locked),
    /// Nobody could give a passphrase.
    #[error(
        "{0} needs a passphrase, and there is nobody to ask. Set CLOUDIVIZE_PASSPHRASE_COMMAND or CLOUDIVIZE_PASSPHRASE_FILE, or run in a terminal"
    )]
    NeedsPassphrase(Locked),
    /// A passphrase of a new vault has no character.
    #[error("an empty passphrase protects nothing. Give one, or use recipients")]
    EmptyPassphrase,
    /// A passphrase source failed.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The file asks for hours of work.
    #[error(
        "{0} asks for more scrypt work than 2^22, which can take hours and many gigabytes. Encrypt it again with age -p"
    )]
    TooMuchWork(Locked),
    /// No identity is known at all.
    #[error("{} is encrypted to recipients, and no identity is known here. Give --identity FILE, set CLOUDIVIZE_IDENTITY, name it in config.toml (identities), or keep it as identity.txt in the config folder", .0.display())]
    NoIdentity(PathBuf),
    /// No identity fits.
    #[error("none of the identities here opens {}:\n{}\nGive another with --identity, or ask someone who can open it to add your recipient", path.display(), tried.join("\n"))]
    NoMatch {
        /// The vault.
        path: PathBuf,
        /// Each identity and why it does not fit.
        tried: Vec<String>,
    },
    /// An identity that was named cannot be read.
    #[error("the identity {} cannot be read: {source}. Correct its path (--identity, CLOUDIVIZE_IDENTITY, or identities in config.toml)", path.display())]
    IdentityUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// An identity that others can read is no secret.
    #[error("the identity {} can be read or changed by others (mode {mode:03o}). Protect it: chmod 600 {}", path.display(), path.display())]
    IdentityNotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// An identity file holds something else.
    #[error("the identity {} cannot be used: {why}", path.display())]
    IdentityUnusable {
        /// The file.
        path: PathBuf,
        /// What it is and what to do.
        why: String,
    },
    /// Somebody else could have put other endpoints or roles into it.
    #[error("{} can be changed by others (mode {mode:03o}), so what is in it cannot be trusted. Look at it, then: chmod go-w {}", path.display(), path.display())]
    OthersCanWrite {
        /// The vault or its folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The vault is somebody else's file.
    #[error("{} belongs to another user, who could change it. Copy it and use the copy", .0.display())]
    OthersFile(PathBuf),
    /// A plugin's program is not there.
    #[error(
        "the program {0} is not on PATH, and a recipient or identity needs it. Install it, or add its folder to PATH"
    )]
    PluginMissing(String),
    /// A plugin failed.
    #[error("an age plugin failed: {0}. Is its device plugged in and unlocked?")]
    Plugin(String),
    /// A recipient is not one.
    #[error(transparent)]
    Recipient(#[from] Invalid),
    /// A vault for nobody.
    #[error("a vault for recipients needs at least one. Give --recipient, or none at all for a passphrase")]
    NoRecipients,
    /// Recipients that age does not let stand together.
    #[error(
        "these recipients cannot stand together in one file (post-quantum ones stand with their like only). Leave one kind out"
    )]
    Incompatible,
    /// The present user could not open what would be written.
    #[error("nothing was written: you could not open this vault with the identities known here. Add your own recipient (age-keygen -y FILE prints it), or give its identity with --identity{}", tried_lines(.0))]
    LocksYouOut(Vec<String>),
    /// A save cannot turn one kind of vault into the other.
    #[error(
        "nothing was saved: the file is encrypted to {file}, but the recipients inside say otherwise. Make a new vault with: cloudivize init --vault NEW"
    )]
    OtherShape {
        /// `a passphrase` or `recipients`.
        file: &'static str,
    },
    /// Another process saves for too long.
    #[error("{} is being saved by {holder}, for more than {} seconds. Try again; if that process hangs, end it", path.display(), super::file::LOCK_WAIT.as_secs())]
    Busy {
        /// The vault.
        path: PathBuf,
        /// Who holds the lock, as far as the lock file says.
        holder: String,
    },
    /// Somebody else saved meanwhile, and cannot be followed.
    #[error("nothing was saved: {} was changed meanwhile, and what it is now does not open with what opened it before. Open it again", .0.display())]
    ChangedBeyondReach(PathBuf),
    /// Both changed the same thing.
    #[error("nothing was saved: the vault was changed meanwhile, and both changed the same things:\n{}\nOpen it again and repeat your change", collision_lines(.0))]
    Collisions(Vec<Collision>),
    /// The text could not be made.
    #[error(
        "nothing was saved: the vault's text could not be made: {0}. This is a fault of cloudivize; please report it"
    )]
    Text(#[from] toml::ser::Error),
}

fn collision_lines(collisions: &[Collision]) -> String {
    let lines: Vec<String> = collisions.iter().map(|c| format!("- {c}")).collect();
    lines.join("\n")
}

fn tried_lines(tried: &[String]) -> String {
    tried.iter().map(|t| format!("\n{t}")).collect()
}
