use proptest::prelude::*;

use super::{Escape, erase_character};

proptest! {
    #[test]
    fn erasing_removes_one_character(text in "\\PC{0,8}") {
        let mut line = text.clone().into_bytes();
        let mut kept = text.chars();
        prop_assert_eq!(erase_character(&mut line), kept.next_back().is_some());
        prop_assert_eq!(line, kept.as_str().as_bytes());
    }

    #[test]
    fn any_line_can_be_erased_to_the_end(mut line in any::<Vec<u8>>()) {
        for _ in 0..=line.len() {
            erase_character(&mut line);
        }
        prop_assert!(line.is_empty());
    }

    #[test]
    fn no_key_swallows_the_line_end_after_it(keys in "(\u{1b}|\\[|O|[0-9;]|[a-zA-Z]|é){0,12}") {
        let mut escape = Escape::None;
        for byte in keys.bytes() {
            escape.consumes(byte);
        }
        prop_assert!(!escape.consumes(b'\n'));
        prop_assert!(!escape.consumes(b'a'), "text follows the line end");
    }

    #[test]
    fn an_escape_sequence_is_consumed_whole(letter in "[A-Za-z~]", parameters in "[0-9;]{0,6}", text in "[a-z]{0,6}") {
        let keys = format!("\u{1b}[{parameters}{letter}{text}");
        let mut escape = Escape::None;
        let left: Vec<u8> = keys.bytes().filter(|byte| !escape.consumes(*byte)).collect();
        prop_assert_eq!(left, text.as_bytes());
    }
}
