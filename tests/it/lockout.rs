//! Never a locked account: a configured password is sent three times at most where no answer says what Okta made of it.
//!
//! The sandbox judges and counts each password whatever answer reaches the program, and locks the account at the tenth.

use std::process::{Child, Stdio};
use std::thread;

use sandbox::{App, Fault, Garble, Plan, Setup, Step};

use crate::home::{Home, outcome};
use crate::lockout_scene::{
    DAY, MINUTE, MOST, Memory, Told, assert_none, busy, is_pause, unreadable, was_locked,
    with_wrong_password,
};

/// Enough to see whether a fourth password is sent.
const FEW: usize = 5;
/// Enough to lock the account, and more.
const MANY: usize = 13;

/// Makes `calls` unattended calls, and tells what is wrong with them. Where the answer can be understood after all, it may
/// be the refusal that is remembered.
fn breaches(memory: &Memory<'_>, calls: usize, is_refusal: bool) -> Vec<String> {
    let told: Vec<Told> = (0..calls).map(|_| memory.get()).collect();
    let mut wrong = Vec::new();
    let sent: usize = told.iter().map(|one| one.passwords).sum();
    if !(1..=MOST).contains(&sent) {
        wrong.push(format!("{sent} passwords"));
    }
    if was_locked(memory.home) {
        wrong.push("the account is locked".into());
    }
    let later = told.iter().skip(MOST);
    wrong.extend(later.filter_map(|one| held_back(one, is_refusal).err()));
    wrong.truncate(3);
    wrong
}

/// Checks that a call was held back, and said so.
fn held_back(told: &Told, is_refusal: bool) -> Result<(), String> {
    let words = &told.outcome.stderr;
    let is_refused = is_refusal && told.outcome.code == 5 && words.contains("E0000004");
    match (told.requests, told.outcome.code) {
        (0, _) if is_refused => Ok(()),
        (0, 3) => is_pause(words, 15 * MINUTE),
        (requests, code) => Err(format!("{requests} requests, exit {code}: {words}")),
    }
}

/// Tries each answer with a memory of its own, and fails with all that is wrong.
#[track_caller]
fn assert_held_back(calls: usize, rows: impl IntoIterator<Item = (u16, Garble)>) {
    let home = with_wrong_password();
    let mut wrong = Vec::new();
    for (number, (status, body)) in rows.into_iter().enumerate() {
        let memory = Memory::new(&home, &number.to_string());
        home.sandbox.clear_faults();
        home.sandbox
            .fault(unreadable(Step::Authn, status, body.clone()));
        let is_refusal = body.is_coat() && (400..=407).contains(&status);
        let found = breaches(&memory, calls, is_refusal);
        if !found.is_empty() {
            wrong.push(format!("{status} with {body:?}: {found:#?}"));
        }
    }
    assert_none(&wrong);
}

fn each_body(statuses: &[u16]) -> impl Iterator<Item = (u16, Garble)> {
    let statuses = statuses.iter();
    statuses.flat_map(|status| Garble::ALL.map(|body| (*status, body)))
}

#[test]
fn a_firewall_that_answers_for_okta_sees_three_passwords() {
    assert_held_back(FEW, each_body(&[401, 403, 405]));
}

#[test]
fn a_proxy_that_answers_for_okta_sees_three_passwords() {
    assert_held_back(FEW, each_body(&[400, 407, 429]));
}

#[test]
fn a_gateway_that_answers_for_okta_sees_three_passwords() {
    assert_held_back(FEW, each_body(&[500, 502, 504]));
}

#[test]
fn a_200_that_is_not_oktas_sees_three_passwords() {
    assert_held_back(FEW, each_body(&[200]));
}

