//! The pages for contributors name files and functions that are there.

use crate::tree::read;

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
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
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
