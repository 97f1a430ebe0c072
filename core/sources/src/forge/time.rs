//! Times as forges write them (RFC 3339), in milliseconds since 1970.

/// Reads `2026-01-02T03:04:05[.678](Z|+01:00)`; nothing if it is no such time.
pub(super) fn millis(text: &str) -> Option<u64> {
    let (date, rest) = text.split_at_checked(10)?;
    let time = rest.get(1..9).filter(|_| matches!(rest.as_bytes()[0], b'T' | b't' | b' '))?;
    let mut parts = date.split('-').chain(time.split(':')).map(|part| part.parse::<i64>().ok());
    let mut next = |from: i64, to: i64| parts.next().flatten().filter(|part| (from..=to).contains(part));
    let (year, month, day) = (next(1970, 9999)?, next(1, 12)?, next(1, 31)?);
    let (hour, minute, second) = (next(0, 23)?, next(0, 59)?, next(0, 60)?);
    let rest = &rest[9..];
    let digits = rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let fraction = if digits == 0 { "" } else { &rest[1..=digits.min(3)] };
    let millis = format!("{fraction:0<3}").parse::<i64>().ok()?;
    let zone = if digits == 0 { rest } else { &rest[1 + digits..] };
    let offset = match zone.as_bytes() {
        b"Z" | b"z" | b"" => 0,
        [sign @ (b'+' | b'-'), ..] => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let offset = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60;
    u64::try_from(seconds * 1_000 + millis).ok()
}

/// Days since 1970, by counting years from March on: leap days come last then.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2024-02-29T12:34:56Z", Some(1_709_210_096_000)),
            ("2026-11-21T16:00:00.5+02:00", Some(1_795_269_600_500)),
            ("2026-11-21T16:00:00.123456Z", Some(1_795_276_800_123)),
            ("2026-13-01T00:00:00Z", None),
            ("1960-01-01T00:00:00Z", None),
            ("yesterday", None),
            ("2026-11-21T16:00:00é", None),
            ("", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }
}
