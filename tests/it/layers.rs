//! The modules of `src` know each other in no circle, neither at the top nor inside a directory, and each layer knows only
//! those below it. The compiler would allow both.
//!
//! A module knows those that its paths lead to: in a `use`, and after `crate::`, `super::` and `self::`. A name that a
//! module only passes on by a `use` of its own leads on to where it is defined. Between two modules the reference counts
//! where their paths part: from `store/file.rs` to `store/lock.rs` as `file → lock` within `store`, and from there to
//! `http/client.rs` as `store → http` at the top. A module and those below it are one and no circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::tree::{code, is_rust, is_test, tree};

/// Circles that are still there: the directory, and the modules in it. One that is gone leaves this list.
const CIRCLES: &[(&str, &[&str])] = &[];

/// Modules at the top of `src`, and the layers and modules that they may know besides their own.
struct Layer {
    name: &'static str,
    modules: &'static [&'static str],
    knows: &'static [&'static str],
}

const LAYERS: &[Layer] = &[
    // What everything is made of.
    Layer {
        name: "base",
        modules: &[
            "base64",
            "bounded_file",
            "caller_policy",
            "child_status",
            "clock",
            "duration",
            "environment",
            "error",
            "file_owner",
            "secret",
            "size_limit",
            "standard_stream",
            "waiting",
        ],
        knows: &["base"],
    },
    // One resource each.
    Layer {
        name: "leaves",
        modules: &[
            "atomic_file",
            "browser",
            "cookie_file",
            "everyday_browser",
            "file_stamp",
            "http",
            "keyring",
            "paths",
            "reply",
            "secret_source",
            "store_client",
            "terminal",
            "totp",
        ],
        knows: &["base"],
    },
    Layer {
        name: "values",
        modules: &[
            "app",
            "cookie",
            "credential",
            "factor",
            "provider_name",
            "served_session",
            "session",
            "site",
        ],
        knows: &["base", "leaves", "values"],
    },
    Layer {
        name: "settings",
        modules: &["settings"],
        knows: &["base", "leaves", "values"],
    },
    // A machine knows requests and responses, and nothing else that could touch anything.
    Layer {
        name: "sign_in",
        modules: &["sign_in"],
        knows: &["base", "values", "http"],
    },
    Layer {
        name: "store",
        modules: &["store"],
        knows: &["base", "leaves", "values"],
    },
    // What a call may touch.
    Layer {
        name: "context",
        modules: &["context"],
        knows: &["base", "leaves", "values", "settings", "store"],
    },
    Layer {
        name: "method",
        modules: &["method"],
        knows: &["base", "leaves", "values", "store", "sign_in", "context"],
    },
    Layer {
        name: "get",
        modules: &["get"],
        knows: &[
            "base", "leaves", "values", "settings", "store", "context", "method",
        ],
    },
    // They say what is asked and answered, and never learn how a session was made.
    Layer {
        name: "formats",
        modules: &["dialect", "invocation", "output"],
        knows: &["base", "values", "reply", "output"],
    },
    Layer {
        name: "cli",
        modules: &["cli"],
        knows: &["base", "settings", "formats"],
    },
    Layer {
        name: "command",
        modules: &["command"],
        knows: &[
            "base", "leaves", "values", "settings", "sign_in", "store", "context", "method", "get",
            "formats", "cli",
        ],
    },
];

/// References beyond a module's layer, each with its reason. One that is gone leaves this list.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("http", "cookie", "a response sets cookies"),
    (
        "atomic_file",
        "terminal",
        "a wait for another writer is announced",
    ),
    (
        "cookie_file",
        "atomic_file",
        "a cookie file is replaced whole",
    ),
    (
        "reply",
        "terminal",
        "an error is laid out for the terminal that shows it",
    ),
    ("secret_source", "app", "the kinds of sources"),
    ("secret_source", "keyring", "a secret may be in the keyring"),
    (
        "secret_source",
        "terminal",
        "a person may be asked for a secret",
    ),
    ("store_client", "app", "how a server is reached"),
    ("store_client", "http", "how hosts are found"),
    ("get", "sign_in", "whether the ALB takes a session"),
];

/// The path of a module, a name for each part; the crate's own is empty.
type Path = Vec<String>;

