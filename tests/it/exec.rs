//! `credential exec`: what the command gets and does not get, and which files remain.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use sandbox::PASSWORD;

use crate::home::{Home, binary, feed, outcome};
use crate::outcome::Outcome;
use crate::tools::{beside, tool};

/// Runs an sh script with the session of the app.
pub(crate) fn exec(home: &Home, script: &str) -> Outcome {
    home.run(&["exec", "grafana", "--", "sh", "-c", script])
}

/// Returns the directories of the commands that run now.
pub(crate) fn lent(home: &Home) -> Vec<PathBuf> {
    entries(&home.cache().join("exec"))
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

#[track_caller]
pub(crate) fn assert_nothing_left(home: &Home) {
    assert_eq!(lent(home), Vec::<PathBuf>::new());
}

/// A running `exec` with its command.
pub(crate) struct Running {
    child: Child,
    words: BufReader<ChildStdout>,
}

impl Running {
    /// Starts an sh script, and waits for its first line, which has to be `ready`.
    pub(crate) fn start(home: &Home, script: &str) -> Self {
        Self::of(home.credential(&["exec", "grafana", "--", "sh", "-c", script]))
    }

    fn of(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let words = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut running = Self { child, words };
        assert_eq!(running.line(), "ready");
        running
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.words.read_line(&mut line).expect("it is UTF-8");
        line.trim_end().to_owned()
    }

    pub(crate) fn say(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("stdin is a pipe");
        stdin.write_all(line.as_bytes()).expect("it reads");
    }

    /// Sends a signal to `credential` alone.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it lives");
    }

    /// Closes its stdin. Returns the rest of its output, and how it ended.
    pub(crate) fn end(mut self) -> (String, ExitStatus) {
        drop(self.child.stdin.take());
        self.ended()
    }

    /// The same for a command that ends without that.
    pub(crate) fn ended(mut self) -> (String, ExitStatus) {
        let mut rest = String::new();
        self.words.read_to_string(&mut rest).expect("it is UTF-8");
        (rest, self.child.wait().expect("it ends"))
    }
}

#[test]
fn a_command_gets_the_session_in_variables_and_files() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    let said = exec(
        &home,
        "printf '%s\\n' \"$CREDENTIAL_URL\" \"$CREDENTIAL_COOKIE\"; cat \"$CREDENTIAL_HEADER_FILE\" \"$CREDENTIAL_JAR\"",
    );
    let get = |format| home.run(&["get", "grafana", "--as", format]).answer();
    let expected = [url + "\n", get("cookie"), get("header"), get("netscape")];
    assert_eq!(said.answer(), expected.concat());
    assert_nothing_left(&home);
    home.assert_passwords(1);
}

#[test]
fn curl_wget_and_python_use_the_variables_and_files() {
    if ["curl", "wget", "python3"].iter().any(|name| !tool(name)) {
        return;
    }
    let home = Home::usual();
    let python = "import http.cookiejar, os, ssl, urllib.request as r\n\
                  jar = http.cookiejar.MozillaCookieJar(os.environ['CREDENTIAL_JAR']); jar.load()\n\
                  tls = r.HTTPSHandler(context=ssl.create_default_context(cafile=os.environ['SSL_CERT_FILE']))\n\
                  print(r.build_opener(r.HTTPCookieProcessor(jar), tls).open(os.environ['CREDENTIAL_URL'] + '/x').status)";
    std::fs::write(home.path("call.py"), python).expect("a file");
    for (script, answer) in [
        (
            r#"curl -sS -o /dev/null -w '%{http_code}\n' -H @"$CREDENTIAL_HEADER_FILE" "$CREDENTIAL_URL/x""#,
            "200\n",
        ),
        (
            r#"curl -sS -o /dev/null -w '%{http_code}\n' -b "$CREDENTIAL_JAR" "$CREDENTIAL_URL/x""#,
            "200\n",
        ),
        (
            r#"wget -q --ca-certificate="$SSL_CERT_FILE" --max-redirect=0 --load-cookies "$CREDENTIAL_JAR" -O /dev/null "$CREDENTIAL_URL/x" && echo got"#,
            "got\n",
        ),
        ("python3 call.py", "200\n"),
    ] {
        assert_eq!(exec(&home, script).answer(), answer, "{script}");
    }
    assert_eq!(home.sandbox.violations(), []);
}

