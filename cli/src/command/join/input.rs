//! Keys in an argument, with escapes for those that have no letter.

/// Bytes to type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Keys(pub(super) Vec<u8>);

/// Reads `\r`, `\n`, `\t`, `\e`, `\\` and `\xNN`.
pub(super) fn unescape(text: &str) -> Result<Keys, String> {
    let mut bytes = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match letters.next() {
            Some('r') => bytes.push(b'\r'),
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('e') => bytes.push(0x1b),
            Some('\\') => bytes.push(b'\\'),
            Some('x') => {
                let digits: Option<String> = (0..2).map(|_| letters.next()).collect();
                let byte = digits.and_then(|digits| u8::from_str_radix(&digits, 16).ok());
                bytes.push(byte.ok_or("\\x is followed by two hexadecimal digits")?);
            }
            _ => return Err("after \\ comes r, n, t, e, \\ or xNN".to_owned()),
        }
    }
    Ok(Keys(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        assert_eq!(unescape(r"ls\r\x03é\e[A\\").unwrap().0, "ls\r\x03é\x1b[A\\".as_bytes());
        for text in [r"\", r"\q", r"\x1", r"\xgg"] {
            assert!(unescape(text).is_err(), "{text}");
        }
    }
}
