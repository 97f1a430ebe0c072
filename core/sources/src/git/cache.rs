//! What is known of files and blobs from one look to the next, so that a look costs what changed.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
};

use jumpseat_git::{
    Gap, Git, GitError, Part, Status,
    status::{Blob, SUBMODULE, What},
    worktree::native,
};

use super::{clean::ATTRIBUTES, head::BranchChange, worktree::FileStamp};

/// Most files whose changed lines are counted at once: more is no edit that anyone reads.
const MAX_COUNTED: usize = 500;

/// Most bytes of paths in one command line.
const MAX_ARGUMENTS: usize = 100 * 1024;

/// What is read of one answer, in bytes.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Most runs for the sizes of one look.
const MAX_SIZE_RUNS: usize = 64;

/// What is known of one repository's files and blobs.
#[derive(Clone, Default, Debug)]
pub(super) struct Memory {
    looks: HashMap<Vec<u8>, FileStamp>,
    /// By what files are converted before they are compared.
    rules: HashMap<Vec<u8>, String>,
    /// Nothing of those that git's store does not give.
    sizes: HashMap<String, Option<u64>>,
    staged: HashMap<Pair, Lines>,
    unstaged: HashMap<Pair, Lines>,
    /// What of all this could not be read.
    pub(super) gaps: Vec<Gap>,
}

/// Names of the two contents that are compared.
type Pair = (String, String);

/// How two contents differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lines {
    Counted { added: u32, removed: u32 },
    Binary,
}

impl Memory {
    pub(super) fn look(&self, path: &[u8]) -> Option<&FileStamp> {
        self.looks.get(path)
    }

    /// A blob's size in bytes; nothing of one that cannot be read.
    pub(super) fn size(&self, oid: &str) -> Option<u64> {
        self.sizes.get(oid).copied().flatten()
    }

    pub(super) fn staged_lines(&self, head: Option<&Blob>, index: Option<&Blob>) -> Option<Lines> {
        self.staged.get(&pair(oid(head), oid(index))).copied()
    }

    pub(super) fn unstaged_lines(&self, index: Option<&Blob>, path: &[u8]) -> Option<Lines> {
        self.unstaged.get(&pair(oid(index), self.look_id(path))).copied()
    }

    fn look_id(&self, path: &[u8]) -> &str {
        self.looks.get(path).map_or("", |look| &look.id)
    }

    /// Brings all of it to a status and what a branch changed; what these do not speak of is forgotten. What was not
    /// there is looked for again if anything may be other than before.
    pub(super) async fn renew(
        &mut self,
        git: &Git,
        status: &Status,
        branch: &[BranchChange],
        anything: bool,
    ) {
        if anything {
            self.sizes.retain(|_, size| size.is_some());
        }
        self.renew_rules(git, status, anything).await;
        self.renew_looks(git.folder().to_owned(), status).await;
        self.gaps.clear();
        if let Err(fault) = self.renew_sizes(git, status, branch).await {
            self.gaps.push(Gap::new(Part::Contents, &fault));
        }
        // Lines that are not counted are not told.
        if let Err(fault) = self.renew_lines(git, status).await {
            tracing::debug!(%fault, "git panel");
        }
    }

    /// Asks by what the files are converted that git compares; what is known of the others is forgotten.
    async fn renew_rules(&mut self, git: &Git, status: &Status, anything: bool) {
        let compared = |what: &What| match what {
            What::Tracked { unstaged, worktree, .. } => {
                unstaged.is_some() && !matches!(*worktree, 0 | SUBMODULE)
            }
            What::Unmerged { worktree, .. } => !matches!(*worktree, 0 | SUBMODULE),
            What::Untracked => false,
        };
        let changes = status.changes.iter().filter(|change| compared(&change.what));
        let known = if anything { HashMap::new() } else { std::mem::take(&mut self.rules) };
        let mut unknown: Vec<&[u8]> = Vec::new();
        self.rules.clear();
        for change in changes {
            match known.get(&change.path) {
                Some(rules) => _ = self.rules.insert(change.path.clone(), rules.clone()),
                None => unknown.push(&change.path),
            }
        }
        if unknown.is_empty() {
            return;
        }
        let args = ["check-attr", "--stdin", "-z"].into_iter().chain(ATTRIBUTES);
        let said = git.run_with(args, Some(unknown.join(&0)), MAX_ANSWER).await;
        // Where nobody knows, git tells once a content is asked for.
        let base = if git.autocrlf || said.is_err() { "auto" } else { "" };
        self.rules.extend(unknown.into_iter().map(|path| (path.to_vec(), base.to_owned())));
        let said = said.unwrap_or_default();
        let mut fields = said.split(|byte| *byte == 0);
        while let (Some(path), Some(name), Some(value)) = (fields.next(), fields.next(), fields.next()) {
            if value != b"unspecified"
                && let Some(rules) = self.rules.get_mut(path)
            {
                *rules += &format!(" {}={}", String::from_utf8_lossy(name), String::from_utf8_lossy(value));
            }
        }
    }

