//! The help, the version, the manual page, and errors of the command line.

use std::process::Command;

use sandbox::Setup;

use crate::home::{Home, feed};
use crate::tools::{tool, tools};

#[test]
fn the_help_has_every_command_exit_code_and_variable() {
    let home = Home::usual();
    let help = home.run(&["--help"]).answer();
    for command in [
        "get",
        "store",
        "erase",
        "list",
        "login",
        "logout",
        "status",
        "shell",
        "completions",
        "man",
    ] {
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
    for form in [
        "cookie",
        "header",
        "headers-json",
        "json",
        "curl",
        "netscape",
        "httpie",
        "dotenv",
        "env",
    ] {
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
    for command in [
        "get",
        "store",
        "erase",
        "list",
        "login",
        "logout",
        "status",
        "shell",
        "completions",
        "man",
    ] {
        let long = home.run(&[command, "--help"]).answer();
        assert!(
            long.contains(&format!("credential {command}")),
            "{command}: {long}"
        );
        let short = home.run(&[command, "-h"]).answer();
        assert!(short.contains("Usage: credential"), "{command}: {short}");
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

#[test]
fn an_unknown_command_or_option_gets_a_suggestion() {
    let home = Home::usual();
    for (arguments, near) in [
        (&["gett"][..], "get"),
        (&["statsu"], "status"),
        (&["get", "grafana", "--frsh"], "--fresh"),
        (&["get", "grafana", "--as=netscap"], "netscape"),
    ] {
        let words = home.run(arguments).failure(2);
        assert!(
            words.contains(&format!("'{near}'")),
            "{arguments:?}: {words}"
        );
    }
    for arguments in [
        &["get", "grafana", "wiki"][..],
        &["get", "grafana", "--min-life", "soon"],
        &["get", "grafana", "--min-life", "-5m"],
        &["get", "grafana", "--verify=soon"],
        &["get", "grafana", "--fresh", "--no-sign-in"],
        &["get", "grafana", "--protocol", "git"],
        &["shell", "powershell"],
        &["shell"],
        &["completions"],
        &["logout"],
        &["logout", "grafana", "--all"],
    ] {
        let words = home.run(arguments).failure(2);
        assert!(!words.is_empty(), "{arguments:?}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn the_manual_formats_without_a_warning_and_has_every_command() {
    let home = Home::bare(Setup::default());
    let page = home.run(&["man"]).answer();
    assert!(
        page.lines()
            .any(|line| line.starts_with(".TH credential 1")),
        "{page}"
    );
    if tool("groff") {
        let mut groff: Command = home.command("groff");
        groff.args(["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]);
        assert_eq!(feed(groff, &page).answer(), "");
    }
    if tools(&["man", "groff"]) {
        let mut man: Command = home.command("man");
        man.env("MANWIDTH", "100")
            .env("MANPAGER", "cat")
            .env("LC_ALL", "C.UTF-8")
            .args(["-l", "-"]);
        let text = feed(man, &page).answer();
        for command in [
            "get",
            "store",
            "erase",
            "list",
            "add",
            "doctor",
            "login",
            "logout",
            "status",
            "shell",
            "completions",
            "man",
        ] {
            assert!(
                text.contains(&format!("credential {command}"))
                    || text.contains(&format!("credential-{command}")),
                "{command}: {text}"
            );
        }
        for option in [
            "--as",
            "--protocol",
            "--fresh",
            "--min-life",
            "--verify",
            "--no-sign-in",
            "--device",
        ] {
            assert!(text.contains(option), "{option}: {text}");
        }
        assert!(
            text.contains("ALB_CREDENTIAL_ORG_URL"),
            "the variables: {text}"
        );
    }
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

#[test]
fn each_command_has_a_manual_page_of_its_own() {
    let home = Home::bare(Setup::default());
    let page = home.run(&["man", "get"]).answer();
    assert!(page.contains(".TH credential-get 1"), "{page}");
    assert_eq!(page.matches(".TH ").count(), 1, "{page}");
    for hidden in ["renew", "nothing"] {
        let words = home.run(&["man", hidden]).told(2);
        assert!(words.contains("no command is called"), "{words}");
    }
}
