//! A guest's panels: documents that follow the host's, and what was fetched of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use jumpseat_api::{ApiError, ApiErrorKind, Content, GuestEvent, PanelUpdate, Reply};
use jumpseat_panels::{
    Change, ContentCache, ContentHash, Document, Key, PanelError, PanelKind, ReferenceId, SourceState,
    unpack_content,
};
use jumpseat_session::{
    Millis, PanelId, TransferId, TransferKind, TransferRequest,
    guest::{ContentChange, Guest, PanelChange},
};

use crate::{ClientId, RequestId, refusal};

/// Contents that were fetched and are kept, in bytes: for asking again, and for the next version.
const SHELF_LEN: usize = 16 * 1024 * 1024;

/// Names of contents that are kept, and entries of which one is.
const MAX_KNOWN: usize = 4096;

/// Contents of all panels share one kind's limits.
const PANELS: TransferKind = TransferKind::Panel(1);

/// Fetches that wait for those before them.
const MAX_WAITING: usize = 1024;

/// Progress is told after so many bytes.
const TELL_EVERY: u32 = 64 * 1024;

/// The panels that the host shares, as they are here.
pub(crate) struct PanelReplicas {
    documents: BTreeMap<PanelKind, Document>,
    /// When each last changed, in milliseconds since 1970.
    changed_at: BTreeMap<PanelKind, u64>,
    shelf: ContentCache<PanelKind>,
    /// What was fetched under these names.
    known: BTreeMap<(PanelKind, ReferenceId), ContentHash>,
    /// What was fetched last of these entries: another version of the same is much like it.
    newest: BTreeMap<(PanelKind, Key), ContentHash>,
    under_way: BTreeMap<TransferId, Fetch>,
    waiting: VecDeque<Fetch>,
    answers: VecDeque<(RequestId, Result<Reply, ApiError>)>,
}

/// A content that a client wants.
pub(crate) struct Fetch {
    pub(crate) panel: PanelKind,
    pub(crate) reference: ReferenceId,
    /// Who wants it, and under which number.
    pub(crate) client: ClientId,
    pub(crate) tag: u32,
    /// Which command it answers.
    pub(crate) request: RequestId,
    told: u32,
    /// What it was asked to be packed against is not here any more.
    from_nothing: bool,
}

impl Fetch {
    pub(crate) fn new(
        panel: PanelKind,
        reference: ReferenceId,
        by: (ClientId, u32),
        request: RequestId,
    ) -> Self {
        let (client, tag) = by;
        Self { panel, reference, client, tag, request, told: 0, from_nothing: false }
    }
}

impl Default for PanelReplicas {
    fn default() -> Self {
        Self {
            documents: BTreeMap::new(),
            changed_at: BTreeMap::new(),
            shelf: ContentCache::new(SHELF_LEN),
            known: BTreeMap::new(),
            newest: BTreeMap::new(),
            under_way: BTreeMap::new(),
            waiting: VecDeque::new(),
            answers: VecDeque::new(),
        }
    }
}

impl PanelReplicas {
    /// Answers that are due.
    pub(crate) fn answers(&mut self) -> impl Iterator<Item = (RequestId, Result<Reply, ApiError>)> {
        self.answers.drain(..)
    }

    fn answer(&mut self, fetch: &Fetch, answer: Result<Reply, ApiError>) {
        self.answers.push_back((fetch.request, answer));
    }

    /// The host says which panels it shares: nothing stays here of others.
    pub(crate) fn shared(&mut self, panels: &[PanelId]) -> BTreeSet<PanelKind> {
        let panels: BTreeSet<_> = panels.iter().filter_map(|panel| PanelKind::from_number(*panel)).collect();
        self.documents.retain(|kind, _| panels.contains(kind));
        self.changed_at.retain(|kind, _| panels.contains(kind));
        self.known.retain(|(kind, _), _| panels.contains(kind));
        self.newest.retain(|(kind, _), _| panels.contains(kind));
        self.shelf.forget(|kind| !panels.contains(kind));
        let (wanted, lost) =
            std::mem::take(&mut self.waiting).into_iter().partition(|f| panels.contains(&f.panel));
        self.waiting = wanted;
        let lost: VecDeque<Fetch> = lost;
        for fetch in lost {
            self.answer(&fetch, Err(ApiError::panel_not_shared()));
        }
        panels
    }

