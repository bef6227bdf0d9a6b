//! git: a helper and a cookie file for the app's URL, in the global configuration, by git itself (git-config(1)).
//!
//! git asks a helper for a password, and an ALB wants a cookie. So the helper writes a cookie file, which git reads
//! again for each request (`http.<url>.cookieFile`), and git is told to ask the helper before its first request
//! (`http.<url>.proactiveAuth`, since git 2.46), because an ALB that redirects to Okta never says 401. An empty helper
//! comes first: it takes out those that are configured for all URLs (gitcredentials(7)).

mod chain;
mod configuration;
mod order;
mod step;
mod version;
mod wanted;

use self::configuration::Configuration;
use self::wanted::{Wanted, is_signed_in_to};
use super::plan::{Line, Plan};
use super::program::Call;
use super::{SetupRequest, place};
use crate::environment::Variables;
use crate::error::{Error, Result};

/// Looks at git, PATH and the configuration, and plans.
pub(super) fn plan(request: &SetupRequest<'_>, variables: &Variables) -> Result<Plan> {
    let app = request.apps[0];
    if request.helper.is_some_and(chain::is_this) {
        return Err(Error::usage("--helper is for another helper than this one"));
    }
    if request.helper.is_some() && !is_signed_in_to(app) {
        let message = format!("{} has no sign-in, and so no second helper", app.name);
        return Err(Error::usage(message));
    }
    let version = Call::git(&["--version"]).run()?;
    let configuration = Configuration::read()?;
    let place = place("git-credential-alb", request)?;
    let wanted = Wanted::new(app, request.helper, variables)?;
    if request.undo {
        let lines = wanted.undo(&configuration);
        let used = wanted.other_use(&configuration);
        return Ok(lines.into_iter().chain(place.undo(used)).collect());
    }
    let (_, mut lines) = place.plan(true)?;
    lines.extend(wanted.write(&configuration)?);
    if is_signed_in_to(app) {
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
