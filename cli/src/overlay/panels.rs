//! The overlay's page of panels: what a guest reads, and what a host shows.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::atomic::{AtomicU32, Ordering},
};

use jumpseat_engine::api::panels::PanelKind;
use jumpseat_panels::outline;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::{Paragraph, Widget as _},
};
use tokio::time::Instant;
use unicode_width::UnicodeWidthChar as _;

use super::{Action, mark::SETTLE};
use crate::{
    error::CliError,
    overview::{Overview, now},
    panel::{self, PageContext, Row, RowTarget, StyledLine, style},
    terminal::Key,
};

/// Counts what was opened, over all overlays: an answer for something else is not waited for any more.
static TICKETS: AtomicU32 = AtomicU32::new(1);

/// What is shown of the panels.
#[derive(Debug)]
pub(super) struct PanelPage {
    kind: PanelKind,
    /// The row that the eyes are on; beyond the last one it is the last.
    at: usize,
    /// What is behind that row. The row is found by it when others come or go; without it nothing is opened.
    marked: Option<RowTarget>,
    /// When another row came under the mark by itself.
    changed: Option<Instant>,
    opened: Option<View>,
    /// The panel's rows as they were made last, and of what.
    made: RefCell<Option<(Cached, Rc<Vec<Row>>)>>,
}

/// What was opened.
#[derive(Debug)]
struct View {
    ticket: u32,
    /// The panel that it is of: with that it goes.
    kind: PanelKind,
    rows: Rc<Vec<Row>>,
    at: usize,
}

/// What rows were made of: while it is the same, so are they.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Cached {
    kind: PanelKind,
    shared: bool,
    changes: u64,
    offline: Option<u64>,
    host: String,
    /// Ages go on by the second.
    second: u64,
}

impl Default for PanelPage {
    fn default() -> Self {
        Self {
            kind: PanelKind::Git,
            at: 0,
            marked: None,
            changed: None,
            opened: None,
            made: RefCell::default(),
        }
    }
}

impl PanelPage {
    /// Begins with a panel that is shared, if any is.
    pub(super) fn enter(&mut self, overview: &Overview) {
        if !overview.is_host() && overview.panels.panel(self.kind).is_none() {
            self.choose(overview.panels.kinds().next().unwrap_or(self.kind));
        }
    }

    /// The rows as they are drawn now.
    pub(super) fn update(&mut self, overview: &Overview, now: Instant) {
        if overview.is_host() {
            return;
        }
        let rows = self.rows(overview);
        let at = self.at.min(rows.len().saturating_sub(1));
        let here = rows.get(at).and_then(|row| row.target.as_ref());
        if here == self.marked.as_ref() {
            return;
        }
        if self.at == usize::MAX {
            (self.marked, self.changed) = (here.cloned(), Some(now));
        } else if self.marked.is_some() {
            let same = rows.iter().enumerate().filter(|(_, row)| row.target == self.marked);
            match same.map(|(nth, _)| nth).min_by_key(|nth| nth.abs_diff(at)) {
                Some(nth) => self.at = nth,
                None => self.marked = None,
            }
        }
    }

    /// From when on the marked row can be opened.
    pub(super) fn settles_at(&self) -> Option<Instant> {
        self.changed.map(|changed| changed + SETTLE)
    }

    /// The row of [`marked`](Self::marked) is the one that the eyes are on.
    fn mark(&mut self, overview: &Overview) {
        let rows = self.rows(overview);
        let row = rows.get(self.at.min(rows.len().saturating_sub(1)));
        (self.marked, self.changed) = (row.and_then(|row| row.target.clone()), None);
    }

    pub(super) fn key(&mut self, key: Key, overview: &Overview, now: Instant) -> Option<Action> {
        let last = self.len(overview).saturating_sub(1);
        let at = self.opened.as_ref().map_or(self.at, |view| view.at).min(last);
        let to = match key {
            Key::Up => at.saturating_sub(1),
            Key::Down => at + 1,
            Key::PageUp => at.saturating_sub(10),
            Key::PageDown => at + 10,
            Key::Home => 0,
            Key::End => last,
            Key::Left | Key::Right => {
                self.turn(if key == Key::Left { PanelKind::ALL.len() - 1 } else { 1 }, overview);
                return None;
            }
            Key::Enter => return self.enter_row(overview, now),
            Key::Backspace => {
                self.opened = None;
                return None;
            }
            _ => return None,
        };
        match &mut self.opened {
            Some(view) => view.at = to.min(last),
            // At the end it stays there, whatever comes.
            None if to >= last && !overview.is_host() && is_ongoing(self.kind) => self.at = usize::MAX,
            None => self.at = to.min(last),
        }
        if self.opened.is_none() && !overview.is_host() {
            self.mark(overview);
        }
        None
    }

