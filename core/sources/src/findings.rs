//! The findings panel: what editors and tools found in the code of the workspace.

mod files;
mod report;
mod sarif;
mod uri;

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use bytes::Bytes;
use jumpseat_panels::{Entries, Entry, Finding, PanelKind, ReferenceId, Unread};
use sha2::{Digest as _, Sha256};
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    Ask, Publisher, Running, Source,
    fed::{Fed, Store},
    key::{escaped, key},
};
use files::Unreadable;
use report::{MAX_FINDINGS, Report, SEVERITIES};

/// Most origins that are kept: editors' extensions and reports.
const MAX_ORIGINS: usize = 128;

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
        self.fed.feed(|found| found.set(Origin::Fed(origin.into()), findings.into_iter().collect()));
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
                reading.spawn(files::follow(self.folder, self.reports, self.fed.clone()));
            }
            self.fed.serve(publisher, asks).await;
        })
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Origin {
    Fed(String),
    File(PathBuf),
}

#[derive(Default)]
struct Found {
    reports: BTreeMap<Origin, Report>,
    unreadable: Unreadable,
}

impl Found {
    fn set(&mut self, origin: Origin, report: Report) {
        if report == Report::default() {
            self.reports.remove(&origin);
        } else if self.reports.len() < MAX_ORIGINS || self.reports.contains_key(&origin) {
            self.reports.insert(origin, report);
        }
    }

    /// What is not shown, and why.
    fn unread(&self, left_out: usize) -> impl Iterator<Item = Unread> {
        let more = (left_out > 0)
            .then(|| (format!("{left_out} less severe findings"), format!("the panel shows {MAX_FINDINGS}")));
        let failed = self.reports.values().flat_map(|report| &report.failed);
        let failed =
            failed.map(|tool| (format!("all findings of {tool}"), "the tool says that it failed".to_owned()));
        let unreadable = self.unreadable.iter().map(|(part, why)| (part.clone(), why.clone()));
        let all = unreadable.chain(failed).chain(more);
        all.map(|(part, why)| Unread {
            panel: PanelKind::Findings,
            repository: None,
            part,
            why,
            remedy: None,
        })
    }
}

impl Store for Found {
    fn entries(&self) -> Entries {
        let mut entries = Entries::new();
        let mut counts: HashMap<(String, String), u32> = HashMap::new();
        let mut left_out: usize = self.reports.values().map(|report| report.left_out).sum();
        let by_severity = SEVERITIES
            .into_iter()
            .flat_map(|severity| self.reports.values().flat_map(move |report| report.of(severity)));
        for finding in by_severity {
            let mut entry = Entry::Finding(finding.clone());
            entry.bound();
            let Entry::Finding(finding) = &entry else { continue };
            let Some(key) = finding_key(finding) else { continue };
            if entries.len() >= MAX_FINDINGS && !entries.contains_key(&key) {
                left_out += 1;
                continue;
            }
            if let Some(rule) = &finding.rule {
                *counts.entry((finding.tool.clone(), rule.clone())).or_default() += 1;
            }
            entries.insert(key, entry);
        }
        for rule in self.reports.values().flat_map(|report| &report.rules) {
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
        for unread in self.unread(left_out) {
            if let Some(key) = key(format!("unread/{}", escaped(unread.part.as_bytes()))) {
                entries.insert(key, Entry::Unread(unread));
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
