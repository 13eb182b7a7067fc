//! The snippets: what each is made of, where it goes, and what has to be said about it.

use super::place::Who;
use super::trust::assume_actions;
use super::{Document, Effect, Place, PolicyError, RoleRef, Statement, Trust, TrustInput};
use crate::domain::{BaseIdentity, Mandatory, Partition, RoleArn};
use crate::text::quote;
use sha2::{Digest, Sha256};

/// What a snippet is for, in the words of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Who may assume the role.
    Trust,
    /// What lets the caller assume its roles.
    Caller,
    /// The mandatory permissions of a role.
    Mandatory,
    /// AWS's ReadOnlyAccess and the mandatory permissions.
    Read,
    /// The mandatory permissions that a test found denied.
    Missing,
    /// AWS's AdministratorAccess.
    Full,
    /// What listing assets of some kinds needs.
    ReadKinds,
    /// What tagging them needs.
    TagKinds,
}

/// A policy document with the name under which it is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name, letters, digits and dashes.
    pub name: String,
    /// Its content.
    pub document: Document,
}

/// Something to paste, with where it goes. Made by the functions of this room, written by [`super::render`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// What it is for.
    pub kind: Kind,
    /// What it is, for a heading.
    pub title: String,
    /// What to do with it: `attach to role CloudivizeRole in 111122223333`.
    pub goes_where: String,
    /// What the policies are attached to.
    pub place: Place,
    /// Present when the role is made as well, or its trust is the snippet.
    pub trust: Option<Trust>,
    /// Our own policy; `None` only for AdministratorAccess.
    pub policy: Option<Policy>,
    /// ARNs of AWS's managed policies.
    pub managed: Vec<String>,
    /// Warnings and explanations that belong beside it, whatever the form; [`super::notes`] adds those of a form.
    pub notes: Vec<String>,
    /// What the JSON forms print.
    pub(super) json: Document,
}

impl Snippet {
    /// What the JSON forms print: the trust policy, or the permissions.
    pub fn document(&self) -> &Document {
        &self.json
    }
}

/// The trust policy of a role. The forms that deploy make the role with it and the mandatory
/// permissions, because a role with no permissions shows nothing.
///
/// # Errors
/// When caller and role are in different partitions, or the one identity to trust cannot assume roles.
pub fn trust(role: &RoleRef, input: &TrustInput) -> Result<Snippet, PolicyError> {
    let (trust, notes) = Trust::build(role, input)?;
    Ok(Snippet {
        kind: Kind::Trust,
        title: format!("Trust policy of {}", role.label()),
        goes_where: format!("set as the trust policy of {}", role.label()),
        place: Place::Role(role.clone()),
        json: trust.document.clone(),
        trust: Some(trust),
        policy: mandatory_policy(),
        managed: Vec::new(),
        notes,
    })
}

/// What lets the base identity assume its roles: one statement for all roles of that source.
/// `source_identity` says whether any of the connections sends an `sts:SourceIdentity`.
///
/// # Errors
/// When there is no role, one is in another partition, or the identity can assume none (root user,
/// federation token) or is not understood.
pub fn caller(identity: &BaseIdentity, roles: &[RoleArn], source_identity: bool) -> Result<Snippet, PolicyError> {
    if roles.is_empty() {
        return Err(PolicyError::NoRoles);
    }
    if let Some(role) = roles.iter().find(|r| r.partition() != &identity.partition) {
        return Err(PolicyError::Partitions { role: role.partition().clone(), caller: identity.partition.clone() });
    }
    let who = Who::of(identity)?;
    let place = who.place(identity)?;
    let mut arns: Vec<String> = roles.iter().map(|role| quote::iam(&role.to_string())).collect();
    arns.sort();
    arns.dedup();
    let count = arns.len();
    let document =
        Document::new(vec![Statement::allow("CloudivizeAssumeRoles", assume_actions(source_identity), arns)]);
    let mut notes = vec![
        "Assuming a role in another account takes both: this policy on the caller's side and the role's trust policy on the \
         other."
            .to_owned(),
    ];
    if let Who::Role { instance: Some(instance), .. } = &who {
        notes.push(format!(
            "The role was met on instance {instance}: everything on it that uses the role is allowed the same."
        ));
    }
    notes.extend(place_note(&place));
    let roles_word = if count == 1 { "1 role".to_owned() } else { format!("{count} roles") };
    let mut goes_where = attach_to(&place);
    if let Who::Role { instance: Some(instance), .. } = &who {
        goes_where.push_str(&format!(", the instance role of {instance}"));
    }
    Ok(Snippet {
        kind: Kind::Caller,
        title: format!("Policy for the caller: assume {roles_word}"),
        goes_where,
        place,
        trust: None,
        json: document.clone(),
        policy: Some(Policy { name: format!("CloudivizeAssumeRoles-{}", short_hash(&document)), document }),
        managed: Vec::new(),
        notes,
    })
}

