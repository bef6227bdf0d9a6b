//! The program as `cargo install` builds it, with all features and with none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

struct Released {
    usual: PathBuf,
    minimal: PathBuf,
}

/// The program with its default features.
pub(crate) fn usual() -> &'static Path {
    &released().usual
}

/// The program without any feature.
pub(crate) fn minimal() -> &'static Path {
    &released().minimal
}

/// Builds both, one after the other: cargo has one place for them.
fn released() -> &'static Released {
    static RELEASED: OnceLock<Released> = OnceLock::new();
    RELEASED.get_or_init(|| {
        let minimal = target().join("credential-minimal");
        let built = build(&["--no-default-features"]);
        std::fs::copy(built, &minimal).expect("the target directory can be written");
        let usual = build(&[]);
        Released { usual, minimal }
    })
}

fn target() -> &'static Path {
    let tested = crate::home::binary();
    tested.ancestors().nth(2).expect("cargo's directories")
}

fn build(options: &[&str]) -> PathBuf {
    let mut build = cargo(&["build", "--quiet", "--release", "--bin", "credential"]);
    build.args(options).arg("--target-dir").arg(target());
    run(build);
    target().join("release/credential")
}

/// A subcommand of cargo's, for this package as it is locked.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(arguments)
        .arg("--locked")
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
}

/// Returns what a command that has to succeed says.
#[track_caller]
pub(crate) fn run(mut command: Command) -> String {
    let output = command.output().expect("cargo starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
    String::from_utf8(output.stdout).expect("cargo says UTF-8")
}
