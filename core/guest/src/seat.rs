//! The seat itself: what the relay and the client bring, and what comes of it.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use bytes::Bytes;
use jumpseat_api::{
    ApiError, ApiErrorKind, ConnectionState, GuestCommand, GuestEvent, Phase, PointAt, Reply, Scope, Secret,
    Size, TerminalChange, TerminalNo, state::SeatPath,
};
use jumpseat_session::{
    EndReason, Entropy, GuestCard, GuestKey, Millis, Pointing, Scope as Range, SessionError, StreamId,
    guest::{self as machine, Guest, GuestConfig, GuestOutput, Sight},
};
use jumpseat_wire::{CloseCode, InviteCode};
use tracing::debug;

use crate::{
    ClientId, RequestId,
    client::Client,
    dump,
    keys::Keys,
    panels::{Fetch, PanelReplicas},
    refusal,
    screens::Screens,
    snapshot,
    state::{Known, number},
    translate,
    window::Window,
};

/// What a guest needs to get in.
#[derive(Clone, Debug)]
pub struct SeatConfig {
    /// Where the session is found at its relay.
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
    /// Bytes of terminal changes that may be under way to its owner before that gives credit.
    pub window: u32,
    /// Whether its owner is shown the windows that it opens, and no output.
    pub draws: bool,
}

/// What the driver is to do.
#[derive(PartialEq, Debug)]
pub enum SeatOutput {
    /// Send this text to the relay.
    Text(String),
    /// Send these bytes to the relay.
    Frame(Bytes),
    /// Close the connection to the relay, for good.
    Close,
    /// Answer a command.
    Answer {
        /// The request.
        request: RequestId,
        /// The answer.
        answer: Result<Reply, ApiError>,
    },
}

/// One seat.
pub struct Seat {
    guest: Guest,
    panels: PanelReplicas,
    keys: Keys<Sight>,
    has_sat: bool,
    /// What the relay said when it took the seat away.
    refusal: Option<ApiError>,
    /// Its owner is gone.
    abandoned: bool,
    known: Known,
    screens: Screens,
    clients: BTreeMap<ClientId, Client>,
    next_client: u32,
    /// Milliseconds since 1970.
    wall_clock: u64,
    out: VecDeque<SeatOutput>,
}

impl Seat {
    /// A seat that is not taken yet, with [`ClientId::OWNER`], who may do everything and sees the terminals.
    ///
    /// # Errors
    /// A token that cannot be used.
    pub fn new(config: SeatConfig, entropy: Entropy, now: Millis) -> Result<Self, ApiError> {
        let token = config.token.reveal().parse().map_err(|error: SessionError| {
            ApiError::new(ApiErrorKind::Invite, error.to_string())
                .hint("copy the whole token: jst1_ and 64 characters")
        })?;
        let card = GuestCard { name: config.name, program: config.program };
        let SeatConfig { code, key, key_timing, window, draws, .. } = config;
        let mut owner = Client::new(Scope::Everything);
        if draws {
            owner.attach_windows(window);
        } else {
            owner.attach(window);
        }
        let guest = Guest::new(GuestConfig { code, token, card, key, key_timing }, entropy, now);
        Ok(Self {
            guest,
            panels: PanelReplicas::default(),
            keys: Keys::new(),
            has_sat: false,
            refusal: None,
            abandoned: false,
            known: Known::at(code),
            screens: Screens::default(),
            clients: BTreeMap::from([(ClientId::OWNER, owner)]),
            next_client: 1,
            wall_clock: 0,
            out: VecDeque::new(),
        })
    }

    /// What the person's clock shows, in milliseconds since 1970: for what is told with a time.
    pub fn set_wall_clock(&mut self, now: u64) {
        self.wall_clock = now;
    }

    /// What the driver is to do next.
    pub fn poll(&mut self) -> Option<SeatOutput> {
        self.out.pop_front()
    }

    /// When [`Seat::tick`] is due.
    pub fn deadline(&self, now: Millis) -> Option<Millis> {
        self.guest.deadline(now).into_iter().chain(self.keys.flush_at()).min()
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Millis) {
        self.guest.tick(now);
        for (stream, typed_at, bytes) in self.keys.flush(now) {
            // A seat that is gone takes no keys; its client was told.
            let _ = self.guest.late_input(now, stream, typed_at, &bytes);
        }
        self.act(now);
    }

    /// Whether more is to be read of the relay. What comes when it is over, or when nobody looks any more, fills nothing.
    pub fn reads(&self) -> bool {
        let over = self.abandoned || self.guest.is_ended();
        over || self.clients.get(&ClientId::OWNER).is_none_or(Client::keeps_up)
    }

