//! Copies: of single facts, and what is said of every one.

use super::{Action, Effect, NoCopy, Notice, SentCopy, State, Viewer, detail};
use crate::domain::{Connection, Secret, Source, Timestamp};
use crate::report;
use crate::text::quote::shell_line;

/// The width of a report that is copied as text.
const WIDTH: usize = 80;

impl State {
    /// Copies one fact of the connection under the cursor, or the region under it.
    pub(super) fn copy_fact(&self, action: Action) -> Option<Effect> {
        if action == Action::CopyRegion {
            let region = self.region_here()?.region.to_string();
            return Some(Effect::Copy { what: "the region's code".to_owned(), text: region });
        }
        let connection = self.cursor.and_then(|id| self.connection(id))?;
        let (what, text) = match action {
            Action::CopyRoleArn => ("role ARN", connection.role_arn()?.to_string()),
            Action::CopyAccount => ("account id", connection.account.as_ref()?.to_string()),
            Action::CopyExternalId => ("ExternalId", connection.external_id()?.expose().to_owned()),
            Action::CopyReport => {
                let (title, lines) = detail(self, WIDTH);
                let title = title.trim_start_matches("4 ").to_owned();
                // What names a key is for this screen alone.
                let lines = lines.iter().map(|l| l.text().trim_end().to_owned()).filter(|l| !l.contains("{key:"));
                ("report", [title, String::new()].into_iter().chain(lines).collect::<Vec<_>>().join("\n") + "\n")
            }
            Action::CopyJson => ("report (JSON)", self.report_json(connection)?),
            Action::CopyCommand => ("AWS CLI command", command(connection)),
            _ => return None,
        };
        Some(Effect::Copy { text, what: format!("the {what} of {}", connection.name) })
    }

    /// What the last test found, as `check --format json` prints it.
    fn report_json(&self, connection: &Connection) -> Option<String> {
        let standing = self.standings.get(&connection.id)?;
        let report = standing.report.as_deref()?;
        let at = standing.at.unwrap_or(self.now);
        let document = report::document(std::slice::from_ref(report), at);
        serde_json::to_string_pretty(&document).ok().map(|text| text + "\n")
    }

    /// Says what became of a copy. Nobody acknowledges one, so the way to see the text is always told.
    pub(super) fn copied(&mut self, now: Timestamp, what: &str, how: Result<SentCopy, NoCopy>) {
        let file = if self.viewer().is_some() { ", {key:write} writes it to a file" } else { "" };
        self.notice = Some(match how {
            Ok(SentCopy { how, hint }) => {
                let hint = hint.map(|hint| format!("{hint} ")).unwrap_or_default();
                Notice::good(format!("{how}: {what}. {hint}Nothing there? {{key:plain}} shows it plain{file}"))
            }
            Err(NoCopy { why, too_long }) => {
                self.record(now, format!("{what}: {why}"));
                let shorter = too_long && self.viewer().is_some_and(Viewer::has_shorter);
                let shorter = if shorter { "{key:next-tab} goes to the minified form, which is shorter; " } else { "" };
                Notice::bad(format!("{why}: {what}. {shorter}{{key:plain}} shows it plain{file}"))
            }
        });
    }

    /// Keeps what is copied, so that it can be shown where no clipboard took it.
    pub(super) fn keep_copies(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Copy { text, .. } = effect {
                self.last_copy = Some(Secret::new(text.clone()));
            }
        }
    }
}

