mod random;

use super::{Docker, NO_JSON, NO_SERVER, NO_USERNAME, NOT_FOUND};
use crate::app::Target;
use crate::credential::{Credential, Pattern};
use crate::dialect::{Dialect, HelperOutcome, HelperRequest, ListedApp, Operation};
use crate::error::{Error, Kind};
use crate::output::fixture::{answer, app};
use crate::reply::Reply;
use crate::secret::Secret;

fn parse(action: &str, input: impl AsRef<[u8]>) -> Result<HelperRequest, Reply> {
    Docker.parse(action, input.as_ref())
}

fn request(action: &str, input: &str) -> HelperRequest {
    parse(action, input).expect("a request with something to do")
}

/// A reply to docker: everything is on stdout.
fn told(stdout: &str, code: u8) -> Reply {
    Reply {
        stdout: Secret::new(format!("{stdout}\n")),
        stderr: String::new(),
        code,
    }
}

#[test]
fn get_answers_server_account_and_cookie() {
    let app = app("https://wiki.corp.example");
    let outcome = HelperOutcome::Session(answer(&app, &["one", "two"]));
    for input in [
        "wiki.corp.example",
        " wiki.corp.example\r\n",
        "wiki.corp\n.example\n\n",
    ] {
        let request = request("get", input);
        assert!(
            matches!(&request.target, Target::Url(url) if url.as_str() == "https://wiki.corp.example/")
        );
        assert_eq!(
            Docker.render(&request, Ok(&outcome)),
            told(
                "{\"ServerURL\":\"wiki.corp.example\",\"Username\":\"ada@corp.example\",\
                 \"Secret\":\"AWSELBAuthSessionCookie-0=one; AWSELBAuthSessionCookie-1=two\"}",
                0
            )
        );
    }
}

#[test]
fn every_spelling_of_a_server_is_understood() {
    for (input, target) in [
        ("a.example:5000/v1/", "https://a.example:5000/v1/"),
        ("localhost:5000", "https://localhost:5000/"),
        ("//a.example", "https://a.example/"),
        ("https://a.example/v1/?x=y", "https://a.example/v1/?x=y"),
        ("http://a.example", "http://a.example/"),
        ("[::1]:5000", "https://[::1]:5000/"),
        ("fe80::1", "https://[fe80::1]/"),
    ] {
        let target = Target::Url(target.parse().expect("a URL"));
        let request = request("get", input);
        assert_eq!((request.target, request.subject.as_str()), (target, input));
    }
}

#[test]
fn an_unknown_server_is_not_found_and_erased_silently() {
    let unknown = Error::new(Kind::NoSuchApp, "no app covers it");
    let reply = |action| Docker.render(&request(action, "a.example"), Err(&unknown));
    assert_eq!(reply("get"), told(NOT_FOUND, 1));
    assert_eq!(reply("erase"), Reply::silent());
    let long = format!("a b{}", "x".repeat(70_000));
    for input in [
        "a\rb.example",
        "a\0.example",
        "ftp://a.example",
        "a b",
        "https://",
        "{}",
        "\u{e9}.example",
        &long,
    ] {
        assert_eq!(parse("get", input), Err(told(NOT_FOUND, 1)), "{input:.80?}");
        assert_eq!(parse("erase", input), Err(Reply::silent()), "{input:.80?}");
    }
    assert_eq!(parse("get", b"\xff\xfe.example"), Err(told(NOT_FOUND, 1)));
}

#[test]
fn a_request_without_a_server_is_an_error() {
    for input in ["", "\n", " \r\n\r\n"] {
        for action in ["get", "erase"] {
            assert_eq!(parse(action, input), Err(told(NO_SERVER, 1)));
        }
    }
}

#[test]
fn an_error_goes_to_stdout() {
    let failure = Error::refused("cannot sign in to wiki: Okta refused the password (E0000004)")
        .hint("credential login wiki");
    for (action, input) in [
        ("get", "wiki.corp.example"),
        ("erase", "wiki.corp.example"),
        ("list", "unused"),
    ] {
        assert_eq!(
            Docker.render(&request(action, input), Err(&failure)),
            told(
                "credential: cannot sign in to wiki: Okta refused the password (E0000004)\nhint: credential login wiki",
                1
            )
        );
    }
}

#[test]
fn erasing_says_nothing() {
    let request = request("erase", "wiki.corp.example\r\n");
    assert_eq!(
        (request.operation, &request.offer),
        (Operation::Erase, &None)
    );
    assert_eq!(
        Docker.render(&request, Ok(&HelperOutcome::Done)),
        Reply::silent()
    );
}

#[test]
fn a_list_has_fresh_sessions_sorted_without_input() {
    let urls = [
        "https://b.example",
        "https://a.example",
        "https://c.example",
    ];
    let apps = urls.map(app);
    let all = || {
        apps.iter().map(|app| ListedApp {
            app,
            fresh: app.site.host() != "c.example",
            kept: Vec::new(),
        })
    };
    let account = apps[0].account();
    let two =
        format!("{{\"https://a.example\":\"{account}\",\"https://b.example\":\"{account}\"}}");
    for (input, apps, stdout) in [
        (&b""[..], vec![], "{}"),
        (b"unused", all().collect(), two.as_str()),
        (b"\0\xff\r", vec![], "{}"),
    ] {
        let request = parse("list", input).expect("a request with something to do");
        assert_eq!(
            (request.operation, &request.target),
            (Operation::List, &Target::Unnamed)
        );
        assert_eq!(
            Docker.render(&request, Ok(&HelperOutcome::List(apps))),
            told(stdout, 0)
        );
    }
}

