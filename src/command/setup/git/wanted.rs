//! The variables of git's configuration for one app, and the values of others for the same URL.

use super::configuration::{Configuration, Entry};
use crate::app::App;
use crate::environment::Variables;
use crate::error::{Error, Hint, Kind, Result, typed};
use crate::paths;
use crate::site::Site;
use crate::store;

/// The end of this program's name as git's helper.
const NAME: &str = "alb";

/// Returns whether `helper` is this program.
pub(super) fn is_this(helper: &str) -> bool {
    helper == NAME || helper.starts_with("alb ")
}

/// One variable of a URL: `section.<url>.name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) section: String,
    /// In the spelling of git's manual; git itself ignores the case.
    pub(super) name: String,
    pub(super) value: String,
}

impl Variable {
    pub(super) fn new(section: &str, name: &str, value: &str) -> Self {
        let known = ["useHttpPath", "cookieFile", "proactiveAuth"]
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(name));
        Self {
            section: section.to_owned(),
            name: known.unwrap_or(name).to_owned(),
            value: value.to_owned(),
        }
    }

    /// Key and value, quoted for a shell.
    pub(super) fn shown(&self, url: &str) -> String {
        format!(
            "{}.{url}.{} {}",
            self.section,
            self.name,
            typed(&self.value)
        )
    }
}

/// The variables for one app.
pub(super) struct Wanted<'a> {
    pub(super) site: &'a Site,
    next: Option<&'a str>,
    pub(super) variables: Vec<Variable>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(app: &'a App, next: Option<&'a str>, variables: &Variables) -> Result<Self> {
        let jar = app.signs_in().then(|| jar(app, variables)).transpose()?;
        Ok(Self::of(&app.site, jar.as_deref(), next))
    }

    /// For the app at `site`, with the cookie file `jar` if it has a sign-in, and the helper to ask `next`.
    pub(super) fn of(site: &'a Site, jar: Option<&str>, next: Option<&'a str>) -> Self {
        let own = match (jar, next) {
            (None, _) => NAME.to_owned(),
            // git runs the line in a shell.
            (Some(jar), None) => format!("{NAME} --cookie-file={}", typed(jar)),
            (Some(jar), Some(_)) => format!("{NAME} --cookie-file={} --next", typed(jar)),
        };
        let helpers = ["", &own].into_iter().chain(next);
        let mut variables: Vec<Variable> = helpers
            .map(|helper| Variable::new("credential", "helper", helper))
            .collect();
        if !site.prefix().is_empty() {
            // Without it git does not tell the helper the path, and no app is at the host alone.
            variables.push(Variable::new("credential", "useHttpPath", "true"));
        }
        if let Some(jar) = jar {
            variables.push(Variable::new("http", "cookieFile", jar));
            variables.push(Variable::new("http", "proactiveAuth", "auto"));
        }
        if next.is_some() {
            // Without it git-lfs learns from a 401 that the application wants credentials, and then sends its cookies
            // twice in one header, which no ALB understands.
            variables.push(Variable::new("lfs", "access", "basic"));
        }
        Self {
            site,
            next,
            variables,
        }
    }

    /// The values of other files for the same URL.
    pub(super) fn others<'b>(
        &'b self,
        configuration: &'b Configuration,
    ) -> impl Iterator<Item = &'b Entry> {
        let names = [
            ("credential", "helper"),
            ("credential", "useHttpPath"),
            ("http", "cookieFile"),
            ("http", "proactiveAuth"),
            ("lfs", "access"),
        ];
        let names = names.into_iter();
        names.flat_map(|(section, name)| configuration.values(section, self.site, name))
    }

    /// Refuses if another file has a different value for the same URL.
    pub(super) fn refuse_others(&self, configuration: &Configuration) -> Result<()> {
        for entry in self.others(configuration) {
            let is_helper = entry.key.ends_with(".helper");
            let is_harmless = match is_helper {
                // An empty helper removes others, and ours comes later.
                true => entry.value.is_empty() || Some(entry.value.as_str()) == self.next,
                false => self.says(entry),
            };
            if !is_harmless {
                let error = entry.in_the_way();
                return Err(
                    match is_helper && self.variables.iter().any(|one| one.section == "http") {
                        true => error.hint(Hint::run(&["--helper", &entry.value]).after(
                            "if it has the application's own credentials, have it asked next: ",
                        )),
                        false => error,
                    },
                );
            }
        }
        Ok(())
    }

    /// Returns whether `entry` has the wanted value, or none is wanted.
    fn says(&self, entry: &Entry) -> bool {
        let name = entry.key.rsplit('.').next().unwrap_or_default();
        let mut same = (self.variables.iter()).filter(|one| one.name.eq_ignore_ascii_case(name));
        same.all(|one| one.value == entry.value)
    }
}

/// The absolute path of the app's cookie file.
fn jar(app: &App, variables: &Variables) -> Result<String> {
    let directory = paths::cache_directory(variables);
    let directory =
        directory.ok_or_else(|| Error::usage("there is no home directory to keep cookies in"))?;
    let path = std::path::absolute(store::cookie_file::path(&directory, app)).map_err(|error| {
        Error::new(Kind::Other, "the cache directory has no whole path").caused_by(error)
    })?;
    path.into_os_string()
        .into_string()
        .map_err(|_| Error::usage("the cache directory's name is not UTF-8"))
}
