//! Names and passwords that the Identity Engine refuses: what is told, and what is not sent again.

use sandbox::{Identity, UnknownUser};

use crate::factors::{assert_lawful, home};
use crate::home::ADA;
use crate::identity::{posts, setup_at};

#[test]
fn another_password_is_sent_at_once_and_login_sends_the_same_again() {
    let home = home(setup_at(Identity::new(), [], []), "");
    home.password("not it");
    let _ = home.run(&["get", "grafana"]).told(5);
    let _ = home.run(&["login", "grafana"]).told(5);
    assert_eq!(home.sandbox.password_tries(), 2);
    home.password(sandbox::PASSWORD);
    let _ = home.run(&["get", "grafana"]).answer();
    home.assert_passwords(3);
}

#[test]
fn a_name_that_nobody_has_is_told_in_whichever_manner_okta_says_so() {
    for manner in [UnknownUser::Refused, UnknownUser::Told, UnknownUser::Hidden] {
        for identifier_first in [false, true] {
            let identity = Identity {
                unknown_user: manner,
                identifier_first,
                ..Identity::new()
            };
            let home = home(setup_at(identity, [], []), "");
            let text = home.configuration(&["grafana".into()]);
            home.configure(&text.replace(ADA, "nobody@corp.example"));
            let told = home.run(&["get", "grafana"]).told(5);
            assert!(told.contains("nobody@corp.example"), "{manner:?}: {told}");
            assert!(told.contains("hint: "), "{manner:?}: {told}");
            let before = posts(&home);
            let again = home.run(&["get", "grafana"]).told(5);
            assert!(again.contains("hint: "), "{manner:?}: {again}");
            assert_eq!(posts(&home), before, "{manner:?}");
            assert_lawful(&home);
        }
    }
}

#[test]
fn a_locked_account_is_refused_and_not_asked_again() {
    for shown in [false, true] {
        let mut setup = setup_at(Identity::new(), [], []);
        setup.lockout.shown = shown;
        setup.users[0].state = sandbox::UserState::LockedOut;
        let home = home(setup, "");
        for _ in 0..3 {
            let told = home.run(&["get", "grafana"]).told(5);
            assert!(told.contains("hint: "), "{told}");
        }
        home.assert_passwords(1);
    }
}
