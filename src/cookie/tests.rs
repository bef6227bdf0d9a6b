use super::{BadCookie, Jar, SetCookie, is_name, is_value, parse_date};
use crate::secret::Secret;
use proptest::prelude::*;
use time::{Duration, macros::datetime};

const NOW: crate::clock::Moment = datetime!(2026-11-23 20:00:00 UTC);

fn parse(line: &str) -> SetCookie {
    SetCookie::parse(line.as_bytes()).expect("a good line")
}

#[test]
fn a_line_keeps_its_value_byte_for_byte() {
    let cookie = parse(
        "AWSELBAuthSessionCookie-0=ab+/c==; Path=/; Secure; HttpOnly; Expires=Mon, 30 Nov 2026 20:00:00 GMT",
    );
    assert_eq!(
        (cookie.name.as_str(), cookie.value.expose()),
        ("AWSELBAuthSessionCookie-0", "ab+/c==")
    );
    assert_eq!(cookie.life(NOW), Some(Duration::days(7)));
    assert!(!cookie.clears(NOW));
}

#[test]
fn names_and_values_outside_the_grammar_are_errors() {
    for line in ["=x", "a b=x", "a\u{7}=x", "noequals", "ä=x"] {
        assert_eq!(
            SetCookie::parse(line.as_bytes()),
            Err(BadCookie::Name),
            "{line:?}"
        );
    }
    for line in ["a=x y", "a=x\u{1b}[2J", "a=\"x\"", "a=x,y", "a=x\\y", "a=ä"] {
        assert_eq!(
            SetCookie::parse(line.as_bytes()),
            Err(BadCookie::Value),
            "{line:?}"
        );
    }
}

#[test]
fn the_past_and_nothing_clear() {
    assert!(parse("sid=\"\"; Expires=Thu, 01-Jan-1970 00:00:10 GMT").clears(NOW));
    assert!(parse("sid=x; Max-Age=0").clears(NOW));
    assert!(parse("sid=x; Expires=Thu, 01 Jan 1970 00:00:10 GMT").clears(NOW));
    assert!(!parse("sid=x; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:10 GMT").clears(NOW));
}

#[test]
fn a_jar_replaces_clears_and_keeps_order() {
    let mut jar = Jar::default();
    jar.follow(
        &[
            parse("a=1"),
            parse("b=2"),
            parse("a=3"),
            parse("c=4"),
            parse("b=; Max-Age=0"),
        ],
        NOW,
    );
    assert_eq!(jar.header().expect("two cookies").expose(), "a=3; c=4");
}

#[test]
fn a_date_in_the_past_clears_however_it_is_spelt() {
    for date in [
        "Thu, 01-Jan-70 00:00:01 GMT",
        "Thursday, 01-Jan-70 00:00:01 GMT",
    ] {
        assert!(
            parse(&format!("sid=deleted; Expires={date}")).clears(NOW),
            "{date}"
        );
    }
}

#[test]
fn blanks_and_odd_attributes_are_no_part_of_names_and_values() {
    for (line, name, value) in [
        (" a = b ; Path=/", "a", "b"),
        ("a=b=c==", "a", "b=c=="),
        ("a=", "a", ""),
        ("a=\"\"", "a", ""),
        ("a=b;", "a", "b"),
        ("a=b;;;=;x==y", "a", "b"),
        ("sid=102x;Version=1;Path=/;HttpOnly", "sid", "102x"),
        (
            "__Host-a!#$%&'*+.^_`|~=%7Ex",
            "__Host-a!#$%&'*+.^_`|~",
            "%7Ex",
        ),
    ] {
        let cookie = parse(line);
        assert_eq!(
            (cookie.name.as_str(), cookie.value.expose()),
            (name, value),
            "{line}"
        );
    }
    let odd = SetCookie::parse(b"a=b; x=\xff; Max-Age=5").expect("a good line");
    assert_eq!(odd.life(NOW), Some(Duration::seconds(5)));
}

