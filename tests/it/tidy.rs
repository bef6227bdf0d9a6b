//! The rules of the house, read off the tree itself: each resource has one owner, each layer knows only those below it,
//! and what the documents name is there.
//!
//! A rule is a table: what it looks for, where that may stand, why. It also says what would break it, and every run
//! tries that first, so that a rule which can no longer fail is noticed. A breach is told as `file:line`.

use std::path::Path;

/// One rule about words in `src`.
struct Rule {
    /// Why there is this rule: what a breach is told with.
    reason: &'static str,
    /// None of these may stand in code, …
    words: &'static [&'static str],
    /// … where this looks (the beginnings of paths), …
    within: &'static [&'static str],
    /// … but for here.
    but: &'static [&'static str],
    /// What would break it: a path and a text.
    breaches: &'static [(&'static str, &'static str)],
    /// What comes close and does not.
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
        let code = code(text);
        let breach = |(number, line): &(usize, String)| {
            let word = self.words.iter().find(|word| has_word(line, word))?;
            Some(format!("{path}:{number}: {word}"))
        };
        code.iter().filter_map(breach).collect()
    }
}

#[track_caller]
fn assert_kept(breaches: &[String], reason: &str) {
    assert!(breaches.is_empty(), "{reason}\n  {}", breaches.join("\n  "));
}

/// A file of the project.
fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below a directory of the project with its text, in order of their paths.
fn tree(directory: &str) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    walk(directory, &mut paths);
    paths.sort();
    let files = paths.into_iter().filter(|path| !path.ends_with('/'));
    files.map(|path| (path.clone(), read(&path))).collect()
}

/// Every file and, with a slash at the end, every directory below `directory`.
fn walk(directory: &str, paths: &mut Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    for entry in std::fs::read_dir(root).expect("a directory").flatten() {
        let name = entry.file_name().into_string().expect("a name of ASCII");
        let path = format!("{directory}/{name}");
        if entry.path().is_dir() {
            walk(&path, paths);
            paths.push(path + "/");
        } else {
            paths.push(path);
        }
    }
}

/// Whether a file is a module, and no recipe.
fn is_rust(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| extension == "rs")
}

/// Whether a file of `src` has tests only: of parsers, for the fuzzer too.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("src/fuzzing/")
}

/// The lines of code with their numbers: no comments, nothing under `#[cfg(test)]`, and each `use` of several things
/// as several lines, so that `use crate::{store, http::Client}` is found as `crate::store` and `crate::http::Client`.
fn code(text: &str) -> Vec<(usize, String)> {
    let mut code = Vec::new();
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    while let Some((number, line)) = lines.next() {
        let line = without_comment(line);
        if line.trim() == "#[cfg(test)]" {
            let indent = line.len() - line.trim_start().len();
            skip_item(&mut lines, indent);
            continue;
        }
        let Some(start) = line.find("use ").filter(|_| is_use(line)) else {
            code.push((number, line.to_owned()));
            continue;
        };
        let mut whole = line[start + 4..].to_owned();
        while !whole.contains(';') {
            let Some((_, more)) = lines.next() else { break };
            whole.push_str(without_comment(more).trim());
        }
        let whole = whole.split(';').next().unwrap_or_default();
        let mut leaves = Vec::new();
        expand("", whole, &mut leaves);
        code.extend(leaves.into_iter().map(|leaf| (number, leaf)));
    }
    code
}

fn without_comment(line: &str) -> &str {
    match line.find("// ") {
        Some(at) if line[..at].trim().is_empty() || line[..at].ends_with(' ') => &line[..at],
        _ if line.trim_start().starts_with("//") => "",
        _ => line,
    }
}

/// Passes over the item behind an attribute: one line that ends in `;`, or all up to the closing brace.
fn skip_item<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, indent: usize) {
    for (_, line) in lines {
        let closes = line.starts_with(&format!("{}}}", " ".repeat(indent)));
        let depth = line.len() - line.trim_start().len();
        if closes || (depth == indent && line.ends_with(';')) {
            return;
        }
    }
}

