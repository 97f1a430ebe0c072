//! The relay's HTTP: a health check, and the upgrade that turns a connection into a session's.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Extension, Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tungstenite::handshake::derive_accept_key;

use crate::stream::Stream;

/// Where ends connect.
pub const SESSION_PATH: &str = "/v1/session";

/// The routes. Each group of routes has its function and its state.
pub(crate) fn router() -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route(SESSION_PATH, get(upgrade))
}

/// Set by the one route that takes its connection away from HTTP.
#[derive(Clone, Default)]
struct Upgraded(Arc<AtomicBool>);

/// Serves a connection's requests until it ends, or until one of them upgrades it: then the stream comes
/// back, with what was read beyond the request.
pub(crate) async fn serve(stream: Stream, router: Router) -> Option<(Stream, Vec<u8>)> {
    let upgraded = Upgraded::default();
    let routes = TowerToHyperService::new(router);
    let flag = upgraded.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(flag.clone());
        let response = routes.call(request);
        async move { response.await.map_err(|never: Infallible| match never {}) }
    });
    let parts = http1::Builder::new()
        .timer(TokioTimer::new())
        .max_buf_size(16 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .without_shutdown()
        .await
        .ok()?;
    upgraded.0.load(Ordering::Relaxed).then(|| (parts.io.into_inner(), parts.read_buf.to_vec()))
}

/// RFC 6455 section 4.2.
async fn upgrade(Extension(upgraded): Extension<Upgraded>, headers: HeaderMap) -> Response {
    let says = |name, value: &str| {
        let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).any(|word| word.trim().eq_ignore_ascii_case(value))
    };
    let key = headers.get(header::SEC_WEBSOCKET_KEY);
    let (Some(key), true, true, true) = (
        key,
        says(header::CONNECTION, "upgrade"),
        says(header::UPGRADE, "websocket"),
        says(header::SEC_WEBSOCKET_VERSION, "13"),
    ) else {
        let wanted = [(header::UPGRADE, "websocket"), (header::SEC_WEBSOCKET_VERSION, "13")];
        return (StatusCode::UPGRADE_REQUIRED, wanted, "this address speaks WebSocket\n").into_response();
    };
    let Ok(accept) = HeaderValue::from_str(&derive_accept_key(key.as_bytes())) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    upgraded.0.store(true, Ordering::Relaxed);
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}
