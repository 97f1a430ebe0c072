//! Which characters of other people's text may be shown: one rule for names, titles, chat and panels, and the same in
//! TypeScript (`vscode-extension/src/model/hidden.ts`, which a test here writes and compares).
//!
//! ```text
//! what a guest, a host, a repository or a forge wrote ── checked() ──► each character, and whether it may be shown
//! ```
//!
//! A character is hidden if it can turn, join or hide what is around it, or shows nothing and is not a space: somebody
//! could write "Ann" in two ways that look the same. Marks that stack on a letter are bounded, or one line would be drawn
//! over its neighbors.

use unicode_width::UnicodeWidthChar as _;

/// Marks on one letter: more than any language needs.
pub const MAX_MARKS: usize = 4;

/// What is hidden besides control characters, by ranges: Unicode's Default_Ignorable_Code_Point, separators of lines and
/// paragraphs, annotations, blanks that are not spaces, tags, and what is not a character.
const HIDDEN: [(u32, u32); 22] = [
    (0x00ad, 0x00ad),   // soft hyphen
    (0x034f, 0x034f),   // combining grapheme joiner
    (0x061c, 0x061c),   // Arabic letter mark
    (0x115f, 0x1160),   // Hangul fillers
    (0x17b4, 0x17b5),   // Khmer inherent vowels
    (0x180b, 0x180f),   // Mongolian variation selectors
    (0x200b, 0x200f),   // no width, joiners, marks of direction
    (0x2028, 0x202e),   // separators, turns
    (0x2060, 0x206f),   // joiners, invisible operators, isolates
    (0x2800, 0x2800),   // Braille blank
    (0x3164, 0x3164),   // Hangul filler
    (0xfdd0, 0xfdef),   // not characters
    (0xfe00, 0xfe0f),   // variation selectors
    (0xfeff, 0xfeff),   // byte order mark
    (0xffa0, 0xffa0),   // half-width Hangul filler
    (0xfff0, 0xfffb),   // reserved, annotations
    (0x13430, 0x1345f), // joiners and blanks of hieroglyphs
    (0x16fe4, 0x16fe4), // Khitan filler
    (0x1bca0, 0x1bca3), // shorthand format controls
    (0x1d159, 0x1d159), // a note head that shows nothing
    (0x1d173, 0x1d17a), // musical format controls
    (0xe0000, 0xe0fff), // tags, variation selectors
];

/// Whether a character may be shown.
pub fn is_shown(character: char) -> bool {
    let number = u32::from(character);
    if number < 0x7f {
        return number >= 0x20;
    }
    // The last two of each plane are not characters.
    !character.is_control()
        && number & 0xfffe != 0xfffe
        && HIDDEN.iter().all(|(first, last)| !(*first..=*last).contains(&number))
}

/// Whether a character stacks on the one before it.
pub fn is_mark(character: char) -> bool {
    // Nothing before these has marks.
    u32::from(character) >= 0x300 && is_shown(character) && character.width() == Some(0)
}

/// Each character of a text, and whether it may be shown where it is.
pub fn checked(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut marks = 0;
    text.chars().map(move |character| {
        if !is_shown(character) {
            return (character, false);
        }
        marks = if is_mark(character) { marks + 1 } else { 0 };
        (character, marks <= MAX_MARKS)
    })
}

/// What may be shown of a text; `keep` says what of the rest stays, a line break for one.
pub fn shown(text: &str, keep: impl Fn(char) -> bool) -> String {
    checked(text)
        .filter(|(character, fine)| *fine || keep(*character))
        .map(|(character, _)| character)
        .collect()
}

/// Whether all of a text may be shown.
pub fn is_all_shown(text: &str, keep: impl Fn(char) -> bool) -> bool {
    checked(text).all(|(character, fine)| fine || keep(character))
}

/// A name in one line of at most `most` characters; nothing if there is nothing in it to read.
pub fn name(text: &str, most: usize) -> Option<String> {
    // What separates words counts once: blanks would push the rest out of sight.
    let spaced: String =
        text.chars().map(|character| if character.is_whitespace() { ' ' } else { character }).collect();
    let shown = shown(&spaced, |_| false);
    let words: Vec<&str> = shown.split(' ').filter(|word| !word.is_empty()).collect();
    let name: String = words.join(" ").chars().take(most).collect();
    let name = name.trim_end();
    name.chars().any(|character| character != ' ' && !is_mark(character)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