fn is_use(line: &str) -> bool {
    let line = line.trim_start();
    ["use ", "pub(crate) use ", "pub(super) use "]
        .iter()
        .any(|start| line.starts_with(start))
}

/// The paths in a tree of a `use`.
fn expand(before: &str, tree: &str, leaves: &mut Vec<String>) {
    let mut depth = 0;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, letter) in tree.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tree[start..]);
    for part in parts
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        match part.split_once('{') {
            Some((path, inner)) => {
                let inner = inner.strip_suffix('}').unwrap_or(inner);
                expand(&format!("{before}{}", path.trim()), inner, leaves);
            }
            None if part == "self" => leaves.push(before.trim_end_matches(':').to_owned()),
            None => leaves.push(format!("{before}{part}")),
        }
    }
}

/// Whether `word` stands in `line` and is not the end or the beginning of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let in_name = |letter: Option<char>| letter.is_some_and(|l| l.is_alphanumeric() || l == '_');
    let starts = in_name(word.chars().next());
    let ends = in_name(word.chars().last());
    line.match_indices(word).any(|(at, _)| {
        let before = starts && in_name(line[..at].chars().next_back());
        let after = ends && in_name(line[at + word.len()..].chars().next());
        !before && !after
    })
}

#[test]
fn the_reader_of_code_sees_code_and_nothing_else() {
    let text = "\
//! env::var
use crate::{
    clock::{self, Moment},
    store::Key, // env::var
};
/// env::var
let url = \"https://x\"; // env::var
    #[cfg(test)]
    mod tests {
        env::var
    }
#[cfg(test)]
use std::fs;
#[cfg(unix)]
pub(crate) use a::b;
";
    let expected = [
        (1, ""),
        (2, "crate::clock"),
        (2, "crate::clock::Moment"),
        (2, "crate::store::Key"),
        (6, ""),
        (7, "let url = \"https://x\"; "),
        (14, "#[cfg(unix)]"),
        (15, "a::b"),
    ];
    let expected: Vec<_> = expected.map(|(at, line)| (at, line.to_owned())).into();
    assert_eq!(code(text), expected);
    assert!(has_word("eprint!(x)", "eprint!") && !has_word("eprint!(x)", "print!"));
    assert!(has_word("env::var_os", "env::var_os") && !has_word("env::var_os", "env::var"));
}

#[test]
fn one_module_reads_the_environment() {
    Rule {
        reason: "a variable is named, documented and read in src/settings/variables.rs alone, or nobody finds them all",
        words: &["env::var", "env::var_os", "env::vars", "env::vars_os"],
        within: EVERYWHERE,
        but: &["src/settings/variables.rs"],
        breaches: &[
            ("src/get.rs", "std::env::var_os(\"HOME\")"),
            ("src/get.rs", "use std::env;\nenv::var(\"HOME\")"),
            ("src/get.rs", "use std::env::{args, var as look};"),
        ],
        passes: &[
            ("src/settings/variables.rs", "std::env::var(\"HOME\")"),
            ("src/lib.rs", "std::env::args_os()"),
        ],
    }
    .holds();
}

#[test]
fn one_module_asks_for_the_users_directories() {
    Rule {
        reason: "without HOME, dirs and std have the C library look the user up, which a statically linked program may not \
                 survive: src/paths knows when they can be asked",
        words: &["dirs::home_dir", "dirs::config_dir", "dirs::cache_dir", "dirs::data_dir", "env::home_dir"],
        within: EVERYWHERE,
        but: &["src/paths/user.rs"],
        breaches: &[
            ("src/settings/source.rs", "dirs::home_dir().map(|home| home.join(rest))"),
            ("src/paths.rs", "std::env::home_dir()"),
        ],
        passes: &[("src/paths.rs", "dirs::runtime_dir()")],
    }
    .holds();
}

