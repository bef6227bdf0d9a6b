//! Pushes of the Identity Engine where nobody is at a terminal: sent where the org says so, once, and never left open.

use std::process::Stdio;
use std::time::Duration;

use sandbox::{Factor, Identity, Need, Number, PhoneManner, Setup};

use crate::factors::{SEED, assert_lawful, cancelled, home};
use crate::home::ADA;
use crate::identity::{SEEDED, at, setup_at};
use crate::screen::PATIENCE;

/// An org whose phone does this by itself, at a pace that a test can wait for.
fn pushing(identity: Identity, phone: PhoneManner, factors: Vec<Factor>) -> Setup {
    let mut setup = setup_at(identity.polled_every(1000), factors, [Need::Possession]);
    setup.phone = phone;
    setup
}

fn without_number() -> Identity {
    Identity {
        number: Number::Never,
        ..Identity::new()
    }
}

#[test]
fn a_push_is_sent_unattended_where_the_org_allows_it_at_the_given_pace() {
    let phone = PhoneManner::ApprovesAfter { polls: 2 };
    for pinned in [false, true] {
        let factors = Factor::okta_verify("Ada's phone", SEED);
        let lines = match pinned {
            true => "push_unattended = true\nfactor = \"okta:push\"",
            false => "push_unattended = true",
        };
        let home = home(pushing(without_number(), phone, factors), lines);
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(
            said.stderr
                .starts_with("credential: waiting for approval on Ada's phone"),
            "{}",
            said.stderr
        );
        assert_eq!(home.sandbox.pushes(), 1);
        let trails = home.sandbox.trails();
        let spacing = &trails[0].spacing;
        assert!(!spacing.is_empty());
        let least = Duration::from_millis(900);
        assert!(spacing.iter().all(|time| *time >= least), "{spacing:?}");
        assert_lawful(&home);
    }
}

#[test]
fn the_pace_of_polls_follows_the_newest_answer() {
    let phone = PhoneManner::ApprovesAfter { polls: 4 };
    let identity = Identity {
        later_refresh: Some(2000),
        ..without_number()
    };
    let setup = pushing(identity, phone, vec![Factor::push("Ada's phone")]);
    let home = home(setup, "push_unattended = true");
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let trails = home.sandbox.trails();
    let last = trails[0].spacing.last().expect("there were several");
    assert!(*last >= Duration::from_millis(1800), "{last:?}");
    assert_lawful(&home);
}

#[test]
fn the_number_of_a_push_is_told_on_stderr_where_there_is_no_terminal() {
    for number in [Number::AtOnce, Number::Later] {
        let identity = Identity {
            number,
            ..Identity::new()
        };
        let setup = pushing(
            identity,
            PhoneManner::Manual,
            vec![Factor::push("Ada's phone")],
        );
        let home = home(setup, "push_unattended = true");
        let phone = home.sandbox.phone(ADA);
        phone.let_number_be(42);
        let mut command = home.credential(&["get", "grafana"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut said = crate::screen::Said::of(command.spawn().expect("it starts"));
        said.until("choose 42 on Ada's phone");
        assert!(phone.pick(42));
        let said = said.outcome();
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert_eq!(said.stderr.matches("choose 42").count(), 1);
        assert_lawful(&home);
    }
}

#[test]
fn a_rejected_push_is_a_refusal_and_is_not_sent_again() {
    let phone = PhoneManner::RejectsAfter { polls: 1 };
    let factors = vec![Factor::push("Ada's phone")];
    let home = home(
        pushing(without_number(), phone, factors),
        "push_unattended = true",
    );
    let told = home.run(&["get", "grafana"]).failure(5);
    assert!(told.contains("push to Ada's phone was rejected"), "{told}");
    let _ = home.run(&["get", "grafana"]).told(5);
    assert_eq!(
        (home.sandbox.pushes(), home.sandbox.password_tries()),
        (1, 1)
    );
    assert_lawful(&home);
}

#[test]
fn a_push_that_nobody_answers_ends_with_the_command_to_run() {
    let factors = vec![Factor::push("Ada's phone")];
    let mut setup = pushing(without_number(), PhoneManner::Manual, factors);
    setup.mfa.push_life = Duration::from_secs(2);
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
fn an_okta_verify_that_is_too_old_is_a_persons_to_mend() {
    let phone = PhoneManner::Manual;
    let factors = vec![Factor::push("Ada's phone")];
    let home = home(
        pushing(Identity::new(), phone, factors),
        "push_unattended = true",
    );
    let phone = home.sandbox.phone(ADA);
    let said = std::thread::scope(|scope| {
        let run = scope.spawn(|| home.run(&["get", "grafana"]));
        assert!(phone.wait_for_push(PATIENCE));
        assert!(phone.too_old());
        run.join().expect("it runs")
    });
    let told = said.failure(3);
    assert!(told.contains("Okta Verify"), "{told}");
    assert!(told.contains("pdate"), "{told}");
    assert_eq!(home.sandbox.pushes(), 1);
}

#[test]
fn a_push_that_okta_starts_by_itself_is_cancelled_where_nobody_wants_it() {
    let identity = Identity {
        preselects: true,
        ..Identity::new()
    };
    let home = at(
        identity,
        Factor::okta_verify("Ada's phone", SEED),
        [Need::Possession],
        "",
    );
    let told = home.run(&["get", "grafana"]).failure(3);
    assert!(told.contains("hint: credential login grafana"), "{told}");
    assert_eq!(home.sandbox.pushes(), 1);
    assert_eq!(home.sandbox.phone(ADA).pushes_waiting(), 0);
    assert_eq!(cancelled(&home), 1);
    assert_lawful(&home);
}

#[test]
fn a_push_that_okta_starts_by_itself_is_the_one_that_is_waited_for() {
    let identity = Identity {
        preselects: true,
        ..without_number()
    };
    let phone = PhoneManner::ApprovesAfter { polls: 1 };
    let setup = pushing(identity, phone, vec![Factor::push("Ada's phone")]);
    let home = home(setup, "push_unattended = true");
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn a_program_that_is_told_to_end_takes_its_push_back() {
    use rustix::process::{Pid, Signal, kill_process};
    let setup = pushing(
        without_number(),
        PhoneManner::Manual,
        vec![Factor::push("Ada's phone")],
    );
    let home = home(setup, "push_unattended = true");
    let mut command = home.command(crate::home::binary());
    command.args(["get", "grafana"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    assert!(home.sandbox.phone(ADA).wait_for_push(PATIENCE));
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    kill_process(process.expect("a process"), Signal::TERM).expect("it runs");
    let (status, ..) = crate::screen::ended(child);
    assert!(!status.success(), "{status}");
    assert_eq!(cancelled(&home), 1);
    assert_eq!(home.sandbox.phone(ADA).pushes_waiting(), 0);
    assert_lawful(&home);
}

#[test]
fn a_push_that_okta_starts_by_itself_is_left_for_the_computed_code() {
    let identity = Identity {
        preselects: true,
        ..Identity::new()
    };
    let home = at(
        identity,
        Factor::okta_verify("Ada's phone", SEED),
        [Need::Possession],
        SEEDED,
    );
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(home.sandbox.code_tries(), 1);
    assert!(home.sandbox.pushes() <= 1);
    assert_lawful(&home);
}
