//! The seat's state, and the places that changed.

use std::collections::{BTreeMap, BTreeSet};

use jumpseat_api::{
    ChatLine, ConnectionState, Person, PointAt, Scope, Secret, Size, TerminalNo,
    state::{MAX_CHAT, Phase, SeatInvite, SeatPath, SeatState, SharedTerminal},
};
use jumpseat_panels::PanelKind;
use jumpseat_session::{Pointing, StreamId, guest::GuestEvent as Said};
use jumpseat_wire::{HOST_SLOT, InviteCode, Slot};
use serde::Serialize;
use serde_json::Value;

/// Invites that are kept: the newest.
const MAX_INVITES: usize = 16;

/// A session as its guest sees it.
#[derive(Default)]
pub(crate) struct Known {
    state: SeatState,
    /// Places that changed since [`Known::marks`] was last called.
    marks: BTreeSet<SeatPath>,
    /// Numbers of the next line of chat and the next invite.
    next_line: u64,
    next_invite: u64,
}

impl Known {
    /// Of a session with this code.
    pub(crate) fn at(code: InviteCode) -> Self {
        let state = SeatState { code: Some(code), ..SeatState::default() };
        Self { state, ..Self::default() }
    }

    pub(crate) fn state(&self) -> &SeatState {
        &self.state
    }

    /// Takes the places that changed since the last call.
    pub(crate) fn marks(&mut self) -> BTreeSet<SeatPath> {
        std::mem::take(&mut self.marks)
    }

    /// The current value at a place for a client with this scope; null if there is none.
    pub(crate) fn value(&self, place: SeatPath, scope: Scope) -> Value {
        let state = &self.state;
        match place {
            SeatPath::All if scope < Scope::Everything => {
                json(SeatState { invites: BTreeMap::new(), ..state.clone() })
            }
            // It contains a token.
            SeatPath::Invite(_) if scope < Scope::Everything => Value::Null,
            place => value(state, place),
        }
    }

    /// Takes what the machine says.
    pub(crate) fn take(&mut self, said: &Said) {
        match said {
            Said::Waiting { host_present } => {
                self.phase(Phase::Waiting);
                self.connection(ConnectionState::Connected);
                self.host_present(*host_present);
            }
            Said::Joined { slot, words } => {
                self.phase(Phase::Seated);
                self.connection(ConnectionState::Connected);
                set(&mut self.state.slot, *slot, &mut self.marks, SeatPath::Slot);
                let words = words.words().map(str::to_owned).to_vec();
                set(&mut self.state.words, words, &mut self.marks, SeatPath::Words);
            }
            Said::Roster { host, guests } => {
                let asks = |slot| self.state.guests.get(&slot).is_some_and(|known| known.asks);
                let guests = guests
                    .iter()
                    .map(|guest| (guest.slot, Person { asks: asks(guest.slot), ..guest.clone().into() }));
                self.state.guests = guests.collect();
                self.marks.insert(SeatPath::Guests);
                set(&mut self.state.host, host.clone(), &mut self.marks, SeatPath::Host);
                if let Some(own) = self.state.guests.get(&self.state.slot) {
                    set(&mut self.state.role, own.info.role, &mut self.marks, SeatPath::Role);
                }
                self.forget_gone();
            }
            Said::Role { role } => {
                set(&mut self.state.role, *role, &mut self.marks, SeatPath::Role);
                if let Some(own) = self.state.guests.get_mut(&self.state.slot) {
                    (own.info.role, own.asks) = (*role, false);
                    self.marks.insert(SeatPath::Guest(self.state.slot));
                }
            }
            Said::Asking { slot, on } => self.asks(*slot, *on),
            Said::Declined => self.asks(self.state.slot, false),
            Said::Terminals { terminals } => {
                let terminals = terminals.iter().map(|card| {
                    let terminal = number(card.stream);
                    let size = Size { cols: card.cols, rows: card.rows };
                    (
                        terminal,
                        SharedTerminal { terminal, title: card.title.clone(), size, ended: card.ended },
                    )
                });
                set(&mut self.state.terminals, terminals.collect(), &mut self.marks, SeatPath::Terminals);
            }
            Said::Looking { stream } => {
                set(&mut self.state.looking, stream.map(number), &mut self.marks, SeatPath::Looking);
            }
            Said::Typing { slot, stream, on } => {
                if *on && self.is_here(*slot) {
                    self.state.typing.insert(*slot, number(*stream));
                } else {
                    self.state.typing.remove(slot);
                }
                self.marks.insert(SeatPath::Typing);
            }
            Said::Pointing { slot, at } => {
                match at {
                    Some(at) if self.is_here(*slot) => self.state.pointing.insert(*slot, point_at(*at)),
                    _ => self.state.pointing.remove(slot),
                };
                self.marks.insert(SeatPath::Pointing);
            }
            Said::Chat { slot, text, at } => {
                let line = ChatLine { slot: *slot, name: self.name(*slot), text: text.clone(), at: *at };
                put(
                    &mut self.state.chat,
                    &mut self.next_line,
                    line,
                    MAX_CHAT,
                    &mut self.marks,
                    SeatPath::Chat,
                );
            }
            Said::Invited { code, token, role } => {
                if let Ok(code) = code.parse() {
                    let token = Secret::new(token.reveal().to_string());
                    let invite = SeatInvite { code, token, role: *role };
                    let invites = &mut self.state.invites;
                    put(
                        invites,
                        &mut self.next_invite,
                        invite,
                        MAX_INVITES,
                        &mut self.marks,
                        SeatPath::Invite,
                    );
                }
            }
            Said::Liveness(liveness) => {
                set(&mut self.state.liveness, *liveness, &mut self.marks, SeatPath::Liveness);
            }
            Said::Back => self.connection(ConnectionState::Connected),
            Said::HostPresent { present } => self.host_present(*present),
            Said::CatchingUp { streams } => {
                let streams = streams.iter().copied().map(number).collect();
                set(&mut self.state.catching_up, streams, &mut self.marks, SeatPath::CatchingUp);
            }
            Said::Ended { reason, .. } => self.phase(Phase::Ended { reason: *reason }),
            _ => {}
        }
    }

