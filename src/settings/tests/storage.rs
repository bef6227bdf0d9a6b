//! The store: for all orgs or one, and each mistake in it.

use super::{CORP, mistake, settings};
use crate::app::{Offline, Source, Storage, StoreServer};

const STORE: &str = "store = { redis = { url = \"rediss://cache.corp.example\", namespace = \"ci\", key = { env = \"K\" } } }\n";

/// A store with these settings in place of, or besides, the usual ones.
fn with(lines: &str) -> String {
    let usual = [
        ("url", "url = \"rediss://cache.corp.example\""),
        ("namespace", "namespace = \"ci\""),
        ("key", "key = { env = \"K\" }"),
    ];
    let own = |name: &str| {
        !lines
            .lines()
            .any(|line| line.split(' ').next() == Some(name))
    };
    let usual = usual.iter().filter(|(name, _)| own(name));
    let usual: Vec<_> = usual.map(|(_, line)| *line).collect();
    format!("[store.redis]\n{lines}\n{}\n", usual.join("\n"))
}

#[test]
fn a_store_is_for_every_org_but_one_that_names_its_own() {
    let own = "[org.own]\nurl = \"https://own.okta.com\"\nusername = \"ada\"\nstore = \"file\"\n";
    let settings = settings(&format!("{STORE}{CORP}{own}"));
    let fleet = settings.orgs[0].storage.fleet().expect("a fleet");
    assert_eq!(fleet.namespace, "ci");
    assert_eq!(fleet.server.to_string(), "cache.corp.example:6379");
    assert_eq!(fleet.keys, [Source::Env("K".into())]);
    assert_eq!(
        (fleet.offline, fleet.recheck),
        (Offline::Proven, time::Duration::minutes(5))
    );
    assert_eq!(settings.orgs[1].storage, Storage::File);
}

#[test]
fn the_settings_of_a_store_are_read() {
    let text = with(
        "server_name = \"cache\"\nrecheck = \"0s\"\nshare = \"apps\"\noffline = \"sign-in\"\nreplicas = 1\nkey = [{ env = \"A\" }, { env = \"B\" }]",
    );
    let settings = settings(&format!("{text}{CORP}"));
    let fleet = settings.orgs[0].storage.fleet().expect("a fleet");
    let StoreServer::Tcp { tls, .. } = &fleet.server else {
        panic!("{:?}", fleet.server)
    };
    assert_eq!(tls.as_deref(), Some("cache"));
    assert!(fleet.recheck.is_zero() && !fleet.shares_okta);
    assert_eq!(
        (fleet.offline, fleet.replicas, fleet.keys.len()),
        (Offline::SignIn, 1, 2)
    );
}

#[test]
fn each_mistake_in_a_store_is_told_with_its_place() {
    for (lines, told) in [
        ("urll = 7", "unknown key \"urll\" in [store.redis]"),
        (
            "url = \"redis://cache.corp.example\"",
            "without TLS the password of the store can be read on the way",
        ),
        (
            "url = \"rediss://x:hunter2@cache\"",
            "the URL of a store has no user and no password",
        ),
        ("namespace = \"a b\"", "\"a b\" cannot be a namespace"),
        ("namespace = \"{x}\"", "cannot be a namespace"),
        ("key = \"hunter2\"", "expected a table, found a string"),
        ("key = []", "the list is empty"),
        (
            "certificate = \"x.pem\"",
            "[store.redis] has a certificate without certificate_key",
        ),
        (
            "certificate_key = \"x.pem\"",
            "[store.redis] has a certificate_key without certificate",
        ),
        (
            "recheck = \"2d\"",
            "a copy is compared with the store after a day at most",
        ),
        ("share = \"some\"", "\"some\" cannot be shared"),
        ("offline = \"prove\"", "did you mean \"proven\"?"),
        (
            "replicas = 1.5",
            "the number of replicas is between 0 and 9",
        ),
        (
            "url = \"unix:///run/redis\"\nserver_name = \"x\"",
            "has a server_name, but the url has no TLS",
        ),
    ] {
        let words = mistake(&with(lines));
        assert!(words.contains(told), "{lines}: {words}");
        assert!(
            words.starts_with("config.toml:") && !words.contains("hunter2"),
            "{words}"
        );
    }
    assert!(mistake("store = {}").contains("names no kind of store"));
    let words = mistake(&with("").replace("key = { env = \"K\" }", ""));
    assert!(words.contains("[store.redis] has no key"), "{words}");
}

#[test]
fn one_namespace_is_one_store() {
    let other = STORE.replace("cache.corp", "other.corp");
    let org = format!("[org.b]\nurl = \"https://b.okta.com\"\nusername = \"ada\"\n{other}");
    let words = mistake(&format!("{STORE}{CORP}{org}"));
    assert!(
        words.contains("two orgs name the namespace ci of different stores"),
        "{words}"
    );
}
