//! What `git status --porcelain=v2 --branch --show-stash -z` says.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use crate::{
    gap::{Gap, Part, known},
    program::{Git, GitError},
    worktree,
};

/// Most changed files that are kept of one repository; the rest is counted.
const MAX_CHANGES: usize = 5_000;

/// Most files that git does not know which are named, altogether and in one folder: what a build writes must not hide
/// what somebody wrote.
const MAX_NAMED: usize = 1_000;
const MAX_NAMED_IN_FOLDER: usize = 200;

/// Most whose paths are kept without being named.
const MAX_UNNAMED: usize = 20_000;

/// What is read of one status, in bytes: 200,000 changed files.
const MAX_STATUS: usize = 32 * 1024 * 1024;

/// One repository's status.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// The commit at the head; nothing before the first.
    pub commit: Option<String>,
    /// The branch; nothing while the head is detached.
    pub branch: Option<String>,
    /// What the branch follows.
    pub upstream: Option<String>,
    /// Nothing if the upstream is gone.
    pub ahead_behind: Option<(u32, u32)>,
    /// How many stashes there are.
    pub stashes: u32,
    /// How many files have staged changes.
    pub staged: u32,
    /// How many have others.
    pub unstaged: u32,
    /// How many files git does not know.
    pub untracked: u32,
    /// How many are in conflict.
    pub conflicted: u32,
    /// Changed files, as far as they are named.
    pub changes: Vec<Change>,
    /// How many of the changes are files that git does not know, altogether and by their folder.
    named: usize,
    named_in: HashMap<Vec<u8>, usize>,
    /// More files that git does not know.
    unnamed: Vec<Vec<u8>>,
    /// How many more files are changed.
    beyond: u32,
    /// The rank of the least wanted change, while there is no room and it is known.
    worst: Option<u8>,
    /// Whether folders stand for files that git does not know.
    abridged: bool,
    /// What of all this could not be read.
    pub gaps: Vec<Gap>,
}

/// What a status is asked for next to what is staged and what is not.
#[derive(Clone, Copy, Debug)]
pub struct Extras {
    /// How the branch compares with its upstream.
    pub upstream: bool,
    /// How many stashes there are.
    pub stashes: bool,
    /// What was renamed.
    pub moves: bool,
    /// What git does not know.
    pub untracked: bool,
}

impl Extras {
    /// All of it.
    pub const ALL: Self = Self { upstream: true, stashes: true, moves: true, untracked: true };
    /// Nothing of it.
    pub const NONE: Self = Self { upstream: false, stashes: false, moves: false, untracked: false };
}

/// One changed file. Paths are bytes from the repository's top on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Where it is.
    pub path: Vec<u8>,
    /// Where it was.
    pub from: Option<Vec<u8>>,
    /// How it is changed.
    pub what: What,
}

/// How it is changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// Git knows it.
    Tracked {
        /// What the next commit would do.
        staged: Option<EditKind>,
        /// What else there is.
        unstaged: Option<EditKind>,
        /// In the commit at the head.
        head: Option<Blob>,
        /// As it is staged.
        index: Option<Blob>,
        /// Its mode in the working tree.
        worktree: u32,
    },
    /// It is in conflict.
    Unmerged {
        /// Who did what.
        what: ConflictKind,
        /// What both began with.
        base: Option<Blob>,
        /// Our side.
        ours: Option<Blob>,
        /// Their side.
        theirs: Option<Blob>,
        /// Its mode in the working tree.
        worktree: u32,
    },
    /// Git does not know it.
    Untracked,
}

/// How a file changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EditKind {
    /// Another content.
    Modified,
    /// Another kind of file.
    Retyped,
    /// A file that was not there.
    Added,
    /// A file that is not there any more.
    Deleted,
    /// Another name.
    Renamed,
    /// A copy of another file.
    Copied,
}

/// Which sides of a merge did what.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ConflictKind {
    /// Both deleted it.
    BothDeleted,
    /// Added by us.
    AddedByUs,
    /// Deleted by them.
    DeletedByThem,
    /// Added by them.
    AddedByThem,
    /// Deleted by us.
    DeletedByUs,
    /// Both added it.
    BothAdded,
    /// Both changed it.
    BothModified,
}

