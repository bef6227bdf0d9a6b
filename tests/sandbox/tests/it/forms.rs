//! The forms of the pages, held against a client that cheats: it says that it is a browser, and sends what it likes.

use sandbox::{
    Event, Factor, FactorKind, Host, Identity, Lockout, Mfa, PASSWORD, PageFactor, Pages, Provider,
    Sandbox, Setup, Violation,
};

use crate::browser::{Answer, Ask, encoded, start};
use crate::factors::ADA;

/// A page of a site, with what its form has to bring back.
pub(crate) struct Form {
    at: String,
    visit: String,
    csrf: String,
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&mark).expect("the field is there");
    rest.split('"').next().unwrap_or_default().to_owned()
}

pub(crate) fn form(at: &str, page: &Answer) -> Form {
    Form {
        at: at.to_owned(),
        visit: hidden(&page.body, "visit"),
        csrf: hidden(&page.body, "csrf"),
    }
}

/// The first page of a sign-in at the provider.
pub(crate) fn first(sandbox: &Sandbox) -> Form {
    let page = Ask::get(&start(sandbox, "/").authorize).send(sandbox);
    form(&sandbox.provider_url("id"), &page)
}

impl Form {
    fn body(&self, fields: &str) -> String {
        format!("visit={}&csrf={}&{fields}", self.visit, self.csrf)
    }

    /// As a browser sends it.
    pub(crate) fn ask(&self, fields: &str) -> Ask {
        Ask::new("POST", &format!("{}/signin/form", self.at))
            .with("Content-Type", "application/x-www-form-urlencoded")
            .with("Sec-Fetch-Site", "same-origin")
            .with("Origin", "null")
            .with_body(&self.body(fields))
    }
}

pub(crate) fn named(password: &str) -> String {
    format!("username={}&password={}", encoded(ADA), encoded(password))
}

fn provider(pages: Pages) -> Setup {
    Setup::with_provider(Provider::keycloak("id").with_pages(pages))
}

fn reasons(sandbox: &Sandbox) -> Vec<&'static str> {
    let events = sandbox.events().into_iter();
    let reason = |event| match event {
        Event::FormRefused { reason, .. } => Some(reason),
        _ => None,
    };
    events.filter_map(reason).collect()
}

fn id() -> Host {
    Host::Provider("id".to_owned())
}

#[test]
fn a_forms_value_is_good_once_and_for_its_own_form() {
    let sandbox = Sandbox::start(provider(Pages::default()));
    let (mine, other) = (first(&sandbox), first(&sandbox));
    let foreign = Form {
        at: mine.at.clone(),
        visit: mine.visit.clone(),
        csrf: other.csrf.clone(),
    };
    assert_eq!(foreign.ask(&named(PASSWORD)).send(&sandbox).status, 403);
    assert_eq!(sandbox.typed_passwords(), 0, "nothing in it was looked at");
    assert_eq!(mine.ask(&named(PASSWORD)).send(&sandbox).status, 302);
    assert_eq!(mine.ask(&named(PASSWORD)).send(&sandbox).status, 403);
    assert_eq!(
        reasons(&sandbox),
        ["a wrong or used CSRF value", "no such form"]
    );
    assert_eq!(sandbox.form_sign_ins(&id()), 1);
}

#[test]
fn a_wrong_password_gets_a_new_form_and_the_old_one_is_spent() {
    let sandbox = Sandbox::start(provider(Pages::default()));
    let old = first(&sandbox);
    let page = old.ask(&named("wrong")).send(&sandbox);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Unable to sign in"));
    assert_eq!(old.ask(&named(PASSWORD)).send(&sandbox).status, 403);
    let new = form(&old.at, &page);
    assert_eq!(new.ask(&named(PASSWORD)).send(&sandbox).status, 302);
    assert_eq!(sandbox.typed_passwords(), 2);
}

#[test]
fn a_form_of_one_site_is_none_of_another() {
    let sandbox = Sandbox::start(provider(Pages::default()));
    let mut form = first(&sandbox);
    form.at = sandbox.org_url();
    assert_eq!(form.ask(&named(PASSWORD)).send(&sandbox).status, 403);
    assert_eq!(reasons(&sandbox), ["no such form"]);
}

