//! What people do: invites, roles, chat, pointing; the host's own calls, and guests' requests for the same
//! (rules JS-ROLE-1 to 4, JS-INVITE-8).

use std::collections::BTreeMap;

use jumpseat_wire::{HOST_SLOT, InviteId, Slot};

use super::{Host, HostEvent, seat::Seat};
use crate::{
    Admission, EndReason, Invite, InviteTerms, Millis, Pointing, Role, SessionError,
    area::{FromHost, chat, invites, people, people::Refused, pointing, pointing::PointedLines, terminals},
    invite::book::Line,
    shown::shown_text,
};

/// What everybody was told last and a newcomer has to know.
#[derive(Default)]
pub(super) struct Announced {
    pub(super) pointing: BTreeMap<Slot, Pointing>,
}

impl Host {
    /// Makes an invite.
    ///
    /// # Errors
    /// [`SessionError::Full`] when there are too many.
    pub fn create_invite(&mut self, now: Millis, terms: InviteTerms) -> Result<Invite, SessionError> {
        self.new_invite(now, terms, Vec::new())
    }

    fn new_invite(&mut self, now: Millis, terms: InviteTerms, line: Line) -> Result<Invite, SessionError> {
        self.book
            .create(now, self.keys.sid, &self.keys.bundle_hash, terms, line, &mut self.entropy)
            .cloned()
            .ok_or(SessionError::Full("this session has as many invites as it can have"))
    }

    /// Takes an invite back: nobody gets in with it any more, also those who were welcomed and have not confirmed;
    /// who is in stays.
    ///
    /// # Errors
    /// [`SessionError::Missing`] if there is no such invite.
    pub fn revoke_invite(&mut self, now: Millis, id: InviteId) -> Result<(), SessionError> {
        let invite = self.book.find(id).ok_or(SessionError::Missing("there is no such invite"))?;
        if !invite.revoked {
            invite.revoked = true;
            self.event(HostEvent::InviteRevoked { invite: id });
            self.drop_unconfirmed(now, id);
            self.send_away_waiting(now);
        }
        Ok(())
    }

    /// Takes back what a guest made that is no co-owner any more.
    pub(super) fn revoke_made_by(&mut self, now: Millis, slot: Slot) {
        for id in self.book.made_by(slot) {
            // It is in the book.
            let _ = self.revoke_invite(now, id);
        }
    }

    fn drop_unconfirmed(&mut self, now: Millis, invite: InviteId) {
        let fits = |seat: &&Seat| seat.invite == invite && !seat.is_confirmed();
        for slot in self.seats.values().filter(fits).map(|seat| seat.slot).collect::<Vec<_>>() {
            self.drop_seat(now, slot, EndReason::Removed);
        }
    }

    /// From now on an invite allows no more than `change` makes of it.
    fn narrow(&mut self, id: InviteId, change: impl FnOnce(&mut InviteTerms)) {
        let Some(invite) = self.book.find(id) else { return };
        let before = invite.terms;
        change(&mut invite.terms);
        let terms = invite.terms;
        if before != terms && !invite.revoked {
            self.event(HostEvent::InviteChanged { invite: id, terms });
        }
    }

    /// Changes a guest's role. Answers its request for control, too.
    ///
    /// # Errors
    /// [`SessionError::Missing`] if nobody has that seat.
    pub fn set_role(&mut self, now: Millis, slot: Slot, role: Role) -> Result<(), SessionError> {
        self.confirmed(slot)?;
        self.change_role(now, slot, role, HOST_SLOT);
        Ok(())
    }

    /// Answers a request for control with no.
    ///
    /// # Errors
    /// [`SessionError::Missing`] if nobody has that seat.
    pub fn decline(&mut self, now: Millis, slot: Slot) -> Result<(), SessionError> {
        let seat = self.confirmed(slot)?;
        if std::mem::take(&mut seat.asks) {
            self.tell(slot, people::FromHost::Declined {});
            self.announce(now, people::FromHost::Asking { slot, on: false });
        }
        Ok(())
    }

    /// Removes a guest, and takes back every invite that it may know: it still holds their tokens.
    ///
    /// # Errors
    /// [`SessionError::Missing`] if nobody has that seat.
    pub fn remove(&mut self, now: Millis, slot: Slot) -> Result<(), SessionError> {
        self.confirmed(slot)?;
        self.send_away(now, slot, HOST_SLOT);
        Ok(())
    }

    /// Removes a guest and everyone who came by the same invite: it may have more than one seat.
    ///
    /// # Errors
    /// [`SessionError::Missing`] if nobody has that seat.
    pub fn remove_with_invite(&mut self, now: Millis, slot: Slot) -> Result<(), SessionError> {
        let invite = self.confirmed(slot)?.invite;
        let same = |seat: &&Seat| seat.invite == invite && seat.is_confirmed();
        for slot in self.seats.values().filter(same).map(|seat| seat.slot).collect::<Vec<_>>() {
            self.send_away(now, slot, HOST_SLOT);
        }
        Ok(())
    }

