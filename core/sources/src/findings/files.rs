//! Reports as they lie in the workspace: read as they come, change and go.

use std::{
    collections::{BTreeMap, HashMap},
    fs::Metadata,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use jumpseat_git::file::{named, open};
use tokio::time::sleep;

use super::{Found, Origin, report::Report, sarif};
use crate::{fed::Fed, watch::Watch};

/// The largest report that is read, in bytes.
const MAX_REPORT: u64 = 32 * 1024 * 1024;

/// Most reports that are read.
const MAX_REPORTS: usize = 64;

/// The least time between two readings: tools write their reports in pieces.
const BETWEEN: Duration = Duration::from_millis(250);

/// How often reports are looked for where the system tells nothing of them.
const POLL: Duration = Duration::from_secs(3);

/// Why a report is not shown, by what it is called.
pub(super) type Unreadable = BTreeMap<String, String>;

/// Reads reports for as long as it is polled.
pub(super) async fn follow(folder: PathBuf, reports: Vec<PathBuf>, fed: Fed<Found>) {
    let folder = named(&folder);
    // Where each leads now is what the host names.
    let reports: Vec<PathBuf> = reports.into_iter().map(|path| named(&folder.join(path))).collect();
    let watch = Watch::new().ok();
    let mut known = Known::default();
    loop {
        // Folders may have come since.
        let folders: Vec<PathBuf> = reports
            .iter()
            .flat_map(|path| [Some(path.clone()), path.parent().map(Path::to_owned)])
            .flatten()
            .collect();
        let watched = watch.as_ref().is_some_and(|watch| {
            let there = folders.iter().filter(|folder| folder.is_dir());
            watch.follow(there).is_ok() && reports.iter().all(|path| path.parent().is_some_and(Path::is_dir))
        });
        let read = {
            let (folder, reports) = (folder.clone(), reports.clone());
            move || {
                let changed = known.look(&folder, &reports);
                (known, changed)
            }
        };
        let Ok((same, changed)) = tokio::task::spawn_blocking(read).await else { return };
        known = same;
        if let Some(Changed { reports, unreadable }) = changed {
            fed.feed(|found| {
                reports.into_iter().for_each(|(path, report)| found.set(Origin::File(path), report));
                found.unreadable = unreadable;
            });
        }
        sleep(BETWEEN).await;
        match &watch {
            Some(watch) if watched => _ = watch.changed().await,
            _ => sleep(POLL).await,
        }
    }
}

/// What was read the last time.
#[derive(Default)]
struct Known {
    /// What tells that a file is another than before, and why it could not be read.
    files: HashMap<PathBuf, (Stamp, Option<&'static str>)>,
    unreadable: Unreadable,
}

type Stamp = (u64, Option<SystemTime>);

/// What is another than the last time.
struct Changed {
    reports: Vec<(PathBuf, Report)>,
    unreadable: Unreadable,
}

impl Known {
    /// Reads the reports that are new, other than before, or gone.
    fn look(&mut self, folder: &Path, reports: &[PathBuf]) -> Option<Changed> {
        let mut unreadable = Unreadable::new();
        let mut there = listed(folder, reports, &mut unreadable);
        there.sort();
        there.dedup();
        if there.len() > MAX_REPORTS {
            let more = format!("{} more reports", there.len() - MAX_REPORTS);
            unreadable.insert(more, format!("at most {MAX_REPORTS} are read"));
        }
        there.truncate(MAX_REPORTS);
        let mut changed = Vec::new();
        self.files.retain(|path, _| {
            let stays = there.contains(path) && path.is_file();
            if !stays {
                changed.push((path.clone(), Report::default()));
            }
            stays
        });
        for path in there {
            let Ok(found) = path.metadata().and_then(file) else {
                let why = path.metadata().map_or_else(|error| reason(&error), |_| "it is not a file");
                unreadable.insert(name(folder, &path), why.to_owned());
                continue;
            };
            let stamp = (found.len(), found.modified().ok());
            let why = match self.files.get(&path) {
                Some((same, why)) if *same == stamp => *why,
                _ => {
                    let report = target(folder, reports, &path).and_then(|target| read(&target, folder));
                    let why = report.as_ref().err().copied();
                    changed.push((path.clone(), report.unwrap_or_default()));
                    self.files.insert(path.clone(), (stamp, why));
                    why
                }
            };
            if let Some(why) = why {
                unreadable.insert(name(folder, &path), why.to_owned());
            }
        }
        if changed.is_empty() && self.unreadable == unreadable {
            return None;
        }
        self.unreadable.clone_from(&unreadable);
        Some(Changed { reports: changed, unreadable })
    }
}

/// The reports that are named, and those in folders that are named.
fn listed(folder: &Path, reports: &[PathBuf], unreadable: &mut Unreadable) -> Vec<PathBuf> {
    let mut there: Vec<PathBuf> = Vec::new();
    for path in reports {
        if !path.is_dir() {
            there.push(path.clone());
            continue;
        }
        match std::fs::read_dir(path) {
            Ok(listing) => {
                let before = there.len();
                there.extend(listing.flatten().map(|entry| entry.path()).filter(|path| is_report(path)));
                if there.len() == before {
                    unreadable.insert(name(folder, path), "no SARIF report is in it yet".to_owned());
                }
            }
            Err(error) => _ = unreadable.insert(name(folder, path), reason(&error).to_owned()),
        }
    }
    there
}

fn is_report(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    name.ends_with(".sarif") || name.ends_with(".sarif.json")
}

/// What a report is called: from the workspace on, or by its name alone.
fn name(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).ok().filter(|inside| !inside.as_os_str().is_empty());
    let name = inside.or_else(|| path.file_name().map(Path::new));
    name.map_or_else(|| "the reports".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn file(found: Metadata) -> std::io::Result<Metadata> {
    if found.is_file() { Ok(found) } else { Err(ErrorKind::InvalidInput.into()) }
}

fn reason(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "the file does not exist yet",
        ErrorKind::PermissionDenied => "it may not be opened",
        _ => "it cannot be opened",
    }
}

/// Where a report lies. What the host named is read there; a link that came since, or that lies in a folder of reports,
/// leads only within the workspace.
fn target(folder: &Path, reports: &[PathBuf], path: &Path) -> Result<PathBuf, &'static str> {
    let target = path.canonicalize().map_err(|error| reason(&error))?;
    let is_named = target == path && reports.iter().any(|named| target.starts_with(named));
    if is_named || target.starts_with(folder) { Ok(target) } else { Err("a link leads out of the workspace") }
}

fn read(path: &Path, folder: &Path) -> Result<Report, &'static str> {
    let mut bytes = Vec::new();
    let file = open(path).map_err(|error| reason(&error))?;
    file.take(MAX_REPORT + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    if bytes.len() as u64 > MAX_REPORT {
        return Err("it is larger than 32 MiB");
    }
    // A report names few files, and each of them often.
    let mut asked: HashMap<String, bool> = HashMap::new();
    let mut is_file = |path: &str| {
        if let Some(known) = asked.get(path) {
            return *known;
        }
        let is = folder.join(path).is_file();
        if asked.len() < MAX_ASKED {
            asked.insert(path.to_owned(), is);
        }
        is
    };
    sarif::parse(&bytes, folder, &mut is_file).ok_or("it is not a SARIF report")
}

/// Most paths of one report that are remembered.
const MAX_ASKED: usize = 100_000;
