//! Addresses that are asked in place of AWS's hosts: which may be used, and which people should see.

use super::Invalid;
use core::net::IpAddr;

/// Accepts https anywhere, http on loopback, http elsewhere only when `allow_insecure`.
///
/// # Errors
/// Says what is wrong with the address.
pub fn check_url(url: &str, allow_insecure: bool) -> Result<(), Invalid> {
    const FIELD: &str = "endpoint_url";
    let uri: http::Uri =
        url.parse().map_err(|_| Invalid::new(FIELD, "is not a URL").fix("it looks like https://host:port"))?;
    let Some(host) = uri.host().filter(|h| !h.is_empty()) else {
        return Err(Invalid::new(FIELD, "names no host").fix("it looks like https://host:port"));
    };
    if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
        return Err(Invalid::new(FIELD, "carries a user name").fix("leave out everything before the @"));
    }
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_loopback(host) || allow_insecure => Ok(()),
        Some("http") => Err(Invalid::new(FIELD, "is plain http to a host that is not this machine")
            .fix("use https, or set allow_insecure_endpoint = true beside it")),
        None => Err(Invalid::new(FIELD, "is not a URL").fix("it looks like https://host:port")),
        Some(_) => Err(Invalid::new(FIELD, "does not begin with https://").at(1)),
    }
}

/// Whether the address is this machine's own.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The part of an address that people should see: an endpoint that is neither AWS's nor loopback.
pub fn foreign_host(url: &str) -> Option<String> {
    const SUFFIXES: [&str; 7] = [
        "amazonaws.com",
        "amazonaws.com.cn",
        "amazonaws.eu",
        "c2s.ic.gov",
        "sc2s.sgov.gov",
        "cloud.adc-e.uk",
        "csp.hci.ic.gov",
    ];
    let uri: http::Uri = url.parse().ok()?;
    let host = uri.host()?.to_ascii_lowercase();
    let aws = SUFFIXES.iter().any(|s| host.strip_suffix(s).is_some_and(|rest| rest.ends_with('.')))
        || host.ends_with(".api.aws");
    (!aws && !is_loopback(&host)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback() {
        for good in ["http://127.0.0.1:5566", "http://localhost:1", "http://[::1]:80", "https://example.org"] {
            assert!(check_url(good, false).is_ok(), "{good}");
        }
        let err = check_url("http://10.0.0.1:80", false).unwrap_err().to_string();
        assert!(err.contains("allow_insecure_endpoint"), "{err}");
        assert!(check_url("http://10.0.0.1:80", true).is_ok());
        assert!(check_url("ftp://localhost", true).is_err());
        assert!(check_url("http://127.0.0.1.example.org", false).is_err());
        assert!(check_url("https://user:pw@example.org", false).is_err());
    }

    #[test]
    fn only_hosts_that_are_not_awss_are_foreign() {
        assert_eq!(foreign_host("https://sts.eu-west-1.amazonaws.com"), None);
        assert_eq!(foreign_host("http://127.0.0.1:99"), None);
        assert_eq!(foreign_host("https://evilamazonaws.com").as_deref(), Some("evilamazonaws.com"));
        assert_eq!(foreign_host("https://amazonaws.com.evil.org").as_deref(), Some("amazonaws.com.evil.org"));
    }
}
