//! Second factors where nobody is at a terminal: what is done alone, what is told, and what is never done.

use std::time::Duration;

use sandbox::{
    Event, Factor, Fault, Mfa, MfaWhen, NumberChallenge, PhoneManner, Plan, Setup, Step, UserState,
};
use serde_json::Value;

use crate::home::{ADA, Home};
use crate::screen::PATIENCE;

pub(crate) const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const OTHER_SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// A setup whose user has these factors.
pub(crate) fn setup(factors: Vec<Factor>) -> Setup {
    let mut setup = Setup::default();
    setup.users[0].factors = factors;
    setup
}

/// A home for a user with these factors, with `lines` in the org's section.
pub(crate) fn home(setup: Setup, lines: &str) -> Home {
    let home = Home::bare(setup);
    configure(&home, lines);
    home
}

fn configure(home: &Home, lines: &str) {
    home.configure(&home.configuration(&["grafana".into()]));
    home.append_to_org(lines);
}

/// The next sign-in has nothing to go on but the password.
pub(crate) fn forget_sessions(home: &Home) {
    home.expire("grafana");
    home.sandbox.end_okta_sessions();
}

/// The pause after a failure that a person has to mend is over.
fn end_pause(home: &Home) {
    home.edit_account(|record| record["backoff"] = Value::Null);
}

pub(crate) fn cancelled(home: &Home) -> usize {
    let such = |event: &Event| matches!(event, Event::TransactionCancelled { .. });
    home.sandbox.count(such)
}

pub(crate) fn with_seed(factors: Vec<Factor>) -> Home {
    let home = home(setup(factors), "passcode = { totp = { file = \"seed\" } }");
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    home
}

#[track_caller]
pub(crate) fn assert_lawful(home: &Home) {
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_computed_code_needs_nobody() {
    let home = with_seed(Factor::okta_verify("Ada's phone", SEED));
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{cookie}");
    assert_eq!(home.sandbox.pushes(), 0);
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (1, 1)
    );
    assert_lawful(&home);
}

#[test]
fn without_a_factor_that_needs_nobody_a_command_is_told_and_no_push_sent() {
    let home = home(setup(Factor::okta_verify("Ada's phone", SEED)), "");
    let told = home.run(&["get", "grafana"]).told(3);
    assert!(told.contains("hint: credential login grafana"), "{told}");
    assert!(told.contains("okta:push@Ada's phone"), "{told}");
    assert_eq!((home.sandbox.pushes(), home.sandbox.code_tries()), (0, 0));
    let cancelled = |event: &Event| matches!(event, Event::TransactionCancelled { .. });
    assert_eq!(
        home.sandbox.count(cancelled),
        1,
        "nothing is left open at Okta"
    );
    assert_lawful(&home);
}

#[test]
fn a_push_is_sent_unattended_where_the_org_says_so() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.number_challenge = NumberChallenge::Never;
    setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
    let home = home(setup, "push_unattended = true");
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(
        said.stderr,
        "credential: waiting for approval on Ada's phone, up to 59 s\n"
    );
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn a_remembered_device_is_not_asked_again() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa = Mfa {
        when: MfaWhen::PerDevice,
        ..Mfa::default()
    };
    let home = home(setup, "passcode = { totp = { file = \"seed\" } }");
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let _ = home.run(&["get", "grafana"]).answer();
    home.expire("grafana");
    home.sandbox.end_okta_sessions();
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.code_tries(), 1);
    assert_eq!(home.sandbox.password_tries(), 2);
    assert_lawful(&home);
}

#[test]
fn a_device_is_not_remembered_where_the_configuration_says_so() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.when = MfaWhen::PerDevice;
    let home = home(
        setup,
        "passcode = { totp = { file = \"seed\" } }\nremember_device = false",
    );
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let _ = home.run(&["get", "grafana"]).answer();
    forget_sessions(&home);
    home.sandbox.advance(Duration::from_secs(30));
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.code_tries(), 2);
    assert_lawful(&home);
}

