//! What people name on the command line: a file that changed, a command by its number.

use std::collections::BTreeMap;

use jumpseat_engine::api::panels::{Block, Entries, Entry};
use jumpseat_panels::{
    outline::{self, Listed, Part},
    text,
};

use super::{DiffRequest, RowTarget};

/// Every change of what is at a path from the workspace on: a file, or all below a folder; `.` is everything. What is
/// staged and not, before what the branch did. A path is typed as it is shown, as it is, or quoted as git does.
pub(crate) fn find_files(entries: &Entries, path: &str) -> Vec<DiffRequest> {
    let raw = Some(text::name(path.as_bytes()));
    let quoted = text::unquoted(path).map(|path| text::name(&path));
    let typed = [Some(path.to_owned()), raw, quoted];
    typed
        .into_iter()
        .flatten()
        .map(|path| find_shown(entries, &path))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn find_shown(entries: &Entries, path: &str) -> Vec<DiffRequest> {
    let wanted_path = path.trim_start_matches("./").trim_end_matches('/');
    let fits = |path: &str| {
        matches!(wanted_path, "." | "")
            || path == wanted_path
            || path.strip_prefix(wanted_path).is_some_and(|rest| rest.starts_with('/'))
    };
    let tops = Tops::of(entries);
    let mut found = Vec::new();
    for entry in entries.values() {
        if let Entry::File(file) = entry {
            let at = |path: &String| tops.path(file.repository, path);
            if fits(&at(&file.path)) || file.from.as_ref().is_some_and(|from| fits(&at(from))) {
                let parts = Part::OF_FILES.into_iter().filter(|part| part.is_in(file));
                found.extend(parts.map(|part| DiffRequest::of(Listed::File(file), part, at(&file.path))));
            }
        }
    }
    if found.is_empty() {
        for entry in entries.values() {
            if let Entry::BranchFile(file) = entry {
                let path = tops.path(file.repository, &file.path);
                if fits(&path) {
                    found.push(DiffRequest::of(Listed::Branch(file), Part::Branch, path));
                }
            }
        }
    }
    found
}

/// The paths that differ, from the workspace on: what can be asked for.
pub(crate) fn touched(entries: &Entries) -> impl Iterator<Item = String> + '_ {
    let tops = Tops::of(entries);
    entries.values().filter_map(move |entry| match entry {
        Entry::File(file) => Some(tops.path(file.repository, &file.path)),
        _ => None,
    })
}

/// Where each repository's top is.
struct Tops<'a>(BTreeMap<u32, &'a str>);

impl<'a> Tops<'a> {
    fn of(entries: &'a Entries) -> Self {
        let top = |entry: &'a Entry| match entry {
            Entry::Repository(repository) => Some((repository.number, repository.path.as_str())),
            _ => None,
        };
        Self(entries.values().filter_map(top).collect())
    }

    fn path(&self, repository: u32, path: &str) -> String {
        match self.0.get(&repository).filter(|top| !top.is_empty()) {
            Some(top) => format!("{top}/{path}"),
            None => path.to_owned(),
        }
    }
}

/// The command of that number, or `last`; and what it printed, if anything.
pub(crate) fn find_block<'a>(
    entries: &'a Entries,
    name: &str,
) -> Option<(u64, &'a Block, Option<RowTarget>)> {
    let wanted: Option<u64> = name.parse().ok();
    let mut found =
        outline::blocks(entries).rev().filter(|(number, ..)| name == "last" || wanted == Some(*number));
    let (number, key, block) = found.next()?;
    let title = format!("{number}  {}", block.command.as_deref().unwrap_or_default());
    Some((number, block, RowTarget::text(entries, key, title)))
}
