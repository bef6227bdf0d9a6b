//! Every call of `credential setup` runs with a PATH of its own, whose first directory has `credential` in it. A picture of
//! that directory and of the home directory, taken before and after, shows what a call changed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::home::{Home, Outcome, binary, outcome};
use crate::tools::tool;

/// A user with a directory of programs, and a home directory.
pub(crate) struct SetupHome {
    pub(crate) home: Home,
}

/// Every file below some directories, with a link's target, or mode and text.
pub(crate) type Picture = BTreeMap<PathBuf, String>;

/// The file of git's configuration that is this program's own.
pub(crate) const OWN: &str = ".config/alb-credential/gitconfig";

/// The same, as a line of a plan has it.
pub(crate) const OWN_LINE: &str = "git     /home/.config/alb-credential/gitconfig:";

/// Each caller with its helper's name and an app; go needs no link.
pub(crate) const LINKED: [(&str, &str); 3] = [
    ("git", "git-credential-alb"),
    ("docker", "docker-credential-alb"),
    ("bazel", "bazel-credential-alb"),
];

impl SetupHome {
    pub(crate) fn new() -> Self {
        let desk = Self {
            home: Home::usual(),
        };
        fs::create_dir(desk.bin("")).expect("a directory");
        symlink(binary(), desk.bin("credential")).expect("a link");
        desk
    }

    /// With a second app, on the same host, below `/graf`.
    pub(crate) fn with_two_apps() -> Self {
        let desk = Self::new();
        let url = desk.url();
        desk.home
            .append(&format!("[app.graf]\nurl = \"{url}/graf\""));
        desk
    }

    pub(crate) fn bin(&self, name: &str) -> PathBuf {
        self.home.path("bin").join(name)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.path("home").join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect("there is such a file")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().expect("it has a parent")).expect("a directory");
        fs::write(path, text).expect("it is ours");
    }

    pub(crate) fn url(&self) -> String {
        self.home.sandbox.app_url("grafana")
    }

    pub(crate) fn authority(&self) -> String {
        self.url().replace("https://", "")
    }

    /// `program` with this desk's PATH: `first`, the directory with `credential`, and the machine's.
    pub(crate) fn beside(&self, program: &str, first: &[&str]) -> Command {
        let mut command = self.home.command(program);
        let own = first.iter().map(|name| self.home.path(name));
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let all: Vec<PathBuf> = own.chain(std::env::split_paths(&rest)).collect();
        let path = std::env::join_paths(all).expect("no directory of PATH has a colon");
        command.env("PATH", path);
        command
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.beside("setsid", &["bin"]);
        command
            .arg("--wait")
            .arg(binary())
            .arg("setup")
            .args(arguments);
        command
    }

    pub(crate) fn setup(&self, arguments: &[&str]) -> Outcome {
        run(self.command(arguments))
    }

    /// The lines of a call that succeeds, with what is only of this run put out of them.
    #[track_caller]
    pub(crate) fn lines(&self, arguments: &[&str]) -> Vec<String> {
        self.short(&self.setup(arguments).answer())
    }

    pub(crate) fn short(&self, text: &str) -> Vec<String> {
        let line = |line: &str| {
            let line = line.replace(&self.authority(), "HOST");
            let line = line.replace(&self.home.path("").display().to_string(), "/");
            match line
                .find("cache/localhost-")
                .or_else(|| line.find("cache/127.0.0.1-"))
            {
                Some(start) => {
                    let end = start + line[start..].find(".cookies").expect("a cookie file");
                    format!("{}JAR{}", &line[..start], &line[end + 8..])
                }
                None => line,
            }
        };
        // Another test looks at the line for an older git.
        let is_shown = |line: &&str| !line.contains(" does not know http.proactiveAuth");
        text.lines().filter(is_shown).map(line).collect()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.beside("git", &["bin"]);
        command.args(arguments);
        run(command)
    }

    pub(crate) fn picture(&self) -> Picture {
        let mut picture = Picture::new();
        for name in ["bin", "home", "elsewhere"] {
            take(&self.home.path(name), &mut picture);
        }
        picture
    }
}

pub(crate) fn run(mut command: Command) -> Outcome {
    outcome(command.output().expect("the program starts"))
}

/// Puts a program at `path`.
pub(crate) fn program(path: &Path, text: &str) {
    fs::write(path, text).expect("it is ours");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

fn take(path: &Path, picture: &mut Picture) {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return;
    };
    // go counts its calls below its configuration, whoever makes them (https://go.dev/doc/telemetry).
    if path.ends_with(".config") {
        take(&path.join("alb-credential/gitconfig"), picture);
        return take(&path.join("go/env"), picture);
    }
    let what = if metadata.is_symlink() {
        format!("-> {}", fs::read_link(path).expect("a link").display())
    } else if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("a directory").flatten() {
            take(&entry.path(), picture);
        }
        "directory".to_owned()
    } else {
        let text = fs::read(path).expect("it is ours");
        format!(
            "{:o} {}",
            metadata.permissions().mode(),
            String::from_utf8_lossy(&text)
        )
    };
    picture.insert(path.to_owned(), what);
}

/// Returns whether the caller's own program is there, where setup asks it.
#[must_use]
#[track_caller]
pub(crate) fn has(caller: &str) -> bool {
    match caller {
        "git" | "go" => tool(caller),
        _ => true,
    }
}

pub(crate) const CALLERS: [&str; 4] = ["git", "docker", "bazel", "go"];

/// The link that a call shows, for a PATH of these directories of the home and a `/tools` with `setsid` and git.
pub(crate) fn link(desk: &SetupHome, path: &[&str], arguments: &[&str]) -> Outcome {
    let mut command = desk.home.command(binary());
    let own = path.iter().map(|name| desk.home.path(name));
    command.env("PATH", std::env::join_paths(own).expect("a PATH"));
    command.arg("setup").args(arguments);
    run(command)
}
