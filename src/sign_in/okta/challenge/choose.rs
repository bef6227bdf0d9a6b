//! Chooses the factor that answers.
//!
//! The configuration's preference comes first. If it leaves a choice, the person chooses; an unattended sign-in takes
//! the first factor that needs no person.

use super::factor::{Factor, names};
use crate::app::{Org, Passcode, Pin, Source};
use crate::error::{BrowserNeed, Error, Hint};
use crate::factor::Challenge;

/// The result of a choice.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sign_in::okta) enum Choice {
    /// The factor of this index.
    Take(usize),
    /// The person has to choose one of these.
    Ask(Vec<usize>),
}

/// Chooses from the factors on `offer`. Without a `person` the factor must need none.
pub(in crate::sign_in::okta) fn choose(
    org: &Org,
    login: &str,
    offer: &[Factor],
    person: bool,
) -> Result<Choice, Error> {
    let groups = preferred(org, offer)?;
    let is_answerable = |index: &usize| offer[*index].is_answerable();
    if person {
        return choose_for_person(org, offer, &groups);
    }
    let mut all: Vec<usize> = groups.iter().flatten().copied().collect();
    if org.factors.is_empty() {
        // Okta's order changes with use. A push that goes out on some nights only would surprise the person.
        all.sort_by_key(|index| !is_configured(org, &offer[*index]));
    }
    let mut all = all.into_iter();
    match all.find(|index| answers_alone(org, &offer[*index])) {
        Some(index) if is_ambiguous(org, offer, index) => Err(ambiguous(org, offer)),
        Some(index) => Ok(Choice::Take(index)),
        None => Err(match groups.iter().flatten().any(is_answerable) {
            true => person_needed(org, login, offer),
            false => browser_needed(org, offer),
        }),
    }
}

/// Returns every factor on `offer` that can be answered here, for a person who wants another one.
pub(in crate::sign_in::okta) fn answerable(offer: &[Factor]) -> Vec<usize> {
    let all = 0..offer.len();
    let answerable = all.filter(|index| offer[*index].is_answerable());
    distinct(offer, answerable.collect())
}

/// Returns these factors without repetitions: of equal ones, the first.
fn distinct(offer: &[Factor], indices: Vec<usize>) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for index in indices {
        let is_same = |earlier: &usize| offer[*earlier].is_same_as(&offer[index]);
        if !kept.iter().any(is_same) {
            kept.push(index);
        }
    }
    kept
}

/// Returns whether the configuration answers `factor`.
pub(in crate::sign_in::okta) fn is_configured(org: &Org, factor: &Factor) -> bool {
    let is_pinned = org.factors.iter().any(|pin| factor.fits(pin));
    passcode_answers(org, factor.challenge, is_pinned)
}

/// Returns whether the configured passcode answers a factor that the configuration pins by this kind; without a kind,
/// any factor.
pub(crate) fn passcode_answers_kind(org: &Org, kind: Option<&str>) -> bool {
    passcode_answers(org, kind.map_or(Challenge::Totp, Challenge::of), true)
}

/// Returns whether the configured passcode answers a challenge. A seed computes TOTP codes alone. Any other source
/// gives an app's codes, and codes of other kinds if the configuration pins them.
fn passcode_answers(org: &Org, challenge: Challenge, is_pinned: bool) -> bool {
    match (&org.passcode, challenge) {
        // The transaction itself asks the person for such a code.
        (Some(Passcode::Code(Source::Prompt)), _) => false,
        (Some(Passcode::Totp(_)), challenge) => challenge == Challenge::Totp,
        (Some(Passcode::Code(_)), Challenge::Totp) => true,
        (Some(Passcode::Code(_)), Challenge::Code | Challenge::Message | Challenge::Question) => {
            is_pinned
        }
        _ => false,
    }
}

/// Returns the factors on `offer` that the configuration names, in its order: for each pin all that fit it. Without a
/// preference each factor stands for itself, in Okta's order.
fn preferred(org: &Org, offer: &[Factor]) -> Result<Vec<Vec<usize>>, Error> {
    let all = 0..offer.len();
    if org.factors.is_empty() {
        return Ok(all.map(|index| vec![index]).collect());
    }
    let of_pin = |pin: &Pin| -> Vec<usize> {
        let fitting = all.clone().filter(|index| offer[*index].fits(pin));
        fitting.collect()
    };
    let groups: Vec<Vec<usize>> = org.factors.iter().map(of_pin).collect();
    if groups.iter().all(Vec::is_empty) {
        let pins: Vec<String> = org.factors.iter().map(Pin::to_string).collect();
        return Err(Error::usage(format!(
            "{} has none of the factors that org {} is configured to use: {}",
            org.account,
            org.name,
            pins.join(", ")
        ))
        .caused_by(format!("Okta offers: {}", names(offer)))
        .hint(Hint::settings("change", org.table(), &["factor"])));
    }
    Ok(groups)
}

