//! Load for a relay in another process: fan-out, idle sessions, echo.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _, future::join_all};
use jumpseat_wire::{
    FrameHeader, FrameKind, Slot,
    control::{GuestToRelay, HostToRelay},
    limits::{ACK_EVERY, ACK_EVERY_BYTES},
};
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{End, Host, Session, frame};

/// How many bytes a host sends beyond what its slowest guest has acknowledged: so few that the relay's work is
/// measured and not how it skips.
const AHEAD: usize = 512 * 1024;

/// What a host sends.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    /// How many frames.
    pub frames: u64,
    /// The whole length of each, in bytes.
    pub len: usize,
}

/// What a stream came to.
#[derive(Clone, Copy, Debug)]
pub struct FanOut {
    /// From the first frame sent to the last one received.
    pub took: Duration,
    /// Frames received, by all guests together.
    pub delivered: u64,
    /// Frames skipped, by all guests together.
    pub skipped: u64,
}

/// A session with its guests, in slots from 1 on.
pub struct Seated {
    host: Host,
    guests: Vec<End>,
}

impl Seated {
    /// Opens a session with so many guests. Each session of a relay needs a number of its own.
    pub async fn open(relay: SocketAddr, number: u32, guests: Slot) -> Self {
        let mut host = Host::open(relay, Session(number)).await;
        let mut seated = Vec::new();
        for slot in 1..=guests {
            seated.push(host.seat(relay, slot).await);
        }
        Self { host, guests: seated }
    }

    /// Sends a stream to all guests until each has acknowledged its end. Once in a session: frames count from 0.
    pub async fn fan_out(&mut self, stream: Stream) -> FanOut {
        let seats = self.guests.len() as u64;
        let mut takers = JoinSet::new();
        let mut progress = Vec::new();
        for guest in self.guests.drain(..) {
            let (taken, watch) = watch::channel(0);
            takers.spawn(take(guest, stream.frames, taken));
            progress.push(watch);
        }
        let start = Instant::now();
        send(&mut self.host.end, stream, &mut progress).await;
        let (mut delivered, mut took) = (0, Duration::ZERO);
        while let Some(taken) = takers.join_next().await {
            let (guest, count, at) = taken.expect("a guest does not panic");
            self.guests.push(guest);
            delivered += count;
            took = took.max(at - start);
        }
        FanOut { took, delivered, skipped: stream.frames * seats - delivered }
    }
}

async fn send(host: &mut End, Stream { frames, len }: Stream, progress: &mut [watch::Receiver<u64>]) {
    let window = (AHEAD / len).max(1) as u64;
    for seq in 0..frames {
        let near = async {
            for taken in &mut *progress {
                // A guest that is gone says so itself.
                let _ = taken.wait_for(|taken| seq < taken + window).await;
            }
        };
        tokio::pin!(near);
        loop {
            tokio::select! {
                biased;
                _ = &mut near => break,
                // What the relay says of the guests is of no use here, but has to be read.
                _ = host.socket.next() => {}
            }
        }
        host.socket
            .feed(Message::Binary(frame(FrameKind::Group, 0, seq, len)))
            .await
            .expect("the relay reads");
        if seq % 4 == 3 || seq + 1 == frames {
            host.socket.flush().await.expect("the relay reads");
        }
    }
}

/// Takes and acknowledges group frames until the last has come; gives how many came, and when that was.
///
/// It acknowledges as a good guest does: at [`ACK_EVERY_BYTES`] once nothing more waits to be read, at a
/// multiple of it in any case, and after [`ACK_EVERY`].
async fn take(mut guest: End, frames: u64, progress: watch::Sender<u64>) -> (End, u64, Instant) {
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
    (guest, count, Instant::now())
}

async fn acknowledge(guest: &mut End, group: u64, progress: &watch::Sender<u64>) {
    guest.say(&GuestToRelay::Ack { group, pair: 0 }).await;
    progress.send_replace(group);
}

/// Round trips of a keystroke: guest to host, and what the host prints back to all its guests. Gives the
/// time of each.
pub async fn echo(relay: SocketAddr, guests: Slot, rounds: u64) -> Vec<Duration> {
    let mut host = Host::open(relay, Session(u32::MAX)).await;
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
    times
}
