//! The panels of a seat, held here: rows and documents of them go to JavaScript when they are asked for, entries never.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use jumpseat_engine::api::{
    PanelStatus, PanelUpdate,
    panels::{Entries, Key, PanelKind, SourceState},
};
use jumpseat_panels::outline::{self, Context, FileAt, FileIndex, Files, Place};
use napi_derive::napi;
use serde::{Deserialize, Serialize};

use crate::{
    fault::{Fault, guard},
    read,
};

/// The panels of one session, shared by the seat's task and by JavaScript.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    panels: BTreeMap<PanelKind, Panel>,
    /// Of the git panel, until that changes.
    index: Option<FileIndex>,
    log: LogTail,
}

struct Panel {
    state: SourceState,
    left_out: u32,
    /// When it last changed here, in milliseconds since 1970.
    changed: u64,
    entries: Entries,
}

/// The lines of the log that were not taken yet.
#[derive(Default)]
struct LogTail {
    /// Entries that are new or another, in the order in which they were read.
    waiting: BTreeSet<Key>,
    /// What was taken, as hashes: an entry is told once, and once more when it ended.
    told: BTreeMap<Key, u64>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Held> {
        // What a panic left is replaced by the next update.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing stays of a panel that is not shared any more.
    pub(crate) fn keep(&self, kinds: &BTreeSet<PanelKind>) {
        let mut held = self.lock();
        held.panels.retain(|kind, _| kinds.contains(kind));
        if !kinds.contains(&PanelKind::Git) {
            held.index = None;
        }
        if !kinds.contains(&PanelKind::Log) {
            // What was told stays told, should it be shared again.
            held.log.waiting.clear();
        }
    }

    /// Follows the host.
    pub(crate) fn take(&self, update: PanelUpdate) {
        self.lock().take(update);
    }
}

impl Held {
    fn take(&mut self, update: PanelUpdate) {
        let PanelUpdate { panel, whole, state, left_out, set, remove, .. } = update;
        if panel == PanelKind::Git {
            self.index = None;
        }
        if panel == PanelKind::Log {
            self.log.take(whole, &set, &remove);
        }
        let before = self.panels.remove(&panel).filter(|_| !whole);
        let mut entries = before.map(|panel| panel.entries).unwrap_or_default();
        remove.iter().for_each(|key| drop(entries.remove(key)));
        entries.extend(set);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let changed = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        self.panels.insert(panel, Panel { state, left_out, changed, entries });
    }

    /// What stands in a panel; nothing of one that is not here.
    fn entries(&self, kind: PanelKind) -> Option<&Entries> {
        self.panels.get(&kind).map(|panel| &panel.entries)
    }

    fn indexed(&mut self) {
        if self.index.is_none() {
            self.index = self.entries(PanelKind::Git).map(FileIndex::of);
        }
    }

    fn files(&self) -> Option<Files<'_>> {
        Some(Files::new(self.entries(PanelKind::Git)?, self.index.as_ref()?))
    }

    fn source(&self, place: &Place) -> Option<outline::Source> {
        outline::source(place, self.entries(place.panel())?, self.files())
    }

    fn rows(&self, asked: &Rows) -> Vec<outline::Row> {
        let Rows { panel, host, by_rule, by_terminal } = asked;
        let Some(entries) = self.entries(*panel) else { return Vec::new() };
        let context = Context { host, files: self.files(), by_rule: *by_rule, by_terminal: *by_terminal };
        outline::rows(*panel, entries, &context)
    }

    fn lines(&mut self) -> Vec<outline::LogLine> {
        let Some(panel) = self.panels.get(&PanelKind::Log) else { return Vec::new() };
        self.log.lines(&panel.entries)
    }
}

impl LogTail {
    fn take(&mut self, whole: bool, set: &Entries, remove: &[Key]) {
        if whole {
            self.waiting.clear();
            self.told.retain(|key, _| set.contains_key(key));
        }
        for key in remove {
            self.waiting.remove(key);
            self.told.remove(key);
        }
        self.waiting.extend(set.keys().cloned());
    }

