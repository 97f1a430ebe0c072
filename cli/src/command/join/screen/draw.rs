//! The picture of the shared terminal, the status line below it, the overlay over it.

use jumpseat_screen::Event;
use ratatui::{buffer::Buffer, layout::Rect};
use tokio::time::Instant;

use super::{GuestScreen, inside};
use crate::{
    terminal::{cells::paint, size},
    viewer::{Status, modes, status_line},
};

impl GuestScreen {
    pub(super) fn draw(&mut self) {
        self.dirty = false;
        self.drawn_at = Some(Instant::now());
        let window = size();
        let terminal = self.terminal();
        let position =
            self.pictures.terminals().position(|other| Some(*other) == terminal).map_or(0, |at| at + 1);
        let status = Status {
            overview: &self.overview,
            message: self.message.as_ref().map(|(text, _)| text.as_str()),
            back: self.view.is_back(),
            escape: self.escape,
            cropped: terminal.and_then(|terminal| self.cropped(terminal, inside(window))),
            terminal: (position, self.pictures.terminals().len()),
            blank: terminal.is_none() && !self.state.state().terminals.is_empty(),
        };
        let status = status_line(&status, window.cols);
        let mut out = Vec::new();
        match terminal.and_then(|terminal| self.pictures.of_mut(terminal)) {
            Some(picture) => {
                let (changed, scrolled) = picture.take_changes();
                self.echo &= changed.is_empty();
                self.view.hold(picture.screen(), scrolled);
                for event in picture.take_events() {
                    if event == Event::Bell {
                        out.push(0x07);
                    }
                }
                let screen = picture.screen();
                let title = format!("{} · {}", self.overview.host, screen.title());
                if title != self.title {
                    let shown: String =
                        title.chars().filter(|letter| !letter.is_control()).take(200).collect();
                    out.extend_from_slice(format!("\x1b]2;{shown}\x1b\\").as_bytes());
                    self.title = title;
                }
                let modes = modes(screen, self.overview.role().may_write(), self.mouse);
                if modes != self.modes {
                    out.extend_from_slice(&modes);
                    self.modes = modes;
                }
                // The overlay lies over rows that may change below it.
                out.extend(self.painter.paint(screen, changed, &self.view, window, &status));
            }
            None => {
                let line = format!("\x1b[2J\x1b[{};1H{status}\x1b[m\x1b[?25l", window.rows);
                out.extend_from_slice(line.as_bytes());
            }
        }
        if let Some(overlay) = &mut self.overlay {
            overlay.update(&self.overview, Instant::now());
            let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: window.cols, height: window.rows });
            let area = overlay.area(&self.overview, window.cols, window.rows);
            overlay.draw(&self.overview, area, &mut buffer);
            out.extend(paint(&buffer, area));
        }
        self.console.write(&out);
    }
}
