//! The changes: where the repositories stand, which files differ, and what their branches hold.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    Context, Icon, Row, RowKind, Span, Target, Tone,
    files::{Change, FileAt, Listed, Part, VersionName, conflict_word, edit_icon, edit_word, refusal},
    words::{commit, counted},
};
use crate::{BranchFile, Commit, Edit, Entries, Entry, File, OperationKind, Repository, TreeKind};

/// What belongs to one repository.
#[derive(Default)]
struct Held<'a> {
    files: Vec<&'a File>,
    branch: Vec<&'a BranchFile>,
    commits: Vec<&'a Commit>,
}

/// `unread` is what could not be read of each repository.
pub(super) fn rows(
    entries: &Entries,
    mut unread: BTreeMap<Option<u32>, Vec<Row>>,
    context: &Context<'_>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut held: BTreeMap<u32, Held<'_>> = BTreeMap::new();
    for entry in entries.values() {
        match entry {
            Entry::File(file) => held.entry(file.repository).or_default().files.push(file),
            Entry::BranchFile(file) => held.entry(file.repository).or_default().branch.push(file),
            Entry::Commit(commit) => held.entry(commit.repository).or_default().commits.push(commit),
            _ => {}
        }
    }
    let mut all: Vec<&Repository> = repositories(entries).collect();
    all.sort_by_key(|repository| repository.number);
    let several = all.len() > 1;
    for repository in all {
        let mut below = unread.remove(&Some(repository.number)).unwrap_or_default();
        let whole = below.is_empty() && repository.fault.is_none();
        if whole && changes(repository) == 0 {
            let clean = Row::new(format!("clean {}", repository.number));
            below.push(clean.icon(Icon::Clean, Tone::Good).says("Working tree clean", Tone::Dim));
        }
        below.extend(groups(repository, &held.remove(&repository.number).unwrap_or_default(), context));
        let head = head(repository, several);
        if several {
            rows.push(Row { rows: below, ..head });
        } else {
            rows.push(head);
            rows.extend(below);
        }
    }
    rows
}

pub(super) fn summary(entries: &Entries) -> Option<String> {
    let mut all = repositories(entries);
    let first = all.next()?;
    let others = all.clone().count();
    if first.fault.is_some() && others == 0 {
        return Some("the repository could not be read".to_owned());
    }
    // A file may be staged in part, and is one file.
    let listed = entries.values().filter(|entry| matches!(entry, Entry::File(_))).count();
    let left = |repository: &Repository| repository.left_out as usize;
    let files = listed + left(first) + all.map(left).sum::<usize>();
    let place = match others {
        0 => format!("on {}", branch_name(first)),
        others => format!("in {} repositories", others + 1),
    };
    let files = if files == 0 { "no changes".to_owned() } else { counted(files, "changed file") };
    Some(format!("{files} {place}"))
}

fn repositories(entries: &Entries) -> impl Iterator<Item = &Repository> + Clone {
    entries.values().filter_map(|entry| if let Entry::Repository(it) = entry { Some(it) } else { None })
}

/// How many changes there are.
fn changes(repository: &Repository) -> u64 {
    let Repository { staged, unstaged, untracked, conflicted, .. } = *repository;
    [staged, unstaged, untracked, conflicted].into_iter().map(u64::from).sum()
}

fn branch_name(repository: &Repository) -> String {
    match (&repository.branch, &repository.commit) {
        (Some(branch), _) => branch.clone(),
        (None, Some(name)) => format!("HEAD detached at {}", commit(name)),
        // Before the first commit there is a branch, too.
        (None, None) => "branch unknown".to_owned(),
    }
}

