//! Modes that programs switch on and off.

/// What the mouse reports (modes 9, 1000, 1002, 1003).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MouseProtocol {
    /// Nothing.
    #[default]
    Off,
    /// Presses only (9).
    X10,
    /// Presses and releases (1000).
    Buttons,
    /// Motion with a button held, too (1002).
    Drag,
    /// All motion (1003).
    Any,
}

impl MouseProtocol {
    /// The private mode that switches it on.
    pub fn mode(self) -> Option<u16> {
        match self {
            Self::Off => None,
            Self::X10 => Some(9),
            Self::Buttons => Some(1000),
            Self::Drag => Some(1002),
            Self::Any => Some(1003),
        }
    }
}

/// How mouse reports are written (modes 1006, 1016).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MouseEncoding {
    /// Three bytes.
    #[default]
    Default,
    /// Decimal cells (1006).
    Sgr,
    /// Decimal pixels (1016).
    SgrPixels,
}

impl MouseEncoding {
    /// The private mode that switches it on.
    pub fn mode(self) -> Option<u16> {
        match self {
            Self::Default => None,
            Self::Sgr => Some(1006),
            Self::SgrPixels => Some(1016),
        }
    }
}

/// The cursor's shape (DECSCUSR).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CursorShape {
    /// The terminal's own.
    #[default]
    Default,
    /// A block.
    Block,
    /// A line below.
    Underline,
    /// A bar in front.
    Bar,
}

/// All modes of a screen. The defaults are those of a terminal just started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modes {
    /// IRM (4): printing pushes the rest of the line right.
    pub insert: bool,
    /// LNM (20): a line feed returns the carriage.
    pub newline: bool,
    /// DECCKM (?1): arrow keys send application codes.
    pub application_cursor: bool,
    /// DECKPAM or DECNKM (?66).
    pub application_keypad: bool,
    /// DECOM (?6): rows count from the scroll region.
    pub origin: bool,
    /// DECAWM (?7).
    pub autowrap: bool,
    /// ?12: the cursor blinks.
    pub blink: bool,
    /// ?25.
    pub cursor_hidden: bool,
    /// ?45: backspace goes back over soft wraps.
    pub reverse_wrap: bool,
    /// ?1004: the program is told about focus.
    pub focus_events: bool,
    /// ?2004.
    pub bracketed_paste: bool,
    /// ?2026: the program is in the midst of a frame.
    pub synchronized: bool,
    /// What the mouse reports.
    pub mouse: MouseProtocol,
    /// How it reports.
    pub mouse_encoding: MouseEncoding,
    /// The cursor's shape (DECSCUSR).
    pub cursor_shape: CursorShape,
    /// Whether DECSCUSR asked for a blinking or a steady cursor.
    pub cursor_blink: Option<bool>,
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            insert: false,
            newline: false,
            application_cursor: false,
            application_keypad: false,
            origin: false,
            autowrap: true,
            blink: false,
            cursor_hidden: false,
            reverse_wrap: false,
            focus_events: false,
            bracketed_paste: false,
            synchronized: false,
            mouse: MouseProtocol::Off,
            mouse_encoding: MouseEncoding::Default,
            cursor_shape: CursorShape::Default,
            cursor_blink: None,
        }
    }
}

impl Modes {
    /// What a soft or full reset puts back. Newline mode, blinking and the cursor's visibility outlive it in xterm.js.
    pub(crate) fn soft_reset(&mut self) {
        *self = Self {
            newline: self.newline,
            blink: self.blink,
            cursor_hidden: self.cursor_hidden,
            mouse: self.mouse,
            mouse_encoding: self.mouse_encoding,
            ..Self::default()
        };
    }

    /// Sets or resets an ANSI mode.
    pub(crate) fn set_ansi(&mut self, mode: i32, on: bool) {
        match mode {
            //: MODE 4 | IRM | Printing pushes the rest of the line right.
            4 => self.insert = on,
            //: MODE 20 | LNM | A line feed returns the carriage.
            20 => self.newline = on,
            _ => {}
        }
    }

    /// Sets or resets a private mode that is a mere flag. Modes that move things are the screen's.
    pub(crate) fn set_private(&mut self, mode: i32, on: bool) {
        let mouse = |protocol| if on { protocol } else { MouseProtocol::Off };
        let encoding = |encoding| if on { encoding } else { MouseEncoding::Default };
        match mode {
            //: MODE ? 1 | DECCKM | The cursor keys send application codes.
            1 => self.application_cursor = on,
            //: MODE ? 7 | DECAWM | Text wraps at the margin.
            7 => self.autowrap = on,
            //: MODE ? 9 | - | The mouse reports presses.
            9 => self.mouse = mouse(MouseProtocol::X10),
            //: MODE ? 12 | - | The cursor blinks.
            12 => self.blink = on,
            //: MODE ? 25 | DECTCEM | The cursor shows.
            25 => self.cursor_hidden = !on,
            //: MODE ? 45 | - | A backspace in the first column goes back to the line that wrapped.
            45 => self.reverse_wrap = on,
            //: MODE ? 66 | DECNKM | The keypad sends application codes.
            66 => self.application_keypad = on,
            //: MODE ? 1000 | - | The mouse reports presses and releases.
            1000 => self.mouse = mouse(MouseProtocol::Buttons),
            //: MODE ? 1002 | - | It reports motion with a button held, too.
            1002 => self.mouse = mouse(MouseProtocol::Drag),
            //: MODE ? 1003 | - | It reports all motion.
            1003 => self.mouse = mouse(MouseProtocol::Any),
            //: MODE ? 1004 | - | The terminal reports when it gains and loses the focus.
            1004 => self.focus_events = on,
            //: MODE ? 1006 | - | The mouse reports cells as numbers.
            1006 => self.mouse_encoding = encoding(MouseEncoding::Sgr),
            //: MODE ? 1016 | - | The mouse reports pixels as numbers.
            1016 => self.mouse_encoding = encoding(MouseEncoding::SgrPixels),
            //: MODE ? 2004 | - | Pastes come in brackets.
            2004 => self.bracketed_paste = on,
            //: MODE ? 2026 | - | Output is shown when the mode is reset, not before.
            2026 => self.synchronized = on,
            _ => {}
        }
    }
}
