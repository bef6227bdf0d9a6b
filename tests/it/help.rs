//! The help, the version, the manual page, and errors of the command line.

use std::process::Command;

use sandbox::Setup;

use crate::home::{Home, feed};
use crate::tools::tools;

/// Every command that a person sees.
const COMMANDS: [&str; 16] = [
    "add",
    "get",
    "login",
    "status",
    "doctor",
    "logout",
    "setup",
    "shell",
    "exec",
    "go",
    "list",
    "config",
    "store",
    "erase",
    "completions",
    "man",
];

#[test]
fn the_help_begins_with_the_commands_that_a_newcomer_needs() {
    let home = Home::bare(Setup::default());
    for option in ["-h", "--help"] {
        let help = home.run(&[option]).answer();
        let places = [
            "Start here:\n  add ",
            "\n  get ",
            "\n  doctor ",
            "\n  setup ",
            "\nMore:\n",
        ]
        .map(|part| {
            help.find(part)
                .unwrap_or_else(|| panic!("{part:?}: {help}"))
        });
        assert!(places.is_sorted(), "{places:?}: {help}");
    }
}

#[test]
fn the_help_has_every_command_exit_code_and_variable() {
    let home = Home::usual();
    let help = home.run(&["--help"]).answer();
    for command in COMMANDS {
        assert!(
            help.lines()
                .any(|line| line.starts_with(&format!("  {command} "))),
            "{command}: {help}"
        );
    }
    every_exit_code(&help);
    for variable in [
        "ALB_CREDENTIAL_CONFIG",
        "ALB_CREDENTIAL_CACHE",
        "ALB_CREDENTIAL_APP",
        "ALB_CREDENTIAL_ORG_URL",
        "ALB_CREDENTIAL_USERNAME",
        "ALB_CREDENTIAL_PASSWORD",
        "ALB_CREDENTIAL_PASSCODE_SEED",
        "ALB_CREDENTIAL_APP_URL",
        "ALB_CREDENTIAL_FACTOR",
        "ALB_CREDENTIAL_COOKIE",
        "ALB_CREDENTIAL_SESSION",
        "ALB_CREDENTIAL_START",
        "CI",
        "GIT_TERMINAL_PROMPT",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        assert!(
            help.lines()
                .any(|line| line.split_whitespace().next() == Some(variable)),
            "{variable}: {help}"
        );
    }
}

#[track_caller]
fn every_exit_code(help: &str) {
    for code in 0..=6 {
        assert!(
            help.lines()
                .any(|line| line.starts_with(&format!("  {code}  "))),
            "{code}: {help}"
        );
    }
}

#[test]
fn the_help_of_get_has_every_option_format_and_dialect() {
    let home = Home::usual();
    let help = home.run(&["get", "--help"]).answer();
    for option in [
        "--as",
        "--protocol",
        "--fresh",
        "--min-life",
        "--verify[=<AGE>]",
        "--no-sign-in",
        "--verbose",
    ] {
        assert!(help.contains(option), "{option}: {help}");
    }
    for form in crate::outputs::FORMATS {
        assert!(help.contains(&format!("- {form}:")), "{form}: {help}");
    }
    for dialect in ["git", "docker", "bazel"] {
        assert!(help.contains(dialect), "{dialect}: {help}");
    }
    every_exit_code(&help);
}

#[test]
fn every_command_has_a_help_of_its_own() {
    let home = Home::bare(Setup::default());
    for command in COMMANDS {
        let long = home.run(&[command, "--help"]).answer();
        assert!(
            long.contains(&format!("credential {command}")),
            "{command}: {long}"
        );
        let short = home.run(&[command, "-h"]).answer();
        assert!(short.contains("Usage: credential"), "{command}: {short}");
        for help in [&long, &short] {
            let (_, examples) = help.split_once("\nExample").expect("an example");
            assert!(
                examples.contains(&format!("credential {command}")),
                "{help}"
            );
        }
        assert_eq!(home.run(&["help", command]).answer(), long);
    }
}