/// A file's content in git's store, with its mode.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Blob {
    /// Its mode.
    pub mode: u32,
    /// Its object's name.
    pub oid: String,
}

/// A submodule's mode.
pub const SUBMODULE: u32 = 0o160_000;
/// A symbolic link's mode.
pub const LINK: u32 = 0o120_000;
/// The mode of a file that can be run.
pub const EXECUTABLE: u32 = 0o100_755;

impl Status {
    /// Asks git, about some paths where not all of the repository counts.
    ///
    /// # Errors
    /// If git fails, takes too long, or says what is not understood.
    pub async fn of(git: &Git, paths: &[PathBuf], extras: Extras) -> Result<Self, GitError> {
        match Self::ask(git, paths, extras, "--untracked-files=all").await {
            // A tree full of files that git does not know: their folders will do.
            Err(GitError::TooMuch) if extras.untracked => {
                let status = Self::ask(git, paths, extras, "--untracked-files=normal").await?;
                Ok(Self { abridged: true, ..status })
            }
            other => other,
        }
    }

    async fn ask(git: &Git, paths: &[PathBuf], extras: Extras, untracked: &str) -> Result<Self, GitError> {
        let or = |wanted: bool, yes, no| if wanted { yes } else { no };
        let args = [
            "--literal-pathspecs",
            "status",
            "--porcelain=v2",
            "--branch",
            "-z",
            or(extras.stashes, "--show-stash", "--no-show-stash"),
            or(extras.moves, "--find-renames", "--no-renames"),
            or(extras.upstream, "--ahead-behind", "--no-ahead-behind"),
            or(extras.untracked, untracked, "--untracked-files=no"),
            // Submodules are repositories of their own here: git need not start another git in each.
            "--ignore-submodules=dirty",
            "--",
        ];
        let args = args.into_iter().map(Path::new).chain(paths.iter().map(PathBuf::as_path));
        let (said, complaint) = git.run_heard(args, MAX_STATUS).await?;
        let mut status = Self::parse(&said)?;
        status.gaps.extend(unopened(&complaint));
        Ok(status)
    }

    /// Whether the path of every changed file is known.
    pub fn is_complete(&self) -> bool {
        self.beyond == 0 && !self.abridged && self.gaps.is_empty()
    }

    /// How many changed files are not named.
    pub fn left_out(&self) -> u32 {
        self.beyond.saturating_add(u32::try_from(self.unnamed.len()).unwrap_or(u32::MAX))
    }

