//! `PROTOCOL.md` and the code agree: each rule that is cited stands there once, each rule marked as tested has a test.

use std::collections::BTreeMap;

use super::{Finding, Source};

const DOCUMENT: &str = "PROTOCOL.md";
/// Stands in a rule's own text when a test must cite it.
const TESTED: &str = "(tested)";

/// A place where a rule's number appears: which rule, and the line.
type Place<'text> = (&'text str, usize);

/// Nothing to compare as long as there is no document.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let Some(document) = sources.iter().find(|source| source.path == DOCUMENT) else { return Vec::new() };
    let rules = defined(&document.text);
    let mut findings = Vec::new();

    let mut first = BTreeMap::new();
    for rule in &rules {
        if let Some(line) = first.insert(rule.id, rule.line) {
            findings.push(document.finding(rule.line, format!("{} stands in line {line} already", rule.id)));
        }
    }
    let mut tests = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.code.is_empty()) {
        let tests_from = source.tests_from().unwrap_or(usize::MAX);
        for (id, line) in cited(&source.text) {
            if !first.contains_key(id) {
                findings.push(source.finding(line, format!("{DOCUMENT} has no rule {id}")));
            }
            if line >= tests_from {
                tests.insert(id, ());
            }
        }
    }
    for rule in rules.iter().filter(|rule| rule.tested && !tests.contains_key(rule.id)) {
        findings.push(document.finding(rule.line, format!("no test cites {}", rule.id)));
    }
    findings
}

struct Rule<'text> {
    id: &'text str,
    line: usize,
    tested: bool,
}

/// A rule starts where its number opens a heading, a list item or a paragraph in bold, and ends where the next starts.
fn defined(text: &str) -> Vec<Rule<'_>> {
    let mut rules: Vec<Rule<'_>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let heading = line.starts_with('#');
        let body =
            line.trim_start_matches(|letter: char| "#-*>| ".contains(letter) || letter.is_ascii_whitespace());
        let bold = line.trim_start_matches(['-', '*', '>', '|', ' ']).len() < line.len();
        match cited(body).first() {
            Some((id, _)) if body.starts_with(id) && (heading || bold) => {
                rules.push(Rule { id, line: index + 1, tested: false });
            }
            _ => {}
        }
        if let Some(rule) = rules.last_mut() {
            rule.tested |= line.contains(TESTED);
        }
    }
    rules
}

/// Every rule number in the text: `JS-`, a word in capitals, `-`, digits.
fn cited(text: &str) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for (at, prefix) in line.match_indices("JS-") {
            let rest = &line[at + prefix.len()..];
            let word = rest.bytes().take_while(|byte| byte.is_ascii_uppercase()).count();
            let digits = rest.get(word + 1..).unwrap_or("").bytes().take_while(u8::is_ascii_digit).count();
            if word > 0 && digits > 0 && rest.as_bytes()[word] == b'-' {
                places.push((&line[at..at + prefix.len() + word + 1 + digits], index + 1));
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    // Numbers in parts: this file is checked as well.
    fn document() -> Source {
        let text = "# Protocol\n\n**@KNOCK-1** A knock is sealed. (tested)\n\n### @KNOCK-2 Silence\nA bad one is dropped.\n\
                    - **@ROOM-1** As @KNOCK-1 says.\n  More. (tested)\n";
        Source::new(DOCUMENT, text.replace('@', concat!("JS", "-")))
    }

    fn code(path: &str, text: &str) -> Source {
        Source::new(path, text.replace('@', concat!("JS", "-")))
    }

    fn found(sources: &[Source]) -> Vec<String> {
        check(sources).into_iter().map(|finding| finding.what.replace(concat!("JS", "-"), "@")).collect()
    }

    #[test]
    fn rules_are_found_where_they_are_stated_and_not_where_they_are_mentioned() {
        let document = document();
        let rules: Vec<_> = defined(&document.text).iter().map(|rule| (rule.line, rule.tested)).collect();
        assert_eq!(rules, [(3, true), (5, false), (7, true)]);
    }

    #[test]
    fn a_document_whose_tested_rules_are_cited_by_tests_passes() {
        let tests = code("relay/tests/a.rs", "/// @KNOCK-1\nfn a() {}\n// @ROOM-1: full\n");
        assert!(found(&[document(), tests]).is_empty());
    }

    #[test]
    fn a_citation_outside_of_tests_is_no_test() {
        let product =
            code("relay/src/a.rs", "/// @KNOCK-1\nfn a() {}\n#[cfg(test)]\nmod tests { /* @ROOM-1 */ }\n");
        assert_eq!(found(&[document(), product]), ["no test cites @KNOCK-1"]);
    }

    #[test]
    fn unknown_and_repeated_rules_are_found() {
        let tests = code("relay/tests/a.rs", "// @KNOCK-1 @ROOM-1 @ROOM-12\n");
        assert_eq!(found(&[document(), tests]), ["PROTOCOL.md has no rule @ROOM-12"]);
        let text = "**@A-1** one\n\n**@A-1** again\n".replace('@', concat!("JS", "-"));
        assert_eq!(found(&[Source::new(DOCUMENT, text)]), ["@A-1 stands in line 1 already"]);
    }

    #[test]
    fn without_a_document_there_is_nothing_to_compare() {
        assert!(found(&[code("relay/src/a.rs", "// @KNOCK-1\n")]).is_empty());
    }
}