    fn lines(&mut self, entries: &Entries) -> Vec<outline::LogLine> {
        let waiting = std::mem::take(&mut self.waiting);
        let told = &mut self.told;
        let new = waiting.into_iter().filter_map(|key| {
            let line = outline::line(entries.get(&key)?)?;
            let mut hasher = DefaultHasher::new();
            serde_json::to_string(&line).unwrap_or_default().hash(&mut hasher);
            let hash = hasher.finish();
            (told.insert(key, hash) != Some(hash)).then_some(line)
        });
        new.collect()
    }
}

/// Which rows are asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rows {
    panel: PanelKind,
    host: String,
    #[serde(default)]
    by_rule: bool,
    #[serde(default)]
    by_terminal: bool,
}

/// How a panel stands as a whole.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    state: SourceState,
    changed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<outline::Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    badge: Option<(usize, String)>,
}

/// What JavaScript holds of a session's panels. Everything goes in and comes out as JSON.
#[napi]
#[derive(Default)]
pub struct Panels(Shared);

impl Panels {
    pub(crate) fn of(shared: &Shared) -> Self {
        Self(shared.clone())
    }

    fn ask<T: Serialize>(&self, answer: impl FnOnce(&mut Held) -> Result<T, Fault>) -> napi::Result<String> {
        guard(|| {
            let answer = answer(&mut self.0.lock())?;
            serde_json::to_string(&answer).map_err(Fault::bug)
        })
    }
}

#[napi]
impl Panels {
    /// A panel that was looked at as its guests see it.
    #[napi(factory)]
    pub fn seen(update: String) -> napi::Result<Self> {
        guard(|| {
            let panels = Self::default();
            panels.0.take(read(&update)?);
            Ok(panels)
        })
    }

    /// The rows of a panel.
    #[napi]
    pub fn rows(&self, asked: String) -> napi::Result<String> {
        self.ask(|held| {
            held.indexed();
            Ok(held.rows(&read(&asked)?))
        })
    }

    /// How a panel stands as a whole; nothing of one that is not here.
    #[napi]
    pub fn head(&self, asked: String) -> napi::Result<String> {
        self.ask(|held| {
            let Rows { panel, host, .. } = read(&asked)?;
            Ok(held.panels.get(&panel).map(|held| Head {
                state: held.state.clone(),
                changed: held.changed,
                trouble: outline::trouble(&held.state, &host),
                left_out: outline::left_out(held.left_out),
                badge: outline::badge(panel, &held.entries),
            }))
        })
    }

    /// What a document shows; nothing if its place does not stand in a panel that is shared.
    #[napi]
    pub fn source(&self, place: String) -> napi::Result<String> {
        self.ask(|held| {
            held.indexed();
            Ok(held.source(&read(&place)?))
        })
    }

    /// How a version of a file is marked.
    #[napi]
    pub fn mark(&self, file: String) -> napi::Result<String> {
        self.ask(|held| {
            held.indexed();
            let file: FileAt = read(&file)?;
            Ok(held.files().and_then(|files| files.mark(&file)))
        })
    }

    /// The threads of the review, in the files that are shared.
    #[napi]
    pub fn threads(&self) -> napi::Result<String> {
        self.ask(|held| {
            held.indexed();
            let files = held.files().zip(held.entries(PanelKind::Review));
            Ok(files.map(|(files, entries)| outline::threads(entries, files)).unwrap_or_default())
        })
    }

    /// The findings, each in the document that it is shown in.
    #[napi]
    pub fn problems(&self) -> napi::Result<String> {
        self.ask(|held| {
            held.indexed();
            let found = held.entries(PanelKind::Findings);
            Ok(found.map(|entries| outline::problems(entries, held.files())).unwrap_or_default())
        })
    }

    /// The lines of the log that were not taken yet.
    #[napi]
    pub fn lines(&self) -> napi::Result<String> {
        self.ask(|held| Ok(held.lines()))
    }
}

/// How every panel stands for its host.
pub(crate) fn offers(shared: &[PanelStatus]) -> Vec<outline::Offer> {
    let offer = |kind| {
        let status = shared.iter().find(|status| status.panel == kind);
        outline::offer(kind, status.map(|it| (&it.state, it.entries, it.left_out)))
    };
    PanelKind::ALL.into_iter().map(offer).collect()
}
