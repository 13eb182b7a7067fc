//! `connection edit`: the options of `add`; an empty value takes an optional field away.

use super::{doubts, own_url, same_account, say_external_id};
use crate::cli::args::{Change, EditArgs};
use crate::cli::context::{Context, find};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::out::Out;
use crate::domain::{Connection, ExternalId, Method, Region};

pub(super) fn edit(context: &mut Context, args: EditArgs, out: &mut Out) -> Outcome {
    let mut contents = context.contents()?.clone();
    let before = find(&contents.connections, &args.name)?.clone();
    let mut after = before.clone();
    let generated = args.generate_external_id.then(ExternalId::generate);
    if let Some(text) = &args.source {
        after.source = context.source(text, &contents.connections)?;
    }
    method(&args, generated.as_ref(), &mut after)?;
    fields(args, &mut after)?;
    if after == before {
        out.note(&format!("{} is as it was: no option changes it; see cloudivize connection edit --help", before.name));
        return Ok(Exit::Done);
    }
    context.confirm_endpoints(&mut contents, after.endpoint_url.as_deref())?;
    if (&before.source, before.role_arn()) != (&after.source, after.role_arn()) {
        doubts(&after, out);
    }
    for connection in contents.connections.iter_mut().filter(|c| c.id == after.id) {
        *connection = after.clone();
    }
    context.save(contents, out)?;
    say_external_id(generated.as_ref(), out)?;
    out.note(&format!("{} is changed.", before.name));
    if generated.is_some() {
        out.note(&format!(
            "The role refuses us until its trust policy asks for the ExternalId above; this prints it: \
             cloudivize policy trust --connection {}",
            before.name
        ));
    }
    Ok(Exit::Done)
}

/// Role, ExternalId and the pinned account.
fn method(args: &EditArgs, generated: Option<&ExternalId>, after: &mut Connection) -> Result<(), Failure> {
    let about_role =
        args.role_arn.is_some() || args.external_id.is_some() || generated.is_some() || args.no_external_id;
    match &mut after.method {
        Method::Role { arn, external_id, .. } => {
            if let Some(new) = &args.role_arn {
                arn.clone_from(new);
            }
            if let Some(new) = args.external_id.as_ref().or(generated) {
                *external_id = Some(new.clone());
            } else if args.no_external_id {
                *external_id = None;
            }
            if let Some(Change::Set(account)) = &args.account {
                same_account(arn, Some(account))?;
            }
            after.account = Some(arn.account().clone());
        }
        Method::Profile | Method::Env if about_role => {
            return Err(Failure::usage(format!(
                "{} assumes no role (method {}); add another connection for a role",
                after.name,
                after.method.word()
            )));
        }
        Method::Profile | Method::Env => match &args.account {
            Some(Change::Set(account)) => after.account = Some(account.clone()),
            Some(Change::Clear) => after.account = None,
            None => {}
        },
    }
    Ok(())
}

/// Everything else.
fn fields(args: EditArgs, after: &mut Connection) -> Result<(), Failure> {
    if !args.regions.is_empty() {
        let regions: Vec<Region> = args
            .regions
            .into_iter()
            .filter_map(|change| match change {
                Change::Set(region) => Some(region),
                Change::Clear => None,
            })
            .collect();
        after.regions = regions;
    }
    if let Some(group) = args.group {
        after.group = Some(group).filter(|g| !g.is_empty());
    }
    if let Some(name) = args.session_name {
        after.session_name = name;
    }
    if let Some(seconds) = args.duration {
        after.duration = seconds;
    }
    match args.mfa_serial {
        Some(Change::Set(serial)) => after.mfa_serial = Some(serial),
        Some(Change::Clear) => after.mfa_serial = None,
        None => {}
    }
    if let Some(url) = args.endpoint_url {
        if !url.is_empty() {
            own_url(&url, after.allow_insecure_endpoint)?;
        }
        after.endpoint_url = Some(url).filter(|u| !u.is_empty());
    }
    if args.read_only {
        after.read_only = true;
    } else if args.no_read_only {
        after.read_only = false;
    }
    Ok(())
}
