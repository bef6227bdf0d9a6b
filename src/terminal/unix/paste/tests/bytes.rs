use proptest::prelude::*;

use crate::terminal::Line;
use crate::terminal::unix::paste::{LONGEST, Paste, Taken};

/// The text of these keys, and what the last of them has meant.
fn pasted(keys: &[u8]) -> (Option<String>, Taken) {
    let mut paste = Paste::new();
    let mut last = Taken::Nothing;
    for &key in keys {
        last = paste.take(key);
    }
    let line = paste.into_line().map(|line| match line {
        Line::Typed(text) => text.expose().to_owned(),
        other => panic!("{other:?}"),
    });
    (line, last)
}

fn text(keys: &[u8]) -> String {
    pasted(keys).0.expect("it is not too long")
}

#[test]
fn a_line_end_within_the_marks_is_no_line_end() {
    for (keys, last) in [
        (&b"a\n"[..], Taken::LineEnd),
        (b"a\r", Taken::LineEnd),
        (b"\n", Taken::LineEnd),
        (b"\x1b[200~a\r\n", Taken::Nothing),
        (b"\x1b[200~a\rb", Taken::Text),
        (b"\x1b[200~a\r\x1b[201~", Taken::Nothing),
        (b"\x1b[200~a\r\x1b[201~\r", Taken::LineEnd),
        (b"\x1b[200~a\x1b[1;5Cb\r", Taken::Nothing),
        (b"a\x04", Taken::Nothing),
        (b"\x1b[200~\x04", Taken::Nothing),
        (b"\x04", Taken::GaveUp),
        (b" \x04", Taken::GaveUp),
    ] {
        assert_eq!(pasted(keys).1, last, "{}", keys.escape_ascii());
    }
}

#[test]
fn marks_blanks_and_control_keys_are_left_out() {
    for (keys, left) in [
        (&b"\x1b[200~ab\r\ncd\x1b[201~\r"[..], "abcd"),
        (b" a\tb \n  c\n", "abc"),
        (b"ab\x7f\x08cd\n", "cd"),
        ("x\u{e9}\x7fy\n".as_bytes(), "xy"),
        (b"abc\x15d\n", "d"),
        (b"a\x1b[Ab\0c\n", "abc"),
        (b"a\xffb", "a\u{fffd}b"),
    ] {
        assert_eq!(text(keys), left, "{}", keys.escape_ascii());
    }
}

#[test]
fn the_longest_text_is_taken_and_one_byte_more_is_too_long() {
    let longest = "x".repeat(LONGEST);
    assert_eq!(text(longest.as_bytes()), longest);
    assert_eq!(text(format!(" {longest}\r\n").as_bytes()), longest);
    assert_eq!(pasted(format!("{longest}x").as_bytes()).0, None);
    // A person may begin again.
    assert_eq!(text(format!("{longest}x\u{15}y").as_bytes()), "y");
}

proptest! {
    #[test]
    fn no_keys_make_a_text_that_is_too_long_or_has_a_blank(keys in any::<Vec<u8>>()) {
        let left = text(&keys);
        prop_assert!(!left.bytes().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()));
        prop_assert!(left.chars().count() <= keys.len());
    }

    #[test]
    fn a_text_between_marks_stays_whole_however_it_is_wrapped(parts in prop::collection::vec("[!-~]{1,40}", 1..6)) {
        let keys = format!("\u{1b}[200~{}\r\n\u{1b}[201~", parts.join("\r"));
        prop_assert_eq!(text(keys.as_bytes()), parts.concat());
        prop_assert_eq!(pasted(format!("{keys}\r").as_bytes()).1, Taken::LineEnd);
    }
}
