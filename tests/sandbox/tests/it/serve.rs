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
        let directory = tempfile::tempdir().expect("a directory");
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

    /// Closes stdin, upon which the program ends.
    fn end(mut self) -> bool {
        drop(self.stdin.take());
        self.child.wait().expect("it ends").success()
    }
}

fn org(served: &Served) -> String {
    let line = served.line("org ");
    let url = line.split_whitespace().next();
    url.expect("a URL").to_owned()
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
    let line = served.line("org ");
    let org = line.split_whitespace().next().expect("a URL").to_owned();
    let app = served.line("grafana ").trim().to_owned();
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
    let file = served.directory.path().join("env.sh");
    for shell in ["sh", "bash", "zsh", "fish"] {
        if !crate::tools::tools(&[shell]) {
            continue;
        }
        let mut command = Command::new(shell);
        command.args([
            "-c",
            &format!(". {}; printenv ALB_CREDENTIAL_CONFIG", file.display()),
        ]);
        let output = command
            .env("SSL_CERT_DIR", "/else")
            .output()
            .expect("it starts");
        let config = served.directory.path().join("config.toml");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said.trim_end(), config.display().to_string(), "{shell}");
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