#[test]
fn the_life_is_max_age_else_expires_and_unreadable_ones_are_ignored() {
    for (attributes, life) in [
        ("", None),
        ("; Max-Age=60", Some(60)),
        ("; MAX-AGE = 60 ", Some(60)),
        ("; Max-Age=-1", Some(-1)),
        ("; Max-Age=sixty", None),
        ("; Max-Age=", None),
        ("; Max-Age", None),
        ("; Max-Age=99999999999999999999", None),
        ("; Expires=Mon, 23 Nov 2026 20:00:30 GMT", Some(30)),
        ("; expires=Mon, 23-Nov-2026 20:00:30 GMT", Some(30)),
        (
            "; Max-Age=sixty; Expires=Mon, 23 Nov 2026 20:00:30 GMT",
            Some(30),
        ),
        (
            "; Max-Age=60; Expires=Mon, 23 Nov 2026 20:00:30 GMT",
            Some(60),
        ),
        ("; Expires=soon", None),
        ("; Max-Age=60; Max-Age=sixty", Some(60)),
        ("; Max-Age=60; Max-Age=7", Some(7)),
    ] {
        let cookie = parse(&format!("a=b{attributes}"));
        assert_eq!(
            cookie.life(NOW),
            life.map(Duration::seconds),
            "{attributes}"
        );
    }
}

#[test]
fn a_faults_words_have_no_byte_of_the_line() {
    for fault in [BadCookie::Name, BadCookie::Value] {
        assert!(fault.to_string().starts_with("a cookie whose "));
    }
    let cookie = parse("sid=hunter2");
    assert!(!format!("{cookie:?}").contains("hunter2"));
}

#[test]
fn a_jar_puts_takes_and_lists_in_order() {
    let mut jar = Jar::default();
    assert!(jar.is_empty() && jar.header().is_none());
    for (name, value) in [("a", "1"), ("b", "2"), ("a", "3")] {
        jar.put(name, Secret::new(value.into()));
    }
    let names: Vec<_> = jar
        .iter()
        .map(|(name, value)| (name, value.expose()))
        .collect();
    assert_eq!(names, [("a", "3"), ("b", "2")]);
    assert_eq!(jar.take("a").expect("an a").expose(), "3");
    assert!(jar.take("a").is_none());
    assert_eq!(jar.header().expect("one cookie").expose(), "b=2");
}

proptest! {
    #[test]
    fn any_line_gives_a_cookie_within_the_grammar_or_a_fault(
        line in prop_oneof![
            any::<Vec<u8>>(),
            "[!-~]{1,6}=[ -~]{0,12}(; ?(Max-Age|Expires)=[ -~]{0,30}){0,2}".prop_map(String::into_bytes),
        ]
    ) {
        if let Ok(cookie) = SetCookie::parse(&line) {
            prop_assert!(is_name(&cookie.name) && is_value(cookie.value.expose()));
            let _ = (cookie.life(NOW), cookie.clears(NOW));
            let mut jar = Jar::default();
            jar.follow(&[cookie], NOW);
            if let Some(header) = jar.header() {
                prop_assert!(header.expose().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }

    #[test]
    fn any_date_is_read_or_not_and_every_real_one_is(text in any::<String>(), second in 0_i64..253_402_300_799) {
        let _ = parse_date(&text);
        let moment = time::OffsetDateTime::from_unix_timestamp(second).expect("a moment");
        let (date, hour) = (moment.date(), moment.time());
        let month = &date.month().to_string()[..3];
        for dash in [" ", "-"] {
            let text = format!(
                "Xxx, {:02}{dash}{month}{dash}{:04} {:02}:{:02}:{:02} GMT",
                date.day(), date.year(), hour.hour(), hour.minute(), hour.second()
            );
            prop_assert_eq!(parse_date(&text), Some(moment), "{}", text);
        }
    }
}
