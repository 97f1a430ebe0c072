//! The repositories of a workspace: the one it lies in, those below it, submodules, linked working trees.

use std::{
    collections::{BTreeMap, VecDeque},
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{
    file,
    gap::{Gap, Part},
    program::{Git, GitError},
    worktree::{self, Found, native},
};

/// Most repositories that are shown.
const MAX_REPOSITORIES: usize = 32;

/// How many folders deep repositories are looked for; submodules and linked working trees are found at any depth.
const MAX_DEPTH: usize = 3;

/// Most folders that are looked into, and most names in them that are read.
const MAX_FOLDERS: usize = 4_000;
const MAX_NAMES: usize = 200_000;

/// What is read of a list of submodules or working trees, in bytes.
const MAX_LIST: usize = 1024 * 1024;

/// What kind of working tree it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TreeKind {
    /// The one that a repository was made with.
    Main,
    /// Another one of the same repository.
    Linked,
    /// A submodule's.
    Submodule,
}

/// One working tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RepoLocation {
    /// Its top: absolute, without links.
    pub root: PathBuf,
    /// Where it is, from the workspace on; empty if it is that, or if the workspace is a part of it.
    pub path: String,
    /// The part of it that is the workspace, where it is larger than that.
    pub scope: Option<String>,
    /// Its git folder.
    pub git_dir: PathBuf,
    /// Where the branches are: the same, but for linked working trees.
    pub common_dir: PathBuf,
    /// What kind it is.
    pub tree: TreeKind,
}

/// What was found: places, and repositories that cannot be shown.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Working trees.
    pub places: Vec<RepoLocation>,
    /// Where others are, and why they cannot be shown.
    pub refused: Vec<(String, GitError)>,
    /// What could not be read of where repositories are.
    pub gaps: Vec<Gap>,
    /// Whether the workspace was looked through.
    pub whole: bool,
}

impl Discovery {
    /// The workspace's own repository alone, as finding others may take a while; all if it has none.
    ///
    /// # Errors
    /// If git is not there, or the workspace cannot be read.
    pub async fn first(workspace: &Path) -> Result<Self, GitError> {
        match RepoLocation::at(workspace, workspace).await {
            Ok(Some(place)) => Ok(Self { places: vec![place], ..Self::default() }),
            _ => Self::of(workspace).await,
        }
    }

    /// Looks through a workspace, which is a path without links.
    ///
    /// # Errors
    /// If git is not there, or the workspace cannot be read.
    pub async fn of(workspace: &Path) -> Result<Self, GitError> {
        let mut found = Self { whole: true, ..Self::default() };
        let mut known: BTreeMap<PathBuf, ()> = BTreeMap::new();
        let mut queue: VecDeque<PathBuf> = [workspace.to_owned()].into();
        let walked = workspace.to_owned();
        let (folders, gap) = tokio::task::spawn_blocking(move || nested(&walked)).await.unwrap_or_default();
        queue.extend(folders);
        found.gaps.extend(gap);
        while let Some(folder) = queue.pop_front() {
            if known.contains_key(&folder) {
                continue;
            }
            if found.places.len() + found.refused.len() >= MAX_REPOSITORIES {
                let why = format!("only the first {MAX_REPOSITORIES} are shown");
                found.gaps.push(Gap::because(Part::Repositories, why));
                break;
            }
            match RepoLocation::at(&folder, workspace).await {
                Ok(Some(place)) if known.insert(place.root.clone(), ()).is_none() => {
                    for (part, others) in [
                        (Part::Submodules, place.submodules().await),
                        (Part::Worktrees, place.linked().await),
                    ] {
                        match others {
                            Ok(others) => queue.extend(others),
                            Err(fault) => found.gaps.push(Gap::new(part, &fault).at(&place.path)),
                        }
                    }
                    found.places.push(place);
                }
                Ok(_) => {}
                Err(fault @ GitError::NotInstalled) => return Err(fault),
                Err(fault @ GitError::Io(_)) if folder == workspace => return Err(fault),
                Err(fault) if known.insert(folder.clone(), ()).is_none() => {
                    found.refused.push((shown(&folder, workspace), fault));
                }
                Err(_) => {}
            }
        }
        Ok(found)
    }
}

impl RepoLocation {
    /// The working tree that a workspace is the top of, or lies in.
    ///
    /// # Errors
    /// If there is one that git cannot read, or that lies elsewhere.
    pub async fn of(workspace: &Path) -> Result<Option<Self>, GitError> {
        let workspace = workspace.canonicalize()?;
        Self::at(&workspace, &workspace).await
    }

