//! Names that say nothing, where they are declared.

use super::{Finding, Source, words};

/// Words that hide what a thing is. Names of libraries only appear where they are used, never declared.
const EMPTY_WORDS: [&str; 6] = ["manager", "managers", "util", "utils", "helper", "helpers"];
const MORE_EMPTY_WORDS: [&str; 3] = ["utility", "utilities", "misc"];

/// Words after which a name is declared.
const DECLARING: [&str; 12] = [
    "struct",
    "enum",
    "union",
    "trait",
    "type",
    "mod",
    "fn", // Rust
    "class",
    "interface",
    "function",
    "namespace",
    "macro_rules!", // TypeScript, and Rust's macros
];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in source.code.lines().enumerate() {
        for (kind, name) in declared(line) {
            if let Some(reason) = fault(kind, name) {
                findings.push(source.finding(index + 1, format!("`{kind} {name}`: {reason}")));
            }
        }
    }
    if !source.code.is_empty() {
        let stem = source.path.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or("");
        if let Some(reason) = fault("file", stem) {
            findings.push(source.finding(0, reason));
        }
    }
    findings
}

/// The names that a line of code declares, each with the word before it.
fn declared(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let tokens: Vec<&str> = line.split_whitespace().collect();
    let pairs: Vec<(&str, &str)> = tokens.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.into_iter().filter_map(|(kind, name)| {
        let kind = DECLARING.into_iter().find(|known| *known == kind)?;
        let name = name.trim_start_matches("r#");
        let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(name.len());
        (end > 0).then(|| (kind, &name[..end]))
    })
}

fn fault(kind: &str, name: &str) -> Option<String> {
    let words = words(name);
    let empty = |word: &&String| EMPTY_WORDS.iter().chain(&MORE_EMPTY_WORDS).any(|known| known == word);
    if let Some(word) = words.iter().find(empty) {
        return Some(format!("\"{word}\" says nothing; name it after what it is"));
    }
    let getter = (kind == "fn" || kind == "function") && words.len() > 1 && words[0] == "get";
    getter.then(|| "leave out \"get\"".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        check(&Source::new("a/b.rs", text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn declared_names_are_checked_word_by_word() {
        let text = "struct HttpManager;\npub(crate) mod utils;\nfn session_manager<T>() {}\ntype Helpers = ();\n\
                    pub async fn get_role() {}\nenum MiscKind {}\n";
        assert_eq!(lines(text), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn uses_comments_and_longer_words_pass() {
        let text = "use reqwest::Client;\n// struct Client\nlet x = \"fn get_it\";\nfn get(&self) {}\nfn getrandom() {}\n\
                    struct Clientele;\nlet client = HttpClient::new();\nfn target() {}\n";
        assert!(lines(text).is_empty());
    }

    #[test]
    fn files_and_scripts_count_too() {
        assert_eq!(check(&Source::new("web/src/util.ts", "export const a = 1;\n")).len(), 1);
        assert_eq!(
            check(&Source::new("web/src/a.ts", "export function getRole() {}\nclass SeatManager {}\n")).len(),
            2
        );
    }
}
