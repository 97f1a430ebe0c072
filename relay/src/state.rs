//! What all connections share: rooms, limits, counters.

use std::{sync::Arc, time::Instant};

use axum::Router;
use jumpseat_wire::{
    CloseCode,
    limits::{FAILED_KNOCKS_PER_SECOND, MAX_PENDING_KNOCKS},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::{
    admission::{Attempts, Source},
    cluster::Cluster,
    config::Config,
    connection_limit::Connections,
    counters::Counters,
    http,
    rooms::Rooms,
};

/// Knocks of one address that may be unanswered or bad: a whole office that comes at once, twice over.
const KNOCKS_AT_ONCE: f64 = 2.0 * MAX_PENDING_KNOCKS as f64;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) config: Arc<Config>,
    pub(crate) rooms: Rooms,
    pub(crate) stop: CancellationToken,
    pub(crate) counters: Arc<Counters>,
    /// Knocks that were not found good.
    pub(crate) knocks: Arc<Attempts>,
    /// Guessed codes.
    guesses: Attempts,
    /// Codes that hosts wished for.
    wishes: Attempts,
    pub(crate) connections: Arc<Connections>,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) router: Router,
}

impl Shared {
    pub(crate) fn new(config: Config, cluster: Arc<dyn Cluster>, tls: Option<TlsAcceptor>) -> Self {
        let config = Arc::new(config);
        let counters = Arc::<Counters>::default();
        let limits = &config.limits;
        let look_ups = f64::from(limits.look_ups_per_minute);
        Self {
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
        }
    }

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
}
