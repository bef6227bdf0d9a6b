//! The rules of the house that no lint can say, read off the tree itself: owners of crates and of words, sizes and names of
//! files, and what the documents name is there. `Cargo.toml` and `clippy.toml` have the others, `layers` the shape of `src`.
//!
//! A rule is a table: words, the places where they may stand, a reason. It also has texts that break it, and every run tries
//! those first, so that a rule which can no longer fail is noticed. A breach is told as `file:line`.

use crate::tree::{Line, code, docs, has_word, is_rust, is_test, read, tree, walk};

/// One rule about words in `src`.
struct Rule {
    /// Why there is this rule; told with a breach.
    reason: &'static str,
    /// None of these may stand in code, …
    words: &'static [&'static str],
    /// … where this looks (the beginnings of paths), …
    within: &'static [&'static str],
    /// … but for here.
    but: &'static [&'static str],
    /// Texts that break it, with their paths.
    breaches: &'static [(&'static str, &'static str)],
    /// Texts that come close and do not.
    passes: &'static [(&'static str, &'static str)],
}

const EVERYWHERE: &[&str] = &["src/"];

impl Rule {
    /// Asserts that the rule can be broken, and is not.
    #[track_caller]
    fn holds(&self) {
        for (path, text) in self.breaches {
            let found = self.broken_by(path, text);
            assert!(!found.is_empty(), "no breach any more: {path}: {text}");
        }
        for (path, text) in self.passes {
            assert_eq!(self.broken_by(path, text), [""; 0], "{path}: {text}");
        }
        let found: Vec<String> = tree("src")
            .iter()
            .flat_map(|(path, text)| self.broken_by(path, text))
            .collect();
        assert_kept(&found, self.reason);
    }

    fn broken_by(&self, path: &str, text: &str) -> Vec<String> {
        let lies = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
        if is_test(path) || !lies(self.within) || lies(self.but) {
            return Vec::new();
        }
        let breach = |line: &Line| {
            let word = self.words.iter().find(|word| has_word(&line.text, word))?;
            Some(format!("{path}:{}: {word}", line.number))
        };
        code(text).iter().filter_map(breach).collect()
    }
}

#[track_caller]
fn assert_kept(breaches: &[String], reason: &str) {
    assert!(breaches.is_empty(), "{reason}\n  {}", breaches.join("\n  "));
}

#[test]
fn an_owner_alone_lifts_the_lint_that_names_it() {
    Rule {
        reason: "clippy.toml gives each resource one owner: another one gets a moment, a stream or a lock from it",
        words: &["clippy::disallowed_methods", "clippy::disallowed_types"],
        within: EVERYWHERE,
        but: &[
            "src/lib.rs",
            // The environment, the user's directories, the clocks.
            "src/environment.rs", "src/paths/user.rs", "src/clock.rs",
            // The streams.
            "src/standard_stream.rs", "src/terminal/mod.rs", "src/command/helper/stdin.rs", "src/command/wrap/guarded_run.rs",
            // Programs.
            "src/browser/process.rs", "src/everyday_browser.rs", "src/http/names.rs", "src/secret_source.rs",
            "src/get/background_renewal.rs", "src/command/exec.rs", "src/command/wrap/client.rs", "src/command/setup/program.rs",
            "src/terminal/stdin_line.rs", "src/command/config/edit/editor.rs",
        ],
        breaches: &[
            ("src/get.rs", "#[expect(clippy::disallowed_methods, reason = \"x\")]"),
            ("src/get.rs", "#![expect(\n    clippy::disallowed_types,\n    reason = \"x\"\n)]"),
        ],
        passes: &[("src/clock.rs", "#![expect(clippy::disallowed_methods, reason = \"x\")]")],
    }
    .holds();
}

#[test]
fn one_module_opens_the_terminal() {
    Rule {
        reason: "src/terminal alone asks a person and changes how a terminal echoes, so that it can also put it back",
        words: &["/dev/tty", "termios", "rpassword", "CONIN$", "CONOUT$"],
        within: EVERYWHERE,
        but: &["src/terminal/", "src/terminal.rs"],
        breaches: &[
            ("src/secret_source.rs", "File::open(\"/dev/tty\")"),
            ("src/secret_source.rs", "use rustix::{process, termios};"),
            ("src/secret_source.rs", "rpassword::prompt_password(\"\")"),
        ],
        passes: &[("src/terminal/tty.rs", "open(\"/dev/tty\")")],
    }
    .holds();
}

