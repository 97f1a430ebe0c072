//! How a cell is drawn, packed into 16 bytes, and the bounded table that interns styles.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Colour bits of the packed words: a mode in bits 24–25 and the value below.
pub(crate) const COLOR_MASK: u32 = 0x3ff_ffff;
const MODE_MASK: u32 = 0x300_0000;
const MODE_16: u32 = 0x100_0000;
const MODE_256: u32 = 0x200_0000;
const MODE_RGB: u32 = 0x300_0000;

pub(crate) mod fg {
    pub(crate) const INVERSE: u32 = 1 << 26;
    pub(crate) const BOLD: u32 = 1 << 27;
    pub(crate) const UNDERLINE: u32 = 1 << 28;
    pub(crate) const BLINK: u32 = 1 << 29;
    pub(crate) const HIDDEN: u32 = 1 << 30;
    pub(crate) const STRIKE: u32 = 1 << 31;
}

pub(crate) mod bg {
    pub(crate) const ITALIC: u32 = 1 << 26;
    pub(crate) const DIM: u32 = 1 << 27;
    /// The style's underline and link words count.
    pub(crate) const EXTENDED: u32 = 1 << 28;
    pub(crate) const PROTECTED: u32 = 1 << 29;
    pub(crate) const OVERLINE: u32 = 1 << 30;
}

/// Shift and mask of the underline's kind in [`Style::ext`].
pub(crate) const UNDERLINE_SHIFT: u32 = 26;
pub(crate) const UNDERLINE_MASK: u32 = 7 << UNDERLINE_SHIFT;

/// A colour of text, background or underline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    /// The terminal's own.
    Default,
    /// One of the 16 base colours (SGR 30–37, 90–97).
    Base(u8),
    /// An index into the palette of 256.
    Indexed(u8),
    /// True colour.
    Rgb(u8, u8, u8),
}

impl Color {
    pub(crate) fn unpack(word: u32) -> Self {
        match word & MODE_MASK {
            MODE_16 => Self::Base(word as u8),
            MODE_256 => Self::Indexed(word as u8),
            MODE_RGB => Self::Rgb((word >> 16) as u8, (word >> 8) as u8, word as u8),
            _ => Self::Default,
        }
    }

    pub(crate) const fn pack(self) -> u32 {
        match self {
            Self::Default => 0,
            Self::Base(n) => MODE_16 | n as u32,
            Self::Indexed(n) => MODE_256 | n as u32,
            Self::Rgb(r, g, b) => MODE_RGB | (r as u32) << 16 | (g as u32) << 8 | b as u32,
        }
    }
}

/// The kind of an underline (SGR 4:1 – 4:5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Underline {
    /// Not underlined.
    None,
    /// One straight line.
    Single,
    /// Two straight lines.
    Double,
    /// A wave.
    Curly,
    /// Dots.
    Dotted,
    /// Dashes.
    Dashed,
}

/// The looks of a cell: colours, attributes and the hyperlink it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub(crate) fg: u32,
    pub(crate) bg: u32,
    pub(crate) ext: u32,
    pub(crate) link: u32,
}

impl Style {
    /// The style that a cell keeps: without words that its flags say do not count.
    pub(crate) fn normalized(mut self) -> Self {
        if self.bg & bg::EXTENDED == 0 {
            self.ext = 0;
            self.link = 0;
        }
        self
    }

    /// What erasing leaves behind: the background colour alone.
    pub(crate) fn erased(self) -> Self {
        Self { bg: self.bg & COLOR_MASK, ..Self::default() }
    }

    /// The text's colour.
    pub fn foreground(&self) -> Color {
        Color::unpack(self.fg)
    }

    /// The background's colour.
    pub fn background(&self) -> Color {
        Color::unpack(self.bg)
    }

    /// The underline's colour; [`Color::Default`] follows the text.
    pub fn underline_color(&self) -> Color {
        Color::unpack(self.ext)
    }

    /// The underline's kind.
    pub fn underline(&self) -> Underline {
        if self.fg & fg::UNDERLINE == 0 {
            return Underline::None;
        }
        match (self.ext & UNDERLINE_MASK) >> UNDERLINE_SHIFT {
            0 if self.bg & bg::EXTENDED != 0 && self.link == 0 => Underline::None,
            2 => Underline::Double,
            3 => Underline::Curly,
            4 => Underline::Dotted,
            5 => Underline::Dashed,
            _ => Underline::Single,
        }
    }

