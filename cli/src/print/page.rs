//! A page for people: coloured where it is a terminal that shows it, through their pager where it is longer than that.

use std::{
    borrow::Borrow,
    io::{self, IsTerminal as _, Write as _},
    process::{Child, Command, Stdio},
};

use ratatui::text::Line;

use super::text;
use crate::{
    error::CliError,
    terminal::{self, cells},
};

/// Bytes that are gathered before they are written.
const GATHER: usize = 64 * 1024;

/// How a page is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputMode {
    colors: bool,
    pager: bool,
}

impl OutputMode {
    /// What standard output takes.
    pub(crate) fn of_output(pager: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let set = |name| std::env::var_os(name).is_some_and(|found| !found.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colors: terminal && !set("NO_COLOR") && !dumb, pager: terminal && pager }
    }
}

/// Writes lines to standard output, or has the pager show them.
pub(crate) fn page<L: Borrow<Line<'static>>>(
    lines: impl IntoIterator<Item = L>,
    mode: OutputMode,
) -> Result<(), CliError> {
    let mut page = Page::new(mode);
    lines.into_iter().try_for_each(|line| page.line(line.borrow()))?;
    page.end()
}

/// A page that is written as its lines are made.
pub(crate) struct Page {
    mode: OutputMode,
    out: String,
    /// Rows of the terminal that were taken so far.
    rows: usize,
    size: jumpseat_engine::api::Size,
    pager: Option<Child>,
}

impl Page {
    pub(crate) fn new(mode: OutputMode) -> Self {
        Self { mode, out: String::new(), rows: 0, size: terminal::size(), pager: None }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, line: &Line<'static>) -> Result<(), CliError> {
        self.rows += line.width().div_ceil(usize::from(self.size.cols)).max(1);
        if self.mode.colors {
            self.out.push_str(&cells::line(line));
        } else {
            line.spans.iter().for_each(|span| self.out.push_str(&span.content));
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
        if self.mode.pager && self.rows >= usize::from(self.size.rows) {
            self.mode.pager = false;
            self.pager = start_pager();
        }
        // While it may still fit the terminal, nobody knows who is to show it.
        if self.out.len() > GATHER && !self.mode.pager { self.flush() } else { Ok(()) }
    }

    /// Writes what there is, and waits for the pager.
    pub(crate) fn end(mut self) -> Result<(), CliError> {
        self.flush()?;
        if let Some(mut pager) = self.pager.take() {
            drop(pager.stdin.take());
            // However it ended, it was the person's own.
            let _ = pager.wait();
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), CliError> {
        let out = std::mem::take(&mut self.out);
        match self.pager.as_mut().and_then(|pager| pager.stdin.as_mut()) {
            Some(input) => {
                // Who leaves the pager early has seen enough.
                let _ = input.write_all(out.as_bytes());
                Ok(())
            }
            None => text(&out),
        }
    }
}

/// The person's pager, as git finds it: what `JUMPSEAT_PAGER` or `PAGER` says, or `less`.
fn start_pager() -> Option<Child> {
    let named = ["JUMPSEAT_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
    let pager = match named {
        Some(pager) => pager,
        None if has_less() => "less".to_owned(),
        None => return None,
    };
    if cfg!(windows) || matches!(pager.trim(), "" | "cat") {
        return None;
    }
    let mut command = Command::new("sh");
    command.args(["-c", &pager]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    stay_for_the_pager();
    command.spawn().ok()
}

fn has_less() -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join("less").is_file())
}

/// From now on ^C is the pager's: this process waits for it.
fn stay_for_the_pager() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        // Heard once, it is heard for good; who is started hears it for itself.
        for kind in [SignalKind::interrupt(), SignalKind::quit()] {
            if let Err(error) = signal(kind) {
                tracing::debug!(%error, "a signal is not heard");
            }
        }
    }
}
