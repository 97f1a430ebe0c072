//! Streaming UTF-8 with the replacement rules of the WHATWG decoder (what TextDecoder does in front of xterm.js).

/// The outcome of decoding at the start of a slice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// A code point and its length in bytes.
    Code(u32, usize),
    /// Bytes that can start no character; they stand for one U+FFFD.
    Invalid(usize),
    /// A character's valid beginning, cut off by the end of the slice.
    Cut,
}

/// What an invalid sequence is shown as.
pub(crate) const REPLACEMENT: u32 = 0xfffd;

/// Decodes the character at the start of a slice that is not empty.
#[inline]
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let lead = bytes[0];
    let (len, low, high) = match lead {
        0..=0x7f => return Decoded::Code(u32::from(lead), 1),
        0xc2..=0xdf => (2, 0x80, 0xbf),
        0xe0 => (3, 0xa0, 0xbf),
        0xed => (3, 0x80, 0x9f),
        0xe1..=0xef => (3, 0x80, 0xbf),
        0xf0 => (4, 0x90, 0xbf),
        0xf1..=0xf3 => (4, 0x80, 0xbf),
        0xf4 => (4, 0x80, 0x8f),
        _ => return Decoded::Invalid(1),
    };
    let mut code = u32::from(lead) & (0x7f >> len);
    for at in 1..len {
        let Some(&byte) = bytes.get(at) else { return Decoded::Cut };
        let valid = if at == 1 { (low..=high).contains(&byte) } else { byte & 0xc0 == 0x80 };
        if !valid {
            return Decoded::Invalid(at);
        }
        code = code << 6 | u32::from(byte & 0x3f);
    }
    Decoded::Code(code, len)
}

/// Appends a code point to a byte string as UTF-8.
pub(crate) fn push(out: &mut Vec<u8>, code: u32) {
    let mut buffer = [0; 4];
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library() {
        let samples: [&[u8]; 8] = [
            b"plain",
            "é中🦀".as_bytes(),
            b"\xff\xc3",
            b"\xe4\xb8x",
            b"\xf0\x9f\xa6",
            b"\xed\xa0\x80",
            b"\xc0\x80\xf4\x90\x80\x80",
            b"a\xe2\x28\xa1b",
        ];
        for sample in samples {
            let (mut rest, mut out) = (sample, Vec::new());
            while !rest.is_empty() {
                let taken = match decode(rest) {
                    Decoded::Code(code, len) => {
                        push(&mut out, code);
                        len
                    }
                    Decoded::Invalid(len) => {
                        push(&mut out, REPLACEMENT);
                        len
                    }
                    Decoded::Cut => {
                        push(&mut out, REPLACEMENT);
                        rest.len()
                    }
                };
                rest = &rest[taken..];
            }
            assert_eq!(String::from_utf8_lossy(sample).as_bytes(), out, "{sample:x?}");
        }
    }
}
