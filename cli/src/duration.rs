//! Lengths of time as people write them: `90s`, `30m`, `2h`, `1d`, `1h30m`.

use std::time::Duration;

/// The longest: what is longer is a slip, and ends somewhere in the arithmetic of clocks.
const MAX_SECONDS: u64 = 3650 * 86_400;

/// Reads a length of time, of ten years at most; a plain number counts seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let fault = || format!("`{text}` is not a length of time; write for example 90s, 30m, 2h or 1h30m");
    let mut seconds: u64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(fault());
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().map_err(|_| fault())?;
        let unit =
            rest[digits..].find(|letter: char| letter.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        let factor = match &rest[digits..unit] {
            "" | "s" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return Err(fault()),
        };
        seconds = number.checked_mul(factor).and_then(|part| seconds.checked_add(part)).ok_or_else(fault)?;
        rest = &rest[unit..];
    }
    if seconds > MAX_SECONDS {
        return Err(format!("`{text}` is longer than ten years"));
    }
    Ok(Duration::from_secs(seconds))
}

/// The same for a person, in its two largest units: `1 h 30 min`.
pub(crate) fn words(seconds: u64) -> String {
    let parts = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut words = Vec::new();
    for (length, unit) in parts {
        if rest >= length {
            words.push(format!("{} {unit}", rest / length));
            rest %= length;
        }
    }
    words.truncate(2);
    if words.is_empty() { "0 s".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read() {
        for (text, seconds) in
            [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1d", 86_400), ("1h30m", 5400)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in
            ["", "h", "2x", "-1s", "1.5h", "99999999999999999999s", "999999999999999999d", "3651d", "2h é"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_are_told_in_two_units() {
        assert_eq!(words(86_399), "23 h 59 min");
        assert_eq!(words(61), "1 min 1 s");
        assert_eq!(words(0), "0 s");
    }
}
