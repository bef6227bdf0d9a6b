//! `credential go`: the answers before Go's first download and after a refused one, and the real go command, which
//! downloads a module through an ALB.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use sandbox::{App, Event, PASSWORD};

use crate::home::{Home, assert_discreet, outcome};
use crate::outcome::Outcome;
use crate::screen::Terminal;
use crate::tools::{beside, tool};

/// Returns the block of an app with its cached session.
fn block(home: &Home, app: &str) -> String {
    let cookie = home.run(&["get", app, "--no-sign-in"]).answer();
    let url = home.sandbox.app_url(app);
    format!("{url}\n\nCookie: {}\n\n", cookie.trim_end())
}

/// Calls `credential go` as after a response with this status line.
fn after(home: &Home, url: &str, status: &str) -> Outcome {
    let response = format!("{status}\nServer: awselb/2.0\nContent-Type: text/html\n\n");
    home.run_with(&["go", url], &response)
}

const REFUSED: &str = "HTTP/1.1 401 Unauthorized";

#[test]
fn the_first_call_signs_in_and_answers_each_app_once() {
    let home = Home::with_apps(&["grafana", "argocd"]);
    let (grafana, argocd) = (
        home.sandbox.app_url("grafana"),
        home.sandbox.app_url("argocd"),
    );
    let said = home.run(&["go", &grafana]).answer();
    assert_eq!(said, block(&home, "grafana"));
    let urls = [
        &format!("{argocd}/a/b?c=d"),
        "https://foreign.example/x",
        &grafana,
        &format!("{grafana}/deeper"),
        "argocd",
        "http://127.0.0.1:1/",
    ];
    let said = home.run(&[&["go"], &urls[..]].concat()).answer();
    assert_eq!(said, block(&home, "argocd") + &block(&home, "grafana"));
    home.assert_passwords(1);
}

#[test]
fn without_a_url_cached_sessions_are_answered_without_a_sign_in() {
    let home = Home::with_apps(&["grafana", "argocd"]);
    assert_eq!(home.run(&["go"]).answer(), "");
    assert_eq!(home.sandbox.requests(), 0);
    home.run(&["get", "argocd"]).answer();
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["go"]).answer(), block(&home, "argocd"));
    home.run(&["get", "grafana"]).answer();
    home.expire("argocd");
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["go"]).answer(), block(&home, "grafana"));
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn an_app_without_https_is_left_out() {
    let mut app = App::new("grafana");
    app.plain_listener = true;
    let home = Home::with_app(app);
    let plain = home.sandbox.plain_url("grafana").expect("it listens");
    let text = home.configuration(&["grafana".into()]);
    home.configure(&format!("{text}\n[app.plain]\nurl = \"{plain}\"\n"));
    for arguments in [&["go", "plain"][..], &["go", &plain], &["go"]] {
        assert_eq!(home.run(arguments).answer(), "", "{arguments:?}");
    }
    let url = home.sandbox.app_url("grafana");
    let said = home.run(&["go", &plain, &url]).answer();
    assert_eq!(said, block(&home, "grafana"));
    assert_eq!(after(&home, &plain, REFUSED).answer(), "");
}

#[test]
fn a_prefix_has_whole_segments_of_the_apps_url() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    let text = home.configuration(&["grafana".into()]);
    home.configure(
        &text
            .replace(&url, &format!("{url}/go/"))
            .replace("[app.grafana]\n", "[app.grafana]\nstart = \"/go\"\n"),
    );
    let cookie = home.run(&["get", "grafana"]).answer();
    let expected = format!("{url}/go\n\nCookie: {}\n\n", cookie.trim_end());
    for inside in ["/go", "/go/", "/go/corp.example/m/@v/list"] {
        assert_eq!(
            home.run(&["go", &format!("{url}{inside}")]).answer(),
            expected
        );
    }
    for outside in ["", "/", "/golang", "/go/../x"] {
        let outside = format!("{url}{outside}");
        assert_eq!(home.run(&["go", &outside]).answer(), "", "{outside}");
        assert_eq!(after(&home, &outside, REFUSED).answer(), "", "{outside}");
    }
}

