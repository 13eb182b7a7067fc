//! A snippet in one of seven forms, and what has to be said beside it.

use super::{Kind, Place, PolicyError, Snippet, cloudformation, message, shell, terraform};

/// The forms of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Indented IAM JSON.
    Json,
    /// IAM JSON on one line.
    Min,
    /// A CloudFormation template in YAML.
    CloudFormation,
    /// Terraform resources.
    Terraform,
    /// AWS CLI commands, one a line.
    Cli,
    /// One line for CloudShell that makes everything and may be repeated.
    CloudShell,
    /// One page for the person who owns the role.
    Message,
}

impl Format {
    /// Every form, in the order of the overlay's tabs.
    pub const ALL: [Self; 7] =
        [Self::Json, Self::Min, Self::CloudFormation, Self::Terraform, Self::Cli, Self::CloudShell, Self::Message];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Min => "min",
            Self::CloudFormation => "cloudformation",
            Self::Terraform => "terraform",
            Self::Cli => "cli",
            Self::CloudShell => "cloudshell",
            Self::Message => "message",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Writes a snippet; the text ends with a line end.
///
/// # Errors
/// When the form cannot express it, or the policy is larger than AWS takes.
pub fn render(snippet: &Snippet, format: Format) -> Result<String, PolicyError> {
    let shown = matches!(format, Format::Json | Format::Min);
    if !shown && !snippet.managed.is_empty() && !matches!(snippet.place, Place::Role(_)) {
        return Err(PolicyError::NotInThisForm {
            format,
            why: format!(
                "AWS's managed policies are attached by this form to roles only, not to {}",
                snippet.place.label()
            ),
            instead: Format::Json,
        });
    }
    match format {
        Format::Json => Ok(snippet.json.json()),
        Format::Min => Ok(format!("{}\n", snippet.json.min())),
        Format::CloudFormation => cloudformation::render(snippet),
        Format::Terraform => terraform::render(snippet),
        Format::Cli => shell::cli(snippet),
        Format::CloudShell => shell::cloudshell(snippet),
        Format::Message => message::render(snippet),
    }
}

const REPLACES: &str = "It replaces the role's present trust policy.";

/// What has to be said beside a snippet in this form: on standard error, or under the overlay.
/// Sentences, the most important first.
pub fn notes(snippet: &Snippet, format: Format) -> Vec<String> {
    if format == Format::Message {
        // The page says it all.
        return Vec::new();
    }
    let mut notes = snippet.notes.clone();
    notes.insert(0, sentence(&snippet.goes_where));
    if let Place::PermissionSet { .. } = &snippet.place {
        if matches!(format, Format::Cli | Format::CloudShell) {
            notes.push(
                "Run it where IAM Identity Center is managed; it changes nothing if the set has an inline policy."
                    .to_owned(),
            );
        }
        if matches!(format, Format::Json | Format::Min) {
            notes.extend(managed_notes(snippet));
        }
        return notes;
    }
    if let (Kind::Trust, Some(policy), false) =
        (snippet.kind, &snippet.policy, matches!(format, Format::Json | Format::Min))
    {
        if matches!(format, Format::Cli | Format::CloudShell) {
            notes.push(REPLACES.to_owned());
        }
        notes.push(format!("It also attaches the mandatory permissions, as inline policy {}.", policy.name));
    }
    let account = snippet.place.account().map_or_else(|| "the role's account".to_owned(), |a| format!("account {a}"));
    if snippet.kind == Kind::Caller && matches!(format, Format::Cli | Format::CloudShell) {
        notes.push(
            "Each list of roles has a name of its own: what an earlier one gave stays until it is removed.".to_owned(),
        );
    }
    match format {
        Format::Json | Format::Min => match snippet.kind {
            Kind::Trust => notes.push(REPLACES.to_owned()),
            _ => notes.extend(managed_notes(snippet)),
        },
        Format::CloudFormation => {
            notes.push(format!(
                "Deploy it in {account}: save it as cloudivize.yaml, then aws cloudformation deploy --stack-name {} \
                 --template-file cloudivize.yaml --capabilities CAPABILITY_NAMED_IAM",
                cloudformation::stack_name(snippet)
            ));
            if snippet.trust.is_some() {
                notes.push("The stack makes the role. If the role exists already, use --format cli.".to_owned());
            }
        }
        Format::Terraform => {
            notes.push(format!("Apply it with an AWS provider that acts in {account}."));
            if snippet.trust.is_some() {
                notes.push(
                    "It makes the role. If the role exists already, import it first or use --format cli.".to_owned(),
                );
            }
        }
        Format::Cli => {
            notes.push(format!("Run it with credentials that may change IAM in {account}."));
            if snippet.trust.is_some() && snippet.kind != Kind::Trust {
                notes.push("If the role exists already, leave out the first line.".to_owned());
            }
        }
        Format::CloudShell => notes.push(format!("Paste it into CloudShell in {account}; it may be repeated.")),
        Format::Message => {}
    }
    notes
}

/// The ARNs of AWS's managed policies beside a document.
fn managed_notes(snippet: &Snippet) -> impl Iterator<Item = String> + '_ {
    snippet.managed.iter().map(|arn| match snippet.kind {
        Kind::Full => format!("This is the content of {arn}: attach that by its ARN instead."),
        _ => format!("Attach AWS's {arn} as well, by its ARN."),
    })
}

/// Begins with a capital and ends with a full stop.
fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).chain(['.']).collect()
}
