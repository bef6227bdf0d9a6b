//! The keyring of the operating system: the Secret Service on Linux, the Keychain on macOS, the Credential Manager on
//! Windows. Nothing here is called unless the configuration names the keyring. Without the feature `keyring` the program
//! knows the names of items and can call nothing.
//!
//! It may be locked, with a question on a screen that nobody looks at, and its service may hang. So each call has a
//! thread of its own, which also keeps it apart from the runtime of the requests, and a limit of time. If a keyring was not
//! opened once, this process does not try it again: it asks nobody twice to unlock it, and waits for nothing twice.

#[cfg(feature = "keyring")]
use std::sync::OnceLock;
#[cfg(feature = "keyring")]
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

#[cfg(feature = "keyring")]
use ::keyring::{Entry, Error as Reason};

#[cfg(feature = "keyring")]
use crate::clock;
use crate::error::{Error, Result, foreign, typed};
use crate::secret::Secret;
#[cfg(feature = "keyring")]
use crate::waiting;

/// The service of this program's own items.
const SERVICE: &str = "alb-credential";
/// How long a call may take where nobody is there to unlock the keyring.
const UNATTENDED: Duration = Duration::from_secs(5);
/// How long it may take where somebody is.
const ATTENDED: Duration = Duration::from_secs(60);
/// How long a wait is silent.
#[cfg(feature = "keyring")]
const SILENCE: Duration = Duration::from_secs(2);

/// Why the keyring was not opened.
#[cfg(feature = "keyring")]
static CLOSED: OnceLock<Error> = OnceLock::new();

/// The name of one secret in the keyring: the attributes `service` and `username` in the Secret Service, service and
/// account in the Keychain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) service: String,
    pub(crate) username: String,
}

impl Item {
    /// An item of this program's own.
    pub(crate) fn own(username: String) -> Self {
        Self {
            service: SERVICE.to_owned(),
            username,
        }
    }

    /// Returns whether it is this program's own, and no other's.
    pub(crate) fn is_own(&self) -> bool {
        self.service == SERVICE
    }

    /// How a message calls it.
    pub(crate) fn words(&self) -> String {
        let (service, username) = (foreign(&self.service), foreign(&self.username));
        format!("item {username} of {service} in the keyring")
    }

    /// The command that asks a person for the secret, and keeps it under this name.
    pub(crate) fn storing(&self) -> String {
        let word = |text: &str| foreign(&typed(text));
        let (service, username) = (word(&self.service), word(&self.username));
        if cfg!(target_os = "macos") {
            format!("security add-generic-password -U -s {service} -a {username} -w")
        } else if cfg!(windows) {
            let target = word(&format!("{}.{}", self.username, self.service));
            format!("cmdkey /generic:{target} /user:{username} /pass")
        } else {
            format!("secret-tool store --label={service} service {service} username {username}")
        }
    }
}

/// Returns how long a call may take.
pub(crate) fn patience(attended: bool) -> Duration {
    if attended { ATTENDED } else { UNATTENDED }
}

/// How a call is waited for.
#[cfg_attr(
    not(feature = "keyring"),
    expect(dead_code, reason = "nothing is called")
)]
pub(crate) struct Wait<'a> {
    pub(crate) limit: Duration,
    /// Says meanwhile whether nobody wants the answer any more.
    pub(crate) stop: &'a dyn Fn() -> bool,
    /// Called with a line for a person, when the wait takes long.
    pub(crate) announce: fn(&str),
}

/// Says whether this build can call a keyring; if it cannot, the configuration must not name one.
pub(crate) fn check_build() -> Result<()> {
    match cfg!(feature = "keyring") {
        true => Ok(()),
        false => Err(Error::usage("this build has no keyring")
            .hint("name another place, or build with the feature keyring, which is on by default")),
    }
}

/// Has no secret: there is no keyring in this build.
#[cfg(not(feature = "keyring"))]
pub(crate) fn read(_item: &Item, _wait: &Wait) -> Result<Option<Secret>> {
    check_build().map(|()| None)
}

