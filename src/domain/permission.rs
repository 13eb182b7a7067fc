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