/// One file, as far as it names others.
struct Source {
    file: String,
    /// The paths in it, from the crate on, with the numbers of their lines.
    paths: Vec<(usize, Path)>,
    /// Where the names lead that it has by `use`.
    uses: BTreeMap<String, Path>,
}

/// A module that names another in the same directory.
#[derive(Clone)]
struct Reference {
    directory: String,
    from: String,
    to: String,
    /// `file:line`.
    place: String,
}

/// The module of a file in `src`; none if it is of the binary, or has tests only.
fn module_of(file: &str) -> Option<Path> {
    let is_binary = ["src/main.rs", "src/memory.rs", "src/start.rs"].contains(&file);
    if is_binary || is_test(file) || !is_rust(file) {
        return None;
    }
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut path: Path = path.split('/').map(str::to_owned).collect();
    path.pop_if(|name| *name == "mod" || *name == "lib");
    Some(path)
}

/// The path that `text` is in the module `of`, from the crate on; none if it leads to another crate.
fn absolute(text: &str, of: &Path, files: &BTreeSet<Path>) -> Option<Path> {
    let mut names = text.split("::").map(str::trim).peekable();
    let mut path = of.clone();
    match *names.peek()? {
        "crate" => path.clear(),
        "self" | "super" => {}
        child => {
            path.push(child.to_owned());
            let is_child = files.contains(&path);
            path.pop();
            is_child.then_some(())?;
        }
    }
    for name in names {
        match name {
            "crate" | "self" => {}
            "super" => drop(path.pop()),
            name => path.push(name.to_owned()),
        }
    }
    Some(path)
}

/// The paths in a line that begin at the crate, the module or the one above it.
fn paths_in(line: &str) -> Vec<&str> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = line.split(|c| !is_path(c));
    words
        .filter(|word| {
            ["crate::", "super::", "self::"]
                .iter()
                .any(|start| word.starts_with(start))
        })
        .map(|word| word.trim_end_matches(':'))
        .collect()
}

/// The modules that are declared for tests only, as `#[cfg(test)] mod fixture;` does.
fn of_tests(files: &[(String, String)]) -> BTreeSet<Path> {
    let mut found = BTreeSet::new();
    for (file, text) in files {
        let Some(module) = module_of(file) else {
            continue;
        };
        let lines: Vec<&str> = text.lines().collect();
        for two in lines.windows(2).filter(|two| two[0] == "#[cfg(test)]") {
            let declared = two[1].split("mod ").nth(1);
            if let Some(name) = declared.and_then(|rest| rest.strip_suffix(';')) {
                found.insert([module.as_slice(), &[name.to_owned()]].concat());
            }
        }
    }
    found
}

/// Every module with what it names.
fn sources(files: &[(String, String)]) -> BTreeMap<Path, Source> {
    let known: BTreeSet<Path> = files
        .iter()
        .filter_map(|(file, _)| module_of(file))
        .collect();
    let of_tests = of_tests(files);
    let read = |(file, text): &(String, String)| {
        let module = module_of(file).filter(|module| !of_tests.contains(module))?;
        let mut source = Source {
            file: file.clone(),
            paths: Vec::new(),
            uses: BTreeMap::new(),
        };
        for line in code(text) {
            if !line.is_use {
                let paths = paths_in(&line.text).into_iter();
                let paths = paths.filter_map(|path| absolute(path, &module, &known));
                source.paths.extend(paths.map(|path| (line.number, path)));
                continue;
            }
            let (path, name) = line.text.split_once(" as ").unwrap_or_else(|| {
                let last = line.text.rsplit("::").next();
                (&line.text, last.unwrap_or_default())
            });
            if let Some(path) = absolute(path, &module, &known) {
                source.uses.insert(name.to_owned(), path.clone());
                source.paths.push((line.number, path));
            }
        }
        Some((module, source))
    };
    files.iter().filter_map(read).collect()
}

/// The module that defines what `path` names.
fn defines(path: &Path, sources: &BTreeMap<Path, Source>) -> Path {
    let mut path = path.clone();
    // A name that is passed on is passed on a few times at most.
    for _ in 0..8 {
        let inside = (0..path.len()).find(|at| !sources.contains_key(&path[..=*at]));
        let Some(at) = inside else { return path };
        let source = sources.get(&path[..at]);
        match source.and_then(|source| source.uses.get(&path[at])) {
            Some(next) => path = [next.as_slice(), &path[at + 1..]].concat(),
            None => return path[..at].to_vec(),
        }
    }
    panic!("{path:?} leads to itself")
}