/// Keeps nothing: there is no keyring in this build.
#[cfg(not(feature = "keyring"))]
pub(crate) fn write(_item: &Item, _secret: Option<&Secret>, _wait: &Wait) -> Result<()> {
    check_build()
}

/// The secret called `item`, if it is there.
#[cfg(feature = "keyring")]
pub(crate) fn read(item: &Item, wait: &Wait) -> Result<Option<Secret>> {
    let found = call(item, wait, |entry| entry.get_password().map(Secret::new));
    found.and_then(|found| match found {
        Err(Reason::NoEntry) => Ok(None),
        Err(reason) => Err(of_item(item, reason)),
        Ok(secret) => Ok(Some(secret)),
    })
}

/// Keeps `secret` under the name of `item`, in place of what was there; `None` removes it.
#[cfg(feature = "keyring")]
pub(crate) fn write(item: &Item, secret: Option<&Secret>, wait: &Wait) -> Result<()> {
    let secret = secret.cloned();
    let done = call(item, wait, move |entry| match secret {
        Some(secret) => entry.set_password(secret.expose()),
        None => entry.delete_credential(),
    });
    done.and_then(|done| match done {
        Ok(()) | Err(Reason::NoEntry) => Ok(()),
        Err(reason) => Err(of_item(item, reason)),
    })
}

/// Does `work` with `item`; trouble with the keyring as a whole is an error of its own.
#[cfg(feature = "keyring")]
fn call<T: Send + 'static>(
    item: &Item,
    wait: &Wait,
    work: impl FnOnce(&Entry) -> Result<T, Reason> + Send + 'static,
) -> Result<Result<T, Reason>> {
    if let Some(error) = CLOSED.get() {
        return Err(error.clone());
    }
    let Item { service, username } = item.clone();
    let (sender, receiver) = mpsc::channel();
    let work = move || sender.send(Entry::new(&service, &username).and_then(|entry| work(&entry)));
    let started = std::thread::Builder::new().spawn(work);
    started.map_err(|error| Error::network("the keyring cannot be asked").caused_by(error))?;
    let reason = match awaited(&receiver, wait) {
        None if (wait.stop)() => return Err(Error::person("interrupted")),
        None => return Err(CLOSED.get_or_init(|| silent(wait.limit)).clone()),
        Some(Err(reason)) => reason,
        Some(done) => return Ok(done),
    };
    match (trouble(&reason), &reason) {
        (None, _) => Ok(Err(reason)),
        (Some(error), Reason::NoStorageAccess(_)) => Err(CLOSED.get_or_init(|| error).clone()),
        (Some(error), _) => Err(error),
    }
}

/// Receives what is sent in time, as long as it is wanted. A thread that is too late ends with the process.
#[cfg(feature = "keyring")]
fn awaited<T>(receiver: &Receiver<T>, wait: &Wait) -> Option<T> {
    let start = clock::ticks();
    let mut is_told = false;
    let message = waiting::until(wait.limit, |pause| {
        match receiver.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) if !(wait.stop)() => {}
            ended => return Some(ended.ok()),
        }
        if !is_told && start.elapsed() >= SILENCE {
            is_told = true;
            let limit = wait.limit.as_secs();
            (wait.announce)(&format!(
                "waiting for the keyring, up to {limit} s: it may have to be unlocked"
            ));
        }
        None
    });
    message.flatten()
}

/// The keyring has not answered.
#[cfg(feature = "keyring")]
fn silent(limit: Duration) -> Error {
    Error::person(format!(
        "the keyring has not answered within {} s",
        limit.as_secs()
    ))
    .caused_by("it waits to be unlocked, or its service hangs")
    .hint(UNLOCK)
}

/// The hint for a keyring that does not open.
#[cfg(feature = "keyring")]
const UNLOCK: &str = "unlock the keyring where you are logged in to the desktop, and try again";

/// The words of the Secret Service's client where no collection has the alias `default`.
#[cfg(feature = "keyring")]
const NO_COLLECTION: &str = "SS error: result not returned from SS API";