#[test]
fn one_module_opens_the_keyring() {
    Rule {
        reason: "the system's keyring is called in src/keyring.rs alone: in a thread, for a bounded time, and only where the \
                 configuration names it",
        words: &["keyring::Entry", "keyring_core", "secret_service", "zbus"],
        within: EVERYWHERE,
        but: &["src/keyring.rs"],
        breaches: &[
            ("src/store/keyring.rs", "use ::keyring::{Entry, Error};"),
            ("src/secret_source.rs", "keyring::Entry::new(service, username)"),
        ],
        passes: &[("src/store/keyring.rs", "use crate::keyring::{self, Item};")],
    }
    .holds();
}

#[test]
fn one_module_has_an_http_client() {
    Rule {
        reason: "src/http alone sends requests: it follows nothing, keeps nothing, and bounds everything",
        words: &["reqwest", "rustls", "ToSocketAddrs"],
        within: EVERYWHERE,
        // The connection to a store that machines share has its TLS from there.
        but: &["src/http/", "src/http.rs", "src/store_client/"],
        breaches: &[
            ("src/sign_in/mod.rs", "reqwest::Client::new()"),
            ("src/get.rs", "use rustls::{self};"),
        ],
        passes: &[("src/http/client.rs", "reqwest::Client::builder()")],
    }
    .holds();
}

#[test]
fn two_modules_lock_files() {
    Rule {
        reason: "the claim is taken in src/store/file/lock.rs alone, and src/atomic_file.rs has one for as long as it writes a file: \
                 a third kind of lock is a deadlock or a race",
        words: &["fs4", "FileExt"],
        within: EVERYWHERE,
        but: &["src/store/file/lock.rs", "src/atomic_file.rs"],
        breaches: &[
            ("src/store/cache.rs", "use fs4::FileExt;"),
            ("src/get.rs", "fs4::FileExt::lock(&file)"),
        ],
        passes: &[("src/store/file/lock.rs", "use fs4::FileExt;"), ("src/reply.rs", "stdout().lock()")],
    }
    .holds();
}

#[test]
fn a_pure_room_asks_no_clock_no_file_and_no_system() {
    Rule {
        reason: "a machine, a dialect and a format are pure: each gets what it needs as an argument, so that every answer of a \
                 server and every request of a caller can be tested",
        words: &["clock::now", "clock::ticks", "std::fs", "std::env", "std::process", "std::thread"],
        within: &["src/sign_in/", "src/dialect/", "src/output/", "src/invocation/"],
        but: &[],
        breaches: &[
            ("src/sign_in/mod.rs", "use crate::clock;\nclock::now()"),
            ("src/sign_in/balancer.rs", "std::fs::read(path)"),
            ("src/dialect/git.rs", "use std::{fs, process};"),
            ("src/invocation/curl.rs", "std::env::args_os()"),
        ],
        passes: &[
            ("src/sign_in/balancer.rs", "use crate::clock::Moment;"),
            ("src/get.rs", "clock::now()"),
        ],
    }
    .holds();
    Rule {
        reason: "only `drive` knows the client: a machine makes requests and judges responses",
        words: &["crate::http::Client", "http::Client", "tokio"],
        within: &["src/sign_in/"],
        but: &["src/sign_in/mod.rs"],
        breaches: &[(
            "src/sign_in/attempt.rs",
            "use crate::http::{Client, Response};",
        )],
        passes: &[("src/sign_in/attempt.rs", "use crate::app::{App, Client};")],
    }
    .holds();
    Rule {
        reason: "a dialect says whether a person may be asked, and never asks",
        words: &["crate::terminal::Terminal"],
        within: &["src/dialect/", "src/output/"],
        but: &[],
        breaches: &[(
            "src/dialect/mod.rs",
            "fn parse(terminal: &crate::terminal::Terminal)",
        )],
        passes: &[("src/dialect/git.rs", "use crate::terminal::Questions;")],
    }
    .holds();
}

