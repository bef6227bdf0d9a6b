//! The programs of others that the tests call, and the program's own other names.

use std::io::Write as _;
use std::process::Command;

use crate::home::{Home, binary};

/// Returns whether the programs are there. Without one, a test is skipped with a line that is seen; under CI it fails.
#[must_use]
pub(crate) fn tools(names: &[&str]) -> bool {
    names.iter().all(|name| tool(name))
}

/// [`tools`] for one.
#[must_use]
#[track_caller]
pub(crate) fn tool(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|directory| directory.join(name).is_file()) {
        return true;
    }
    skip(&format!("there is no {name} on PATH"));
    false
}

/// Returns whether the first Python on PATH has a module. As [`tool`], where it has not.
#[must_use]
#[track_caller]
pub(crate) fn module(name: &str) -> bool {
    let find = "import importlib.util as u, sys; sys.exit(u.find_spec(sys.argv[1]) is None)";
    let found = Command::new("python3").args(["-c", find, name]).status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    skip(&format!("there is no module {name} of python3"));
    false
}

/// Skips the test that runs, with a line that is seen. Under CI it fails.
#[track_caller]
pub(crate) fn skip(why: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "CI cannot do without: {why}"
    );
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Past the harness, which swallows what a passing test prints.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// `program` with this home's environment, and the program under all its names on PATH.
pub(crate) fn beside(home: &Home, program: &str) -> Command {
    let links = home.path("links");
    if !links.exists() {
        std::fs::create_dir(&links).expect("a directory");
        for name in [
            "credential",
            "git-credential-alb",
            "docker-credential-alb",
            "bazel-credential-alb",
        ] {
            std::os::unix::fs::symlink(binary(), links.join(name)).expect("a link");
        }
    }
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(links).chain(std::env::split_paths(&rest)));
    // A session of its own, so that there is no terminal, whoever runs the tests.
    let mut command = home.command("setsid");
    command
        .env("PATH", path.expect("no directory of PATH has a colon"))
        .args(["--wait", program]);
    command
}

/// `script` for `shell`, which finds the program on PATH as `credential` and the app's URL as `$URL`.
pub(crate) fn script(home: &Home, shell: &str, script: &str) -> Command {
    let mut command = beside(home, shell);
    command
        .args(["-c", script])
        .env("URL", home.sandbox.app_url("grafana"));
    command
}
