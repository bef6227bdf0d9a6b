//! A fleet: machines that share a store on a Redis server of the test's own. A machine is a cache directory and a
//! configuration; all of them have one sandbox.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use sandbox::Setup;
use sandbox::store::StoreServer;

use crate::home::{Home, Outcome, outcome};
use crate::lockout_scene::busy;
use crate::tools::{skip, tools};

/// The rights of the store's user, as the documentation has them.
pub(crate) const RIGHTS: &str =
    "+eval +get +set +hget +hmget +hset +hdel +pexpire +persist +time +client|setname";
pub(crate) const STORE_PASSWORD: &str = "open-sesame";
/// The key of the fleet, and another one.
pub(crate) const KEYS: [&str; 2] = [
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100",
];

/// The lines of the server's configuration for the users `ci` and `other`, each with these rights in its namespace.
pub(crate) fn users(rights: &str) -> String {
    let users = ["ci", "other"].map(|name| {
        format!(
            "user {name} on >{STORE_PASSWORD} resetkeys ~ac1:{{{name}}}:* resetchannels -@all {rights}\n"
        )
    });
    users.concat()
}

/// The certificate of the server, its key, and the authority.
pub(crate) fn tls_files(home: &Home) -> [PathBuf; 3] {
    let [certificate, key] = home.sandbox.server_files();
    [certificate, key, home.sandbox.ca_file()]
}

/// The sandbox, the store, and its machines.
pub(crate) struct Scene {
    pub(crate) home: Home,
    pub(crate) server: StoreServer,
}

impl Scene {
    /// A fleet with one app and one account, at an org that takes as many sign-ins as there are; `None` where there is no
    /// Redis.
    pub(crate) fn usual() -> Option<Self> {
        Self::of(Home::new(busy(Setup::default())))
    }

    pub(crate) fn of(home: Home) -> Option<Self> {
        Self::with_rights(home, RIGHTS)
    }

    pub(crate) fn with_rights(home: Home, rights: &str) -> Option<Self> {
        Self::with(home, &users(rights))
    }

    /// A fleet whose server has `lines` in its configuration, its users too.
    pub(crate) fn with(home: Home, lines: &str) -> Option<Self> {
        if !tools(&[&StoreServer::program(), "redis-cli"]) {
            return None;
        }
        for (name, text) in [
            ("key-0", KEYS[0]),
            ("key-1", KEYS[1]),
            ("store-password", STORE_PASSWORD),
        ] {
            std::fs::write(home.path(name), text).expect("a file");
        }
        let server = StoreServer::start(home.path("redis"), &tls_files(&home), lines);
        Some(Self { home, server })
    }

    /// Another server beside, with `lines` in its configuration.
    pub(crate) fn another_server(&self, name: &str, lines: &str) -> StoreServer {
        StoreServer::start(self.home.path(name), &tls_files(&self.home), lines)
    }

    /// The settings of a connection with TLS, by the authority of the sandbox; none where the server cannot.
    pub(crate) fn over_tls(&self) -> Option<(String, String)> {
        if self.server.tls_port == 0 {
            // The server was chosen: CI runs these tests with another one too.
            if std::env::var_os("STORE_SERVER").is_none() {
                skip("the server was built without TLS");
            }
            return None;
        }
        let url = format!("rediss://localhost:{}", self.server.tls_port);
        let ca = self.home.sandbox.ca_file();
        Some((url, format!("ca = \"{}\"", ca.display())))
    }

    /// A machine of this name. `more` is added to the settings of the store.
    pub(crate) fn machine(&self, name: &str, more: &str) -> Machine<'_> {
        let url = format!("unix://{}", self.server.socket().display());
        self.machine_at(name, &url, more)
    }

    pub(crate) fn machine_at(&self, name: &str, url: &str, more: &str) -> Machine<'_> {
        let key = if more.contains("key =") {
            ""
        } else {
            ", key = { file = \"key-0\" }"
        };
        let namespace = if more.contains("namespace =") {
            ""
        } else {
            ", namespace = \"ci\""
        };
        let user = if more.contains("username =") {
            ""
        } else {
            ", username = \"ci\""
        };
        let password = if more.contains("password =") {
            ""
        } else {
            ", password = { file = \"store-password\" }"
        };
        let more = if more.is_empty() {
            String::new()
        } else {
            format!(", {more}")
        };
        let machine = Machine {
            scene: self,
            name: name.to_owned(),
        };
        let store = format!(
            "store = {{ redis = {{ url = \"{url}\"{namespace}{key}{user}{password}{more} }} }}\n"
        );
        let usual =
            std::fs::read_to_string(self.home.path("config.toml")).expect("a configuration");
        machine.configure(&format!("{store}{usual}"));
        machine
    }
}

/// One machine.
pub(crate) struct Machine<'a> {
    scene: &'a Scene,
    name: String,
}

impl Machine<'_> {
    pub(crate) fn configure(&self, text: &str) {
        std::fs::write(self.config(), text).expect("a file");
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.scene.home.path(&format!("config-{}.toml", self.name))
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.scene.home.path(&format!("cache-{}", self.name))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.scene.home.credential(arguments);
        command
            .env("ALB_CREDENTIAL_CACHE", self.cache())
            .env("ALB_CREDENTIAL_CONFIG", self.config());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(
            self.command(arguments)
                .output()
                .expect("the program starts"),
        )
    }

    /// A call as a CI job makes it: no process in the background.
    pub(crate) fn run_in_ci(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.command(arguments);
        outcome(
            command
                .env("CI", "true")
                .output()
                .expect("the program starts"),
        )
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    /// A process that can be killed: no other stands between.
    pub(crate) fn start_bare(&self, arguments: &[&str]) -> Child {
        let mut command = self.scene.home.command(crate::home::binary());
        command
            .args(arguments)
            .env("ALB_CREDENTIAL_CACHE", self.cache())
            .env("ALB_CREDENTIAL_CONFIG", self.config())
            .env("CI", "true")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    /// Adds lines to the section of the org.
    pub(crate) fn append_to_org(&self, lines: &str) {
        const LAST: &str = "password = { file = \"password\" }\n";
        let text = std::fs::read_to_string(self.config()).expect("a configuration");
        self.configure(&text.replacen(LAST, lines, 1));
    }

    /// Makes the pause in which it does not try the store long enough for the slowest machine.
    pub(crate) fn lengthen_pause(&self) {
        let pause = self.cache().join("fleet-ci.down");
        let text = std::fs::read_to_string(&pause).expect("the pause is kept");
        let why = text.lines().nth(2).expect("its cause");
        let until = time::OffsetDateTime::now_utc().unix_timestamp() + 300;
        std::fs::write(&pause, format!("{until}\n300\n{why}\n")).expect("a file");
    }

    /// Makes its copy of the app's session one that has ended.
    pub(crate) fn expire(&self) {
        for file in crate::home::files(&self.cache()) {
            if !file.ends_with(".v2.json") {
                continue;
            }
            let path = self.cache().join(file);
            let mut record = crate::home::read_json(&path);
            if record["session"].is_object() {
                record["session"]["issued_at"] = crate::home::days_from_now(-8).into();
                record["session"]["bound"] = crate::home::days_from_now(-1).into();
                std::fs::write(path, record.to_string()).expect("a file");
            }
        }
    }
}
