//! Servers of the test's own on loopback, without TLS: nodes of a cluster, a primary with a replica, a sentinel.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::home::Home;

/// A server. It ends with the test.
pub(crate) struct Node {
    child: Child,
    pub(crate) port: u16,
}

impl Node {
    /// A server with these `lines` besides the usual ones, whose user `ci` has these `rights`.
    pub(crate) fn start(home: &Home, name: &str, rights: &str, lines: &str) -> Self {
        let user = format!(
            "user ci on >open-sesame resetkeys ~ac1:{{ci}}:* resetchannels -@all {rights}\nsave \"\"\nappendonly no\n"
        );
        Self::run(home, name, &[], &(user + lines))
    }

    /// A node of a cluster.
    pub(crate) fn of_cluster(home: &Home, name: &str, rights: &str) -> Self {
        let lines = format!(
            "cluster-enabled yes\ncluster-config-file nodes\ncluster-port {}\n",
            free_port()
        );
        Self::start(home, name, rights, &lines)
    }

    /// A sentinel that watches the primary at this port.
    pub(crate) fn sentinel(home: &Home, primary: u16) -> Self {
        let lines = format!(
            "sentinel monitor main 127.0.0.1 {primary} 1\nsentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 10000\n"
        );
        Self::run(home, "sentinel", &["--sentinel"], &lines)
    }

    fn run(home: &Home, name: &str, arguments: &[&str], lines: &str) -> Self {
        let directory = home.path(name);
        std::fs::create_dir_all(&directory).expect("a directory");
        let port = free_port();
        let file: PathBuf = directory.join("conf");
        let usual = format!(
            "port {port}\nbind 127.0.0.1\ndir {0}\nlogfile {0}/log\n",
            directory.display()
        );
        std::fs::write(&file, usual + lines).expect("a file");
        let child = Command::new("redis-server")
            .arg(&file)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let node = Self { child, port };
        node.until("it listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        node
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Runs a command of the server's own, as its administrator.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(arguments)
            .output()
            .expect("redis-cli starts");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Waits until an answer has these words.
    pub(crate) fn await_words(&self, arguments: &[&str], words: &str) {
        self.until(words, || self.cli(arguments).contains(words));
    }

    #[expect(clippy::unused_self, reason = "it reads well")]
    pub(crate) fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !is_so() {
            assert!(Instant::now() < end, "never: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), signal).expect("it is ours");
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
