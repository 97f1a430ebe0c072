//! What a seat tells, on the board.

use jumpseat_engine::api::{Admission, Connection, GuestEvent, InputRefusal, Role};

use jumpseat_wire::HOST_SLOT;

use super::{Board, InviteCard, MAX_INVITES, Person};
use crate::{error::why, panel_name::panel_name};

impl Board {
    /// Takes an event; says what the guest should read of it in the status line.
    pub(crate) fn take_guest_event(&mut self, event: &GuestEvent) -> Option<String> {
        let told = self.take_news(event);
        self.note_line();
        told
    }

    fn take_news(&mut self, event: &GuestEvent) -> Option<String> {
        match event {
            GuestEvent::Connection(connection) => self.connection = connection.clone(),
            GuestEvent::Waiting { host_present } => {
                self.connection = Connection::Connected;
                self.host_present = *host_present;
            }
            GuestEvent::Joined { slot, words } => {
                self.connection = Connection::Connected;
                self.me = *slot;
                self.seated = true;
                self.words.clone_from(words);
            }
            GuestEvent::Roster { host, guests } => {
                self.host.clone_from(host);
                let known = std::mem::take(&mut self.people);
                self.people = guests.iter().cloned().map(Person::from).collect();
                for person in &mut self.people {
                    person.asks = known.iter().any(|known| known.slot == person.slot && known.asks);
                }
                let people = &self.people;
                self.pointing
                    .retain(|slot| *slot == HOST_SLOT || people.iter().any(|person| person.slot == *slot));
            }
            GuestEvent::RoleChanged { role } => {
                let before = self.role();
                let me = self.me;
                if let Some(person) = self.person_mut(me) {
                    person.role = *role;
                    person.asks = false;
                }
                return (before != *role).then(|| match role {
                    Role::Viewer => "the host took the keyboard back".to_owned(),
                    Role::Writer => "you have the keyboard: type while the host looks on".to_owned(),
                    Role::CoOwner => "you are a co-owner: you may type, grant, remove and invite".to_owned(),
                });
            }
            GuestEvent::Asking { slot, on } => {
                let (slot, on) = (*slot, *on);
                self.person_mut(slot)?.asks = on;
                if on && slot != self.me && self.may_manage() {
                    return Some(format!("{} asks for the keyboard", self.name(slot)));
                }
            }
            GuestEvent::Declined => return Some("the host declined your request".to_owned()),
            GuestEvent::InputRefused { why, .. } => return Some(refusal(*why).to_owned()),
            GuestEvent::NotAllowed { what } => return Some(format!("not allowed: {what}")),
            GuestEvent::Typing { slot, on, .. } => self.typing(*slot, *on),
            // What is pointed at is told by who has the screen.
            GuestEvent::Pointing { slot, at } => self.points(*slot, at.is_some()),
            GuestEvent::Chat { slot, text, .. } => {
                let line = format!("{}: {text}", self.name(*slot));
                self.say(*slot, text.clone());
                return (*slot != self.me).then_some(line);
            }
            GuestEvent::HostPresent { present } => {
                self.host_present = *present;
                return Some(
                    if *present { "the host is back" } else { "the host lost the relay" }.to_owned(),
                );
            }
            GuestEvent::Panels { panels } => {
                let names: Vec<&str> = panels.iter().map(|kind| panel_name(*kind)).collect();
                let news = self.panels.share(panels) && !names.is_empty();
                return news.then(|| format!("shared beside the terminal: {}", names.join(", ")));
            }
            GuestEvent::Lag { lag } => self.lag = *lag,
            GuestEvent::Invited { code, token, role } => {
                self.invites.push(InviteCard {
                    id: None,
                    code: *code,
                    token: token.clone(),
                    link: None,
                    role: *role,
                    admission: Admission::First,
                    uses: 0,
                    max_uses: None,
                });
                let excess = self.invites.len().saturating_sub(MAX_INVITES);
                self.invites.drain(..excess);
                return Some(format!("an invite for a {role} is ready: see Invites in the menu"));
            }
            GuestEvent::Ended { reason, failure, .. } => self.ended = Some(why(*reason, failure.as_ref())),
            _ => {}
        }
        None
    }
}

/// Why keys do not count, for the one who pressed them.
pub(crate) fn refusal(why: InputRefusal) -> &'static str {
    match why {
        InputRefusal::ReadOnly => "you are watching; ask for the keyboard in the menu",
        InputRefusal::HostAway => "not typed: the host is looking elsewhere",
        InputRefusal::Stale => "not typed: your picture was too old; look again",
        InputRefusal::Behind => "not typed: your picture is behind; wait until it is live",
        InputRefusal::NoTerminal => "this terminal's program has ended",
    }
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::api::{GuestInfo, GuestPointAt};

    use super::*;

    #[test]
    fn a_guest_reads_what_concerns_it() {
        let mut board = Board::knocking();
        board.take_guest_event(&GuestEvent::Joined { slot: 2, words: vec!["ocean".into()] });
        let guest = |slot, name: &str| GuestInfo {
            slot,
            name: name.into(),
            program: "cli".into(),
            role: Role::Viewer,
            present: true,
            invite: None,
        };
        let guests = vec![guest(1, "Cy"), guest(2, "Bo")];
        board.take_guest_event(&GuestEvent::Roster { host: "Ann".into(), guests });
        assert_eq!((board.host.as_str(), board.name(2), board.role()), ("Ann", "Bo", Role::Viewer));
        assert!(!board.is_host() && !board.may_manage());

        let told = board.take_guest_event(&GuestEvent::RoleChanged { role: Role::Writer });
        assert!(told.unwrap().contains("keyboard"));
        assert_eq!(board.take_guest_event(&GuestEvent::RoleChanged { role: Role::Writer }), None);
        board.take_guest_event(&GuestEvent::Typing { slot: 1, stream: 1, on: true });
        assert_eq!(board.typing, Some(1));

        // Who points does so until they stop or leave.
        let point = |board: &mut Board, slot, at| {
            assert_eq!(board.take_guest_event(&GuestEvent::Pointing { slot, at }), None);
        };
        let at = Some(GuestPointAt { stream: 1, from: 3, to: 3 });
        point(&mut board, HOST_SLOT, at);
        point(&mut board, 1, at);
        assert_eq!(board.pointing, [HOST_SLOT, 1].into());
        let guests = vec![guest(2, "Bo")];
        board.take_guest_event(&GuestEvent::Roster { host: "Ann".into(), guests });
        assert_eq!(board.pointing, [HOST_SLOT].into());
        point(&mut board, HOST_SLOT, None);
        assert!(board.pointing.is_empty());
    }
}
