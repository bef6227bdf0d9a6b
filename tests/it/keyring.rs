//! The system's keyring: GNOME's, with a D-Bus of its own for each test, as a source of secrets and as the store of
//! sessions; and what happens where it is locked, silent, or not there.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};

use sandbox::{Factor, PASSWORD, Setup};

use crate::home::{ADA, Home, Outcome, feed, outcome};
use crate::tools::{beside, tools};

/// Unlocks a new keyring, says where its bus is, and stays for as long as somebody holds the stdin.
const SESSION: &str = "printf 'key' | gnome-keyring-daemon --unlock --components=secrets >&2 && \
    printf '%s\\n' \"$DBUS_SESSION_BUS_ADDRESS\" && cat";

/// The address of a bus that is not there.
const NOWHERE: &str = "unix:path=/nonexistent/bus";

/// A home whose user is logged in to a desktop with a keyring. The desktop ends with it, and with the test's process.
struct Desktop {
    home: Home,
    stdin: Option<ChildStdin>,
    session: Child,
}

impl Desktop {
    /// A desktop for `setup`; `None` where the programs for it are not there.
    fn new(setup: Setup) -> Option<Self> {
        let names = [
            "dbus-run-session",
            "dbus-send",
            "gnome-keyring-daemon",
            "secret-tool",
        ];
        if !tools(&names) {
            return None;
        }
        let mut home = Home::new(setup);
        let runtime = home.path("run");
        std::fs::create_dir(&runtime).expect("a directory");
        home.set("XDG_RUNTIME_DIR", runtime.to_str().expect("UTF-8"));
        let mut session = home.command("dbus-run-session");
        session
            .args(["--", "sh", "-c", SESSION])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut session = session.spawn().expect("a session");
        let stdin = session.stdin.take();
        let mut address = String::new();
        BufReader::new(session.stdout.take().expect("stdout is a pipe"))
            .read_line(&mut address)
            .expect("the keyring is unlocked");
        home.set("DBUS_SESSION_BUS_ADDRESS", address.trim_end());
        Some(Self {
            home,
            stdin,
            session,
        })
    }

    /// A desktop whose sessions are kept in the keyring.
    fn storing(setup: Setup) -> Option<Self> {
        let desktop = Self::new(setup)?;
        store_in_keyring(&desktop.home);
        Some(desktop)
    }

    /// Keeps `secret` with the `command` that a hint told.
    fn keep(&self, command: &str, secret: &str) {
        let mut shell = self.home.command("sh");
        shell.args(["-c", command]);
        assert_eq!(feed(shell, secret).done(), "", "{command}");
    }

    /// Everything that the keyring has of this program, in the clear.
    fn kept(&self) -> String {
        let mut search = self.home.command("secret-tool");
        search.args(["search", "--all", "service", "alb-credential"]);
        let found = search.output().expect("secret-tool runs");
        String::from_utf8(found.stdout).expect("UTF-8")
    }

    /// Locks the keyring. There is no display that could ask for its key.
    fn lock(&self) {
        let mut lock = self.home.command("dbus-send");
        lock.args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            "array:objpath:/org/freedesktop/secrets/collection/login",
        ]);
        let locked = outcome(lock.output().expect("dbus-send runs"));
        assert_eq!(locked.code, 0, "{}", locked.stderr);
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.session.wait();
    }
}

/// Has the configuration keep sessions in the keyring.
fn store_in_keyring(home: &Home) {
    let text = home.configuration(&["grafana".into()]);
    home.configure(&format!("store = \"keyring\"\n{text}"));
}

/// Has the configuration take the password from the keyring.
fn password_in_keyring(home: &Home) {
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ keyring = true }"));
}

/// The command in the hint that begins with `start`.
#[track_caller]
fn hint(said: &str, start: &str) -> String {
    let lines = said.lines();
    let hints = lines.filter_map(|line| line.strip_prefix("hint: ")?.strip_prefix(start));
    let mut hints = hints.map(str::to_owned);
    hints.next().unwrap_or_else(|| panic!("{start}: {said}"))
}

/// Asserts that no file in the home has any of `secrets` in it, however deep.
#[track_caller]
fn assert_not_on_disk(directory: &Path, secrets: &[&str]) {
    for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
        let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
        if kind.is_dir() {
            assert_not_on_disk(&path, secrets);
        } else if kind.is_file() {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(&path).expect("a file");
            file.take(1 << 24)
                .read_to_end(&mut bytes)
                .expect("it can be read");
            let text = String::from_utf8_lossy(&bytes);
            for secret in secrets {
                assert!(!text.contains(secret), "{} has a secret", path.display());
            }
        }
    }
}