#[test]
fn one_module_reads_the_clocks() {
    Rule {
        reason: "time is read in src/clock.rs alone: everything else is given a moment, and can be tested in no time",
        words: &["SystemTime", "now_utc", "now_local", "Instant::now"],
        within: EVERYWHERE,
        but: &["src/clock.rs"],
        breaches: &[
            ("src/get.rs", "let start = Instant::now();"),
            ("src/store/file.rs", "std::time::SystemTime::now()"),
            ("src/world.rs", "time::OffsetDateTime::now_utc()"),
        ],
        passes: &[
            ("src/get.rs", "let now = clock::now();"),
            ("src/get.rs", "#[cfg(test)]\nmod tests {\n    Instant::now()\n}\n"),
        ],
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
            ("src/source.rs", "File::open(\"/dev/tty\")"),
            ("src/source.rs", "use rustix::{process, termios};"),
            ("src/source.rs", "rpassword::prompt_password(\"\")"),
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
            ("src/source.rs", "keyring::Entry::new(service, username)"),
        ],
        passes: &[("src/store/keyring.rs", "use crate::keyring::{self, Item};")],
    }
    .holds();
}

#[test]
fn one_module_has_an_http_client() {
    Rule {
        reason: "src/http alone sends requests: it follows nothing, keeps nothing, and bounds everything",
        words: &["reqwest", "rustls", "TcpStream", "ToSocketAddrs", "UdpSocket"],
        within: EVERYWHERE,
        but: &["src/http/", "src/http.rs"],
        breaches: &[
            ("src/sign_in/mod.rs", "reqwest::Client::new()"),
            ("src/get.rs", "use std::net::{IpAddr, TcpStream};"),
        ],
        passes: &[("src/http/client.rs", "reqwest::Client::builder()")],
    }
    .holds();
}

#[test]
fn one_module_takes_locks_on_files() {
    Rule {
        reason: "the claim is taken in src/store/lock.rs alone, and src/replace.rs has one for as long as it writes a file: \
                 a third kind of lock is a deadlock or a race",
        words: &["fs4", "FileExt", "flock", "File::lock"],
        within: EVERYWHERE,
        but: &["src/store/lock.rs", "src/replace.rs"],
        breaches: &[
            ("src/store/cache.rs", "use fs4::FileExt;"),
            ("src/get.rs", "rustix::fs::flock(&file, operation)"),
        ],
        passes: &[
            ("src/store/lock.rs", "use fs4::FileExt;"),
            ("src/reply.rs", "stdout().lock()"),
        ],
    }
    .holds();
}

#[test]
fn nothing_ends_the_process_but_the_end_of_main() {
    Rule {
        reason: "an exit elsewhere leaves a claim, a muted terminal or a secret in memory behind",
        words: &["process::exit", "process::abort"],
        within: EVERYWHERE,
        but: &[],
        breaches: &[
            ("src/get.rs", "std::process::exit(1)"),
            ("src/get.rs", "use std::process::{self, exit};"),
        ],
        passes: &[
            ("src/error.rs", "fn exit_code(self) -> u8"),
            ("src/start.rs", "use std::process::ExitCode;"),
        ],
    }
    .holds();
}

#[test]
fn nothing_is_unsafe_but_the_start() {
    Rule {
        reason: "what the compiler cannot check stands in src/start.rs, which is short enough to be checked by people",
        words: &["unsafe", "unsafe_code"],
        within: EVERYWHERE,
        but: &["src/start.rs", "src/lib.rs"],
        breaches: &[
            ("src/get.rs", "unsafe { libc::setsid() }"),
            ("src/secret.rs", "#[expect(unsafe_code, reason = \"\")]"),
        ],
        passes: &[("src/get.rs", "let is_unsafe = true;")],
    }
    .holds();
}

