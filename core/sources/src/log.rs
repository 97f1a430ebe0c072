//! The log panel: what happens in the session, and the log files that the host names.

mod line;
mod tail;

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use jumpseat_panels::{Activity, Entries, Entry, Line, PanelKind, Reference, ReferenceId, Unread};
use tokio::{sync::mpsc, task::JoinSet, time::sleep};

use crate::{
    Ask, Publisher, Running, Source, clock,
    fed::{Fed, Store},
    key::{escaped, key},
    watch::Watch,
};
use tail::Tail;

/// Most activity, and most lines of all files, that are kept.
const MAX_HAPPENINGS: usize = 1_000;
const MAX_LINES: usize = 2_000;

/// Most files that are followed.
const MAX_FILES: usize = 16;

/// The least time between two readings of files: a log in a flood is read in pieces.
const BETWEEN: Duration = Duration::from_millis(200);

/// How often files are looked at where the system tells nothing of them.
const POLL: Duration = Duration::from_secs(2);

/// A line longer than this has a reference to the whole of it; in bytes.
const LONG: usize = 2048;

/// The log panel.
pub struct Log {
    fed: Fed<Lines>,
    files: Vec<PathBuf>,
}

/// Where the engine puts what happens. Never blocks; for any number of threads.
#[derive(Clone)]
pub struct LogFeed {
    fed: Fed<Lines>,
    files: Vec<PathBuf>,
}

impl Log {
    /// An empty log with the files that the host named, and its feed.
    #[allow(clippy::new_ret_no_self, reason = "a source and its feed begin together")]
    pub fn new(mut files: Vec<PathBuf>) -> (Self, LogFeed) {
        files.truncate(MAX_FILES);
        let fed = Fed::new(Lines::default());
        (Self { fed: fed.clone(), files: files.clone() }, LogFeed { fed, files })
    }
}

impl LogFeed {
    /// The panel once more, with all that was fed so far: for when it is shared again.
    pub fn source(&self) -> Log {
        Log { fed: self.fed.clone(), files: self.files.clone() }
    }

    /// Puts in what happened, or, under a number that is in already, how it has gone on.
    pub fn tell(&self, number: u64, activity: Activity) {
        self.fed.feed(|lines| lines.happened(number, activity));
    }

    /// Takes out what has that number.
    pub fn forget(&self, number: u64) {
        self.fed.feed(|lines| lines.activity.retain(|known| known.told != number));
    }
}

impl Source for Log {
    fn kind(&self) -> PanelKind {
        PanelKind::Log
    }

    fn run(self: Box<Self>, publisher: Publisher, asks: mpsc::Receiver<Ask>) -> Running {
        Box::pin(async move {
            // Ends with the panel.
            let mut tails = JoinSet::new();
            if !self.files.is_empty() {
                tails.spawn(follow(self.files, self.fed.clone()));
            }
            self.fed.serve(publisher, asks).await;
        })
    }
}

#[derive(Default)]
struct Lines {
    activity: VecDeque<Known>,
    /// With the whole text of those that are long.
    lines: VecDeque<(u64, Line, Option<Bytes>)>,
    next: u64,
    /// Files that cannot be read, and why.
    unread: Vec<(String, &'static str)>,
}

struct Known {
    /// Its number among all that is here.
    number: u64,
    /// The number that it was told under.
    told: u64,
    activity: Activity,
}

impl Lines {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn happened(&mut self, told: u64, activity: Activity) {
        if let Some(known) = self.activity.iter_mut().rev().find(|known| known.told == told) {
            known.activity = activity;
            return;
        }
        let number = self.number();
        self.activity.push_back(Known { number, told, activity });
        if self.activity.len() > MAX_HAPPENINGS {
            self.activity.pop_front();
        }
    }

    fn read(&mut self, file: &str, text: &[u8]) {
        let number = self.number();
        let text = line::plain(&String::from_utf8_lossy(text));
        let level = line::level(&text);
        let whole = (text.len() > LONG).then(|| Bytes::from(text.clone()));
        let rest = whole.as_ref().and_then(|whole| {
            let id = ReferenceId::new(format!("l:{number}"))?;
            Some(Reference { id, size: u64::try_from(whole.len()).unwrap_or(u64::MAX) })
        });
        self.lines.push_back((
            number,
            Line { at: clock::now(), file: file.to_owned(), level, text, rest },
            whole,
        ));
        if self.lines.len() > MAX_LINES {
            self.lines.pop_front();
        }
    }
}

impl Store for Lines {
    fn entries(&self) -> Entries {
        let activity =
            self.activity.iter().map(|known| (known.number, Entry::Activity(known.activity.clone())));
        let lines = self.lines.iter().map(|(number, line, _)| (*number, Entry::Line(line.clone())));
        let entry = |(number, mut entry): (u64, Entry)| {
            entry.bound();
            Some((key(format!("{number:016}"))?, entry))
        };
        let unread = self.unread.iter().filter_map(|(file, why)| {
            let (part, why) = (file.clone(), (*why).to_owned());
            let unread = Unread { panel: PanelKind::Log, repository: None, part, why, remedy: None };
            let mut entry = Entry::Unread(unread);
            entry.bound();
            Some((key(format!("unread/{}", escaped(file.as_bytes())))?, entry))
        });
        activity.chain(lines).filter_map(entry).chain(unread).collect()
    }

    fn content(&self, id: &ReferenceId) -> Option<Bytes> {
        let fits = |line: &Line| line.rest.as_ref().is_some_and(|rest| rest.id == *id);
        self.lines.iter().find(|(_, line, _)| fits(line)).and_then(|(_, _, whole)| whole.clone())
    }
}

/// Reads what is added to files for as long as it is polled.
async fn follow(files: Vec<PathBuf>, fed: Fed<Lines>) {
    let mut tails: Vec<Tail> = files.into_iter().map(Tail::new).collect();
    // The folder tells of a file that is replaced, too.
    let folders: Vec<PathBuf> = tails.iter().flat_map(Tail::folders).map(Path::to_owned).collect();
    let watch = Watch::new().ok();
    let watch =
        watch.filter(|watch| watch.follow(&folders).is_ok() && folders.iter().all(|folder| folder.is_dir()));
    let mut known_unread: Vec<(String, &'static str)> = Vec::new();
    loop {
        let read = move || {
            let found: Vec<_> = tails.iter_mut().map(|tail| (tail.name(), tail.read())).collect();
            let unread = tails.iter().filter_map(|tail| Some((tail.name(), tail.trouble()?))).collect();
            (tails, found, unread)
        };
        let Ok((same, found, unread)) = tokio::task::spawn_blocking(read).await else { return };
        tails = same;
        if found.iter().any(|(_, lines)| !lines.is_empty()) || unread != known_unread {
            known_unread.clone_from(&unread);
            fed.feed(|store| {
                store.unread = unread;
                for (name, lines) in found {
                    lines.iter().for_each(|line| store.read(&name, line));
                }
            });
        }
        sleep(BETWEEN).await;
        match &watch {
            Some(watch) => loop {
                let changed = watch.changed().await;
                if changed.lost
                    || !changed.folders.is_empty()
                    || changed.paths.iter().any(|path| tails.iter().any(|tail| tail.is_at(path)))
                {
                    break;
                }
            },
            None => sleep(POLL).await,
        }
    }
}
