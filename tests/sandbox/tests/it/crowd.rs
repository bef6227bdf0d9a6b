//! Requests at the same time, of which the org takes so many.

use sandbox::{Sandbox, Setup};
use std::thread;
use std::time::Duration;

use crate::browser::{Answer, Ask, start};

/// How many are sent at once, each of which takes long enough that they meet.
const CROWD: usize = 8;

fn slow() -> Setup {
    Setup {
        delay: Duration::from_millis(1500),
        ..Setup::default()
    }
}

fn all_at_once(sandbox: &Sandbox, url: &str) -> Vec<Answer> {
    thread::scope(|scope| {
        let send = || Ask::get(url).send(sandbox);
        let threads: Vec<_> = (0..CROWD).map(|_| scope.spawn(send)).collect();
        let answers = threads.into_iter();
        answers.map(|one| one.join().expect("an answer")).collect()
    })
}

#[test]
fn too_many_at_once_are_refused_with_headers_that_mean_nothing() {
    let mut setup = slow();
    setup.concurrency.org = 3;
    let sandbox = Sandbox::start(setup);
    let url = format!("{}/.well-known/okta-organization", sandbox.org_url());
    let answers = all_at_once(&sandbox, &url);
    let refused: Vec<&Answer> = answers.iter().filter(|one| one.status == 429).collect();
    // a busy machine may let them meet in smaller groups
    assert!((1..=CROWD - 3).contains(&refused.len()));
    for answer in refused {
        assert_eq!(answer.header("X-Rate-Limit-Limit"), "0");
        assert_eq!(answer.header("X-Rate-Limit-Remaining"), "0");
        assert_eq!(answer.json()["errorCode"], "E0000047");
    }
    let later = Ask::get(&url).send(&sandbox);
    assert_eq!(later.status, 200);
}

#[test]
fn one_client_without_a_device_has_five_at_once() {
    let sandbox = Sandbox::start(slow());
    let url = format!("{}&prompt=none", start(&sandbox, "/").authorize);
    let answers = all_at_once(&sandbox, &url);
    let refused = answers.iter().filter(|one| one.status == 429).count();
    assert!((1..=CROWD - 5).contains(&refused));
}
