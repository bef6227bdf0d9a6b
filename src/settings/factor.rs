//! The names of factors: Okta's `factorType` and `provider`, alone or together.
//!
//! Both are known words (Okta, Authentication API, "Factor object"), so that a slip of the pen is found when the
//! configuration is read and not when somebody wonders why no factor fits.

use super::near::{quoted, suggest};
use crate::app::Factor;
use crate::error::{Error, Result};

const KINDS: [&str; 16] = [
    "push",
    "token:software:totp",
    "token:hotp",
    "token",
    "token:hardware",
    "sms",
    "call",
    "email",
    "question",
    "password",
    "webauthn",
    "u2f",
    "web",
    "claims_provider",
    "assertion:saml2",
    "assertion:oidc",
];

const PROVIDERS: [&str; 11] = [
    "okta",
    "google",
    "yubico",
    "rsa",
    "symantec",
    "duo",
    "fido",
    "custom",
    "del_oath",
    "generic_saml",
    "generic_oidc",
];

/// The kind that a computed code (RFC 6238) answers.
pub(super) const TOTP: Factor = Factor {
    provider: None,
    kind: Some("token:software:totp"),
};

/// Reads `kind`, `provider` or `provider:kind`, in letters of either case.
pub(super) fn factor(text: &str) -> Result<Factor> {
    let word = text.to_ascii_lowercase();
    if let Some(kind) = known(&KINDS, &word) {
        let kind = Some(kind);
        return Ok(Factor {
            provider: None,
            kind,
        });
    }
    match word.split_once(':') {
        Some((pin, rest)) if known(&PROVIDERS, pin).is_some() => Ok(Factor {
            provider: known(&PROVIDERS, pin),
            kind: Some(known(&KINDS, rest).ok_or_else(|| unknown(text, rest))?),
        }),
        // The head of a kind (`token:softwear`) is no pin, and neither is a word before a good kind.
        Some((pin, rest)) if known(&KINDS, rest).is_some() => Err(unknown(text, pin)),
        _ => known(&PROVIDERS, &word)
            .map(|pin| Factor {
                provider: Some(pin),
                kind: None,
            })
            .ok_or_else(|| unknown(text, &word)),
    }
}

/// Reads factors in order of preference, separated by commas.
pub(super) fn factors(text: &str) -> Result<Vec<Factor>> {
    text.split(',').map(|word| factor(word.trim())).collect()
}

fn known(words: &[&'static str], word: &str) -> Option<&'static str> {
    words.iter().copied().find(|known| *known == word)
}

fn unknown(text: &str, part: &str) -> Error {
    let error = Error::usage(format!("no factor is called {}", quoted(text)));
    let known = KINDS.iter().chain(&PROVIDERS).copied();
    suggest(error, part, "kinds and providers of factors", known)
}

#[cfg(test)]
mod tests {
    use super::{TOTP, factor, factors};
    use crate::app::Factor;

    #[test]
    fn a_factor_is_a_kind_a_provider_or_both() {
        let table = [
            ("push", None, Some("push")),
            ("token", None, Some("token")),
            ("token:software:totp", None, Some("token:software:totp")),
            ("assertion:oidc", None, Some("assertion:oidc")),
            (
                "google:token:software:totp",
                Some("google"),
                Some("token:software:totp"),
            ),
            (
                "YUBICO:token:hardware",
                Some("yubico"),
                Some("token:hardware"),
            ),
            ("yubico", Some("yubico"), None),
            ("Okta", Some("okta"), None),
        ];
        for (text, provider, kind) in table {
            assert_eq!(factor(text), Ok(Factor { provider, kind }), "{text}");
        }
    }

    #[test]
    fn an_unknown_word_is_an_error_with_the_near_miss() {
        let table = [
            ("pussh", "did you mean \"push\"?"),
            (
                "token:software:topt",
                "did you mean \"token:software:totp\"?",
            ),
            ("gogle:token:software:totp", "did you mean \"google\"?"),
            ("google:smss", "did you mean \"sms\"?"),
            ("yubiko", "did you mean \"yubico\"?"),
        ];
        for (text, hint) in table {
            let error = factor(text).expect_err("unknown");
            assert_eq!(error.message, format!("no factor is called \"{text}\""));
            assert_eq!(error.hints, [hint]);
        }
        for text in ["", ":", "push:", ":push", "okta:"] {
            assert!(factor(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_list_has_commas() {
        let push = factor("push").expect("known");
        assert_eq!(factors("token:software:totp, push"), Ok(vec![TOTP, push]));
        assert!(factors("push,").is_err());
    }
}
