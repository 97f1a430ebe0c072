//! Repositories as the panel's entries, with what guests may fetch of them.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use jumpseat_panels::{
    BranchFile, Commit, Conflict, Edit, EditKind, Entries, Entry, File, Reference, ReferenceId,
    Repository as RepositoryEntry, Shape, Upstream, Version,
    limits::{MAX_CONTENT, MAX_ENTRIES},
};

use super::{
    discover::Place,
    memory::Lines,
    repository::Repository,
    status::{Blob, Change, EXECUTABLE, LINK, SUBMODULE, What},
    worktree::Look,
};
use crate::key::{escaped, key};

/// What stands in the panel now, and where what it refers to is found.
#[derive(Default)]
pub(super) struct Picture {
    pub(super) entries: Entries,
    pub(super) contents: HashMap<ReferenceId, Content>,
}

/// Where a content is found.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Blob { place: Arc<Place>, oid: String },
    Worktree { place: Arc<Place>, path: Vec<u8>, look: Look },
}

impl Picture {
    /// Draws all repositories.
    pub(super) fn of<'a>(repositories: impl Iterator<Item = &'a Repository> + Clone) -> Self {
        let mut picture = Self::default();
        let roots: Vec<PathBuf> =
            repositories.clone().map(|repository| repository.place.root.clone()).collect();
        for repository in repositories.clone() {
            picture.repository(repository);
        }
        for repository in repositories {
            for change in &repository.status.changes {
                let nested = change.path.ends_with(b"/")
                    && roots.contains(&repository.place.root.join(super::worktree::native(&change.path)));
                if !nested {
                    picture.file(repository, change);
                }
            }
            picture.branch(repository);
        }
        picture
    }

    /// A repository that cannot be shown, and why.
    pub(super) fn refused(&mut self, number: u32, path: &str, why: String) {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let entry =
            RepositoryEntry { number, name, path: path.to_owned(), fault: Some(why), ..Default::default() };
        self.put(format!("{number:02}"), Entry::Repository(entry));
    }

    fn put(&mut self, name: String, mut entry: Entry) {
        if self.entries.len() < MAX_ENTRIES
            && let Some(key) = key(name)
        {
            entry.bound();
            self.entries.insert(key, entry);
        }
    }

    fn repository(&mut self, repository: &Repository) {
        let (place, status) = (&repository.place, &repository.status);
        let name =
            place.root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let upstream = status.upstream.clone().map(|name| {
            let (ahead, behind) = status.ahead_behind.unwrap_or_default();
            Upstream { name, ahead, behind, gone: status.ahead_behind.is_none() }
        });
        let entry = RepositoryEntry {
            number: repository.number,
            name,
            path: place.path.clone(),
            tree: place.tree,
            branch: status.branch.clone(),
            commit: status.commit.clone(),
            upstream,
            base: repository.head.base.clone(),
            operation: repository.operation.clone(),
            stashes: status.stashes,
            staged: status.staged,
            unstaged: status.unstaged,
            untracked: status.untracked,
            conflicted: status.conflicted,
            left_out: status.left_out(),
            fault: repository.fault.as_ref().map(|fault| super::told(fault)),
        };
        self.put(format!("{:02}", repository.number), Entry::Repository(entry));
    }

    fn file(&mut self, repository: &Repository, change: &Change) {
        let path = repository.place.below(change.path.strip_suffix(b"/").unwrap_or(&change.path));
        let mut file = File {
            repository: repository.number,
            path: String::from_utf8_lossy(path).into_owned(),
            from: repository.place.shown(change.from.as_deref()),
            ..File::default()
        };
        match &change.what {
            What::Tracked { staged, unstaged, head, index, worktree } => {
                let lines = repository.memory.staged_lines(head.as_ref(), index.as_ref());
                file.staged = staged.map(|what| edit(what, lines));
                let binary_staged = staged.is_some() && lines == Some(Lines::Binary);
                let lines = repository.memory.unstaged_lines(index.as_ref(), &change.path);
                file.unstaged = unstaged.map(|what| edit(what, lines));
                let binary = unstaged.is_some() && lines == Some(Lines::Binary);
                if staged.is_some() {
                    file.base = self.blob(repository, head.as_ref(), binary_staged);
                }
                file.index = self.blob(repository, index.as_ref(), binary || binary_staged);
                if unstaged.is_some() {
                    file.worktree = self.worktree(repository, &change.path, *worktree);
                }
            }
            What::Unmerged { what, base, ours, theirs, worktree } => {
                file.conflict = Some(Conflict {
                    what: *what,
                    base: self.blob(repository, base.as_ref(), false),
                    ours: self.blob(repository, ours.as_ref(), false),
                    theirs: self.blob(repository, theirs.as_ref(), false),
                });
                file.worktree = self.worktree(repository, &change.path, *worktree);
            }
            What::Untracked => {
                file.untracked = true;
                file.worktree = self.worktree(repository, &change.path, 0o100_644).or_else(|| {
                    let folder = change.path.ends_with(b"/");
                    folder.then(|| Version { shape: Shape::Folder, ..Version::default() })
                });
            }
        }
        self.put(format!("{:02}/file/{}", repository.number, escaped(path)), Entry::File(file));
    }

    fn branch(&mut self, repository: &Repository) {
        let number = repository.number;
        for (nth, commit) in repository.head.commits.iter().enumerate() {
            // Counted from the branch's beginning, so that a commit keeps its key while others follow.
            let from_start = repository.head.earlier as usize + repository.head.commits.len() - nth;
            let entry = Commit {
                repository: number,
                name: commit.name.clone(),
                subject: commit.subject.clone(),
                author: commit.author.clone(),
                at: commit.at.saturating_mul(1000),
                pushed: commit.pushed,
            };
            let place = 99_999_999_usize.saturating_sub(from_start);
            self.put(format!("{number:02}/commit/{place:08}"), Entry::Commit(entry));
        }
        for change in &repository.head.files {
            let path = repository.place.below(&change.path);
            let entry = BranchFile {
                repository: number,
                path: String::from_utf8_lossy(path).into_owned(),
                from: repository.place.shown(change.from.as_deref()),
                edit: edit(change.what, None),
                base: self.blob(repository, change.base.as_ref(), false),
                head: self.blob(repository, change.head.as_ref(), false),
            };
            self.put(format!("{number:02}/branch/{}", escaped(path)), Entry::BranchFile(entry));
        }
    }

    fn blob(&mut self, repository: &Repository, blob: Option<&Blob>, binary: bool) -> Option<Version> {
        let blob = blob?;
        let shape = shape(blob.mode);
        if shape == Shape::Submodule {
            return Some(Version { shape, commit: Some(blob.oid.clone()), ..Version::default() });
        }
        let size = repository.memory.size(&blob.oid).unwrap_or(0);
        let place = repository.place.clone();
        let content = self.content(&blob.oid, size, || Content::Blob { place, oid: blob.oid.clone() });
        Some(Version { shape, size, content, binary, commit: None })
    }

    fn worktree(&mut self, repository: &Repository, path: &[u8], mode: u32) -> Option<Version> {
        if mode == SUBMODULE {
            return Some(Version { shape: Shape::Submodule, ..Version::default() });
        }
        let look = repository.memory.look(path)?;
        let shape = match look.stat {
            stat if stat.link => Shape::Link,
            stat if stat.executable => Shape::Executable,
            // Where the system knows no such mode, git does.
            _ if cfg!(not(unix)) => shape(mode),
            _ => Shape::Plain,
        };
        let place = repository.place.clone();
        let content = self.content(&look.id, look.stat.size, || Content::Worktree {
            place,
            path: path.to_vec(),
            look: look.clone(),
        });
        Some(Version { shape, size: look.stat.size, content, binary: look.binary, commit: None })
    }

    /// A reference to a content, unless there is nothing to fetch or too much.
    fn content(&mut self, id: &str, size: u64, content: impl FnOnce() -> Content) -> Option<Reference> {
        let id = ReferenceId::new(id).filter(|_| (1..=MAX_CONTENT).contains(&size))?;
        self.contents.entry(id.clone()).or_insert_with(content);
        Some(Reference { id, size })
    }
}

fn edit(what: EditKind, lines: Option<Lines>) -> Edit {
    match lines {
        Some(Lines::Counted { added, removed }) => Edit { what, added: Some(added), removed: Some(removed) },
        _ => Edit { what, added: None, removed: None },
    }
}

fn shape(mode: u32) -> Shape {
    match mode {
        SUBMODULE => Shape::Submodule,
        LINK => Shape::Link,
        EXECUTABLE => Shape::Executable,
        _ => Shape::Plain,
    }
}
