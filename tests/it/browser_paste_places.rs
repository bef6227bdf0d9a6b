//! Where an address is offered unasked, where it is not, and who opens it: SSH, no display, callers that cannot paste,
//! `$BROWSER`.

use std::os::unix::fs::PermissionsExt as _;

use sandbox::PASSWORD;

use crate::ahead::until;
use crate::elsewhere::{QUESTION, Talk, home, setup, sign_in};
use crate::home::{Home, assert_discreet};
use crate::tools::{tool, tools};

/// The variables of an SSH session with a forwarded display.
const SSH: [(&str, &str); 2] = [
    ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22"),
    ("DISPLAY", ":99"),
];

#[test]
fn over_ssh_and_without_a_display_a_person_gets_an_address() {
    if !tool("curl") {
        return;
    }
    for variables in [&SSH[..], &[]] {
        for words in ["credential login grafana", "credential get grafana"] {
            let home = home(setup(), "");
            let mut talk = Talk::start_in(&home, words, variables);
            // Nobody has to press Enter first.
            let address = talk.address();
            talk.paste(&sign_in(&home, &address));
            let (said, screen) = talk.end();
            assert_eq!(said.code, 0, "{words}: {said:?} {screen}");
            let is_get = words.contains(" get ");
            assert_eq!(said.stdout.starts_with("AWSELB"), is_get, "{said:?}");
            assert!(!screen.contains("browser window"), "{screen}");
            assert_eq!(home.sandbox.violations(), []);
            assert!(!home.cache().join("browser").exists(), "no browser ran");
        }
    }
}

#[test]
fn an_attended_get_prints_the_cookie_alone_on_stdout_after_a_paste() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, "credential get grafana --as header");
    let address = talk.address();
    talk.paste(&sign_in(&home, &address));
    let (said, _) = talk.end();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.starts_with("Cookie: AWSELB"), "{said:?}");
    assert_eq!(said.stdout.lines().count(), 1, "{said:?}");
}

#[test]
fn where_windows_are_forbidden_nobody_gets_an_address_unasked() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "[browser]\nwindow = false\n");
    for words in ["credential get grafana", "credential login grafana"] {
        let (said, screen) = Talk::start(&home, words).end();
        let told = said.told(3);
        assert!(told.contains("window = false"), "{told}");
        // It names ways that are open.
        let hints =
            "hint: credential login grafana --paste\nhint: or set window = true in [browser]";
        assert!(told.contains(hints), "{told}");
        assert!(!screen.contains("https://"), "{screen}");
        assert!(!screen.contains(QUESTION), "{screen}");
    }
    // Asked for, it is given.
    let mut talk = Talk::start(&home, "credential login grafana --paste");
    let address = talk.address();
    talk.paste(&sign_in(&home, &address));
    let _ = talk.end().0.done();
}

/// The calls of programs that cannot say what an address is for, at a terminal with a person.
fn callers(home: &Home) -> [String; 4] {
    let url = home.sandbox.app_url("grafana");
    let host = url.replace("https://", "");
    [
        format!("printf 'protocol=https\\nhost={host}\\n\\n' | git-credential-alb get"),
        format!("printf {url} | docker-credential-alb get"),
        format!("printf '{{\"uri\":\"{url}/x\"}}' | bazel-credential-alb get"),
        format!("credential go {url}/x </dev/null"),
    ]
}

#[test]
fn git_docker_bazel_and_go_never_get_an_address() {
    for variables in [&SSH[..], &[]] {
        let home = home(setup(), "");
        for words in callers(&home) {
            let (said, screen) = Talk::start_in(&home, &words, variables).end();
            assert_eq!(screen, "", "{words}");
            let said = format!("{}{}", said.stdout, said.stderr);
            assert!(!said.contains("AWSELB"), "{words}: {said}");
            assert!(!said.contains("state="), "{words}: {said}");
            assert!(!said.contains("https://id.localhost"), "{words}: {said}");
        }
        assert_eq!(home.sandbox.callbacks(), []);
        assert!(!home.cache().join("browser").exists(), "no browser ran");
    }
}

/// A home at an SSH session with a stand-in for a browser, which writes its arguments into the file `opened`, and prints.
fn with_stand_in(name: &str) -> Home {
    let home = home(setup(), "");
    let script = home.path(name);
    let opened = home.path("opened");
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >{0}.part\nmv {0}.part {0}\necho chatter\necho chatter >&2\n",
        opened.display()
    );
    std::fs::write(&script, text).expect("a script");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&script, mode).expect("its mode");
    home
}

#[test]
fn the_users_own_browser_opens_the_address_in_each_form_of_its_variable() {
    if !tools(&["curl", "setsid"]) {
        return;
    }
    for (form, words) in [
        ("BIN", vec!["ADDRESS"]),
        ("BIN %s", vec!["ADDRESS"]),
        ("BIN --new '--url=%s'", vec!["--new", "--url=ADDRESS"]),
        ("BIN %s &", vec!["ADDRESS"]),
        ("false:BIN", vec!["ADDRESS"]),
        ("no-such-browser %s:BIN %s", vec!["ADDRESS"]),
    ] {
        let home = with_stand_in("stand-in");
        let browser = form.replace("BIN", &home.path("stand-in").to_string_lossy());
        let variables = [("BROWSER", browser.as_str())];
        let mut talk = Talk::start_in(&home, "credential login grafana --paste", &variables);
        let address = talk.address();
        until("the browser is opened", || home.path("opened").exists());
        let opened = std::fs::read_to_string(home.path("opened")).expect("a file");
        let words: Vec<String> = words
            .iter()
            .map(|word| word.replace("ADDRESS", &address))
            .collect();
        assert_eq!(opened.lines().collect::<Vec<_>>(), words, "{form}");
        talk.paste(&sign_in(&home, &address));
        let (said, screen) = talk.end();
        let told = said.done();
        assert!(!format!("{told}{screen}").contains("chatter"), "{form}");
    }
}

#[test]
fn a_browser_that_cannot_be_opened_changes_nothing_and_gets_no_secret() {
    if !tool("curl") {
        return;
    }
    for browser in ["true", "false", "no-such-browser", "", ":::", "'"] {
        let home = home(setup(), "");
        let variables = [("BROWSER", browser), ("ALB_CREDENTIAL_PASSWORD", PASSWORD)];
        let mut talk = Talk::start_in(&home, "credential login grafana --paste", &variables);
        let address = talk.address();
        talk.paste(&sign_in(&home, &address));
        let (said, _) = talk.end();
        assert_discreet(&said.done());
    }
}

#[test]
fn a_login_that_wants_a_window_that_cannot_be_had_names_the_way_out() {
    let home = home(setup(), "");
    let said = Talk::start(&home, "credential login grafana --browser")
        .end()
        .0
        .told(2);
    assert!(said.contains("there is no display"), "{said}");
    assert!(
        said.contains("hint: credential login grafana --paste"),
        "{said}"
    );
    let (said, screen) = Talk::start_in(&home, "credential login grafana --browser", &SSH).end();
    let told = said.told(2);
    assert!(
        told.contains("this is an SSH session (SSH_CONNECTION is set)"),
        "{told}"
    );
    assert_eq!(screen, "");
}
