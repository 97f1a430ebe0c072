//! How a file changed: two of its versions, line by line.

use std::time::{Duration, Instant};

use jumpseat_engine::api::panels::{Shape, Version};
use serde::Serialize;
use similar::{Algorithm, ChangeTag, capture_diff_slices_deadline, group_diff_ops};

use jumpseat_panels::outline::{self, Part};

use super::{Row, StyledLine, diff_request::DiffRequest, style};

/// Lines around a change.
const AROUND: usize = 3;

/// Most lines of a version that are compared, and most lines of all hunks that are shown.
const MAX_LINES: usize = 250_000;
const MAX_SHOWN: usize = 50_000;

/// How long the search for a small difference may take; what is found then is right, and longer.
const SEARCH: Duration = Duration::from_millis(500);

/// How a file changed, as scripts read it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Diff {
    pub(crate) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    pub(crate) part: Part,
    /// Why there are no lines to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    pub(crate) added: usize,
    pub(crate) removed: usize,
    pub(crate) hunks: Vec<Hunk>,
}

/// Lines that changed, with some around.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Hunk {
    /// Its first line in either version, from 1 on.
    pub(crate) before: usize,
    pub(crate) after: usize,
    /// Each with its sign: a blank, `-` or `+`.
    pub(crate) lines: Vec<String>,
}

impl DiffRequest {
    /// Why lines cannot be compared, if so.
    pub(super) fn note(&self) -> Option<String> {
        let all = || self.before.iter().chain(&self.after);
        let size =
            |version: &Option<Version>| outline::size(version.as_ref().map_or(0, |version| version.size));
        let commit = |version: &Option<Version>| {
            let commit = version.as_ref().and_then(|version| version.commit.clone());
            let unknown = || if version.is_some() { "unknown" } else { "none" }.to_owned();
            commit.map_or_else(unknown, |commit| commit.chars().take(12).collect())
        };
        if all().any(|version| version.shape == Shape::Submodule) {
            return Some(format!("submodule: {} → {}", commit(&self.before), commit(&self.after)));
        }
        if all().any(|version| version.shape == Shape::Folder) {
            return Some("a folder with a repository of its own".to_owned());
        }
        if all().any(|version| version.missing) {
            let why = "a partial clone has not fetched it, or it is damaged";
            return Some(format!("a content could not be read: {why}"));
        }
        if all().any(|version| version.binary) {
            return Some(format!("no text: {} → {}", size(&self.before), size(&self.after)));
        }
        if all().any(|version| version.content.is_none() && version.size > 0) {
            return Some(format!("too large to be shown: {} → {}", size(&self.before), size(&self.after)));
        }
        None
    }
}

impl Diff {
    /// Without lines.
    pub(super) fn noted(wanted: DiffRequest, note: String) -> Self {
        let DiffRequest { path, from, part, .. } = wanted;
        Self { path, from, part, note: Some(note), added: 0, removed: 0, hunks: Vec::new() }
    }

    /// Compares, line by line as git does. Takes up to a second for the largest contents.
    pub(super) fn of(wanted: DiffRequest, before: &[u8], after: &[u8]) -> Self {
        let DiffRequest { path, from, part, .. } = &wanted;
        let lines = |content: &[u8]| content.iter().filter(|byte| **byte == b'\n').count();
        if lines(before).max(lines(after)) > MAX_LINES {
            let note = format!("too long to be compared: {} → {} lines", lines(before), lines(after));
            return Self::noted(wanted, note);
        }
        // Bytes, with their ends: text that cannot be shown may differ all the same.
        let before: Vec<&[u8]> = before.split_inclusive(|byte| *byte == b'\n').collect();
        let after: Vec<&[u8]> = after.split_inclusive(|byte| *byte == b'\n').collect();
        let deadline = Some(Instant::now() + SEARCH);
        let found = capture_diff_slices_deadline(Algorithm::Myers, &before, &after, deadline);
        let (mut added, mut removed, mut hunks, mut shown) = (0, 0, Vec::new(), 0);
        for group in group_diff_ops(found, AROUND) {
            let Some(first) = group.first() else { continue };
            let place = (first.old_range().start + 1, first.new_range().start + 1);
            let mut lines = Vec::new();
            for change in group.iter().flat_map(|op| op.iter_changes(&before, &after)) {
                let sign = match change.tag() {
                    ChangeTag::Equal => ' ',
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                };
                added += usize::from(sign == '+');
                removed += usize::from(sign == '-');
                shown += 1;
                if shown > MAX_SHOWN {
                    continue;
                }
                let text = change.value();
                let line = text.strip_suffix(b"\n");
                lines.push(format!("{sign}{}", String::from_utf8_lossy(line.unwrap_or(text))));
                if line.is_none() {
                    lines.push("\\ no end of line".to_owned());
                }
            }
            if !lines.is_empty() {
                hunks.push(Hunk { before: place.0, after: place.1, lines });
            }
        }
        let note = if hunks.is_empty() {
            Some(shapes(&wanted).unwrap_or_else(|| "the contents are equal".to_owned()))
        } else {
            (shown > MAX_SHOWN).then(|| format!("only the first {MAX_SHOWN} of {shown} lines are shown"))
        };
        Self { path: path.clone(), from: from.clone(), part: *part, note, added, removed, hunks }
    }

