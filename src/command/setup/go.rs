//! Go: a command in GOAUTH, which Go asks for headers before its first request (`go help goauth`, since Go 1.24).
//!
//! go keeps the value itself, by `go env -w`. It is a list with semicolons, whose earlier commands win, and without one
//! it is `netrc`; `off` may only stand alone.

use super::plan::{Change, Line, Plan};
use super::program::Call;
use super::{Wish, place};
use crate::command::words::typed;
use crate::error::{Error, Result, foreign};
use crate::settings::variables;

/// The first version that knows GOAUTH.
const FIRST: (u32, u32) = (1, 24);
const DEFAULT: &str = "netrc";

/// Asks go, looks at PATH, and plans.
pub(super) fn plan(wish: &Wish<'_>) -> Result<Plan> {
    let urls = urls(wish)?;
    let value = ask(&urls)?;
    let list = List::parse(&value);
    if wish.undo {
        return Ok(undo(&list, &urls));
    }
    place("credential", wish)?.check_program()?;
    if list.commands == ["off"] {
        let error = Error::usage("GOAUTH is off, which may only stand alone");
        return Err(error.hint("if go may ask for credentials: go env -u GOAUTH"));
    }
    let mut lines = write(&list, &urls, &value);
    if variables::foreign("GOAUTH").is_some_and(|value| !value.is_empty()) {
        let note = "the variable GOAUTH is set, and go takes it instead: unset it";
        lines.push(Line::Note(note.into()));
    }
    Ok(Plan(lines))
}

/// The URLs of the apps, as they can stand in GOAUTH.
fn urls(wish: &Wish<'_>) -> Result<Vec<String>> {
    let mut urls = Vec::new();
    for app in &wish.apps {
        let url = app.site.url();
        if url.contains([';', '\'', '"', ' ']) {
            let message = format!(
                "the URL of {} has a character that GOAUTH cannot hold",
                app.name
            );
            return Err(Error::usage(message));
        }
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    Ok(urls)
}

/// What go keeps as GOAUTH, if it is new enough to have it.
fn ask(urls: &[String]) -> Result<String> {
    let by_hand = |error: Error| {
        let value = typed(&format!("{}; {DEFAULT}", command(urls)));
        error.hint(format!("by hand: set the variable GOAUTH={value}"))
    };
    let said = Call::go(&["env", "GOVERSION", "GOENV", "GOAUTH"]).run();
    let said = said.map_err(by_hand)?;
    let mut lines = said.lines().map(str::trim);
    let mut next = || lines.next().unwrap_or_default();
    let (version, file, value) = (next(), next(), next());
    if number(version).is_none_or(|number| number < FIRST) {
        let message = format!(
            "GOAUTH is known to Go 1.24 and newer, and this is {}",
            foreign(version)
        );
        return Err(Error::usage(message));
    }
    if file.is_empty() {
        // go env -w would write its file all the same, and go not read it.
        return Err(by_hand(Error::usage(
            "GOENV is off, so go keeps no settings",
        )));
    }
    Ok(value.to_owned())
}

/// The first two parts of a version such as `go1.24.3`, `go1.25rc1` or `devel go1.26-0a1b2c`.
fn number(version: &str) -> Option<(u32, u32)> {
    let (_, number) = version.split_once("go")?;
    let (major, rest) = number.split_once('.')?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, digits.parse().ok()?))
}

/// The commands of GOAUTH.
#[derive(Debug, PartialEq, Eq)]
struct List {
    commands: Vec<String>,
}

impl List {
    fn parse(value: &str) -> Self {
        let commands = value
            .split(';')
            .map(str::trim)
            .filter(|command| !command.is_empty());
        Self {
            commands: commands.map(str::to_owned).collect(),
        }
    }

    /// The URLs of our own command, where there is one.
    fn own(&self) -> Option<Vec<String>> {
        let urls = self.commands.iter().find_map(|command| own(command))?;
        Some(urls.map(str::to_owned).collect())
    }

    /// The value with a command of ours for `urls`, in the place of the one that is there, else before all others.
    fn with(&self, urls: &[String]) -> String {
        let others = || {
            self.commands
                .iter()
                .filter(|command| own(command).is_none())
                .cloned()
        };
        let ours = (!urls.is_empty()).then(|| command(urls));
        ours.into_iter()
            .chain(others())
            .collect::<Vec<_>>()
            .join("; ")
    }
}