    /// Takes every change whose path is known out, the ones that are not named last.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let mut changes = std::mem::take(&mut self.changes);
        changes.extend(std::mem::take(&mut self.unnamed).into_iter().map(Change::untracked));
        (self.named, self.named_in, self.worst) = (0, HashMap::new(), None);
        (self.staged, self.unstaged, self.untracked, self.conflicted) = (0, 0, 0, 0);
        changes
    }

    /// Reads what git said.
    ///
    /// # Errors
    /// If it is not understood.
    pub fn parse(bytes: &[u8]) -> Result<Self, GitError> {
        let mut status = Self::default();
        let mut records = bytes.split(|byte| *byte == 0).filter(|record| !record.is_empty());
        while let Some(record) = records.next() {
            let (kind, rest) = record.split_at_checked(2).ok_or(GitError::Malformed)?;
            match kind {
                b"# " => status.header(&String::from_utf8_lossy(rest)),
                b"1 " => status.push(tracked(rest, None)?),
                b"2 " => {
                    let from = records.next().ok_or(GitError::Malformed)?;
                    status.push(tracked(rest, Some(from))?);
                }
                b"u " => status.push(unmerged(rest)?),
                b"? " => status.push(Change::untracked(rest.to_vec())),
                // Kinds of a later git.
                _ => {}
            }
        }
        Ok(status)
    }

    fn header(&mut self, text: &str) {
        let Some((name, value)) = text.split_once(' ') else { return };
        match name {
            "branch.oid" => self.commit = (value != "(initial)").then(|| value.to_owned()),
            "branch.head" => self.branch = (value != "(detached)").then(|| value.to_owned()),
            "branch.upstream" => self.upstream = Some(value.to_owned()),
            "branch.ab" => {
                let mut numbers = value.split(' ').map(|number| number.get(1..)?.parse().ok());
                self.ahead_behind = numbers.next().flatten().zip(numbers.next().flatten());
            }
            "stash" => self.stashes = value.parse().unwrap_or(0),
            _ => {}
        }
    }

    /// Adds a changed file: the first ones are named.
    pub fn push(&mut self, change: Change) {
        match &change.what {
            What::Tracked { staged, unstaged, .. } => {
                self.staged += u32::from(staged.is_some());
                self.unstaged += u32::from(unstaged.is_some());
            }
            What::Unmerged { .. } => self.conflicted += 1,
            What::Untracked => {
                self.untracked += 1;
                if !self.has_room(worktree::folder(&change.path)) {
                    match self.unnamed.len() {
                        MAX_UNNAMED.. => self.beyond += 1,
                        _ => self.unnamed.push(change.path),
                    }
                    return;
                }
            }
        }
        if self.changes.len() < MAX_CHANGES {
            self.changes.push(change);
            return;
        }
        // What is least wanted goes first.
        self.beyond += 1;
        let worst = self.changes.iter().map(|change| change.what.rank());
        let worst = self.worst.or_else(|| worst.max()).unwrap_or(0);
        self.worst = Some(worst);
        if change.what.rank() < worst
            && let Some(at) = self.changes.iter().rposition(|change| change.what.rank() == worst)
        {
            self.changes.remove(at);
            self.changes.push(change);
            self.worst = None;
        }
    }

    /// Whether one more file that git does not know can be named in a folder.
    fn has_room(&mut self, folder: &[u8]) -> bool {
        if self.named >= MAX_NAMED {
            return false;
        }
        let there = self.named_in.entry(folder.to_vec()).or_default();
        let room = *there < MAX_NAMED_IN_FOLDER;
        *there += usize::from(room);
        self.named += usize::from(room);
        room
    }
}

impl What {
    /// How soon it is left out where there is no room for all: what has the highest number goes first.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Unmerged { .. } => 0,
            Self::Tracked { staged: Some(_), .. } => 1,
            Self::Tracked { .. } => 2,
            Self::Untracked => 3,
        }
    }
}

impl Change {
    fn untracked(path: Vec<u8>) -> Self {
        Self { path, from: None, what: What::Untracked }
    }
}

/// Folders that git could not look into, which is no failure to it.
fn unopened(complaint: &str) -> Option<Gap> {
    let unopened: Vec<(&str, &str)> = complaint
        .lines()
        .filter_map(|line| line.strip_prefix("warning: could not open directory '")?.rsplit_once("': "))
        .collect();
    let (_, why) = unopened.first()?;
    let names: Vec<&str> = unopened.iter().take(5).map(|(folder, _)| folder.trim_end_matches('/')).collect();
    let more = unopened.len() - names.len();
    let mut gap = Gap::because(Part::Untracked, known(why).unwrap_or("it cannot be opened"));
    gap.within = names.join(", ");
    if more > 0 {
        gap.within.push_str(&format!(" and {more} more"));
    }
    Some(gap)
}

/// `XY sub mH mI mW hH hI [score] path`.
fn tracked(record: &[u8], from: Option<&[u8]>) -> Result<Change, GitError> {
    let mut fields = Fields(record);
    let xy = fields.next()?;
    let _submodule = fields.next()?;
    let (head, index, worktree) = (fields.mode()?, fields.mode()?, fields.mode()?);
    let (head_oid, index_oid) = (fields.oid()?, fields.oid()?);
    if from.is_some() {
        let _score = fields.next()?;
    }
    let &[x, y] = xy else { return Err(GitError::Malformed) };
    let what = What::Tracked {
        staged: edit(x),
        unstaged: edit(y),
        head: blob(head, head_oid),
        index: blob(index, index_oid),
        worktree,
    };
    Ok(Change { path: fields.0.to_vec(), from: from.map(<[u8]>::to_vec), what })
}

