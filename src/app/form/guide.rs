//! The guidance beside the fields: what a field means, what a test found, and what to paste where.

use super::page::changes;
use super::trial::{Trial, Who, rounds};
use super::{Field, Form, IdMode, Level};
use crate::app::snippet::sheet;
use crate::app::{Effect, Line, State, Viewer, ViewerKind};
use crate::domain::{CauseKind, Connection, Mandatory, Role, RoleArn, Verdict};
use crate::policy::{self, Format, RoleRef, Snippet, TrustInput, Trusted};
use crate::report::cause;

/// What is left to be done in AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Make the role.
    Make,
    /// Bring the trust policy of a role that is there up to date.
    Trust,
    /// Attach what is missing.
    Permissions,
    /// Nothing, as far as is known.
    Nothing,
}

/// How many candidates are listed.
const LISTED: usize = 10;

impl Form {
    /// Everything that is said beside the fields.
    pub(super) fn guide(&self, state: &State) -> Vec<Line> {
        let mut out = Vec::new();
        if let Some(why) = &self.problem {
            out.push(Line::of(Role::Bad, format!("Nothing was saved: {why}")));
            out.push(Line::blank());
        }
        if let Some(trial) = self.trial().filter(|_| self.is_tested(&state.book)) {
            outcome(trial, self.is_accepted(&state.book), &mut out);
        }
        self.differences(state, &mut out);
        self.help(state, &mut out);
        self.steps(state, &mut out);
        out
    }

    /// What the field with the focus means.
    fn help(&self, state: &State, out: &mut Vec<Line>) {
        let mut say = |words: &str| out.push(Line::of(Role::Text, words));
        match self.focus {
            Field::Source => {
                say(
                    "Whose credentials ask for the role. They stay where they are on this machine; no key is kept here.",
                );
                say(
                    "env is what the AWS CLI uses without --profile; profile:NAME is one of ~/.aws/config; connection:NAME \
                     goes on from a role that is connected already.",
                );
                candidates(state, self.text(Field::Source), out);
            }
            Field::Account => {
                say("The account to look at: 12 digits, in the console at the top right under your name.");
                say("If the role exists, paste its whole ARN: it is split into account and name.");
            }
            Field::Role => {
                say("The role that you make below, or one that is there. Left empty it is CloudivizeRole.");
                say("A path stands before the name: team/ops/NAME. A whole ARN can be pasted here too.");
            }
            Field::External | Field::ExternalText => self.external_help(out),
            Field::Level => {
                say(
                    "What the role shall be allowed: mandatory is the least that this program needs. Its owner can change \
                     it at any time; only the policies below depend on it.",
                );
            }
            Field::Name => say("The connection's name here and on the command line: letters, digits and . _ -"),
            Field::More => say("Enter opens and closes the optional fields."),
            Field::Group => say("A heading under which the list shows it, such as production."),
            Field::Regions => {
                say("Only these regions are looked at, such as eu-west-1 us-east-1. Empty means all that are on.")
            }
            Field::Session => say("The name of our sessions in the account's CloudTrail."),
            Field::Duration => {
                say(
                    "How long a session lasts, in seconds: 900 to 43200. More than 3600 takes a role that allows it, and \
                     credentials that are not a role's themselves.",
                );
            }
            Field::Mfa => {
                say(
                    "The serial of an MFA device, if the role's trust policy asks for one. It takes a code in each test: \
                     the command cloudivize check asks for it.",
                );
            }
            Field::Identity => say("sts:SourceIdentity: who you are, for CloudTrail, if the trust policy asks for it."),
            Field::Endpoint | Field::Confirm => {
                say(
                    "Asked in place of AWS's own hosts, for emulators and proxies. Whoever runs that host sees every request.",
                );
            }
            Field::ReadOnly => say("Nothing can be changed through this connection, whatever the role allows."),
            Field::Protected => say("Every change through this connection is asked for once more."),
            Field::Finish => {
                say("{key:test} asks AWS live, with what stands here. {key:save} saves it at any time, tested or not.");
            }
        }
        out.push(Line::blank());
    }

