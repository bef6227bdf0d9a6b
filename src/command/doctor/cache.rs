//! Checks the cache: where it is, whether it is private, and whether it can be used.

use std::path::Path;

use super::Examination;
use super::report::Finding;
use crate::app::{Org, Storage};
use crate::error::{Error, Kind, foreign};
use crate::paths;
use crate::store::{Account, Entry, Key, StoreError};

/// The outcome of a trial.
#[derive(Debug)]
enum Use {
    /// It was read and claimed, and an existing entry was written back unchanged.
    Full,
    /// It was only read, because a claim would have created a file.
    Read,
    Failed(StoreError),
}

impl Examination<'_> {
    /// Returns the app's entry and, if there is an `org`, the account's record, as `get` would find them.
    pub(super) fn cache(&mut self, org: Option<&Org>) -> (Entry, Account) {
        let key = Key::of_app(self.app);
        let (records, done) = match self.read(&key, org) {
            Ok(records) => {
                let done = self.try_use(&key, &records.0);
                (records, done)
            }
            Err(trouble) => (Default::default(), Use::Failed(trouble)),
        };
        let directory = paths::cache_directory(&self.context.variables);
        let fallback = self.context.cache.fallback_directory();
        let kept = Place {
            storage: (self.app.org()).map_or(&self.context.settings.storage, |org| &org.storage),
            directory: directory.as_deref(),
            fallback,
        };
        self.put("cache", judge(&kept, done));
        records
    }

    fn read(&self, key: &Key, org: Option<&Org>) -> Result<(Entry, Account), StoreError> {
        let cache = &self.context.cache;
        let account = match org {
            Some(org) => self.account(&Key::of_account(org))?,
            None => Account::default(),
        };
        Ok((cache.try_find(key)?, account))
    }

    /// The account's record; where the store that has it cannot be used, what this machine knows. [`Self::fleet`] tells of the
    /// store.
    fn account(&self, key: &Key) -> Result<Account, StoreError> {
        let cache = &self.context.cache;
        match cache.try_find(key) {
            Err(StoreError::Unavailable(_)) if cache.fleet(key).is_some() => {
                cache.try_find_here(key)
            }
            found => found,
        }
    }

    /// Claims the entry as a sign-in would. If no sign-in follows, claims only an existing entry: its lock exists too,
    /// so no file is created. Never claims the account: a sign-in to another app of the org would have to wait.
    fn try_use(&self, key: &Key, entry: &Entry) -> Use {
        let is_known = *entry != Entry::default();
        if !self.may_sign_in && !is_known {
            return Use::Read;
        }
        let held = match self.context.cache.try_hold::<Entry>(key) {
            Ok(held) => held,
            Err(trouble) => return Use::Failed(trouble),
        };
        // Another process may have changed the entry since. The one that was read under the claim is written back.
        match held.record != Entry::default() {
            true => held.try_write().map_or_else(Use::Failed, |()| Use::Full),
            false => Use::Full,
        }
    }
}

/// The place of the records.
struct Place<'a> {
    storage: &'a Storage,
    directory: Option<&'a Path>,
    /// The directory that is used instead.
    fallback: Option<&'a Path>,
}

/// Judges the outcome of a trial at this place.
fn judge(place: &Place<'_>, done: Use) -> Finding {
    let show = |path: &Path| foreign(&path.to_string_lossy());
    let shown = place.directory.map_or("no directory".into(), show);
    let (shown, instead) = match place.storage {
        Storage::File | Storage::Fleet(_) => (
            shown,
            "name a directory of your own in ALB_CREDENTIAL_CACHE",
        ),
        Storage::Keyring => (
            format!("the keyring, with locks in {shown}"),
            "or keep sessions in files: store = \"file\"",
        ),
    };
    match done {
        Use::Full => Finding::Fine(format!("{shown}: private, can be written and locked")),
        Use::Read => Finding::Fine(format!(
            "{shown}: no entry for this app yet; without a sign-in nothing is written"
        )),
        Use::Failed(error @ (StoreError::Insecure { .. } | StoreError::Lost)) => {
            Finding::Wrong(error.into_error())
        }
        Use::Failed(StoreError::Busy(_)) => Finding::Fine(format!(
            "{shown}: private; another process holds the claim of this app at the moment"
        )),
        Use::Failed(StoreError::Unavailable(why)) => Finding::Doubtful(
            Error::new(
                Kind::Other,
                match place.fallback {
                    Some(fallback) => {
                        format!(
                            "the cache cannot be used: {} is used instead",
                            show(fallback)
                        )
                    }
                    None => "the cache cannot be used: every call signs in again".into(),
                },
            )
            .caused_by(why)
            .hint(instead),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Place, Storage, StoreError, Use, judge};
    use crate::error::Error;
    use std::path::Path;

    #[test]
    fn only_an_insecure_cache_is_a_failure() {
        let place = Place {
            storage: &Storage::File,
            directory: Some(Path::new("/c")),
            fallback: None,
        };
        let judged = |done| judge(&place, done);
        assert!(
            matches!(judged(Use::Full), Finding::Fine(words) if words.starts_with("/c: private"))
        );
        assert!(matches!(judged(Use::Read), Finding::Fine(_)));
        let trouble = |trouble| judged(Use::Failed(trouble));
        let insecure = StoreError::Insecure {
            what: "/c is a link".into(),
            mend: "rm /c".into(),
        };
        assert_eq!(
            trouble(insecure.clone()),
            Finding::Wrong(insecure.into_error())
        );
        let busy = StoreError::Busy(Error::network("it is locked"));
        assert!(matches!(trouble(busy), Finding::Fine(_)));
        assert!(matches!(
            trouble(StoreError::Unavailable("/c: it is full".into())),
            Finding::Doubtful(error) if error.causes == ["/c: it is full"]
                && error.message.ends_with("every call signs in again")
        ));
        let stood_in = judge(
            &Place {
                fallback: Some(Path::new("/s")),
                ..place
            },
            Use::Failed(StoreError::Unavailable("/c: it is full".into())),
        );
        assert!(matches!(
            stood_in,
            Finding::Doubtful(error) if error.message.ends_with(": /s is used instead")
        ));
    }

    #[test]
    fn the_keyring_is_named_with_its_locks() {
        let place = Place {
            storage: &Storage::Keyring,
            directory: Some(Path::new("/c")),
            fallback: None,
        };
        assert_eq!(
            judge(&place, Use::Full),
            Finding::fine("the keyring, with locks in /c: private, can be written and locked")
        );
    }
}
