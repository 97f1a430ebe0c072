//! TLS to the relay: the system's authorities, and one's own.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::api::{ApiError, ApiErrorKind};

/// What is trusted, read from disk.
pub(super) fn connector(ca_file: Option<&Path>, system: bool) -> Result<TlsConnector, ApiError> {
    let mut roots = RootCertStore::empty();
    if system {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if let Some(path) = ca_file {
        let failed = |error: &dyn std::fmt::Display| {
            ApiError::new(ApiErrorKind::Certificate, format!("{}: {error}", path.display()))
        };
        let mut found = false;
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
            let certificate = certificate.map_err(|error| failed(&error))?;
            roots.add(certificate).map_err(|error| failed(&error))?;
            found = true;
        }
        if !found {
            return Err(failed(&"there is no certificate in it"));
        }
    }
    if roots.is_empty() {
        return Err(ApiError::new(ApiErrorKind::Certificate, "there is no authority to trust")
            .hint("install ca-certificates, or name a file with the relay's authority"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ApiError::new(ApiErrorKind::System, error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Shakes hands as `host`.
pub(super) async fn handshake(
    connector: &TlsConnector,
    host: &str,
    stream: TcpStream,
) -> Result<Box<TlsStream<TcpStream>>, ApiError> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| ApiError::new(ApiErrorKind::Address, format!("{host:?} is not a host name")))?;
    connector.connect(name, stream).await.map(Box::new).map_err(|error| {
        let certificate = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .is_some_and(|error| matches!(error, rustls::Error::InvalidCertificate(_)));
        if certificate {
            ApiError::new(ApiErrorKind::Certificate, format!("{host} does not prove who it is: {error}"))
                .hint("if the relay has its own authority, name its certificate file")
        } else {
            ApiError::new(ApiErrorKind::Unreachable, format!("no TLS with {host}: {error}"))
                .hint("is it the port that speaks TLS? without TLS an address begins with ws://")
        }
    })
}
