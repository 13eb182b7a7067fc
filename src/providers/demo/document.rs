//! IAM policy documents and what they say to a request: the small part of IAM's language that the
//! demo's documents and this program's own snippets are written in. What is outside of it is refused when a
//! document is read, never guessed at.
//!
//! Grammar: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Which members a document's statements have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Says what may be done: resources, no principal.
    Permissions,
    /// Says who may become a role: principals, no resource.
    Trust,
}

/// A document that was read.
#[derive(Debug, Clone)]
pub(super) struct Document {
    statements: Vec<Statement>,
}

/// What a document says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// A Deny matches, whatever else does.
    Deny,
    /// An Allow matches.
    Allow,
    /// Nothing matches.
    Nothing,
}

/// A request as policies see it.
#[derive(Debug, Clone)]
pub(super) struct Ask<'a> {
    /// `service:Operation`.
    pub action: &'a str,
    /// An ARN; `*` where it concerns no single resource. An Allow for any resource then counts: the demo does not
    /// know which actions AWS checks against which.
    pub resource: &'a str,
    /// Whose policies speak: every name that a trust policy may know the caller by.
    pub principals: &'a [String],
    /// Condition keys in lower case, and their values.
    pub keys: &'a [(&'static str, String)],
}

#[derive(Debug, Clone)]
struct Statement {
    deny: bool,
    principals: Vec<String>,
    action: Selector,
    resource: Selector,
    conditions: Vec<Condition>,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone)]
enum Selector {
    Only(Vec<String>),
    Except(Vec<String>),
}

#[derive(Debug, Clone)]
struct Condition {
    operator: Operator,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Equals,
    NotEquals,
    Like,
    NotLike,
}

/// One value or several, as IAM writes both.
#[derive(Deserialize)]
#[serde(untagged)]
enum Many<T> {
    One(T),
    Several(Vec<T>),
}

