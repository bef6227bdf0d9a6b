//! The configuration as a whole: what a person writes, and what comes of it.

mod addition;
mod file;
mod find;
mod from_environment;
mod grammar;
mod mistakes;
mod random;
mod secrets;
mod storage;

use std::path::Path;

use super::Settings;
use crate::error::{Error, Result};

/// Where the files of these tests would be.
const PATH: &str = "/home/ada/.config/alb-credential/config.toml";

/// An org and nothing else, for tests of apps: four lines.
const CORP: &str =
    "[org.corp]\nurl = \"https://corp.okta.com\"\nusername = \"ada@corp.example\"\n\n";

fn parse(text: &str) -> Result<Settings> {
    super::file::parse(Path::new(PATH), text)
}

fn settings(text: &str) -> Settings {
    parse(text).unwrap_or_else(|error| panic!("{}", error.to_text()))
}

/// The error that `text` gives, as a person sees it but for the name of the program and the directory.
fn mistake(text: &str) -> String {
    let error = parse(text).expect_err(text);
    assert_eq!(error.kind.exit_code(), 2, "{text}");
    shown(&error)
}

fn shown(error: &Error) -> String {
    let text = error.to_text();
    let text = text.trim_start_matches("credential: ").trim_end();
    text.replace("/home/ada/.config/alb-credential/", "")
}
