//! The relay: it forwards ciphertext between a host and its guests, and cannot read any of it.
//!
//! ```text
//!            ┌ connection (task) ┐        ┌ room (state machine) ┐       ┌ connection (task) ┐
//!  host ═════╡ socket ── role ───┼────────┤ ring · seats · knocks ├──────┼─── role ── socket ╞═════ guest
//!            └───────────────────┘        └───────────────────────┘      └───────────────────┘
//! ```
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use jumpseat_relay::{Config, Relay};
//!
//! let relay = Relay::bind(Config::embedded("127.0.0.1:0".parse()?)).await?.spawn()?;
//! println!("ws://{}{}", relay.address(), jumpseat_relay::SESSION_PATH);
//! relay.stop().await;
//! # Ok(())
//! # }
//! ```

mod admission;
mod budget;
mod cluster;
mod config;
mod connection;
mod connection_limit;
mod counters;
mod http;
mod link;
mod malloc_trim;
mod packet;
mod proxies;
mod proxy_protocol;
mod room;
mod rooms;
mod server;
mod socket;
mod state;
mod stream;
#[cfg(feature = "testing")]
pub mod testing;

pub use self::{
    cluster::{ClaimError, Cluster, MemoryCluster},
    config::{Config, ConfigError, Layers, Limits, Timeouts, TlsFiles},
    counters::{Counter, Counters},
    http::SESSION_PATH,
    proxies::Proxies,
    server::{Relay, RelayError, RunningRelay},
    stream::TlsError,
};
