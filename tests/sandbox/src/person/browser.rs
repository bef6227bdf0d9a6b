//! A Chromium of the test's own: started, spoken to through a pipe, ended.

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::person::line::{self, Line};

/// Longer than a browser takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Chromium, where this machine has one.
#[must_use]
pub fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "google-chrome", "chromium-browser"];
    let mut places =
        std::env::split_paths(&path).flat_map(|place| names.map(|name| place.join(name)));
    places.find(|place| place.is_file())
}

/// A running browser. Dropping it ends it.
#[derive(Debug)]
pub struct Browser {
    child: Option<Child>,
    to: Option<Line>,
    from: Receiver<Value>,
    events: VecDeque<Value>,
    last: u64,
}

impl Browser {
    /// Starts Chromium without a window, with these arguments beside its own, on a profile.
    ///
    /// # Panics
    ///
    /// Where there is no Chromium, or it does not come up.
    #[must_use]
    pub fn start(arguments: &[String], profile: &Path) -> Self {
        let mut all = vec!["--headless=new".to_owned()];
        all.extend_from_slice(arguments);
        Self::start_with(&all, profile, None)
    }

    /// Starts Chromium with a window on a display.
    ///
    /// # Panics
    ///
    /// As [`Browser::start`].
    #[must_use]
    pub fn start_on(display: &str, arguments: &[String], profile: &Path) -> Self {
        Self::start_with(arguments, profile, Some(display))
    }

    fn start_with(arguments: &[String], profile: &Path, display: Option<&str>) -> Self {
        let program = chromium().expect("there is a Chromium");
        let mut command = command(&program, arguments, profile);
        match display {
            Some(display) => command.env("DISPLAY", display),
            None => command.env_remove("DISPLAY"),
        };
        let mut child = command.spawn().expect("Chromium starts");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let (sender, from) = channel();
        thread::spawn(move || line::read_pipe(stdout, &sender));
        let to = child.stdin.take().map(Line::Pipe);
        let mut browser = Self {
            to,
            child: Some(child),
            from,
            events: VecDeque::new(),
            last: 0,
        };
        browser.call("Browser.getVersion", &json!({}));
        browser
    }

    /// Joins a browser that somebody else has started on this profile with `--remote-debugging-port=0`, as the person in
    /// front of it; whoever has started it ends it. `None` where none comes up in time.
    #[must_use]
    pub fn join(profile: &Path, limit: Duration) -> Option<Self> {
        let until = Instant::now() + limit;
        let socket = loop {
            if let Some(socket) = socket_of(profile) {
                break socket;
            }
            if Instant::now() > until {
                return None;
            }
            thread::sleep(Duration::from_millis(50));
        };
        let (sender, from) = channel();
        let incoming = socket.try_clone().ok()?;
        thread::spawn(move || line::read_socket(incoming, &sender));
        let mut browser = Self {
            child: None,
            to: Some(Line::Socket(socket)),
            from,
            events: VecDeque::new(),
            last: 0,
        };
        browser.call("Browser.getVersion", &json!({}));
        Some(browser)
    }

    /// A command to the whole browser; its result.
    ///
    /// # Panics
    ///
    /// Where the browser answers with an error, or not at all.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.call_in(None, method, parameters)
    }

    pub(super) fn call_in(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: &Value,
    ) -> Value {
        self.last += 1;
        let id = self.last;
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let line = self.to.as_mut().expect("the line is open");
        line.send(&message).expect("the browser reads");
        let until = Instant::now() + LIMIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let message = self.from.recv_timeout(left);
            let message = message.unwrap_or_else(|_| panic!("no answer to {method}"));
            if message["id"] != id {
                self.events.push_back(message);
                continue;
            }
            assert!(
                message.get("error").is_none(),
                "{method}: {}",
                message["error"]
            );
            return message["result"].clone();
        }
    }

    /// The first event, from those that nobody has asked for yet on, in which something is found; `None` where the limit
    /// comes first.
    pub fn wait<T>(
        &mut self,
        limit: Duration,
        mut find: impl FnMut(&Value) -> Option<T>,
    ) -> Option<T> {
        let known = self.events.iter().enumerate();
        let found = known
            .into_iter()
            .find_map(|(at, event)| Some((at, find(event)?)));
        if let Some((at, found)) = found {
            self.events.remove(at);
            return Some(found);
        }
        let until = Instant::now() + limit;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let event = self.from.recv_timeout(left).ok()?;
            if let Some(found) = find(&event) {
                return Some(found);
            }
            self.events.push_back(event);
        }
    }

    /// Ends the browser as it ends itself: with its cookies written.
    ///
    /// # Panics
    ///
    /// Where it does not end.
    pub fn close(mut self) {
        self.call("Browser.close", &json!({}));
        if let Some(child) = &mut self.child {
            let status = child.wait().expect("it is a child");
            assert!(status.success(), "Chromium ended with {status}");
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // the end of the pipe ends the browser, with all of its processes
        self.to = None;
        let Some(child) = &mut self.child else {
            return;
        };
        let until = Instant::now() + LIMIT;
        while matches!(child.try_wait(), Ok(None)) {
            if Instant::now() > until {
                let _ = child.kill();
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The browser writes its port and the path of its socket into its profile. What stands there may be of an earlier one.
fn socket_of(profile: &Path) -> Option<TcpStream> {
    let text = std::fs::read_to_string(profile.join("DevToolsActivePort")).ok()?;
    let (port, path) = text.trim().split_once('\n')?;
    line::open(port.parse().ok()?, path).ok()
}

/// The browser reads file 3 and writes file 4. The shell puts the pipes there, and the browser takes its place.
fn command(program: &Path, arguments: &[String], profile: &Path) -> Command {
    let mut data = std::ffi::OsString::from("--user-data-dir=");
    data.push(profile);
    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg("exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null")
        .arg("sh")
        .arg(program)
        .args([
            "--remote-debugging-pipe",
            "--no-startup-window",
            "--restore-last-session",
            "--no-first-run",
            "--no-default-browser-check",
            "--password-store=basic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ])
        .arg::<&OsStr>(&data)
        .args(arguments);
    if rustix::process::geteuid().is_root() {
        // as root Chromium has no sandbox and says so by not starting
        command.arg("--no-sandbox");
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0);
    command
}
