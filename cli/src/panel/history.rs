//! The history panel: the commands of the shared terminals.

use jumpseat_engine::api::panels::{Block, Entries, Entry, Key, PanelKind};

use super::{
    Opens, Row, Rows, Words, counted, style,
    words::{ago, took},
};

pub(super) fn rows(entries: &Entries, now: u64, rows: &mut Rows) {
    let several = blocks(entries).any(|(_, block)| Some(block.terminal) != first_terminal(entries));
    rows.extend(blocks(entries).map(|(number, block)| row(number, block, several, now)));
}

pub(super) fn gist(entries: &Entries) -> Option<String> {
    let (_, last) = blocks(entries).next_back()?;
    let how = match (last.exit_code, last.took) {
        (_, None) => ", one under way",
        (Some(0), _) => ", the last one went well",
        (Some(_), _) => ", the last one failed",
        (None, _) => "",
    };
    Some(format!("{}{how}", counted(blocks(entries).count(), "command")))
}

/// The commands, oldest first, each with the number that it keeps.
fn blocks(entries: &Entries) -> impl DoubleEndedIterator<Item = (u64, &Block)> {
    entries.iter().enumerate().filter_map(|(place, (key, entry))| match entry {
        Entry::Block(block) => Some((number(key, place), block)),
        _ => None,
    })
}

/// From 1 on, by the key, so that it stays when older ones go.
fn number(key: &Key, place: usize) -> u64 {
    key.as_str().parse().unwrap_or(place as u64).saturating_add(1)
}

fn first_terminal(entries: &Entries) -> Option<u32> {
    blocks(entries).next().map(|(_, block)| block.terminal)
}

fn row(number: u64, block: &Block, several: bool, now: u64) -> Row {
    let mut words = Words::new().dim(&format!("{number:>4}  {:>10}  ", ago(now, block.started)));
    words = match (block.took, block.exit_code) {
        (None, _) => words.ink("…  ", style::WARN),
        (Some(_), Some(0)) => words.ink("✓  ", style::GOOD),
        (Some(_), Some(_)) => words.ink("✗  ", style::BAD),
        (Some(_), None) => words.plain("   "),
    };
    // In front: a command can be long, and can say anything.
    if block.unproven {
        words = words.ink("(unproven) ", style::WARN);
    }
    let command = block.command.as_deref().unwrap_or("(not known)");
    let mut lines = command.lines();
    words = words.bold(lines.next().unwrap_or_default());
    if lines.next().is_some() {
        words = words.dim(" …");
    }
    let mut about = Vec::new();
    match (block.took, block.exit_code) {
        (None, _) => about.push("runs".to_owned()),
        (Some(took_ms), code) => {
            about.extend(code.filter(|code| *code != 0).map(|code| format!("exit code {code}")));
            about.push(took(took_ms));
        }
    }
    if block.lines > 0 {
        about.push(counted(usize::try_from(block.lines).unwrap_or(usize::MAX), "line"));
    }
    if block.erased {
        about.push("output was erased".to_owned());
    }
    if several {
        about.push(block.title.clone());
    }
    Row::opening(words.dim(&format!("  {}", about.join(", "))), opens(number, block))
}

fn opens(number: u64, block: &Block) -> Option<Opens> {
    let title = format!("{number}  {}", block.command.as_deref().unwrap_or_default());
    let reference = block.output.as_ref()?.id.clone();
    Some(Opens::Text { title, panel: PanelKind::History, reference })
}

/// The command of that number, or `last`; and what it printed, if anything.
pub(crate) fn find<'a>(entries: &'a Entries, name: &str) -> Option<(u64, &'a Block, Option<Opens>)> {
    let wanted: Option<u64> = name.parse().ok();
    let mut found = blocks(entries).rev().filter(|(number, _)| name == "last" || wanted == Some(*number));
    let (number, block) = found.next()?;
    Some((number, block, opens(number, block)))
}
