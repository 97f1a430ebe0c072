//! What a client asks of its seat at a session, and what it is told.

use jumpseat_wire::Slot;
use serde::{Deserialize, Serialize};

use super::{
    error::ApiError,
    host::ScreenFormat,
    panels::{PanelKind, PanelUpdate, ReferenceId},
    state::StateUpdate,
    terms::{Admission, EndReason, InputRefusal, PointAt, Role, Size, TerminalNo},
};

/// What a client asks of its seat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GuestCommand {
    /// Keys for a terminal. A terminal's own answers among them are taken out.
    #[serde(skip)]
    Input {
        /// The terminal's number.
        terminal: TerminalNo,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Shows every terminal to this client in [`GuestEvent::Terminal`]: a picture first, then the changes. Sending it again
    /// starts over. The seat's owner is attached from the start, and the seat waits for its credit. Other clients miss
    /// output while they give no credit, and continue with new pictures.
    Attach {
        /// Bytes that may be under way to this client before it gives [`Credit`](Self::Credit).
        window: u32,
    },
    /// Shows this client no terminals any more.
    Detach,
    /// Shows one terminal to this client in a window of another size, for a real terminal: in place of its output come escape
    /// sequences that draw it. Sending it again with another size draws it again. A client that is not attached is shown
    /// its windows alone.
    OpenWindow {
        /// The terminal's number.
        terminal: TerminalNo,
        /// The window's size.
        size: Size,
        /// Lines that its scrollback keeps.
        history: u32,
    },
    /// Shows the terminal as before it had a window.
    CloseWindow {
        /// The terminal's number.
        terminal: TerminalNo,
    },
    /// Says that so many bytes of [`GuestEvent::Terminal`] have been shown.
    Credit {
        /// How many more.
        bytes: u32,
    },
    /// Sends a new picture of one terminal, for a client that lost what it showed.
    Redraw {
        /// The terminal's number.
        terminal: TerminalNo,
    },
    /// A terminal as it stands, for scripts: [`Reply::Screen`](super::Reply::Screen).
    Screen {
        /// The terminal's number.
        terminal: TerminalNo,
        /// In what form.
        format: ScreenFormat,
    },
    /// The text of some lines as they stand: [`Reply::Lines`](super::Reply::Lines).
    Lines {
        /// The terminal's number.
        terminal: TerminalNo,
        /// The first line, counted as in [`TextRange`](super::TextRange).
        from: u64,
        /// The last line. At most [`MAX_LINES`](super::MAX_LINES) are given.
        to: u64,
    },
    /// Asks for the keyboard.
    AskControl,
    /// Says something in the chat.
    Chat {
        /// The message.
        text: String,
    },
    /// Points at lines.
    Point {
        /// The text to point at; null to stop pointing.
        at: Option<PointAt>,
    },
    /// A co-owner's: changes what a guest may do.
    SetRole {
        /// The guest's slot.
        slot: Slot,
        /// The new role.
        role: Role,
    },
    /// A co-owner's: removes a guest.
    Remove {
        /// The guest's slot.
        slot: Slot,
    },
    /// A co-owner's: makes an invite; it comes in [`SeatState::invites`](crate::SeatState::invites).
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
        /// The content, as an entry of the panel names it.
        reference: ReferenceId,
        /// The client's own number for it.
        tag: u32,
    },
    /// Wants it no more.
    CancelFetch {
        /// Of which number.
        tag: u32,
    },
    /// The current contents of a panel: [`Reply::Panel`](super::Reply::Panel).
    LookAtPanel {
        /// The panel.
        panel: PanelKind,
    },
    /// The whole state, a [`SeatState`](super::SeatState): [`Reply::State`](super::Reply::State).
    State,
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
        /// The terminal's number.
        terminal: TerminalNo,
        /// The change.
        change: TerminalChange,
    },
    /// Changes of the state. They are sent before the events that refer to them.
    State(StateUpdate),
    /// The line to the relay is lost. The state tells how it goes on.
    Away {
        /// Milliseconds until the next try.
        retry_in: u64,
        /// Why, in words.
        reason: String,
    },
    /// The host's own connection came or went, as the relay says.
    HostPresent {
        /// Whether it is connected.
        present: bool,
    },
    /// The host gave this guest a seat.
    Joined {
        /// Its slot.
        slot: Slot,
        /// The safety words that both sides see.
        words: Vec<String>,
    },
    /// What this guest may do changed.
    RoleChanged {
        /// The new role.
        role: Role,
    },
    /// Someone asks for the keyboard.
    ControlAsked {
        /// Who.
        slot: Slot,
    },
    /// The request for the keyboard was declined.
    Declined,
    /// Keys were refused.
    InputRefused {
        /// At which terminal.
        terminal: TerminalNo,
        /// Why.
        why: InputRefusal,
    },
    /// What was asked for is a co-owner's or the host's to do.
    NotAllowed {
        /// The request that was refused, in words.
        what: String,
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
    /// Someone points at lines: "look here".
    Pointed {
        /// Who; 0 is the host.
        slot: Slot,
        /// At what.
        at: PointAt,
    },
    /// A co-owner's invite is ready.
    Invited {
        /// The role it gives.
        role: Role,
    },
    /// A panel changed, or is here for the first time: it may come before the state that names the panel.
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
    Failed(ApiError),
    /// It is over; nothing follows.
    Ended {
        /// Why.
        reason: EndReason,
        /// Whether the host said so under its key, or only the relay.
        by_host: bool,
        /// When the relay refused: what it said, and what helps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        failure: Option<ApiError>,
    },
}

/// A change in a terminal that a guest sees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TerminalChange {
    /// What the program printed, as it is: for a screen, which answers nothing, copies nothing and opens nothing. In a
    /// window, escape sequences that draw it: for a real terminal.
    Output(Vec<u8>),
    /// The host's size changed.
    Resize(Size),
    /// A whole picture: everything before it is void. For `Screen::decode`.
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
