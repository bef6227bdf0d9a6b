//! What is to stand in git's configuration for one app: made, renewed and taken back, and nobody else's touched.

use super::chain::{self, Chain};
use super::configuration::{Configuration, Entry, Helpers};
use super::order;
use super::step::{NOT_OURS, change, left, there_is};
use crate::app::{App, Content};
use crate::command::setup::plan::Line;
use crate::environment::Variables;
use crate::error::{Error, Kind, Result, foreign, typed};
use crate::paths;
use crate::site::Site;
use crate::store::cookie_file;

pub(super) fn is_signed_in_to(app: &App) -> bool {
    matches!(app.content, Content::Session(_))
}

/// What is to stand in the configuration for one app.
pub(super) struct Wanted<'a> {
    pub(super) site: &'a Site,
    /// The helpers, in order.
    pub(super) helpers: Vec<String>,
    pub(super) next: Option<&'a str>,
    pub(super) others: Vec<Variable>,
    /// What another setup of the same app has, and this one has not.
    pub(super) outdated: Vec<Variable>,
}

/// Section, name and value.
type Variable = (&'static str, &'static str, String);

/// git-lfs would find out by a 401 that the application wants credentials, and then send its cookies twice in one
/// header, which no ALB understands. So it is told.
fn lfs() -> Variable {
    ("lfs", "access", "basic".to_owned())
}

impl<'a> Wanted<'a> {
    pub(super) fn new(app: &'a App, next: Option<&'a str>, variables: &Variables) -> Result<Self> {
        let mut others = Vec::new();
        if !app.site.prefix().is_empty() {
            // Without it the helper is not told which path is asked for, and no app is at the host alone.
            others.push(("credential", "useHttpPath", "true".to_owned()));
        }
        let jar = match is_signed_in_to(app) {
            true => Some(jar(app, variables)?),
            false => None,
        };
        if let Some(jar) = &jar {
            others.push(("http", "cookieFile", jar.clone()));
            others.push(("http", "proactiveAuth", "auto".to_owned()));
        }
        let mut outdated = Vec::new();
        match next {
            Some(_) => others.push(lfs()),
            None => outdated.push(lfs()),
        }
        Ok(Self {
            site: &app.site,
            helpers: chain::of(jar.as_deref(), next),
            next,
            others,
            outdated,
        })
    }

    pub(super) fn write(&self, configuration: &Configuration) -> Result<Vec<Line>> {
        let there = self.helpers_in(configuration);
        self.refuse_others(configuration, &there)?;
        let after = there.here.with(&self.helpers);
        let mut lines = match there.moved() {
            Some((file, chain)) => self.moved(file, &chain.all()),
            None => self.change_helpers(&there.here, &after),
        };
        for variable in &self.others {
            lines.push(self.set(configuration, variable));
        }
        if there.have_own() {
            lines.extend(self.unset_outdated(configuration, &there));
        }
        if there.moved().is_none() {
            lines.extend(order::lines(configuration, self.site, &after)?);
        }
        Ok(lines)
    }

    /// What is told of helpers of ours that somebody has moved to another `file`.
    fn moved(&self, file: &str, values: &[String]) -> Vec<Line> {
        let key = self.key("credential", "helper");
        let is_wanted = values.ends_with(&self.helpers);
        let tell = |value: &String| match is_wanted {
            true => there_is(&key, value),
            false => Line::Left {
                what: format!("{key} {}", typed(value)),
                why: format!("it stands in {file}"),
            },
        };
        values.iter().map(tell).collect()
    }

    /// Sets a variable, where nothing of somebody else's is.
    fn set(&self, configuration: &Configuration, (section, name, value): &Variable) -> Line {
        let key = self.key(section, name);
        let values: Vec<_> = configuration.values(section, self.site, name).collect();
        match values.as_slice() {
            [.., one] if one.file.is_some() && one.value != *value => left(one),
            [one] if one.value == *value => there_is(&key, value),
            [] => change(&["config", "--global", &key, value]),
            _ => change(&["config", "--global", "--replace-all", &key, value]),
        }
    }

    /// Refuses to take the place of what somebody else has configured.
    fn refuse_others(&self, configuration: &Configuration, there: &Helpers) -> Result<()> {
        let own = self.listed("credential", "helper");
        let mut helpers = configuration.values("credential", self.site, "helper");
        if let Some(entry) = helpers.find(|entry| entry.key != own) {
            return Err(entry.in_the_way());
        }
        if let Some((file, helper)) = there.foreign(self.next) {
            let entry = Entry {
                key: own,
                value: helper.to_owned(),
                file: file.map(str::to_owned),
            };
            let hint = "if it has the application's own credentials, have it asked next: --helper";
            let hint = format!("{hint} {}", foreign(&typed(helper)));
            return Err(entry.in_the_way().hint(hint));
        }
        for (section, name, wanted) in &self.others {
            let listed = self.listed(section, name);
            let is_own = |entry: &Entry| {
                entry.key == listed && (entry.value == *wanted || there.have_file(&entry.value))
            };
            let mut values = configuration.values(section, self.site, name);
            if let Some(entry) = values.find(|entry| !is_own(entry)) {
                return Err(entry.in_the_way());
            }
        }
        Ok(())
    }

