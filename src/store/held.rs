//! A record that is held: read under its claim, changed, and put where the claim was taken.
//!
//! A record is written only where it is claimed. Who could not lock it in the store (a file system without locks that
//! another machine may use too, a directory that cannot be written just now) has no lock in common with those who could, and
//! two who write one file without one can mix their records. So what was claimed in the spare place stays there.
//!
//! What was claimed in the store and cannot be written to it (a full disk) goes to the spare place, under a claim there too.
//! The next one who can write the store brings it home. So what becomes of a record is:
//!
//! | held in | [`Held::save`] | [`Held::write`] | [`Held::try_write`] |
//! |---|---|---|---|
//! | the store | stored; else put aside, and a warning | stored; else put aside if a hit would answer it; else an error | stored, or an error |
//! | the spare place | put aside | put aside, unless the store has one that a hit would answer | an error |
//! | nothing | lost, which was told | an error | an error |

use std::cell::Cell;

use super::{Cache, Claim, Key, Patience, Record, Trouble};
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;

/// What a record is held by.
#[derive(Debug)]
pub(super) enum Grip {
    /// The claim in the store itself.
    Store(Claim),
    /// The claim in the spare place, and why there is none in the store.
    Spare(Claim, String),
    /// Nothing, because neither can be used, and why the store cannot.
    Nothing(String),
}

/// A record that was read under its claim, or without one where no place can be used.
pub(crate) struct Held<'a, R> {
    cache: &'a Cache,
    key: Key,
    grip: Grip,
    /// Whether there is a record in the spare place, which counts more than the store's.
    is_spared: Cell<bool>,
    /// Why the record could not be read, in which case there may be more to it than is here.
    unread: Option<String>,
    pub(crate) record: R,
}

impl<'a, R: Record> Held<'a, R> {
    /// Reads the record of `key`, which `grip` holds.
    pub(super) fn new(cache: &'a Cache, key: &Key, grip: Grip) -> Result<Self> {
        let (own, unread) = match cache.read_if_any(key)? {
            Ok(record) => (record, None),
            Err(why) => (R::default(), Some(why)),
        };
        let spared = cache.spared(key);
        let held = Self {
            cache,
            key: key.clone(),
            grip,
            is_spared: Cell::new(spared.is_some()),
            unread: unread.filter(|_| spared.is_none() || cache.spare.is_discreet),
            record: match spared {
                Some(spared) => cache.joined(own, spared),
                None => own,
            },
        };
        held.bring_home();
        Ok(held)
    }

    /// Puts what the store could not take before into it, if it can now: then the next call is a hit again.
    fn bring_home(&self) {
        if let Grip::Store(claim) = &self.grip
            && self.is_spared.get()
            && self.unread.is_none()
            && let Err(trouble) = self.put_into_store(claim, self.text().as_ref())
        {
            let _ = self.remove_older(claim);
            self.cache.warn("written", &trouble.into_error().message);
        }
    }

    /// Tells whoever waits for this claim what its holder is doing: "waits for …". With no words, nothing worth telling.
    pub(crate) fn tell(&self, words: &str) {
        if let Some(claim) = self.claim() {
            claim.guard.note(words);
        }
    }

    /// What the last holder was doing, if it was killed while it did.
    pub(crate) fn left(&self) -> Option<&str> {
        self.claim()?.left.as_deref()
    }

    /// Whether the record is what the store has: of one that could not be read nothing can be forgotten.
    pub(crate) fn demand_read(&self) -> Result<()> {
        match &self.unread {
            Some(why) => Err(Error::new(Kind::Other, why)),
            None => Ok(()),
        }
    }

    fn claim(&self) -> Option<&Claim> {
        match &self.grip {
            Grip::Store(claim) | Grip::Spare(claim, _) => Some(claim),
            Grip::Nothing(_) => None,
        }
    }

    /// Writes the record. A failed write is a warning: whatever was won is still answered.
    pub(crate) fn save(&self) {
        let text = self.text();
        let written = match &self.grip {
            Grip::Store(claim) => self.put_into_store(claim, text.as_ref()),
            Grip::Spare(claim, _) => self.put_aside(claim, text.as_ref()),
            // That was told when it was held.
            Grip::Nothing(_) => Ok(()),
        };
        let Err(trouble) = written else { return };
        if let (Trouble::Unavailable(_), Grip::Store(claim)) = (&trouble, &self.grip) {
            // If it cannot be put aside either, there is still no more to say than that.
            let _ = self.put_aside_of_store(claim, text.as_ref());
        }
        self.cache.warn("written", &trouble.into_error().message);
    }

