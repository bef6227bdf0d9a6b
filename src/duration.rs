//! Lengths of time as people write and read them: `90s`, `12h`, `1h30m`, `7d`, `0s`.

use std::fmt::Write as _;

use time::Duration;

use crate::error::Untrusted;

/// The units, longest first, in seconds.
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
/// A hundred years: longer than any session, and short enough to be added to any moment.
const LONGEST: i64 = 36_500 * 86_400;

/// Parses numbers with units, the longest unit first. The error says why, and quotes the text.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let shown = Untrusted::new(text);
    match seconds(text) {
        None => Err(format!(
            "{shown:?} is not a duration such as 90s, 12h, 1h30m or 7d"
        )),
        Some(seconds) if seconds > LONGEST => Err(format!("{shown:?} is longer than 36500d")),
        Some(seconds) => Ok(Duration::seconds(seconds)),
    }
}

/// The sum, which stops at the largest number instead of overflowing.
fn seconds(text: &str) -> Option<i64> {
    let (mut rest, mut sum, mut units) = (text, 0_i64, &UNITS[..]);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let unit = rest[digits..].chars().next()?;
        let place = units.iter().position(|known| known.0 == unit)?;
        sum = sum.saturating_add(number(&rest[..digits])?.saturating_mul(units[place].1));
        units = &units[place + 1..];
        rest = &rest[digits + unit.len_utf8()..];
    }
    (!text.is_empty()).then_some(sum)
}

fn number(digits: &str) -> Option<i64> {
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(i64::MAX))
}

/// Formats a length for people, rounded down to its two longest units, in the form that [`parse_duration`] reads:
/// `6d23h`, `12h`, `1h30m`, `45s`, and `0s` for nothing or less.
pub(crate) fn show_duration(length: Duration) -> String {
    let mut rest = length.whole_seconds().max(0);
    let mut text = String::new();
    let first = UNITS.iter().position(|unit| rest >= unit.1).unwrap_or(3);
    for (unit, seconds) in UNITS.iter().skip(first).take(2) {
        if rest >= *seconds || text.is_empty() {
            let _ = write!(text, "{}{unit}", rest / seconds);
            rest %= seconds;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{parse_duration, show_duration};
    use time::Duration;

    #[test]
    fn numbers_with_units_in_descending_order_are_a_duration() {
        let table = [
            ("90s", 90),
            ("12h", 43_200),
            ("1h30m", 5_400),
            ("7d", 604_800),
            ("0s", 0),
            ("1d1h1m1s", 90_061),
            ("007m", 420),
            ("36500d", 36_500 * 86_400),
        ];
        for (text, seconds) in table {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::seconds(seconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn any_other_text_is_not_a_duration() {
        assert_eq!(
            parse_duration("12x"),
            Err("\"12x\" is not a duration such as 90s, 12h, 1h30m or 7d".into())
        );
        for text in [
            "", "12", "h", "1.5h", "-1h", "+1h", "1m1h", "1h1h", "1h 30m", " 1h", "1h ", "12H",
            "1w", "1h30", "1ü", "١s",
        ] {
            assert!(parse_duration(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_huge_number_does_not_overflow() {
        for text in [
            "36501d",
            "36500d1s",
            "99999999999999999999d99999999999999999999s",
        ] {
            assert_eq!(
                parse_duration(text),
                Err(format!("{text:?} is longer than 36500d"))
            );
        }
    }

    #[test]
    fn people_read_the_two_longest_units() {
        let table = [
            (-5, "0s"),
            (0, "0s"),
            (45, "45s"),
            (60, "1m"),
            (5_400, "1h30m"),
            (5_459, "1h30m"),
            (43_200, "12h"),
            (604_799, "6d23h"),
            (86_460, "1d"),
        ];
        for (seconds, text) in table {
            assert_eq!(show_duration(Duration::seconds(seconds)), text);
        }
    }
}
