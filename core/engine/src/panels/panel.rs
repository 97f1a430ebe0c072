//! One shared panel: its document, its source, and what guests ask of it.

use std::{sync::PoisonError, time::Duration};

use bytes::Bytes;
use jumpseat_panels::{ContentHash, Document, ReferenceId, SourceState, limits::MAX_CONTENT, pack_content};
use jumpseat_session::{TransferRefusal, TransferRequest, host::TransferTicket};
use jumpseat_sources::{Ask, FetchError, Published, Shown};
use jumpseat_wire::Slot;
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep_until, timeout},
};

use super::order::{Order, PanelEvent, PanelNo, Served};
use crate::api::{PanelStatus, PanelUpdate, Reply};

/// A panel changes no more often than this.
const CHANGE_EVERY: Duration = Duration::from_millis(100);

/// A source has this long for a content.
const FETCH_TIME: Duration = Duration::from_secs(30);

/// A panel that is shared.
pub(super) struct Panel {
    no: PanelNo,
    document: Document,
    /// The document as a snapshot, at this version.
    snapshot: Option<(u64, Bytes)>,
    served: Served,
}

/// What a panel's task has around it.
struct TaskContext {
    asks: mpsc::Sender<Ask>,
    made: mpsc::UnboundedSender<(PanelNo, PanelEvent)>,
    fetches: JoinSet<()>,
}

/// A source at work, which ends with its panel.
struct Source(JoinHandle<()>);

impl Drop for Source {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Panel {
    pub(super) fn new(no: PanelNo, served: Served) -> Self {
        Self { no, document: Document::new(no.panel), snapshot: None, served }
    }

    pub(super) fn status(&self) -> PanelStatus {
        PanelStatus {
            panel: self.no.panel,
            state: self.document.state().clone(),
            entries: self.document.entries().len() as u32,
            left_out: self.document.left_out(),
        }
    }

