//! A home with the shell integration: the shells, the wrapped clients, and a server that no configuration names.
//!
//! Arguments reach the shells as words of their own, so that no test depends on a shell's quoting.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use sandbox::Setup;
use serde_json::Value;

use crate::home::{Home, binary, outcome};
use crate::outcome::Outcome;
use crate::tools::tool;

/// A shell, with the syntax that the tests need.
pub(crate) struct Shell {
    pub(crate) name: &'static str,
    /// Options that start it without the configuration of the machine and of the user.
    pub(crate) bare: &'static [&'static str],
    /// Makes it end at the first error.
    pub(crate) strict: &'static str,
    /// Loads the integration.
    pub(crate) load: &'static str,
    /// All arguments of the script except the first.
    pub(crate) rest: &'static str,
    /// The first argument.
    pub(crate) first: &'static str,
}

pub(crate) const SHELLS: [Shell; 3] = [
    Shell {
        name: "bash",
        bare: &["--norc", "--noprofile"],
        strict: "set -eu -o pipefail",
        load: r#"eval "$(credential shell bash)""#,
        rest: r#""${@:2}""#,
        first: r#""$1""#,
    },
    Shell {
        name: "zsh",
        bare: &["-f"],
        strict: "set -eu -o pipefail",
        load: r#"eval "$(credential shell zsh)""#,
        rest: r#""${@:2}""#,
        first: r#""$1""#,
    },
    Shell {
        name: "fish",
        bare: &["--no-config"],
        // fish has no such options.
        strict: "",
        load: "credential shell fish | source",
        rest: "$argv[2..-1]",
        first: "$argv[1]",
    },
];

/// The wrapped clients, each with options that make it print only the body of the answer.
pub(crate) const CLIENTS: [(&str, &[&str]); 4] = [
    ("curl", &["-sS"]),
    ("wget", &["-q", "-O", "-"]),
    ("http", &["--ignore-stdin", "--body"]),
    ("xh", &["--ignore-stdin", "--body"]),
];

/// Every wrapped name.
pub(crate) const WRAPPED: [&str; 6] = ["curl", "wget", "http", "https", "xh", "xhs"];

