//! The parsers under libFuzzer: `PARSER=git fuzz [OPTION…] DIRECTORY…`, see README.md.
//!
//! The program is a binary and has no library that could be linked here, so its modules are this crate's own: `build.rs`
//! reads their list off `src/main.rs`. What has to hold of a parser is in `parsers`, which the program's tests compile
//! too; a change that breaks it is noticed there, without this crate.

#![no_main]
#![allow(
    dead_code,
    unused_imports,
    reason = "what only the program's own main and tests use is of no use here"
)]

include!(concat!(env!("OUT_DIR"), "/modules.rs"));
mod parsers;

use std::sync::LazyLock;

static HOLDS: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("PARSER").unwrap_or_default();
    let named = parsers::ALL.iter().find(|parser| parser.0 == wanted);
    named
        .unwrap_or_else(|| panic!("PARSER={wanted}: no such parser"))
        .1
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| HOLDS(input));