#[test]
fn thirteen_calls_send_three_passwords_whatever_cannot_be_understood() {
    let statuses = [401, 400, 403, 407, 502, 504, 500, 200, 405, 429];
    let bodies = [
        Garble::Empty,
        Garble::Html,
        Garble::Gzip,
        Garble::ByteOrderMark,
        Garble::Guarded,
        Garble::Xml,
        Garble::ServerError,
        Garble::NoCode,
        Garble::Truncated,
        Garble::Latin1,
    ];
    assert_held_back(MANY, statuses.into_iter().zip(bodies));
}

#[test]
fn json_that_says_nothing_of_the_password_is_no_verdict() {
    let texts = [
        "null",
        "[]",
        "{}",
        "\"SUCCESS\"",
        "{\"status\":\"\"}",
        "{\"status\":7}",
        "{\"errorCode\":4}",
        "{\"errorCode\":null,\"errorSummary\":\"Authentication failed\"}",
        "[{\"errorCode\":\"E0000004\"}]",
        "{\"errorCode\":\"E0000047\",\"errorSummary\":\"API call exceeded rate limit\"}",
    ];
    let rows = texts.into_iter().zip([200, 401, 403].into_iter().cycle());
    let rows = rows.map(|(text, status)| (status, Garble::Bytes(text.into())));
    let others = [201, 202, 204, 302, 404, 418, 503, 599].into_iter();
    assert_held_back(
        FEW,
        rows.chain(others.map(|status| (status, Garble::Empty))),
    );
}

#[test]
fn a_verdict_with_the_status_of_a_gateway_or_a_limit_is_no_verdict() {
    const REFUSAL: &str = "{\"errorCode\":\"E0000004\",\"errorSummary\":\"Authentication failed\"}";
    let rows = [429, 500, 502, 503, 504].into_iter();
    assert_held_back(
        FEW,
        rows.map(|status| (status, Garble::Bytes(REFUSAL.into()))),
    );
}

#[test]
fn the_right_password_behind_a_closed_network_zone_is_sent_three_times() {
    let home = Home::new(busy(Setup::default()));
    let memory = Memory::new(&home, "zone");
    home.sandbox
        .fault(unreadable(Step::Authn, 403, Garble::Empty));
    let told: Vec<Told> = (0..MANY).map(|_| memory.get()).collect();
    let sent: usize = told.iter().map(|one| one.passwords).sum();
    assert!((1..=MOST).contains(&sent), "{sent} passwords");
    for one in &told {
        let words = &one.outcome.stderr;
        assert!(words.contains("hint: "), "what to do is missing: {words}");
    }
    let last = told.last().expect("there are some");
    assert_eq!(held_back(last, false), Ok(()));
}

#[test]
fn a_connection_that_ends_before_a_verdict_counts() {
    let home = with_wrong_password();
    for fault in [Fault::HangUp, Fault::Cut, Fault::Huge] {
        let memory = Memory::new(&home, &fault.to_string());
        home.sandbox.clear_faults();
        home.sandbox
            .fault(Plan::new(Step::Authn, fault.clone()).only_secrets());
        let is_refusal = fault == Fault::Huge;
        let found = breaches(&memory, MANY, is_refusal);
        assert!(found.is_empty(), "{fault}: {found:#?}");
    }
}

#[test]
fn an_answer_that_never_ends_or_never_comes_counts() {
    // Each takes as long as the program has patience; then come two that end at once.
    thread::scope(|scope| {
        for fault in [Fault::Endless, Fault::Silence] {
            scope.spawn(move || {
                let home = with_wrong_password();
                let memory = Memory::new(&home, "slow");
                home.sandbox
                    .fault(Plan::new(Step::Authn, fault.clone()).times(1));
                home.sandbox.fault((Step::Authn, Fault::HangUp));
                let found = breaches(&memory, FEW, false);
                assert!(found.is_empty(), "{fault}: {found:#?}");
            });
        }
    });
}

