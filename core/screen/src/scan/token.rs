//! What a program's output consists of.

use super::{Csi, Params};
use crate::cell::Printable;

/// A piece of output, as [`Scanner::next`](super::Scanner::next) finds it.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// Printable ASCII; never empty.
    Text(&'a [u8]),
    /// Any other printable character.
    Char(Printable),
    /// A control character: C0, or C1 as a code point.
    Control(u8),
    /// An escape sequence.
    Escape {
        /// What stands before the final, each within 0x20 to 0x2f.
        intermediates: &'a [u8],
        /// The final.
        last: u8,
    },
    /// A well-formed control sequence, and its numbers.
    Csi(Csi<'a>, &'a Params),
    /// An operating system command, complete.
    Osc(&'a [u8]),
    /// The end of any other string sequence, or of a command that is too long or was aborted.
    StringEnd,
    /// Something that prints nothing and does nothing but end a run of text, such as the beginning of a sequence that
    /// goes on in the next bytes.
    Pause,
}
