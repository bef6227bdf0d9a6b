//! A real server: Debian's Redis, or what `STORE_SERVER` names, such as Valkey's. It ends with the test.

use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The longest that a start may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with a directory of its own, which has its configuration, its socket, its log and its dumps.
pub struct StoreServer {
    child: Mutex<Child>,
    variables: Vec<(String, String)>,
    /// Where everything of it is.
    pub directory: PathBuf,
    /// Its port without TLS.
    pub port: u16,
    /// Its port with TLS; 0 if this program cannot.
    pub tls_port: u16,
}

/// A port that nobody uses now.
///
/// # Panics
///
/// Panics if there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl StoreServer {
    /// The program that is started.
    #[must_use]
    pub fn program() -> String {
        let named = std::env::var("STORE_SERVER").ok();
        let named = named.filter(|named| !named.is_empty());
        named.unwrap_or_else(|| "redis-server".to_owned())
    }

    /// Starts a server in `directory`, with `lines` in its configuration, and with TLS by the certificate, its key and the
    /// authority in `tls`, if the program can.
    #[must_use]
    pub fn start(directory: PathBuf, tls: &[PathBuf; 3], lines: &str) -> Self {
        Self::start_with(directory, tls, lines, &[])
    }

    /// The same, with these variables in its environment.
    ///
    /// # Panics
    ///
    /// Panics if it does not listen in time.
    #[must_use]
    pub fn start_with(
        directory: PathBuf,
        tls: &[PathBuf; 3],
        lines: &str,
        variables: &[(String, String)],
    ) -> Self {
        fs::create_dir_all(&directory).expect("a directory");
        // A port may be taken meanwhile, and a program may have been built without TLS.
        for with_tls in [true, true, true, false, false] {
            let (port, tls_port) = (free_port(), if with_tls { free_port() } else { 0 });
            let text = configuration(&directory, (port, tls_port), tls, lines);
            fs::write(directory.join("redis.conf"), text).expect("a file");
            if let Some(child) = spawn(&directory, variables) {
                return Self {
                    child: Mutex::new(child),
                    variables: variables.to_vec(),
                    directory,
                    port,
                    tls_port,
                };
            }
        }
        let said = fs::read_to_string(directory.join("said")).unwrap_or_default();
        panic!("the server does not start: {said}");
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.directory.join("socket")
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child().id()
    }

    /// Runs a command of the server's own, as its administrator.
    ///
    /// # Panics
    ///
    /// Panics if there is no redis-cli.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .arg("-s")
            .arg(self.socket())
            .args(arguments)
            .output()
            .expect("redis-cli starts");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs a script on every record, as `k`, and returns what it counts in `n`.
    #[must_use]
    pub fn for_each_record(&self, script: &str) -> String {
        let script = format!(
            "local n = 0 for _, k in ipairs(redis.call('KEYS', '*')) do if redis.call('TYPE', k).ok == 'hash' then {script} end end return n"
        );
        self.cli(&["EVAL", &script, "0"])
    }

    /// Ends the lease of every claim, as its time does.
    pub fn end_leases(&self) {
        let script = "if redis.call('HEXISTS', k, 'u') == 1 then redis.call('HSET', k, 'u', 0) n = n + 1 end";
        let _ = self.for_each_record(script);
    }

    /// Waits until a record is written there.
    ///
    /// # Panics
    ///
    /// Panics if none is in time.
    pub fn await_record(&self) {
        let until = Instant::now() + PATIENCE;
        while self.for_each_record("n = n + redis.call('HEXISTS', k, 'v')") == "0" {
            assert!(Instant::now() < until, "no record is written");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal to it: it stops where it is, or goes on.
    ///
    /// # Panics
    ///
    /// Panics if it has ended.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), signal).expect("it is ours");
    }

    /// Ends it at once.
    pub fn kill(&self) {
        let mut child = self.child();
        let _ = child.kill();
        let _ = child.wait();
        let _ = fs::remove_file(self.socket());
    }

    /// Starts it anew: empty, unless it was told to save.
    ///
    /// # Panics
    ///
    /// Panics if it does not listen in time.
    pub fn start_again(&self) {
        self.kill();
        *self.child() = spawn(&self.directory, &self.variables).expect("the server starts again");
    }
}

impl Drop for StoreServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn configuration(
    directory: &Path,
    (port, tls_port): (u16, u16),
    [certificate, key, ca]: &[PathBuf; 3],
    lines: &str,
) -> String {
    let tls = match tls_port {
        0 => String::new(),
        _ => format!(
            "tls-port {tls_port}\ntls-cert-file {}\ntls-key-file {}\ntls-ca-cert-file {}\ntls-auth-clients no\n",
            certificate.display(),
            key.display(),
            ca.display()
        ),
    };
    format!(
        "port {port}\nbind 127.0.0.1\nunixsocket {0}/socket\nunixsocketperm 700\n{tls}dir {0}\nappendonly no\nsave \"\"\nlogfile {0}/log\n{lines}",
        directory.display()
    )
}

/// The server, once it listens; `None` if it ends first.
fn spawn(directory: &Path, variables: &[(String, String)]) -> Option<Child> {
    let said = fs::File::create(directory.join("said")).expect("a file");
    let mut child = Command::new(StoreServer::program())
        .arg(directory.join("redis.conf"))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(said.try_clone().expect("another handle"))
        .stderr(said)
        .spawn()
        .expect("the server starts");
    let until = Instant::now() + PATIENCE;
    while UnixStream::connect(directory.join("socket")).is_err() {
        if child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return None;
        }
        assert!(Instant::now() < until, "the server does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(child)
}
