//! Partitions and regions as AWS names them, from botocore's list (`models/data/partitions.json`).

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct File {
    partitions: BTreeMap<String, Partition>,
}

#[derive(Deserialize)]
struct Partition {
    suffix: String,
    dual_suffix: String,
    regions: BTreeMap<String, String>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    // A test reads the file; what it cannot read it does not ship.
    serde_json::from_str(include_str!("models/data/partitions.json")).unwrap_or(File { partitions: BTreeMap::new() })
});

/// What hosts of a partition end in: for IPv4, and for both.
pub fn suffixes(partition: &str) -> Option<(&'static str, &'static str)> {
    FILE.partitions.get(partition).map(|p| (p.suffix.as_str(), p.dual_suffix.as_str()))
}

/// Every region of a partition that the list knows, in order.
pub fn of(partition: &str) -> impl Iterator<Item = &'static str> {
    FILE.partitions.get(partition).into_iter().flat_map(|p| p.regions.keys()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_know_their_hosts_and_regions() {
        assert_eq!(suffixes("aws-cn").unwrap().0, "amazonaws.com.cn");
        assert!(of("aws").count() >= 30);
    }
}
