//! IAM role ARNs and role names, with the usual paste mistakes recognised.
//!
//! Rules: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> and
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.

use super::error::{no_outer_space, only};
use super::{AccountId, Invalid, Partition};
use serde::{Deserialize, Serialize};

const FIELD: &str = "role ARN";

/// 1 to 64 characters of `A-Za-z0-9_+=,.@-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(String);

impl RoleName {
    /// Reads a role's name without its path.
    ///
    /// # Errors
    /// Says which character is not allowed, or that the name is too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const NAME: &str = "role name";
        no_outer_space(NAME, text)?;
        only(
            NAME,
            text,
            |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
            "use letters, digits and _ + = , . @ -",
        )?;
        if text.len() > 64 {
            return Err(Invalid::new(NAME, format!("has {} characters, at most 64 are allowed", text.len())).at(65));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RoleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RoleName {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.0
    }
}

/// `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`: a role whose trust policy its owner can edit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleArn {
    partition: Partition,
    account: AccountId,
    /// `/` or `/a/b/`.
    path: String,
    name: RoleName,
}

impl RoleArn {
    /// Puts an ARN together from its parts, with path `/`.
    pub fn new(partition: Partition, account: AccountId, name: RoleName) -> Self {
        Self { partition, account, path: "/".to_owned(), name }
    }

    /// Reads a role ARN of any partition, with or without a path.
    ///
    /// # Errors
    /// Says what is wrong and where. Users, `:root`, service-linked and Identity Center roles are
    /// refused by name; from an `assumed-role` ARN the role is suggested.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        no_outer_space(FIELD, text)?;
        if let Some((i, _)) = text.chars().enumerate().find(|(_, c)| !('\x21'..='\x7e').contains(c)) {
            return Err(Invalid::new(FIELD, "contains white space or a character outside ASCII").at(i + 1));
        }
        if text.len() > 2048 {
            return Err(
                Invalid::new(FIELD, format!("has {} characters, at most 2048 are allowed", text.len())).at(2049)
            );
        }
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        if fields[0] != "arn" {
            return Err(Invalid::new(FIELD, "does not begin with arn:")
                .at(1)
                .fix("it looks like arn:aws:iam::111122223333:role/CloudivizeRole"));
        }
        let [_, partition, service, region, account, resource] = fields[..] else {
            return Err(Invalid::new(FIELD, format!("has {} parts between colons, not 6", fields.len()))
                .fix("it looks like arn:aws:iam::111122223333:role/CloudivizeRole"));
        };
        // Where each part begins, counted from 1.
        let at_partition = 5;
        let at_service = at_partition + partition.len() + 1;
        let at_region = at_service + service.len() + 1;
        let at_account = at_region + region.len() + 1;
        let at_resource = at_account + account.len() + 1;

        let partition = Partition::parse(partition)
            .map_err(|e| Invalid::new(FIELD, format!("the partition {}", e.why)).at(at_partition))?;
        let account_id = |e: Invalid| {
            Invalid::new(FIELD, format!("the account id {}", e.why)).at(at_account + e.at.map_or(0, |p| p - 1))
        };
        if service == "sts" {
            return Err(assumed_role(&partition, account, resource, at_service));
        }
        if service != "iam" {
            return Err(Invalid::new(FIELD, "is not an IAM ARN")
                .at(at_service)
                .fix("a role's ARN has iam as its third part"));
        }
        if !region.is_empty() {
            return Err(Invalid::new(FIELD, "names a region, and IAM has none").at(at_region));
        }
        let account = AccountId::parse(account).map_err(account_id)?;
        if resource == "root" {
            return Err(Invalid::new(FIELD, "is the account's root, not a role")
                .at(at_resource)
                .fix("give the ARN of a role"));
        }
        let Some(rest) = resource.strip_prefix("role/") else {
            let what = resource.split('/').next().unwrap_or_default();
            return Err(match what {
                "user" => Invalid::new(FIELD, "is a user's, not a role's")
                    .at(at_resource)
                    .fix("access keys of users are not supported; make a role"),
                "role" => Invalid::new(FIELD, "has no role name").at(at_resource + 4),
                "" => Invalid::new(FIELD, "names nothing after the account").at(at_resource).fix("add role/NAME"),
                _ => Invalid::new(FIELD, "is not a role's").at(at_resource).fix("the last part begins with role/"),
            });
        };
        let at_rest = at_resource + 5;
        let (path, name) = match rest.rfind('/') {
            Some(slash) => (format!("/{}", &rest[..=slash]), &rest[slash + 1..]),
            None => ("/".to_owned(), rest),
        };
        if path.starts_with("/aws-service-role/") {
            return Err(Invalid::new(FIELD, "is a service-linked role, whose trust policy nobody can edit")
                .at(at_rest)
                .fix("make a role of your own"));
        }
        if path.starts_with("/aws-reserved/sso.amazonaws.com/") {
            return Err(Invalid::new(FIELD, "is a role of IAM Identity Center, whose trust policy nobody can edit")
                .at(at_rest)
                .fix("make a role of your own, or connect with a profile"));
        }
        if path.len() > 512 {
            return Err(Invalid::new(FIELD, "has a path of more than 512 characters").at(at_rest));
        }
        if path.contains("//") {
            return Err(Invalid::new(FIELD, "has an empty part in its path").at(at_rest + path.find("//").unwrap_or(0)));
        }
        if name.is_empty() {
            return Err(Invalid::new(FIELD, "ends with a slash and has no role name").at(text.chars().count()));
        }
        let name = RoleName::parse(name).map_err(|e| {
            let base = at_rest + rest.len() - name.len();
            let mut err = Invalid::new(FIELD, format!("the role name: {}", e.why)).at(base + e.at.map_or(0, |p| p - 1));
            err.fix = e.fix;
            err
        })?;
        Ok(Self { partition, account, path, name })
    }

    /// The partition.
    pub fn partition(&self) -> &Partition {
        &self.partition
    }

    /// The account that owns the role.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The path with both slashes, `/` when there is none.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name without its path.
    pub fn name(&self) -> &RoleName {
        &self.name
    }
}

/// The error for `arn:aws:sts::…:assumed-role/NAME/SESSION`, with the role that it came from.
fn assumed_role(partition: &Partition, account: &str, resource: &str, at: usize) -> Invalid {
    let err = Invalid::new(FIELD, "is a session's (assumed-role), not the role's").at(at);
    let name = resource.strip_prefix("assumed-role/").and_then(|r| r.split('/').next());
    match (AccountId::parse(account), name.map(RoleName::parse)) {
        (Ok(account), Some(Ok(name))) => {
            let reserved = name.as_str().starts_with("AWSReservedSSO_");
            if reserved {
                return Invalid::new(FIELD, "is a session of IAM Identity Center").at(at).fix(
                    "its role's trust policy cannot be edited; make a role of your own, or connect with a profile",
                );
            }
            err.fix("a session's ARN does not carry the role's path: add it if the role has one")
                .suggest(RoleArn::new(partition.clone(), account, name).to_string())
        }
        _ => Invalid::new(FIELD, "is an STS ARN, not a role's").at(at).fix("a role's ARN has iam as its third part"),
    }
}

impl std::fmt::Display for RoleArn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "arn:{}:iam::{}:role{}{}", self.partition, self.account, self.path, self.name)
    }
}

impl TryFrom<String> for RoleArn {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<RoleArn> for String {
    fn from(arn: RoleArn) -> Self {
        arn.to_string()
    }
}
