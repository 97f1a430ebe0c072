//! Repositories as the panel's entries, with what guests may fetch of them.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use jumpseat_git::{
    Gap, Part, RepoLocation,
    status::{Blob, Change, EXECUTABLE, EditKind, LINK, SUBMODULE, What},
    worktree::native,
};
use jumpseat_panels::{
    BranchFile, Commit, Conflict, Edit, Entries, Entry, File, Reference, ReferenceId,
    Repository as RepositoryEntry, Shape, Upstream, Version,
    limits::{MAX_CONTENT, MAX_ENTRIES},
    text,
};

use super::{
    cache::Lines, clean::Against, degraded, gap, kinds, repository::Repository, worktree::FileStamp,
};
use crate::key::{escaped, key};

/// What stands in the panel now, and where what it refers to is found.
#[derive(Default)]
pub(super) struct Picture {
    pub(super) entries: Entries,
    pub(super) contents: HashMap<ReferenceId, Content>,
    /// Most entries, for now.
    room: usize,
    /// The commits of repositories, by their tops.
    commits: HashMap<PathBuf, Option<String>>,
}

/// Room for repositories that cannot be shown.
const MAX_REFUSED: usize = 64;

/// The rank of what git does not know.
const UNTRACKED: u8 = 3;

/// Where a content is found.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Blob {
        place: Arc<RepoLocation>,
        oid: String,
    },
    /// Converted as git does before it compares, where it is compared.
    Worktree {
        place: Arc<RepoLocation>,
        path: Vec<u8>,
        look: FileStamp,
        against: Option<Against>,
    },
}

impl Picture {
    /// Draws all repositories, and what could not be read of the workspace. Where there is no room for all, what is
    /// least wanted is left out and counted: git's own files before what it does not know.
    pub(super) fn of(repositories: &[Repository], gaps: &[Gap]) -> Self {
        let heads = repositories.iter().map(|repository| (repository.place.root.clone(), repository));
        let mut picture = Self {
            commits: heads.map(|(root, it)| (root, it.status.commit.clone())).collect(),
            ..Self::default()
        };
        // Of each repository: what it counts, with what there was no room for.
        let mut left_out: HashMap<u32, (u32, u32)> =
            repositories.iter().map(|it| (it.number, (it.status.left_out(), it.head.more_files))).collect();
        picture.room = MAX_ENTRIES.saturating_sub(repositories.len() + MAX_REFUSED);
        for gap in gaps {
            picture.put(format!("unread/{}", gap::key(gap)), Entry::Unread(gap::entry(gap, None)));
        }
        for repository in repositories {
            for gap in repository.gaps() {
                let key = format!("{:02}/unread/{}", repository.number, gap::key(gap));
                picture.put(key, Entry::Unread(gap::entry(gap, Some(repository.number))));
            }
        }
        let of_rank = |rank: u8| {
            repositories.iter().flat_map(move |repository| {
                let changes =
                    repository.status.changes.iter().filter(move |change| change.what.rank() == rank);
                changes.map(move |change| (repository, change))
            })
        };
        for (repository, change) in (0..UNTRACKED).flat_map(of_rank) {
            if !picture.file(repository, change) {
                left_out.entry(repository.number).or_default().0 += 1;
            }
        }
        for repository in repositories {
            left_out.entry(repository.number).or_default().1 += picture.branch(repository);
        }
        for (repository, change) in of_rank(UNTRACKED) {
            let folder =
                change.path.ends_with(b"/").then(|| repository.place.root.join(native(&change.path)));
            let nested = folder.is_some_and(|folder| picture.commits.contains_key(&folder));
            if !nested && !picture.file(repository, change) {
                left_out.entry(repository.number).or_default().0 += 1;
            }
        }
        picture.room = MAX_ENTRIES;
        for repository in repositories {
            picture.repository(repository, left_out.get(&repository.number).copied().unwrap_or_default());
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

    /// Puts in an entry, if there is room.
    fn put(&mut self, name: String, mut entry: Entry) -> bool {
        let Some(key) = key(name).filter(|_| self.entries.len() < self.room) else { return false };
        entry.bound();
        self.entries.insert(key, entry);
        true
    }

    fn repository(&mut self, repository: &Repository, (left_out, branch_left_out): (u32, u32)) {
        let (place, status) = (&repository.place, &repository.status);
        let name =
            place.root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        // Of one that could not be read nobody says that it is gone, or the same.
        let upstream =
            status.upstream.clone().filter(|_| !degraded::lacks(status, Part::Upstream)).map(|name| {
                let (ahead, behind) = status.ahead_behind.unwrap_or_default();
                Upstream { name, ahead, behind, gone: status.ahead_behind.is_none() }
            });
        let entry = RepositoryEntry {
            number: repository.number,
            name,
            path: place.path.clone(),
            tree: kinds::tree(place.tree),
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
            left_out,
            branch_left_out,
            fault: repository.fault.as_ref().map(|fault| fault.told()),
        };
        self.put(format!("{:02}", repository.number), Entry::Repository(entry));
    }

    /// Draws a changed file. What is staged and what lies there without git's knowledge may be at one path: that is
    /// one entry with both.
    fn file(&mut self, repository: &Repository, change: &Change) -> bool {
        let path = repository.place.below(change.path.strip_suffix(b"/").unwrap_or(&change.path));
        let mut file = File {
            repository: repository.number,
            path: text::name(path),
            from: shown(&repository.place, change.from.as_deref()),
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
                    file.worktree = self.worktree(repository, change, *worktree, lines);
                }
            }
            What::Unmerged { what, base, ours, theirs, worktree } => {
                file.conflict = Some(Conflict {
                    what: kinds::conflict(*what),
                    base: self.blob(repository, base.as_ref(), false),
                    ours: self.blob(repository, ours.as_ref(), false),
                    theirs: self.blob(repository, theirs.as_ref(), false),
                });
                file.worktree = self.worktree(repository, change, *worktree, None);
            }
            What::Untracked => {
                file.untracked = true;
                file.worktree = self.worktree(repository, change, 0o100_644, None).or_else(|| {
                    let folder = change.path.ends_with(b"/");
                    folder.then(|| Version { shape: Shape::Folder, ..Version::default() })
                });
            }
        }
        let name = format!("{:02}/file/{}", repository.number, escaped(path));
        if let Some(Entry::File(known)) = key(name.clone()).and_then(|key| self.entries.get_mut(&key)) {
            let both = if file.untracked { (known, &mut file) } else { return true };
            (both.0.untracked, both.0.worktree) = (true, both.1.worktree.take());
            return true;
        }
        self.put(name, Entry::File(file))
    }

