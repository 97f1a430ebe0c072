//! The relay as a whole: it listens, admits, and stops.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use jumpseat_wire::{
    CloseCode,
    limits::{FAILED_KNOCKS_PER_SECOND, MAX_PENDING_KNOCKS},
};
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    admission::{Attempts, Source},
    cluster::{Cluster, MemoryCluster},
    config::{Config, ConfigError},
    connection,
    counters::Counters,
    http::{self, Arrival},
    link::Link,
    memory::Memory,
    places::{Connections, Ticket},
    proxy_protocol,
    rooms::Rooms,
    stream::{Stream, TlsError, acceptor},
};

/// How often rooms are looked through for what has had its time.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How long to wait when the system has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Knocks of one address that may be unanswered or bad: a whole office that comes at once, twice over.
const KNOCKS_AT_ONCE: f64 = 2.0 * MAX_PENDING_KNOCKS as f64;

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
    /// Knocks that were not found good.
    pub(crate) knocks: Arc<Attempts>,
    /// Guessed codes.
    guesses: Attempts,
    /// Codes that hosts wished for.
    wishes: Attempts,
    connections: Arc<Connections>,
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
        let look_ups = f64::from(limits.look_ups_per_minute);
        let shared = Shared {
            rooms: Rooms::new(cluster, Arc::clone(&config), Arc::clone(&counters)),
            stop: CancellationToken::new(),
            knocks: Arc::new(Attempts::new(FAILED_KNOCKS_PER_SECOND.into(), KNOCKS_AT_ONCE)),
            guesses: Attempts::new(look_ups / 60.0, look_ups),
            // All rooms of a prefix come back at once when the relay has lost them.
            wishes: Attempts::new(look_ups / 60.0, limits.rooms_per_address() as f64),
            connections: Connections::new(limits.connections, limits.connections_per_address),
            tls,
            router: http::router(config.trusted_proxies.clone()),
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
    /// Whether a code may be looked up from there: who guessed too often is not even told of a right one.
    pub(crate) fn may_guess(&self, source: Source, now: Instant) -> Result<(), CloseCode> {
        if self.guesses.may_try(source, now) { Ok(()) } else { Err(CloseCode::RateLimited) }
    }

    /// A code stands for nothing.
    pub(crate) fn guessed_wrong(&self, source: Source, now: Instant) -> CloseCode {
        self.guesses.count(source, 1.0, now);
        CloseCode::NotFound
    }

    /// Somebody asked for a place with a claim that does not fit.
    pub(crate) fn wrong_claim(&self) {
        self.counters.wrong_claims.add(1);
    }

    /// Counts a host's wish for a code: whether it is free tells the same as whether it is found.
    pub(crate) fn wished(&self, source: Source, now: Instant) -> Result<(), CloseCode> {
        if !self.wishes.may_try(source, now) {
            return Err(CloseCode::RateLimited);
        }
        self.wishes.count(source, 1.0, now);
        Ok(())
    }

    fn admit(self: &Arc<Self>, connections: &mut JoinSet<()>, tcp: TcpStream, peer: SocketAddr) {
        // Those who come through a trusted proxy count for themselves, once it has said who they are.
        let by_proxy = self.config.trusted_proxies.trusts(peer.ip());
        let source = (!by_proxy).then(|| Source::from(peer.ip()));
        let link = Arc::<Link>::default();
        let ticket = self.connections.admit(source, Arc::clone(&link));
        connections.spawn(serve(Arc::clone(self), tcp, peer.ip(), ticket, link));
    }
}

async fn serve(shared: Arc<Shared>, tcp: TcpStream, peer: IpAddr, mut ticket: Ticket, link: Arc<Link>) {
    // In a box of its own: what TLS and HTTP need is freed before the long part begins.
    let upgraded = tokio::select! {
        upgraded = Box::pin(upgrade(&shared, tcp, peer, &mut ticket)) => upgraded,
        () = shared.stop.cancelled() => None,
        _ = link.closed() => None,
    };
    let Some((stream, unread, client)) = upgraded else { return };
    let source = Source::from(client);
    ticket.settle(source);
    connection::serve(&shared, stream, unread, source, link, &mut ticket).await;
    drop(ticket);
}

/// From TCP to WebSocket: the stream, what was read beyond the request, and where it comes from.
async fn upgrade(
    shared: &Shared,
    mut tcp: TcpStream,
    peer: IpAddr,
    ticket: &mut Ticket,
) -> Option<(Stream, Vec<u8>, IpAddr)> {
    let limit = Duration::from_secs(shared.config.timeouts.hello);
    tcp.set_nodelay(true).ok()?;
    let local = tcp.local_addr().ok()?.ip();
    let mut arrival = Arrival { peer, proxied: false, local, certified: shared.tls.is_some() };
    if shared.config.trusted_proxies.trusts(peer)
        && let Some(source) = timeout(limit, proxy_protocol::read(&mut tcp)).await.ok()?.ok()?
    {
        arrival = Arrival { peer: source, proxied: true, ..arrival };
        if !shared.config.trusted_proxies.trusts(source) {
            ticket.settle(source.into());
        }
    }
    let stream = match &shared.tls {
        Some(tls) => Stream::Tls(Box::new(timeout(limit, tls.accept(tcp)).await.ok()?.ok()?)),
        None => Stream::Plain(tcp),
    };
    timeout(limit, http::serve(stream, shared.router.clone(), arrival)).await.ok()?
}
