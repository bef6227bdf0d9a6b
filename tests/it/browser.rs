//! Signing in by a browser at any identity provider: a window for a person, then silently without one.

use sandbox::{App, Back, Pages, Provider, ProviderKind, Setup};

use crate::ahead::{make_old, renewed};
use crate::browser_scene::{
    assert_ours, attended, auto, home, is_possible, setup_with, signed_in, without_display,
};
use crate::screen::{Terminal, outcome};

#[test]
fn a_person_signs_in_once_in_a_window_and_the_next_sign_in_needs_nobody() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(auto(), &["grafana"]));
    let (said, screen) = attended(&home, "credential login grafana");
    let told = said.done();
    assert!(told.contains("signed in to grafana for"), "{told}");
    let provider = home.sandbox.provider_url("id").replace("https://", "");
    let line = format!("sign in to grafana at {provider}, in the browser window that opens");
    assert!(told.contains(&line), "{screen}{told}");
    assert_ours(&home, 1);
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="));

    let next = without_display(&home, &["get", "grafana", "--fresh"]).answer();
    assert_ne!(next, cookie);
    assert_ours(&home, 2);
    assert_eq!(home.sandbox.typed_passwords(), 1);
}

#[test]
fn an_attended_get_opens_a_window_after_enter_alone() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(auto(), &["grafana"]));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("press Enter to open a browser window");
    assert_eq!(
        home.sandbox.typed_passwords(),
        0,
        "nothing opens by surprise"
    );
    terminal.type_in("\r");
    let cookie = outcome(child).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="));
    assert_ours(&home, 1);
}

#[test]
fn every_app_of_a_provider_is_served_by_one_sign_in() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana", "argocd"]));
    let cookie = home.run(&["get", "argocd"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="));
    assert_eq!(home.sandbox.typed_passwords(), 1);
    assert_ours(&home, 2);
}

#[test]
fn every_way_back_to_the_callback_ends_with_our_client() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(auto(), &["grafana"]));
    for (index, back) in Back::ALL.into_iter().enumerate() {
        home.sandbox.end_provider_sessions("id");
        home.sandbox
            .change_provider("id", |provider| provider.pages.back = back);
        let (said, _) = attended(&home, "credential login grafana");
        let told = said.done();
        assert!(told.contains("signed in to grafana"), "{back:?}: {told}");
        assert_ours(&home, index + 1);
    }
}

#[test]
fn providers_of_every_kind_sign_in_and_renew() {
    if !is_possible() {
        return;
    }
    for kind in [
        ProviderKind::Keycloak,
        ProviderKind::Entra,
        ProviderKind::Google,
        ProviderKind::Cognito,
    ] {
        let provider = Provider::new("id", kind).with_pages(auto());
        let home = signed_in(Setup::with_provider(provider));
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        assert_eq!(home.sandbox.typed_passwords(), 1, "{kind:?}");
        assert_ours(&home, 2);
    }
}

#[test]
fn a_provider_and_an_org_may_speak_http_2_with_the_browser() {
    if !is_possible() {
        return;
    }
    let setups = [
        setup_with(auto(), &["grafana"]),
        Setup {
            apps: vec![App::new("grafana")],
            pages: auto(),
            ..Setup::identity_engine(sandbox::Identity::new())
        },
    ];
    for setup in setups {
        let home = signed_in(Setup {
            http2: true,
            ..setup
        });
        let by_person = home.sandbox.http2_requests();
        assert!(by_person > 0);
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        assert!(home.sandbox.http2_requests() > by_person);
        assert_eq!(home.sandbox.typed_passwords(), 1);
        assert_ours(&home, 2);
    }
}

#[test]
fn a_provider_behind_a_provider_is_only_a_stop_on_the_way() {
    if !is_possible() {
        return;
    }
    let broker = Pages {
        federated_to: Some("home".into()),
        ..Pages::default()
    };
    let mut setup = setup_with(broker, &["grafana"]);
    setup
        .providers
        .push(Provider::entra("home").with_pages(auto()));
    let home = signed_in(setup);
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(home.sandbox.typed_passwords(), 1);
    assert_ours(&home, 2);
}

#[test]
fn an_account_chooser_and_a_consent_are_a_persons_once() {
    if !is_possible() {
        return;
    }
    let pages = Pages {
        consent: true,
        chooser: true,
        ..auto()
    };
    let home = signed_in(setup_with(pages, &["grafana"]));
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_ours(&home, 2);
}

#[test]
fn a_session_that_is_bound_to_its_browser_is_renewed_by_that_browser() {
    if !is_possible() {
        return;
    }
    let pages = Pages {
        bound_to_browser: true,
        ..auto()
    };
    let home = signed_in(setup_with(pages, &["grafana"]));
    // A browser without a window says so in its User-Agent, and nothing is disguised: a person is needed.
    let words = home.run(&["get", "grafana", "--fresh"]).told(3);
    assert!(words.contains("login_required"), "{words}");
}

#[test]
fn a_quiet_renewal_needs_no_window() {
    if !is_possible() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    make_old(&home);
    let before = home.run(&["get", "grafana"]).answer();
    let after = renewed(&home, &before);
    assert_ne!(after, before);
    assert_eq!(home.sandbox.typed_passwords(), 0);
    assert_ours(&home, 1);
}

#[test]
fn a_sign_in_at_the_org_by_a_browser_needs_no_configured_account() {
    if !is_possible() {
        return;
    }
    for identity in [false, true] {
        let mut setup = match identity {
            true => Setup::identity_engine(sandbox::Identity::new()),
            false => Setup::default(),
        };
        setup.apps = vec![App::new("grafana")];
        setup.pages = auto();
        let home = signed_in(setup);
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        assert_ours(&home, 2);
    }
}