#[test]
fn nothing_is_printed_but_by_the_reply_and_the_terminal() {
    Rule {
        reason: "stdout carries one answer and stderr one message: a Reply says both, the terminal only notices",
        words: &["println!", "eprintln!", "print!", "eprint!"],
        within: EVERYWHERE,
        but: &[],
        breaches: &[("src/get.rs", "eprintln!(\"x\")"), ("src/reply.rs", "print!(\"x\")")],
        passes: &[("src/get.rs", "write!(text, \"x\")")],
    }
    .holds();
    Rule {
        reason: "stdout and stderr belong to src/reply.rs, and stderr, for notices, to src/terminal; a client's words pass \
            through src/command/wrap/watch.rs, and src/start.rs opens what is closed",
        words: &["io::stdout", "io::stderr", "stdout()", "stderr()"],
        within: EVERYWHERE,
        but: &["src/reply.rs", "src/start.rs", "src/terminal/", "src/terminal.rs", "src/command/wrap/watch.rs"],
        breaches: &[
            ("src/dialect/git.rs", "std::io::stdout().lock()"),
            ("src/get.rs", "use std::io::{Write, stderr};\nstderr()"),
            ("src/command/wrap/client.rs", "std::io::stdout()"),
        ],
        passes: &[("src/terminal/mod.rs", "std::io::stderr()")],
    }
    .holds();
    Rule {
        reason: "stdin is read where no app is named, by src/command/ask.rs: loops over lines depend on it",
        words: &["io::stdin", "stdin()"],
        within: EVERYWHERE,
        but: &["src/command/ask.rs", "src/start.rs"],
        breaches: &[("src/source.rs", "std::io::stdin().read_line(&mut line)")],
        passes: &[("src/source.rs", ".stdin(Stdio::null())")],
    }
    .holds();
}

#[test]
fn a_machine_knows_no_store_no_terminal_no_clock_and_no_file() {
    Rule {
        reason: "a sign-in is a pure machine: what it needs is given to it, so that every answer of a server can be tested",
        words: &[
            "crate::store", "super::store", "crate::terminal", "super::terminal", "crate::get", "crate::world",
            "crate::settings", "crate::source", "crate::clock::now", "crate::clock::ticks", "clock::now",
            "clock::ticks", "std::fs", "std::env", "std::process", "std::thread",
        ],
        within: &["src/sign_in/"],
        but: &[],
        breaches: &[
            ("src/sign_in/attempt.rs", "use crate::store::Key;"),
            ("src/sign_in/okta/mod.rs", "use crate::{http, terminal::Terminal};"),
            ("src/sign_in/mod.rs", "use crate::clock;\nclock::now()"),
            ("src/sign_in/balancer.rs", "std::fs::read(path)"),
        ],
        passes: &[
            ("src/sign_in/balancer.rs", "use crate::clock::Moment;"),
            ("src/get.rs", "use crate::store::Key;"),
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
}

#[test]
fn a_dialect_and_a_format_know_nothing_of_how_a_session_was_made() {
    Rule {
        reason: "a dialect reads a request and words an outcome; a format words an answer: both are pure",
        words: &[
            "crate::store", "super::store", "crate::sign_in", "super::sign_in", "crate::method", "super::method",
            "crate::http", "super::http", "crate::terminal::Terminal", "crate::get", "crate::world",
            "crate::settings", "crate::source", "clock::now", "std::fs", "std::process",
        ],
        within: &["src/dialect/", "src/output/", "src/invocation/"],
        but: &[],
        breaches: &[
            ("src/dialect/git.rs", "use crate::{answer::Answer, store::Key};"),
            ("src/dialect/mod.rs", "fn parse(terminal: &crate::terminal::Terminal)"),
            ("src/output/json.rs", "use crate::http::Client;"),
            ("src/output/json.rs", "use super::super::sign_in;"),
        ],
        passes: &[("src/dialect/git.rs", "use crate::terminal::Questions;")],
    }
    .holds();
}

#[test]
fn few_know_the_store() {
    Rule {
        reason: "only get, the methods, the commands and the world know the store: another kind of it has to fit there; \
                 paths knows how it names a record",
        words: &["crate::store", "super::store"],
        within: EVERYWHERE,
        but: &["src/get.rs", "src/get/", "src/method/", "src/world.rs", "src/command/", "src/store/", "src/paths.rs"],
        breaches: &[
            ("src/source.rs", "use crate::store::Account;"),
            ("src/session.rs", "use super::store::Entry;"),
        ],
        passes: &[("src/lib.rs", "mod store;")],
    }
    .holds();
}

/// The modules that own one resource each, and what of ours they use beyond `secret` and `error`, for a reason.
const LEAVES: [(&str, &[&str]); 7] = [
    // A response has cookies and a time; a request has a limit of time; a program that knows hosts gets no secrets.
    ("http", &["cookie", "clock", "settings"]),
    // A prompt ends when its time is over.
    ("terminal", &["clock"]),
    // Nothing waits for it for ever.
    ("keyring", &["clock"]),
    ("clock", &[]),
    // Two variables name a file and a directory; an app's cookie file is named like the app's record.
    ("paths", &["settings", "app", "store"]),
    ("secret", &[]),
    ("error", &[]),
];

/// What a leaf imports that it should not.
fn beyond_a_leaf(path: &str, text: &str) -> Vec<String> {
    let name = path.trim_start_matches("src/");
    let name = name.split(['/', '.']).next().unwrap_or_default();
    if is_test(path) {
        return Vec::new();
    }
    let Some((leaf, also)) = LEAVES.iter().find(|(leaf, _)| *leaf == name) else {
        return Vec::new();
    };
    let lines = code(text).into_iter();
    let imports = lines.flat_map(|(number, line)| {
        let paths = line.split("crate::").skip(1);
        let modules = paths.map(|path| path.split(|c: char| !c.is_alphanumeric() && c != '_'));
        let names = modules.filter_map(|mut names| names.next().map(str::to_owned));
        names.map(move |name| (number, name)).collect::<Vec<_>>()
    });
    let fits = |name: &str| [leaf, "secret", "error"].contains(&name) || also.contains(&name);
    imports
        .filter(|(_, name)| !fits(name))
        .map(|(number, name)| format!("{path}:{number}: crate::{name}"))
        .collect()
}

#[test]
fn a_leaf_imports_secrets_and_errors_of_ours_and_little_else() {
    for (path, text) in [
        ("src/clock.rs", "use crate::session::Session;"),
        ("src/http/client.rs", "use crate::{error::Error, sign_in};"),
        ("src/terminal/mod.rs", "fn ask(org: &crate::app::Org) {}"),
    ] {
        assert_eq!(beyond_a_leaf(path, text).len(), 1, "{path}: {text}");
    }
    assert_eq!(
        beyond_a_leaf("src/http/client.rs", "use crate::error::Error;"),
        [""; 0]
    );
    assert_eq!(
        beyond_a_leaf("src/get.rs", "use crate::store::Key;"),
        [""; 0]
    );
    let files = tree("src");
    let found: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| beyond_a_leaf(path, text))
        .collect();
    assert_kept(
        &found,
        "a leaf that knows the layers above it cannot be used by them alone",
    );
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
        "util", "utils", "common", "helper", "helpers", "types", "misc", "shared", "lib",
    ];
    // Cargo's own name for the library.
    path != "src/lib.rs" && names.into_iter().any(|name| no_noun.contains(&name))
}

