//! Files whose grammar or tables are wrong: place, sentence and hint.

use super::{CORP, mistake};

#[test]
fn the_grammar_of_the_file() {
    let table = [
        (
            "a = 1\n",
            "1:1: unknown key \"a\"\nhint: keys: default, store, browser, org, app",
        ),
        (
            "default = \"a\"\ndefault = \"b\"\n",
            "2:1: duplicate key \"default\"",
        ),
        ("[app.a]\n[app.b]\n[app.a]\n", "3:6: duplicate key \"a\""),
        (
            "default = grafana\n",
            "1:11: string values must be quoted, expected literal string",
        ),
        ("[app.a\n", "1:7: unclosed table, expected `]`"),
        ("default\n", "1:8: key with no value, expected `=`"),
        (
            "[ap.a]\n",
            "1:2: unknown key \"ap\"\nhint: did you mean \"app\"?",
        ),
        (
            "\u{feff}defualt = 1\n",
            "1:1: unknown key \"defualt\"\nhint: did you mean \"default\"?",
        ),
    ];
    for (text, error) in table {
        assert_eq!(mistake(text), format!("config.toml:{error}"), "{text}");
    }
}

#[test]
fn the_shape_of_the_tables() {
    let table = [
        (
            "app = 3\n",
            "1:7: app: expected a table, found an integer\nhint: each app is a table with a name: [app.NAME]",
        ),
        (
            "[[app]]\n",
            "1:1: app: expected a table, found an array\nhint: each app is a table with a name: [app.NAME]",
        ),
        (
            "[app]\nurl = \"https://a.example\"\n",
            "2:7: url in [app]: expected a table, found a string\nhint: each app is a table with a name: [app.NAME]",
        ),
        (
            "[app.\"a b\"]\n",
            "1:6: \"a b\" cannot be a name\nhint: a name is at most 100 letters (a-z, A-Z), digits, `-`, `_` and `.`, and begins with no `-`",
        ),
        (
            "[org.\"\"]\n",
            "1:6: \"\" cannot be a name\nhint: a name is at most 100 letters (a-z, A-Z), digits, `-`, `_` and `.`, and begins with no `-`",
        ),
        (
            "default = \"a\"\n",
            "1:11: default: no app is called \"a\"\nhint: apps: none",
        ),
        (
            "default = 1\n",
            "1:11: default: expected a string, found an integer",
        ),
    ];
    for (text, error) in table {
        assert_eq!(mistake(text), format!("config.toml:{error}"), "{text}");
    }
    let text = format!("default = \"grafna\"\n{CORP}[app.grafana]\nurl = \"https://a.example\"\n");
    assert_eq!(
        mistake(&text),
        "config.toml:1:11: default: no app is called \"grafna\"\nhint: did you mean \"grafana\"?"
    );
}
