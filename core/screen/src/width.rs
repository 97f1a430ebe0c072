//! Cell widths of code points, exactly as xterm.js measures them.

mod table;

/// Which width tables a screen uses. All ends of a session must agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Widths {
    /// xterm.js alone, without an addon: emoji are one cell wide.
    Unicode6,
    /// xterm.js with its Unicode 11 addon, VS Code's default: emoji are two cells wide, as programs expect.
    #[default]
    Unicode11,
}

type Ranges = [(u32, u32, u8)];
/// Two bits for each code point of the basic plane.
type Plane = [u8; 0x10000 / 4];

static BASIC_6: Plane = plane(table::UNICODE_6);
static BASIC_11: Plane = plane(table::UNICODE_11);

/// Unpacks ranges at compile time.
const fn plane(ranges: &Ranges) -> Plane {
    // 0b01 four times: one cell wide unless a range says otherwise.
    let mut widths = [0b0101_0101; 0x10000 / 4];
    let mut i = 0;
    while i < ranges.len() {
        let (first, last, width) = ranges[i];
        let mut code = first;
        while code <= last && code < 0x10000 {
            let shift = (code % 4) * 2;
            let byte = (code / 4) as usize;
            widths[byte] = (widths[byte] & !(3 << shift)) | (width << shift);
            code += 1;
        }
        i += 1;
    }
    widths
}

impl Widths {
    /// Cells that a printable code point fills: 0 (combining), 1 or 2. Never asked for control characters.
    pub(crate) fn width(self, code: u32) -> u8 {
        let (basic, ranges): (&Plane, &Ranges) = match self {
            Self::Unicode6 => (&BASIC_6, table::UNICODE_6),
            Self::Unicode11 => (&BASIC_11, table::UNICODE_11),
        };
        if code < 0x10000 {
            return (basic[(code / 4) as usize] >> ((code % 4) * 2)) & 3;
        }
        let after = ranges.partition_point(|&(_, last, _)| last < code);
        match ranges.get(after) {
            Some(&(first, _, width)) if first <= code => width,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Widths;

    #[test]
    fn widths_follow_the_tables() {
        let common = [(0x20, 1), (0xe9, 1), (0x301, 0), (0x4e2d, 2), (0xfffd, 1), (0x20000, 2), (0xe0100, 0)];
        for widths in [Widths::Unicode6, Widths::Unicode11] {
            for (code, expected) in common {
                assert_eq!(widths.width(code), expected, "U+{code:04X}");
            }
        }
        assert_eq!(Widths::Unicode6.width(0x1f600), 1);
        assert_eq!(Widths::Unicode11.width(0x1f600), 2);
    }
}