#[test]
fn no_file_and_no_folder_is_called_by_a_word_for_anything() {
    assert!(nameless("src/util.rs") && nameless("src/common/") && nameless("tests/it/helpers.rs"));
    assert!(!nameless("src/settings/near.rs") && !nameless("src/dialect/"));
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
        "todo!",
        "unimplemented!",
        "dbg!",
        "#[ignore",
        "// XXX",
        "// FIXME",
        "// TODO",
        "# XXX",
        "# FIXME",
        "# TODO",
    ];
    for text in [
        "todo!()",
        "    dbg!(x)",
        "#[ignore = \"x\"]",
        "// FIXME: x",
        "/// TODO",
        "x # XXX",
    ] {
        assert_eq!(lines_with("src/get.rs", text, &words).len(), 1, "{text}");
    }
    for text in ["\"+1 XXX-XXX-1337\"", "ignored()", "// the word for it"] {
        assert_eq!(lines_with("src/get.rs", text, &words), [""; 0], "{text}");
    }
    let mut files = tree("src");
    files.extend(tree("shell"));
    files.extend(tree("tests/sandbox/src"));
    files.extend(tree("tests/bench"));
    files.extend(tree("tests/soak"));
    // This file names them.
    files.extend(
        tree("tests/it")
            .into_iter()
            .filter(|(path, _)| path != "tests/it/tidy.rs"),
    );
    let found = files
        .iter()
        .flat_map(|(path, text)| lines_with(path, text, &words));
    assert_kept(
        &found.collect::<Vec<_>>(),
        "what is not done is not committed; a test that is not run proves nothing",
    );
}

