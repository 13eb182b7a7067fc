//! What regions are called by people.
//!
//! Names as AWS writes them
//! (<https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>, `partitions.json` of the SDKs).

use super::Region;

/// Codes and names, sorted by code.
const PLACES: [(&str, &str); 46] = [
    ("af-south-1", "Africa (Cape Town)"),
    ("ap-east-1", "Asia Pacific (Hong Kong)"),
    ("ap-east-2", "Asia Pacific (Taipei)"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)"),
    ("ap-northeast-2", "Asia Pacific (Seoul)"),
    ("ap-northeast-3", "Asia Pacific (Osaka)"),
    ("ap-south-1", "Asia Pacific (Mumbai)"),
    ("ap-south-2", "Asia Pacific (Hyderabad)"),
    ("ap-southeast-1", "Asia Pacific (Singapore)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
    ("ap-southeast-3", "Asia Pacific (Jakarta)"),
    ("ap-southeast-4", "Asia Pacific (Melbourne)"),
    ("ap-southeast-5", "Asia Pacific (Malaysia)"),
    ("ap-southeast-6", "Asia Pacific (New Zealand)"),
    ("ap-southeast-7", "Asia Pacific (Thailand)"),
    ("ca-central-1", "Canada (Central)"),
    ("ca-west-1", "Canada West (Calgary)"),
    ("cn-north-1", "China (Beijing)"),
    ("cn-northwest-1", "China (Ningxia)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-central-2", "Europe (Zurich)"),
    ("eu-isoe-west-1", "EU ISOE West"),
    ("eu-north-1", "Europe (Stockholm)"),
    ("eu-south-1", "Europe (Milan)"),
    ("eu-south-2", "Europe (Spain)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-west-2", "Europe (London)"),
    ("eu-west-3", "Europe (Paris)"),
    ("eusc-de-east-1", "AWS European Sovereign Cloud (Germany)"),
    ("il-central-1", "Israel (Tel Aviv)"),
    ("me-central-1", "Middle East (UAE)"),
    ("me-south-1", "Middle East (Bahrain)"),
    ("mx-central-1", "Mexico (Central)"),
    ("sa-east-1", "South America (Sao Paulo)"),
    ("us-east-1", "US East (N. Virginia)"),
    ("us-east-2", "US East (Ohio)"),
    ("us-gov-east-1", "AWS GovCloud (US-East)"),
    ("us-gov-west-1", "AWS GovCloud (US-West)"),
    ("us-iso-east-1", "US ISO East"),
    ("us-iso-west-1", "US ISO West"),
    ("us-isob-east-1", "US ISOB East (Ohio)"),
    ("us-isob-west-1", "US ISOB West"),
    ("us-isof-east-1", "US ISOF East"),
    ("us-isof-south-1", "US ISOF South"),
    ("us-west-1", "US West (N. California)"),
    ("us-west-2", "US West (Oregon)"),
];

impl Region {
    /// The region's name, such as `Europe (Ireland)`; `None` for one that this release does not know.
    pub fn place(&self) -> Option<&'static str> {
        let at = PLACES.binary_search_by_key(&self.as_str(), |(code, _)| code).ok()?;
        Some(PLACES[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Partition;

    #[test]
    fn every_code_is_one_and_found() {
        assert!(PLACES.is_sorted_by_key(|(code, _)| *code));
        for (code, name) in PLACES {
            assert_eq!(Region::parse(code).unwrap().place(), Some(name));
        }
        assert_eq!(Region::parse("xx-moon-1").unwrap().place(), None);
    }

    #[test]
    fn every_region_that_is_assumed_has_a_name() {
        for partition in Partition::KNOWN {
            assert!(Region::assumed(&partition).iter().all(|r| r.place().is_some()));
        }
    }
}
