//! The files that point a shell at the sandbox, for POSIX shells and for fish.

use std::path::{Path, PathBuf};

use sandbox::Sandbox;

use crate::targets::GO;

/// Returns the variables, without PATH.
fn variables(sandbox: &Sandbox, directory: &Path) -> Vec<(&'static str, String)> {
    let file = |name: &str| directory.join(name).display().to_string();
    let authority = || file("ca.pem");
    let mut all = vec![
        ("SANDBOX", directory.display().to_string()),
        ("SSL_CERT_DIR", String::new()),
        ("SSL_CERT_FILE", authority()),
        ("CURL_CA_BUNDLE", authority()),
        ("REQUESTS_CA_BUNDLE", authority()),
        ("GIT_SSL_CAINFO", authority()),
        ("WGETRC", file("wgetrc")),
        ("NO_PROXY", "localhost,127.0.0.1".to_owned()),
        ("ALB_CREDENTIAL_CONFIG", file("config.toml")),
        ("ALB_CREDENTIAL_CACHE", file("cache")),
        // what `credential setup` writes is the sandbox's, and not the person's own
        ("GIT_CONFIG_GLOBAL", file("gitconfig")),
        ("DOCKER_CONFIG", file("docker")),
        ("GOENV", file("goenv")),
    ];
    if sandbox.has_app(GO) {
        all.extend([
            ("GOPROXY", sandbox.app_url(GO)),
            ("GOSUMDB", "off".to_owned()),
            ("GOMODCACHE", file("gomodcache")),
            ("GOFLAGS", "-modcacherw".to_owned()),
        ]);
    }
    all
}

/// What was built beside this program is found without being installed.
fn programs() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    own.parent().map(Path::to_owned)
}

/// Returns `env.sh`.
pub(crate) fn for_sh(sandbox: &Sandbox, directory: &Path) -> String {
    let path = programs().map(|programs| quoted(&programs.display().to_string()));
    let path = path.map(|path| format!("export PATH={path}:\"$PATH\"\n"));
    let lines = variables(sandbox, directory)
        .into_iter()
        .map(|(name, value)| format!("export {name}={}\n", quoted(&value)));
    path.into_iter().chain(lines).collect()
}

/// Returns `env.fish`.
pub(crate) fn for_fish(sandbox: &Sandbox, directory: &Path) -> String {
    let path = programs().map(|programs| quoted_for_fish(&programs.display().to_string()));
    let path = path.map(|path| format!("set -gx PATH {path} $PATH\n"));
    let lines = variables(sandbox, directory)
        .into_iter()
        .map(|(name, value)| format!("set -gx {name} {}\n", quoted_for_fish(&value)));
    path.into_iter().chain(lines).collect()
}

/// A value as one word of a POSIX shell.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "'\\''"))
}

/// A value as one word of fish, whose single quotes know two escapes.
fn quoted_for_fish(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}
