//! Counts, sizes and times as people read them.

/// So many of something.
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// How long something took, in milliseconds.
pub fn took(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        1000..60_000 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        60_000..3_600_000 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// How long ago, in one unit; both in milliseconds since 1970.
pub fn ago(now: u64, at: u64) -> String {
    let seconds = now.saturating_sub(at) / 1000;
    match seconds {
        0..2 => "just now".to_owned(),
        2..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// A number of bytes.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// A commit's name as git abbreviates it.
pub fn commit(name: &str) -> &str {
    name.get(..7).unwrap_or(name)
}

/// A text that became a sentence; the name of a machine stays as it is.
pub fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let first = text.split_whitespace().next().unwrap_or_default();
    let mut characters = text.chars();
    match characters.next() {
        Some(character) if !first.trim_end_matches([',', ':']).contains('.') => {
            format!("{}{}.", character.to_uppercase(), characters.as_str())
        }
        Some(_) => format!("{text}."),
        None => String::new(),
    }
}

/// The beginning of a text, in one line of at most so many characters.
pub(super) fn preview(text: &str, max: usize) -> String {
    let mut kept = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        if count > 0 {
            kept.push(' ');
            count += 1;
        }
        for character in word.chars() {
            if count + 1 >= max {
                kept.push('…');
                return kept;
            }
            kept.push(character);
            count += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_short() {
        let ages = [0, 3, 61, 7_300, 90_000 * 2].map(|seconds| ago(seconds * 1000, 0));
        assert_eq!(ages, ["just now", "3 s ago", "1 min ago", "2 h ago", "2 d ago"]);
        assert_eq!(ago(5, 900_000), "just now", "clocks differ");
        assert_eq!([7, 1_250, 61_000, 3_660_000].map(took), ["7 ms", "1.2 s", "1 min 1 s", "1 h 1 min"]);
        assert_eq!([0, 1023, 1025, 3 << 20].map(size), ["0 B", "1023 B", "2 KB", "3.0 MB"]);
    }

    #[test]
    fn sentences_begin_large_unless_they_begin_with_a_machine() {
        assert_eq!(sentence("git is not installed"), "Git is not installed.");
        assert_eq!(sentence("github.com cannot be reached."), "github.com cannot be reached.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn a_preview_is_one_line_and_says_that_there_is_more() {
        assert_eq!(preview(" a\n\n b\tc ", 10), "a b c");
        assert_eq!(preview("one two three", 6), "one t…");
        assert_eq!(preview(&"x ".repeat(1000), 9).chars().count(), 9);
        assert_eq!(preview("", 9), "");
        assert_eq!(commit("é"), "é");
        assert_eq!(commit("2c8b5f0e11"), "2c8b5f0");
    }
}