fn head(repository: &Repository, several: bool) -> Row {
    let Repository { name, path, tree, branch, commit, upstream, base, operation, stashes, fault, .. } =
        repository;
    let place = if several && !path.is_empty() { path } else { name };
    let icon = match (fault, tree) {
        (Some(_), _) => (Icon::Warning, Tone::Warning),
        (None, TreeKind::Submodule) => (Icon::Submodule, Tone::Plain),
        (None, _) => (Icon::Repository, Tone::Plain),
    };
    let mut row = Row::new(format!("repository {}", repository.number))
        .icon(icon.0, icon.1)
        .says(place, Tone::Strong)
        .hover(if path.is_empty() { "The workspace".to_owned() } else { format!("In {path}") });
    row = match tree {
        TreeKind::Main => row,
        TreeKind::Linked => row.says(" (worktree)", Tone::Dim),
        TreeKind::Submodule => row.says(" (submodule)", Tone::Dim),
    };
    if fault.is_none() || branch.is_some() || commit.is_some() {
        row = row.says(": ", Tone::Dim).says(branch_name(repository), Tone::Place);
    }
    if let Some(operation) = operation {
        let mut text = operation_word(operation.what).to_owned();
        if let Some(branch) = &operation.branch {
            text.push_str(&format!(" {branch}"));
        }
        if let (Some(step), Some(steps)) = (operation.step, operation.steps) {
            text.push_str(&format!(", step {step} of {steps}"));
        }
        row = row.toned(text, Tone::Warning);
    }
    if let Some(upstream) = upstream {
        let name = &upstream.name;
        row = row.part(match (upstream.gone, upstream.ahead, upstream.behind) {
            (true, ..) => format!("{name}: gone"),
            (_, 0, 0) => format!("{name}: up to date"),
            (_, ahead, 0) => format!("{name}: ahead {ahead}"),
            (_, 0, behind) => format!("{name}: behind {behind}"),
            (_, ahead, behind) => format!("{name}: ahead {ahead}, behind {behind}"),
        });
    }
    if let Some(base) = base.as_ref().filter(|base| base.ahead > 0) {
        row = row.part(format!("{} since {}", counted(base.ahead as usize, "commit"), base.name));
    }
    if *stashes > 0 {
        row = row.part(if *stashes == 1 { "1 stash".to_owned() } else { format!("{stashes} stashes") });
    }
    if let Some(fault) = fault {
        row = row.toned(fault, Tone::Bad);
    }
    row
}

fn operation_word(what: OperationKind) -> &'static str {
    match what {
        OperationKind::Merge => "merging",
        OperationKind::Rebase => "rebasing",
        OperationKind::Apply => "applying patches",
        OperationKind::CherryPick => "cherry-picking",
        OperationKind::Revert => "reverting",
        OperationKind::Bisect => "bisecting",
    }
}

fn groups(repository: &Repository, held: &Held<'_>, context: &Context<'_>) -> Vec<Row> {
    let number = repository.number;
    let group = |label: &str, rows: Vec<Row>| {
        let title = format!("{label} of {}", context.host);
        Row::group(format!("{number} {label}"), label, rows).map(|row| row.opens(Target::Changes { title }))
    };
    let part = |part: Part, label: &str| {
        let files = held.files.iter().filter(|file| part.is_in(file));
        group(label, files.map(|file| file_row(file, part, context.host)).collect())
    };
    let mut rows: Vec<Row> = [
        part(Part::Conflict, "Conflicts"),
        part(Part::Staged, "Staged Changes"),
        part(Part::Unstaged, "Changes"),
        part(Part::Untracked, "Untracked"),
    ]
    .into_iter()
    .flatten()
    .collect();
    rows.extend(more(
        format!("{number} left out"),
        counted(repository.left_out as usize, "more file"),
        repository.left_out,
    ));
    let label =
        repository.base.as_ref().map_or("Branch".to_owned(), |base| format!("Branch since {}", base.name));
    let branch = held.branch.iter().map(|file| branch_row(file, context.host)).collect();
    rows.extend(group(&label, branch).map(Row::collapsed));
    rows.extend(more(
        format!("{number} branch left out"),
        format!("{} of the branch", counted(repository.branch_left_out as usize, "more file")),
        repository.branch_left_out,
    ));
    let mut commits = held.commits.clone();
    commits.sort_by_key(|commit| Reverse(commit.at));
    let commits: Vec<Row> = commits.into_iter().map(commit_row).collect();
    // Of a branch with a base it is known how many there are.
    let listed = u32::try_from(commits.len()).unwrap_or(u32::MAX);
    let earlier = repository.base.as_ref().map_or(0, |base| base.ahead.saturating_sub(listed));
    let commits = Row::group(format!("{number} commits"), "Commits", commits);
    rows.extend(commits.map(Row::collapsed).map(|mut row| {
        let label = counted(earlier as usize, "earlier commit");
        row.rows.extend(more(format!("{number} earlier"), label, earlier));
        row
    }));
    rows
}

