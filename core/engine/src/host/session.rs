//! A session that this engine hosts: the machine, its line to the relay, and what both need around them.

use std::{
    collections::{BTreeMap, BTreeSet},
    task::{Context, Poll},
    time::Duration,
};

use jumpseat_screen::ReplyFilter;
use jumpseat_session::{
    EndReason, InviteLink, InvitePage, Millis, PanelId, SessionError, StreamId, TransferRequest,
    host::{Host, HostEvent as Said, HostOutput, Ticket, TransferTicket},
};
use jumpseat_wire::{CloseCode, HOST_SLOT, InviteId, KnockId, Slot};
use tokio::sync::oneshot;
use tracing::debug;

use super::{activity::Note, chat::Chat, embedded::Owned, keys::Typist, translate};
use crate::{
    api::{
        ApiError, ApiErrorKind, ChatLine, ConnectionState, Invite, InviteKeys, Knock, Person, PointAt, Reply,
        Secret, SessionEvent, SessionNo, TerminalNo, state::HostPath,
    },
    refusal,
    transport::{ConnectionEvent, RelayConnection},
};

/// A guest's escape that nothing follows for this long was the key. Its own end has waited already.
const ESCAPE_TIME: Duration = Duration::from_millis(10);

/// A session.
pub(super) struct Session {
    pub(super) no: SessionNo,
    pub(super) host: Host,
    pub(super) line: RelayConnection,
    /// The relay's address in links.
    pub(super) relay: String,
    /// The page that invites may open.
    pub(super) page: Option<InvitePage>,
    /// Whether programs in its terminals may manage it.
    pub(super) manage_from_inside: bool,
    /// Its terminals by stream.
    pub(super) streams: BTreeMap<StreamId, TerminalNo>,
    pub(super) connection: ConnectionState,
    /// When the engine's clock began, and when the session ends by itself, in milliseconds since 1970.
    pub(super) began_at: u64,
    pub(super) expires_at: u64,
    /// The terminal that the host's person has in front.
    pub(super) looking: Option<TerminalNo>,
    pub(super) knocks: BTreeMap<KnockId, Knock>,
    pub(super) typing: BTreeMap<Slot, TerminalNo>,
    pub(super) pointing: BTreeMap<Slot, PointAt>,
    pub(super) skimming: BTreeSet<TerminalNo>,
    pub(super) chat: Chat,
    /// The safety words of each guest.
    words: BTreeMap<Slot, Vec<String>>,
    /// Who waits for the relay to open the room, and the invite to answer with.
    opening: Option<(oneshot::Sender<Result<Reply, ApiError>>, InviteId)>,
    filters: BTreeMap<(Slot, StreamId), ReplyFilter>,
    flush_at: Option<Millis>,
    /// What the relay said when it would not have the session any more.
    refusal: Option<ApiError>,
    /// Stops the embedded relay, once the session is over.
    stop_relay: Option<Owned<()>>,
    line_closed: bool,
    /// Failed knocks since clients were told of them, and when they are told next.
    failed_knocks: u64,
    tells_failed_at: Millis,
}

/// How often clients are told of failed knocks: whoever has the code can make any number of them.
const FAILED_KNOCKS_EVERY: Duration = Duration::from_secs(1);

/// What a session wants of the engine around it.
pub(super) enum Effect {
    /// A guest's keys, a terminal's own answers taken out.
    Keys { terminal: TerminalNo, who: Typist, bytes: Vec<u8> },
    /// A picture of a terminal at this point.
    Snapshot { terminal: TerminalNo, scope: jumpseat_session::Scope, ticket: Ticket },
    /// A panel as it stands.
    Panel { panel: PanelId, ticket: Ticket },
    /// A content of a panel, for one guest.
    Transfer { slot: Slot, ticket: TransferTicket, request: TransferRequest },
    /// The value at this path of the state changed.
    Mark(HostPath),
    /// The log tells it.
    Note(Note),
    /// Clients hear of it.
    Tell(SessionEvent),
}

