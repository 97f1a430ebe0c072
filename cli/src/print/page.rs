//! A page for people: coloured where it is a terminal that shows it, through their pager where it is longer than that.

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::{Command, Stdio},
};

use ratatui::text::Line;

use super::text;
use crate::{error::Fault, overlay, terminal};

/// How a page is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paper {
    pub(crate) colors: bool,
    pub(crate) pager: bool,
}

impl Paper {
    /// What standard output takes.
    pub(crate) fn of_output(pager: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let plain = |name, value: Option<&str>| {
            std::env::var_os(name)
                .is_some_and(|found| value.map_or(!found.is_empty(), |value| found == value))
        };
        let colors = terminal && !plain("NO_COLOR", None) && !plain("TERM", Some("dumb"));
        Self { colors, pager: terminal && pager }
    }
}

/// Writes lines to standard output, or has the pager show them.
pub(crate) fn page<'a>(
    lines: impl IntoIterator<Item = &'a Line<'static>>,
    paper: Paper,
) -> Result<(), Fault> {
    let mut out = String::new();
    let mut rows = 0;
    let size = terminal::size();
    for line in lines {
        rows += line.width().div_ceil(usize::from(size.cols)).max(1);
        if paper.colors {
            out.push_str(&overlay::line(line));
        } else {
            line.spans.iter().for_each(|span| out.push_str(&span.content));
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    let long = rows >= usize::from(size.rows);
    if paper.pager && long && shown_by_pager(&out) { Ok(()) } else { text(&out) }
}

/// Whether the person's pager showed it: as git does, what `JUMPSEAT_PAGER` or `PAGER` says, or `less`.
fn shown_by_pager(page: &str) -> bool {
    let named = ["JUMPSEAT_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
    let pager = named.unwrap_or_else(|| "less".to_owned());
    if cfg!(windows) || matches!(pager.trim(), "" | "cat") {
        return false;
    }
    let mut command = Command::new("sh");
    command.args(["-c", &pager]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // Who leaves the pager early has seen enough.
        let _ = input.write_all(page.as_bytes());
    }
    // 127: there is no such program.
    child.wait().is_ok_and(|status| status.code() != Some(127))
}
