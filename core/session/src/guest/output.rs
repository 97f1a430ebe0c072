//! What a guest wants done, and what it tells.

use std::fmt;

use bytes::Bytes;
use jumpseat_wire::{CloseCode, Slot};
use serde::{Deserialize, Serialize};

use crate::{
    EndReason, GuestInfo, InputRefusal, KnockRefusal, PanelId, Pointing, Role, SafetyWords, Scope, StreamId,
    TerminalCard, TransferId, TransferRefusal,
};

/// What a guest wants done, in order. `Debug` shows no content: texts carry the claim on the seat.
#[derive(Clone, PartialEq)]
pub enum GuestOutput {
    /// Send this text to the relay.
    Text(String),
    /// Send these bytes to the relay.
    Frame(Bytes),
    /// Close the connection to the relay.
    Close,
    /// Change a terminal.
    Terminal {
        /// The terminal.
        stream: StreamId,
        /// How.
        change: TerminalChange,
    },
    /// Change a panel.
    Panel {
        /// The panel.
        panel: PanelId,
        /// How.
        change: PanelChange,
    },
    /// How a transfer goes on.
    Content {
        /// The transfer.
        transfer: TransferId,
        /// How.
        change: ContentChange,
    },
    /// Something to show or to log.
    Event(GuestEvent),
}

impl fmt::Debug for GuestOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Frame(frame) => write!(f, "Frame({} bytes)", frame.len()),
            Self::Close => f.write_str("Close"),
            Self::Terminal { stream, change } => write!(f, "Terminal({stream}, {change:?})"),
            Self::Panel { panel, change } => write!(f, "Panel({panel}, {change:?})"),
            Self::Content { transfer, change } => write!(f, "Content({transfer}, {change:?})"),
            Self::Event(event) => write!(f, "Event({event:?})"),
        }
    }
}

/// A change of a terminal; changes of one terminal apply in order. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub enum TerminalChange {
    /// It printed this.
    Output(Vec<u8>),
    /// It has a new size.
    Resize {
        /// Columns.
        cols: u16,
        /// Rows.
        rows: u16,
    },
    /// It looks like this now, whatever it looked like before.
    Snapshot {
        /// With scrollback, or the screen only.
        scope: Scope,
        /// What the host's screen made.
        data: Vec<u8>,
    },
}

impl fmt::Debug for TerminalChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(bytes) => write!(f, "Output({} bytes)", bytes.len()),
            Self::Resize { cols, rows } => write!(f, "Resize({cols}x{rows})"),
            Self::Snapshot { scope, data } => write!(f, "Snapshot({scope:?}, {} bytes)", data.len()),
        }
    }
}

/// A change of a panel; changes of one panel apply in order. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub enum PanelChange {
    /// What brings it from its version to the next.
    Change(Vec<u8>),
    /// The whole, whatever was there before.
    Snapshot(Vec<u8>),
}

impl fmt::Debug for PanelChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change(bytes) => write!(f, "Change({} bytes)", bytes.len()),
            Self::Snapshot(bytes) => write!(f, "Snapshot({} bytes)", bytes.len()),
        }
    }
}

/// How a transfer goes on. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub enum ContentChange {
    /// So much has come.
    Progress {
        /// Bytes that are here.
        received: u32,
        /// Bytes that there are.
        total: u32,
    },
    /// All of it is here; nothing follows.
    Whole(Vec<u8>),
    /// It does not come; nothing follows.
    Refused(TransferRefusal),
}

impl fmt::Debug for ContentChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Progress { received, total } => write!(f, "Progress({received} of {total} bytes)"),
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::Refused(why) => write!(f, "Refused({why:?})"),
        }
    }
}

/// How well a guest's screen keeps up with the host.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Liveness {
    /// No noticeable delay.
    Live,
    /// Three seconds late or more.
    Delayed,
    /// Twelve seconds late, or nothing came for that long: keys are refused.
    Stalled,
}

/// What happened in a session, as a guest sees it.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum GuestEvent {
    /// The relay knows the code and the token fits its host; the knock is sent.
    Waiting {
        /// Whether the host is connected now.
        host_present: bool,
    },
    /// The host said no, or the invite does not let anyone in.
    Refused {
        /// Why; nothing if the host did not recognise the token.
        why: Option<KnockRefusal>,
    },
    /// The relay turned this guest away.
    TurnedAway {
        /// Why.
        code: CloseCode,
    },
    /// The token belongs to another host than the one behind the code: a typing error, or somebody
    /// answers in the host's place.
    WrongHost,
    /// The seat is taken.
    Joined {
        /// Its number.
        slot: Slot,
        /// What both ends can compare.
        words: SafetyWords,
    },
    /// Who is in the session.
    Roster {
        /// The host's name.
        host: String,
        /// The guests, this one among them.
        guests: Vec<GuestInfo>,
    },
    /// This guest's role changed, or is known now.
    Role {
        /// What it may do.
        role: Role,
    },
    /// Which terminals there are.
    Terminals {
        /// All of them.
        terminals: Vec<TerminalCard>,
    },
    /// Which panels the host shares; it says so once it has shared any.
    Panels {
        /// All of them.
        panels: Vec<PanelId>,
    },
    /// Which terminal the host has in front.
    Looking {
        /// That one.
        stream: Option<StreamId>,
    },
    /// Someone starts or stops typing.
    Typing {
        /// Who.
        slot: Slot,
        /// Where.
        stream: StreamId,
        /// Whether it started.
        on: bool,
    },
    /// Someone points at something, or no longer does.
    Pointing {
        /// Who.
        slot: Slot,
        /// Where.
        at: Option<Pointing>,
    },
    /// Someone says something.
    Chat {
        /// Who: 0 is the host.
        slot: Slot,
        /// The message.
        text: String,
        /// When, in milliseconds since 1970, by the host's clock.
        at: u64,
    },
    /// Someone asks for control, or was answered.
    Asking {
        /// Who.
        slot: Slot,
        /// Whether the question is open.
        on: bool,
    },
    /// This guest's keys were not taken.
    InputRefused {
        /// At which terminal.
        stream: StreamId,
        /// Why.
        why: InputRefusal,
    },
    /// The host does not give control now.
    Declined,
    /// The invite that this co-owner asked for. `token` is a secret: keep it out of logs.
    Invited {
        /// Where the session is found.
        code: String,
        /// What lets a guest knock.
        token: crate::Token,
        /// The role it gives.
        role: Role,
    },
    /// What this guest asked for is not its to do.
    NotAllowed {
        /// The request that was refused, in words.
        what: String,
    },
    /// How the picture keeps up changed.
    Liveness(Liveness),
    /// The connection to the relay was lost; the seat is kept and the picture stays.
    Away,
    /// The connection is back.
    Back,
    /// The host's own connection came or went, as the relay says.
    HostPresent {
        /// Whether it is connected now.
        present: bool,
    },
    /// Frames were lost on the way: the picture is made again from a snapshot.
    Gap,
    /// These terminals, and no others, may miss something: nothing is typed at them until a snapshot, or the host's
    /// word, has made them exact again.
    CatchingUp {
        /// The terminals.
        streams: Vec<StreamId>,
    },
    /// The session is over for this guest; nothing follows.
    Ended {
        /// Why.
        reason: EndReason,
        /// Whether the host said so under its key, or only the relay.
        by_host: bool,
    },
}
