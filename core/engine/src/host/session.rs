//! A session that this engine hosts: the machine, its line to the relay, and what both need around them.

use std::{
    collections::BTreeMap,
    task::{Context, Poll},
    time::Duration,
};

use jumpseat_screen::ReplyFilter;
use jumpseat_session::{
    EndReason, InvitePage, Millis, PanelId, RosterEntry, SessionError, StreamId,
    host::{FetchTicket, Host, HostEvent as Said, HostOutput, Ticket},
};
use jumpseat_wire::{CloseCode, InviteId, Slot};
use tokio::sync::oneshot;
use tracing::debug;

use super::{embedded::Owned, keys::Typist, said};
use crate::{
    api::{
        Connection, Failure, FailureKind, GuestInfo, KnockInfo, Reply, SessionEvent, SessionNo,
        SessionStatus, TerminalNo,
    },
    refusal,
    transport::{Line, LineEvent},
};

/// A guest's escape that nothing follows for this long was the key. Its own end has waited already.
const ESCAPE_TIME: Duration = Duration::from_millis(10);

/// A session.
pub(super) struct Session {
    pub(super) no: SessionNo,
    pub(super) host: Host,
    pub(super) line: Line,
    /// The relay's address in links.
    pub(super) relay: String,
    /// The page that invites may open.
    pub(super) page: Option<InvitePage>,
    /// Whether programs in its terminals may manage it.
    pub(super) manage_from_inside: bool,
    /// Its terminals by stream.
    pub(super) streams: BTreeMap<StreamId, TerminalNo>,
    connection: Connection,
    /// Who waits for the relay to open the room, and the invite to answer with.
    opening: Option<(oneshot::Sender<Result<Reply, Failure>>, InviteId)>,
    knocks: Vec<KnockInfo>,
    filters: BTreeMap<(Slot, StreamId), ReplyFilter>,
    flush_at: Option<Millis>,
    /// What the relay said when it would not have the session any more.
    refusal: Option<Failure>,
    /// Stops the embedded relay, once the session is over.
    stop_relay: Option<Owned<()>>,
    line_closed: bool,
}

/// What a session wants of the engine around it.
pub(super) enum Wish {
    /// A guest's keys, a terminal's own answers taken out.
    Keys { terminal: TerminalNo, who: Typist, bytes: Vec<u8> },
    /// A picture of a terminal at this point.
    Snapshot { terminal: TerminalNo, scope: jumpseat_session::Scope, ticket: Ticket },
    /// A panel as it stands.
    Panel { panel: PanelId, ticket: Ticket },
    /// A content of a panel, for one guest.
    Fetch { slot: Slot, ticket: FetchTicket, wish: jumpseat_session::Wish },
    /// Clients hear of it.
    Tell(SessionEvent),
}

impl Session {
    pub(super) fn new(
        no: SessionNo,
        host: Host,
        line: Line,
        (relay, page): (String, Option<InvitePage>),
        stop_relay: Option<Owned<()>>,
        opening: (oneshot::Sender<Result<Reply, Failure>>, InviteId),
    ) -> Self {
        Self {
            no,
            host,
            line,
            relay,
            page,
            manage_from_inside: false,
            streams: BTreeMap::new(),
            connection: Connection::Connecting,
            opening: Some(opening),
            knocks: Vec::new(),
            filters: BTreeMap::new(),
            flush_at: None,
            refusal: None,
            stop_relay,
            line_closed: false,
        }
    }

    /// Takes what the line brings; whether there was something.
    pub(super) fn poll_line(&mut self, cx: &mut Context<'_>, now: Millis, wishes: &mut Vec<Wish>) -> bool {
        if self.line_closed {
            return false;
        }
        let Poll::Ready(event) = self.line.poll(cx) else { return false };
        let result = match event {
            LineEvent::Up => {
                self.host.connected(now);
                Ok(())
            }
            LineEvent::Text(text) => self.host.relay_text(now, &text),
            LineEvent::Frame(frame) => self.host.relay_frame(now, &frame),
            LineEvent::Down { code, failure, retry_in } => {
                self.down(now, code, failure, retry_in, wishes);
                Ok(())
            }
            LineEvent::Closed => {
                self.line_closed = true;
                Ok(())
            }
        };
        if let Err(error) = result {
            self.broke_protocol(now, &error, wishes);
        }
        true
    }

    fn broke_protocol(&mut self, now: Millis, error: &SessionError, wishes: &mut Vec<Wish>) {
        debug!(%error, "the relay broke the protocol");
        let failure = Failure::new(FailureKind::Protocol, format!("the relay broke the protocol: {error}"));
        if let LineEvent::Down { code, failure, retry_in } = self.line.drop_connection(failure) {
            self.down(now, code, failure, retry_in, wishes);
        }
    }

    fn down(
        &mut self,
        now: Millis,
        code: Option<CloseCode>,
        failure: Failure,
        retry_in: Duration,
        wishes: &mut Vec<Wish>,
    ) {
        self.host.disconnected(now, code);
        self.knocks.clear();
        if let Some((answer, _)) = self.opening.take() {
            // Nothing to come back to: who shares wants to know at once.
            let _ = answer.send(Err(code.map_or(failure, refusal::of_host)));
            self.host.end(now, EndReason::RelayGone);
        } else if self.host.wants_connection() {
            let away = Connection::Away { retry_in: retry_in.as_millis() as u64, reason: failure.message };
            self.connection = away.clone();
            if !self.host.is_ended() {
                wishes.push(Wish::Tell(SessionEvent::Connection(away)));
            }
        } else {
            self.refusal = code.map(refusal::of_host);
        }
    }