    /// The working tree that a folder of the workspace is the top of, or lies in.
    async fn at(folder: &Path, workspace: &Path) -> Result<Option<Self>, GitError> {
        let Ok(folder) = folder.canonicalize() else { return Ok(None) };
        if !folder.starts_with(workspace) {
            return Ok(None);
        }
        let args =
            ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir"];
        let said = match Git::at(&folder).run(args, 64 * 1024).await {
            Ok(said) => said,
            Err(fault) if fault.is_distrust() => return Err(fault),
            // What looks like a repository and is none to git is one that cannot be read.
            Err(fault @ GitError::Failed { .. }) if is_broken(&folder, workspace, &fault) => {
                return Err(fault);
            }
            // No repository, or one without a working tree.
            Err(GitError::Failed { .. }) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let mut lines = said.strip_suffix(b"\n").unwrap_or(&said).split(|byte| *byte == b'\n').map(native);
        let (Some(root), Some(git_dir), Some(common_dir), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(GitError::Malformed);
        };
        let (root, git_dir, common_dir) =
            (root.canonicalize()?, git_dir.canonicalize()?, common_dir.canonicalize()?);
        // Only the workspace itself may lie in a repository that is larger.
        let above = folder == workspace
            && folder != root
            && folder.starts_with(&root)
            && root.join(".git").symlink_metadata().is_ok();
        if folder != root && !above {
            return Ok(None);
        }
        let scope = above.then(|| slashed(folder.strip_prefix(&root).unwrap_or(Path::new(""))));
        let place =
            Self { path: shown(&root, workspace), root, scope, git_dir, common_dir, tree: TreeKind::Main };
        place.with_tree(workspace).await.map(Some)
    }

    /// Tells what kind of working tree it is. Its repository may only lie outside of it if it says so itself:
    /// a file in a workspace must not make any other repository of the machine readable.
    async fn with_tree(mut self, workspace: &Path) -> Result<Self, GitError> {
        let folders = [self.git_dir.clone(), self.common_dir.clone()];
        let within = workspace.to_owned();
        let borrows =
            tokio::task::spawn_blocking(move || folders.iter().any(|folder| borrows(folder, &within)));
        if borrows.await.unwrap_or(true) {
            return Err(GitError::Elsewhere);
        }
        let near = self.git_dir.starts_with(&self.root) || self.git_dir.starts_with(workspace);
        let back = |target: PathBuf| self.git_dir.join(target).canonicalize().ok();
        let linked = small(&self.git_dir, b"gitdir").is_some_and(|target| {
            back(native(&target)).is_some_and(|target| target == self.root.join(".git"))
        });
        if linked && self.git_dir.starts_with(&self.common_dir) {
            self.tree = TreeKind::Linked;
            return Ok(self);
        }
        let config = self.git_dir.join("config");
        let args: [&std::ffi::OsStr; 5] = [
            "config".as_ref(),
            "--no-includes".as_ref(),
            "--file".as_ref(),
            config.as_ref(),
            "core.worktree".as_ref(),
        ];
        let tree = Git::at(&self.root).run(args, 64 * 1024).await.ok();
        let tree = tree.and_then(|tree| back(native(tree.strip_suffix(b"\n").unwrap_or(&tree))));
        let leads_back = tree.as_ref().is_some_and(|tree| *tree == self.root);
        let fits = self.common_dir == self.git_dir && (leads_back || (near && tree.is_none()));
        if !fits {
            return Err(GitError::Elsewhere);
        }
        if leads_back && !self.git_dir.starts_with(&self.root) {
            self.tree = TreeKind::Submodule;
        }
        Ok(self)
    }

    /// A path of the repository from the workspace on: without what lies above that.
    pub fn below<'a>(&self, path: &'a [u8]) -> &'a [u8] {
        let scope = self.scope.as_deref().unwrap_or_default().as_bytes();
        path.strip_prefix(scope).and_then(|path| path.strip_prefix(b"/")).unwrap_or(path)
    }

    /// Where its submodules would be.
    async fn submodules(&self) -> Result<Vec<PathBuf>, GitError> {
        if !matches!(worktree::open(&self.root, b".gitmodules"), Ok(Found::File(..))) {
            return Ok(Vec::new());
        }
        let args = [
            "config",
            "--no-includes",
            "--file",
            ".gitmodules",
            "--null",
            "--get-regexp",
            "^submodule\\..*\\.path$",
        ];
        let said = match Git::at(&self.root).run(args, MAX_LIST).await {
            // None is named in it.
            Err(GitError::Failed { code: Some(1), .. }) => return Ok(Vec::new()),
            said => said?,
        };
        let folders = said
            .split(|byte| *byte == 0)
            .filter_map(|setting| Some(&setting[setting.iter().position(|byte| *byte == b'\n')? + 1..]))
            .filter(|path| matches!(worktree::open(&self.root, path), Ok(Found::Folder)))
            .map(|path| self.root.join(native(path)))
            .filter(|folder| folder.join(".git").exists());
        Ok(folders.collect())
    }

    /// Where its other working trees are, wherever that is.
    async fn linked(&self) -> Result<Vec<PathBuf>, GitError> {
        let args = ["worktree", "list", "--porcelain", "-z"];
        let said = Git::at(&self.root).run(args, MAX_LIST).await?;
        let folders = said.split(|byte| *byte == 0).filter_map(|line| line.strip_prefix(b"worktree "));
        Ok(folders.map(native).collect())
    }
}

