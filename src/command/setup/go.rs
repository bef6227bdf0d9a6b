//! Go: a command in GOAUTH, which Go runs for headers before its first request (`go help goauth`, since Go 1.24).
//!
//! `go env -w` stores the value: commands with semicolons between them, of which the first that answers wins. The default is
//! `netrc`; `off` must be the only one.

use super::plan::{Change, Line, Plan};
use super::program::ProgramCall;
use super::{SetupRequest, place};
use crate::environment;
use crate::error::{Error, Result, Untrusted, typed};
use crate::site::Site;

/// The first version that knows GOAUTH.
const FIRST: (u32, u32) = (1, 24);
const DEFAULT: &str = "netrc";

/// Asks go, looks at PATH, and plans.
pub(super) fn plan(request: &SetupRequest<'_>) -> Result<Plan> {
    let urls = urls(request)?;
    let value = ask(&urls)?;
    let list = List::parse(&value);
    let is_known = |url: &str| {
        let site = Site::parse(url);
        request
            .known
            .iter()
            .any(|app| Ok(&app.site) == site.as_ref())
    };
    if request.undo {
        return Ok(undo(&list, &urls, &is_known));
    }
    place("credential", request)?.check_program()?;
    if list.commands == ["off"] {
        let error = Error::usage("GOAUTH is off, which may only stand alone");
        return Err(error.hint("if go may ask for credentials: go env -u GOAUTH"));
    }
    let mut lines = write(&list, &urls, &value, &is_known);
    if environment::foreign("GOAUTH").is_some_and(|value| !value.is_empty()) {
        let note = "the variable GOAUTH is set, and go takes it instead: unset it";
        lines.push(Line::Note(note.into()));
    }
    Ok(Plan(lines))
}

/// The URLs of the apps, without characters that GOAUTH cannot hold.
fn urls(request: &SetupRequest<'_>) -> Result<Vec<String>> {
    let mut urls = Vec::new();
    for app in &request.apps {
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

/// The stored GOAUTH; an error if go is too old to know it.
fn ask(urls: &[String]) -> Result<String> {
    let by_hand = |error: Error| {
        let value = typed(&format!("{}; {DEFAULT}", command("credential", urls)));
        error.hint(format!("by hand: set the variable GOAUTH={value}"))
    };
    let said = ProgramCall::go(&["env", "GOVERSION", "GOENV", "GOAUTH"]).run();
    let said = said.map_err(by_hand)?;
    let mut lines = said.lines().map(str::trim);
    let mut next = || lines.next().unwrap_or_default();
    let (version, file, value) = (next(), next(), next());
    if number(version).is_none_or(|number| number < FIRST) {
        let message = format!(
            "GOAUTH is known to Go 1.24 and newer, and this is {}",
            Untrusted::new(version)
        );
        return Err(Error::usage(message));
    }
    if file.is_empty() {
        // `go env -w` would write its file, and go would not read it.
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

    /// The command of a setup: the first one with apps, and nothing but apps.
    fn own(&self, is_known: &dyn Fn(&str) -> bool) -> Option<Own> {
        let mut commands = self.commands.iter().enumerate();
        commands.find_map(|(at, command)| {
            let (program, urls) = named(command)?;
            let is_own = urls.iter().all(|url| is_known(url));
            is_own.then(|| Own {
                at,
                program: program.to_owned(),
                urls: urls.into_iter().map(str::to_owned).collect(),
            })
        })
    }

    /// The commands that ask this program for `url`.
    fn naming(&self, url: &str) -> impl Iterator<Item = (usize, &str)> {
        let commands = self.commands.iter().map(String::as_str).enumerate();
        commands
            .filter(move |(_, command)| named(command).is_some_and(|(_, urls)| urls.contains(&url)))
    }

    /// The value with a command for `urls` instead of `own`, or before all others.
    fn with(&self, own: Option<&Own>, urls: &[String]) -> String {
        let mut commands = self.commands.clone();
        let program = own.map_or("credential", |own| &own.program);
        let ours = (!urls.is_empty()).then(|| command(program, urls));
        let place = own.map_or(0..0, |own| own.at..own.at + 1);
        commands.splice(place, ours);
        commands.join("; ")
    }
}

/// The command of GOAUTH that a setup changes.
struct Own {
    /// Its place in the list.
    at: usize,
    /// The name or path of this program in it.
    program: String,
    urls: Vec<String>,
}

/// Program and URLs of `command`, if it runs this program with URLs. Without URLs it is for all apps, and the person's own.
fn named(command: &str) -> Option<(&str, Vec<&str>)> {
    let mut words = command.split_ascii_whitespace();
    let program = words.next()?;
    let name = std::path::Path::new(program).file_stem()?;
    let is_ours = name == "credential" && words.next() == Some("go");
    let urls: Vec<&str> = words.collect();
    (is_ours && !urls.is_empty()).then_some((program, urls))
}

fn command(program: &str, urls: &[String]) -> String {
    format!("{program} go {}", urls.join(" "))
}

fn write(list: &List, urls: &[String], value: &str, is_known: &dyn Fn(&str) -> bool) -> Vec<Line> {
    let missing = urls.iter().filter(|url| list.naming(url).next().is_none());
    let missing: Vec<String> = missing.cloned().collect();
    if missing.is_empty() {
        return vec![Line::There(format!("GOAUTH={value}"))];
    }
    let own = list.own(is_known);
    let before = own.as_ref().map_or(&[][..], |own| &own.urls);
    vec![keep(&list.with(own.as_ref(), &[before, &missing].concat()))]
}

fn undo(list: &List, urls: &[String], is_known: &dyn Fn(&str) -> bool) -> Plan {
    let own = list.own(is_known);
    let place = own.as_ref().map(|own| own.at);
    let others = urls.iter().flat_map(|url| list.naming(url));
    let mut left: Vec<Line> = others
        .filter(|(at, _)| Some(*at) != place)
        .map(|(_, command)| Line::Left {
            what: format!("GOAUTH has {command}"),
            why: "this command has not made it".into(),
        })
        .collect();
    left.dedup();
    let gone = own.and_then(|own| without(list, &own, urls));
    gone.into_iter().chain(left).collect()
}

/// Removes `urls` from the command of a setup.
fn without(list: &List, own: &Own, urls: &[String]) -> Option<Line> {
    let kept = own.urls.iter().filter(|url| !urls.contains(url));
    let kept: Vec<String> = kept.cloned().collect();
    if kept.len() == own.urls.len() {
        return None;
    }
    Some(match list.with(Some(own), &kept).as_str() {
        "" | DEFAULT => Line::Change(Change::Call(ProgramCall::go(&["env", "-u", "GOAUTH"]))),
        value => keep(value),
    })
}

fn keep(value: &str) -> Line {
    let assignment = format!("GOAUTH={value}");
    Line::Change(Change::Call(ProgramCall::go(&["env", "-w", &assignment])))
}

#[cfg(test)]
mod tests;
