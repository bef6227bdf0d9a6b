//! Git without anybody's configuration, and the repositories that tests begin with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::GitServer;

/// Settings that a user's files would have a say in.
const SETTINGS: [(&str, &str); 4] = [
    ("http.receivepack", "true"),
    ("init.defaultBranch", "main"),
    // nothing goes on in the background when a request is over
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
];

/// `git` with the server's own settings and no one else's.
pub(super) fn git(home: &Path) -> Command {
    let mut command = Command::new("git");
    command.env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_COUNT", SETTINGS.len().to_string());
    for (number, (key, value)) in SETTINGS.iter().enumerate() {
        command
            .env(format!("GIT_CONFIG_KEY_{number}"), key)
            .env(format!("GIT_CONFIG_VALUE_{number}"), value);
    }
    command
}

impl GitServer {
    /// Makes the bare repository `NAME.git` with a first commit on `main`: a `README.md` that says the name. Its place.
    ///
    /// # Panics
    ///
    /// Without `git`, or where there is such a repository.
    #[must_use = "the place of the repository"]
    pub fn repository(&self, name: &str) -> PathBuf {
        let place = self.directory().join(format!("{name}.git"));
        assert!(!place.exists(), "there is a repository {name}");
        let mut init = git(self.directory());
        init.args(["init", "--quiet", "--bare"]).arg(&place);
        run(&mut init, "");
        run(self.at(name).args(["fast-import", "--quiet"]), &first(name));
        place
    }

    /// The subjects of the commits of a repository's `main`, the newest first.
    ///
    /// # Panics
    ///
    /// Where there is no such repository.
    #[must_use]
    pub fn log(&self, name: &str) -> Vec<String> {
        let log = run(self.at(name).args(["log", "--format=%s", "main"]), "");
        log.lines().map(str::to_owned).collect()
    }

    fn at(&self, name: &str) -> Command {
        let mut command = git(self.directory());
        command
            .arg("-C")
            .arg(self.directory().join(format!("{name}.git")));
        command
    }
}

/// A first commit, in the language of `git fast-import`.
fn first(name: &str) -> String {
    let (subject, text) = ("first", format!("{name}\n"));
    format!(
        "commit refs/heads/main\ncommitter Ada <ada@corp.example> 1700000000 +0000\ndata {}\n{subject}\nM 100644 inline README.md\ndata {}\n{text}\n",
        subject.len(),
        text.len()
    )
}

fn run(command: &mut Command, input: &str) -> String {
    use std::io::Write as _;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is there");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    let sent = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("git ends");
    assert!(sent.is_ok() && output.status.success(), "git failed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
