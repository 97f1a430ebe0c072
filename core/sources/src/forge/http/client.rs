//! One forge's interface: its connection, who signs in, what is asked.

use std::{io, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode, Uri,
    client::conn::http1::{SendRequest, handshake},
    header::{self, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

use super::{
    HttpError,
    cache::{Answer, Cache},
    limits::fault,
};
use crate::forge::{
    credential::Credential,
    probe::{Allowance, Probes},
};

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// How often a repository that moved is followed, within its forge.
const MAX_REDIRECTS: usize = 3;

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

/// One forge's interface.
pub(in crate::forge) struct Http {
    dial: Arc<dyn Dial>,
    host: String,
    port: u16,
    tls: bool,
    /// Before every path, without a slash at its end.
    pub(super) prefix: String,
    accept: &'static str,
    /// The longest one request may take.
    patience: Duration,
    credential: Option<Credential>,
    connection: Option<Connection>,
    cache: Cache,
    /// What it said of its limits last.
    allowance: Option<Allowance>,
    pub(super) probes: Probes,
}

struct Connection {
    send: SendRequest<Full<Bytes>>,
    /// Drives it; ends with it.
    _driver: JoinSet<()>,
}

impl Http {
    /// Of an interface's base address. Without TLS nobody but this machine is asked.
    pub(in crate::forge) fn new(
        dial: Arc<dyn Dial>,
        base: &str,
        accept: &'static str,
        patience: Duration,
    ) -> Result<Self, HttpError> {
        let uri: Uri = base.parse().map_err(|_| HttpError::Address)?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(HttpError::Address),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or(HttpError::Address)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if !tls && !is_loopback(&host) {
            return Err(HttpError::Address);
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
            cache: Cache::default(),
            allowance: None,
            probes: Probes::default(),
        })
    }

    /// From now on requests are signed in by this; another one's answers are forgotten.
    pub(in crate::forge) fn sign_in(&mut self, credential: Option<Credential>) {
        if self.credential != credential {
            self.credential = credential;
            self.allowance = None;
            self.cache.clear();
        }
    }

    pub(in crate::forge) fn is_signed_in(&self) -> bool {
        self.credential.is_some()
    }

    /// Whether it is this by which requests are signed in.
    pub(in crate::forge) fn is_signed_in_by(&self, credential: Option<&Credential>) -> bool {
        self.credential.as_ref() == credential
    }

    /// What lies at a path, below the base, read as JSON.
    pub(in crate::forge) async fn ask<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, HttpError> {
        read(&self.answer(path).await?)
    }

    /// The same, of something small that changes whenever what lies below it does: it is probed from now on.
    pub(in crate::forge) async fn ask_and_probe<T: DeserializeOwned + PartialEq>(
        &mut self,
        path: &str,
    ) -> Result<T, HttpError> {
        let answer = self.answer(path).await?;
        self.probes.add::<T>(&answer.path);
        read(&answer)
    }

    /// A new look begins: nothing is probed of what the last one was at.
    pub(in crate::forge) fn begin_look(&mut self) {
        self.probes.clear();
    }

    /// Whether something has changed since it was asked for: the first that is probed, or the next of the others.
    pub(in crate::forge) async fn probe(&mut self) -> Result<bool, HttpError> {
        for probe in self.probes.due() {
            // What has no tag, or is kept no more, cannot be asked for at no cost.
            let Some(before) = self.cache.answer(&probe.path).map(|answer| answer.body.clone()) else {
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
    pub(in crate::forge) fn has_probes(&self) -> bool {
        self.probes.any(|probe| self.cache.answer(&probe.path).is_some())
    }

    /// What it allows until when, if it said so.
    pub(in crate::forge) fn allowance(&self) -> Option<Allowance> {
        self.allowance
    }

    /// Asked again, it only crosses the line if it changed.
    pub(super) async fn answer(&mut self, path: &str) -> Result<Answer, HttpError> {
        self.answer_at(format!("{}{path}", self.prefix)).await
    }

    async fn answer_at(&mut self, mut path: String) -> Result<Answer, HttpError> {
        for _ in 0..=MAX_REDIRECTS {
            let tag = self.cache.tag(&path);
            let (status, headers, body) = self.send(Method::GET, &path, Bytes::new(), tag).await?;
            self.allowance = Allowance::of(&headers);
            match status {
                StatusCode::OK => {
                    let next = self.next(&headers, &path);
                    let answer = Answer { path, body, next };
                    self.cache.keep(&headers, &answer);
                    return Ok(answer);
                }
                StatusCode::NOT_MODIFIED => {
                    return self.cache.answer(&path).cloned().ok_or(HttpError::Malformed);
                }
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    let target = headers.get(header::LOCATION).and_then(|target| target.to_str().ok());
                    path = target.and_then(|target| self.within(target)).ok_or(HttpError::NotFound)?;
                }
                status => return Err(fault(status, &headers)),
            }
        }
        Err(HttpError::NotFound)
    }

    /// Asks with a body, in JSON. `path` is from the host's top on, not from the base.
    pub(in crate::forge) async fn post(&mut self, path: &str, body: Vec<u8>) -> Result<Bytes, HttpError> {
        let (status, headers, body) = self.send(Method::POST, path, body.into(), None).await?;
        if status == StatusCode::OK { Ok(body) } else { Err(fault(status, &headers)) }
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        tag: Option<HeaderValue>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), HttpError> {
        match timeout(self.patience, self.try_send(method, path, body, tag)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(fault)) => {
                self.connection = None;
                Err(fault)
            }
            Err(_) => {
                self.connection = None;
                Err(HttpError::Offline)
            }
        }
    }

    async fn try_send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        tag: Option<HeaderValue>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), HttpError> {
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
        let response = fresh.send.send_request(request).await.map_err(|_| HttpError::Offline)?;
        self.receive(fresh, response).await
    }

    async fn receive(
        &mut self,
        connection: Connection,
        response: hyper::Response<hyper::body::Incoming>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), HttpError> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                HttpError::Malformed
            } else {
                HttpError::Offline
            }
        })?;
        self.connection = Some(connection);
        Ok((head.status, head.headers, body.to_bytes()))
    }

    async fn connect(&self) -> Result<Connection, HttpError> {
        let stream = self.dial.dial(&self.host, self.port, self.tls).await.map_err(|error| {
            tracing::debug!(host = self.host, %error, "forge");
            HttpError::Offline
        })?;
        let (send, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| HttpError::Offline)?;
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
    ) -> Result<Request<Full<Bytes>>, HttpError> {
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
                .map_err(|_| HttpError::Unauthorized)?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        request.body(Full::new(body)).map_err(|_| HttpError::Address)
    }

    /// Path and query of an address, if it is of this forge: nobody else is shown the credential.
    pub(super) fn within(&self, target: &str) -> Option<String> {
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
}

pub(super) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, HttpError> {
    serde_json::from_slice(&answer.body).map_err(|_| HttpError::Malformed)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A piece of a path or query, with `%XX` for everything but letters, digits and `-._~`.
pub(in crate::forge) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