#[test]
fn a_form_from_another_origin_by_get_or_without_its_type_is_refused() {
    let sandbox = Sandbox::start(provider(Pages::default()));
    let form = first(&sandbox);
    let post = || form.ask(&named(PASSWORD));
    let foreign = post()
        .without("Origin")
        .with("Origin", "https://evil.example");
    let across = post()
        .without("Sec-Fetch-Site")
        .with("Sec-Fetch-Site", "cross-site");
    let untyped = post()
        .without("Content-Type")
        .with("Content-Type", "text/plain");
    let url = format!("{}/signin/form?{}", form.at, form.body(&named(PASSWORD)));
    let get = Ask::get(&url).with("Sec-Fetch-Site", "same-origin");
    for (ask, status) in [(foreign, 403), (across, 403), (untyped, 400), (get, 405)] {
        assert_eq!(ask.send(&sandbox).status, status);
    }
    let expected = [
        "from another origin",
        "from another origin",
        "not a form",
        "not by POST",
    ];
    assert_eq!(reasons(&sandbox), expected);
    assert_eq!(
        sandbox.violations(),
        [Violation::PasswordAstray { host: id() }]
    );
    assert_eq!(sandbox.form_sign_ins(&id()), 0);
}

#[test]
fn a_program_that_fills_a_form_in_is_told_so() {
    let sandbox = Sandbox::start(provider(Pages::default()));
    let form = first(&sandbox);
    let program = form.ask(&named(PASSWORD)).without("Sec-Fetch-Site");
    assert_eq!(program.send(&sandbox).status, 302);
    assert_eq!(
        sandbox.violations(),
        [Violation::FormByProgram { host: id() }]
    );
}

#[test]
fn wrong_passwords_of_forms_and_of_programs_close_the_same_lock() {
    let mut setup = provider(Pages::default());
    setup.lockout = Lockout {
        attempts: 3,
        ..Lockout::default()
    };
    let sandbox = Sandbox::start(setup);
    let at = sandbox.provider_url("id");
    let page = first(&sandbox).ask(&named("wrong")).send(&sandbox);
    let page = form(&at, &page).ask(&named("wrong")).send(&sandbox);
    assert!(!sandbox.is_locked(ADA));
    crate::browser::authn(&sandbox, "wrong");
    assert!(sandbox.is_locked(ADA));
    let page = form(&at, &page).ask(&named(PASSWORD)).send(&sandbox);
    assert!(
        page.body.contains("Unable to sign in"),
        "the right one fails too"
    );
}

#[test]
fn a_right_password_does_not_let_everybody_in() {
    use sandbox::UserState::{Denied, LockedOut, MfaEnroll, PasswordExpired};
    let sandbox = Sandbox::start(provider(Pages::default()));
    for (state, note) in [
        (PasswordExpired, "Your password has expired"),
        (MfaEnroll, "Set up a security method first"),
        (Denied, "You do not have permission to sign in"),
        (LockedOut, "Unable to sign in"),
    ] {
        sandbox.change_user(ADA, |user| user.state = state);
        let page = first(&sandbox).ask(&named(PASSWORD)).send(&sandbox);
        assert!(page.body.contains(note), "{note}: {}", page.body);
    }
    assert_eq!(sandbox.form_sign_ins(&id()), 0);
}

#[test]
fn wrong_codes_count_and_a_used_one_is_wrong() {
    let mut setup = provider(Pages::default().asking(PageFactor::Totp));
    setup.users[0].factors = vec![Factor::totp(&sandbox::random_seed())];
    setup.mfa = Mfa {
        attempts: 2,
        ..Mfa::default()
    };
    let sandbox = Sandbox::start(setup);
    let at = sandbox.provider_url("id");
    let code = sandbox.phone(ADA).totp();
    let second = || form(&at, &first(&sandbox).ask(&named(PASSWORD)).send(&sandbox));
    let good = format!("code={code}");
    assert_eq!(second().ask(&good).send(&sandbox).status, 302);
    let page = second().ask(&good).send(&sandbox);
    assert!(page.body.contains("The code is not right"));
    form(&at, &page).ask("code=000000").send(&sandbox);
    assert!(sandbox.is_locked(ADA));
    let accepted = |event: &Event| {
        matches!(
            event,
            Event::CodeTried {
                kind: FactorKind::Totp,
                accepted: true,
                ..
            }
        )
    };
    assert_eq!(sandbox.count(accepted), 1);
}

/// The page that follows the password at an org whose person has these factors.
fn after_password(mut setup: Setup, factors: Vec<Factor>) -> (Sandbox, Answer) {
    setup.users[0].factors = factors;
    let sandbox = Sandbox::start(setup);
    let mut page = Ask::get(&start(&sandbox, "/").authorize).send(&sandbox);
    if page.status == 302 {
        page = Ask::get(page.header("Location")).send(&sandbox);
    }
    let first = form(&sandbox.org_url(), &page);
    let next = first.ask(&named(PASSWORD)).send(&sandbox);
    (sandbox, next)
}

