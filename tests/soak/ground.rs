//! Where it happens: the sandbox, and one cache for two users with a configuration each.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sandbox::{App, Entry, Limits, Sandbox, Setup, User};
use tempfile::TempDir;

/// The users and in how many shards their sessions come.
pub(crate) const USERS: [(&str, usize); 2] = [("ada@corp.example", 1), ("eve@corp.example", 2)];
/// The apps and for how many seconds their sessions live.
pub(crate) const APPS: [(&str, u64); 3] = [("argocd", 3), ("grafana", 5), ("wiki", 8)];
/// One for each app of each user, and one for each account.
pub(crate) const RECORDS: usize = USERS.len() * (APPS.len() + 1);

const PROGRAM: &str = env!("CARGO_BIN_EXE_credential");

/// The sandbox and the directory.
pub(crate) struct Ground {
    pub(crate) sandbox: Sandbox,
    events: Mutex<Receiver<Entry>>,
    directory: TempDir,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let users = USERS
            .map(|(user, shards)| User::new(user, &sandbox::random_password()).with_shards(shards));
        let apps = APPS.map(|(app, life)| App::new(app).lasting(Duration::from_secs(life)));
        let mut setup = Setup {
            users: users.clone().into(),
            apps: apps.into(),
            // How many sign-ins Okta takes is not what is tested.
            limits: Limits {
                authn_per_user_second: 1_000_000,
                authn_per_minute: 1_000_000,
                authorize_per_minute: 1_000_000,
                authorize_per_client_minute: 1_000_000,
                sessions_per_minute: 1_000_000,
            },
            delay: Duration::from_millis(5),
            ..Setup::default()
        };
        setup.concurrency.org = 10_000;
        setup.concurrency.authorize_per_client = 10_000;
        let sandbox = Sandbox::start(setup);
        let ground = Self {
            events: Mutex::new(sandbox.follow()),
            sandbox,
            directory: tempfile::tempdir().expect("a directory"),
        };
        for user in &users {
            let password = format!("{}.password", user.login);
            ground.write(&password, &user.password);
            ground.write(&user.login, &ground.configuration(&user.login, &password));
        }
        ground
    }

    fn configuration(&self, user: &str, password: &str) -> String {
        let org = self.sandbox.org_url();
        let head = format!(
            "[org.corp]\nurl = \"{org}\"\nusername = \"{user}\"\npassword = {{ file = \"{password}\" }}\n"
        );
        let apps = APPS.map(|(app, life)| {
            let url = self.sandbox.app_url(app);
            format!("\n[app.{app}]\nurl = \"{url}\"\nsession = \"{life}s\"\n")
        });
        head + &apps.concat()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("it is written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Returns what happens at the servers, for whoever reads it first.
    pub(crate) fn events(&self) -> MutexGuard<'_, Receiver<Entry>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The program as a script of `user` runs it.
    pub(crate) fn command(&self, user: &str) -> Command {
        let mut command = self.command_of(user, PROGRAM);
        // Nobody is asked, whoever has started this from a terminal.
        command.env("CI", "true");
        command
    }

    /// The program with these arguments as `user` runs it at a terminal, which script(1) makes.
    pub(crate) fn command_at_terminal(&self, user: &str, arguments: &[&str]) -> Command {
        let mut command = self.command_of(user, "script");
        let typed = format!("'{PROGRAM}' {}", arguments.join(" "));
        command.args(["--quiet", "--return", "--command", &typed, "/dev/null"]);
        command
    }

    fn command_of(&self, user: &str, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.path())
            .env("ALB_CREDENTIAL_CONFIG", self.path(user))
            .env("ALB_CREDENTIAL_CACHE", self.path("cache"))
            .env("SSL_CERT_FILE", self.sandbox.ca_file());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Returns how many files and directories the cache has, and how many of them are unfinished or lent.
    pub(crate) fn files(&self) -> (usize, usize) {
        let list = |directory: PathBuf| -> Vec<String> {
            let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
            let names = files.filter_map(|file| file.file_name().into_string().ok());
            names.collect()
        };
        let files = list(self.path("cache"));
        let unfinished = files.iter().filter(|name| name.contains(".tmp")).count();
        let lent = list(self.path("cache").join("exec")).len();
        (files.len() + lent, unfinished + lent)
    }
}
