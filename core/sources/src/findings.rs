//! The findings panel: what editors and tools found in the code of the workspace.

mod sarif;
mod uri;

use std::{
    collections::{BTreeMap, HashMap},
    io::Read as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use jumpseat_panels::{Entries, Entry, Finding, PanelKind, ReferenceId, Rule};
use sha2::{Digest as _, Sha256};
use tokio::{sync::mpsc, task::JoinSet, time::sleep};

use crate::{
    Ask, Publisher, Running, Source,
    fed::{Fed, Store},
    key::{escaped, key},
    watch::Watch,
};

/// The largest report that is read, in bytes.
const MAX_REPORT: u64 = 32 * 1024 * 1024;

/// Most reports that are read.
const MAX_REPORTS: usize = 64;

/// Most findings of one origin, and origins that are kept.
const MAX_FINDINGS: usize = 10_000;
const MAX_ORIGINS: usize = 64;

/// The least time between two readings: tools write their reports in pieces.
const BETWEEN: Duration = Duration::from_millis(250);

/// How often reports are looked for where the system tells nothing of them.
const POLL: Duration = Duration::from_secs(3);

/// The findings panel.
pub struct Findings {
    fed: Fed<Found>,
    folder: PathBuf,
    reports: Vec<PathBuf>,
}

/// Where the engine puts an editor's diagnostics. Never blocks; for any number of threads.
#[derive(Clone)]
pub struct FindingsFeed {
    fed: Fed<Found>,
    folder: PathBuf,
    reports: Vec<PathBuf>,
}

impl Findings {
    /// An empty one for a workspace's folder, and its feed. `reports` are SARIF files, or folders with such
    /// (`*.sarif`, `*.sarif.json`), absolute or from the workspace on; they need not be there yet.
    #[allow(clippy::new_ret_no_self, reason = "a source and its feed begin together")]
    pub fn new(folder: impl Into<PathBuf>, reports: Vec<PathBuf>) -> (Self, FindingsFeed) {
        let feed = FindingsFeed { fed: Fed::new(Found::default()), folder: folder.into(), reports };
        (feed.source(), feed)
    }
}

impl FindingsFeed {
    /// The panel once more, with all that was fed so far: for when it is shared again.
    pub fn source(&self) -> Findings {
        Findings { fed: self.fed.clone(), folder: self.folder.clone(), reports: self.reports.clone() }
    }

    /// Says all that an origin finds now: one editor's extension, say. None at all forgets it.
    pub fn set(&self, origin: impl Into<String>, findings: Vec<Finding>) {
        self.fed.feed(|found| found.set(Origin::Fed(origin.into()), Report { findings, rules: Vec::new() }));
    }
}

impl Source for Findings {
    fn kind(&self) -> PanelKind {
        PanelKind::Findings
    }

    fn run(self: Box<Self>, publisher: Publisher, asks: mpsc::Receiver<Ask>) -> Running {
        Box::pin(async move {
            // Ends with the panel.
            let mut reading = JoinSet::new();
            if !self.reports.is_empty() {
                reading.spawn(follow(self.folder, self.reports, self.fed.clone()));
            }
            self.fed.serve(publisher, asks).await;
        })
    }
}

/// What one report says.
#[derive(Clone, PartialEq, Debug, Default)]
struct Report {
    findings: Vec<Finding>,
    rules: Vec<Rule>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Origin {
    Fed(String),
    File(PathBuf),
}

#[derive(Default)]
struct Found(BTreeMap<Origin, Report>);

impl Found {
    fn set(&mut self, origin: Origin, mut report: Report) {
        report.findings.truncate(MAX_FINDINGS);
        if report == Report::default() {
            self.0.remove(&origin);
        } else if self.0.len() < MAX_ORIGINS || self.0.contains_key(&origin) {
            self.0.insert(origin, report);
        }
    }
}

impl Store for Found {
    fn entries(&self) -> Entries {
        let mut entries = Entries::new();
        let mut counts: HashMap<(String, String), u32> = HashMap::new();
        for finding in self.0.values().flat_map(|report| &report.findings) {
            let mut entry = Entry::Finding(finding.clone());
            entry.bound();
            let Entry::Finding(finding) = &entry else { continue };
            if let Some(key) = finding_key(finding)
                && entries.len() < MAX_FINDINGS
            {
                if let Some(rule) = &finding.rule {
                    *counts.entry((finding.tool.clone(), rule.clone())).or_default() += 1;
                }
                entries.insert(key, entry);
            }
        }
        for rule in self.0.values().flat_map(|report| &report.rules) {
            let mut entry = Entry::Rule(rule.clone());
            entry.bound();
            let Entry::Rule(rule) = &mut entry else { continue };
            let Some(count) = counts.get(&(rule.tool.clone(), rule.rule.clone())) else { continue };
            rule.findings = *count;
            let name = format!("rule/{}/{}", escaped(rule.tool.as_bytes()), escaped(rule.rule.as_bytes()));
            if let Some(key) = key(name) {
                entries.insert(key, entry);
            }
        }
        entries
    }

    fn content(&self, _: &ReferenceId) -> Option<Bytes> {
        None
    }
}

/// By file, then by place; the same finding has the same key wherever it comes from.
fn finding_key(finding: &Finding) -> Option<jumpseat_panels::Key> {
    let mut hash = Sha256::new();
    for part in [&finding.tool, finding.rule.as_ref().unwrap_or(&String::new()), &finding.message] {
        hash.update(part);
        hash.update([0]);
    }
    let hash = hash.finalize();
    let hash = hash[..6].iter().fold(String::new(), |name, byte| name + &format!("{byte:02x}"));
    let place =
        finding.range.map_or_else(String::new, |range| format!("{:08}.{:05}", range.line, range.column));
    key(match &finding.path {
        Some(path) => format!("file/{}//{place}/{hash}", escaped(path.as_bytes())),
        None => format!("all/{hash}"),
    })
}

/// Reads reports as they come, change and go, for as long as it is polled.
async fn follow(folder: PathBuf, reports: Vec<PathBuf>, fed: Fed<Found>) {
    let folder = folder.canonicalize().unwrap_or(folder);
    let reports: Vec<PathBuf> = reports.into_iter().map(|path| folder.join(path)).collect();
    let watch = Watch::new().ok();
    let mut known: HashMap<PathBuf, Stamp> = HashMap::new();
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
                let changed = look(&folder, &reports, &mut known);
                (known, changed)
            }
        };
        let Ok((same, changed)) = tokio::task::spawn_blocking(read).await else { return };
        known = same;
        if !changed.is_empty() {
            fed.feed(|found| {
                changed.into_iter().for_each(|(path, report)| found.set(Origin::File(path), report))
            });
        }
        sleep(BETWEEN).await;
        match &watch {
            Some(watch) if watched => _ = watch.changed().await,
            _ => sleep(POLL).await,
        }
    }
}