/// Every reference between two modules in the same directory.
fn references(files: &[(String, String)]) -> Vec<Reference> {
    let sources = sources(files);
    let mut found = Vec::new();
    for (module, source) in &sources {
        for (number, path) in &source.paths {
            let to = defines(path, &sources);
            let both = module.iter().zip(&to);
            let common = both.take_while(|(one, other)| one == other).count();
            if let (Some(from), Some(to)) = (module.get(common), to.get(common)) {
                let above =
                    std::iter::once("src").chain(module[..common].iter().map(String::as_str));
                found.push(Reference {
                    directory: above.collect::<Vec<_>>().join("/"),
                    from: from.clone(),
                    to: to.clone(),
                    place: format!("{}:{number}", source.file),
                });
            }
        }
    }
    found
}

/// The shortest way from `start` back to itself, as the references along it.
fn way_round<'a>(start: &str, references: &[&'a Reference]) -> Option<Vec<&'a Reference>> {
    let mut ways: VecDeque<Vec<&Reference>> = VecDeque::from([vec![]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let end = way.last().map_or(start, |last| &last.to);
        for next in references.iter().filter(|next| next.from == end) {
            let longer = [way.as_slice(), &[next]].concat();
            if next.to == start {
                return Some(longer);
            }
            if seen.insert(&next.to) {
                ways.push_back(longer);
            }
        }
    }
    None
}

/// The circles that are not in `known`, and what is in `known` and no circle any more.
fn wrong_circles(references: &[Reference], known: &[(&str, &[&str])]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut met = BTreeSet::new();
    let all: BTreeSet<_> = references
        .iter()
        .map(|one| (&one.directory, &one.from))
        .collect();
    for (directory, module) in all {
        let within = references.iter().filter(|one| one.directory == *directory);
        let Some(way) = way_round(module, &within.collect::<Vec<_>>()) else {
            continue;
        };
        let is_known = known.iter().position(|(place, modules)| {
            let has = |one: &&Reference| modules.contains(&one.from.as_str());
            place == directory && way.iter().all(has)
        });
        let steps = way
            .iter()
            .map(|one| format!("{} → {} ({})", one.from, one.to, one.place));
        match is_known {
            Some(at) => drop(met.insert(at)),
            None => wrong.push(format!(
                "{directory}: {}",
                steps.collect::<Vec<_>>().join(", ")
            )),
        }
    }
    let gone = (0..known.len()).filter(|at| !met.contains(at));
    wrong.extend(gone.map(|at| {
        format!(
            "{:?} is no circle any more: take it off the list",
            known[at]
        )
    }));
    wrong
}

/// References at the top from one layer to another that it may not know, and exceptions that nothing needs.
fn wrong_layers(
    references: &[Reference],
    layers: &[Layer],
    exceptions: &[(&str, &str, &str)],
) -> Vec<String> {
    let layer_of = |module: &str| layers.iter().find(|layer| layer.modules.contains(&module));
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for one in references.iter().filter(|one| one.directory == "src") {
        let Reference {
            from, to, place, ..
        } = one;
        let (Some(layer), Some(other)) = (layer_of(from), layer_of(to)) else {
            wrong.push(format!("{place}: {from} or {to} is in no layer"));
            continue;
        };
        if layer.knows.contains(&other.name) || layer.knows.contains(&to.as_str()) {
            continue;
        }
        let exception = exceptions.iter().position(|(a, b, _)| a == from && b == to);
        match exception {
            Some(at) => drop(used.insert(at)),
            None => wrong.push(format!("{place}: {from} → {to}")),
        }
    }
    let idle = (0..exceptions.len()).filter(|at| !used.contains(at));
    wrong.extend(idle.map(|at| format!("{:?} is no exception any more", exceptions[at])));
    wrong
}

/// The files of an invented crate.
fn invented(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(file, text): &(&str, &str)| ((*file).to_owned(), (*text).to_owned());
    files.iter().map(owned).collect()
}