impl Session {
    pub(super) fn new(
        no: SessionNo,
        host: Host,
        line: RelayConnection,
        (relay, page): (String, Option<InvitePage>),
        stop_relay: Option<Owned<()>>,
        opening: (oneshot::Sender<Result<Reply, ApiError>>, InviteId),
    ) -> Self {
        Self {
            no,
            host,
            line,
            relay,
            page,
            manage_from_inside: false,
            streams: BTreeMap::new(),
            connection: ConnectionState::Connecting,
            began_at: 0,
            expires_at: 0,
            looking: None,
            knocks: BTreeMap::new(),
            typing: BTreeMap::new(),
            pointing: BTreeMap::new(),
            skimming: BTreeSet::new(),
            chat: Chat::default(),
            words: BTreeMap::new(),
            opening: Some(opening),
            filters: BTreeMap::new(),
            flush_at: None,
            refusal: None,
            stop_relay,
            line_closed: false,
            failed_knocks: 0,
            tells_failed_at: Millis(0),
        }
    }

    /// Takes what the line brings; whether there was something.
    pub(super) fn poll_line(&mut self, cx: &mut Context<'_>, now: Millis, effects: &mut Vec<Effect>) -> bool {
        if self.line_closed {
            return false;
        }
        let Poll::Ready(event) = self.line.poll(cx) else { return false };
        let result = match event {
            ConnectionEvent::Up => {
                self.host.connected(now);
                Ok(())
            }
            ConnectionEvent::Text(text) => self.host.relay_text(now, &text),
            ConnectionEvent::Frame(frame) => self.host.relay_frame(now, &frame),
            ConnectionEvent::Down { code, failure, retry_in } => {
                self.down(now, code, failure, retry_in, effects);
                Ok(())
            }
            ConnectionEvent::Closed => {
                self.line_closed = true;
                Ok(())
            }
        };
        if let Err(error) = result {
            self.broke_protocol(now, &error, effects);
        }
        true
    }

    fn broke_protocol(&mut self, now: Millis, error: &SessionError, effects: &mut Vec<Effect>) {
        debug!(%error, "the relay broke the protocol");
        let failure = ApiError::new(ApiErrorKind::Protocol, format!("the relay broke the protocol: {error}"));
        if let ConnectionEvent::Down { code, failure, retry_in } = self.line.drop_connection(failure) {
            self.down(now, code, failure, retry_in, effects);
        }
    }

    fn down(
        &mut self,
        now: Millis,
        code: Option<CloseCode>,
        failure: ApiError,
        retry_in: Duration,
        effects: &mut Vec<Effect>,
    ) {
        self.host.disconnected(now, code);
        self.knocks.clear();
        effects.push(Effect::Mark(HostPath::Knocks(self.no)));
        if let Some((answer, _)) = self.opening.take() {
            // Nothing to come back to: who shares wants to know at once.
            let _ = answer.send(Err(code.map_or(failure, refusal::of_host)));
            self.host.end(now, EndReason::RelayGone);
        } else if self.host.wants_connection() {
            let (retry_in, reason) = (retry_in.as_millis() as u64, failure.message);
            let was_up = self.connection == ConnectionState::Connected;
            self.connection = ConnectionState::Away { retry_in, reason: reason.clone() };
            effects.push(Effect::Mark(HostPath::Connection(self.no)));
            if was_up && !self.host.is_ended() {
                effects.push(Effect::Tell(SessionEvent::Away { retry_in, reason }));
            }
        } else {
            self.refusal = code.map(refusal::of_host);
        }
    }

    /// Does what the machine wants done, and effects for what is not its own to do; whether it wanted anything.
    pub(super) fn act(&mut self, now: Millis, effects: &mut Vec<Effect>) -> bool {
        let mut moved = false;
        while let Some(output) = self.host.poll() {
            moved = true;
            match output {
                HostOutput::Text(text) => self.line.send_text(text),
                HostOutput::Frame(frame) => self.line.send_frame(frame),
                HostOutput::Close => {
                    self.line.close();
                    self.line_closed = !self.line.is_up();
                }
                HostOutput::Input { stream, slot, bytes } => self.keys(now, stream, slot, &bytes, effects),
                HostOutput::Snapshot { stream, scope, ticket } => {
                    if let Some(&terminal) = self.streams.get(&stream) {
                        effects.push(Effect::Snapshot { terminal, scope, ticket });
                    }
                }
                HostOutput::PanelSnapshot { panel, ticket } => effects.push(Effect::Panel { panel, ticket }),
                HostOutput::Transfer { slot, ticket, request } => {
                    effects.push(Effect::Transfer { slot, ticket, request });
                }
                HostOutput::Event(event) => self.event(now, event, effects),
            }
        }
        moved
    }

