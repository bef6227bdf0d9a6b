//! The texts of the help and of the manual: groups of commands, examples, keys, variables, exit codes.
//!
//! They are made for a person who reads them, and never for a call that only has to be parsed.

mod chapter;
mod examples;
mod groups;
mod keys;

use clap::CommandFactory as _;

use super::Cli;
use crate::environment;
pub(crate) use chapter::{Chapter, Form, unbroken};
pub(crate) use groups::groups;

/// The name of the program's own chapters, where a command's are found by its name.
pub(crate) const PROGRAM: &str = "";

/// Returns the command line with all its texts.
pub(crate) fn described() -> clap::Command {
    let mut root = Cli::command();
    let names: Vec<String> = root
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    for name in names {
        root = root.mut_subcommand(&name, |command| with_chapters(command, &name));
    }
    let template = groups::template(&root);
    with_chapters(root, PROGRAM)
        .help_template(template)
        .mut_arg("verbose", |argument| argument.display_order(100))
}

/// Adds the chapters: all of them to `--help`, and the examples alone to `-h`.
fn with_chapters(command: clap::Command, name: &str) -> clap::Command {
    let text = |chapters: &[Chapter]| {
        let texts: Vec<String> = chapters.iter().map(Chapter::to_help).collect();
        texts.join("\n\n")
    };
    let all = chapters(name);
    command
        .after_help(text(&all[..1]))
        .after_long_help(text(&all))
}

/// Returns the chapters of the command called `name`, or of [`PROGRAM`]. The examples are the first.
pub(crate) fn chapters(name: &str) -> Vec<Chapter> {
    let mut all = vec![examples::of(name)];
    match name {
        PROGRAM => all.extend([exit_codes(), variables()]),
        "config" => {
            all.extend(keys::tables());
            all.push(variables());
        }
        "exec" => all.extend(of_exec()),
        "get" | "add" | "doctor" | "login" | "setup" => all.push(exit_codes()),
        _ => {}
    }
    all
}

fn exit_codes() -> Chapter {
    Chapter::columns(
        "Exit codes",
        [
            ("0", "answer given"),
            ("1", "other failure"),
            ("2", "usage or configuration"),
            ("3", "a person is needed"),
            ("4", "no such app"),
            ("5", "refused by Okta or the ALB"),
            ("6", "network, timeout, server trouble"),
        ],
    )
}

fn variables() -> Chapter {
    let all = environment::ALL.iter().chain(&environment::OTHERS);
    let rows = all.map(|variable| (variable.name, variable.about));
    Chapter::columns("Variables", rows)
}

/// The variables that `exec` gives its command, and its exit status.
fn of_exec() -> [Chapter; 2] {
    let lent = [
        ("CREDENTIAL_URL", "the app's URL"),
        ("CREDENTIAL_COOKIE", "the value of the Cookie header"),
        (
            "CREDENTIAL_HEADER_FILE",
            "a file with the header line: curl -H @FILE",
        ),
        (
            "CREDENTIAL_JAR",
            "a cookie file: curl -b, wget --load-cookies, Python's MozillaCookieJar",
        ),
    ];
    let ends = [
        ("126", "the command cannot be started"),
        ("127", "the command is not found"),
        (
            "1 to 6",
            "those of `credential get`, if there is no session; the command does not run then",
        ),
        ("any other", "the command's own"),
    ];
    [
        Chapter::columns("Variables of the command", lent)
            .with_note("The command does not get the variables that hold a password or a seed."),
        Chapter::columns("Exit codes", ends),
    ]
}

#[cfg(test)]
mod tests;