/// The values of the cookies in an answer.
fn values(cookie: &str) -> Vec<&str> {
    let pairs = cookie.trim_end().split("; ");
    pairs
        .filter_map(|pair| Some(pair.split_once('=')?.1))
        .collect()
}

/// The line of a wait that takes long.
const WAITING: &str =
    "credential: waiting for the keyring, up to 5 s: it may have to be unlocked\n";

/// The answer of a call that says one warning, which begins with `start`.
#[track_caller]
fn answer_with_warning(said: Outcome, start: &str) -> String {
    assert_eq!(said.code, 0, "{}", said.stderr);
    let start = format!("credential: warning: {start}");
    // Other tests may keep the machine so busy that the wait is worth a line.
    let stderr = said.stderr.trim_start_matches(WAITING);
    assert!(stderr.starts_with(&start), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(said.stdout.starts_with("AWSELBAuthSessionCookie-0="));
    said.stdout
}

#[test]
fn a_password_that_was_put_into_the_keyring_as_the_hint_says_signs_in() {
    let Some(desktop) = Desktop::new(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    password_in_keyring(home);
    let said = home.run(&["get", "grafana"]).told(2);
    assert!(said.contains("is not in the keyring"), "{said}");
    assert!(said.contains("or, at a terminal: credential login grafana"));
    assert_eq!(home.sandbox.password_tries(), 0);
    // Without a terminal secret-tool keeps its whole input, the line's end too.
    desktop.keep(&hint(&said, "put it there: "), &format!("{PASSWORD}\n"));
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{cookie}");
    let doctor = home.run(&["doctor", "grafana", "--no-sign-in"]).answer();
    let org = home.sandbox.org_url();
    let host = org.trim_start_matches("https://");
    let place =
        format!("comes from the item {host}/{ADA}/password of alb-credential in the keyring");
    assert!(doctor.contains(&place), "{doctor}");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_password_of_the_keyring_signs_in_at_the_identity_engine_too() {
    let setup = crate::identity::setup_at(sandbox::Identity::new(), [], []);
    let Some(desktop) = Desktop::new(setup) else {
        return;
    };
    let home = &desktop.home;
    password_in_keyring(home);
    let said = home.run(&["get", "grafana"]).told(2);
    assert_eq!(home.sandbox.password_tries(), 0);
    desktop.keep(&hint(&said, "put it there: "), PASSWORD);
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{cookie}");
    home.assert_passwords(1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn of_typed_passwords_the_keyring_keeps_the_one_that_okta_takes() {
    let setup = crate::identity::setup_at(sandbox::Identity::new(), [], []);
    for setup in [setup, Setup::default()] {
        let Some(desktop) = Desktop::new(setup) else {
            return;
        };
        let home = &desktop.home;
        password_in_keyring(home);
        let mut terminal = crate::screen::Terminal::new();
        let child = terminal.start(home, "credential login grafana");
        terminal.until_asked();
        terminal.type_in("not it\r");
        terminal.until("another password of");
        terminal.type_in(&format!("{PASSWORD}\r"));
        let said = crate::screen::outcome(child).done();
        let kept = desktop.kept();
        assert!(
            kept.contains(PASSWORD) && !kept.contains("not it"),
            "{said}"
        );
        assert_eq!(home.sandbox.password_tries(), 2);
    }
}

#[test]
fn a_seed_may_be_another_programs_item() {
    let setup = crate::factors::setup(vec![Factor::totp(crate::factors::SEED)]);
    let Some(desktop) = Desktop::new(setup) else {
        return;
    };
    let home = &desktop.home;
    home.append_to_org(
        "passcode = { totp = { keyring = { service = \"authenticator\", username = \"ada's\" } } }",
    );
    let said = home.run(&["get", "grafana"]).told(2);
    assert!(
        said.contains("there is no item ada's of authenticator in the keyring"),
        "{said}"
    );
    desktop.keep(&hint(&said, "put it there: "), crate::factors::SEED);
    assert!(home.run(&["login", "grafana"]).done().is_empty());
    assert_eq!(home.sandbox.code_tries(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_login_asks_for_the_password_that_the_keyring_has_not_and_keeps_it() {
    let Some(desktop) = Desktop::new(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    password_in_keyring(home);
    let login = |password: &str, then: &str| {
        let mut terminal = crate::screen::Terminal::new();
        let child = terminal.start(home, "credential login grafana");
        terminal.until_asked();
        terminal.type_in(&format!("{password}\r"));
        if !then.is_empty() {
            terminal.until("another password of");
            terminal.type_in(then);
        }
        crate::screen::outcome(child)
    };
    // A refused password is not kept.
    let said = login("not it", "\u{4}").failure(5);
    assert!(!said.contains("kept in the keyring"), "{said}");
    assert_eq!(desktop.kept(), "");
    let said = login(PASSWORD, "").done();
    assert!(
        said.contains("the password is kept in the keyring\n"),
        "{said}"
    );
    assert!(desktop.kept().contains(PASSWORD));
    home.run(&["logout", "corp"]).done();
    assert!(home.run(&["get", "grafana"]).answer().contains("Cookie-0="));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_login_asks_for_another_password_than_the_one_that_okta_has_refused() {
    let Some(desktop) = Desktop::new(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    password_in_keyring(home);
    let said = home.run(&["get", "grafana"]).told(2);
    desktop.keep(&hint(&said, "put it there: "), "the old one");
    assert!(home.run(&["get", "grafana"]).told(5).contains("E0000004"));
    let mut terminal = crate::screen::Terminal::new();
    let child = terminal.start(home, "credential login grafana");
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    let said = crate::screen::outcome(child).done();
    assert!(
        said.contains("the password is kept in the keyring\n"),
        "{said}"
    );
    let kept = desktop.kept();
    assert!(kept.contains(PASSWORD) && !kept.contains("the old one"));
    assert_eq!(home.sandbox.password_tries(), 2);
}

#[test]
fn a_session_in_the_keyring_is_a_hit_and_nothing_of_it_is_on_the_disk() {
    let Some(desktop) = Desktop::storing(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    let cookie = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["get", "grafana"]).answer(), cookie);
    let status = home.run(&["status"]).answer();
    assert!(status.contains("fresh"), "{status}");
    let doctor = home.run(&["doctor", "grafana", "--no-sign-in"]).stdout;
    let place = format!(
        "the keyring, with locks in {}: private",
        home.cache().display()
    );
    assert!(doctor.contains(&place), "{doctor}");
    assert_eq!(home.sandbox.password_tries(), 0);
    let files = home.files();
    assert!(
        files
            .iter()
            .all(|name| name.strip_suffix(".lock").is_some()),
        "{files:?}"
    );
    let values = values(&cookie);
    assert!(!values.is_empty() && desktop.kept().contains(values[0]));
    assert_not_on_disk(&home.path(""), &values);
}

/// A bookmark would have the next call look for the session in a file.
#[test]
fn an_app_of_no_org_whose_session_is_in_the_keyring_gets_no_bookmark() {
    let Some(desktop) = Desktop::new(crate::elsewhere::setup()) else {
        return;
    };
    let home = &desktop.home;
    let app = format!(
        "[app.grafana]\nurl = \"{}\"\nmethod = \"browser\"\n",
        home.sandbox.app_url("grafana")
    );
    let cookie = "AWSELBAuthSessionCookie-0=one";
    for store in ["keyring", "file"] {
        home.configure(&format!("store = \"{store}\"\n{app}"));
        home.run_with(&["store", "grafana"], cookie).answer();
        if store == "keyring" {
            // Another configuration, written later, is old enough for a bookmark: so is this one.
            crate::quick::bookmark(&Home::usual(), "grafana");
            for _ in 0..2 {
                let answer = home.run(&["get", "grafana"]).answer();
                assert_eq!(answer.trim_end(), cookie);
            }
            let files = home.all_files();
            let is_bookmark = |name: &String| name.ends_with(".bookmark");
            assert!(!files.iter().any(is_bookmark), "{files:?}");
        }
    }
    crate::quick::bookmark(home, "grafana");
}

#[test]
fn a_hit_in_the_keyring_asks_no_server() {
    let Some(desktop) = Desktop::storing(Setup::default()) else {
        return;
    };
    let cookie = desktop.home.run(&["get", "grafana"]).answer();
    desktop.home.sandbox.clear_audit();
    assert_eq!(desktop.home.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!(desktop.home.sandbox.requests(), 0);
}

#[test]
fn each_cache_directory_has_records_of_its_own() {
    let Some(mut desktop) = Desktop::storing(Setup::default()) else {
        return;
    };
    let cookie = desktop.home.run(&["get", "grafana"]).answer();
    let directory = |name: &str| desktop.home.path(name).to_str().expect("UTF-8").to_owned();
    let (own, other) = (directory("cache"), directory("other"));
    desktop.home.set("ALB_CREDENTIAL_CACHE", other);
    let said = desktop.home.run(&["get", "grafana", "--no-sign-in"]);
    assert!(
        said.failure(3)
            .contains("no fresh session of grafana is cached")
    );
    desktop.home.set("ALB_CREDENTIAL_CACHE", own);
    let said = desktop.home.run(&["get", "grafana", "--no-sign-in"]);
    assert_eq!(said.answer(), cookie);
}

#[test]
fn logout_takes_sessions_out_of_the_keyring() {
    let Some(desktop) = Desktop::storing(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    let cookie = home.run(&["get", "grafana"]).answer();
    let value = values(&cookie)[0];
    assert!(desktop.kept().contains(value));
    assert_eq!(home.run(&["logout", "grafana"]).done(), "");
    assert!(!desktop.kept().contains(value));
    assert!(desktop.kept().contains("okta_session") || desktop.kept().contains("\"sid\""));
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["logout", "--all", "--device"]).done(), "");
    assert_eq!(desktop.kept(), "");
    let _ = home.run(&["get", "grafana", "--no-sign-in"]).failure(3);
}

#[test]
fn logout_of_everything_finds_what_no_configuration_names_any_more() {
    let Some(desktop) = Desktop::storing(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    let _ = home.run(&["get", "grafana"]).answer();
    assert_ne!(desktop.kept(), "");
    home.configure("store = \"keyring\"\n");
    assert_eq!(home.run(&["logout", "--all"]).done(), "");
    assert_eq!(desktop.kept(), "");
}

#[test]
fn twenty_at_once_on_a_cold_keyring_make_one_sign_in() {
    let Some(desktop) = Desktop::storing(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    let mut answers: Vec<String> = Vec::new();
    for said in home.crowd(20, &["get", "grafana"]) {
        assert_eq!(said.code, 0, "{}", said.stderr);
        for line in said.stderr.lines() {
            assert!(line.contains("waiting for"), "{line}");
        }
        answers.push(said.stdout);
    }
    answers.dedup();
    assert_eq!((answers.len(), home.sandbox.password_tries()), (1, 1));
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn what_the_files_had_is_gone_when_the_keyring_has_it() {
    let Some(desktop) = Desktop::new(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    let old = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.records().len(), 2);
    store_in_keyring(home);
    let new = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.records().len(), 0);
    assert_not_on_disk(&home.path(""), &[values(&old), values(&new)].concat());
}

#[test]
fn a_locked_keyring_is_one_warning_and_the_answer_is_given() {
    let Some(desktop) = Desktop::storing(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    let _ = home.run(&["get", "grafana"]).answer();
    desktop.lock();
    let said = home.run(&["get", "grafana"]);
    assert!(
        said.stderr.contains("unlock the keyring"),
        "{}",
        said.stderr
    );
    let cookie = answer_with_warning(
        said,
        "the cache cannot be used: the keyring is locked, or not set up; ",
    );
    assert_not_on_disk(&home.path(""), &values(&cookie));
    // An item that cannot be read cannot be forgotten either, and the program says so.
    for (what, part) in [
        (["logout", "grafana"], "erase the session of grafana"),
        (["logout", "corp"], "sign out of org corp"),
        (["erase", "grafana"], "erase the session of grafana"),
    ] {
        let said = home.run(&what).failure(1);
        let error = format!("credential: cannot {part}: the keyring is locked");
        assert!(said.lines().any(|line| line.starts_with(&error)), "{said}");
    }
    let doctor = home.run(&["doctor", "grafana", "--no-sign-in"]).stdout;
    assert!(doctor.contains("warn  cache"), "{doctor}");
    assert!(doctor.contains("store = \"file\""), "{doctor}");
}

#[test]
fn a_password_in_a_locked_keyring_needs_a_person_and_says_so() {
    let Some(desktop) = Desktop::new(Setup::default()) else {
        return;
    };
    let home = &desktop.home;
    password_in_keyring(home);
    let said = home.run(&["get", "grafana"]).told(2);
    desktop.keep(&hint(&said, "put it there: "), PASSWORD);
    desktop.lock();
    let said = home.run(&["get", "grafana"]).told(3);
    assert!(said.contains("the keyring is locked"), "{said}");
    assert!(
        said.contains("hint: unlock the keyring where you are logged in"),
        "{said}"
    );
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn without_a_bus_the_answer_is_given_and_a_password_is_explained() {
    let mut home = Home::usual();
    home.set("DBUS_SESSION_BUS_ADDRESS", NOWHERE);
    store_in_keyring(&home);
    let said = home.run(&["get", "grafana"]);
    let start = "the cache cannot be used: there is no keyring to reach from here; ";
    let cookie = answer_with_warning(said, start);
    assert_not_on_disk(&home.path(""), &values(&cookie));
    password_in_keyring(&home);
    let said = home.run(&["get", "grafana"]).told(2);
    assert!(
        said.contains("there is no keyring to reach from here"),
        "{said}"
    );
    assert!(
        said.contains("hint: run it in a session that has one"),
        "{said}"
    );
}

#[test]
fn without_a_bus_a_wrong_password_is_sent_once_and_kept_nowhere_else() {
    let mut home = Home::usual();
    home.set("DBUS_SESSION_BUS_ADDRESS", NOWHERE);
    store_in_keyring(&home);
    home.password("wrong");
    for _ in 0..4 {
        assert_eq!(home.run(&["get", "grafana"]).code, 5);
    }
    assert_eq!(home.sandbox.password_tries(), 1, "it is remembered");
    home.password(PASSWORD);
    let said = home.run(&["login", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let cookie = home.run(&["get", "grafana"]).stdout;
    assert!(!home.has_session() && cookie.starts_with("AWSELB"));
    let wrong = ["\"value\": \"102", "\"device\": {"];
    assert_not_on_disk(&home.spare(), &[values(&cookie), wrong.to_vec()].concat());
    assert_not_on_disk(&home.cache(), &[values(&cookie), wrong.to_vec()].concat());
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn what_was_remembered_without_the_keyring_does_not_cost_its_sessions() {
    let Some(mut desktop) = Desktop::storing(Setup::default()) else {
        return;
    };
    let home = &mut desktop.home;
    let old = home.run(&["get", "grafana"]).answer();
    let mut shell = home.command("sh");
    shell.args(["-c", "printf %s \"$DBUS_SESSION_BUS_ADDRESS\""]);
    let bus = outcome(shell.output().expect("sh starts")).answer();
    home.set("DBUS_SESSION_BUS_ADDRESS", NOWHERE);
    home.password("wrong");
    assert_eq!(home.run(&["get", "grafana", "--fresh"]).code, 5);
    home.set("DBUS_SESSION_BUS_ADDRESS", bus);
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    let said = home.run(&["get", "grafana", "--fresh"]);
    assert_eq!(
        said.code, 0,
        "Okta's session is still there: {}",
        said.stderr
    );
}

#[test]
fn add_can_leave_the_password_to_the_keyring() {
    let home = Home::bare(Setup::default());
    let url = home.sandbox.app_url("grafana");
    let said = ["--username", ADA, "--password-keyring", "--yes"];
    let _ = home.run(&[&["add", &url], &said[..]].concat()).done();
    let text = std::fs::read_to_string(home.path("config.toml")).expect("there is a file");
    assert!(text.contains("\npassword = { keyring = true }\n"), "{text}");
}

/// A socket that takes connections and never answers.
fn deaf(home: &mut Home) -> UnixListener {
    let path = home.path("bus");
    let listener = UnixListener::bind(&path).expect("a socket");
    let address = format!("unix:path={}", path.display());
    home.set("DBUS_SESSION_BUS_ADDRESS", address);
    listener
}

/// The program with `arguments`, ended by force after a time that only one that hangs needs.
fn bounded(home: &Home, arguments: &[&str]) -> Outcome {
    let mut command = beside(home, "timeout");
    command
        .args(["--kill-after=1", "60", "credential"])
        .args(arguments);
    outcome(command.output().expect("timeout runs"))
}

#[test]
fn a_bus_that_never_answers_is_waited_for_once() {
    let mut home = Home::usual();
    let _bus = deaf(&mut home);
    store_in_keyring(&home);
    let said = bounded(&home, &["get", "grafana"]);
    assert_eq!(said.stderr.matches(WAITING).count(), 1, "{}", said.stderr);
    let start = "the cache cannot be used: the keyring has not answered within 5 s; ";
    let _ = answer_with_warning(said, start);
    password_in_keyring(&home);
    let said = bounded(&home, &["get", "grafana"]).failure(3);
    assert!(
        said.contains("the keyring has not answered within 5 s"),
        "{said}"
    );
}

#[test]
fn without_the_keyring_in_the_configuration_the_bus_is_left_alone() {
    let mut home = Home::usual();
    let bus = deaf(&mut home);
    bus.set_nonblocking(true).expect("a socket can be asked");
    for call in [
        &["get", "grafana"][..],
        &["get", "grafana"],
        &["status"],
        &["doctor", "grafana"],
        &["logout", "--all", "--device"],
    ] {
        assert_eq!(home.run(call).code, 0, "{call:?}");
    }
    let called = bus.accept().map(|_| ());
    let nobody = called.expect_err("somebody has called the bus");
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
    // And it would have been noticed.
    store_in_keyring(&home);
    let _ = bounded(&home, &["status"]);
    assert!(bus.accept().is_ok());
}
