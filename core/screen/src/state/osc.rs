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
            //: OSC 0 | - | Window title and icon name.
            "" if !number.is_empty() => {
                self.titles.icon = title(data);
                self.set_title(title(data));
            }
            //: OSC 1 | - | Icon name.
            "1" => self.titles.icon = title(data),
            //: OSC 2 | - | Window title.
            "2" => self.set_title(title(data)),
            //: OSC 4 | - | Redefines colors of the palette.
            "4" => self.palette.set_indexed(data),
            //: OSC 7 | - | The working directory, as a `file:` URL.
            "7" => self.set_cwd_from_uri(data),
            //: OSC 8 | - | A hyperlink; only into the web.
            "8" => self.hyperlink(data),
            //: OSC 10 | - | The color of text, and of what the further fields name.
            "10" => self.palette.set_special(data, 0),
            //: OSC 11 | - | The background, and what the further fields name.
            "11" => self.palette.set_special(data, 1),
            //: OSC 12 | - | The cursor's color.
            "12" => self.palette.set_special(data, 2),
            //: OSC 104 | - | Colors of the palette, or all, as they were.
            "104" => self.palette.reset_indexed(data),
            //: OSC 110 | - | The color of text as it was.
            "110" => self.palette.reset(Slot::Foreground),
            //: OSC 111 | - | The background as it was.
            "111" => self.palette.reset(Slot::Background),
            //: OSC 112 | - | The cursor's color as it was.
            "112" => self.palette.reset(Slot::Cursor),
            //: OSC 133 | - | The shell's marks: prompt (A), command line (B), output (C), end (D).
            "133" => self.mark_133(data),
            //: OSC 633 | - | The same from VS Code's shell integration, with the command line (E) and properties (P).
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
