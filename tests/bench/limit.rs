//! The physical limit: a program that opens the entry, reads it and writes as much as the answer is, with no more than
//! the C library.

use std::process::{Command, Stdio};

use crate::place::Place;

const SOURCE: &str = r"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) {
    static char text[65536];
    if (argc != 3) return 2;
    int file = open(argv[1], O_RDONLY);
    ssize_t length = read(file, text, sizeof text), wanted = atol(argv[2]);
    return length >= wanted && write(1, text, wanted) == wanted ? 0 : 1;
}
";

/// How it is linked: a name and the compiler's arguments.
pub(crate) const STATIC: (&str, &[&str]) = ("limit-static", &["-O2", "-static"]);
pub(crate) const DYNAMIC: (&str, &[&str]) = ("limit-dynamic", &["-O2"]);

/// The program for an `answer` that the cache of `place` is warm with, if there is a compiler.
pub(crate) fn limit(
    place: &Place,
    answer: &str,
    (name, arguments): (&str, &[&str]),
) -> Option<Command> {
    let source = place.write("limit.c", SOURCE);
    let built = place.path(&format!("{name}.built"));
    let mut compiler = Command::new("cc");
    compiler.args(arguments).arg("-o").arg(&built).arg(source);
    let status = compiler.stderr(Stdio::null()).status();
    status.ok().filter(std::process::ExitStatus::success)?;
    // As every program here it is a copy, and not what a linker has written piece by piece.
    let program = place.path(name);
    std::fs::copy(built, &program).expect("it is copied");
    let mut command = place.command(program);
    command.arg(place.entry()).arg(answer.len().to_string());
    Some(command)
}
