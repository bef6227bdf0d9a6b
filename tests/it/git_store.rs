//! Stored credentials, with the real git: the claims of git's own tests of helpers (t0303) in our words, and those tests
//! themselves if `GIT_TESTS` names their directory.

use std::path::Path;
use std::process::Command;

use sandbox::Setup;

use crate::home::{Home, feed};
use crate::outcome::Outcome;
use crate::tools::{beside, skip, tool};

/// The hosts of t0303, and one more.
const HOSTS: [&str; 7] = [
    "example.com",
    "other.tld",
    "path.tld",
    "timeout.tld",
    "sso.tld",
    "victim.example.com",
    "expiry.example",
];

/// Makes a home whose apps have stored credentials and no sign-in.
fn store() -> Home {
    let home = Home::bare(Setup::default());
    let app = |host: &&str| {
        let name = host.replace('.', "-");
        format!("[app.{name}]\nurl = \"https://{host}\"\nmethod = \"none\"\n")
    };
    home.configure(&HOSTS.iter().map(app).collect::<String>());
    let askpass = home.path("askpass");
    std::fs::write(&askpass, "#!/bin/sh\necho \"asked: $1\" >&2\necho asked\n").expect("written");
    make_executable(&askpass);
    home
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
}

/// Runs `git credential VERB` with the helper, and with a user who answers every question with "asked".
fn git(home: &Home, helper: &str, verb: &str, lines: &str) -> Outcome {
    let mut command = beside(home, "git");
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_ASKPASS", home.path("askpass"))
        .args(["-c", &format!("credential.helper={helper}")])
        .args(["-c", "credential.useHttpPath=true", "credential", verb]);
    feed(command, lines)
}

fn fill(home: &Home, lines: &str) -> Outcome {
    git(home, "alb", "fill", lines)
}

fn approve(home: &Home, lines: &str) {
    assert_eq!(git(home, "alb", "approve", lines).answer(), "");
}

fn reject(home: &Home, lines: &str) {
    assert_eq!(git(home, "alb", "reject", lines).answer(), "");
}

/// Asserts that the store has no credential for `lines`: the user is asked.
#[track_caller]
fn assert_asked(home: &Home, lines: &str) {
    let said = fill(home, lines);
    assert!(said.stdout.ends_with("password=asked\n"), "{said:?}");
    let is_question = |line: &str| line.starts_with("asked: ");
    assert!(said.stderr.lines().all(is_question), "{said:?}");
    assert_eq!(said.code, 0);
}

#[test]
fn approved_credentials_are_answered_and_rejected_ones_are_not() {
    if !tool("git") {
        return;
    }
    let home = store();
    let host = "protocol=https\nhost=example.com\n";
    assert_asked(&home, host);
    assert!(home.files().is_empty(), "a question leaves nothing");
    let first = format!("{host}username=ada\npassword=first\n");
    approve(&home, &first);
    assert_eq!(fill(&home, host).answer(), first);
    for other in [
        "protocol=http\nhost=example.com\n",
        "protocol=https\nhost=other.tld\n",
        "protocol=https\nhost=example.com:443\nusername=eve\n",
        "protocol=https\nhost=example.com\nusername=eve\n",
        "protocol=https\nhost=example.com\npath=a.git\n",
    ] {
        assert_asked(&home, other);
    }
    let second = format!("{host}username=ada\npassword=second\n");
    approve(&home, &second);
    assert_eq!(fill(&home, host).answer(), second);
    reject(&home, &first);
    assert_eq!(
        fill(&home, host).answer(),
        second,
        "another password is not meant"
    );
    reject(&home, &second);
    assert_asked(&home, host);
    approve(&home, &first);
    reject(&home, host);
    assert_asked(&home, host);
}

