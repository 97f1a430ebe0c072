//! A line of a log: without what colours it, and how much it matters.

use jumpseat_panels::Level;

/// The text without escape sequences; what a carriage return wrote over is gone.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim_end_matches(['\n', '\r']);
    let text = text.rsplit('\r').next().unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => skip_sequence(&mut rest),
            '\t' => out.push_str("    "),
            character if character.is_control() => {}
            character => out.push(character),
        }
    }
    out
}

/// Skips the rest of an escape sequence (ECMA-48): CSI to its final byte, OSC and other strings to their end.
fn skip_sequence(rest: &mut std::str::Chars<'_>) {
    match rest.next() {
        Some('[') => _ = rest.find(|character| ('\u{40}'..='\u{7e}').contains(character)),
        Some(']' | 'P' | 'X' | '^' | '_') => {
            let mut escaped = false;
            for character in rest.by_ref() {
                if character == '\u{7}' || (escaped && character == '\\') {
                    break;
                }
                escaped = character == '\u{1b}';
            }
        }
        _ => {}
    }
}

/// How much a line matters, if it says so near its beginning: in capitals, or as a field's value.
pub(super) fn level(text: &str) -> Option<Level> {
    let start: String = text.chars().take(96).collect();
    let mut before = ' ';
    let mut word = String::new();
    let mut opened = ' ';
    for character in start.chars().chain([' ']) {
        if character.is_alphanumeric() {
            if word.is_empty() {
                opened = before;
            }
            word.push(character);
        } else if !word.is_empty() {
            let said = word.chars().all(char::is_uppercase) || matches!(opened, '[' | '=' | '"' | '<');
            if let Some(level) = named(&word).filter(|_| said) {
                return Some(level);
            }
            word.clear();
        }
        before = character;
    }
    None
}

fn named(word: &str) -> Option<Level> {
    Some(match word.to_ascii_lowercase().as_str() {
        "error" | "err" | "fatal" | "critical" | "crit" | "panic" | "alert" | "emerg" | "severe" => {
            Level::Error
        }
        "warn" | "warning" => Level::Warning,
        "info" | "notice" => Level::Info,
        "debug" | "trace" | "verbose" => Level::Debug,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_colours_a_line_is_no_part_of_it() {
        assert_eq!(plain("\u{1b}[1;31mred\u{1b}[0m end\r\n"), "red end");
        assert_eq!(plain("\u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{7}"), "link");
        assert_eq!(plain("10 %\r20 %\r100 %"), "100 %");
        assert_eq!(plain("a\tb\u{0}\u{9b}c"), "a    bc");
        assert_eq!(plain("\u{1b}[31"), "");
    }

    #[test]
    fn levels_are_read_from_common_forms() {
        for (text, expected) in [
            ("2026-01-02T03:04:05Z ERROR db: gone", Some(Level::Error)),
            ("time=\"x\" level=warning msg=\"no error here\"", Some(Level::Warning)),
            ("[debug] opened", Some(Level::Debug)),
            ("{\"level\":\"info\",\"msg\":\"x\"}", Some(Level::Info)),
            ("<err> kernel", Some(Level::Error)),
            ("no error found in file", None),
            ("Information", None),
            ("", None),
        ] {
            assert_eq!(level(text), expected, "{text}");
        }
    }
}