    /// As a page shows it.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> {
        let Self { path, from, part, note, added, removed, hunks } = self;
        let mut head = StyledLine::new();
        if let Some(from) = from {
            head = head.bold(from).plain(" → ");
        }
        head = head.bold(path).dim(&format!("  {}", part.word()));
        if !hunks.is_empty() {
            head =
                head.styled(&format!("  +{added}"), style::GOOD).styled(&format!(" −{removed}"), style::BAD);
        }
        let note = note.iter().map(|note| StyledLine::new().plain("  ").dim(note));
        let hunks = hunks.iter().flat_map(|hunk| {
            let count = |sign| hunk.lines.iter().filter(|line| line.starts_with([' ', sign])).count();
            let place = format!("@@ -{},{} +{},{} @@", hunk.before, count('-'), hunk.after, count('+'));
            let place = StyledLine::new().styled(&place, style::PLACE);
            std::iter::once(place).chain(hunk.lines.iter().map(|line| line_words(line)))
        });
        std::iter::once(head).chain(note).chain(hunks).map(Row::from)
    }
}

fn line_words(line: &str) -> StyledLine {
    let (sign, text) = line.split_at(1);
    let words = StyledLine::new();
    match sign {
        "+" => words.styled("+", style::GOOD).styled(text, style::GOOD),
        "-" => words.styled("-", style::BAD).styled(text, style::BAD),
        "\\" => words.dim(line),
        _ => words.plain(" ").plain(text),
    }
}

/// What became of a file whose contents are equal.
fn shapes(wanted: &DiffRequest) -> Option<String> {
    let shape = |version: &Option<Version>| version.as_ref().map(|version| version.shape);
    let word = |shape| match shape {
        Shape::Executable => "can be run",
        Shape::Link => "a link",
        _ => "a plain file",
    };
    match (shape(&wanted.before), shape(&wanted.after)) {
        (Some(before), Some(after)) if before != after => Some(format!("{} → {}", word(before), word(after))),
        (None, Some(_)) => Some("a new file with nothing in it".to_owned()),
        (Some(_), None) => Some("an empty file that is gone".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> DiffRequest {
        DiffRequest { path: "a.rs".into(), from: None, part: Part::Unstaged, before: None, after: None }
    }

    #[test]
    fn changed_lines_stand_between_some_that_did_not() {
        let before: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let after = before.replace("line 10\n", "line ten\nand more\n");
        let diff = Diff::of(wanted(), before.as_bytes(), after.as_bytes());
        assert_eq!((diff.added, diff.removed, diff.hunks.len()), (2, 1, 1));
        let hunk = &diff.hunks[0];
        assert_eq!((hunk.before, hunk.after), (7, 7));
        assert_eq!(hunk.lines[3..6], ["-line 10", "+line ten", "+and more"]);
        let text: Vec<String> = diff.rows().map(|row| row.line.to_string()).collect();
        assert_eq!(text[..2], ["a.rs  Not staged  +2 −1", "@@ -7,7 +7,8 @@"]);
    }

    #[test]
    fn a_missing_end_of_line_and_bytes_that_are_no_text_are_shown() {
        let diff = Diff::of(wanted(), b"a\n", b"a\n\x1b]0;x\x07\xff");
        let text: Vec<String> = diff.rows().map(|row| row.line.to_string()).collect();
        assert_eq!(text[2..], [" a", "+␛]0;x␇\u{fffd}", "\\ no end of line"]);
    }

    #[test]
    fn lines_end_where_git_ends_them_and_bytes_that_look_alike_differ() {
        let diff = Diff::of(wanted(), b"one\rtwo\nlatin \xe9\n", b"one\rtwo\nlatin \xea\n");
        assert_eq!((diff.added, diff.removed, diff.hunks[0].lines.len()), (1, 1, 3));
    }

    #[test]
    fn what_has_no_lines_says_why() {
        let version = |size, shape| Some(Version { size, shape, ..Version::default() });
        let note = |before, after| DiffRequest { before, after, ..wanted() }.note();
        assert_eq!(note(version(0, Shape::Plain), version(0, Shape::Plain)), None);
        assert!(note(None, version(9 << 20, Shape::Plain)).unwrap().contains("too large"));
        assert!(note(version(0, Shape::Submodule), None).unwrap().starts_with("submodule"));
        let shapes = DiffRequest {
            before: version(1, Shape::Plain),
            after: version(1, Shape::Executable),
            ..wanted()
        };
        assert_eq!(Diff::of(shapes, b"a", b"a").note.as_deref(), Some("a plain file → can be run"));
    }

    #[test]
    fn the_largest_contents_take_no_longer_than_a_person_waits() {
        let lines =
            |seed: u32| (0..250_000_u32).map(|n| format!("{:x}\n", n.wrapping_mul(seed))).collect::<String>();
        let (before, after) = (lines(2_654_435_761), lines(40_503));
        let began = Instant::now();
        let diff = Diff::of(wanted(), before.as_bytes(), after.as_bytes());
        assert!(diff.added > 200_000);
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        assert!(diff.note.is_some() && diff.rows().count() < MAX_SHOWN + 1000);
        // Lines of nothing are not even looked at.
        let nothing = vec![b'\n'; 8 << 20];
        let diff = Diff::of(wanted(), b"", &nothing);
        assert!(diff.hunks.is_empty() && diff.note.unwrap().contains("too long"));
    }
}