/// Eight letters that stand for a content: attaching under a name replaces what bears it, and two vaults may have one
/// caller.
pub(super) fn short_hash(document: &Document) -> String {
    let hash = Sha256::digest(document.min());
    hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// The mandatory permissions of a role; with `trust` the forms that deploy make the role as well.
///
/// # Errors
/// Those of [`trust`].
pub fn mandatory(role: &RoleRef, trust: Option<&TrustInput>) -> Result<Snippet, PolicyError> {
    on_role(role, trust, Kind::Mandatory)
}

/// AWS's ReadOnlyAccess and the mandatory permissions, of which ReadOnlyAccess lacks one; with
/// `trust` the forms that deploy make the role as well.
///
/// # Errors
/// Those of [`trust`].
pub fn read(role: &RoleRef, trust: Option<&TrustInput>) -> Result<Snippet, PolicyError> {
    on_role(role, trust, Kind::Read)
}

/// AWS's AdministratorAccess; with `trust` the forms that deploy make the role as well.
///
/// # Errors
/// Those of [`trust`].
pub fn full(role: &RoleRef, trust: Option<&TrustInput>) -> Result<Snippet, PolicyError> {
    on_role(role, trust, Kind::Full)
}

/// [`mandatory`], [`read`] or [`full`] for a connection that assumes no role: it goes to the base identity itself.
/// Any other kind is taken for [`Kind::Mandatory`]. AWS's managed policies are left to the JSON forms there.
///
/// # Errors
/// When the identity takes no policy (root user, federation token) or is not understood.
pub fn own(identity: &BaseIdentity, kind: Kind) -> Result<Snippet, PolicyError> {
    let kind = if matches!(kind, Kind::Read | Kind::Full) { kind } else { Kind::Mandatory };
    Ok(permissions(Who::of(identity)?.place(identity)?, None, Vec::new(), kind))
}

/// The given mandatory permissions alone, for a role that exists; `None` when none is left after
/// `sts:AssumeRole`, which no policy on the role can give.
pub fn missing(role: &RoleRef, permissions: &[Mandatory]) -> Option<Snippet> {
    missing_at(Place::Role(role.clone()), permissions)
}

/// [`missing`] for a connection that assumes no role: it goes to the base identity itself.
///
/// # Errors
/// When the identity takes no policy (root user, federation token) or is not understood.
pub fn missing_own(identity: &BaseIdentity, permissions: &[Mandatory]) -> Result<Option<Snippet>, PolicyError> {
    Ok(missing_at(Who::of(identity)?.place(identity)?, permissions))
}

fn missing_at(place: Place, permissions: &[Mandatory]) -> Option<Snippet> {
    let document = Document::allowing("CloudivizeMissing", permissions)?;
    let shorts: Vec<&str> = Mandatory::ALL
        .into_iter()
        .filter(|m| *m != Mandatory::AssumeRole && permissions.contains(m))
        .map(Mandatory::short)
        .collect();
    Some(Snippet {
        kind: Kind::Missing,
        title: format!("Missing permissions of {}", place.label()),
        goes_where: attach_to(&place),
        notes: place_note(&place).into_iter().collect(),
        place,
        trust: None,
        json: document.clone(),
        // Attaching under a name replaces what bears it, so that the name says the content:
        // what was granted last week stays when something else is missing today.
        policy: Some(Policy { name: format!("CloudivizeMissing-{}", shorts.join("-")), document }),
        managed: Vec::new(),
    })
}

/// What to do with a policy for this place.
pub(super) fn attach_to(place: &Place) -> String {
    match place {
        Place::PermissionSet { account, name, .. } => format!(
            "add to the inline policy of permission set {name} in IAM Identity Center; its role in {account} cannot be edited"
        ),
        _ => format!("attach to {}", place.label()),
    }
}

/// What has to be known about the place.
pub(super) fn place_note(place: &Place) -> Option<String> {
    let Place::PermissionSet { .. } = place else { return None };
    Some(
        "A permission set has one inline policy: if there is one, add this statement to it instead of replacing it."
            .to_owned(),
    )
}

fn on_role(role: &RoleRef, trust: Option<&TrustInput>, kind: Kind) -> Result<Snippet, PolicyError> {
    let (trust, notes) = match trust {
        Some(input) => {
            let (trust, notes) = Trust::build(role, input)?;
            (Some(trust), notes)
        }
        None => (None, Vec::new()),
    };
    Ok(permissions(Place::Role(role.clone()), trust, notes, kind))
}

/// What a kind allows, for a place.
fn permissions(place: Place, trust: Option<Trust>, mut notes: Vec<String>, kind: Kind) -> Snippet {
    let partition = place.partition();
    let managed = |name: &str| vec![format!("arn:{partition}:iam::aws:policy/{name}")];
    let mut policy = mandatory_policy();
    let (title, managed) = match kind {
        Kind::Read => {
            notes.push(
                "ReadOnlyAccess reads contents, not only settings: S3 objects, DynamoDB items, SQS messages, logs, Lambda code \
                 and environment variables, instance user data, parameters of Systems Manager. It does not read the values of \
                 Secrets Manager. AWS extends it as services come."
                    .to_owned(),
            );
            ("ReadOnlyAccess and the mandatory permissions", managed("ReadOnlyAccess"))
        }
        Kind::Full => {
            notes.push(
                "AdministratorAccess allows everything in the account, also to delete it all and to let others in. Give it only \
                 where the caller shall run the account; for looking, read is enough."
                    .to_owned(),
            );
            policy = None;
            ("AdministratorAccess", managed("AdministratorAccess"))
        }
        _ => ("The mandatory permissions", Vec::new()),
    };
    if kind != Kind::Full && !matches!(partition, Partition::Aws | Partition::AwsCn) {
        notes.push(format!(
            "cur:DescribeReportDefinitions is not served in partition {partition}; allowing it does no harm there."
        ));
    }
    notes.extend(place_note(&place));
    let json = policy.as_ref().map_or_else(everything, |p| p.document.clone());
    Snippet {
        kind,
        title: format!("{title} for {}", place.label()),
        goes_where: attach_to(&place),
        place,
        trust,
        policy,
        managed,
        notes,
        json,
    }
}

fn mandatory_policy() -> Option<Policy> {
    let document = Document::allowing("CloudivizeMandatory", &Mandatory::ALL)?;
    Some(Policy { name: "CloudivizeMandatory".to_owned(), document })
}

/// The one statement of AdministratorAccess.
fn everything() -> Document {
    Document::new(vec![Statement {
        sid: None,
        effect: Effect::Allow,
        principal: None,
        action: vec!["*".to_owned()],
        resource: vec!["*".to_owned()],
        condition: std::collections::BTreeMap::new(),
    }])
}
