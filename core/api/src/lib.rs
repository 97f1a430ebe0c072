//! The local API: what programs of one person ask an engine for, and what it tells them. Plain values, without I/O.
//!
//! ```text
//!  CLI · VS Code · editors ── HostCommand ──► the engine that hosts     ── HostEvent ───►
//!                          ── GuestCommand ─► a seat at another session ── GuestEvent ──►
//! ```
//!
//! In one process they travel through bounded queues; over the local socket they are JSON, terminal bytes excepted.

mod error;
mod event;
mod guest;
mod host;
pub mod panels;
mod scope;
pub mod state;
mod terms;
#[cfg(feature = "types")]
pub mod types;

pub use error::{ApiError, ApiErrorKind};
pub use event::{HostEvent, SessionEvent};
pub use guest::{GuestCommand, GuestEvent, TerminalChange};
pub use host::{HostCommand, Reply, ScreenFormat, ShareOptions, TerminalOptions};
pub use panels::{Content, ForgeKind, ForgeOptions, PanelOptions, PanelStatus, PanelUpdate};
pub use scope::Scope;
pub use state::{
    BlockInfo, HostState, Knock, Phase, Replica, SeatInvite, SeatState, SessionState, SharedTerminal,
    StateChange, StateUpdate, TerminalState,
};
pub use terms::{
    Admission, ChatLine, Columns, ConnectionState, EndReason, GuestInfo, InputRefusal, Invite, InviteKeys,
    InviteTerms, Liveness, MAX_LINES, Person, PointAt, RelayChoice, Role, Secret, SessionNo, Size, StartFrom,
    TerminalNo, TextRange,
};
