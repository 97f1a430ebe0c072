//! Tests wait for events, never for time.

use super::{Finding, Source};

/// Written next to a sleep that is no waiting (a slow guest, virtual time), with the reason.
const ALLOW: &str = "// sleep: ";

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let Some(first) = source.tests_from() else { return Vec::new() };
    let raw: Vec<&str> = source.text.lines().collect();
    let sleeps = |line: &str| ["sleep(", "sleep_until(", "sleep_ms("].iter().any(|call| line.contains(call));
    let allowed = |index: usize| {
        raw[index].contains(ALLOW) || index.checked_sub(1).is_some_and(|above| raw[above].contains(ALLOW))
    };
    let lines = source.code.lines().enumerate().skip(first - 1);
    lines
        .filter(|(index, line)| sleeps(line) && !allowed(*index))
        .map(|(index, _)| {
            source.finding(index + 1, format!("wait for an event, or give the reason in `{ALLOW}…`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn only_sleeps_in_tests_are_found() {
        let text = "fn a() { thread::sleep(x); }\n#[cfg(test)]\nmod tests { fn b() { sleep(y).await; } }\n";
        assert_eq!(lines("relay/src/a.rs", text), [3]);
        assert_eq!(lines("relay/tests/a.rs", text), [1, 3]);
    }

    #[test]
    fn a_reason_allows_one() {
        let text = "// sleep: virtual time\nsleep(x).await;\nsleep(y).await; // sleep: a slow guest\nlet s = \"sleep(1)\";\n";
        assert!(lines("relay/tests/a.rs", text).is_empty());
    }
}
