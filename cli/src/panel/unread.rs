//! What a host's source could not read: said in every panel in the same way, so that it never looks like nothing.

use jumpseat_engine::api::panels::{Entries, Entry, Unread};

use super::{Words, remedy_words, style};

/// All of it.
pub(super) fn all(entries: &Entries) -> impl Iterator<Item = &Unread> {
    entries.values().filter_map(|entry| if let Entry::Unread(unread) = entry { Some(unread) } else { None })
}

/// That of a repository, or of none.
pub(super) fn rows(entries: &Entries, repository: Option<u32>, host: &str) -> Vec<Words> {
    let found = all(entries).filter(|unread| unread.repository == repository);
    let row = |unread: &Unread| {
        let indent = if repository.is_some() { "  " } else { "" };
        let text = format!("{indent}Could not read {}: {}.", unread.part, unread.why);
        let words = Words::new().ink(&text, style::WARN);
        match &unread.remedy {
            Some(remedy) => words.dim(&format!(" {host} can {}.", remedy_words(remedy))),
            None => words,
        }
    };
    found.map(row).collect()
}
