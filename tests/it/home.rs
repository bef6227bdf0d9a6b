//! A place to run the program in, isolated from the machine: an empty environment, a directory for home, configuration
//! and cache, and the sandbox's servers and certificates.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sandbox::{App, Engine, Event, Pipeline, Sandbox, Setup};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) use crate::outcome::{Outcome, assert_discreet, outcome};

/// The account of every sandbox.
pub(crate) const ADA: &str = "ada@corp.example";

/// One user's home, with the servers that the configuration names.
pub(crate) struct Home {
    pub(crate) sandbox: Sandbox,
    directory: TempDir,
    variables: Vec<(String, String)>,
    /// The engine in the configuration, where the org does not speak the protocol of the one that it names.
    engine: &'static str,
    /// Things that last as long as this home.
    kept: Vec<Box<dyn std::any::Any + Send + Sync>>,
}

impl Home {
    /// Makes a home for `setup`, with a configuration of its org and all its apps.
    pub(crate) fn new(setup: Setup) -> Self {
        let apps: Vec<String> = setup.apps.iter().map(|app| app.name.clone()).collect();
        let home = Self::bare(setup);
        home.configure(&home.configuration(&apps));
        home
    }

    /// Makes a home without a configuration.
    pub(crate) fn bare(setup: Setup) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for name in ["home", "scratch"] {
            std::fs::create_dir(directory.path().join(name)).expect("a directory");
        }
        let password = setup.users[0].password.clone();
        let is_named =
            setup.pipeline == Pipeline::Identity && matches!(setup.engine, Engine::Classic);
        let home = Self {
            sandbox: Sandbox::start(setup),
            directory,
            variables: Vec::new(),
            kept: Vec::new(),
            engine: if is_named {
                "engine = \"classic\"\n"
            } else {
                ""
            },
        };
        home.password(&password);
        home
    }

    /// Makes a home for one app and one account, as most tests need it.
    pub(crate) fn usual() -> Self {
        Self::new(Setup::default())
    }

    /// Makes a home with this app only.
    pub(crate) fn with_app(app: App) -> Self {
        Self::new(Setup {
            apps: vec![app],
            ..Setup::default()
        })
    }

    /// Makes a home with apps of these names.
    pub(crate) fn with_apps(names: &[&str]) -> Self {
        Self::new(Setup {
            apps: names.iter().map(|name| App::new(name)).collect(),
            ..Setup::default()
        })
    }

    /// Returns a configuration with a section for the org and one for each app.
    pub(crate) fn configuration(&self, apps: &[String]) -> String {
        let mut text = format!(
            "[org.corp]\nurl = \"{}\"\nusername = \"{ADA}\"\npassword = {{ file = \"password\" }}\n{}",
            self.sandbox.org_url(),
            self.engine
        );
        for app in apps {
            let url = self.sandbox.app_url(app);
            text = format!("{text}\n[app.{app}]\nurl = \"{url}\"\n");
        }
        text
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, text: &str) {
        std::fs::write(self.path("config.toml"), text).expect("the configuration is written");
    }

    /// Adds lines to the last section of the configuration.
    pub(crate) fn append(&self, lines: &str) {
        let text =
            std::fs::read_to_string(self.path("config.toml")).expect("there is a configuration");
        self.configure(&format!("{text}{lines}\n"));
    }

    /// Adds lines to the section of the org.
    pub(crate) fn append_to_org(&self, lines: &str) {
        const LAST: &str = "password = { file = \"password\" }\n";
        let text =
            std::fs::read_to_string(self.path("config.toml")).expect("there is a configuration");
        self.configure(&text.replace(LAST, &format!("{LAST}{lines}\n")));
    }

    /// Writes the password file that the configuration names.
    pub(crate) fn password(&self, password: &str) {
        std::fs::write(self.path("password"), format!("{password}\n"))
            .expect("the password is written");
    }

    /// Returns a path in this home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Returns the cache directory.
    pub(crate) fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    /// Returns the directory that is used if the cache cannot be used.
    pub(crate) fn spare(&self) -> PathBuf {
        let user = rustix::process::geteuid().as_raw();
        self.path(&format!("scratch/alb-credential-{user}"))
    }

    /// Returns the sorted names of all files in the cache, except bookmarks: any call may make one.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut names = self.all_files();
        names.retain(|name| !name.ends_with(".bookmark"));
        names
    }

    /// Returns the sorted names of all files in the cache.
    pub(crate) fn all_files(&self) -> Vec<String> {
        files(&self.cache())
    }

    /// Returns every record in the cache, with its path.
    pub(crate) fn records(&self) -> Vec<(PathBuf, Value)> {
        let names = self
            .files()
            .into_iter()
            .filter(|name| name.ends_with("json"));
        let paths = names.map(|name| self.cache().join(name));
        paths.map(|path| (path.clone(), read_json(&path))).collect()
    }

    /// Returns the record of one app, with its path.
    pub(crate) fn record(&self, app: &str) -> (PathBuf, Value) {
        let url = self.sandbox.app_url(app);
        let mut records = self.records().into_iter();
        records
            .find(|(_, record)| record["key"]["app"] == url)
            .expect("there is a record of the app")
    }

    /// Changes the record of one app.
    pub(crate) fn edit(&self, app: &str, change: impl FnOnce(&mut Value)) {
        let (path, mut record) = self.record(app);
        change(&mut record);
        std::fs::write(path, record.to_string()).expect("the record is written");
    }

    /// Changes the record of the account.
    pub(crate) fn edit_account(&self, change: impl FnOnce(&mut Value)) {
        let (path, mut record) = self.account();
        change(&mut record);
        std::fs::write(path, record.to_string()).expect("the record is written");
    }

    /// Returns the record of the account, with its path.
    pub(crate) fn account(&self) -> (PathBuf, Value) {
        let is_account =
            |record: &Value| !record["key"]["account"].is_null() && record["key"]["app"].is_null();
        let mut records = self.records().into_iter();
        records
            .find(|(_, record)| is_account(record))
            .expect("there is a record of the account")
    }

    /// Makes the session of an app eight days old. No ALB session lasts that long.
    pub(crate) fn expire(&self, app: &str) {
        self.edit(app, |record| {
            record["session"]["issued_at"] = Value::from(days_from_now(-8));
            record["session"]["bound"] = Value::from(days_from_now(-1));
        });
    }

    /// Reports whether any app has a session in the cache.
    pub(crate) fn has_session(&self) -> bool {
        let records = self.records().into_iter();
        records
            .filter(|(_, record)| record["key"].get("app").is_some())
            .any(|(_, record)| !record["session"].is_null())
    }

    /// Reports whether a `get` of the app is answered from the cache.
    #[track_caller]
    pub(crate) fn is_cached(&self, app: &str) -> bool {
        let said = self.run(&["get", app, "--no-sign-in"]);
        assert!([0, 3].contains(&said.code), "{said:?}");
        said.code == 0
    }

    /// Asserts how many passwords Okta has judged, and that no client broke a rule of the sandbox.
    #[track_caller]
    pub(crate) fn assert_passwords(&self, count: usize) {
        assert_eq!(self.sandbox.password_tries(), count);
        assert_eq!(self.sandbox.violations(), []);
    }

    /// Asserts the same, and how many sessions ALBs have issued.
    #[track_caller]
    pub(crate) fn assert_sign_ins(&self, passwords: usize, sessions: usize) {
        assert_eq!(self.sandbox.sessions_issued(), sessions);
        self.assert_passwords(passwords);
    }

    /// Counts the sign-ins that ALBs have started.
    pub(crate) fn challenges(&self) -> usize {
        self.sandbox
            .count(|event| matches!(event, Event::NonceIssued { .. }))
    }

    /// Keeps `thing` as long as this home lasts.
    pub(crate) fn keep(&mut self, thing: impl std::any::Any + Send + Sync) {
        self.kept.push(Box::new(thing));
    }

    /// Sets a variable for all later calls.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.into(), value.into()));
    }

    /// Makes a command with this home's environment only.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        crate::signals::heed();
        let mut command = Command::new(program);
        command.env_clear();
        command.env("HOME", self.path("home"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("ALB_CREDENTIAL_CONFIG", self.path("config.toml"));
        command.env("ALB_CREDENTIAL_CACHE", self.cache());
        // The spare cache is below one of them, and never in the real ones.
        command.env("XDG_RUNTIME_DIR", self.path("no-run"));
        command.env("TMPDIR", self.path("scratch"));
        for name in ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"] {
            command.env(name, self.sandbox.ca_file());
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
    }

    /// Makes a command that runs its arguments without root's capabilities, because root can read and write every file.
    pub(crate) fn powerless(&self) -> Command {
        let mut command = self.command("setsid");
        command.arg("--wait");
        if rustix::process::geteuid().is_root() {
            command.args(["setpriv", "--bounding-set=-all", "--inh-caps=-all"]);
        }
        command
    }

    /// Makes a call of the program with `arguments`.
    pub(crate) fn credential(&self, arguments: &[&str]) -> Command {
        // In a session of its own it has no terminal, even if the tests run at one.
        let mut command = self.command("setsid");
        command.arg("--wait").arg(binary()).args(arguments);
        command
    }

    /// Runs the program with `arguments` and nothing on stdin.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(
            self.credential(arguments)
                .output()
                .expect("the program starts"),
        )
    }

    /// Runs the program with `arguments` and `input` on stdin.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        feed(self.credential(arguments), input)
    }

    /// Runs the program with `arguments` `count` times at once.
    pub(crate) fn crowd(&self, count: usize, arguments: &[&str]) -> Vec<Outcome> {
        let start = || {
            let mut command = self.credential(arguments);
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts")
        };
        let children: Vec<Child> = (0..count).map(|_| start()).collect();
        children
            .into_iter()
            .map(|child| outcome(child.wait_with_output().expect("the program ends")))
            .collect()
    }
}

/// Runs `command` with `input` on its stdin.
pub(crate) fn feed(mut command: Command, input: &str) -> Outcome {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // A program that does not read its stdin closes it.
    let _ = child
        .stdin
        .take()
        .expect("stdin is a pipe")
        .write_all(input.as_bytes());
    outcome(child.wait_with_output().expect("the program ends"))
}

/// Returns the sorted names of all files in a directory; none if it does not exist.
pub(crate) fn files(directory: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let names = files.map(|file| {
        let name = file.expect("a file").file_name();
        name.into_string().expect("UTF-8")
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Reads a JSON file.
pub(crate) fn read_json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the file is text");
    serde_json::from_str(&text).expect("the file is JSON")
}

/// Returns the time in this number of days, in RFC 3339.
pub(crate) fn days_from_now(days: i64) -> String {
    seconds_from_now(days * 24 * 60 * 60)
}

/// Returns the time in this number of seconds, in RFC 3339.
pub(crate) fn seconds_from_now(seconds: i64) -> String {
    let at = time::OffsetDateTime::now_utc() + time::Duration::seconds(seconds);
    at.format(&time::format_description::well_known::Rfc3339)
        .expect("a date of this millennium")
}

/// Returns the path of the program under test.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_credential"))
}