#[test]
fn users_of_one_host_are_kept_apart() {
    if !tool("git") {
        return;
    }
    let home = store();
    let host = "protocol=https\nhost=example.com\n";
    let user = |name: &str| format!("{host}username={name}\n");
    let whole = |name: &str| format!("{}password=of-{name}\n", user(name));
    approve(&home, &whole("ada"));
    approve(&home, &whole("eve"));
    for name in ["ada", "eve"] {
        assert_eq!(fill(&home, &user(name)).answer(), whole(name));
    }
    reject(&home, &user("ada"));
    assert_asked(&home, &user("ada"));
    assert_eq!(fill(&home, &user("eve")).answer(), whole("eve"));
    approve(&home, &whole("ada"));
    reject(&home, host);
    assert_asked(&home, &user("ada"));
    assert_asked(&home, &user("eve"));
}

#[test]
fn an_empty_user_name_and_password_are_stored_like_others() {
    if !tool("git") {
        return;
    }
    let home = store();
    let host = "protocol=https\nhost=sso.tld\n";
    let empty = format!("{host}username=\npassword=\n");
    approve(&home, &empty);
    assert_eq!(fill(&home, host).answer(), empty);
    reject(&home, &format!("{host}username=\n"));
    assert_asked(&home, host);
}

#[test]
fn a_long_line_never_becomes_another_request() {
    if !tool("git") {
        return;
    }
    let home = store();
    let victim = "protocol=https\nhost=victim.example.com\n";
    approve(&home, &format!("{victim}username=ada\npassword=hunter2\n"));
    for length in [1000, 1024, 4096, 65_000] {
        let challenge = format!("wwwauth[]={}host=victim.example.com", "a".repeat(length));
        let lines = format!("protocol=https\nhost=example.com\n{challenge}\n");
        let said = fill(&home, &lines);
        assert!(!said.stdout.contains("hunter2"), "{length}");
        assert!(said.stdout.contains("\npassword=asked\n"), "{length}");
    }
}

#[test]
fn expiry_and_refresh_token_are_stored_and_overwritten() {
    if !tool("git") {
        return;
    }
    let home = store();
    let host = "protocol=https\nhost=expiry.example\n";
    let user = format!("{host}username=ada\n");
    let whole = |more: &str| format!("{user}password=p\n{more}");
    for more in [
        "password_expiry_utc=9999999998\n",
        "password_expiry_utc=9999999999\n",
        "oauth_refresh_token=one\n",
        "oauth_refresh_token=two\npassword_expiry_utc=9999999999\n",
    ] {
        approve(&home, &whole(more));
        assert_eq!(fill(&home, host).answer(), whole(more));
    }
    let ended = "password_expiry_utc=1\n";
    let said = home.run_with(&["store", "--protocol", "git"], &whole(ended));
    assert_eq!(said.answer(), "");
    assert_eq!(
        fill(&home, host).answer(),
        whole("oauth_refresh_token=two\npassword_expiry_utc=9999999999\n")
    );
    reject(&home, &user);
    assert_asked(&home, host);
}

#[test]
fn a_timeout_ends_a_stored_credential() {
    if !tool("git") {
        return;
    }
    let home = store();
    let host = "protocol=https\nhost=timeout.tld\n";
    let whole = format!("{host}username=ada\npassword=p\n");
    let limited = "alb --timeout=1";
    assert_eq!(git(&home, limited, "approve", &whole).answer(), "");
    // git counts whole seconds, so it is asked until the credential is gone.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while git(&home, limited, "fill", host)
        .stdout
        .contains("password=p\n")
    {
        assert!(std::time::Instant::now() < until, "it never ends");
    }
    assert_asked(&home, host);
    assert_eq!(
        git(&home, "alb --timeout=8h", "approve", &whole).answer(),
        ""
    );
    let said = fill(&home, host).answer();
    assert!(
        said.starts_with(&whole) && said.contains("password_expiry_utc="),
        "{said}"
    );
}

