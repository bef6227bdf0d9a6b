//! The programs of others that the tests call.

use std::io::Write as _;

/// Returns whether the programs are there. Without one, a test is skipped with a line that is seen; under CI it fails.
#[must_use]
#[track_caller]
pub(crate) fn tools(names: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &str| std::env::split_paths(&path).any(|place| place.join(name).is_file());
    let Some(missing) = names.iter().find(|name| !there(name)) else {
        return true;
    };
    assert!(std::env::var_os("CI").is_none(), "CI has to have {missing}");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // past the harness, which swallows what a passing test prints
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED {test}: there is no {missing} on PATH"
    );
    false
}