#[test]
fn nothing_is_unwrapped() {
    Rule {
        reason: "`expect` states why it cannot fail; where it can, there is an error for a person",
        words: &[".unwrap()", ".unwrap_err()", "unwrap_unchecked"],
        within: EVERYWHERE,
        but: &[],
        breaches: &[("src/get.rs", "let x = y.unwrap();")],
        passes: &[
            ("src/get.rs", "y.unwrap_or_default()"),
            (
                "src/get.rs",
                "#[cfg(test)]\nmod tests {\n    y.unwrap();\n}\n",
            ),
        ],
    }
    .holds();
}

/// The attribute that begins in the first of these lines, up to its closing bracket.
fn attribute(lines: &[&str]) -> String {
    let mut depth = 0_i32;
    let mut whole = String::new();
    for letter in lines.iter().flat_map(|line| line.trim().chars()) {
        whole.push(letter);
        depth += i32::from(letter == '[') - i32::from(letter == ']');
        if letter == ']' && depth == 0 {
            break;
        }
    }
    whole
}

/// Exceptions from the lints that do not say why.
fn without_reason(path: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let starts = (0..lines.len()).filter(|at| {
        let line = lines[*at].trim_start();
        line.starts_with("#[") || line.starts_with("#![")
    });
    let attributes = starts.map(|at| (at + 1, attribute(&lines[at..])));
    attributes
        .filter(|(_, attribute)| has_word(attribute, "allow(") || has_word(attribute, "expect("))
        .filter(|(_, attribute)| !attribute.contains("reason = "))
        .map(|(number, attribute)| format!("{path}:{number}: {attribute}"))
        .collect()
}

#[test]
fn an_exception_from_a_lint_says_why() {
    for text in [
        "#[allow(dead_code)]",
        "#![allow(dead_code)]",
        "#[expect(\n    dead_code\n)]",
        "#[cfg_attr(unix, allow(dead_code))]",
    ] {
        assert_eq!(without_reason("src/get.rs", text).len(), 1, "{text}");
    }
    for text in [
        "#[expect(dead_code, reason = \"x\")]",
        "#[derive(Debug)]",
        "x.expect(\"y\")",
    ] {
        assert_eq!(without_reason("src/get.rs", text), [""; 0], "{text}");
    }
    let files = tree("src");
    let found: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| without_reason(path, text))
        .collect();
    assert_kept(
        &found,
        "whoever meets the exception has to know whether it still holds",
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
    let text = read("src/settings/variables.rs");
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
fn the_readme_names_every_variable_and_no_other() {
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

    let readme = read("README.md");
    let known = variables();
    assert!(known.len() >= 18, "{known:?}");
    let missing: Vec<String> = known
        .iter()
        .filter(|name| !mentions(&readme, name))
        .cloned()
        .collect();
    assert_kept(
        &missing,
        "src/settings/variables.rs: a variable that README.md does not name is one that nobody uses",
    );
    let unknown = unknown_variables(&readme, &known);
    assert_kept(
        &unknown,
        "README.md: src/settings/variables.rs has no such variable",
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
fn the_readme_lists_every_format_and_no_other() {
    let table = "| format | for |\n|---|---|\n| `a` | x |\n| `b-c` | y |\n\n| `d` | z |\n";
    assert_eq!(rows(table, "| format | for |"), ["a", "b-c"]);
    let formats = formats();
    assert!(formats.len() >= 8, "{formats:?}");
    assert_eq!(
        rows(&read("README.md"), "| format | for |"),
        formats,
        "README.md: the table of formats has not those of src/output/mod.rs, in their order"
    );
}

/// Whether a changelog has a heading for a version.
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

/// Whether some code embeds a file of `shell/`.
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

/// Whether `main` has the module of a file.
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