/// A fake client. It prints its arguments as `[argument]` lines and the file of its first cookie option, then waits for a
/// line on stdin and repeats it.
pub(crate) const FAKE: &str = r#"#!/bin/sh
for argument do printf '[%s]\n' "$argument"; done
file=
previous=
for argument do
    case $previous/$argument in
        -K/* | -b/*) file=${file:-$argument} ;;
        */--load-cookies=* | */--session-read-only=*) file=${file:-${argument#*=}} ;;
    esac
    previous=$argument
done
echo 'given:'
case $file in /dev/fd/* | /proc/*) cat "$file" ;; esac
echo 'environment:'
tr '\0' '\n' </proc/$$/environ
echo 'ready'
read -r line
echo "$line"
exit 37
"#;

/// A home with a directory at the start of PATH, whose `credential` logs each of its calls.
pub(crate) struct Desk {
    pub(crate) home: Home,
}

impl Desk {
    pub(crate) fn new(setup: Setup) -> Self {
        let mut home = Home::new(setup);
        for name in ["first", "temporary"] {
            std::fs::create_dir(home.path(name)).expect("a directory");
        }
        let ca = home.sandbox.ca_file();
        let ca = ca.to_str().expect("a path of ASCII");
        std::fs::create_dir(home.path("xh")).expect("a directory");
        let xh = format!(r#"{{"default_options": ["--verify={ca}"]}}"#);
        std::fs::write(home.path("xh/config.json"), xh).expect("a file");
        std::fs::write(home.path("wgetrc"), format!("ca_certificate = {ca}\n")).expect("a file");
        for (name, path) in [
            ("XH_CONFIG_DIR", "xh"),
            ("WGETRC", "wgetrc"),
            ("TMPDIR", "temporary"),
            // HTTPie writes defaults into its directory at the first call.
            ("HTTPIE_CONFIG_DIR", "temporary/httpie"),
        ] {
            let path = home.path(path);
            home.set(name, path.to_str().expect("a path of ASCII"));
        }
        let desk = Self { home };
        let note = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >>'{}'\nexec '{}' \"$@\"\n",
            desk.home.path("calls").display(),
            binary().display()
        );
        desk.program("credential", &note);
        desk
    }

    pub(crate) fn usual() -> Self {
        Self::new(Setup::default())
    }

    /// Puts a program at the start of PATH.
    pub(crate) fn program(&self, name: &str, text: &str) {
        let path = self.home.path("first").join(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).expect("it is ours");
    }

    pub(crate) fn fake_clients(&self) {
        for client in WRAPPED {
            self.program(client, FAKE);
        }
    }

    /// Returns the commands of `credential` that were called since the last call of this, except `shell`.
    pub(crate) fn calls(&self) -> Vec<String> {
        let path = self.home.path("calls");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let _ = std::fs::remove_file(&path);
        let calls = text.lines().filter(|call| *call != "shell");
        calls.map(str::to_owned).collect()
    }

    pub(crate) fn app(&self) -> String {
        self.home.sandbox.app_url("grafana")
    }

    /// Makes a call of `text` in `shell` with the integration, and with the words as arguments.
    pub(crate) fn script(&self, shell: &Shell, text: &str, words: &[&OsStr]) -> Command {
        let text = format!("{}\n{}\n{text}", shell.strict, shell.load);
        self.without(shell, &text, words)
    }

    /// Makes a call of `text` in `shell` without the integration.
    pub(crate) fn without(&self, shell: &Shell, text: &str, words: &[&OsStr]) -> Command {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(self.home.path("first")).chain(std::env::split_paths(&rest));
        let mut command = self.home.command("setsid");
        command.env("PATH", std::env::join_paths(path).expect("no colons"));
        command.args(["--wait", shell.name]).args(shell.bare);
        command.args(["-c", text]);
        // This is $0 for bash and zsh; for fish it ends the options.
        command.arg("--");
        command.args(words);
        command
    }

    /// Makes a client's call in `shell`.
    pub(crate) fn calling(&self, shell: &Shell, client: &str, words: &[&str]) -> Command {
        let text = format!("{client} {} {}", shell.first, shell.rest);
        let words: Vec<&OsStr> = words.iter().map(|word| OsStr::new(*word)).collect();
        self.script(shell, &text, &words)
    }

    /// Runs a client's call in `shell`.
    pub(crate) fn call(&self, shell: &Shell, client: &str, words: &[&str]) -> Outcome {
        let output = self.calling(shell, client, words).output();
        outcome(output.expect("a shell starts"))
    }

    /// Returns the session cookie of an app, from the cache if there is one.
    pub(crate) fn cookie_of(&self, app: &str) -> String {
        let get = self.home.run(&["get", app]);
        get.answer().trim_end().to_owned()
    }

    /// Returns the value of its first shard.
    pub(crate) fn secret(&self) -> String {
        let get = self.home.run(&["get", "grafana", "--no-sign-in"]);
        let cookie = get.answer();
        let first = cookie.trim_end().split("; ").next().unwrap_or_default();
        let (_, value) = first.split_once('=').expect("a name and a value");
        value.to_owned()
    }

    /// Returns every file below the home, without the cache, the log of calls and the clients' own files.
    pub(crate) fn tree(&self) -> Vec<PathBuf> {
        let mut files = below(&self.home.path(""));
        let ours = ["cache", "calls", "temporary/httpie"].map(|name| self.home.path(name));
        files.retain(|file| !ours.iter().any(|own| file.starts_with(own)));
        // wget's list of hosts that require https.
        files.retain(|file| !file.ends_with(".wget-hsts"));
        files
    }
}

/// A server on loopback that no configuration names. It answers 200, or 404 if the path says so.
pub(crate) struct Stranger {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stranger {
    /// Starts a server at a loopback address. The apps have 127.0.0.1.
    pub(crate) fn start(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = answer(stream, &record);
            }
        });
        Self { url, seen }
    }

    /// Starts a server that answers nothing: a client is held until it ends.
    pub(crate) fn silent(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut request = String::new();
                let mut lines = BufReader::new(stream);
                while lines.read_line(&mut request).is_ok_and(|length| length > 0) {}
                record.lock().expect("no thread has panicked").push(request);
            }
        });
        Self { url, seen }
    }

    /// Takes the requests since the last call of this.
    pub(crate) fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().expect("no thread has panicked"))
    }

    /// Asserts the number of requests since the last check, and that none had a cookie.
    #[track_caller]
    pub(crate) fn saw_no_cookie(&self, times: usize, context: &str) {
        let seen = self.seen();
        assert_eq!(seen.len(), times, "{context}: {seen:?}");
        for request in seen {
            let request = request.to_ascii_lowercase();
            assert!(!request.contains("cookie:"), "{context}: {request}");
            assert!(!request.contains("awselb"), "{context}: {request}");
        }
    }
}

/// Reads a request without a body, and answers it.
pub(crate) fn answer(mut stream: TcpStream, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut request = String::new();
    let mut lines = BufReader::new(stream.try_clone()?);
    while lines.read_line(&mut request)? > 2 {}
    let status = if request.contains("/missing") {
        "404 Not Found"
    } else {
        "200 OK"
    };
    seen.lock().expect("no thread has panicked").push(request);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: 9\r\nConnection: close\r\n\r\nstranger\n"
    )
}

/// Returns the user that the application saw, by its answer.
pub(crate) fn user(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    answer["user"].as_str().map(str::to_owned)
}

/// Returns every file below `directory`.
pub(crate) fn below(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths
        .flat_map(|path| match path.is_dir() {
            true => below(&path),
            false => vec![path],
        })
        .collect();
    files.sort();
    files
}

/// Returns the installed shells.
pub(crate) fn shells() -> impl Iterator<Item = &'static Shell> {
    SHELLS.iter().filter(|shell| tool(shell.name))
}

/// Returns the installed clients, with their options before `url`.
pub(crate) fn clients(url: &str) -> Vec<(&'static str, Vec<String>)> {
    let there = CLIENTS.iter().filter(|(client, _)| tool(client));
    there
        .map(|(client, options)| {
            let words = options.iter().copied().chain([url]).map(str::to_owned);
            (*client, words.collect())
        })
        .collect()
}

pub(crate) fn strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
