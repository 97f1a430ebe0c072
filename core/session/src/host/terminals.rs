//! The host's terminals as the session knows them: output in, snapshots asked for and handed on.

use std::collections::BTreeMap;

use bytes::Bytes;
use jumpseat_wire::Slot;

use super::{
    Host, HostEvent, HostOutput, Ticket,
    streams::{Need, Showing, Stream},
};
use crate::{
    Exit, Millis, Pointing, Scope, SessionError, StreamId,
    area::{FromHost, terminals},
    frame::record::{MAX_OUTPUT, MAX_SIDE, Plaintext, Record},
    panel::panel_of,
    shown::shown_name,
    snapshot::{self, MAX_SNAPSHOT_LEN},
};

/// Whom a snapshot is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    Everyone,
    Seat(Slot),
    /// Whoever needs it once the session is over.
    Farewell,
}

/// Snapshots that were asked for.
#[derive(Default)]
pub(super) struct Tickets {
    asked: BTreeMap<Ticket, Asked>,
    /// Wanted after the end: given from the last pictures.
    wanted: Vec<(StreamId, Scope, Audience)>,
    last_ticket: u32,
    last_id: u32,
}

struct Asked {
    stream: StreamId,
    scope: Scope,
    position: u64,
    audience: Audience,
}

impl Tickets {
    /// Whom these were for needs them no more.
    pub(super) fn forget(&mut self, audience: Audience) {
        self.asked.retain(|_, asked| asked.audience != audience);
        self.wanted.retain(|(.., wanted)| *wanted != audience);
    }

    /// What it shows is no longer shared.
    pub(super) fn forget_stream(&mut self, stream: StreamId) {
        self.asked.retain(|_, asked| asked.stream != stream);
        self.wanted.retain(|(wanted, ..)| *wanted != stream);
    }

    pub(super) fn want(&mut self, stream: StreamId, scope: Scope, audience: Audience) {
        self.wanted.push((stream, scope, audience));
    }

    /// The next that is wanted and there.
    pub(super) fn take_wanted(
        &mut self,
        picture: impl Fn(StreamId, Scope) -> Option<Bytes>,
    ) -> Option<(StreamId, Scope, Audience, Bytes)> {
        let mut found = self.wanted.iter().enumerate();
        let (at, bytes) = found.find_map(|(at, (stream, scope, _))| Some((at, picture(*stream, *scope)?)))?;
        let (stream, scope, audience) = self.wanted.remove(at);
        Some((stream, scope, audience, bytes))
    }

    /// Whether a terminal's is on its way to them.
    pub(super) fn waits_for(&self, audience: Audience) -> bool {
        let asked = self.asked.values().map(|asked| (asked.stream, asked.audience));
        let wanted = self.wanted.iter().map(|(stream, _, wanted)| (*stream, *wanted));
        asked.chain(wanted).any(|(stream, for_whom)| for_whom == audience && panel_of(stream).is_none())
    }

    pub(super) fn ask(
        &mut self,
        stream: StreamId,
        scope: Scope,
        position: u64,
        audience: Audience,
    ) -> Ticket {
        self.last_ticket = self.last_ticket.wrapping_add(1);
        let ticket = Ticket(self.last_ticket);
        self.asked.insert(ticket, Asked { stream, scope, position, audience });
        ticket
    }

    /// The next snapshot's number.
    pub(super) fn next_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }
}

impl Host {
    /// Adds a terminal to the session.
    ///
    /// # Errors
    /// [`SessionError::Full`] when there are too many.
    pub fn open_terminal(
        &mut self,
        now: Millis,
        title: &str,
        cols: u16,
        rows: u16,
    ) -> Result<StreamId, SessionError> {
        let (cols, rows) = size(cols, rows);
        let id = self
            .streams
            .open(shown_name(title), cols, rows)
            .ok_or(SessionError::Full("this session has as many terminals as it can have"))?;
        self.announce_terminals(now);
        // Who is here already has nothing of it yet: its picture begins with a snapshot.
        if !self.group.is_resting() {
            self.ask(id, Scope::Full, Audience::Everyone);
        }
        Ok(id)
    }

    /// Output of a terminal: goes out at once, or is skimmed.
    pub fn output(&mut self, now: Millis, stream: StreamId, bytes: &[u8]) {
        // JS-END-1: nothing that is printed after the end is anyone's to see.
        if self.is_ended() {
            return;
        }
        let Some(terminal) = self.streams.find_mut(stream) else { return };
        let start = terminal.produced.advance(now, bytes.len());
        if self.group.is_resting() {
            return;
        }
        if terminal.skim.is_none() {
            if self.group.uplink_is_open() && self.allowance.spend(now, bytes.len()) {
                return self.seal_output(now, stream, start, bytes);
            }
            terminal.skim(now);
            self.event(HostEvent::Skimming { stream, on: true });
        }
        self.tick_stream(now, stream);
    }

