//! The git panel at work: what is looked at when, and who is answered meanwhile.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use jumpseat_panels::{ReferenceId, SourceState, limits::MAX_CONTENT};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{
    clean::{self, Cleaned},
    discover::{Discovery, Place},
    folders,
    gap::Gap,
    objects::Objects,
    program::{Git, GitFault},
    repository::{Repository, Why},
    show::{Content, Picture},
    worktree,
};
use crate::{
    Ask, FetchFault, Publisher, clock,
    watch::{Changed, Watch},
};

/// How long after a change the look begins: editors write a file in several steps.
const GATHER: Duration = Duration::from_millis(40);

/// The least time from the beginning of one look to that of the next.
const BETWEEN: Duration = Duration::from_millis(500);

/// How much longer than a look the time from its beginning to the next one's is.
const REST: u32 = 3;

/// How often what cannot be watched is looked at.
const POLL: Duration = Duration::from_secs(5);

/// How often it is tried again when there is nothing to look at.
const RETRY: Duration = Duration::from_secs(30);

/// The number of the first repository that is refused: no other one has that many before it.
const REFUSED: u32 = 1_000_000;

/// Most contents that are read at once.
const MAX_FETCHES: usize = 16;

/// The source's state. Looks and fetches run beside it, in tasks that end with it.
pub(super) struct Work {
    folder: PathBuf,
    publisher: Publisher,
    repositories: Vec<Repository>,
    refused: Vec<(String, GitFault)>,
    /// What could not be read of where repositories are.
    gaps: Vec<Gap>,
    contents: HashMap<ReferenceId, Content>,
    /// Numbers stay with their repositories, also when these come and go.
    numbers: HashMap<PathBuf, u32>,
    watch: Option<Arc<Watch>>,
    /// Whether something is not watched: too many folders, or no watching at all.
    polled: bool,
    /// What has to be looked at.
    due: Due,
    last_look: Option<Instant>,
    took: Duration,
    objects: Arc<Mutex<Option<Objects>>>,
}

/// What has to be looked at.
#[derive(Clone, Default, Debug)]
struct Due {
    /// Repositories may have come or gone.
    everything: bool,
    /// Repositories by number, with why.
    repositories: HashMap<u32, Why>,
    /// Folders that are new, by repository.
    folders: HashSet<(u32, PathBuf)>,
    at: Option<Instant>,
}

/// What a look brings back.
struct Looked {
    found: Option<Result<Discovery, GitFault>>,
    repositories: Vec<Repository>,
    /// Whether everything is watched.
    watched: bool,
    /// Repositories that are new: shown first, watched then.
    unwatched: Vec<u32>,
}

impl Work {
    pub(super) fn new(folder: PathBuf, publisher: Publisher) -> Self {
        Self {
            folder,
            publisher,
            repositories: Vec::new(),
            refused: Vec::new(),
            gaps: Vec::new(),
            contents: HashMap::new(),
            numbers: HashMap::new(),
            watch: Watch::new().ok().map(Arc::new),
            polled: false,
            due: Due { everything: true, at: Some(Instant::now()), ..Due::default() },
            last_look: None,
            took: Duration::ZERO,
            objects: Arc::default(),
        }
    }

