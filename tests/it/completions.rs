//! Completions in the real shells: commands, options, and the configured names.

use std::process::Command;

use crate::home::{Home, outcome};
use crate::tools::{beside, tool};

/// Makes a home with two apps of the org `corp`.
fn home() -> Home {
    Home::with_apps(&["grafana", "graphite"])
}

/// Returns the completions of a line in `shell`: one word per line, without descriptions.
fn completed(home: &Home, shell: &str, line: &str) -> Vec<String> {
    completed_with(home, shell, line, ":")
}

/// The same, with a command in the shell before it.
fn completed_with(home: &Home, shell: &str, line: &str, before: &str) -> Vec<String> {
    let command = match shell {
        "bash" => bash(home, line, before),
        "zsh" => zsh(home, line, before),
        _ => fish(home, line, before),
    };
    let said = outcome({ command }.output().expect("a shell starts")).answer();
    let words = said
        .lines()
        .map(|line| line.split(['\t', ':']).next().unwrap_or_default());
    words.map(str::to_owned).collect()
}

fn bash(home: &Home, line: &str, before: &str) -> Command {
    let text = r#"set -eu; source <(credential completions bash); complete -p credential >/dev/null
        eval "$2"; read -ra COMP_WORDS <<<"$1"; [[ $1 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE=$1; COMP_POINT=${#1}; COMP_TYPE=9
        function_of=$(complete -p credential); function_of=${function_of##* -F }; COMPREPLY=()
        "${function_of%% *}" credential "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        for word in ${COMPREPLY[@]+"${COMPREPLY[@]}"}; do echo "${word% }"; done"#;
    let mut command = beside(home, "bash");
    command.args(["-c", text, "bash", line, before]);
    command
}

/// zsh completes at a terminal only. This prints the completions that it would show.
fn zsh(home: &Home, line: &str, before: &str) -> Command {
    let text = r#"autoload -Uz compinit && compinit -D -u && eval "$(credential completions zsh)"
        eval "$2"
        _describe () { print -l -- "${(@P)${@[-1]}}" }
        words=(${(s: :)1}); [[ $1 == *' ' ]] && words+=('')
        CURRENT=$#words
        _normal () { _comp_name=$words[1]; $_comps[$words[1]] }
        $_comps[credential]; true"#;
    let mut command = beside(home, "zsh");
    command.args(["-f", "-c", text, "zsh", line, before]);
    command
}

fn fish(home: &Home, line: &str, before: &str) -> Command {
    let text = "credential completions fish | source; eval $argv[2]; complete -C $argv[1]";
    let mut command = beside(home, "fish");
    command.args(["--no-config", "-c", text, "--", line, before]);
    command
}

/// Returns the installed shells.
fn shells() -> impl Iterator<Item = &'static str> {
    ["bash", "zsh", "fish"]
        .into_iter()
        .filter(|shell| tool(shell))
}

#[test]
fn each_shell_completes_commands_formats_dialects_apps_and_orgs() {
    let home = home();
    for shell in shells() {
        for (line, words) in [
            ("credential sta", vec!["status"]),
            ("credential get gra", vec!["grafana", "graphite"]),
            ("credential get grap", vec!["graphite"]),
            ("credential -v erase graf", vec!["grafana"]),
            ("credential doctor --no-sign-in graf", vec!["grafana"]),
            ("credential login ", vec!["grafana", "graphite", "corp"]),
            ("credential logout co", vec!["corp"]),
            ("credential get co", vec![]),
            ("credential get --as nets", vec!["netscape"]),
            ("credential get --protocol b", vec!["bazel"]),
            ("credential completions z", vec!["zsh"]),
            ("credential wra", vec![]),
        ] {
            assert_eq!(completed(&home, shell, line), words, "{shell}: {line}");
        }
    }
    assert_eq!(home.sandbox.requests(), 0);
    assert_eq!(home.files(), [""; 0]);
}

#[test]
fn options_are_offered_after_a_dash() {
    let home = home();
    for shell in shells() {
        for line in ["credential get -", "credential get --f", "credential -"] {
            let found = completed(&home, shell, line);
            assert!(!found.is_empty(), "{shell}: {line}");
            assert!(found.iter().all(|word| word.starts_with('-')), "{found:?}");
        }
        for line in ["credential get ", "credential list ", "credential "] {
            let found = completed(&home, shell, line);
            assert!(!found.iter().any(|word| word.starts_with('-')), "{found:?}");
        }
    }
}

#[test]
fn the_command_of_exec_is_a_program_and_its_arguments_are_paths() {
    let home = home();
    std::fs::write(home.path("report.txt"), "").expect("a file");
    for shell in shells() {
        for (line, word) in [
            ("credential exec grafana -- setpri", "setpriv"),
            ("credential exec -- setpri", "setpriv"),
            (
                "credential -v exec --min-life 5m grafana -- setpri",
                "setpriv",
            ),
            ("credential exec grafana -- unknown-tool rep", "report.txt"),
            ("credential exec -- unknown-tool x rep", "report.txt"),
            ("credential exec -- ./rep", "./report.txt"),
        ] {
            assert_eq!(completed(&home, shell, line), [word], "{shell}: {line}");
        }
    }
}

#[test]
fn zsh_loads_its_completion_system_where_nothing_has() {
    if !tool("zsh") {
        return;
    }
    let home = home();
    let mut command = beside(&home, "zsh");
    let script = "eval \"$(credential completions zsh)\"; print -- $_comps[credential]";
    command.args(["-f", "-c", script]);
    let said = outcome(command.output().expect("zsh starts")).answer();
    assert_eq!(said.trim_end(), "_credential_completions");
}

#[test]
fn zsh_completes_at_the_first_tab_where_it_loads_the_file_by_itself() {
    if !tool("zsh") {
        return;
    }
    let home = home();
    let mut command = beside(&home, "zsh");
    let script = r#"mkdir site; credential completions zsh >site/_credential
        fpath=($PWD/site $fpath); autoload -Uz compinit && compinit -D -u
        _describe () { print -l -- "${(@P)${@[-1]}}" }
        words=(credential compl); CURRENT=2
        $_comps[credential]; $_comps[credential]"#;
    command.args(["-f", "-c", script]);
    let said = outcome(command.output().expect("zsh starts")).answer();
    let offered = said.matches("completions:").count();
    assert_eq!(offered, 2, "the first time, and the second: {said}");
}

#[test]
fn a_name_is_completed_as_soon_as_it_is_configured() {
    let home = home();
    home.configure(&home.configuration(&[]));
    for shell in shells() {
        assert_eq!(
            completed(&home, shell, "credential get w"),
            [""; 0],
            "{shell}"
        );
    }
    home.append("[app.wiki]\nurl = \"https://wiki.corp.example\"");
    for shell in shells() {
        assert_eq!(
            completed(&home, shell, "credential get w"),
            ["wiki"],
            "{shell}"
        );
    }
}

#[test]
fn a_broken_configuration_completes_to_nothing_silently() {
    let home = home();
    home.configure("[app.");
    for shell in shells() {
        assert_eq!(
            completed(&home, shell, "credential get gra"),
            [""; 0],
            "{shell}"
        );
        assert_eq!(
            completed(&home, shell, "credential sta"),
            ["status"],
            "{shell}"
        );
    }
}

#[test]
fn the_registration_of_each_shell_is_valid_and_short() {
    let home = home();
    for shell in shells() {
        let text = home.run(&["completions", shell]).answer();
        std::fs::write(home.path("completions"), &text).expect("a file");
        let mut command = beside(&home, shell);
        command.args(["-n", "completions"]);
        assert_eq!(
            outcome(command.output().expect("a shell starts")).answer(),
            ""
        );
        assert!(text.lines().count() < 100, "{shell}: {text}");
    }
}

#[test]
fn an_exported_completion_variable_changes_no_command() {
    let mut home = home();
    home.set("_CREDENTIAL_COMPLETE", "bash");
    assert_eq!(home.run(&["list"]).answer(), "grafana\ngraphite\n");
    home.set("_CREDENTIAL_COMPLETE", "tcsh");
    let words = home.run(&["--", "credential", "li"]).failure(2);
    assert!(words.contains("credential"), "{words}");
}

#[test]
fn arguments_of_execs_command_are_completed_by_its_own_completion() {
    let home = home();
    for shell in shells() {
        // The answer of a command named `rocket` to its third word, or to none.
        let own = match shell {
            "bash" => {
                "_rocket() { COMPREPLY=(\"launch-$COMP_CWORD-${COMP_WORDS[0]}-$3\"); }; complete -F _rocket rocket"
            }
            "zsh" => {
                "_rocket() { reply=(launch-$((CURRENT - 1))-$words[1]-$words[CURRENT-1]); _describe x reply }; compdef _rocket rocket"
            }
            _ => {
                "complete -c rocket -x -a '(set -l w (commandline -opc); echo launch-(count $w)-$w[1]-$w[-1])'"
            }
        };
        for line in [
            "credential exec grafana -- rocket moon l",
            "credential exec -- rocket moon l",
            "credential -v exec --min-life 5m grafana -- rocket moon ",
        ] {
            let found = completed_with(&home, shell, line, own);
            assert_eq!(found, ["launch-2-rocket-moon"], "{shell}: {line}");
        }
        // A second `--` is the command's.
        let line = "credential exec -- rocket -- l";
        let found = completed_with(&home, shell, line, own);
        assert_eq!(found, ["launch-2-rocket---"], "{shell}");
        // The other verbs have no command.
        let line = "credential get gra";
        let found = completed_with(&home, shell, line, own);
        assert_eq!(found, ["grafana", "graphite"], "{shell}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}
