//! The names of factors: Okta's `factorType` and `provider`, alone or together.
//!
//! Both are known words (Okta, Authentication API, "Factor object"), so that a typing error is found when the configuration
//! is read, and not at a sign-in where no factor matches.

use super::suggest::{quoted, suggest};
use crate::app::Pin;
use crate::error::{Error, Result};
use crate::factor::{self, kinds, providers};

/// The kind that a computed code (RFC 6238) answers.
pub(super) const TOTP: Pin = Pin {
    provider: None,
    kind: Some(factor::TOTP),
    device: None,
};

/// Parses `kind`, `provider` or `provider:kind`, in either case, and a device after an `@`.
pub(super) fn factor(text: &str) -> Result<Pin> {
    let (name, device) = match text.split_once('@') {
        Some((_, "")) => return Err(Error::usage("a device has to follow the @")),
        Some((name, device)) => (name, Some(device.to_owned())),
        None => (text, None),
    };
    let word = name.to_ascii_lowercase();
    let (provider, kind) = match word.split_once(':') {
        _ if known(kinds(), &word).is_some() => (None, known(kinds(), &word)),
        Some((pin, rest)) if known(providers(), pin).is_some() => {
            let kind = known(kinds(), rest).ok_or_else(|| unknown(text, rest))?;
            (known(providers(), pin), Some(kind))
        }
        // The first part of a misspelled kind (`token:softwear`) is no provider, and neither is a word before a known kind.
        Some((pin, rest)) if known(kinds(), rest).is_some() => return Err(unknown(text, pin)),
        _ => {
            let provider = known(providers(), &word).ok_or_else(|| unknown(text, &word))?;
            (Some(provider), None)
        }
    };
    Ok(Pin {
        provider,
        kind,
        device,
    })
}

/// Parses factors in order of preference, separated by commas.
pub(super) fn factors(text: &str) -> Result<Vec<Pin>> {
    text.split(',').map(|word| factor(word.trim())).collect()
}

fn known(mut words: impl Iterator<Item = &'static str>, word: &str) -> Option<&'static str> {
    words.find(|known| *known == word)
}

fn unknown(text: &str, part: &str) -> Error {
    let error = Error::usage(format!("no factor is called {}", quoted(text)));
    let known = kinds().chain(providers());
    suggest(error, part, "kinds and providers of factors", known)
}

#[cfg(test)]
mod tests {
    use super::{TOTP, factor, factors};
    use crate::app::Pin;

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
            let pin = Pin {
                provider,
                kind,
                device: None,
            };
            assert_eq!(factor(text), Ok(pin), "{text}");
        }
    }

    #[test]
    fn a_device_follows_an_at_sign() {
        let phone = factor("okta:push@Ada's Phone").expect("known");
        assert_eq!(phone.device.as_deref(), Some("Ada's Phone"));
        assert_eq!((phone.provider, phone.kind), (Some("okta"), Some("push")));
        let mail = factor("email@a...a@corp.example").expect("known");
        assert_eq!(mail.device.as_deref(), Some("a...a@corp.example"));
        assert!(factor("push@").is_err());
        assert!(factor("@phone").is_err());
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
