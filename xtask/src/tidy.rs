//! `cargo xtask tidy`: the project's own rules, as far as a program can check them.

mod names;
mod rules;
mod shape;
mod sleeps;
mod source;
mod wording;

use std::path::Path;

use anyhow::{Result, bail};

use crate::shell::{output, program, root};
use source::{Language, without_comments_and_text};

/// A text file of the checkout.
pub(crate) struct Source {
    /// From the top of the checkout, with forward slashes.
    path: String,
    text: String,
    /// The text with comments and literals blanked out, line by line as long as before; empty unless it is code.
    code: String,
}

/// One broken rule. Lines count from 1; 0 stands for the whole file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    what: String,
}

pub(crate) fn run() -> Result<()> {
    let sources = sources()?;
    let mut findings: Vec<Finding> = sources.iter().flat_map(check_file).collect();
    findings.extend(rules::check(&sources));
    findings.sort();
    for Finding { path, line, what } in &findings {
        println!("{path}:{line}: {what}");
    }
    if !findings.is_empty() {
        bail!("tidy: {} findings", findings.len());
    }
    println!("tidy: {} files", sources.len());
    Ok(())
}

fn check_file(source: &Source) -> Vec<Finding> {
    let mut findings = shape::check(source);
    findings.extend(names::check(source));
    findings.extend(wording::check(source));
    findings.extend(sleeps::check(source));
    findings
}

/// Every text file that git tracks or would track.
fn sources() -> Result<Vec<Source>> {
    let list = output(program("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let mut paths: Vec<&str> = list.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    Ok(paths.into_iter().filter_map(|path| Source::read(root(), path)).collect())
}

impl Source {
    /// `None` for what is no text, and for what is gone from the disk.
    fn read(root: &Path, path: &str) -> Option<Self> {
        let text = String::from_utf8(std::fs::read(root.join(path)).ok()?).ok()?;
        (!text.contains('\0')).then(|| Self::new(path, text))
    }

    fn new(path: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        let code = Language::of(path).map(|language| without_comments_and_text(&text, language));
        Self { path: path.to_owned(), text, code: code.unwrap_or_default() }
    }

    fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into() }
    }

    /// Recorded or generated input for tests: its content is not the project's own wording.
    fn is_data(&self) -> bool {
        let folders = ["corpus", "seeds", "snapshots", "vectors", "generated"];
        self.path.split('/').any(|part| folders.contains(&part))
            || [".snap", ".lock", "package-lock.json", ".cast"].iter().any(|end| self.path.ends_with(end))
            || self.path.ends_with("proptest-regressions")
            || self.path.contains("proptest-regressions/")
    }

    /// The line from which on the file is a test, if there is one: 1 for a file of tests.
    fn tests_from(&self) -> Option<usize> {
        let whole = self.path.split('/').any(|part| part == "tests" || part == "tests.rs" || part == "fuzz");
        if whole || self.path.ends_with(".test.ts") || self.path.ends_with(".test.mjs") {
            return Some(1);
        }
        self.code
            .lines()
            .position(|line| line.trim_start().starts_with("#[cfg(test)]"))
            .map(|index| index + 1)
    }
}

/// Cuts an identifier into lower-case words: `HttpClient`, `http_client` and `HTTPClient` are `http`, `client`.
fn words(identifier: &str) -> Vec<String> {
    let letters: Vec<char> = identifier.chars().collect();
    let mut words = vec![String::new()];
    for (index, &letter) in letters.iter().enumerate() {
        let after_small = index > 0 && !letters[index - 1].is_uppercase();
        let before_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        if letter == '_' || letter == '-' || (letter.is_uppercase() && (after_small || before_small)) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("starts with one word").extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_fall_into_words() {
        assert_eq!(words("HttpClient"), ["http", "client"]);
        assert_eq!(words("HTTPClientPool"), ["http", "client", "pool"]);
        assert_eq!(words("http_client2"), ["http", "client2"]);
        assert_eq!(words("get"), ["get"]);
    }

    #[test]
    fn tests_are_files_in_tests_and_what_follows_the_attribute() {
        assert_eq!(Source::new("tests/tests/share.rs", "").tests_from(), Some(1));
        assert_eq!(Source::new("core/wire/src/code/tests.rs", "").tests_from(), Some(1));
        assert_eq!(
            Source::new("relay/src/lib.rs", "fn a() {}\n#[cfg(test)]\nmod tests {}").tests_from(),
            Some(2)
        );
        assert_eq!(Source::new("relay/src/lib.rs", "fn a() {}\n// #[cfg(test)]").tests_from(), None);
    }
}
