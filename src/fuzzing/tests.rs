//! The seeds themselves: each of them holds, each parser has some, and they stay few.

use std::path::{Path, PathBuf};

use super::{ALL, place};

/// The most bytes that all seeds may have.
const LARGEST: usize = 100_000;

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[test]
fn every_parser_holds_for_its_seeds_which_are_few() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds");
    let mut size = 0;
    for (name, holds) in ALL {
        let files = files(&seeds.join(name));
        assert!(files.len() > 2, "{name} has no seeds");
        for file in files {
            let input = std::fs::read(&file).expect("a file");
            size += input.len();
            holds(&input);
        }
    }
    assert_eq!(files(&seeds).len(), ALL.len(), "seeds of no parser");
    assert!(size < LARGEST, "{size} bytes of seeds");
}

#[test]
fn the_second_reader_reads_what_is_plain_and_nothing_else() {
    let victim = || Some(place::of_app("victim"));
    for url in [
        "https://victim.example.com",
        "https://VICTIM.example.com:443/x?y",
        "https://ada:x@victim.example.com:/",
    ] {
        assert_eq!(place::of_url(url), victim(), "{url}");
    }
    for url in [
        "victim.example.com",
        "https:victim.example.com",
        "https:///victim.example.com",
        "https://victim.example.com\\@evil.example",
        "https://victim.example.com@evil.example",
        "https://victim.example.com.",
        "https://victim%2eexample.com",
        "https://victim.example.com:8443",
        "http://victim.example.com",
    ] {
        assert_ne!(place::of_url(url), victim(), "{url}");
    }
    let input = b"host=a\nurl=https://ada:x@victim.example.com/a\npassword=y\n\nhost=b";
    let (found, secrets) = place::of_git(input);
    assert_eq!(
        (found, secrets),
        (victim(), vec![b"x".to_vec(), b"y".to_vec()])
    );
    assert_eq!(place::of_server("victim.example.com\r\n"), victim());
    assert_eq!(place::of_server("//2001:db8::1"), None);
    assert_eq!(
        place::of_server("2001:db8:0::1"),
        Some(place::of_app("six"))
    );
}