#[test]
fn an_authorization_is_answered_to_callers_that_take_one() {
    let home = store();
    let host = "protocol=https\nhost=example.com\n";
    let token = "authtype=Bearer\ncredential=t0k3n\n";
    let get = |lines: String| {
        home.run_with(&["get", "--protocol", "git"], &lines)
            .answer()
    };
    let store = |lines: String| {
        let said = home.run_with(&["store", "--protocol", "git"], &lines);
        assert_eq!(said.answer(), "");
    };
    store(format!(
        "{host}capability[]=authtype\nusername=ada\n{token}"
    ));
    assert_eq!(get(host.into()), "");
    let able = format!("capability[]=authtype\n{host}");
    let answer = format!("capability[]=authtype\n{token}username=ada\n");
    assert_eq!(get(able.clone()), answer);
    assert_eq!(get(format!("{able}username=eve\n")), "");
    let said = home.run_with(
        &["erase", "--protocol", "git"],
        &format!("{host}{}", token.replace("t0k3n", "t")),
    );
    assert_eq!(said.answer(), "");
    assert_eq!(get(able.clone()), answer, "another token is not meant");
    let said = home.run_with(&["erase", "--protocol", "git"], &format!("{host}{token}"));
    assert_eq!(said.answer(), "");
    assert_eq!(get(able.clone()), "");
    store(format!("{host}capability[]=authtype\nephemeral=1\n{token}"));
    store(format!("{host}username=ada\npassword=p\nephemeral=1\n"));
    assert_eq!(get(able), "");
}

/// git's own tests, which must not be newer than the installed git. They have git's licence, and are not part of this
/// tree.
#[test]
fn gits_own_tests_of_helpers_pass() {
    let Some(tests) = std::env::var_os("GIT_TESTS") else {
        skip("GIT_TESTS names no directory with git's own tests");
        return;
    };
    let home = store();
    let tree = home.path("git");
    copy(Path::new(&tests), &tree.join("t"));
    std::fs::create_dir_all(tree.join("templates/blt")).expect("a directory");
    std::fs::create_dir_all(tree.join("t/helper")).expect("a directory");
    let options = "SHELL_PATH=/bin/sh\nTEST_SHELL_PATH=/bin/sh\nPERL_PATH=/usr/bin/perl\nDIFF=diff\nPYTHON_PATH=python3\nX=''\n";
    std::fs::write(tree.join("GIT-BUILD-OPTIONS"), options).expect("written");
    // The tests use git's own test program only to read environment variables.
    let test_tool = "#!/bin/sh\nfor name; do :; done\neval \"value=\\${$name-}\"\ncase $value in 1|true|yes|on) exit 0;; esac\nexit 1\n";
    std::fs::write(tree.join("t/helper/test-tool"), test_tool).expect("written");
    make_executable(&tree.join("t/helper/test-tool"));
    assert!(beside(&home, "true").status().expect("it starts").success());
    let helper = home.path("links/git-credential-alb");
    let git = which("git");
    let mut command = home.command("setsid");
    command
        .args(["--wait", "sh", "./t0303-credential-external.sh"])
        .current_dir(tree.join("t"))
        .env("GIT_TEST_INSTALLED", git.parent().expect("a directory"))
        .env("GIT_TEST_CREDENTIAL_HELPER", &helper)
        .env(
            "GIT_TEST_CREDENTIAL_HELPER_TIMEOUT",
            format!("{} --timeout=1", helper.display()),
        );
    let output = command.output().expect("the tests start");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let counted = |word: &str| said.lines().filter(|line| line.starts_with(word)).count();
    assert_eq!(
        (counted("not ok "), output.status.code()),
        (0, Some(0)),
        "{said}"
    );
    assert!(counted("ok ") >= 12, "{said}");
    assert!(said.contains("times out"), "{said}");
}

fn which(name: &str) -> std::path::PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|directory| directory.join(name));
    places.find(|place| place.is_file()).expect("git is there")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().expect("a directory")).expect("a directory");
    let status = Command::new("cp").arg("-r").arg(from).arg(to).status();
    assert!(status.expect("cp starts").success());
}
