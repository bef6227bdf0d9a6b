//! The program `credential`. The library does its work; here is how its process starts.
#![cfg_attr(bare_start, no_main)]

mod memory;
#[cfg(bare_start)]
mod start;

#[cfg(not(bare_start))]
fn main() -> std::process::ExitCode {
    alb_credential::run(&std::env::args_os().collect::<Vec<_>>()).into()
}
