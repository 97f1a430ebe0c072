//! What is said of a panel as a whole: its name, how it stands, and why nothing is in it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Icon, Line, Row, Span, Tone,
    words::{counted, sentence},
};
use crate::{Entries, Entry, PanelKind, Remedy, SourceState, Unread};

/// The text of a panel that is shared but has not arrived yet.
pub const LOADING: &str = "Loading…";

/// What a panel is called.
pub fn title(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Git => "Changes",
        PanelKind::History => "History",
        PanelKind::Log => "Log",
        PanelKind::Review => "Review",
        PanelKind::Issue => "Issues",
        PanelKind::Findings => "Findings",
    }
}

/// What guests see in it, for who shares it.
pub fn about(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Git => "Files that differ in git, with their contents",
        PanelKind::History => "Commands, with what they printed",
        PanelKind::Log => "Who came, typed and ran what",
        PanelKind::Review => "The pull request of the branch, with its threads",
        PanelKind::Issue => "The issues that the branch is about",
        PanelKind::Findings => "What tools found in the code",
    }
}

/// The text of a panel that is not shared.
pub fn not_shared(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Git => "The host does not share changes.",
        PanelKind::History => "The host does not share the history of commands.",
        PanelKind::Log => "The host does not share the log.",
        PanelKind::Review => "The host does not share the review.",
        PanelKind::Issue => "The host does not share issues.",
        PanelKind::Findings => "The host does not share findings.",
    }
}

/// The text of an empty panel, with what would make something appear.
pub fn empty(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Git => {
            "There is no Git repository in the host's folder. Changes appear here once there is one."
        }
        PanelKind::History => {
            "No commands yet. They appear here when the host's shell integration reports them."
        }
        PanelKind::Log => "No activity yet. It appears here when people come, type or run commands.",
        PanelKind::Review => {
            "No pull request for the host's branch. It appears here once the branch is pushed and has one."
        }
        PanelKind::Issue => {
            "No linked issues. One appears here when the pull request closes it, or the branch is named after it."
        }
        PanelKind::Findings => {
            "No findings in the host's folder. They appear here when the host's editor or a SARIF file reports some."
        }
    }
}

/// The number of a panel's entries, with the word for them.
pub fn holds(kind: PanelKind, entries: u32) -> String {
    match (kind, entries) {
        (PanelKind::History, _) => counted(entries as usize, "command"),
        (PanelKind::Log, _) => counted(entries as usize, "line"),
        (PanelKind::Findings, _) => counted(entries as usize, "finding"),
        (_, 1) => "1 entry".to_owned(),
        _ => format!("{entries} entries"),
    }
}

/// How many entries did not fit, or `None` if all did.
pub fn left_out(count: u32) -> Option<String> {
    (count > 0).then(|| format!("{count} more not shown"))
}

/// Why a panel may not be the newest, for guests; nothing if it is.
pub fn trouble(state: &SourceState, host: &str) -> Option<Line> {
    match state {
        SourceState::Starting | SourceState::Fresh => None,
        SourceState::Stale { since } => Some(vec![
            Span::new("As of ", Tone::Warning),
            Span::Time { at: *since },
            Span::new(format!(": {host} cannot reach its source now."), Tone::Warning),
        ]),
        SourceState::Failed { since, why, remedy } => {
            let mut line = vec![Span::new(sentence(why), Tone::Bad)];
            line.extend(remedy_for(remedy.as_ref(), host));
            if *since > 0 {
                line.extend([Span::dim(" Shown as of "), Span::Time { at: *since }, Span::dim(".")]);
            }
            Some(line)
        }
    }
}

/// Why news cannot come to this guest since then.
pub fn offline(since: u64) -> Line {
    vec![
        Span::new("Offline since ", Tone::Warning),
        Span::Time { at: since },
        Span::new(": this is how it was then.", Tone::Warning),
    ]
}