#[test]
fn an_account_has_one_memory_however_its_name_is_written() {
    let home = Home::new(busy(Setup::default()));
    home.password("not it");
    let text = home.configuration(&["grafana".into()]);
    let memory = Memory::usual(&home);
    let names = ["Ada@corp.example", "ada@corp.example ", "ada@corp.example"];
    let mut sent = Vec::new();
    for name in names {
        home.configure(&text.replace("\"ada@corp.example\"", &format!("{name:?}")));
        let told = memory.get();
        let words = told.outcome.told(5);
        assert!(words.contains("E0000004"), "{name}: {words}");
        sent.push(told.passwords);
    }
    assert_eq!(sent, [1, 0, 0], "the refused password is sent once in all");
}

#[test]
fn passwords_without_a_verdict_are_counted_by_account_and_not_by_name() {
    let home = with_wrong_password();
    home.sandbox
        .fault(unreadable(Step::Authn, 502, Garble::Html));
    let text = home.configuration(&["grafana".into()]);
    let memory = Memory::usual(&home);
    for _ in 0..2 {
        for name in ["Ada@Corp.example", " ada@corp.example", "ADA@corp.example "] {
            home.configure(&text.replace("\"ada@corp.example\"", &format!("{name:?}")));
            let _ = memory.get();
        }
    }
    assert_eq!(home.sandbox.passwords_of("ada@corp.example"), MOST);
}

fn start(memory: &Memory<'_>, arguments: &[&str]) -> Child {
    let mut command = memory.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

#[test]
fn ten_at_once_of_two_apps_and_three_verbs_send_three_passwords() {
    let verbs: [&[&str]; 5] = [
        &["get", "grafana"],
        &["get", "argocd", "--fresh"],
        &["login", "grafana"],
        &["get", "argocd"],
        &["login", "argocd"],
    ];
    for (status, body) in [(502, Garble::Html), (403, Garble::Empty)] {
        let home = Home::new(busy(Setup {
            apps: vec![App::new("grafana"), App::new("argocd")],
            ..Setup::default()
        }));
        home.password("not it");
        home.sandbox.fault(unreadable(Step::Authn, status, body));
        let memory = Memory::usual(&home);
        for wave in 1..=3 {
            let crowd = verbs.iter().chain(&verbs);
            let crowd: Vec<Child> = crowd.map(|verb| start(&memory, verb)).collect();
            for child in crowd {
                let ended = outcome(child.wait_with_output().expect("it ends"));
                assert!([3, 6].contains(&ended.code), "wave {wave}: {ended:?}");
            }
            let sent = home.sandbox.password_tries();
            assert!(sent <= MOST, "{sent} passwords after wave {wave}");
        }
        assert!(!was_locked(&home));
    }
}

#[test]
fn a_password_that_never_left_is_not_counted() {
    let home = Home::new(busy(Setup::default()));
    // Nobody listens at the first; the second has a name that nobody knows; the third takes calls and says nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let deaf = listener.local_addr().expect("an address");
    thread::spawn(move || listener.incoming().for_each(drop));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let refusing = closed.local_addr().expect("an address");
    drop(closed);
    let offline = [
        format!("http://{refusing}"),
        "http://no-such-host.localhost.invalid:3128".to_owned(),
        format!("http://{deaf}"),
    ];
    let memory = Memory::usual(&home);
    for call in 0..21 {
        let mut command = memory.command(&["get", "grafana"]);
        command.env("HTTPS_PROXY", &offline[call % 3]);
        // In some of them only Okta is out of reach.
        if call % 2 == 0 {
            command.env("NO_PROXY", "127.0.0.1");
        }
        let ended = outcome(command.output().expect("it starts"));
        assert_eq!(ended.code, 6, "call {call}: {}", ended.stderr);
    }
    assert_eq!(home.sandbox.password_tries(), 0);
    let _ = memory.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn a_wrong_password_that_okta_refuses_is_sent_once_for_ever() {
    let home = with_wrong_password();
    let memory = Memory::usual(&home);
    for call in 0..MANY {
        let told = memory.get();
        assert_eq!(told.outcome.code, 5, "{}", told.outcome.stderr);
        assert_eq!(told.passwords, usize::from(call == 0));
        memory.age(30 * DAY);
    }
}
