//! Every way to ask for a warm session, as callers do: by name, by default, by URL, in each format, by git, docker, Bazel
//! and Go.

use std::os::unix::fs::symlink;
use std::process::Command;

use crate::limit::{STATIC, limit};
use crate::place::Place;
use crate::rounds::{Rounds, Row, names, print};

/// The formats of `--as`, the default aside.
const FORMATS: [&str; 8] = [
    "header",
    "headers-json",
    "json",
    "curl",
    "netscape",
    "httpie",
    "dotenv",
    "env",
];

/// Prints what each way takes, beside the C program.
pub(crate) fn run(place: &Place, rounds: &mut Rounds) {
    let answer = place.warm();
    let mut rows = vec![];
    match limit(place, &answer, STATIC) {
        Some(command) => rows.push(Row::new("C, static: open, read, write", command)),
        None => println!("\n(nothing to compare with: there is no C compiler)"),
    }
    rows.extend(ways(place));
    let times = rounds.run(300, &mut rows, || {});
    print("Every way to ask", &names(&rows), &times);
}

/// Each way, as a row.
pub(crate) fn ways(place: &Place) -> Vec<Row> {
    let url = place.sandbox.app_url("grafana");
    let host = url.strip_prefix("https://").expect("the app is at https");
    let page = format!("{url}/api/search");
    let call = |words: &[&str]| {
        let mut command = place.command(place.program());
        command.args(words);
        command
    };
    let mut rows = vec![
        Row::new("credential get grafana", call(&["get", "grafana"])),
        Row::new("credential get", call(&["get"])),
        Row::new("credential get URL", call(&["get", &page])),
    ];
    for format in FORMATS {
        let name = format!("credential get grafana --as {format}");
        rows.push(Row::new(&name, call(&["get", "grafana", "--as", format])));
    }
    for (helper, input) in [
        ("git", format!("protocol=https\nhost={host}\n\n")),
        ("docker", url.clone()),
        ("bazel", format!("{{\"uri\":\"{page}\"}}")),
    ] {
        let name = format!("{helper}-credential-alb get");
        rows.push(Row {
            input: Some(place.write(&format!("{helper}-request"), &input)),
            ..Row::new(&name, called_as(place, helper))
        });
    }
    rows.push(Row::new("credential go", call(&["go"])));
    rows
}

/// `get` by a helper's name.
fn called_as(place: &Place, helper: &str) -> Command {
    let link = place.path(&format!("{helper}-credential-alb"));
    if !link.exists() {
        symlink(place.program(), &link).expect("a link");
    }
    let mut command = place.command(link);
    command.arg("get");
    command
}
