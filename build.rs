//! Links the program statically, at a fixed address: more than half of what a cached answer costs would otherwise go into
//! the dynamic loader, for a process that lives for half a millisecond.
//!
//! Only the program is linked so, not its tests or macros, which is why this is here and no flag of the whole build's.
//! `rustc` names the C library and its companions as shared ones; of each, a linker script found before it names the
//! archive in its place. A system without the archives, and a build without the feature `static`, gets the usual link.
//!
//! The price is that the program's own image lies at an address that is known; stack, heap and what is mapped do not. A
//! position that is not fixed would cost about a tenth more for its relocations, of which the hit needs none.
//!
//! The linker puts the functions of a cached answer next to each other: [`gather_hit`].

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

/// The functions that a cached answer runs, each by a part of its symbol; `*` stands for anything. Compilers make symbols of
/// paths in two ways, and both are here. Those with many instances come last.
const HIT: [&str; 76] = [
    "14alb_credential7command6helper3get",
    "14alb_credential7command6helper6answer",
    "14alb_credential7command6helper6cached",
    "alb_credential..dialect..plain..",
    "14alb_credential7dialect5plain",
    "14alb_credential3app*6Target5parse",
    "14alb_credential11environment*9Variables8of_files",
    "14alb_credential11environment11check_cache",
    "14alb_credential5paths",
    "14alb_credential10file_stamp",
    "14alb_credential3get9fast_path",
    "14alb_credential5store3key",
    "14alb_credential5store4file*9FileStore4text",
    "14alb_credential5store4file11permissions4unix",
    "14alb_credential5store4fast",
    "14alb_credential7session",
    "14alb_credential6output6cookie",
    "14alb_credential15standard_stream",
    "14alb_credential8terminal14write_laid_out",
    "drop_in_place*alb_credential..environment..",
    "9drop_glue*11environment*Variables",
    "drop_in_place*alb_credential..served_session..",
    "9drop_glue*14served_session",
    "drop_in_place*alb_credential..dialect..",
    "9drop_glue*14alb_credential7dialect",
    "drop_in_place*..BTreeMap$LT$alloc..string..String$C$alloc..string..String$GT$$GT$",
    "9drop_glueINtNtNtNtC*8BTreeMapNtNtB*_6string6StringB",
    "4time*14OffsetDateTime",
    "time..offset_date_time..OffsetDateTime*core..ops..arith",
    "4time*13PlainDateTime",
    "4time*14SignedDuration11seconds_f64",
    "4time7parsing8parsable*22parse_offset_date_time",
    "credential6memory",
    "10credential..memory..",
    "15zeroizing_alloc",
    "7___rustc",
    "5alloc7raw_vec*6System",
    "5alloc3str17join_generic_copy",
    "5alloc3fmt6format",
    "5alloc6string*3fmt7Display3fmt",
    "5alloc6string*15from_utf8_lossy",
    "4core3fmt5write",
    "4core3fmt*9Formatter3pad",
    "4core3fmt*9Formatter12pad_integral",
    "4core3fmt3num*10__fmt_inner",
    "4core3str8converts9from_utf8",
    "4core3str5lossy",
    "4core3str7pattern*15is_contained_in",
    "4core3str7pattern*12CharSearcher*10next_match",
    "4core3num*7FromStr8from_str",
    "specialized_div_rem12u128_div_rem",
    "3std3sys4sync4once5futex",
    "3std3sys2fs8metadata",
    "3std3sys2fs16symlink_metadata",
    "3std3sys2fs4unix9try_statx",
    "3std3sys2fs4unix*6open_c",
    "3std2fs*11OpenOptions5__open",
    "3std4path*10Components*9next_back",
    "3std4path*10Components25parse_next_component_back",
    "3std4path*4Path5__join",
    "3std3sys4args4unix",
    "3std3sys3env4unix",
    "3std3env7__var_os",
    "3std3sys3pal4unix4time",
    "3std4time*10SystemTime3now",
    "3std4sync4once4Once15call_once_force",
    "3std4sync9once_lock*10initialize",
    "5alloc7raw_vec*21do_reserve_and_handle",
    "5alloc7raw_vec*11finish_grow",
    "5alloc6string*3fmt5Write9write_str",
    "RF$T$u20$as$u20$core..fmt..Display$GT$3fmt",
    "4core3fmtReNtB*7Display3fmt",
    "4core3fmt3num*3fmt",
    "3std3sys12thread_local",
    "27bulk_build_from_sorted_iter",
    "14alb_credential3run",
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
        gather_hit();
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

/// Has the linker put the functions of [`HIT`] next to each other. Each part of the program that is run for the first time
/// costs a page fault, which maps 64 KiB: dozens, where those functions lie among all others. One that is missing in the
/// list, or that a compiler names otherwise, costs as much as before.
fn gather_hit() {
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    let chosen =
        ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_LINKER"].map(|name| env::var(name).unwrap_or_default());
    // GNU ld and LLD read the script; these do not.
    let others = ["gold", "mold", "wild"];
    if chosen
        .iter()
        .any(|words| others.iter().any(|name| words.contains(name)))
    {
        return;
    }
    let sections = HIT
        .map(|function| format!("*(.text.*{function}*)\n"))
        .concat();
    let script = format!("SECTIONS {{ .text.hit : {{\n{sections}}} }}\nINSERT BEFORE .text;\n");
    let path = directory().join("hit.ld");
    fs::write(&path, script).expect("cargo's directory can be written");
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", path.display());
}

fn directory() -> PathBuf {
    PathBuf::from(env::var_os("OUT_DIR").expect("cargo gives a directory"))
}

fn link_statically() {
    let directory = directory();
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
