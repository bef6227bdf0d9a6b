//! The commands in groups, as the help and the manual list them.

use std::fmt::Write as _;

use clap::Command;

/// Each group: its heading, and its commands in the order in which a person meets them.
const GROUPS: [(&str, &[&str]); 3] = [
    (
        "Start here",
        &["add", "get", "login", "status", "doctor", "logout"],
    ),
    (
        "Have other programs ask by themselves",
        &["setup", "shell", "exec", "go"],
    ),
    (
        "More",
        &[
            "list",
            "config",
            "store",
            "erase",
            "completions",
            "man",
            "help",
        ],
    ),
];

/// The names of commands in a group, with what each does.
pub(crate) type Rows = Vec<(String, String)>;

/// Returns each group of the commands of `root`: its heading and its rows.
pub(crate) fn groups(root: &Command) -> Vec<(&'static str, Rows)> {
    let about = |name: &str| match root.find_subcommand(name) {
        Some(command) => command.get_about().map(ToString::to_string),
        // clap adds it when it parses.
        None => Some("Print this help, or that of a command".to_owned()),
    };
    let rows = |names: &[&str]| {
        let row = |name: &&str| (name.to_string(), about(name).unwrap_or_default());
        names.iter().map(row).collect()
    };
    GROUPS.map(|(heading, names)| (heading, rows(names))).into()
}

/// Returns the form of the program's own help.
pub(super) fn template(root: &Command) -> String {
    let mut text = "{about-with-newline}\nUsage: credential COMMAND [OPTIONS]\n".to_owned();
    for (heading, rows) in groups(root) {
        let _ = write!(text, "\n{heading}:");
        for (name, about) in rows {
            let _ = write!(text, "\n  {name:13}{about}");
        }
        text.push('\n');
    }
    text + "\nOptions:\n{options}{after-help}"
}