    /// JS-INVITE-8: nobody who was removed comes back by an invite that it may know. The host takes them all back; a
    /// co-owner takes back its own, and has the host asked about the others, which are not its to take.
    fn send_away(&mut self, now: Millis, slot: Slot, by: Slot) {
        let Some(seat) = self.seats.get(&slot) else { return };
        let known = self.known_to(slot, seat.invite);
        self.drop_seat(now, slot, EndReason::Removed);
        for id in known {
            let Some(invite) = self.book.find(id) else { continue };
            if by == HOST_SLOT || invite.made_by == by {
                // It is in the book.
                let _ = self.revoke_invite(now, id);
            } else {
                self.narrow(id, |terms| terms.admission = Admission::Ask);
                self.drop_unconfirmed(now, id);
                // One of them may have been this guest in another seat.
                self.returning.forget_invite(id);
            }
        }
    }

    /// Says something to everyone.
    pub fn chat(&mut self, now: Millis, text: &str) {
        self.say(now, HOST_SLOT, &shown_text(text));
    }

    /// Points at lines, or no longer does.
    pub fn point(&mut self, now: Millis, at: Option<Pointing>) {
        self.show_pointing(now, HOST_SLOT, at);
    }

    pub(super) fn guest_points(&mut self, now: Millis, slot: Slot, lines: Option<PointedLines>) {
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        let columns = seat.columns.take();
        seat.points = Some(lines.map(|lines| Pointing::new(lines, columns)));
        seat.points_now.want(now);
        self.show_points(now, slot);
    }

    /// JS-POINT-3: the newest of where a guest points, not more often than clients can look it up.
    pub(super) fn show_points(&mut self, now: Millis, slot: Slot) {
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        if !seat.points_now.take(now) {
            return;
        }
        let Some(at) = seat.points.take() else { return };
        let shown = |at: &Pointing| self.streams.find(at.stream).is_some();
        self.show_pointing(now, slot, at.filter(shown));
    }

    pub(super) fn heed_people(&mut self, now: Millis, slot: Slot, word: people::FromGuest) {
        match word {
            people::FromGuest::AskControl {} => self.ask_control(now, slot),
            people::FromGuest::SetRole { slot: of, role } => {
                let (by, from) = (self.role_of(slot), self.role_of(of));
                match (by, from) {
                    (Some(by), Some(from)) if by.may_change(from, role) => {
                        self.change_role(now, of, role, slot);
                    }
                    _ => self.tell(slot, people::FromHost::Refused { what: Refused::Role }),
                }
            }
            people::FromGuest::Remove { slot: of } => match (self.role_of(slot), self.role_of(of)) {
                (Some(by), Some(role)) if by.may_remove(role) => {
                    self.send_away(now, of, slot);
                }
                _ => self.tell(slot, people::FromHost::Refused { what: Refused::Removal }),
            },
        }
    }

    /// A co-owner asks for an invite, under a number of its own.
    pub(super) fn make_invite(
        &mut self,
        now: Millis,
        slot: Slot,
        id: u32,
        role: Role,
        max_uses: Option<u32>,
        admission: Admission,
    ) {
        let terms = InviteTerms { role, admission, max_uses, ..InviteTerms::default() };
        let maker = self.seats.get(&slot).filter(|seat| seat.is_confirmed());
        let line = maker.filter(|seat| seat.role.may_invite(role)).map(Seat::line_of_invites);
        match (line.map(|line| self.new_invite(now, terms, line)), self.code) {
            (Some(Ok(invite)), Some(code)) => {
                self.event(HostEvent::InviteMade { invite: invite.id, by: slot });
                let (code, token) = (code.to_string(), invite.token.reveal().to_string());
                self.tell(slot, invites::FromHost::Made { id, code, token, role });
            }
            _ => self.tell(slot, invites::FromHost::Refused { id }),
        }
    }

    fn ask_control(&mut self, now: Millis, slot: Slot) {
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        if seat.role.may_write() || std::mem::replace(&mut seat.asks, true) {
            return;
        }
        self.announce(now, people::FromHost::Asking { slot, on: true });
        self.event(HostEvent::ControlAsked { slot });
    }