/// Parses the output of `env -0`.
fn variables(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split_terminator('\0');
    let pairs = pairs.map(|pair| pair.split_once('=').expect("a variable"));
    pairs
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

#[test]
fn a_command_gets_the_environment_plus_four_variables_minus_secrets() {
    let mut home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let cookie = home.run(&["get", "grafana"]).answer();
    for (name, value) in [
        ("OKTA_PASSWORD", PASSWORD),
        ("OKTA_SEED", "GEZDGNBVGY3TQOJQ"),
        ("OTHER_CODE", "123456"),
        ("ALB_CREDENTIAL_PASSWORD", PASSWORD),
        ("ALB_CREDENTIAL_PASSCODE_SEED", "GEZDGNBVGY3TQOJQ"),
        ("CREDENTIAL_COOKIE", "an older one"),
        ("EMPTY", ""),
        ("MINE", "two words\nand lines"),
    ] {
        home.set(name, value);
    }
    let text = home.configuration(&["grafana".into()]);
    home.configure(&format!(
        "{}\n[org.other]\nurl = \"https://127.0.0.1:1\"\nusername = \"x\"\npasscode = {{ env = \"OTHER_CODE\" }}\n",
        text.replace(
            "{ file = \"password\" }",
            "{ env = \"OKTA_PASSWORD\" }\npasscode = { totp = { env = \"OKTA_SEED\" } }"
        )
        .replace("[app.grafana]\n", "[app.grafana]\norg = \"corp\"\n")
    ));
    let mut expected =
        variables(&outcome(home.command("env").arg("-0").output().expect("env")).answer());
    for secret in [
        "OKTA_PASSWORD",
        "OKTA_SEED",
        "OTHER_CODE",
        "ALB_CREDENTIAL_PASSWORD",
        "ALB_CREDENTIAL_PASSCODE_SEED",
    ] {
        assert!(expected.remove(secret).is_some(), "{secret}");
    }
    let mut given = variables(&home.run(&["exec", "grafana", "--", "env", "-0"]).answer());
    let directory = home.cache().join("exec");
    for (name, file) in [
        ("CREDENTIAL_HEADER_FILE", "header"),
        ("CREDENTIAL_JAR", "cookies.txt"),
    ] {
        let path = PathBuf::from(given.remove(name).expect("it is given"));
        let own = path.parent().and_then(Path::parent);
        assert!(
            own == Some(&*directory) && path.ends_with(file),
            "{}",
            path.display()
        );
    }
    expected.insert("CREDENTIAL_URL".into(), home.sandbox.app_url("grafana"));
    expected.insert("CREDENTIAL_COOKIE".into(), cookie.trim_end().into());
    assert_eq!(given, expected);
}

#[test]
fn a_command_inherits_the_callers_descriptors_and_no_others() {
    if !tool("bash") {
        return;
    }
    let home = Home::usual();
    let all = "for file in /proc/$$/fd/*; do [ ! -e \"$file\" ] || echo \"${file##*/}\"; done";
    let mut alone = home.command("setsid");
    alone.args(["--wait", "sh", "-c", all]);
    let expected = outcome(alone.output().expect("sh starts")).answer();
    assert!(expected.starts_with("0\n1\n"), "{expected}");
    // Once with a sign-in before it, once from the cache.
    for _ in 0..2 {
        assert_eq!(exec(&home, all).answer(), expected);
    }
    let mut shell = beside(&home, "bash");
    shell.args(["-c", "credential exec grafana -- cat <(echo through)"]);
    assert_eq!(
        outcome(shell.output().expect("bash starts")).answer(),
        "through\n"
    );
}

#[test]
fn files_and_their_directory_are_private() {
    let home = Home::usual();
    let script = r#"cd "${CREDENTIAL_JAR%/*}" && umask && stat -c '%a %F %n' . .. *"#;
    assert_eq!(
        exec(&home, &format!("umask 0; {script}")).answer().replace("regular file", "file"),
        "0000\n700 directory .\n700 directory ..\n600 file cookies.txt\n600 file header\n600 file lock\n"
            .replace("600 file lock", "600 regular empty file lock")
    );
    let mut open = home.command("sh");
    open.args(["-c", "umask 0; exec \"$0\" exec grafana -- sh -c \"$1\""]);
    open.arg(binary()).arg(script);
    let said = outcome(open.output().expect("sh starts")).answer();
    assert!(
        said.starts_with("0000\n700 directory .\n") && said.matches("\n600 ").count() == 3,
        "{said}"
    );
}

#[test]
fn files_are_in_the_runtime_directory_if_there_is_one() {
    let mut home = Home::usual();
    let runtime = home.path("run");
    home.set("XDG_RUNTIME_DIR", runtime.to_str().expect("ASCII"));
    let place = || {
        let path = exec(&home, "echo \"$CREDENTIAL_JAR\"").answer();
        let path = PathBuf::from(path.trim_end());
        path.parent()
            .and_then(Path::parent)
            .expect("two levels")
            .to_owned()
    };
    assert_eq!(
        place(),
        home.cache().join("exec"),
        "there is no such directory"
    );
    std::fs::create_dir(&runtime).expect("a directory");
    assert_eq!(place(), runtime.join("alb-credential/exec"));
    assert_eq!(
        entries(&runtime.join("alb-credential/exec")),
        Vec::<PathBuf>::new()
    );
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(&runtime, open).expect("it is ours");
    assert_eq!(place(), home.cache().join("exec"), "others can write there");
}

#[test]
fn no_argument_of_a_process_holds_the_cookie() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    let secret = cookie.trim_end().split_once('=').expect("a pair").1;
    let running = Running::start(&home, "echo ready; read line; exit 0");
    let own = format!("HOME={}", home.path("home").display());
    let mut seen = 0;
    for process in entries(Path::new("/proc")) {
        // A process that has ended meanwhile has no arguments. Another suite has processes and cookies of its own.
        let read = |name| std::fs::read(process.join(name)).unwrap_or_default();
        let environment = read("environ");
        if !environment
            .split(|byte| *byte == 0)
            .any(|one| one == own.as_bytes())
        {
            continue;
        }
        let words = String::from_utf8_lossy(&read("cmdline")).into_owned();
        assert!(!words.contains(secret), "{}", process.display());
        seen += usize::from(words.contains("echo ready"));
    }
    assert_eq!(seen, 2, "credential, and what it runs");
    let own = std::fs::read(format!("/proc/{}/environ", running.child.id())).expect("it lives");
    assert!(!String::from_utf8_lossy(&own).contains(secret));
    let (_, status) = running.end();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn the_exit_status_is_the_commands() {
    let home = Home::usual();
    for code in [0, 1, 3, 126, 255] {
        let said = exec(&home, &format!("echo out; echo err >&2; exit {code}"));
        let expected = Outcome {
            stdout: "out\n".into(),
            stderr: "err\n".into(),
            code,
        };
        assert_eq!(said, expected);
        assert_nothing_left(&home);
    }
}

#[test]
fn the_next_call_removes_what_a_killed_one_left_and_nothing_else() {
    let home = Home::usual();
    let living = Running::start(&home, "echo ready; read line");
    let of_living = lent(&home);
    let killed = Running::start(&home, "echo ready; echo $$; exec cat");
    let Running {
        mut child,
        mut words,
    } = killed;
    let mut orphan = String::new();
    words.read_line(&mut orphan).expect("it is UTF-8");
    kill_process(Pid::from_child(&child), Signal::KILL).expect("it lives");
    child.wait().expect("it ends");
    assert_eq!(lent(&home).len(), 2, "nobody could remove it");
    assert_eq!(exec(&home, "true").answer(), "");
    assert_eq!(lent(&home), of_living);
    let (_, status) = living.end();
    assert_eq!(status.code(), Some(1), "read meets the end");
    assert_nothing_left(&home);
    // Its stdin ends when the last owner closes the pipe; then it ends.
    drop(child);
    let orphan: i32 = orphan.trim_end().parse().expect("a number");
    let _ = kill_process(Pid::from_raw(orphan).expect("a process"), Signal::KILL);
}

#[test]
fn a_logout_removes_what_a_killed_credential_left() {
    let home = Home::usual();
    let mut killed = Running::start(&home, "echo ready; exec cat");
    killed.signal(Signal::KILL);
    killed.child.wait().expect("it ends");
    assert_eq!(lent(&home).len(), 1);
    assert_eq!(home.run(&["logout", "grafana"]).done(), "");
    assert_nothing_left(&home);
}

#[test]
fn a_grandchild_in_the_background_is_not_waited_for() {
    let home = Home::usual();
    let said = exec(&home, "sleep 1000 </dev/null >/dev/null 2>&1 & echo $!").answer();
    assert_nothing_left(&home);
    let grandchild: i32 = said.trim_end().parse().expect("a number");
    let grandchild = Pid::from_raw(grandchild).expect("a process");
    kill_process(grandchild, Signal::KILL).expect("it still runs");
}

#[test]
fn thirty_at_once_share_one_session_with_files_of_their_own() {
    let home = Home::usual();
    let script = "echo \"$CREDENTIAL_JAR\"; cmp -s \"$CREDENTIAL_JAR\" \"$CREDENTIAL_JAR\" && cat \"$CREDENTIAL_HEADER_FILE\"";
    let all = home.crowd(30, &["exec", "grafana", "--", "sh", "-c", script]);
    let cookie = home.run(&["get", "grafana", "--as", "header"]).answer();
    let mut paths = Vec::new();
    for outcome in all {
        let answer = outcome.answer();
        let (path, header) = answer.split_once('\n').expect("two lines");
        assert_eq!(header, cookie);
        paths.push(path.to_owned());
    }
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 30);
    assert_nothing_left(&home);
    home.assert_passwords(1);
}

