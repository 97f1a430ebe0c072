//! What the host machine says, in the words of the client.

use jumpseat_session::{
    InviteLink, InvitePage, KnockRefusal, Pointing, StreamId,
    host::{Host, HostEvent as Said},
};
use jumpseat_wire::InviteCode;

use crate::api::{Connection, GuestInfo, Invite, KnockInfo, PointAt, Secret, SessionEvent, TerminalNo};

/// The client's event; nothing for what the engine says itself, or for a terminal that is gone.
pub(super) fn event(
    said: Said,
    expires_in: u64,
    terminal: impl Fn(StreamId) -> Option<TerminalNo>,
) -> Option<SessionEvent> {
    Some(match said {
        Said::Opened { code } => SessionEvent::Opened { code, expires_in },
        // The engine says these itself, with when it tries again, or with what the relay said.
        Said::Away | Said::Ended { .. } => return None,
        Said::Back => SessionEvent::Connection(Connection::Connected),
        Said::Knocked { knock, name, invite, again } => {
            SessionEvent::Knocked(KnockInfo { knock, name, invite, again })
        }
        Said::KnockGone { knock } => SessionEvent::KnockGone { knock },
        Said::KnockFailed { why } => SessionEvent::KnockFailed { why },
        Said::KnockRefused { name, invite, why, again } => SessionEvent::KnockRefused {
            name,
            invite,
            why: why.to_string(),
            denied: why == KnockRefusal::Denied,
            again,
        },
        Said::Joined { guest, words, invite, again } => SessionEvent::Joined {
            guest: GuestInfo { invite: Some(invite), ..GuestInfo::from(&guest) },
            words: words.words().map(str::to_owned).to_vec(),
            invite,
            again,
        },
        Said::Left { slot, name, reason } => SessionEvent::Left { slot, name, reason },
        Said::Present { slot, present } => SessionEvent::Presence { slot, present },
        Said::RoleChanged { slot, role, by } => SessionEvent::RoleChanged { slot, role, by },
        Said::ControlAsked { slot } => SessionEvent::ControlAsked { slot },
        Said::Typing { slot, stream, on } => SessionEvent::Typing { slot, terminal: terminal(stream)?, on },
        Said::InputRefused { slot, stream, why } => {
            SessionEvent::InputRefused { slot, terminal: terminal(stream)?, why }
        }
        Said::Chat { slot, text, at } => SessionEvent::Chat { slot, text, at },
        Said::Pointing { slot, at } => {
            let shown =
                |Pointing { stream, from, to }| Some(PointAt { terminal: terminal(stream)?, from, to });
            SessionEvent::Pointing { slot, at: at.and_then(shown) }
        }
        Said::InviteMade { invite, by } => SessionEvent::InviteCreated { invite, by },
        Said::InviteChanged { invite, terms } => SessionEvent::InviteChanged { invite, terms: terms.into() },
        Said::InviteRevoked { invite } => SessionEvent::InviteEnded { invite },
        Said::Skimming { stream, on } => SessionEvent::Skimming { terminal: terminal(stream)?, on },
        _ => return None,
    })
}

/// An invite as its host's person needs it.
pub(super) fn invite(
    relay: &str,
    page: Option<&InvitePage>,
    code: InviteCode,
    invite: &jumpseat_session::Invite,
) -> Invite {
    let link = InviteLink { relay: relay.to_owned(), code, token: invite.token.clone() };
    Invite {
        id: invite.id,
        code,
        token: Secret::new(invite.token.reveal().to_string()),
        terms: invite.terms.into(),
        uses: invite.uses,
        link: Secret::new(link.editor().to_string()),
        web_link: page.map(|page| Secret::new(link.web(page).to_string())),
    }
}

/// The invites that can still be used.
pub(super) fn open_invites(
    host: &Host,
    now: jumpseat_session::Millis,
) -> impl Iterator<Item = &jumpseat_session::Invite> {
    host.invites().filter(move |invite| invite.check(now).is_ok())
}
