//! What a seat tells, on the overview.

use std::mem;

use jumpseat_engine::api::{Admission, GuestEvent, InputRefusal, Phase, Role, SeatInvite, SeatState};

use super::{InviteCard, Overview};
use crate::{error::why, panel_name::panel_name};

impl Overview {
    /// Shows the session as this seat sees it; says what the guest should read of it in the status line.
    pub(crate) fn show_seat(&mut self, seat: &SeatState) -> Option<String> {
        self.seated |= seat.phase == Phase::Seated;
        if self.seated {
            self.me = seat.slot;
        }
        if !seat.host.is_empty() {
            self.host.clone_from(&seat.host);
        }
        self.connection.clone_from(&seat.connection);
        self.host_present = seat.host_present;
        self.words.clone_from(&seat.words);
        self.people = seat.guests.values().cloned().collect();
        self.invites = seat.invites.values().cloned().map(InviteCard::from).collect();
        self.chat.clone_from(&seat.chat);
        self.typing = seat.typing.keys().next().copied();
        self.pointing = seat.pointing.keys().copied().collect();
        self.liveness = seat.liveness;
        self.panels.set_offline(seat.offline_since);
        let names: Vec<&str> = seat.panels.iter().map(|kind| panel_name(*kind)).collect();
        let news = self.panels.share(&seat.panels) && !names.is_empty();
        news.then(|| format!("shared next to the terminal: {}", names.join(", ")))
    }

    /// What the guest should read of what happened, in the status line.
    pub(crate) fn told(&mut self, event: &GuestEvent) -> Option<String> {
        Some(match event {
            GuestEvent::RoleChanged { role: Role::Viewer } if !mem::take(&mut self.could_type) => {
                return None;
            }
            GuestEvent::RoleChanged { role } => {
                self.could_type = role.may_write();
                match role {
                    Role::Viewer => "the host took the keyboard back",
                    Role::Writer => "you have the keyboard: type while the host looks on",
                    Role::CoOwner => "you are a co-owner: you may type, grant, remove and invite",
                }
                .to_owned()
            }
            GuestEvent::ControlAsked { slot } if *slot != self.me && self.may_manage() => {
                format!("{} asks for the keyboard", self.name(*slot))
            }
            GuestEvent::Declined => "the host declined your request".to_owned(),
            GuestEvent::InputRefused { why, .. } => refusal(*why).to_owned(),
            GuestEvent::NotAllowed { what } => format!("not allowed: {what}"),
            GuestEvent::Chat { slot, text, .. } if *slot != self.me => {
                format!("{}: {text}", self.name(*slot))
            }
            GuestEvent::HostPresent { present: true } => "the host is back".to_owned(),
            GuestEvent::HostPresent { present: false } => "the host lost the relay".to_owned(),
            GuestEvent::Invited { role } => {
                format!("an invite for a {role} is ready: see Invites in the menu")
            }
            GuestEvent::Ended { reason, failure, .. } => {
                self.ended = Some(why(*reason, failure.as_ref()));
                return None;
            }
            _ => return None,
        })
    }
}

impl From<SeatInvite> for InviteCard {
    fn from(SeatInvite { code, token, role }: SeatInvite) -> Self {
        Self { id: None, code, token, link: None, role, admission: Admission::First, uses: 0, max_uses: None }
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
    use jumpseat_engine::api::ConnectionState;
    use jumpseat_wire::HOST_SLOT;

    use super::*;
    use crate::overview::person;

    fn seat(role: Role) -> SeatState {
        SeatState {
            phase: Phase::Seated,
            connection: ConnectionState::Connected,
            slot: 2,
            host: "Ann".into(),
            guests: [(1, person(1, "Cy", Role::Viewer)), (2, person(2, "Bo", role))].into(),
            ..SeatState::default()
        }
    }

    #[test]
    fn a_guest_reads_what_concerns_it() {
        let mut overview = Overview::knocking();
        overview.show_seat(&seat(Role::Viewer));
        assert_eq!((overview.host.as_str(), overview.name(2), overview.role()), ("Ann", "Bo", Role::Viewer));
        assert!(!overview.is_host() && !overview.may_manage());
        assert_eq!(overview.told(&GuestEvent::ControlAsked { slot: 1 }), None);

        let role = |role| GuestEvent::RoleChanged { role };
        assert_eq!(overview.told(&role(Role::Viewer)), None, "it watched before");
        assert!(overview.told(&role(Role::Writer)).unwrap().contains("keyboard"));
        assert!(overview.told(&role(Role::Viewer)).unwrap().contains("back"));

        overview.show_seat(&seat(Role::CoOwner));
        assert!(overview.told(&role(Role::CoOwner)).unwrap().contains("co-owner"));
        assert!(overview.told(&GuestEvent::ControlAsked { slot: 1 }).unwrap().contains("Cy asks"));
        let chat = |slot| GuestEvent::Chat { slot, text: "look".into(), at: 0 };
        assert_eq!(overview.told(&chat(HOST_SLOT)).as_deref(), Some("Ann: look"));
        assert_eq!(overview.told(&chat(2)), None);
    }

    #[test]
    fn what_is_shared_beside_the_terminal_is_told_once() {
        use jumpseat_engine::api::panels::PanelKind;

        let mut overview = Overview::knocking();
        let seat = SeatState { panels: [PanelKind::Git, PanelKind::Log].into(), ..seat(Role::Viewer) };
        assert!(overview.show_seat(&seat).unwrap().contains("git"));
        assert_eq!(overview.show_seat(&seat), None);
    }
}