    fn change_role(&mut self, now: Millis, slot: Slot, role: Role, by: Slot) {
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        let asked = std::mem::take(&mut seat.asks);
        let before = std::mem::replace(&mut seat.role, role);
        let (changed, invite) = (before != role, seat.invite);
        if asked {
            self.announce(now, people::FromHost::Asking { slot, on: false });
        }
        if role < before {
            self.hold_to(now, slot, invite, role);
        }
        if changed {
            if role.may_write() && !before.may_write() {
                // Before the roster: who has heard of the role has heard this, and its next key counts.
                let since = self.announce_looking(now);
                if let Some(seat) = self.seats.get_mut(&slot) {
                    seat.writes_since = since;
                }
            }
            self.announce_roster(now);
            self.event(HostEvent::RoleChanged { slot, role, by });
            // Who may type now relies on the frequent heartbeat at once.
            self.heartbeat(now);
        }
    }

    fn known_to(&self, slot: Slot, came_by: InviteId) -> Vec<InviteId> {
        self.book.known_to(slot, came_by, |behind| !self.seats.contains_key(&behind))
    }

    /// JS-INVITE-8: a role that was taken back does not come back by an invite that its guest may know.
    fn hold_to(&mut self, now: Millis, slot: Slot, came_by: InviteId, role: Role) {
        self.revoke_made_by(now, slot);
        for id in self.known_to(slot, came_by) {
            self.narrow(id, |terms| terms.role = terms.role.min(role));
            self.returning.cap(id, role);
            for seat in self.seats.values_mut().filter(|seat| seat.invite == id && !seat.is_confirmed()) {
                seat.role = seat.role.min(role);
            }
        }
    }

    pub(super) fn roster(&mut self) -> FromHost {
        let rev = self.next_rev();
        let guests = self.guests().collect();
        people::FromHost::Roster { rev, host: self.config.name.clone(), guests }.into()
    }

    pub(super) fn announce_roster(&mut self, now: Millis) {
        let roster = self.roster();
        self.announce(now, roster);
    }

    /// Gives the number of this word.
    pub(super) fn announce_looking(&mut self, now: Millis) -> u64 {
        let rev = self.next_rev();
        self.announce(now, terminals::FromHost::Looking { rev, stream: self.attention.stream() });
        rev
    }

    fn looking_at(&mut self) -> FromHost {
        terminals::FromHost::Looking { rev: self.next_rev(), stream: self.attention.stream() }.into()
    }

    pub(super) fn say(&mut self, now: Millis, slot: Slot, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let (text, at) = (text.to_owned(), self.time_of_day(now));
        self.announce(now, chat::FromHost::Line { slot, text: text.clone(), at });
        self.event(HostEvent::Chat { slot, text, at });
    }

    pub(super) fn show_pointing(&mut self, now: Millis, slot: Slot, at: Option<Pointing>) {
        let before = match at {
            Some(at) => self.announced.pointing.insert(slot, at),
            None => self.announced.pointing.remove(&slot),
        };
        if before == at {
            return;
        }
        for word in self.pointed(slot, at) {
            self.announce(now, word);
        }
        self.event(HostEvent::Pointing { slot, at });
    }

    /// What a newcomer, or one that lost frames, has to know besides the roster.
    pub(super) fn tell_state(&mut self, _now: Millis, slot: Slot) {
        let state = self.state();
        if let Some(seat) = self.seats.get_mut(&slot) {
            for message in &state {
                seat.tell(message.encode());
            }
            self.flush(slot);
        }
    }

    /// The same to everyone: after the relay was away, messages may be missing.
    pub(super) fn announce_state(&mut self, now: Millis) {
        self.state_owed = false;
        for message in self.state() {
            self.announce(now, message);
        }
    }

    fn state(&mut self) -> Vec<FromHost> {
        let mut state = vec![self.roster(), self.terminal_list(), self.looking_at()];
        state.extend(self.panel_list());
        state.extend(self.farewell.as_ref().filter(|farewell| farewell.told).map(|_| self.closing().into()));
        // JS-MSG-6: also what somebody no longer does. The word that took it back may be the one that was lost.
        let seated = self.seats.values().filter(|seat| seat.is_confirmed());
        state.extend(seated.clone().map(|Seat { slot, asks, .. }| {
            FromHost::from(people::FromHost::Asking { slot: *slot, on: *asks })
        }));
        let slots = [HOST_SLOT].into_iter().chain(seated.map(|seat| seat.slot));
        let at = |slot| self.announced.pointing.get(&slot).copied();
        state.extend(slots.flat_map(|slot| self.pointed(slot, at(slot))));
        state
    }

    /// The words that say where somebody points (JS-CAN-2).
    fn pointed(&self, slot: Slot, at: Option<Pointing>) -> Vec<FromHost> {
        let (at, columns) = at.map(Pointing::words).unzip();
        let reads = |seat: &Seat| seat.can.has(pointing::COLUMNS);
        let columns = columns.flatten().filter(|_| self.seats.values().any(reads));
        let columns = columns.map(|columns| pointing::FromHost::Columns { slot, columns });
        columns.into_iter().chain([pointing::FromHost::Lines { slot, at }]).map(FromHost::from).collect()
    }
}
