//! What a client asks of its seat at a session, and what it is told.

use jumpseat_session::TerminalCard;
use jumpseat_wire::{InviteCode, Slot};
use serde::{Deserialize, Serialize};

use super::{
    failure::Failure,
    panels::{PanelKind, PanelUpdate, ReferenceId},
    terms::{Admission, Connection, EndReason, GuestInfo, InputRefusal, Role, Secret, Size, StreamId},
};

/// What a client asks of its seat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GuestCommand {
    /// Keys for a terminal. A terminal's own answers among them are taken out.
    #[serde(skip)]
    Input {
        /// Which.
        stream: StreamId,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Says that so many bytes of [`GuestEvent::Terminal`] have been shown.
    Credit {
        /// How many more.
        bytes: u32,
    },
    /// Asks for the keyboard.
    AskControl,
    /// Says something in the chat.
    Chat {
        /// What.
        text: String,
    },
    /// Points at lines.
    Point {
        /// At what; nothing takes it back.
        at: Option<GuestPointAt>,
    },
    /// A co-owner's: changes what a guest may do.
    SetRole {
        /// Whose.
        slot: Slot,
        /// What.
        role: Role,
    },
    /// A co-owner's: removes a guest.
    Remove {
        /// Whom.
        slot: Slot,
    },
    /// A co-owner's: makes an invite; it comes as [`GuestEvent::Invited`].
    CreateInvite {
        /// The role on arrival: below co-owner.
        role: Role,
        /// How often it can be used.
        max_uses: Option<u32>,
        /// Whether the host is asked about each knock.
        admission: Admission,
    },
    /// Wants a content that stands in a panel: [`Reply::Content`](super::Reply::Content) once it is here. Asked
    /// again, it comes from here.
    Fetch {
        /// The panel.
        panel: PanelKind,
        /// What.
        reference: ReferenceId,
        /// The client's own number for it.
        tag: u32,
    },
    /// Wants it no more.
    CancelFetch {
        /// Of which number.
        tag: u32,
    },
    /// Shows every panel anew, in [`GuestEvent::Panel`]: for a client that forgot.
    ShowPanels,
    /// Gives the seat up.
    Leave,
}

/// What a seat tells its client.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GuestEvent {
    /// Something changed in a terminal, in order.
    #[serde(skip)]
    Terminal {
        /// Which.
        stream: StreamId,
        /// What.
        change: TerminalChange,
    },
    /// The line to the relay changed.
    Connection(Connection),
    /// The session exists, its host is the one that the token names, and the knock is on its way.
    Waiting {
        /// Whether the host is connected.
        host_present: bool,
    },
    /// The host gave this guest a seat.
    Joined {
        /// Its slot.
        slot: Slot,
        /// The safety words that both sides see.
        words: Vec<String>,
    },
    /// Who else is there.
    Roster {
        /// The host's name.
        host: String,
        /// Every guest, this one included.
        guests: Vec<GuestInfo>,
    },
    /// The terminals that are shared.
    Terminals {
        /// All of them.
        terminals: Vec<TerminalCard>,
    },
    /// Which terminal the host has in front: only there keys count.
    Looking {
        /// Which, if any.
        stream: Option<StreamId>,
    },
    /// What this guest may do changed.
    RoleChanged {
        /// What.
        role: Role,
    },
    /// Someone asks for the keyboard, or was answered.
    Asking {
        /// Who.
        slot: Slot,
        /// Whether the question is open.
        on: bool,
    },
    /// The request for the keyboard was declined.
    Declined,
    /// Keys were refused.
    InputRefused {
        /// At which terminal.
        stream: StreamId,
        /// Why.
        why: InputRefusal,
    },
    /// What was asked for is a co-owner's or the host's to do.
    NotAllowed {
        /// What.
        what: String,
    },
    /// Who types. Said when it begins, and with `on: false` when it stops.
    Typing {
        /// Who; 0 is the host.
        slot: Slot,
        /// In which terminal.
        stream: StreamId,
        /// Whether they (still) do.
        on: bool,
    },
    /// A line of chat.
    Chat {
        /// Who; 0 is the host.
        slot: Slot,
        /// What: sanitized.
        text: String,
        /// When, in milliseconds since 1970, by the host's clock.
        at: u64,
    },
    /// Someone points at lines, or no longer does.
    Pointing {
        /// Who; 0 is the host.
        slot: Slot,
        /// At what.
        at: Option<GuestPointAt>,
    },
    /// A co-owner's invite is ready.
    Invited {
        /// Where the session is found.
        code: InviteCode,
        /// What lets a guest knock.
        token: Secret,
        /// The role it gives.
        role: Role,
    },
    /// The host's own connection came or went, as the relay says.
    HostPresent {
        /// Whether it is connected.
        present: bool,
    },
    /// Frames were lost on the way: the picture is made anew.
    Gap,
    /// These terminals, and no others, may miss something: they are made anew, and nothing is typed at them before.
    CatchingUp {
        /// Which.
        streams: Vec<StreamId>,
    },
    /// How far behind the host this picture is.
    Lag {
        /// How it is to be called.
        lag: Lag,
    },
    /// Which panels the host shares: all of them, and nothing of others any more.
    Panels {
        /// Which.
        panels: Vec<PanelKind>,
    },
    /// A panel changed, or is here for the first time.
    Panel(PanelUpdate),
    /// A content is on its way.
    Fetching {
        /// The client's number for it.
        tag: u32,
        /// Bytes that are here, as they travel.
        received: u32,
        /// Bytes that there are.
        total: u32,
    },
    /// It could not get in; nothing follows.
    Failed(Failure),
    /// It is over; nothing follows.
    Ended {
        /// Why.
        reason: EndReason,
        /// Whether the host said so under its key, or only the relay.
        by_host: bool,
        /// When the relay refused: what it said, and what helps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        failure: Option<Failure>,
    },
}

/// Lines of a terminal, counted from the first that the session shares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct GuestPointAt {
    /// The terminal.
    pub stream: StreamId,
    /// The first line.
    pub from: u64,
    /// The last line.
    pub to: u64,
}

/// How far a guest's picture is behind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Lag {
    /// Not noticeably.
    Live,
    /// By three seconds or more.
    Delayed,
    /// By twelve seconds, or nothing came for so long: nothing is typed at it.
    Stalled,
}

/// A change in a terminal that a guest sees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TerminalChange {
    /// What the program printed, as it is: for a screen. A real terminal gets it through `jumpseat_guest::Drawing`.
    Output(Vec<u8>),
    /// The host's size changed.
    Resize(Size),
    /// A whole picture: everything before it is void. For `Screen::decode`, or as escape sequences by
    /// `jumpseat_guest::snapshot::ansi`.
    Snapshot {
        /// What the host's screen encoded, uncompressed.
        data: Vec<u8>,
        /// Whether it brings its scrollback; without it this is a glimpse, and a whole one follows.
        scrollback: bool,
    },
}

impl TerminalChange {
    /// What it counts against the client's window.
    pub fn weight(&self) -> u32 {
        match self {
            Self::Output(bytes) => u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            Self::Resize(_) => 0,
            Self::Snapshot { data, .. } => u32::try_from(data.len()).unwrap_or(u32::MAX),
        }
    }
}