    fn external_help(&self, out: &mut Vec<Line>) {
        let mut say = |words: &str| out.push(Line::of(Role::Text, words));
        say(
            "A word that the role's trust policy asks for. It keeps a service that works for many customers from being \
             talked into using this role for somebody else (the confused deputy). It is not a password.",
        );
        match self.mode {
            IdMode::Fresh => say("This one was made at random for this connection. It is kept, also when you leave."),
            IdMode::Typed => say("Type the one that the role's trust policy already asks for."),
            IdMode::Keep => say("The connection keeps the one it has."),
            IdMode::Next => {
                say("The one that was made earlier for this connection: take it when the trust policy asks for it.")
            }
            IdMode::None => say(
                "None: right for a role of your own organization. For anybody else's account take a new one: without it \
                 everybody who may act in our account may use the role.",
            ),
        }
    }

    /// What an edit changes, and what that means.
    fn differences(&self, state: &State, out: &mut Vec<Line>) {
        let (Some(before), Ok(after)) = (&self.before, self.connection(&state.book)) else { return };
        let found = changes(before, &after);
        if found.is_empty() {
            return;
        }
        out.push(Line::of(Role::Heading, "What changes"));
        let line =
            |(what, words): &(&str, String)| Line::of(Role::Strong, format!("{what}: ")).and(Role::Text, words).hang(2);
        out.extend(found.iter().map(line));
        out.push(Line::blank());
    }

    /// What has to be done in AWS, as far as is known.
    fn work(&self, state: &State) -> Work {
        let tested = self.trial().filter(|_| self.is_tested(&state.book));
        if self.is_accepted(&state.book) {
            if tested.is_some_and(Trial::is_exposed) {
                return Work::Trust;
            }
            let lacks = tested.is_some_and(|t| t.standing.known().any(|c| c.verdict == Verdict::Denied));
            return if lacks { Work::Permissions } else { Work::Nothing };
        }
        let Some(before) = &self.before else { return Work::Make };
        let refused = tested.and_then(Trial::assume_role).is_some_and(|c| c.verdict == Verdict::Denied);
        let Ok(after) = self.connection(&state.book) else { return Work::Nothing };
        if before.role_arn() != after.role_arn() {
            return Work::Make;
        }
        let asked = |c: &Connection| (c.external_id().cloned(), c.source.clone(), c.source_identity.clone());
        if refused || asked(before) != asked(&after) { Work::Trust } else { Work::Nothing }
    }

    /// What to do in the console, numbered, or what is missing before that can be said.
    fn steps(&self, state: &State, out: &mut Vec<Line>) {
        if !self.assumes_role() {
            return;
        }
        let quiet = |words: String| Line::of(Role::Quiet, words);
        let arn = match self.role() {
            Ok(arn) => arn,
            Err((field, _)) => {
                let words = format!("What to do in AWS stands here as soon as {} is complete.", field.named());
                return out.push(quiet(words));
            }
        };
        let snippets = match self.snippets(state) {
            Ok(snippets) => snippets,
            Err(why) => return out.push(quiet(why)),
        };
        let (account, name) = (arn.account(), arn.name());
        let work = self.work(state);
        let heading = match work {
            Work::Make => format!("Make the role in account {account}"),
            Work::Trust => format!("Let role {name} in {account} trust us as it stands here"),
            Work::Permissions => format!("Give role {name} in {account} what is missing"),
            Work::Nothing => {
                if self.before.is_some() {
                    out.push(quiet("{key:snippet} shows the policies of this role.".to_owned()));
                }
                return;
            }
        };
        out.push(Line::of(Role::Heading, heading));
        if state.flags.demo {
            let words =
                "This is the demo: {key:snippet}, then {there:demo-apply} sets a policy as the role's owner would.";
            out.push(Line::of(Role::Strong, words));
        }
        out.push(Line::of(Role::Strong, "In one line, with CloudShell"));
        step(1, &format!("Sign in to the AWS console of {account} as somebody who may change IAM."), out);
        step(2, "Open CloudShell: the >_ symbol in the bar at the top.", out);
        step(3, "Paste one line, press Enter. {key:copy} copies it, {key:snippet} shows it.", out);
        step(4, "Come back here: {key:test} tests it.", out);
        match work {
            Work::Trust => out.push(quiet("It replaces the role's present trust policy.".to_owned())),
            _ => out.push(quiet("A role that is there already keeps its trust policy.".to_owned())),
        }
        out.push(Line::blank());
        out.push(Line::of(Role::Strong, "Or by hand in the console"));
        match work {
            Work::Make => self.make_by_hand(&arn, out),
            Work::Trust => numbered(
                &[
                    format!("IAM › Roles › {name} › Trust relationships › Edit trust policy."),
                    "Replace what stands there by the trust policy ({key:snippet}, {there:copy}). Update policy."
                        .to_owned(),
                ],
                out,
            ),
            _ => numbered(&[format!("IAM › Roles › {name}."), self.attach_by_hand()], out),
        }
        out.push(Line::blank());
        out.push(quiet(
            "CloudFormation, Terraform and a message to the role's owner: {key:snippet}, {there:next-tab}.".to_owned(),
        ));
        if let Some((_, caller)) = snippets.iter().find(|(name, _)| *name == "caller")
            && !self.is_accepted(&state.book)
        {
            out.push(quiet(format!(
                "Our side must allow it too, unless we are its administrator: {} (the last policy of {{key:snippet}}).",
                caller.goes_where
            )));
        }
    }

