//! What a host wants done, and what it tells.

use std::fmt;

use bytes::Bytes;
use jumpseat_wire::{InviteCode, InviteId, KnockId, Slot};

use crate::{
    EndReason, GuestInfo, InputRefusal, InviteTerms, KnockRefusal, PanelId, Pointing, Role, SafetyWords,
    Scope, StreamId, TransferRequest,
};

pub use crate::area::transfer::host::TransferTicket;

/// Names a snapshot that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(pub(crate) u32);

/// What a host wants done, in order. `Debug` shows no content: texts carry the claim on the session.
#[derive(Clone, PartialEq)]
pub enum HostOutput {
    /// Send this text to the relay.
    Text(String),
    /// Send these bytes to the relay.
    Frame(Bytes),
    /// Close the connection to the relay.
    Close,
    /// Write a guest's keys to a terminal: its right to type was checked.
    Input {
        /// The terminal.
        stream: StreamId,
        /// Who typed.
        slot: Slot,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Take a snapshot of a terminal as it stands after every byte and resize that was given so far, and
    /// answer with [`snapshot_ready`](super::Host::snapshot_ready), at leisure.
    Snapshot {
        /// The terminal.
        stream: StreamId,
        /// How much of it.
        scope: Scope,
        /// What to answer under.
        ticket: Ticket,
    },
    /// Give the whole of a panel as it stands after every change that was given by the time it is answered, with
    /// [`snapshot_ready`](super::Host::snapshot_ready), at leisure.
    PanelSnapshot {
        /// The panel.
        panel: PanelId,
        /// What to answer under.
        ticket: Ticket,
    },
    /// A guest asks for a content of something that is shared. Look whether it stands in what is published now, and answer
    /// with [`content_ready`](super::Host::content_ready), at leisure.
    Transfer {
        /// Who asks.
        slot: Slot,
        /// What to answer under.
        ticket: TransferTicket,
        /// For what.
        request: TransferRequest,
    },
    /// Something to show or to log.
    Event(HostEvent),
}

impl fmt::Debug for HostOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Frame(frame) => write!(f, "Frame({} bytes)", frame.len()),
            Self::Close => f.write_str("Close"),
            Self::Input { stream, slot, bytes } => {
                write!(f, "Input({} bytes of slot {slot} for terminal {stream})", bytes.len())
            }
            Self::Snapshot { stream, scope, ticket } => {
                write!(f, "Snapshot({scope:?} of terminal {stream}, {ticket:?})")
            }
            Self::PanelSnapshot { panel, ticket } => write!(f, "PanelSnapshot({panel}, {ticket:?})"),
            Self::Transfer { slot, ticket, request } => {
                write!(f, "Transfer({ticket:?} of slot {slot} of {:?})", request.of)
            }
            Self::Event(event) => write!(f, "Event({event:?})"),
        }
    }
}

/// What happened in a session, as its host sees it.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum HostEvent {
    /// The relay has the session; guests find it under this code.
    Opened {
        /// The code.
        code: InviteCode,
    },
    /// The connection to the relay was lost; terminals go on.
    Away,
    /// The connection is back.
    Back,
    /// Someone holds an invite that asks first: answer with `admit` or `deny`.
    Knocked {
        /// What to answer under.
        knock: KnockId,
        /// The name it gives itself.
        name: String,
        /// The invite it holds.
        invite: InviteId,
        /// Whether somebody came by that invite before.
        again: bool,
    },
    /// A knock waits no more: it was answered, or who knocked went away.
    KnockGone {
        /// Whose knock.
        knock: KnockId,
    },
    /// A knock was turned away without asking.
    KnockFailed {
        /// Why, in words for a log.
        why: String,
    },
    /// Someone who holds an invite was turned away.
    KnockRefused {
        /// The name it gives itself.
        name: String,
        /// The invite it holds.
        invite: InviteId,
        /// Why.
        why: KnockRefusal,
        /// Whether somebody came by that invite before.
        again: bool,
    },
    /// A guest took its seat.
    Joined {
        /// The guest.
        guest: GuestInfo,
        /// What both ends can compare.
        words: SafetyWords,
        /// The invite it came with.
        invite: InviteId,
        /// Whether somebody else came by that invite before.
        again: bool,
    },
    /// A guest's seat is free again.
    Left {
        /// Its slot.
        slot: Slot,
        /// Its name.
        name: String,
        /// Removed, left, or gone for too long.
        reason: EndReason,
    },
    /// A guest's connection came or went.
    Present {
        /// Its slot.
        slot: Slot,
        /// Whether it is connected now.
        present: bool,
    },
    /// A role changed.
    RoleChanged {
        /// The guest's slot.
        slot: Slot,
        /// To what.
        role: Role,
        /// By whom: 0 is the host.
        by: Slot,
    },
    /// A guest asks for control: answer with `set_role` or `decline`.
    ControlAsked {
        /// Who.
        slot: Slot,
    },
    /// A guest started or stopped typing.
    Typing {
        /// Who.
        slot: Slot,
        /// Where.
        stream: StreamId,
        /// Whether it started.
        on: bool,
    },
    /// A guest's keys were refused; told once in a while.
    InputRefused {
        /// The guest's slot.
        slot: Slot,
        /// At which terminal.
        stream: StreamId,
        /// Why.
        why: InputRefusal,
    },
    /// Someone said something.
    Chat {
        /// Who: 0 is the host.
        slot: Slot,
        /// The message.
        text: String,
        /// When, in milliseconds since 1970.
        at: u64,
    },
    /// Someone points at something, or no longer does.
    Pointing {
        /// Who.
        slot: Slot,
        /// Where.
        at: Option<Pointing>,
    },
    /// A co-owner made an invite.
    InviteMade {
        /// The invite's id.
        invite: InviteId,
        /// Who.
        by: Slot,
    },
    /// An invite allows less than before: a role was taken back, or somebody was removed, who may know it.
    InviteChanged {
        /// The invite's id.
        invite: InviteId,
        /// What it allows now.
        terms: InviteTerms,
    },
    /// Another number of seats is taken with an invite.
    InviteUsed {
        /// The invite's id.
        invite: InviteId,
    },
    /// An invite was taken back.
    InviteRevoked {
        /// The invite's id.
        invite: InviteId,
    },
    /// A terminal prints faster than anyone can read or the line can carry: guests see it in glimpses.
    Skimming {
        /// The terminal.
        stream: StreamId,
        /// Whether it began.
        on: bool,
    },
    /// The session is over; nothing follows.
    Ended {
        /// Why.
        reason: EndReason,
    },
}
