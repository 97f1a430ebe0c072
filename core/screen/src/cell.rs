//! One cell of the grid: a code point or a cluster, its width, and the index of its style.

/// Bits of [`Cell::content`] that hold the code point, or the cluster's index.
const TEXT_MASK: u32 = 0x1f_ffff;
/// Set when the text bits are an index into the cluster table.
const CLUSTER_BIT: u32 = 0x20_0000;
const WIDTH_SHIFT: u32 = 22;

/// A code point that may be in a cell. Nothing else can be put there, whether it was fed or decoded: whoever
/// writes cells to a real terminal writes no control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printable(u32);

impl Printable {
    /// `None` for C0, DEL, C1, surrogates, the byte order mark (which xterm.js drops), and beyond Unicode.
    #[inline]
    pub(crate) const fn new(code: u32) -> Option<Self> {
        match code {
            0x20..=0x7e | 0xa0..=0xd7ff | 0xe000..=0xfefe | 0xff00..=0x10_ffff => Some(Self(code)),
            _ => None,
        }
    }

    /// A byte of a run of printable ASCII.
    #[inline]
    pub(crate) const fn ascii(byte: u8) -> Self {
        debug_assert!(byte >= 0x20 && byte < 0x7f);
        Self(byte as u32)
    }

    /// The code point.
    #[inline]
    pub const fn code(self) -> u32 {
        self.0
    }
}

/// Eight bytes: what stands in the cell and how it is drawn.
///
/// A cell is as wide as its first code point. A wide character fills one cell of width 2 and one of width 0 behind it;
/// an erased cell has no text and width 1; a combining mark that stands alone has width 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    content: u32,
    /// Index into the style table.
    pub(crate) style: u32,
}

impl Cell {
    /// An erased cell.
    pub(crate) const fn null(style: u32) -> Self {
        Self { content: 1 << WIDTH_SHIFT, style }
    }

    /// The second half of a wide character.
    pub(crate) const fn spacer(style: u32) -> Self {
        Self { content: 0, style }
    }

    /// A cell with one code point of the given width.
    #[inline]
    pub(crate) const fn new(code: Printable, width: u8, style: u32) -> Self {
        Self { content: code.0 | (width as u32) << WIDTH_SHIFT, style }
    }

    /// A cell with a base character and marks combined with it.
    pub(crate) const fn cluster(index: u32, width: u8, style: u32) -> Self {
        Self { content: (index & TEXT_MASK) | CLUSTER_BIT | (width as u32) << WIDTH_SHIFT, style }
    }

    pub(crate) const fn width(self) -> u8 {
        (self.content >> WIDTH_SHIFT) as u8
    }

    /// Whether anything was printed into the cell.
    pub(crate) const fn has_text(self) -> bool {
        self.content & (TEXT_MASK | CLUSTER_BIT) != 0
    }

    pub(crate) const fn is_cluster(self) -> bool {
        self.content & CLUSTER_BIT != 0
    }

    /// The code point, or the cluster's index.
    pub(crate) const fn text(self) -> u32 {
        self.content & TEXT_MASK
    }

    /// Whether this is the empty second half that belongs to a wide character.
    pub(crate) const fn is_spacer(self) -> bool {
        self.content == 0
    }
}
