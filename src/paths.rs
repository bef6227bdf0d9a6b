//! Where this program keeps its files: the configuration file and the cache directory.
//!
//! Names only; nothing is opened, looked for or made here.

use std::path::PathBuf;

use crate::app::App;
use crate::settings::Variables;
use crate::store::Key;

/// The directory of ours below the user's directories of configuration and of caches.
const DIRECTORY: &str = "alb-credential";

/// The configuration file: the one that `ALB_CREDENTIAL_CONFIG` names, else the user's own; `None` without a home.
pub(crate) fn config_file(variables: &Variables) -> Option<PathBuf> {
    let own = || Some(dirs::config_dir()?.join(DIRECTORY).join("config.toml"));
    variables.config.clone().or_else(own)
}

/// The cache directory: the one that `ALB_CREDENTIAL_CACHE` names, else the user's own; `None` without a home.
pub(crate) fn cache_directory(variables: &Variables) -> Option<PathBuf> {
    let own = || Some(dirs::cache_dir()?.join(DIRECTORY));
    variables.cache.clone().or_else(own)
}

/// The cookie file that git reads for `app`: beside the app's record, and named like it.
pub(crate) fn cookie_file(variables: &Variables, app: &App) -> Option<PathBuf> {
    let name = format!("{}.cookies", Key::of_app(app).name());
    Some(cache_directory(variables)?.join(name))
}

#[cfg(test)]
mod tests {
    use super::{cache_directory, config_file};
    use crate::settings::Variables;

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
}
