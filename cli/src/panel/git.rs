//! The git panel: where the repositories stand, and which files differ.

use std::collections::BTreeMap;

use jumpseat_engine::api::panels::{
    BranchFile, Commit, ConflictKind, Edit, EditKind, Entries, Entry, File, OperationKind, Repository,
    TreeKind,
};
use jumpseat_panels::text;
use ratatui::style::Style;

use super::{
    Around, Opens, Row, Rows, Words, counted,
    diff_request::{DiffRequest, Part},
    style, unread,
    words::ago,
};

/// Commits that a page shows of a branch.
const MAX_COMMITS: usize = 20;

pub(super) fn rows(entries: &Entries, around: Around<'_>, rows: &mut Rows) {
    let repositories: Vec<&Repository> = entries
        .values()
        .filter_map(|entry| if let Entry::Repository(it) = entry { Some(it) } else { None })
        .collect();
    let several = repositories.len() > 1;
    for (nth, repository) in repositories.into_iter().enumerate() {
        if nth > 0 {
            rows.push(Words::new());
        }
        rows.push(head(repository, several));
        if let Some(fault) = &repository.fault {
            rows.push(Words::new().plain("  ").ink(fault, style::BAD));
        }
        let unread = unread::rows(entries, Some(repository.number), around.host);
        let whole = repository.fault.is_none() && unread.is_empty();
        rows.extend(unread);
        if rows.full() {
            return;
        }
        files(entries, repository.number, rows);
        branch(entries, repository, around.now, rows);
        if repository.left_out > 0 {
            let text = format!("  {} not listed: they are too many", counted(left(repository), "more file"));
            rows.push(Words::new().dim(&text));
        }
        if changed(repository) == 0 && whole {
            rows.push(Words::new().dim("  Working tree clean"));
        }
    }
}

pub(super) fn gist(entries: &Entries) -> Option<String> {
    let mut all =
        entries.values().filter_map(|entry| if let Entry::Repository(it) = entry { Some(it) } else { None });
    let first = all.next()?;
    let others = all.clone().count();
    // A file may be staged in part, and is one file.
    let listed = entries.values().filter(|entry| matches!(entry, Entry::File(_))).count();
    let files = listed + left(first) + all.map(left).sum::<usize>();
    let place = match others {
        0 => format!("on {}", branch_name(first)),
        others => format!("in {} repositories", others + 1),
    };
    if first.fault.is_some() && others == 0 {
        return Some("the repository could not be read".to_owned());
    }
    let files = if files == 0 { "no changes".to_owned() } else { counted(files, "changed file") };
    Some(format!("{files} {place}"))
}

/// How many changes there are.
fn changed(repository: &Repository) -> usize {
    let Repository { staged, unstaged, untracked, conflicted, .. } = repository;
    [staged, unstaged, untracked, conflicted].into_iter().map(|count| *count as usize).sum()
}

fn left(repository: &Repository) -> usize {
    repository.left_out as usize
}

fn branch_name(repository: &Repository) -> String {
    match (&repository.branch, &repository.commit) {
        (Some(branch), _) => branch.clone(),
        (None, Some(commit)) => format!("no branch, at {}", short(commit)),
        // Before the first commit there is a branch, too.
        (None, None) => "branch unknown".to_owned(),
    }
}