#[test]
fn a_command_that_cannot_start_is_reported_as_a_shell_does() {
    let home = Home::usual();
    let file = home.path("no-program");
    std::fs::write(&file, "").expect("a file");
    let file = file.to_str().expect("ASCII");
    for (program, code, cause) in [
        (
            "no-such-program",
            127,
            "No such file or directory (os error 2)",
        ),
        (
            "./no/such/program",
            127,
            "No such file or directory (os error 2)",
        ),
        (file, 126, "Permission denied (os error 13)"),
        ("/", 126, "Permission denied (os error 13)"),
    ] {
        let words = home
            .run(&["exec", "grafana", "--", program, "x"])
            .failure(code);
        let expected = format!("credential: cannot run {program}\n  caused by: {cause}\n");
        assert_eq!(words, expected);
        assert_nothing_left(&home);
    }
}

#[test]
fn without_a_session_nothing_is_run() {
    let home = Home::usual();
    let exec = |arguments: &[&str]| {
        let command = ["--", "touch", "was-run"];
        home.run(&[&["exec"], arguments, &command].concat())
    };
    let same = |get: &[&str], arguments: &[&str], code| {
        let expected = home.run(&[&["get"], get].concat()).told(code);
        assert_eq!(exec(arguments).told(code), expected, "{arguments:?}");
    };
    same(
        &["grafana", "--no-sign-in"],
        &["grafana", "--no-sign-in"],
        3,
    );
    same(&["nothing"], &["nothing"], 4);
    same(&["https://a.example"], &["https://a.example"], 4);
    same(&[""], &[""], 2);
    home.password("wrong");
    let words = exec(&["grafana"]).told(5);
    assert!(
        words.starts_with("credential: cannot sign in to grafana: "),
        "{words}"
    );
    same(&["grafana"], &["grafana"], 5);
    assert!(!home.path("was-run").exists());
    assert!(!home.cache().join("exec").exists());
}

