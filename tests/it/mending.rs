//! A session that the ALB has ended is noticed by the wrapped clients, and mended by one renewal.

use std::ffi::OsStr;

use sandbox::{Event, Fault, Host, PASSWORD, Step};

use crate::desk::{Desk, SHELLS, Shell, Stranger, clients, shells, strs, user};
use crate::home::{ADA, feed, outcome};
use crate::screen::{Terminal, ended as ended_by};
use crate::stage::Stage;
use crate::tools::{tool, tools};

/// A desk whose session is in the cache, and no longer good.
fn ended() -> Desk {
    let desk = Desk::usual();
    let _ = desk.cookie_of("grafana");
    end(&desk);
    desk
}

/// Ends the session that is in the cache.
fn end(desk: &Desk) {
    desk.home.sandbox.end_app_sessions("grafana");
    desk.home.sandbox.clear_audit();
}

/// Counts how often the application was reached.
fn reached(desk: &Desk) -> usize {
    let sandbox = &desk.home.sandbox;
    sandbox.count(|event| matches!(event, Event::UpstreamSaw { .. }))
}

/// Asserts that one renewal, without a password, has mended the session, and that one request came through.
#[track_caller]
fn assert_mended(desk: &Desk, context: &str) {
    let sandbox = &desk.home.sandbox;
    assert_eq!(sandbox.sessions_issued(), 1, "{context}");
    assert_eq!(sandbox.password_tries(), 0, "{context}");
    assert_eq!(reached(desk), 1, "{context}");
    assert_eq!(sandbox.violations(), [], "{context}");
}

#[test]
fn an_ended_session_is_mended_for_every_client_in_every_shell() {
    for shell in shells() {
        let desk = ended();
        for (client, words) in clients(&desk.app()) {
            let context = format!("{} {client}", shell.name);
            end(&desk);
            let answer = desk.call(shell, client, &strs(&words)).answer();
            assert_eq!(user(&answer).as_deref(), Some(ADA), "{context}: {answer}");
            assert_mended(&desk, &context);
        }
    }
}

#[test]
fn curl_is_mended_with_redirects_bodies_and_files() {
    if !tool("curl") {
        return;
    }
    let desk = ended();
    let app = desk.app();
    std::fs::write(desk.home.path("body"), "x=1&y=2").expect("a file");
    for words in [
        vec!["-sS", &app],
        vec!["-sSL", &app],
        vec!["-sSLf", "-d", "x=1&y=2", &app],
        vec!["-sS", "--data-binary", "@body", &app],
        vec!["-sS", "-T", "body", &app],
        vec!["-sS", "-F", "x=@body", &app],
        vec!["-sSi", &app],
        vec!["-sS", "-o", "-", &app],
        vec!["-v", &app],
    ] {
        let context = format!("{words:?}");
        end(&desk);
        let got = desk.call(&SHELLS[0], "curl", &words);
        assert_eq!(got.code, 0, "{context}: {}", got.stderr);
        assert!(got.stdout.contains(ADA), "{context}: {got:?}");
        assert!(!got.stdout.contains("302 Found"), "{context}: {got:?}");
        assert_mended(&desk, &context);
        if words.contains(&"-sSLf") {
            assert!(got.stdout.contains(r#""body_length":7,"#), "{got:?}");
        }
    }
}

#[test]
fn curl_has_no_answer_from_okta_when_it_is_ended_at_the_redirect() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    // curl may begin a request there before it is ended, but no answer ever comes: without the end the call would not end.
    let okta = Stranger::silent("127.0.0.2");
    stage.send_curl_to(okta.url.clone());
    let url = format!("{}/x", stage.url);
    for options in ["-sSL", "-sSfL"] {
        stage.end_sessions();
        desk.home.sandbox.clear_audit();
        let _ = stage.seen();
        let got = desk.call(&SHELLS[0], "curl", &[options, &url]);
        assert_eq!(got.answer(), "GET /x 0\n", "{options}");
        // Refused, asked about by the program, which looks for a way in, and mended.
        let seen = stage.seen();
        assert_eq!(seen.first().map(String::as_str), Some("GET /x 0 refused"));
        assert_eq!(seen.last().map(String::as_str), Some("GET /x 0"));
        let of_curl = |request: &&String| request.starts_with("GET /x ");
        assert_eq!(seen.iter().filter(of_curl).count(), 2, "{seen:?}");
        // The one request that Okta itself got is the program's.
        let of_org = |event: &Event| {
            matches!(
                event,
                Event::Request {
                    host: Host::Org,
                    ..
                }
            )
        };
        assert_eq!(desk.home.sandbox.count(of_org), 1, "{options}");
    }
    for request in okta.seen() {
        let request = request.to_ascii_lowercase();
        assert!(!request.contains("cookie:"), "{request}");
    }
}

#[test]
fn what_is_refused_with_a_good_session_is_not_sent_again() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let okta = Stranger::start("127.0.0.2");
    stage.send_curl_to(okta.url.clone());
    let post = |path: &str, options: &[&str]| {
        let _ = stage.seen();
        let url = format!("{}{path}", stage.url);
        let words = [&["-sS", "-d", "a=b", "-w", "%{http_code}", &url], options].concat();
        let got = desk.call(&SHELLS[0], "curl", &words);
        let seen = stage.seen();
        let posts = seen.iter().filter(|request| request.starts_with("POST "));
        assert_eq!(posts.count(), 1, "{words:?}: {seen:?}");
        got
    };
    let page = "<html>the ALB's own page</html>\r\n";
    for (path, options, code) in [
        ("/always-401", vec![], 401),
        ("/always-401", vec!["-L"], 401),
        ("/always-302", vec![], 302),
    ] {
        let got = post(path, &options);
        assert_eq!(got.answer(), format!("{page}{code}"), "{path} {options:?}");
    }
    let got = post("/always-401", &["-f"]);
    assert_eq!(got.code, 22, "{got:?}");
    // As without the wrapper, curl follows.
    let got = post("/always-302", &["-L"]);
    assert_eq!(got.answer(), "stranger\n200");
    okta.saw_no_cookie(1, "-L");
}

