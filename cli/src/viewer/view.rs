//! Which part of the host's terminal shows in the window.

use jumpseat_engine::api::Size;
use jumpseat_screen::Screen;

/// The window's place over the host's terminal. It follows the cursor until it is moved, and again once keys go
/// to the host or it is brought back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct View {
    /// Lines between the window's lower edge and the end; nothing while it follows.
    back: Option<u64>,
    /// The first column; nothing while it follows the cursor.
    left: Option<u16>,
}

/// What part shows where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Frame {
    /// The first line that shows: in the scrollback, then in the viewport, counted from the scrollback's first.
    pub(crate) first: u64,
    /// Lines and columns that show.
    pub(crate) rows: u16,
    pub(crate) cols: u16,
    /// The first column that shows.
    pub(crate) left: u16,
    /// Where they lie in the window: it is larger where this is not nothing.
    pub(crate) x: u16,
    pub(crate) y: u16,
}

impl View {
    /// The frame in a window of this size, for the screen as it is.
    pub(crate) fn frame(&self, screen: &Screen, window: Size) -> Frame {
        let (screen_cols, screen_rows) = screen.size();
        let (cols, rows) = (screen_cols.min(window.cols), screen_rows.min(window.rows));
        let above = above(screen);
        let end = above + u64::from(screen_rows);
        let cursor = screen.cursor();
        let first = match self.back {
            Some(back) => end.saturating_sub(u64::from(rows) + back),
            // The viewport from its top, as far down as the cursor needs.
            None => above + u64::from((cursor.row + 1).saturating_sub(rows)),
        };
        let most_left = screen_cols - cols;
        let left = match self.left {
            Some(left) => left.min(most_left),
            // A few columns beyond the cursor, so that what comes next is seen.
            None => (cursor.column + 1 + (cols / 4).min(8)).saturating_sub(cols).min(most_left),
        };
        Frame { first, rows, cols, left, x: (window.cols - cols) / 2, y: (window.rows - rows) / 2 }
    }

    /// Whether it shows something older than the present.
    pub(crate) fn is_back(&self) -> bool {
        self.back.is_some()
    }

    /// Moves up (or down, below zero) by lines; at the end it follows again.
    pub(crate) fn scroll(&mut self, screen: &Screen, window: Size, lines: i64) {
        let (_, screen_rows) = screen.size();
        let rows = u64::from(screen_rows.min(window.rows));
        let end = above(screen) + u64::from(screen_rows);
        let first = |view: &Self| view.frame(screen, window).first;
        let now = end - rows - first(self).min(end - rows);
        let back = now.saturating_add_signed(lines).min(end - rows);
        let following = first(&Self { back: None, ..self.clone() });
        self.back = (end - rows - back != following).then_some(back);
    }

    /// Moves right (or left, below zero) by columns.
    pub(crate) fn pan(&mut self, screen: &Screen, window: Size, columns: i32) {
        let frame = self.frame(screen, window);
        let most = screen.size().0 - frame.cols;
        self.left = Some(frame.left.saturating_add_signed(columns.clamp(-1000, 1000) as i16).min(most));
    }

    /// Back to the cursor.
    pub(crate) fn follow(&mut self) {
        *self = Self::default();
    }

    /// The cell of the screen's viewport at a place of the window, if there is one.
    pub(crate) fn cell_at(&self, screen: &Screen, window: Size, column: u16, row: u16) -> Option<(u16, u16)> {
        let frame = self.frame(screen, window);
        let (column, row) = (column.checked_sub(frame.x)?, row.checked_sub(frame.y)?);
        let line = (frame.first + u64::from(row)).checked_sub(above(screen))?;
        (column < frame.cols && row < frame.rows).then_some((column + frame.left, u16::try_from(line).ok()?))
    }

    /// Stays with the lines that it shows while others scroll out.
    pub(crate) fn hold(&mut self, screen: &Screen, scrolled: u64) {
        if scrolled > 0 && self.back == Some(0) {
            self.back = None;
        } else if let Some(back) = &mut self.back {
            *back = back.saturating_add(scrolled).min(above(screen) + u64::from(screen.size().1));
        }
    }
}

