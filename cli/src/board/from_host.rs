//! What the hosting engine tells, on the board.

use jumpseat_engine::api::{Connection, EndReason, GuestInfo, SessionEvent, SessionStatus};
use jumpseat_wire::HOST_SLOT;

use super::{Board, InviteCard, Person};
use crate::{error::why, terminal::Notice};

impl Board {
    /// Takes everything that stands; words and requests, which a status has not, are kept.
    pub(crate) fn take_status(&mut self, status: SessionStatus) {
        self.code = status.code.or(self.code);
        self.connection = status.connection;
        let known = std::mem::take(&mut self.people);
        self.people = status.guests.into_iter().map(Person::from).collect();
        for person in &mut self.people {
            if let Some(known) = known.iter().find(|known| known.slot == person.slot) {
                person.words.clone_from(&known.words);
                person.asks = known.asks;
            }
        }
        self.knocks = status.knocks;
        self.shown = status.panels;
        self.invites = status.invites.into_iter().map(InviteCard::from).collect();
    }

    /// Takes an event; says what the host should notice of it.
    pub(crate) fn take_session_event(&mut self, event: SessionEvent) -> Option<Notice> {
        let passing = |text: String| Some(Notice { text, urgent: false });
        let urgent = |text: String| Some(Notice { text, urgent: true });
        match event {
            SessionEvent::Opened { code, .. } => self.code = Some(code),
            SessionEvent::Connection(connection) => {
                let was_up = self.connection == Connection::Connected;
                self.connection = connection;
                if let (true, Connection::Away { reason, .. }) = (was_up, &self.connection) {
                    return passing(format!("guests see nothing new until the relay is back: {reason}"));
                }
            }
            SessionEvent::Knocked(knock) => {
                let text = format!("{} wants to join{}", knock.name, again(knock.again));
                self.knocks.retain(|known| known.knock != knock.knock);
                self.knocks.push(knock);
                return urgent(text);
            }
            SessionEvent::KnockGone { knock } => self.knocks.retain(|known| known.knock != knock),
            SessionEvent::KnockRefused { name, why, denied, again: used, .. } => {
                // What the host itself said is no news to it.
                return (!denied).then(|| {
                    let text = format!("{name} was turned away{}: {why}", again(used));
                    Notice { text, urgent: used }
                });
            }
            SessionEvent::Joined { guest, words, again: used, .. } => {
                let text = format!("{} joined{}", guest.name, again(used));
                self.people.retain(|person| person.slot != guest.slot);
                self.people.push(Person { words, ..Person::from(guest) });
                self.people.sort_by_key(|person| person.slot);
                return Some(Notice { text, urgent: used });
            }
            SessionEvent::Presence { slot, present } => {
                if let Some(person) = self.person_mut(slot) {
                    person.present = present;
                }
                self.typing(slot, false);
                if !present {
                    self.points(slot, false);
                }
            }
            SessionEvent::Left { slot, name, reason } => {
                self.people.retain(|person| person.slot != slot);
                self.typing(slot, false);
                self.points(slot, false);
                let removed = reason == EndReason::Removed;
                return passing(format!("{name} {}", if removed { "was removed" } else { "left" }));
            }
            SessionEvent::RoleChanged { slot, role, by } => {
                let person = self.person_mut(slot)?;
                person.role = role;
                person.asks &= !role.may_write();
                if by != HOST_SLOT {
                    return passing(format!("{} made {} a {role}", self.name(by), self.name(slot)));
                }
            }
            SessionEvent::ControlAsked { slot } => {
                let person = self.person_mut(slot)?;
                person.asks = true;
                return urgent(format!("{} asks for the keyboard", self.name(slot)));
            }
            SessionEvent::Typing { slot, on, .. } => self.typing(slot, on),
            // What is pointed at is told by who has the screen.
            SessionEvent::Pointing { slot, at } => self.points(slot, at.is_some()),
            SessionEvent::Chat { slot, text, .. } => {
                let notice = format!("{}: {text}", self.name(slot));
                self.say(slot, text);
                return if slot == HOST_SLOT { None } else { urgent(notice) };
            }
            SessionEvent::InviteChanged { invite, terms } => {
                if let Some(known) = self.invites.iter_mut().find(|known| known.id == Some(invite)) {
                    (known.role, known.admission) = (terms.role, terms.admission);
                }
            }
            SessionEvent::InviteEnded { invite } => self.invites.retain(|known| known.id != Some(invite)),
            SessionEvent::Panel(status) => {
                if let Some(known) = self.shown.iter_mut().find(|known| known.panel == status.panel) {
                    *known = status;
                }
            }
            SessionEvent::Ended { reason, failure } => {
                let why = why(reason, failure.as_ref());
                self.people.clear();
                self.knocks.clear();
                self.invites.clear();
                self.shown.clear();
                self.typing = None;
                self.pointing.clear();
                let notice = format!("not shared any more: {why}");
                self.ended = Some(why);
                return passing(notice);
            }
            _ => {}
        }
        None
    }

