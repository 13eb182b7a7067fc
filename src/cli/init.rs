//! `init`: makes the vault, never over one.

use super::args::InitArgs;
use super::ask::CommandLine;
use super::context::{Context, prompt_failure, vault_failure};
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use crate::domain::Secret;
use crate::term::prompt::{self, PromptError};
use crate::vault::{self, Nobody, Protection, Recipient, VaultError};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A passphrase shorter than this, in characters, is soon guessed.
const SHORT: usize = 8;

/// Makes the vault and proves that the present user can open it. Blocking.
pub(super) fn run(context: &Context, args: &InitArgs, out: &mut Out) -> Outcome {
    let path = &context.paths.vault;
    // Said before a passphrase is asked for.
    if path.symlink_metadata().is_ok() {
        return Err(vault_failure(&VaultError::Exists(path.clone())));
    }
    let made = if args.recipients.is_empty() {
        let secret = new_passphrase(context)?;
        if secret.expose().chars().count() < SHORT {
            out.warn(&format!(
                "the passphrase has fewer than {SHORT} characters; whoever gets the file can guess it. Choose a longer one while the vault is empty: delete the file and run init again"
            ));
        }
        let protection = Protection::Passphrase(secret);
        vault::init(path, protection, &context.unlock(Nobody)).map_err(|e| vault_failure(&e))?
    } else {
        let recipients = args.recipients.iter().map(|r| Recipient::parse(r)).collect::<Result<Vec<_>, _>>()?;
        let (ask, asked) = CommandLine::new(context.passphrase().clone());
        vault::init(path, Protection::Recipients(recipients), &context.unlock(ask))
            .map_err(|e| asked.problem().map_or_else(|| vault_failure(&e), prompt_failure))?
    };
    out.line(&made.path().display().to_string())?;
    if let Some(mode) = folder_mode(&context.paths.config_dir).filter(|mode| mode & 0o077 != 0) {
        let folder = context.paths.config_dir.display().to_string();
        out.warn(&format!(
            "others may look into {folder} (mode {mode:04o}); close it: chmod go= {}",
            crate::text::quote::shell(&folder)
        ));
    }
    let opens = match made.opened_with() {
        Some(identity) => format!("it opens with the identity {}", identity.display()),
        None => "it opens with your passphrase, which nobody can recover".to_owned(),
    };
    out.note(&format!(
        "The vault is made; {opens}.\nNext: cloudivize connection add NAME --role-arn ARN --generate-external-id"
    ));
    Ok(Exit::Done)
}

fn folder_mode(folder: &Path) -> Option<u32> {
    std::fs::metadata(folder).ok().map(|m| m.permissions().mode() & 0o7777)
}

/// The new vault's passphrase: from the variables, else typed twice.
fn new_passphrase(context: &Context) -> Result<Secret, Failure> {
    if let Some(secret) = context.passphrase().read().map_err(|e| Failure::usage(e.to_string()))? {
        return Ok(secret);
    }
    match prompt::new_passphrase("New passphrase for the vault:", "The same again:") {
        Ok(secret) => Ok(secret),
        Err(PromptError::NoTerminal) => Err(Failure::usage(
            "there is no terminal to ask for a passphrase; set CLOUDIVIZE_PASSPHRASE_COMMAND or \
             CLOUDIVIZE_PASSPHRASE_FILE, or give --recipient",
        )),
        Err(e) => Err(prompt_failure(e)),
    }
}
