//! What is to be compared.

use jumpseat_engine::api::panels::Version;
use jumpseat_panels::outline::{Listed, Part};

/// Which versions of a file are to be compared.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct DiffRequest {
    pub(crate) path: String,
    /// Where it was before it was moved.
    pub(crate) from: Option<String>,
    pub(crate) part: Part,
    pub(crate) before: Option<Version>,
    pub(crate) after: Option<Version>,
}

impl DiffRequest {
    /// A part of what changed in a file that is shown under this path.
    pub(super) fn of(file: Listed<'_>, part: Part, path: String) -> Self {
        let (before, after) = file.sides(part);
        let from = match file {
            Listed::File(file) => file.from.clone().filter(|_| part == Part::Staged),
            Listed::Branch(file) => file.from.clone(),
        };
        Self { path, from, part, before: file.version(before).cloned(), after: file.version(after).cloned() }
    }
}
