//! `policy …`: prints a snippet. Nothing is asked of a cloud but who the base identity is, and that
//! only where the snippet needs it; `missing` runs the checks.

use super::args::{PolicyArgs, PolicyFormat, PolicyWhat, PrincipalForm};
use super::cloud::Cloud;
use super::context::{Context, find};
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use crate::domain::{
    BaseIdentity, Connection, ConnectionId, ConnectionName, ErrorClass, Mandatory, Method, Partition, RoleArn,
    RoleName, Source, Verdict,
};
use crate::policy::{self, Format, Kind, PolicyError, Purpose, RoleRef, Snippet, TrustInput, Trusted};
use std::sync::Arc;

const DEFAULT_ROLE: &str = "CloudivizeRole";

pub(super) fn run(context: &mut Context, args: &PolicyArgs, out: &mut Out) -> Outcome {
    if !args.kinds.is_empty() && !matches!(args.what, PolicyWhat::Read | PolicyWhat::Tag) {
        return Err(Failure::usage("--kind belongs to policy read and policy tag; leave it out"));
    }
    let mut asked = Asked::new(context, args)?;
    let snippet = match args.what {
        PolicyWhat::Trust => trust(context, args, &mut asked)?,
        PolicyWhat::Caller => caller(context, args, &mut asked)?,
        PolicyWhat::Tag => for_kinds(context, args, &mut asked, Purpose::Tag)?,
        PolicyWhat::Read if !args.kinds.is_empty() => for_kinds(context, args, &mut asked, Purpose::Read)?,
        PolicyWhat::Mandatory | PolicyWhat::Read | PolicyWhat::Full => on_role(context, args, &mut asked)?,
        PolicyWhat::Missing => match missing(context, &asked, out)? {
            Some(snippet) => snippet,
            None => return Ok(Exit::Done),
        },
    };
    let format = format(args.format);
    let text = policy::render(&snippet, format).map_err(failure)?;
    out.document(&text)?;
    for note in policy::notes(&snippet, format) {
        out.note(&note);
    }
    Ok(Exit::Done)
}

/// What the command stands on: a connection if one was named, and the base identity once it was asked for.
struct Asked {
    book: Arc<[Connection]>,
    /// The one that was named.
    connection: Option<Connection>,
    /// The one whose source is asked who it is.
    via: Connection,
    identity: Option<BaseIdentity>,
}

impl Asked {
    fn new(context: &mut Context, args: &PolicyArgs) -> Result<Self, Failure> {
        let unsaved = context.global.profile.is_some() || context.global.env;
        if unsaved && (args.connection.is_some() || args.source.is_some()) {
            return Err(Failure::usage(
                "--profile and --env stand for a connection; leave out --connection and --source",
            ));
        }
        let chained = args.source.as_deref().is_some_and(|s| s.starts_with("connection:"));
        // A vault is opened only for what stands in it.
        let all_roles = args.what == PolicyWhat::Caller;
        let book = if unsaved || args.connection.is_some() || chained || all_roles {
            context.connections()?
        } else {
            Vec::new().into()
        };
        let connection = match &args.connection {
            Some(name) => Some(find(&book, name)?.clone()),
            None if unsaved => book.first().cloned(),
            None => None,
        };
        let source = args.source.as_deref().map(|s| context.source(s, &book)).transpose()?;
        let via = match (&connection, source) {
            (Some(c), None) => c.clone(),
            (Some(c), Some(source)) => Connection { source, ..c.clone() },
            (None, source) if all_roles => via_of_all(&book, source)?,
            (None, source) => unsaved_via(source.unwrap_or(Source::Env))?,
        };
        Ok(Self { book, connection, via, identity: None })
    }

    /// Who the base identity is; asked once.
    fn identity(&mut self, context: &mut Context) -> Result<BaseIdentity, Failure> {
        if let Some(identity) = &self.identity {
            return Ok(identity.clone());
        }
        context.confirm_environment()?;
        let mut cloud = Cloud::new(context)?;
        let identity = cloud.identify(self.book_with_via(), self.via.id)?;
        Ok(self.identity.insert(identity).clone())
    }

    /// Every connection, with the one that is asked as it is meant here.
    fn book_with_via(&self) -> Arc<[Connection]> {
        let others = self.book.iter().filter(|c| c.id != self.via.id).cloned();
        others.chain([self.via.clone()]).collect()
    }