    fn keys(&mut self, now: Millis, stream: StreamId, slot: Slot, bytes: &[u8], effects: &mut Vec<Effect>) {
        let Some(&terminal) = self.streams.get(&stream) else { return };
        let filter = self.filters.entry((slot, stream)).or_default();
        let bytes = filter.feed(bytes);
        if filter.waits() {
            self.flush_at = Some(now + ESCAPE_TIME);
        }
        if !bytes.is_empty() {
            let who = Typist { session: self.no, stream, slot };
            effects.push(Effect::Keys { terminal, who, bytes });
        }
    }

    /// Does what time alone brings about.
    pub(super) fn tick(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if self.host.deadline(now).is_some_and(|at| at <= now) {
            self.host.tick(now);
        }
        if self.flush_at.is_some_and(|at| at <= now) {
            self.flush_at = None;
            for (&(slot, stream), filter) in &mut self.filters {
                let bytes = filter.flush();
                if let (Some(&terminal), false) = (self.streams.get(&stream), bytes.is_empty()) {
                    let who = Typist { session: self.no, stream, slot };
                    effects.push(Effect::Keys { terminal, who, bytes });
                }
            }
        }
    }

    /// When [`tick`](Self::tick) is due.
    pub(super) fn deadline(&self, now: Millis) -> Option<Millis> {
        self.host.deadline(now).into_iter().chain(self.flush_at).min()
    }

    fn event(&mut self, now: Millis, said: Said, effects: &mut Vec<Effect>) {
        let no = self.no;
        match &said {
            Said::Opened { .. } => {
                self.connection = ConnectionState::Connected;
                effects.push(Effect::Mark(HostPath::Session(no)));
                if let Some((answer, invite)) = self.opening.take()
                    && let Some(invite) = self.host.invite(invite).and_then(|invite| self.invite(invite))
                {
                    let reply = Reply::Session { session: no, relay: self.relay.clone(), invite };
                    // Who shared may have gone; the session stays for the other clients.
                    let _ = answer.send(Ok(reply));
                }
            }
            Said::Back => {
                self.connection = ConnectionState::Connected;
                effects.extend([Effect::Mark(HostPath::Connection(no)), Effect::Note(Note::Connected)]);
            }
            Said::Knocked { knock, name, invite, again } => {
                let (knock, name, invite, again) = (*knock, name.clone(), *invite, *again);
                self.knocks.insert(knock, Knock { knock, name, invite, again });
                effects.push(Effect::Mark(HostPath::Knock(no, knock)));
            }
            Said::KnockFailed { why } => {
                self.failed_knocks += 1;
                if now >= self.tells_failed_at {
                    let times = std::mem::take(&mut self.failed_knocks);
                    self.tells_failed_at = now + FAILED_KNOCKS_EVERY;
                    effects.push(Effect::Tell(SessionEvent::KnockFailed { why: why.clone(), times }));
                }
            }
            Said::KnockGone { knock } => {
                self.knocks.remove(knock);
                effects.push(Effect::Mark(HostPath::Knock(no, *knock)));
            }
            Said::Joined { guest, words, .. } => {
                self.words.insert(guest.slot, words.words().map(str::to_owned).to_vec());
                effects.push(Effect::Mark(HostPath::Guest(no, guest.slot)));
                effects.push(Effect::Mark(HostPath::Invites(no)));
            }
            Said::Present { slot, present } => {
                effects.push(Effect::Mark(HostPath::Guest(no, *slot)));
                effects.push(Effect::Note(Note::Presence { slot: *slot, present: *present }));
                if !present {
                    self.types(*slot, None, effects);
                }
            }
            Said::Left { slot, .. } => {
                self.filters.retain(|(owner, _), _| owner != slot);
                self.words.remove(slot);
                effects.push(Effect::Mark(HostPath::Guest(no, *slot)));
                self.types(*slot, None, effects);
            }
            Said::RoleChanged { slot, .. } | Said::ControlAsked { slot } => {
                effects.push(Effect::Mark(HostPath::Guest(no, *slot)));
            }
            Said::Typing { slot, stream, on } => {
                if let Some(&terminal) = self.streams.get(stream) {
                    self.types(*slot, on.then_some(terminal), effects);
                    effects.push(Effect::Note(Note::Typing { slot: *slot, terminal, on: *on }));
                }
            }
            Said::Pointing { slot, at } => {
                let at = at.and_then(|at| translate::point_at(at, &self.streams));
                self.points(*slot, at, effects);
            }
            Said::Chat { slot, text, at } => {
                let line = ChatLine { slot: *slot, name: self.name(*slot), text: text.clone(), at: *at };
                let (line, gone) = self.chat.say(line);
                effects.extend(
                    [line].into_iter().chain(gone).map(|line| Effect::Mark(HostPath::Chat(no, line))),
                );
            }
            Said::InviteMade { .. }
            | Said::InviteChanged { .. }
            | Said::InviteUsed { .. }
            | Said::InviteRevoked { .. } => {
                effects.push(Effect::Mark(HostPath::Invites(no)));
            }
            Said::Skimming { stream, on } => {
                if let Some(&terminal) = self.streams.get(stream) {
                    if *on {
                        self.skimming.insert(terminal)
                    } else {
                        self.skimming.remove(&terminal)
                    };
                    effects.push(Effect::Mark(HostPath::Skimming(no)));
                }
            }
            Said::Ended { reason } => {
                effects.push(Effect::Mark(HostPath::Session(no)));
                let failure = self.refusal.take().filter(|_| *reason == EndReason::RelayRefused);
                effects.push(Effect::Tell(SessionEvent::Ended { reason: *reason, failure }));
            }
            _ => {}
        }
        let guest = |slot| self.guest(slot);
        effects.extend(translate::event(said, &self.streams, guest).map(Effect::Tell));
    }

