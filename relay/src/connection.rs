//! One connection from its first message to its last: a single task that reads, writes and keeps time.

mod hello;
mod proof;
mod receive;
mod role;

use std::{
    future::{Future, poll_fn},
    ops::ControlFlow,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use jumpseat_wire::CloseCode;
use tokio::time::{Instant as Clock, Sleep, sleep_until, timeout};

use self::role::Role;
use crate::{
    admission::Source,
    connection_limit::Ticket,
    link::Link,
    packet,
    socket::{Lost, Socket},
    state::Shared,
    stream::Stream,
};

/// How long a connection that is told why it ends may take to hear it.
const FAREWELL: Duration = Duration::from_secs(2);

/// The same with last words: a slow line takes its time for them.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Reads in a row before others have their turn: what comes in one turn goes out in one write.
const READS: usize = 4;

/// How a connection ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    /// The other end is gone.
    Gone,
    /// The relay closes it.
    Close(CloseCode),
}

/// Serves a WebSocket until it ends.
pub(crate) async fn serve(
    shared: &Shared,
    stream: Stream,
    unread: Vec<u8>,
    source: Source,
    link: Arc<Link>,
    ticket: &mut Ticket,
) {
    let mut socket = Socket::new(stream, unread, shared.rooms.connect(source));
    let ending = match greet(shared, &mut socket, &link, source, ticket).await {
        Ok(mut role) => {
            let ending = drive(shared, &mut socket, &link, &mut role, ticket).await;
            role.leave(shared, &link, now()).await;
            ending
        }
        Err(ending) => ending,
    };
    if let Ending::Close(code) = ending {
        tracing::debug!(code = code as u16, reason = code.reason(), "connection closed");
        // One that does not listen is cut off.
        let limit = if link.parting().is_empty() { FAREWELL } else { LAST_WORDS };
        let _ = timeout(limit, socket.close(link.parting(), code)).await;
    }
}

/// Time as the runtime has it, so that tests can turn it.
fn now() -> Instant {
    Clock::now().into_std()
}

async fn greet(
    shared: &Shared,
    socket: &mut Socket,
    link: &Arc<Link>,
    source: Source,
    ticket: &mut Ticket,
) -> Result<Role, Ending> {
    let first = async {
        let limit = Duration::from_secs(shared.config.timeouts.hello);
        let role = async {
            let text = receive::receive_text(socket).await?;
            hello::accept(shared, socket, link, source, ticket, text).await
        };
        timeout(limit, role).await.unwrap_or(Err(Ending::Close(CloseCode::BadMessage)))
    };
    tokio::select! {
        role = first => role,
        () = shared.stop.cancelled() => Err(Ending::Close(CloseCode::ShuttingDown)),
        code = link.closed() => Err(Ending::Close(code)),
    }
}

async fn drive(
    shared: &Shared,
    socket: &mut Socket,
    link: &Arc<Link>,
    role: &mut Role,
    ticket: &mut Ticket,
) -> Ending {
    let mut stop = pin!(shared.stop.cancelled());
    let mut pulse = Pulse::new(shared, now());
    let mut timer = pin!(sleep_until(Clock::from_std(pulse.due())));
    poll_fn(|cx| {
        if stop.as_mut().poll(cx).is_ready() && !link.leaves() {
            return Poll::Ready(Ending::Close(CloseCode::ShuttingDown));
        }
        link.listen(cx.waker());
        if !ticket.is_known() && role.has_seat(link) {
            ticket.make_known();
        }
        turn(cx, socket, link, role, &mut pulse, timer.as_mut())
    })
    .await
}

