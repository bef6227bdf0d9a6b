//! Foreign words, cookies and certificates: what a server says is shown without its power, and kept only if it is sound.

use sandbox::{Fault, Garble, Setup, Step};

use crate::home::Home;

#[test]
fn what_okta_says_cannot_command_the_terminal_or_forge_a_line() {
    for summary in [
        "\x1b]0;pwned\x07\x1b[2J\x1b[31mred",
        "one\ncredential: two\r\nhint: run rm -rf",
        "\u{9b}31m csi",
        "back\x08\x08\x08wards",
        "right\u{202e}to\u{2066}left\u{200f}",
        "line\u{2028}paragraph\u{2029}",
        "tab\ttab\u{0}nul\u{7f}delete",
    ] {
        for fault in [
            Fault::Summary(summary.into()),
            Fault::Status(summary.into()),
        ] {
            let home = Home::usual();
            home.sandbox.fault((Step::Authn, fault));
            let outcome = home.run(&["get", "grafana"]);
            let code = outcome.code;
            assert!(matches!(code, 5 | 6), "{summary:?}: {outcome:?}");
            let words = outcome.told(code);
            assert!(!words.contains("\nhint: run rm"), "{words}");
            let reordering = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}');
            assert!(!words.contains(reordering), "{words:?}");
            let again = home.run(&["get", "grafana"]);
            assert_eq!(again.stdout, "");
            assert!(
                !again.stderr.contains(reordering) && !again.stderr.contains('\x1b'),
                "{again:?}"
            );
        }
    }
}

#[test]
fn what_okta_says_at_authorize_cannot_command_the_terminal() {
    let home = Home::usual();
    home.sandbox.fault((
        Step::Authorize,
        Fault::OktaError {
            error: "access_denied\x1b[2J".into(),
            description: "a\x1b]0;b\x07\ncredential: c".into(),
        },
    ));
    let outcome = home.run(&["get", "grafana"]);
    let code = outcome.code;
    assert!(matches!(code, 5 | 6), "{outcome:?}");
    outcome.told(code);
}

#[test]
fn a_password_that_okta_repeats_is_blotted_out() {
    let home = Home::usual();
    home.sandbox.fault((Step::Authn, Fault::EchoPassword));
    for _ in 0..2 {
        let words = home.run(&["get", "grafana"]).told(5);
        assert!(words.contains("Authentication failed for"), "{words}");
        assert!(
            !words.contains("battery") && !words.contains("correct"),
            "{words}"
        );
    }
    for (path, record) in home.records() {
        assert!(
            !record.to_string().contains("battery"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_long_answer_of_okta_is_cut() {
    let home = Home::usual();
    home.sandbox
        .fault((Step::Authn, Fault::Summary("no ".repeat(50_000))));
    let words = home.run(&["get", "grafana"]).told(5);
    assert!(words.len() < 4096, "{}", words.len());
}

#[test]
fn bad_cookies_of_okta_are_neither_kept_nor_sent_nor_shown() {
    for line in [
        "bad name=1",
        "sid2=a b",
        "=nothing",
        "quoted=\"x\u{e4}\"",
        "no-pair",
    ] {
        let home = Home::usual();
        home.sandbox
            .fault((Step::Authorize, Fault::SetCookie(line.into())));
        home.sandbox
            .fault((Step::Authn, Fault::SetCookie(line.into())));
        home.run(&["get", "grafana"]).answer();
        home.run(&["get", "grafana", "--fresh"]).answer();
        assert_eq!(
            home.sandbox.password_tries(),
            1,
            "{line}: the good cookies were kept"
        );
        let kept: String = home
            .records()
            .iter()
            .map(|(_, record)| record.to_string())
            .collect();
        for part in ["bad name", "sid2", "nothing", "quoted", "no-pair"] {
            assert!(!kept.contains(part), "{line}");
        }
        assert_eq!(home.sandbox.violations(), [], "{line}");
    }
}

#[test]
fn bad_cookies_of_an_app_do_not_cost_the_session() {
    for line in [
        "foo=hello world",
        "foo=\"q\"",
        "foo=a,b",
        "foo",
        "",
        "=bar",
        "bad name=x",
        "foo={\"a\":\"\u{e4}\"}",
    ] {
        let home = Home::usual();
        for step in [Step::Start, Step::Callback] {
            home.sandbox.fault((step, Fault::SetCookie(line.into())));
        }
        let cookie = home.run(&["get", "grafana"]).answer();
        assert_eq!(
            home.run(&["get", "grafana", "--verify=0s"]).answer(),
            cookie
        );
        assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{line}");
        assert_eq!(home.sandbox.violations(), [], "{line}");
    }
}

#[test]
fn a_200_of_okta_that_is_no_page_keeps_the_okta_session_and_holds_nobody_back() {
    for body in [Garble::Empty, Garble::Gzip, Garble::Xml] {
        let fault = Fault::Unreadable { status: 200, body };
        let home = Home::usual();
        home.run(&["get", "grafana"]).answer();
        home.sandbox.fault((Step::Authorize, fault));
        for _ in 0..2 {
            let told = home.run(&["get", "grafana", "--fresh"]).told(6);
            assert!(told.contains("200"), "{told}");
        }
        home.sandbox.clear_faults();
        home.run(&["get", "grafana", "--fresh"]).answer();
        home.assert_passwords(1);
    }
}

#[test]
fn a_server_that_nobody_vouches_for_gets_nothing() {
    let home = Home::usual();
    let mut command = home.credential(&["get", "grafana"]);
    command.env_remove("SSL_CERT_FILE");
    let words = crate::home::outcome(command.output().expect("the program starts")).told(6);
    assert!(words.to_lowercase().contains("certificate"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let home = Home::bare(Setup::default());
    home.configure(&home.configuration(&[]));
    home.append("[app.gone]\nurl = \"https://127.0.0.1:1\"");
    let words = home.run(&["get", "gone"]).told(6);
    assert!(words.contains("127.0.0.1:1"), "{words}");
    assert!(!home.has_session());
}
