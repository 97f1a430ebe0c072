//! What the engine's tests share: patience, and relays of their own.
#![allow(clippy::unwrap_used)] // helpers of tests, not only tests

use std::{net::SocketAddr, sync::Arc, time::Duration};

use jumpseat_engine::{
    EmbeddedRelay, Proxies, StartRelay, TransportSetup,
    api::{ApiError, ApiErrorKind},
};
use jumpseat_relay::{Config, Relay, SESSION_PATH};

pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(150), future).await.expect("it takes far less")
}

pub(crate) fn transport() -> TransportSetup {
    TransportSetup { proxies: Proxies::none(), ..TransportSetup::default() }
}

/// Relays of the tests' own, as the program starts them.
pub(crate) fn start_relay() -> StartRelay {
    Arc::new(|address: SocketAddr| {
        Box::pin(async move {
            let failed =
                |error: &dyn std::fmt::Display| ApiError::new(ApiErrorKind::System, error.to_string());
            let relay = Relay::bind(Config::embedded(address)).await.map_err(|error| failed(&error))?;
            let relay = relay.spawn().map_err(|error| failed(&error))?;
            let url = format!("ws://{}{SESSION_PATH}", relay.address());
            Ok(EmbeddedRelay { url, stop: Box::pin(relay.stop()) })
        })
    })
}