/// `XY sub m1 m2 m3 mW h1 h2 h3 path`.
fn unmerged(record: &[u8]) -> Result<Change, GitError> {
    let mut fields = Fields(record);
    let what = match fields.next()? {
        b"DD" => ConflictKind::BothDeleted,
        b"AU" => ConflictKind::AddedByUs,
        b"UD" => ConflictKind::DeletedByThem,
        b"UA" => ConflictKind::AddedByThem,
        b"DU" => ConflictKind::DeletedByUs,
        b"AA" => ConflictKind::BothAdded,
        b"UU" => ConflictKind::BothModified,
        _ => return Err(GitError::Malformed),
    };
    let _submodule = fields.next()?;
    let modes = [fields.mode()?, fields.mode()?, fields.mode()?];
    let worktree = fields.mode()?;
    let mut stage = |mode| Ok::<_, GitError>(blob(mode, fields.oid()?));
    let (base, ours, theirs) = (stage(modes[0])?, stage(modes[1])?, stage(modes[2])?);
    let what = What::Unmerged { what, base, ours, theirs, worktree };
    Ok(Change { path: fields.0.to_vec(), from: None, what })
}

/// What a letter of git's stands for.
pub fn edit(letter: u8) -> Option<EditKind> {
    Some(match letter {
        b'M' => EditKind::Modified,
        b'T' => EditKind::Retyped,
        b'A' => EditKind::Added,
        b'D' => EditKind::Deleted,
        b'R' => EditKind::Renamed,
        b'C' => EditKind::Copied,
        _ => return None,
    })
}

/// Nothing where there is no file.
pub fn blob(mode: u32, oid: String) -> Option<Blob> {
    (mode != 0).then_some(Blob { mode, oid })
}

/// Fields with a blank after each.
pub struct Fields<'a>(
    /// Whatever is left.
    pub &'a [u8],
);

