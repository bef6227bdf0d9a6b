//! docker: a helper for the app's host in `credHelpers` of its configuration file
//! (<https://docs.docker.com/reference/cli/docker/login/#credential-helpers>).
//!
//! docker itself rewrites the file at each `docker login`. A setup adds or removes members of `credHelpers`, and keeps all
//! other text. An undo removes a `credHelpers` that is empty then, also if it was empty or null before.

mod cred_helpers;

use std::path::PathBuf;

use self::cred_helpers::{HELPERS, Helpers};
use super::link::Place;
use super::plan::{Change, Line, Plan};
use super::rewrite::{Rewrite, read_text};
use super::{SetupRequest, place};
use crate::environment;
use crate::error::{Error, Result, Untrusted};
use crate::paths;

/// The end of the helper's name.
const NAME: &str = "alb";

/// Looks at the file and PATH, and plans.
pub(super) fn plan(request: &SetupRequest<'_>) -> Result<Plan> {
    let path = path()?;
    let text = read_text(&path)?;
    let place = place("docker-credential-alb", request)?;
    let mut hosts = Vec::new();
    for app in &request.apps {
        let host = app.site.authority();
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let file = DockerConfig { path, text };
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

/// docker asks its helper about a host, without a path.
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

struct DockerConfig {
    path: PathBuf,
    text: Option<String>,
}

impl DockerConfig {
    fn write(&self, hosts: &[String]) -> Result<Vec<Line>> {
        let mut helpers = Helpers::read(self.text())?;
        let mut lines = Vec::new();
        let mut differences = Vec::new();
        for host in hosts {
            match helpers.of(host)? {
                Some(helper) if helper == NAME => lines.push(self.there(host)),
                Some(other) => return Err(self.in_the_way(host, &other)),
                None => {
                    helpers.add(host, NAME);
                    differences.push(format!("+ {}", shown(host)));
                }
            }
        }
        lines.extend(self.rewrite(&helpers, differences));
        Ok(lines)
    }

    fn undo(&self, hosts: &[String], place: &Place) -> Result<Plan> {
        let mut helpers = Helpers::read(self.text())?;
        let mut lines = Vec::new();
        let mut differences = Vec::new();
        for host in hosts {
            match helpers.of(host)? {
                Some(helper) if helper == NAME => {
                    helpers.remove(host);
                    differences.push(format!("- {}", shown(host)));
                }
                Some(other) => lines.push(Line::Left {
                    what: format!("{HELPERS}.\"{host}\" = \"{}\"", Untrusted::new(other)),
                    why: "this command has not made it".into(),
                }),
                None => {}
            }
        }
        lines.extend(self.rewrite(&helpers, differences));
        lines.extend(place.undo(other_use(&helpers)));
        Ok(Plan(lines))
    }

    fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
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

    fn rewrite(&self, helpers: &Helpers<'_>, differences: Vec<String>) -> Option<Line> {
        let is_different = !differences.is_empty();
        is_different.then(|| {
            Line::Change(Change::Rewrite(Rewrite {
                caller: "docker",
                path: self.path.clone(),
                before: self.text.clone().map(String::into_bytes),
                after: Some(helpers.text().into_bytes()),
                differences,
            }))
        })
    }
}

/// The member for `host`, for a person.
fn shown(host: &str) -> String {
    format!("{HELPERS}.\"{host}\" = \"{NAME}\"")
}

/// Another use of this program as docker's helper.
fn other_use(helpers: &Helpers<'_>) -> Option<String> {
    if helpers.is_store(NAME) {
        return Some("credsStore".into());
    }
    let host = helpers.host_of(NAME)?;
    Some(format!("{HELPERS}.\"{}\"", Untrusted::new(host)))
}

#[cfg(test)]
mod tests;
