//! Bazel: a line with a helper for the app's host in the user's `~/.bazelrc` (<https://bazel.build/run/bazelrc>).
//!
//! Bazel joins each line that ends in a backslash, comment or not, with the next (its `RcFile::ParseFile`), and splits it
//! into words with quotes and backslashes (its `blaze_util::Tokenize`). The last line about a host wins, so another
//! program's line for the host is an error. An undo leaves a line end that the last line of the file had to get.

use std::path::PathBuf;

use super::plan::{Change, Line, Plan};
use super::rewrite::{Rewrite, read_text};
use super::{SetupRequest, place};
use crate::error::{Error, Result, Untrusted};
use crate::paths;

const NAME: &str = "bazel-credential-alb";
const OPTION: &str = "--credential_helper";

/// Looks at the file and PATH, and plans.
pub(super) fn plan(request: &SetupRequest<'_>) -> Result<Plan> {
    let home = paths::home().ok_or_else(|| Error::usage("there is no home directory"))?;
    let path = home.join(".bazelrc");
    let text = read_text(&path)?;
    let place = place(NAME, request)?;
    let hosts = hosts(request)?;
    let file = BazelRc { path, text };
    if request.undo {
        let mut lines = file.undo(&hosts);
        let used = file.other_use(&hosts);
        lines.extend(place.undo(used));
        return Ok(Plan(lines));
    }
    let (helper, mut lines) = place.plan(false)?;
    let helper = helper.to_str().map(str::to_owned);
    let helper = helper.ok_or_else(|| Error::usage("the link's path is not UTF-8"))?;
    lines.extend(file.write(&hosts, &helper)?);
    Ok(Plan(lines))
}

/// The hosts of the apps. Bazel's option has no ports.
fn hosts<'a>(request: &SetupRequest<'a>) -> Result<Vec<&'a str>> {
    let mut hosts: Vec<&str> = Vec::new();
    for app in &request.apps {
        let host = app.site.host();
        if host.starts_with('[') {
            let message = format!("Bazel takes names of hosts, and {} is at {host}", app.name);
            return Err(Error::usage(message));
        }
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    Ok(hosts)
}

struct BazelRc {
    path: PathBuf,
    text: Option<String>,
}

impl BazelRc {
    /// The lines as Bazel joins them; together they are every byte of the file.
    fn lines(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.text.as_deref().unwrap_or_default();
        std::iter::from_fn(move || {
            let mut ends = rest.match_indices('\n').map(|(at, _)| at + 1);
            let end = ends.find(|end| !is_joined(&rest[..*end]));
            let (line, next) = rest.split_at(end.unwrap_or(rest.len()));
            rest = next;
            (!line.is_empty()).then_some(line)
        })
    }

