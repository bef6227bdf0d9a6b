//! `credential config`: where the configuration is, whether it is right, and how a person changes it.

mod edit;

use crate::caller_policy::Questions;
use crate::cli::{Config, ConfigAction};
use crate::environment::{self, Variables};
use crate::error::{Error, Result, is_control};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::settings::{ConfigText, Settings};
use crate::terminal::Terminal;

/// `credential config`.
pub(crate) fn run(arguments: &Config, verbosity: u8) -> Result<Reply> {
    let variables = Variables::of_process()?;
    let terminal = Terminal::new(verbosity, Questions::Allowed, variables.silenced_by);
    match arguments.action {
        ConfigAction::Path => path(terminal, &variables),
        ConfigAction::Check => check(terminal, &variables),
        ConfigAction::Edit => edit::run(terminal, &variables),
    }
}

/// Prints the file's path. Where variables are the whole configuration, says that the file is not read.
fn path(terminal: Terminal, variables: &Variables) -> Result<Reply> {
    let path = ConfigText::path(variables)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    // A changed path would name another file, and this one could command a terminal.
    let is_plain = |path: &&str| !path.contains(is_control);
    let path = path.to_str().filter(is_plain).ok_or_else(|| {
        let error =
            Error::usage("the path of the configuration cannot be printed as a line of text");
        error.hint(format!("name another file in {}", environment::CONFIG.name))
    })?;
    if variables.org_url.is_some() {
        let name = environment::ORG_URL.name;
        terminal.notice(&format!(
            "{name} is set: variables are the whole configuration, and this file is not read"
        ));
    }
    Ok(Reply::answer(Secret::new(format!("{path}\n"))))
}

fn check(terminal: Terminal, variables: &Variables) -> Result<Reply> {
    let settings = Settings::load(variables)?;
    settings.check_begun(variables)?;
    tell_right(terminal, &settings);
    Ok(Reply::silent())
}

/// Says to a person what there is. A script has the exit code.
fn tell_right(terminal: Terminal, settings: &Settings) {
    if terminal.is_attended() {
        let apps = count(settings.apps.len(), "app");
        let orgs = count(settings.orgs.len(), "org");
        terminal.notice(&format!("the configuration is right: {apps}, {orgs}"));
    }
}

fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_is_singular() {
        let counts = [0, 1, 2].map(|number| super::count(number, "app"));
        assert_eq!(counts, ["0 apps", "1 app", "2 apps"]);
    }
}