/// Reads what there is, writes what may be written, and sees to it that the task wakes in time.
fn turn(
    cx: &mut Context<'_>,
    socket: &mut Socket,
    link: &Arc<Link>,
    role: &mut Role,
    pulse: &mut Pulse,
    timer: Pin<&mut Sleep>,
) -> Poll<Ending> {
    let now = now();
    let mut due = None;
    role.begin(now);
    let read = read(cx, socket, link, role, pulse, now, &mut due);
    match role.settle(now) {
        Some(at) if at <= now => cx.waker().wake_by_ref(),
        later => due = earlier(due, later),
    }
    if let Err(ending) = read {
        return Poll::Ready(ending);
    }
    if let Some(code) = link.verdict() {
        return Poll::Ready(Ending::Close(code));
    }
    match pulse.check(now) {
        Beat::Fine => {}
        Beat::Ask => socket.out.push_back(packet::PING),
        Beat::Lost => return Poll::Ready(Ending::Gone),
    }
    loop {
        match socket.poll_write(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(_)) => return Poll::Ready(Ending::Gone),
            Poll::Pending => {
                due = earlier(due, role.watch(link, now));
                break;
            }
        }
        let next = role.fetch(link, now, &mut socket.out);
        if socket.out.is_empty() {
            due = earlier(due, next);
            break;
        }
    }
    // A verdict may have come of it.
    if let Some(code) = link.verdict() {
        return Poll::Ready(Ending::Close(code));
    }
    wake_at(cx, timer, earlier(due, Some(pulse.due())));
    Poll::Pending
}

fn read(
    cx: &mut Context<'_>,
    socket: &mut Socket,
    link: &Arc<Link>,
    role: &mut Role,
    pulse: &mut Pulse,
    now: Instant,
    due: &mut Option<Instant>,
) -> Result<(), Ending> {
    for _ in 0..READS {
        if let Err(later) = role.wants_input(link, now) {
            // Silence that the relay asked for says nothing.
            pulse.heard(now);
            *due = earlier(*due, later);
            return Ok(());
        }
        let mut fault = None;
        let read = socket.poll_read(cx, &mut |incoming| match role.take(link, incoming, now) {
            Ok(()) => ControlFlow::Continue(()),
            Err(code) => {
                fault = Some(code);
                ControlFlow::Break(())
            }
        });
        match read {
            Poll::Pending => return Ok(()),
            Poll::Ready(Err(Lost::Gone)) => return Err(Ending::Gone),
            Poll::Ready(Err(Lost::Broken(code))) => return Err(Ending::Close(code)),
            Poll::Ready(Ok(())) => pulse.heard(now),
        }
        if let Some(code) = fault {
            return Err(Ending::Close(code));
        }
    }
    // There may be more, but others come first.
    cx.waker().wake_by_ref();
    Ok(())
}

fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    a.into_iter().chain(b).min()
}

/// Sets the timer, unless it fires before that anyway.
fn wake_at(cx: &mut Context<'_>, mut timer: Pin<&mut Sleep>, due: Option<Instant>) {
    let Some(due) = due.map(Clock::from_std) else { return };
    if timer.is_elapsed() || due < timer.deadline() {
        timer.as_mut().reset(due);
    }
    if timer.poll(cx).is_ready() {
        cx.waker().wake_by_ref();
    }
}

/// Whether the other end still stands.
struct Pulse {
    ping: Duration,
    pong: Duration,
    heard: Instant,
    asked: bool,
}

enum Beat {
    Fine,
    Ask,
    Lost,
}

impl Pulse {
    fn new(shared: &Shared, now: Instant) -> Self {
        let timeouts = &shared.config.timeouts;
        let [ping, pong] = [timeouts.ping, timeouts.pong].map(Duration::from_secs);
        Self { ping, pong, heard: now, asked: false }
    }

    fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.asked = false;
    }

    fn due(&self) -> Instant {
        self.heard + self.ping + if self.asked { self.pong } else { Duration::ZERO }
    }

    fn check(&mut self, now: Instant) -> Beat {
        match (now >= self.due(), self.asked) {
            (false, _) => Beat::Fine,
            (true, true) => Beat::Lost,
            (true, false) => {
                self.asked = true;
                Beat::Ask
            }
        }
    }
}
