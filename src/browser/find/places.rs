//! Where browsers are installed on each system, and what they are called.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::environment;

/// Parts of a program's file name, with the browser's name. The first that fits counts.
const NAMES: [(&str, &str); 6] = [
    ("brave", "Brave"),
    ("vivaldi", "Vivaldi"),
    ("edge", "Microsoft Edge"),
    ("chromium", "Chromium"),
    ("chrome", "Google Chrome"),
    ("opera", "Opera"),
];

/// The places that were looked at, for a message.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) const LOOKED_FOR: &str = "google-chrome-stable, google-chrome, chromium, chromium-browser, microsoft-edge, brave-browser and vivaldi-stable on PATH, \
     as a snap and as a flatpak";
#[cfg(target_os = "macos")]
pub(super) const LOOKED_FOR: &str = "Google Chrome, Microsoft Edge, Brave Browser, Chromium and Vivaldi in /Applications and ~/Applications";
#[cfg(windows)]
pub(super) const LOOKED_FOR: &str =
    "Google Chrome, Microsoft Edge, Brave and Vivaldi in the directories of programs";

/// The name of the browser that `program` is.
pub(super) fn name_of(program: &Path) -> &'static str {
    let file = program.file_name().unwrap_or_default();
    let file = file.to_string_lossy().to_lowercase();
    let named = NAMES.iter().find(|(part, _)| file.contains(part));
    named.map_or("the browser", |(_, name)| name)
}

/// The first installed browser.
pub(super) fn installed() -> Option<PathBuf> {
    candidates()
        .into_iter()
        .find(|path| environment::is_program(path))
}

#[cfg(all(unix, not(target_os = "macos")))]
fn candidates() -> Vec<PathBuf> {
    const ON_PATH: [&str; 8] = [
        "google-chrome-stable",
        "google-chrome",
        "chromium",
        "chromium-browser",
        "microsoft-edge-stable",
        "microsoft-edge",
        "brave-browser",
        "vivaldi-stable",
    ];
    const FLATPAKS: [&str; 5] = [
        "com.google.Chrome",
        "org.chromium.Chromium",
        "com.microsoft.Edge",
        "com.brave.Browser",
        "com.vivaldi.Vivaldi",
    ];
    let exports = [
        environment::foreign_path("HOME").map(|home| home.join(".local/share/flatpak/exports/bin")),
        Some("/var/lib/flatpak/exports/bin".into()),
    ];
    let flatpaks = exports.into_iter().flatten();
    let flatpaks = flatpaks.flat_map(|directory| FLATPAKS.map(|name| directory.join(name)));
    let on_path = ON_PATH.into_iter().filter_map(environment::find_program);
    on_path
        .chain([PathBuf::from("/snap/bin/chromium")])
        .chain(flatpaks)
        .collect()
}

/// The program inside the bundle: `open` would start it without our pipe.
#[cfg(target_os = "macos")]
fn candidates() -> Vec<PathBuf> {
    const BUNDLES: [&str; 5] = [
        "Google Chrome",
        "Microsoft Edge",
        "Brave Browser",
        "Chromium",
        "Vivaldi",
    ];
    let own = environment::foreign_path("HOME").map(|home| home.join("Applications"));
    let directories: Vec<PathBuf> = [Some("/Applications".into()), own]
        .into_iter()
        .flatten()
        .collect();
    let inside = |name: &str| format!("{name}.app/Contents/MacOS/{name}");
    let each = |name| {
        directories
            .iter()
            .map(move |place| place.join(inside(name)))
    };
    BUNDLES.into_iter().flat_map(each).collect()
}

#[cfg(windows)]
fn candidates() -> Vec<PathBuf> {
    const DIRECTORIES: [&str; 3] = ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"];
    const PROGRAMS: [&str; 4] = [
        "Google\\Chrome\\Application\\chrome.exe",
        "Microsoft\\Edge\\Application\\msedge.exe",
        "BraveSoftware\\Brave-Browser\\Application\\brave.exe",
        "Vivaldi\\Application\\vivaldi.exe",
    ];
    let directories: Vec<PathBuf> = DIRECTORIES
        .into_iter()
        .filter_map(environment::foreign_path)
        .collect();
    let each = |program| directories.iter().map(move |place| place.join(program));
    PROGRAMS.into_iter().flat_map(each).collect()
}

/// Returns whether the file is a script that starts a snap.
pub(super) fn starts_snap(program: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(program).and_then(|file| file.take(4096).read_to_end(&mut start));
    let text = String::from_utf8_lossy(&start);
    read.is_ok() && text.starts_with("#!") && text.contains("/snap/bin/")
}