    /// Draws what a branch holds; gives how many of the files that it changed there is no room for.
    fn branch(&mut self, repository: &Repository) -> u32 {
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
        let mut left_out = 0;
        for change in &repository.head.files {
            let path = repository.place.below(&change.path);
            let entry = BranchFile {
                repository: number,
                path: text::name(path),
                from: shown(&repository.place, change.from.as_deref()),
                edit: edit(change.what, None),
                base: self.blob(repository, change.base.as_ref(), false),
                head: self.blob(repository, change.head.as_ref(), false),
            };
            let there = self.put(format!("{number:02}/branch/{}", escaped(path)), Entry::BranchFile(entry));
            left_out += u32::from(!there);
        }
        left_out
    }

    fn blob(&mut self, repository: &Repository, blob: Option<&Blob>, binary: bool) -> Option<Version> {
        let blob = blob?;
        let shape = shape(blob.mode);
        if shape == Shape::Submodule {
            return Some(Version { shape, commit: Some(blob.oid.clone()), ..Version::default() });
        }
        let Some(size) = repository.memory.size(&blob.oid) else {
            return Some(Version { shape, missing: true, ..Version::default() });
        };
        let place = repository.place.clone();
        let content = self.content(&blob.oid, size, || Content::Blob { place, oid: blob.oid.clone() });
        Some(Version { shape, size, content, binary, ..Version::default() })
    }

    fn worktree(
        &mut self,
        repository: &Repository,
        change: &Change,
        mode: u32,
        lines: Option<Lines>,
    ) -> Option<Version> {
        let path = &change.path;
        if mode == SUBMODULE {
            // It is a repository of its own here, which knows its commit.
            let root = repository.place.root.join(native(path));
            let commit = self.commits.get(&root).cloned().flatten();
            return Some(Version { shape: Shape::Submodule, commit, ..Version::default() });
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
        let against = against(&change.what).filter(|_| !look.rules.is_empty());
        let content = self.content(&look.id, look.stat.size, || Content::Worktree {
            place,
            path: path.to_vec(),
            look: look.clone(),
            against,
        });
        // Where git compared it, it has said whether it is text.
        let encoded = look.rules.contains("working-tree-encoding");
        let binary = lines.map_or(look.binary && !encoded, |lines| lines == Lines::Binary);
        Some(Version { shape, size: look.stat.size, content, binary, ..Version::default() })
    }

    /// A reference to a content, unless there is nothing to fetch or too much.
    fn content(&mut self, id: &str, size: u64, content: impl FnOnce() -> Content) -> Option<Reference> {
        let id = ReferenceId::new(id).filter(|_| (1..=MAX_CONTENT).contains(&size))?;
        self.contents.entry(id.clone()).or_insert_with(content);
        Some(Reference { id, size })
    }
}

/// The stored version that a file is compared with.
fn against(what: &What) -> Option<Against> {
    let (blob, side) = match what {
        What::Tracked { index, .. } => (index.as_ref()?, None),
        What::Unmerged { ours: Some(ours), .. } => (ours, Some("--ours")),
        What::Unmerged { theirs: Some(theirs), .. } => (theirs, Some("--theirs")),
        What::Unmerged { base, .. } => (base.as_ref()?, Some("--base")),
        What::Untracked => return None,
    };
    Some(Against { oid: blob.oid.clone(), side })
}

/// A path of a repository as guests see it.
fn shown(place: &RepoLocation, path: Option<&[u8]>) -> Option<String> {
    path.map(|path| text::name(place.below(path)))
}

fn edit(what: EditKind, lines: Option<Lines>) -> Edit {
    let what = kinds::edit(what);
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
