//! A seat at somebody else's session: the guest machine, its line to the relay, and its client.
//!
//! One loop takes one happening at a time. What it may wait for (room at the client, the line while the client keeps up) is
//! decided anew before each wait, so nothing that a happening changes is forgotten ([`Awake`] checks it).

mod keys;
mod said;
mod waiting;

use std::{
    future::{pending, poll_fn},
    task::Poll,
    time::Duration,
};

use jumpseat_session::{
    EndReason, Entropy, GuestCard, GuestKey, Millis, SessionError,
    guest::{self as machine, Guest, GuestConfig, GuestOutput, Sight},
};
use jumpseat_wire::{CloseCode, InviteCode};
use tokio::{sync::mpsc, time::Instant};
use tracing::debug;

use self::{keys::Keys, waiting::Waiting};
use crate::{
    api::{
        Connection, Failure, FailureKind, GuestClient, GuestCommand, GuestEvent, Reply, Secret, Size,
        TerminalChange,
    },
    awake::Awake,
    client::{COMMANDS, Request},
    panels::followed::{Fetch, Followed},
    picture, refusal,
    transport::{Address, Dialer, Line, LineEvent, TransportSetup},
};

/// Events that wait for the client before the line is no longer read.
const MAX_WAITING: usize = 256;

/// What a guest needs to get in.
#[derive(Clone, Debug)]
pub struct GuestSetup {
    /// The relay's address.
    pub relay: String,
    /// Where the session is found there.
    pub code: InviteCode,
    /// `jst1_…`.
    pub token: Secret,
    /// The name to be shown under.
    pub name: String,
    /// What it joins with: a program and its version.
    pub program: String,
    /// What shows the host that it is the same guest as before: 32 random bytes of its own, kept for one seat.
    pub key: Option<GuestKey>,
    /// Whether the timing of keys is hidden from the relay, at up to 20 ms a key.
    pub key_timing: bool,
    /// Bytes of terminal changes that may be under way to the client before it gives credit.
    pub window: u32,
    /// How the relay is reached.
    pub transport: TransportSetup,
}

/// One seat. [`run`](Self::run) it on a runtime of your own.
pub struct GuestEngine {
    guest: Guest,
    panels: Followed,
    line: Line,
    began: Instant,
    has_sat: bool,
    /// What the relay said when it took the seat away.
    refusal: Option<Failure>,
    /// The line is closed for good.
    closed: bool,
    /// Nobody holds the client any more.
    abandoned: bool,
    keys: Keys<Sight>,
    /// Bytes of changes that the client still takes; below nothing after a large one.
    window: i64,
    waiting: Waiting,
    events: mpsc::Sender<GuestEvent>,
    commands: mpsc::Receiver<Request<GuestCommand>>,
}

/// What the engine waits for.
enum Happening {
    Command(Option<Request<GuestCommand>>),
    Told,
    FaceGone,
    Line(LineEvent),
    Time,
}

impl GuestEngine {
    /// A seat that is not taken yet, and its client.
    ///
    /// # Errors
    /// An address, token or CA file that cannot be used.
    pub fn new(setup: GuestSetup) -> Result<(Self, GuestClient), Failure> {
        let token = setup.token.reveal().parse().map_err(|error: SessionError| {
            Failure::new(FailureKind::Invite, error.to_string())
                .hint("copy the whole token: jst1_ and 64 signs")
        })?;
        let card = GuestCard { name: setup.name, program: setup.program };
        let config =
            GuestConfig { code: setup.code, token, card, key: setup.key, key_timing: setup.key_timing };
        let (command_sender, commands) = mpsc::channel(COMMANDS);
        let (events, event_receiver) = mpsc::channel(MAX_WAITING);
        let engine = Self {
            panels: Followed::default(),
            guest: Guest::new(config, Entropy::system(), Millis(0)),
            line: Line::new(Dialer::new(Address::parse(&setup.relay)?, setup.transport)),
            began: Instant::now(),
            has_sat: false,
            refusal: None,
            closed: false,
            abandoned: false,
            keys: Keys::new(),
            window: i64::from(setup.window),
            waiting: Waiting::default(),
            events,
            commands,
        };
        Ok((engine, GuestClient { commands: command_sender, events: event_receiver }))
    }

