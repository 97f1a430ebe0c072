//! The history: the commands of the shared terminals, oldest first.

use std::collections::BTreeSet;

use super::{
    Context, Icon, Jump, Row, RowKind, Target, Tone,
    words::{counted, preview, took},
};
use crate::{Block, Entries, Entry, Key, PanelKind};

/// The longest command in a row and in its tooltip, in characters.
const IN_ROW: usize = 400;
const IN_TOOLTIP: usize = 2000;

const UNPROVEN: &str = "Unproven: anything that was printed in the terminal may have made this up.";

pub(super) fn rows(entries: &Entries, context: &Context<'_>) -> Vec<Row> {
    let terminals: BTreeSet<u32> = blocks(entries).map(|(.., block)| block.terminal).collect();
    if terminals.len() < 2 || !context.by_terminal {
        let several = terminals.len() > 1;
        return blocks(entries).map(|(number, key, block)| row(number, key, block, several)).collect();
    }
    let group = |terminal| {
        let own = || blocks(entries).filter(move |(.., block)| block.terminal == terminal);
        // A terminal is shown under its current name.
        let title =
            own().next_back().map(|(.., block)| block.title.as_str()).filter(|title| !title.is_empty());
        let title = title.map_or(format!("Terminal {terminal}"), str::to_owned);
        let rows = own().map(|(number, key, block)| row(number, key, block, false)).collect();
        Row::group(format!("terminal {terminal}"), title, rows)
            .map(|row| row.icon(Icon::Terminal, Tone::Plain))
    };
    terminals.into_iter().filter_map(group).collect()
}

pub(super) fn summary(entries: &Entries) -> Option<String> {
    let (.., last) = blocks(entries).next_back()?;
    let how = match (last.took, last.exit_code) {
        (None, _) => ", one running".to_owned(),
        (_, Some(0)) => ", the last one succeeded".to_owned(),
        (_, Some(code)) => format!(", the last one failed with exit code {code}"),
        (_, None) => String::new(),
    };
    Some(format!("{}{how}", counted(blocks(entries).count(), "command")))
}

/// The commands, oldest first, each with the number that it keeps and its key.
pub fn blocks(entries: &Entries) -> impl DoubleEndedIterator<Item = (u64, &Key, &Block)> {
    entries.iter().enumerate().filter_map(|(place, (key, entry))| match entry {
        // From 1 on, by the key, so that it stays when older ones go.
        Entry::Block(block) => {
            let number = key.as_str().parse().unwrap_or(place as u64);
            Some((number.saturating_add(1), key, block))
        }
        _ => None,
    })
}

fn row(number: u64, key: &Key, block: &Block, several: bool) -> Row {
    let Block { terminal, title, command, cwd, started, line, lines, unproven, erased, .. } = block;
    let mut written = command.iter().flat_map(|command| command.lines());
    let shown = written.next().map(|first| preview(first, IN_ROW)).filter(|first| !first.is_empty());
    let shown = shown.unwrap_or_else(|| "(command not known)".to_owned());
    let Ending { icon, tone, word, heard } = Ending::of(block);
    let lasted = block.took.map(took).unwrap_or_default();
    let printed = usize::try_from(*lines).unwrap_or(usize::MAX);
    let printed = if printed > 0 { counted(printed, "line") } else { String::new() };
    let mut row = Row::new(key.as_str()).kind(RowKind::Block);
    row = if *unproven { row.icon(Icon::Unproven, Tone::Warning) } else { row.icon(icon, tone) };
    (row.number, row.at) = (Some(number), Some(*started));
    // In front: a command can be long, and can say anything.
    if *unproven {
        row = row.says("(unproven) ", Tone::Warning).hover(UNPROVEN);
    }
    row = row
        .says(&shown, Tone::Strong)
        .says(if written.next().is_some() { " …" } else { "" }, Tone::Dim)
        .toned(&word, tone)
        .part(&lasted)
        .part(&printed)
        .part(if *erased { "output erased" } else { "" })
        .part(if several { title } else { "" });
    for line in command.iter().flat_map(|command| command.lines()) {
        row = row.hover(preview(line, IN_TOOLTIP));
    }
    row = row
        .hover(cwd.as_ref().map_or(String::new(), |cwd| format!("in {cwd}")))
        .hover(&heard)
        .hover(&printed)
        .hover(if *erased { "output erased" } else { "" });
    let proof = if *unproven { "unproven" } else { "" };
    let spoken: Vec<&str> =
        [proof, &shown, &heard, &lasted].into_iter().filter(|part| !part.is_empty()).collect();
    row.spoken = Some(spoken.join(", "));
    row.jump = line.map(|line| Jump { terminal: *terminal, line });
    let nothing = |why: &str| Target::Nothing { why: why.to_owned() };
    let target = match block {
        Block { output: Some(_), .. } => {
            Target::Text { panel: PanelKind::History, key: key.clone(), title: shown }
        }
        Block { took: None, .. } => nothing("The command is still running."),
        Block { erased: true, .. } => nothing("Its output was erased."),
        Block { lines: 1.., .. } => nothing("Its output is not kept any more."),
        _ => nothing("It printed nothing."),
    };
    row.opens(target)
}

/// How a command ended.
struct Ending {
    icon: Icon,
    tone: Tone,
    word: String,
    heard: String,
}

impl Ending {
    fn of(block: &Block) -> Self {
        let told = |icon, tone, word: &str, heard: &str| Self {
            icon,
            tone,
            word: word.to_owned(),
            heard: heard.to_owned(),
        };
        match (block.took, block.exit_code) {
            (None, _) => told(Icon::Running, Tone::Warning, "running", "running"),
            (_, None) => told(Icon::Ended, Tone::Plain, "", "ended"),
            (_, Some(0)) => told(Icon::Passed, Tone::Good, "", "succeeded"),
            (_, Some(code)) => told(
                Icon::Failed,
                Tone::Bad,
                &format!("exit code {code}"),
                &format!("failed with exit code {code}"),
            ),
        }
    }
}
