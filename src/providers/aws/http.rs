//! The one HTTP client: proxy, certificate authorities and limits in one place.
//!
//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` in either case choose the way;
//! `AWS_CA_BUNDLE` replaces the system's certificate authorities, as in the AWS CLI
//! (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html>);
//! `SSL_CERT_FILE` and `SSL_CERT_DIR` replace them too where it is not set.

use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use std::path::PathBuf;

/// Larger answers are an error. AWS's largest pages are a few megabytes.
pub const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Why the HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// `AWS_CA_BUNDLE` names a file that cannot be read.
    #[error(
        "cannot read the certificate authorities in {path}, which AWS_CA_BUNDLE names: {error}; correct the path or unset the variable"
    )]
    Bundle {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file holds no certificate, or a damaged one.
    #[error("{path}, which AWS_CA_BUNDLE names, {why}; give a PEM file of certificate authorities")]
    BadBundle {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The TLS library refused the trust store.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
}

/// Makes the client from the environment. Reads one file, so not for the UI thread.
///
/// # Errors
/// When `AWS_CA_BUNDLE` cannot be used.
pub fn client() -> Result<SharedHttpClient, HttpError> {
    let store = match std::env::var_os("AWS_CA_BUNDLE").filter(|v| !v.is_empty()) {
        None => TrustStore::default(),
        Some(path) => TrustStore::empty().with_pem_certificate(bundle(PathBuf::from(path))?),
    };
    let tls = TlsContext::builder().with_trust_store(store).build().map_err(|e| HttpError::Tls(e.to_string()))?;
    let proxy = ProxyConfig::from_env();
    let inner = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls.clone())
            .proxy_config(proxy.clone());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        builder.build()
    });
    Ok(SharedHttpClient::new(Limited { inner }))
}

/// Reads and checks a PEM file of certificates.
fn bundle(path: PathBuf) -> Result<Vec<u8>, HttpError> {
    let bytes = std::fs::read(&path).map_err(|error| HttpError::Bundle { path: path.clone(), error })?;
    match pem::parse_many(&bytes) {
        Err(_) => Err(HttpError::BadBundle { path, why: "is not a PEM file" }),
        Ok(blocks) if !blocks.iter().any(|b| b.tag() == "CERTIFICATE") => {
            Err(HttpError::BadBundle { path, why: "holds no certificate" })
        }
        Ok(_) => Ok(bytes),
    }
}

/// Puts [`BODY_LIMIT`] on every answer.
#[derive(Debug)]
struct Limited {
    inner: SharedHttpClient,
}

impl HttpClient for Limited {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(LimitedConnector { inner: self.inner.http_connector(settings, components) })
    }
}

#[derive(Debug)]
struct LimitedConnector {
    inner: SharedHttpConnector,
}

impl HttpConnector for LimitedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let response: HttpResponse = answer.await?;
            Ok(response.map(|body| body.map(|b| SdkBody::from_body_1_x(http_body_util::Limited::new(b, BODY_LIMIT)))))
        })
    }
}

/// What stands in the environment about proxies and certificates, for `doctor`: name and value,
/// with a proxy's user and password left out.
pub fn environment() -> Vec<(&'static str, String)> {
    const PROXIES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    const PLAIN: [&str; 5] = ["NO_PROXY", "no_proxy", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"];
    let read = |name: &'static str| std::env::var(name).ok().filter(|v| !v.is_empty()).map(|v| (name, v));
    let proxies = PROXIES.into_iter().filter_map(read).map(|(name, value)| (name, without_login(&value)));
    proxies.chain(PLAIN.into_iter().filter_map(read)).collect()
}

/// Replaces `user:password@` in a proxy's address.
fn without_login(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(s, r)| (s, r));
    let authority_end = rest.find('/').unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        None => url.to_owned(),
        Some(at) if scheme.is_empty() => format!("***@{}", &rest[at + 1..]),
        Some(at) => format!("{scheme}://***@{}", &rest[at + 1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::without_login;

    #[test]
    fn a_proxys_login_is_not_shown() {
        assert_eq!(without_login("http://me:pa@ss@proxy:8080/x"), "http://***@proxy:8080/x");
        assert_eq!(without_login("me:pw@proxy:8080"), "***@proxy:8080");
        assert_eq!(without_login("http://proxy:8080/a@b"), "http://proxy:8080/a@b");
    }
}