#[test]
fn a_command_has_to_follow_two_dashes() {
    let home = Home::usual();
    for arguments in [
        &["exec"][..],
        &["exec", "grafana"],
        &["exec", "grafana", "--"],
        &["exec", "grafana", "true"],
        &["exec", "--", ""],
    ] {
        let said = home.run(arguments);
        assert_eq!(said.stdout, "", "{arguments:?}");
        let code = if arguments.ends_with(&[""]) { 127 } else { 2 };
        assert_eq!(said.code, code, "{arguments:?}: {}", said.stderr);
    }
    assert_eq!(
        home.run(&["exec", "--", "echo", "-v", "--"]).answer(),
        "-v --\n"
    );
}

#[test]
fn the_options_of_get_mean_the_same_here() {
    let home = Home::usual();
    let cookie = |options: &[&str]| {
        let command = ["--", "printenv", "CREDENTIAL_COOKIE"];
        home.run(&[&["exec"], options, &command].concat()).answer()
    };
    let first = cookie(&[]);
    assert_eq!(cookie(&["--no-sign-in"]), first);
    assert_eq!(cookie(&["--verify=0s", "grafana"]), first);
    let second = cookie(&["--fresh"]);
    assert_ne!(second, first);
    assert_ne!(cookie(&["--min-life", "8d"]), second);
    let third = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    assert_eq!(cookie(&[]), third);
    assert_ne!(cookie(&["--verify=0s"]), third);
    let url = format!("{}/d/1?x=y", home.sandbox.app_url("grafana"));
    assert_eq!(cookie(&[&url]), home.run(&["get", "grafana"]).answer());
}

