//! The log panel: what happened in the session, and lines of log files.

use jumpseat_engine::api::panels::{Entries, Entry, Happened, Happening, Level, Line, PanelKind};
use ratatui::style::Style;

use super::{
    Opens, Row, Rows, Words, counted, style,
    words::{ago, took},
};

pub(super) fn rows(entries: &Entries, now: u64, rows: &mut Rows) {
    // Their keys say in which order they were read; people read by time.
    let mut found: Vec<(u64, Row)> = entries
        .values()
        .filter_map(|entry| match entry {
            Entry::Happening(happening) => Some((happening.at, happening_row(happening, now))),
            Entry::Line(line) => Some((line.at, line_row(line, now))),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(at, _)| *at);
    rows.extend(found.into_iter().map(|(_, row)| row));
}

pub(super) fn gist(entries: &Entries) -> Option<String> {
    let levels = entries.values().filter_map(|entry| match entry {
        Entry::Happening(happening) => Some(happening.level),
        Entry::Line(line) => Some(line.level.unwrap_or_default()),
        _ => None,
    });
    let errors = levels.filter(|level| *level == Level::Error).count();
    let lines = counted(entries.len(), "line");
    match (entries.len(), errors) {
        (0, _) => None,
        (_, 0) => Some(lines),
        (_, errors) => Some(format!("{lines}, {}", counted(errors, "error"))),
    }
}

fn begin(now: u64, at: u64) -> Words {
    Words::new().dim(&format!("  {:>10}  ", ago(now, at)))
}

fn pen(level: Level) -> Style {
    match level {
        Level::Error => style::BAD,
        Level::Warning => style::WARN,
        Level::Info => Style::new(),
        Level::Debug => style::DIM,
    }
}

fn line_row(line: &Line, now: u64) -> Row {
    let words = begin(now, line.at).dim(&format!("{}  ", line.file));
    let words = words.ink(&line.text, pen(line.level.unwrap_or_default()));
    let opens = line.rest.as_ref().map(|rest| Opens::Text {
        title: line.file.clone(),
        panel: PanelKind::Log,
        reference: rest.id.clone(),
    });
    Row::opening(words, opens)
}

fn happening_row(happening: &Happening, now: u64) -> Row {
    let mut words = begin(now, happening.at);
    if let Some(who) = &happening.who {
        words = words.bold(who).plain(" ");
    }
    words = words.ink(&happened(&happening.happened), pen(happening.level));
    let lasted = happening.until.map(|until| until.saturating_sub(happening.at)).filter(|time| *time >= 1000);
    if let Some(time) = lasted {
        words = words.dim(&format!(", for {}", took(time)));
    }
    words.into()
}

/// After who did it.
fn happened(happened: &Happened) -> String {
    match happened {
        Happened::Joined { role } => format!("joined as {role}"),
        Happened::Left { why } => format!("left: {why}"),
        Happened::Presence { present: true } => "is back".to_owned(),
        Happened::Presence { present: false } => "lost the line".to_owned(),
        Happened::Granted { role, by } => format!("is a {role} now, by {by}"),
        Happened::Asked => "asked for the keyboard".to_owned(),
        Happened::Refused { why } => format!("was refused: {why}"),
        Happened::Typed { terminal } => format!("typed in {terminal}"),
        Happened::Ran { terminal, command, exit_code, unproven } => {
            let how = exit_code.map_or(String::new(), |code| format!("  (exit code {code})"));
            // In front: a command can be long, and can say anything.
            let unproven = if *unproven { "(unproven) " } else { "" };
            format!("{unproven}{terminal} $ {command}{how}")
        }
        Happened::Connection { state } => format!("connection: {state}"),
        Happened::Shared { thing, on: true } => format!("{thing} is shared"),
        Happened::Shared { thing, on: false } => format!("{thing} is not shared any more"),
        Happened::Noted { text } => text.clone(),
        _ => "did something that this version does not know".to_owned(),
    }
}