/// Files of more than [`LONGEST`] lines, each for a reason.
const LONG: [(&str, &str); 0] = [];

const LONGEST: usize = 320;

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LONGEST).then(|| format!("{path}:{lines}: of {LONGEST} lines"))
}

#[test]
fn a_file_fits_into_a_readers_head() {
    assert!(too_long("src/get.rs", &"x\n".repeat(321)).is_some());
    assert!(too_long("src/get.rs", &"x\n".repeat(320)).is_none());
    let files = tree("src");
    let (listed, others): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|(path, _)| LONG.iter().any(|(long, _)| long == path));
    let found: Vec<String> = others
        .iter()
        .filter_map(|(path, text)| too_long(path, text))
        .collect();
    assert_kept(
        &found,
        "a longer file has a second duty: it becomes two, or is listed with a reason",
    );
    assert_eq!(listed.len(), LONG.len(), "a listed file is gone");
    for (path, text) in listed {
        assert!(
            too_long(path, text).is_some(),
            "{path} is short enough to leave the list"
        );
    }
}

/// The parts of a path that are no noun.
fn nameless(path: &str) -> bool {
    let names = path
        .split('/')
        .map(|name| name.split('.').next().unwrap_or(name));
    let no_noun = [
        "util", "utils", "common", "helpers", "types", "misc", "shared", "lib",
    ];
    // Cargo's own name for the library.
    path != "src/lib.rs" && names.into_iter().any(|name| no_noun.contains(&name))
}

#[test]
fn no_file_and_no_folder_is_called_by_a_word_for_anything() {
    assert!(nameless("src/util.rs") && nameless("src/common/") && nameless("tests/it/helpers.rs"));
    assert!(!nameless("src/suggest.rs") && !nameless("src/dialect/"));
    let mut paths = Vec::new();
    for directory in ["src", "shell", "tests/it", "tests/bench", "tests/soak"] {
        walk(directory, &mut paths);
    }
    paths.retain(|path| nameless(path));
    assert_kept(
        &paths,
        "a function without a home shows that a noun is missing",
    );
}

/// Lines of a text, comments and tests too, that have one of `words`.
fn lines_with(path: &str, text: &str, words: &[&str]) -> Vec<String> {
    let breach = |(at, line): (usize, &str)| {
        let word = words.iter().find(|word| has_word(line, word))?;
        Some(format!("{path}:{}: {word}", at + 1))
    };
    text.lines().enumerate().filter_map(breach).collect()
}

#[test]
fn nothing_is_left_undone_or_switched_off() {
    let words = [
        "#[ignore", "// XXX", "// FIXME", "// TODO", "# XXX", "# FIXME", "# TODO",
    ];
    for text in ["#[ignore = \"x\"]", "// FIXME: x", "/// TODO", "x # XXX"] {
        assert_eq!(lines_with("src/get.rs", text, &words).len(), 1, "{text}");
    }
    for text in ["\"+1 XXX-XXX-1337\"", "ignored()", "// the word for it"] {
        assert_eq!(lines_with("src/get.rs", text, &words), [""; 0], "{text}");
    }
    let mut files = Vec::new();
    for directory in [
        "src",
        "shell",
        "tests/sandbox/src",
        "tests/bench",
        "tests/soak",
        "tests/it",
    ] {
        files.extend(tree(directory));
    }
    // This file names them.
    files.retain(|(path, _)| path != "tests/it/tidy.rs");
    let found = files
        .iter()
        .flat_map(|(path, text)| lines_with(path, text, &words));
    assert_kept(
        &found.collect::<Vec<_>>(),
        "unfinished work is not committed; a test that nobody runs proves nothing",
    );
}

/// The longest name of a test, or of any function.
const LONGEST_NAME: usize = 75;

fn long_winded(path: &str, text: &str) -> Vec<String> {
    let names = text.split("fn ").skip(1).filter_map(|rest| {
        let name = rest.split(['(', '<']).next()?;
        let is_name =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (is_name && name.len() > LONGEST_NAME).then(|| format!("{path}: {name}"))
    });
    names.collect()
}