/// The AWS CLI's command that asks AWS for what we ask: the role's session, else who the credentials are.
fn command(connection: &Connection) -> String {
    let mut words = vec!["aws", "sts"];
    let role = connection.role_arn().map(|arn| arn.to_string());
    let duration = connection.duration.to_string();
    match &role {
        Some(role) => {
            words.extend(["assume-role", "--role-arn", role]);
            words.extend(["--role-session-name", connection.session_name.as_str()]);
            words.extend(connection.external_id().into_iter().flat_map(|e| ["--external-id", e.expose()]));
            words.extend(connection.source_identity.iter().flat_map(|s| ["--source-identity", s.as_str()]));
            if connection.duration != Connection::HOUR {
                words.extend(["--duration-seconds", &duration]);
            }
        }
        None => words.push("get-caller-identity"),
    }
    if let Source::Profile(name) = &connection.source {
        words.extend(["--profile", name.as_str()]);
    }
    let region = connection.partition().and_then(|p| p.default_region());
    words.extend(region.iter().flat_map(|r| ["--region", r.as_str()]));
    words.extend(connection.endpoint_url.iter().flat_map(|u| ["--endpoint-url", u.as_str()]));
    shell_line(words)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{book, press, tested};
    use super::super::{Size, update};
    use super::*;
    use crate::app::{Msg, Tone};

    const SIZE: Size = Size { width: 120, height: 36 };

    fn copied(state: &mut State, action: Action) -> String {
        match &press(state, &[action])[..] {
            [Effect::Copy { text, .. }] => text.clone(),
            other => panic!("{action:?}: {other:?}"),
        }
    }

    #[test]
    fn each_fact_is_copied_as_it_is_pasted() {
        let mut state = tested(SIZE);
        let here = book().iter().find(|c| Some(c.id) == state.cursor).cloned().unwrap();
        assert_eq!(copied(&mut state, Action::CopyRoleArn), here.role_arn().unwrap().to_string());
        assert_eq!(copied(&mut state, Action::CopyAccount), here.account.as_ref().unwrap().to_string());
        let json: serde_json::Value = serde_json::from_str(&copied(&mut state, Action::CopyJson)).unwrap();
        assert_eq!(json["connections"][0]["name"], here.name.as_str());
        let words = shlex::split(&copied(&mut state, Action::CopyCommand)).unwrap();
        assert_eq!(words[..5], ["aws", "sts", "assume-role", "--role-arn", &here.role_arn().unwrap().to_string()]);
        assert!(words.windows(2).any(|w| w[0] == "--external-id" && w[1] == here.external_id().unwrap().expose()));
        press(&mut state, &[Action::FocusRegions]);
        let first = copied(&mut state, Action::CopyRegion);
        press(&mut state, &[Action::Down]);
        assert_ne!(copied(&mut state, Action::CopyRegion), first, "the region under the cursor");
    }

    #[test]
    fn what_was_copied_can_be_shown_plain_from_everywhere() {
        let mut state = tested(SIZE);
        assert!(press(&mut state, &[Action::Plain]).is_empty(), "nothing was copied yet");
        let text = copied(&mut state, Action::CopyRoleArn);
        let [Effect::Print(shown)] = &press(&mut state, &[Action::Plain])[..] else { panic!("nothing is shown") };
        assert_eq!(*shown, text);
        assert!(!format!("{state:?}").contains(&format!("last_copy: Some(\"{text}")), "it may be a secret");
    }

    #[test]
    fn a_text_that_is_too_long_is_offered_in_its_shorter_form() {
        let mut state = tested(SIZE);
        press(&mut state, &[Action::Snippet]);
        let how = || Err(NoCopy { why: "not sent: it is longer than mosh takes".into(), too_long: true });
        update(&mut state, Timestamp(1), Msg::Copied { what: "missing policy".into(), how: how() });
        let said = |state: &State| state.notice.clone().unwrap();
        assert!(said(&state).text.contains("{key:next-tab} goes to the minified form"), "{}", said(&state).text);
        assert_eq!(said(&state).tone, Tone::Bad);
        assert!(!state.log.entries().last().unwrap().text.contains("{key"), "the error log has no keys");
        press(&mut state, &[Action::NextTab]);
        update(&mut state, Timestamp(1), Msg::Copied { what: "missing policy".into(), how: how() });
        assert!(!said(&state).text.contains("minified"), "there is nothing shorter than it");
    }
}
