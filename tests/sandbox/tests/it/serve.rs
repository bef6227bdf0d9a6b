//! The program that serves, with the phone at its own terminal.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

use crate::browser::{Answer, Ask};
use crate::factors::ADA;

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(30);

/// A running program, with the lines that it prints.
struct Served {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    directory: TempDir,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().expect("a directory"), arguments)
    }

    fn start_in(directory: TempDir, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sandbox"))
            .args(["serve", "--until-stdin-closes", "--dir"])
            .arg(directory.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("a pipe");
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            lines,
            directory,
        }
    }

    /// The first line from now on that begins so, without its beginning.
    fn line(&self, beginning: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(LIMIT).expect("a line");
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
    }

    fn type_line(&mut self, line: &str) -> String {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        writeln!(stdin, "{line}").expect("the program reads");
        self.line("phone: ")
    }

    fn file(&self, name: &str) -> String {
        let path: PathBuf = self.directory.path().join(name);
        std::fs::read_to_string(path).expect("a file")
    }

    fn post(&self, url: &str, body: &Value) -> Answer {
        Ask::post(url, body).send_trusting(&self.file("ca.pem"))
    }

    fn password(&self, org: &str) -> Value {
        let password = self.file("password").trim().to_owned();
        let body = json!({ "username": ADA, "password": password });
        self.post(&format!("{org}/api/v1/authn"), &body).json()
    }

    /// The URL in the line of a server that begins so.
    fn url(&self, beginning: &str) -> String {
        let line = self.line(beginning);
        let url = line.split_whitespace().next();
        url.expect("a URL").to_owned()
    }

    /// Closes stdin, upon which the program ends.
    fn end(self) -> bool {
        self.end_and_keep().0
    }

    /// The same, without the end of its directory.
    fn end_and_keep(mut self) -> (bool, TempDir) {
        drop(self.stdin.take());
        (
            self.child.wait().expect("it ends").success(),
            self.directory,
        )
    }
}

fn org(served: &Served) -> String {
    served.url("org ")
}

#[test]
fn without_factors_nobody_is_asked_for_one() {
    let served = Served::start(&[]);
    let org = org(&served);
    assert_eq!(served.password(&org)["status"], "SUCCESS");
    assert!(served.end());
}

#[test]
fn a_push_is_answered_at_the_terminal() {
    let mut served = Served::start(&["--factors"]);
    let org = org(&served);
    served.line("Ctrl-C ends it.");
    let begun = served.password(&org);
    let factors = begun["_embedded"]["factors"].as_array().expect("factors");
    let kinds: Vec<&Value> = factors.iter().map(|one| &one["factorType"]).collect();
    assert_eq!(kinds, ["push", "token:software:totp", "sms", "question"]);
    let href = factors[0]["_links"]["verify"]["href"]
        .as_str()
        .expect("a link");
    let state = json!({ "stateToken": begun["stateToken"] });
    assert!(served.type_line("approve").starts_with("there is no push"));
    served.post(href, &state);
    assert!(served.line("phone: ").starts_with("a push has come"));
    let shown = served.type_line("open");
    let waiting = served.post(href, &state).json();
    let number = &waiting["_embedded"]["factor"]["_embedded"]["challenge"]["correctAnswer"];
    let number = number.to_string();
    assert!(
        shown.split_whitespace().any(|word| word == number),
        "{shown}"
    );
    assert_eq!(served.type_line(&format!("pick {number}")), "picked");
    assert_eq!(served.post(href, &state).json()["status"], "SUCCESS");
    assert!(served.end());
}

#[test]
fn the_codes_can_be_asked_for() {
    let mut served = Served::start(&["--factors"]);
    let org = org(&served);
    served.line("Ctrl-C ends it.");
    let begun = served.password(&org);
    let codes = served.type_line("codes");
    let code = codes
        .strip_prefix("authenticator ")
        .and_then(|rest| rest.get(..6));
    let href = begun["_embedded"]["factors"][1]["_links"]["verify"]["href"].as_str();
    let body = json!({ "stateToken": begun["stateToken"], "passCode": code });
    let done = served.post(href.expect("a link"), &body).json();
    assert_eq!(done["status"], "SUCCESS");
    assert!(served.end());
}

