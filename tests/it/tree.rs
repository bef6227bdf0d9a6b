//! The project's own files, as rules about them read them: paths, texts, and lines of code without comments and tests.

use std::path::Path;

/// A file of the project.
pub(crate) fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below a directory of the project with its text, in order of their paths.
pub(crate) fn tree(directory: &str) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    walk(directory, &mut paths);
    paths.sort();
    let files = paths.into_iter().filter(|path| !path.ends_with('/'));
    files.map(|path| (path.clone(), read(&path))).collect()
}

/// The pages in `docs/`, with their texts.
pub(crate) fn docs() -> impl Iterator<Item = (String, String)> {
    let is_page = |path: &str| Path::new(path).extension().is_some_and(|end| end == "md");
    let files = tree("docs").into_iter();
    files.filter(move |(path, _)| is_page(path))
}

/// Every file and, with a slash at the end, every directory below `directory`.
pub(crate) fn walk(directory: &str, paths: &mut Vec<String>) {
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

/// Returns whether a file is a module, and no recipe.
pub(crate) fn is_rust(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| extension == "rs")
}

/// Returns whether a file of `src` has tests only: of parsers, for the fuzzer too.
pub(crate) fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("src/fuzzing/")
}

/// A line of code, or one path of a `use`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) text: String,
    pub(crate) is_use: bool,
}

/// The lines of code: no comments, nothing under `#[cfg(test)]`, and each `use` of several things as several lines, so that
/// `use crate::{store, http::Client}` is found as `crate::store` and `crate::http::Client`.
pub(crate) fn code(text: &str) -> Vec<Line> {
    let mut code = Vec::new();
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    while let Some((number, line)) = lines.next() {
        let line = without_comment(line);
        if line.trim() == "#[cfg(test)]" {
            let indent = line.len() - line.trim_start().len();
            skip_item(&mut lines, indent);
            continue;
        }
        let found = |is_use| {
            move |text| Line {
                number,
                text,
                is_use,
            }
        };
        let Some(start) = line.find("use ").filter(|_| is_use(line)) else {
            code.push(found(false)(line.to_owned()));
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
        code.extend(leaves.into_iter().map(found(true)));
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
    ["use ", "pub use ", "pub(crate) use ", "pub(super) use "]
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

/// Returns whether `word` stands in `line` and is not the end or the beginning of a longer name.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
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
        (1, "", false),
        (2, "crate::clock", true),
        (2, "crate::clock::Moment", true),
        (2, "crate::store::Key", true),
        (6, "", false),
        (7, "let url = \"https://x\"; ", false),
        (14, "#[cfg(unix)]", false),
        (15, "a::b", true),
    ];
    let found = code(text);
    let found: Vec<_> = found
        .iter()
        .map(|line| (line.number, line.text.as_str(), line.is_use))
        .collect();
    assert_eq!(found, expected);
    assert!(has_word("eprint!(x)", "eprint!") && !has_word("eprint!(x)", "print!"));
    assert!(has_word("env::var_os", "env::var_os") && !has_word("env::var_os", "env::var"));
}
