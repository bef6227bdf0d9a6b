//! The refresh of access tokens, and the families that it re-issues.

use sandbox::{App, Event, Fault, RefreshToken, Sandbox, Setup, Step, User, Variants};
use std::time::Duration;

use crate::browser::{Answer, Ask, sign_in};

type Jar = Vec<(String, String)>;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Access tokens of a minute in sessions of a day.
fn refreshing(refresh: RefreshToken, variants: Variants) -> Sandbox {
    let ada = User::new("ada@corp.example", sandbox::PASSWORD).with_shards(2);
    let app = App::new("grafana").lasting(DAY);
    Sandbox::start(Setup {
        users: vec![ada],
        apps: vec![app.refreshing(MINUTE, refresh)],
        variants,
        ..Setup::default()
    })
}

fn home(sandbox: &Sandbox, jar: &[(String, String)]) -> Answer {
    Ask::get(&sandbox.app_url("grafana")).jar(jar).send(sandbox)
}

fn reissued(sandbox: &Sandbox) -> usize {
    sandbox.count(|event| matches!(event, Event::SessionReissued { .. }))
}

#[test]
fn a_refresh_reissues_the_whole_family_on_an_ordinary_answer() {
    let sandbox = refreshing(RefreshToken::Persistent, Variants::default());
    let old = sign_in(&sandbox).jar();
    let early = home(&sandbox, &old);
    assert_eq!((early.status, early.set_cookies().len()), (200, 0));
    sandbox.advance(MINUTE);
    let answer = home(&sandbox, &old);
    let new = answer.jar();
    assert_eq!((answer.status, answer.header("Server")), (200, "sandbox"));
    let names = |jar: &Jar| jar.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&new), names(&old));
    assert!(new.iter().zip(&old).all(|(new, old)| new.1 != old.1));
    assert!(answer.set_cookies()[0].contains("; Path=/; Secure; HttpOnly"));
    let event = Event::SessionReissued {
        app: "grafana".to_owned(),
        user: "ada@corp.example".to_owned(),
        shards: 2,
    };
    assert_eq!(sandbox.count(|one| *one == event), 1);
    assert_eq!(sandbox.sessions_issued(), 1);
    let quiet = home(&sandbox, &new);
    assert_eq!((quiet.status, quiet.set_cookies().len()), (200, 0));
    let other = home(&sandbox, &old);
    assert_eq!(
        (other.status, other.jar().len()),
        (200, 2),
        "the old one is as good"
    );
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn no_refresh_makes_a_session_longer() {
    let sandbox = refreshing(RefreshToken::Persistent, Variants::default());
    let mut jar = sign_in(&sandbox).jar();
    for _ in 0..23 {
        sandbox.advance(DAY / 24);
        let answer = home(&sandbox, &jar);
        assert_eq!(answer.status, 200);
        jar = answer.jar();
    }
    assert_eq!(reissued(&sandbox), 23);
    sandbox.advance(DAY / 24);
    assert_eq!(home(&sandbox, &jar).status, 302);
    assert_eq!(reissued(&sandbox), 23);
}

#[test]
fn a_refused_refresh_ends_the_session() {
    let sandbox = refreshing(RefreshToken::Persistent, Variants::default());
    let jar = sign_in(&sandbox).jar();
    sandbox.revoke_refresh_tokens("ada@corp.example");
    assert_eq!(
        home(&sandbox, &jar).status,
        200,
        "the access token is still good"
    );
    sandbox.advance(MINUTE);
    let answer = home(&sandbox, &jar);
    assert_eq!(
        (answer.status, answer.header("Server")),
        (302, "awselb/2.0")
    );
    let ended = Event::SessionRefused {
        app: "grafana".to_owned(),
        reason: "the refresh was refused",
    };
    assert_eq!(sandbox.count(|event| *event == ended), 1);
}

#[test]
fn a_refresh_for_nobody_is_refused() {
    let sandbox = refreshing(RefreshToken::Persistent, Variants::default());
    let jar = sign_in(&sandbox).jar();
    sandbox.change_user("ada@corp.example", |user| {
        user.state = sandbox::UserState::Deactivated;
    });
    sandbox.advance(MINUTE);
    assert_eq!(home(&sandbox, &jar).status, 302);
}

#[test]
fn an_outage_ends_the_session_or_passes() {
    for (keeps, status) in [(false, 302), (true, 200)] {
        let variants = Variants {
            outage_keeps_session: keeps,
            ..Variants::default()
        };
        let sandbox = refreshing(RefreshToken::Persistent, variants);
        let jar = sign_in(&sandbox).jar();
        sandbox.advance(MINUTE);
        sandbox.fault((Step::Start, Fault::IdentityProviderDown));
        let answer = home(&sandbox, &jar);
        assert_eq!((answer.status, reissued(&sandbox)), (status, 0));
        sandbox.clear_faults();
        assert_eq!(home(&sandbox, &jar).status, 200);
        assert_eq!(reissued(&sandbox), 1);
    }
}

#[test]
fn without_a_refresh_token_the_session_outlives_its_access_token() {
    let sandbox = refreshing(RefreshToken::Never, Variants::default());
    let jar = sign_in(&sandbox).jar();
    sandbox.advance(DAY / 24 * 23);
    let answer = home(&sandbox, &jar);
    assert_eq!((answer.status, answer.set_cookies().len()), (200, 0));
    sandbox.advance(DAY / 24);
    assert_eq!(home(&sandbox, &jar).status, 302);
}

#[test]
fn a_refresh_may_leave_the_cookie_as_it_is() {
    let variants = Variants {
        reissues_after_refresh: false,
        ..Variants::default()
    };
    let sandbox = refreshing(RefreshToken::Persistent, variants);
    let jar = sign_in(&sandbox).jar();
    sandbox.advance(MINUTE);
    for _ in 0..2 {
        let answer = home(&sandbox, &jar);
        assert_eq!((answer.status, answer.set_cookies().len()), (200, 0));
    }
    let refreshed = |event: &Event| matches!(event, Event::TokenRefreshed { .. });
    assert_eq!(sandbox.count(refreshed), 2);
}

#[test]
fn an_old_cookie_whose_refresh_token_has_rotated_ends_the_new_one_too() {
    let grace = Duration::from_secs(30);
    let sandbox = refreshing(RefreshToken::Rotating { grace }, Variants::default());
    let old = sign_in(&sandbox).jar();
    sandbox.advance(MINUTE);
    let new = home(&sandbox, &old).jar();
    assert_eq!(home(&sandbox, &old).status, 200, "within the time of grace");
    sandbox.advance(Duration::from_secs(31));
    assert_eq!(home(&sandbox, &old).status, 302);
    assert_eq!(
        home(&sandbox, &new).status,
        200,
        "its access token is still good"
    );
    sandbox.advance(MINUTE);
    assert_eq!(home(&sandbox, &new).status, 302);
}
