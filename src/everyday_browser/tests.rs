#[cfg(unix)]
use std::path::Path;
use std::process::Command;

#[cfg(unix)]
use super::run_first;
use super::{Surroundings, commands, configured, usual};

const ADDRESS: &str = "https://corp.okta.com/oauth2/v1/authorize?state=a%2Bb&nonce=$x;y";

/// The words of a command, without what detaches it.
fn words(command: &Command) -> Vec<String> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| word.to_string_lossy().into_owned());
    words.skip_while(|word| word.ends_with("/setsid")).collect()
}

#[test]
fn browser_is_a_list_of_commands_with_or_without_a_place_for_the_address() {
    for (browser, expected) in [
        ("firefox", vec![vec!["firefox", ADDRESS]]),
        (
            "chromium --new-window",
            vec![vec!["chromium", "--new-window", ADDRESS]],
        ),
        (
            "a '--url=%s' -b:c %s %s &",
            vec![
                vec!["a", &format!("--url={ADDRESS}"), "-b"],
                vec!["c", ADDRESS, ADDRESS],
            ],
        ),
        (
            ":'/opt/my browser' : :\"it's\" x",
            vec![vec!["/opt/my browser", ADDRESS], vec!["it's", "x", ADDRESS]],
        ),
        ("it's", vec![vec!["it's", ADDRESS]]),
        ("true", vec![vec!["true", ADDRESS]]),
        (" : ''", vec![]),
    ] {
        let commands = configured(browser, ADDRESS);
        let found: Vec<_> = commands.iter().map(words).collect();
        assert_eq!(found, expected, "{browser}");
    }
}

#[test]
fn over_ssh_or_without_a_display_nothing_opens_unless_browser_says_so() {
    let count = |browser: Option<&str>, is_remote, has_display| {
        let surroundings = Surroundings {
            browser: browser.map(ToOwned::to_owned),
            is_remote,
            has_display,
        };
        commands(ADDRESS, &surroundings).len()
    };
    assert_eq!(count(None, true, true), 0, "SSH");
    assert_eq!(count(Some("a:b"), true, false), 2, "the user's word");
    assert_eq!(count(Some("true"), false, true), 1, "and no other");
    assert!(count(None, false, true) > 0);
    let below = usual(ADDRESS, false);
    assert!(
        below
            .iter()
            .all(|command| command.get_program() == "powershell.exe")
    );
}

#[test]
fn the_systems_own_commands_get_the_address_as_it_is() {
    let commands = usual(ADDRESS, true);
    let last = commands.last().expect("there is one");
    assert_eq!(words(last).last().expect("an address"), ADDRESS);
    let is_cmd = |command: &Command| command.get_program() == "cmd";
    assert!(!commands.iter().any(is_cmd), "it would read the & in it");
}

#[test]
fn the_secrets_are_withheld() {
    let surroundings = Surroundings {
        browser: Some("a".into()),
        ..Surroundings::default()
    };
    for command in commands(ADDRESS, &surroundings) {
        for name in ["ALB_CREDENTIAL_PASSWORD", "ALB_CREDENTIAL_PASSCODE_SEED"] {
            let is_removed = command.get_envs().any(|pair| pair == (name.as_ref(), None));
            assert!(is_removed, "{name}");
        }
    }
}

/// Runs `$BROWSER`, where each `NAME!` stands for `sh NAME.sh`, a script of `directory`.
#[cfg(unix)]
fn run(directory: &Path, scripts: &[(&str, &str)], browser: &str) {
    let mut browser = browser.to_owned();
    for (name, text) in scripts {
        let path = directory.join(name);
        std::fs::write(&path, text).expect("a script");
        browser = browser.replace(&format!("{name}!"), &format!("sh {}", path.display()));
    }
    let surroundings = Surroundings {
        browser: Some(browser),
        ..Surroundings::default()
    };
    run_first(commands(ADDRESS, &surroundings));
}

#[cfg(unix)]
fn written(directory: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(directory.join(name)).ok()
}

/// Writes its arguments into a file of the script's name and `.said`.
#[cfg(unix)]
const SAYS: &str = "echo noise; echo noise >&2; echo \"$@\" >> \"$0.said\"";

#[cfg(unix)]
#[test]
fn the_next_command_runs_where_one_fails_and_none_after_that() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    let fails = format!("{SAYS}; exit 3");
    let scripts = [("fails", fails.as_str()), ("works", SAYS), ("other", SAYS)];
    run(
        directory,
        &scripts,
        "/no/such/program:fails! %s:works! --new %s:other!",
    );
    let said = |name: &str| written(directory, &format!("{name}.said"));
    assert_eq!(said("fails"), Some(format!("{ADDRESS}\n")));
    assert_eq!(said("works"), Some(format!("--new {ADDRESS}\n")));
    assert_eq!(said("other"), None);
}

#[cfg(target_os = "linux")]
#[test]
fn the_program_has_a_process_session_of_its_own_and_no_stream() {
    // proc(5): the sixth member of `stat` is the session; a name without blanks is the second.
    const STREAMS: &str = "exec 3> \"$0.said\"
        read -r pid name state parent group session rest < /proc/$$/stat
        test $session = $$ && echo leader >&3
        streams=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 /proc/$$/cwd)
        echo \"$streams\" >&3";
    let directory = tempfile::tempdir().expect("a directory");
    run(directory.path(), &[("tells", STREAMS)], "tells!");
    assert_eq!(
        written(directory.path(), "tells.said").expect("it runs"),
        "leader\n/dev/null\n/dev/null\n/dev/null\n/\n"
    );
}
