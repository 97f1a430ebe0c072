//! Connections to other servers than relays, made as those to relays are: through proxies, with TLS, the system's
//! authorities and one's own.

use std::{
    io,
    sync::{Arc, Mutex},
};

use jumpseat_sources::{Dial, Dialled, Stream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{
    TransportSetup,
    address::Address,
    dial::{Dialer, TRY_FOR},
};

/// Reaches the forges that panels ask.
pub(crate) struct Reach {
    setup: TransportSetup,
    tls: Arc<Mutex<Option<TlsConnector>>>,
}

impl Reach {
    pub(crate) fn new(setup: TransportSetup) -> Self {
        Self { setup, tls: Arc::default() }
    }
}

impl Dial for Reach {
    fn dial<'a>(&'a self, host: &'a str, port: u16, tls: bool) -> Dialled<'a> {
        Box::pin(async move {
            let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
            let scheme = if tls { "https" } else { "http" };
            let address = Address::parse(&format!("{scheme}://{host}:{port}")).map_err(io::Error::other)?;
            let dialer = Dialer { address, setup: self.setup.clone(), tls: self.tls.clone() };
            let stream = timeout(TRY_FOR, dialer.stream()).await.map_err(|_| io::ErrorKind::TimedOut)?;
            Ok(Box::new(stream.map_err(io::Error::other)?) as Box<dyn Stream>)
        })
    }
}
