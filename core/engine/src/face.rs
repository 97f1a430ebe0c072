//! The face that the CLI, the editors and other processes meet: plain values in, plain values out.
//!
//! A face sends [`HostCommand`]s to an engine that hosts, or [`GuestCommand`]s to one seat at somebody else's
//! session, and takes [`HostEvent`]s or [`GuestEvent`]s. In one process they travel through bounded queues; over
//! the local socket they are JSON, terminal bytes excepted.

pub mod event;
mod failure;
pub mod guest;
pub mod handle;
pub mod host;
pub mod panels;
pub mod terms;
#[cfg(feature = "types")]
pub mod types;

pub use event::{HostEvent, SessionEvent};
pub use failure::{Failure, FailureKind};
pub use guest::{GuestCommand, GuestEvent, GuestPointAt, Lag, TerminalChange};
pub use handle::{Commands, Face, GuestFace, HostFace};
pub use host::{
    BlockInfo, HostCommand, KnockInfo, PointAt, Reply, ScreenFormat, SessionStatus, ShareOptions, Status,
    TerminalOptions, TerminalStatus,
};
pub use panels::{Content, ForgeKind, ForgeOptions, PanelOptions, PanelStatus, PanelUpdate};
pub use terms::{
    Admission, Connection, EndReason, GuestInfo, InputRefusal, Invite, InviteTerms, RelayChoice, Role,
    Secret, SessionNo, Size, StartFrom, StreamId, TerminalNo,
};
