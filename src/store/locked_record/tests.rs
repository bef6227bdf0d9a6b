//! What becomes of a record that must not be forgotten, in each place that takes it or does not.

mod doubles;
mod fleet;

use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use doubles::{Fleeting, Unwritable};
use tempfile::TempDir;
use time::macros::datetime;

use crate::error::{Error, Kind};
use crate::secret::Secret;
use crate::session::{Session, Shard};
use crate::store::error::StoreError;
use crate::store::fallback::Fallback;
use crate::store::file::FileStore;
use crate::store::key::Key;
use crate::store::place::Place;
use crate::store::{Cache, Entry, Failure, LockedRecord};

/// A cache, the directories of its store and of its fallback, and what it has told.
struct Scene {
    cache: Cache,
    main: PathBuf,
    fallback: PathBuf,
    told: Rc<RefCell<Vec<String>>>,
    _directory: TempDir,
}

impl Scene {
    fn new(is_discreet: bool, place: fn(FileStore, Fallback) -> Place) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let [main, fallback] = ["main", "fallback"].map(|name| directory.path().join(name));
        let stand_in = Fallback::at(fallback.clone(), is_discreet);
        let place = place(FileStore::new(Some(main.clone())), stand_in);
        let told = Rc::new(RefCell::new(Vec::new()));
        let teller = Rc::clone(&told);
        let notify = move |line: &str| teller.borrow_mut().push(line.to_owned());
        Self {
            cache: Cache::new(place, Box::new(notify), Box::new(|_| {})),
            main,
            fallback,
            told,
            _directory: directory,
        }
    }

    /// Whose store takes all.
    fn whole() -> Self {
        Self::new(false, |files, fallback| Place {
            records: Box::new(files.clone()),
            claims: Box::new(files),
            fallback,
            advice: "",
            fleet: None,
        })
    }

    /// Whose store can be claimed and cannot be written.
    fn full(is_discreet: bool) -> Self {
        Self::new(is_discreet, |files, fallback| Place {
            records: Box::new(Unwritable(
                files.clone(),
                StoreError::Unavailable("/c/x: it is full".into()),
            )),
            claims: Box::new(files),
            fallback,
            advice: "",
            fleet: None,
        })
    }

    /// Whose claims are lost.
    fn lost() -> Self {
        Self::new(false, |files, fallback| Place {
            records: Box::new(Unwritable(files, StoreError::Lost)),
            claims: Box::new(Fleeting),
            fallback,
            advice: "",
            fleet: None,
        })
    }

    fn key() -> Key {
        Key::of_app(crate::fuzzing::app("whole"))
    }

    /// The entry under its claim, changed and not yet written.
    fn locked(&self) -> LockedRecord<'_, Entry> {
        let limit = std::time::Duration::ZERO;
        let mut locked = self
            .cache
            .hold::<Entry>(&Self::key(), "sign in", limit)
            .expect("nobody has it");
        locked.record = entry();
        locked
    }
}

/// The text of the record in `directory`.
fn text(directory: &Path) -> Option<String> {
    let name = format!("{}.v2.json", Scene::key().name());
    std::fs::read_to_string(directory.join(name)).ok()
}

fn entry() -> Entry {
    let at = datetime!(2026-11-24 08:00:00 UTC);
    let shard = Shard {
        name: "A-0".into(),
        value: Secret::new("hunter2".into()),
    };
    Entry {
        session: Some(Session::issued(vec![shard], at, None)),
        failure: Some(Failure {
            error: Error::refused("refusal"),
            at,
            attended: false,
        }),
        ..Entry::default()
    }
}

#[test]
fn a_committed_record_is_in_the_store() {
    let scene = Scene::whole();
    scene.locked().commit().expect("it can be written");
    assert!(text(&scene.main).is_some_and(|text| text.contains("hunter2")));
    assert!(!scene.fallback.exists());
    assert!(scene.told.borrow().is_empty());
}

#[test]
fn what_a_full_store_cannot_take_is_committed_to_the_fallback() {
    let scene = Scene::full(false);
    scene.locked().commit().expect("the fallback takes it");
    let kept = text(&scene.fallback);
    assert!(kept.is_some_and(|text| text.contains("hunter2")));
    assert_eq!(
        *scene.told.borrow(),
        ["warning: the cache cannot be written: /c/x: it is full"]
    );
}

#[test]
fn what_cannot_be_claimed_in_the_store_is_committed_to_the_fallback() {
    let scene = Scene::whole();
    std::fs::write(&scene.main, "not a directory").expect("a file");
    scene.locked().commit().expect("the fallback takes it");
    assert!(text(&scene.fallback).is_some());
}

#[test]
fn a_discreet_fallback_takes_the_memory_and_that_is_a_commit() {
    let scene = Scene::full(true);
    scene.locked().commit().expect("the fallback takes it");
    let kept = text(&scene.fallback).expect("a record");
    assert!(
        kept.contains("refusal") && !kept.contains("hunter2"),
        "{kept}"
    );
}

#[test]
fn where_neither_can_be_written_a_commit_names_both_with_their_faults() {
    let open = |path: &Path| {
        std::fs::create_dir(path).expect("a directory");
        let mode = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(path, mode).expect("it is ours");
    };
    let full = Scene::full(false);
    let unclaimed = Scene::whole();
    std::fs::write(&unclaimed.main, "not a directory").expect("a file");
    for (scene, own) in [
        (&full, "/c/x: it is full".to_owned()),
        (
            &unclaimed,
            format!("{}: it is not a directory", unclaimed.main.display()),
        ),
    ] {
        open(&scene.fallback);
        let locked = scene.locked();
        let error = locked.commit().expect_err("it is nowhere");
        assert_eq!(error.kind, Kind::Person);
        let other = format!(
            "nor can its stand-in: {} can be written by others",
            scene.fallback.display()
        );
        assert_eq!(
            error.causes,
            [format!("the cache cannot be written: {own}"), other]
        );
        assert!(error.hints.concat().contains("ALB_CREDENTIAL_CACHE"));
        // The answer is given all the same: with one warning, which names both too.
        locked.save();
        let told = scene.told.borrow().concat();
        assert!(told.starts_with("warning: the cache cannot be "), "{told}");
        assert!(told.contains(&own), "{told}");
        let fallback = scene.fallback.display().to_string();
        assert!(told.contains(&fallback), "{told}");
    }
}

#[test]
fn under_a_lost_claim_nothing_is_written_and_nobody_is_warned() {
    let scene = Scene::lost();
    let locked = scene.locked();
    locked.save();
    assert_eq!(locked.commit().expect_err("it is lost").kind, Kind::Network);
    assert_eq!(locked.write().expect_err("it is lost").kind, Kind::Network);
    assert_eq!(locked.try_write(), Err(StoreError::Lost));
    assert!(!scene.fallback.exists() && !scene.main.exists());
    assert!(scene.told.borrow().is_empty());
}
