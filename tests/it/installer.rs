//! `packaging/install.sh`: it installs only what its checksum vouches for, changes nothing if a step fails, and removes
//! what it has installed.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::ahead::until;
use crate::home::{Home, Outcome, outcome};
use crate::tools::{tool, tools};

/// The kind of machine that `uname` in [`Stage::run`] tells of.
const KIND: &str = "x86_64-unknown-linux-musl";

/// The files of a small release, below their prefix.
const FILES: [&str; 4] = [
    "bin/credential",
    "bin/git-credential-alb",
    "share/doc/alb-credential/LICENSE",
    "share/man/man1/credential.1",
];

/// A release in the folder `release`, and a user who has a file of their own.
struct Stage {
    home: Home,
}

impl Stage {
    fn new() -> Self {
        let home = Home::usual();
        for folder in ["release", "home/.local/share", "bin"] {
            fs::create_dir_all(home.path(folder)).expect("a directory");
        }
        fs::write(home.path("home/.local/share/own"), "own").expect("a file");
        let installer = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/install.sh");
        fs::copy(installer, home.path("release/install.sh")).expect("a copy");
        let stage = Self { home };
        stage.machine("Linux", "x86_64");
        stage.release("0.2.0", &FILES);
        stage
    }

    /// The machine is said to be of this kind.
    fn machine(&self, system: &str, processor: &str) {
        let script = format!("[ $1 = -s ] && echo {system} || echo {processor}");
        self.program("uname", &script);
    }

    /// Puts a program of this name first on PATH.
    fn program(&self, name: &str, script: &str) {
        executable(&self.home.path("bin").join(name), script);
    }

    /// Makes the release one of this version, whose program leaves a mark where it runs, with these files.
    fn release(&self, version: &str, files: &[&str]) {
        let tree = format!("alb-credential-{version}-{KIND}");
        for file in files {
            let path = self.home.path(&tree).join(file);
            fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            match *file {
                "bin/credential" => executable(
                    &path,
                    &format!("echo >\"$HOME/../ran\"; echo credential {version}"),
                ),
                "bin/git-credential-alb" => symlink("credential", path).expect("a link"),
                _ => fs::write(path, format!("{file} of {version}")).expect("a file"),
            }
        }
        let script = format!(
            "rm -f release/*.gz; tar -czf release/{tree}.tar.gz {tree}; rm -r {tree}; cd release; sha256sum *.gz >SHA256SUMS"
        );
        let mut command = self.home.command("sh");
        let made = command.args(["-ec", &script]).output().expect("sh starts");
        let _ = outcome(made).answer();
    }

    fn archive(&self) -> PathBuf {
        let name = format!("release/alb-credential-0.2.0-{KIND}.tar.gz");
        self.home.path(&name)
    }

    /// The installer with these arguments.
    fn installer(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command("sh");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(self.home.path("bin")).chain(std::env::split_paths(&path));
        command
            .env("PATH", std::env::join_paths(path).expect("no colons"))
            .arg("release/install.sh")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(self.installer(arguments).output().expect("sh starts"))
    }

    fn with(&self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Outcome {
        let mut command = self.installer(&[]);
        outcome(command.env(name, value).output().expect("sh starts"))
    }

    /// Everything in the user's home, and what a failed attempt could leave beside it.
    fn left(&self) -> Vec<String> {
        let mut found = Vec::new();
        for folder in ["home", "scratch"] {
            walk(&self.home.path(folder), &mut found);
        }
        let own = self.home.path("");
        let relative = |path: PathBuf| {
            let path = path.strip_prefix(&own).expect("it is in the home");
            path.display().to_string()
        };
        let mut found: Vec<String> = found.into_iter().map(relative).collect();
        found.sort();
        found
    }

    /// Asserts that nothing has changed, and that nothing of the release has run.
    #[track_caller]
    fn assert_untouched(&self) {
        let own = ["home/.local", "home/.local/share", "home/.local/share/own"];
        assert_eq!(self.left(), own);
        assert!(!self.home.path("ran").exists());
    }

    fn installed(&self, file: &str) -> PathBuf {
        self.home.path("home/.local").join(file)
    }
}

fn executable(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).expect("a program");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            walk(&path, found);
        }
        found.push(path);
    }
}

#[test]
fn the_installer_is_sound_to_shellcheck() {
    if !tool("shellcheck") {
        return;
    }
    let installer = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/install.sh");
    let checked = Command::new("shellcheck").arg(installer).output();
    let _ = outcome(checked.expect("shellcheck starts")).answer();
}