#[test]
fn a_factor_that_no_page_asks_for_lets_nobody_in_with_the_password_alone() {
    let wants_two = [sandbox::Need::Password, sandbox::Need::Possession];
    let classic = || {
        let mut setup = Setup::default();
        setup.mfa.when = sandbox::MfaWhen::Always;
        setup
    };
    let identity = || {
        let mut setup = Setup::identity_engine(Identity::new());
        setup.apps =
            vec![sandbox::App::new("grafana").signing_on(sandbox::SignOn::asking(wants_two))];
        setup
    };
    let demanding = || {
        let mut grafana = sandbox::App::new("grafana");
        grafana.protected().client.policy = sandbox::AppPolicy::SecondFactor;
        Setup {
            apps: vec![grafana],
            ..Setup::default()
        }
    };
    for (setup, factors) in [
        (classic(), vec![Factor::u2f()]),
        (demanding(), Vec::new()),
        (identity(), Vec::new()),
    ] {
        let (sandbox, page) = after_password(setup, factors);
        assert_eq!(page.status, 200);
        assert!(
            page.body.contains("Set up another security method"),
            "{}",
            page.body
        );
        let again = form(&sandbox.org_url(), &page).ask("").send(&sandbox);
        assert!(again.body.contains("Unable to sign in"), "{}", again.body);
        assert_eq!(sandbox.form_sign_ins(&Host::Org), 0);
    }
}

#[test]
fn duo_is_answered_on_its_own_page() {
    let mut setup = Setup::default();
    setup.mfa.when = sandbox::MfaWhen::Always;
    let (sandbox, page) = after_password(setup, vec![Factor::u2f(), Factor::duo()]);
    assert!(page.body.contains("name=\"duo\""), "{}", page.body);
    let page = form(&sandbox.org_url(), &page).ask("").send(&sandbox);
    assert!(page.body.contains("Duo was not approved"), "{}", page.body);
    assert_eq!(sandbox.form_sign_ins(&Host::Org), 0);
    form(&sandbox.org_url(), &page)
        .ask("duo=approved")
        .send(&sandbox);
    assert_eq!(sandbox.form_sign_ins(&Host::Org), 1);
}

#[test]
fn a_push_that_nobody_has_approved_is_none() {
    let mut setup = provider(Pages::default().asking(PageFactor::Push));
    setup.users[0].factors = vec![Factor::push("Ada's phone")];
    let sandbox = Sandbox::start(setup);
    let at = sandbox.provider_url("id");
    let page = first(&sandbox).ask(&named(PASSWORD)).send(&sandbox);
    let page = form(&at, &page).ask("").send(&sandbox);
    assert!(page.body.contains("The push was not approved"));
    let form = form(&at, &page);
    assert!(sandbox.phone(ADA).approve());
    let poll = || {
        let url = format!("{at}/signin/push?visit={}", form.visit);
        Ask::get(&url).send(&sandbox).json()["state"].clone()
    };
    assert_eq!((poll(), poll()), ("waiting".into(), "approved".into()));
    assert_eq!(form.ask("").send(&sandbox).status, 302);
}

#[test]
fn the_page_at_the_org_is_a_form_and_still_what_programs_read() {
    for setup in [Setup::default(), Setup::identity_engine(Identity::new())] {
        let sandbox = Sandbox::start(setup);
        let mut page = Ask::get(&start(&sandbox, "/").authorize).send(&sandbox);
        if page.status == 302 {
            page = Ask::get(page.header("Location")).send(&sandbox);
        }
        assert!(page.body.contains("stateToken"));
        assert_eq!(page.header("X-Frame-Options"), "SAMEORIGIN");
        assert_eq!(page.header("Referrer-Policy"), "no-referrer");
        let back = form(&sandbox.org_url(), &page)
            .ask(&named(PASSWORD))
            .send(&sandbox);
        assert_eq!(back.status, 302);
        let url = format!("{}{}", sandbox.org_url(), back.header("Location"));
        let code = Ask::get(&url).jar(&back.jar()).send(&sandbox);
        assert!(code.header("Location").contains("code="), "{}", code.body);
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn a_login_page_leads_to_its_own_org_alone() {
    let sandbox = Sandbox::start(Setup::default());
    for target in [
        "https%3A%2F%2Fevil.example%2F",
        "%2F%2Fevil.example%2F",
        "evil",
    ] {
        let url = format!("{}/login/login.htm?fromURI={target}", sandbox.org_url());
        let page = Ask::get(&url).send(&sandbox);
        let back = form(&sandbox.org_url(), &page)
            .ask(&named(PASSWORD))
            .send(&sandbox);
        assert_eq!(back.header("Location"), "/app/UserHome");
    }
}
