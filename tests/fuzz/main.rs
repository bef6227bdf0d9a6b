//! The parsers under libFuzzer: `PARSER=git fuzz [OPTION…] DIRECTORY…`, see README.md.
//!
//! The library exports its parsers' promises to this crate alone, as `fuzzing::ALL`. The program's own tests try them too,
//! so that a change which breaks one is noticed without this crate.

#![no_main]

use std::sync::LazyLock;

use alb_credential::fuzzing::ALL;

static HOLDS: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("PARSER").unwrap_or_default();
    let named = ALL.iter().find(|parser| parser.0 == wanted);
    named
        .unwrap_or_else(|| panic!("PARSER={wanted}: no such parser"))
        .1
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| HOLDS(input));