impl<T> Many<T> {
    fn list(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Several(several) => several,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Raw {
    version: Option<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    statement: Many<RawStatement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawStatement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: String,
    principal: Option<Value>,
    action: Option<Many<String>>,
    not_action: Option<Many<String>>,
    resource: Option<Many<String>>,
    not_resource: Option<Many<String>>,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, Many<String>>>,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// What is wrong with it, in AWS's words where AWS has some for it.
    pub fn parse(text: &str, shape: Shape) -> Result<Self, String> {
        let raw: Raw = serde_json::from_str(text).map_err(|e| format!("Syntax errors in policy: {e}"))?;
        if !matches!(raw.version.as_deref(), Some("2012-10-17")) {
            return Err("The policy's Version must be 2012-10-17".to_owned());
        }
        let statements: Vec<Statement> =
            raw.statement.list().into_iter().map(|s| statement(s, shape)).collect::<Result<_, _>>()?;
        if statements.is_empty() {
            return Err("Policy document should contain at least one statement".to_owned());
        }
        Ok(Self { statements })
    }

    /// What the document says to a request.
    pub fn says(&self, ask: &Ask<'_>) -> Says {
        let mut said = Says::Nothing;
        for statement in self.statements.iter().filter(|s| s.matches(ask)) {
            if statement.deny {
                return Says::Deny;
            }
            said = Says::Allow;
        }
        said
    }

    /// Whether it allows anything at all: one that only denies takes nothing away from what others allow.
    pub fn allows_something(&self) -> bool {
        self.statements.iter().any(|s| !s.deny)
    }

    /// Whether every statement is about becoming a role.
    pub fn is_about_assuming(&self) -> bool {
        let assuming = |a: &String| ASSUMING.iter().any(|known| known.eq_ignore_ascii_case(a));
        self.statements.iter().all(|s| matches!(&s.action, Selector::Only(list) if list.iter().all(assuming)))
    }
}

/// What a caller's policy and a trust policy of this program name.
const ASSUMING: [&str; 3] = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"];

/// Which shape a text has: a trust policy names a principal.
pub(super) fn shape_of(text: &str) -> Shape {
    let names_principal = |s: &Value| s.get("Principal").is_some();
    let statements = serde_json::from_str::<Value>(text).ok().and_then(|v| v.get("Statement").cloned());
    match statements {
        Some(Value::Array(all)) if all.iter().any(names_principal) => Shape::Trust,
        Some(one) if names_principal(&one) => Shape::Trust,
        _ => Shape::Permissions,
    }
}

fn statement(raw: RawStatement, shape: Shape) -> Result<Statement, String> {
    let deny = match raw.effect.as_str() {
        "Allow" => false,
        "Deny" => true,
        other => return Err(format!("Effect must be Allow or Deny, not {other}")),
    };
    let action = selector(raw.action, raw.not_action).ok_or("Policy statement must contain actions")?;
    let (Selector::Only(actions) | Selector::Except(actions)) = &action;
    if let Some(wrong) = actions.iter().find(|a| *a != "*" && !a.contains(':')) {
        return Err(format!("Actions/Conditions must be prefaced by a vendor, e.g. iam, sdb, ec2: {wrong}"));
    }
    let resource = selector(raw.resource, raw.not_resource);
    let (principals, resource) = match (shape, raw.principal, resource) {
        (Shape::Permissions, Some(_), _) => return Err("Policy document should not specify a principal".to_owned()),
        (Shape::Permissions, None, None) => return Err("Policy statement must contain resources".to_owned()),
        (Shape::Permissions, None, Some(resource)) => (Vec::new(), resource),
        (Shape::Trust, _, Some(_)) => return Err("Has prohibited field Resource".to_owned()),
        (Shape::Trust, None, None) => return Err("Missing required field Principal".to_owned()),
        (Shape::Trust, Some(principal), None) => (principals(principal)?, Selector::Only(vec!["*".to_owned()])),
    };
    let mut conditions = Vec::new();
    for (operator, keys) in raw.condition {
        for (key, values) in keys {
            conditions.push(condition(&operator, &key, values.list())?);
        }
    }
    Ok(Statement { deny, principals, action, resource, conditions })
}

fn selector(only: Option<Many<String>>, except: Option<Many<String>>) -> Option<Selector> {
    match (only, except) {
        (Some(list), None) => Some(Selector::Only(list.list())),
        (None, Some(list)) => Some(Selector::Except(list.list())),
        _ => None,
    }
}

/// `"*"`, or `{"AWS": …}` with ARNs or account ids.
fn principals(value: Value) -> Result<Vec<String>, String> {
    if value.as_str() == Some("*") {
        return Ok(vec!["*".to_owned()]);
    }
    let aws = value.as_object().filter(|o| o.len() == 1).and_then(|o| o.get("AWS"));
    let list = aws.cloned().and_then(|v| serde_json::from_value::<Many<String>>(v).ok());
    let list = list.ok_or("the demo knows no principals but \"*\" and {\"AWS\": …}")?.list();
    // An account's bare id means its root (IAM User Guide, reference_policies_elements_principal).
    let full = |p: String| if p.len() == 12 && !p.contains(':') { format!("arn:aws:iam::{p}:root") } else { p };
    let list: Vec<String> = list.into_iter().map(full).collect();
    match list.iter().find(|p| *p != "*" && !p.starts_with("arn:")) {
        Some(wrong) => Err(format!("Invalid principal in policy: \"AWS\":\"{wrong}\"")),
        None => Ok(list),
    }
}

fn condition(operator: &str, key: &str, values: Vec<String>) -> Result<Condition, String> {
    let (name, if_exists) = match operator.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (operator, false),
    };
    let operator = match name {
        "StringEquals" => Operator::Equals,
        "StringNotEquals" => Operator::NotEquals,
        // The ARN operators read wildcards too, whichever is written.
        "StringLike" | "ArnLike" | "ArnEquals" => Operator::Like,
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => Operator::NotLike,
        other => return Err(format!("the demo does not know the condition operator {other}")),
    };
    let key = key.to_ascii_lowercase();
    if !KEYS.contains(&key.as_str()) {
        return Err(format!("the demo does not know the condition key {key}"));
    }
    Ok(Condition { operator, if_exists, key, values })
}

/// The condition keys that requests of the demo have, in lower case.
const KEYS: [&str; 6] = [
    "sts:externalid",
    "sts:rolesessionname",
    "aws:requestedregion",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
];

impl Statement {
    fn matches(&self, ask: &Ask<'_>) -> bool {
        let whom = self.principals.is_empty()
            || self.principals.iter().any(|p| p == "*" || ask.principals.iter().any(|own| own == p));
        whom && self.action.takes(&ask.action.to_ascii_lowercase(), true)
            && (self.resource.takes(ask.resource, false) || (ask.resource == "*" && !self.deny))
            && self.conditions.iter().all(|c| c.holds(ask))
    }
}

impl Selector {
    fn takes(&self, what: &str, ignore_case: bool) -> bool {
        let fits = |p: &String| if ignore_case { like(&p.to_ascii_lowercase(), what) } else { like(p, what) };
        match self {
            Self::Only(list) => list.iter().any(fits),
            Self::Except(list) => !list.iter().any(fits),
        }
    }
}

impl Condition {
    fn holds(&self, ask: &Ask<'_>) -> bool {
        let found = ask.keys.iter().find(|(key, _)| *key == self.key).map(|(_, value)| value.as_str());
        let Some(value) = found else {
            // A negated operator holds for a key that is not there.
            return self.if_exists || matches!(self.operator, Operator::NotEquals | Operator::NotLike);
        };
        match self.operator {
            Operator::Equals => self.values.iter().any(|v| v == value),
            Operator::NotEquals => self.values.iter().all(|v| v != value),
            Operator::Like => self.values.iter().any(|v| like(v, value)),
            Operator::NotLike => !self.values.iter().any(|v| like(v, value)),
        }
    }
}

/// One piece of a pattern.
#[derive(PartialEq)]
enum Piece {
    Any,
    One,
    Char(char),
}

/// Whether a text fits a pattern with `*` and `?`; `${*}`, `${?}` and `${$}` stand for the characters themselves.
fn like(pattern: &str, text: &str) -> bool {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let literal = ["*", "?", "$"].into_iter().find(|c| rest.starts_with(&format!("${{{c}}}")));
        let (piece, length) = match (literal, c) {
            (Some(c), _) => (c.chars().next().map_or(Piece::Any, Piece::Char), 4),
            (None, '*') => (Piece::Any, 1),
            (None, '?') => (Piece::One, 1),
            (None, c) => (Piece::Char(c), c.len_utf8()),
        };
        pieces.push(piece);
        rest = rest.get(length..).unwrap_or_default();
    }
    // For each prefix of the pattern, which prefixes of the text it fits.
    let text: Vec<char> = text.chars().collect();
    let mut fits = vec![false; text.len() + 1];
    if let Some(first) = fits.first_mut() {
        *first = true;
    }
    for piece in pieces {
        let mut next = vec![false; text.len() + 1];
        for i in 0..=text.len() {
            let before = i > 0 && fits[i - 1];
            next[i] = match &piece {
                Piece::Any => fits[i] || (i > 0 && next[i - 1]),
                Piece::One => before,
                Piece::Char(c) => before && text[i - 1] == *c,
            };
        }
        fits = next;
    }
    fits.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn permissions(statement: Value) -> Document {
        let text = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        Document::parse(&text, Shape::Permissions).unwrap()
    }

