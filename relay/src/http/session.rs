//! The upgrade that turns a connection into a session's.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    Extension, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, uri::Authority},
    response::{IntoResponse, Response},
    routing::get,
};
use tungstenite::handshake::derive_accept_key;

use crate::proxies::{Proxies, is_forwarded};

/// Where ends connect.
pub const SESSION_PATH: &str = "/v1/session";

/// The upgrade's route.
pub(super) fn route(proxies: Proxies) -> Router {
    Router::new().route(SESSION_PATH, get(upgrade).with_state(Arc::new(proxies)))
}

/// How a connection arrived.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    /// Who made it: the other end of TCP, or whom a trusted proxy named there.
    pub(crate) peer: IpAddr,
    /// Whether a trusted proxy said so.
    pub(crate) proxied: bool,
    /// The address of this machine that it came to.
    pub(crate) local: IpAddr,
    /// Whether a certificate of ours says what this relay is called.
    pub(crate) certified: bool,
}

/// Set by the one route that takes its connection away from HTTP, with the client's address.
#[derive(Clone, Default)]
pub(super) struct Upgraded(pub(super) Arc<OnceLock<IpAddr>>);

/// RFC 6455 section 4.2.
async fn upgrade(
    State(proxies): State<Arc<Proxies>>,
    Extension(upgraded): Extension<Upgraded>,
    Extension(arrival): Extension<Arrival>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if headers.get_all(header::ORIGIN).iter().any(|origin| !takes_origin(origin)) {
        return (StatusCode::FORBIDDEN, "this relay takes no web pages\n").into_response();
    }
    let by_proxy = arrival.proxied || proxies.trusts(arrival.peer) && is_forwarded(&headers);
    let may_be_rebound = arrival.local.to_canonical().is_loopback() && !by_proxy && !arrival.certified;
    if may_be_rebound && !names_loopback(&uri, &headers) {
        return (StatusCode::FORBIDDEN, FOREIGN_HOST).into_response();
    }
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
    // The first is the only one: a connection is taken away once.
    let _ = upgraded.0.set(proxies.source_of(arrival.peer, &headers));
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

const FOREIGN_HOST: &str = "this relay listens on loopback and was asked for under another name; \
    a proxy in front of it has to be one of its trusted proxies, or pass 127.0.0.1 as Host\n";

/// Whether a web page of this origin may connect. Browsers always say which page asks, and there is no viewer for
/// them: so whoever says it is a foreign page that was opened near a relay. Origins that are to be allowed belong here.
fn takes_origin(_origin: &HeaderValue) -> bool {
    false
}

/// Whether a request is for this machine by a name that nobody can give to another one. A page whose name was made to
/// lead here (DNS rebinding) asks under its own.
fn names_loopback(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Some(host) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else { return false };
    uri.authority().into_iter().chain([&host]).all(|authority| {
        let name = authority.host();
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        let is_number = bare.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback());
        !authority.as_str().contains('@') && (is_number || name.eq_ignore_ascii_case("localhost"))
    })
}
