//! The shape of files: length, white space, where a module's file lies.

use super::{Finding, Source};

/// Longer files are no longer read top-down.
const MOST_LINES: usize = 600;

pub(super) fn check(source: &Source) -> Vec<Finding> {
    if source.is_data() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let lines = source.text.lines().count();
    if !source.code.is_empty() && lines > MOST_LINES {
        findings.push(source.finding(0, format!("{lines} lines; split it (at most {MOST_LINES})")));
    }
    if source.path.ends_with("/mod.rs") {
        findings.push(source.finding(0, "name the file after its module, beside the folder"));
    }
    for (index, line) in source.text.lines().enumerate() {
        if line.ends_with([' ', '\t']) {
            findings.push(source.finding(index + 1, "white space at the end of the line"));
        }
    }
    if !source.text.is_empty() && !source.text.ends_with('\n') {
        findings.push(source.finding(lines, "no line break at the end of the file"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn long_code_is_found_and_long_data_is_not() {
        let long = "x();\n".repeat(MOST_LINES + 1);
        assert_eq!(found("a/b.rs", &long), ["601 lines; split it (at most 600)"]);
        assert_eq!(found("a/b.mjs", &long).len(), 1);
        assert!(found("a/b.rs", &"x();\n".repeat(MOST_LINES)).is_empty());
        assert!(found("a/corpus/b.rs", &long).is_empty());
        assert!(found("docs/long.md", &long).is_empty());
    }

    #[test]
    fn stray_white_space_and_misplaced_modules_are_found() {
        assert_eq!(found("a.md", "x \ny\n"), ["white space at the end of the line"]);
        assert_eq!(found("a.md", "x"), ["no line break at the end of the file"]);
        assert_eq!(found("a/mod.rs", "\n"), ["name the file after its module, beside the folder"]);
    }
}
