//! `/j`: what a browser shows for a link that names the relay itself. Such links are made no more, since the server of a
//! page can read what follows the `#`; this page reads nothing and runs nothing, and says how to join without it.

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Join a shared terminal</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 3em auto; padding: 0 1em; }
code { font-family: ui-monospace, monospace; background: #8882; padding: .1em .3em; border-radius: .2em; }
@media (prefers-color-scheme: dark) { body { background: #1e1e1e; color: #ddd; } }
</style>
<h1>Join a shared terminal</h1>
<p>Somebody invited you to a terminal that they share with Jumpseat. It opens in VS Code or in a terminal of yours, not in
this page.</p>
<h2>In VS Code</h2>
<p>Install the Jumpseat extension. Run <code>Jumpseat: Join Shared Session…</code> and paste the link from your message, the
whole of it.</p>
<h2>In a terminal</h2>
<p>Run <code>jumpseat join</code> and paste the link when it asks.</p>
<p>This page has no scripts. It does not read the part of the link behind the <code>#</code>, and your browser does not send
it. Treat the link like a password: do not post it, and close this tab.</p>
</html>
"#;

/// Nothing runs, nothing is loaded, nobody frames it, no cache keeps it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page's route.
pub(crate) fn route<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/j", get(page))
}

async fn page() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, PAGE).into_response()
}
