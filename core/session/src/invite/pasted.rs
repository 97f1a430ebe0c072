//! What people paste: an invite as a chat or a mail dresses it up.

/// The link, code or token in a text: without blanks, brackets, quotes, emphasis, and the punctuation of the sentence
/// around it.
pub fn pasted(text: &str) -> &str {
    // All three begin with a letter or digit. A token can end with what emphasis is made of in Markdown.
    let inner = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let emphasis = text[..text.len() - inner.len()].matches('_').count();
    let mut inner = inner.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_'));
    for _ in 0..emphasis {
        inner = inner.strip_suffix('_').unwrap_or(inner);
    }
    inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_comes_out_of_what_it_was_sent_in() {
        for token in ["jst1_A", "jst1_-", "jst1__", "jst1_A_-"] {
            let link = format!("https://r.example/j#K7QM-3XTE.{token}");
            for (before, after) in [
                ("<", ">"),
                ("", "."),
                ("", ",\r\n"),
                ("\u{feff} (", ")."),
                ("[", "]"),
                ("\"", "\""),
                ("“", "”!"),
                ("«\u{a0}", "\u{a0}»"),
                ("„", "“"),
                ("`", "`"),
                ("**", "**"),
                ("_", "_"),
                ("(__", "__)"),
                ("~~", "~~;"),
                ("> ", "\u{200b}"),
                ("「", "」。"),
            ] {
                assert_eq!(pasted(&format!("{before}{link}{after}")), link, "{before} {after}");
            }
        }
        assert_eq!(pasted(" “K7QM 3XTE”, "), "K7QM 3XTE");
        assert_eq!((pasted("<>"), pasted("")), ("", ""));
    }
}