    pub(crate) fn phase(&mut self, phase: Phase) {
        set(&mut self.state.phase, phase, &mut self.marks, SeatPath::Phase);
    }

    pub(crate) fn connection(&mut self, connection: ConnectionState) {
        set(&mut self.state.connection, connection, &mut self.marks, SeatPath::Connection);
    }

    /// These panels are shared, and no others.
    pub(crate) fn panels(&mut self, panels: BTreeSet<PanelKind>) {
        set(&mut self.state.panels, panels, &mut self.marks, SeatPath::Panels);
    }

    fn host_present(&mut self, present: bool) {
        set(&mut self.state.host_present, present, &mut self.marks, SeatPath::HostPresent);
    }

    /// Updates since when the seat is offline. The first loss counts.
    pub(crate) fn tell_offline(&mut self, now: u64) {
        let SeatState { phase, connection, host_present, offline_since, .. } = &self.state;
        // Before it is seated there is nothing that could be out of date.
        let stands = match phase {
            Phase::Seated => *connection == ConnectionState::Connected && *host_present,
            Phase::Knocking | Phase::Waiting => true,
            Phase::Failed { .. } | Phase::Ended { .. } => false,
        };
        let since = if stands { None } else { Some(offline_since.unwrap_or(now)) };
        set(&mut self.state.offline_since, since, &mut self.marks, SeatPath::OfflineSince);
    }

    fn asks(&mut self, slot: Slot, on: bool) {
        if let Some(guest) = self.state.guests.get_mut(&slot).filter(|guest| guest.asks != on) {
            guest.asks = on;
            self.marks.insert(SeatPath::Guest(slot));
        }
    }

    /// Who is not there any more neither points nor types.
    fn forget_gone(&mut self) {
        let SeatState { guests, pointing, typing, .. } = &mut self.state;
        let here = |slot: &Slot| *slot == HOST_SLOT || guests.contains_key(slot);
        let before = (pointing.len(), typing.len());
        pointing.retain(|slot, _| here(slot));
        typing.retain(|slot, _| here(slot));
        if pointing.len() != before.0 {
            self.marks.insert(SeatPath::Pointing);
        }
        if typing.len() != before.1 {
            self.marks.insert(SeatPath::Typing);
        }
    }

    fn is_here(&self, slot: Slot) -> bool {
        slot == HOST_SLOT || self.state.guests.contains_key(&slot)
    }

    fn name(&self, slot: Slot) -> String {
        match slot {
            HOST_SLOT => self.state.host.clone(),
            slot => self.state.guests.get(&slot).map(|guest| guest.info.name.clone()).unwrap_or_default(),
        }
    }
}

/// The number of a terminal that the host's stream is of.
pub(crate) fn number(stream: StreamId) -> TerminalNo {
    TerminalNo(u32::from(stream))
}

pub(crate) fn point_at(at: Pointing) -> PointAt {
    PointAt { terminal: number(at.stream), range: at.range }
}

fn set<T: PartialEq>(at: &mut T, value: T, marks: &mut BTreeSet<SeatPath>, place: SeatPath) {
    if *at != value {
        *at = value;
        marks.insert(place);
    }
}

/// Adds one to a list of the newest.
fn put<T>(
    list: &mut BTreeMap<u64, T>,
    next: &mut u64,
    item: T,
    most: usize,
    marks: &mut BTreeSet<SeatPath>,
    place: fn(u64) -> SeatPath,
) {
    list.insert(*next, item);
    marks.insert(place(*next));
    *next += 1;
    if list.len() > most
        && let Some((gone, _)) = list.pop_first()
    {
        marks.insert(place(gone));
    }
}

