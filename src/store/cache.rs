//! The cache as the rest of the program uses it: records by key, and what happens where the store cannot be used.
//!
//! The answer matters more than the cache: a store that is unavailable (no home, read-only, full, without locks) is one
//! warning, and the work goes on in the fallback, so that it is still done once for everybody; where there is none
//! either, it goes on without. A store that others can write to stops everything.
//!
//! The hot read looks into the store alone. A process that finds no good record there claims it, and sees both.

mod holding;

use std::path::Path;
use std::time::Duration;

use super::claims::WaitPolicy;
use super::copy_age::{self, is_to_recheck};
use super::error::{StoreError, Unwritten};
use super::fleet::{Away, Fleet};
use super::key::{Key, Name};
use super::place::{FleetLook, Place};
use super::records::Record;
use super::route::Route;
use super::warning::Warning;
use crate::app::Org;
use crate::clock::Moment;
use crate::error::{Error, Result};

/// The places of records, and the warning that one cannot be used.
pub(crate) struct Cache {
    /// The first has what no route leads elsewhere.
    places: Vec<Place>,
    routes: Vec<Route>,
    warning: Warning,
}

impl Cache {
    /// A cache in `place` that tells `notify` what a person has to know, and `announce` for whom it waits.
    pub(crate) fn new(
        place: Place,
        notify: Box<dyn Fn(&str)>,
        announce: Box<dyn Fn(&str)>,
    ) -> Self {
        Self {
            places: vec![place],
            routes: Vec::new(),
            warning: Warning::new(notify, announce),
        }
    }

    /// Adds a place, and returns its number for [`Cache::route`].
    pub(crate) fn add(&mut self, place: Place) -> usize {
        self.places.push(place);
        self.places.len() - 1
    }

    /// Has the records of the account of `org`, and of its apps, in the place of this number.
    pub(crate) fn route(&mut self, org: &Org, place: usize) {
        self.routes.push(Route::of(org, place));
    }

    fn place(&self, key: &Key) -> &Place {
        let route = self.routes.iter().find(|route| route.leads(key));
        &self.places[route.map_or(0, |route| route.place)]
    }

    /// The store that other machines share, which has the record of `key`.
    pub(crate) fn fleet(&self, key: &Key) -> Option<&Fleet> {
        self.place(key).fleet.as_ref()
    }

    /// Returns whether the record of `key`, which was read last, is a copy that is to be compared with a fleet's store.
    pub(crate) fn is_to_recheck(&self, key: &Key, now: Moment) -> bool {
        let place = self.place(key);
        let compared = place.fleet.as_ref().zip(place.records.modified());
        compared
            .is_some_and(|(fleet, compared)| is_to_recheck(compared, fleet.settings().recheck, now))
    }

    /// Returns when the record of `key`, which was read last, was compared with a fleet's store, if it is a copy.
    pub(crate) fn compared_at(&self, key: &Key) -> Option<Moment> {
        let place = self.place(key);
        place.fleet.as_ref()?;
        copy_age::moment(place.records.modified()?)
    }

    /// An error if the whole store is refused. Where only one record is, the others still answer.
    pub(crate) fn check(&self) -> Result<()> {
        for place in &self.places {
            if let Err(error @ StoreError::Insecure { .. }) = place.records.check() {
                return Err(error.into_error());
            }
        }
        Ok(())
    }

    /// Reads the record of `key` in the store, without a claim. An unreadable one is as good as none.
    pub(crate) fn read<R: Record>(&self, key: &Key) -> Result<R> {
        match self.place(key).read(key) {
            Ok(record) => Ok(record),
            Err(StoreError::Unavailable(why)) => {
                self.warn(self.place(key), why);
                Ok(R::default())
            }
            Err(error) => Err(error.into_error()),
        }
    }

    /// As [`Cache::read`], but also what the store could not take; and what a fleet's store knows of an account.
    pub(crate) fn find<R: Record>(&self, key: &Key) -> Result<R> {
        let place = self.place(key);
        let found = place.find(key).map_err(StoreError::into_error)?;
        if let Some(why) = found.unread {
            self.warn(place, why);
        }
        let (record, look) = place.look_at_fleet(key, found.record);
        match look {
            FleetLook::Fine => {}
            // The next claim seals it anew.
            FleetLook::OfFormerKey => drop(self.hold_if_free::<R>(key)),
            FleetLook::Away(away) => self.warn_away(&away),
        }
        Ok(record)
    }

    /// As [`Cache::try_find`], on this machine alone.
    pub(crate) fn try_find_here<R: Record>(&self, key: &Key) -> Result<R, StoreError> {
        let found = self.place(key).find(key)?;
        match found.unread {
            Some(why) => Err(StoreError::Unavailable(why)),
            None => Ok(found.record),
        }
    }

    /// Warns that the store cannot be read, and names the fallback too where it is of no use.
    fn warn(&self, place: &Place, why: String) {
        let trouble = Unwritten {
            store: StoreError::Unavailable(why),
            fallback: (place.fallback.check().err()).map(|error| error.reason()),
        };
        self.warning
            .give("used", &trouble.to_string(), place.advice);
    }

    fn warn_away(&self, away: &Away) {
        if !away.is_known {
            self.warning.give_line(&away.why);
        }
    }

    /// As [`Cache::find`]; it has to succeed, because something is to be forgotten.
    pub(crate) fn demand<R: Record>(&self, key: &Key) -> Result<R> {
        self.try_find(key).map_err(|error| match error {
            StoreError::Unavailable(why) if self.place(key).fleet.is_some() => Error::network(why),
            error => error.into_error(),
        })
    }

    /// Has each store that machines share tried, whatever was found lately.
    pub(crate) fn insist(&self) {
        let fleets = self.places.iter().filter_map(|place| place.fleet.as_ref());
        fleets.for_each(Fleet::insist);
    }

    /// As [`Cache::find`], without a warning: the trouble is told to the caller.
    pub(crate) fn try_find<R: Record>(&self, key: &Key) -> Result<R, StoreError> {
        let place = self.place(key);
        let found = place.find(key)?;
        if let Some(why) = found.unread {
            return Err(StoreError::Unavailable(why));
        }
        match place.look_at_fleet(key, found.record) {
            (_, FleetLook::Away(away)) => Err(StoreError::Unavailable(away.why)),
            (record, _) => Ok(record),
        }
    }

    /// The directory that stands in for a store that cannot be used, if there is one.
    pub(crate) fn fallback_directory(&self) -> Option<&Path> {
        self.places[0].fallback.directory()
    }

    /// Removes every record but those of `keep`, whatever they are about.
    pub(crate) fn clear(&self, keep: &[Name], limit: Duration) -> Result<()> {
        let policy = WaitPolicy {
            purpose: "remove a record",
            limit,
            announce: &|_| {},
        };
        // The copies of a fleet's records are files beside the others.
        let own = (self.places.iter()).filter(|place| place.fleet.is_none());
        own.map(|place| place.clear(keep, &policy))
            .fold(Ok(()), Result::and)
            .map_err(StoreError::into_error)
    }
}
