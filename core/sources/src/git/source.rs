//! The git panel at work: what is looked at when.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use jumpseat_git::{Discovery, Gap, GitError};
use jumpseat_panels::SourceState;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{
    changes::{Due, Known},
    contents::{Contents, MAX_FETCHES},
    gap::remedy,
    repository::{Repository, Why},
    show::Picture,
    watches::{changes, follow},
};
use crate::{Ask, FetchError, Publisher, clock, watch::Watch};

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

/// The source's state. Looks and fetches run next to it, in tasks that end with it.
pub(super) struct GitSource {
    folder: PathBuf,
    publisher: Publisher,
    repositories: Vec<Repository>,
    refused: Vec<(String, GitError)>,
    /// What could not be read of where repositories are.
    gaps: Vec<Gap>,
    contents: Contents,
    /// Numbers stay with their repositories, also when these come and go.
    numbers: HashMap<PathBuf, u32>,
    watch: Option<Arc<Watch>>,
    /// Whether something is not watched: too many folders, or no watching at all.
    polled: bool,
    /// What has to be looked at.
    due: Due,
    last_look: Option<Instant>,
    took: Duration,
}

/// What a look brings back.
struct Looked {
    found: Option<Result<Discovery, GitError>>,
    repositories: Vec<Repository>,
    /// Whether everything is watched.
    watched: bool,
    /// Repositories that are new: shown first, watched then.
    unwatched: Vec<u32>,
}

impl GitSource {
    pub(super) fn new(folder: PathBuf, publisher: Publisher) -> Self {
        Self {
            folder,
            publisher,
            repositories: Vec::new(),
            refused: Vec::new(),
            gaps: Vec::new(),
            contents: Contents::default(),
            numbers: HashMap::new(),
            watch: Watch::new().ok().map(Arc::new),
            polled: false,
            due: Due { everything: true, at: Some(Instant::now()), ..Due::default() },
            last_look: None,
            took: Duration::ZERO,
        }
    }

    pub(super) async fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        self.folder = match self.folder.canonicalize() {
            Ok(folder) => folder,
            Err(_) => {
                self.failed(&GitError::Io(std::io::ErrorKind::NotFound.into()));
                // Nothing comes of it before it is shared again.
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
                        fetches.spawn(self.contents.fetch(&id, answer));
                    }
                    Some(Ask::Fetch { answer, .. }) => drop(answer.send(Err(FetchError::Failed))),
                    None => return,
                },
                Some(looked) = looks.join_next() => if let Ok(looked) = looked { self.looked(looked) },
                Some(_) = fetches.join_next() => {}
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    looks.spawn(self.look());
                }
                changed = changes(watch), if !looking => {
                    let known = Known { folder: &self.folder, repositories: &self.repositories };
                    let rest = self.last_look.map(|last| last + BETWEEN.max(self.took * REST));
                    self.due.changed(changed, &known, rest);
                }
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
            picture.refused(number, path, fault.told());
        }
        self.contents.show(picture.contents);
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

    fn failed(&mut self, fault: &GitError) {
        tracing::debug!(%fault, "git panel");
        self.publisher.state(failure(fault));
        self.due.everything = true;
        self.due.at = Some(Instant::now() + RETRY);
    }
}

fn failure(fault: &GitError) -> SourceState {
    SourceState::Failed { since: clock::now(), why: fault.told(), remedy: remedy(fault) }
}
