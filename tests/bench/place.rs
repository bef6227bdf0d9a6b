//! The place of the measurements: the program on the sandbox, freshly copied, with a configuration and a cache of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::{Limits, Sandbox, Setup};
use tempfile::TempDir;

/// The account.
pub(crate) const USER: &str = "ada@corp.example";

/// A sandbox with one app, and a configuration for it.
pub(crate) struct Place {
    pub(crate) sandbox: Sandbox,
    directory: TempDir,
    /// Lines of the org's section.
    lines: &'static str,
}

/// Runs `command` until its next run can be a hit like all that follow, with a bookmark of its configuration in the
/// directory `cache`; gives its answer.
pub(crate) fn settled(command: &mut Command, cache: &Path) -> String {
    let has_bookmark = || {
        let files = fs::read_dir(cache).expect("a cache");
        let mut names = files.map(|file| file.expect("a file").file_name());
        names.any(|name| name.to_string_lossy().ends_with(".bookmark"))
    };
    loop {
        let output = command.stdout(Stdio::piped()).output().expect("it starts");
        assert!(output.status.success(), "{}", output.status);
        if has_bookmark() {
            command.stdout(Stdio::null());
            return String::from_utf8(output.stdout).expect("a cookie is ASCII");
        }
    }
}

impl Place {
    /// A place whose servers take `delay` for each exchange, at a classic org whose engine is named.
    pub(crate) fn new(delay: Duration) -> Self {
        Self::at(delay, Setup::default(), "engine = \"classic\"\n")
    }

    /// A place at the org of `setup`, with `lines` in its section of the configuration.
    pub(crate) fn at(delay: Duration, setup: Setup, lines: &'static str) -> Self {
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
            ..setup
        };
        let password = setup.users[0].password.clone();
        let place = Self {
            sandbox: Sandbox::start(setup),
            directory: tempfile::tempdir().expect("a directory"),
            lines,
        };
        place.write("config.toml", &place.configuration(0));
        place.write("password", &password);
        place.copy(Path::new(env!("CARGO_BIN_EXE_credential")));
        place
    }

    /// The six lines for the org and the app, after so many other apps.
    pub(crate) fn configuration(&self, others: usize) -> String {
        let (org, app) = (self.sandbox.org_url(), self.sandbox.app_url("grafana"));
        let mut text = format!(
            "[org.corp]\nurl = \"{org}\"\nusername = \"{USER}\"\npassword = {{ file = \"password\" }}\n{}",
            self.lines
        );
        for number in 0..others {
            let other =
                format!("\n[app.app{number}]\nurl = \"https://app{number}.corp.example\"\n");
            text.push_str(&other);
        }
        format!("{text}\n[app.grafana]\nurl = \"{app}\"\n")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file of this place, and gives its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("it is written");
        path
    }

    /// Copies a program into this place, and gives its new path.
    pub(crate) fn copy(&self, program: &Path) -> PathBuf {
        let name = program.file_name().expect("a program has a name");
        let copy = self.directory.path().join(name);
        fs::copy(program, &copy).expect("it is copied");
        copy
    }

    /// `program` in an environment of this place's own. A path is started by `posix_spawn`, the cheapest way there is.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.path())
            .env("ALB_CREDENTIAL_CONFIG", self.path("config.toml"))
            .env("ALB_CREDENTIAL_CACHE", self.path("cache"))
            .env("SSL_CERT_FILE", self.sandbox.ca_file())
            .env("REQUESTS_CA_BUNDLE", self.sandbox.ca_file());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// The program under test.
    pub(crate) fn program(&self) -> PathBuf {
        self.path("credential")
    }

    /// Returns what is measured: `credential get grafana`.
    pub(crate) fn get(&self) -> Command {
        let mut command = self.command(self.program());
        command.args(["get", "grafana"]);
        command
    }

    /// Makes the cache empty.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_dir_all(self.path("cache"));
    }

    /// Makes the cache warm, and gives the answer.
    pub(crate) fn warm(&self) -> String {
        settled(&mut self.get(), &self.path("cache"))
    }

    /// The record of the app in a warm cache.
    pub(crate) fn entry(&self) -> PathBuf {
        let files = fs::read_dir(self.path("cache")).expect("a warm cache");
        let mut paths = files.map(|file| file.expect("a file").path());
        let is_entry = |path: &PathBuf| {
            path.to_string_lossy().contains("/127.0.0.1-")
                && path.extension().is_some_and(|end| end == "json")
        };
        paths.find(is_entry).expect("an entry")
    }
}

/// The path of a program on PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut candidates = std::env::split_paths(&path).map(|directory| directory.join(program));
    candidates.find(|candidate| candidate.is_file())
}
