//! Permissions: IAM actions with what they apply to, and the five that a connection needs.

use serde::Serialize;

/// An IAM action on a resource pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permission {
    /// `service:Operation` with the IAM prefix.
    pub action: String,
    /// A resource pattern; `*` for actions that know no resources.
    pub resource: String,
}

impl Permission {
    /// An action on every resource.
    pub fn everywhere(action: impl Into<String>) -> Self {
        Self { action: action.into(), resource: "*".to_owned() }
    }
}

/// The five permissions that every connection is tested for, in the order of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Mandatory {
    /// Becoming the role. Belongs to the caller's policy and the role's trust.
    #[serde(rename = "sts:AssumeRole")]
    AssumeRole,
    /// The list of Cost and Usage Reports.
    #[serde(rename = "cur:DescribeReportDefinitions")]
    ReportDefinitions,
    /// Default VPC and address quota.
    #[serde(rename = "ec2:DescribeAccountAttributes")]
    AccountAttributes,
    /// The regions that are on.
    #[serde(rename = "ec2:DescribeRegions")]
    Regions,
    /// IAM figures and the root user's posture.
    #[serde(rename = "iam:GetAccountSummary")]
    AccountSummary,
}

impl Mandatory {
    /// All five, in the order of the screens.
    pub const ALL: [Self; 5] =
        [Self::AssumeRole, Self::ReportDefinitions, Self::AccountAttributes, Self::Regions, Self::AccountSummary];

    /// The IAM action.
    pub fn action(self) -> &'static str {
        match self {
            Self::AssumeRole => "sts:AssumeRole",
            Self::ReportDefinitions => "cur:DescribeReportDefinitions",
            Self::AccountAttributes => "ec2:DescribeAccountAttributes",
            Self::Regions => "ec2:DescribeRegions",
            Self::AccountSummary => "iam:GetAccountSummary",
        }
    }

    /// The column's title on the fleet screen.
    pub fn short(self) -> &'static str {
        match self {
            Self::AssumeRole => "AssumeRole",
            Self::ReportDefinitions => "CUR",
            Self::AccountAttributes => "Attrs",
            Self::Regions => "Regions",
            Self::AccountSummary => "Summary",
        }
    }

    /// What it is for.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::AssumeRole => "becoming the role",
            Self::ReportDefinitions => "the list of Cost and Usage Reports, not their content",
            Self::AccountAttributes => "default VPC and address quota",
            Self::Regions => "which regions are on",
            Self::AccountSummary => "counts of IAM users, roles and policies, and whether root has MFA",
        }
    }

    /// Where its call goes.
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::AssumeRole => "STS, in a region of the role's partition that is always on",
            Self::ReportDefinitions => {
                "Cost and Usage Reports, in us-east-1 (China: cn-northwest-1; not offered elsewhere)"
            }
            Self::AccountAttributes | Self::Regions => {
                "EC2, in the connection's first region, else the base region, else the partition's default; in a second \
                 region before a refusal is believed"
            }
            Self::AccountSummary => "IAM, which is global",
        }
    }

    /// What a person does not see without it.
    pub fn consequence(self) -> &'static str {
        match self {
            Self::AssumeRole => "nothing in this account can be seen",
            Self::ReportDefinitions => "no list of cost and usage reports",
            Self::AccountAttributes => "no default VPC and no address quota",
            Self::Regions => "the regions are unknown; assumed ones are shown",
            Self::AccountSummary => "no IAM figures and no root-user posture",
        }
    }

    /// Finds one by its IAM action, in any case.
    pub fn from_action(action: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.action().eq_ignore_ascii_case(action))
    }
}

/// A policy that AWS keeps, as it was when it was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Managed {
    /// Its name.
    pub name: &'static str,
    /// The version that was read, and when AWS published it.
    pub version: &'static str,
    /// What it lacks of the mandatory permissions; `sts:AssumeRole` is the caller's and not counted.
    pub lacks: &'static [Mandatory],
}

/// The managed policies that people attach to roles like ours.
/// Read from <https://github.com/zoph-io/IAMTrail>, which keeps every version.
pub const MANAGED: [Managed; 4] = [
    Managed { name: "ReadOnlyAccess", version: "v188, July 2026", lacks: &[Mandatory::ReportDefinitions] },
    Managed { name: "ViewOnlyAccess", version: "v45, April 2026", lacks: &[Mandatory::ReportDefinitions] },
    Managed { name: "SecurityAudit", version: "v92, August 2026", lacks: &[Mandatory::ReportDefinitions] },
    Managed { name: "PowerUserAccess", version: "v12, March 2026", lacks: &[Mandatory::AccountSummary] },
];
