//! Guests that read little, or nothing, or are not there any more.

use jumpseat_relay::testing::{End, Host, frame};
use jumpseat_wire::{
    FrameKind,
    control::{GuestToRelay, RelayToHost},
    limits::MAX_FRAME_LEN,
};
use tokio::time::{Duration, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::{SESSION, relay, relay_with};

/// Takes and acknowledges until this frame came; says how many came.
async fn take_until(guest: &mut End, last: u64) -> u64 {
    let mut count = 0;
    loop {
        let seq = guest.next_frame().await.seq;
        guest.say(&GuestToRelay::Ack { group: seq + 1, pair: 0 }).await;
        count += 1;
        if seq == last {
            return count;
        }
    }
}

fn resident_kib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find(|line| line.starts_with("VmRSS"))?.split_whitespace().nth(1)?.parse().ok()
}

/// JS-RELAY-18, JS-RELAY-20, JS-RELAY-23.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_that_never_reads_costs_nobody_anything() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let _never_reads = host.seat(relay.address(), 1).await;
    let mut reader = host.seat(relay.address(), 2).await;
    let before = resident_kib();
    let frames = 128 * 1024 * 1024 / MAX_FRAME_LEN as u64;
    let reading = tokio::spawn(async move { take_until(&mut reader, frames - 1).await });
    for seq in 0..frames {
        host.end.group(seq, MAX_FRAME_LEN).await;
    }
    // The relay acknowledges the last: the host was never held up.
    while host.end.message::<RelayToHost>().await != (RelayToHost::Ack { group: frames }) {}
    assert!(reading.await.unwrap() > 0, "the reader has the newest");
    assert!(relay.counters().skips_by_bytes.value() > 0, "the other was skipped");
    if let (Some(before), Some(after)) = (before, resident_kib()) {
        assert!(after < before + 24 * 1024, "{before} KiB, then {after} KiB");
    }
}

/// JS-RELAY-27.
#[tokio::test]
async fn half_open_connections_are_found() {
    let relay = relay_with(|config| (config.timeouts.ping, config.timeouts.pong) = (1, 1)).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    // It is there, and does not answer: nobody polls it.
    let _silent = host.seat(relay.address(), 1).await;
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::Present { slot: 1, pair: 0 });
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::Absent { slot: 1 });
}

/// JS-RELAY-27.
#[tokio::test]
async fn connections_that_answer_stay() {
    let relay = relay_with(|config| (config.timeouts.ping, config.timeouts.pong) = (1, 1)).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    let mut pings = 0;
    let answering = async {
        while pings < 3 {
            use futures_util::StreamExt as _;
            let message = guest.socket.next().await.unwrap().unwrap();
            pings += u32::from(matches!(message, Message::Ping(_)));
        }
    };
    tokio::select! {
        () = answering => {}
        closed = host.end.closed() => panic!("{closed:?}"),
    }
}

#[tokio::test]
async fn one_that_pings_and_never_reads_is_not_read_from() {
    use futures_util::SinkExt as _;
    let relay = relay_with(|config| (config.timeouts.ping, config.timeouts.pong) = (1, 1)).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::Present { slot: 1, pair: 0 });
    let before = resident_kib();
    let flooding = async {
        // Until its own buffers and the relay's are full, or the relay has enough.
        while guest.socket.send(Message::Ping(vec![0; 125].into())).await.is_ok() {}
        std::future::pending::<()>().await
    };
    tokio::select! {
        () = flooding => {}
        absent = host.end.message::<RelayToHost>() => assert_eq!(absent, RelayToHost::Absent { slot: 1 }),
    }
    if let (Some(before), Some(after)) = (before, resident_kib()) {
        assert!(after < before + 8 * 1024, "{before} KiB, then {after} KiB");
    }
}

#[tokio::test]
async fn one_that_pings_and_reads_late_is_heard_again() {
    use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
    // Without a pulse that would set things going again.
    let relay = relay_with(|config| config.timeouts.ping = 3600).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let (mut sink, mut stream) = host.seat(relay.address(), 1).await.socket.split();
    // Until its own buffers and the relay's are full, however often the relay has its turn.
    let mut stuck = 0;
    while stuck < 1000 {
        match sink.send(Message::Ping(vec![0; 125].into())).now_or_never() {
            Some(sent) => {
                sent.unwrap();
                stuck = 0;
            }
            None => {
                stuck += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    let reading = async { while let Some(Ok(_)) = stream.next().await {} };
    let heard = async {
        sink.send(Message::Binary(frame(FrameKind::ToHost, 1, 0, 160))).await.unwrap();
        host.end.next_frame().await
    };
    let heard = async {
        tokio::select! {
            () = reading => panic!("closed"),
            header = heard => header,
        }
    };
    assert_eq!(timeout(Duration::from_secs(150), heard).await.expect("it is read from again").seq, 0);
}

/// JS-RELAY-17.
#[tokio::test]
async fn input_is_held_back_and_never_dropped() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    let frames = 2000;
    let typing = tokio::spawn(async move {
        for seq in 0..frames {
            guest.frame(frame(FrameKind::ToHost, 1, seq, 8000)).await;
        }
        guest
    });
    // The host begins to read when 16 MB wait somewhere.
    for seq in 0..frames {
        assert_eq!(host.end.next_frame().await.seq, seq);
    }
    typing.await.unwrap();
}
