//! What the tool may touch of the world, and how it gets on where the cache cannot be used.
//!
//! The answer matters more than the cache: a store that is unavailable (no home, read-only, full) is a warning and
//! the work goes on without it; one that others can write to stops everything.

use std::time::Duration;

use crate::app::{App, Target};
use crate::error::Result;
use crate::http::Client;
use crate::paths;
use crate::settings::{Settings, Variables};
use crate::store::{self, Claim, FileStore, Key, Name, Patience, Record, Store, Trouble};
use crate::terminal::{Questions, Terminal};

/// The configuration, the store, the network and the person.
pub(crate) struct World {
    pub(crate) settings: Settings,
    variables: Variables,
    pub(crate) store: Box<dyn Store>,
    pub(crate) client: Client,
    pub(crate) terminal: Terminal,
}

impl World {
    /// The world of this process, where the caller allows `questions`.
    pub(crate) fn open(verbosity: u8, questions: Questions) -> Result<Self> {
        let variables = Variables::of_process()?;
        let settings = Settings::load(&variables)?;
        let questions = match variables.silenced_by {
            Some(_) => Questions::Forbidden,
            None => questions,
        };
        let terminal = Terminal::new(verbosity, questions);
        Ok(Self {
            store: Box::new(FileStore::new(paths::cache_directory(&variables))),
            client: Client::new(terminal.tracer(), variables.certificates.clone()),
            settings,
            variables,
            terminal,
        })
    }

    /// The app that `target` means.
    pub(crate) fn find(&self, target: &Target) -> Result<&App> {
        self.settings.find(target, &self.variables)
    }

    /// Reads the record of `key`. A store that cannot be used has none.
    pub(crate) fn read<R: Record>(&self, key: &Key) -> Result<R> {
        match store::read(self.store.as_ref(), key) {
            Err(Trouble::Insecure(error)) => Err(error),
            read => Ok(read.unwrap_or_default()),
        }
    }

    /// Claims `key` for `purpose`, waiting up to `limit`; `None` where the store cannot be used.
    pub(crate) fn claim(&self, key: &Key, purpose: &str, limit: Duration) -> Result<Option<Claim>> {
        let announce = |line: &str| self.terminal.notice(line);
        match self.store.claim(
            &key.name(),
            &Patience {
                purpose,
                limit,
                announce: &announce,
            },
        ) {
            Ok(claim) => Ok(Some(claim)),
            Err(Trouble::Unavailable(why)) => {
                self.terminal
                    .notice(&format!("warning: the cache cannot be used: {why}"));
                Ok(None)
            }
            Err(Trouble::Insecure(error) | Trouble::Busy(error)) => Err(error),
        }
    }

    /// Claims `key` if nobody has it, for what can as well be left undone.
    pub(crate) fn claim_if_free(&self, key: &Key) -> Option<Claim> {
        let patience = Patience {
            purpose: "",
            limit: Duration::ZERO,
            announce: &|_| {},
        };
        self.store.claim(&key.name(), &patience).ok()
    }

    /// Removes a record, whatever it is about.
    pub(crate) fn remove(&self, name: &Name) -> Result<()> {
        let patience = Patience {
            purpose: "remove a record",
            limit: Self::patience(false),
            announce: &|_| {},
        };
        match self
            .store
            .claim(name, &patience)
            .and_then(|claim| self.store.write(&claim, None))
        {
            Ok(()) => Ok(()),
            Err(Trouble::Unavailable(why)) => {
                self.terminal
                    .notice(&format!("warning: the cache cannot be written: {why}"));
                Ok(())
            }
            Err(Trouble::Insecure(error) | Trouble::Busy(error)) => Err(error),
        }
    }

    /// How long a claim is waited for: longer than a sign-in of the same kind may take.
    pub(crate) fn patience(attended: bool) -> Duration {
        Duration::from_secs(if attended { 16 * 60 } else { 150 })
    }

    /// Writes `record` under its claim. A failed write is a warning: the answer is still given.
    pub(crate) fn save<R: Record>(&self, claim: Option<&Claim>, key: &Key, record: &R) {
        let Some(claim) = claim else { return };
        let why = match store::write(self.store.as_ref(), claim, key, record) {
            Ok(()) => return,
            Err(Trouble::Unavailable(why)) => why,
            Err(Trouble::Insecure(error) | Trouble::Busy(error)) => error.message,
        };
        self.terminal
            .notice(&format!("warning: the cache cannot be written: {why}"));
    }
}
