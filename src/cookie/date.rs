//! Dates of `Expires` and `Date`, in any spelling that a browser reads (RFC 6265 §5.1.1).

use time::{Date, Month, PrimitiveDateTime, Time};

use crate::clock::Moment;

/// The first letters of the months, in order.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The parts of a date that its tokens have given so far.
#[derive(Default)]
struct Parts {
    time: Option<[u16; 3]>,
    day: Option<u16>,
    month: Option<u8>,
    year: Option<u16>,
}

/// Parses a date: a time, a day, a month and a year in any order, with anything between them. It is in UTC, whatever the
/// text says of a time zone.
pub(crate) fn parse_date(text: &str) -> Option<Moment> {
    let mut parts = Parts::default();
    for token in text.as_bytes().split(|byte| is_delimiter(*byte)) {
        parts.take(token);
    }
    parts.moment()
}

impl Parts {
    /// Gives `token` to the first part that is missing and fits it.
    fn take(&mut self, token: &[u8]) {
        if let (None, Some(time)) = (self.time, time(token)) {
            self.time = Some(time);
        } else if let (None, Some((day, _))) = (self.day, number(token, 1..=2)) {
            self.day = Some(day);
        } else if let (None, Some(month)) = (self.month, month(token)) {
            self.month = Some(month);
        } else if let (None, Some((year, _))) = (self.year, number(token, 2..=4)) {
            self.year = Some(year);
        }
    }

    /// The moment, if every part is there and such a day exists.
    fn moment(self) -> Option<Moment> {
        let year = match self.year? {
            year @ 70..=99 => year + 1900,
            year @ 0..=69 => year + 2000,
            year => year,
        };
        let month = Month::try_from(self.month?).ok()?;
        let day = u8::try_from(self.day?).ok()?;
        let date = Date::from_calendar_date(year.into(), month, day).ok()?;
        let [hour, minute, second] = self
            .time?
            .map(|field| u8::try_from(field).unwrap_or(u8::MAX));
        let time = Time::from_hms(hour, minute, second).ok()?;
        (year >= 1601).then(|| PrimitiveDateTime::new(date, time).assume_utc())
    }
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'/' | b';'..=b'@' | b'['..=b'`' | b'{'..=b'~')
}

/// Reads `HH:MM:SS`, with one digit or two each; anything but a digit may follow.
fn time(token: &[u8]) -> Option<[u16; 3]> {
    let (hour, rest) = number(token, 1..=2)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?, 1..=2)?;
    let (second, _) = number(rest.strip_prefix(b":")?, 1..=2)?;
    Some([hour, minute, second])
}

fn month(token: &[u8]) -> Option<u8> {
    let letters = token.get(..3)?;
    let mut numbers = (1_u8..).zip(MONTHS);
    let found = numbers.find(|(_, name)| letters.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(number, _)| number)
}

/// Reads a number that `token` begins with, of so many digits exactly, and what follows it.
fn number(token: &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<(u16, &[u8])> {
    let end = token.iter().position(|byte| !byte.is_ascii_digit());
    let (number, rest) = token.split_at(end.unwrap_or(token.len()));
    let number = digits.contains(&number.len()).then_some(number)?;
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::parse_date;
    use time::macros::datetime;

    #[track_caller]
    fn assert_none(texts: &[&str]) {
        for text in texts {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn every_spelling_that_servers_use_is_read() {
        let date = Some(datetime!(1994-11-06 08:49:37 UTC));
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "1994 06 NOVEMBER 8:49:37",
            "08:49:37 6 nov 1994 -0800",
            "06/Nov/1994;08:49:37",
            "06\tNov\t1994\t08:49:37.123Z",
            "6th nov 1994AD 08:49:37am",
        ] {
            assert_eq!(parse_date(text), date, "{text}");
        }
        let epoch = Some(datetime!(1970-01-01 00:00:01 UTC));
        assert_eq!(parse_date("Thu, 01-Jan-70 00:00:01 GMT"), epoch);
        assert_eq!(parse_date("Thursday, 01-Jan-70 00:00:01 GMT"), epoch);
    }

    #[test]
    fn a_year_of_two_digits_is_between_1970_and_2069() {
        let year = |text: &str| {
            let date = parse_date(&format!("1 Jan {text} 00:00:00"));
            date.map(time::OffsetDateTime::year)
        };
        for (text, expected) in [
            ("70", Some(1970)),
            ("99", Some(1999)),
            ("00", Some(2000)),
            ("69", Some(2069)),
            ("069", Some(2069)),
            ("100", None),
            ("1600", None),
            ("1601", Some(1601)),
            ("9999", Some(9999)),
            ("10000", None),
            ("5", None),
        ] {
            assert_eq!(year(text), expected, "{text}");
        }
    }

    #[test]
    fn each_part_has_to_be_there() {
        assert_none(&[
            "",
            ",",
            "GMT",
            "yesterday",
            "06 Nov 1994",
            "06 Nov 08:49:37",
            "Nov 1994 08:49:37",
            "06 1994 08:49:37",
            "06 No 1994 08:49:37",
            "06 Nov 1994 08:49",
            "06 Nov 1994 08:49:",
            "06 Nov 1994 :49:37",
            "06 Nov 1994 008:49:37",
            "06 Nov 1994 08:049:37",
            "06 Nov 1994 08:49:037",
            "006 Nov 1994 08:49:37",
        ]);
    }

    #[test]
    fn a_day_or_a_time_that_does_not_exist_is_none() {
        assert_none(&[
            "31 Feb 2026 00:00:00",
            "29 Feb 2026 00:00:00",
            "32 Jan 2026 00:00:00",
            "00 Jan 2026 00:00:00",
            "01 Jan 2026 24:00:00",
            "01 Jan 2026 00:60:00",
            "01 Jan 2026 00:00:60",
            "01 Jan 2026 99:99:99",
        ]);
        let leap = Some(datetime!(2028-02-29 23:59:59 UTC));
        assert_eq!(parse_date("29 Feb 2028 23:59:59"), leap);
    }

    #[test]
    fn the_first_of_two_parts_counts() {
        let date = Some(datetime!(2026-01-02 03:04:05 UTC));
        let text = "02 Jan 2026 03:04:05 Feb 2027 06:07:08 09";
        assert_eq!(parse_date(text), date);
    }
}
