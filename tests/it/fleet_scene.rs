//! A fleet: machines that share a store on a Redis server of the test's own. A machine is a cache directory and a
//! configuration; all of them have one sandbox.

use std::cell::RefCell;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::home::{Home, Outcome, outcome};
use crate::tools::tools;

/// What the user of the store may do, as the documentation has it.
pub(crate) const RIGHTS: &str =
    "+eval +get +set +hget +hmget +hset +hdel +pexpire +persist +time +client|setname";
const STORE_PASSWORD: &str = "open-sesame";
/// The key of the fleet, and another one.
pub(crate) const KEYS: [&str; 2] = [
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100",
];

/// A Redis server. It ends with the test.
pub(crate) struct RedisServer {
    child: RefCell<Child>,
    pub(crate) directory: PathBuf,
    pub(crate) tls_port: u16,
}

impl RedisServer {
    fn start(home: &Home, rights: &str) -> Self {
        let directory = home.path("redis");
        std::fs::create_dir_all(&directory).expect("a directory");
        let tls_port = free_port();
        let [certificate, key] = home.sandbox.server_files();
        let ca = home.sandbox.ca_file();
        let users = ["ci", "other"].map(|name| {
            format!(
                "user {name} on >{STORE_PASSWORD} resetkeys ~ac1:{{{name}}}:* resetchannels -@all {rights}\n"
            )
        });
        let text = format!(
            "port 0\nunixsocket {0}/socket\nunixsocketperm 700\ntls-port {tls_port}\nbind 127.0.0.1\n\
             tls-cert-file {1}\ntls-key-file {2}\ntls-ca-cert-file {3}\ntls-auth-clients no\n\
             dir {0}\nappendonly no\nsave \"\"\nlogfile {0}/log\n{4}",
            directory.display(),
            certificate.display(),
            key.display(),
            ca.display(),
            users.concat()
        );
        std::fs::write(directory.join("redis.conf"), text).expect("a file");
        Self {
            child: RefCell::new(Self::spawn(&directory)),
            directory,
            tls_port,
        }
    }

    fn spawn(directory: &Path) -> Child {
        let child = Command::new("redis-server")
            .arg(directory.join("redis.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let until = Instant::now() + Duration::from_secs(20);
        while std::os::unix::net::UnixStream::connect(directory.join("socket")).is_err() {
            assert!(Instant::now() < until, "the server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        child
    }

    /// Runs a command of the server's own, as its administrator.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .arg("-s")
            .arg(self.directory.join("socket"))
            .args(arguments)
            .output()
            .expect("redis-cli starts");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Stops the server where it is, or lets it go on.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.borrow().id())
            .ok()
            .and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), signal).expect("it is ours");
    }

    pub(crate) fn kill(&self) {
        let mut child = self.child.borrow_mut();
        let _ = child.kill();
        let _ = child.wait();
        let _ = std::fs::remove_file(self.directory.join("socket"));
    }

    /// Starts it anew, empty.
    pub(crate) fn start_again(&self) {
        self.kill();
        let mut ended = self.child.replace(Self::spawn(&self.directory));
        let _ = ended.wait();
    }

    /// Waits until a record is written there.
    pub(crate) fn await_record(&self) {
        let script = "for _, k in ipairs(redis.call('KEYS', '*')) do if redis.call('TYPE', k).ok == 'hash' and redis.call('HEXISTS', k, 'v') == 1 then return 1 end end return 0";
        let until = Instant::now() + Duration::from_secs(20);
        while self.cli(&["EVAL", script, "0"]) != "1" {
            assert!(Instant::now() < until, "no record is written");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// The sandbox, the store, and its machines.
pub(crate) struct Scene {
    pub(crate) home: Home,
    pub(crate) server: RedisServer,
}

impl Scene {
    /// A fleet with one app and one account; `None` where there is no Redis.
    pub(crate) fn usual() -> Option<Self> {
        Self::of(Home::usual())
    }

    pub(crate) fn of(home: Home) -> Option<Self> {
        Self::with_rights(home, RIGHTS)
    }

    pub(crate) fn with_rights(home: Home, rights: &str) -> Option<Self> {
        if !tools(&["redis-server", "redis-cli"]) {
            return None;
        }
        for (name, text) in [
            ("key-0", KEYS[0]),
            ("key-1", KEYS[1]),
            ("store-password", STORE_PASSWORD),
        ] {
            std::fs::write(home.path(name), text).expect("a file");
        }
        let server = RedisServer::start(&home, rights);
        Some(Self { home, server })
    }

    /// A machine of this name. `more` is added to the settings of the store.
    pub(crate) fn machine(&self, name: &str, more: &str) -> Machine<'_> {
        let url = format!("unix://{}/socket", self.server.directory.display());
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
