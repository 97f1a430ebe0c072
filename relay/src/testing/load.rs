//! Load for a relay in another process: fan-out, idle sessions, echo.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _, future::join_all};
use jumpseat_wire::{
    FrameHeader, FrameKind, SessionId, Slot,
    control::{GuestToRelay, HostToRelay},
    limits::{ACK_EVERY, ACK_EVERY_BYTES},
};
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{End, Host, frame};

/// What a fan-out came to.
#[derive(Clone, Copy, Debug)]
pub struct FanOut {
    /// From the first frame sent to the last one received.
    pub took: Duration,
    /// Frames received, by all guests together.
    pub delivered: u64,
    /// Frames skipped, by all guests together.
    pub skipped: u64,
}

/// Sends `frames` frames of `len` bytes to `guests` guests. The host keeps at most `ahead` bytes beyond the
/// slowest guest, so that the relay's work is measured and not how it skips.
pub async fn fan_out(relay: SocketAddr, guests: Slot, frames: u64, len: usize, ahead: usize) -> FanOut {
    let mut host = Host::open(relay, SessionId([1; 16])).await;
    let mut takers = JoinSet::new();
    let (progress, watch) = (0..guests).map(|_| watch::channel(0u64)).collect::<(Vec<_>, Vec<_>)>();
    for (slot, progress) in (1..=guests).zip(progress) {
        let guest = host.seat(relay, slot).await;
        takers.spawn(take(guest, frames, progress));
    }
    let (mut sender, mut receiver) = host.end.socket.split();
    let drain = tokio::spawn(async move { while let Some(Ok(_)) = receiver.next().await {} });
    let start = Instant::now();
    let window = (ahead / len).max(1) as u64;
    for seq in 0..frames {
        for mut taken in watch.clone() {
            let _ = taken.wait_for(|taken| seq < taken + window).await;
        }
        sender.feed(Message::Binary(frame(FrameKind::Group, 0, seq, len))).await.expect("the relay reads");
        if seq % 4 == 3 || seq + 1 == frames {
            sender.flush().await.expect("the relay reads");
        }
    }
    let (mut delivered, mut took) = (0, Duration::ZERO);
    while let Some(taken) = takers.join_next().await {
        let (count, at) = taken.expect("a guest does not panic");
        delivered += count;
        took = took.max(at - start);
    }
    drain.abort();
    FanOut { took, delivered, skipped: frames * u64::from(guests) - delivered }
}

/// Takes and acknowledges group frames until the last has come; gives how many came, and when.
///
/// It acknowledges as a good guest does: at [`ACK_EVERY_BYTES`] once nothing more waits to be read, at a
/// multiple of it in any case, and after [`ACK_EVERY`].
async fn take(mut guest: End, frames: u64, progress: watch::Sender<u64>) -> (u64, Instant) {
    let (mut count, mut next, mut owed) = (0, 0, 0);
    while next < frames {
        let waiting = guest.socket.next().now_or_never();
        let message = match waiting {
            Some(message) => message,
            None => {
                if owed >= ACK_EVERY_BYTES {
                    acknowledge(&mut guest, next, &progress).await;
                    owed = 0;
                }
                match timeout(ACK_EVERY, guest.socket.next()).await {
                    Ok(message) => message,
                    Err(_) if owed > 0 => {
                        acknowledge(&mut guest, next, &progress).await;
                        owed = 0;
                        continue;
                    }
                    Err(_) => continue,
                }
            }
        };
        match message.expect("the relay does not close").expect("the relay does not fail") {
            Message::Binary(bytes) => {
                let (header, _) = FrameHeader::decode(&bytes).expect("a sound frame");
                next = header.seq + 1;
                count += 1;
                owed += bytes.len();
            }
            Message::Close(close) => panic!("closed: {close:?}"),
            _ => {}
        }
        if owed >= 8 * ACK_EVERY_BYTES {
            acknowledge(&mut guest, next, &progress).await;
            owed = 0;
        }
    }
    acknowledge(&mut guest, next, &progress).await;
    (count, Instant::now())
}

async fn acknowledge(guest: &mut End, group: u64, progress: &watch::Sender<u64>) {
    guest.say(&GuestToRelay::Ack { group, pair: 0 }).await;
    progress.send_replace(group);
}

/// Opens sessions with so many guests each, numbered from `first` on, and keeps them.
pub async fn idle(relay: SocketAddr, sessions: u32, guests: Slot, first: u32) -> Vec<(Host, Vec<End>)> {
    let mut all = Vec::new();
    for session in 0..sessions {
        let mut sid = [0; 16];
        sid[..4].copy_from_slice(&(first + session).to_be_bytes());
        let mut host = Host::open(relay, SessionId(sid)).await;
        let mut seated = Vec::new();
        for slot in 1..=guests {
            seated.push(host.seat(relay, slot).await);
        }
        all.push((host, seated));
    }
    all
}

/// Round trips of a keystroke: guest to host, and what the host prints back to all its guests. Gives the
/// time of each, sorted.
pub async fn echo(relay: SocketAddr, guests: Slot, rounds: u64) -> Vec<Duration> {
    let mut host = Host::open(relay, SessionId([2; 16])).await;
    let mut typist = host.seat(relay, 1).await;
    let mut others = Vec::new();
    for slot in 2..=guests {
        others.push(tokio::spawn(take(host.seat(relay, slot).await, rounds, Default::default())));
    }
    let printer = tokio::spawn(async move {
        let mut seq = 0;
        while seq < rounds {
            let header = host.end.next_frame().await;
            host.end.group(seq, 300).await;
            host.end.say(&HostToRelay::Ack { slot: 1, pair: header.seq + 1 }).await;
            seq += 1;
        }
        host
    });
    let mut times = Vec::new();
    for seq in 0..rounds {
        let start = Instant::now();
        typist.frame(frame(FrameKind::ToHost, 1, seq, 160)).await;
        typist.next_frame().await;
        times.push(start.elapsed());
        typist.say(&GuestToRelay::Ack { group: seq + 1, pair: 0 }).await;
    }
    let mut host = printer.await.expect("the host does not panic");
    join_all(others).await;
    host.end.say(&HostToRelay::End).await;
    host.end.closed().await;
    times.sort();
    times
}
