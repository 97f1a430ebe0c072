//! What bounds panels, in one place. Hosts keep within it; guests refuse what does not.

/// Most entries of one document: more changed files than anyone reads. The rest is counted.
pub const MAX_ENTRIES: usize = 10_000;

/// The longest entry, in bytes of JSON: an issue's text with everything around it.
pub const MAX_ENTRY_LEN: usize = 16 * 1024;

/// The longest document, in bytes of JSON, keys included.
pub const MAX_DOCUMENT_LEN: usize = 8 * 1024 * 1024;

/// The longest key, in bytes: a path with a word before it.
pub const MAX_KEY_LEN: usize = 1024 + 64;

/// The longest name of something that can be fetched, in bytes.
pub const MAX_REFERENCE_LEN: usize = 64;

/// The largest content that can be fetched, in bytes: what an editor opens without asking.
pub const MAX_CONTENT: u64 = 8 * 1024 * 1024;

/// The longest path, in bytes.
pub const MAX_PATH_LEN: usize = 1024;

/// The largest number that every reader takes as it is, also as a time: JavaScript's last millisecond.
pub(crate) const MAX_WHOLE: u64 = 8_640_000_000_000_000;

/// Brings a number, or a time, to one that every reader takes.
pub(crate) fn bound_number(number: &mut u64) {
    *number = (*number).min(MAX_WHOLE);
}
