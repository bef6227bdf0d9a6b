//! The profiles of browsers, as a sign-in uses them: whether there is one, and the one for this sign-in.

use std::path::{Path, PathBuf};

use crate::browser::{self, Installed, Profile};
use crate::context::Context;
use crate::error::{Error, Kind, Untrusted};
use crate::paths;

/// Returns whether there is a profile for `provider`, which may have its session.
pub(super) fn has_profile(context: &Context, provider: &str) -> bool {
    let settings = &context.settings.browser;
    let installed = browser::find(settings.command.as_deref());
    installed.is_ok_and(|installed| {
        settings.keep
            && kept_profile(context, &installed, provider).is_ok_and(|profile| profile.is_used())
    })
}

/// Returns the profile for `provider`, whether it is there or not.
pub(crate) fn kept_profile(
    context: &Context,
    installed: &Installed,
    provider: &str,
) -> Result<Profile, Error> {
    let directory = profiles(context)?;
    Ok(Profile::kept(&directory, provider, installed.packaging))
}

/// Returns the directory of the profiles, an absolute path: the browser starts in another directory.
pub(super) fn profiles(context: &Context) -> Result<PathBuf, Error> {
    let directory = paths::browser_profiles(&context.variables)
        .ok_or_else(|| Error::usage("there is no home directory to keep a browser's profile in"))?;
    Ok(std::path::absolute(&directory).unwrap_or(directory))
}

/// Makes the profile for one sign-in at `provider`.
pub(super) fn profile(
    context: &Context,
    installed: &Installed,
    provider: &str,
) -> Result<Profile, Error> {
    let failed = |path: &Path, error: std::io::Error| {
        let path = Untrusted::path(path);
        Error::new(
            Kind::Other,
            format!("cannot use the browser profile {path}"),
        )
        .caused_by(error)
    };
    if !context.settings.browser.keep {
        let directory = profiles(context)?;
        let made = Profile::temporary(&directory, installed.packaging);
        return made.map_err(|error| failed(&directory, error));
    }
    let profile = kept_profile(context, installed, provider)?;
    match profile.prepare() {
        Ok(()) => Ok(profile),
        Err(error) => Err(failed(profile.path(), error)),
    }
}
