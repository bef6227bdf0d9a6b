//! Near misses: the known word that a person may have meant, as the hint of an error.

use crate::error::{Error, Untrusted};

/// The most words that a hint lists.
const LISTED: usize = 20;

/// Adds to `error` the `known` word nearest to `word`, or, if none is near, the list of them. `all` names the list: `apps`,
/// `keys`.
pub(super) fn suggest<'a>(
    error: Error,
    word: &str,
    all: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Error {
    let hint = near_miss(word, known.clone()).unwrap_or_else(|| format!("{all}: {}", list(known)));
    error.hint(hint)
}

/// The hint with the `known` word nearest to `word`, if one is near.
pub(super) fn near_miss<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(word, known).map(|near| format!("did you mean \"{near}\"?"))
}

/// The words with commas between them; of a long list, the first ones and the number of the others.
pub(super) fn list<'a>(words: impl Iterator<Item = &'a str> + Clone) -> String {
    let text = words.clone().take(LISTED).collect::<Vec<_>>().join(", ");
    match words.skip(LISTED).count() {
        0 if text.is_empty() => "none".to_owned(),
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// A word in quotes, for a message.
pub(super) fn quoted(word: &str) -> String {
    format!("\"{}\"", Untrusted::new(word))
}

/// The known word with the smallest edit distance to `word`, if that is small for its length.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let word = word.to_lowercase();
    // Every word is near to a one-letter word, and the time to compare a long one grows with its square.
    let limit = (2..=64).contains(&length).then(|| 1 + length / 5)?;
    known
        .map(|known| (strsim::osa_distance(&word, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::{list, suggest};
    use crate::error::Error;

    fn hints(word: &str, known: &[&'static str]) -> Vec<crate::error::Hint> {
        suggest(Error::usage(""), word, "keys", known.iter().copied()).hints
    }

    #[test]
    fn a_near_word_is_what_was_meant() {
        for (word, near) in [
            ("sesion", "session"),
            ("Session", "session"),
            ("ulr", "url"),
            ("usrename", "username"),
        ] {
            let known = ["session", "url", "username"];
            assert_eq!(hints(word, &known), [format!("did you mean \"{near}\"?")]);
        }
    }

    #[test]
    fn without_a_near_word_all_are_listed() {
        assert_eq!(hints("colour", &["url", "org"]), ["keys: url, org"]);
        assert_eq!(hints("", &["url"]), ["keys: url"]);
        assert_eq!(hints(&"u".repeat(99), &["url"]), ["keys: url"]);
        assert_eq!(hints("colour", &[]), ["keys: none"]);
    }

    #[test]
    fn a_long_list_is_cut() {
        let words = vec!["a"; 1000];
        assert!(list(words.iter().copied()).ends_with("a, a and 980 more"));
    }
}
