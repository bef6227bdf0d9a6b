use proptest::prelude::*;

use super::Holder;

proptest! {
    #[test]
    fn whatever_a_lock_file_says_can_be_shown(text in any::<String>(), words in "[\\x00-\\x7f]{0,40}") {
        for text in [text, format!("7\n{words}")] {
            let shown = Holder::parse(&text).words("sign in");
            prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
        }
    }
}