fn head(repository: &Repository, several: bool) -> Words {
    let Repository { name, path, tree, branch, commit, upstream, base, operation, stashes, .. } = repository;
    let mut words = Words::new();
    if several {
        let place = if path.is_empty() { name } else { path };
        words = words.bold(place).plain("  ");
        words = match tree {
            TreeKind::Linked => words.dim("worktree  "),
            TreeKind::Submodule => words.dim("submodule  "),
            TreeKind::Main => words,
        };
    }
    if repository.fault.is_some() && branch.is_none() && commit.is_none() {
        return if several { words } else { words.bold(name) };
    }
    words = words.ink(&branch_name(repository), style::PLACE);
    if let Some(upstream) = upstream {
        let name = &upstream.name;
        words = words.dim(&match (upstream.gone, upstream.ahead, upstream.behind) {
            (true, ..) => format!(" · {name} is gone"),
            (_, 0, 0) => format!(" · as {name}"),
            (_, ahead, 0) => format!(" · {ahead} ahead of {name}"),
            (_, 0, behind) => format!(" · {behind} behind {name}"),
            (_, ahead, behind) => format!(" · {ahead} ahead of {name}, {behind} behind"),
        });
    }
    if let Some(base) = base {
        words = words.dim(&format!(" · {} since {}", counted(base.ahead as usize, "commit"), base.name));
    }
    if let Some(operation) = operation {
        let what = match operation.what {
            OperationKind::Merge => "merging",
            OperationKind::Rebase => "rebasing",
            OperationKind::Apply => "applying patches",
            OperationKind::CherryPick => "cherry-picking",
            OperationKind::Revert => "reverting",
            OperationKind::Bisect => "bisecting",
            _ => "busy",
        };
        let mut text = format!(" · {what}");
        if let Some(branch) = &operation.branch {
            text.push_str(&format!(" {branch}"));
        }
        if let (Some(step), Some(steps)) = (operation.step, operation.steps) {
            text.push_str(&format!(", step {step} of {steps}"));
        }
        words = words.ink(&text, style::WARN);
    }
    if *stashes > 0 {
        words = words.dim(&format!(" · {} stashed", stashes));
    }
    words
}

fn files(entries: &Entries, repository: u32, rows: &mut Rows) {
    let files: Vec<&File> = entries
        .values()
        .filter_map(|entry| if let Entry::File(file) = entry { Some(file) } else { None })
        .filter(|file| file.repository == repository)
        .collect();
    for (part, title) in [
        (Part::Conflict, "In conflict"),
        (Part::Staged, "Staged"),
        (Part::Unstaged, "Changed"),
        (Part::Untracked, "Untracked"),
    ] {
        let mut found = files.iter().filter(|file| has(file, part)).peekable();
        if found.peek().is_some() {
            rows.push(Words::new().bold(title));
        }
        rows.extend(found.map(|file| file_row(file, part)));
    }
}

fn has(file: &File, part: Part) -> bool {
    match part {
        Part::Conflict => file.conflict.is_some(),
        Part::Staged => file.staged.is_some(),
        Part::Unstaged => file.unstaged.is_some(),
        Part::Untracked => file.untracked,
        Part::Branch => false,
    }
}

fn file_row(file: &File, part: Part) -> Row {
    let edit = match part {
        Part::Staged => file.staged,
        Part::Unstaged => file.unstaged,
        _ => None,
    };
    let (letter, ink) = match part {
        Part::Conflict => ('!', style::BAD),
        Part::Untracked => ('?', style::BAD),
        _ => edit.map_or((' ', Style::new()), |edit| letter(edit.what)),
    };
    let from = file.from.as_deref().filter(|_| edit.is_some_and(|edit| edit.what == EditKind::Renamed));
    let mut words = path_words(letter, ink, from, &file.path, edit);
    if let Some(conflict) = &file.conflict {
        words = words.dim(&format!("  {}", conflict_words(conflict.what)));
    }
    Row::opening(words, Some(Opens::Diffs(vec![wanted(file, part)])))
}

fn path_words(letter: char, ink: Style, from: Option<&str>, path: &str, edit: Option<Edit>) -> Words {
    let mut words = Words::new().ink(&format!("  {letter}  "), ink);
    if let Some(from) = from {
        words = words.dim(from).dim(" → ");
    }
    words = words.plain(path);
    if let Some(Edit { added: Some(added), removed: Some(removed), .. }) = edit {
        words = words.ink(&format!("  +{added}"), style::GOOD).ink(&format!(" −{removed}"), style::BAD);
    }
    words
}

fn letter(edit: EditKind) -> (char, Style) {
    match edit {
        EditKind::Added => ('A', style::GOOD),
        EditKind::Modified => ('M', style::WARN),
        EditKind::Deleted => ('D', style::BAD),
        EditKind::Renamed => ('R', style::PLACE),
        EditKind::Copied => ('C', style::PLACE),
        EditKind::Retyped => ('T', style::WARN),
    }
}