fn value(state: &SeatState, place: SeatPath) -> Value {
    match place {
        SeatPath::All => json(state),
        SeatPath::Phase => json(&state.phase),
        SeatPath::Connection => json(&state.connection),
        SeatPath::Slot => json(state.slot),
        SeatPath::Words => json(&state.words),
        SeatPath::Role => json(state.role),
        SeatPath::Host => json(&state.host),
        SeatPath::HostPresent => json(state.host_present),
        SeatPath::OfflineSince => json(state.offline_since),
        SeatPath::Guests => json(&state.guests),
        SeatPath::Guest(slot) => json(state.guests.get(&slot)),
        SeatPath::Terminals => json(&state.terminals),
        SeatPath::Looking => json(state.looking),
        SeatPath::Liveness => json(state.liveness),
        SeatPath::CatchingUp => json(&state.catching_up),
        SeatPath::Typing => json(&state.typing),
        SeatPath::Pointing => json(&state.pointing),
        SeatPath::Chat(line) => json(state.chat.get(&line)),
        SeatPath::Panels => json(&state.panels),
        SeatPath::Invite(number) => json(state.invites.get(&number)),
    }
}

fn json(value: impl Serialize) -> Value {
    // Plain values: none has a key that JSON cannot have.
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jumpseat_api::{Replica, state::Dirty};
    use jumpseat_session::{EndReason, GuestInfo, Role, TerminalCard, TextRange, guest::Liveness};
    use proptest::prelude::*;

    use super::*;

    fn roster(slots: std::ops::Range<Slot>, role: Role) -> Said {
        let guest = |slot: Slot| GuestInfo {
            slot,
            name: format!("guest {slot}"),
            program: "cli".to_owned(),
            role,
            present: true,
        };
        Said::Roster { host: "Ann".to_owned(), guests: slots.map(guest).collect() }
    }

    fn terminals(count: u8) -> Said {
        let card = |stream| TerminalCard { stream, title: "sh".to_owned(), cols: 80, rows: 24, ended: None };
        Said::Terminals { terminals: (1..=count).map(card).collect() }
    }

    fn said() -> impl Strategy<Value = Said> {
        let slot = 0..4_u16;
        prop_oneof![
            Just(Said::Waiting { host_present: true }),
            (1..5_u16).prop_map(|most| roster(1..most, Role::Viewer)),
            (1..5_u16).prop_map(|most| roster(1..most, Role::Writer)),
            Just(Said::Role { role: Role::CoOwner }),
            (0..3_u8).prop_map(terminals),
            proptest::option::of(1..3_u8).prop_map(|stream| Said::Looking { stream }),
            (slot.clone(), any::<bool>()).prop_map(|(slot, on)| Said::Typing { slot, stream: 1, on }),
            (slot.clone(), any::<bool>()).prop_map(|(slot, on)| {
                Said::Pointing {
                    slot,
                    at: on.then_some(Pointing {
                        stream: 1,
                        range: TextRange { from: 2, to: 3, columns: None },
                    }),
                }
            }),
            (slot.clone(), any::<bool>()).prop_map(|(slot, on)| Said::Asking { slot, on }),
            slot.prop_map(|slot| Said::Chat { slot, text: "look".to_owned(), at: 5 }),
            Just(Said::Declined),
            Just(Said::Liveness(Liveness::Stalled)),
            Just(Said::Back),
            any::<bool>().prop_map(|present| Said::HostPresent { present }),
            proptest::collection::vec(1..3_u8, 0..2).prop_map(|streams| Said::CatchingUp { streams }),
            Just(Said::Ended { reason: EndReason::Left, by_host: false }),
        ]
    }

    proptest! {
        #[test]
        fn a_client_that_is_told_now_and_then_knows_what_the_seat_knows(
            said in proptest::collection::vec((said(), any::<bool>()), 0..60)
        ) {
            let mut known = Known::default();
            let mut news = Dirty::default();
            let mut replica: Replica<SeatState> = Replica::default();
            for (said, tells) in said.into_iter().map(|(said, tells)| (Some(said), tells)).chain([(None, true)]) {
                said.into_iter().for_each(|said| known.take(&said));
                known.marks().into_iter().for_each(|place| news.mark(place));
                if tells {
                    let update = news.update(|place| known.value(place, Scope::Everything));
                    prop_assert!(update.is_none_or(|update| replica.apply(update)));
                    prop_assert_eq!(replica.state(), known.state());
                }
            }
        }
    }

    #[test]
    fn what_a_host_says_of_nobody_is_not_kept() {
        let mut known = Known::default();
        known.take(&roster(1..3, Role::Viewer));
        for slot in 0..1000 {
            known.take(&Said::Typing { slot, stream: 1, on: true });
            known.take(&Said::Pointing {
                slot,
                at: Some(Pointing { stream: 1, range: TextRange { from: 2, to: 3, columns: None } }),
            });
            known.take(&Said::Chat { slot, text: "look".to_owned(), at: 5 });
        }
        let SeatState { typing, pointing, chat, .. } = known.state();
        assert_eq!((typing.len(), pointing.len(), chat.len()), (3, 3, MAX_CHAT));
        known.take(&roster(1..2, Role::Viewer));
        assert_eq!((known.state().typing.len(), known.state().pointing.len()), (2, 2));
    }
}
