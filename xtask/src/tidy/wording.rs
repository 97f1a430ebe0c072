//! What no file of the repository speaks of: other places than the repository, and work left undone.

use super::{Finding, Source};

/// Written in parts, so that this file passes its own check. Compared without regard to case.
const NOWHERE: [(&str, &str); 13] = [
    (concat!("..", "/shared"), "a folder outside the repository"),
    (concat!("/wo", "rk/"), "a folder of one machine"),
    (concat!("/ro", "ot/"), "a folder of one machine"),
    (concat!("issue", " #"), "a number that means nothing to a reader"),
    (concat!("crates", ".io"), "the name of a registry"),
    (concat!("npmjs", ".org"), "the name of a registry"),
    (concat!("npmjs", ".com"), "the name of a registry"),
    (concat!("pypi", ".org"), "the name of a registry"),
    (concat!("python", "hosted.org"), "the name of a registry"),
    (concat!("deb.", "debian.org"), "the name of a registry"),
    (concat!("co-authored", "-by"), "who wrote it"),
    (concat!("generated", " with ["), "who wrote it"),
    (concat!("as an", " ai "), "who wrote it"),
];

/// Marks of work left undone; whole words in capitals.
const UNDONE: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    if source.is_data() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let small = line.to_lowercase();
        for (words, what) in NOWHERE {
            if small.contains(words) {
                findings.push(source.finding(index + 1, format!("\"{words}\": {what}")));
            }
        }
        for mark in UNDONE {
            if has_word(line, mark) {
                findings.push(source.finding(index + 1, format!("{mark}: do it, or say why not")));
            }
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let apart =
            |letter: Option<char>| !letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '-');
        apart(line[..at].chars().next_back()) && apart(line[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&Source::new("docs/a.md", text)).len()
    }

    #[test]
    fn every_forbidden_wording_is_found() {
        for (words, _) in NOWHERE {
            assert_eq!(count(&format!("see {} there\n", words.to_uppercase())), 1, "{words}");
        }
        for mark in UNDONE {
            assert_eq!(count(&format!("// {mark}: later\n")), 1, "{mark}");
        }
    }

    #[test]
    fn words_that_only_contain_a_mark_pass() {
        assert_eq!(count(&format!("{}S and an invite X{0}-{0}X\n", UNDONE[2])), 0);
        assert_eq!(count("a network/workspace path, an issue of the terminal\n"), 0);
    }

    #[test]
    fn lock_files_may_name_registries() {
        assert!(check(&Source::new("Cargo.lock", NOWHERE[4].0)).is_empty());
    }
}
