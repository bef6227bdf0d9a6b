//! git: a helper and a cookie file for the app's URL, in a file of this program that git's global configuration includes
//! (git-config(1), "Includes").
//!
//! git asks a helper for a password, and an ALB wants a cookie. So the helper writes a cookie file, which git reads
//! again for each request (`http.<url>.cookieFile`), and `http.<url>.proactiveAuth` (since git 2.46) makes git ask the
//! helper before its first request, because an ALB that redirects to Okta never answers 401. The first helper is an empty
//! one: it removes the helpers for all URLs before it (gitcredentials(7)). So the include is the last section of the global
//! configuration.
//!
//! A setup changes its own file and the include, and nothing else. Values of other files for the same URL are an error, and
//! an undo shows them.

mod configuration;
mod include;
mod own_file;
mod version;
mod wanted;

use self::configuration::Configuration;
use self::own_file::OwnFile;
use self::wanted::Wanted;
use super::plan::{Line, Plan};
use super::program::ProgramCall;
use super::{SetupRequest, place};
use crate::environment::Variables;
use crate::error::{Error, Result};

/// Looks at git, PATH and the configuration, and plans.
pub(super) fn plan(request: &SetupRequest<'_>, variables: &Variables) -> Result<Plan> {
    let app = request.apps[0];
    let signs_in = app.signs_in();
    if request.helper.is_some_and(wanted::is_this) {
        return Err(Error::usage("--helper is for another helper than this one"));
    }
    if request.helper.is_some() && !signs_in {
        let message = format!("{} has no sign-in, and so no second helper", app.name);
        return Err(Error::usage(message));
    }
    let version = ProgramCall::git(&["--version"]).run()?;
    let file = OwnFile::read()?;
    let configuration = Configuration::read(&file.path)?;
    let place = place("git-credential-alb", request)?;
    let wanted = Wanted::new(app, request.helper, variables)?;
    if request.undo {
        let mut lines = file.change(wanted.site, Vec::new());
        if !file.has_others(wanted.site) {
            lines.extend(include::undo(&configuration, &file.path));
        }
        lines.extend(
            wanted
                .others(&configuration)
                .map(configuration::Entry::left),
        );
        let used = file.other_use(wanted.site);
        let used = used.or_else(|| configuration.helper(wanted::is_this));
        lines.extend(place.undo(used));
        return Ok(Plan(lines));
    }
    wanted.refuse_others(&configuration)?;
    let (_, mut lines) = place.plan(true)?;
    lines.extend(file.change(wanted.site, wanted.variables));
    lines.push(include::line(&configuration, &file.path)?);
    if signs_in {
        lines.extend(version::note(&version).map(Line::Note));
        lines.extend(configuration.saves_cookies().map(|key| {
            let why = "git will write the cookie file too, and others may read half of it";
            Line::Note(format!("{key} is on: {why}"))
        }));
    }
    Ok(Plan(lines))
}

#[cfg(test)]
mod tests;
