//! Operating system commands: titles, colours, hyperlinks, the working directory, the shell's marks.

use super::State;
use super::sgr::update_extended;
use crate::event::Event;
use crate::link::Link;
use crate::palette::Slot;
use crate::text::title;

impl State {
    pub(super) fn command(&mut self, payload: &[u8]) {
        let payload = String::from_utf8_lossy(payload);
        let (number, data) = payload.split_once(';').unwrap_or((&payload, ""));
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        match number.trim_start_matches('0') {
            // All zeros, unless there was no number at all.
            "" if !number.is_empty() => {
                self.titles.icon = title(data);
                self.set_title(title(data));
            }
            "1" => self.titles.icon = title(data),
            "2" => self.set_title(title(data)),
            "4" => self.palette.set_indexed(data),
            "7" => self.set_cwd_from_uri(data),
            "8" => self.hyperlink(data),
            "10" => self.palette.set_special(data, 0),
            "11" => self.palette.set_special(data, 1),
            "12" => self.palette.set_special(data, 2),
            "104" => self.palette.reset_indexed(data),
            "110" => self.palette.reset(Slot::Foreground),
            "111" => self.palette.reset(Slot::Background),
            "112" => self.palette.reset(Slot::Cursor),
            "133" => self.mark_133(data),
            "633" => self.mark_633(data),
            _ => {}
        }
    }

    pub(super) fn set_title(&mut self, title: String) {
        if self.titles.title != title {
            self.events.push(Event::Title(title.clone()));
            self.titles.title = title;
        }
    }

    /// OSC 8: parameters, then the URI, which may itself hold semicolons.
    fn hyperlink(&mut self, data: &str) {
        let Some((params, uri)) = data.split_once(';') else { return };
        if uri.is_empty() {
            // xterm.js ends a link only when no parameter is given.
            if params.trim().is_empty() {
                self.set_link(0);
            }
            return;
        }
        // Text under a link that must not be offered has none, nor the one before.
        let link = Link::parse(params, uri).map_or(0, |link| self.intern_link(link));
        self.set_link(link);
    }

    fn set_link(&mut self, link: u32) {
        self.pen.link = link;
        update_extended(&mut self.pen);
        self.pen_changed();
    }
}
