//! This program's own file of git's configuration: the variables of each app that is set up. A change rewrites the whole file.
//!
//! git applies the sections `[credential "URL"]` that match a request in the order of the file, not by length
//! (gitcredentials(7)), and the empty helper of each removes the helpers before it. So the longer of two URLs comes later.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::wanted::{Variable, is_this};
use crate::command::setup::plan::{Change, Line};
use crate::command::setup::program::ProgramCall;
use crate::command::setup::rewrite::{Rewrite, read};
use crate::error::{Error, Result};
use crate::paths;
use crate::site::Site;

/// The first line of the file.
const HEAD: &str =
    "# Written by `credential setup git`, which replaces the whole file: changes are lost.\n";

/// The file, as it is now.
pub(super) struct OwnFile {
    pub(super) path: PathBuf,
    before: Option<Vec<u8>>,
    /// URLs, each with its variables in order.
    blocks: Vec<(String, Vec<Variable>)>,
}

impl OwnFile {
    pub(super) fn read() -> Result<Self> {
        let path = paths::git_configuration();
        let path =
            path.ok_or_else(|| Error::usage("there is no home directory to keep a file in"))?;
        let before = read(&path)?;
        let name = path.to_str();
        let name = name.ok_or_else(|| Error::usage("the home directory's name is not UTF-8"))?;
        let text = match before {
            Some(_) => ProgramCall::git(&["-C", "/", "config", "--file", name, "--null", "--list"])
                .run()?,
            None => String::new(),
        };
        Ok(Self {
            blocks: parse(&text),
            path,
            before,
        })
    }

    /// The change that gives these `variables` to `site`, or the lines that it has them already.
    pub(super) fn change(&self, site: &Site, variables: Vec<Variable>) -> Vec<Line> {
        let url = site.url();
        let own = self.blocks.iter().find(|(of, _)| *of == url);
        let there = own.map_or(&[][..], |(_, there)| there);
        let shown = |variable: &Variable| variable.shown(&url);
        if there == variables {
            return there.iter().map(|one| Line::There(shown(one))).collect();
        }
        let gone = there.iter().filter(|one| !variables.contains(one));
        let new = variables.iter().filter(|one| !there.contains(one));
        let differences = gone.map(|one| format!("- {}", shown(one)));
        let differences = differences.chain(new.map(|one| format!("+ {}", shown(one))));
        let differences = differences.collect();
        let mut blocks = self.blocks.clone();
        blocks.retain(|(of, _)| *of != url);
        blocks.push((url, variables));
        blocks.retain(|(_, variables)| !variables.is_empty());
        let rewrite = Rewrite {
            caller: "git",
            path: self.path.clone(),
            before: self.before.clone(),
            after: (!blocks.is_empty()).then(|| text(blocks).into_bytes()),
            differences,
        };
        vec![Line::Change(Change::Rewrite(rewrite))]
    }

    /// Returns whether another app than the one at `site` is set up.
    pub(super) fn has_others(&self, site: &Site) -> bool {
        let url = site.url();
        self.blocks.iter().any(|(of, _)| *of != url)
    }

    /// The key by which another app uses this program as its helper.
    pub(super) fn other_use(&self, site: &Site) -> Option<String> {
        let own = site.url();
        let mut others = self.blocks.iter().filter(|(url, _)| *url != own);
        let uses = |variable: &Variable| variable.name == "helper" && is_this(&variable.value);
        let (url, _) = others.find(|(_, variables)| variables.iter().any(uses))?;
        Some(format!("credential.{url}.helper"))
    }
}

/// Parses keys and values as git lists them, each with a NUL behind it.
fn parse(text: &str) -> Vec<(String, Vec<Variable>)> {
    let mut blocks: Vec<(String, Vec<Variable>)> = Vec::new();
    for entry in text.split_terminator('\0') {
        let (key, value) = entry.split_once('\n').unwrap_or((entry, ""));
        let parts = key.split_once('.').zip(key.rsplit_once('.'));
        let Some(((section, rest), (_, name))) = parts else {
            continue;
        };
        let url = rest
            .strip_suffix(name)
            .and_then(|url| url.strip_suffix('.'));
        let variable = Variable::new(section, name, value);
        let url = url.unwrap_or_default();
        match blocks.iter_mut().find(|(of, _)| of == url) {
            Some((_, variables)) => variables.push(variable),
            None => blocks.push((url.to_owned(), vec![variable])),
        }
    }
    blocks
}

/// The whole file.
fn text(mut blocks: Vec<(String, Vec<Variable>)>) -> String {
    blocks.sort_by_key(|(url, _)| url.len());
    let mut text = HEAD.to_owned();
    for (url, variables) in &blocks {
        let mut section = "";
        for variable in variables {
            if variable.section != section {
                section = &variable.section;
                let url = url.replace('\\', "\\\\").replace('"', "\\\"");
                let _ = writeln!(text, "[{section} \"{url}\"]");
            }
            let _ = writeln!(text, "\t{} = {}", variable.name, quoted(&variable.value));
        }
    }
    text
}

/// A value in the syntax of git's files (git-config(1), "Syntax").
pub(super) fn quoted(value: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !"\\\"#;".contains(c);
    if value.chars().all(is_plain) && value.trim() == value && !value.contains("  ") {
        return value.to_owned();
    }
    let mut text = String::from("\"");
    for letter in value.chars() {
        match letter {
            '\\' | '"' => text.extend(['\\', letter]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
    text + "\""
}

#[cfg(test)]
mod tests {
    use super::{parse, quoted, text};
    use crate::command::setup::git::wanted::Variable;

    #[test]
    fn the_longer_of_two_urls_comes_later() {
        let helper = |value: &str| vec![Variable::new("credential", "helper", value)];
        let blocks = ["https://a.example/b", "https://a.example"];
        let blocks = blocks.map(|url| (url.to_owned(), helper("alb"))).to_vec();
        let text = text(blocks);
        let sections: Vec<&str> = text.lines().filter(|line| line.starts_with('[')).collect();
        assert_eq!(
            sections,
            [
                "[credential \"https://a.example\"]",
                "[credential \"https://a.example/b\"]"
            ]
        );
    }

    #[test]
    fn the_list_of_git_is_grouped_by_url() {
        let blocks = parse(
            "credential.https://a.b:1/c.d.helper\n\0credential.https://a.b:1/c.d.usehttppath\ntrue\0http.https://x.cookiefile\n/j\0",
        );
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0].0, "https://a.b:1/c.d");
        assert_eq!(
            blocks[0].1,
            [
                Variable::new("credential", "helper", ""),
                Variable::new("credential", "useHttpPath", "true")
            ]
        );
    }

    #[test]
    fn a_value_is_quoted_where_git_would_read_another() {
        for (value, text) in [
            ("/a b/c", "/a b/c"),
            (
                "alb --cookie-file='/it'\\''s'",
                "\"alb --cookie-file='/it'\\\\''s'\"",
            ),
            (" a", "\" a\""),
            ("", ""),
            ("a;b#c\"\n", "\"a;b#c\\\"\\n\""),
        ] {
            assert_eq!(quoted(value), text);
        }
    }
}
