//! A session from its first message to its last, over real sockets.

use jumpseat_relay::{
    Config, Relay, RunningRelay,
    testing::{Host, frame},
};
use jumpseat_wire::{FrameKind, SessionId, control::RelayToHost};

const SID: SessionId = SessionId([9; 16]);

async fn relay() -> RunningRelay {
    relay_with(|_| {}).await
}

async fn relay_with(change: impl FnOnce(&mut Config)) -> RunningRelay {
    let mut config = Config::embedded(([127, 0, 0, 1], 0).into());
    change(&mut config);
    Relay::bind(config).await.unwrap().spawn().unwrap()
}

#[tokio::test]
async fn a_guest_is_seated_and_hears_everything_from_then_on() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SID).await;
    host.end.group(0, 300).await;
    let mut guest = host.seat(relay.address(), 1).await;
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::Present { slot: 1, pair: 0 });
    host.end.group(1, 300).await;
    host.end.frame(frame(FrameKind::ToGuest, 1, 0, 200)).await;
    host.end.group(2, 40_000 - 8_000).await;
    let mut seqs = Vec::new();
    for _ in 0..3 {
        let header = guest.next_frame().await;
        seqs.push((header.kind, header.seq));
    }
    seqs.sort_by_key(|(kind, seq)| (*kind as u8, *seq));
    assert_eq!(seqs, [(FrameKind::Group, 1), (FrameKind::Group, 2), (FrameKind::ToGuest, 0)]);

    guest.frame(frame(FrameKind::ToHost, 1, 0, 160)).await;
    assert_eq!(host.end.next_frame().await.slot, 1);
    relay.stop().await;
}