    fn ask<'a>(action: &'a str, resource: &'a str, keys: &'a [(&'static str, String)]) -> Ask<'a> {
        Ask { action, resource, principals: &[], keys }
    }

    #[test]
    fn wildcards_fit_as_in_iam() {
        for (pattern, text, fits) in [
            ("ec2:Describe*", "ec2:DescribeRegions", true),
            ("ec2:Describe*", "ec2:RunInstances", false),
            ("*", "anything", true),
            ("s3:?etObject", "s3:GetObject", true),
            ("s3:?etObject", "s3:etObject", false),
            ("*:Get*Summary", "iam:GetAccountSummary", true),
            ("a*b*c", "abbc", true),
            ("a*b*c", "acb", false),
            ("", "", true),
            ("role/${*}", "role/*", true),
            ("role/${*}", "role/x", false),
            ("${$}{x}", "${x}", true),
        ] {
            assert_eq!(like(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_deny_beats_every_allow_and_actions_ignore_case() {
        let both = permissions(json!([
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": ["CUR:Describe*"], "Resource": "*"},
        ]));
        assert_eq!(both.says(&ask("cur:DescribeReportDefinitions", "*", &[])), Says::Deny);
        assert_eq!(both.says(&ask("iam:GetAccountSummary", "*", &[])), Says::Allow);
        let one = permissions(json!({"Effect": "Allow", "Action": "iam:getaccountsummary", "Resource": "*"}));
        assert_eq!(one.says(&ask("iam:GetAccountSummary", "*", &[])), Says::Allow);
        assert_eq!(one.says(&ask("ec2:DescribeRegions", "*", &[])), Says::Nothing);
    }

    #[test]
    fn a_region_limit_denies_elsewhere_alone_and_leaves_its_exceptions_out() {
        let limit = permissions(json!({
            "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
        }));
        let in_region = |region: &str| vec![("aws:requestedregion", region.to_owned())];
        assert_eq!(limit.says(&ask("ec2:DescribeRegions", "*", &in_region("us-east-1"))), Says::Deny);
        assert_eq!(limit.says(&ask("ec2:DescribeRegions", "*", &in_region("eu-west-1"))), Says::Nothing);
        assert_eq!(limit.says(&ask("iam:GetAccountSummary", "*", &in_region("us-east-1"))), Says::Nothing);
        assert!(!limit.allows_something());
    }

    fn trust(condition: Value) -> Document {
        let text = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole", "Condition": condition,
        }]});
        Document::parse(&text.to_string(), Shape::Trust).unwrap()
    }

    #[test]
    fn a_trust_policy_asks_who_and_for_which_external_id() {
        let root = ["arn:aws:iam::123456789012:root".to_owned()];
        let other = ["arn:aws:iam::999999999999:root".to_owned()];
        let says = |document: &Document, principals: &[String], id: Option<&str>| {
            let keys: Vec<_> = id.iter().map(|id| ("sts:externalid", (*id).to_owned())).collect();
            document.says(&Ask { action: "sts:AssumeRole", resource: "*", principals, keys: &keys })
        };
        let strict = trust(json!({"StringEquals": {"sts:ExternalId": ["a", "b"]}}));
        assert_eq!(says(&strict, &root, Some("b")), Says::Allow);
        assert_eq!(says(&strict, &root, Some("c")), Says::Nothing);
        assert_eq!(says(&strict, &root, None), Says::Nothing);
        assert_eq!(says(&strict, &other, Some("a")), Says::Nothing);
        let lax = trust(json!({"StringEqualsIfExists": {"sts:ExternalId": "a"}}));
        assert_eq!(says(&lax, &root, None), Says::Allow);
        assert_eq!(says(&lax, &root, Some("c")), Says::Nothing);
        let open = trust(json!({}));
        assert_eq!(says(&open, &root, None), Says::Allow);
    }

    #[test]
    fn what_iam_would_not_take_is_refused() {
        let refused = |statement: Value, shape| {
            let text = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
            Document::parse(&text, shape).unwrap_err()
        };
        let allow = |more: Value| {
            let mut all = json!({"Effect": "Allow", "Action": "a:B"});
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        for (statement, shape, words) in [
            (allow(json!({})), Shape::Permissions, "must contain resources"),
            (allow(json!({"Resource": "*", "Principal": "*"})), Shape::Permissions, "should not specify a principal"),
            (allow(json!({"Resource": "*", "Action": "everything"})), Shape::Permissions, "prefaced by a vendor"),
            (allow(json!({"Resource": "*", "Resurce": 1})), Shape::Permissions, "Syntax errors"),
            (allow(json!({"Resource": "*", "Effect": "Perhaps"})), Shape::Permissions, "Allow or Deny"),
            (json!([]), Shape::Permissions, "at least one statement"),
            (allow(json!({"Principal": "*", "Resource": "*"})), Shape::Trust, "prohibited field Resource"),
            (allow(json!({})), Shape::Trust, "Missing required field Principal"),
            (allow(json!({"Principal": {"Service": "ec2.amazonaws.com"}})), Shape::Trust, "principals"),
            (
                allow(json!({"Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "x"}}})),
                Shape::Permissions,
                "DateLessThan",
            ),
        ] {
            let said = refused(statement, shape);
            assert!(said.contains(words), "{said}");
        }
        assert!(Document::parse("not json", Shape::Permissions).unwrap_err().contains("Syntax errors"));
        assert!(Document::parse("{\"Statement\":[]}", Shape::Permissions).unwrap_err().contains("Version"));
    }

    #[test]
    fn a_trust_policy_and_a_callers_policy_are_told_apart_from_the_rest() {
        let text = |s: Value| json!({"Version": "2012-10-17", "Statement": s}).to_string();
        let trust = text(json!([{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]));
        assert_eq!(shape_of(&trust), Shape::Trust);
        let caller = text(json!({"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": "*"}));
        assert_eq!(shape_of(&caller), Shape::Permissions);
        assert!(Document::parse(&caller, Shape::Permissions).unwrap().is_about_assuming());
        let role = text(json!({"Effect": "Allow", "Action": ["sts:AssumeRole", "iam:*"], "Resource": "*"}));
        assert!(!Document::parse(&role, Shape::Permissions).unwrap().is_about_assuming());
    }
}