    /// The host answered a request with no.
    pub(crate) fn declined(&mut self, slot: u16) {
        if let Some(person) = self.person_mut(slot) {
            person.asks = false;
        }
    }
}

/// What the host reads where a token may be known to more than the one it was for.
fn again(used: bool) -> &'static str {
    if used { ", with an invite that was used before" } else { "" }
}

impl From<GuestInfo> for Person {
    fn from(guest: GuestInfo) -> Self {
        Self {
            slot: guest.slot,
            name: guest.name,
            program: guest.program,
            role: guest.role,
            present: guest.present,
            words: Vec::new(),
            asks: false,
            invite: guest.invite,
        }
    }
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::api::{KnockInfo, PointAt, Role, TerminalNo};
    use jumpseat_wire::InviteId;

    use super::*;

    fn joined(board: &mut Board, slot: u16, name: &str) -> Option<Notice> {
        let guest = GuestInfo {
            slot,
            name: name.into(),
            program: "cli".into(),
            role: Role::Viewer,
            present: true,
            invite: None,
        };
        let (words, invite) = (vec!["ocean".to_owned()], InviteId([0; 16]));
        board.take_session_event(SessionEvent::Joined { guest, words, invite, again: slot > 1 })
    }

    #[test]
    fn a_guest_comes_asks_writes_and_goes() {
        let mut board = Board::hosting("Ann".into());
        assert_eq!(joined(&mut board, 1, "Bo"), Some(Notice { text: "Bo joined".into(), urgent: false }));
        let asked = board.take_session_event(SessionEvent::ControlAsked { slot: 1 }).unwrap();
        assert!(asked.urgent && board.people[0].asks);
        board.take_session_event(SessionEvent::RoleChanged { slot: 1, role: Role::Writer, by: 0 });
        assert!(!board.people[0].asks && board.people[0].role == Role::Writer);
        board.take_session_event(SessionEvent::Left {
            slot: 1,
            name: "Bo".into(),
            reason: EndReason::Removed,
        });
        assert!(board.people.is_empty());
    }

    #[test]
    fn the_second_use_of_an_invite_is_noticed() {
        let mut board = Board::hosting("Ann".into());
        joined(&mut board, 1, "Bo");
        let (invite, again) = (InviteId([0; 16]), true);
        let knock = KnockInfo { knock: 4, name: "Eve".into(), invite, again };
        let (name, why) = ("Eve".to_owned(), "this invite has expired".to_owned());
        let refused = SessionEvent::KnockRefused { name, invite, why, denied: false, again };
        let told = [
            joined(&mut board, 2, "Eve"),
            board.take_session_event(SessionEvent::Knocked(knock)),
            board.take_session_event(refused),
        ];
        for notice in told {
            let notice = notice.unwrap();
            assert!(notice.urgent && notice.text.contains("used before"), "{}", notice.text);
        }
    }

    #[test]
    fn a_status_keeps_the_words_that_only_the_joining_told() {
        let mut board = Board::hosting("Ann".into());
        joined(&mut board, 1, "Bo");
        let guest = GuestInfo {
            slot: 1,
            name: "Bo".into(),
            program: "cli".into(),
            role: Role::Writer,
            present: false,
            invite: None,
        };
        board.take_status(SessionStatus {
            session: jumpseat_engine::api::SessionNo(1),
            code: None,
            relay: String::new(),
            connection: Connection::Connected,
            expires_in: None,
            terminals: Vec::new(),
            guests: vec![guest],
            knocks: Vec::new(),
            invites: Vec::new(),
            panels: Vec::new(),
        });
        assert_eq!((board.people[0].words.len(), board.people[0].role), (1, Role::Writer));
    }

    #[test]
    fn who_points_is_known_until_it_goes() {
        let at = PointAt { terminal: TerminalNo(1), from: 3, to: 3 };
        let points = |at| SessionEvent::Pointing { slot: 1, at };
        let ends: [fn() -> SessionEvent; 4] = [
            || SessionEvent::Pointing { slot: 1, at: None },
            || SessionEvent::Presence { slot: 1, present: false },
            || SessionEvent::Left { slot: 1, name: "Bo".into(), reason: EndReason::Left },
            || SessionEvent::Ended { reason: EndReason::Stopped, failure: None },
        ];
        for (nth, end) in ends.into_iter().enumerate() {
            let mut board = Board::hosting("Ann".into());
            joined(&mut board, 1, "Bo");
            assert_eq!(board.take_session_event(points(Some(at))), None);
            board.take_session_event(SessionEvent::Presence { slot: 1, present: true });
            assert!(board.pointing.contains(&1), "{nth}");
            board.take_session_event(end());
            assert!(board.pointing.is_empty(), "{nth}");
        }
    }
}