#[test]
fn a_client_that_outlives_a_signal_is_not_held_by_its_output() {
    let desk = Desk::usual();
    let _ = desk.cookie_of("grafana");
    // A curl that is refused after the signal, and then says more than a pipe holds.
    let callback = format!("{}/oauth2/idpresponse", desk.app());
    let callback = callback.replace(':', "%3A").replace('/', "%2F");
    let head = format!(
        "HTTP/1.1 302 Found\\r\\nLocation: https://127.0.0.2/oauth2/v1/authorize?client_id=0oa1&redirect_uri={}\
         &response_type=code&scope=openid&state=s\\r\\n\\r\\n",
        callback.replace('%', "%%")
    );
    let text = format!(
        "#!/bin/sh\nwhile [ \"$1\" != -D ]; do shift; done\ntrap 'told=1' TERM\n: >started\n\
         until [ \"$told\" ]; do sleep 0.1; done\nprintf '{head}' >\"$2\"\nhead -c 1000000 /dev/zero\nexit 9\n"
    );
    desk.program("curl", &text);
    let call = "credential wrap curl -- \"$1\" >out & until [ -e started ]; do sleep 0.1; done; kill -TERM $!; wait $!";
    let app = desk.app();
    let words = [OsStr::new(app.as_str())];
    let got = outcome(
        desk.script(&SHELLS[0], call, &words)
            .output()
            .expect("a shell starts"),
    );
    assert_eq!(got.code, 9, "{got:?}");
}

