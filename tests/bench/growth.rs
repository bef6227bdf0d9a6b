//! What a hit costs when there is more of everything: apps in the configuration, records in the cache.

use std::fs;
use std::process::Command;

use crate::place::Place;
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
    .map(|(apps, name)| Row::new(name, with_apps(place, apps)))
    .collect();
    let times = rounds.run(300, &mut rows, || {});
    print("Apps in the configuration", &names(&rows), &times);
    let mut rows: Vec<Row> = [
        (1, "1 record"),
        (1000, "1,000 records"),
        (100_000, "100,000 records"),
    ]
    .into_iter()
    .map(|(records, name)| Row::new(name, with_records(place, records)))
    .collect();
    let times = rounds.run(300, &mut rows, || {});
    print("Records in the cache", &names(&rows), &times);
}

/// A hit with so many apps in the configuration, of which it wants the last.
pub(crate) fn with_apps(place: &Place, apps: usize) -> Command {
    let text = place.configuration(apps - 1);
    let file = place.write(&format!("config-{apps}.toml"), &text);
    let mut command = place.get();
    command.env("ALB_CREDENTIAL_CONFIG", file);
    command
}

/// A hit with so many records in the cache, of which all others belong to other apps.
pub(crate) fn with_records(place: &Place, records: usize) -> Command {
    let cache = place.path(&format!("cache-{records}"));
    if !cache.exists() {
        fill(place, &cache, records - 1);
    }
    let mut command = place.get();
    command.env("ALB_CREDENTIAL_CACHE", cache);
    command
}

/// A copy of the warm cache with so many records more. A hit opens none of them, so some share one file.
fn fill(place: &Place, cache: &std::path::Path, others: usize) {
    fs::create_dir(cache).expect("a directory");
    for file in fs::read_dir(place.path("cache")).expect("a warm cache") {
        let file = file.expect("a file");
        fs::copy(file.path(), cache.join(file.file_name())).expect("it is copied");
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
