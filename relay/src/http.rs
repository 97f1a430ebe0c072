//! The relay's HTTP: a health check, a page for old links, and the upgrade that turns a connection into a session's.

mod join_page;
mod session;

use std::{convert::Infallible, net::IpAddr};

use axum::{Router, routing::get};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};

pub(crate) use self::session::Arrival;
pub use self::session::SESSION_PATH;
use self::session::Upgraded;
use crate::{proxies::Proxies, stream::Stream};

/// The routes. Each group of routes has its file and its state.
pub(crate) fn router(proxies: Proxies) -> Router {
    let health = Router::new().route("/healthz", get(|| async { "ok\n" }));
    health.merge(session::route(proxies)).merge(join_page::route())
}

/// Serves a connection's requests until it ends, or until one of them upgrades it: then the stream comes back, with
/// what was read beyond the request and the client's address.
pub(crate) async fn serve(
    stream: Stream,
    router: Router,
    arrival: Arrival,
) -> Option<(Stream, Vec<u8>, IpAddr)> {
    let upgraded = Upgraded::default();
    let routes = TowerToHyperService::new(router);
    let flag = upgraded.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(flag.clone());
        request.extensions_mut().insert(arrival);
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
    let client = *upgraded.0.get()?;
    Some((parts.io.into_inner(), parts.read_buf.to_vec(), client))
}
