//! A record that a fleet shares, on the machine alone.

use std::rc::Rc;

use time::macros::datetime;

use super::Scene;
use super::doubles::Unwritable;
use crate::app::{FleetSettings, Offline, Org, Storage, StoreServer};
use crate::cookie::Jar;
use crate::error::Error;
use crate::secret::Secret;
use crate::store::error::StoreError;
use crate::store::file::FileStore;
use crate::store::fleet::Fleet;
use crate::store::key::Key;
use crate::store::place::Place;
use crate::store::{Account, LockedRecord, Record as _, StoreUser, Unanswered};

/// A fleet whose store is never asked.
fn fleet(files: &FileStore) -> Fleet {
    let settings = FleetSettings {
        server: StoreServer::Unix("/nowhere".into()),
        namespace: "ci".into(),
        keys: Vec::new(),
        username: None,
        password: None,
        ca: None,
        certificate: None,
        recheck: time::Duration::MINUTE,
        shares_okta: true,
        offline: Offline::Proven,
        replicas: 0,
    };
    let user = StoreUser {
        fetch: Box::new(|_, _, _| Err(Error::usage("nothing is fetched"))),
        left: Box::new(|| std::time::Duration::MAX),
    };
    Fleet::new(Rc::new(settings), files.clone(), user)
}

/// The account's record under this machine's claim alone.
fn account_here(scene: &Scene) -> LockedRecord<'_, Account> {
    let key = Key::of_account(crate::fuzzing::app("whole").org().expect("an org"));
    let limit = std::time::Duration::ZERO;
    let held = scene.cache.hold_here::<Account>(&key, "sign in", limit);
    held.expect("nobody has it")
}

#[test]
fn a_copy_that_is_put_aside_has_the_memory_alone() {
    let scene = Scene::new(false, |files, fallback| Place {
        records: Box::new(Unwritable(
            files.clone(),
            StoreError::Unavailable("/c/x: it is full".into()),
        )),
        claims: Box::new(files.clone()),
        fallback,
        advice: "",
        fleet: Some(fleet(&files)),
    });
    let mut held = account_here(&scene);
    let mut session = Jar::default();
    session.put("sid", Secret::new("hunter2".into()));
    let at = datetime!(2026-11-24 08:00:00 UTC);
    held.record.take_session(session, at);
    held.record.unanswered.add(at);
    held.save();
    let files = std::fs::read_dir(&scene.fallback).expect("a directory");
    let text: String = files
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a text"))
        .collect();
    assert!(
        text.contains("unanswered") && !text.contains("hunter2"),
        "{text}"
    );
}

#[test]
fn a_secret_that_is_taken_back_clears_nothing_of_others() {
    let scene = Scene::new(false, |files, fallback| Place {
        records: Box::new(files.clone()),
        claims: Box::new(files.clone()),
        fallback,
        advice: "",
        fleet: Some(fleet(&files)),
    });
    let at = datetime!(2026-11-24 08:00:00 UTC);
    let mut held = account_here(&scene);
    held.record.unanswered.add(at);
    held.commit().expect("it can be written");
    let before = held.record.unanswered.clone();
    held.record.unanswered.add(at);
    held.record.codes.sent(None, None, at);
    held.commit().expect("it can be written");
    held.take_back(|record| record.unanswered = before.clone());
    held.take_back(|record| record.codes.take_back());
    held.save();
    drop(held);
    let mut held = account_here(&scene);
    let mut other = held.record.clone();
    for _ in 0..4 {
        other.unanswered.add(at);
        other.codes.sent(None, None, at);
    }
    let joined = held.record.clone().joined(other.clone());
    assert_eq!(joined.unanswered, other.unanswered);
    assert_eq!(joined.codes.in_a_row(), other.codes.in_a_row());
    // A clear is another thing.
    held.record.unanswered.clear();
    held.save();
    drop(held);
    let joined = account_here(&scene).record.clone().joined(other);
    assert_eq!(joined.unanswered, Unanswered::default());
}

#[test]
fn two_stores_of_one_account_have_a_place_each() {
    let mut scene = Scene::whole();
    let files = FileStore::new(Some(scene.main.clone()));
    let orgs: Vec<Org> = ["a", "b"]
        .into_iter()
        .map(|name| {
            let mut org = crate::fuzzing::app("whole").org().expect("an org").clone();
            let settings = FleetSettings {
                namespace: name.into(),
                ..fleet(&files).settings().clone()
            };
            org.storage = Storage::Fleet(Rc::new(settings));
            org
        })
        .collect();
    for org in &orgs {
        let user = StoreUser {
            fetch: Box::new(|_, _, _| Err(Error::usage("nothing is fetched"))),
            left: Box::new(|| std::time::Duration::MAX),
        };
        let place = Place::open(
            &org.storage,
            Some(scene.main.clone()),
            || std::time::Duration::ZERO,
            |_| {},
            user,
        );
        let number = scene.cache.add(place);
        scene.cache.route(org, number);
    }
    let namespace = |key: &Key| {
        let fleet = scene.cache.fleet(key)?;
        Some(fleet.settings().namespace.clone())
    };
    for org in &orgs {
        let own = org.storage.fleet().expect("a fleet").namespace.clone();
        assert_eq!(namespace(&Key::of_account(org)), Some(own));
    }
    let alone = crate::fuzzing::app("whole").org().expect("an org");
    assert_eq!(namespace(&Key::of_account(alone)), None);
}