    pub(super) fn letter(&mut self, letter: char, overview: &Overview, now: Instant) -> Option<Action> {
        match letter {
            '1'..='6' => {
                let kind = PanelKind::ALL.get(letter as usize - '1' as usize)?;
                if overview.is_host() {
                    self.at = *kind as usize
                } else {
                    self.choose(*kind)
                }
                None
            }
            ' ' => self.enter_row(overview, now),
            'b' => {
                self.opened = None;
                None
            }
            _ => None,
        }
    }

    /// Leaves what was opened; says whether something was.
    pub(super) fn back(&mut self) -> bool {
        self.opened.take().is_some()
    }

    /// What came of opening something.
    pub(super) fn opened(&mut self, ticket: u32, rows: Result<Vec<Row>, CliError>) {
        let Some(view) = self.opened.as_mut().filter(|view| view.ticket == ticket) else { return };
        let failed = |fault: CliError| {
            let hint = fault.hint.map_or(String::new(), |hint| format!(" ({hint})"));
            vec![Row::from(StyledLine::new().styled(&format!("{}{hint}", fault.message), style::BAD))]
        };
        view.rows = Rc::new(rows.unwrap_or_else(failed));
    }

    fn choose(&mut self, kind: PanelKind) {
        if self.kind != kind {
            (self.kind, self.at) = (kind, if is_ongoing(kind) { usize::MAX } else { 0 });
            (self.marked, self.changed) = (None, None);
        }
        self.opened = None;
    }

    fn turn(&mut self, by: usize, overview: &Overview) {
        if overview.is_host() {
            return;
        }
        let at = self.kind as usize;
        self.choose(PanelKind::ALL[(at + by) % PanelKind::ALL.len()]);
    }

    fn enter_row(&mut self, overview: &Overview, now: Instant) -> Option<Action> {
        if overview.is_host() {
            let kind = *PanelKind::ALL.get(self.at)?;
            let shown = overview.shown.iter().any(|status| status.panel == kind);
            return Some(if shown { Action::HidePanel(kind) } else { Action::SharePanel(kind) });
        }
        if self.view(overview).is_some() || self.settles_at().is_some_and(|at| now < at) {
            return None;
        }
        let target = self.marked.clone()?;
        let (ticket, kind) = (TICKETS.fetch_add(1, Ordering::Relaxed), target.panel());
        let coming = Row::from(StyledLine::new().dim(outline::LOADING));
        self.opened = Some(View { ticket, kind, rows: Rc::new(vec![coming]), at: 0 });
        Some(Action::Open(ticket, target))
    }

    pub(super) fn len(&self, overview: &Overview) -> usize {
        match self.view(overview) {
            _ if overview.is_host() => PanelKind::ALL.len(),
            Some(view) => view.rows.len(),
            None => self.rows(overview).len(),
        }
    }

