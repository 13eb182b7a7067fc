//! Copies of an asset: what it is called, its JSON, the policy for its kind, and the AWS CLI's command that reads it.

use crate::app::reading::copy_of;
use crate::app::{Action, Effect, Notice, Pane, State};
use crate::catalog::kind::{Call, Param, Scope};
use crate::catalog::template::{Fill, Source as Place};
use crate::domain::{Partition, RowView, Source};
use crate::query::{CellLabel, place};
use crate::text::quote::shell_line;
use serde_json::Value;

/// Parameters that only say how large a page is.
const PAGES: [&str; 10] = [
    "MaxResults",
    "maxResults",
    "MaxItems",
    "PageSize",
    "Limit",
    "limit",
    "MaxRecords",
    "maxRecords",
    "pageSize",
    "Max",
];

impl State {
    /// Copies something of the asset under the cursor; `None` when the action is no copy.
    pub(in crate::app) fn copy_asset(&mut self, action: Action) -> Option<Vec<Effect>> {
        let list = self.browse.list()?;
        // In its own page the asset that was opened is meant, and not what the cursor went to.
        let followed = match self.browse.looked.as_ref() {
            Some(looked) => looked.followed().clone(),
            None => list.hold(list.at)?,
        };
        if let Some((what, words)) = self.copy_marked(action) {
            return Some(vec![Effect::Copy { text: words, what }]);
        }
        let (cell, row) = (&*followed.cell, followed.row());
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (what, text) = match action {
            Action::CopyAsset if !row.arn().is_empty() => ("ARN", text(row.arn())),
            Action::CopyAsset | Action::CopyId => ("id", text(row.id())),
            Action::CopyName => ("name", text(row.name())),
            Action::CopyArn => ("ARN", text(row.arn())),
            Action::CopyItem => ("JSON", self.json_of(&followed.key()).map(|json| json.expose().to_owned())),
            Action::CopyCall => ("AWS CLI command", Some(self.call(cell, &row))),
            Action::ConsoleLink => ("console link", console_link(row.arn())),
            Action::CopyPolicy => {
                return Some(self.listing_viewer().as_ref().and_then(copy_of).into_iter().collect());
            }
            _ => return None,
        };
        let Some(text) = text else {
            let why = match action {
                Action::CopyName => "it has no name",
                Action::CopyItem => "its JSON was not read yet; {key:open} reads it",
                _ => "it has no ARN",
            };
            self.notice = Some(Notice::plain(why));
            return Some(Vec::new());
        };
        Some(vec![Effect::Copy { text, what: format!("the {what} of {}", followed.called()) }])
    }

    /// The same of every marked asset that is shown, a line each; `None` where none is marked or only one can be copied.
    fn copy_marked(&self, action: Action) -> Option<(String, String)> {
        let list = self.browse.list().filter(|l| !l.marks.is_empty())?;
        if self.browse.looked.is_some() || self.focus != Pane::Checks {
            return None;
        }
        let of = |cell: &CellLabel, row: RowView<'_>| -> Option<String> {
            let text = match action {
                Action::CopyCall => return Some(self.call(cell, &row)),
                Action::CopyAsset if !row.arn().is_empty() => row.arn(),
                Action::CopyAsset | Action::CopyId => row.id(),
                Action::CopyName => row.name(),
                Action::CopyArn => row.arn(),
                _ => return None,
            };
            (!text.is_empty()).then(|| text.to_owned())
        };
        let marked = (0..list.table.order.len()).filter(|at| list.is_marked(*at));
        let lines: Vec<String> = marked.filter_map(|at| list.table.row(at).and_then(|(c, r)| of(c, r))).collect();
        let what = match action {
            Action::CopyName => "names",
            Action::CopyId => "ids",
            Action::CopyCall => "AWS CLI commands",
            _ => "ARNs",
        };
        (!lines.is_empty()).then(|| (format!("the {what} of {} marked", lines.len()), lines.join("\n")))
    }

    /// The AWS CLI's command that reads one asset, or lists its kind where one alone cannot be read.
    fn call(&self, cell: &CellLabel, row: &RowView<'_>) -> String {
        let call = cell.kind.get.as_ref().unwrap_or(&cell.kind.list);
        let region = if cell.kind.scope == Scope::Global { "" } else { place(cell, row) };
        let mut words = command(call, &Row { cell, row });
        if !region.is_empty() && region != "global" {
            words.extend(["--region".to_owned(), region.to_owned()]);
        }
        let connection = self.connection(cell.connection);
        if let Some(Source::Profile(name)) = connection.filter(|c| c.role_arn().is_none()).map(|c| &c.source) {
            words.extend(["--profile".to_owned(), name.to_string()]);
        }
        if let Some(url) = connection.and_then(|c| c.endpoint_url.as_ref()) {
            words.extend(["--endpoint-url".to_owned(), url.clone()]);
        }
        shell_line(words.iter().map(String::as_str))
    }
}

