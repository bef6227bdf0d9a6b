use super::{List, Plan, number, undo, write};

const A: &str = "https://a.example";
const B: &str = "https://b.example/x";

fn after(value: &str, urls: &[&str], is_undo: bool) -> String {
    let urls: Vec<String> = urls.iter().map(|&url| url.to_owned()).collect();
    let list = List::parse(value);
    let is_known = |url: &str| [A, B].contains(&url);
    let plan = match is_undo {
        true => undo(&list, &urls, &is_known),
        false => Plan(write(&list, &urls, value, &is_known)),
    };
    plan.to_text().trim_end().to_owned()
}

#[test]
fn ours_comes_first_and_the_others_stay_in_their_order() {
    for (value, urls, text) in [
        (
            "netrc",
            &[A][..],
            "go      env -w 'GOAUTH=credential go https://a.example; netrc'",
        ),
        (
            "git /x; netrc ;credential go https://a.example",
            &[B],
            "go      env -w 'GOAUTH=git /x; netrc; credential go https://a.example https://b.example/x'",
        ),
        (
            "credential go https://a.example; netrc",
            &[A],
            "there   GOAUTH=credential go https://a.example; netrc",
        ),
        (
            "",
            &[A, B],
            "go      env -w 'GOAUTH=credential go https://a.example https://b.example/x'",
        ),
    ] {
        assert_eq!(after(value, urls, false), text, "{value}");
    }
}

#[test]
fn an_undo_takes_out_what_is_ours() {
    for (value, urls, text) in [
        ("netrc", &[A][..], ""),
        ("credential go https://b.example/x; netrc", &[A], ""),
        (
            "credential go https://a.example; netrc",
            &[A],
            "go      env -u GOAUTH",
        ),
        (
            "credential go https://a.example",
            &[A],
            "go      env -u GOAUTH",
        ),
        (
            "credential go https://a.example https://b.example/x; git /x; netrc",
            &[A],
            "go      env -w 'GOAUTH=credential go https://b.example/x; git /x; netrc'",
        ),
        (
            "credential go https://a.example; git /x",
            &[A],
            "go      env -w 'GOAUTH=git /x'",
        ),
    ] {
        assert_eq!(after(value, urls, true), text, "{value}");
    }
}

#[test]
fn a_command_without_apps_or_with_unknown_urls_is_the_persons_own() {
    for (value, written, undone) in [
        (
            "credential go https://b.example/x; git /x; credential go https://c.example",
            "go      env -w 'GOAUTH=credential go https://b.example/x https://a.example; git /x; credential go \
             https://c.example'",
            "",
        ),
        (
            "credential go",
            "go      env -w 'GOAUTH=credential go https://a.example; credential go'",
            "",
        ),
        (
            "credential go https://a.example https://c.example",
            "there   GOAUTH=credential go https://a.example https://c.example",
            "leaves  GOAUTH has credential go https://a.example https://c.example: this command has not made it",
        ),
        (
            "git /x; /opt/bin/credential go https://a.example; netrc",
            "there   GOAUTH=git /x; /opt/bin/credential go https://a.example; netrc",
            "go      env -w 'GOAUTH=git /x; netrc'",
        ),
        (
            "/opt/bin/credential go https://b.example/x",
            "go      env -w 'GOAUTH=/opt/bin/credential go https://b.example/x https://a.example'",
            "",
        ),
        (
            "credential go https://b.example/x; credential go https://a.example",
            "there   GOAUTH=credential go https://b.example/x; credential go https://a.example",
            "leaves  GOAUTH has credential go https://a.example: this command has not made it",
        ),
        (
            "credential get https://a.example",
            "go      env -w 'GOAUTH=credential go https://a.example; credential get https://a.example'",
            "",
        ),
    ] {
        assert_eq!(after(value, &[A], false), written, "{value}");
        assert_eq!(after(value, &[A], true), undone, "{value}");
    }
}

#[test]
fn versions_are_compared_by_number() {
    for (version, expected) in [
        ("go1.24", Some((1, 24))),
        ("go1.9.7", Some((1, 9))),
        ("go1.25rc1", Some((1, 25))),
        ("devel go1.26-0a1b2c Mon Jan 5", Some((1, 26))),
        ("gccgo", None),
    ] {
        assert_eq!(number(version), expected, "{version}");
    }
}
