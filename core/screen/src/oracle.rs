//! What holds of every screen, whether it was fed or decoded. Tests and fuzz targets ask.

use crate::buffer::Buffer;
use crate::cell::Printable;
use crate::line::Line;
use crate::link::Link;
use crate::screen::Screen;
use crate::state::State;
use crate::text;

impl Screen {
    /// What this screen holds that no screen may hold, in words; `None` for every screen there is.
    pub fn flaw(&self) -> Option<String> {
        let state = &self.state;
        let titles = &state.titles;
        let texts =
            [&titles.title, &titles.icon].into_iter().chain(&titles.title_stack).chain(&titles.icon_stack);
        for title in texts {
            if text::title(title) != *title {
                return Some(format!("the title {title:?}"));
            }
        }
        for link in (1..=state.links.len()).filter_map(|index| state.links.link(index as u32)) {
            if Link::new(link.id(), link.uri()).as_ref() != Some(link) {
                return Some(format!("the link {link:?}"));
            }
        }
        let stored = state.stored();
        if stored > state.options.cells {
            return Some(format!("{stored} cells"));
        }
        [("normal", &state.normal), ("alternate", &state.alternate)]
            .into_iter()
            .find_map(|(name, buffer)| buffer_flaw(state, buffer).map(|flaw| format!("{name} {flaw}")))
    }
}

fn buffer_flaw(state: &State, buffer: &Buffer) -> Option<String> {
    let Buffer { x, y, top, bottom, cols, rows, .. } = *buffer;
    // A mark without a character can stand behind a pending wrap.
    if x > cols + 1 || y >= rows || bottom >= rows || top > bottom {
        return Some(format!("has its cursor at {x},{y} and its region at {top} to {bottom}"));
    }
    if buffer.kept() != buffer.counted() {
        return Some(format!("counts {} for {}", buffer.kept(), buffer.counted()));
    }
    let lines = buffer.lines.iter().enumerate();
    lines
        .into_iter()
        .find_map(|(index, line)| line_flaw(state, line).map(|flaw| format!("line {index} {flaw}")))
}

fn line_flaw(state: &State, line: &Line) -> Option<String> {
    let mut is_half = false;
    for column in 0..line.width() {
        let cell = line.get(column);
        let codes = state.codes(cell);
        let width = codes.first().map(|code| state.options.widths.width(*code));
        let is_spacer = cell.is_spacer();
        // A line may be wider than the screen is now: halves beyond the margin are mended when it is shown again.
        let counts = column < state.cols;
        if codes.iter().any(|code| Printable::new(*code).is_none()) {
            return Some(format!("column {column} has {codes:x?}"));
        }
        if !is_spacer && cell.width() != width.unwrap_or(1) {
            return Some(format!("column {column} has {codes:x?} in {} cells", cell.width()));
        }
        if counts && is_half != is_spacer {
            return Some(format!("column {column} is half of nothing"));
        }
        is_half = cell.width() == 2;
    }
    (is_half && line.width() == state.cols).then(|| "ends with half a character".to_owned())
}
