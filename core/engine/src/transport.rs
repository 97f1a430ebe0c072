//! The line to a relay: a WebSocket over TLS, through a proxy where the environment names one, dialled again
//! until it stands.

mod address;
mod answered;
mod connection;
mod dial;
mod keepalive;
mod meter;
mod proxy;
mod reach;
mod throttle;
mod tls;

use std::path::PathBuf;

pub use proxy::Proxies;

pub(crate) use address::{Address, is_unspecified};
#[cfg(test)]
pub(crate) use connection::MAX_WAITING;
pub(crate) use connection::{ConnectionEvent, RelayConnection};
pub(crate) use dial::Dialer;
pub(crate) use reach::Reach;

/// How relays are reached.
#[derive(Clone, Debug)]
pub struct TransportSetup {
    /// A PEM file with authorities that are trusted in addition to the system's.
    pub ca_file: Option<PathBuf>,
    /// Whether the system's authorities are trusted; without them only the file's are.
    pub system_authorities: bool,
    /// Proxies, as the environment has them by default.
    pub proxies: Proxies,
    /// Whether `ws://` may lead to public addresses, too: the relay could then be anyone on the way.
    pub allow_plain: bool,
}

impl Default for TransportSetup {
    fn default() -> Self {
        Self { ca_file: None, system_authorities: true, proxies: Proxies::from_env(), allow_plain: false }
    }
}

#[cfg(test)]
mod tests;
