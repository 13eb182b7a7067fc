//! TLS for the stub, with a certificate authority that only these tests know.
//!
//! The key is committed on purpose and guards nothing. Made by `tls/make.py`, valid until 2126.

use std::io::{Error, Result};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Connection;

/// The authority's certificate as PEM, for `AWS_CA_BUNDLE` and `SSL_CERT_FILE`.
pub fn ca_file() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/stub/tls/ca.pem"))
}

pub(super) fn server_config() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).expect("a PEM certificate");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).expect("a PEM key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("key and certificate belong together");
    Arc::new(config)
}

/// The server's side of a handshake.
pub(super) fn accept(config: &Arc<ServerConfig>, mut stream: TcpStream) -> Result<Box<dyn Connection>> {
    let mut session = ServerConnection::new(Arc::clone(config)).map_err(Error::other)?;
    while session.is_handshaking() {
        session.complete_io(&mut stream)?;
    }
    Ok(Box::new(StreamOwned::new(session, stream)))
}