/// How the source of a panel stands, for its host.
pub fn status(state: &SourceState) -> Line {
    match state {
        SourceState::Starting => vec![Span::dim(LOADING)],
        SourceState::Fresh => vec![Span::dim("Up to date")],
        SourceState::Stale { since } => vec![
            Span::new("As of ", Tone::Warning),
            Span::Time { at: *since },
            Span::new(": its source cannot be reached.", Tone::Warning),
        ],
        SourceState::Failed { why, remedy, .. } => {
            let mut line = vec![Span::new(sentence(why), Tone::Bad)];
            line.extend(remedy.as_ref().map(|remedy| Span::dim(format!(" You can {}.", act(remedy)))));
            if *remedy == Some(Remedy::TrustFolder) {
                line.push(Span::dim(" Run: git config --global --add safe.directory FOLDER"));
            }
            line
        }
    }
}

/// How a panel stands for its host, whether it is shared or not.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Offer {
    /// The panel.
    pub panel: PanelKind,
    /// Its title.
    pub title: &'static str,
    /// Whether guests see it.
    pub shared: bool,
    /// What guests see of it, or would, or why they see nothing newer.
    pub about: Line,
    /// Whether something is wrong with its source.
    pub wrong: bool,
    /// The button that helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button: Option<&'static str>,
}

/// How a panel stands for its host. `shared` is the state of its source, what stands in it and what has no room.
pub fn offer(panel: PanelKind, shared: Option<(&SourceState, u32, u32)>) -> Offer {
    let offer = Offer {
        panel,
        title: title(panel),
        shared: shared.is_some(),
        about: vec![Span::dim(about(panel))],
        wrong: false,
        button: None,
    };
    let Some((state, entries, left_out)) = shared else { return offer };
    match state {
        SourceState::Starting => Offer { about: status(state), ..offer },
        SourceState::Fresh if entries == 0 => Offer { about: vec![Span::dim("Nothing yet")], ..offer },
        SourceState::Fresh => {
            let more = self::left_out(left_out).map_or(String::new(), |more| format!(", {more}"));
            Offer { about: vec![Span::dim(format!("{}{more}", holds(panel, entries)))], ..offer }
        }
        SourceState::Stale { .. } => {
            Offer { about: status(state), wrong: true, button: Some(remedy_button(&Remedy::Retry)), ..offer }
        }
        SourceState::Failed { why, remedy, .. } => {
            let button = remedy_button(remedy.as_ref().unwrap_or(&Remedy::Retry));
            Offer {
                about: vec![Span::new(sentence(why), Tone::Bad)],
                wrong: true,
                button: Some(button),
                ..offer
            }
        }
    }
}

/// The button that does it.
fn remedy_button(remedy: &Remedy) -> &'static str {
    match remedy {
        Remedy::SignIn { .. } => "Sign In",
        Remedy::InstallGit => "Install Git",
        Remedy::TrustFolder => "Trust Folder",
        Remedy::Configure => "Settings",
        Remedy::Retry => "Try Again",
    }
}

/// What only the host can do about it, as one more sentence.
fn remedy_for(remedy: Option<&Remedy>, host: &str) -> Option<Span> {
    let remedy = remedy?;
    let has = if *remedy == Remedy::Retry { "can" } else { "has to" };
    Some(Span::dim(format!(" {host} {has} {}.", act(remedy))))
}

fn act(remedy: &Remedy) -> &'static str {
    match remedy {
        Remedy::SignIn { .. } => "sign in",
        Remedy::InstallGit => "install git",
        Remedy::TrustFolder => "trust the folder",
        Remedy::Configure => "set it up",
        Remedy::Retry => "try again",
    }
}

/// What the source could not read, by the repository that it is a part of. It never looks like nothing.
pub(super) fn unread(entries: &Entries, host: &str) -> BTreeMap<Option<u32>, Vec<Row>> {
    let mut all: BTreeMap<Option<u32>, Vec<Row>> = BTreeMap::new();
    for (key, entry) in entries {
        let Entry::Unread(Unread { repository, part, why, remedy, .. }) = entry else { continue };
        let why = Span::dim(sentence(why));
        let row = Row::new(format!("unread {key}"))
            .icon(Icon::Warning, Tone::Warning)
            .says(format!("Could not read {part}"), Tone::Warning)
            .parts(std::iter::once(why).chain(remedy_for(remedy.as_ref(), host)));
        all.entry(*repository).or_default().push(row);
    }
    all
}