    /// A panel changed, at that time; nothing for one that this program does not know, or that is not whole yet.
    pub(crate) fn change(&mut self, panel: PanelId, change: PanelChange, at: u64) -> Option<GuestEvent> {
        let panel = PanelKind::from_number(panel)?;
        let mut update = match change {
            PanelChange::Snapshot(bytes) => Document::decode(panel, &bytes).map(|document| {
                let update = update(&document, true, document.entries().clone(), Vec::new());
                self.documents.insert(panel, document);
                update
            }),
            PanelChange::Change(bytes) => {
                let document = self.documents.get_mut(&panel)?;
                Change::decode(panel, &bytes).and_then(|change| {
                    let (set, remove) = (change.set.clone(), change.remove.clone());
                    document.apply(change)?;
                    Ok(update(document, false, set, remove))
                })
            }
        }
        .unwrap_or_else(|fault| self.unreadable(panel, fault));
        self.changed_at.insert(panel, at);
        update.changed_at = Some(at);
        Some(GuestEvent::Panel(update))
    }

    /// A host that sends what cannot be read: nothing of the panel is believed until its next snapshot.
    fn unreadable(&mut self, panel: PanelKind, fault: PanelError) -> PanelUpdate {
        tracing::debug!(%fault, %panel, "a panel was left out");
        self.documents.remove(&panel);
        let why = "the host sends what this version cannot read".to_owned();
        let state = SourceState::Failed { since: 0, why, remedy: None };
        let (set, remove) = Default::default();
        PanelUpdate { panel, version: 0, whole: true, state, left_out: 0, changed_at: None, set, remove }
    }

    /// The current contents of a panel.
    pub(crate) fn look(&self, panel: PanelKind) -> Result<PanelUpdate, ApiError> {
        let document = self
            .documents
            .get(&panel)
            .ok_or_else(|| ApiError::new(ApiErrorKind::NotFound, "the panel is not here, or not yet"))?;
        let whole = update(document, true, document.entries().clone(), Vec::new());
        Ok(PanelUpdate { changed_at: self.changed_at.get(&panel).copied(), ..whole })
    }

    /// A client wants a content: from here, if it was fetched under that name before, else from the host.
    pub(crate) fn fetch(&mut self, guest: &mut Guest, now: Millis, fetch: Fetch) {
        let offered = self
            .documents
            .get(&fetch.panel)
            .is_some_and(|document| document.offers(&fetch.reference).is_some());
        if !offered {
            let shared = self.documents.contains_key(&fetch.panel);
            let failure = if shared {
                refusal::of_fetch(jumpseat_session::TransferRefusal::Gone)
            } else {
                ApiError::panel_not_shared()
            };
            return self.answer(&fetch, Err(failure));
        }
        let known = self.known.get(&(fetch.panel, fetch.reference.clone()));
        if let Some(content) = known.and_then(|hash| self.shelf.find(&fetch.panel, *hash)) {
            return self.answer(&fetch, Ok(Reply::Content(Content::new(content.into()))));
        }
        if self.waiting.len() >= MAX_WAITING {
            return self.answer(&fetch, Err(refusal::of_fetch(jumpseat_session::TransferRefusal::Busy)));
        }
        self.waiting.push_back(fetch);
        self.begin(guest, now);
    }

    /// Asks the host for what waits, as far as it takes more.
    pub(crate) fn begin(&mut self, guest: &mut Guest, now: Millis) {
        while guest.may_transfer(PANELS)
            && let Some(fetch) = self.waiting.pop_front()
        {
            let having = self.base(&fetch).map(|hash| hash.to_string());
            let (panel, reference) = (fetch.panel.number(), fetch.reference.as_str().to_owned());
            match guest.transfer(now, TransferRequest { of: TransferKind::Panel(panel), reference, having }) {
                Ok(id) => drop(self.under_way.insert(id, fetch)),
                Err(error) => self.answer(&fetch, Err(error.into())),
            }
        }
    }

    /// What is here of the same entry.
    fn base(&mut self, fetch: &Fetch) -> Option<ContentHash> {
        if fetch.from_nothing || !jumpseat_pack::CAN_USE_BASE {
            return None;
        }
        let key = self.key_of(fetch)?;
        let hash = *self.newest.get(&(fetch.panel, key))?;
        self.shelf.find(&fetch.panel, hash).map(|_| hash)
    }

