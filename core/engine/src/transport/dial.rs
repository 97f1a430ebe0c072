//! One try to reach a relay: name, proxy, TCP, TLS, WebSocket.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use jumpseat_wire::limits::{MAX_CONTROL_LEN, MAX_FRAME_LEN};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{client::IntoClientRequest as _, protocol::WebSocketConfig},
};

use super::{
    TransportSetup,
    address::{Address, is_private},
    answered,
    meter::Metered,
    tls,
};
use crate::api::{ApiError, ApiErrorKind};

/// How long a try may take in all.
pub(super) const TRY_FOR: Duration = Duration::from_secs(15);

/// How long one of several addresses of a host is tried before the next.
const TRY_ADDRESS_FOR: Duration = Duration::from_secs(4);

/// What one read takes, in bytes. The library clears as much before each, which an echo has to wait for.
pub(super) const READ_LEN: usize = 16 * 1024;

/// What one write takes, in bytes: two frames. An end has one connection, so this costs little.
const WRITE_LEN: usize = 64 * 1024;

/// A WebSocket to a relay.
pub(super) type Socket = WebSocketStream<Metered<Stream>>;

/// Reaches one relay, again and again.
#[derive(Clone)]
pub(crate) struct Dialer {
    pub(super) address: Address,
    pub(super) setup: TransportSetup,
    /// Made at the first need: reading the system's authorities takes milliseconds.
    pub(super) tls: Arc<Mutex<Option<TlsConnector>>>,
}

impl Dialer {
    pub(crate) fn new(address: Address, setup: TransportSetup) -> Self {
        Self { address, setup, tls: Arc::default() }
    }

    /// One try.
    pub(super) async fn dial(self) -> Result<Box<Socket>, ApiError> {
        match timeout(TRY_FOR, self.connect()).await {
            Ok(result) => result,
            Err(_) => Err(self.unreachable("it does not answer")),
        }
    }

    /// TCP, through a proxy where one is wanted, and TLS where the address has it.
    pub(super) async fn stream(&self) -> Result<Stream, ApiError> {
        let stream = match self.setup.proxies.of(&self.address)? {
            Some(proxy) => {
                let any_way = self.address.tls || self.setup.allow_plain;
                if !any_way && !self.address.ip().is_some_and(is_private) {
                    return Err(self.address.plain_refused());
                }
                // The way to the proxy is in the open, too.
                proxy.tunnel(&self.address, |proxy| any_way || is_private(proxy)).await?
            }
            None => self.connect_directly().await?,
        };
        // A key must not wait for the answer to the one before it.
        stream.set_nodelay(true).map_err(|error| self.unreachable(error))?;
        Ok(if self.address.tls {
            Stream::Tls(tls::handshake(&self.connector()?, &self.address.host, stream).await?)
        } else {
            Stream::Plain(stream)
        })
    }

    async fn connect(&self) -> Result<Box<Socket>, ApiError> {
        let stream = self.stream().await?;
        let request = self
            .address
            .url()
            .into_client_request()
            .map_err(|error| ApiError::new(ApiErrorKind::Address, error.to_string()))?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_LEN)
            .write_buffer_size(WRITE_LEN)
            .max_write_buffer_size(4 * WRITE_LEN)
            .max_message_size(Some(MAX_FRAME_LEN.max(MAX_CONTROL_LEN)))
            .max_frame_size(Some(MAX_FRAME_LEN.max(MAX_CONTROL_LEN)));
        match client_async_with_config(request, Metered::new(stream), Some(config)).await {
            Ok((socket, _)) => Ok(Box::new(socket)),
            Err(error) => Err(answered::failure(&self.address, &error)),
        }
    }

    async fn connect_directly(&self) -> Result<TcpStream, ApiError> {
        let target = (self.address.host.as_str(), self.address.port);
        let found = lookup_host(target).await.map_err(|error| self.unreachable(error))?;
        let (mut refused, mut last) = (false, None);
        for address in found {
            if !self.address.tls && !self.setup.allow_plain && !is_private(address.ip()) {
                refused = true;
                continue;
            }
            match timeout(TRY_ADDRESS_FOR, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = Some(error),
                Err(_) => last = Some(io::ErrorKind::TimedOut.into()),
            }
        }
        Err(match last {
            Some(error) => self.unreachable(error),
            None if refused => self.address.plain_refused(),
            None => self.unreachable("the name has no address"),
        })
    }

    fn connector(&self) -> Result<TlsConnector, ApiError> {
        let mut made = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some(connector) => Ok(connector.clone()),
            None => {
                let TransportSetup { ca_file, system_authorities, .. } = &self.setup;
                Ok(made.insert(tls::connector(ca_file.as_deref(), *system_authorities)?).clone())
            }
        }
    }

    fn unreachable(&self, why: impl std::fmt::Display) -> ApiError {
        answered::unreachable(&self.address, why)
    }
}

/// A connection, with TLS or without.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

macro_rules! either {
    ($stream:expr, $inner:ident => $call:expr) => {
        match $stream.get_mut() {
            Stream::Plain($inner) => {
                let $inner = Pin::new($inner);
                $call
            }
            Stream::Tls($inner) => {
                let $inner = Pin::new($inner.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, inner => inner.poll_read(cx, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, inner => inner.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, inner => inner.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, inner => inner.poll_shutdown(cx))
    }
}
