//! The pages that ask for a security key, held against keys that cheat.

use sandbox::{
    Event, Factor, FactorKind, PASSWORD, PageFactor, Pages, Provider, Sandbox, SecurityKey, Setup,
};

use crate::browser::Ask;
use crate::factors::ADA;
use crate::forms::{Form, first, form, named};

const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;

/// The text that a key signs, and the key's owner.
struct Signing<'a> {
    challenge: &'a str,
    origin: &'a str,
    host: &'a str,
    flags: u8,
    counter: u32,
}

/// A page that asks for a key, with its challenge.
struct Asked {
    form: Form,
    challenge: String,
}

impl Asked {
    fn read(at: &str, body: &crate::browser::Answer) -> Self {
        let (_, rest) = body
            .body
            .split_once("\"challenge\":\"")
            .expect("a challenge");
        Self {
            form: form(at, body),
            challenge: rest.split('"').next().unwrap_or_default().to_owned(),
        }
    }

    fn answer(&self, key: &SecurityKey, signing: &Signing<'_>) -> Ask {
        let assertion = key.sign(
            signing.challenge,
            signing.origin,
            signing.host,
            signing.flags,
            signing.counter,
        );
        let fields = assertion
            .fields()
            .map(|(name, value)| format!("{name}={value}"));
        let credential = format!("credential={}", key.credential_id);
        self.form.ask(&format!("{credential}&{}", fields.join("&")))
    }
}

struct World {
    sandbox: Sandbox,
    key: SecurityKey,
    at: String,
}

impl World {
    fn new(user_verification: bool) -> Self {
        let pages = Pages {
            factor: Some(PageFactor::Webauthn),
            user_verification,
            ..Pages::default()
        };
        let mut setup = Setup::with_provider(Provider::keycloak("id").with_pages(pages));
        setup.users[0].factors = vec![Factor::webauthn("Ada's key")];
        let sandbox = Sandbox::start(setup);
        Self {
            key: sandbox.phone(ADA).security_key(FactorKind::Webauthn),
            at: sandbox.provider_url("id"),
            sandbox,
        }
    }

    fn asked(&self) -> Asked {
        let page = first(&self.sandbox)
            .ask(&named(PASSWORD))
            .send(&self.sandbox);
        Asked::read(&self.at, &page)
    }

    /// Returns a right answer, which a test may change.
    fn right<'a>(&'a self, asked: &'a Asked, counter: u32) -> Signing<'a> {
        Signing {
            challenge: &asked.challenge,
            origin: &self.at,
            host: "id.localhost",
            flags: PRESENT,
            counter,
        }
    }

    fn refusals(&self) -> Vec<&'static str> {
        let events = self.sandbox.events().into_iter();
        let refused = |event| match event {
            Event::KeyTried { refused, .. } => refused,
            _ => None,
        };
        events.filter_map(refused).collect()
    }
}

#[test]
fn a_key_that_signs_what_it_was_asked_to_is_taken() {
    let world = World::new(false);
    let asked = world.asked();
    let answer = asked.answer(&world.key, &world.right(&asked, 1));
    assert_eq!(answer.send(&world.sandbox).status, 302);
    assert_eq!(world.sandbox.violations(), []);
}

#[test]
fn whatever_is_wrong_with_an_assertion_is_refused() {
    let world = World::new(true);
    let other = World::new(false);
    let mut asked = world.asked();
    let mut counter = 0;
    let mut refuse = |change: &dyn Fn(&mut Signing<'_>), key: &SecurityKey, reason: &str| {
        counter += 1;
        let mut signing = world.right(&asked, counter);
        signing.flags = PRESENT | VERIFIED;
        change(&mut signing);
        let page = asked.answer(key, &signing).send(&world.sandbox);
        assert_eq!(page.status, 200, "{reason}");
        assert_eq!(world.refusals().last(), Some(&reason));
        asked = Asked::read(&world.at, &page);
    };
    let key = &world.key;
    refuse(
        &|signing| signing.challenge = "old",
        key,
        "another challenge",
    );
    refuse(
        &|signing| signing.origin = "https://id.localhost",
        key,
        "another origin",
    );
    refuse(&|signing| signing.host = "localhost", key, "another site");
    refuse(
        &|signing| signing.flags = VERIFIED,
        key,
        "nobody has touched the key",
    );
    refuse(
        &|signing| signing.flags = PRESENT,
        key,
        "the key does not know the person",
    );
    refuse(&|_| {}, &other.key, "an unknown key");
    let mut forged = other.key.clone();
    forged.credential_id.clone_from(&key.credential_id);
    refuse(&|_| {}, &forged, "a wrong signature");
}

#[test]
fn a_challenge_is_good_for_one_answer_and_a_counter_has_to_grow() {
    let world = World::new(false);
    let asked = world.asked();
    let right = asked.answer(&world.key, &world.right(&asked, 5));
    assert_eq!(right.send(&world.sandbox).status, 302);
    let again = asked.answer(&world.key, &world.right(&asked, 6));
    assert_eq!(
        again.send(&world.sandbox).status,
        403,
        "the form is spent, and its challenge"
    );
    let next = world.asked();
    assert_ne!(next.challenge, asked.challenge);
    let copied = next.answer(&world.key, &world.right(&next, 5));
    assert_eq!(copied.send(&world.sandbox).status, 200);
    assert_eq!(world.refusals(), ["a counter that does not grow"]);
}
