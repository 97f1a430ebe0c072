//! The relay inside `jumpseat share`, when none is named.

use std::{net::SocketAddr, sync::Arc};

use jumpseat_engine::{
    EmbeddedRelay, StartRelay,
    api::{ApiError, ApiErrorKind},
};
use jumpseat_relay::{Config, Relay};

/// Starts one for the engine.
pub(super) fn start_relay() -> StartRelay {
    Arc::new(|address| Box::pin(start(address)))
}

async fn start(address: SocketAddr) -> Result<EmbeddedRelay, ApiError> {
    let fault = |error: &dyn std::fmt::Display| {
        ApiError::new(ApiErrorKind::System, format!("cannot listen at {address}: {error}"))
            .hint("name an address of this machine with --listen, or a relay with --relay")
    };
    let relay = Relay::bind(Config::embedded(address)).await.map_err(|error| fault(&error))?;
    let relay = relay.spawn().map_err(|error| fault(&error))?;
    let url = format!("ws://{}", relay.address());
    Ok(EmbeddedRelay { url, stop: Box::pin(async move { relay.stop().await }) })
}