    /// Adds a client. It never slows the owner down.
    pub fn open(&mut self, scope: Scope) -> ClientId {
        let id = ClientId(self.next_client);
        self.next_client += 1;
        self.clients.insert(id, Client::new(scope));
        id
    }

    /// Removes a client other than the owner.
    pub fn close(&mut self, now: Millis, client: ClientId) {
        self.clients.remove(&client);
        self.panels.forget(&mut self.guest, now, client);
        self.act(now);
    }

    /// Whether a client other than the owner is too far behind and has to reconnect.
    pub fn is_lost(&self, client: ClientId) -> bool {
        client != ClientId::OWNER && self.clients.get(&client).is_some_and(Client::is_lost)
    }

    /// The relay is connected.
    pub fn connected(&mut self, now: Millis) {
        self.guest.connected(now);
        self.act(now);
    }

    /// The relay said this.
    ///
    /// # Errors
    /// It broke the protocol: the driver drops the connection and says so by [`Seat::disconnected`].
    pub fn relay_text(&mut self, now: Millis, text: &str) -> Result<(), SessionError> {
        let taken = self.guest.relay_text(now, text);
        self.act(now);
        taken
    }

    /// The relay brought this frame.
    ///
    /// # Errors
    /// As [`Seat::relay_text`].
    pub fn relay_frame(&mut self, now: Millis, frame: &[u8]) -> Result<(), SessionError> {
        let taken = self.guest.relay_frame(now, frame);
        self.act(now);
        taken
    }

    /// The connection is gone, or there was none to be had: the relay's code if it gave one, why, and after which time
    /// the driver tries again. Says after which time it is to try instead, where the host asked for one.
    pub fn disconnected(
        &mut self,
        now: Millis,
        code: Option<CloseCode>,
        failure: ApiError,
        retry_in: Duration,
    ) -> Option<Duration> {
        self.guest.disconnected(now, code);
        let pause = self.guest.comes_again_in();
        if let Some(pause) = pause {
            self.tell_away(pause, "the host is busy".to_owned());
        } else if !self.has_sat && code.is_none() {
            // A guest that has no seat to lose hears of it at once.
            self.give_up(now, failure);
        } else if self.guest.wants_connection() {
            self.tell_away(retry_in, failure.message);
        } else {
            self.refusal = code.map(refusal::of_guest);
        }
        self.act(now);
        pause
    }

    fn tell_away(&mut self, retry_in: Duration, reason: String) {
        let retry_in = retry_in.as_millis() as u64;
        let was_up = self.known.state().connection == ConnectionState::Connected;
        self.known.connection(ConnectionState::Away { retry_in, reason: reason.clone() });
        if was_up {
            self.tell(GuestEvent::Away { retry_in, reason });
        }
    }

    /// Queues an event for every client, after its pending state update.
    fn tell(&mut self, event: GuestEvent) {
        self.spread();
        for client in self.clients.values_mut() {
            tell_news(&self.known, client);
            client.queue.push(event.clone());
        }
    }

    /// Marks the changed places as pending for every client.
    fn spread(&mut self) {
        self.known.tell_offline(self.wall_clock);
        for place in self.known.marks() {
            self.clients.values_mut().for_each(|client| client.news.mark(place));
        }
    }

    fn give_up(&mut self, now: Millis, failure: ApiError) {
        self.guest.leave(now);
        while let Some(output) = self.guest.poll() {
            if output == GuestOutput::Close {
                self.out.push_back(SeatOutput::Close);
            }
        }
        self.fail(failure);
    }

    fn fail(&mut self, failure: ApiError) {
        self.known.phase(Phase::Failed { failure: failure.clone() });
        self.tell(GuestEvent::Failed(failure));
    }

    /// The owner is gone, and the person with it.
    pub fn abandon(&mut self, now: Millis) {
        self.abandoned = true;
        self.clients.remove(&ClientId::OWNER);
        self.panels.forget(&mut self.guest, now, ClientId::OWNER);
        self.guest.leave(now);
        self.act(now);
    }

    /// The next event for a client, which has room for it.
    pub fn next_event(&mut self, client: ClientId) -> Option<GuestEvent> {
        let client = self.clients.get_mut(&client)?;
        let queued = client.queue.pop().or_else(|| news(&self.known, client));
        queued.or_else(|| whole_panel(&self.panels, client)).or_else(|| client.draw(&mut self.screens))
    }

    /// Whether an event waits for a client.
    pub fn has_event(&self, client: ClientId) -> bool {
        let client = self.clients.get(&client);
        client.is_some_and(|client| !client.queue.is_empty() || client.news.is_dirty() || client.draws())
    }

    /// Whether the next event may be large: it is told once the client has taken everything before it.
    pub fn next_is_large(&self, client: ClientId) -> bool {
        self.clients.get(&client).is_some_and(|client| client.queue.next_is_large())
    }

