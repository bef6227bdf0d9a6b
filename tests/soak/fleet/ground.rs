//! Where it happens: the sandbox, the store, and five machines, each with a cache and a proxy of its own.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sandbox::store::{StoreProxy, StoreServer};
use sandbox::{App, Chance, Limits, Sandbox, Setup, User};
use tempfile::TempDir;

use super::oracle::Oracle;

pub(crate) const HOMES: usize = 5;
/// The apps and for how many seconds their sessions live.
pub(crate) const APPS: [(&str, u64); 2] = [("grafana", 3), ("wiki", 5)];
const USER: &str = "ada@corp.example";
const PROGRAM: &str = env!("CARGO_BIN_EXE_credential");
/// One request or answer in so many is lost.
const LOST: usize = 150;

/// The sandbox, the store and the machines.
pub(crate) struct Ground {
    pub(crate) sandbox: Sandbox,
    pub(crate) server: StoreServer,
    _proxies: Vec<StoreProxy>,
    directory: TempDir,
}

impl Ground {
    pub(crate) fn new(oracle: &Arc<Oracle>, seed: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let password = sandbox::random_password();
        let sandbox = sandbox(&password);
        let [certificate, key] = sandbox.server_files();
        let tls = [certificate, key, sandbox.ca_file()];
        // What was confirmed is there after a restart.
        let lines = "appendonly yes\nappendfsync always\n";
        let server = StoreServer::start(directory.path().join("redis"), &tls, lines);
        let mut ground = Self {
            sandbox,
            server,
            _proxies: Vec::new(),
            directory,
        };
        ground.write("password", &password);
        ground.write("key", &"5a".repeat(32));
        for home in 0..HOMES {
            let proxy = ground.proxy(oracle, seed.wrapping_add(1000 + home as u64));
            ground.write(
                &format!("config-{home}"),
                &ground.configuration(&proxy.url()),
            );
            ground._proxies.push(proxy);
        }
        ground
    }

    fn proxy(&self, oracle: &Arc<Oracle>, seed: u64) -> StoreProxy {
        let (oracle, chance) = (Arc::clone(oracle), Mutex::new(Chance::seeded(seed)));
        StoreProxy::start(&self.server.socket(), move |request, ask| {
            let loses = {
                let mut chance = chance.lock().unwrap_or_else(PoisonError::into_inner);
                chance.one_in(LOST).then(|| chance.one_in(2))
            };
            oracle.pass(request, ask, loses)
        })
    }

    fn configuration(&self, url: &str) -> String {
        let store = format!(
            "store = {{ redis = {{ url = \"{url}\", namespace = \"soak\", key = {{ file = \"key\" }} }} }}"
        );
        let org = self.sandbox.org_url();
        let head = format!(
            "{store}\n[org.corp]\nurl = \"{org}\"\nusername = \"{USER}\"\npassword = {{ file = \"password\" }}\nengine = \"classic\"\n"
        );
        let apps = APPS.map(|(app, life)| {
            let url = self.sandbox.app_url(app);
            format!("\n[app.{app}]\nurl = \"{url}\"\nsession = \"{life}s\"\n")
        });
        head + &apps.concat()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("it is written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The program as a script of this machine runs it.
    pub(crate) fn command(&self, home: usize) -> Command {
        let mut command = self.command_of(home, PROGRAM);
        // Nobody is asked, whoever has started this from a terminal.
        command.env("CI", "true");
        command
    }

    /// A `login` at a terminal of this machine, which script(1) makes.
    pub(crate) fn login(&self, home: usize) -> Command {
        let mut command = self.command_of(home, "script");
        let typed = format!("'{PROGRAM}' login grafana");
        command.args(["--quiet", "--return", "--command", &typed, "/dev/null"]);
        command
    }

    fn command_of(&self, home: usize, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.path())
            .env(
                "ALB_CREDENTIAL_CONFIG",
                self.path(&format!("config-{home}")),
            )
            .env("ALB_CREDENTIAL_CACHE", self.path(&format!("cache-{home}")))
            .env("TMPDIR", self.directory.path())
            .env("SSL_CERT_FILE", self.sandbox.ca_file())
            .current_dir(self.directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn sandbox(password: &str) -> Sandbox {
    let many = 1_000_000;
    let apps = APPS.map(|(app, life)| App::new(app).lasting(Duration::from_secs(life)));
    let mut setup = Setup {
        users: vec![User::new(USER, password)],
        apps: apps.into(),
        // How many sign-ins Okta takes is not what is tested.
        limits: Limits {
            authn_per_user_second: many,
            authn_per_minute: many,
            authorize_per_minute: many,
            authorize_per_client_minute: many,
            sessions_per_minute: many,
        },
        delay: Duration::from_millis(40),
        ..Setup::default()
    };
    setup.concurrency.org = 10_000;
    setup.concurrency.authorize_per_client = 10_000;
    Sandbox::start(setup)
}