/// Returns what `reason` says of the keyring as a whole, if it is not about one item.
#[cfg(feature = "keyring")]
fn trouble(reason: &Reason) -> Option<Error> {
    Some(match reason {
        Reason::NoDefaultStore => {
            let why = Entry::store_status().as_ref().err().map(innermost);
            let error = Error::usage("there is no keyring to reach from here");
            why.into_iter()
                .fold(error, Error::caused_by)
                .hint("run it in a session that has one (on Linux: D-Bus, with GNOME Keyring, KWallet or KeePassXC)")
        }
        Reason::NoStorageAccess(_) if innermost(reason) == NO_COLLECTION => {
            Error::person("the keyring has no default collection to keep anything in")
                .hint("make a keyring the default one, as in Passwords and Keys (seahorse)")
        }
        Reason::NoStorageAccess(_) => Error::person("the keyring is locked, or not set up")
            .caused_by(innermost(reason))
            .hint(UNLOCK),
        Reason::PlatformFailure(_) => {
            Error::usage("the keyring does not work").caused_by(innermost(reason))
        }
        _ => return None,
    })
}

/// Returns what `reason` says of one item.
#[cfg(feature = "keyring")]
fn of_item(item: &Item, reason: Reason) -> Error {
    let words = item.words();
    match reason {
        // No display of these two: they have the secret, or the paths of items, in them.
        Reason::BadEncoding(_) | Reason::BadDataFormat(..) => {
            Error::usage(format!("the {words} is not UTF-8 text"))
        }
        Reason::Ambiguous(items) => {
            Error::usage(format!("there are {} of the {words}", items.len()))
                .hint("remove all but one of them")
        }
        Reason::TooLong(_, limit) => {
            Error::usage(format!("the {words} can have no more than {limit} bytes"))
        }
        other => Error::usage(format!("the {words} cannot be used")).caused_by(innermost(&other)),
    }
}

/// The last cause of `error`, in its own words.
#[cfg(feature = "keyring")]
fn innermost(error: &Reason) -> String {
    let mut error: &dyn std::error::Error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    foreign(&error.to_string())
}

#[cfg(test)]
#[cfg(feature = "keyring")]
mod tests {
    use super::{Item, Reason, of_item, trouble};
    use crate::http::fixture::is_fit;

    #[test]
    fn an_item_is_stored_by_a_command_that_has_no_secret() {
        let item = Item::own("corp.okta.com/ada l'ovelace/password".into());
        if cfg!(target_os = "linux") {
            assert_eq!(
                item.storing(),
                "secret-tool store --label=alb-credential service alb-credential \
                 username 'corp.okta.com/ada l'\\''ovelace/password'"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_an_item_is_told_without_what_is_in_it() {
        let item = Item::own("corp.okta.com/ada/password".into());
        for reason in [
            Reason::BadEncoding(b"hunter2".into()),
            Reason::BadDataFormat(b"hunter2".into(), "hunter2".into()),
            Reason::Ambiguous(Vec::new()),
            Reason::TooLong("secret".into(), 2560),
            Reason::NotSupportedByStore("that".into()),
        ] {
            assert_eq!(trouble(&reason), None);
            let error = of_item(&item, reason);
            assert!(is_fit(&error), "{error:?}");
            assert!(!error.to_text().contains("hunter2"), "{error:?}");
            assert!(error.message.contains("corp.okta.com/ada/password"));
        }
    }

    #[test]
    fn a_locked_keyring_needs_a_person_and_a_missing_one_another_place() {
        let told = |reason| trouble(&reason).expect("it is about the whole");
        let locked = told(Reason::NoStorageAccess("prompt dismissed".into()));
        assert_eq!(locked.kind.exit_code(), 3);
        assert_eq!(locked.causes, ["prompt dismissed"]);
        let bare = told(Reason::NoStorageAccess(super::NO_COLLECTION.into()));
        assert!(bare.message.contains("no default collection"), "{bare:?}");
        assert_eq!((bare.kind.exit_code(), bare.causes.len()), (3, 0));
        let broken = told(Reason::PlatformFailure("no bus".into()));
        assert_eq!((broken.kind.exit_code(), broken.hints.len()), (2, 0));
    }
}