#[test]
fn an_org_of_the_identity_engine_is_served_with_its_phone() {
    let mut served = Served::start(&["--engine", "idx"]);
    let (org, app) = (served.url("org "), served.url("grafana "));
    served.line("Ctrl-C ends it.");
    let authority = served.file("ca.pem");
    let found = Ask::get(&format!("{org}/.well-known/okta-organization"));
    assert_eq!(found.send_trusting(&authority).json()["pipeline"], "idx");
    let away = Ask::get(&app).send_trusting(&authority);
    let page = Ask::get(away.header("Location")).send_trusting(&authority);
    let token = crate::identity::tokens(&page.body).remove(0);
    let introspect = format!("{org}/idp/idx/introspect");
    let ask = Ask::post(&introspect, &json!({ "stateToken": token })).jar(&page.jar());
    let first = ask.send_trusting(&authority).json();
    assert_eq!(first["remediation"]["value"][0]["name"], "identify");
    assert!(served.type_line("mail").starts_with("there is no mail"));
    assert!(served.type_line("open").starts_with("there is no push"));
    assert!(served.end());
}

#[test]
fn each_shell_reads_the_file_that_points_a_client_at_the_servers() {
    let served = Served::start(&[]);
    let _ = served.line("Ctrl-C");
    for (shell, file) in [
        ("sh", "env.sh"),
        ("bash", "env.sh"),
        ("zsh", "env.sh"),
        ("fish", "env.fish"),
        ("fish", "env.sh"),
    ] {
        let file = served.directory.path().join(file);
        if !crate::tools::tools(&[shell]) {
            continue;
        }
        let mut command = Command::new(shell);
        command.args([
            "-c",
            &format!(
                ". {}; printenv ALB_CREDENTIAL_CONFIG; command -v sandbox",
                file.display()
            ),
        ]);
        let output = command
            .env("SSL_CERT_DIR", "/else")
            .output()
            .expect("it starts");
        let config = served.directory.path().join("config.toml");
        let said = String::from_utf8_lossy(&output.stdout);
        let words = format!("{}\n{}\n", config.display(), env!("CARGO_BIN_EXE_sandbox"));
        assert_eq!(said, words, "{shell}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shell}");
    }
}

#[test]
fn an_app_for_a_browser_is_served_with_the_table_that_a_chromium_needs() {
    let served = Served::start(&["--browser"]);
    let provider = served.line("provider ");
    let provider = provider
        .split_whitespace()
        .next()
        .expect("a URL")
        .to_owned();
    assert!(provider.starts_with("https://id.localhost:"), "{provider}");
    let app = served.line("grafana ");
    let app = app.split_whitespace().next().expect("a URL").to_owned();
    let key = served.line("    \"--ignore-certificate-errors-spki-list=");
    let authority = served.file("ca.pem");
    let begun = Ask::get(&app).send_trusting(&authority);
    assert!(begun.header("Location").starts_with(&provider));
    let configuration = served.file("config.toml");
    assert!(
        configuration.contains("method = \"browser\""),
        "{configuration}"
    );
    let table = configuration.split_once("[browser]\n").expect("a table").1;
    assert!(table.contains(&key), "{table}");
    served.line("Ctrl-C ends it.");
    assert!(served.end());
}

#[test]
fn everything_is_named_with_its_place() {
    let served = Served::start(&[]);
    let org = served.url("org ");
    let registry = served.url("registry ");
    assert_eq!(served.url("user "), ADA);
    let directory = served.directory.path().canonicalize().expect("it is there");
    let place = |name: &str| directory.join(name).display().to_string();
    assert_eq!(served.url("password "), place("password"));
    assert_eq!(served.url("events "), place("events"));
    served.line("Ctrl-C ends it.");
    assert_eq!(served.password(&org)["status"], "SUCCESS");
    served.line("");
    assert!(
        served.line("").contains("org: POST /api/v1/authn"),
        "an event"
    );
    let told = "the password of ada@corp.example is right";
    while !served.line("").ends_with(told) {}
    assert!(
        served.file("events").contains(told),
        "{}",
        served.file("events")
    );
    let configuration = served.file("config.toml");
    assert!(
        configuration.contains(&format!("url    = \"{registry}\"")),
        "{configuration}"
    );
    assert!(
        !configuration.contains("totp"),
        "nobody has a phone: {configuration}"
    );
    assert!(served.end());
}

#[test]
fn go_finds_a_module_behind_an_alb_and_docker_a_registry_without_one() {
    let served = Served::start(&[]);
    let go = served.url("go ");
    let registry = served.url("registry ");
    served.line("Ctrl-C ends it.");
    let authority = served.file("ca.pem");
    let list = Ask::get(&format!("{go}/corp.example/hello/@v/list")).send_trusting(&authority);
    assert_eq!(list.status, 302, "the ALB wants a sign-in");
    assert_eq!(
        Ask::get(&format!("{registry}/v2/"))
            .send_trusting(&authority)
            .status,
        401
    );
    let environment = served.file("env.sh");
    assert!(
        environment.contains(&format!("export GOPROXY='{go}'")),
        "{environment}"
    );
    assert!(served.end());
}