    async fn renew_looks(&mut self, root: PathBuf, status: &Status) {
        let wanted: Vec<(Vec<u8>, String)> = status
            .changes
            .iter()
            .filter(|change| change.what == What::Untracked || self.rules.contains_key(&change.path))
            .map(|change| {
                let rules = if change.what == What::Untracked { None } else { self.rules.get(&change.path) };
                (change.path.clone(), rules.cloned().unwrap_or_default())
            })
            .collect();
        let known = std::mem::take(&mut self.looks);
        let looked = tokio::task::spawn_blocking(move || {
            let look = |(path, rules): (Vec<u8>, String)| {
                FileStamp::at(&root, &path, known.get(&path), &rules).map(|look| (path, look))
            };
            wanted.into_iter().filter_map(look).collect()
        });
        self.looks = looked.await.unwrap_or_default();
    }

    async fn renew_sizes(
        &mut self,
        git: &Git,
        status: &Status,
        branch: &[BranchChange],
    ) -> Result<(), GitError> {
        let unknown = self.unknown_sizes(status, branch);
        if unknown.is_empty() {
            return Ok(());
        }
        // One that is damaged may end the run: then each half is asked for by itself.
        let (mut parts, mut left) = (vec![unknown], MAX_SIZE_RUNS);
        while let Some(mut part) = parts.pop() {
            left = left.checked_sub(1).ok_or(GitError::TooMuch)?;
            let input = part.join("\n") + "\n";
            let said =
                git.run_with(["cat-file", "--batch-check"], Some(input.into_bytes()), MAX_ANSWER).await;
            match said {
                Ok(said) => {
                    let mut sizes: HashMap<String, u64> = HashMap::new();
                    for line in String::from_utf8_lossy(&said).lines() {
                        let mut fields = line.split(' ');
                        if let (Some(oid), Some("blob"), Some(size)) =
                            (fields.next(), fields.next(), fields.next())
                            && let Ok(size) = size.parse()
                        {
                            sizes.insert(oid.to_owned(), size);
                        }
                    }
                    self.sizes.extend(part.into_iter().map(|oid| {
                        let size = sizes.remove(&oid);
                        (oid, size)
                    }));
                }
                Err(fault @ (GitError::NotInstalled | GitError::TimedOut)) => {
                    return Err(fault);
                }
                Err(_) if part.len() == 1 => self.sizes.extend(part.into_iter().map(|oid| (oid, None))),
                Err(_) => {
                    let half = part.split_off(part.len() / 2);
                    parts.extend([half, part]);
                }
            }
        }
        Ok(())
    }

    /// Blobs of unknown size; what is known of others is forgotten.
    fn unknown_sizes(&mut self, status: &Status, branch: &[BranchChange]) -> Vec<String> {
        let of_branch = branch.iter().flat_map(|change| change.base.iter().chain(&change.head));
        let wanted: HashSet<&str> = blobs(status)
            .chain(of_branch)
            .filter(|blob| blob.mode != SUBMODULE)
            .map(|blob| blob.oid.as_str())
            .collect();
        self.sizes.retain(|oid, _| wanted.contains(oid.as_str()));
        let unknown = wanted.into_iter().filter(|oid| !self.sizes.contains_key(*oid));
        unknown.map(str::to_owned).collect()
    }

    async fn renew_lines(&mut self, git: &Git, status: &Status) -> Result<(), GitError> {
        let (staged, unstaged) = self.uncounted(status);
        const SHARED: [&str; 5] =
            ["--numstat", "-z", "--no-ext-diff", "--no-textconv", "--ignore-submodules"];
        if let Some(commit) = &status.commit {
            let index = [
                &["--literal-pathspecs", "diff-index", "--cached", "--find-renames"],
                &SHARED[..],
                &[commit],
            ]
            .concat();
            self.staged.extend(count(git, &index, staged).await?);
        }
        let files = [&["--literal-pathspecs", "diff-files", "--no-renames"], &SHARED[..]].concat();
        self.unstaged.extend(count(git, &files, unstaged).await?);
        Ok(())
    }