#[test]
fn if_one_app_fails_the_others_are_answered() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    let text = home.configuration(&["grafana".into()]);
    // No server listens there.
    home.configure(&format!(
        "{text}\n[app.gone]\nurl = \"https://127.0.0.1:1\"\n"
    ));
    let alone = home.run(&["go", "gone"]);
    let words = alone.told(6);
    assert!(
        words.starts_with("credential: cannot sign in to gone: "),
        "{words}"
    );
    let said = home.run(&["go", "gone", "no-such-name", &url]);
    assert_eq!((said.code, said.stdout), (0, block(&home, "grafana")));
    assert!(
        said.stderr
            .starts_with("credential: cannot sign in to gone: ")
            && said
                .stderr
                .contains("\ncredential: no app is called \"no-such-name\"\n"),
        "{}",
        said.stderr
    );
    let first = home.run(&["go", "no-such-name", "gone"]);
    assert_eq!(
        (first.code, first.stdout.as_str()),
        (4, ""),
        "{}",
        first.stderr
    );
}

#[test]
fn a_broken_configuration_is_an_error() {
    let home = Home::usual();
    home.configure("nonsense = 1\n");
    assert!(home.run(&["go"]).told(2).contains("config.toml:1:1"));
    let words = after(&home, "https://a.example", REFUSED).told(2);
    assert!(words.contains("config.toml:1:1"), "{words}");
}

#[test]
fn after_a_refusal_the_alb_is_asked_and_an_ended_session_renewed() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana") + "/corp.example/m/@v/list";
    home.run(&["get", "grafana"]).answer();
    let good = block(&home, "grafana");
    for status in [REFUSED, "HTTP/2.0 403 Forbidden"] {
        home.sandbox.clear_audit();
        assert_eq!(after(&home, &url, status).answer(), good, "{status}");
        assert_eq!(home.sandbox.requests(), 1, "the ALB was asked");
    }
    home.sandbox.end_app_sessions("grafana");
    let said = after(&home, &url, REFUSED).answer();
    assert_ne!(said, good);
    assert_eq!(said, block(&home, "grafana"));
    assert_eq!(home.sandbox.password_tries(), 0, "the silent way");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn after_a_refusal_without_a_session_there_is_a_sign_in() {
    let home = Home::usual();
    let said = after(&home, &home.sandbox.app_url("grafana"), REFUSED).answer();
    assert_eq!(said, block(&home, "grafana"));
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn after_another_response_no_server_is_asked() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    for status in [
        "HTTP/1.1 404 Not Found",
        "HTTP/2.0 410 Gone",
        "HTTP/1.1 429 Too Many Requests",
        "HTTP/1.1",
    ] {
        home.run(&["get", "grafana"]).answer();
        home.sandbox.clear_audit();
        assert_eq!(
            after(&home, &url, status).answer(),
            block(&home, "grafana"),
            "{status}"
        );
        home.expire("grafana");
        let said = after(&home, &url, status);
        assert_eq!(
            (said.code, said.stdout),
            (0, format!("{url}\n\n\n")),
            "{status}"
        );
        assert!(
            said.stderr
                .starts_with("credential: no fresh session of grafana is cached\n")
        );
        assert_eq!(home.sandbox.requests(), 0, "{status}");
    }
}

#[test]
fn without_a_session_go_is_told_to_forget_the_prefix() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    home.sandbox.end_okta_sessions();
    home.password("wrong");
    let said = after(&home, &format!("{url}/x"), REFUSED);
    assert_eq!((said.code, said.stdout), (0, format!("{url}\n\n\n")));
    assert!(
        said.stderr
            .starts_with("credential: cannot sign in to grafana: "),
        "{}",
        said.stderr
    );
    assert_discreet(&said.stderr);
}

