//! National and line-drawing character sets (G0–G3).

use crate::cell::Printable;

/// A set that replaces some ASCII characters. The byte is the final of its escape sequence (`B` is ASCII).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charset(u8);

impl Default for Charset {
    fn default() -> Self {
        Self::ASCII
    }
}

/// Finals and what each replaces, pairwise: the ASCII character, then its replacement.
const SETS: &[(u8, &str)] = &[
    (b'0', "`◆a▒b␉c␌d␍e␊f°g±h␤i␋j┘k┐l┌m└n┼o⎺p⎻q─r⎼s⎽t├u┤v┴w┬x│y≤z≥{π|≠}£~·"),
    (b'A', "#£"),
    (b'4', "#£@¾[i\\½]||f}¼{¨~´"),
    (b'C', "[Ä\\Ö]Å^Ü`é{ä|ö}å~ü"),
    (b'R', "#£@à[°\\ç]§{é|ù}è~¨"),
    (b'Q', "@à[â\\ç]ê^î`ô{é|ù}è~û"),
    (b'K', "@§[Ä\\Ö]Ü{ä|ö}ü~ß"),
    (b'Y', "#£@§[°\\ç]é`ù{à|ò}è~ì"),
    (b'E', "@Ä[Æ\\Ø]Å^Ü`ä{æ|ø}å~ü"),
    (b'Z', "#£@§[¡\\Ñ]¿{°|ñ}ç"),
    (b'H', "@É[Ä\\Ö]Å^Ü`é{ä|ö}å~ü"),
    (b'=', "#ù@à[é\\ç]ê^î_è`ô{ä|ö}ü~û"),
];

impl Charset {
    pub(crate) const ASCII: Self = Self(b'B');

    /// The set that a final designates, or `None` when xterm.js does not know the final.
    pub(crate) fn from_final(byte: u8) -> Option<Self> {
        let canonical = match byte {
            b'5' => b'C',
            b'6' => b'E',
            b'7' => b'H',
            other => other,
        };
        (canonical == b'B' || SETS.iter().any(|(name, _)| *name == canonical)).then_some(Self(canonical))
    }

    pub(crate) fn final_byte(self) -> u8 {
        self.0
    }

    /// What stands for a printable ASCII character in this set.
    pub(crate) fn map(self, byte: u8) -> Printable {
        let table = match SETS.iter().find(|(name, _)| *name == self.0) {
            Some((_, table)) => table,
            None => return Printable::ascii(byte),
        };
        let mut chars = table.chars();
        while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
            if from == char::from(byte) {
                return Printable::new(u32::from(to)).unwrap_or(Printable::ascii(byte));
            }
        }
        Printable::ascii(byte)
    }
}