#[test]
fn the_name_of_a_test_is_one_claim() {
    let long = format!("fn a{}() {{", "_b".repeat(40));
    assert_eq!(long_winded("tests/it/x.rs", &long).len(), 1);
    assert_eq!(long_winded("tests/it/x.rs", "fn a_claim() {"), [""; 0]);
    let mut files = tree("src");
    files.extend(tree("tests/it"));
    files.extend(tree("tests/sandbox"));
    let found = files
        .iter()
        .flat_map(|(path, text)| long_winded(path, text));
    assert_kept(
        &found.collect::<Vec<_>>(),
        "a reader takes in a claim of about seventy letters",
    );
}

fn untitled(path: &str, text: &str) -> Option<String> {
    let exempt = is_test(path) || !is_rust(path) || text.starts_with("//!");
    (!exempt).then(|| format!("{path}:1: {}", text.lines().next().unwrap_or_default()))
}

#[test]
fn every_module_opens_with_what_it_is() {
    assert!(untitled("src/get.rs", "use crate::app::App;\n").is_some());
    assert!(untitled("src/get.rs", "// The tool.\n").is_some());
    assert!(untitled("src/get.rs", "//! The tool.\n").is_none());
    let mut files = tree("src");
    files.extend(tree("tests/it"));
    files.extend(tree("tests/bench"));
    files.extend(tree("tests/soak"));
    files.extend(tree("tests/sandbox/src"));
    let found: Vec<String> = files
        .iter()
        .filter_map(|(path, text)| untitled(path, text))
        .collect();
    assert_kept(
        &found,
        "a module opens with `//!`: what it owns, what it must not know, its specification",
    );
}

/// Every longest run of `letters` in `text` that starts with `start`.
fn names(text: &str, start: &str, letters: impl Fn(char) -> bool) -> Vec<String> {
    let mut names: Vec<String> = text
        .match_indices(start)
        .map(|(at, _)| text[at..].chars().take_while(|c| letters(*c)).collect())
        .collect();
    names.sort();
    names.dedup();
    names
}

fn is_variable(letter: char) -> bool {
    letter.is_ascii_uppercase() || letter == '_'
}

/// The names of all variables that the program declares.
fn variables() -> Vec<String> {
    let text = read("src/environment.rs")
        + &read("src/environment/looks.rs")
        + &read("src/environment/store.rs");
    let mut names: Vec<String> = text
        .split("variable(")
        .filter_map(|rest| rest.trim_start().strip_prefix('"'))
        .map(|rest| rest.chars().take_while(|c| is_variable(*c)).collect())
        .collect();
    names.sort();
    names
}

/// A text about variables writes a family once in full and then only its ends: `ALB_CREDENTIAL_ORG_URL`, `_USERNAME`.
fn mentions(text: &str, variable: &str) -> bool {
    let end = variable.strip_prefix("ALB_CREDENTIAL");
    has_word(text, variable) || end.is_some_and(|end| text.contains(&format!("`{end}`")))
}

/// The variables that a text names, and that are not there.
fn unknown_variables(text: &str, known: &[String]) -> Vec<String> {
    let full = names(text, "ALB_CREDENTIAL_", is_variable);
    let ends = names(text, "`_", |c| is_variable(c) || c == '`').into_iter();
    let ends = ends.map(|end| format!("ALB_CREDENTIAL{}", end.trim_matches('`')));
    full.into_iter()
        .chain(ends)
        .filter(|name| !known.contains(name))
        .collect()
}

#[test]
fn the_pages_name_every_variable_and_no_other() {
    let known = [
        "ALB_CREDENTIAL_APP".to_owned(),
        "ALB_CREDENTIAL_ORG_URL".to_owned(),
    ];
    assert!(mentions("set `ALB_CREDENTIAL_APP`, `_ORG_URL`", &known[1]));
    assert!(!mentions("set `ALB_CREDENTIAL_APP_URL`", &known[0]));
    assert_eq!(
        unknown_variables("`ALB_CREDENTIAL_APPS`, `_ORG_URL`, `_X`", &known).len(),
        2
    );

    let page = read("docs/configuration.md");
    let known = variables();
    assert!(known.len() >= 18, "{known:?}");
    let missing: Vec<String> = known
        .iter()
        .filter(|name| !mentions(&page, name))
        .cloned()
        .collect();
    assert_kept(
        &missing,
        "src/environment.rs: nobody uses a variable that docs/configuration.md does not name",
    );
    let readme = std::iter::once(("README.md".to_owned(), read("README.md")));
    let unknown = readme.chain(docs()).flat_map(|(path, text)| {
        let unknown = unknown_variables(&text, &known).into_iter();
        unknown.map(move |name| format!("{path}: {name}"))
    });
    assert_kept(
        &unknown.collect::<Vec<_>>(),
        "src/environment.rs has no such variable",
    );
}

