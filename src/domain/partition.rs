//! AWS partitions and regions.
//!
//! Facts from the SDKs' `partitions.json`
//! (<https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html>).

use super::Invalid;
use super::error::{no_outer_space, only};
use serde::{Deserialize, Serialize};

/// A set of regions with its own accounts, ARNs and hosts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Partition {
    /// Commercial AWS.
    Aws,
    /// China.
    AwsCn,
    /// GovCloud (US).
    AwsUsGov,
    /// ISO.
    AwsIso,
    /// ISO-B.
    AwsIsoB,
    /// ISO-E.
    AwsIsoE,
    /// ISO-F.
    AwsIsoF,
    /// European Sovereign Cloud.
    AwsEusc,
    /// A partition this release does not know; allowed, with a warning by whoever shows it.
    Other(String),
}

impl Partition {
    /// Every partition this release knows.
    pub const KNOWN: [Self; 8] = [
        Self::Aws,
        Self::AwsCn,
        Self::AwsUsGov,
        Self::AwsIso,
        Self::AwsIsoB,
        Self::AwsIsoE,
        Self::AwsIsoF,
        Self::AwsEusc,
    ];

    /// Reads the second field of an ARN.
    ///
    /// # Errors
    /// When it is not `aws` or `aws-` and lower-case letters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const FIELD: &str = "partition";
        if let Some(known) = Self::KNOWN.into_iter().find(|p| p.as_str() == text) {
            return Ok(known);
        }
        only(FIELD, text, |c| c.is_ascii_lowercase() || c == '-', "a partition looks like aws or aws-cn")?;
        if text.starts_with("aws-") && !text.ends_with('-') {
            Ok(Self::Other(text.to_owned()))
        } else {
            Err(Invalid::new(FIELD, "is not an AWS partition").fix("it looks like aws, aws-cn or aws-us-gov"))
        }
    }

    /// The word in ARNs.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
            Self::AwsEusc => "aws-eusc",
            Self::Other(name) => name,
        }
    }

    /// Whether this release knows the partition's hosts and regions.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// The region that answers for the partition when nothing else is known
    /// (`implicitGlobalRegion` in `partitions.json`); `None` for an unknown partition.
    pub fn default_region(&self) -> Option<Region> {
        let name = match self {
            Self::Aws => "us-east-1",
            Self::AwsCn => "cn-northwest-1",
            Self::AwsUsGov => "us-gov-west-1",
            Self::AwsIso => "us-iso-east-1",
            Self::AwsIsoB => "us-isob-east-1",
            Self::AwsIsoE => "eu-isoe-west-1",
            Self::AwsIsoF => "us-isof-south-1",
            Self::AwsEusc => "eusc-de-east-1",
            Self::Other(_) => return None,
        };
        Some(Region(name.to_owned()))
    }

    /// A second region to ask before a refusal is believed: a region-deny policy may cover the first.
    pub fn second_region(&self) -> Option<Region> {
        let name = match self {
            Self::Aws => "eu-west-1",
            Self::AwsCn => "cn-north-1",
            Self::AwsUsGov => "us-gov-east-1",
            Self::AwsIso => "us-iso-west-1",
            Self::AwsIsoB | Self::AwsIsoE | Self::AwsIsoF | Self::AwsEusc | Self::Other(_) => return None,
        };
        Some(Region(name.to_owned()))
    }

    /// Where `cur:DescribeReportDefinitions` is served; `None` where it is not
    /// (<https://docs.aws.amazon.com/general/latest/gr/billing.html>).
    pub fn cur_region(&self) -> Option<Region> {
        match self {
            Self::Aws => Some(Region("us-east-1".to_owned())),
            Self::AwsCn => Some(Region("cn-northwest-1".to_owned())),
            _ => None,
        }
    }

    /// The console's host (<https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html>).
    pub fn dns_suffix(&self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov | Self::Other(_) => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
            Self::AwsEusc => "amazonaws.eu",
        }
    }
}

impl std::fmt::Display for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Partition {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Partition> for String {
    fn from(p: Partition) -> Self {
        p.as_str().to_owned()
    }
}

/// A region's code, such as `eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

impl Region {
    /// Reads a region code.
    ///
    /// # Errors
    /// Says which character is wrong, or that an availability zone was given.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const FIELD: &str = "region";
        no_outer_space(FIELD, text)?;
        only(
            FIELD,
            text,
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
            "a region looks like eu-west-1",
        )?;
        let parts: Vec<&str> = text.split('-').collect();
        let number = parts.last().copied().unwrap_or_default();
        let words = &parts[..parts.len().saturating_sub(1)];
        let words_ok =
            words.len() >= 2 && words.iter().all(|w| !w.is_empty() && w.starts_with(|c: char| c.is_ascii_lowercase()));
        if words_ok && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) && text.len() <= 32 {
            return Ok(Self(text.to_owned()));
        }
        let zone = number.trim_end_matches(|c: char| c.is_ascii_lowercase());
        if words_ok && !zone.is_empty() && zone.len() < number.len() && zone.chars().all(|c| c.is_ascii_digit()) {
            let region = &text[..text.len() - (number.len() - zone.len())];
            return Err(Invalid::new(FIELD, "is an availability zone").suggest(region));
        }
        Err(Invalid::new(FIELD, "is not a region code").fix("it looks like eu-west-1"))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether every account has the region, so that its STS answers for all of them
    /// (<https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>).
    /// In the other partitions every region is on.
    pub fn is_on_by_default(&self) -> bool {
        self.partition() != Partition::Aws || Self::assumed(&Partition::Aws).contains(self)
    }

    /// The regions that are on in every account of the partition, as far as this release knows:
    /// what is assumed when an account may not say.
    pub fn assumed(partition: &Partition) -> Vec<Self> {
        let names: &[&str] = match partition {
            Partition::Aws => &[
                "ap-northeast-1",
                "ap-northeast-2",
                "ap-northeast-3",
                "ap-south-1",
                "ap-southeast-1",
                "ap-southeast-2",
                "ca-central-1",
                "eu-central-1",
                "eu-north-1",
                "eu-west-1",
                "eu-west-2",
                "eu-west-3",
                "sa-east-1",
                "us-east-1",
                "us-east-2",
                "us-west-1",
                "us-west-2",
            ],
            Partition::AwsCn => &["cn-north-1", "cn-northwest-1"],
            Partition::AwsUsGov => &["us-gov-east-1", "us-gov-west-1"],
            Partition::AwsIso => &["us-iso-east-1", "us-iso-west-1"],
            other => return other.default_region().into_iter().collect(),
        };
        names.iter().map(|n| Self((*n).to_owned())).collect()
    }

    /// The partition whose naming pattern the code follows; commercial AWS when no other's does.
    pub fn partition(&self) -> Partition {
        match self.0.as_str() {
            r if r.starts_with("cn-") => Partition::AwsCn,
            r if r.starts_with("us-gov-") => Partition::AwsUsGov,
            r if r.starts_with("us-isob-") => Partition::AwsIsoB,
            r if r.starts_with("us-isof-") => Partition::AwsIsoF,
            r if r.starts_with("eu-isoe-") => Partition::AwsIsoE,
            r if r.starts_with("us-iso-") => Partition::AwsIso,
            r if r.starts_with("eusc-") => Partition::AwsEusc,
            _ => Partition::Aws,
        }
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Region {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Region> for String {
    fn from(r: Region) -> Self {
        r.0
    }
}