#[test]
fn a_body_on_stdin_is_read_once_by_a_client_that_gets_in() {
    if !tools(&["curl", "http", "xh"]) {
        return;
    }
    let desk = ended();
    let app = desk.app();
    for (client, words) in [
        ("curl", vec!["-sS", "-d", "@-", &app]),
        ("curl", vec!["-sS", "-T", "-", &app]),
        ("http", vec!["--body", "POST", &app]),
        ("xh", vec!["--body", "POST", &app]),
    ] {
        end(&desk);
        let context = format!("{client} {words:?}");
        let got = feed(desk.calling(&SHELLS[0], client, &words), "x=1&y=2");
        assert!(got.answer().contains(r#""body_length":7,"#), "{context}");
        // The question whether the session is good, before and after.
        let sandbox = &desk.home.sandbox;
        assert_eq!(sandbox.sessions_issued(), 1, "{context}");
        assert_eq!(reached(&desk), 1, "{context}");
    }
}

#[test]
fn a_session_is_mended_before_a_client_that_writes_to_a_terminal() {
    let desk = ended();
    for (client, words) in clients(&desk.app()) {
        for shell in shells() {
            end(&desk);
            let mut terminal = Terminal::new();
            let mut command = desk.calling(shell, client, &strs(&words));
            command.stdout(terminal.end()).stderr(terminal.end());
            let mut child = command.spawn().expect("a shell starts");
            terminal.until("body_length");
            let status = child.wait().expect("it ends");
            // Coloured text has escapes between its words.
            let screen = terminal.screen();
            let context = format!("{} {client}: {screen}", shell.name);
            assert!(status.success(), "{context}");
            assert!(screen.contains(ADA), "{context}");
            assert_mended(&desk, &context);
        }
    }
}

#[test]
fn several_urls_of_one_app_need_one_renewal() {
    if !tools(&["curl", "wget"]) {
        return;
    }
    let desk = ended();
    let app = desk.app();
    let (one, two) = (format!("{app}/1"), format!("{app}/2"));
    end(&desk);
    let got = desk.call(&SHELLS[0], "curl", &["-sS", &one, &two]).answer();
    assert_eq!(got.matches(r#""app":"grafana""#).count(), 2, "{got}");
    assert_eq!(
        (desk.home.sandbox.sessions_issued(), reached(&desk)),
        (1, 2)
    );
}

#[test]
fn the_sessions_of_two_apps_in_one_call_are_mended_each() {
    if !tools(&["curl", "wget"]) {
        return;
    }
    let (stage, desk) = Stage::apart_with_desk();
    let _ = desk.cookie_of("grafana");
    let there = format!("{}/there", stage.url);
    for (client, options) in [("curl", vec!["-sSf"]), ("wget", vec!["-q", "-O", "-"])] {
        for urls in [[desk.app(), there.clone()], [there.clone(), desk.app()]] {
            end(&desk);
            stage.end_sessions();
            let urls = urls.each_ref().map(String::as_str);
            let got = desk.call(&SHELLS[0], client, &[&options[..], &urls].concat());
            let answer = got.answer();
            assert!(
                answer.contains("GET /there 0\n"),
                "{client} {urls:?}: {answer}"
            );
            assert!(
                answer.contains(&format!("\"user\":\"{ADA}\"")),
                "{client} {urls:?}: {answer}"
            );
            assert_eq!(desk.home.sandbox.sessions_issued(), 1, "{client} {urls:?}");
        }
    }
}

#[test]
fn many_calls_at_once_are_mended_by_one_renewal() {
    if !tool("curl") {
        return;
    }
    let desk = ended();
    let app = desk.app();
    let text = "for n in 1 2 3 4 5 6 7 8; do curl -sSf \"$1\" | cat & done; wait";
    let answer = desk.script(&SHELLS[0], text, &[OsStr::new(&app)]).output();
    let answer = outcome(answer.expect("a shell starts")).answer();
    assert_eq!(answer.matches(r#""app":"grafana""#).count(), 8, "{answer}");
    assert_eq!(desk.home.sandbox.sessions_issued(), 1);
    assert_eq!(desk.home.sandbox.violations(), []);
}

#[test]
fn where_no_renewal_is_possible_the_client_says_nothing_and_its_status_is_gets() {
    let desk = ended();
    desk.home.sandbox.end_okta_sessions();
    desk.home.password("wrong");
    for (client, words) in clients(&desk.app()) {
        let words = desk.call(&SHELLS[0], client, &strs(&words)).told(5);
        assert_eq!(
            words.matches("credential: ").count(),
            1,
            "{client}: {words}"
        );
    }
    assert_eq!(reached(&desk), 0);
}

#[test]
fn a_file_is_not_touched_before_the_session_is_good() {
    if !tool("curl") {
        return;
    }
    let desk = ended();
    desk.home.sandbox.end_okta_sessions();
    desk.home.password("wrong");
    let file = desk.home.path("out");
    std::fs::write(&file, "before").expect("a file");
    let url = format!("{}/out", desk.app());
    for options in [["-sSo", "out"], ["-sS", "-O"]] {
        let words = [&options[..], &[&url]].concat();
        let _ = desk.call(&SHELLS[0], "curl", &words).told(5);
        let text = std::fs::read_to_string(&file).expect("a file");
        assert_eq!(text, "before", "{options:?}");
    }
    assert_eq!(reached(&desk), 0);
}

#[test]
fn what_the_application_has_accepted_is_not_sent_to_it_again() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = |path: &str| format!("{}{path}", stage.url);
    // The session ends with the first answer: what it leads to, or the next URL, is refused.
    for words in [
        vec!["-sSL", "-d", "a=b", &url("/submit")],
        vec!["-sS", "-d", "a=b", &url("/submit"), &url("/view")],
    ] {
        let _ = desk.home.run(&["get", "stage", "--verify"]).answer();
        let _ = stage.seen();
        let _ = desk.call(&SHELLS[0], "curl", &words);
        let seen = stage.seen();
        let is_post = |request: &&String| *request == "POST /submit 3";
        assert_eq!(seen.iter().filter(is_post).count(), 1, "{seen:?}");
        let is_refused =
            |request: &String| request.contains("/view") && request.ends_with("refused");
        assert!(seen.iter().any(is_refused), "{seen:?}");
    }
}

#[test]
fn the_albs_refusal_is_mended_and_the_apps_is_passed_through_once() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let shell: &Shell = &SHELLS[0];
    let url = |path: &str| format!("{}{path}", stage.url);
    stage.end_sessions();
    let got = desk.call(shell, "curl", &["-sSi", &url("/deny")]).answer();
    assert!(got.ends_with("\r\n\r\nGET /deny 0\n"), "{got}");
    assert_eq!(stage.seen().last().map(String::as_str), Some("GET /deny 0"));

    for (path, code, body) in [
        ("/own-302", 302, "own\n"),
        ("/own-401", 401, "own\n"),
        ("/missing", 404, "missing\n"),
    ] {
        let got = desk
            .call(shell, "curl", &["-sS", "-w", "%{http_code}", &url(path)])
            .answer();
        assert_eq!(got, format!("{body}{code}"));
        assert_eq!(stage.seen().len(), 1, "{path}");
    }
    // Another page than the one that is asked for first: within redirects.
    stage.end_sessions();
    let got = desk.call(shell, "curl", &["-sSL", &url("/hop")]).answer();
    assert_eq!(got, "GET /inside 0\n");
}

#[test]
fn a_session_that_the_alb_sets_anew_is_kept() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let before = desk.cookie_of("stage");
    let again = format!("{}/again", stage.url);
    assert_eq!(
        desk.call(&SHELLS[0], "curl", &["-sS", &again]).answer(),
        "again\n"
    );
    assert_ne!(stage.cookie(), before);
    assert_eq!(desk.cookie_of("stage"), stage.cookie());
    // Nothing had to be asked for that.
    assert_eq!(stage.seen(), ["GET /again 0"]);
}

#[test]
fn an_alb_that_cannot_be_asked_is_left_to_the_client_with_its_session() {
    if !tools(&["curl", "wget"]) {
        return;
    }
    let desk = Desk::usual();
    let _ = desk.cookie_of("grafana");
    let app = desk.app();
    let trouble = (Step::Start, Fault::BalancerPage(500));
    desk.home.sandbox.fault(trouble.clone());
    for (client, words, code) in [
        ("curl", vec!["-sf", &app], 22),
        ("curl", vec!["-sf", "-d", "@-", &app], 22),
        ("wget", vec!["-q", "-t", "1", &app], 8),
    ] {
        let got = feed(desk.calling(&SHELLS[0], client, &words), "x");
        assert_eq!(
            (got.code, got.stderr.as_str()),
            (code, ""),
            "{client} {words:?}"
        );
    }
    desk.home.sandbox.clear_faults();
    let _ = desk.home.run(&["logout", "--all"]);
    desk.home.sandbox.fault(trouble);
    let words = desk.call(&SHELLS[0], "wget", &["-q", &app]).told(6);
    assert!(words.contains("cannot sign in to grafana"), "{words}");
}

#[test]
fn a_question_after_a_refusal_can_be_answered_or_interrupted() {
    if !tool("curl") {
        return;
    }
    let desk = ended();
    desk.home.sandbox.end_okta_sessions();
    let text = desk.home.configuration(&["grafana".to_owned()]);
    let asking = text.replace("{ file = \"password\" }", "{ prompt = true }");
    desk.home.configure(&asking);
    let script = format!("credential wrap curl -- -sS {} | cat", desk.app());
    for (keys, gets_in) in [
        ("half of it\u{3}".to_owned(), false),
        (format!("{PASSWORD}\r"), true),
    ] {
        let mut terminal = Terminal::new();
        let before = terminal.modes();
        let child = terminal.start(&desk.home, &script);
        terminal.until_asked();
        terminal.type_in(&keys);
        let (_, stdout, stderr) = ended_by(child);
        assert_eq!(stdout.contains(ADA), gets_in, "{stdout} {stderr}");
        assert!(gets_in || stdout.is_empty(), "{stdout}");
        terminal.assert_restored(&before);
    }
    assert_eq!(desk.home.sandbox.password_tries(), 1);
    assert_eq!(reached(&desk), 1);
}