    fn seal_output(&mut self, now: Millis, stream: StreamId, start: u64, bytes: &[u8]) {
        let mut position = start;
        for bytes in bytes.chunks(MAX_OUTPUT) {
            let mut plaintext = Plaintext::group();
            plaintext.push(&Record::Output { stream, position, bytes });
            if !self.seal_group(now, plaintext) {
                return self.begin_skim(now, stream);
            }
            position += bytes.len() as u64;
        }
    }

    /// A terminal's new size, in order with its output; each side 1 to 1000.
    pub fn resize(&mut self, now: Millis, stream: StreamId, cols: u16, rows: u16) {
        if self.is_ended() {
            return;
        }
        let Some(terminal) = self.streams.find_mut(stream) else { return };
        let (cols, rows) = size(cols, rows);
        let position = terminal.produced.advance(now, 1);
        (terminal.cols, terminal.rows) = (cols, rows);
        if terminal.skim.is_none() {
            let mut plaintext = Plaintext::group();
            plaintext.push(&Record::Resize { stream, position, cols, rows });
            if !self.seal_group(now, plaintext) && !self.group.is_resting() {
                self.begin_skim(now, stream);
            }
        }
        self.announce_terminals(now);
    }

    /// A terminal's new title.
    pub fn retitle(&mut self, now: Millis, stream: StreamId, title: &str) {
        let title = shown_name(title);
        if self.is_ended() {
            return;
        }
        if let Some(terminal) = self.streams.find_mut(stream)
            && terminal.title != title
        {
            terminal.title = title;
            self.titles.want(now);
            self.tell_titles(now);
        }
    }

    /// JS-FLOOD-4: a program may change its title as often as it likes; guests are told the newest now and then.
    pub(super) fn tell_titles(&mut self, now: Millis) {
        if self.titles.take(now) && !self.is_ended() {
            self.announce_terminals(now);
        }
    }

    /// A terminal's program has ended: what it printed stays readable.
    pub fn end_terminal(&mut self, now: Millis, stream: StreamId, exit: Exit) {
        if let Some(terminal) = self.streams.find_mut(stream) {
            terminal.ended = Some(exit);
            self.announce_terminals(now);
        }
    }

    /// Lines of a terminal, from this one on, are not there any more: nobody points at them (JS-POINT-2).
    pub fn lines_gone(&mut self, now: Millis, stream: StreamId, from: u64) {
        let gone = |at: &Pointing| at.stream == stream && at.range.to >= from;
        let pointing = self.announced.pointing.iter().filter(|(_, at)| gone(at));
        for slot in pointing.map(|(slot, _)| *slot).collect::<Vec<_>>() {
            self.show_pointing(now, slot, None);
        }
    }

    /// Takes a terminal out of the session.
    pub fn close_terminal(&mut self, now: Millis, stream: StreamId) {
        self.streams.close(stream);
        self.tickets.forget_stream(stream);
        self.announce_terminals(now);
        self.lines_gone(now, stream, 0);
        // The next terminal in front is for the host to choose.
        if self.attention.stream() == Some(stream) {
            self.looking(now, None);
        }
    }

    /// Which terminal the host has in front of it: guests' keys count there and nowhere else.
    pub fn looking(&mut self, now: Millis, stream: Option<StreamId>) {
        if self.attention.stream() != stream && !self.is_ended() {
            self.attention.turn(stream);
            let rev = self.announce_looking(now);
            self.attention.told(rev);
        }
    }

    /// The snapshot that was asked for: opaque bytes, at most [`MAX_SNAPSHOT_LEN`].
    pub fn snapshot_ready(&mut self, now: Millis, ticket: Ticket, bytes: Bytes) {
        let Some(Asked { stream, scope, position, audience }) = self.tickets.asked.remove(&ticket) else {
            return;
        };
        if let Some(panel) = panel_of(stream) {
            return self.panel_snapshot(now, panel, audience, bytes);
        }
        let terminal = self.streams.find_mut(stream);
        if let Some(skim) = terminal.and_then(|terminal| terminal.skim.as_mut())
            && skim.pending == Some(ticket)
        {
            skim.pending = None;
        }
        if bytes.len() <= MAX_SNAPSHOT_LEN && !self.closed {
            self.show(now, stream, scope, position, audience, bytes);
            self.go_on_with_farewell(now);
        }
    }

    pub(super) fn show(
        &mut self,
        now: Millis,
        stream: StreamId,
        scope: Scope,
        position: u64,
        audience: Audience,
        bytes: Bytes,
    ) {
        let id = self.tickets.next_id();
        match audience {
            Audience::Farewell => self.last_picture(now, stream, scope, bytes),
            Audience::Seat(slot) => {
                if let Some(seat) = self.seats.get_mut(&slot) {
                    seat.show(stream, scope, id, position, bytes);
                }
                self.serve_seat(now, slot);
            }
            Audience::Everyone => {
                if let Some(terminal) = self.streams.find_mut(stream) {
                    terminal.showing = Some(Showing { scope, id, position, bytes, next: 0 });
                }
                self.tick_stream(now, stream);
            }
        }
    }

