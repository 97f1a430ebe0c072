//! What proves the marks of a terminal's shell: made for it, handed to it by a file, and shown to nobody.
//!
//! Guests get what a terminal prints, and one of them might write what the host shows next. So [`Redactor`] takes the
//! nonce out of everything: a terminal's own screen gets it only where it proves a mark.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use jumpseat_screen::Nonce;

use crate::{
    api::{ApiError, ApiErrorKind},
    runtime::folder::Scratch,
};

/// The longest mark that is waited for; in bytes. Longer ones are no shell's.
const MAX_MARK: usize = 64 * 1024;

/// How a mark begins.
const MARK: &[u8] = b"\x1b]633;";

/// A fresh nonce, and a file in this private folder from which its shell reads it.
pub(super) fn write(folder: &Scratch) -> Result<(Nonce, PathBuf), ApiError> {
    static NEXT: AtomicU32 = AtomicU32::new(0);

    let mut random = [0; 16];
    getrandom::fill(&mut random)
        .map_err(|error| ApiError::new(ApiErrorKind::System, format!("no randomness: {error}")))?;
    let text = format!("{:032x}", u128::from_le_bytes(random));
    let name = format!("nonce-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let path = folder.write(&name, &format!("{text}\n"))?;
    let nonce = Nonce::new(text)
        .ok_or_else(|| ApiError::new(ApiErrorKind::System, "a nonce is not fit for a mark".to_owned()))?;
    Ok((nonce, path))
}

/// Takes a nonce out of a terminal's output.
#[derive(Default)]
pub(crate) struct Redactor {
    nonce: Option<Nonce>,
    /// The beginning of a mark, and whether its end may still come.
    held: Vec<u8>,
}

impl Redactor {
    pub(crate) fn new(nonce: Option<Nonce>) -> Self {
        Self { nonce, held: Vec::new() }
    }

    /// Puts what was held before this output, and holds a mark at its end that is not whole, so that every nonce comes
    /// in one piece. A mark shows nothing, so nobody waits for it.
    pub(crate) fn gather(&mut self, output: &mut Vec<u8>) {
        if self.nonce.is_none() {
            return;
        }
        if !self.held.is_empty() {
            self.held.append(output);
            std::mem::swap(&mut self.held, output);
        }
        let from = output.len().saturating_sub(MAX_MARK);
        let Some(at) = memchr::memrchr(0x1b, &output[from..]).map(|at| from + at) else { return };
        let tail = &output[at..];
        let begun = match tail.strip_prefix(MARK) {
            Some(rest) => !ends(rest),
            None => MARK.starts_with(tail),
        };
        if begun {
            self.held.extend_from_slice(tail);
            output.truncate(at);
        }
    }

    /// What is still held when nothing more comes.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// The output without the nonce, of the same length; `None` if it is not in there.
    pub(crate) fn redacted(&self, output: &[u8]) -> Option<Redacted> {
        let nonce = self.nonce.as_ref()?.as_str().as_bytes();
        let mut found = memchr::memmem::find_iter(output, nonce).peekable();
        found.peek()?;
        let mut shown = output.to_vec();
        let mut fed = output.to_vec();
        for at in found {
            let end = at + nonce.len();
            shown[at..end].fill(b'0');
            if !proves(&output[..at], &output[end..]) {
                fed[at..end].fill(b'0');
            }
        }
        Some(Redacted { shown, fed })
    }
}

/// Output without the nonce.
pub(crate) struct Redacted {
    /// For everyone who looks.
    pub(crate) shown: Vec<u8>,
    /// For the terminal's own screen: the nonce stands where it proves a mark, and nowhere where it would be text. Pictures
    /// and the history are made from that screen.
    pub(crate) fed: Vec<u8>,
}

/// Whether what stands between is the last field of a mark.
fn proves(before: &[u8], behind: &[u8]) -> bool {
    let is_last = matches!(behind, [0x07 | 0x1b, ..]);
    let mark = memchr::memrchr(0x1b, before).and_then(|at| before[at..].strip_prefix(MARK));
    is_last && mark.is_some_and(|fields| fields.ends_with(b";") && !ends(fields))
}

/// Whether a mark ends somewhere in its fields: by BEL, CAN or SUB, or by a C1 control. One that ends by ESC is found by that.
fn ends(fields: &[u8]) -> bool {
    memchr::memchr3(0x07, 0x18, 0x1a, fields).is_some()
        || memchr::memchr_iter(0xc2, fields).any(|at| matches!(fields.get(at + 1), Some(0x80..=0x9f)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::runtime::folder::RuntimeFolder;

    const NONCE: &str = "0123456789abcdef0123456789abcdef";

    fn redactor() -> Redactor {
        Redactor::new(Nonce::new(NONCE))
    }

    #[test]
    fn a_nonce_is_taken_out_wherever_reads_cut_it() {
        let output = format!("text\x1b]633;E;ls;{NONCE}\x07\x1b]633;C;{NONCE}\x07out \x1b[1m{NONCE}\x1b[m");
        for cut in 0..output.len() {
            let mut redactor = redactor();
            let mut seen = Vec::new();
            for part in [&output.as_bytes()[..cut], &output.as_bytes()[cut..]] {
                let mut part = part.to_vec();
                redactor.gather(&mut part);
                seen.extend(redactor.redacted(&part).map_or(part, |redacted| redacted.shown));
            }
            seen.extend(redactor.rest());
            assert_eq!(seen.len(), output.len());
            let seen = String::from_utf8(seen).unwrap();
            let marks = &seen[..seen.find("out").unwrap()];
            assert_eq!(marks.matches(&"0".repeat(32)).count(), 2, "cut at {cut}: {seen:?}");
        }
    }

    #[test]
    fn a_screen_sees_the_nonce_only_where_it_proves() {
        let fed = |output: &str| {
            let redacted = redactor().redacted(output.as_bytes()).unwrap();
            assert!(!String::from_utf8(redacted.shown).unwrap().contains(NONCE));
            String::from_utf8(redacted.fed).unwrap()
        };
        for proof in [format!("\x1b]633;E;ls;{NONCE}\x07"), format!("$ \x1b]633;C;{NONCE}\x1b\\out")] {
            assert_eq!(fed(&proof), proof);
        }
        for text in [
            format!("nonce={NONCE}\r\n"),
            format!("\x1b]633;E;{NONCE};x\x07"),
            format!("\x1b]633;C\x07;{NONCE}\x07"),
            format!("\x1b]633;C\u{9c};{NONCE}\x07"),
            format!("\x1b]0;{NONCE}\x07"),
            format!("\x1b]633;C;{NONCE}"),
        ] {
            assert!(!fed(&text).contains(NONCE), "{text:?}");
        }
        let both = format!("\x1b]633;E;echo {NONCE};{NONCE}\x07");
        assert_eq!(fed(&both), format!("\x1b]633;E;echo {};{NONCE}\x07", "0".repeat(32)));
    }

    #[test]
    fn only_a_mark_that_is_not_whole_waits_and_none_waits_for_ever() {
        for (output, waits) in [
            ("a", 0),
            ("a;", 0),
            ("a\x1b", 1),
            ("a\x1b]633", 5),
            ("a\x1b]633;E;ls", 10),
            ("a\x1b]633;C\x07", 0),
            ("a\x1b]633;C\x1b\\", 0),
            ("a\x1b]633;C\u{9c}b", 0),
            ("a\x1b]633;E;Übung", 14),
            ("a\x1b]0;title", 0),
            ("a\x1b[1", 0),
        ] {
            let mut redactor = redactor();
            let mut output = output.as_bytes().to_vec();
            redactor.gather(&mut output);
            assert_eq!(redactor.held.len(), waits, "{output:?}");
        }
        let mut redactor = redactor();
        let mut output = b"\x1b]633;E;".to_vec();
        for _ in 0..MAX_MARK {
            output.extend_from_slice(b"endless");
            redactor.gather(&mut output);
            assert!(redactor.held.len() <= MAX_MARK);
            output.clear();
        }
        assert!(redactor.held.is_empty());
        let mut none = Redactor::default();
        let mut output = b"\x1b]633;E".to_vec();
        none.gather(&mut output);
        assert!(!output.is_empty() && none.redacted(NONCE.as_bytes()).is_none());
    }

    #[test]
    fn each_nonce_is_another_and_its_file_is_closed_to_others() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RuntimeFolder::at(parent.path().join("run")).unwrap().scratch("shell").unwrap();
        let (first, file) = write(&folder).unwrap();
        let (second, _) = write(&folder).unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), first.as_str());
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(&file).unwrap()) & 0o777, 0o600);
    }
}
