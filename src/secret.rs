//! Secrets: text that is hidden in `Debug`, has no `Display`, and is wiped when dropped.
//!
//! Sooner or later someone logs the struct that holds a secret. The only way in is [`Secret::expose`], so every
//! place where a secret leaves this type can be found by searching for that word.

use zeroize::Zeroizing;

/// A password, token, cookie value or anything else that must not be shown.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over `text`; no copy of it stays behind.
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Joins `pieces` without leaving half-grown copies in freed memory.
    pub(crate) fn concat(pieces: &[&str]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(
            pieces.iter().map(|piece| piece.len()).sum(),
        ));
        for piece in pieces {
            text.push_str(piece);
        }
        Self(text)
    }

    /// The text itself, for the one place that has to have it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_hides_the_text() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "Secret(…)");
    }

    #[test]
    fn concat_joins_in_order() {
        assert_eq!(Secret::concat(&["a", "=", "b"]).expose(), "a=b");
    }
}
