//! Variable-length numbers and byte strings, written without and read with bounds.

use super::error::DecodeError;

pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// 0 for none, or the value plus one.
pub(super) fn put_option(out: &mut Vec<u8>, value: Option<u64>) {
    put(out, value.map_or(0, |value| value.saturating_add(1)));
}

pub(super) fn put_option_bytes(out: &mut Vec<u8>, value: Option<&str>) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put_bytes(out, value.as_bytes());
    }
}

/// Reads what the functions above wrote.
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn byte(&mut self) -> Result<u8, DecodeError> {
        let (&byte, rest) = self.bytes.split_first().ok_or(DecodeError::Truncated)?;
        self.bytes = rest;
        Ok(byte)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::Malformed("number"))
    }

    /// A number of at most `limit`.
    #[inline]
    pub(super) fn at_most(&mut self, limit: u64, what: &'static str) -> Result<u64, DecodeError> {
        let value = self.number()?;
        if value > limit { Err(DecodeError::Malformed(what)) } else { Ok(value) }
    }

    pub(super) fn word(&mut self) -> Result<u32, DecodeError> {
        Ok(self.at_most(u64::from(u32::MAX), "word")? as u32)
    }

    pub(super) fn short(&mut self, limit: u16, what: &'static str) -> Result<u16, DecodeError> {
        Ok(self.at_most(u64::from(limit), what)? as u16)
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// A byte string of at most `limit` bytes.
    pub(super) fn string(&mut self, limit: usize) -> Result<&'a [u8], DecodeError> {
        let len = self.at_most(limit as u64, "length")? as usize;
        self.take(len)
    }

    pub(super) fn text(&mut self, limit: usize) -> Result<String, DecodeError> {
        let bytes = self.string(limit)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::Malformed("text"))
    }

    pub(super) fn option(&mut self) -> Result<Option<u64>, DecodeError> {
        Ok(self.number()?.checked_sub(1))
    }

    pub(super) fn option_text(&mut self, limit: usize) -> Result<Option<String>, DecodeError> {
        match self.byte()? {
            0 => Ok(None),
            1 => Ok(Some(self.text(limit)?)),
            _ => Err(DecodeError::Malformed("option")),
        }
    }

    pub(super) fn end(&self) -> Result<(), DecodeError> {
        if self.bytes.is_empty() { Ok(()) } else { Err(DecodeError::Malformed("trailing bytes")) }
    }
}
