//! The store: for all orgs or one, and each mistake in it.

use super::{CORP, mistake, parse, settings};
use crate::app::{Encryption, Offline, Source, Storage, StoreNode, StoreServer};

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
    let StoreServer::Node(node) = &fleet.server else {
        panic!("{:?}", fleet.server)
    };
    assert_eq!(node.certificate_name(), Some("cache"));
    let other = node
        .other("n2.corp.example", 7)
        .expect("it may be anywhere");
    assert_eq!(other.certificate_name(), Some("cache"));
    assert!(fleet.recheck.is_zero() && !fleet.shares_okta);
    assert_eq!(
        (fleet.offline, fleet.replicas, fleet.keys.len()),
        (Offline::SignIn, 1, 2)
    );
}

#[test]
fn sentinels_are_named_with_the_name_of_their_primary() {
    let text = with(
        "url = [\"rediss://s1.corp.example\", \"rediss://s2.corp.example:7\"]\nsentinel = \"main\"",
    );
    let settings = settings(&format!("{text}{CORP}"));
    let fleet = settings.orgs[0].storage.fleet().expect("a fleet");
    assert_eq!(
        fleet.server.to_string(),
        "main of the sentinels s1.corp.example:26379, s2.corp.example:7"
    );
}

#[test]
fn without_tls_no_other_machine_is_gone_to_unless_that_is_allowed() {
    let node = |encryption| StoreNode {
        host: "127.0.0.1".into(),
        port: 7,
        encryption,
    };
    let here = node(Encryption::NoneHere);
    assert!(here.other("cache.corp.example", 7).is_none());
    assert!(here.other("localhost", 8).is_some() && here.other("::1", 8).is_some());
    let anywhere = node(Encryption::NoneAnywhere);
    assert!(anywhere.other("cache.corp.example", 7).is_some());
    let encrypted = node(Encryption::OfHost).other("cache.corp.example", 7);
    let encrypted = encrypted.expect("it is encrypted");
    assert_eq!(encrypted.certificate_name(), Some("cache.corp.example"));
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
        (
            "url = [\"rediss://a\", \"rediss://b\"]",
            "has several URLs, and no sentinel",
        ),
        (
            "url = \"unix:///s\"\nsentinel = \"main\"",
            "has sentinels that are sockets, or only some with TLS",
        ),
        (
            "url = [\"rediss://a\", \"redis://localhost\"]\nsentinel = \"main\"",
            "has sentinels that are sockets, or only some with TLS",
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

#[test]
fn one_account_has_one_store() {
    let org = |store: &str| {
        format!(
            "{CORP}[org.b]\nurl = \"https://corp.okta.com\"\nusername = \"Ada@Corp.example\"\n{store}"
        )
    };
    let words = mistake(&org("store = \"keyring\""));
    assert!(
        words.contains("the orgs corp and b are one account, which has one store"),
        "{words}"
    );
    parse(&org("")).expect("both have the same");
    parse(&org(STORE)).expect("a fleet's account has a memory of its own");
}