#[test]
fn the_number_of_a_push_is_told_on_stderr_where_there_is_no_terminal() {
    let home = home(
        setup(vec![Factor::push("Ada's phone")]),
        "push_unattended = true",
    );
    let phone = home.sandbox.phone(ADA);
    phone.let_number_be(42);
    let said = std::thread::scope(|scope| {
        let run = scope.spawn(|| home.run(&["get", "grafana"]));
        assert!(phone.wait_for_push(PATIENCE));
        assert!(phone.open());
        // Only what a poll has said can be picked.
        while !home
            .sandbox
            .events()
            .iter()
            .any(|event| matches!(event, Event::Polled { .. }))
        {
            std::thread::yield_now();
        }
        assert!(phone.pick(42));
        run.join().expect("it runs")
    });
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr
            .contains("credential: choose 42 on Ada's phone\n"),
        "{}",
        said.stderr
    );
    assert_lawful(&home);
}

#[test]
fn a_rejected_push_is_a_refusal_and_is_not_sent_again() {
    let mut setup = setup(vec![Factor::push("Ada's phone")]);
    setup.mfa.number_challenge = NumberChallenge::Never;
    setup.phone = PhoneManner::RejectsAfter { polls: 1 };
    let home = home(setup, "push_unattended = true");
    let told = home.run(&["get", "grafana"]).failure(5);
    assert!(told.contains("was rejected (REJECTED)"), "{told}");
    let again = home.run(&["get", "grafana"]).told(5);
    assert!(again.contains("was rejected (REJECTED)"), "{again}");
    assert_eq!(
        (home.sandbox.pushes(), home.sandbox.password_tries()),
        (1, 1)
    );
    assert_lawful(&home);
}

#[test]
fn a_push_that_nobody_answers_ends_with_the_command_to_run() {
    let mut setup = setup(vec![Factor::push("Ada's phone")]);
    setup.mfa.push_life = Duration::from_secs(3);
    let home = home(setup, "push_unattended = true");
    let told = home.run(&["get", "grafana"]).failure(3);
    assert!(
        told.contains("nobody answered a push to Ada's phone in time"),
        "{told}"
    );
    assert!(told.contains("hint: credential login grafana"), "{told}");
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn a_code_comes_from_a_command_and_the_same_one_is_never_sent_twice() {
    let home = home(
        setup(Factor::okta_verify("Ada's phone", SEED)),
        "passcode = { env = \"CODE\" }",
    );
    let code = home.sandbox.phone(ADA).totp();
    let get = || {
        let mut command = home.credential(&["get", "grafana"]);
        command.env("CODE", &code);
        crate::home::outcome(command.output().expect("it starts"))
    };
    let _ = get().answer();
    forget_sessions(&home);
    let told = get().told(2);
    assert!(told.contains("is the one that was sent last"), "{told}");
    assert_eq!(home.sandbox.code_tries(), 1);
    assert_lawful(&home);
}

#[test]
fn the_code_of_a_time_step_is_sent_once_and_the_next_one_is_awaited() {
    let home = with_seed(vec![Factor::totp(SEED)]);
    // Close to the end of a time step, so that the test has not long to wait.
    let second = home.sandbox.now().unix_timestamp().rem_euclid(30);
    let ahead = u64::try_from((57 - second) % 30).expect("not negative");
    home.sandbox.advance(Duration::from_secs(ahead));
    for _ in 0..2 {
        let _ = home.run(&["get", "grafana"]).answer();
        forget_sessions(&home);
    }
    assert_eq!(home.sandbox.code_tries(), 2);
    assert_lawful(&home);
}

#[test]
fn a_seed_that_gives_wrong_codes_is_given_up_before_it_locks_the_account() {
    let home = with_seed(vec![Factor::totp(SEED)]);
    std::fs::write(home.path("seed"), OTHER_SEED).expect("the seed is written");
    for _ in 0..2 {
        let told = home.run(&["get", "grafana"]).told(5);
        assert!(told.contains("(E0000068)"), "{told}");
        // Others are held back meanwhile.
        let _ = home.run(&["get", "grafana"]).told(5);
        end_pause(&home);
        home.sandbox.advance(Duration::from_secs(30));
    }
    assert_eq!(home.sandbox.code_tries(), 2);
    for _ in 0..3 {
        let told = home.run(&["get", "grafana"]).told(5);
        assert!(
            told.contains("no further code of the same source is sent"),
            "{told}"
        );
        end_pause(&home);
    }
    assert_eq!(home.sandbox.code_tries(), 2);

    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}

#[test]
fn a_factor_that_the_account_has_not_is_a_mistake_of_the_configuration() {
    let home = home(
        setup(vec![
            Factor::google_totp(SEED),
            Factor::sms("+1 XXX-XXX-1337"),
        ]),
        "factor = [\"push\", \"okta:token:software:totp\"]",
    );
    let told = home.run(&["get", "grafana"]).told(2);
    assert!(
        told.contains("google:token:software:totp, okta:sms@+1 XXX-XXX-1337"),
        "{told}"
    );
    assert!(told.contains("hint: change factor in [org.corp]"), "{told}");
    let _ = home.run(&["get", "grafana"]).told(2);
    assert_eq!(home.sandbox.password_tries(), 1, "the others are held back");
    assert_lawful(&home);
}

#[test]
fn factors_that_need_a_browser_are_named_with_what_they_need() {
    for (factor, what) in [
        (Factor::webauthn("Ada's key"), "a security key in a browser"),
        (Factor::u2f(), "a security key in a browser"),
        (Factor::duo(), "Duo's page in a browser"),
        (Factor::claims_provider("Kolide"), "another provider's page"),
        (Factor::saml("ADFS"), "another provider's page"),
        (Factor::oidc("Entra"), "another provider's page"),
        (
            Factor::unknown("retina:scan"),
            "what this program does not know",
        ),
    ] {
        let home = home(setup(vec![factor]), "push_unattended = true");
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains(what), "{told}");
        assert!(
            told.contains("hint: set up another factor at https://localhost"),
            "{told}"
        );
        assert_lawful(&home);
    }
}