#[test]
fn a_release_is_installed_updated_and_removed_without_a_rest() {
    let stage = Stage::new();
    let said = stage.run(&[]).answer();
    let program = stage.installed("bin/credential");
    let first = format!("installed credential 0.2.0: {}, ", program.display());
    assert!(said.starts_with(&first), "{said}");
    assert!(said.contains("/bin is not on PATH"), "{said}");
    for file in FILES {
        assert!(stage.installed(file).exists(), "{file}");
    }
    let link = fs::read_link(stage.installed("bin/git-credential-alb"));
    assert_eq!(link.expect("a link"), Path::new("credential"));

    stage.release("0.3.0", &FILES[..3]);
    let said = stage.run(&[]).answer();
    assert!(said.starts_with("updated credential 0.3.0"), "{said}");
    assert!(!stage.installed(FILES[3]).exists(), "it has no such page");

    let said = stage.run(&["--uninstall"]).answer();
    assert!(said.starts_with("removed everything"), "{said}");
    fs::remove_file(stage.home.path("ran")).expect("it ran");
    stage.assert_untouched();
    let said = stage.run(&["--uninstall"]).failure(1);
    assert!(said.contains("nothing is installed below"), "{said}");
}

#[test]
fn the_same_release_again_changes_nothing_and_is_removed_too() {
    let stage = Stage::new();
    let _ = stage.run(&[]).answer();
    let before = stage.left();
    let said = stage.run(&[]).answer();
    assert!(said.starts_with("updated credential 0.2.0"), "{said}");
    assert_eq!(stage.left(), before);
    let _ = stage.run(&["--uninstall"]).answer();
    fs::remove_file(stage.home.path("ran")).expect("it ran");
    stage.assert_untouched();
}

#[test]
fn what_the_user_has_put_beside_it_stays() {
    let stage = Stage::new();
    let _ = stage.run(&[]).answer();
    fs::write(stage.installed("bin/mine"), "mine").expect("a file");
    let _ = stage.run(&["--uninstall"]).answer();
    assert!(stage.installed("bin/mine").exists());
    assert!(!stage.installed("bin/credential").exists());
    assert!(!stage.installed("share/man").exists());
}

#[test]
fn an_archive_with_another_checksum_is_not_unpacked() {
    let stage = Stage::new();
    let mut bytes = fs::read(stage.archive()).expect("it is there");
    bytes.push(0);
    fs::write(stage.archive(), bytes).expect("it is ours");
    let said = stage.run(&[]).failure(1);
    assert!(
        said.contains(".tar.gz is not what SHA256SUMS says: nothing was unpacked"),
        "{said}"
    );
    stage.assert_untouched();
}

#[test]
fn without_a_tool_for_checksums_nothing_is_unpacked() {
    let stage = Stage::new();
    let tools = [
        "sh", "sed", "cut", "cp", "mktemp", "rm", "dirname", "tar", "cat",
    ];
    for name in tools {
        stage.program(name, &format!("exec {} \"$@\"", which(name).display()));
    }
    let mut command = stage.installer(&[]);
    command.env("PATH", stage.home.path("bin"));
    let said = outcome(command.output().expect("sh starts")).failure(1);
    assert!(said.contains("there is no sha256sum, shasum or"), "{said}");
    stage.assert_untouched();
}

fn which(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|directory| directory.join(name));
    places.find(|place| place.is_file()).expect("a usual tool")
}

#[test]
fn a_file_that_the_release_lacks_is_named() {
    let stage = Stage::new();
    fs::remove_file(stage.archive()).expect("it is there");
    let said = stage.run(&[]).failure(1);
    assert!(
        said.contains("release has no alb-credential-0.2.0-"),
        "{said}"
    );
    fs::remove_file(stage.home.path("release/SHA256SUMS")).expect("it is there");
    let said = stage.run(&[]).failure(1);
    assert!(said.contains("release has no SHA256SUMS"), "{said}");
    let said = stage.with("CREDENTIAL_FROM", "/no/such/folder").failure(1);
    assert!(said.contains("/no/such/folder has no SHA256SUMS"), "{said}");
    stage.assert_untouched();
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_anything_is_read() {
    let stage = Stage::new();
    fs::remove_file(stage.home.path("release/SHA256SUMS")).expect("it is there");
    let below_a_file = stage.installed("share/own/prefix");
    let said = stage.with("PREFIX", &below_a_file).failure(1);
    assert!(said.contains("prefix/bin cannot be written"), "{said}");
    assert!(
        said.contains("hint: choose another place: PREFIX="),
        "{said}"
    );
    let said = stage.with("PREFIX", "some/where").failure(1);
    assert!(said.contains("PREFIX is no absolute path"), "{said}");

    let closed = stage.home.path("closed");
    fs::create_dir(&closed).expect("a directory");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).expect("it is ours");
    let mut command = stage.home.powerless();
    command
        .args(["sh", "release/install.sh"])
        .env("PREFIX", &closed);
    let said = outcome(command.output().expect("sh starts")).failure(1);
    assert!(said.contains("closed/bin cannot be written"), "{said}");
    stage.assert_untouched();
}

