//! A place to run the program in, where nothing comes from outside: an empty environment, a directory for home,
//! configuration and cache, and the sandbox's servers and certificates.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use sandbox::{Sandbox, Setup};
use tempfile::TempDir;

/// The account of every sandbox.
pub(crate) const ADA: &str = "ada@corp.example";

/// One user's home, with the servers that the configuration names.
pub(crate) struct Home {
    pub(crate) sandbox: Sandbox,
    directory: TempDir,
    variables: Vec<(String, String)>,
}

/// How a call ended. It has to be looked at.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Home {
    /// A home for `setup`, with a configuration of its org and of all its apps.
    pub(crate) fn new(setup: Setup) -> Self {
        let apps: Vec<String> = setup.apps.iter().map(|app| app.name.clone()).collect();
        let home = Self::bare(setup);
        home.configure(&home.configuration(&apps));
        home
    }

    /// A home without a configuration.
    pub(crate) fn bare(setup: Setup) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(directory.path().join("home")).expect("a directory");
        let password = setup.users[0].password.clone();
        let home = Self {
            sandbox: Sandbox::start(setup),
            directory,
            variables: Vec::new(),
        };
        home.password(&password);
        home
    }

    /// A home for one app and one account, as most tests need it.
    pub(crate) fn usual() -> Self {
        Self::new(Setup::default())
    }

    /// The six lines for an org and a section for each app.
    pub(crate) fn configuration(&self, apps: &[String]) -> String {
        let mut text = format!(
            "[org.corp]\nurl = \"{}\"\nusername = \"{ADA}\"\npassword = {{ file = \"password\" }}\n",
            self.sandbox.org_url()
        );
        for app in apps {
            text += &format!("\n[app.{app}]\nurl = \"{}\"\n", self.sandbox.app_url(app));
        }
        text
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, text: &str) {
        std::fs::write(self.path("config.toml"), text).expect("the configuration is written");
    }

    /// Writes the password that the configuration takes.
    pub(crate) fn password(&self, password: &str) {
        std::fs::write(self.path("password"), format!("{password}\n"))
            .expect("the password is written");
    }

    /// A path in this home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The cache directory.
    pub(crate) fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    /// The one entry of an app in the cache.
    pub(crate) fn entry(&self) -> PathBuf {
        let files = std::fs::read_dir(self.cache()).expect("there is a cache");
        let mut entries = files
            .map(|file| file.expect("a file").path())
            .filter(|path| {
                let name = path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                name.starts_with("127.0.0.1") && name.ends_with(".json")
            });
        let entry = entries.next().expect("there is an entry");
        assert_eq!(entries.next(), None, "there is one entry");
        entry
    }

    /// Sets a variable for all calls to come.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.into(), value.into()));
    }

    /// `program` with nothing but this home's environment.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        command.env("HOME", self.path("home"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("ALB_CREDENTIAL_CONFIG", self.path("config.toml"));
        command.env("ALB_CREDENTIAL_CACHE", self.cache());
        for name in ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"] {
            command.env(name, self.sandbox.ca_file());
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
    }

    /// The program with `arguments`, not yet started.
    pub(crate) fn credential(&self, arguments: &[&str]) -> Command {
        // A session of its own, so that there is no terminal, whoever runs the tests.
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

/// The program under test.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_credential"))
}

/// What a finished process said.
pub(crate) fn outcome(output: Output) -> Outcome {
    Outcome {
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        code: output.status.code().expect("the process was not killed"),
    }
}

impl Outcome {
    /// The answer of a call that succeeded and said nothing else.
    #[track_caller]
    pub(crate) fn answer(self) -> String {
        assert_eq!(
            (self.code, self.stderr.as_str()),
            (0, ""),
            "stdout: {}",
            self.stdout
        );
        self.stdout
    }

    /// The words of a call that failed with `code` and left stdout empty.
    #[track_caller]
    pub(crate) fn failure(self, code: i32) -> String {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (code, ""),
            "stderr: {}",
            self.stderr
        );
        self.stderr
    }
}
