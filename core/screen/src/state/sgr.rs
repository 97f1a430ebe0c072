//! SGR: the pen's colours and attributes.

use super::State;
use crate::scan::Params;
use crate::style::{COLOR_MASK, Color, Style, UNDERLINE_MASK, UNDERLINE_SHIFT, bg, fg};

impl State {
    pub(super) fn select_graphics(&mut self, params: &Params) {
        let pen = &mut self.pen;
        let mut at = 0;
        while at < params.len() {
            match params.at(at) {
                //: SGR 0 | - | As it was at the start; a hyperlink stays.
                0 => reset(pen),
                //: SGR 1 | - | Bold.
                1 => pen.fg |= fg::BOLD,
                //: SGR 2 | - | Faint.
                2 => pen.bg |= bg::DIM,
                //: SGR 3 | - | Italic.
                3 => pen.bg |= bg::ITALIC,
                //: SGR 4 | - | Underlined; with a sub-parameter 0 not, 1 once, 2 twice, 3 curly, 4 dotted, 5 dashed.
                4 => underline(pen, params.subs(at).first().copied().unwrap_or(1)),
                //: SGR 5 | - | Blinking.
                5 => pen.fg |= fg::BLINK,
                //: SGR 7 | - | Inverse.
                7 => pen.fg |= fg::INVERSE,
                //: SGR 8 | - | Hidden.
                8 => pen.fg |= fg::HIDDEN,
                //: SGR 9 | - | Crossed out.
                9 => pen.fg |= fg::STRIKE,
                //: SGR 21 | - | Underlined twice.
                21 => underline(pen, 2),
                //: SGR 22 | - | Neither bold nor faint.
                22 => {
                    pen.fg &= !fg::BOLD;
                    pen.bg &= !bg::DIM;
                }
                //: SGR 23 | - | Not italic.
                23 => pen.bg &= !bg::ITALIC,
                //: SGR 24 | - | Not underlined.
                24 => underline(pen, 0),
                //: SGR 25 | - | Not blinking.
                25 => pen.fg &= !fg::BLINK,
                //: SGR 27 | - | Not inverse.
                27 => pen.fg &= !fg::INVERSE,
                //: SGR 28 | - | Not hidden.
                28 => pen.fg &= !fg::HIDDEN,
                //: SGR 29 | - | Not crossed out.
                29 => pen.fg &= !fg::STRIKE,
                //: SGR 30-37 | - | Text in one of 8 colors.
                color @ 30..=37 => set_color(&mut pen.fg, Color::Base((color - 30) as u8)),
                //: SGR 39 | - | Text in the terminal's color.
                39 => pen.fg &= !COLOR_MASK,
                //: SGR 40-47 | - | Background in one of 8 colors.
                color @ 40..=47 => set_color(&mut pen.bg, Color::Base((color - 40) as u8)),
                //: SGR 49 | - | The terminal's background.
                49 => pen.bg &= !COLOR_MASK,
                //: SGR 38, 48, 58 | - | Text, background, underline in one of 256 colors (5) or in true color (2), with semicolons or colons.
                38 | 48 | 58 => at += extended_color(pen, params, at),
                //: SGR 53 | - | Overlined.
                53 => pen.bg |= bg::OVERLINE,
                //: SGR 55 | - | Not overlined.
                55 => pen.bg &= !bg::OVERLINE,
                //: SGR 59 | - | The underline in its own color no longer.
                59 => {
                    // xterm.js leaves white here rather than the text's colour.
                    pen.ext |= COLOR_MASK;
                    update_extended(pen);
                }
                //: SGR 90-97 | - | Text in one of 8 bright colors.
                color @ 90..=97 => set_color(&mut pen.fg, Color::Base((color - 90 + 8) as u8)),
                //: SGR 100-107 | - | Background in one of 8 bright colors.
                color @ 100..=107 => set_color(&mut pen.bg, Color::Base((color - 100 + 8) as u8)),
                _ => {}
            }
            at += 1;
        }
        self.pen_changed();
    }
}

fn set_color(word: &mut u32, color: Color) {
    *word = (*word & !COLOR_MASK) | color.pack();
}

/// SGR 0 leaves the hyperlink alone.
fn reset(pen: &mut Style) {
    pen.fg = 0;
    pen.bg = 0;
    pen.ext &= !(UNDERLINE_MASK | COLOR_MASK);
    update_extended(pen);
}

fn underline(pen: &mut Style, kind: i32) {
    let kind = if (0..=5).contains(&kind) { kind as u32 } else { 1 };
    pen.ext = (pen.ext & !UNDERLINE_MASK) | kind << UNDERLINE_SHIFT;
    if kind == 0 {
        pen.fg &= !fg::UNDERLINE;
    } else {
        pen.fg |= fg::UNDERLINE;
    }
    update_extended(pen);
}

/// The underline and link words count while there is an underline or a link.
pub(super) fn update_extended(pen: &mut Style) {
    if pen.ext & UNDERLINE_MASK == 0 && pen.link == 0 {
        pen.bg &= !bg::EXTENDED;
    } else {
        pen.bg |= bg::EXTENDED;
    }
}

/// SGR 38, 48 and 58, with semicolons or colons. Returns how many parameters it used beyond its own.
fn extended_color(pen: &mut Style, params: &Params, at: usize) -> usize {
    // Normalised: target, mode, colour space, then the values.
    let mut slots = [0, 0, -1, 0, 0, 0];
    let mut space = 0;
    let mut advance = 0;
    loop {
        slots[advance + space] = params.at(at + advance);
        let subs = params.subs(at + advance);
        if !subs.is_empty() {
            for (index, &sub) in subs.iter().enumerate() {
                if slots[1] == 5 {
                    space = 1;
                }
                let place = advance + index + 1 + space;
                if place >= slots.len() {
                    break;
                }
                slots[place] = sub;
            }
            break;
        }
        if (slots[1] == 5 && advance + space >= 2) || (slots[1] == 2 && advance + space >= 5) {
            break;
        }
        if slots[1] != 0 {
            space = 1;
        }
        advance += 1;
        if at + advance >= params.len() || advance + space >= slots.len() {
            break;
        }
    }
    let value = |slot: usize| if slots[slot] == -1 { 0 } else { slots[slot] } as u8;
    let word = match slots[0] {
        38 => &mut pen.fg,
        48 => &mut pen.bg,
        _ => &mut pen.ext,
    };
    match slots[1] {
        2 => set_color(word, Color::Rgb(value(3), value(4), value(5))),
        5 => set_color(word, Color::Indexed(value(3))),
        _ => {}
    }
    advance
}