    pub(super) fn undo(&self, configuration: &Configuration) -> Vec<Line> {
        let there = self.helpers_in(configuration);
        let mut lines = Vec::new();
        if there.have_own() {
            lines.extend(self.unset_outdated(configuration, &there));
        }
        for variable in self.others.iter().rev() {
            lines.extend(self.unset(configuration, &there, variable));
        }
        if there.here.has_own() {
            lines.extend(self.change_helpers(&there.here, &there.here.with(&[])));
        }
        let key = self.listed("credential", "helper");
        let kept = there.here.others().map(|value| Line::Left {
            what: format!("{key} {}", typed(value)),
            why: NOT_OURS.into(),
        });
        lines.extend(kept);
        let others = configuration.values("credential", self.site, "helper");
        let others = others.filter(|entry| entry.key != key || entry.file.is_some());
        lines.extend(others.map(left));
        lines
    }

    fn unset_outdated(&self, configuration: &Configuration, there: &Helpers) -> Vec<Line> {
        let outdated = self.outdated.iter();
        outdated
            .flat_map(|old| self.unset(configuration, there, old))
            .collect()
    }

    /// Takes a variable out, if this command has made it, and it stands where git changes it.
    fn unset(
        &self,
        configuration: &Configuration,
        there: &Helpers,
        (section, name, wanted): &Variable,
    ) -> Vec<Line> {
        let listed = self.listed(section, name);
        let values = configuration.values(section, self.site, name);
        let is_own = |entry: &&Entry| {
            let is_meant = entry.value == *wanted || there.have_file(&entry.value);
            entry.key == listed && is_meant && entry.file.is_none()
        };
        let (ours, others): (Vec<_>, Vec<_>) = values.partition(is_own);
        let mut lines = Vec::new();
        let is_alone = others.iter().all(|entry| entry.file.is_some());
        if is_alone && !ours.is_empty() {
            let key = self.key(section, name);
            lines.push(change(&["config", "--global", "--unset-all", &key]));
        }
        lines.extend(others.into_iter().map(left));
        lines
    }

    /// What else has this program for a helper, or has it for this very place by somebody else's hand.
    pub(super) fn other_use(&self, configuration: &Configuration) -> Option<String> {
        let own = self.listed("credential", "helper");
        let here = self.helpers_in(configuration);
        if here.here.others().any(chain::is_this) {
            return Some(own);
        }
        configuration.helper_elsewhere(&own, chain::is_this)
    }

    /// The steps from the helpers that are there to those `after`.
    pub(super) fn change_helpers(&self, there: &Chain, after: &[String]) -> Vec<Line> {
        let key = self.key("credential", "helper");
        let before = there.all();
        if before == after {
            return after.iter().map(|value| there_is(&key, value)).collect();
        }
        let mut lines = Vec::new();
        let rest = match after.strip_prefix(before.as_slice()) {
            Some(rest) => rest,
            None => {
                lines.push(change(&["config", "--global", "--unset-all", &key]));
                after
            }
        };
        let add = |value: &String| change(&["config", "--global", "--add", &key, value]);
        lines.extend(rest.iter().map(add));
        lines
    }

    fn helpers_in(&self, configuration: &Configuration) -> Helpers {
        configuration.helpers(&self.listed("credential", "helper"))
    }

    /// A key of ours.
    fn key(&self, section: &str, name: &str) -> String {
        format!("{section}.{}.{name}", self.site.url())
    }

    /// The same as git lists it: the capitals of a name are for people.
    fn listed(&self, section: &str, name: &str) -> String {
        self.key(section, &name.to_ascii_lowercase())
    }
}

/// The cookie file of the app, by its whole path.
fn jar(app: &App, variables: &Variables) -> Result<String> {
    let directory = paths::cache_directory(variables);
    let directory =
        directory.ok_or_else(|| Error::usage("there is no home directory to keep cookies in"))?;
    let path = std::path::absolute(cookie_file::path(&directory, app)).map_err(|error| {
        Error::new(Kind::Other, "the cache directory has no whole path").caused_by(error)
    })?;
    path.into_os_string()
        .into_string()
        .map_err(|_| Error::usage("the cache directory's name is not UTF-8"))
}
