use super::{STATUSES, TransactionStatus, expiry_words, status_error};
use crate::error::Kind;
use crate::sign_in::okta::classic::fixture::{org, state, transaction};

#[test]
fn every_word_means_what_its_row_says_and_any_other_stops() {
    for (word, means) in STATUSES {
        assert_eq!(TransactionStatus::of(word), means, "{word}");
    }
    for word in ["", "success", "MFA_REQUIRED ", "DEVICE_ACTIVATE", "NEW"] {
        assert_eq!(
            TransactionStatus::of(word),
            TransactionStatus::DeadEnd,
            "{word}"
        );
    }
}

#[test]
fn every_known_status_has_words_of_its_own() {
    let org = org(|_| {});
    let words = STATUSES.iter().map(|row| row.0);
    for word in words.chain(["DEVICE_ACTIVATE"]) {
        let means = TransactionStatus::of(word);
        if matches!(
            means,
            TransactionStatus::FactorRequired | TransactionStatus::FactorChallenge
        ) {
            continue;
        }
        let error = status_error(&org, "corp", &state(&org, &transaction(word)));
        assert_ne!(error.kind, Kind::Network, "{word}");
        assert!(error.message.ends_with(&format!("({word})")), "{word}");
        assert!(!error.hints.is_empty(), "{word}");
    }
}

#[test]
fn the_days_that_are_left_are_told_in_words() {
    let org = org(|_| {});
    let mut state = state(&org, &transaction("PASSWORD_WARN"));
    for (days, words) in [
        (None, "soon"),
        (Some(0), "today"),
        (Some(1), "tomorrow"),
        (Some(14), "in 14 days"),
    ] {
        state.days_left = days;
        assert_eq!(
            expiry_words(&state),
            format!("says that the password expires {words}")
        );
    }
}
