//! Checks the second factor: which one the configuration pins, and how it is answered without a user.

use super::Examination;
use super::report::Finding;
use crate::app::{Org, Passcode, Pin, Source};
use crate::error::{Error, Hint, foreign};
use crate::factor::usual_kind;
use crate::sign_in::okta::passcode_answers_kind;

impl Examination<'_> {
    /// Explains what happens if Okta asks for a second factor.
    pub(super) fn factors(&mut self, org: &Org) {
        self.put("factors", judge_factors(org, self.attended));
    }
}

fn judge_factors(org: &Org, attended: bool) -> Finding {
    let names: Vec<String> = org.factors.iter().map(name).collect();
    let pinned = match names.as_slice() {
        [] => "none is pinned".to_owned(),
        names => format!("in this order: {}", names.join(", ")),
    };
    let any = |such: &dyn Fn(Option<&str>) -> bool| match org.factors.as_slice() {
        [] => such(None),
        pins => pins.iter().any(|pin| such(kind(pin))),
    };
    let by_person = Some(Passcode::Totp(Source::Prompt));
    let by_code = any(&|kind| passcode_answers_kind(org, kind) && org.passcode != by_person);
    let by_push = any(&|kind| org.push_unattended && kind.is_none_or(|kind| kind == "push"));
    let alone = match (by_code, by_push) {
        (true, true) => "the configured passcode answers, or a push is sent",
        (true, false) => "the configured passcode answers",
        (false, true) => "a push is sent",
        (false, false) => "nothing can answer",
    };
    let words = format!("{pinned}; if nobody can be asked, {alone}");
    if attended || names.is_empty() || by_code || by_push {
        return Finding::Fine(words);
    }
    Finding::Doubtful(
        Error::person(words)
            .caused_by("nobody is at a terminal here")
            .hint(Hint::settings(
                "set",
                org.table(),
                &["passcode", "push_unattended"],
            ))
            .hint(Hint::login(&org.name).after("or, at a terminal: ")),
    )
}

/// Returns the kind that a pin means: its own, or the usual one of its provider.
fn kind(pin: &Pin) -> Option<&str> {
    pin.kind.or_else(|| usual_kind(pin.provider?))
}

/// Returns a pinned factor as the configuration writes it.
fn name(pin: &Pin) -> String {
    let words: Vec<&str> = [pin.provider, pin.kind].into_iter().flatten().collect();
    match &pin.device {
        Some(device) => format!("{}@{}", words.join(":"), foreign(device)),
        None => words.join(":"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, judge_factors, name};
    use crate::app::{Org, Passcode, Pin, Source};
    use crate::output::fixture;

    fn org(kinds: &[&'static str]) -> Org {
        let pin = |kind: &&'static str| Pin {
            provider: None,
            kind: Some(kind),
            device: None,
        };
        let app = fixture::app("https://wiki.corp.example");
        Org {
            factors: kinds.iter().map(pin).collect(),
            ..app.org().expect("an app of an org").clone()
        }
    }

    #[test]
    fn the_finding_says_what_happens_without_a_person() {
        let fine = |org: &Org, attended| match judge_factors(org, attended) {
            Finding::Fine(words) => words,
            other => panic!("{other:?}"),
        };
        assert!(fine(&org(&[]), false).ends_with("nothing can answer"));
        assert!(fine(&org(&["push"]), true).contains("in this order: push;"));
        let push = Org {
            push_unattended: true,
            ..org(&["push"])
        };
        assert!(fine(&push, false).ends_with("can be asked, a push is sent"));
        let code = Org {
            passcode: Some(Passcode::Totp(Source::Env("X".into()))),
            ..org(&["token:software:totp", "push"])
        };
        assert!(fine(&code, false).ends_with("passcode answers"));
        let typed = Org {
            passcode: Some(Passcode::Code(Source::Prompt)),
            ..org(&[])
        };
        assert!(fine(&typed, false).ends_with("nothing can answer"));
        let seed = Org {
            passcode: Some(Passcode::Totp(Source::Env("X".into()))),
            ..org(&["sms"])
        };
        assert!(matches!(judge_factors(&seed, false), Finding::Doubtful(_)));
        let both = Org {
            push_unattended: true,
            ..code
        };
        assert!(fine(&both, false).ends_with("or a push is sent"));
        assert!(matches!(
            judge_factors(&org(&["push", "sms"]), false),
            Finding::Doubtful(error) if error.hints.len() == 2
        ));
    }

    #[test]
    fn a_pin_is_named_as_it_was_written() {
        let pin = Pin {
            provider: Some("google"),
            kind: Some("token:software:totp"),
            device: Some("Ada's phone".into()),
        };
        assert_eq!(name(&pin), "google:token:software:totp@Ada's phone");
    }
}