#[test]
fn a_machine_without_a_build_is_told_what_to_do() {
    let stage = Stage::new();
    for (system, processor, words) in [
        ("Linux", "riscv64", "there is no build for Linux on riscv64"),
        ("SunOS", "x86_64", "there is no build for SunOS on x86_64"),
        ("Darwin", "arm64", "has no build for aarch64-apple-darwin"),
        (
            "Linux",
            "aarch64",
            "no build for aarch64-unknown-linux-musl",
        ),
    ] {
        stage.machine(system, processor);
        let said = stage.run(&[]).failure(1);
        assert!(said.contains(words), "{said}");
        assert!(said.contains("hint: build it from its sources"), "{said}");
    }
    stage.assert_untouched();
}

#[test]
fn a_file_that_somebody_else_has_put_there_stays() {
    let stage = Stage::new();
    let program = stage.installed("bin/credential");
    fs::create_dir(stage.installed("bin")).expect("a directory");
    fs::write(&program, "another").expect("a file");
    let said = stage.run(&[]).failure(1);
    assert!(
        said.contains("credential is there, and this script has not installed it"),
        "{said}"
    );
    assert_eq!(fs::read(&program).expect("it is there"), b"another");
    fs::remove_dir_all(stage.installed("bin")).expect("it is ours");
    stage.assert_untouched();
}

#[test]
fn a_failure_in_the_middle_leaves_nothing_behind() {
    let stage = Stage::new();
    fs::write(stage.installed("share/man"), "no directory").expect("a file");
    let said = stage.run(&[]);
    assert_ne!(said.code, 0, "{said:?}");
    let end = "a step has failed: what was begun is taken back\n";
    assert!(said.stderr.ends_with(end), "{said:?}");
    fs::remove_file(stage.installed("share/man")).expect("it stays");
    stage.assert_untouched();
}

#[test]
fn an_address_without_tls_is_refused() {
    let stage = Stage::new();
    for address in ["http://127.0.0.1:1", "ftp://127.0.0.1:1", "file:///x"] {
        let said = stage.with("CREDENTIAL_FROM", address).failure(1);
        let words = format!("not a folder, and not an https address: {address}");
        assert!(said.contains(&words), "{said}");
    }
    stage.assert_untouched();
}

/// A server of the folder `release` that ends with this.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_release_is_fetched_by_https_with_curl_or_wget() {
    if !tools(&["python3", "curl", "wget"]) {
        return;
    }
    let serve = "import http.server as h, ssl, sys
class Quiet(h.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass
server = h.ThreadingHTTPServer(('127.0.0.1', 0), lambda *a: Quiet(*a, directory='release'))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
open('port.new', 'w').write(str(server.server_port))
import os; os.rename('port.new', 'port')
server.serve_forever()";
    let stage = Stage::new();
    let mut python = stage.home.command("python3");
    python
        .args(["-c", serve])
        .args(stage.home.sandbox.server_files());
    let server = Server(
        python
            .stdout(Stdio::null())
            .spawn()
            .expect("python3 starts"),
    );
    let port = stage.home.path("port");
    until("the server has a port", || port.exists());
    let port = fs::read_to_string(port).expect("a port");
    let from = format!("https://localhost:{port}/");
    let _ = stage.with("CREDENTIAL_FROM", &from).answer();
    let _ = stage.run(&["--uninstall"]).answer();

    // wget, where there is no curl.
    let script = fs::read_to_string(stage.home.path("release/install.sh")).expect("text");
    let without = script.replace("if have curl", "if have no-curl");
    assert_ne!(script, without);
    fs::write(stage.home.path("release/install.sh"), without).expect("written");
    let mut command = stage.installer(&[]);
    command.env("CREDENTIAL_FROM", &from);
    fs::write(
        stage.home.path("home/.wgetrc"),
        format!(
            "ca_certificate={}\n",
            stage.home.sandbox.ca_file().display()
        ),
    )
    .expect("written");
    let _ = outcome(command.output().expect("sh starts")).answer();
    let _ = stage.run(&["--uninstall"]).answer();
    fs::remove_file(stage.archive()).expect("it is there");
    let said = stage.with("CREDENTIAL_FROM", &from).failure(1);
    assert!(said.contains("cannot fetch https://localhost"), "{said}");
    drop(server);
}

#[test]
fn usage_is_told_and_nothing_is_done() {
    let stage = Stage::new();
    let help = stage.run(&["--help"]).answer();
    assert!(help.contains("sh install.sh --uninstall"), "{help}");
    assert!(!help.contains('#') && !help.contains("set -eu"), "{help}");
    for arguments in [&["--force"][..], &["--uninstall", "x"]] {
        assert_eq!(stage.run(arguments).failure(2), help, "{arguments:?}");
    }
    stage.assert_untouched();
    let mut command = stage.installer(&[]);
    let said = outcome(command.env_remove("HOME").output().expect("sh starts"));
    assert!(said.failure(1).contains("neither HOME nor PREFIX is set"));
}
