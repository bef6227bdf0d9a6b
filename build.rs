//! Links the program statically, at a fixed address: more than half of what a cached answer costs would otherwise go into
//! the dynamic loader, for a process that lives for half a millisecond.
//!
//! Only the program is linked so, not its tests or macros, which is why this is here and no flag of the whole build's.
//! `rustc` names the C library and its companions as shared ones; of each, a linker script found before it names the
//! archive in its place. A system without the archives, and a build without the feature `static`, gets the usual link.
//!
//! The price is that the program's own image lies at an address that is known; stack, heap and what is mapped do not. A
//! position that is not fixed would cost about a tenth more for its relocations, of which the hit needs none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// What `rustc` links a program with, and the archive in the place of each. All but the first two have been empty
/// since glibc 2.34, and part of `libc.a`.
const LIBRARIES: [(&str, &str); 7] = [
    ("gcc_s", "gcc_eh"),
    ("c", "c"),
    ("m", "m"),
    ("dl", "dl"),
    ("pthread", "pthread"),
    ("rt", "rt"),
    ("util", "util"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(bare_start, linked_statically)");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|own| own == value);
    if !is("CARGO_CFG_TARGET_OS", "linux") {
        return;
    }
    let (is_gnu, is_musl) = (
        is("CARGO_CFG_TARGET_ENV", "gnu"),
        is("CARGO_CFG_TARGET_ENV", "musl"),
    );
    if is_gnu || is_musl {
        println!("cargo::rustc-cfg=bare_start");
    }
    if is_musl {
        println!("cargo::rustc-cfg=linked_statically");
    }
    if !is_gnu {
        return;
    }
    let is_native = env::var("HOST") == env::var("TARGET");
    if !is_native || env::var_os("CARGO_FEATURE_STATIC").is_none() {
        return;
    }
    match LIBRARIES.iter().find(|(_, name)| archive(name).is_none()) {
        Some((_, name)) => println!(
            "cargo::warning=lib{name}.a is not installed (glibc-static, libc6-dev): the program is linked dynamically, \
             and starts more slowly"
        ),
        None if !has_services() => println!(
            "cargo::warning=glibc is older than 2.34: the program is linked dynamically, and starts more slowly"
        ),
        None => link_statically(),
    }
}

/// The archive of this name, as the compiler finds it, which links for `rustc`.
fn archive(name: &str) -> Option<PathBuf> {
    let name = format!("-print-file-name=lib{name}.a");
    let output = Command::new("cc").arg(name).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    // It repeats the name where it finds none.
    path.is_absolute().then_some(path)
}

/// Whether the C library itself can look up users and hosts: since 2.34, when `libpthread.a` became an archive of nothing.
/// Before, it loads shared objects even for `/etc/hosts`, which a static program should not.
fn has_services() -> bool {
    const NOTHING: &str = "!<arch>\n";
    let threads = archive("pthread").and_then(|path| fs::read(path).ok());
    threads.is_some_and(|threads| threads == NOTHING.as_bytes())
}

fn link_statically() {
    let directory = PathBuf::from(env::var_os("OUT_DIR").expect("cargo gives a directory"));
    let scripts = write_scripts(&directory);
    scripts.expect("cargo's directory can be written");
    println!("cargo::rustc-cfg=linked_statically");
    for argument in ["-static", "-no-pie"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    println!("cargo::rustc-link-arg-bins=-L{}", directory.display());
}

fn write_scripts(directory: &Path) -> io::Result<()> {
    LIBRARIES.iter().try_for_each(|(library, archive)| {
        let script = format!("INPUT(-l:lib{archive}.a)\n");
        fs::write(directory.join(format!("lib{library}.so")), script)
    })
}
