//! What an engine that hosts tells its clients.

use jumpseat_wire::{InviteCode, InviteId, KnockId, Slot};
use serde::{Deserialize, Serialize};

use super::{
    Failure,
    host::{BlockInfo, KnockInfo, PointAt, TerminalStatus},
    panels::{PanelKind, PanelStatus},
    terms::{Connection, EndReason, GuestInfo, InputRefusal, InviteTerms, Role, SessionNo, Size, TerminalNo},
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
    /// The next output of this terminal draws its picture anew: clear the view first.
    Picture {
        /// Which terminal.
        terminal: TerminalNo,
        /// The size that the picture has.
        size: Size,
    },
    /// A terminal was opened, by whichever client.
    TerminalOpened(TerminalStatus),
    /// A terminal's program ended, or was hung up.
    TerminalClosed {
        /// Which.
        terminal: TerminalNo,
        /// Its exit code; 128 and the number for one that a signal ended; nothing if it is not known.
        exit_code: Option<i32>,
    },
    /// A terminal's size changed.
    Resized {
        /// Which.
        terminal: TerminalNo,
        /// To what.
        size: Size,
    },
    /// A terminal's title changed.
    Titled {
        /// Which.
        terminal: TerminalNo,
        /// To what: sanitized.
        title: String,
    },
    /// A shell went to another directory.
    Cwd {
        /// In which terminal.
        terminal: TerminalNo,
        /// Where.
        cwd: String,
    },
    /// A command began (no exit code) or ended.
    Block {
        /// In which terminal.
        terminal: TerminalNo,
        /// The block as it stands.
        #[serde(flatten)]
        block: BlockInfo,
    },
    /// Something happened in a session.
    Session {
        /// Which.
        session: SessionNo,
        /// What.
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
    /// The relay has a room for it, under this code (another one only if the relay lost the old).
    Opened {
        /// The code.
        code: InviteCode,
        /// Seconds until the session ends by itself.
        expires_in: u64,
    },
    /// The line to the relay changed.
    Connection(Connection),
    /// Someone asks to be let in.
    Knocked(KnockInfo),
    /// A knock waits no more: it was answered, or who knocked went away.
    KnockGone {
        /// The knock.
        knock: KnockId,
    },
    /// Somebody was turned away at the door without asking.
    KnockFailed {
        /// Why, in words.
        why: String,
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
        guest: GuestInfo,
        /// The safety words that both sides see.
        words: Vec<String>,
        /// The invite it came by.
        invite: InviteId,
        /// Whether somebody else came by that invite before.
        again: bool,
    },
    /// A guest's line came or went; its seat is kept.
    Presence {
        /// Whose.
        slot: Slot,
        /// Whether it is connected.
        present: bool,
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
        /// Whose.
        slot: Slot,
        /// What.
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
        /// Whose.
        slot: Slot,
        /// At which terminal.
        terminal: TerminalNo,
        /// Why.
        why: InputRefusal,
    },
    /// Who types, and where. Said when it begins, and with `on: false` when it stops.
    Typing {
        /// Who.
        slot: Slot,
        /// In which terminal.
        terminal: TerminalNo,
        /// Whether they (still) do.
        on: bool,
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
    /// Someone points at lines, or no longer does.
    Pointing {
        /// Who.
        slot: Slot,
        /// At what.
        at: Option<PointAt>,
    },
    /// A terminal prints faster than anyone can read or the line can carry: guests see it in glimpses.
    Skimming {
        /// Which.
        terminal: TerminalNo,
        /// Whether it does (still).
        on: bool,
    },
    /// Other panels are shared than before.
    Panels {
        /// All that are.
        panels: Vec<PanelKind>,
    },
    /// A panel that guests see changed.
    Panel(PanelStatus),
    /// An invite allows less than before: somebody who may know it was demoted or removed.
    InviteChanged {
        /// Which.
        invite: InviteId,
        /// What it grants now.
        terms: InviteTerms,
    },
    /// An invite was made, by the host or a co-owner.
    InviteCreated {
        /// Which.
        invite: InviteId,
        /// Who; 0 is the host.
        by: Slot,
    },
    /// An invite can no longer be used.
    InviteEnded {
        /// Which.
        invite: InviteId,
    },
    /// The session is over.
    Ended {
        /// Why.
        reason: EndReason,
        /// When the relay refused: what it said, and what helps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        failure: Option<Failure>,
    },
}