#[test]
fn version_help_and_unknown_actions_have_fixed_answers() {
    let usage = "Usage: docker-credential-alb <store|get|erase|list|version>";
    let version = concat!(
        "docker-credential-alb (alb-credential) ",
        env!("CARGO_PKG_VERSION")
    );
    for (action, stdout, code) in [
        ("version", version, 0),
        ("--version", version, 0),
        ("-v", version, 0),
        ("--help", usage, 0),
        ("-h", usage, 0),
        ("", usage, 1),
        ("store", NO_JSON, 1),
        ("GET", "docker-credential-alb: unknown action: GET", 1),
        (
            "\u{1b}[2Jx\n",
            "docker-credential-alb: unknown action: [2Jx",
            1,
        ),
    ] {
        assert_eq!(parse(action, ""), Err(told(stdout, code)), "{action:?}");
    }
}

#[test]
fn an_offer_is_checked_as_docker_checks_it() {
    for (input, said) in [
        ("", NO_JSON),
        ("a.example", NO_JSON),
        ("[]", NO_JSON),
        ("{\"ServerURL\":1}", NO_JSON),
        ("{}", NO_SERVER),
        ("{\"ServerURL\":\" \",\"Username\":\"ada\"}", NO_SERVER),
        (
            "{\"ServerURL\":\"a.example\",\"Secret\":\"s\"}",
            NO_USERNAME,
        ),
    ] {
        assert_eq!(parse("store", input), Err(told(said, 1)), "{input}");
    }
    let offered = request(
        "store",
        "{\"ServerURL\":\"a.example:5000/v1/\",\"Username\":\"ada\",\"Secret\":\"\",\"More\":1}\r\n",
    );
    let offer = Credential {
        path: "v1".into(),
        username: Some("ada".into()),
        password: Some(Secret::default()),
        server: Some("a.example:5000/v1/".into()),
        ..Credential::default()
    };
    assert_eq!(
        (offered.operation, offered.offer),
        (Operation::Store, Some(offer))
    );
}

#[test]
fn an_unknown_server_is_shown_without_user_info() {
    let unknown = Error::new(Kind::NoSuchApp, "no app covers it");
    for server in [
        "https://ada:hunter2@a.example",
        "ada:hunter2@a.example",
        "https://ada:hun@hunter2@a.example",
        "https://ada:x@a.example?hunter2",
    ] {
        let input = format!("{{\"ServerURL\":\"{server}\",\"Username\":\"ada\",\"Secret\":\"s\"}}");
        let reply = match parse("store", input) {
            Ok(request) => Docker.render(&request, Err(&unknown)),
            Err(reply) => reply,
        };
        let said = "credential: no configured app covers a.example\n";
        assert!(reply.stdout.expose().starts_with(said), "{server}");
    }
}

#[test]
fn storing_for_an_unknown_server_is_an_error() {
    let store = request(
        "store",
        "{\"ServerURL\":\"a.example\",\"Username\":\"ada\",\"Secret\":\"s\"}",
    );
    let unknown = Error::new(Kind::NoSuchApp, "no app covers it");
    let said = "credential: no configured app covers a.example\n\
                hint: add an app with method = \"none\" for it";
    assert_eq!(Docker.render(&store, Err(&unknown)), told(said, 1));
    assert_eq!(
        Docker.render(&store, Ok(&HelperOutcome::Done)),
        Reply::silent()
    );
}

#[test]
fn stored_credentials_keep_dockers_spelling() {
    let kept = |server: Option<&str>, path: &str, username: &str| Credential {
        path: path.into(),
        username: Some(username.into()),
        password: Some(Secret::new("s".into())),
        server: server.map(str::to_owned),
        ..Credential::default()
    };
    let get = request("get", "a.example");
    let pattern = Pattern {
        path: Some(String::new()),
        ..Pattern::default()
    };
    assert_eq!(get.pattern, Some(pattern));
    let answer = "{\"ServerURL\":\"a.example\",\"Username\":\"ada\",\"Secret\":\"s\"}";
    let outcome = HelperOutcome::Credential(kept(None, "", "ada"));
    assert_eq!(Docker.render(&get, Ok(&outcome)), told(answer, 0));
    let app = app("https://a.example");
    let listed = ListedApp {
        app: &app,
        fresh: false,
        kept: vec![kept(Some("a.example"), "", "ada"), kept(None, "b", "eve")],
    };
    let list = "{\"a.example\":\"ada\",\"https://a.example/b\":\"eve\"}";
    let said = Docker.render(&request("list", ""), Ok(&HelperOutcome::List(vec![listed])));
    assert_eq!(said, told(list, 0));
}
