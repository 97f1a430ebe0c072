//! Enough of a lexer for Rust and TypeScript to tell code from comments and literals.

/// How comments and literals look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Script,
}

impl Language {
    pub(super) fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "rs" => Some(Self::Rust),
            "ts" | "tsx" | "js" | "mjs" | "cjs" => Some(Self::Script),
            _ => None,
        }
    }
}

/// Replaces comments and the inside of literals by spaces; line breaks stay, so that line numbers do.
pub(super) fn without_comments_and_text(text: &str, language: Language) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let skipped = comment(rest, language).or_else(|| literal(rest, language, &out));
        match skipped {
            Some(length) => {
                out.extend(rest[..length].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
                rest = &rest[length..];
            }
            None => {
                out.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    out
}

/// The length of the comment that `rest` starts with.
fn comment(rest: &str, language: Language) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let mut depth = 0;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            // Only Rust's comments nest.
            b"/*" if depth == 0 || language == Language::Rust => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Some(at);
        }
    }
    Some(rest.len())
}

/// The length of the string or character that `rest` starts with; `before` is what was kept so far.
fn literal(rest: &str, language: Language, before: &str) -> Option<usize> {
    let quote = rest.chars().next()?;
    match (quote, language) {
        ('"', _) => Some(quoted(rest, '"')),
        ('\'' | '`', Language::Script) => Some(quoted(rest, quote)),
        ('\'', Language::Rust) => character(rest),
        ('r', Language::Rust) if !ends_in_word(before) => raw(rest),
        _ => None,
    }
}

/// A Rust character literal; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let mut letters = rest.char_indices().skip(1);
    let (_, first) = letters.next()?;
    if first == '\\' {
        return Some(quoted(rest, '\''));
    }
    let (end, close) = letters.next()?;
    (close == '\'').then_some(end + 1)
}

fn raw(rest: &str) -> Option<usize> {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    let body = 1 + hashes + 1;
    if rest.as_bytes().get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    Some(rest[body..].find(&close).map_or(rest.len(), |at| body + at + close.len()))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r` may be the end of a name, or follow the `b` or `c` of a byte or C string.
fn ends_in_word(before: &str) -> bool {
    let word = before.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or("");
    !matches!(word, "" | "b" | "c")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(text: &str) -> String {
        without_comments_and_text(text, Language::Rust)
    }

    #[test]
    fn comments_and_strings_become_spaces() {
        assert_eq!(rust("a // b\nc"), "a     \nc");
        assert_eq!(rust("a /* b /* c */ d */ e"), "a                   e");
        assert_eq!(rust(r#"f("x\"y", z)"#), "f(      , z)");
        assert_eq!(rust("f(\"x\ny\")"), "f(  \n  )");
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        assert_eq!(rust("f(r#\"a\"b\"#, c)"), "f(        , c)");
        assert_eq!(rust("f(br\"a\\\", c)"), "f(b     , c)");
        assert_eq!(rust("for_(\"a\") r#type"), "for_(   ) r#type");
    }

    #[test]
    fn lifetimes_are_no_characters() {
        assert_eq!(
            rust("fn f<'a>(x: &'a str) { '\"'; '\\''; 'é' }"),
            "fn f<'a>(x: &'a str) {    ;     ;     }"
        );
    }

    #[test]
    fn scripts_have_three_quotes() {
        assert_eq!(
            without_comments_and_text("a('b') + `c\nd` // e", Language::Script),
            "a(   ) +   \n       "
        );
    }
}