    pub(super) async fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        self.folder = match self.folder.canonicalize() {
            Ok(folder) => folder,
            Err(_) => {
                self.failed(&GitFault::Io(std::io::ErrorKind::NotFound.into()));
                // Nothing comes of it before it is shared anew.
                while asks.recv().await.is_some() {}
                return;
            }
        };
        let mut looks: JoinSet<Looked> = JoinSet::new();
        let mut fetches: JoinSet<()> = JoinSet::new();
        loop {
            let looking = !looks.is_empty();
            let due = self.due.at.filter(|_| !looking);
            let watch = self.watch.clone();
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(Ask::Refresh) => {
                        self.due.everything = true;
                        self.due.at = Some(Instant::now());
                    }
                    Some(Ask::Fetch { id, answer }) if fetches.len() < MAX_FETCHES => {
                        fetches.spawn(self.fetch(&id, answer));
                    }
                    Some(Ask::Fetch { answer, .. }) => drop(answer.send(Err(FetchFault::Failed))),
                    None => return,
                },
                Some(looked) = looks.join_next() => if let Ok(looked) = looked { self.looked(looked) },
                Some(_) = fetches.join_next() => {}
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    looks.spawn(self.look());
                }
                changed = changes(watch), if !looking => self.changed(changed),
            }
        }
    }

    /// Begins a look at what is due.
    fn look(&mut self) -> impl Future<Output = Looked> + use<> {
        let due = std::mem::take(&mut self.due);
        let first = self.last_look.is_none();
        self.last_look = Some(Instant::now());
        let (folder, watch) = (self.folder.clone(), self.watch.clone());
        let repositories: Vec<Repository> = if due.everything {
            self.repositories.clone()
        } else {
            let due = |repository: &&Repository| due.repositories.contains_key(&repository.number);
            self.repositories.iter().filter(due).cloned().collect()
        };
        let watched_before: HashSet<PathBuf> =
            self.repositories.iter().map(|repository| repository.place.root.clone()).collect();
        let mut numbers = self.numbers.clone();
        async move {
            let (mut watched, mut unwatched) = (true, Vec::new());
            let mut looked = Vec::new();
            let found = match due.everything {
                true if first => Some(Discovery::first(&folder).await),
                true => Some(Discovery::of(&folder).await),
                false => None,
            };
            let mut fresh = Vec::new();
            if let Some(Ok(found)) = &found {
                for place in &found.places {
                    let known = repositories.iter().find(|repository| *repository.place == *place);
                    fresh.push(known.cloned().unwrap_or_else(|| {
                        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                        Repository::new(*numbers.entry(place.root.clone()).or_insert(next), place.clone())
                    }));
                }
            } else if found.is_none() {
                fresh = repositories;
            }
            for repository in fresh {
                let anything = Why::anything();
                let why = if due.everything {
                    &anything
                } else {
                    due.repositories.get(&repository.number).unwrap_or(&anything)
                };
                if !repository.is_concerned(why).await {
                    continue;
                }
                if due.everything && !watched_before.contains(&repository.place.root) {
                    unwatched.push(repository.number);
                } else if let Some(watch) = &watch {
                    let folders = due.folders.iter().filter(|(number, _)| *number == repository.number);
                    let folders: Vec<PathBuf> = folders.map(|(_, folder)| folder.clone()).collect();
                    let from = if due.everything { vec![repository.place.root.clone()] } else { folders };
                    watched &= follow(watch, &repository.place, from, why.moved).await;
                }
                looked.push(repository.look(why).await);
            }
            Looked { found, repositories: looked, watched: watched && watch.is_some(), unwatched }
        }
    }

    fn looked(&mut self, looked: Looked) {
        match looked.found {
            Some(Ok(found)) => {
                if !found.whole {
                    self.due.everything = true;
                    self.due.at = Some(Instant::now());
                }
                self.polled = !looked.watched;
                self.refused = found.refused;
                self.gaps = found.gaps;
                self.repositories = looked.repositories;
                for repository in &self.repositories {
                    self.numbers.insert(repository.place.root.clone(), repository.number);
                }
            }
            Some(Err(fault)) => return self.failed(&fault),
            None => {
                self.polled |= !looked.watched;
                for new in looked.repositories {
                    if let Some(old) = self.repositories.iter_mut().find(|old| old.number == new.number) {
                        *old = new;
                    }
                }
            }
        }
        self.show();
        self.took = self.last_look.map_or(Duration::ZERO, |began| began.elapsed());
        for number in looked.unwatched {
            let Some(new) = self.repositories.iter().find(|repository| repository.number == number) else {
                continue;
            };
            self.due.folders.insert((number, new.place.root.clone()));
            // What happened to a submodule before it was watched shows in what it is a part of, too.
            let around =
                self.repositories.iter().filter(|other| new.place.root.starts_with(&other.place.root));
            self.due.repositories.extend(around.map(|other| (other.number, Why::anything())));
            self.due.at = Some(Instant::now());
        }
        let poll = if self.repositories.is_empty() { Some(RETRY) } else { self.polled.then_some(POLL) };
        if let Some(poll) = poll {
            self.due.everything |= self.repositories.is_empty();
            self.due
                .repositories
                .extend(self.repositories.iter().map(|repository| (repository.number, Why::anything())));
            let at = Instant::now() + poll.max(self.took * 10);
            self.due.at = Some(self.due.at.map_or(at, |due| due.min(at)));
        }
    }

    fn show(&mut self) {
        let mut picture = Picture::of(&self.repositories, &self.gaps);
        for (nth, (path, fault)) in self.refused.iter().enumerate() {
            let number = REFUSED + u32::try_from(nth).unwrap_or(0);
            picture.refused(number, path, super::told(fault));
        }
        self.contents = picture.contents;
        // A single repository that fails is the whole panel that fails.
        let faults = self.repositories.iter().filter_map(|repository| repository.fault.as_deref());
        let fault = faults.chain(self.refused.iter().map(|(_, fault)| fault)).next();
        let state = match fault {
            Some(fault) if self.repositories.iter().all(|repository| repository.fault.is_some()) => {
                failure(fault)
            }
            _ => SourceState::Fresh,
        };
        self.publisher.show(picture.entries, state);
    }

    fn failed(&mut self, fault: &GitFault) {
        tracing::debug!(%fault, "git panel");
        self.publisher.state(failure(fault));
        self.due.everything = true;
        self.due.at = Some(Instant::now() + RETRY);
    }

    /// Takes in what the system tells of files.
    fn changed(&mut self, changed: Changed) {
        let mut any = changed.lost;
        self.due.everything |= changed.lost;
        for path in changed.paths {
            any |= self.changed_at(path);
        }
        for folder in changed.folders {
            any |= self.innermost(&folder).is_some_and(|number| {
                self.due.repositories.entry(number).or_default().paths.push(folder);
                true
            });
        }
        if any {
            let rest = self.last_look.map(|last| last + BETWEEN.max(self.took * REST));
            let soon = Instant::now() + GATHER;
            let at = rest.map_or(soon, |rest| rest.max(soon));
            self.due.at = Some(self.due.at.map_or(at, |due| due.min(at)));
        }
    }

    /// Whether a change at that path is of interest; notes what has to be looked at then.
    fn changed_at(&mut self, path: PathBuf) -> bool {
        let is_folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
        let (mut within, mut any) = (false, false);
        for repository in &self.repositories {
            let place = &repository.place;
            let below = path.strip_prefix(&place.git_dir).or_else(|_| path.strip_prefix(&place.common_dir));
            let Ok(below) = below else { continue };
            within = true;
            let store = below
                .components()
                .any(|part| ["objects", "logs", "lfs"].iter().any(|name| part.as_os_str() == *name));
            if store || path.extension().is_some_and(|extension| extension == "lock") {
                continue;
            }
            any = true;
            // Working trees come and go with their folder in here.
            self.due.everything |= below.starts_with("worktrees");
            let why = self.due.repositories.entry(repository.number).or_default();
            why.anything = true;
            // What a submodule does moves nothing but what this repository says of it.
            why.moved |= below != Path::new("index") && !below.starts_with("modules");
            let tells = ["refs", "reftable", "worktrees", "modules", "rebase-merge", "rebase-apply"];
            if is_folder && tells.iter().any(|name| below.starts_with(name)) {
                self.due.folders.insert((repository.number, path.clone()));
            }
        }
        if within {
            return any;
        }
        let name = path.file_name().unwrap_or_default();
        let brings = name == ".git"
            || name == ".gitmodules"
            || (is_folder && path.join(".git").symlink_metadata().is_ok());
        self.due.everything |= brings || (self.repositories.is_empty() && path.starts_with(&self.folder));
        let Some(number) = self.innermost(&path) else { return self.due.everything };
        let why = self.due.repositories.entry(number).or_default();
        if name == ".gitignore" {
            why.anything = true;
            // All of it may be watched now.
            let root = self.repositories.iter().find(|repository| repository.number == number);
            self.due.folders.extend(root.map(|repository| (number, repository.place.root.clone())));
        } else {
            if is_folder {
                self.due.folders.insert((number, path.clone()));
            }
            why.paths.push(path);
        }
        true
    }

    /// The innermost repository that a path is in: the one that knows the file.
    fn innermost(&self, path: &Path) -> Option<u32> {
        let around = self.repositories.iter().filter(|repository| path.starts_with(&repository.place.root));
        let inner = around.max_by_key(|repository| repository.place.root.as_os_str().len());
        inner.map(|repository| repository.number)
    }

    /// Reads a content, from where the panel that is shown now says it is.
    fn fetch(
        &self,
        id: &ReferenceId,
        answer: oneshot::Sender<Result<Bytes, FetchFault>>,
    ) -> impl Future<Output = ()> + use<> {
        let content = self.contents.get(id).cloned();
        let objects = self.objects.clone();
        async move {
            let read = match content {
                None => Err(FetchFault::Gone),
                Some(Content::Worktree { place, path, look, against }) => {
                    let (root, at) = (place.root.clone(), path.clone());
                    let read = move || worktree::read(&root, &at, &look, MAX_CONTENT);
                    let read = tokio::task::spawn_blocking(read).await;
                    let read =
                        read.map_err(|_| FetchFault::Failed).and_then(|read| read.ok_or(FetchFault::Gone));
                    match (read, against) {
                        (Ok(read), Some(against)) => {
                            match clean::clean(&place, &path, read, &against).await {
                                Ok(Some(Cleaned::Bytes(bytes))) => Ok(bytes),
                                Ok(Some(Cleaned::Stored(oid))) => read_blob(&objects, &place, &oid).await,
                                Ok(None) => Err(FetchFault::Gone),
                                Err(_) => Err(FetchFault::Failed),
                            }
                        }
                        (read, _) => read,
                    }
                }
                Some(Content::Blob { place, oid }) => read_blob(&objects, &place, &oid).await,
            };
            // Whoever asked may be gone.
            let _ = answer.send(read.map(Bytes::from));
        }
    }
}