/// What tells that a file is another than before.
type Stamp = (u64, Option<SystemTime>);

/// Reads the reports that are new, other than before, or gone. What cannot be read says nothing.
fn look(folder: &Path, reports: &[PathBuf], known: &mut HashMap<PathBuf, Stamp>) -> Vec<(PathBuf, Report)> {
    let mut there: Vec<PathBuf> = Vec::new();
    for path in reports {
        match std::fs::read_dir(path) {
            Ok(listing) => {
                let named = |path: &PathBuf| {
                    let name = path
                        .file_name()
                        .map(|name| name.to_string_lossy().to_lowercase())
                        .unwrap_or_default();
                    name.ends_with(".sarif") || name.ends_with(".sarif.json")
                };
                there.extend(listing.flatten().map(|entry| entry.path()).filter(named).take(MAX_REPORTS));
            }
            Err(_) => there.push(path.clone()),
        }
    }
    there.sort();
    there.dedup();
    there.truncate(MAX_REPORTS);
    let mut changed = Vec::new();
    known.retain(|path, _| {
        let stays = there.contains(path) && path.is_file();
        if !stays {
            changed.push((path.clone(), Report::default()));
        }
        stays
    });
    for path in there {
        let Some(stamp) = path.metadata().ok().filter(|found| found.is_file()) else { continue };
        let stamp = (stamp.len(), stamp.modified().ok());
        if known.insert(path.clone(), stamp) != Some(stamp) {
            // A link that the host names is followed; one in a folder of reports only within the workspace.
            let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
            let fits = |target: &PathBuf| !is_link || reports.contains(&path) || target.starts_with(folder);
            let target = path.canonicalize().ok().filter(fits);
            let report =
                target.and_then(|target| read(&target)).and_then(|bytes| sarif::parse(&bytes, folder));
            changed.push((path, report.unwrap_or_default()));
        }
    }
    changed
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    crate::file::open(path).ok()?.take(MAX_REPORT + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= MAX_REPORT).then_some(bytes)
}