/// Entries that exist but are not listed.
fn more(id: String, label: String, count: u32) -> Option<Row> {
    (count > 0).then(|| Row::new(id).icon(Icon::More, Tone::Dim).says(label, Tone::Dim).part("not listed"))
}

fn file_row(file: &File, part: Part, host: &str) -> Row {
    let edit = match part {
        Part::Staged => file.staged,
        Part::Unstaged => file.unstaged,
        _ => None,
    };
    let (icon, word) = match (part, edit) {
        (Part::Conflict, _) => {
            let word = file.conflict.as_ref().map_or(part.word(), |conflict| conflict_word(conflict.what));
            ((Icon::Conflict, Tone::Bad), Some(word))
        }
        (_, Some(edit)) => (edit_icon(edit.what), Some(edit_word(edit.what))),
        _ => ((Icon::Untracked, Tone::Bad), None),
    };
    // What was moved is moved in the index.
    let from = file.from.as_deref().filter(|_| edit.is_some_and(is_moved));
    let told = Told { repository: file.repository, path: &file.path, from, part, icon, word, edit };
    told.row(Listed::File(file), host)
}

fn is_moved(edit: Edit) -> bool {
    matches!(edit.what, crate::EditKind::Renamed | crate::EditKind::Copied)
}

fn branch_row(file: &BranchFile, host: &str) -> Row {
    let BranchFile { repository, path, from, edit, .. } = file;
    let told = Told {
        repository: *repository,
        path,
        from: from.as_deref(),
        part: Part::Branch,
        icon: edit_icon(edit.what),
        word: Some(edit_word(edit.what)),
        edit: Some(*edit),
    };
    told.row(Listed::Branch(file), host)
}

/// The words for one change of a file.
struct Told<'a> {
    repository: u32,
    path: &'a str,
    from: Option<&'a str>,
    part: Part,
    icon: (Icon, Tone),
    word: Option<&'static str>,
    edit: Option<Edit>,
}

impl Told<'_> {
    fn row(self, file: Listed<'_>, host: &str) -> Row {
        let Self { repository, path, from, part, icon, word, edit } = self;
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (before, after) = file.sides(part);
        let why = [before, after].into_iter().find_map(|side| refusal(file.version(side)?));
        let mut row = Row::new(path).icon(icon.0, icon.1).kind(RowKind::File);
        row.path = Some(path.to_owned());
        let version = if after == VersionName::None { before } else { after };
        row.file = Some(FileAt { repository, path: path.to_owned(), version });
        if let Some(from) = from {
            row = row.part(format!("← {from}"));
        }
        if let Some(Edit { added: Some(added), removed: Some(removed), .. }) = edit {
            row = row.parts([
                Span::new(format!("+{added}"), Tone::Good),
                Span::new(format!(" −{removed}"), Tone::Bad),
            ]);
        }
        let state: Vec<&str> = std::iter::once(part.word()).chain(word).collect();
        let state = state.join(", ");
        if part == Part::Conflict {
            row = row.part(word.unwrap_or_default());
        }
        row = row.hover(path).hover(&state).hover(why.as_deref().unwrap_or_default());
        let heard = [name, folder, &state].into_iter().map(str::to_owned).filter(|part| !part.is_empty());
        let from = from.map(|from| format!("from {from}"));
        row.spoken = Some(heard.chain(from).collect::<Vec<_>>().join(", "));
        row.opens(match why {
            Some(why) => Target::Nothing { why: format!("{name} {why}.") },
            None => Target::Change(Change {
                repository,
                path: path.to_owned(),
                part,
                before,
                after,
                title: format!("{name} ({}, {host})", part.word()),
            }),
        })
    }
}

fn commit_row(it: &Commit) -> Row {
    let icon = if it.pushed { Icon::Commit } else { Icon::CommitNotPushed };
    let subject = if it.subject.is_empty() { "(no message)" } else { &it.subject };
    let mut row = Row::new(&*it.name)
        .icon(icon, Tone::Plain)
        .says(format!("{} ", commit(&it.name)), Tone::Warning)
        .says(subject, Tone::Plain)
        .part(&*it.author)
        .part(if it.pushed { "" } else { "not pushed" })
        .hover(&*it.name)
        .hover(&*it.author);
    row.at = Some(it.at);
    row.tooltip.push(vec![Span::Time { at: it.at }]);
    row
}
