//! Codes that are known, and the pauses after wrong ones.

use super::{Duration, Moment, UsedCodes};
use crate::error::Error;
use crate::secret::Secret;
use time::macros::datetime;

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

const NOW: Moment = datetime!(2026-11-23 20:00 UTC);

#[test]
fn the_last_code_is_known_and_not_held() {
    let mut codes = UsedCodes::default();
    assert!(!codes.is_last(&secret("123456")));
    codes.sent(Some(&secret("123456")), Some(9), NOW);
    codes.sent(Some(&secret("654321")), None, NOW);
    assert_eq!(codes.in_a_row(), 2, "until the answers are known");
    assert!(codes.is_last(&secret("654321")));
    assert!(!codes.is_last(&secret("123456")));
    assert_eq!(codes.step(), Some(9));
    assert!(!format!("{codes:?}").contains("654321"));
}

#[test]
fn a_source_is_given_up_after_two_wrong_codes_in_a_row() {
    let mut codes = UsedCodes::default();
    let (seed, other) = (secret("seed"), secret("other"));
    codes.refuse(&seed, Error::refused("no"));
    assert_eq!(codes.refusal_of(&seed), None);
    codes.refuse(&seed, Error::refused("no"));
    assert_eq!(codes.refusal_of(&seed), Some(Error::refused("no")));
    assert_eq!(codes.refusal_of(&other), None);
    codes.accept();
    assert_eq!(codes.refusal_of(&seed), None);
}

#[test]
fn after_three_codes_comes_a_pause_and_after_four_only_a_person_sends_one() {
    let mut codes = UsedCodes::default();
    let minutes = Duration::minutes;
    for _ in 0..3 {
        assert_eq!(codes.pause(NOW), None);
        codes.sent(None, None, NOW);
    }
    assert!(codes.pause(NOW).is_some() && codes.pause(NOW + minutes(14)).is_some());
    assert_eq!(codes.pause(NOW + minutes(15)), None);
    assert_eq!(
        codes.pause(NOW - minutes(1)),
        None,
        "the clock was set back"
    );
    codes.sent(None, None, NOW + minutes(15));
    assert!(codes.pause(NOW + minutes(10_000)).is_some());
    codes.take_back();
    assert!(codes.pause(NOW + minutes(15)).is_some(), "three are left");
    codes.accept();
    assert_eq!(codes.pause(NOW), None);
}