    /// The console's own words for a new role, one step after another.
    fn make_by_hand(&self, arn: &RoleArn, out: &mut Vec<Line>) {
        if arn.path() != "/" {
            let words = format!(
                "The console makes roles without a path, and this one has {}: take the line above, or the AWS CLI.",
                arn.path()
            );
            return out.push(Line::of(Role::Text, words));
        }
        let managed = match self.level {
            Level::Mandatory => "Add permissions: tick nothing. Next.",
            Level::Read => "Add permissions: search ReadOnlyAccess, tick it. Next.",
            Level::Full => "Add permissions: search AdministratorAccess, tick it. Next.",
        };
        let mut steps = vec![
            "IAM › Roles › Create role.".to_owned(),
            "Trusted entity type: Custom trust policy. Replace what stands there by the trust policy ({key:snippet}, \
             {there:copy}). Next."
                .to_owned(),
            managed.to_owned(),
            format!("Role name: {}. Create role.", arn.name()),
        ];
        if self.level != Level::Full {
            steps.push(format!("Open the role. {}", self.attach_by_hand()));
        }
        if let Some(hours) = self.hours() {
            steps.push(format!("In the role's summary: Edit › Maximum session duration: {hours} hours or more."));
        }
        numbered(&steps, out);
    }

    /// The console's words for a policy on a role.
    fn attach_by_hand(&self) -> String {
        "Add permissions › Create inline policy › JSON. Paste the second policy ({key:snippet}, {there:next-policy}, \
         {there:copy}). Next. Policy name: CloudivizeMandatory. Create policy."
            .to_owned()
    }

    /// The hours of a session that is longer than AWS's default.
    fn hours(&self) -> Option<u32> {
        self.duration().ok().filter(|s| *s > Connection::HOUR).map(|s| s.div_ceil(Connection::HOUR))
    }

