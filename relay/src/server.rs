//! The relay as a whole: it listens, admits, and stops.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use jumpseat_wire::CloseCode;
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    admission::{Attempts, Place, Places, Prefix},
    cluster::{Cluster, MemoryCluster},
    config::{Config, ConfigError},
    connection,
    counters::Counters,
    http,
    memory::Memory,
    rooms::Rooms,
    stream::{Stream, TlsError, acceptor},
};

/// How often rooms are looked through for what has had its time.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How long to wait when the system has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A relay that listens and does not serve yet.
pub struct Relay {
    listener: TcpListener,
    shared: Arc<Shared>,
}

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) config: Arc<Config>,
    pub(crate) rooms: Rooms,
    pub(crate) stop: CancellationToken,
    counters: Arc<Counters>,
    /// Guesses.
    attempts: Attempts,
    /// Codes that hosts wished for.
    wishes: Attempts,
    connections: Arc<Places>,
    tls: Option<TlsAcceptor>,
    router: Router,
}

/// Why there is no relay.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RelayError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// TLS cannot be served.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// The settings cannot be kept.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Relay {
    /// Listens where the settings say.
    ///
    /// # Errors
    /// When the address is taken or not this machine's, or the TLS files cannot be used.
    pub async fn bind(config: Config) -> Result<Self, RelayError> {
        let address = config.listen;
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| RelayError::Listen { address, source })?;
        Self::with_cluster(listener, config, Arc::new(MemoryCluster::default()))
    }

    /// A relay at a listener that exists already, as one node of a cluster.
    ///
    /// # Errors
    /// When the settings cannot be kept, or the TLS files not be used.
    pub fn with_cluster(
        listener: TcpListener,
        config: Config,
        cluster: Arc<dyn Cluster>,
    ) -> Result<Self, RelayError> {
        config.check()?;
        let tls = match (&config.tls.certificate, &config.tls.key) {
            (Some(certificate), Some(key)) => Some(acceptor(certificate, key)?),
            _ => None,
        };
        let config = Arc::new(config);
        let counters = Arc::<Counters>::default();
        let limits = &config.limits;
        let shared = Shared {
            rooms: Rooms::new(cluster, Arc::clone(&config), Arc::clone(&counters)),
            stop: CancellationToken::new(),
            attempts: Attempts::new(limits.look_ups_per_minute, limits.look_ups_per_minute as usize),
            // All rooms of a prefix come back at once when the relay has lost them.
            wishes: Attempts::new(limits.look_ups_per_minute, limits.rooms_per_prefix()),
            connections: Places::new(limits.connections, limits.connections_per_prefix),
            tls,
            router: http::router(),
            counters,
            config,
        };
        Ok(Self { listener, shared: Arc::new(shared) })
    }

    /// Where it listens, with the port that it got.
    ///
    /// # Errors
    /// As the system gives them.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What it counts.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.shared.counters)
    }

    /// Serves until `stop` is cancelled, then tells every connection ([`CloseCode::ShuttingDown`]) and
    /// returns when all are closed, or after `timeouts.stop`.
    pub async fn serve(self, stop: CancellationToken) {
        let Self { listener, shared } = self;
        let mut connections = JoinSet::new();
        let mut sweep = interval(SWEEP_EVERY);
        let mut memory = Memory::default();
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                accepted = listener.accept() => match accepted {
                    Ok((tcp, peer)) => shared.admit(&mut connections, tcp, peer),
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept");
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                now = sweep.tick() => {
                    shared.rooms.sweep(now.into_std()).await;
                    memory.look(shared.counters.frame_bytes_freed.value());
                }
            }
        }
        drop(listener);
        shared.stop.cancel();
        let all = async { while connections.join_next().await.is_some() {} };
        if timeout(Duration::from_secs(shared.config.timeouts.stop), all).await.is_err() {
            tracing::warn!(left = connections.len(), "connections cut off");
            connections.shutdown().await;
        }
    }

    /// Serves in a task of its own.
    ///
    /// # Errors
    /// As [`address`](Self::address).
    pub fn spawn(self) -> io::Result<RunningRelay> {
        let address = self.address()?;
        let counters = self.counters();
        let stop = CancellationToken::new();
        let task = tokio::spawn(self.serve(stop.clone()));
        Ok(RunningRelay { address, counters, stop: stop.drop_guard(), task })
    }
}

/// A relay that serves. Dropped, it stops by itself; [`stop`](Self::stop) waits for that.
pub struct RunningRelay {
    address: SocketAddr,
    counters: Arc<Counters>,
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl RunningRelay {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it counts.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Tells every connection and waits until all are closed.
    pub async fn stop(self) {
        drop(self.stop);
        // An error would be a panic, which the runtime has reported.
        let _ = self.task.await;
    }
}

impl Shared {
    /// Runs an attempt that must not be repeated at will: failures count against the address prefix, and
    /// beyond the limit nothing is even tried.
    pub(crate) async fn guarded<T>(
        &self,
        prefix: Prefix,
        now: Instant,
        attempt: impl Future<Output = Result<T, CloseCode>>,
    ) -> Result<T, CloseCode> {
        if !self.attempts.may_try(prefix, now) {
            return Err(CloseCode::RateLimited);
        }
        attempt.await.inspect_err(|_| self.attempts.count(prefix, now))
    }

    /// Counts a host's wish for a code: whether it is free tells the same as whether it is found.
    pub(crate) fn wished(&self, prefix: Prefix, now: Instant) -> Result<(), CloseCode> {
        if !self.wishes.may_try(prefix, now) {
            return Err(CloseCode::RateLimited);
        }
        self.wishes.count(prefix, now);
        Ok(())
    }

    fn admit(self: &Arc<Self>, connections: &mut JoinSet<()>, tcp: TcpStream, peer: SocketAddr) {
        let prefix = Prefix::from(peer.ip());
        match self.connections.admit(prefix) {
            Some(place) => {
                connections.spawn(serve(Arc::clone(self), tcp, prefix, place));
            }
            None => tracing::debug!("connection beyond the limits"),
        }
    }
}

async fn serve(shared: Arc<Shared>, tcp: TcpStream, prefix: Prefix, place: Place) {
    // In a box of its own: what TLS and HTTP need is freed before the long part begins.
    let upgraded = tokio::select! {
        upgraded = Box::pin(upgrade(&shared, tcp)) => upgraded,
        () = shared.stop.cancelled() => None,
    };
    if let Some((stream, unread)) = upgraded {
        connection::serve(&shared, stream, unread, prefix).await;
    }
    drop(place);
}

async fn upgrade(shared: &Shared, tcp: TcpStream) -> Option<(Stream, Vec<u8>)> {
    let limit = Duration::from_secs(shared.config.timeouts.hello);
    tcp.set_nodelay(true).ok()?;
    let stream = match &shared.tls {
        Some(tls) => Stream::Tls(Box::new(timeout(limit, tls.accept(tcp)).await.ok()?.ok()?)),
        None => Stream::Plain(tcp),
    };
    timeout(limit, http::serve(stream, shared.router.clone())).await.ok()?
}