    /// Does what the machine wants done, and wishes for what is not its own to do; whether it wanted anything.
    pub(super) fn act(&mut self, now: Millis, wishes: &mut Vec<Wish>) -> bool {
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
                HostOutput::Input { stream, slot, bytes } => self.keys(now, stream, slot, &bytes, wishes),
                HostOutput::Snapshot { stream, scope, ticket } => {
                    if let Some(&terminal) = self.streams.get(&stream) {
                        wishes.push(Wish::Snapshot { terminal, scope, ticket });
                    }
                }
                HostOutput::PanelSnapshot { panel, ticket } => wishes.push(Wish::Panel { panel, ticket }),
                HostOutput::Fetch { slot, ticket, wish } => wishes.push(Wish::Fetch { slot, ticket, wish }),
                HostOutput::Event(event) => self.event(now, event, wishes),
            }
        }
        moved
    }

    fn keys(&mut self, now: Millis, stream: StreamId, slot: Slot, bytes: &[u8], wishes: &mut Vec<Wish>) {
        let Some(&terminal) = self.streams.get(&stream) else { return };
        let filter = self.filters.entry((slot, stream)).or_default();
        let bytes = filter.feed(bytes);
        if filter.waits() {
            self.flush_at = Some(now + ESCAPE_TIME);
        }
        if !bytes.is_empty() {
            let who = Typist { session: self.no, stream, slot };
            wishes.push(Wish::Keys { terminal, who, bytes });
        }
    }

    /// Does what time alone brings about.
    pub(super) fn tick(&mut self, now: Millis, wishes: &mut Vec<Wish>) {
        if self.host.deadline(now).is_some_and(|at| at <= now) {
            self.host.tick(now);
        }
        if self.flush_at.is_some_and(|at| at <= now) {
            self.flush_at = None;
            for (&(slot, stream), filter) in &mut self.filters {
                let bytes = filter.flush();
                if let (Some(&terminal), false) = (self.streams.get(&stream), bytes.is_empty()) {
                    let who = Typist { session: self.no, stream, slot };
                    wishes.push(Wish::Keys { terminal, who, bytes });
                }
            }
        }
    }

    /// When [`tick`](Self::tick) is due.
    pub(super) fn deadline(&self, now: Millis) -> Option<Millis> {
        self.host.deadline(now).into_iter().chain(self.flush_at).min()
    }

    fn event(&mut self, now: Millis, said: Said, wishes: &mut Vec<Wish>) {
        match &said {
            Said::Opened { code } => {
                self.connection = Connection::Connected;
                if let Some((answer, invite)) = self.opening.take()
                    && let Some(invite) = self.host.invite(invite)
                {
                    let invite = said::invite(&self.relay, self.page.as_ref(), *code, invite);
                    let reply = Reply::Session { session: self.no, relay: self.relay.clone(), invite };
                    // Who shared may have gone; the session stays for the other clients.
                    let _ = answer.send(Ok(reply));
                }
            }
            Said::Back => self.connection = Connection::Connected,
            Said::Knocked { knock, name, invite, again } => {
                let (knock, name, invite, again) = (*knock, name.clone(), *invite, *again);
                self.knocks.push(KnockInfo { knock, name, invite, again });
            }
            Said::KnockGone { knock } => self.knock_answered(*knock),
            Said::Ended { reason } => {
                let failure = self.refusal.take().filter(|_| *reason == EndReason::RelayRefused);
                wishes.push(Wish::Tell(SessionEvent::Ended { reason: *reason, failure }));
            }
            Said::Left { slot, .. } => self.filters.retain(|(owner, _), _| owner != slot),
            _ => {}
        }
        let terminal = |stream| self.streams.get(&stream).copied();
        wishes.extend(said::event(said, self.expires_in(now), terminal).map(Wish::Tell));
    }

    pub(super) fn knock_answered(&mut self, knock: jumpseat_wire::KnockId) {
        self.knocks.retain(|waiting| waiting.knock != knock);
    }

    /// The stream of a terminal.
    pub(super) fn stream(&self, terminal: TerminalNo) -> Option<StreamId> {
        self.streams.iter().find(|(_, other)| **other == terminal).map(|(stream, _)| *stream)
    }

    fn expires_in(&self, now: Millis) -> u64 {
        self.host.expires_at().since(now).as_secs()
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

    fn guest(&self, guest: &RosterEntry) -> GuestInfo {
        GuestInfo { invite: self.host.came_by(guest.slot), ..GuestInfo::from(guest) }
    }

    pub(super) fn status(&self, now: Millis) -> SessionStatus {
        let code = self.host.code();
        let invites = said::open_invites(&self.host, now);
        SessionStatus {
            session: self.no,
            code,
            relay: self.relay.clone(),
            connection: self.connection.clone(),
            expires_in: Some(self.expires_in(now)),
            terminals: self.streams.values().copied().collect(),
            guests: self.host.guests().map(|guest| self.guest(&guest)).collect(),
            knocks: self.knocks.clone(),
            invites: code
                .map(|code| {
                    invites
                        .map(|invite| said::invite(&self.relay, self.page.as_ref(), code, invite))
                        .collect()
                })
                .unwrap_or_default(),
            // The desk knows.
            panels: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
