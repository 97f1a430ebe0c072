//! The relay over real sockets.

mod hostile;
mod limits;
mod logs;
mod session;
mod slow;
mod stop;
mod web;

use jumpseat_relay::{Config, Relay, RunningRelay};
use jumpseat_wire::SessionId;

const SID: SessionId = SessionId([9; 16]);

/// A relay on a free port of loopback.
async fn relay() -> RunningRelay {
    relay_with(|_| {}).await
}

async fn relay_with(change: impl FnOnce(&mut Config)) -> RunningRelay {
    let mut config = Config::embedded(([127, 0, 0, 1], 0).into());
    change(&mut config);
    Relay::bind(config).await.expect("loopback has a free port").spawn().expect("it has an address")
}