#[test]
fn the_version_is_the_packages() {
    let home = Home::bare(Setup::default());
    for flag in ["--version", "-V"] {
        assert_eq!(
            home.run(&[flag]).answer(),
            concat!("credential ", env!("CARGO_PKG_VERSION"), "\n")
        );
    }
}

#[test]
fn without_arguments_the_help_goes_to_stderr() {
    let home = Home::bare(Setup::default());
    let help = home.run(&[]).failure(2);
    assert!(help.contains("Usage: credential"), "{help}");
}

/// Calls that are mistakes, with the end of the line that tells of each, and the beginning of its hint.
const MISTAKES: &[(&[&str], &str, &str)] = &[
    (&["gett"], "\"gett\" is not a command", "credential get"),
    (
        &["sttaus"],
        "\"sttaus\" is not a command",
        "credential status",
    ),
    (
        &["grafana"],
        "\"grafana\" is not a command",
        "credential get grafana",
    ),
    (
        &["https://x.example/a?token=1"],
        "\"https://x.example/a\" is not a command",
        "credential add https://x.example/a",
    ),
    (
        &["config", "edt"],
        "\"edt\" is not a command",
        "credential config edit",
    ),
    (
        &["get", "--frsh"],
        "there is no option --frsh",
        "use --fresh",
    ),
    (
        &["get", "--json"],
        "there is no option --json",
        "use --as json",
    ),
    (
        &["get", "a", "b"],
        "\"b\" is one argument too many",
        "credential get --help",
    ),
    (
        &["get", "--as=netscap"],
        "\"netscap\" is not a value of --as",
        "use netscape, or another one of: cookie, header, ",
    ),
    (
        &["get", "--as"],
        "--as needs a value",
        "use one of: cookie, header, ",
    ),
    (
        &["shell", "powershell"],
        "is not a value of SHELL",
        "use one of: bash, zsh, fish",
    ),
    (
        &["get", "--fresh", "--no-sign-in"],
        "--fresh and --no-sign-in exclude each other",
        "credential get --help",
    ),
    (
        &["get", "--as=json", "--as=json"],
        "--as is given twice",
        "credential get --help",
    ),
    (
        &["logout"],
        "an argument is missing: APP|ORG|PROVIDER",
        "credential logout --help",
    ),
    (
        &["shell"],
        "an argument is missing: SHELL",
        "credential shell --help",
    ),
];

