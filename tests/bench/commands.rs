//! What is measured: the program on the sandbox, and what it is compared with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::{Limits, Sandbox, Setup};
use tempfile::TempDir;

/// A sandbox with one app, and a configuration for it.
pub(crate) struct Place {
    pub(crate) sandbox: Sandbox,
    directory: TempDir,
}

/// Reads a file and writes it, with no more than the C library.
const LIMIT: &str = r"
#include <fcntl.h>
#include <unistd.h>
int main(int argc, char **argv) {
    static char text[65536];
    int file = open(argv[1], O_RDONLY);
    ssize_t length = read(file, text, sizeof text);
    return argc == 2 && write(1, text, length) == length ? 0 : 1;
}
";

/// The founding flow as people write it: a session, and whatever redirects come.
const SCRIPT: &str = r#"
import sys, requests
org, app, user, password = sys.argv[1], sys.argv[2], sys.argv[3], open(sys.argv[4]).read().rstrip("\n")
authn = requests.post(org + "/api/v1/authn", json={"username": user, "password": password},
                      headers={"Accept": "application/json"})
token = authn.json()["sessionToken"]
session = requests.Session()
first = session.get(app, allow_redirects=False)
second = session.get(first.headers["Location"] + "&prompt=none&sessionToken=" + token, allow_redirects=False)
third = session.get(second.headers["Location"], allow_redirects=False)
last = session.get(third.headers["Location"], allow_redirects=False)
sys.exit(0 if last.status_code == 200 else 1)
"#;

const USER: &str = "ada@corp.example";

impl Place {
    pub(crate) fn new(delay: Duration) -> Self {
        let limits = Limits {
            authn_per_user_second: 1000,
            authn_per_minute: 100_000,
            authorize_per_minute: 100_000,
            authorize_per_client_minute: 100_000,
            sessions_per_minute: 100_000,
        };
        let setup = Setup {
            delay,
            limits,
            ..Setup::default()
        };
        let password = setup.users[0].password.clone();
        let place = Self {
            sandbox: Sandbox::start(setup),
            directory: tempfile::tempdir().expect("a directory"),
        };
        let configuration = format!(
            "[org.corp]\nurl = \"{}\"\nusername = \"{USER}\"\npassword = {{ file = \"password\" }}\n\n[app.grafana]\nurl = \"{}\"\n",
            place.sandbox.org_url(),
            place.sandbox.app_url("grafana")
        );
        std::fs::write(place.path("config.toml"), configuration).expect("it is written");
        std::fs::write(place.path("password"), password).expect("it is written");
        std::fs::write(place.path("limit.c"), LIMIT).expect("it is written");
        std::fs::write(place.path("script.py"), SCRIPT).expect("it is written");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
            .env("ALB_CREDENTIAL_CONFIG", self.path("config.toml"))
            .env("ALB_CREDENTIAL_CACHE", self.path("cache"));
        command
            .env("SSL_CERT_FILE", self.sandbox.ca_file())
            .env("REQUESTS_CA_BUNDLE", self.sandbox.ca_file());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// The program under test.
    pub(crate) fn get(&self, app: &str) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_credential"));
        command.args(["get", app]);
        command
    }

    /// Makes the cache empty.
    pub(crate) fn forget(&self) {
        let _ = std::fs::remove_dir_all(self.path("cache"));
    }

    /// Makes the cache warm.
    pub(crate) fn warm(&self) {
        assert!(self.get("grafana").status().expect("it starts").success());
    }

    fn entry(&self) -> PathBuf {
        let files = std::fs::read_dir(self.path("cache")).expect("a warm cache");
        let mut paths = files.map(|file| file.expect("a file").path());
        let is_entry = |path: &PathBuf| {
            path.to_string_lossy().contains("/127.0.0.1-")
                && path.extension().is_some_and(|end| end == "json")
        };
        paths.find(is_entry).expect("an entry")
    }

    /// The static C program, if there is a compiler.
    pub(crate) fn limit(&self) -> Option<Command> {
        let (source, program) = (self.path("limit.c"), self.path("limit"));
        let mut compiler = Command::new("cc");
        compiler
            .args(["-O2", "-static", "-o"])
            .arg(&program)
            .arg(source);
        compiler
            .stderr(Stdio::null())
            .status()
            .ok()
            .filter(std::process::ExitStatus::success)?;
        let mut command = self.command(program);
        command.arg(self.entry());
        Some(command)
    }

    pub(crate) fn cat(&self) -> Command {
        let mut command = self.command("cat");
        command.arg(self.entry());
        command
    }

    /// The flow in Python, if it has requests.
    pub(crate) fn script(&self) -> Option<Command> {
        let mut probe = Command::new("python3");
        probe.args(["-c", "import requests"]).stderr(Stdio::null());
        probe
            .status()
            .ok()
            .filter(std::process::ExitStatus::success)?;
        let mut command = self.command("python3");
        command
            .arg(self.path("script.py"))
            .arg(self.sandbox.org_url())
            .arg(self.sandbox.app_url("grafana"));
        command.arg(USER).arg(self.path("password"));
        Some(command)
    }
}