    /// Files whose changed lines are not counted yet, staged and not; what is known of others is forgotten.
    fn uncounted(&mut self, status: &Status) -> (Vec<Uncounted>, Vec<Uncounted>) {
        let (mut known_staged, mut known) = (HashMap::new(), HashMap::new());
        let (mut staged, mut unstaged) = (Vec::new(), Vec::new());
        for change in &status.changes {
            let What::Tracked { staged: is_staged, unstaged: is_unstaged, head, index, .. } = &change.what
            else {
                continue;
            };
            if [head, index].into_iter().flatten().any(|blob| blob.mode == SUBMODULE) {
                continue;
            }
            let here = |blob: &Option<Blob>| blob.as_ref().is_none_or(|blob| self.size(&blob.oid).is_some());
            // git counts all or nothing: what is missing must not take the others away.
            let (head_here, index_here) = (here(head), here(index));
            if is_staged.is_some() && head_here && index_here {
                let pair = pair(oid(head.as_ref()), oid(index.as_ref()));
                match self.staged.remove(&pair) {
                    Some(lines) => _ = known_staged.insert(pair, lines),
                    None => {
                        staged.push(Uncounted { path: change.path.clone(), from: change.from.clone(), pair })
                    }
                }
            }
            if is_unstaged.is_some() && index_here {
                let pair = pair(oid(index.as_ref()), self.look_id(&change.path));
                match self.unstaged.remove(&pair) {
                    Some(lines) => _ = known.insert(pair, lines),
                    None => unstaged.push(Uncounted { path: change.path.clone(), from: None, pair }),
                }
            }
        }
        (self.staged, self.unstaged) = (known_staged, known);
        (staged, unstaged)
    }
}

/// A file whose changed lines are to be counted.
struct Uncounted {
    path: Vec<u8>,
    from: Option<Vec<u8>>,
    pair: Pair,
}

/// Every blob that a status names.
fn blobs(status: &Status) -> impl Iterator<Item = &Blob> {
    status.changes.iter().flat_map(|change| {
        let blobs = match &change.what {
            What::Tracked { head, index, .. } => [head.as_ref(), index.as_ref(), None],
            What::Unmerged { base, ours, theirs, .. } => [base.as_ref(), ours.as_ref(), theirs.as_ref()],
            What::Untracked => [None; 3],
        };
        blobs.into_iter().flatten()
    })
}

/// Has git count the lines of some files' changes: all at once, or none of too many.
async fn count(git: &Git, args: &[&str], wanted: Vec<Uncounted>) -> Result<Vec<(Pair, Lines)>, GitError> {
    let paths: Vec<&[u8]> =
        wanted.iter().flat_map(|file| [Some(file.path.as_slice()), file.from.as_deref()]).flatten().collect();
    let length: usize = paths.iter().map(|path| path.len() + 1).sum();
    if wanted.is_empty() || wanted.len() > MAX_COUNTED || length > MAX_ARGUMENTS {
        return Ok(Vec::new());
    }
    let mut all: Vec<PathBuf> = args.iter().map(PathBuf::from).collect();
    all.push("--".into());
    all.extend(paths.into_iter().map(native));
    let said = git.run(all, MAX_ANSWER).await?;
    let known: HashMap<&[u8], Lines> = parse_numstat(&said)?.into_iter().collect();
    let counted = |file: Uncounted| Some((file.pair, *known.get(file.path.as_slice())?));
    Ok(wanted.into_iter().filter_map(counted).collect())
}

/// `ADDED TAB REMOVED TAB path NUL`, or for what was moved `ADDED TAB REMOVED TAB NUL from NUL path NUL`.
fn parse_numstat(said: &[u8]) -> Result<Vec<(&[u8], Lines)>, GitError> {
    let mut counted = Vec::new();
    let mut records = said.split(|byte| *byte == 0);
    while let Some(record) = records.next().filter(|record| !record.is_empty()) {
        let mut fields = record.splitn(3, |byte| *byte == b'\t');
        let (Some(added), Some(removed), Some(path)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(GitError::Malformed);
        };
        let path = if path.is_empty() { records.nth(1).ok_or(GitError::Malformed)? } else { path };
        let number = |field: &[u8]| std::str::from_utf8(field).ok()?.parse().ok();
        let lines = match (number(added), number(removed)) {
            (Some(added), Some(removed)) => Lines::Counted { added, removed },
            _ => Lines::Binary,
        };
        counted.push((path, lines));
    }
    Ok(counted)
}

fn oid(blob: Option<&Blob>) -> &str {
    blob.map_or("", |blob| &blob.oid)
}

fn pair(before: &str, after: &str) -> Pair {
    (before.to_owned(), after.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_lines_are_read() {
        let said = b"3\t1\ta b\0-\t-\tpicture\x000\t2\t\0old\0new\0";
        let expected: Vec<(&[u8], Lines)> = vec![
            (b"a b", Lines::Counted { added: 3, removed: 1 }),
            (b"picture", Lines::Binary),
            (b"new", Lines::Counted { added: 0, removed: 2 }),
        ];
        assert_eq!(parse_numstat(said).unwrap(), expected);
        assert!(parse_numstat(b"3\t1\0").is_err());
        assert!(parse_numstat(b"1\t1\t\0only").is_err());
        assert!(parse_numstat(b"").unwrap().is_empty());
    }
}
