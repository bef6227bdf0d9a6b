//! The content of a transaction at each of its stages: the steps that can be taken, and the members beside them.

use serde_json::{Value, json};

use crate::engine::{Before, Ending};
use crate::org::Exchange;
use crate::org::identity::authenticator::{Authenticator, Method};
use crate::org::identity::fastpass;
use crate::org::identity::form::{Choice, Field, Picked, Shape};
use crate::org::identity::note::Note;
use crate::org::identity::offer::{Does, Offer, Place};
use crate::org::identity::passing;
use crate::org::identity::proving;
use crate::org::identity::stop;
use crate::org::identity::transaction::{Challenge, Stage, Transaction};

/// Everything that an answer has but for its frame.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) offers: Vec<Offer>,
    pub(crate) notes: Vec<Note>,
    /// The authenticator that is being proved.
    pub(crate) current: Option<Value>,
    /// Those that options point to.
    pub(crate) enrolments: Vec<Value>,
    /// Members of single steps.
    pub(crate) members: Vec<(&'static str, Value)>,
    /// The success link stands in the answer.
    pub(crate) succeeds: bool,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            status: 200,
            offers: Vec::new(),
            notes: Vec::new(),
            current: None,
            enrolments: Vec::new(),
            members: Vec::new(),
            succeeds: false,
        }
    }
}

/// Returns the present content of a transaction.
pub(crate) fn shown(exchange: &Exchange<'_>, transaction: &Transaction) -> Shown {
    let mut shown = match &transaction.stage {
        Stage::Fresh => Shown::default(),
        Stage::Before(step) => before(exchange, step),
        Stage::Identify { probed } => identify(exchange, *probed),
        Stage::Select(choice) => Shown {
            offers: vec![select(exchange, choice)],
            enrolments: choice.iter().map(Authenticator::shown).collect(),
            ..Shown::default()
        },
        Stage::Data(challenge) => beside(exchange, challenge, data(challenge)),
        Stage::Challenge(challenge) => proving::show(exchange, transaction, challenge),
        Stage::Rejected(challenge, note) => rejected(exchange, challenge, note),
        Stage::Fastpass(challenge, proof) => fastpass::show(exchange, challenge, *proof),
        Stage::After(step) => passing::show(exchange, step),
        Stage::Stopped(stop) => stop::show(exchange, transaction, stop),
        Stage::Over(status, notes) => Shown {
            status: *status,
            notes: notes.clone(),
            ..Shown::default()
        },
        Stage::Success => success(exchange),
    };
    if !matches!(transaction.stage, Stage::Over(..) | Stage::Success) {
        let cancel = Offer::new("cancel", "cancel", Does::Cancel).at(Place::Top);
        shown.offers.push(cancel);
    }
    shown
}

fn before(exchange: &Exchange<'_>, step: &Before) -> Shown {
    match step {
        Before::Probe(proof) => fastpass::probe(exchange, *proof),
        Before::AppleExtension => fastpass::apple(),
        Before::SafeMode { .. } => passing::safe_mode(exchange),
    }
}

/// The name, with the password where the session's policy begins with one, and offers for people beside it.
fn identify(exchange: &Exchange<'_>, probed: bool) -> Shown {
    let identity = exchange.identity();
    let mut fields = vec![Field::new("identifier").labelled("Username").required()];
    if exchange.asks_together() {
        let passcode = Field::new("passcode").labelled("Password").secret();
        fields.push(Field::form("credentials", vec![passcode]).required());
    }
    if identity.keeps_signed_in {
        fields.push(Field::boolean("rememberMe").labelled("Keep me signed in"));
    }
    let mut shown = Shown::default();
    if identity.captcha {
        let inner = ["captchaId", "captchaToken"].map(|name| Field::new(name).required());
        fields.push(Field::form("captchaVerify", inner.to_vec()).required());
        shown.members.push(("captcha", captcha()));
    }
    let step = Offer::new("identify", "identify", Does::Identify);
    shown.offers.push(step.with(fields));
    shown.offers.extend(beside_identify(exchange, probed));
    shown
}

fn captcha() -> Value {
    let value = json!({
        "id": "capzomKHvPhLF7lrR0g3",
        "name": "reCAPTCHA",
        "siteKey": "6LcgMI4aAAAA",
        "type": "RECAPTCHA_V2",
    });
    json!({ "type": "object", "value": value })
}

/// Other ways in, none of which is a program's.
fn beside_identify(exchange: &Exchange<'_>, probed: bool) -> Vec<Offer> {
    let idp = |number| exchange.link(&format!("/sso/idps/0oaother{number}IDP"));
    let numbers = 0..exchange.identity().idps;
    let visits = numbers.map(|number| Offer::visit("redirect-idp", &idp(number)));
    let mut offers: Vec<Offer> = visits.collect();
    if probed {
        const TAIL: &str = "authenticators/okta-verify/launch";
        offers.push(Offer::person("launch-authenticator", TAIL));
    }
    offers.push(Offer::person("select-enroll-profile", "enroll"));
    offers.push(Offer::person("identify-recovery", "identify/recovery"));
    if exchange.world.setup.lockout.shown {
        offers.push(Offer::person("unlock-account", "unlock-account"));
    }
    offers
}