    /// The policies to paste: trust, permissions, and the caller's own.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub(super) fn snippets(&self, state: &State) -> Result<Vec<(&'static str, Snippet)>, String> {
        let arn = self.role().map_err(|(field, why)| format!("{}: {why}", field.named()))?;
        let identity = match self.who() {
            Who::Known(_, identity) => identity.clone(),
            Who::Failed(..) => return Err("What to paste depends on who asks, and that failed: see above.".to_owned()),
            _ => return Err("What to paste stands here as soon as it is known who asks.".to_owned()),
        };
        let external_ids = self.external_id().map_err(|e| e.to_string())?;
        let mut input = TrustInput::new(Trusted::AccountOf(identity.clone()), external_ids.into_iter().collect());
        let whole = self.connection(&state.book).ok();
        if let Some(c) = &whole {
            input = TrustInput::of(c, Trusted::AccountOf(identity.clone()));
        }
        let role = RoleRef::from(&arn);
        let trust = policy::trust(&role, &input).map_err(|e| e.to_string())?;
        let make = match self.level {
            Level::Mandatory => policy::mandatory,
            Level::Read => policy::read,
            Level::Full => policy::full,
        };
        let permissions = make(&role, Some(&input)).map_err(|e| e.to_string())?;
        let mut all = vec![("trust", trust), (self.level.word(), permissions)];
        let source = self.source(&state.book).ok();
        let mut roles: Vec<RoleArn> = state
            .book
            .iter()
            .filter(|c| Some(&c.source) == source.as_ref() && Some(c.id) != self.id)
            .filter_map(|c| c.role_arn().cloned())
            .filter(|r| r.partition() == arn.partition())
            .collect();
        roles.push(arn);
        let source_identity = whole.is_some_and(|c| c.source_identity.is_some());
        all.extend(policy::caller(&identity, &roles, source_identity).ok().map(|s| ("caller", s)));
        Ok(all)
    }

    /// The line that makes or mends the role, for CloudShell.
    fn line(&self, state: &State) -> Option<String> {
        let all = self.snippets(state).ok()?;
        let wanted = usize::from(self.work(state) != Work::Trust);
        policy::render(&all.get(wanted)?.1, Format::CloudShell).ok()
    }
}

impl State {
    /// Whether everything that has to be pasted is known.
    pub(in crate::app) fn form_is_complete(&self) -> bool {
        self.form().is_some_and(|f| f.assumes_role() && f.snippets(self).is_ok())
    }

    pub(super) fn form_viewer(&self) -> Option<Viewer> {
        let form = self.form()?;
        let sheets = form.snippets(self).ok()?.iter().map(|(name, snippet)| sheet(name, snippet)).collect();
        Some(Viewer::new(ViewerKind::Snippet, form.about(&self.book), sheets))
    }

    pub(super) fn form_copy(&self) -> Option<Effect> {
        let form = self.form()?;
        let what = format!("the CloudShell line for {}", form.about(&self.book));
        Some(Effect::Copy { text: form.line(self)?, what })
    }

    /// The names of the profiles here, once they were listed.
    pub(super) fn profile_names(&self) -> Option<Vec<String>> {
        self.profiles.as_ref()?.as_ref().ok().map(|all| all.iter().map(|p| p.name.clone()).collect())
    }

    /// What a source, or a group, can be.
    pub(in crate::app) fn candidates(&self) -> Vec<String> {
        match self.form().map(|f| f.focus) {
            Some(Field::Source) => sources(self).into_iter().map(|(name, _)| name).collect(),
            Some(Field::Group) => {
                let mut groups: Vec<String> = self.book.iter().filter_map(|c| c.group.clone()).collect();
                groups.sort();
                groups.dedup();
                groups
            }
            _ => Vec::new(),
        }
    }
}

impl Form {
    fn about(&self, book: &[Connection]) -> String {
        self.connection(book).map_or_else(|_| "the new connection".to_owned(), |c| c.name.to_string())
    }
}

/// Every source that can be chosen, with what it is.
fn sources(state: &State) -> Vec<(String, String)> {
    let mut all = vec![("env".to_owned(), "as the AWS CLI without --profile".to_owned())];
    if let Some(Ok(profiles)) = &state.profiles {
        all.extend(profiles.iter().map(|p| (format!("profile:{}", p.name), p.kind.clone())));
    }
    let own = state.form().and_then(|f| f.id);
    let connections = state.book.iter().filter(|c| Some(c.id) != own);
    all.extend(connections.map(|c| (format!("connection:{}", c.name), reached(c))));
    all
}

/// What a connection leads to, in a few words.
fn reached(c: &Connection) -> String {
    c.account.as_ref().map_or_else(|| "a connection".to_owned(), |account| format!("in account {account}"))
}