    /// The role that a snippet is for; asks for the base identity only where nothing else tells the partition.
    fn role(&mut self, context: &mut Context, args: &PolicyArgs, partition_matters: bool) -> Result<RoleRef, Failure> {
        let mut role = match self.connection.as_ref().and_then(Connection::role_arn) {
            Some(arn) => RoleRef::from(arn),
            None => {
                let partition = match &args.partition {
                    Some(partition) => partition.clone(),
                    None if !partition_matters || args.trusted_account.is_some() => Partition::Aws,
                    None => self.identity(context)?.partition,
                };
                RoleRef { partition, account: None, path: "/".to_owned(), name: RoleName::parse(DEFAULT_ROLE)? }
            }
        };
        if let Some(partition) = &args.partition {
            role.partition = partition.clone();
        }
        if let Some(name) = &args.role_name {
            role.name = name.clone();
        }
        Ok(role)
    }

    /// Whom a role shall trust, and with which ExternalId.
    fn trust(&mut self, context: &mut Context, args: &PolicyArgs) -> Result<TrustInput, Failure> {
        let of_connection = self.connection.clone().filter(|c| matches!(c.method, Method::Role { .. }));
        if of_connection.is_none() && args.external_id.is_none() && !args.no_external_id {
            return Err(Failure::usage(
                "which ExternalId the role asks for is not known; give --connection, --external-id or --no-external-id",
            ));
        }
        let narrow = args.principal == PrincipalForm::Me;
        let identity = match &args.trusted_account {
            Some(_) => None,
            None => Some(self.identity(context)?),
        };
        let trusted = Trusted::choose(args.trusted_account.clone(), identity, narrow).map_err(failure)?;
        let trusted = trusted.ok_or_else(|| Failure::usage("whom to trust is not known; give --trusted-account"))?;
        let mut input = match &of_connection {
            Some(connection) => TrustInput::of(connection, trusted),
            None => TrustInput::new(trusted, Vec::new()),
        };
        if let Some(id) = &args.external_id {
            input.external_ids = vec![id.clone()];
        } else if args.no_external_id {
            input.external_ids.clear();
        }
        Ok(input)
    }
}

/// A connection that stands on the source in question; without one, on the source that all of them have.
fn via_of_all(book: &[Connection], source: Option<Source>) -> Result<Connection, Failure> {
    let mut with_role = book.iter().filter(|c| c.role_arn().is_some());
    if let Some(source) = source {
        return match with_role.find(|c| c.source == source) {
            Some(connection) => Ok(connection.clone()),
            None => unsaved_via(source),
        };
    }
    let Some(first) = with_role.next() else { return Err(failure(PolicyError::NoRoles)) };
    match with_role.find(|c| c.source != first.source) {
        None => Ok(first.clone()),
        Some(other) => Err(Failure::usage(format!(
            "the connections stand on several sources, among them {} and {}; choose one with --source",
            first.source.label(book),
            other.source.label(book)
        ))),
    }
}

/// A connection that exists only to ask who a source is.
fn unsaved_via(source: Source) -> Result<Connection, Failure> {
    let method = if source == Source::Env { Method::Env } else { Method::Profile };
    let name = ConnectionName::parse("source")?;
    Ok(Connection { saved: false, ..Connection::new(ConnectionId::generate(), name, method, source) })
}

fn trust(context: &mut Context, args: &PolicyArgs, asked: &mut Asked) -> Result<Snippet, Failure> {
    let input = asked.trust(context, args)?;
    let role = asked.role(context, args, true)?;
    policy::trust(&role, &input).map_err(failure)
}

/// One statement for all roles of the source.
fn caller(context: &mut Context, args: &PolicyArgs, asked: &mut Asked) -> Result<Snippet, Failure> {
    if args.trusted_account.is_some() {
        return Err(Failure::usage(
            "a caller policy is for the base identity itself, which --trusted-account does not tell; leave it out",
        ));
    }
    let mut roles: Vec<RoleArn> = Vec::new();
    let mut source_identity = false;
    for connection in asked.book.iter().filter(|c| c.source == asked.via.source) {
        roles.extend(connection.role_arn().cloned());
        source_identity |= connection.source_identity.is_some();
    }
    roles.extend(asked.connection.as_ref().and_then(Connection::role_arn).cloned());
    if roles.is_empty() {
        return Err(failure(PolicyError::NoRoles));
    }
    let identity = asked.identity(context)?;
    policy::caller(&identity, &roles, source_identity).map_err(failure)
}

