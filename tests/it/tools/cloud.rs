//! Accounts, roles and users in the emulator, and the AWS CLI on them.

use std::process::Command;

use serde_json::json;

use super::{AwsHome, aws_cli, http, ministack};

/// Access keys in the emulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The session token of temporary ones.
    pub token: Option<String>,
}

impl Keys {
    /// The keys of an account's root: the emulator takes a 12-digit access key id for that.
    pub fn root(account: &str) -> Self {
        Self { id: account.to_owned(), secret: "any".to_owned(), token: None }
    }

    /// Gives these keys to a program by the environment.
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("AWS_ACCESS_KEY_ID", &self.id).env("AWS_SECRET_ACCESS_KEY", &self.secret);
        match &self.token {
            Some(token) => command.env("AWS_SESSION_TOKEN", token),
            None => command.env_remove("AWS_SESSION_TOKEN"),
        }
    }
}

/// How the AWS CLI ended.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether it ended with 0.
    pub ok: bool,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Answer {
    /// The output of a call that must have worked.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        assert!(self.ok, "the AWS CLI failed: {}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {}", self.stdout))
    }
}

/// The emulator as a test sees it: accounts that nobody else uses.
#[derive(Clone, Copy, Default)]
pub struct Cloud;

impl Cloud {
    /// The emulator, started where it does not run yet.
    pub fn new() -> Self {
        ministack();
        Self
    }

    /// Where it answers.
    pub fn url(&self) -> &'static str {
        &ministack().url
    }

    /// A fresh account id of 12 digits.
    pub fn account(&self) -> String {
        let random = uuid::Uuid::new_v4().as_u128() % 900_000_000_000;
        (random + 100_000_000_000).to_string()
    }

    /// Makes a role with a trust policy and, if given, one inline policy named `main`; gives its ARN.
    pub fn make_role(&self, account: &str, name: &str, trust: &str, policy: Option<&str>) -> String {
        self.iam(account, &[("Action", "CreateRole"), ("RoleName", name), ("AssumeRolePolicyDocument", trust)]);
        if let Some(policy) = policy {
            self.put_role_policy(account, name, "main", policy);
        }
        format!("arn:aws:iam::{account}:role/{name}")
    }

    /// Sets an inline policy of a role.
    pub fn put_role_policy(&self, account: &str, role: &str, name: &str, policy: &str) {
        self.iam(
            account,
            &[("Action", "PutRolePolicy"), ("RoleName", role), ("PolicyName", name), ("PolicyDocument", policy)],
        );
    }

    /// Replaces a role's trust policy.
    pub fn set_trust(&self, account: &str, role: &str, trust: &str) {
        self.iam(account, &[("Action", "UpdateAssumeRolePolicy"), ("RoleName", role), ("PolicyDocument", trust)]);
    }

    /// Makes a user with, if given, one inline policy, and an access key for it.
    pub fn make_user(&self, account: &str, name: &str, policy: Option<&str>) -> Keys {
        self.iam(account, &[("Action", "CreateUser"), ("UserName", name)]);
        if let Some(policy) = policy {
            self.iam(
                account,
                &[("Action", "PutUserPolicy"), ("UserName", name), ("PolicyName", "main"), ("PolicyDocument", policy)],
            );
        }
        let answer = self.iam(account, &[("Action", "CreateAccessKey"), ("UserName", name)]);
        Keys { id: element(&answer, "AccessKeyId"), secret: element(&answer, "SecretAccessKey"), token: None }
    }

    /// One IAM query-protocol call as the account's root, without the AWS CLI's half second.
    pub fn iam(&self, account: &str, parameters: &[(&str, &str)]) -> String {
        self.query("iam", "2010-05-08", account, parameters)
    }

    /// The same for any service of the query protocol, in us-east-1.
    pub fn query(&self, service: &str, version: &str, account: &str, parameters: &[(&str, &str)]) -> String {
        let body: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={}", http::encoded(value))).collect();
        let headers = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential={account}/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0\r\n"
        );
        let body = format!("Version={version}&{}", body.join("&"));
        let server = ministack();
        let (status, answer) = http::send(server.port, "POST", "/", &headers, &body)
            .unwrap_or_else(|e| panic!("ministack does not answer: {e}; it said:\n{}", server.log()));
        assert_eq!(status, 200, "{parameters:?}: {answer}");
        answer
    }

    /// Runs the AWS CLI against the emulator with these keys, in us-east-1, printing JSON.
    pub fn aws(&self, keys: &Keys, arguments: &[&str]) -> Answer {
        let home = AwsHome::new();
        let mut command = Command::new(aws_cli());
        keys.apply(home.apply(&mut command));
        command.env("AWS_ENDPOINT_URL", self.url()).env("AWS_DEFAULT_REGION", "us-east-1").args(arguments);
        let output = command.output().expect("the AWS CLI runs");
        Answer {
            ok: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs a shell text as somebody who pastes it into CloudShell would, as an account's root.
    pub fn paste(&self, account: &str, text: &str) -> std::process::Output {
        let home = AwsHome::new();
        let mut command = Command::new("sh");
        Keys::root(account).apply(home.apply(&mut command));
        let bin = aws_cli();
        let path = format!("{}:{}", bin.parent().unwrap().display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("AWS_ENDPOINT_URL", self.url()).env("AWS_DEFAULT_REGION", "us-east-1");
        command.arg("-c").arg(text).output().expect("sh runs")
    }

    /// Assumes a role with the AWS CLI; the refusal is its standard error.
    pub fn assume(&self, keys: &Keys, role_arn: &str, external_id: Option<&str>) -> Result<Keys, String> {
        let mut arguments =
            vec!["sts", "assume-role", "--role-arn", role_arn, "--role-session-name", "Cloudivize-Session"];
        arguments.extend(external_id.iter().flat_map(|id| ["--external-id", id]));
        let answer = self.aws(keys, &arguments);
        if !answer.ok {
            return Err(answer.stderr);
        }
        let credentials = &answer.json()["Credentials"];
        let text = |name: &str| credentials[name].as_str().expect("credentials have all three parts").to_owned();
        Ok(Keys { id: text("AccessKeyId"), secret: text("SecretAccessKey"), token: Some(text("SessionToken")) })
    }
}

/// A trust policy for everyone in an account who may assume roles.
pub fn trust_account(account: &str) -> String {
    trust(account, None)
}

/// A trust policy for an account that demands an ExternalId.
pub fn trust_account_with_id(account: &str, external_id: &str) -> String {
    trust(account, Some(json!({"StringEquals": {"sts:ExternalId": external_id}})))
}

fn trust(account: &str, condition: Option<serde_json::Value>) -> String {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
        "Action": "sts:AssumeRole",
    });
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// The text of the first XML element of this name.
fn element(xml: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let text = xml.split_once(&open).and_then(|(_, rest)| rest.split_once(&close));
    text.unwrap_or_else(|| panic!("no {name} in {xml}")).0.to_owned()
}