/// Where the console shows an ARN (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>).
fn console_link(arn: &str) -> Option<String> {
    let host = match arn.split(':').nth(1).and_then(|p| Partition::parse(p).ok())? {
        Partition::Aws => "console.aws.amazon.com",
        Partition::AwsCn => "console.amazonaws.cn",
        Partition::AwsUsGov => "console.amazonaws-us-gov.com",
        _ => return None,
    };
    let mut escaped = String::new();
    for byte in arn.bytes() {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-._~:/".contains(&b) => escaped.push(char::from(b)),
            b => escaped.push_str(&format!("%{b:02X}")),
        }
    }
    Some(format!("https://{host}/go/view?arn={escaped}"))
}

/// What a row fills places with.
struct Row<'a> {
    cell: &'a CellLabel,
    row: &'a RowView<'a>,
}

impl Fill for Row<'_> {
    fn value(&self, source: &Place) -> Option<Value> {
        let text = match source {
            Place::Account => self.cell.account.to_string(),
            Place::Region => place(self.cell, self.row).to_owned(),
            Place::Partition => self.row.arn().split(':').nth(1).unwrap_or("aws").to_owned(),
            Place::Parent(field) => {
                let parent = self.row.batch().parent()?;
                match field.as_str() {
                    "id" => parent.id.clone(),
                    "arn" => parent.arn.clone(),
                    _ => parent.name.clone(),
                }
            }
            Place::Row(field) => {
                let asset = self.cell.asset(self.row);
                match field.as_str() {
                    "id" => asset.id,
                    "arn" => asset.arn,
                    "name" => asset.name,
                    "region" => place(self.cell, self.row).to_owned(),
                    _ => asset.fields.into_iter().find(|(id, _)| id == field)?.1,
                }
            }
            _ => return None,
        };
        (!text.is_empty()).then_some(Value::String(text))
    }
}

/// The words of a call.
fn command(call: &Call, row: &Row<'_>) -> Vec<String> {
    // The one service whose commands have another name than its model.
    let service = if call.service == "s3" { "s3api" } else { call.service.as_str() };
    let mut words = vec!["aws".to_owned(), service.to_owned(), dashed(&call.operation)];
    for (name, param) in call.params.iter().filter(|(name, _)| !PAGES.contains(&name.as_str())) {
        let Some(value) = filled(param, row) else { continue };
        let option = format!("--{}", dashed(name));
        match value {
            Value::Bool(true) => words.push(option),
            Value::Bool(false) => words.push(format!("--no-{}", dashed(name))),
            Value::Array(items) if items.iter().all(|v| !v.is_object() && !v.is_array()) => {
                words.push(option);
                words.extend(items.iter().map(plain));
            }
            other => words.extend([option, plain(&other)]),
        }
    }
    words
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn filled(param: &Param, row: &Row<'_>) -> Option<Value> {
    match param {
        Param::Text(template) => template.value(row),
        Param::Plain(value) => Some(value.clone()),
        Param::List(items) => items.iter().map(|item| filled(item, row)).collect(),
        Param::Map(members) => {
            members.iter().map(|(name, member)| Some((name.clone(), filled(member, row)?))).collect()
        }
    }
}

/// A name as the AWS CLI writes it: `DescribeDBInstances` is `describe-db-instances`
/// (<https://github.com/boto/botocore/blob/develop/botocore/__init__.py>, `xform_name`).
fn dashed(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(at + 1);
        let begins = c.is_ascii_uppercase()
            && match (before, after) {
                (None, _) => false,
                (Some(b), _) if b.is_ascii_lowercase() || b.is_ascii_digit() => true,
                // The last of several capitals begins a word, unless it stands before the s of a plural at the end.
                (Some(_), Some(a)) => a.is_ascii_lowercase() && !(*a == 's' && at + 2 == chars.len()),
                (Some(_), None) => false,
            };
        if begins && !out.ends_with('-') {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_the_aws_cli_writes_them() {
        for (name, dashes) in [
            ("DescribeInstances", "describe-instances"),
            ("DescribeDBInstances", "describe-db-instances"),
            ("DBInstanceIdentifier", "db-instance-identifier"),
            ("ListHostedZonesByVPC", "list-hosted-zones-by-vpc"),
            ("InstanceIds", "instance-ids"),
            ("QueueUrl", "queue-url"),
            ("GetApiKey", "get-api-key"),
            ("VpcIds", "vpc-ids"),
            ("NetworkAclIds", "network-acl-ids"),
            ("ListServerCertificates", "list-server-certificates"),
        ] {
            assert_eq!(dashed(name), dashes);
        }
    }

    #[test]
    fn the_console_is_asked_for_the_arn() {
        let link = console_link("arn:aws:ec2:eu-west-1:111122223333:instance/i-1 &x").unwrap();
        assert_eq!(
            link,
            "https://console.aws.amazon.com/go/view?arn=arn:aws:ec2:eu-west-1:111122223333:instance/i-1%20%26x"
        );
        assert_eq!(console_link(""), None);
    }
}
