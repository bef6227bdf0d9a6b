//! The texts are whole, and fit the screen.

use clap::Parser as _;

use super::{PROGRAM, chapters, described, examples, groups, keys};
use crate::cli::Cli;
use crate::settings::TABLES;

/// Returns the commands that a person sees.
fn commands() -> Vec<String> {
    let root = described();
    let shown = root
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    shown.map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn each_command_is_in_one_group() {
    let grouped = groups(&described()).into_iter().flat_map(|(_, rows)| rows);
    let mut grouped: Vec<String> = grouped.map(|(name, _)| name).collect();
    let mut all = commands();
    all.push("help".to_owned());
    grouped.sort();
    all.sort();
    assert_eq!(grouped, all);
}

#[test]
fn each_key_has_its_meaning() {
    for ((_, keys), (heading, known)) in keys::TABLES.iter().zip(TABLES.iter()) {
        let told: Vec<&str> = keys.iter().flat_map(|row| row.0.split(", ")).collect();
        let mut known = known.to_vec();
        known.sort_by_key(|key| told.iter().position(|told| told == key));
        assert_eq!(told, known, "{heading}");
    }
}

#[test]
fn each_command_has_an_example_that_can_be_parsed() {
    for name in commands().iter().map(String::as_str).chain([PROGRAM]) {
        let chapter = examples::of(name);
        let own = format!("credential {name}");
        assert!(
            chapter.rows.iter().any(|row| row.0.contains(&own)),
            "{name}"
        );
        for (line, _) in chapter.rows {
            let (_, call) = line.split_once("credential ").expect("a call");
            let call = call
                .split([')', '|', '<', '>', ';'])
                .next()
                .unwrap_or_default();
            let words = shlex::split(call).unwrap_or_else(|| vec!["help".to_owned()]);
            let words = std::iter::once("credential".to_owned()).chain(words);
            let parsed = Cli::try_parse_from(words);
            assert!(parsed.is_ok(), "{line}: {}", parsed.expect_err("it failed"));
        }
    }
}

#[test]
fn no_text_is_wider_than_a_terminal() {
    let mut root = described();
    root.build();
    for command in std::iter::once(&root).chain(root.get_subcommands()) {
        for text in [
            command.clone().render_help(),
            command.clone().render_long_help(),
        ] {
            let text = text.to_string();
            let wide = text.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{}", command.get_name());
        }
    }
    assert!(chapters("config").len() > 4);
}