    /// What was opened, unless its panel is not shared any more.
    fn view<'a>(&'a self, overview: &Overview) -> Option<&'a View> {
        self.opened.as_ref().filter(|view| overview.panels.panel(view.kind).is_some())
    }

    /// Forgets what the host took back.
    pub(super) fn forget(&mut self, overview: &Overview) {
        self.opened.take_if(|view| overview.panels.panel(view.kind).is_none());
        self.made.borrow_mut().take_if(|(made, _)| made.shared && overview.panels.panel(made.kind).is_none());
    }

    fn rows(&self, overview: &Overview) -> Rc<Vec<Row>> {
        let (panel, now) = (overview.panels.panel(self.kind), now());
        let made = Cached {
            kind: self.kind,
            shared: panel.is_some(),
            changes: overview.panels.changes(),
            offline: overview.panels.offline(),
            host: overview.host.clone(),
            second: now / 1000,
        };
        if let Some((before, rows)) = self.made.borrow().as_ref().filter(|(before, _)| *before == made) {
            let _ = before;
            return Rc::clone(rows);
        }
        let around = PageContext { host: &overview.host, offline: overview.panels.offline(), now };
        let rows = Rc::new(panel::page(self.kind, panel, around));
        *self.made.borrow_mut() = Some((made, Rc::clone(&rows)));
        rows
    }

    /// `acts`: whether the marked row can be opened by now.
    pub(super) fn draw(&self, overview: &Overview, acts: bool, area: Rect, buffer: &mut Buffer) {
        if overview.is_host() {
            return self.draw_hosts(overview, area, buffer);
        }
        let head = area.height.min(1);
        kinds(overview, self.kind).render(Rect { height: head, ..area }, buffer);
        let gap = u16::from(area.height > 4);
        let area = Rect { y: area.y + head + gap, height: area.height - head - gap, ..area };
        let (rows, at) = match self.view(overview) {
            Some(view) => (Rc::clone(&view.rows), view.at),
            None => (self.rows(overview), self.at),
        };
        let at = at.min(rows.len().saturating_sub(1));
        let height = usize::from(area.height);
        // The row that the eyes are on stays in the middle, as far as there is something on both sides.
        let from = at.saturating_sub(height / 2).min(rows.len().saturating_sub(height));
        let mut lines = Vec::new();
        for (nth, row) in rows.iter().enumerate().skip(from).take(height) {
            let target =
                acts && row.target.is_some() && row.target == self.marked && self.view(overview).is_none();
            let mark = match (nth == at, target) {
                (true, true) => Span::styled("▸ ", style::BOLD),
                (true, false) => Span::styled("· ", style::DIM),
                _ => Span::raw("  "),
            };
            lines.push(marked(mark, &row.line, usize::from(area.width)));
        }
        Paragraph::new(lines).render(area, buffer);
    }

    /// What guests see: a line for each panel.
    fn draw_hosts(&self, overview: &Overview, area: Rect, buffer: &mut Buffer) {
        let now = now();
        let mut lines: Vec<Line<'static>> = Vec::new();
        for (nth, kind) in PanelKind::ALL.into_iter().enumerate() {
            let status = overview.shown.iter().find(|status| status.panel == kind);
            let chosen = nth == self.at;
            let style = if chosen { style::BOLD } else { Style::new() };
            let mark = if chosen { "▸ " } else { "  " };
            let words = StyledLine::new().styled(mark, style);
            let words = match status {
                Some(_) => words.styled("● ", style::GOOD),
                None => words.dim("○ "),
            };
            let words = words.styled(&format!("{:<9} ", outline::title(kind)), style);
            let words = match status {
                None => words.dim(outline::about(kind)),
                Some(status) => {
                    let holds = outline::holds(kind, status.entries);
                    words.plain(&format!("{holds}  ")).then(panel::state_words(&status.state, now))
                }
            };
            lines.push(words.into());
        }
        Paragraph::new(lines).render(area, buffer);
    }

    pub(super) fn keys(&self, overview: &Overview) -> Vec<(&'static str, &'static str)> {
        if overview.is_host() {
            let shown = |kind: &&PanelKind| overview.shown.iter().any(|status| status.panel == **kind);
            let chosen = PanelKind::ALL.get(self.at);
            return vec![("Space", if chosen.filter(shown).is_some() { "hide" } else { "show to guests" })];
        }
        match self.view(overview) {
            Some(_) => vec![("↑↓", "scroll"), ("b", "back")],
            None => vec![("←→", "panel"), ("Enter", "open")],
        }
    }
}

/// Whether its newest is what people look for, at its end.
fn is_ongoing(kind: PanelKind) -> bool {
    matches!(kind, PanelKind::History | PanelKind::Log)
}

/// The panels in a line: the chosen one, those that are shared, and the others.
fn kinds(overview: &Overview, chosen: PanelKind) -> Line<'static> {
    let spans = PanelKind::ALL.into_iter().enumerate().flat_map(|(nth, kind)| {
        let style = match (kind == chosen, overview.panels.panel(kind).is_some()) {
            (true, _) => style::BOLD.add_modifier(Modifier::UNDERLINED),
            (_, true) => Style::new(),
            _ => style::DIM,
        };
        [Span::styled(format!("{} {}", nth + 1, outline::title(kind)), style), Span::raw("   ")]
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// A line behind its mark, with a sign at its end where it is cut.
fn marked(mark: Span<'static>, line: &Line<'static>, width: usize) -> Line<'static> {
    let mut spans = vec![mark];
    spans.extend(line.spans.iter().cloned());
    let line = Line::from(spans);
    if line.width() <= width {
        return line;
    }
    let mut left = width.saturating_sub(1);
    let mut kept = Vec::new();
    for span in line.spans {
        let mut end = 0;
        for (at, character) in span.content.char_indices() {
            let wide = character.width().unwrap_or(0);
            if wide > left {
                break;
            }
            left -= wide;
            end = at + character.len_utf8();
        }
        let whole = end == span.content.len();
        kept.push(Span::styled(span.content[..end].to_owned(), span.style));
        if !whole {
            break;
        }
    }
    kept.push(Span::styled("…", style::DIM));
    Line::from(kept)
}