    fn write(&self, hosts: &[&str], helper: &str) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut gone = Vec::new();
        let mut added = Vec::new();
        for host in hosts {
            let own = line(host, helper);
            self.refuse_other(host)?;
            let (same, outdated): (Vec<_>, Vec<_>) =
                (self.lines().filter(|one| is_ours(one, host)))
                    .map(str::trim_end)
                    .partition(|one| *one == own);
            gone.extend(outdated);
            match same.is_empty() {
                true => added.push(own),
                false => lines.push(Line::There(format!("{}: {own}", self.path.display()))),
            }
        }
        lines.extend(self.rewrite(&gone, &added));
        Ok(lines)
    }

    /// Refuses if another program is the helper for `host`.
    fn refuse_other(&self, host: &str) -> Result<()> {
        let mut number = 1;
        for one in self.lines() {
            if names(one, host) && !is_ours(one, host) {
                let path = Untrusted::path(&self.path);
                let message = format!("{path}:{number}: there is another helper for {host}");
                let error = Error::usage(message).caused_by(Untrusted::new(one));
                let hint = format!("if it is of no use: take line {number} out of {path}");
                return Err(error.hint(hint));
            }
            number += one.matches('\n').count();
        }
        Ok(())
    }

    fn undo(&self, hosts: &[&str]) -> Vec<Line> {
        let is_own = |one: &&str| hosts.iter().any(|host| is_ours(one, host));
        let is_left = |one: &&str| !is_own(one) && hosts.iter().any(|host| names(one, host));
        let gone: Vec<&str> = self.lines().filter(is_own).map(str::trim_end).collect();
        let left = self.lines().filter(is_left).map(|one| Line::Left {
            what: format!("{}: {}", self.path.display(), one.trim_end()),
            why: "this command has not made it".into(),
        });
        self.rewrite(&gone, &[]).into_iter().chain(left).collect()
    }

    /// A line for a host other than `hosts` that has this program as its helper.
    fn other_use(&self, hosts: &[&str]) -> Option<String> {
        let is_gone = |one: &str| hosts.iter().any(|host| is_ours(one, host));
        let mut lines = self.lines();
        let line =
            lines.find(|one| !is_gone(one) && helpers(one).any(|(_, path)| ends_in_name(&path)))?;
        Some(format!("{}: {}", self.path.display(), line.trim_end()))
    }

    fn rewrite(&self, gone: &[&str], added: &[String]) -> Option<Line> {
        let kept = self.lines().filter(|one| !gone.contains(&one.trim_end()));
        let mut after: String = kept.collect();
        for line in added {
            if !after.is_empty() && !after.ends_with('\n') {
                after.push('\n');
            }
            if is_joined(&after) {
                after.push('\n');
            }
            after.push_str(line);
            after.push('\n');
        }
        let removed = gone.iter().map(|line| format!("- {line}"));
        let differences: Vec<String> = removed
            .chain(added.iter().map(|line| format!("+ {line}")))
            .collect();
        let is_different = !differences.is_empty();
        is_different.then(|| {
            Line::Change(Change::Rewrite(Rewrite {
                caller: "bazel",
                path: self.path.clone(),
                before: self.text.clone().map(String::into_bytes),
                after: Some(after.into_bytes()),
                differences,
            }))
        })
    }
}

/// Returns whether Bazel joins `line` with the next one.
fn is_joined(line: &str) -> bool {
    line.ends_with("\\\n") || line.ends_with("\\\r\n")
}

/// The line for `host`.
fn line(host: &str, helper: &str) -> String {
    let mut escaped = String::new();
    for letter in helper.chars() {
        if letter.is_whitespace() || "\\'\"#".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    format!("common {OPTION}={host}={escaped}")
}

/// Returns whether a setup has written the line `one` for `host`, with the link in any directory.
fn is_ours(one: &str, host: &str) -> bool {
    let words = words(one);
    let [_, word] = words.as_slice() else {
        return false;
    };
    let helper = word.strip_prefix(&format!("{OPTION}={host}="));
    helper.is_some_and(|helper| ends_in_name(helper) && one.trim_end() == line(host, helper))
}

fn ends_in_name(helper: &str) -> bool {
    std::path::Path::new(helper)
        .file_stem()
        .is_some_and(|stem| stem == NAME)
}

/// Returns whether a line names a helper for `host`, for any command and configuration.
fn names(one: &str, host: &str) -> bool {
    helpers(one).any(|(of, _)| of.eq_ignore_ascii_case(host))
}

/// The hosts and helpers in a line.
fn helpers(one: &str) -> impl Iterator<Item = (String, String)> {
    let words = words(one);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let value = match word.strip_prefix(OPTION) {
            Some("") => words.get(at + 1).map(String::as_str),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        let pair = value.and_then(|value| value.split_once('='));
        found.extend(pair.map(|(host, path)| (host.to_owned(), path.to_owned())));
    }
    found.into_iter()
}

/// The words of a line, as Bazel splits it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let line = line.replace("\\\r\n", "").replace("\\\n", "");
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => word.extend(letters.next()),
            _ if quote == Some(letter) => quote = None,
            _ if quote.is_some() => word.push(letter),
            '#' => break,
            '\'' | '"' => quote = Some(letter),
            ' ' | '\n' | '\t' | '\r' => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests;
