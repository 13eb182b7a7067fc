//! Copies of single facts about a connection.

use super::{Action, Effect, State, detail};

/// The width of a report that is copied as text.
const WIDTH: usize = 80;

impl State {
    /// Copies one fact of the connection under the cursor.
    pub(super) fn copy_fact(&self, action: Action) -> Option<Effect> {
        let connection = self.cursor.and_then(|id| self.connection(id))?;
        let (what, text) = match action {
            Action::CopyRoleArn => ("role ARN", connection.role_arn()?.to_string()),
            Action::CopyAccount => ("account id", connection.account.as_ref()?.to_string()),
            Action::CopyExternalId => ("ExternalId", connection.external_id()?.expose().to_owned()),
            Action::CopyReport => {
                let (title, lines) = detail(self, WIDTH);
                let title = title.trim_start_matches("4 ").to_owned();
                let lines = lines.iter().map(|l| l.text().trim_end().to_owned());
                ("report", [title, String::new()].into_iter().chain(lines).collect::<Vec<_>>().join("\n") + "\n")
            }
            _ => return None,
        };
        Some(Effect::Copy { text, what: format!("the {what} of {}", connection.name) })
    }
}
