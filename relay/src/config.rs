//! The relay's settings: parsed once, at the edge, into this.

mod layers;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use jumpseat_wire::limits::{LOOK_UPS_PER_MINUTE, MAX_GUESTS, SESSION_LIFETIME};
use serde::Deserialize;

pub use self::layers::{ConfigError, Layers};
use crate::proxies::Proxies;

/// The longest time that can be set, in seconds: ten years.
const LONGEST: u64 = 3650 * 86_400;

/// Everything that can be set. The default is a relay on loopback.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Proxies in front of it whose word on clients' addresses is believed: `X-Forwarded-For`, `Forwarded`, and the
    /// PROXY protocol, version 2.
    pub trusted_proxies: Proxies,
    /// The certificate and key to serve TLS with.
    pub tls: TlsFiles,
    /// How much at most.
    pub limits: Limits,
    /// How long at most, in seconds.
    pub timeouts: Timeouts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7707)),
            trusted_proxies: Proxies::default(),
            tls: TlsFiles::default(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }
}

impl Config {
    /// Settings for a relay inside `jumpseat share`: a free port at this address, and limits for a network
    /// whose few addresses all belong to people one knows.
    pub fn embedded(listen: SocketAddr) -> Self {
        let limits = Limits { look_ups_per_minute: 600, connections_per_address: 1000, ..Limits::default() };
        Self { listen, limits, ..Self::default() }
    }

    /// Whether all of it can be kept.
    ///
    /// # Errors
    /// For half a certificate, for a time that no clock reaches, and for a limit under which nothing happens.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.tls.certificate.is_some() != self.tls.key.is_some() {
            return Err(ConfigError::HalfTls);
        }
        let Timeouts { session, hello, ping, pong, stop } = self.timeouts;
        let times = [("session", session), ("hello", hello), ("ping", ping), ("pong", pong), ("stop", stop)];
        for (name, seconds) in times {
            // A stop may tell nobody.
            let least = u64::from(name != "stop");
            if seconds < least || seconds > LONGEST {
                let reason = format!("{seconds} seconds; it can have {least} to {LONGEST}");
                return Err(ConfigError::Wrong { origin: format!("timeouts.{name}"), reason });
            }
        }
        for (limit, name) in [
            (self.limits.messages_per_second as usize, "messages_per_second"),
            (self.limits.memory, "memory"),
        ] {
            if limit == 0 {
                let reason = "nobody could say anything".to_owned();
                return Err(ConfigError::Wrong { origin: format!("limits.{name}"), reason });
            }
        }
        Ok(())
    }

    /// How long a session lives.
    pub(crate) fn lifetime(&self) -> Duration {
        Duration::from_secs(self.timeouts.session)
    }
}

/// The files of a certificate, in PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate, then those that vouch for it.
    pub certificate: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
}

/// How much at most.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Connections in all.
    pub connections: usize,
    /// Connections from one address, and rooms opened from it; its network (/24, /56) has three times as
    /// many, its site (/20, /48) nine times.
    pub connections_per_address: usize,
    /// Rooms in all.
    pub rooms: usize,
    /// MiB that all rooms may hold: frames that guests have not taken, knocks, seats. Those of one site half,
    /// of one network a quarter, of one address an eighth.
    pub memory: usize,
    /// Seats in a room.
    pub guests: usize,
    /// Codes that one address may get wrong in a minute; its network three times as many, its site nine times.
    pub look_ups_per_minute: u32,
    /// Messages that one guest may send in a second; more have to wait.
    pub messages_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 50_000,
            connections_per_address: 500,
            rooms: 10_000,
            memory: 512,
            guests: MAX_GUESTS,
            look_ups_per_minute: LOOK_UPS_PER_MINUTE,
            // A guest that takes 200 MB/s acknowledges 6,000 times.
            messages_per_second: 20_000,
        }
    }
}

impl Limits {
    pub(crate) fn rooms_per_address(&self) -> usize {
        self.connections_per_address.min(self.rooms)
    }
}

/// How long at most, in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// How long a session lives.
    pub session: u64,
    /// How long a new connection may take for TLS, for its request, and for its first message: each.
    pub hello: u64,
    /// After how much silence a connection is asked whether it still stands.
    pub ping: u64,
    /// How long it may take to answer.
    pub pong: u64,
    /// How long a stop may take until every connection is told.
    pub stop: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { session: SESSION_LIFETIME.as_secs(), hello: 10, ping: 30, pong: 15, stop: 5 }
    }
}
