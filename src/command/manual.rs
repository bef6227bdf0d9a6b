//! `credential man`: the manual page of the program, or of one of its commands, in troff.
//!
//! Specification: man(7), and man-pages(7) for the names and the order of the sections.

mod troff;

use clap::{Arg, Command};

use self::troff::Page;
use crate::cli::help::{self, Chapter, Form, PROGRAM};
use crate::error::{Error, Result, typed};
use crate::reply::Reply;
use crate::secret::Secret;

/// The beginning of the headings of keys.
const KEYS: &str = "Keys ";

/// Prints the page of the command called `name`, or of the program.
pub(crate) fn run(name: Option<&str>) -> Result<Reply> {
    let mut root = help::described();
    root.build();
    let text = match name {
        None => program(&mut root),
        Some(name) => {
            let is_shown = |command: &&mut Command| {
                command.get_name() == name && !command.is_hide_set() && name != "help"
            };
            let mut commands = root.get_subcommands_mut();
            command(commands.find(is_shown).ok_or_else(|| no_command(name))?)
        }
    };
    Ok(Reply::answer(Secret::new(text)))
}

fn no_command(name: &str) -> Error {
    let error = Error::usage(format!("no command is called {}", typed(name)));
    error.hint("credential --help")
}

fn program(root: &mut Command) -> String {
    let mut page = begin("credential", root);
    page.section("COMMANDS");
    for (heading, rows) in help::groups(root) {
        page.subsection(heading);
        for (name, about) in rows {
            page.row(&format!("credential {name}"), &about);
        }
    }
    page.section("OPTIONS");
    options(&mut page, root);
    chapters(&mut page, PROGRAM);
    page.section("FILES");
    page.row(
        "~/.config/alb-credential/config.toml",
        "The configuration: credential-config(1) has its keys. `credential config path` prints where it is.",
    );
    page.row(
        "~/.cache/alb-credential/",
        "The cache, with the sessions that all your processes share. It is yours alone.",
    );
    let names: Vec<&str> = root
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(Command::get_name)
        .collect();
    let pages = names
        .iter()
        .filter(|name| **name != "help")
        .map(|name| format!("credential-{name}(1)"));
    page.section("SEE ALSO");
    page.text(&pages.collect::<Vec<_>>().join(", "));
    page.end()
}

fn command(command: &mut Command) -> String {
    let name = command.get_name().to_owned();
    let mut page = begin(&format!("credential-{name}"), command);
    let parts: Vec<_> = command
        .get_subcommands()
        .filter(|part| part.get_name() != "help")
        .collect();
    if !parts.is_empty() {
        page.section("COMMANDS");
        for part in parts {
            let about = part.get_long_about().or_else(|| part.get_about());
            page.row(
                &format!("credential {name} {}", part.get_name()),
                &words(about),
            );
        }
    }
    page.section("OPTIONS");
    options(&mut page, command);
    chapters(&mut page, &name);
    page.section("SEE ALSO");
    page.text("credential(1) has the list of commands, the exit codes and the variables.");
    page.end()
}

/// Begins a page: its name, how it is called, and what it does.
fn begin(title: &str, command: &mut Command) -> Page {
    let mut page = Page::begin(title, env!("CARGO_PKG_VERSION"));
    page.section("NAME");
    page.text(&format!("{title} - {}", lower(&words(command.get_about()))));
    page.section("SYNOPSIS");
    let usage = command.render_usage().to_string();
    page.call(usage.trim_start_matches("Usage: "));
    page.section("DESCRIPTION");
    let about = words(command.get_long_about().or_else(|| command.get_about()));
    for paragraph in about.split("\n\n") {
        page.paragraph(&format!("{}.", paragraph.trim_end_matches('.')));
    }
    page
}

/// Returns words as a part of a sentence, but for a name at their beginning.
fn lower(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest
        .next()
        .map(|first| first.to_lowercase().collect::<String>());
    format!("{}{}", first.unwrap_or_default(), rest.as_str())
}

fn words(words: Option<&clap::builder::StyledStr>) -> String {
    words.map(ToString::to_string).unwrap_or_default()
}

/// Writes the arguments, and then the options.
fn options(page: &mut Page, command: &Command) {
    let (arguments, options): (Vec<&Arg>, Vec<&Arg>) = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .partition(|argument| argument.is_positional());
    for argument in arguments.into_iter().chain(options) {
        let help = argument.get_long_help().or_else(|| argument.get_help());
        page.row(&head(argument), &words(help));
        let values: Vec<_> = argument.get_possible_values();
        if argument.get_action().takes_values() && values.len() > 1 {
            let rows = values
                .iter()
                .map(|value| (value.get_name(), words(value.get_help())));
            page.values(rows);
        }
    }
}

/// Returns an argument as it is typed: `-v, --verbose`, `--as FORMAT`, `APP|URL`.
fn head(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    let value = names.join(" ");
    let range = argument.get_num_args().unwrap_or_default();
    let value = match (argument.is_positional(), range.takes_values()) {
        (true, _) => return value,
        (_, false) => String::new(),
        _ if range.min_values() == 0 => format!("[={value}]"),
        _ => format!(" {value}"),
    };
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    format!("{}{value}", names.join(", "))
}

fn chapters(page: &mut Page, name: &str) {
    for chapter in help::chapters(name) {
        let Chapter {
            heading,
            form,
            rows,
            note,
        } = chapter;
        match heading.starts_with(KEYS) {
            true => keys(page, heading),
            false => page.section(&title(heading)),
        }
        for (name, words) in rows {
            match form {
                Form::Columns => page.row(name, words),
                Form::Lines => page.example(name, words),
            }
        }
        if let Some(note) = note {
            page.paragraph(note);
        }
    }
}

/// Begins the keys of one table, which are a part of what is said about the file.
fn keys(page: &mut Page, heading: &str) {
    if heading.contains("at the top") {
        page.section("CONFIGURATION FILE");
    }
    page.subsection(heading);
}

/// Returns the name that a section of a manual has.
fn title(heading: &str) -> String {
    match heading {
        "Exit codes" => "EXIT STATUS".to_owned(),
        "Variables" => "ENVIRONMENT".to_owned(),
        "Example" => "EXAMPLES".to_owned(),
        heading => heading.to_uppercase(),
    }
}
