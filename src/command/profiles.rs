//! The profiles of the browsers that this program starts, one for each identity provider: which there are, and their end.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use crate::browser::{Packaging, Profile};
use crate::context::Context;
use crate::environment::Variables;
use crate::error::{Error, Kind, Result, Untrusted};
use crate::http::host;
use crate::method::browser::LOG;
use crate::paths;
use crate::settings::Settings;
use crate::store::{BrowserProfile, Key};

/// Returns the directory of the profiles, an absolute path.
pub(super) fn directory(variables: &Variables) -> Option<PathBuf> {
    let directory = paths::browser_profiles(variables)?;
    Some(std::path::absolute(&directory).unwrap_or(directory))
}

/// Returns the hosts of the identity providers that have a profile here, sorted.
pub(super) fn providers(variables: &Variables) -> Vec<String> {
    let mut names: Vec<String> = places(variables)
        .iter()
        .flat_map(|place| hosts(place))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Returns the same, with those that the configuration names for its apps.
pub(super) fn known_providers(settings: &Settings, variables: &Variables) -> Vec<String> {
    let mut names = providers(variables);
    let apps = settings.apps.iter().filter(|app| app.org().is_none());
    names.extend(apps.filter_map(|app| Some(app.provider()?.authority())));
    names.sort();
    names.dedup();
    names
}

/// Returns the host that `text` names, with a port that is not 443: as it is, or by its URL.
pub(super) fn named(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if text.contains("://") => host(&url),
        _ => text.to_ascii_lowercase(),
    }
}

/// Returns the provider that `text` names, if one is known by that name.
pub(super) fn find(settings: &Settings, variables: &Variables, text: &str) -> Option<String> {
    let name = named(text);
    let known = known_providers(settings, variables);
    known.into_iter().find(|provider| *provider == name)
}

/// Adds to the `error` of an unknown name the providers, for a command that takes these too.
pub(super) fn with_providers(error: Error, settings: &Settings, variables: &Variables) -> Error {
    let known = known_providers(settings, variables);
    match error.kind == Kind::NoSuchApp && !known.is_empty() {
        true => error.hint(format!("identity providers: {}", known.join(", "))),
        false => error,
    }
}

/// Returns the profiles for `provider` that are there. A browser of another packaging has another place.
pub(super) fn of(variables: &Variables, provider: &str) -> Vec<Profile> {
    let Some(directory) = directory(variables) else {
        return Vec::new();
    };
    let kept = |packaging| Profile::kept(&directory, provider, packaging);
    let mut profiles = vec![kept(Packaging::Plain), kept(Packaging::Snap)];
    profiles.dedup();
    profiles.retain(|profile| is_directory(profile.path()));
    profiles
}

/// Returns the URLs of the apps whose sessions came by the profile for `provider`.
pub(super) fn apps_signed_in(context: &Context, provider: &str) -> Result<BTreeSet<String>> {
    let known: BrowserProfile = context.cache.find(&Key::of_browser_profile(provider))?;
    Ok(known.apps)
}

/// Removes what browsers have left beside the profiles: the words of the last one, and profiles of killed processes.
pub(super) fn remove_rest(variables: &Variables) -> Result<()> {
    let Some(directory) = directory(variables) else {
        return Ok(());
    };
    for packaging in [Packaging::Plain, Packaging::Snap] {
        Profile::sweep(&directory, packaging);
    }
    let log = directory.join(LOG);
    let removed = match std::fs::remove_file(&log) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    // It stays if there is anything else in it.
    let _ = std::fs::remove_dir(&directory);
    removed.map_err(|error| {
        let path = Untrusted::path(&log);
        Error::new(Kind::Other, format!("cannot remove {path}")).caused_by(error)
    })
}

/// Removes the profiles for `provider`, under their claim; nothing if there are none.
pub(super) fn remove(context: &Context, provider: &str, limit: Duration) -> Result<()> {
    let profiles = of(&context.variables, provider);
    let key = Key::of_browser_profile(provider);
    let known: BrowserProfile = context.cache.find(&key)?;
    if profiles.is_empty() && known == BrowserProfile::default() {
        return Ok(());
    }
    let purpose = format!("remove the browser profile for {provider}");
    let mut held = context
        .cache
        .hold::<BrowserProfile>(&key, &purpose, limit)?;
    for profile in profiles {
        let removed = profile.remove();
        removed.map_err(|error| not_removed(profile.path(), &error))?;
    }
    held.record = BrowserProfile::default();
    held.save();
    Ok(())
}

fn not_removed(path: &Path, error: &std::io::Error) -> Error {
    let (kind, hint) = match error.kind() {
        ErrorKind::ResourceBusy => (Kind::Network, Some("close that browser first")),
        _ => (Kind::Other, None),
    };
    let path = Untrusted::path(path);
    let told = Error::new(kind, format!("cannot remove the browser profile {path}"));
    let told = told.caused_by(error);
    match hint {
        Some(hint) => told.hint(hint),
        None => told,
    }
}

/// Returns the directories that may have profiles.
fn places(variables: &Variables) -> Vec<PathBuf> {
    let Some(directory) = directory(variables) else {
        return Vec::new();
    };
    let place = |packaging| {
        let any = Profile::kept(&directory, "any", packaging);
        any.path().parent().map(Path::to_owned)
    };
    let places = [place(Packaging::Plain), place(Packaging::Snap)];
    let mut places: Vec<PathBuf> = places.into_iter().flatten().collect();
    places.dedup();
    places
}

/// Returns the names of the profiles in `place`. Temporary ones begin with an underscore, as no host does.
fn hosts(place: &Path) -> Vec<String> {
    let entries = place.read_dir().into_iter().flatten().flatten();
    let directories = entries.filter(|entry| is_directory(&entry.path()));
    let names = directories.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| !name.starts_with(['_', '.'])).collect()
}

fn is_directory(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_dir())
}
