//! The server: pages, ETags, limits, and everything that can go wrong.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, task::JoinSet, time::timeout};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server does instead of answering.
#[derive(Clone, Debug, Default)]
pub enum Mood {
    #[default]
    /// It answers.
    Fine,
    /// It closes every connection.
    Gone,
    /// It never answers.
    Slow,
    /// It answers half a document.
    Broken,
    /// It answers with a document of another shape.
    Strange,
    /// Every request is answered with a status and headers.
    Refusing(u16, Vec<(&'static str, String)>),
}

/// A request that was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `GET` or `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// What it brought to sign in.
    pub credential: Option<String>,
    /// What it knows already.
    pub tag: Option<String>,
    /// What it was answered.
    pub status: u16,
}

/// What it says, and what it was asked.
#[derive(Default)]
pub struct State {
    /// How it is.
    pub mood: Mood,
    /// Answers by path, without the query.
    pub routes: HashMap<String, Value>,
    /// Pages of what GraphQL answers, one for each request.
    pub graph: Vec<Value>,
    /// Most things on a page.
    pub page: usize,
    /// Whether pages are linked as GitLab does it.
    pub numbered: bool,
    /// Who is let in; anyone, if nobody is named.
    pub accepts: Option<&'static str>,
    /// Where paths have moved to.
    pub redirects: HashMap<String, String>,
    /// What it still allows, if it says so.
    pub allowance: Option<Allowance>,
    /// Every request so far.
    pub seen: Vec<Seen>,
}

/// So many requests more within the hour, as answers say it.
pub struct Allowance {
    /// How many.
    pub left: u64,
    /// Whether an answer without a body counts, too.
    pub counts_unchanged: bool,
}

/// A forge on this machine. It ends when it is dropped.
pub struct ForgeServer {
    /// Its address.
    pub at: String,
    state: Arc<Mutex<State>>,
    answered: Arc<Notify>,
    _serving: JoinSet<()>,
}

impl ForgeServer {
    /// One that knows nothing yet.
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { page: 100, ..State::default() }));
        let mut serving = JoinSet::new();
        let answered = Arc::new(Notify::new());
        let (ours, base, told) = (state.clone(), at.clone(), answered.clone());
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if matches!(ours.lock().unwrap().mood, Mood::Gone) {
                    continue;
                }
                let (state, base, told) = (ours.clone(), base.clone(), told.clone());
                connections.spawn(async move {
                    let answer = service_fn(|request| {
                        let answer = answer(request, state.clone(), base.clone());
                        async { answer.await.inspect(|_| told.notify_waiters()) }
                    });
                    // A connection that is cut is the other side's business.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
                });
            }
        });
        Self { at, state, answered, _serving: serving }
    }

    /// What it says and was asked, to be looked at and changed.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// What lies at a path from now on.
    pub fn route(&self, path: &str, value: Value) {
        self.state().routes.insert(path.to_owned(), value);
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// Waits until requests came that are as they should be.
    pub async fn until(&self, fits: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        let came = async {
            loop {
                let next = self.answered.notified();
                let seen = self.seen();
                if fits(&seen) {
                    return seen;
                }
                next.await;
            }
        };
        timeout(PATIENCE, came).await.expect("requests that fit")
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
    base: String,
) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let mood = state.lock().unwrap().mood.clone();
    match mood {
        Mood::Slow => return std::future::pending().await,
        // The connection is cut.
        Mood::Gone => return Err(io::ErrorKind::ConnectionReset.into()),
        _ => {}
    }
    let mut state = state.lock().unwrap();
    let (path, query) = (head.uri.path().to_owned(), head.uri.query().unwrap_or_default().to_owned());
    let credential = header("authorization");
    let denied =
        state.accepts.is_some_and(|accepted| credential.as_deref() != Some(&format!("Bearer {accepted}")));
    let mut extra: Vec<(&str, String)> = Vec::new();
    let (status, value) = match &state.mood {
        Mood::Refusing(status, headers) => {
            extra = headers.clone();
            (*status, json!({ "message": "no" }))
        }
        Mood::Strange => (200, json!({ "pulls": 7 })),
        _ if denied && credential.is_some() => (401, json!({ "message": "Bad credentials" })),
        // As forges do: what is not for everyone is not there.
        _ if denied => (404, json!({ "message": "Not Found" })),
        _ => match (state.redirects.get(&path), head.method.as_str()) {
            (Some(target), _) => {
                extra.push(("location", target.clone()));
                (301, Value::Null)
            }
            (None, "POST") => {
                let asked: Value = serde_json::from_slice(&body).unwrap();
                let nth =
                    asked["variables"]["after"].as_str().map_or(0, |after| after.parse::<usize>().unwrap());
                (200, state.graph.get(nth).cloned().unwrap_or(Value::Null))
            }
            (None, _) => state
                .routes
                .get(&path)
                .cloned()
                .map_or((404, json!({ "message": "Not Found" })), |found| (200, found)),
        },
    };
    let number = |name: &str| {
        let found = query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.and_then(|number| number.parse::<usize>().ok())
    };
    let mut value = value;
    // A list, or an object with one in it, as GitHub has it for checks.
    let list = match &mut value {
        Value::Object(found) => found.values_mut().find(|value| value.is_array()),
        value => Some(value),
    };
    match list {
        Some(Value::Array(all)) if status == 200 && number("per_page").is_some() => {
            let (page, each) = (number("page").unwrap_or(1), state.page);
            if all.len() > page * each {
                if state.numbered {
                    extra.push(("x-next-page", (page + 1).to_string()));
                } else {
                    let link = format!(
                        "<{base}{path}?per_page={each}&page={}>; rel=\"next\", <{base}/x>; rel=\"last\"",
                        page + 1
                    );
                    extra.push(("link", link));
                }
            }
            *all = all.drain(..).skip((page - 1) * each).take(each).collect();
        }
        _ => {}
    }
    let mut text = value.to_string();
    let tag = format!(
        "W/\"{:x}\"",
        text.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()))
    );
    if matches!(state.mood, Mood::Broken) {
        text.truncate(text.len() / 2);
        text.push_str("\u{0}{[");
    }
    let asked = header("if-none-match");
    let whole = matches!(state.mood, Mood::Broken) || asked.as_ref() != Some(&tag);
    let status = if status == 200 && !whole { 304 } else { status };
    if let Some(allowance) = &mut state.allowance {
        let free = status == 304 && !allowance.counts_unchanged;
        allowance.left -= u64::from(!free);
        let reset = UNIX_EPOCH.elapsed().unwrap().as_secs() + 3600;
        extra.push(("x-ratelimit-remaining", allowance.left.to_string()));
        extra.push(("x-ratelimit-reset", reset.to_string()));
    }
    let seen =
        Seen { method: head.method.to_string(), path: head.uri.to_string(), credential, tag: asked, status };
    state.seen.push(seen);
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap()).header("etag", tag);
    for (name, value) in extra {
        response = response.header(name, value);
    }
    let body = if status == 304 { String::new() } else { text };
    Ok(response.body(Full::new(Bytes::from(body))).unwrap())
}