#[test]
fn modules_beside_each_other_do_not_go_round_in_circles() {
    let circles = |files: &[(&str, &str)]| wrong_circles(&references(&invented(files)), &[]);
    for files in [
        &[
            ("src/a.rs", "use crate::b::B;"),
            ("src/b.rs", "fn b() -> crate::a::A {}"),
        ][..],
        // Through a third, and a directory.
        &[
            ("src/a.rs", "use crate::{b, c};"),
            ("src/b/mod.rs", "mod inner;"),
            ("src/b/inner.rs", "use crate::c;"),
            ("src/c.rs", "use super::a;"),
        ],
        // Inside a directory, by a name that the module above passes on.
        &[
            ("src/a/mod.rs", "pub(crate) use two::Two;"),
            ("src/a/one.rs", "use super::Two;"),
            ("src/a/two.rs", "use crate::a::one::{self as first};"),
        ],
        &[
            ("src/a/mod.rs", ""),
            ("src/a/one.rs", "fn f(x: super::two::Two) {}"),
            ("src/a/two/deep.rs", "use super::super::one;"),
            ("src/a/two/mod.rs", ""),
        ],
    ] {
        assert!(!circles(files).is_empty(), "{files:?}");
    }
    for files in [
        &[
            ("src/a.rs", "use crate::b::B;"),
            ("src/b.rs", "use std::a;\n// crate::a"),
        ][..],
        // A module and what is below it.
        &[
            ("src/a/mod.rs", "use one::One;"),
            ("src/a/one.rs", "use super::Above;"),
        ],
        // Tests use what they like.
        &[
            ("src/a.rs", "use crate::{b::B, c};"),
            (
                "src/b.rs",
                "#[cfg(test)]\nmod tests {\n    use crate::a;\n}\n",
            ),
            ("src/b/tests.rs", "use crate::a;"),
            ("src/lib.rs", "#[cfg(test)]\npub(crate) mod c;"),
            ("src/c.rs", "use crate::a;"),
        ],
    ] {
        assert_eq!(circles(files), [""; 0], "{files:?}");
    }
    let two = references(&invented(&[
        ("src/a.rs", "use crate::b;"),
        ("src/b.rs", "use crate::a;"),
    ]));
    let told = "src: a → b (src/a.rs:1), b → a (src/b.rs:1)";
    assert_eq!(wrong_circles(&two, &[])[0], told);
    assert_eq!(wrong_circles(&two, &[("src", &["a", "b"])]), [""; 0]);
    assert_eq!(
        wrong_circles(&two, &[("src", &["a", "b"]), ("src", &["c", "d"])]).len(),
        1
    );
    assert_eq!(wrong_circles(&two, &[("src/x", &["a", "b"])]).len(), 3);

    let found = wrong_circles(&references(&tree("src")), CIRCLES);
    let reason = "a circle is one module in several files: what both need becomes a third";
    assert!(found.is_empty(), "{reason}\n  {}", found.join("\n  "));
}

#[test]
fn a_layer_knows_only_those_below_it() {
    let layers = &[
        Layer {
            name: "low",
            modules: &["a", "b"],
            knows: &[],
        },
        Layer {
            name: "high",
            modules: &["c"],
            knows: &["low"],
        },
    ];
    let files = invented(&[
        ("src/a.rs", "use crate::{b, c::C};"),
        ("src/b.rs", ""),
        ("src/c.rs", "use crate::a;"),
    ]);
    let references = references(&files);
    let wrong = |exceptions| wrong_layers(&references, layers, exceptions);
    assert_eq!(wrong(&[]), ["src/a.rs:1: a → b", "src/a.rs:1: a → c"]);
    assert_eq!(wrong(&[("a", "b", ""), ("a", "c", "")]), [""; 0]);
    assert_eq!(
        wrong(&[("a", "b", ""), ("a", "c", ""), ("c", "a", "")]).len(),
        1
    );
    assert_eq!(
        wrong_layers(&references, &layers[..1], &[]).len(),
        3,
        "c is in no layer"
    );

    let found = wrong_layers(&self::references(&tree("src")), LAYERS, EXCEPTIONS);
    let reason = "what knows the layers above it cannot be used, tested or replaced without them";
    assert!(found.is_empty(), "{reason}\n  {}", found.join("\n  "));
}