    /// A guest types there, or no longer.
    fn types(&mut self, slot: Slot, terminal: Option<TerminalNo>, effects: &mut Vec<Effect>) {
        let before = match terminal {
            Some(terminal) => self.typing.insert(slot, terminal),
            None => self.typing.remove(&slot),
        };
        if before != terminal {
            effects.push(Effect::Mark(HostPath::Typing(self.no)));
        }
    }

    /// Somebody points there, or no longer.
    fn points(&mut self, slot: Slot, at: Option<PointAt>, effects: &mut Vec<Effect>) {
        let before = match at {
            Some(at) => self.pointing.insert(slot, at),
            None => self.pointing.remove(&slot),
        };
        if before != at {
            effects.push(Effect::Mark(HostPath::Pointing(self.no, slot)));
        }
    }

    fn name(&self, slot: Slot) -> String {
        match slot {
            HOST_SLOT => self.host.name().to_owned(),
            slot => self.guest(slot).map(|guest| guest.info.name).unwrap_or_default(),
        }
    }

    /// A guest, as its host sees it.
    pub(super) fn guest(&self, slot: Slot) -> Option<Person> {
        let guest = self.host.guests().find(|guest| guest.slot == slot)?;
        Some(Person {
            asks: self.host.asks(slot),
            words: self.words.get(&slot).cloned().unwrap_or_default(),
            invite: self.host.came_by(slot),
            ..Person::from(guest)
        })
    }

    /// An invite as its host's person needs it; nothing while the relay has no room for the session.
    pub(super) fn invite(&self, invite: &jumpseat_session::Invite) -> Option<Invite> {
        let link =
            InviteLink { relay: self.relay.clone(), code: self.host.code()?, token: invite.token.clone() };
        Some(Invite {
            id: invite.id,
            code: link.code,
            terms: invite.terms.into(),
            uses: invite.uses,
            by: invite.made_by,
            expires_at: invite.expires_at.map(|at| self.began_at + at.0),
            keys: Some(InviteKeys {
                token: Secret::new(invite.token.reveal().to_string()),
                link: Secret::new(link.editor().to_string()),
                web_link: self.page.as_ref().map(|page| Secret::new(link.web(page).to_string())),
            }),
        })
    }

    /// The invites that were not taken back.
    pub(super) fn invites(&self) -> Vec<Invite> {
        let open = self.host.invites().filter(|invite| !invite.revoked);
        open.filter_map(|invite| self.invite(invite)).collect()
    }

    /// The stream of a terminal.
    pub(super) fn stream(&self, terminal: TerminalNo) -> Option<StreamId> {
        self.streams.iter().find(|(_, other)| **other == terminal).map(|(stream, _)| *stream)
    }

    /// Whether it is over and everyone was told; the embedded relay has stopped then, too.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.host.is_ended() || !self.line_closed {
            return Poll::Pending;
        }
        match &mut self.stop_relay {
            Some(stop) => stop.as_mut().poll(cx),
            None => Poll::Ready(()),
        }
    }
}

#[cfg(test)]
mod tests;