#[test]
fn a_foreign_url_gets_an_empty_answer() {
    let home = Home::usual();
    for url in [
        "https://proxy.golang.org/x/@v/list",
        "https://127.0.0.1/",
        "https://u:p@a.example/?q",
    ] {
        assert_eq!(home.run(&["go", url]).answer(), "", "{url}");
        assert_eq!(after(&home, url, REFUSED).answer(), "", "{url}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_hostile_response_is_not_echoed_and_not_read_to_its_end() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    home.run(&["get", "grafana"]).answer();
    let good = block(&home, "grafana");
    for response in [
        "HTTP/1.1 404 \u{1b}[2Jred\u{7} hunter2\n".to_owned(),
        format!("HTTP/1.1 404 {}", "x".repeat(3 << 20)),
        "x".repeat(3 << 20),
        format!("HTTP/1.1 404 Not Found\nX: {}", "\u{0}\n".repeat(2 << 20)),
        "\u{0}\u{1}\u{2}".repeat(1000),
    ] {
        assert_eq!(home.run_with(&["go", &url], &response).answer(), good);
    }
    for endless in ["cat /dev/zero", "yes 'HTTP/1.1 404 Not Found'"] {
        let mut command = home.command("sh");
        let script = format!("{endless} 2>/dev/null | \"$0\" go {url}");
        command.args(["-c", &script]).arg(crate::home::binary());
        assert_eq!(
            outcome(command.output().expect("sh starts")).answer(),
            good,
            "{endless}"
        );
    }
}

#[test]
fn a_response_without_an_end_is_answered() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let mut command = home.credential(&["go", &home.sandbox.app_url("grafana")]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    stdin
        .write_all(b"HTTP/1.1 404 Not Found\n")
        .expect("it is read");
    let said = outcome(child.wait_with_output().expect("it ends"));
    assert_eq!(said.answer(), block(&home, "grafana"));
    drop(stdin);
}

#[test]
fn a_terminal_as_stdin_is_not_waited_for() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential go");
    assert_eq!(
        crate::screen::outcome(child).answer(),
        block(&home, "grafana")
    );
}

#[test]
fn questions_are_asked_unless_git_forbids_them() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    let url = home.sandbox.app_url("grafana");
    let script = format!("credential go {url} </dev/null");
    let terminal = Terminal::new();
    let child = terminal.start_in(&home, &script, &[("GIT_TERMINAL_PROMPT", "0")]);
    let words = crate::screen::outcome(child).told(3);
    assert!(words.contains("GIT_TERMINAL_PROMPT"), "{words}");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, &script);
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    assert_eq!(
        crate::screen::outcome(child).answer(),
        block(&home, "grafana")
    );
}

/// A module on a proxy behind an ALB, and a local module that requires it.
struct Modules {
    home: Home,
    files: tempfile::TempDir,
}

const HELLO: &str = "package hello\n\nfunc Say() string { return \"hello through the ALB\" }\n";
const OWN: &str =
    "package main\n\nimport \"corp.example/hello\"\n\nfunc main() { println(hello.Say()) }\n";

impl Modules {
    fn new(app: impl Fn(&str, &Path) -> App) -> Self {
        let files = tempfile::tempdir().expect("a directory");
        for version in ["v1.0.0", "v1.1.0"] {
            let hello = [("hello.go", HELLO)];
            sandbox::go_module(files.path(), "corp.example/hello", version, &hello);
        }
        let home = Home::with_app(app("go", files.path()));
        let own = home.path("own");
        std::fs::create_dir(&own).expect("a directory");
        std::fs::write(own.join("main.go"), OWN).expect("a file");
        std::fs::write(own.join("go.mod"), "module own\n\ngo 1.21\n").expect("a file");
        Self { home, files }
    }

    /// The same behind an ALB that denies requests without a session.
    fn denied() -> Self {
        let modules = Self::new(|name, files| App::files_denied(name, files));
        modules.home.append(&format!("start = \"{}\"", App::LOGIN));
        modules
    }

    /// Makes a go command that downloads from the proxy only.
    fn variables(&self, helper: &str) -> Vec<(&'static str, String)> {
        let path = |name: &str| -> String {
            let path = self.home.path(name);
            path.to_str().expect("ASCII").to_owned()
        };
        vec![
            ("GOAUTH", helper.into()),
            ("GOPROXY", self.home.sandbox.app_url("go")),
            ("GOPATH", path("gopath")),
            ("GOCACHE", path("gocache")),
            ("GOENV", "off".into()),
            ("GOSUMDB", "off".into()),
            ("GOTOOLCHAIN", "local".into()),
            ("GOTELEMETRY", "off".into()),
            ("GOFLAGS", "-mod=mod -modcacherw".into()),
        ]
    }

    /// Runs the go command in the local module.
    fn run(&self, helper: &str, arguments: &[&str]) -> Outcome {
        let mut command = beside(&self.home, "go");
        command
            .args(arguments)
            .current_dir(self.home.path("own"))
            .envs(self.variables(helper));
        outcome(command.output().expect("go starts"))
    }

    /// Returns the GOAUTH command with the proxy's URL.
    fn helper(&self) -> String {
        format!("credential go {}", self.home.sandbox.app_url("go"))
    }