impl<'a> Fields<'a> {
    /// The next.
    ///
    /// # Errors
    /// If there is none.
    #[expect(clippy::should_implement_trait, reason = "it fails where an iterator ends")]
    pub fn next(&mut self) -> Result<&'a [u8], GitError> {
        let end = self.0.iter().position(|byte| *byte == b' ').ok_or(GitError::Malformed)?;
        let field = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Ok(field)
    }

    /// The next, as a file's mode.
    ///
    /// # Errors
    /// If there is none.
    pub fn mode(&mut self) -> Result<u32, GitError> {
        let text = std::str::from_utf8(self.next()?).map_err(|_| GitError::Malformed)?;
        u32::from_str_radix(text, 8).map_err(|_| GitError::Malformed)
    }

    /// The next, as an object's name.
    ///
    /// # Errors
    /// If there is none.
    pub fn oid(&mut self) -> Result<String, GitError> {
        let field = self.next()?;
        let fits = matches!(field.len(), 40 | 64) && field.iter().all(u8::is_ascii_hexdigit);
        if fits { Ok(String::from_utf8_lossy(field).into_owned()) } else { Err(GitError::Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OID: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn headers_and_every_kind_of_record_are_read() {
        let text = format!(
            "# branch.oid {OID}\0# branch.head main\0# branch.upstream origin/main\0# branch.ab +2 -13\0# stash 3\0\
             1 .M N... 100644 100644 100755 {OID} {OID} a b\nc\0\
             2 R. N... 100644 100644 100644 {OID} {OID} R100 new\0old\0\
             1 AM S..U 000000 160000 160000 {zero} {OID} sub\0\
             u UD N... 100644 100644 000000 100644 {OID} {OID} {zero} both\0\
             ? un known\0! ignored\0",
            zero = "0".repeat(40)
        );
        let status = Status::parse(text.as_bytes()).unwrap();
        assert_eq!((status.commit.as_deref(), status.branch.as_deref()), (Some(OID), Some("main")));
        assert_eq!(status.ahead_behind, Some((2, 13)));
        let counts = [status.staged, status.unstaged, status.untracked, status.conflicted, status.stashes];
        assert_eq!(counts, [2, 2, 1, 1, 3]);
        let paths: Vec<_> =
            status.changes.iter().map(|change| String::from_utf8_lossy(&change.path)).collect();
        assert_eq!(paths, ["a b\nc", "new", "sub", "both", "un known"]);
        assert_eq!(status.changes[1].from.as_deref(), Some(&b"old"[..]));
        let What::Tracked { head, index, .. } = &status.changes[2].what else { panic!("it is tracked") };
        assert_eq!((head, index.as_ref().map(|blob| blob.mode)), (&None, Some(SUBMODULE)));
        let What::Unmerged { what, theirs, .. } = &status.changes[3].what else { panic!("it is unmerged") };
        assert_eq!((what, theirs), (&ConflictKind::DeletedByThem, &None));
    }

    #[test]
    fn a_first_commit_to_come_and_a_detached_head_are_none() {
        let status = Status::parse(b"# branch.oid (initial)\0# branch.head (detached)\0").unwrap();
        assert_eq!((status.commit, status.branch, status.ahead_behind), (None, None, None));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for text in
            ["1 .M N...\0", "1 .M N... 100644 100644 9 x y z\0", "2 R. N... 1 1 1\0", "u XX N...\0", "1\0"]
        {
            assert!(matches!(Status::parse(text.as_bytes()), Err(GitError::Malformed)), "{text}");
        }
    }

    #[test]
    fn more_changes_than_are_kept_are_counted() {
        let text = format!("1 .M N... 100644 100644 100644 {OID} {OID} x\0").repeat(MAX_CHANGES + 7);
        let status = Status::parse(text.as_bytes()).unwrap();
        assert_eq!((status.changes.len(), status.left_out()), (MAX_CHANGES, 7));
        assert_eq!((status.unstaged as usize, status.is_complete()), (MAX_CHANGES + 7, false));
    }

    #[test]
    fn what_is_in_conflict_or_staged_is_kept_before_anything_else() {
        let changed = format!("1 .M N... 100644 100644 100644 {OID} {OID} x\0").repeat(MAX_CHANGES);
        let staged = format!("1 M. N... 100644 100644 100644 {OID} {OID} staged\0").repeat(2);
        let conflict = format!("u UU N... 100644 100644 100644 100644 {OID} {OID} {OID} both\0");
        let status = Status::parse(format!("? new\0{changed}{staged}{conflict}").as_bytes()).unwrap();
        assert_eq!((status.changes.len(), status.left_out()), (MAX_CHANGES, 4));
        let kept = |rank| status.changes.iter().filter(|change| change.what.rank() == rank).count();
        assert_eq!([0, 1, 2, 3].map(kept), [1, 2, MAX_CHANGES - 3, 0]);
    }

    #[test]
    fn a_folder_that_cannot_be_opened_is_said() {
        let complaint = "warning: could not open directory 'db/data/': Permission denied\nwarning: other\n";
        let gap = unopened(complaint).unwrap();
        assert_eq!(
            (gap.part, gap.within.as_str(), gap.why.as_str()),
            (Part::Untracked, "db/data", "permission denied")
        );
        assert_eq!(unopened("warning: LF will be replaced"), None);
    }

    #[test]
    fn a_folder_full_of_unknown_files_hides_no_other() {
        let built: String = (0..MAX_UNNAMED / 2).map(|nth| format!("? built/{nth}\0")).collect();
        let status = Status::parse(format!("{built}? mine\0").as_bytes()).unwrap();
        assert_eq!(status.changes.len(), MAX_NAMED_IN_FOLDER + 1);
        assert_eq!(status.changes.last().unwrap().path, b"mine");
        assert_eq!(status.untracked, status.left_out() + MAX_NAMED_IN_FOLDER as u32 + 1);
        assert!(status.is_complete(), "it is known which they are");

        let many: String = (0..MAX_UNNAMED + MAX_NAMED + 7).map(|nth| format!("? {nth}/file\0")).collect();
        let status = Status::parse(many.as_bytes()).unwrap();
        assert_eq!((status.changes.len(), status.beyond), (MAX_NAMED, 7));
    }
}