    /// Does what a client asks. It is answered by [`SeatOutput::Answer`], at once or later.
    pub fn command(&mut self, now: Millis, client: ClientId, request: RequestId, command: GuestCommand) {
        let Some(scope) = self.clients.get(&client).map(|client| client.scope) else { return };
        let answer = match scope.allows(command.scope()) {
            Ok(()) => self.perform(now, client, request, command),
            Err(failure) => Some(Err(failure)),
        };
        self.out.extend(answer.map(|answer| SeatOutput::Answer { request, answer }));
        self.act(now);
    }

    /// Nothing for what is answered later.
    fn perform(
        &mut self,
        now: Millis,
        by: ClientId,
        request: RequestId,
        command: GuestCommand,
    ) -> Option<Result<Reply, ApiError>> {
        let Self { guest, panels, known, screens, .. } = self;
        let client = self.clients.get_mut(&by)?;
        let done = match command {
            GuestCommand::Fetch { panel, reference, tag } => {
                panels.fetch(guest, now, Fetch::new(panel, reference, (by, tag), request));
                return None;
            }
            GuestCommand::CancelFetch { tag } => {
                panels.cancel(guest, now, by, tag);
                Ok(())
            }
            GuestCommand::LookAtPanel { panel } => return Some(panels.look(panel).map(Reply::Panel)),
            GuestCommand::State => {
                tell_news(known, client);
                return Some(Ok(Reply::State(client.news.whole(known.value(SeatPath::All, client.scope)))));
            }
            GuestCommand::Attach { window } => {
                client.attach(window);
                show(client, &screens.terminals(), by);
                Ok(())
            }
            GuestCommand::Detach => {
                client.detach();
                Ok(())
            }
            GuestCommand::OpenWindow { terminal, size, history } => {
                if !known.state().terminals.contains_key(&terminal) {
                    return Some(Err(NO_TERMINAL.into()));
                }
                client.open_window(terminal, Window::new(size, history));
                Ok(())
            }
            GuestCommand::CloseWindow { terminal } => {
                client.close_window(terminal);
                show(client, &[terminal], by);
                Ok(())
            }
            GuestCommand::Redraw { terminal } => {
                if !client.redraw(terminal) {
                    show(client, &[terminal], by);
                }
                Ok(())
            }
            GuestCommand::Screen { terminal, format } => {
                let Some(screen) = screens.get(terminal) else { return Some(Err(NO_TERMINAL.into())) };
                return Some(Ok(Reply::Screen { picture: dump::screen(screen, format) }));
            }
            GuestCommand::Lines { terminal, from, to } => {
                let Some(screen) = screens.get(terminal) else { return Some(Err(NO_TERMINAL.into())) };
                return Some(Ok(Reply::Lines { lines: dump::lines(screen, from, to) }));
            }
            GuestCommand::Input { terminal, bytes } => {
                let Some(stream) = stream(terminal) else { return Some(Err(NO_TERMINAL.into())) };
                let (typed_at, keys) = self.keys.press(now, stream, guest.sees(now, stream), &bytes);
                if keys.is_empty() { Ok(()) } else { guest.late_input(now, stream, typed_at, &keys) }
            }
            GuestCommand::Credit { bytes } => {
                if client.credit(bytes) {
                    show(client, &screens.terminals(), by);
                }
                Ok(())
            }
            GuestCommand::AskControl => guest.ask_control(now),
            GuestCommand::Chat { text } => guest.chat(now, &text),
            GuestCommand::Point { at } => match at.map(pointing) {
                Some(None) => Err(NO_TERMINAL),
                at => guest.point(now, at.flatten()),
            },
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
        Some(done.map(|()| Reply::Done).map_err(ApiError::from))
    }

    /// Does what the machine wants done.
    fn act(&mut self, now: Millis) {
        while let Some(output) = self.guest.poll() {
            match output {
                GuestOutput::Text(text) => self.out.push_back(SeatOutput::Text(text)),
                GuestOutput::Frame(frame) => self.out.push_back(SeatOutput::Frame(frame)),
                GuestOutput::Close => self.out.push_back(SeatOutput::Close),
                GuestOutput::Terminal { stream, change } => self.terminal(stream, change),
                GuestOutput::Panel { panel, change } => {
                    if let Some(event) = self.panels.change(panel, change, self.wall_clock) {
                        self.clients.values_mut().for_each(|client| client.queue.push(event.clone()));
                    }
                }
                GuestOutput::Content { transfer: fetch, change } => {
                    let told = self.panels.content(&mut self.guest, now, fetch, change);
                    if let Some((client, event)) = told
                        && let Some(client) = self.clients.get_mut(&client)
                    {
                        client.queue.push(event);
                    }
                }
                GuestOutput::Event(event) => self.event(event),
            }
        }
        let answers = self.panels.answers();
        self.out.extend(answers.map(|(request, answer)| SeatOutput::Answer { request, answer }));
        self.spread();
    }

    fn terminal(&mut self, stream: StreamId, change: machine::TerminalChange) {
        let terminal = number(stream);
        let change = match change {
            machine::TerminalChange::Output(bytes) => TerminalChange::Output(bytes),
            machine::TerminalChange::Resize { cols, rows } => TerminalChange::Resize(Size { cols, rows }),
            machine::TerminalChange::Snapshot { scope, data } => {
                return self.snapshot(terminal, scope == Range::Full, &data);
            }
        };
        match &change {
            TerminalChange::Output(bytes) if self.screens.feed(terminal, bytes) => {
                self.clients.values_mut().for_each(|client| client.ring(terminal));
            }
            TerminalChange::Resize(size) => self.screens.resize(terminal, *size),
            TerminalChange::Output(_) | TerminalChange::Snapshot { .. } => {}
        }
        self.spread();
        // The owner comes last and takes the bytes; other clients get copies.
        for (id, client) in self.clients.iter_mut().rev().filter(|(_, client)| client.is_attached()) {
            if let TerminalChange::Resize(size) = change
                && client.queue.absorbs_size(terminal, size)
            {
                continue;
            }
            tell_news(&self.known, client);
            if *id == ClientId::OWNER {
                client.show(terminal, change, true);
                return;
            }
            client.show(terminal, change.clone(), false);
        }
    }

    /// A snapshot takes the screen's place, and each client is shown it once. One that cannot be read is left out: the next
    /// one replaces it.
    fn snapshot(&mut self, terminal: TerminalNo, scrollback: bool, packed: &[u8]) {
        let unpacked = snapshot::unpack(packed).map_err(|failure| failure.message);
        let restored = unpacked.and_then(|data| {
            self.screens.restore(terminal, data, scrollback).map_err(|error| error.to_string())
        });
        if let Err(failure) = restored {
            return debug!(%failure, "a snapshot was left out");
        }
        self.spread();
        for (id, client) in self.clients.iter_mut().filter(|(_, client)| client.is_attached()) {
            tell_news(&self.known, client);
            client.show_whole(terminal, *id == ClientId::OWNER);
        }
    }

    fn event(&mut self, event: machine::GuestEvent) {
        self.has_sat |= matches!(event, machine::GuestEvent::Joined { .. });
        self.known.take(&event);
        if let machine::GuestEvent::Terminals { .. } = event {
            self.screens.keep(&self.known.state().terminals);
            let shared = &self.known.state().terminals;
            self.clients.values_mut().for_each(|client| client.keep_windows(shared));
        }
        if let machine::GuestEvent::Ended { reason, by_host } = event {
            let failure = self.refusal.take().filter(|_| reason == EndReason::RelayRefused);
            self.tell(GuestEvent::Ended { reason, by_host, failure });
        } else if let machine::GuestEvent::Panels { panels } = event {
            let shared = self.panels.shared(&panels);
            self.clients.values_mut().for_each(|client| client.queue.keep_panels(&shared));
            self.known.panels(shared);
        } else {
            match translate::event(event) {
                Some(GuestEvent::Failed(failure)) => self.fail(failure),
                Some(event) => self.tell(event),
                None => {}
            }
        }
    }
}

/// The pending state update of a client.
fn news(known: &Known, client: &mut Client) -> Option<GuestEvent> {
    let scope = client.scope;
    client.news.update(|place| known.value(place, scope)).map(GuestEvent::State)
}

fn tell_news(known: &Known, client: &mut Client) {
    let news = news(known, client);
    client.queue.extend(news);
}

/// Queues a picture of each of these terminals for a client.
/// The next panel that is to be told whole.
fn whole_panel(panels: &PanelReplicas, client: &mut Client) -> Option<GuestEvent> {
    let panel = client.queue.take_whole()?;
    // One that is not here yet comes by itself.
    panels.look(panel).ok().map(GuestEvent::Panel)
}

fn show(client: &mut Client, terminals: &[TerminalNo], by: ClientId) {
    terminals.iter().for_each(|terminal| client.show_whole(*terminal, by == ClientId::OWNER));
}

const NO_TERMINAL: SessionError = SessionError::Missing("there is no such terminal");

/// The stream that a terminal's number is of.
fn stream(terminal: TerminalNo) -> Option<StreamId> {
    StreamId::try_from(terminal.0).ok()
}

fn pointing(at: PointAt) -> Option<Pointing> {
    Some(Pointing { stream: stream(at.terminal)?, range: at.range })
}
