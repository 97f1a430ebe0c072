//! Git's words for changes in those of panels.

use jumpseat_git::{TreeKind, status};
use jumpseat_panels as panels;

pub(super) fn edit(kind: status::EditKind) -> panels::EditKind {
    match kind {
        status::EditKind::Modified => panels::EditKind::Modified,
        status::EditKind::Retyped => panels::EditKind::Retyped,
        status::EditKind::Added => panels::EditKind::Added,
        status::EditKind::Deleted => panels::EditKind::Deleted,
        status::EditKind::Renamed => panels::EditKind::Renamed,
        status::EditKind::Copied => panels::EditKind::Copied,
    }
}

pub(super) fn conflict(kind: status::ConflictKind) -> panels::ConflictKind {
    match kind {
        status::ConflictKind::BothDeleted => panels::ConflictKind::BothDeleted,
        status::ConflictKind::AddedByUs => panels::ConflictKind::AddedByUs,
        status::ConflictKind::DeletedByThem => panels::ConflictKind::DeletedByThem,
        status::ConflictKind::AddedByThem => panels::ConflictKind::AddedByThem,
        status::ConflictKind::DeletedByUs => panels::ConflictKind::DeletedByUs,
        status::ConflictKind::BothAdded => panels::ConflictKind::BothAdded,
        status::ConflictKind::BothModified => panels::ConflictKind::BothModified,
    }
}

pub(super) fn tree(kind: TreeKind) -> panels::TreeKind {
    match kind {
        TreeKind::Main => panels::TreeKind::Main,
        TreeKind::Linked => panels::TreeKind::Linked,
        TreeKind::Submodule => panels::TreeKind::Submodule,
    }
}