fn candidates(state: &State, typed: &str, out: &mut Vec<Line>) {
    if let Some(Err(why)) = &state.profiles {
        out.push(Line::of(Role::Bad, why));
    }
    let all = sources(state);
    let whole = all.iter().any(|(name, _)| name == typed);
    let fitting: Vec<&(String, String)> =
        all.iter().filter(|(name, _)| whole || name.to_lowercase().contains(&typed.to_lowercase())).collect();
    if fitting.len() > 1 {
        out.push(Line::of(Role::Quiet, "{key:next-choice} takes the next of these:"));
    }
    for (name, what) in fitting.iter().take(LISTED) {
        let role = if name == typed { Role::Strong } else { Role::Text };
        out.push(Line::of(role, format!("  {name}")).and(Role::Quiet, format!("  {what}")).hang(4));
    }
    if fitting.len() > LISTED {
        out.push(Line::of(Role::Quiet, format!("  and {} more; type a part of the name", fitting.len() - LISTED)));
    }
}

/// What a test came to, and what helps.
fn outcome(trial: &Trial, accepted: bool, out: &mut Vec<Line>) {
    if trial.ticket.is_some() && trial.standing.known().next().is_none() {
        return;
    }
    if trial.next.is_some() {
        out.push(Line::of(
            Role::Text,
            "A role or policy made a moment ago is not known everywhere at once: AWS takes seconds, at times two minutes. \
             The test goes on by itself; Esc stops that.",
        ));
        out.push(Line::blank());
    } else if trial.again == rounds() && trial.ticket.is_none() {
        out.push(Line::of(
            Role::Text,
            "Two minutes of tests did not change it, so it is not the role's newness any more.",
        ));
        out.push(Line::blank());
    }
    let refused = trial.assume_role().filter(|c| c.verdict == Verdict::Denied);
    if let Some(check) = refused {
        out.push(Line::of(Role::Heading, "AWS refuses the role. Compare, the likeliest first"));
        // What waiting mends is said above.
        let causes = check.causes.iter().filter(|c| trial.next.is_none() || c.cause != CauseKind::TooNew);
        for (n, c) in causes.enumerate() {
            let compare = match c.cause {
                CauseKind::ExternalId => "the trust policy must ask for exactly the one that stands in this form",
                _ => c.compare.as_str(),
            };
            let line = Line::of(Role::Strong, format!("{} {}: ", n + 1, cause(c.cause))).and(Role::Text, compare);
            out.push(line.hang(2));
        }
        out.push(Line::blank());
        return;
    }
    let others: Vec<_> = trial
        .standing
        .known()
        .filter(|c| c.verdict != Verdict::Allowed && c.permission != Mandatory::AssumeRole)
        .collect();
    if let Some(error) = trial.assume_role().and_then(|c| c.error.as_ref()) {
        out.push(Line::of(Role::Bad, &error.message));
        out.push(Line::blank());
    } else if accepted && trial.ticket.is_none() {
        let words = if others.is_empty() { "All of it is allowed." } else { "AWS lets us into the role." };
        out.push(Line::of(Role::Good, words).and(Role::Text, " {key:save} saves the connection."));
        if trial.is_exposed() {
            out.push(Line::of(
                Role::Finding,
                "But it lets us in with another ExternalId or without one as well, so it protects nobody. Its trust policy \
                 has to ask for this one.",
            ));
        }
        for check in others {
            let why = check.advice.clone().or_else(|| check.error.as_ref().map(|e| e.message.clone()));
            let line = Line::of(Role::Strong, format!("{}: ", check.permission.action()));
            out.push(line.and(Role::Text, why.unwrap_or_default()).hang(2));
        }
        out.push(Line::blank());
    }
}

fn numbered(steps: &[String], out: &mut Vec<Line>) {
    for (n, words) in steps.iter().enumerate() {
        step(n + 1, words, out);
    }
}

fn step(n: usize, words: &str, out: &mut Vec<Line>) {
    out.push(Line::of(Role::Strong, format!(" {n} ")).and(Role::Text, words).hang(3));
}
