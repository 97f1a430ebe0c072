//! Control sequences, in either direction: `CSI prefix numbers intermediates final` (ECMA-48, 5.4).

/// A control sequence whose parts come in the order that they must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Csi<'a> {
    /// One of `<`, `=`, `>`, `?`: the sequence is private to some terminals.
    pub prefix: Option<u8>,
    /// Digits, semicolons and colons as they came; [`Params`](super::Params) reads them.
    pub numbers: &'a [u8],
    /// What stands before the final, each within 0x20 to 0x2f.
    pub intermediates: &'a [u8],
    /// The final.
    pub last: u8,
}

impl<'a> Csi<'a> {
    /// Takes apart what stands between CSI and the final; nothing if it is out of order.
    #[inline]
    pub(super) fn read(body: &'a [u8], last: u8) -> Option<Self> {
        let prefix = body.first().copied().filter(|byte| matches!(byte, b'<'..=b'?'));
        let body = &body[usize::from(prefix.is_some())..];
        let end = body.iter().take_while(|byte| (0x30..0x3c).contains(*byte)).count();
        let (numbers, intermediates) = body.split_at(end);
        let in_order = intermediates.iter().all(|byte| (0x20..0x30).contains(byte));
        in_order.then_some(Self { prefix, numbers, intermediates, last })
    }

    /// Whether nothing stands between CSI and the final.
    pub fn is_bare(&self) -> bool {
        self.prefix.is_none() && self.numbers.is_empty() && self.intermediates.is_empty()
    }
}