/// Waits for changes; forever, where nothing is watched.
async fn changes(watch: Option<Arc<Watch>>) -> Changed {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

async fn read_blob(
    objects: &Mutex<Option<Objects>>,
    place: &Place,
    oid: &str,
) -> Result<Vec<u8>, FetchFault> {
    let mut running = objects.lock().await;
    let mut ours = match running.take().filter(|running| running.root == place.root) {
        Some(ours) => ours,
        None => Objects::of(place.root.clone()).await.map_err(|_| FetchFault::Failed)?,
    };
    match ours.read(oid, MAX_CONTENT).await {
        Ok(bytes) => {
            *running = Some(ours);
            bytes.ok_or(FetchFault::Gone)
        }
        Err(GitFault::TooMuch) => Err(FetchFault::TooLarge),
        Err(_) => Err(FetchFault::Failed),
    }
}

/// Watches a repository: its git folder if `git_dir`, and some folders of its tree with all below. Says whether
/// that is all that there is.
async fn follow(watch: &Arc<Watch>, place: &Place, from: Vec<PathBuf>, git_dir: bool) -> bool {
    let mut wanted = Vec::new();
    if git_dir {
        wanted.extend([place.git_dir.clone(), place.common_dir.clone(), place.common_dir.join("worktrees")]);
        wanted.extend(["rebase-merge", "rebase-apply"].map(|name| place.git_dir.join(name)));
        for refs in ["refs", "reftable"] {
            wanted.extend(below(&place.common_dir.join(refs)));
        }
    }
    let mut all = true;
    let in_git =
        |folder: &PathBuf| folder.starts_with(&place.git_dir) || folder.starts_with(&place.common_dir);
    let (git_folders, folders): (Vec<_>, Vec<_>) = from.into_iter().partition(in_git);
    wanted.extend(git_folders.iter().flat_map(|folder| below(folder)));
    let top = place.scope.as_ref().map_or_else(|| place.root.clone(), |scope| place.root.join(scope));
    let folders = folders.into_iter().map(|folder| if folder == place.root { top.clone() } else { folder });
    let apart = |folder: &PathBuf| !(*folder == place.root && watch.follow_all(folder));
    let folders: Vec<PathBuf> = folders.filter(apart).collect();
    if !folders.is_empty() {
        match folders::watched(&Git::at(&place.root), folders).await {
            Ok(Some(folders)) => wanted.extend(folders),
            Ok(None) | Err(_) => all = false,
        }
    }
    let watch = watch.clone();
    let followed = tokio::task::spawn_blocking(move || watch.follow(&wanted).is_ok()).await;
    all && followed.unwrap_or(false)
}

/// Folders below one, of which there are few.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(folder) = found.get(next).filter(|_| next < 2_000) {
        let listing = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let folders = listing.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
        found.extend(folders);
        next += 1;
    }
    found
}

fn failure(fault: &GitFault) -> SourceState {
    SourceState::Failed { since: clock::now(), why: super::told(fault), remedy: super::remedy(fault) }
}
