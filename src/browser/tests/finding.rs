//! Which browser is taken.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::super::{Installed, Packaging, find};

/// Puts a program at `path`.
fn program(path: &Path, text: &str) -> PathBuf {
    fs::create_dir_all(path.parent().expect("it has one")).expect("ours");
    fs::write(path, text).expect("ours");
    fs::set_permissions(path, Permissions::from_mode(0o755)).expect("ours");
    path.to_owned()
}

fn configured(words: &[&str]) -> crate::error::Result<Installed> {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    find(Some(&words))
}

#[test]
fn a_configured_browser_is_taken_by_its_path_or_its_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = program(&directory.path().join("google-chrome-beta"), "");
    let by_path = configured(&[path.to_str().expect("UTF-8"), "--x"]).expect("it is there");
    assert_eq!(
        (by_path.name, by_path.packaging),
        ("Google Chrome", Packaging::Plain)
    );
    assert_eq!(
        (&by_path.program, &by_path.first_arguments[..]),
        (&path, &["--x".to_owned()][..])
    );
    assert_eq!(
        by_path.shown(),
        format!("Google Chrome ({})", path.display())
    );
    let by_name = configured(&["sh"]).expect("there is a shell");
    assert!(by_name.program.is_absolute() && by_name.program.ends_with("sh"));
    assert_eq!(by_name.name, "the browser");
}

#[test]
fn a_configured_browser_that_is_not_there_is_a_wrong_configuration() {
    let directory = tempfile::tempdir().expect("a directory");
    let plain = directory.path().join("file");
    fs::write(&plain, "").expect("ours");
    let nobody_may_run = plain.to_str().expect("UTF-8");
    for word in [
        "no-such-browser",
        "/nowhere/chromium",
        "./chromium",
        "",
        nobody_may_run,
        "/",
    ] {
        let error = configured(&[word]).expect_err(word);
        assert_eq!(error.kind.exit_code(), 2, "{word}");
        assert_eq!(error.message, format!("the browser {word} is not there"));
        assert!(error.hints[0].contains("[browser]"));
    }
}

#[test]
fn the_name_is_that_of_the_program() {
    for (file, name) in [
        ("google-chrome-stable", "Google Chrome"),
        ("chromium-browser", "Chromium"),
        ("Chromium", "Chromium"),
        ("microsoft-edge", "Microsoft Edge"),
        ("msedge.exe", "Microsoft Edge"),
        ("Brave Browser", "Brave"),
        ("vivaldi-stable", "Vivaldi"),
        ("com.google.Chrome", "Google Chrome"),
        ("ladybird", "the browser"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let path = program(&directory.path().join(file), "");
        let found = configured(&[path.to_str().expect("UTF-8")]).expect("it is there");
        assert_eq!(found.name, name, "{file}");
    }
}

#[test]
fn a_package_is_told_by_its_place_or_by_what_it_starts() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = |path: &str| directory.path().join(path);
    let snap = program(&at("usr/bin/snap"), "");
    fs::create_dir_all(at("links")).expect("ours");
    symlink(&snap, at("links/chromium")).expect("a link");
    let table = [
        (at("links/chromium"), Packaging::Snap),
        (program(&at("snap/chromium/1/chrome"), ""), Packaging::Snap),
        (
            program(
                &at("chromium-browser"),
                "#!/bin/sh\nexec /snap/bin/chromium \"$@\"\n",
            ),
            Packaging::Snap,
        ),
        (
            program(&at("flatpak/exports/bin/org.chromium.Chromium"), ""),
            Packaging::Flatpak,
        ),
        (
            program(
                &at("chromium"),
                "#!/bin/sh\nexec /usr/lib/chromium/chromium\n",
            ),
            Packaging::Plain,
        ),
        (program(&at("chrome.exe"), ""), Packaging::Foreign),
    ];
    for (path, packaging) in table {
        let found = configured(&[path.to_str().expect("UTF-8")]).expect("it is there");
        assert_eq!(found.packaging, packaging, "{}", path.display());
    }
}
