//! Writes down the modules of the program, as `src/main.rs` lists them, with the paths of their files.

use std::path::Path;
use std::{env, fs};

fn main() {
    let manifest = env::var("CARGO_MANIFEST_DIR").expect("cargo names it");
    let program = Path::new(&manifest).join("../../src");
    let main = program.join("main.rs");
    println!("cargo::rerun-if-changed={}", main.display());
    let main = fs::read_to_string(main).expect("the program has a main.rs");
    let names = main
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let names: Vec<&str> = names
        .filter(|name| program.join(format!("{name}.rs")).exists() || program.join(name).exists())
        .collect();
    let modules: String = names
        .iter()
        .map(|name| format!("    pub(crate) mod {name};\n"))
        .collect();
    // A module of its own, because only so the files' own modules are looked for where they are.
    let names = names.join(", ");
    let modules =
        format!("#[path = {program:?}]\nmod program {{\n{modules}}}\nuse program::{{{names}}};\n");
    let out = env::var("OUT_DIR").expect("cargo names it");
    fs::write(Path::new(&out).join("modules.rs"), modules).expect("OUT_DIR can be written");
}
