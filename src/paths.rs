//! The paths of this program's files: the configuration file, the cache directory, its stand-in.
//!
//! Names only: this module opens, searches and creates nothing.

mod user;

use std::path::{Path, PathBuf};

use crate::environment::Variables;

pub(crate) use user::home;
#[cfg(unix)]
pub(crate) use user::name as user_name;

/// The name of this program's directory below the user's directories for configuration and caches.
const DIRECTORY: &str = "alb-credential";

/// The configuration file: `ALB_CREDENTIAL_CONFIG`, else the user's own; `None` without a home directory.
pub(crate) fn config_file(variables: &Variables) -> Option<PathBuf> {
    let own = || Some(user::configurations()?.join(DIRECTORY).join("config.toml"));
    variables.config.clone().or_else(own)
}

/// This program's own file of git's configuration; `None` without a home directory.
pub(crate) fn git_configuration() -> Option<PathBuf> {
    Some(user::configurations()?.join(DIRECTORY).join("gitconfig"))
}

/// The cache directory: `ALB_CREDENTIAL_CACHE`, else the user's own; `None` without a home directory.
pub(crate) fn cache_directory(variables: &Variables) -> Option<PathBuf> {
    let own = || Some(user::caches()?.join(DIRECTORY));
    variables.cache.clone().or_else(own)
}

/// The directory of the browser's profiles, one for each identity provider, in the cache directory.
pub(crate) fn browser_profiles(variables: &Variables) -> Option<PathBuf> {
    Some(cache_directory(variables)?.join("browser"))
}

/// This program's directory in the user's runtime directory (`XDG_RUNTIME_DIR`), where there is one. It is in memory.
pub(crate) fn runtime_directory() -> Option<PathBuf> {
    Some(dirs::runtime_dir()?.join(DIRECTORY))
}

/// The directory that stands in for the cache's: below the runtime directory. A process that was not told of that one (a
/// cron job) comes to the same, where it is in systemd's place.
pub(crate) fn runtime_fallback() -> PathBuf {
    let usual = || Path::new("/run/user").join(user::number()).join(DIRECTORY);
    runtime_directory().unwrap_or_else(usual).join("spare")
}

/// The same where there is no runtime directory, the best place first: in those for temporary files and for shared memory,
/// which have the files of other users too.
pub(crate) fn temporary_fallbacks() -> [PathBuf; 2] {
    let own = format!("{DIRECTORY}-{}", user::number());
    [std::env::temp_dir(), "/dev/shm".into()].map(|directory| directory.join(&own))
}

#[cfg(test)]
mod tests {
    use super::{cache_directory, config_file, runtime_fallback, temporary_fallbacks};
    use crate::environment::Variables;

    #[test]
    fn a_variable_names_the_file_or_directory_itself() {
        let variables = Variables {
            config: Some("here.toml".into()),
            cache: Some("/run/user/1/cookies".into()),
            ..Variables::default()
        };
        assert_eq!(config_file(&variables), Some("here.toml".into()));
        assert_eq!(
            cache_directory(&variables),
            Some("/run/user/1/cookies".into())
        );
    }

    #[test]
    fn without_a_variable_it_is_the_users_own() {
        let file = config_file(&Variables::default());
        assert!(file.is_none_or(|file| file.ends_with("alb-credential/config.toml")));
        let cache = cache_directory(&Variables::default());
        assert!(cache.is_none_or(|cache| cache.ends_with("alb-credential")));
    }

    #[test]
    fn the_fallback_directory_is_the_users_own() {
        assert!(runtime_fallback().ends_with("alb-credential/spare"));
        for path in temporary_fallbacks() {
            let name = path.file_name().expect("a name").to_string_lossy();
            assert!(name.starts_with("alb-credential"), "{name}");
        }
    }
}