#[test]
fn the_seed_of_the_users_codes_waits_in_the_configuration() {
    let served = Served::start(&["--factors"]);
    served.line("Ctrl-C ends it.");
    let seed = served.file("seed");
    assert!(seed.trim().len() >= 16 && !seed.contains('='), "base32");
    let configuration = served.file("config.toml");
    let place = served.directory.path().canonicalize().expect("it is there");
    let line = format!(
        "# passcode = {{ totp = {{ file = \"{}\" }} }}\n",
        place.join("seed").display()
    );
    assert!(configuration.contains(&line), "{configuration}");
    assert!(served.end());
}

#[test]
fn the_servers_take_the_ports_after_the_one_that_is_named() {
    // Below the ports that systems give away by themselves; another run on this machine may have some.
    let first = 20_000 + std::process::id() % 10_000;
    for first in (first..30_000).step_by(10) {
        let served = Served::start(&["--port", &first.to_string()]);
        if served
            .lines
            .recv_timeout(LIMIT)
            .is_ok_and(|line| line.starts_with("org "))
        {
            assert_eq!(
                served.url("grafana "),
                format!("https://127.0.0.1:{}", first + 1)
            );
            assert_eq!(
                served.url("argocd "),
                format!("https://127.0.0.1:{}", first + 2)
            );
            assert!(served.url("registry ").starts_with("https://127.0.0.1:"));
            assert!(served.end());
            return;
        }
    }
    panic!("no ports can be had");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    let output = command
        .args(["serve", "--port", &port])
        .stdin(Stdio::null());
    let output = output.output().expect("it starts");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(
        words.starts_with(&format!("sandbox: port {port} cannot be had")),
        "{words}"
    );
}

#[test]
fn a_new_start_takes_away_the_sessions_of_the_one_before_and_nothing_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let entry = directory.path().join("cache/entry");
    std::fs::create_dir(directory.path().join("cache")).expect("a directory");
    std::fs::write(&entry, "somebody's").expect("a file");
    let served = Served::start_in(directory, &[]);
    served.line("Ctrl-C ends it.");
    assert!(entry.exists(), "this directory was not the sandbox's");
    let (_, directory) = served.end_and_keep();
    let served = Served::start_in(directory, &[]);
    served.line("Ctrl-C ends it.");
    assert!(!entry.exists());
    assert!(served.end());
}

#[test]
fn what_is_said_fits_a_narrow_terminal() {
    for arguments in [&["--factors"][..], &["--engine", "idx"]] {
        let served = Served::start(arguments);
        let directory = served.directory.path().canonicalize().expect("it is there");
        let directory = directory.display().to_string();
        loop {
            let line = served.line("");
            if line.starts_with("Ctrl-C ends it.") {
                break;
            }
            // A path may be as long as it is.
            let is_wide = line.chars().count() > 80 && !line.contains(&directory);
            assert!(!is_wide, "{line}");
        }
        assert!(served.end());
    }
}

#[test]
fn the_demo_shows_a_sign_in_at_an_org_of_each_engine() {
    let sandbox = PathBuf::from(env!("CARGO_BIN_EXE_sandbox"));
    // `cargo test --workspace` builds it; a test of this crate alone may not.
    let program = sandbox.with_file_name("credential");
    if !program.exists() {
        assert!(std::env::var_os("CI").is_none(), "no {}", program.display());
        let _ = writeln!(std::io::stderr(), "SKIPPED: no {}", program.display());
        return;
    }
    if !crate::tools::tools(&["curl"]) {
        return;
    }
    let output = Command::new(sandbox).arg("demo").output();
    let output = output.expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{said}");
    let shown: Vec<_> = said.lines().filter(|line| line.starts_with("$ ")).collect();
    let get = |app: &str| format!("$ credential get {app}");
    assert_eq!(shown[0], get("grafana"));
    assert_eq!(shown[shown.len() - 1], get("argocd"), "{said}");
    for (remark, requests) in [
        ("cold: ", "5 requests, 1 of them with the password"),
        ("warm: ", "0 requests, 0 of them with the password"),
        ("Identity Engine", "7 requests, 1 of them with the password"),
    ] {
        let line = said.lines().find(|line| line.contains(remark));
        assert!(line.expect("it is told").ends_with(requests), "{said}");
    }
}
