//! What an engine that hosts tells its clients.

use jumpseat_wire::{InviteId, Slot};
use serde::{Deserialize, Serialize};

use super::{
    ApiError,
    state::{Knock, StateUpdate},
    terms::{EndReason, InputRefusal, Person, PointAt, Role, SessionNo, Size, TerminalNo},
};

/// What an engine that hosts tells its clients. Every client gets all of them; output only of what it attached.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HostEvent {
    /// Bytes for the client's own terminal, to be shown as they are and then acknowledged by
    /// [`Credit`](super::HostCommand::Credit).
    #[serde(skip)]
    Output {
        /// Of which terminal.
        terminal: TerminalNo,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The next output of this terminal draws its picture again: clear the view first.
    Picture {
        /// Which terminal.
        terminal: TerminalNo,
        /// The size that the picture has.
        size: Size,
    },
    /// Changes of the state. They are sent before the events that refer to them.
    State(StateUpdate),
    /// A terminal's program ended, or was hung up.
    TerminalClosed {
        /// The terminal's number.
        terminal: TerminalNo,
        /// Its exit code; 128 and the number for one that a signal ended; nothing if it is not known.
        exit_code: Option<i32>,
    },
    /// A terminal's size changed.
    Resized {
        /// The terminal's number.
        terminal: TerminalNo,
        /// To what.
        size: Size,
    },
    /// Something happened in a session.
    Session {
        /// The session's number.
        session: SessionNo,
        /// What happened.
        event: SessionEvent,
    },
    /// The engine ends; nothing follows.
    Closing,
}

/// What happens in a session that this engine hosts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum SessionEvent {
    /// The line to the relay is lost. The state tells how it goes on.
    Away {
        /// Milliseconds until the next try.
        retry_in: u64,
        /// Why, in words.
        reason: String,
    },
    /// Someone asks to be let in.
    Knocked(Knock),
    /// Somebody was turned away at the door without asking.
    KnockFailed {
        /// Why, in words: the last one.
        why: String,
        /// How many since this was told last. It is told once a second at most.
        times: u64,
    },
    /// Somebody who holds an invite was turned away, by the host or because of the invite.
    KnockRefused {
        /// The name it gives itself: sanitized, unverified.
        name: String,
        /// The invite it holds.
        invite: InviteId,
        /// Why, in words.
        why: String,
        /// Whether the host said no itself.
        denied: bool,
        /// Whether somebody came by that invite before.
        again: bool,
    },
    /// A guest took a seat.
    Joined {
        /// Who.
        guest: Person,
        /// Whether somebody else came by that invite before.
        again: bool,
    },
    /// A guest's seat is free again.
    Left {
        /// Who.
        slot: Slot,
        /// Its name.
        name: String,
        /// Removed, left, or gone for too long.
        reason: EndReason,
    },
    /// A guest may do something else now.
    RoleChanged {
        /// The guest's slot.
        slot: Slot,
        /// The new role.
        role: Role,
        /// The co-owner who did it; 0 is the host.
        by: Slot,
    },
    /// A guest asks for the keyboard.
    ControlAsked {
        /// Who.
        slot: Slot,
    },
    /// A guest's keys were refused.
    InputRefused {
        /// The guest's slot.
        slot: Slot,
        /// At which terminal.
        terminal: TerminalNo,
        /// Why.
        why: InputRefusal,
    },
    /// A line of chat.
    Chat {
        /// Who; 0 is the host.
        slot: Slot,
        /// What: sanitized.
        text: String,
        /// When, in milliseconds since 1970.
        at: u64,
    },
    /// Someone points at lines: "look here".
    Pointed {
        /// Who; 0 is the host.
        slot: Slot,
        /// At what.
        at: PointAt,
    },
    /// The session is over.
    Ended {
        /// Why.
        reason: EndReason,
        /// When the relay refused: what it said, and what helps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        failure: Option<ApiError>,
    },
}
