//! The local API: what programs of one person ask an engine for, and what it tells them. Plain values, without I/O.
//!
//! ```text
//!  CLI · VS Code · editors ── HostCommand ──► the engine that hosts     ── HostEvent ───►
//!                          ── GuestCommand ─► a seat at another session ── GuestEvent ──►
//! ```
//!
//! In one process they travel through bounded queues; over the local socket they are JSON, terminal bytes excepted.

mod event;
mod failure;
mod guest;
mod host;
pub mod panels;
mod terms;
#[cfg(feature = "types")]
pub mod types;

pub use event::{HostEvent, SessionEvent};
pub use failure::{Failure, FailureKind};
pub use guest::{GuestCommand, GuestEvent, GuestPointAt, Lag, TerminalChange};
pub use host::{
    BlockInfo, HostCommand, KnockInfo, PointAt, Reply, ScreenFormat, SessionStatus, ShareOptions, Status,
    TerminalOptions, TerminalStatus,
};
pub use panels::{Content, ForgeKind, ForgeOptions, PanelOptions, PanelStatus, PanelUpdate};
pub use terms::{
    Admission, Connection, EndReason, GuestInfo, InputRefusal, Invite, InviteTerms, RelayChoice, Role,
    Secret, SessionNo, Size, StartFrom, StreamId, TerminalNo,
};