    fn key_of(&self, fetch: &Fetch) -> Option<Key> {
        let entries = self.documents.get(&fetch.panel)?.entries();
        let mut found = None;
        for (key, entry) in entries {
            entry.references(&mut |reference| {
                if reference.id == fetch.reference {
                    found.get_or_insert(key);
                }
            });
        }
        found.cloned()
    }

    /// Its client wants it no more.
    pub(crate) fn cancel(&mut self, guest: &mut Guest, now: Millis, client: ClientId, tag: u32) {
        self.give_up(guest, now, |fetch| fetch.client == client && fetch.tag == tag);
    }

    /// A client is gone: it wants nothing any more.
    pub(crate) fn forget(&mut self, guest: &mut Guest, now: Millis, client: ClientId) {
        self.give_up(guest, now, |fetch| fetch.client == client);
    }

    fn give_up(&mut self, guest: &mut Guest, now: Millis, which: impl Fn(&Fetch) -> bool) {
        let given_up = || Err(ApiError::new(ApiErrorKind::Gone, "the fetch was given up"));
        let (ended, rest): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|fetch| which(fetch));
        self.waiting = rest;
        self.answers.extend(ended.into_iter().map(|fetch| (fetch.request, given_up())));
        let ids: Vec<_> = self.under_way.iter().filter(|(_, f)| which(f)).map(|(id, _)| *id).collect();
        for id in ids {
            if let Some(fetch) = self.under_way.remove(&id) {
                self.answers.push_back((fetch.request, given_up()));
            }
            guest.cancel_transfer(now, id);
        }
        self.begin(guest, now);
    }

    /// How a fetch goes on.
    pub(crate) fn content(
        &mut self,
        guest: &mut Guest,
        now: Millis,
        id: TransferId,
        change: ContentChange,
    ) -> Option<(ClientId, GuestEvent)> {
        let told = match change {
            ContentChange::Progress { received, total } => {
                let fetch = self.under_way.get_mut(&id)?;
                if received - fetch.told.min(received) < TELL_EVERY {
                    return None;
                }
                fetch.told = received;
                return Some((fetch.client, GuestEvent::Fetching { tag: fetch.tag, received, total }));
            }
            ContentChange::Whole(packed) => Ok(packed),
            ContentChange::Refused(why) => Err(refusal::of_fetch(why)),
        };
        if let Some(fetch) = self.under_way.remove(&id) {
            match told {
                Ok(packed) => self.came(fetch, &packed),
                Err(failure) => self.answer(&fetch, Err(failure)),
            }
        }
        self.begin(guest, now);
        None
    }

    fn came(&mut self, mut fetch: Fetch, packed: &[u8]) {
        match unpack_content(packed, |hash| self.shelf.find(&fetch.panel, hash)) {
            Ok(content) => {
                self.keep(&fetch, Bytes::from(content.clone()));
                self.answer(&fetch, Ok(Reply::Content(Content::new(content))));
            }
            Err(PanelError::NoBase) if !fetch.from_nothing => {
                fetch.from_nothing = true;
                self.waiting.push_front(fetch);
            }
            Err(fault) => {
                tracing::debug!(%fault, "a content was left out");
                let failure =
                    ApiError::new(ApiErrorKind::Protocol, "the host sent a content that cannot be read");
                self.answer(&fetch, Err(failure));
            }
        }
    }

    fn keep(&mut self, fetch: &Fetch, content: Bytes) {
        if self.known.len() + self.newest.len() > MAX_KNOWN {
            self.known.clear();
            self.newest.clear();
        }
        let hash = ContentHash::of(&content);
        if let Some(key) = self.key_of(fetch) {
            self.newest.insert((fetch.panel, key), hash);
        }
        self.known.insert((fetch.panel, fetch.reference.clone()), hash);
        self.shelf.put(fetch.panel, content);
    }
}

fn update(document: &Document, whole: bool, set: jumpseat_panels::Entries, remove: Vec<Key>) -> PanelUpdate {
    PanelUpdate {
        panel: document.kind(),
        version: document.version(),
        whole,
        state: document.state().clone(),
        left_out: document.left_out(),
        changed_at: None,
        set,
        remove,
    }
}
