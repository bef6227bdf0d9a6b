//! The user's own directories, as `dirs` names them.
//!
//! Without `HOME`, `dirs` has the C library look the user up. That loads the system's plug-ins for users (systemd, LDAP),
//! which crashes a statically linked program. So without `HOME` only `/etc/passwd` is read, and a user who is not in it has
//! no home directory.
#![expect(
    clippy::disallowed_methods,
    reason = "the owner of the user's directories"
)]

use std::path::PathBuf;

use crate::environment::foreign_path;
#[cfg(unix)]
use crate::error::{foreign, typed};

/// The file of users (passwd(5)).
const USERS: &str = "/etc/passwd";

/// The home directory.
pub(crate) fn home() -> Option<PathBuf> {
    match may_ask() {
        true => dirs::home_dir(),
        false => home_in_file(),
    }
}

/// The directory for configurations.
pub(super) fn configurations() -> Option<PathBuf> {
    match may_ask() {
        true => dirs::config_dir(),
        false => named("XDG_CONFIG_HOME", ".config"),
    }
}

/// The directory for caches.
pub(super) fn caches() -> Option<PathBuf> {
    match may_ask() {
        true => dirs::cache_dir(),
        false => named("XDG_CACHE_HOME", ".cache"),
    }
}

/// Returns whether `dirs` finds the home directory without the C library. (Only on Linux is the program linked
/// statically.)
fn may_ask() -> bool {
    !cfg!(target_os = "linux") || foreign_path("HOME").is_some()
}

/// The directory in `variable`, else the one `below` the home directory.
fn named(variable: &str, below: &str) -> Option<PathBuf> {
    let named = foreign_path(variable).filter(|path| path.is_absolute());
    named.or_else(|| Some(home_in_file()?.join(below)))
}

fn home_in_file() -> Option<PathBuf> {
    let users = std::fs::read(USERS).ok()?;
    home_of(&number(), &String::from_utf8_lossy(&users))
}

/// The home directory of the user with this number.
fn home_of(number: &str, users: &str) -> Option<PathBuf> {
    let of_user = |line: &str| {
        let mut fields = line.split(':').skip(2);
        let is_meant = fields.next() == Some(number);
        let home = fields.nth(2).filter(|home| home.starts_with('/'));
        home.filter(|_| is_meant).map(PathBuf::from)
    };
    users.lines().find_map(of_user)
}

/// Returns what a command calls this user: by name, or by number if the file of users has none.
#[cfg(unix)]
pub(crate) fn name() -> String {
    let users = std::fs::read(USERS).unwrap_or_default();
    let number = number();
    name_of(&number, &String::from_utf8_lossy(&users)).unwrap_or(number)
}

/// The name of the user with this number.
#[cfg(unix)]
fn name_of(number: &str, users: &str) -> Option<String> {
    let of_user = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1) == Some(number)).then(|| foreign(&typed(name)))
    };
    users.lines().find_map(of_user)
}

/// Returns what tells the users of one machine apart.
#[cfg(unix)]
pub(super) fn number() -> String {
    rustix::process::geteuid().as_raw().to_string()
}

/// A constant, where users share no directory.
#[cfg(not(unix))]
pub(super) fn number() -> String {
    "spare".into()
}

#[cfg(test)]
mod tests {
    use super::home_of;

    #[cfg(unix)]
    #[test]
    fn the_name_is_the_first_field_of_the_users_line() {
        let users =
            "root:x:0:0:root:/root:/bin/bash\n:x:7:7:::\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n";
        let name = |number| super::name_of(number, users);
        assert_eq!(name("0"), Some("root".into()));
        assert_eq!(name("1000"), Some("ada".into()));
        assert_eq!([name("7"), name("100"), name("x")], [None, None, None]);
    }

    #[test]
    fn the_home_directory_is_the_sixth_field_of_the_users_line() {
        let users = "root:x:0:0:root:/root:/bin/bash\n#x:x:7\n\nada:x:1000:1000:Ada, 7:/home/ada:/bin/sh\n\
            eve:x:1001:1000:::/bin/sh\n";
        let home = |number| home_of(number, users);
        assert_eq!(home("0"), Some("/root".into()));
        assert_eq!(home("1000"), Some("/home/ada".into()));
        assert_eq!(home("1001"), None, "an empty one");
        assert_eq!(home("7"), None);
        assert_eq!(home("100"), None);
    }
}