    /// Makes changes of what the source shows and does what is ordered, until nobody orders any more.
    pub(super) async fn run(
        mut self,
        mut published: Published,
        asks: mpsc::Sender<Ask>,
        mut orders: mpsc::UnboundedReceiver<Order>,
        made: mpsc::UnboundedSender<(PanelNo, PanelEvent)>,
        source: JoinHandle<()>,
    ) {
        let _source = Source(source);
        let mut around = TaskContext { asks, made, fetches: JoinSet::new() };
        let (mut next_change, mut stopped) = (Instant::now(), false);
        loop {
            let shown = async {
                sleep_until(next_change).await;
                published.changed().await
            };
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    Some(order) => self.order(order, &mut around),
                    None => return,
                },
                Some(_) = around.fetches.join_next() => {}
                shown = shown, if !stopped => {
                    next_change = Instant::now() + CHANGE_EVERY;
                    match shown {
                        Some(shown) => self.change(&shown, &around),
                        None => {
                            stopped = true;
                            self.stopped(&around);
                        }
                    }
                }
            }
        }
    }

    fn change(&mut self, shown: &Shown, around: &TaskContext) {
        let change = self.document.change_to((*shown.entries).clone(), shown.state.clone());
        if let Some(change) = change {
            let bytes = Bytes::from(change.encode());
            let (session, panel) = (self.no.session, self.no.panel);
            around.tell(self.no, PanelEvent::Change { session, panel, bytes });
            around.tell(self.no, PanelEvent::Status { session, status: self.status() });
        }
    }

    /// Its source is gone, which it should not be: guests see what it showed last, and that it is old.
    fn stopped(&mut self, around: &TaskContext) {
        tracing::warn!(panel = %self.no.panel, "a panel's source stopped");
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let since = since.map_or(0, |since| since.as_millis() as u64);
        let why = "what it is made from could not be read any more".to_owned();
        let state = SourceState::Failed { since, why, remedy: None };
        let entries = self.document.entries().clone();
        self.change(&Shown { entries: entries.into(), state }, around);
    }

    fn order(&mut self, order: Order, around: &mut TaskContext) {
        let session = self.no.session;
        match order {
            Order::Snapshot { ticket } => {
                let version = self.document.version();
                let kept = self.snapshot.take().filter(|(of, _)| *of == version);
                let (_, bytes) =
                    self.snapshot.insert(kept.unwrap_or_else(|| (version, self.document.encode().into())));
                let bytes = bytes.clone();
                around.tell(self.no, PanelEvent::Snapshot { session, ticket, bytes });
            }
            Order::Fetch { slot, ticket, request } => self.fetch(slot, ticket, request, around),
            Order::Look { answer } => {
                let document = &self.document;
                // Who asked may have gone.
                let _ = answer.send(Ok(Reply::Panel(PanelUpdate {
                    panel: self.no.panel,
                    version: document.version(),
                    whole: true,
                    state: document.state().clone(),
                    left_out: document.left_out(),
                    changed_at: None,
                    set: document.entries().clone(),
                    remove: Vec::new(),
                })));
            }
            // A source that is asked sixty things already looks soon enough.
            Order::Refresh => drop(around.asks.try_send(Ask::Refresh)),
        }
    }

    /// JS-PANEL-4: what stands in the document as it is now, and nothing else.
    fn fetch(
        &mut self,
        slot: Slot,
        ticket: TransferTicket,
        request: TransferRequest,
        around: &mut TaskContext,
    ) {
        let offered = ReferenceId::new(request.reference).and_then(|id| {
            let size = self.document.offers(&id)?;
            Some((id, size))
        });
        let id = match offered {
            Some((id, size)) if size <= MAX_CONTENT => Ok(id),
            Some(_) => Err(TransferRefusal::TooLarge),
            None => Err(TransferRefusal::Gone),
        };
        let (no, served) = (self.no, self.served.clone());
        let (asks, made) = (around.asks.clone(), around.made.clone());
        around.fetches.spawn(async move {
            let content = match id {
                Ok(id) => {
                    read(&asks, id).await.map(|content| pack(&served, no, slot, request.having, content))
                }
                Err(why) => Err(why),
            };
            // The engine ends with its end of the queue.
            let _ = made.send((no, PanelEvent::Content { session: no.session, ticket, content }));
        });
    }
}

impl TaskContext {
    fn tell(&self, no: PanelNo, made: PanelEvent) {
        // The engine ends with its end of the queue.
        let _ = self.made.send((no, made));
    }
}

async fn read(asks: &mpsc::Sender<Ask>, id: ReferenceId) -> Result<Bytes, TransferRefusal> {
    let asked = async {
        let (answer, answered) = oneshot::channel();
        asks.send(Ask::Fetch { id, answer }).await.ok()?;
        answered.await.ok()
    };
    match timeout(FETCH_TIME, asked).await {
        Ok(Some(Ok(content))) if content.len() as u64 <= MAX_CONTENT => Ok(content),
        Ok(Some(Ok(_) | Err(FetchError::TooLarge))) => Err(TransferRefusal::TooLarge),
        Ok(Some(Err(FetchError::Gone))) => Err(TransferRefusal::Gone),
        Ok(Some(Err(FetchError::Failed)) | None) | Err(_) => Err(TransferRefusal::Failed),
    }
}

/// Packs a content against what this guest was served and says that it holds (JS-PANEL-8).
fn pack(served: &Served, no: PanelNo, slot: Slot, having: Option<String>, content: Bytes) -> Bytes {
    let owner = (no.session, no.panel, slot);
    let having = having.and_then(|hash| ContentHash::try_from(hash).ok());
    let base =
        having.and_then(|hash| served.lock().unwrap_or_else(PoisonError::into_inner).find(&owner, hash));
    let packed = pack_content(&content, base.as_deref());
    served.lock().unwrap_or_else(PoisonError::into_inner).put(owner, content);
    packed.into()
}
