//! Changes of files, as the system tells them: gathered by path until somebody asks.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use notify::{
    EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{CreateKind, ModifyKind},
};
use tokio::sync::Notify;

/// Most files that are told apart between two questions; beyond that their folders are.
const MAX_PATHS: usize = 512;

/// The same for folders, what may be one, and what lies in a git folder; beyond that anything may have happened.
const MAX_WEIGHTY: usize = 4_096;

/// Whether the system watches a folder with everything below it at no more cost than the folder alone.
const RECURSIVE: bool = cfg!(any(windows, target_os = "macos"));

/// What changed since it was last asked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Changed {
    pub(crate) paths: HashSet<PathBuf>,
    /// Folders in which more files changed.
    pub(crate) folders: HashSet<PathBuf>,
    /// Whether anything else may have happened, too.
    pub(crate) lost: bool,
}

/// Watches folders. Dropping it ends that.
pub(crate) struct Watch {
    watcher: Mutex<RecommendedWatcher>,
    told: Arc<Told>,
}

#[derive(Default)]
struct Told {
    changed: Mutex<Changed>,
    notify: Notify,
}

impl Told {
    fn take_in(&self, event: notify::Result<notify::Event>) {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Ok(event) if event.need_rescan() => changed.lost = true,
            Ok(event) => match event.kind {
                // Who reads changes nothing; nor does the time of the last reading.
                EventKind::Access(_) => return,
                EventKind::Modify(ModifyKind::Metadata(notify::event::MetadataKind::AccessTime)) => return,
                kind => {
                    let folder = matches!(
                        kind,
                        EventKind::Create(CreateKind::Folder | CreateKind::Any)
                            | EventKind::Modify(ModifyKind::Name(_))
                    );
                    for path in event.paths {
                        let weighty = folder || path.components().any(|part| part.as_os_str() == ".git");
                        changed.take_in(path, weighty);
                    }
                }
            },
            Err(_) => changed.lost = true,
        }
        drop(changed);
        self.notify.notify_one();
    }
}

impl Changed {
    fn take_in(&mut self, path: PathBuf, weighty: bool) {
        if self.paths.len() < MAX_PATHS || (weighty && self.paths.len() < MAX_WEIGHTY) {
            self.paths.insert(path);
        } else if let Some(folder) = path.parent().filter(|_| !weighty && self.folders.len() < MAX_WEIGHTY) {
            if !self.folders.contains(folder) {
                self.folders.insert(folder.to_owned());
            }
        } else {
            self.lost = true;
        }
    }
}

impl Watch {
    pub(crate) fn new() -> notify::Result<Self> {
        let told = Arc::<Told>::default();
        let teller = told.clone();
        let watcher = notify::recommended_watcher(move |event| teller.take_in(event))?;
        Ok(Self { watcher: Mutex::new(watcher), told })
    }

    /// Watches folders one by one. Those that are gone already are no error; running out of watches is.
    pub(crate) fn follow<'a>(&self, folders: impl IntoIterator<Item = &'a PathBuf>) -> notify::Result<()> {
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        for folder in folders {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Err(error) if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Watches a folder with everything below it, where the system can; says whether it could.
    pub(crate) fn follow_all(&self, folder: &Path) -> bool {
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        RECURSIVE && watcher.watch(folder, RecursiveMode::Recursive).is_ok()
    }

    /// Waits for changes. Cancel-safe: what is not taken is told the next time.
    pub(crate) async fn changed(&self) -> Changed {
        loop {
            let changed = self.take();
            if changed != Changed::default() {
                return changed;
            }
            self.told.notify.notified().await;
        }
    }

    /// What changed up to now.
    pub(crate) fn take(&self) -> Changed {
        std::mem::take(&mut self.told.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
