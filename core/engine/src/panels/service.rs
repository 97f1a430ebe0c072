//! The host's panels on a thread of their own: what sources read, what changes cost to find and to compress, never
//! delays a terminal.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    thread,
};

use jumpseat_panels::{ContentCache, PanelKind};
use jumpseat_session::{
    TransferRequest,
    host::{Ticket, TransferTicket},
};
use jumpseat_sources::{Ask, Source, publisher};
use jumpseat_wire::Slot;
use tokio::sync::{mpsc, oneshot};

use super::{
    order::{Order, PanelEvent, PanelNo, Served},
    panel::Panel,
    source::Feed,
};
use crate::api::{ApiError, ApiErrorKind, PanelStatus, Reply, SessionNo};

/// Contents that were served and are kept for the next version to be packed against, in bytes.
const SHELF_LEN: usize = 32 * 1024 * 1024;

/// Questions to one source that wait for it.
const ASKS: usize = 64;

/// The engine's end. Dropping it ends every source.
pub(crate) struct PanelService {
    panels: BTreeMap<(SessionNo, PanelKind), Shared>,
    begin: mpsc::UnboundedSender<Begin>,
    made: mpsc::UnboundedReceiver<(PanelNo, PanelEvent)>,
    served: Served,
    /// How often panels were shared.
    times: u64,
}

struct Shared {
    no: PanelNo,
    /// Dropped, its task and its source end.
    orders: mpsc::UnboundedSender<Order>,
    status: PanelStatus,
    feed: Feed,
}

struct Begin {
    panel: Panel,
    source: Box<dyn Source>,
    orders: mpsc::UnboundedReceiver<Order>,
}

impl PanelService {
    /// Starts the thread.
    pub(crate) fn start() -> Result<Self, ApiError> {
        let system = |error| ApiError::new(ApiErrorKind::System, format!("no thread for panels: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system)?;
        let (begin, mut begun) = mpsc::unbounded_channel::<Begin>();
        let (made_here, made) = mpsc::unbounded_channel();
        let work = async move {
            while let Some(Begin { panel, source, orders }) = begun.recv().await {
                let (publisher, published) = publisher();
                let (ask, asks) = mpsc::channel::<Ask>(ASKS);
                let source = tokio::spawn(source.run(publisher, asks));
                tokio::spawn(panel.run(published, ask, orders, made_here.clone(), source));
            }
        };
        thread::Builder::new()
            .name("jumpseat-panels".to_owned())
            .spawn(move || {
                runtime.block_on(work);
                // What still reads a file is not waited for.
                runtime.shutdown_background();
            })
            .map_err(system)?;
        let served = Arc::new(Mutex::new(ContentCache::new(SHELF_LEN)));
        Ok(Self { panels: BTreeMap::new(), begin, made, served, times: 0 })
    }

    /// Begins to make a panel, unless it is made already.
    pub(crate) fn share(&mut self, session: SessionNo, source: Box<dyn Source>, feed: Feed) {
        let kind = source.kind();
        self.times += 1;
        let no = PanelNo { session, panel: kind, time: self.times };
        let (orders, ordered) = mpsc::unbounded_channel();
        let panel = Panel::new(no, self.served.clone());
        let status = panel.status();
        self.panels.insert((session, kind), Shared { no, orders, status, feed });
        // The thread ends with this end of it.
        let _ = self.begin.send(Begin { panel, source, orders: ordered });
    }

    /// Ends a panel; whether there was one.
    pub(crate) fn unshare(&mut self, session: SessionNo, panel: PanelKind) -> bool {
        self.forget_served(|owner| (owner.0, owner.1) == (session, panel));
        self.panels.remove(&(session, panel)).is_some()
    }

    /// Ends every panel of a session.
    pub(crate) fn forget(&mut self, session: SessionNo) {
        self.panels.retain(|(of, _), _| *of != session);
        self.forget_served(|owner| owner.0 == session);
    }

    /// A guest is gone.
    pub(crate) fn forget_guest(&mut self, session: SessionNo, slot: Slot) {
        self.forget_served(|owner| (owner.0, owner.2) == (session, slot));
    }

    fn forget_served(&mut self, of: impl Fn(&(SessionNo, PanelKind, Slot)) -> bool) {
        self.served.lock().unwrap_or_else(std::sync::PoisonError::into_inner).forget(of);
    }

    pub(crate) fn is_shared(&self, session: SessionNo, panel: PanelKind) -> bool {
        self.panels.contains_key(&(session, panel))
    }

    /// What is to be fed, if it is shared.
    pub(crate) fn feed(&self, session: SessionNo, panel: PanelKind) -> Option<&Feed> {
        self.panels.get(&(session, panel)).map(|shared| &shared.feed)
    }

    /// What is fed, of all sessions.
    pub(crate) fn feeds(&self) -> impl Iterator<Item = &Feed> {
        self.panels.values().map(|shared| &shared.feed)
    }

    /// How a session's panels stand.
    pub(crate) fn status(&self, session: SessionNo) -> Vec<PanelStatus> {
        self.panels
            .range((session, PanelKind::Git)..)
            .map_while(|((of, _), shared)| (*of == session).then(|| shared.status.clone()))
            .collect()
    }

    /// How one of them stands, if it is shared.
    pub(crate) fn status_of(&self, session: SessionNo, panel: PanelKind) -> Option<&PanelStatus> {
        self.panels.get(&(session, panel)).map(|shared| &shared.status)
    }

    pub(crate) fn snapshot(&self, session: SessionNo, panel: PanelKind, ticket: Ticket) {
        self.order(session, panel, Order::Snapshot { ticket });
    }

    pub(crate) fn fetch(
        &self,
        session: SessionNo,
        panel: PanelKind,
        slot: Slot,
        ticket: TransferTicket,
        request: TransferRequest,
    ) {
        self.order(session, panel, Order::Fetch { slot, ticket, request });
    }

    pub(crate) fn refresh(&self, session: SessionNo, panel: PanelKind) {
        self.order(session, panel, Order::Refresh);
    }

    /// Has every forge asked again.
    pub(crate) fn refresh_forges(&self) {
        for shared in self.panels.values().filter(|shared| matches!(shared.feed, Feed::Forge(_))) {
            // Its task ends with this end of the queue, and not before.
            let _ = shared.orders.send(Order::Refresh);
        }
    }

    /// Answers with what guests see of a panel now.
    pub(crate) fn look(
        &self,
        session: SessionNo,
        panel: PanelKind,
        answer: oneshot::Sender<Result<Reply, ApiError>>,
    ) {
        self.order(session, panel, Order::Look { answer });
    }

    fn order(&self, session: SessionNo, panel: PanelKind, order: Order) {
        if let Some(shared) = self.panels.get(&(session, panel)) {
            // Its task ends with this end of the queue, and not before.
            let _ = shared.orders.send(order);
        }
    }

    /// What was made next, of panels that are shared (still).
    pub(crate) fn poll_made(&mut self, cx: &mut Context<'_>) -> Poll<PanelEvent> {
        loop {
            match self.made.poll_recv(cx) {
                Poll::Ready(Some((no, made))) => {
                    let shared = self.panels.get_mut(&(no.session, no.panel));
                    let Some(shared) = shared.filter(|shared| shared.no == no) else { continue };
                    if let PanelEvent::Status { status, .. } = &made {
                        shared.status.clone_from(status);
                    }
                    return Poll::Ready(made);
                }
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }
}