/// The names of all formats that the program declares.
fn formats() -> Vec<String> {
    let text = read("src/output/mod.rs");
    let (_, all) = text.split_once("const ALL").unwrap_or_default();
    let lines = all.lines().take_while(|line| *line != "];");
    let names = lines.filter_map(|line| line.trim().strip_prefix("name: \""));
    names
        .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

/// The names in the first column of the table under `heading`.
fn rows(text: &str, heading: &str) -> Vec<String> {
    let (_, table) = text.split_once(heading).unwrap_or_default();
    let rows = table
        .trim_start()
        .lines()
        .take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| Some(row.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
        .collect()
}

#[test]
fn the_page_of_commands_lists_every_format_and_no_other() {
    let table = "| format | for |\n|---|---|\n| `a` | x |\n| `b-c` | y |\n\n| `d` | z |\n";
    assert_eq!(rows(table, "| format | for |"), ["a", "b-c"]);
    let formats = formats();
    assert!(formats.len() >= 8, "{formats:?}");
    assert_eq!(
        rows(&read("docs/commands.md"), "| format | for |"),
        formats,
        "docs/commands.md: the table of formats has not those of src/output/mod.rs, in their order"
    );
}

/// Returns whether a changelog has a heading for a version.
fn tells_of(changelog: &str, version: &str) -> bool {
    let headings = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## "));
    headings
        .into_iter()
        .any(|heading| heading.split(' ').next() == Some(version))
}

#[test]
fn the_changelog_tells_of_this_version() {
    assert!(tells_of("# C\n\n## 1.2.0 (today)\n", "1.2.0"));
    assert!(!tells_of("# C\n\n## 1.2.0\n", "1.2") && !tells_of("about 1.3.0\n", "1.3.0"));
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        tells_of(&read("CHANGELOG.md"), version),
        "CHANGELOG.md: no heading for {version}"
    );
}

/// Returns whether some code embeds a file of `shell/`.
fn embeds(code: &str, file: &str) -> bool {
    code.contains(&format!("shell/{file}\")"))
}

#[test]
fn every_file_for_a_shell_is_in_the_program() {
    assert!(embeds(
        "include_str!(\"../../shell/credential.zsh\")",
        "credential.zsh"
    ));
    assert!(!embeds(
        "include_str!(\"../../shell/credential.zsh\")",
        "credential.fish"
    ));
    let code: String = tree("src").into_iter().map(|(_, text)| text).collect();
    let files = tree("shell").into_iter().map(|(path, _)| path);
    let found: Vec<String> = files
        .filter(|path| !embeds(&code, path.trim_start_matches("shell/")))
        .collect();
    assert_kept(
        &found,
        "a file that the program does not embed does not reach its users",
    );
}

/// Returns whether `main` has the module of a file.
fn has_module(main: &str, path: &str) -> bool {
    let name = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".rs");
    name == "main" || main.lines().any(|line| line == format!("mod {name};"))
}

#[test]
fn every_file_of_tests_is_compiled() {
    assert!(has_module("mod a;\nmod b;\n", "tests/it/b.rs"));
    assert!(!has_module("// mod c;\nmod cc;\n", "tests/it/c.rs"));
    let main = read("tests/it/main.rs");
    let files = tree("tests/it").into_iter().map(|(path, _)| path);
    let found: Vec<String> = files
        .filter(|path| is_rust(path) && !has_module(&main, path))
        .collect();
    assert_kept(
        &found,
        "tests/it/main.rs has no such module: its tests never run",
    );
}