    /// Sends what the uplink takes of the snapshot on its way to everyone.
    fn show_everyone(&mut self, now: Millis, stream: StreamId) {
        while self.group.uplink_is_open() {
            let terminal = self.streams.find_mut(stream);
            let Some(showing) = terminal.and_then(|terminal| terminal.showing.as_mut()) else { return };
            let Showing { scope, id, position, bytes, next } = showing;
            let mut plaintext = Plaintext::group();
            match snapshot::part(stream, *scope, *id, *position, bytes, *next) {
                Some(part) => plaintext.push(&Record::Snapshot(part)),
                None => return self.shown(stream),
            }
            *next += 1;
            if !self.seal_group(now, plaintext) {
                return self.shown(stream);
            }
        }
    }

    fn shown(&mut self, stream: StreamId) {
        if let Some(terminal) = self.streams.find_mut(stream) {
            terminal.showing = None;
        }
    }

    /// Every terminal, for one guest; and every panel, which has no glimpse.
    pub(super) fn show_all(&mut self, slot: Slot, scope: Scope) {
        for stream in self.streams.iter().map(|terminal| terminal.id).collect::<Vec<_>>() {
            self.ask(stream, scope, Audience::Seat(slot));
        }
        if scope == Scope::Full {
            self.show_panels(slot);
        }
    }

    pub(super) fn terminal_list(&mut self) -> FromHost {
        let rev = self.next_rev();
        let terminals = self.streams.iter().map(Stream::card).collect();
        terminals::FromHost::List { rev, terminals }.into()
    }

    fn announce_terminals(&mut self, now: Millis) {
        let list = self.terminal_list();
        self.announce(now, list);
    }

    /// Nobody watches any more.
    pub(super) fn stop_skimming(&mut self) {
        let skimmed = self.streams.iter_mut().filter_map(|terminal| {
            terminal.showing = None;
            terminal.skim.take().map(|_| terminal.id)
        });
        for stream in skimmed.collect::<Vec<_>>() {
            self.event(HostEvent::Skimming { stream, on: false });
        }
        self.panels.rest();
        self.tickets.forget(Audience::Everyone);
    }

    /// A snapshot is taken now, where its terminal stands now; whether it is still wanted.
    pub(super) fn stamp(&mut self, ticket: Ticket) -> bool {
        let Some(asked) = self.tickets.asked.get_mut(&ticket) else { return false };
        let terminal = self.streams.find(asked.stream);
        asked.position = terminal.map_or(asked.position, Stream::position);
        true
    }

    pub(super) fn tick_streams(&mut self, now: Millis) {
        for stream in self.streams.iter().map(|terminal| terminal.id).collect::<Vec<_>>() {
            self.tick_stream(now, stream);
        }
        self.tick_panels(now);
    }

    pub(super) fn stream_deadlines(&self, now: Millis) -> impl Iterator<Item = Millis> {
        let awake = self.link.is_up() && !self.group.is_resting() && self.group.uplink_is_open();
        self.streams
            .iter()
            .filter(move |_| awake)
            .filter_map(move |terminal| terminal.deadline(now, self.someone_types(terminal.id)))
    }

    fn begin_skim(&mut self, now: Millis, stream: StreamId) {
        if let Some(terminal) = self.streams.find_mut(stream)
            && terminal.skim.is_none()
        {
            terminal.skim(now);
            self.event(HostEvent::Skimming { stream, on: true });
        }
    }

    fn tick_stream(&mut self, now: Millis, stream: StreamId) {
        // Glimpses that the relay does not take would only make the line longer.
        if !self.link.is_up() || !self.group.uplink_is_open() {
            return;
        }
        self.show_everyone(now, stream);
        let (typing, calm) = (self.someone_types(stream), self.group.uplink_is_calm());
        let Some(terminal) = self.streams.find_mut(stream) else { return };
        match terminal.need(now, typing, calm) {
            Need::Nothing => {}
            Need::Glimpse => {
                let ticket = self.ask(stream, Scope::Screen, Audience::Everyone);
                let terminal = self.streams.find_mut(stream);
                if let Some(skim) = terminal.and_then(|terminal| terminal.skim.as_mut()) {
                    skim.pending = ticket;
                }
            }
            Need::Whole => {
                self.allowance.renew();
                self.ask(stream, Scope::Full, Audience::Everyone);
                self.event(HostEvent::Skimming { stream, on: false });
            }
        }
    }

    /// Asks for a snapshot; after the end there are only the last ones.
    fn ask(&mut self, stream: StreamId, scope: Scope, audience: Audience) -> Option<Ticket> {
        if self.is_ended() {
            self.tickets.want(stream, scope, audience);
            return None;
        }
        Some(self.ask_engine(stream, scope, audience))
    }

    pub(super) fn ask_engine(&mut self, stream: StreamId, scope: Scope, audience: Audience) -> Ticket {
        let position = self.streams.find(stream).map_or(0, Stream::position);
        let ticket = self.tickets.ask(stream, scope, position, audience);
        self.out.push_back(HostOutput::Snapshot { stream, scope, ticket });
        ticket
    }
}

/// A size as records carry it: a guest drops the record of any other, and its stream would have a hole.
fn size(cols: u16, rows: u16) -> (u16, u16) {
    (cols.clamp(1, MAX_SIDE), rows.clamp(1, MAX_SIDE))
}
