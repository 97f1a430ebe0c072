//! The relay over real sockets.

mod hostile;
mod limits;
mod logs;
mod opening;
mod session;
mod slow;
mod stop;
mod web;

use jumpseat_relay::{Config, Relay, RunningRelay, testing::Session};

const SESSION: Session = Session(9);

/// A relay on a free port of loopback.
async fn relay() -> RunningRelay {
    relay_with(|_| {}).await
}

async fn relay_with(change: impl FnOnce(&mut Config)) -> RunningRelay {
    let mut config = Config::embedded(([127, 0, 0, 1], 0).into());
    change(&mut config);
    Relay::bind(config).await.expect("loopback has a free port").spawn().expect("it has an address")
}
