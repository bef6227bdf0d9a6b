//! What a transaction shows at each of its stages: the steps that can be taken, and what stands beside them.

use serde_json::{Value, json};

use crate::engine::{After, Before, Ending};
use crate::org::Exchange;
use crate::org::identity::authenticator::{Authenticator, Method};
use crate::org::identity::fastpass;
use crate::org::identity::form::{Choice, Field, Picked, Shape};
use crate::org::identity::note::{self, Note};
use crate::org::identity::offer::{Does, Offer, Place};
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

/// What a transaction shows now.
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
        Stage::Rejected(challenge) => rejected(exchange, challenge),
        Stage::Fastpass(challenge, proof) => fastpass::show(exchange, challenge, *proof),
        Stage::After(step) => after(exchange, step),
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
        Before::SafeMode { .. } => safe_mode(exchange),
    }
}

fn safe_mode(exchange: &Exchange<'_>) -> Shown {
    const TEXT: &str = "Your org is in read-only mode. Please wait.";
    Shown {
        offers: vec![Offer::new("poll", "poll", Does::Poll).every(exchange.identity().refresh)],
        notes: vec![Note::info(
            "idx.error.server.safe.mode.enrollment.unavailable",
            TEXT,
        )],
        ..Shown::default()
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
        let captcha = json!({ "id": "capzomKHvPhLF7lrR0g3", "name": "reCAPTCHA", "siteKey": "6LcgMI4aAAAA", "type": "RECAPTCHA_V2" });
        shown
            .members
            .push(("captcha", json!({ "type": "object", "value": captcha })));
    }
    shown
        .offers
        .push(Offer::new("identify", "identify", Does::Identify).with(fields));
    for number in 0..identity.idps {
        let href = exchange.link(&format!("/sso/idps/0oaother{number}IDP"));
        shown.offers.push(Offer::visit("redirect-idp", &href));
    }
    if probed {
        shown.offers.push(Offer::person(
            "launch-authenticator",
            "authenticators/okta-verify/launch",
        ));
    }
    shown
        .offers
        .push(Offer::person("select-enroll-profile", "enroll"));
    shown
        .offers
        .push(Offer::person("identify-recovery", "identify/recovery"));
    if exchange.world.setup.lockout.shown {
        shown
            .offers
            .push(Offer::person("unlock-account", "unlock-account"));
    }
    shown
}

/// The list, whose options point to what the person has.
fn select(exchange: &Exchange<'_>, choice: &[Authenticator]) -> Offer {
    let data_step = exchange.identity().data_step;
    let option = |(at, one): (usize, &Authenticator)| Choice {
        label: one.display.clone(),
        picked: Picked::Form(option_fields(one, data_step)),
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

/// A phone's option has the phone's own id beside it, without which no message leaves.
fn option_fields(one: &Authenticator, data_step: bool) -> Vec<Field> {
    let mut fields = vec![Field::fixed("id", one.id.as_str()).required()];
    if one.key == "phone_number" {
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
fn rejected(exchange: &Exchange<'_>, challenge: &Challenge) -> Shown {
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
    shown.notes.push(note::push_rejected());
    shown
}

fn skip() -> Offer {
    Offer::new("skip", "skip", Does::Skip)
}

fn after(exchange: &Exchange<'_>, step: &After) -> Shown {
    let mut shown = Shown::default();
    match step {
        After::KeepMeSignedIn => {
            let wish = Field::boolean("keepMeSignedIn").required();
            let step = Offer::new(
                "keep-me-signed-in",
                "keep-me-signed-in",
                Does::KeepMeSignedIn,
            );
            shown.offers.push(step.with([wish]));
        }
        After::OptionalEnrolment => optional(
            &mut shown,
            "select-authenticator-enroll",
            "credential/enroll",
        ),
        After::Promotion => optional(
            &mut shown,
            "enroll-authenticator-promotion",
            "credential/enroll",
        ),
        After::ProfileUpdate => optional(&mut shown, "profile-update", "profile/update"),
        After::PasswordWarning(days) | After::OtherPasswordWarning(days) => {
            let name = match step {
                After::PasswordWarning(_) => "reenroll-authenticator-warning",
                _ => "reenroll-custom-password-expiry-warning",
            };
            optional(&mut shown, name, "challenge/answer");
            let text = format!("Your password will expire in {days} days.");
            shown
                .notes
                .push(Note::warning("idx.password.expiring.message", &text));
            let settings = json!({ "daysToExpiry": days });
            shown.current =
                Some(json!({ "key": "okta_password", "type": "password", "settings": settings }));
        }
        After::GracePeriod => {
            grace(&mut shown);
            shown.offers.push(Offer::new(
                "device-assurance-grace-period",
                "skip",
                Does::Skip,
            ));
        }
        After::Remediation => {
            grace(&mut shown);
            shown.offers.push(skip());
        }
        After::SafeMode { .. } => shown = safe_mode(exchange),
        After::Notice => {
            shown
                .notes
                .push(Note::any("WARNING", None, "Maintenance on Sunday."));
            shown.offers.push(skip());
        }
    }
    shown
}

fn optional(shown: &mut Shown, name: &str, tail: &'static str) {
    shown.offers.push(Offer::person(name, tail));
    shown.offers.push(skip());
}

/// A warning with its date, and what is wrong with the device, whose class is ERROR all the same.
fn grace(shown: &mut Shown) {
    const WARNING: &str = "idx.device_assurance.grace_period.warning.title";
    const ERROR: &str =
        "idx.error.code.access_denied.device_assurance.remediation.os.update_os_version";
    let until = "Your device doesn't meet the security requirements. Fix it by 12/01/2027.";
    shown.notes.push(Note::warning(WARNING, until));
    shown.notes.push(Note::error(
        ERROR,
        "Update to a newer version of the system.",
    ));
}

fn success(exchange: &Exchange<'_>) -> Shown {
    let offers = match exchange.identity().ending {
        Ending::Success => Vec::new(),
        Ending::SuccessBesideSkip => vec![skip()],
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