#[test]
fn a_factor_of_a_pinned_provider_or_device_is_the_one_that_answers() {
    let home = home(
        setup(vec![
            Factor::totp(OTHER_SEED),
            Factor::google_totp(SEED).with_id("uftgoogle1"),
        ]),
        "factor = [\"google:token:software:totp@uftgoogle1\"]\npasscode = { totp = { file = \"seed\" } }",
    );
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}

#[test]
fn the_password_that_was_just_accepted_answers_a_factor_that_asks_for_it() {
    let home = home(setup(vec![Factor::password()]), "");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}

#[test]
fn links_are_followed_and_not_built() {
    let mut setup = setup(vec![Factor::totp(SEED)]);
    setup.variants.opaque_links = true;
    let home = home(setup, "passcode = { totp = { file = \"seed\" } }");
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}

#[test]
fn a_directory_that_takes_its_time_is_asked_again() {
    let mut setup = setup(Vec::new());
    setup.users[0].state = UserState::Polling {
        refresh: 1000,
        polls: 1,
    };
    let home = home(setup, "");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}

#[test]
fn processes_that_are_killed_before_okta_answers_are_held_back_after_three() {
    let mut setup = setup(Vec::new());
    setup.delay = Duration::from_secs(2);
    let home = home(setup, "");
    for times in 1..=3 {
        let mut child = start(&home);
        while home.sandbox.password_tries() < times {
            std::thread::yield_now();
        }
        child.kill().expect("it runs");
        child.wait().expect("it ends");
    }
    let told = home.run(&["get", "grafana"]).told(3);
    assert!(
        told.contains("the last 3 passwords of ada@corp.example were sent"),
        "{told}"
    );
    // A `login` that nobody sees may be that of a script.
    let _ = home.run(&["login", "grafana"]).told(3);
    assert_eq!(home.sandbox.password_tries(), 3);
}

#[test]
fn a_code_that_could_be_of_two_apps_is_not_guessed() {
    let home = with_seed(vec![Factor::google_totp(SEED), Factor::totp(OTHER_SEED)]);
    let told = home.run(&["get", "grafana"]).told(2);
    assert!(
        told.contains("has several factors that the passcode of org corp could be for"),
        "{told}"
    );
    assert!(told.contains("google:token:software:totp"), "{told}");
    assert_eq!(home.sandbox.code_tries(), 0);
    home.append_to_org("factor = [\"google:token:software:totp\"]");
    end_pause(&home);
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}

