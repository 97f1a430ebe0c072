//! The log: what happened in the session, and lines of log files, by time.

use serde::Serialize;

use super::{
    Line, Row, Span, Target, Tone,
    panel::title,
    words::{counted, took},
};
use crate::{Activity, ActivityKind, Entries, Entry, Key, Level, PanelKind};

/// A line of the log, in the form that log files use.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// When it was, in milliseconds since 1970; nothing of what could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// What it says.
    pub text: Line,
}

pub(super) fn rows(entries: &Entries) -> Vec<Row> {
    // Their keys say in which order they were read; people read by time.
    let mut lines: Vec<Row> = entries
        .iter()
        .filter(|(_, entry)| !matches!(entry, Entry::Unread(_)))
        .filter_map(|(key, entry)| {
            let LogLine { at, text, .. } = line(entry)?;
            let row = Row { at, label: text, ..Row::new(key.as_str()) };
            Some(match entry {
                Entry::Line(line) if line.rest.is_some() => row.opens(rest(key, &line.file)),
                _ => row,
            })
        })
        .collect();
    lines.sort_by_key(|row| row.at);
    lines
}

fn rest(key: &Key, file: &str) -> Target {
    Target::Text { panel: PanelKind::Log, key: key.clone(), title: file.to_owned() }
}

pub(super) fn summary(entries: &Entries) -> Option<String> {
    let levels = entries.values().filter_map(|entry| match entry {
        Entry::Activity(activity) => Some(activity.level),
        Entry::Line(line) => Some(line.level.unwrap_or_default()),
        _ => None,
    });
    let (mut lines, mut errors) = (0, 0);
    for level in levels {
        lines += 1;
        errors += usize::from(level == Level::Error);
    }
    match (lines, errors) {
        (0, _) => None,
        (lines, 0) => Some(counted(lines, "line")),
        (lines, errors) => Some(format!("{}, {}", counted(lines, "line"), counted(errors, "error"))),
    }
}

/// An entry of the log as a line of it.
pub fn line(entry: &Entry) -> Option<LogLine> {
    match entry {
        Entry::Activity(activity) => {
            let Activity { at, until, level, who, happened } = activity;
            let mut text: Line = Vec::new();
            if let Some(who) = who.as_ref().filter(|who| !who.is_empty()) {
                text.extend([Span::new(who, Tone::Strong), Span::plain(" ")]);
            }
            text.push(Span::new(words(happened), tone(*level)));
            let lasted = until.map(|until| until.saturating_sub(*at)).filter(|time| *time >= 1000);
            text.extend(lasted.map(|time| Span::dim(format!(" ({})", took(time)))));
            Some(LogLine { level: *level, at: Some(*at), text })
        }
        Entry::Line(line) => {
            let level = line.level.unwrap_or_default();
            let mut text = vec![Span::dim(format!("{}: ", line.file)), Span::new(&line.text, tone(level))];
            text.extend(line.rest.is_some().then(|| Span::dim(" …")));
            Some(LogLine { level, at: Some(line.at), text })
        }
        Entry::Unread(unread) => {
            let text = format!("Could not read {}: {}", unread.part, unread.why);
            let text = vec![Span::new(text, Tone::Warning)];
            Some(LogLine { level: Level::Warning, at: None, text })
        }
        _ => None,
    }
}

fn tone(level: Level) -> Tone {
    match level {
        Level::Error => Tone::Bad,
        Level::Warning => Tone::Warning,
        Level::Info => Tone::Plain,
        Level::Debug => Tone::Dim,
    }
}

/// After who did it.
fn words(happened: &ActivityKind) -> String {
    match happened {
        ActivityKind::Joined { role } => format!("joined as {role}"),
        ActivityKind::Left { why } => format!("left: {why}"),
        ActivityKind::Presence { present: true } => "reconnected".to_owned(),
        ActivityKind::Presence { present: false } => "lost the connection".to_owned(),
        ActivityKind::Granted { role, by } => format!("is now {role}, by {by}"),
        ActivityKind::Asked => "asked for control".to_owned(),
        ActivityKind::Refused { why } => format!("was refused: {why}"),
        ActivityKind::Typed { terminal } => format!("typed in {terminal}"),
        ActivityKind::Ran { terminal, command, exit_code, unproven } => {
            let how = exit_code.map_or(String::new(), |code| format!(" → exit code {code}"));
            // In front: a command can be long, and can say anything.
            let unproven = if *unproven { "(unproven) " } else { "" };
            format!("{unproven}{terminal} $ {command}{how}")
        }
        ActivityKind::Connection { state } => format!("connection: {state}"),
        ActivityKind::Shared { thing, on } => {
            // A terminal by its name, a panel by its title.
            let thing = thing.parse::<PanelKind>().map_or(thing.as_str(), |kind| title(kind));
            format!("{thing} {}", if *on { "shared" } else { "no longer shared" })
        }
        ActivityKind::Noted { text } => text.clone(),
    }
}
