//! Whether a guest's paste was handed on without its end.

/// Ends a paste, for a program that asked for pastes in brackets.
pub(super) const END: &[u8; 6] = b"\x1b[201~";
const BEGIN: &[u8; 6] = b"\x1b[200~";

/// Follows what is written.
#[derive(Default)]
pub(super) struct Paste {
    open: bool,
    /// The last bytes: a mark may come in two portions.
    tail: Vec<u8>,
}

impl Paste {
    pub(super) fn wrote(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        let last = self.tail.windows(END.len()).rev().find(|mark| *mark == END || *mark == BEGIN);
        if let Some(last) = last {
            self.open = last == BEGIN;
        }
        self.tail.drain(..self.tail.len().saturating_sub(END.len() - 1));
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_open_from_its_beginning_to_its_end() {
        let mut paste = Paste::default();
        for (bytes, open) in [
            (&b"ls\r"[..], false),
            (b"\x1b[200~rm", true),
            (b" -rf\x1b[2", true),
            (b"01~", false),
            (b"\x1b[200~a\x1b[201~b", false),
            (b"\x1b", false),
            (b"[200~", true),
            (b"", true),
            (b"x\x1b[201~\x1b[200~", true),
        ] {
            paste.wrote(bytes);
            assert_eq!(paste.is_open(), open, "{bytes:?}");
        }
    }
}