    /// Writes the record to the store or the spare place, which has to succeed, because a secret leaves next that it has to
    /// remember.
    pub(crate) fn commit(&self) -> Result<()> {
        let text = self.text();
        let written = match &self.grip {
            Grip::Store(claim) => match self.put_into_store(claim, text.as_ref()) {
                Err(Trouble::Unavailable(why)) => self
                    .put_aside_of_store(claim, text.as_ref())
                    .map_err(|_| Trouble::Unavailable(why)),
                written => written,
            },
            Grip::Spare(claim, _) => self.put_aside(claim, text.as_ref()),
            Grip::Nothing(why) => Err(Trouble::Unavailable(why.clone())),
        };
        written.map_err(|trouble| match trouble {
            Trouble::Unavailable(why) => Error::person("the cache cannot be written")
                .caused_by(why)
                .hint("set ALB_CREDENTIAL_CACHE to a directory of your own"),
            trouble => trouble.into_error(),
        })
    }

    /// Writes the record, which has to succeed, because something was to be forgotten: no record may be left that a hit would
    /// still answer.
    pub(crate) fn write(&self) -> Result<()> {
        let unusable =
            |why: &str| Error::new(Kind::Other, "the cache cannot be used").caused_by(why);
        match &self.grip {
            Grip::Store(claim) => {
                let text = self.text();
                let moves = R::IS_ANSWERED && !self.cache.spare.is_discreet;
                let written = match self.put_into_store(claim, text.as_ref()) {
                    Ok(()) if self.is_spared.get() => Err(Trouble::Unavailable(
                        "the spare place cannot be written".into(),
                    )),
                    // What is not answered is memory, or somebody's own: it does not move to where it may be gone tomorrow.
                    Err(Trouble::Unavailable(why)) if moves => self
                        .put_aside_of_store(claim, text.as_ref())
                        .map_err(|_| Trouble::Unavailable(why)),
                    written => written,
                };
                written.map_err(Trouble::into_error)
            }
            Grip::Spare(claim, why) => match self.cache.store.read(&self.key.name()) {
                Ok(Some(_)) => Err(unusable(why)),
                _ => self
                    .put_aside(claim, self.text().as_ref())
                    .map_err(Trouble::into_error),
            },
            Grip::Nothing(why) => Err(unusable(why)),
        }
    }

    /// Writes the store itself, if it was claimed there.
    pub(crate) fn try_write(&self) -> Result<(), Trouble> {
        match &self.grip {
            Grip::Store(claim) => self.put_into_store(claim, self.text().as_ref()),
            Grip::Spare(_, why) | Grip::Nothing(why) => Err(Trouble::Unavailable(why.clone())),
        }
    }

    fn text(&self) -> Option<Secret> {
        self.record.to_text(&self.key)
    }

    /// Writes the store, and removes what lies in the spare place: that is older now.
    fn put_into_store(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), Trouble> {
        self.cache.store.write(claim, text)?;
        if self.is_spared.get() {
            // Where somebody else has the claim there, what that one will write is newer than this.
            let _ = self.claim_and_put_aside(None);
        }
        Ok(())
    }

    /// Puts aside what the store could not take. On a full disk nothing can be written, but something removed.
    fn put_aside_of_store(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), Trouble> {
        self.claim_and_put_aside(text)?;
        self.remove_older(claim)
    }

    /// Removes what a hit would answer in place of the record that was put aside.
    fn remove_older(&self, claim: &Claim) -> Result<(), Trouble> {
        match R::IS_ANSWERED && !self.cache.spare.is_discreet {
            true => self.cache.store.write(claim, None),
            false => Ok(()),
        }
    }

    /// Writes the spare place under a claim there, if it can be had at once.
    fn claim_and_put_aside(&self, text: Option<&Secret>) -> Result<(), Trouble> {
        let claim = self.cache.spare.claim(&self.key.name(), &Patience::NONE)?;
        self.put_aside(&claim, text)
    }

    fn put_aside(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), Trouble> {
        let memory = self.record.memory().to_text(&self.key);
        let text = match self.cache.spare.is_discreet {
            true => text.and(memory.as_ref()),
            false => text,
        };
        self.cache.spare.write(claim, text)?;
        self.is_spared.set(text.is_some());
        Ok(())
    }
}
