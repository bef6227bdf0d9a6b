//! The weight that the program may have, with all features and with none: bytes, and packages, which everybody who installs
//! it compiles and trusts. The program without any feature is tried too.

use std::collections::BTreeSet;
use std::path::Path;

use crate::home::{Home, outcome};
use crate::released::{cargo, minimal, run, usual};

/// The most bytes that the program may have. Sign-ins by a browser and by pasted addresses are in both, a fleet's store in
/// the first alone; it was 8.86 million, and 6.60 without any feature.
const BYTES: u64 = 9_200_000;
const MINIMAL_BYTES: u64 = 6_900_000;

/// The most packages that it may be built of. It was 203, and 125 without any feature.
const PACKAGES: usize = 210;
const MINIMAL_PACKAGES: usize = 130;

fn bytes(program: &Path) -> u64 {
    std::fs::metadata(program).expect("it is built").len()
}

/// Returns how many packages the program is built of, its own among them.
fn packages(options: &[&str]) -> usize {
    let mut tree = cargo(&["tree", "--edges", "normal", "--prefix", "none"]);
    tree.args(options);
    let tree = run(tree);
    // A name and a version; then come a path, or a star where a package has been listed before.
    let package = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let packages: BTreeSet<String> = tree.lines().map(package).collect();
    packages.len()
}

#[test]
fn the_program_keeps_to_its_budget_of_bytes() {
    assert!(bytes(usual()) <= BYTES, "{}", bytes(usual()));
    let minimal = bytes(minimal());
    assert!(minimal <= MINIMAL_BYTES, "{minimal}");
}

#[test]
fn the_program_keeps_to_its_budget_of_packages() {
    let usual = packages(&[]);
    assert!((100..=PACKAGES).contains(&usual), "{usual}");
    let minimal = packages(&["--no-default-features"]);
    assert!((50..=MINIMAL_PACKAGES).contains(&minimal), "{minimal}");
    assert!(minimal < usual, "{minimal}");
}

#[test]
fn without_features_a_session_is_got_and_cached() {
    let home = Home::usual();
    for _ in 0..2 {
        let mut get = home.command(minimal());
        let output = get.args(["get", "grafana"]).output();
        let answer = outcome(output.expect("it starts")).answer();
        assert!(answer.starts_with("AWSELBAuthSessionCookie-0="), "{answer}");
    }
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn without_the_keyring_a_configuration_that_names_it_is_wrong() {
    let home = Home::usual();
    let written = std::fs::read_to_string(home.path("config.toml")).expect("it is there");
    let password = "{ file = \"password\" }";
    for (wrong, place) in [
        (
            format!("store = \"keyring\"\n{written}"),
            "config.toml:1:9: store",
        ),
        (
            written.replace(password, "{ keyring = true }"),
            "config.toml:4:24: keyring in [org.corp.password]",
        ),
        (
            written.replace(
                password,
                "{ keyring = { service = \"vpn\", username = \"ada\" } }",
            ),
            "config.toml:4:24: keyring in [org.corp.password]",
        ),
    ] {
        home.configure(&wrong);
        let mut get = home.command(minimal());
        let output = get.args(["get", "grafana"]).output();
        let told = outcome(output.expect("it starts")).told(2);
        assert!(told.contains(place), "{told}");
        assert!(told.contains("this build has no keyring"), "{told}");
        assert!(told.contains("hint: "), "{told}");
        assert_eq!(home.sandbox.password_tries(), 0);
    }
}