#[test]
fn a_configured_answer_to_a_question_is_good_every_time() {
    let home = home(
        setup(vec![Factor::question("Your first pet?", "Lovelace")]),
        "factor = \"question\"\npasscode = { file = \"answer\" }",
    );
    std::fs::write(home.path("answer"), "Lovelace\n").expect("the answer is written");
    for _ in 0..2 {
        let _ = home.run(&["get", "grafana"]).answer();
        forget_sessions(&home);
    }
    assert_lawful(&home);
}

#[test]
fn a_time_step_of_the_future_is_not_believed_for_ever() {
    let home = with_seed(vec![Factor::totp(SEED)]);
    let _ = home.run(&["get", "grafana"]).answer();
    home.edit_account(|record| record["codes"]["step"] = Value::from(u64::MAX / 100));
    forget_sessions(&home);
    home.sandbox.advance(Duration::from_secs(30));
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}

#[test]
fn a_passcode_command_that_fails_holds_later_callers_back() {
    let home = home(
        setup(vec![Factor::totp(SEED)]),
        "passcode = { command = [\"false\"] }",
    );
    for _ in 0..2 {
        let told = home.run(&["get", "grafana"]).told(2);
        assert!(
            told.contains("the command for the passcode of org corp failed"),
            "{told}"
        );
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_lawful(&home);
}

/// Starts `get` without the test's usual wrapper, so that what is killed is the program itself.
fn start(home: &Home) -> std::process::Child {
    let command = home.credential(&["get", "grafana"]);
    let variables = command.get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    let mut child = std::process::Command::new(crate::home::binary());
    child.env_clear().envs(variables).args(["get", "grafana"]);
    child.stdin(std::process::Stdio::null());
    child.stdout(std::process::Stdio::null());
    child.stderr(std::process::Stdio::null());
    child.spawn().expect("it starts")
}

#[test]
fn codes_whose_answers_never_came_count_as_wrong() {
    let home = with_seed(vec![Factor::totp(SEED)]);
    std::fs::write(home.path("seed"), OTHER_SEED).expect("the seed is written");
    for times in 1..=3 {
        home.sandbox
            .fault(Plan::new(Step::Verify, Fault::Endless).times(1));
        let mut child = start(&home);
        while home.sandbox.code_tries() < times {
            std::thread::yield_now();
        }
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        home.sandbox.advance(Duration::from_secs(30));
    }
    let told = home.run(&["get", "grafana"]).told(3);
    assert!(
        told.contains("the last 3 codes of ada@corp.example were wrong or not answered"),
        "{told}"
    );
    assert!(told.contains("hint: credential login grafana"), "{told}");
    let _ = home.run(&["login", "grafana"]).told(3);
    assert_eq!(home.sandbox.code_tries(), 3);
    let locked = |event: &Event| matches!(event, Event::LockedOut { .. });
    assert_eq!(home.sandbox.count(locked), 0);
}

#[test]
fn a_login_that_nobody_sees_sends_a_refused_password_three_times_at_most() {
    let home = home(setup(Vec::new()), "");
    home.password("not it");
    for _ in 0..6 {
        let _ = home.run(&["login", "grafana"]).told(5);
    }
    assert_eq!(home.sandbox.password_tries(), 3);
}

#[test]
fn a_signal_during_a_passcode_command_ends_it_before_the_code_goes_out() {
    let home = home(
        setup(vec![Factor::totp(SEED)]),
        "passcode = { command = [\"sh\", \"-c\", \"touch ran; sleep 20; echo 123456\"] }",
    );
    let ran = home.path("ran");
    let mut command = home.command(crate::home::binary());
    command
        .args(["get", "grafana"])
        .stdout(std::process::Stdio::null());
    let mut child = command.spawn().expect("it starts");
    while !ran.exists() {
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    let status = child.wait().expect("it ends");
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(15)
    );
    assert_eq!((home.sandbox.code_tries(), cancelled(&home)), (0, 1));
    assert_lawful(&home);
}
