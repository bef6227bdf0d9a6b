use super::{Hint, Table, name_variables};

fn app(name: &str) -> Table {
    Table::App(name.into())
}

#[test]
fn a_hint_is_one_line_to_act_on() {
    for (hint, text) in [
        (Hint::login("grafana"), "credential login grafana"),
        (
            Hint::login("corp").after("or, at a terminal: "),
            "or, at a terminal: credential login corp",
        ),
        (
            Hint::set(app("grafana"), "cookie", "a\"b"),
            "set cookie = \"a\\\"b\" in [app.grafana]",
        ),
        (
            Hint::settings("change", Table::Org("corp".into()), &["factor"]),
            "change factor in [org.corp]",
        ),
        (
            Hint::settings("set", app("a.b"), &["start", "session"]),
            "set start or session in [app.\"a.b\"]",
        ),
        (
            Hint::run(&["chmod", "700", "/home/ada/my dir; x\u{1b}"]),
            "chmod 700 '/home/ada/my dir; x '",
        ),
        (
            Hint::settings("set", app("a"), &["session"])
                .after("if it is known, ")
                .then(" to it"),
            "if it is known, set session in [app.a] to it",
        ),
        (Hint::from("ask the admins"), "ask the admins"),
    ] {
        assert_eq!(hint, text);
        assert_eq!(hint.to_string(), text);
    }
}

#[test]
fn where_variables_are_the_configuration_they_are_named() {
    name_variables(|table, key| match (table, key) {
        (Table::App(_), "cookie") => Some("X_COOKIE"),
        (Table::Org(_), "passcode") => Some("X_SEED"),
        _ => None,
    });
    let org = Table::Org("corp.okta.com".into());
    for (hint, text) in [
        (Hint::set(app("a"), "cookie", "b c"), "set X_COOKIE='b c'"),
        (
            Hint::settings("set", org.clone(), &["passcode", "push_unattended"]).after("or "),
            "or set X_SEED",
        ),
        (
            Hint::settings("set", app("a"), &["cookie"]).then(" to it"),
            "set X_COOKIE to it",
        ),
        (
            Hint::settings("set", org, &["push_unattended"]),
            "set push_unattended in a configuration file: no variable stands for it",
        ),
        (Hint::login("a"), "credential login a"),
        (Hint::from("words"), "words"),
    ] {
        assert_eq!(hint.to_string(), text);
    }
}

#[test]
fn the_browsers_table_is_named_and_is_a_files_alone() {
    let hint = Hint::settings("name another browser as", Table::Browser, &["command"]);
    assert_eq!(
        hint.to_string(),
        "name another browser as command in [browser]"
    );
    name_variables(crate::environment::of_setting);
    assert_eq!(
        hint.to_string(),
        "name another browser as command in a configuration file: no variable stands for it"
    );
}
