//! The page of errors has each message of the program under its exit code, and no other.

use std::collections::BTreeSet;

use crate::tree::{is_rust, is_test, read, tree};

/// The ways to make an error, with the exit code of each.
const MAKERS: [(&str, &str); 11] = [
    ("Error::usage(", "2"),
    ("Error::network(", "6"),
    ("Error::refused(", "5"),
    ("Error::person(", "3"),
    ("Error::new(Kind::Other,", "1"),
    ("Error::new(Kind::Usage,", "2"),
    ("Error::new(Kind::Person,", "3"),
    ("Error::new(Kind::NoSuchApp,", "4"),
    ("Error::new(Kind::Refused,", "5"),
    ("Error::new(Kind::Network,", "6"),
    ("Error::new(Kind::Untrusted,", "6"),
];

/// A message with its exit code.
type Row = (String, String);

/// The messages that stand in the calls of `code` as literals, with `…` for what is filled in.
fn messages(code: &str) -> Vec<Row> {
    let code = code.split("#[cfg(test)]\nmod tests {").next();
    let code = code
        .unwrap_or_default()
        .replace("Error::new(\n", "Error::new(");
    let code = code.replace("Error::new(            Kind", "Error::new(Kind");
    let found = MAKERS.iter().flat_map(|(maker, exit)| {
        let calls = code.split(maker).skip(1);
        calls.filter_map(|call| Some((exit.to_string(), pattern(&literal(call)?))))
    });
    found.filter(|row| is_telling(&row.1)).collect()
}

/// The literal that `call` begins with, perhaps within `format!`.
fn literal(call: &str) -> Option<String> {
    let call = call.trim_start();
    let call = call.strip_prefix("format!(").map_or(call, str::trim_start);
    let mut rest = call.strip_prefix('"')?.chars().peekable();
    let mut text = String::new();
    loop {
        match rest.next()? {
            '"' => return Some(text),
            '\\' => match rest.next()? {
                '\n' => while rest.next_if(|c| c.is_whitespace()).is_some() {},
                escaped => text.push(escaped),
            },
            plain => text.push(plain),
        }
    }
}

/// A format string with `…` for each thing that is filled in; what stands side by side is one.
fn pattern(format: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        text.push('…');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    while text.contains("……") {
        text = text.replace("……", "…");
    }
    text
}

/// Returns whether a pattern has two words of its own, so that a reader can find it.
fn is_telling(pattern: &str) -> bool {
    let words = pattern.split(|c: char| !c.is_ascii_alphabetic());
    words.filter(|word| word.len() >= 2).count() >= 2
}

/// The rows of a page: the exit code of the heading, and the message in the first column.
fn rows(page: &str) -> Vec<Row> {
    let mut exit = String::new();
    let mut rows = Vec::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading
                .split(':')
                .next()
                .unwrap_or_default()
                .clone_into(&mut exit);
        } else if let Some(row) = line.strip_prefix("| `") {
            let message = row.split("` | ").next().unwrap_or_default();
            rows.push((exit.clone(), message.to_owned()));
        }
    }
    rows
}

#[test]
fn each_message_stands_on_the_page_under_its_exit_code() {
    let files = tree("src").into_iter();
    let files =
        files.filter(|(path, _)| is_rust(path) && !is_test(path) && !path.contains("fixture"));
    let said: BTreeSet<Row> = files.flat_map(|(_, text)| messages(&text)).collect();
    assert!(said.len() > 200, "the messages are found: {}", said.len());
    let page = rows(&read("docs/errors.md"));
    let unknown: Vec<&Row> = said.iter().filter(|row| !page.contains(row)).collect();
    assert!(unknown.is_empty(), "add to docs/errors.md: {unknown:#?}");
}

#[test]
fn each_row_of_the_page_is_a_message_and_stands_there_once() {
    let all: String = tree("src").into_iter().map(|(_, text)| text).collect();
    // An error may also be made of a kind that is computed: its words stand somewhere all the same.
    let flat = all.split_whitespace().collect::<Vec<_>>().join(" ");
    let flat = flat.replace("\\ ", "").replace("\\\"", "\"");
    let page = rows(&read("docs/errors.md"));
    let mut seen = BTreeSet::new();
    for row in &page {
        assert!(seen.insert(row), "twice: {row:?}");
        let pieces = row.1.split('…').map(str::trim);
        for piece in pieces.filter(|piece| piece.len() > 3) {
            assert!(flat.contains(piece), "nothing says {piece:?}: {row:?}");
        }
    }
}

#[test]
fn messages_are_found_as_they_are_written() {
    let code = "Error::usage(format!(\n    \"{name} is\\\n     not {}{} so\",\n)) Error::person(words) \
        Error::network(\"too slow\").caused_by(\"x\") Error::refused(\"no\")\n\
        Error::new(\n            Kind::NoSuchApp,\n  \"no app here\")\n#[cfg(test)]\nmod tests { Error::usage(\"a test\") }";
    let found = messages(code);
    for (exit, message) in [
        ("2", "… isnot … so"),
        ("6", "too slow"),
        ("4", "no app here"),
    ] {
        assert!(found.contains(&(exit.into(), message.into())), "{found:?}");
    }
    assert_eq!(found.len(), 3, "{found:?}");
    let page = "## 2: usage\n\n| message | means |\n|---|---|\n| `… isnot … so` | x | y |\n";
    assert_eq!(rows(page), [("2".to_owned(), "… isnot … so".to_owned())]);
}