impl Frame {
    /// The row of the window for a row of the screen, if it shows.
    pub(crate) fn window_row(&self, screen: &Screen, row: u16) -> Option<u16> {
        let line = above(screen) + u64::from(row);
        let at = line.checked_sub(self.first)?;
        (at < u64::from(self.rows)).then(|| self.y + at as u16)
    }
}

/// Lines above the viewport; the alternate screen has none.
pub(crate) fn above(screen: &Screen) -> u64 {
    if screen.in_alternate() { 0 } else { screen.scrollback_len() as u64 }
}

#[cfg(test)]
mod tests {
    use jumpseat_screen::Options;
    use proptest::prelude::*;

    use super::*;

    fn screen(cols: u16, rows: u16, lines: usize) -> Screen {
        let mut screen = Screen::new(Options { cols, rows, ..Options::default() });
        for line in 0..lines {
            screen.feed(0, format!("{}{line}", if line > 0 { "\r\n" } else { "" }).as_bytes());
        }
        screen
    }

    #[test]
    fn a_larger_window_has_it_in_the_middle() {
        let frame = View::default().frame(&screen(80, 24, 3), Size { cols: 100, rows: 30 });
        assert_eq!((frame.first, frame.rows, frame.cols, frame.x, frame.y), (0, 24, 80, 10, 3));
    }

    #[test]
    fn a_smaller_window_follows_the_cursor() {
        let window = Size { cols: 20, rows: 10 };
        let mut screen = screen(80, 24, 3);
        let frame = View::default().frame(&screen, window);
        assert_eq!((frame.first, frame.left), (0, 0));
        screen.feed(0, b"\x1b[24;60H");
        let frame = View::default().frame(&screen, window);
        assert_eq!((frame.first, frame.left), (14, 45));
        screen.feed(0, b"\x1b[1;1H");
        assert_eq!(View::default().frame(&screen, window).first, 0);
    }

    #[test]
    fn what_is_below_the_cursor_can_be_reached() {
        let window = Size { cols: 80, rows: 10 };
        let mut screen = screen(80, 24, 3);
        let mut view = View::default();
        view.scroll(&screen, window, -100);
        assert_eq!((view.frame(&screen, window).first, view.is_back()), (14, true));
        view.scroll(&screen, window, 14);
        assert!(!view.is_back());
        // At the end it follows what comes.
        view.scroll(&screen, window, -100);
        screen.feed(0, b"\x1b[24;1H\n");
        view.hold(&screen, 1);
        assert!(!view.is_back());
    }

    #[test]
    fn scrolling_back_holds_the_lines_until_the_end_is_reached() {
        let window = Size { cols: 80, rows: 10 };
        let mut screen = screen(80, 10, 100);
        let mut view = View::default();
        view.scroll(&screen, window, 30);
        let first = view.frame(&screen, window).first;
        assert_eq!((first, view.is_back()), (60, true));
        screen.take_changes();
        screen.feed(0, b"\r\nmore\r\nmore");
        view.hold(&screen, screen.clone().take_changes().scrolled);
        assert_eq!(view.frame(&screen, window).first, first);
        view.scroll(&screen, window, 1000);
        assert_eq!(view.frame(&screen, window).first, 0);
        view.scroll(&screen, window, -1000);
        assert!(!view.is_back());
    }

    proptest! {
        #[test]
        fn no_frame_is_beyond_window_or_screen(
            (cols, rows, lines) in (2_u16..120, 1_u16..60, 0_usize..80),
            (width, height) in (1_u16..150, 1_u16..80),
            (back, right) in (-100_i64..100, -100_i32..100),
        ) {
            let (screen, window) = (screen(cols, rows, lines), Size { cols: width, rows: height });
            let mut view = View::default();
            view.scroll(&screen, window, back);
            view.pan(&screen, window, right);
            let frame = view.frame(&screen, window);
            prop_assert!(frame.x + frame.cols <= width && frame.y + frame.rows <= height);
            prop_assert!(frame.left + frame.cols <= cols);
            prop_assert!(frame.first + u64::from(frame.rows) <= above(&screen) + u64::from(rows));
        }
    }
}
