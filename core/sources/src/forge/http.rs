//! Requests to a forge: conditional, bounded, patient with its limits.

use std::{
    collections::HashMap,
    io,
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode, Uri,
    client::conn::http1::{SendRequest, handshake},
    header::{self, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

use super::{
    credential::Credential,
    probe::{Allowance, Probes},
};

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// What is kept of answers to ask again for whether they changed: how many, and in bytes.
const MAX_KEPT: usize = 256;
const MAX_KEPT_LEN: usize = 16 * 1024 * 1024;

/// Most pages of one list that are read, and most that is kept of it.
pub(super) const MAX_PAGES: usize = 5;
pub(super) const MAX_LISTED: usize = 100 * MAX_PAGES;

/// How often a repository that moved is followed, within its forge.
const MAX_REDIRECTS: usize = 3;

/// The longest that a forge's word on when to come back is taken for.
const MAX_WAIT: Duration = Duration::from_secs(3600);

/// How long to stay away where it does not say.
const WAIT: Duration = Duration::from_secs(60);

/// A connection's bytes.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection to come.
pub type Dialled<'a> = Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send + 'a>>;

/// How connections are made: with TLS and through proxies, as the program that shares does it.
pub trait Dial: Send + Sync {
    /// A connection to a host's port; with TLS, the host has proved who it is.
    fn dial<'a>(&'a self, host: &'a str, port: u16, tls: bool) -> Dialled<'a>;
}

/// Connections without TLS, to this machine alone.
#[derive(Clone, Copy, Debug)]
pub struct Loopback;

impl Dial for Loopback {
    fn dial<'a>(&'a self, host: &'a str, port: u16, tls: bool) -> Dialled<'a> {
        Box::pin(async move {
            if tls || !is_loopback(host) {
                return Err(io::ErrorKind::Unsupported.into());
            }
            let stream = TcpStream::connect((host, port)).await?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
}

/// Why a request gave nothing.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(super) enum HttpFault {
    #[error("the address is none that can be asked")]
    Address,
    #[error("it cannot be reached")]
    Offline,
    #[error("it asks to come back later")]
    Limited { until: SystemTime },
    #[error("it does not accept the credential")]
    Unauthorized,
    #[error("it refuses")]
    Forbidden,
    #[error("there is no such thing")]
    NotFound,
    #[error("it said what is not understood")]
    Malformed,
}

/// A list, as far as it was read.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { items: Vec::new(), is_whole: true }
    }
}

/// A page of a list: the items, or an object that has them.
pub(super) trait Page: DeserializeOwned {
    type Item;

    fn items(self) -> Vec<Self::Item>;
}

impl<T: DeserializeOwned> Page for Vec<T> {
    type Item = T;

    fn items(self) -> Self {
        self
    }
}

/// An answer.
#[derive(Clone, Debug)]
struct Answer {
    /// Where it came from, once every redirect was followed: path and query, from the host's top on.
    path: String,
    body: Bytes,
    /// What to ask next for the rest of a list: path and query.
    next: Option<String>,
}

/// One forge's interface.
pub(super) struct Http {
    dial: Arc<dyn Dial>,
    host: String,
    port: u16,
    tls: bool,
    /// Before every path, without a slash at its end.
    prefix: String,
    accept: &'static str,
    /// The longest one request may take.
    patience: Duration,
    credential: Option<Credential>,
    connection: Option<Connection>,
    kept: HashMap<String, Kept>,
    kept_len: usize,
    /// What it said of its limits last.
    allowance: Option<Allowance>,
    probes: Probes,
}

struct Connection {
    send: SendRequest<Full<Bytes>>,
    /// Drives it; ends with it.
    _driver: JoinSet<()>,
}

struct Kept {
    tag: HeaderValue,
    answer: Answer,
}

impl Http {
    /// Of an interface's base address. Without TLS nobody but this machine is asked.
    pub(super) fn new(
        dial: Arc<dyn Dial>,
        base: &str,
        accept: &'static str,
        patience: Duration,
    ) -> Result<Self, HttpFault> {
        let uri: Uri = base.parse().map_err(|_| HttpFault::Address)?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(HttpFault::Address),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or(HttpFault::Address)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if !tls && !is_loopback(&host) {
            return Err(HttpFault::Address);
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Self {
            dial,
            host,
            port,
            tls,
            prefix,
            accept,
            patience,
            credential: None,
            connection: None,
            kept: HashMap::new(),
            kept_len: 0,
            allowance: None,
            probes: Probes::default(),
        })
    }

    /// From now on requests are signed in by this; another one's answers are forgotten.
    pub(super) fn sign_in(&mut self, credential: Option<Credential>) {
        if self.credential != credential {
            self.credential = credential;
            self.allowance = None;
            self.kept.clear();
            self.kept_len = 0;
        }
    }

    pub(super) fn is_signed_in(&self) -> bool {
        self.credential.is_some()
    }

    /// Whether it is this by which requests are signed in.
    pub(super) fn is_signed_in_by(&self, credential: Option<&Credential>) -> bool {
        self.credential.as_ref() == credential
    }

    /// What lies at a path, below the base, read as JSON.
    pub(super) async fn ask<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, HttpFault> {
        read(&self.answer(path).await?)
    }

    /// The same, of something small that changes whenever what lies below it does: it is probed from now on.
    pub(super) async fn ask_and_probe<T: DeserializeOwned + PartialEq>(
        &mut self,
        path: &str,
    ) -> Result<T, HttpFault> {
        let answer = self.answer(path).await?;
        self.probes.add::<T>(&answer.path);
        read(&answer)
    }

    /// A new look begins: nothing is probed of what the last one was at.
    pub(super) fn begin_look(&mut self) {
        self.probes.clear();
    }

    /// Whether something has changed since it was asked for: the first that is probed, or the next of the others.
    pub(super) async fn probe(&mut self) -> Result<bool, HttpFault> {
        for probe in self.probes.due() {
            // What has no tag, or is kept no more, cannot be asked for at no cost.
            let Some(before) = self.kept.get(&probe.path).map(|kept| kept.answer.body.clone()) else {
                continue;
            };
            let now = self.answer_at(probe.path.clone()).await?.body;
            if probe.tells(&before, &now) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether there is anything that can be probed.
    pub(super) fn has_probes(&self) -> bool {
        self.probes.any(|probe| self.kept.contains_key(&probe.path))
    }

    /// What it allows until when, if it said so.
    pub(super) fn allowance(&self) -> Option<Allowance> {
        self.allowance
    }

    /// All pages of a list, up to a bound.
    pub(super) async fn all<P: Page>(&mut self, path: &str) -> Result<Listed<P::Item>, HttpFault> {
        Ok(self.pages::<P>(path).await?.0)
    }

    /// The same, and its first page is probed from now on.
    pub(super) async fn all_and_probe<T: DeserializeOwned + PartialEq>(
        &mut self,
        path: &str,
    ) -> Result<Listed<T>, HttpFault> {
        let (found, first) = self.pages::<Vec<T>>(path).await?;
        self.probes.add::<Vec<T>>(&first);
        Ok(found)
    }

    /// A list, and where its first page came from.
    async fn pages<P: Page>(&mut self, path: &str) -> Result<(Listed<P::Item>, String), HttpFault> {
        let answer = self.answer(path).await?;
        let (mut items, mut next) = (read::<P>(&answer)?.items(), answer.next);
        for _ in 1..MAX_PAGES {
            let Some(path) = next.take_if(|_| items.len() < MAX_LISTED) else { break };
            let answer = self.answer(&path).await?;
            items.extend(read::<P>(&answer)?.items());
            next = answer.next;
        }
        let is_whole = next.is_none() && items.len() <= MAX_LISTED;
        // A page can hold more than was asked for.
        items.truncate(MAX_LISTED);
        Ok((Listed { items, is_whole }, answer.path))
    }

    /// Asked again, it only crosses the line if it changed.
    async fn answer(&mut self, path: &str) -> Result<Answer, HttpFault> {
        self.answer_at(format!("{}{path}", self.prefix)).await
    }

    async fn answer_at(&mut self, mut path: String) -> Result<Answer, HttpFault> {
        for _ in 0..=MAX_REDIRECTS {
            let tag = self.kept.get(&path).map(|kept| kept.tag.clone());
            let (status, headers, body) = self.send(Method::GET, &path, Bytes::new(), tag).await?;
            self.allowance = Allowance::of(&headers);
            match status {
                StatusCode::OK => {
                    let next = self.next(&headers, &path);
                    let answer = Answer { path, body, next };
                    self.keep(&headers, &answer);
                    return Ok(answer);
                }
                StatusCode::NOT_MODIFIED => {
                    return self.kept.get(&path).map(|kept| kept.answer.clone()).ok_or(HttpFault::Malformed);
                }
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    let target = headers.get(header::LOCATION).and_then(|target| target.to_str().ok());
                    path = target.and_then(|target| self.within(target)).ok_or(HttpFault::NotFound)?;
                }
                status => return Err(fault(status, &headers)),
            }
        }
        Err(HttpFault::NotFound)
    }

    /// Asks with a body, in JSON. `path` is from the host's top on, not from the base.
    pub(super) async fn post(&mut self, path: &str, body: Vec<u8>) -> Result<Bytes, HttpFault> {
        let (status, headers, body) = self.send(Method::POST, path, body.into(), None).await?;
        if status == StatusCode::OK { Ok(body) } else { Err(fault(status, &headers)) }
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        tag: Option<HeaderValue>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), HttpFault> {
        match timeout(self.patience, self.try_send(method, path, body, tag)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(fault)) => {
                self.connection = None;
                Err(fault)
            }
            Err(_) => {
                self.connection = None;
                Err(HttpFault::Offline)
            }
        }
    }

    async fn try_send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        tag: Option<HeaderValue>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), HttpFault> {
        // A connection that was kept may be closed by now: then a new one is made, once.
        let kept = self.connection.take();
        if let Some(mut kept) = kept
            && kept.send.ready().await.is_ok()
        {
            let request = self.request(method.clone(), path, body.clone(), tag.clone())?;
            if let Ok(response) = kept.send.send_request(request).await {
                return self.receive(kept, response).await;
            }
        }
        let mut fresh = self.connect().await?;
        let request = self.request(method, path, body, tag)?;
        let response = fresh.send.send_request(request).await.map_err(|_| HttpFault::Offline)?;
        self.receive(fresh, response).await
    }

    async fn receive(
        &mut self,
        connection: Connection,
        response: hyper::Response<hyper::body::Incoming>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), HttpFault> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                HttpFault::Malformed
            } else {
                HttpFault::Offline
            }
        })?;
        self.connection = Some(connection);
        Ok((head.status, head.headers, body.to_bytes()))
    }

    async fn connect(&self) -> Result<Connection, HttpFault> {
        let stream = self.dial.dial(&self.host, self.port, self.tls).await.map_err(|error| {
            tracing::debug!(host = self.host, %error, "forge");
            HttpFault::Offline
        })?;
        let (send, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| HttpFault::Offline)?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // What goes wrong is told by the request.
            let _ = connection.await;
        });
        Ok(Connection { send, _driver: driver })
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        tag: Option<HeaderValue>,
    ) -> Result<Request<Full<Bytes>>, HttpFault> {
        let default = if self.tls { 443 } else { 80 };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let host = if self.port == default { host } else { format!("{host}:{}", self.port) };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host)
            .header(header::USER_AGENT, concat!("jumpseat/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT, self.accept);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        if let Some(credential) = &self.credential {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", credential.reveal()))
                .map_err(|_| HttpFault::Unauthorized)?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        request.body(Full::new(body)).map_err(|_| HttpFault::Address)
    }

    /// The rest of a list, if it is at this forge, too.
    fn next(&self, headers: &HeaderMap, path: &str) -> Option<String> {
        if let Some(links) = headers.get(header::LINK).and_then(|links| links.to_str().ok()) {
            let next = links.split(',').find(|link| link.contains("rel=\"next\""))?;
            let target = next.split(['<', '>']).nth(1)?;
            // Without what stands before every path: that comes again.
            return self.within(target)?.strip_prefix(&self.prefix).map(str::to_owned);
        }
        let page: u32 = headers.get("x-next-page")?.to_str().ok()?.parse().ok()?;
        let path = path.strip_prefix(&self.prefix)?;
        let (place, query) = path.split_once('?').unwrap_or((path, ""));
        let query: Vec<&str> =
            query.split('&').filter(|part| !part.is_empty() && !part.starts_with("page=")).collect();
        Some(format!("{place}?{}&page={page}", query.join("&")))
    }

    /// Path and query of an address, if it is of this forge: nobody else is shown the credential.
    fn within(&self, target: &str) -> Option<String> {
        let uri: Uri = target.parse().ok()?;
        let path = uri.path_and_query()?.as_str().to_owned();
        let Some(scheme) = uri.scheme_str() else { return path.starts_with('/').then_some(path) };
        let authority = uri.authority()?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = authority.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        let same =
            host.eq_ignore_ascii_case(&self.host) && port == self.port && (scheme == "https") == self.tls;
        same.then_some(path)
    }

    fn keep(&mut self, headers: &HeaderMap, answer: &Answer) {
        let Some(tag) = headers.get(header::ETAG) else { return };
        // Half a document that somebody on the way cut off would be taken for the whole from then on.
        if serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_err() {
            return;
        }
        if self.kept.len() >= MAX_KEPT || self.kept_len + answer.body.len() > MAX_KEPT_LEN {
            self.kept.clear();
            self.kept_len = 0;
        }
        self.kept_len += answer.body.len();
        let kept = Kept { tag: tag.clone(), answer: answer.clone() };
        if let Some(old) = self.kept.insert(answer.path.clone(), kept) {
            self.kept_len -= old.answer.body.len();
        }
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, HttpFault> {
    serde_json::from_slice(&answer.body).map_err(|_| HttpFault::Malformed)
}

/// What a status that is no success means.
fn fault(status: StatusCode, headers: &HeaderMap) -> HttpFault {
    let now = SystemTime::now();
    let latest = now + MAX_WAIT;
    let allowance = Allowance::of(headers);
    let used_up = allowance.is_some_and(|allowance| allowance.left == 0);
    let reset = allowance.and_then(|allowance| allowance.reset);
    let after = number(headers, "retry-after");
    let after = after.map(|after| now + Duration::from_secs(after.min(MAX_WAIT.as_secs())));
    let limited = matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS)
        && (used_up || after.is_some() || status == StatusCode::TOO_MANY_REQUESTS);
    match status {
        _ if limited => {
            let until = after.or(reset.filter(|_| used_up)).unwrap_or(now + WAIT);
            HttpFault::Limited { until: until.clamp(now, latest) }
        }
        StatusCode::UNAUTHORIZED => HttpFault::Unauthorized,
        StatusCode::FORBIDDEN => HttpFault::Forbidden,
        StatusCode::NOT_FOUND | StatusCode::GONE => HttpFault::NotFound,
        status if status.is_server_error() => HttpFault::Offline,
        _ => HttpFault::Malformed,
    }
}

impl Allowance {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let either = |name: &str| number(headers, &format!("x-{name}")).or_else(|| number(headers, name));
        let reset = either("ratelimit-reset").map(Duration::from_secs);
        let reset = reset.and_then(|reset| UNIX_EPOCH.checked_add(reset));
        Some(Self { left: either("ratelimit-remaining")?, reset })
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A piece of a path or query, with `%XX` for everything but letters, digits and `-._~`.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
