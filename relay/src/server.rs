//! The relay as a whole: it listens, admits, and stops.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    admission::Source,
    cluster::{Cluster, MemoryCluster},
    config::{Config, ConfigError},
    connection,
    connection_limit::Ticket,
    counters::Counters,
    http::{self, Arrival},
    link::Link,
    malloc_trim::Memory,
    proxy_protocol,
    state::Shared,
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
        Ok(Self { listener, shared: Arc::new(Shared::new(config, cluster, tls)) })
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

    /// Serves until `stop` is cancelled, then tells every connection ([`CloseCode::ShuttingDown`](jumpseat_wire::CloseCode::ShuttingDown)) and
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
                    Ok((tcp, peer)) => admit(&shared, &mut connections, tcp, peer),
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

/// Takes a connection in, or has another one make way for it.
fn admit(shared: &Arc<Shared>, connections: &mut JoinSet<()>, tcp: TcpStream, peer: SocketAddr) {
    // Those who come through a trusted proxy count for themselves, once it has said who they are.
    let by_proxy = shared.config.trusted_proxies.trusts(peer.ip());
    let source = (!by_proxy).then(|| Source::from(peer.ip()));
    let link = Arc::<Link>::default();
    let ticket = shared.connections.admit(source, Arc::clone(&link));
    connections.spawn(serve(Arc::clone(shared), tcp, peer.ip(), ticket, link));
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