/// Chooses for a person, from the factors that can be answered here.
fn choose_for_person(org: &Org, offer: &[Factor], groups: &[Vec<usize>]) -> Result<Choice, Error> {
    let answerable_of = |group: &Vec<usize>| -> Vec<usize> {
        let all = group.iter().copied();
        all.filter(|index| offer[*index].is_answerable()).collect()
    };
    let groups: Vec<Vec<usize>> = groups
        .iter()
        .map(answerable_of)
        .filter(|group| !group.is_empty())
        .collect();
    let candidates = match org.factors.is_empty() {
        // With a configured code the person has already chosen.
        true => {
            let all = groups.concat();
            let configured = all.iter().copied();
            let configured = configured.filter(|index| is_configured(org, &offer[*index]));
            match configured.collect::<Vec<_>>() {
                none if none.is_empty() => all,
                configured => configured,
            }
        }
        false => groups.into_iter().next().unwrap_or_default(),
    };
    match distinct(offer, candidates).as_slice() {
        [] => Err(browser_needed(org, offer)),
        [index] => Ok(Choice::Take(*index)),
        several => Ok(Choice::Ask(several.to_vec())),
    }
}

/// Returns whether `factor` can be answered without a person.
fn answers_alone(org: &Org, factor: &Factor) -> bool {
    match factor.challenge {
        Challenge::Push => org.push_unattended,
        Challenge::Password => true,
        _ => is_configured(org, factor) && org.passcode != Some(Passcode::Totp(Source::Prompt)),
    }
}

/// Returns whether the configured code could as well be that of another factor on `offer`. Okta's order changes with
/// use, so the first one is no answer: on some days its codes would be wrong.
fn is_ambiguous(org: &Org, offer: &[Factor], index: usize) -> bool {
    let pin = org.factors.iter().find(|pin| offer[index].fits(pin));
    let is_rival = |rival: &usize| {
        offer[*rival].challenge == Challenge::Totp && pin.is_none_or(|pin| offer[*rival].fits(pin))
    };
    let rivals = (0..offer.len()).filter(is_rival).collect();
    offer[index].challenge == Challenge::Totp && distinct(offer, rivals).len() > 1
}

/// Returns the error of a configured code that could be for several factors.
fn ambiguous(org: &Org, offer: &[Factor]) -> Error {
    let codes = offer
        .iter()
        .filter(|factor| factor.challenge == Challenge::Totp);
    let pins: Vec<String> = codes.map(Factor::pin).collect();
    Error::usage(format!(
        "{} has several factors that the passcode of org {} could be for",
        org.account, org.name
    ))
    .caused_by(format!("Okta offers: {}", names(offer)))
    .hint(
        Hint::settings("say which with", org.table(), &["factor"])
            .then(format!(": \"{}\"", pins.join("\", or \""))),
    )
}

/// Returns the error of factors that a person could answer, in an unattended sign-in.
pub(in crate::sign_in::okta) fn person_needed(org: &Org, login: &str, offer: &[Factor]) -> Error {
    let error = Error::person(format!(
        "Okta asks {} for a second factor, which needs a person",
        org.account
    ))
    .caused_by(format!("it offers: {}", names(offer)))
    .hint(Hint::login(login));
    let settings = [
        (Challenge::Totp, "passcode = { totp = … }"),
        (Challenge::Push, "push_unattended = true"),
    ];
    let of_use = settings.map(|(challenge, setting)| {
        let is_offered = offer.iter().any(|factor| factor.challenge == challenge);
        is_offered.then_some(setting)
    });
    let of_use: Vec<&'static str> = of_use.into_iter().flatten().collect();
    match of_use.as_slice() {
        [] => error,
        settings => {
            error.hint(Hint::settings("set", org.table(), settings).after("or, to need nobody: "))
        }
    }
}

/// Returns the error of factors that only a browser can answer.
pub(in crate::sign_in::okta) fn browser_needed(org: &Org, offer: &[Factor]) -> Error {
    let asks = format!("Okta asks {} for a second factor", org.account);
    let unanswerable = offer.iter().filter(|factor| !factor.is_answerable());
    let unanswerable: Vec<Factor> = unanswerable.cloned().collect();
    let error = Error::person(match offer {
        [] => format!("{asks} and names none"),
        _ => format!(
            "{asks} that cannot be answered without a browser: {}",
            names(&unanswerable)
        ),
    })
    .for_browser(BrowserNeed::EachTime);
    let mut told = Vec::new();
    let mut error = offer
        .iter()
        .fold(error, |error, factor| match factor.challenge {
            Challenge::Unsupported(what) if !told.contains(&factor.name()) => {
                told.push(factor.name());
                error.caused_by(format!("{} wants {what}", factor.name()))
            }
            _ => error,
        });
    let others = answerable(offer);
    if !others.is_empty() {
        let others: Vec<Factor> = others.iter().map(|index| offer[*index].clone()).collect();
        error = error.hint(
            Hint::settings("or use another one, with", org.table(), &["factor"])
                .then(format!(": {}", names(&others))),
        );
    }
    error.hint(format!(
        "set up another factor at {} in a browser: Okta Verify, or any app for time-based codes",
        org.site.url()
    ))
}

#[cfg(test)]
mod tests;