/// What reading or tagging some kinds needs, for what exists: the role, or the identity that a connection stands for.
fn for_kinds(
    context: &mut Context,
    args: &PolicyArgs,
    asked: &mut Asked,
    purpose: Purpose,
) -> Result<Snippet, Failure> {
    let (catalog, _) = context.kinds();
    let ids = super::assets::named(&args.kinds, &catalog)?;
    let describes_role = args.role_name.is_some() || args.trusted_account.is_some() || args.partition.is_some();
    if !describes_role && asked.connection.as_ref().is_some_and(|c| c.role_arn().is_none()) {
        let identity = asked.identity(context)?;
        return policy::kinds_own(&identity, &catalog, &ids, purpose).map_err(failure);
    }
    let role = asked.role(context, args, false)?;
    let snippet = policy::kinds(&role, &catalog, &ids, purpose).map_err(failure)?;
    // Only an ARN tells the partition: what is allowed on everything asks nobody who we are.
    if !snippet.document().statements.iter().flat_map(|s| &s.resource).any(|r| r.starts_with("arn:")) {
        return Ok(snippet);
    }
    let role = asked.role(context, args, true)?;
    policy::kinds(&role, &catalog, &ids, purpose).map_err(failure)
}

/// Mandatory, read, full. The forms that deploy make the role as well, so they need its trust.
fn on_role(context: &mut Context, args: &PolicyArgs, asked: &mut Asked) -> Result<Snippet, Failure> {
    let kind = match args.what {
        PolicyWhat::Read => Kind::Read,
        PolicyWhat::Full => Kind::Full,
        _ => Kind::Mandatory,
    };
    // A connection that assumes no role stands for its own identity, unless a role is described beside it.
    let describes_role = args.role_name.is_some()
        || args.external_id.is_some()
        || args.no_external_id
        || args.trusted_account.is_some()
        || args.partition.is_some();
    if !describes_role && asked.connection.as_ref().is_some_and(|c| c.role_arn().is_none()) {
        return policy::own(&asked.identity(context)?, kind).map_err(failure);
    }
    let deploys = !matches!(args.format, PolicyFormat::Json | PolicyFormat::Min);
    let input = if deploys { Some(asked.trust(context, args)?) } else { None };
    // The mandatory actions read the same in every partition; a managed policy's ARN does not.
    let role = asked.role(context, args, deploys || args.what != PolicyWhat::Mandatory)?;
    let make = match kind {
        Kind::Read => policy::read,
        Kind::Full => policy::full,
        _ => policy::mandatory,
    };
    make(&role, input.as_ref()).map_err(failure)
}

/// Runs the checks; `None` when there is nothing to offer, which is said.
fn missing(context: &mut Context, asked: &Asked, out: &mut Out) -> Result<Option<Snippet>, Failure> {
    let Some(connection) = asked.connection.clone() else {
        return Err(Failure::usage(
            "missing tests a connection; name it with --connection, or give --profile or --env",
        ));
    };
    context.confirm_environment()?;
    let mut cloud = Cloud::with_history(context, context.history(out))?;
    let report = cloud.check(asked.book_with_via(), connection.id)?;
    let permissions = report.missing();
    let snippet = match (connection.role_arn(), &report.base_identity) {
        (Some(arn), _) => policy::missing(&RoleRef::from(arn), &permissions),
        (None, Some(identity)) => policy::missing_own(identity, &permissions).map_err(failure)?,
        (None, None) => None,
    };
    for check in report.checks.iter().filter(|c| !permissions.contains(&c.permission)) {
        let action = check.permission.action();
        match check.verdict {
            Verdict::Denied if check.permission == Mandatory::AssumeRole => out.note(&format!(
                "{action} is denied: the trust policy and the caller's policy decide that; see cloudivize check {}",
                connection.name
            )),
            Verdict::Denied => {
                let advice = check.advice.clone().unwrap_or_default();
                out.note(&format!("{action} is denied, and an Allow would not help. {advice}"));
            }
            // What waits for a role that was not reached has its reason above.
            Verdict::Untested => {
                if let Some(error) = check.error.as_ref().filter(|e| e.class != ErrorClass::NotReached) {
                    out.note(&format!("{action} could not be tested: {}", error.message));
                }
            }
            Verdict::Allowed | Verdict::NotApplicable => {}
        }
    }
    if snippet.is_none() {
        let name = &connection.name;
        out.note(&match report.checks.iter().filter(|c| c.verdict == Verdict::Untested).count() {
            0 => format!("There is no missing permission of {name} that a policy could add."),
            1 => format!("What {name} lacks is not known: 1 permission could not be tested."),
            n => format!("What {name} lacks is not known: {n} permissions could not be tested."),
        });
    }
    Ok(snippet)
}

fn format(format: PolicyFormat) -> Format {
    match format {
        PolicyFormat::Json => Format::Json,
        PolicyFormat::Min => Format::Min,
        PolicyFormat::Cloudformation => Format::CloudFormation,
        PolicyFormat::Terraform => Format::Terraform,
        PolicyFormat::Cli => Format::Cli,
        PolicyFormat::Cloudshell => Format::CloudShell,
        PolicyFormat::Message => Format::Message,
    }
}

fn failure(error: PolicyError) -> Failure {
    Failure::Usage(error.to_string())
}