    /// Counts the requests that came through the ALB.
    fn served(&self) -> usize {
        let served = |event: &Event| matches!(event, Event::UpstreamSaw { user: Some(_), .. });
        self.home.sandbox.count(served)
    }
}

#[test]
fn go_downloads_a_module_through_an_alb_that_redirects() {
    if !tool("go") {
        return;
    }
    let modules = Modules::new(|name, files| App::files(name, files));
    let without = modules.run("off", &["get", "corp.example/hello@v1.1.0"]);
    assert_ne!(without.code, 0, "{}", without.stderr);
    modules.home.sandbox.clear_audit();
    let got = modules.run(&modules.helper(), &["get", "corp.example/hello@v1.1.0"]);
    assert_eq!(got.code, 0, "{}", got.stderr);
    let list = modules.run(
        &modules.helper(),
        &["list", "-m", "-versions", "corp.example/hello"],
    );
    assert_eq!(list.answer(), "corp.example/hello v1.0.0 v1.1.0\n");
    // Without a URL it answers the cached sessions.
    std::fs::remove_dir_all(modules.home.path("gopath")).expect("it is ours");
    let got = modules.run("credential go", &["mod", "download", "corp.example/hello"]);
    assert_eq!(got.code, 0, "{}", got.stderr);
    assert_eq!(modules.home.sandbox.password_tries(), 1);
    assert!(modules.served() > 3);
    assert_eq!(modules.home.sandbox.violations(), []);
}

#[test]
fn go_gets_a_refused_session_renewed_by_an_alb_that_denies() {
    if !tool("go") {
        return;
    }
    let modules = Modules::denied();
    let home = &modules.home;
    // The cache is empty and GOAUTH names no app: go asks only after the refusal.
    let got = modules.run("credential go", &["get", "corp.example/hello@v1.0.0"]);
    assert_eq!(got.code, 0, "{}", got.stderr);
    let cookie = home.run(&["get", "go"]).answer();
    home.sandbox.end_app_sessions("go");
    let got = modules.run(&modules.helper(), &["get", "corp.example/hello@v1.1.0"]);
    assert_eq!(got.code, 0, "{}", got.stderr);
    assert_ne!(home.run(&["get", "go", "--no-sign-in"]).answer(), cookie);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_404_stays_a_404_for_go() {
    if !tool("go") {
        return;
    }
    let modules = Modules::denied();
    let home = &modules.home;
    home.run(&["get", "go"]).answer();
    home.sandbox.clear_audit();
    let said = modules.run(&modules.helper(), &["get", "corp.example/nothing@v1.0.0"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stderr.contains("404 Not Found"), "{}", said.stderr);
    let asked = |event: &Event| matches!(event, Event::Request { .. });
    assert_eq!(
        home.sandbox.count(asked),
        modules.served(),
        "nobody but go asked"
    );
    assert!(modules.files.path().join("corp.example").exists());
}

#[test]
fn gos_verbose_output_does_not_show_the_cookie() {
    if !tool("go") {
        return;
    }
    let modules = Modules::denied();
    let cookie = modules.home.run(&["get", "go"]).answer();
    let secret = cookie.trim_end().split_once('=').expect("a pair").1;
    let said = modules.run(
        &modules.helper(),
        &["get", "-x", "corp.example/hello@v1.0.0"],
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(!said.stderr.contains(secret) && !said.stdout.contains(secret));
}

#[test]
fn go_lets_questions_be_asked_if_it_is_configured_to() {
    if !tool("go") {
        return;
    }
    let modules = Modules::denied();
    let home = &modules.home;
    let text = std::fs::read_to_string(home.path("config.toml")).expect("it is there");
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    let helper = modules.helper();
    let variables = modules.variables(&helper);
    let mut variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    let script = "cd own && go get corp.example/hello@v1.0.0";
    // go itself sets GIT_TERMINAL_PROMPT=0.
    let mut terminal = Terminal::new();
    let said = crate::screen::outcome(terminal.start_in(home, script, &variables));
    assert_eq!(
        (said.code, terminal.screen()),
        (1, String::new()),
        "{}",
        said.stderr
    );
    variables.push(("GIT_TERMINAL_PROMPT", "1"));
    let mut terminal = Terminal::new();
    let child = terminal.start_in(home, script, &variables);
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    let said = crate::screen::outcome(child);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(home.sandbox.violations(), []);
}
