//! An example or more for each command: a line to type, and what it does.

use super::{Chapter, PROGRAM};

/// Lines to type, with what each does.
type Examples = &'static [(&'static str, &'static str)];

/// The examples of each command.
const EXAMPLES: [(&str, Examples); 17] = [
    (
        PROGRAM,
        &[
            (
                "credential add https://grafana.corp.example",
                "look at an app, and write it into the configuration",
            ),
            (
                "credential get grafana --as header | curl -H @- https://grafana.corp.example/",
                "call it as your browser does",
            ),
            ("credential doctor grafana", "find out why it does not work"),
        ],
    ),
    (
        "add",
        &[
            (
                "credential add https://grafana.corp.example",
                "ask for what cannot be found out",
            ),
            (
                "credential add https://wiki.corp.example --name docs --yes",
                "ask nothing, where the org is configured already",
            ),
        ],
    ),
    (
        "get",
        &[
            (
                "credential get grafana",
                "print the value of the Cookie header",
            ),
            (
                "credential get grafana --as header | curl -H @- https://grafana.corp.example/",
                "hand it to curl, in no argument that others could see",
            ),
            (
                "credential get grafana --min-life 30m --no-sign-in >/dev/null",
                "ask whether the session lasts for half an hour more (exit code 3: no)",
            ),
        ],
    ),
    (
        "login",
        &[
            ("credential login", "sign in to the only org"),
            (
                "credential login grafana --paste",
                "sign in with a browser on another machine",
            ),
        ],
    ),
    (
        "status",
        &[
            ("credential status", "show every app and org"),
            (
                "credential status grafana --json",
                "give a program what is known about one app",
            ),
        ],
    ),
    (
        "doctor",
        &[
            (
                "credential doctor grafana",
                "check all, with a real sign-in",
            ),
            (
                "credential doctor grafana --no-sign-in",
                "check all that needs no password",
            ),
        ],
    ),
    (
        "logout",
        &[
            ("credential logout grafana", "forget the cookies of an app"),
            (
                "credential logout corp",
                "end the session of an org at Okta, and forget those of its apps",
            ),
            ("credential logout --all", "forget everything, everywhere"),
        ],
    ),
    (
        "setup",
        &[
            (
                "credential setup git grafana",
                "show what would be changed, and change nothing",
            ),
            ("credential setup git grafana --write", "change it"),
            ("credential setup git grafana --undo", "take it back"),
        ],
    ),
    (
        "shell",
        &[
            (
                "eval \"$(credential shell bash)\"",
                "in ~/.bashrc; zsh in the same way",
            ),
            (
                "credential shell fish | source",
                "in ~/.config/fish/config.fish",
            ),
        ],
    ),
    (
        "exec",
        &[(
            "credential exec grafana -- sh -c 'curl -b \"$CREDENTIAL_JAR\" \"$CREDENTIAL_URL\"'",
            "call the app from a script",
        )],
    ),
    (
        "go",
        &[
            (
                "credential setup go goproxy --write",
                "have the go command call this",
            ),
            (
                "export GOAUTH='credential go https://go.corp.example; netrc'",
                "the same for one shell",
            ),
        ],
    ),
    (
        "list",
        &[(
            "for app in $(credential list); do credential login \"$app\"; done",
            "sign in to every app",
        )],
    ),
    (
        "config",
        &[
            ("credential config edit", "edit the file, and check it"),
            ("credential config check", "check it alone"),
            ("ls -l \"$(credential config path)\"", "look where it is"),
        ],
    ),
    (
        "store",
        &[
            (
                "wl-paste | credential store grafana",
                "keep a Cookie header that was copied in a browser (or xclip -o, pbpaste)",
            ),
            (
                "wl-paste | credential store grafana --timeout 8h",
                "keep it for eight hours",
            ),
        ],
    ),
    (
        "erase",
        &[(
            "credential erase grafana",
            "forget a session that the app refuses",
        )],
    ),
    (
        "completions",
        &[
            (
                "eval \"$(credential completions bash)\"",
                "in ~/.bashrc; zsh in the same way",
            ),
            (
                "credential completions fish | source",
                "in ~/.config/fish/config.fish",
            ),
        ],
    ),
    (
        "man",
        &[
            ("credential man | man -l -", "read the page of the program"),
            (
                "credential man get | man -l -",
                "read the page of a command",
            ),
        ],
    ),
];

/// Returns the examples of the command called `name`.
pub(super) fn of(name: &str) -> Chapter {
    let known = EXAMPLES.iter().find(|row| row.0 == name);
    let rows = known.map_or(&[][..], |row| row.1);
    let heading = match rows.len() {
        1 => "Example",
        _ => "Examples",
    };
    Chapter::lines(heading, rows)
}
