//! `import aws`: profiles that assume a role become connections. The plan is shown first; no key is
//! copied, and what is skipped is said with the reason.

use super::context::Context;
use super::exit::{Exit, Failure, Outcome};
use super::out::{Out, Table};
use crate::domain::{Connection, ImportPlan};
use crate::providers::import::plan;
use crate::providers::profiles::profiles;
use crate::vault::Contents;

pub(super) fn run(context: &mut Context, out: &mut Out) -> Outcome {
    if context.global.profile.is_some() || context.global.env {
        return Err(Failure::usage("--profile and --env open no vault, and connections live in one; leave them out"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::usage(format!("the system gives no event queue: {e}")))?;
    let found = runtime.block_on(profiles()).map_err(Failure::Usage)?;
    let mut contents = context.contents()?.clone();
    let plan = plan(&found, &contents.connections);
    show(&plan, &contents, out)?;
    if plan.new.is_empty() {
        out.note("There is nothing to import.");
        return Ok(Exit::Done);
    }
    let count = plan.new.len();
    let word = if count == 1 { "this connection".to_owned() } else { format!("these {count} connections") };
    out.flush()?;
    match context.confirm(&format!("Add {word} to the vault? No key is copied."))? {
        Some(true) => {}
        Some(false) => {
            out.note("Nothing was added.");
            return Ok(Exit::Done);
        }
        None => {
            out.note("This is the plan; nothing was added. --yes applies it.");
            return Ok(Exit::Done);
        }
    }
    contents.connections.extend(plan.new.into_iter().map(|p| p.connection));
    context.save(contents, out)?;
    out.note(&format!("{count} added. Next: cloudivize check"));
    Ok(Exit::Done)
}

/// The plan on standard output, what is skipped on standard error.
fn show(plan: &ImportPlan, contents: &Contents, out: &mut Out) -> Result<(), Failure> {
    if !plan.new.is_empty() {
        let known: Vec<Connection> =
            contents.connections.iter().chain(plan.new.iter().map(|p| &p.connection)).cloned().collect();
        let mut table = Table::new(&["NAME", "ROLE", "SOURCE", "REMARKS"]);
        for planned in &plan.new {
            let c = &planned.connection;
            let role = c.role_arn().map(ToString::to_string).unwrap_or_default();
            table.plain([c.name.to_string(), role, c.source.label(&known), planned.notes.join(", ")]);
        }
        out.table(&table)?;
    }
    for (profile, why) in &plan.skipped {
        out.note(&format!("Skipped profile {profile}: {why}."));
    }
    match plan.without_role {
        0 => {}
        1 => out.note("1 profile assumes no role and was left out; it can be a source: --source profile:NAME."),
        n => out.note(&format!(
            "{n} profiles assume no role and were left out; they can be sources: --source profile:NAME."
        )),
    }
    Ok(())
}
