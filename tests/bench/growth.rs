//! The cost of a hit when there is more of everything: apps in the configuration, records in the cache.

use std::fs;
use std::process::Command;

use crate::place::{Place, settled};
use crate::rounds::{Rounds, Row, names, print};

/// So many names of one file are safe on every file system.
const NAMES: usize = 10_000;

/// A hit with more and more apps, and with more and more records.
pub(crate) fn run(place: &Place, rounds: &mut Rounds) {
    place.warm();
    let mut rows: Vec<Row> = [
        (1, "1 app"),
        (10, "10 apps"),
        (100, "100 apps"),
        (1000, "1,000 apps"),
    ]
    .into_iter()
    .map(|(apps, name)| Row::new(name, with(place, apps, 1)))
    .collect();
    let times = rounds.run(300, &mut rows, || {});
    print("Apps in the configuration", &names(&rows), &times);
    let mut rows: Vec<Row> = [
        (1, "1 record"),
        (1000, "1,000 records"),
        (100_000, "100,000 records"),
    ]
    .into_iter()
    .map(|(records, name)| Row::new(name, with(place, 1, records)))
    .collect();
    let times = rounds.run(300, &mut rows, || {});
    print("Records in the cache", &names(&rows), &times);
}

/// A hit with so many apps in the configuration, of which it wants the last, and so many records in the cache, of which
/// all others belong to other apps.
pub(crate) fn with(place: &Place, apps: usize, records: usize) -> Command {
    let text = place.configuration(apps - 1);
    let file = place.write(&format!("config-{apps}-{records}.toml"), &text);
    let cache = place.path(&format!("cache-{apps}-{records}"));
    fill(place, &cache, records - 1);
    let mut command = place.get();
    command
        .env("ALB_CREDENTIAL_CONFIG", file)
        .env("ALB_CREDENTIAL_CACHE", &cache);
    settled(&mut command, &cache);
    command
}

/// A copy of the warm cache with so many records more, and without its bookmark, which is of another configuration. A hit
/// opens none of them, so some share one file.
fn fill(place: &Place, cache: &std::path::Path, others: usize) {
    let _ = fs::remove_dir_all(cache);
    fs::create_dir(cache).expect("a directory");
    for file in fs::read_dir(place.path("cache")).expect("a warm cache") {
        let file = file.expect("a file");
        if !file.file_name().to_string_lossy().ends_with(".bookmark") {
            fs::copy(file.path(), cache.join(file.file_name())).expect("it is copied");
        }
    }
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(cache, private).expect("it is ours");
    let name = |number: usize| cache.join(format!("app.corp.example-{number:016x}.v1.json"));
    let text = fs::read_to_string(place.entry()).expect("the entry");
    let text = text.replace(
        &place.sandbox.app_url("grafana"),
        "https://app.corp.example",
    );
    for number in 0..others {
        let first = number / NAMES * NAMES;
        match number == first {
            true => fs::write(name(number), &text),
            false => fs::hard_link(name(first), name(number)),
        }
        .expect("it is written");
    }
}
