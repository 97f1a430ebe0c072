//! What the panel service orders of a panel's task, and what comes of it.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use jumpseat_panels::{ContentCache, PanelKind};
use jumpseat_session::{
    TransferRefusal, TransferRequest,
    host::{Ticket, TransferTicket},
};
use jumpseat_wire::Slot;
use tokio::sync::oneshot;

use crate::api::{ApiError, PanelStatus, Reply, SessionNo};

/// What guests were served, for each guest and panel apart (JS-PANEL-8).
pub(super) type Served = Arc<Mutex<ContentCache<(SessionNo, PanelKind, Slot)>>>;

/// What is asked of a panel.
pub(super) enum Order {
    /// The whole, for guests.
    Snapshot { ticket: Ticket },
    /// A content, for one guest.
    Fetch { slot: Slot, ticket: TransferTicket, request: TransferRequest },
    /// The whole, for the host's own client.
    Look { answer: oneshot::Sender<Result<Reply, ApiError>> },
    /// Its source is to look again.
    Refresh,
}

/// What came of it, in the order in which guests have to hear of it.
pub(crate) enum PanelEvent {
    /// A change of a panel.
    Change { session: SessionNo, panel: PanelKind, bytes: Bytes },
    /// The whole, as it stands after the changes before.
    Snapshot { session: SessionNo, ticket: Ticket, bytes: Bytes },
    /// A content, or why it does not come.
    Content { session: SessionNo, ticket: TransferTicket, content: Result<Bytes, TransferRefusal> },
    /// How the panel stands.
    Status { session: SessionNo, status: PanelStatus },
}

/// A panel of a session, each time that it is shared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct PanelNo {
    pub(super) session: SessionNo,
    pub(super) panel: PanelKind,
    pub(super) time: u64,
}