#[test]
fn a_mistake_on_the_command_line_is_told_as_any_other() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    let get = format!("credential get {url}/");
    let url = [url.as_str()];
    let url = (&url[..], " is not a command", get.as_str());
    for (arguments, words, hint) in MISTAKES.iter().copied().chain([url]) {
        let told = home.run(arguments).failure(2);
        let lines: Vec<&str> = told.lines().collect();
        let [first, second] = lines[..] else {
            panic!("two lines: {told}")
        };
        assert!(
            first.starts_with("credential: ") && first.ends_with(words),
            "{told}"
        );
        assert!(
            second.starts_with(&format!("hint: {hint}")),
            "{arguments:?}: {told}"
        );
    }
    for (arguments, words) in [
        (
            &["get", "--min-life", "soon"][..],
            "--min-life: \"soon\" is not a duration",
        ),
        (&["get", "--min-life", "-5m"], "there is no option -5"),
        (
            &["get", "--verify=soon"],
            "--verify: \"soon\" is not a duration",
        ),
        (
            &["get", "a", "--protocol", "git"],
            "APP|URL and --protocol exclude each other",
        ),
        (&["logout", "a", "--all"], "exclude each other"),
    ] {
        let told = home.run(arguments).failure(2);
        assert!(
            told.starts_with("credential: ") && told.contains(words),
            "{told}"
        );
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_mistake_repeats_no_character_that_commands_a_terminal() {
    let home = Home::bare(Setup::default());
    let evil = "x\u{1b}]0;pwn\u{7}\u{202e}";
    for arguments in [
        &[evil][..],
        &["get", "a", evil],
        &["get", "--as", evil],
        &["get", &format!("--{evil}")],
        &["get", "--min-life", evil],
        &["shell", evil],
    ] {
        let told = home.run(arguments).failure(2);
        let is_harmless = |c: char| c == '\n' || (!c.is_control() && c != '\u{202e}');
        assert!(told.chars().all(is_harmless), "{told:?}");
    }
}

#[test]
fn the_manual_has_every_command_variable_and_exit_code() {
    let home = Home::bare(Setup::default());
    let Some(text) = formatted(&home, &["man"]) else {
        return;
    };
    for command in COMMANDS {
        assert!(
            text.contains(&format!("  credential {command}\n")),
            "{command}: {text}"
        );
        assert!(
            text.contains(&format!("credential-{command}(1)")),
            "{command}: {text}"
        );
    }
    for section in [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "COMMANDS",
        "EXAMPLES",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
    ] {
        assert!(
            text.contains(&format!("\n{section}\n")),
            "{section}: {text}"
        );
    }
    for variable in ["ALB_CREDENTIAL_ORG_URL", "NO_PROXY", "VISUAL, EDITOR"] {
        assert!(
            text.contains(&format!("       {variable}\n")),
            "{variable}: {text}"
        );
    }
}

#[test]
fn each_command_has_a_manual_page_of_its_own() {
    let home = Home::bare(Setup::default());
    for command in COMMANDS {
        let Some(text) = formatted(&home, &["man", command]) else {
            return;
        };
        assert!(
            text.starts_with(&format!("credential-{command}(1)")),
            "{text}"
        );
        assert!(text.contains("\nEXAMPLES\n"), "{text}");
        let wide = text
            .lines()
            .find(|line| line.chars().count() > 80 && !line.contains("credential "));
        assert_eq!(wide, None);
    }
    let text = formatted(&home, &["man", "get"]).expect("it was formatted before");
    for option in [
        "--as FORMAT\n",
        "--verify[=AGE]\n",
        "headers-json  ",
        "APP|URL\n",
        "-v, --verbose\n",
    ] {
        assert!(text.contains(option), "{option}: {text}");
    }
    let text = formatted(&home, &["man", "config"]).expect("it was formatted before");
    for word in [
        "[org.NAME]",
        "push_unattended",
        "{ redis = { … } }",
        "credential config edit",
        "NO_PROXY",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    for hidden in ["renew", "wrap", "help", "nothing"] {
        let words = home.run(&["man", hidden]).told(2);
        assert!(words.contains("no command is called"), "{words}");
    }
}

/// Returns a page as it is read on 80 columns, after groff found nothing to warn of; `None` where there is no such tool.
fn formatted(home: &Home, arguments: &[&str]) -> Option<String> {
    let page = home.run(arguments).answer();
    assert_eq!(page.matches(".TH ").count(), 1, "{page}");
    if !tools(&["man", "groff"]) {
        return None;
    }
    let mut groff: Command = home.command("groff");
    groff.args(["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]);
    assert_eq!(feed(groff, &page).answer(), "");
    let mut man: Command = home.command("man");
    man.env("MANWIDTH", "80")
        .env("MANPAGER", "cat")
        .env("LC_ALL", "C.UTF-8");
    man.args(["-l", "-"]);
    Some(feed(man, &page).answer())
}

#[test]
fn the_help_of_config_has_every_key_and_variable() {
    let home = Home::bare(Setup::default());
    let help = home.run(&["help", "config"]).answer();
    assert_eq!(home.run(&["config", "--help"]).answer(), help);
    for table in ["", "[org.corp]\n", "[app.grafana]\n", "[browser]\n"] {
        home.configure(&format!("{table}no_such_key = 1\n"));
        let words = home.run(&["config", "check"]).told(2);
        let (_, keys) = words.split_once("keys: ").expect("they are listed");
        for key in keys.trim().split(", ") {
            let words = help.split([' ', ',', '\n']);
            assert!(words.into_iter().any(|word| word == key), "{key}: {help}");
        }
    }
    for variable in ["ALB_CREDENTIAL_ENGINE", "NO_PROXY"] {
        assert!(help.contains(&format!("\n  {variable} ")), "{help}");
    }
}
