//! The pages name files, functions and headings that are there, and README is short.

use std::path::Path;

use crate::tree::{docs, read};

/// Each `src/….rs:function` and `src/…` in a page's code spans, with the function where one is named.
fn places(page: &str) -> Vec<(String, Option<String>)> {
    let spans = page.split('`').skip(1).step_by(2);
    let spans = spans.filter(|span| span.starts_with("src/") && !span.contains(['…', '*', ' ']));
    spans
        .map(|span| match span.split_once(':') {
            Some((file, function)) => (file.to_owned(), Some(function.to_owned())),
            None => (span.to_owned(), None),
        })
        .collect()
}

/// The places of `page` that `is_there` does not know.
fn missing(page: &str, is_there: impl Fn(&str, Option<&str>) -> bool) -> Vec<String> {
    let missing = places(page).into_iter();
    let missing = missing.filter(|(file, function)| !is_there(file, function.as_deref()));
    missing.map(|place| format!("{place:?}")).collect()
}

#[test]
fn the_architecture_page_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_there = |file: &str, function: Option<&str>| {
        root.join(file).exists()
            && function.is_none_or(|function| {
                let text = read(file);
                [" ", "\n"].iter().any(|before| {
                    ["(", "<"]
                        .iter()
                        .any(|after| text.contains(&format!("{before}fn {function}{after}")))
                })
            })
    };
    let invented = "`src/get.rs:gone`, `src/gone.rs`, `src/get.rs:get`";
    assert_eq!(missing(invented, is_there).len(), 2, "it can fail");
    let page = read("docs/architecture.md");
    assert!(places(&page).len() > 40, "the ways are lists of places");
    assert_eq!(missing(&page, is_there), [""; 0]);
}

/// The most lines that README has: a newcomer reads it to its end.
const LONGEST_README: usize = 150;

/// The pages whose links are checked.
fn pages() -> Vec<(String, String)> {
    let own = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ];
    let own = own.map(|path| (path.to_owned(), read(path)));
    own.into_iter().chain(docs()).collect()
}

/// The lines of a page outside its code blocks.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The targets of a page's links and pictures that lie in the project.
fn links(page: &str) -> Vec<String> {
    let parts = prose(page).flat_map(|line| line.split("](").skip(1));
    let targets = parts.filter_map(|part| Some(part.split_once(')')?.0.to_owned()));
    targets.filter(|link| !link.contains("://")).collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> Vec<String> {
    let headings = prose(page).filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
    let slug = |heading: &str| {
        let kept = |c: char| c.is_alphanumeric() || "-_ ".contains(c);
        let heading: String = heading
            .to_lowercase()
            .chars()
            .filter(|&c| kept(c))
            .collect();
        heading.replace(' ', "-")
    };
    headings.map(slug).collect()
}

/// The path of `link` in the page at `from`, and the anchor that it names.
fn resolve(from: &str, link: &str) -> (String, Option<String>) {
    let (file, anchor) = match link.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor.to_owned())),
        None => (link, None),
    };
    if file.is_empty() {
        return (from.to_owned(), anchor);
    }
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for part in file.split('/') {
        match part {
            ".." => drop(path.pop()),
            "." | "" => {}
            part => path.push(part),
        }
    }
    (path.join("/"), anchor)
}

/// The links of `pages` that lead nowhere.
fn broken_links(pages: &[(String, String)], is_there: impl Fn(&str) -> bool) -> Vec<String> {
    let text_of = |path: &str| pages.iter().find(|(page, _)| page == path);
    let leads = |from: &str, link: &str| {
        let (path, anchor) = resolve(from, link);
        let has = |anchor: String| {
            text_of(&path).is_some_and(|(_, text)| anchors(text).contains(&anchor))
        };
        (text_of(&path).is_some() || is_there(&path)) && anchor.is_none_or(has)
    };
    let all = pages.iter().flat_map(|(path, text)| {
        let links = links(text).into_iter();
        links.map(move |link| (path.as_str(), link))
    });
    all.filter(|(from, link)| !leads(from, link))
        .map(|(from, link)| format!("{from}: {link}"))
        .collect()
}

/// The pages that no way of links leads to from README.
fn unreachable_pages(pages: &[(String, String)]) -> Vec<String> {
    let mut reached = vec!["README.md".to_owned()];
    let mut at = 0;
    while let Some(from) = reached.get(at).cloned() {
        at += 1;
        let text = pages.iter().find(|(path, _)| *path == from);
        let targets = text.map(|(_, text)| links(text)).unwrap_or_default();
        for (target, _) in targets.iter().map(|link| resolve(&from, link)) {
            if !reached.contains(&target) {
                reached.push(target);
            }
        }
    }
    let paths = pages.iter().map(|(path, _)| path.clone());
    paths.filter(|path| !reached.contains(path)).collect()
}

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(
        lines <= LONGEST_README,
        "README.md: {lines} lines of {LONGEST_README}; what most readers do not need goes into docs/"
    );
}

#[test]
fn every_link_of_a_page_leads_to_a_file_and_a_heading() {
    let page = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let invented = [
        page(
            "README.md",
            "# A\n[b](docs/b.md#b-c) [x](docs/x.md) [y](#y) [a](#a) [z](https://z/)\n```\n[v](v)\n# V\n```\n[v](#v)",
        ),
        page(
            "docs/b.md",
            "# B\n## `b` C?\n[a](../README.md#a) ![s](s.svg) [w](b.md#w)",
        ),
    ];
    assert_eq!(
        broken_links(&invented, |path| path == "docs/s.svg"),
        [
            "README.md: docs/x.md",
            "README.md: #y",
            "README.md: #v",
            "docs/b.md: b.md#w"
        ]
    );
    let pages = pages();
    let count: usize = pages.iter().map(|(_, text)| links(text).len()).sum();
    assert!(count > 60, "the pages link to each other: {count}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(
        broken_links(&pages, |path| root.join(path).exists()),
        [""; 0]
    );
}

#[test]
fn every_page_can_be_reached_from_the_readme() {
    let page = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let invented = [
        page("README.md", "[b](docs/b.md)"),
        page("docs/b.md", "[c](c.md#x)"),
        page("docs/c.md", ""),
        page("docs/d.md", "[b](b.md)"),
    ];
    assert_eq!(unreachable_pages(&invented), ["docs/d.md"]);
    assert_eq!(unreachable_pages(&pages()), [""; 0]);
}