    /// SGR 1.
    pub fn bold(&self) -> bool {
        self.fg & fg::BOLD != 0
    }

    /// SGR 2.
    pub fn dim(&self) -> bool {
        self.bg & bg::DIM != 0
    }

    /// SGR 3.
    pub fn italic(&self) -> bool {
        self.bg & bg::ITALIC != 0
    }

    /// SGR 5.
    pub fn blink(&self) -> bool {
        self.fg & fg::BLINK != 0
    }

    /// SGR 7.
    pub fn inverse(&self) -> bool {
        self.fg & fg::INVERSE != 0
    }

    /// SGR 8.
    pub fn hidden(&self) -> bool {
        self.fg & fg::HIDDEN != 0
    }

    /// SGR 9.
    pub fn strike(&self) -> bool {
        self.fg & fg::STRIKE != 0
    }

    /// SGR 53.
    pub fn overline(&self) -> bool {
        self.bg & bg::OVERLINE != 0
    }

    /// DECSCA 1: selective erasing leaves the cell alone.
    pub fn protected(&self) -> bool {
        self.bg & bg::PROTECTED != 0
    }
}

impl Hash for Style {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.fg) << 32 | u64::from(self.bg));
        state.write_u64(u64::from(self.ext) << 32 | u64::from(self.link));
    }
}

/// A multiplicative hash for small fixed keys. Its collisions can be forced only by output that is
/// already bounded by the tables' sizes.
#[derive(Default)]
pub(crate) struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }
}

pub(crate) type WordMap<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;

/// Most styles alive at a time: 2^16 (about 4 MB with the index).
const MAX_STYLES: usize = 1 << 16;
const CACHE: usize = 256;

/// Interned styles. Index 0 is the default style.
#[derive(Clone, Debug)]
pub(crate) struct StyleTable {
    styles: Vec<Style>,
    index: WordMap<Style, u32>,
    free: Vec<u32>,
    /// Recently used styles, direct-mapped by hash.
    cache: Vec<u32>,
}

impl Default for StyleTable {
    fn default() -> Self {
        let mut index = WordMap::default();
        index.insert(Style::default(), 0);
        Self { styles: vec![Style::default()], index, free: Vec::new(), cache: vec![0; CACHE] }
    }
}

impl StyleTable {
    /// The style behind an index.
    pub(crate) fn style(&self, index: u32) -> &Style {
        self.styles.get(index as usize).unwrap_or(&self.styles[0])
    }

    /// The index of a style, or `None` when the table is full and must be swept.
    pub(crate) fn intern(&mut self, style: Style) -> Option<u32> {
        let mut hasher = WordHasher::default();
        style.hash(&mut hasher);
        let slot = hasher.finish() as usize % CACHE;
        let cached = self.cache[slot];
        if self.styles[cached as usize] == style {
            return Some(cached);
        }
        let found = match self.index.get(&style) {
            Some(&found) => found,
            None => self.add(style)?,
        };
        self.cache[slot] = found;
        Some(found)
    }

    fn add(&mut self, style: Style) -> Option<u32> {
        let new = if let Some(new) = self.free.pop() {
            self.styles[new as usize] = style;
            new
        } else if self.styles.len() < MAX_STYLES {
            self.styles.push(style);
            (self.styles.len() - 1) as u32
        } else {
            return None;
        };
        self.index.insert(style, new);
        Some(new)
    }

    /// Forgets every style that `used` does not mark. Returns whether that made room worth the sweep.
    pub(crate) fn sweep(&mut self, used: &[bool]) -> bool {
        self.free.clear();
        self.cache.fill(0);
        for index in 1..self.styles.len() {
            if !used.get(index).copied().unwrap_or(false) {
                // Only the entry that points here: a freed slot may hold a stale copy of a live style.
                let style = self.styles[index];
                if self.index.get(&style) == Some(&(index as u32)) {
                    self.index.remove(&style);
                }
                self.styles[index] = Style::default();
                self.free.push(index as u32);
            }
        }
        self.free.len() > MAX_STYLES / 8
    }

    /// Number of slots, used or free.
    pub(crate) fn len(&self) -> usize {
        self.styles.len()
    }

    pub(crate) fn all(&self) -> &[Style] {
        &self.styles
    }
}
