//! What the hosting engine tells, on the overview.

use jumpseat_engine::api::{EndReason, SessionEvent, SessionState};
use jumpseat_wire::HOST_SLOT;

use super::{InviteCard, Overview, now};
use crate::{error::why, terminal::Notice};

impl Overview {
    /// Shows a session as it stands; one that is over has nothing in it.
    pub(crate) fn show_session(&mut self, session: Option<&SessionState>) {
        let Some(session) = session else {
            self.people.clear();
            self.knocks.clear();
            self.invites.clear();
            self.shown.clear();
            self.typing = None;
            self.pointing.clear();
            return;
        };
        self.code = session.code.or(self.code);
        self.connection.clone_from(&session.connection);
        self.people = session.guests.values().cloned().collect();
        self.knocks = session.knocks.values().cloned().collect();
        let now = now();
        let open = session.invites.iter().filter(|invite| !invite.is_over(now));
        self.invites = open.filter_map(InviteCard::of).collect();
        self.shown = session.panels.values().cloned().collect();
        self.typing = session.typing.keys().next().copied();
        self.pointing = session.pointing.keys().copied().collect();
        self.chat.clone_from(&session.chat);
    }

    /// What the host should notice of what happened.
    pub(crate) fn notice(&self, event: &SessionEvent) -> Option<Notice> {
        let passing = |text: String| Some(Notice { text, urgent: false });
        let urgent = |text: String| Some(Notice { text, urgent: true });
        match event {
            SessionEvent::Away { reason, .. } => {
                passing(format!("guests see nothing new until the relay is back: {reason}"))
            }
            SessionEvent::Knocked(knock) => {
                urgent(format!("{} wants to join{}", knock.name, again(knock.again)))
            }
            // The host does not need to be told what it did itself.
            SessionEvent::KnockRefused { denied: true, .. } => None,
            SessionEvent::KnockRefused { name, why, again: used, .. } => {
                Some(Notice { text: format!("{name} was turned away{}: {why}", again(*used)), urgent: *used })
            }
            SessionEvent::Joined { guest, again: used } => {
                Some(Notice { text: format!("{} joined{}", guest.info.name, again(*used)), urgent: *used })
            }
            SessionEvent::Left { name, reason, .. } => {
                let removed = *reason == EndReason::Removed;
                passing(format!("{name} {}", if removed { "was removed" } else { "left" }))
            }
            SessionEvent::RoleChanged { by: HOST_SLOT, .. } => None,
            SessionEvent::RoleChanged { slot, role, by } => {
                passing(format!("{} made {} a {role}", self.name(*by), self.name(*slot)))
            }
            SessionEvent::ControlAsked { slot } => {
                urgent(format!("{} asks for the keyboard", self.name(*slot)))
            }
            SessionEvent::Chat { slot: HOST_SLOT, .. } => None,
            SessionEvent::Chat { slot, text, .. } => urgent(format!("{}: {text}", self.name(*slot))),
            SessionEvent::Ended { reason, failure } => {
                passing(format!("not shared any more: {}", why(*reason, failure.as_ref())))
            }
            _ => None,
        }
    }
}

/// What the host reads where a token may be known to more than the one it was for.
fn again(used: bool) -> &'static str {
    if used { ", with an invite that was used before" } else { "" }
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::api::{Knock, Role};
    use jumpseat_wire::InviteId;

    use super::*;
    use crate::overview::person;

    #[test]
    fn the_host_notices_what_concerns_it() {
        let mut overview = Overview::hosting("Ann".into());
        overview.people = vec![person(1, "Bo", Role::Viewer), person(2, "Cy", Role::CoOwner)];
        let told = |event| overview.notice(&event);
        let notice = |text: &str, urgent| Some(Notice { text: text.to_owned(), urgent });
        assert_eq!(told(SessionEvent::ControlAsked { slot: 1 }), notice("Bo asks for the keyboard", true));
        let role = |by| SessionEvent::RoleChanged { slot: 1, role: Role::Writer, by };
        assert_eq!(told(role(2)), notice("Cy made Bo a writer", false));
        assert_eq!(told(role(HOST_SLOT)), None);
        let chat = |slot| SessionEvent::Chat { slot, text: "look".into(), at: 0 };
        assert_eq!((told(chat(1)), told(chat(HOST_SLOT))), (notice("Bo: look", true), None));
        let left = |reason| SessionEvent::Left { slot: 3, name: "Di".into(), reason };
        assert_eq!(told(left(EndReason::Removed)), notice("Di was removed", false));
        assert_eq!(told(left(EndReason::Left)), notice("Di left", false));
    }

    #[test]
    fn the_second_use_of_an_invite_is_noticed() {
        let overview = Overview::hosting("Ann".into());
        let (invite, again) = (InviteId([0; 16]), true);
        let knock = Knock { knock: 4, name: "Eve".into(), invite, again };
        let (name, why) = ("Eve".to_owned(), "this invite has expired".to_owned());
        let guest = person(2, "Eve", Role::Viewer);
        for event in [
            SessionEvent::Joined { guest, again },
            SessionEvent::Knocked(knock),
            SessionEvent::KnockRefused { name, invite, why, denied: false, again },
        ] {
            let notice = overview.notice(&event).unwrap();
            assert!(notice.urgent && notice.text.contains("used before"), "{}", notice.text);
        }
    }
}