#[test]
fn stdin_belongs_to_the_command() {
    let home = Home::usual();
    let command = home.credential(&["exec", "grafana", "--", "cat"]);
    assert_eq!(
        feed(command, "protocol=https\nhost=x\n").answer(),
        "protocol=https\nhost=x\n"
    );
}

#[test]
fn a_command_may_leave_files_in_its_directory_and_may_remove_it() {
    let home = Home::usual();
    let here = "cd \"${CREDENTIAL_JAR%/*}\" && ";
    for script in [
        "mkdir -p deep/er && echo x >deep/er/file && ln -s / root && ln -s \"$HOME\" home",
        "rm -r \"$PWD\"",
        "rm lock",
    ] {
        std::fs::write(home.path("home/mine"), "mine").expect("a file");
        let said = exec(&home, &format!("{here}{script}"));
        assert_eq!(said.answer(), "", "{script}");
        assert_nothing_left(&home);
        assert!(home.path("home/mine").exists());
    }
}

#[test]
fn several_apps_have_sessions_of_their_own() {
    let home = Home::with_apps(&["grafana", "argocd"]);
    let words = home.run(&["exec", "--", "true"]).told(2);
    assert!(
        words.contains("there are several apps and none is named"),
        "{words}"
    );
    let mut inner = beside(&home, "credential");
    inner.args([
        "exec",
        "grafana",
        "--",
        "credential",
        "exec",
        "argocd",
        "--",
        "printenv",
        "CREDENTIAL_COOKIE",
    ]);
    let cookie = outcome(inner.output().expect("it starts")).answer();
    assert_eq!(cookie, home.run(&["get", "argocd"]).answer());
    assert_ne!(cookie, home.run(&["get", "grafana"]).answer());
    assert_nothing_left(&home);
}

/// Runs `exec` as systemd starts a service with sockets: `LISTEN_PID` is its own number.
fn activated(home: &Home, words: &[&str]) -> Outcome {
    let mut command = home.command("sh");
    let script = "LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_PIDFDID=7 exec \"$0\" exec grafana -- \"$@\"";
    command
        .args(["-c", script])
        .arg(crate::home::binary())
        .args(words);
    outcome(command.output().expect("sh starts"))
}

#[test]
fn a_command_finds_the_sockets_that_systemd_has_opened_for_it() {
    let home = Home::usual();
    let script = "test \"$LISTEN_PID\" = $$ && echo \"$LISTEN_FDS ${LISTEN_PIDFDID-none} $1\"";
    let said = activated(&home, &["bash", "-c", script, "bash", "two  words"]);
    assert_eq!(said.answer(), "1 none two  words\n");
    let words = activated(&home, &["no-such-program-anywhere"]).told(127);
    assert!(
        words.contains("cannot run no-such-program-anywhere"),
        "{words}"
    );
    let mut command = home.credential(&["exec", "grafana", "--", "printenv", "LISTEN_PID"]);
    let output = command.env("LISTEN_PID", "1").output();
    assert_eq!(
        outcome(output.expect("it starts")).answer(),
        "1\n",
        "another's"
    );
}