/// The URLs of `command`, if it is ours.
fn own(command: &str) -> Option<impl Iterator<Item = &str>> {
    let mut words = command.split_ascii_whitespace();
    (words.next() == Some("credential") && words.next() == Some("go")).then_some(words)
}

fn command(urls: &[String]) -> String {
    format!("credential go {}", urls.join(" "))
}

fn write(list: &List, urls: &[String], value: &str) -> Vec<Line> {
    let mut all = list.own().unwrap_or_default();
    let before = all.len();
    for url in urls {
        if !all.contains(url) {
            all.push(url.clone());
        }
    }
    if all.len() == before {
        return vec![Line::There(format!("GOAUTH={value}"))];
    }
    vec![keep(&list.with(&all))]
}

fn undo(list: &List, urls: &[String]) -> Plan {
    let all = list.own().unwrap_or_default();
    let left: Vec<String> = all
        .iter()
        .filter(|url| !urls.contains(url))
        .cloned()
        .collect();
    if left.len() == all.len() {
        return Plan::default();
    }
    let value = list.with(&left);
    Plan(vec![match value.as_str() {
        "" | DEFAULT => Line::Change(Change::Call(Call::go(&["env", "-u", "GOAUTH"]))),
        value => keep(value),
    }])
}

fn keep(value: &str) -> Line {
    let assignment = format!("GOAUTH={value}");
    Line::Change(Change::Call(Call::go(&["env", "-w", &assignment])))
}

#[cfg(test)]
mod tests {
    use super::{List, Plan, number, undo, write};

    const A: &str = "https://a.example";
    const B: &str = "https://b.example/x";

    fn after(value: &str, urls: &[&str], is_undo: bool) -> String {
        let urls: Vec<String> = urls.iter().map(|&url| url.to_owned()).collect();
        let list = List::parse(value);
        let plan = match is_undo {
            true => undo(&list, &urls),
            false => Plan(write(&list, &urls, value)),
        };
        plan.to_text().trim_end().to_owned()
    }

    #[test]
    fn ours_comes_first_and_the_others_stay_in_their_order() {
        for (value, urls, text) in [
            (
                "netrc",
                &[A][..],
                "go      env -w 'GOAUTH=credential go https://a.example; netrc'",
            ),
            (
                "git /x; netrc ;credential go https://a.example",
                &[B],
                "go      env -w 'GOAUTH=credential go https://a.example https://b.example/x; git /x; netrc'",
            ),
            (
                "credential go https://a.example; netrc",
                &[A],
                "there   GOAUTH=credential go https://a.example; netrc",
            ),
            (
                "",
                &[A, B],
                "go      env -w 'GOAUTH=credential go https://a.example https://b.example/x'",
            ),
        ] {
            assert_eq!(after(value, urls, false), text, "{value}");
        }
    }

    #[test]
    fn an_undo_takes_out_what_is_ours() {
        for (value, urls, text) in [
            ("netrc", &[A][..], ""),
            ("credential go https://b.example/x; netrc", &[A], ""),
            (
                "credential go https://a.example; netrc",
                &[A],
                "go      env -u GOAUTH",
            ),
            (
                "credential go https://a.example",
                &[A],
                "go      env -u GOAUTH",
            ),
            (
                "credential go https://a.example https://b.example/x; git /x; netrc",
                &[A],
                "go      env -w 'GOAUTH=credential go https://b.example/x; git /x; netrc'",
            ),
            (
                "credential go https://a.example; git /x",
                &[A],
                "go      env -w 'GOAUTH=git /x'",
            ),
        ] {
            assert_eq!(after(value, urls, true), text, "{value}");
        }
    }

    #[test]
    fn versions_are_compared_by_number() {
        for (version, expected) in [
            ("go1.24", Some((1, 24))),
            ("go1.9.7", Some((1, 9))),
            ("go1.25rc1", Some((1, 25))),
            ("devel go1.26-0a1b2c Mon Jan 5", Some((1, 26))),
            ("gccgo", None),
        ] {
            assert_eq!(number(version), expected, "{version}");
        }
    }
}