    /// Runs until it is over, or nobody holds the client any more.
    pub async fn run(mut self) {
        let awake = Awake::default();
        loop {
            self.act();
            if self.closed && self.waiting.is_empty() {
                return;
            }
            match awake.watch(self.happening()).await {
                Happening::Command(Some(request)) => self.command(request),
                Happening::Command(None) | Happening::FaceGone => self.abandoned(),
                Happening::Told => {}
                Happening::Line(event) => self.line_event(event),
                Happening::Time => self.tick(),
            }
        }
    }

    async fn happening(&mut self) -> Happening {
        // What comes when it is over, or when nobody looks any more, fills nothing.
        let over = self.abandoned || self.guest.is_ended();
        let readable = over || (self.window > 0 && self.waiting.len() < MAX_WAITING);
        let wake_at = self.wake_at();
        let Self { commands, events, waiting, line, closed, abandoned, .. } = self;
        tokio::select! {
            biased;
            request = commands.recv(), if !*abandoned => Happening::Command(request),
            permit = room(events, waiting.next_is_large()), if !waiting.is_empty() => match permit {
                Some(permit) => {
                    if let Some(event) = waiting.pop() {
                        permit.send(event);
                    }
                    Happening::Told
                }
                None => Happening::FaceGone,
            },
            event = poll_fn(|cx| {
                if readable {
                    return line.poll(cx);
                }
                // The client is behind: keys still leave, nothing comes in.
                line.flush(cx);
                Poll::Pending
            }), if !*closed => Happening::Line(event),
            () = wait_until(wake_at) => Happening::Time,
        }
    }

    /// Nobody listens any more: the person is gone.
    fn abandoned(&mut self) {
        self.abandoned = true;
        self.commands.close();
        self.waiting.clear();
        self.guest.leave(self.now());
    }

    fn now(&self) -> Millis {
        Millis(self.began.elapsed().as_millis() as u64)
    }

    fn wake_at(&self) -> Option<Instant> {
        let machine = self.guest.deadline(self.now()).map(|at| self.began + Duration::from_millis(at.0));
        machine.into_iter().chain(self.keys.flush_at()).min()
    }

    fn tick(&mut self) {
        let now = self.now();
        self.guest.tick(now);
        for (stream, typed_at, bytes) in self.keys.flush() {
            // A seat that is gone takes no keys; its client was told.
            let _ = self.guest.late_input(now, stream, typed_at, &bytes);
        }
    }

    fn line_event(&mut self, event: LineEvent) {
        let now = self.now();
        let result = match event {
            LineEvent::Up => {
                self.guest.connected(now);
                Ok(())
            }
            LineEvent::Text(text) => self.guest.relay_text(now, &text),
            LineEvent::Frame(frame) => self.guest.relay_frame(now, &frame),
            LineEvent::Down { code, failure, retry_in } => {
                self.down(code, failure, retry_in);
                Ok(())
            }
            LineEvent::Closed => {
                self.closed = true;
                Ok(())
            }
        };
        if let Err(error) = result {
            debug!(%error, "the relay broke the protocol");
            let failure = Failure::new(FailureKind::Protocol, "the relay broke the protocol");
            if let LineEvent::Down { code, failure, retry_in } = self.line.drop_connection(failure) {
                self.down(code, failure, retry_in);
            }
        }
    }

    fn down(&mut self, code: Option<CloseCode>, failure: Failure, retry_in: Duration) {
        self.guest.disconnected(self.now(), code);
        if let Some(pause) = self.guest.comes_again_in() {
            self.line.rest(pause);
            let retry_in = pause.as_millis() as u64;
            let away = Connection::Away { retry_in, reason: "the host is busy".to_owned() };
            return self.waiting.push(GuestEvent::Connection(away));
        }
        if !self.has_sat && code.is_none() {
            // Who has no seat to lose wants to know at once.
            self.give_up(failure);
        } else if self.guest.wants_connection() {
            let retry_in = retry_in.as_millis() as u64;
            let away = Connection::Away { retry_in, reason: failure.message };
            self.waiting.push(GuestEvent::Connection(away));
        } else {
            self.refusal = code.map(refusal::of_guest);
        }
    }

    fn give_up(&mut self, failure: Failure) {
        self.guest.leave(self.now());
        while let Some(output) = self.guest.poll() {
            if output == GuestOutput::Close {
                self.close();
            }
        }
        self.waiting.push(GuestEvent::Failed(failure));
    }

    fn close(&mut self) {
        self.line.close();
        // A line that does not stand is closed at once, and says nothing of it.
        self.closed = !self.line.is_up();
    }