/// The list, whose options point to what the person has.
fn select(exchange: &Exchange<'_>, choice: &[Authenticator]) -> Offer {
    let data_step = exchange.identity().data_step;
    let option = |(at, one): (usize, &Authenticator)| Choice {
        label: one.display.clone(),
        picked: Picked::Form(option_fields(
            one,
            data_step,
            is_one_of_several(choice, one),
        )),
        relates_to: Some(format!("$.authenticatorEnrollments.value[{at}]")),
    };
    let options = choice.iter().enumerate().map(option).collect();
    Offer::new(
        "select-authenticator-authenticate",
        "challenge",
        Does::Select,
    )
    .with([Field::options("authenticator", options).required()])
}

/// Several devices with Okta Verify have one authenticator.
fn is_one_of_several(choice: &[Authenticator], one: &Authenticator) -> bool {
    choice.iter().filter(|other| other.id == one.id).count() > 1
}

/// A phone's option has the phone's own id beside it, without which no message leaves; so has one of several devices.
fn option_fields(one: &Authenticator, data_step: bool, is_one_of_several: bool) -> Vec<Field> {
    let mut fields = vec![Field::fixed("id", one.id.as_str()).required()];
    if one.key == "phone_number" || is_one_of_several {
        fields.push(Field::fixed("enrollmentId", one.enrolment.as_str()));
    }
    if data_step && can_send(one) {
        return fields;
    }
    fields.push(match one.only() {
        Some(method) => Field::fixed("methodType", method.word),
        None => methods(one).immutable(),
    });
    fields
}

/// A message, a call, a mail or a push may leave for it.
pub(crate) fn can_send(one: &Authenticator) -> bool {
    let sends = |method: &Method| ["sms", "voice", "email", "push"].contains(&method.word);
    one.methods.iter().any(sends)
}

fn methods(one: &Authenticator) -> Field {
    let label = |word: &str| match word {
        "push" => "Get a push notification",
        "totp" => "Enter code",
        "signed_nonce" => "Use Okta FastPass",
        "sms" => "SMS",
        "voice" => "Voice call",
        _ => "Continue",
    };
    let option = |method: &Method| Choice::word(label(method.word), method.word);
    Field::options("methodType", one.methods.iter().map(option).collect())
}

/// The way of proving an authenticator. No answer of this kind has the phone's own id in it.
fn data(challenge: &Challenge) -> Offer {
    let one = &challenge.authenticator;
    let mut fields = vec![Field::fixed("id", one.id.as_str()).required()];
    fields.push(match one.only() {
        Some(method) => Field::fixed("methodType", method.word).required(),
        None => methods(one).required(),
    });
    if one.method("push").is_some() {
        fields.push(Field::boolean("autoChallenge"));
    }
    let form = Field::form("authenticator", fields)
        .labelled(&one.display)
        .required();
    Offer::new("authenticator-verification-data", "challenge", Does::Data).with([form])
}

/// A step about one authenticator, with the list beside it where there are others.
pub(crate) fn beside(exchange: &Exchange<'_>, challenge: &Challenge, step: Offer) -> Shown {
    let mut shown = Shown {
        offers: vec![step.about("$.currentAuthenticator")],
        current: Some(challenge.authenticator.shown()),
        ..Shown::default()
    };
    add_list(exchange, challenge, &mut shown);
    shown
}

fn add_list(exchange: &Exchange<'_>, challenge: &Challenge, shown: &mut Shown) {
    // the list has the other ways of the authenticator, too
    if challenge.others.is_empty() && challenge.authenticator.methods.len() < 2 {
        return;
    }
    let all = challenge.all();
    shown.offers.push(select(exchange, &all));
    shown.enrolments = all.iter().map(Authenticator::shown).collect();
}

impl Challenge {
    /// The authenticator and the others.
    pub(crate) fn all(&self) -> Vec<Authenticator> {
        let first = std::iter::once(self.authenticator.clone());
        first.chain(self.others.iter().cloned()).collect()
    }
}

/// A push that was rejected can be sent again, at a person's wish.
fn rejected(exchange: &Exchange<'_>, challenge: &Challenge, note: &Note) -> Shown {
    let one = &challenge.authenticator;
    let fields = vec![
        Field::fixed("id", one.id.as_str()).required(),
        Field::fixed("methodType", challenge.method.as_str()).required(),
    ];
    let again = Offer::new("resend", "challenge", Does::Resend).with([Field::form(
        "authenticator",
        fields,
    )
    .required()]);
    let mut shown = beside(exchange, challenge, again);
    shown.notes.push(note.clone());
    shown
}

fn success(exchange: &Exchange<'_>) -> Shown {
    let offers = match exchange.identity().ending {
        Ending::Success => Vec::new(),
        Ending::SuccessBesideSkip => vec![passing::skip()],
    };
    Shown {
        offers,
        succeeds: true,
        ..Shown::default()
    }
}

impl Shown {
    /// Hangs a message on the field that a person fills in.
    pub(crate) fn blame(&mut self, note: &Note) {
        let answers = self
            .offers
            .iter_mut()
            .filter(|offer| offer.does == Does::Answer);
        for field in answers.flat_map(|offer| offer.fields.iter_mut()) {
            if let Shape::Form(inner) = &mut field.shape {
                let mut open = inner.iter_mut().filter(|field| !field.fixed);
                if let Some(field) = open.next() {
                    field.notes.push(note.clone());
                }
            }
        }
    }
}
