//! `sandbox demo`: the main job shown on the sandbox, command by command, with what the servers saw of it.

use crate::place::{self, APPS, Kind};
use sandbox::Sandbox;
use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long an exchange with the org or an ALB takes: what a nearby region does.
const DELAY: Duration = Duration::from_millis(20);
/// How the variables begin that could point the program at something else than the sandbox.
const OURS: &str = "ALB_CREDENTIAL_";

/// Shows a cold get, a warm one, curl with the cookie, a second app, the table, and a cold get at an org of the Identity
/// Engine; each command has to succeed.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    if !arguments.is_empty() {
        return Err(format!(
            "sandbox: demo takes no arguments\n{}",
            super::USAGE
        ));
    }
    let stage = Stage::on(place::start(DELAY))?;
    println!(
        "An Okta org, two ALBs and their applications run on this machine; each exchange takes 20 ms.\n"
    );
    stage.get(APPS[0], "cold: nobody has signed in yet")?;
    stage.get(APPS[0], "warm: out of the cache")?;
    stage.curl()?;
    stage.get(
        APPS[1],
        "another app of the org: its sign-in needs no password",
    )?;
    stage.show(&["status"])?;
    stage.end()?;
    let stage = Stage::on(place::start_as(Kind::Identity, false, DELAY))?;
    stage.get(
        APPS[1],
        "the same at an org of Okta's Identity Engine, by the forms of its sign-in page",
    )?;
    stage.end()?;
    println!(
        "To play with it yourself, keep it running:\n\n  {0} serve\n\nWith an app that only a browser can sign in to:\n\n  {0} serve --browser\n\n\
         A Chromium trusts the sandbox by `arguments` in the configuration's table [browser], which serve prints.\n",
        own_path()?.display()
    );
    Ok(())
}

/// The program beside this one, built by the same command.
fn program() -> Result<PathBuf, String> {
    let program = own_path()?.with_file_name(format!("credential{}", std::env::consts::EXE_SUFFIX));
    match program.exists() {
        true => Ok(program),
        false => Err(format!(
            "sandbox: there is no {}; build it with: cargo build --release --workspace",
            program.display()
        )),
    }
}

fn own_path() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| format!("sandbox: {error}"))
}

struct Stage {
    program: PathBuf,
    sandbox: Sandbox,
    directory: PathBuf,
}

impl Stage {
    /// The sandbox and the password of its user, with the files that point a client at it.
    fn on((sandbox, password): (Sandbox, String)) -> Result<Self, String> {
        let directory = place::prepare(&sandbox, sandbox.directory(), &password, false)
            .map_err(|error| format!("sandbox: cannot write: {error}"))?;
        Ok(Self {
            program: program()?,
            sandbox,
            directory,
        })
    }

    /// Ends it, and fails if the client broke a rule.
    fn end(self) -> Result<(), String> {
        match self.sandbox.violations() {
            violations if violations.is_empty() => Ok(()),
            violations => Err(format!("sandbox: the client broke rules: {violations:?}")),
        }
    }

    /// Gets an app's cookie, and tells how long that took and what it asked of the servers.
    fn get(&self, app: &str, remark: &str) -> Result<(), String> {
        println!("$ credential get {app}");
        self.sandbox.clear_audit();
        let start = Instant::now();
        let output = finish(self.command(&self.program).args(["get", app]))?;
        let took = start.elapsed();
        let cookie = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        println!(
            "{}… ({} characters)",
            cookie.chars().take(60).collect::<String>(),
            cookie.len()
        );
        println!(
            "  {remark}. {:.1} ms, {} requests, {} of them with the password\n",
            took.as_secs_f64() * 1000.0,
            self.sandbox.requests(),
            self.sandbox.password_tries()
        );
        Ok(())
    }

    /// Hands the cookie to the real curl, through a pipe.
    fn curl(&self) -> Result<(), String> {
        let url = format!("{}/dashboards", self.sandbox.app_url(APPS[0]));
        println!(
            "$ credential get {} --as header | curl -H @- {url}",
            APPS[0]
        );
        let header = finish(
            self.command(&self.program)
                .args(["get", APPS[0], "--as", "header"]),
        )?;
        let mut curl = self.command("curl");
        curl.args(["--silent", "--show-error", "--fail", "-H", "@-", &url])
            .stdin(Stdio::piped());
        let mut child = curl
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("sandbox: curl: {error}"))?;
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        stdin
            .write_all(&header.stdout)
            .map_err(|error| format!("sandbox: curl: {error}"))?;
        drop(stdin);
        let output = child
            .wait_with_output()
            .map_err(|error| format!("sandbox: curl: {error}"))?;
        let answer =
            String::from_utf8_lossy(checked(output, "curl")?.stdout.as_slice()).into_owned();
        let user = answer.contains("x-amzn-oidc-identity");
        println!("{}…", answer.chars().take(150).collect::<String>());
        match user {
            true => println!("  the application behind the ALB answered, and knows who asked\n"),
            false => return Err("sandbox: the application does not know who asked".into()),
        }
        Ok(())
    }

    fn show(&self, arguments: &[&str]) -> Result<(), String> {
        println!("$ credential {}", arguments.join(" "));
        let output = finish(self.command(&self.program).args(arguments))?;
        println!("{}", String::from_utf8_lossy(&output.stdout));
        Ok(())
    }

    /// `program`, pointed at the sandbox and at nothing else.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(OURS) {
                command.env_remove(name);
            }
        }
        let path = |name: &str| self.directory.join(name);
        command.env("ALB_CREDENTIAL_CONFIG", path("config.toml"));
        command.env("ALB_CREDENTIAL_CACHE", path("cache"));
        command
            .env("SSL_CERT_FILE", path("ca.pem"))
            .env("CURL_CA_BUNDLE", path("ca.pem"));
        command
            .env_remove("SSL_CERT_DIR")
            .env("NO_PROXY", "127.0.0.1,localhost")
            .stdin(Stdio::null());
        command
    }
}

fn finish(command: &mut Command) -> Result<Output, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("sandbox: {name}: {error}"))?;
    checked(output, &name)
}

fn checked(output: Output, name: &str) -> Result<Output, String> {
    match output.status.success() {
        true => Ok(output),
        false => Err(format!(
            "sandbox: {name} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