    /// Does what the machine wants done.
    fn act(&mut self) {
        while let Some(output) = self.guest.poll() {
            match output {
                GuestOutput::Text(text) => self.line.send_text(text),
                GuestOutput::Frame(frame) => self.line.send_frame(frame),
                GuestOutput::Close => self.close(),
                GuestOutput::Terminal { stream, change } => self.terminal(stream, change),
                GuestOutput::Panel { panel, change } => {
                    self.waiting.extend(self.panels.change(panel, change))
                }
                GuestOutput::Content { fetch, change } => {
                    let now = self.now();
                    let told = self.panels.content(&mut self.guest, now, fetch, change);
                    self.waiting.extend(told);
                }
                GuestOutput::Event(event) => self.event(event),
            }
        }
    }

    fn terminal(&mut self, stream: u8, change: machine::TerminalChange) {
        let change = match change {
            machine::TerminalChange::Output(bytes) => TerminalChange::Output(bytes),
            machine::TerminalChange::Resize { cols, rows } => TerminalChange::Resize(Size { cols, rows }),
            machine::TerminalChange::Snapshot { scope, data } => match picture::unpack(&data) {
                Ok(data) => {
                    let scrollback = scope == jumpseat_session::Scope::Full;
                    TerminalChange::Snapshot { data, scrollback }
                }
                Err(failure) => return debug!(%failure, "a picture was left out"),
            },
        };
        if let TerminalChange::Resize(size) = change
            && self.waiting.absorbs_size(stream, size)
        {
            return;
        }
        self.window -= i64::from(change.weight());
        self.waiting.push(GuestEvent::Terminal { stream, change });
    }

    fn event(&mut self, event: machine::GuestEvent) {
        self.has_sat |= matches!(event, machine::GuestEvent::Joined { .. });
        if let machine::GuestEvent::Ended { reason, by_host } = event {
            let failure = self.refusal.take().filter(|_| reason == EndReason::RelayRefused);
            self.waiting.push(GuestEvent::Ended { reason, by_host, failure });
        } else if let machine::GuestEvent::Panels { panels } = event {
            self.waiting.push(self.panels.shared(&panels));
        } else {
            self.waiting.extend(said::event(event));
        }
    }

    fn command(&mut self, request: Request<GuestCommand>) {
        let now = self.now();
        let guest = &mut self.guest;
        let result = match request.command {
            // Answered when it is here.
            GuestCommand::Fetch { panel, reference, tag } => {
                return self.panels.fetch(guest, now, Fetch::new(panel, reference, tag, request.answer));
            }
            GuestCommand::CancelFetch { tag } => {
                self.panels.cancel(guest, now, tag);
                Ok(())
            }
            GuestCommand::ShowPanels => {
                self.waiting.extend(self.panels.all());
                Ok(())
            }
            GuestCommand::Input { stream, bytes } => {
                let (typed_at, keys) = self.keys.press(stream, guest.sees(now, stream), &bytes);
                if keys.is_empty() { Ok(()) } else { guest.late_input(now, stream, typed_at, &keys) }
            }
            GuestCommand::Credit { bytes } => {
                self.window += i64::from(bytes);
                Ok(())
            }
            GuestCommand::AskControl => guest.ask_control(now),
            GuestCommand::Chat { text } => guest.chat(now, &text),
            GuestCommand::Point { at } => guest.point(now, at.map(said::pointing)),
            GuestCommand::SetRole { slot, role } => guest.set_role(now, slot, role),
            GuestCommand::Remove { slot } => guest.remove(now, slot),
            GuestCommand::CreateInvite { role, max_uses, admission } => {
                guest.invite(now, role, max_uses, admission)
            }
            GuestCommand::Leave => {
                guest.leave(now);
                Ok(())
            }
        };
        let answer = result.map(|()| Reply::Done).map_err(Failure::from);
        // Who asked may not care for the answer.
        let _ = request.answer.send(answer);
    }
}

/// Room for an event in the queue to the client, for a large one once it is empty; nothing if the client is gone.
async fn room(events: &mpsc::Sender<GuestEvent>, large: bool) -> Option<mpsc::Permit<'_, GuestEvent>> {
    if large {
        return events.reserve_many(events.max_capacity()).await.ok()?.next();
    }
    events.reserve().await.ok()
}

async fn wait_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => pending().await,
    }
}