/// Whether git failed at a folder although a repository is there: in it, or around the workspace.
fn is_broken(folder: &Path, workspace: &Path, fault: &GitError) -> bool {
    let GitError::Failed { complaint, .. } = fault else { return false };
    if complaint.contains("must be run in a work tree") {
        return false;
    }
    let filled = |folder: &Path| {
        let at = folder.join(".git");
        at.is_file() || std::fs::read_dir(at).is_ok_and(|mut found| found.next().is_some())
    };
    let around = folder == workspace && !complaint.contains("not a git repository");
    filled(folder) || (around && folder.ancestors().skip(1).any(filled))
}

/// Whether a repository's folder takes something from elsewhere: by links, which git never makes there, or by another
/// store of objects outside of the workspace.
fn borrows(git_dir: &Path, workspace: &Path) -> bool {
    let is_link = |path: &Path| path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    let parts = [
        "HEAD",
        "index",
        "packed-refs",
        "refs",
        "objects",
        "objects/info",
        "objects/info/alternates",
        "objects/pack",
    ];
    if parts.iter().any(|part| is_link(&git_dir.join(part))) {
        return true;
    }
    let mut folders = vec![git_dir.join("refs")];
    let mut left = MAX_NAMES;
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let kind = found.file_type();
            left = left.saturating_sub(1);
            if left == 0 || !kind.as_ref().is_ok_and(|kind| kind.is_file() || kind.is_dir()) {
                return true;
            }
            folders.extend(kind.is_ok_and(|kind| kind.is_dir()).then(|| found.path()));
        }
    }
    let objects = git_dir.join("objects");
    // Folders of loose objects, and packs.
    let inside = [objects.clone(), objects.join("pack")];
    let listed = inside.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
    if listed
        .take(MAX_NAMES)
        .any(|found| !found.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir()))
    {
        return true;
    }
    let mut others = Vec::new();
    let list = file::open(&file::named(&objects).join("info/alternates"));
    match list.and_then(|list| list.take(MAX_LIST as u64).read_to_end(&mut others)) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(_) => return true,
    }
    let near =
        |line: &[u8]| objects.join(native(line)).canonicalize().is_ok_and(|path| path.starts_with(workspace));
    let mut lines = others.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#');
    others.len() == MAX_LIST || !lines.all(near)
}

/// Folders with a repository of their own, below a workspace, and whether some were not looked into. Links are not
/// followed.
fn nested(workspace: &Path) -> (Vec<PathBuf>, Option<Gap>) {
    let gap = |why: &str| Gap::because(Part::Nested, why);
    let (mut found, mut unread) = (Vec::new(), None);
    let mut level = vec![workspace.to_owned()];
    let (mut folders, mut names) = (0, 0);
    for _ in 0..MAX_DEPTH {
        let mut next = Vec::new();
        for folder in level {
            folders += 1;
            let listing = match std::fs::read_dir(&folder) {
                Ok(listing) => listing,
                Err(error) => {
                    if error.kind() == std::io::ErrorKind::PermissionDenied {
                        unread = Some(gap("permission denied"));
                    }
                    continue;
                }
            };
            for entry in listing.flatten() {
                names += 1;
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder && entry.file_name() != ".git" && entry.file_name() != "node_modules" {
                    next.push(entry.path());
                }
                if names > MAX_NAMES {
                    return (found, Some(gap("there are too many files")));
                }
            }
            if folders > MAX_FOLDERS {
                return (found, Some(gap("there are too many folders")));
            }
        }
        next.sort();
        found.extend(next.iter().filter(|folder| folder.join(".git").symlink_metadata().is_ok()).cloned());
        level = next;
    }
    (found, unread)
}

/// A small file of a git folder, up to its line's end. No link is followed.
pub fn small(git_dir: &Path, name: &[u8]) -> Option<Vec<u8>> {
    let Found::File(file, _) = worktree::open(git_dir, name).ok()? else { return None };
    let mut bytes = Vec::new();
    file.take(4096).read_to_end(&mut bytes).ok()?;
    let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len());
    bytes.truncate(end);
    Some(bytes)
}

/// A folder, from the workspace on.
fn shown(folder: &Path, workspace: &Path) -> String {
    folder.strip_prefix(workspace).map(slashed).unwrap_or_default()
}

fn slashed(path: &Path) -> String {
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}
