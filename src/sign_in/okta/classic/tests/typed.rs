//! Passwords that a person types: another one after a refusal, three at most.

use super::super::fixture::refusal;
use super::{conversation, corp, shown};
use crate::sign_in::fixture::{AUTHN, Script, answer, replied, secret};
use crate::sign_in::flow::{Event, Peer, UserInput};

#[test]
fn a_typed_password_that_is_refused_is_followed_by_another_one_twice() {
    let typed = |text: &str| Event::Input(UserInput::TypedPassword(secret(text)));
    let org = corp();
    let mut script = Script::new(conversation(&org, true));
    script.meets(Event::Begin, shown);
    let refused = |code: &str| {
        let reply = answer(AUTHN, 401, &[], refusal(code).to_string());
        replied(Peer::IdentityProvider, reply)
    };
    for (password, end) in [
        ("one", "2 tries left here / ask: the password"),
        ("two", "1 try left here / ask: the password"),
    ] {
        assert_eq!(script.meets(typed(password), shown), AUTHN);
        let line = script.meets(refused("E0000004"), shown);
        assert!(line.ends_with(end), "{line}");
    }
    script.meets(typed("three"), shown);
    let line = script.meets(refused("E0000207"), shown);
    assert!(line.starts_with("stop 5: Okta refused"), "{line}");
    let each = ["PasswordSent", "PasswordRefused"];
    assert_eq!(script.verdicts(), each.repeat(3));
}
