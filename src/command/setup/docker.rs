//! docker: a helper for the app's host in `credHelpers` of its configuration file
//! (<https://docs.docker.com/reference/cli/docker/login/#credential-helpers>).
//!
//! The file is docker's own, which writes it anew at each `docker login`. Here only the members that are meant are put in
//! and taken out; every other byte stays. Only a `credHelpers` that had nothing in it, or was null, is gone after an undo.

mod object;

use std::path::PathBuf;

use self::object::Object;
use super::link::Place;
use super::plan::{Change, Line, Plan};
use super::rewrite::{Rewrite, read};
use super::{SetupRequest, place};
use crate::environment;
use crate::error::{Error, Result, Untrusted};
use crate::paths;

/// The end of the helper's name.
const NAME: &str = "alb";
const HELPERS: &str = "credHelpers";

/// Looks at the file and PATH, and plans.
pub(super) fn plan(request: &SetupRequest<'_>) -> Result<Plan> {
    let path = path()?;
    let text = read(&path)?;
    let place = place("docker-credential-alb", request)?;
    let mut hosts = Vec::new();
    for app in &request.apps {
        let host = app.site.authority();
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let file = File { path, text };
    let within = |error: Error| error.while_doing(&Untrusted::path(&file.path).to_string());
    if request.undo {
        return file.undo(&hosts, &place).map_err(within);
    }
    refuse_prefix(request)?;
    let (_, mut lines) = place.plan(true)?;
    lines.extend(file.write(&hosts).map_err(within)?);
    if environment::foreign("DOCKER_AUTH_CONFIG").is_some() {
        let note = "DOCKER_AUTH_CONFIG is set: docker takes what it has before it asks a helper";
        lines.push(Line::Note(note.into()));
    }
    Ok(Plan(lines))
}

/// docker tells its helper a host and no path.
fn refuse_prefix(request: &SetupRequest<'_>) -> Result<()> {
    let mut apps = request.apps.iter();
    let Some(app) = apps.find(|app| !app.site.prefix().is_empty()) else {
        return Ok(());
    };
    let (name, host, path) = (&app.name, app.site.authority(), app.site.prefix());
    Err(Error::usage(format!(
        "{name} is below {path}, and docker asks for all of {host} alone"
    )))
}

/// docker's configuration file.
fn path() -> Result<PathBuf> {
    let own = || Some(paths::home()?.join(".docker"));
    let directory = environment::foreign_path("DOCKER_CONFIG").or_else(own);
    let path = directory.map(|directory| directory.join("config.json"));
    path.ok_or_else(|| {
        let error = Error::usage("there is no home directory to keep docker's configuration in");
        error.hint("name a directory in DOCKER_CONFIG")
    })
}

struct File {
    path: PathBuf,
    text: Option<String>,
}

impl File {
    fn write(&self, hosts: &[String]) -> Result<Vec<Line>> {
        let mut text = self.text.clone().unwrap_or_default();
        let mut lines = Vec::new();
        let mut differences = Vec::new();
        for host in hosts {
            match helper(&text, host)? {
                Some(helper) if helper == NAME => lines.push(self.there(host)),
                Some(other) => return Err(self.in_the_way(host, &other)),
                None => {
                    text = with(&text, host)?;
                    differences.push(format!("+ {}", shown(host)));
                }
            }
        }
        lines.extend(self.rewrite(text, differences));
        Ok(lines)
    }

    fn undo(&self, hosts: &[String], place: &Place) -> Result<Plan> {
        let mut text = self.text.clone().unwrap_or_default();
        let mut lines = Vec::new();
        let mut differences = Vec::new();
        for host in hosts {
            match helper(&text, host)? {
                Some(helper) if helper == NAME => {
                    text = without(&text, host)?;
                    differences.push(format!("- {}", shown(host)));
                }
                Some(other) => lines.push(Line::Left {
                    what: format!("{HELPERS}.\"{host}\" = \"{}\"", Untrusted::new(other)),
                    why: "this command has not made it".into(),
                }),
                None => {}
            }
        }
        let used = use_of(&text)?;
        lines.extend(self.rewrite(text, differences));
        lines.extend(place.undo(used));
        Ok(Plan(lines))
    }

    fn in_the_way(&self, host: &str, helper: &str) -> Error {
        let (helper, path) = (Untrusted::new(helper), Untrusted::path(&self.path));
        Error::usage(format!("{HELPERS} has another helper for {host}: {helper}")).hint(format!(
            "if it is of no use: take \"{host}\" out of {HELPERS} in {path}"
        ))
    }

    fn there(&self, host: &str) -> Line {
        Line::There(format!("{}: {}", self.path.display(), shown(host)))
    }

    fn rewrite(&self, after: String, differences: Vec<String>) -> Option<Line> {
        let is_different = !differences.is_empty();
        is_different.then(|| {
            Line::Change(Change::Rewrite(Rewrite {
                caller: "docker",
                path: self.path.clone(),
                before: self.text.clone(),
                after,
                differences,
            }))
        })
    }
}

/// What is put in for `host`.
fn shown(host: &str) -> String {
    format!("{HELPERS}.\"{host}\" = \"{NAME}\"")
}

/// The helper that `text` names for `host`.
fn helper(text: &str, host: &str) -> Result<Option<String>> {
    let Some(root) = Object::root(text)? else {
        return Ok(None);
    };
    let Some(helpers) = root.object(HELPERS)? else {
        return Ok(None);
    };
    helpers.string(host)
}

/// Who else has this program for a helper.
fn use_of(text: &str) -> Result<Option<String>> {
    let Some(root) = Object::root(text)? else {
        return Ok(None);
    };
    if root
        .string("credsStore")
        .is_ok_and(|store| store.as_deref() == Some(NAME))
    {
        return Ok(Some("credsStore".into()));
    }
    let Some(helpers) = root.object(HELPERS)? else {
        return Ok(None);
    };
    let other = helpers.key_of_string(NAME);
    Ok(other.map(|host| format!("{HELPERS}.\"{}\"", Untrusted::new(host))))
}

/// `text` with this program for `host`, which has no helper.
fn with(text: &str, host: &str) -> Result<String> {
    let name = format!("\"{NAME}\"");
    let Some(root) = Object::root(text)? else {
        return Ok(format!(
            "{{\n\t\"{HELPERS}\": {{\n\t\t\"{host}\": {name}\n\t}}\n}}"
        ));
    };
    if root.is_null(HELPERS) {
        return with(&root.without(HELPERS), host);
    }
    Ok(match root.object(HELPERS)? {
        Some(helpers) => helpers.with(host, &name),
        None => root.with_object(HELPERS, host, &name),
    })
}

/// `text` without the helper for `host`, and without `credHelpers` if that was all it had.
fn without(text: &str, host: &str) -> Result<String> {
    let broken = || Error::usage("it has no such member");
    let root = Object::root(text)?.ok_or_else(broken)?;
    let helpers = root.object(HELPERS)?.ok_or_else(broken)?;
    Ok(match helpers.has_one() {
        true => root.without(HELPERS),
        false => helpers.without(host),
    })
}

#[cfg(test)]
mod tests;