fn conflict_words(what: ConflictKind) -> &'static str {
    match what {
        ConflictKind::BothDeleted => "both deleted it",
        ConflictKind::AddedByUs => "added here",
        ConflictKind::DeletedByThem => "changed here, deleted there",
        ConflictKind::AddedByThem => "added there",
        ConflictKind::DeletedByUs => "deleted here, changed there",
        ConflictKind::BothAdded => "both added it",
        ConflictKind::BothModified => "both changed it",
    }
}

fn wanted(file: &File, part: Part) -> DiffRequest {
    let conflict = file.conflict.as_ref();
    let (before, after) = match part {
        Part::Staged => (&file.base, &file.index),
        Part::Untracked => (&None, &file.worktree),
        Part::Conflict => (conflict.map_or(&None, |conflict| &conflict.ours), &file.worktree),
        _ => (&file.index, &file.worktree),
    };
    DiffRequest {
        path: file.path.clone(),
        from: file.from.clone().filter(|_| part == Part::Staged),
        part,
        before: before.clone(),
        after: after.clone(),
    }
}

fn branch(entries: &Entries, repository: &Repository, now: u64, rows: &mut Rows) {
    let mine = |of: u32| of == repository.number;
    let files: Vec<&BranchFile> = entries
        .values()
        .filter_map(|entry| if let Entry::BranchFile(file) = entry { Some(file) } else { None })
        .filter(|file| mine(file.repository))
        .collect();
    if let (Some(base), false) = (&repository.base, files.is_empty()) {
        rows.push(Words::new().bold("Since ").bold(&base.name));
        rows.extend(files.into_iter().map(|file| {
            let (letter, ink) = letter(file.edit.what);
            let words = path_words(letter, ink, file.from.as_deref(), &file.path, Some(file.edit));
            Row::opening(words, Some(Opens::Diffs(vec![branch_wanted(file)])))
        }));
        if repository.branch_left_out > 0 {
            let more = counted(repository.branch_left_out as usize, "more file");
            rows.push(Words::new().dim(&format!("  {more} not listed: they are too many")));
        }
    }
    let mut commits: Vec<&Commit> = entries
        .values()
        .filter_map(|entry| if let Entry::Commit(commit) = entry { Some(commit) } else { None })
        .filter(|commit| mine(commit.repository))
        .collect();
    commits.sort_by_key(|commit| std::cmp::Reverse(commit.at));
    if !commits.is_empty() {
        rows.push(Words::new().bold("Commits"));
    }
    for commit in commits.iter().take(MAX_COMMITS) {
        let words =
            Words::new().ink(&format!("  {}  ", short(&commit.name)), style::WARN).plain(&commit.subject);
        let mut words = words.dim(&format!("  {}, {}", commit.author, ago(now, commit.at)));
        if !commit.pushed {
            words = words.dim(", not pushed");
        }
        rows.push(words);
    }
    // Of a branch with a base it is known how many there are.
    let all = repository.base.as_ref().map_or(0, |base| base.ahead as usize).max(commits.len());
    if let Some(more) = all.checked_sub(MAX_COMMITS).filter(|more| *more > 0 && !commits.is_empty()) {
        rows.push(Words::new().dim(&format!("  {more} more")));
    }
}

fn branch_wanted(file: &BranchFile) -> DiffRequest {
    DiffRequest {
        path: file.path.clone(),
        from: file.from.clone(),
        part: Part::Branch,
        before: file.base.clone(),
        after: file.head.clone(),
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(7).collect()
}

/// Every change of what is at a path from the workspace on: a file, or all below a folder; `.` is everything. What is
/// staged and not, before what the branch did. A path is typed as it is shown, as it is, or quoted as git does.
pub(crate) fn find(entries: &Entries, path: &str) -> Vec<DiffRequest> {
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
                let parts = [Part::Conflict, Part::Staged, Part::Unstaged, Part::Untracked];
                let parts = parts.into_iter().filter(|part| has(file, *part));
                found.extend(parts.map(|part| DiffRequest { path: at(&file.path), ..wanted(file, part) }));
            }
        }
    }
    if found.is_empty() {
        for entry in entries.values() {
            if let Entry::BranchFile(file) = entry {
                let path = tops.path(file.repository, &file.path);
                if fits(&path) {
                    found.push(DiffRequest { path, ..branch_wanted(file) });
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
