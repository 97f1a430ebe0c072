//! What the host machine says, in the words of the client.

use std::collections::BTreeMap;

use jumpseat_session::{KnockRefusal, Pointing, StreamId, host::HostEvent as Said};
use jumpseat_wire::Slot;

use crate::api::{Knock, Person, PointAt, SessionEvent, TerminalNo};

/// The client's event; nothing for what the state tells, or the engine says itself, or of a terminal that is gone.
pub(super) fn event(
    said: Said,
    streams: &BTreeMap<StreamId, TerminalNo>,
    guest: impl Fn(Slot) -> Option<Person>,
) -> Option<SessionEvent> {
    Some(match said {
        Said::Knocked { knock, name, invite, again } => {
            SessionEvent::Knocked(Knock { knock, name, invite, again })
        }
        Said::KnockRefused { name, invite, why, again } => SessionEvent::KnockRefused {
            name,
            invite,
            why: why.to_string(),
            denied: why == KnockRefusal::Denied,
            again,
        },
        Said::Joined { guest: entry, again, .. } => SessionEvent::Joined { guest: guest(entry.slot)?, again },
        Said::Left { slot, name, reason } => SessionEvent::Left { slot, name, reason },
        Said::RoleChanged { slot, role, by } => SessionEvent::RoleChanged { slot, role, by },
        Said::ControlAsked { slot } => SessionEvent::ControlAsked { slot },
        Said::InputRefused { slot, stream, why } => {
            SessionEvent::InputRefused { slot, terminal: *streams.get(&stream)?, why }
        }
        Said::Chat { slot, text, at } => SessionEvent::Chat { slot, text, at },
        Said::Pointing { slot, at } => SessionEvent::Pointed { slot, at: point_at(at?, streams)? },
        _ => return None,
    })
}

/// The lines in the client's words; nothing of a terminal that is gone.
pub(super) fn point_at(at: Pointing, streams: &BTreeMap<StreamId, TerminalNo>) -> Option<PointAt> {
    Some(PointAt { terminal: *streams.get(&at.stream)?, range: at.range })
}
