//! A pasted address over a real `sshd`: a test's own, on loopback, with keys of its own.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sandbox::Provider;

use crate::ahead::until;
use crate::elsewhere::{QUESTION, code_of, home, setup, sign_in};
use crate::home::Home;
use crate::screen::Terminal;
use crate::tools::{beside, skip, tools};

/// A server that lets this user in. Dropping it ends it.
struct Server {
    process: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts a server with all of its files in the home's directory.
    fn start(home: &Home) -> Self {
        for key in ["host_key", "key"] {
            let mut make = Command::new("ssh-keygen");
            make.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
            let status = make.arg(home.path(key)).status();
            assert!(status.expect("ssh-keygen starts").success());
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let place = |name: &str| home.path(name).display().to_string();
        let configuration = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\n\
             StrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n",
            place("host_key"),
            place("key.pub"),
        );
        std::fs::write(home.path("sshd_config"), configuration).expect("a file");
        let host_key = std::fs::read_to_string(home.path("host_key.pub")).expect("a key");
        let known = format!("[127.0.0.1]:{port} {host_key}");
        std::fs::write(home.path("known_hosts"), known).expect("a file");
        Self::listening(home, port)
    }

    fn listening(home: &Home, port: u16) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(&path).map(|place| place.join("sshd"));
        let program = places.find(|place| place.is_file()).expect("it is there");
        let mut command = match rustix::process::geteuid().is_root() {
            // The directory that root's sshd wants is the machine's own affair: here it is this server's alone.
            true => {
                let mut command = Command::new("unshare");
                let script = "mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec \"$@\"";
                command
                    .args(["--mount", "sh", "-c", script, "sh"])
                    .arg(program);
                command
            }
            false => Command::new(program),
        };
        command
            .args(["-D", "-e", "-f"])
            .arg(home.path("sshd_config"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut process = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let words = process.stderr.take().expect("a pipe");
        let mut lines = BufReader::new(words).lines().map_while(Result::ok);
        let is_up = lines.any(|line| line.starts_with("Server listening"));
        // It must not wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let server = Self { process, port };
        assert!(is_up, "the server listens");
        server
    }

    /// The command that runs `words` there at a terminal of the server's, with the home's variables.
    fn ssh(&self, home: &Home, words: &str) -> String {
        let place = |name: &str| home.path(name).display().to_string();
        let mut there = "exec env".to_owned();
        for (name, value) in beside(home, "true").get_envs() {
            let value = value.map(OsStr::to_string_lossy).unwrap_or_default();
            let _ = write!(there, " '{}={value}'", name.display());
        }
        let _ = write!(there, " {words}");
        std::fs::write(home.path("there"), there).expect("a file");
        format!(
            "exec ssh -tt -F none -p {} -i '{}' -o IdentitiesOnly=yes -o IdentityAgent=none -o UserKnownHostsFile='{}' \
             -o StrictHostKeyChecking=yes -o LogLevel=ERROR 127.0.0.1 \"$(cat '{}')\"",
            self.port,
            place("key"),
            place("known_hosts"),
            place("there"),
        )
    }
}

/// Returns whether a server can be started here.
fn is_possible() -> bool {
    if !tools(&["curl", "sshd", "ssh", "ssh-keygen", "unshare", "mount"]) {
        return false;
    }
    let is_root = rustix::process::geteuid().is_root();
    let mut probe = Command::new("unshare");
    probe.args(["--mount", "mount", "-t", "tmpfs", "tmpfs", "/run"]);
    let is_able = !is_root
        || probe
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|it| it.success());
    if !is_able {
        skip("nothing can be mounted here (unshare -m)");
    }
    is_able
}

#[test]
fn over_a_real_ssh_a_person_pastes_an_address_of_any_length() {
    if !is_possible() {
        return;
    }
    // A terminal that reads lines would cut the second one.
    for length in [1400, 8000] {
        let mut setup = setup();
        setup.providers = vec![Provider {
            code_length: length,
            ..Provider::entra("id")
        }];
        let home = home(setup, "");
        let server = Server::start(&home);
        let login = server.ssh(&home, "DISPLAY=:99 credential login grafana");
        let mut terminal = Terminal::new();
        let mut command = terminal.own(&home);
        command.args(["sh", "-c", &login]);
        command.stdout(terminal.end()).stderr(terminal.end());
        let mut ssh = command.spawn().expect("it starts");
        terminal.until(QUESTION);
        let mut lines = terminal.screen.lines().map(str::trim);
        let address = lines.find(|line| line.starts_with("https://"));
        let callback = sign_in(&home, address.expect("an address alone on its line"));
        assert!(callback.len() > length);
        terminal.type_in(&format!("\u{1b}[200~{callback}\u{1b}[201~\r"));
        until("the end of ssh", || {
            terminal.look(Duration::ZERO);
            ssh.try_wait().expect("a child").is_some()
        });
        let status = ssh.wait().expect("a child");
        let shown = terminal.screen();
        assert!(status.success(), "{shown}");
        assert!(shown.contains("signed in to grafana for"), "{shown}");
        assert!(
            !shown.contains("browser window"),
            "no window at the wrong machine: {shown}"
        );
        assert!(!shown.contains(code_of(&callback)), "{shown}");
        let _ = home.run(&["get", "grafana"]).answer();
        assert_eq!(home.sandbox.violations(), []);
    }
}
