//! The cookie file that git reads by itself: `credential get --protocol git --cookie-file`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use sandbox::Event;

use crate::home::Home;
use crate::outcome::{Outcome, outcome};
use crate::tools::beside;

const NO_AUTHORIZATION: &str = "capability[]=authtype\nauthtype=\ncredential=\nephemeral=1\n";

fn jar(home: &Home) -> PathBuf {
    home.path("jar.cookies")
}

fn request(home: &Home, lines: &str) -> String {
    let host = home.sandbox.app_url("grafana").replace("https://", "");
    format!("{lines}protocol=https\nhost={host}\n")
}

/// Asks as git 2.46 and newer does, with the helper's `options`.
fn ask(home: &Home, options: &[&str]) -> Outcome {
    let file = format!("--cookie-file={}", jar(home).display());
    let arguments = [&["get", "--protocol", "git", &file], options].concat();
    home.run_with(
        &arguments,
        &request(home, "capability[]=authtype\ncapability[]=state\n"),
    )
}

/// The value of the `Cookie` header that the file gives.
fn cookie(home: &Home) -> String {
    let text = std::fs::read_to_string(jar(home)).expect("there is a file");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        format!("{}={}", fields[5], fields[6])
    });
    pairs.collect::<Vec<_>>().join("; ")
}

fn mode(home: &Home) -> u32 {
    let metadata = std::fs::metadata(jar(home)).expect("there is a file");
    metadata.permissions().mode() & 0o7777
}

#[test]
fn the_session_is_in_the_file_and_the_answer_has_none_of_it() {
    let home = Home::usual();
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    let session = home.run(&["get", "grafana"]).answer();
    assert_eq!(format!("{}\n", cookie(&home)), session);
    assert_eq!(mode(&home), 0o600);
    let netscape = home.run(&["get", "grafana", "--as", "netscape"]).answer();
    assert_eq!(
        std::fs::read_to_string(jar(&home)).expect("a file"),
        netscape
    );
    assert_eq!(ask(&home, &["--next"]).answer(), "");
    let file = format!("--cookie-file={}", jar(&home).display());
    let old_git = home.run_with(&["get", "--protocol", "git", &file], &request(&home, ""));
    assert_eq!(old_git.answer(), "username=ada@corp.example\npassword=\n");
    let text = std::fs::read_to_string(jar(&home)).expect("a file");
    let end = text.lines().nth(1).and_then(|line| line.split('\t').nth(4));
    let end: i64 = end.and_then(|end| end.parse().ok()).expect("an end");
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    assert!(
        (now..=now + 120).contains(&end),
        "an older git has to come without a cookie soon"
    );
    let beside_it: Vec<_> = std::fs::read_dir(home.path(""))
        .expect("a directory")
        .flatten()
        .collect();
    assert!(
        beside_it
            .iter()
            .all(|file| !file.file_name().to_string_lossy().contains("tmp"))
    );
}

#[test]
fn git_gives_its_helper_the_options_before_its_own_word() {
    let home = Home::usual();
    let mut command = beside(&home, "git-credential-alb");
    command.args([
        &format!("--cookie-file={}", jar(&home).display()),
        "--next",
        "get",
    ]);
    let said = crate::home::feed(command, &request(&home, "capability[]=authtype\n"));
    assert_eq!(said.answer(), "");
    assert!(!cookie(&home).is_empty());
    for (options, problem) in [
        (&["--next", "get"][..], "--cookie-file"),
        (&["--colour", "get"], "--colour"),
        (&["--timeout=soon", "store"], "soon"),
    ] {
        let mut command = beside(&home, "git-credential-alb");
        command.args(options);
        let said = outcome(command.output().expect("it starts")).failure(2);
        assert!(said.contains(problem), "{said}");
    }
}

#[test]
fn the_alb_is_asked_each_time_because_git_cannot_tell() {
    let home = Home::usual();
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    let first = cookie(&home);
    let asked = || {
        let is_asked = |event: &Event| matches!(event, Event::SessionAccepted { .. });
        home.sandbox.count(is_asked)
    };
    let before = asked();
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    assert_eq!((asked(), cookie(&home)), (before + 1, first.clone()));
    home.sandbox.end_app_sessions("grafana");
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    assert_ne!(cookie(&home), first);
    home.sandbox.advance(std::time::Duration::from_secs(1));
    assert_eq!(
        home.run(&["get", "grafana", "--verify=0s"]).answer(),
        format!("{}\n", cookie(&home))
    );
}

#[test]
fn a_file_that_others_could_read_is_replaced_by_one_that_they_cannot() {
    let home = Home::usual();
    std::fs::write(jar(&home), "# an old one\n").expect("written");
    std::fs::set_permissions(jar(&home), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    assert_eq!(mode(&home), 0o600);
    std::fs::set_permissions(jar(&home), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    assert_eq!(mode(&home), 0o600, "also if it has the right text");
}

#[test]
fn a_failure_tells_git_to_quit_and_leaves_the_file() {
    let home = Home::usual();
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    let before = cookie(&home);
    home.password("wrong");
    home.sandbox.end_app_sessions("grafana");
    home.sandbox.end_okta_sessions();
    let said = ask(&home, &[]);
    assert_eq!((said.stdout.as_str(), said.code), ("quit=1\n", 5));
    assert!(
        said.stderr.contains("cannot sign in to grafana: "),
        "{said:?}"
    );
    assert_eq!(cookie(&home), before);
}

#[test]
fn a_file_that_cannot_be_written_is_told() {
    let home = Home::usual();
    std::fs::create_dir(jar(&home)).expect("a directory");
    let said = ask(&home, &[]);
    assert_eq!((said.stdout.as_str(), said.code), ("quit=1\n", 1));
    let problem = format!(
        "credential: cannot write the cookie file {}\n",
        jar(&home).display()
    );
    assert!(said.stderr.starts_with(&problem), "{said:?}");
}

#[test]
fn a_host_that_is_no_app_touches_no_file() {
    let home = Home::usual();
    let file = format!("--cookie-file={}", jar(&home).display());
    let said = home.run_with(
        &["get", "--protocol", "git", &file],
        "protocol=https\nhost=evil.example\n",
    );
    assert_eq!(said.answer(), "");
    assert!(!jar(&home).exists());
}

#[test]
fn fifty_at_once_leave_one_whole_file() {
    let home = Home::usual();
    let file = format!("--cookie-file={}", jar(&home).display());
    let children: Vec<_> = (0..50)
        .map(|_| {
            let mut command = home.credential(&["get", "--protocol", "git", &file]);
            let pipe = std::process::Stdio::piped;
            command.stdin(pipe()).stdout(pipe()).stderr(pipe());
            let mut child = command.spawn().expect("it starts");
            let mut stdin = child.stdin.take().expect("a pipe");
            let lines = request(&home, "capability[]=authtype\n");
            std::io::Write::write_all(&mut stdin, lines.as_bytes()).expect("written");
            child
        })
        .collect();
    for child in children {
        let said = outcome(child.wait_with_output().expect("it ends"));
        assert_eq!(said.answer(), NO_AUTHORIZATION);
    }
    assert_eq!(
        format!("{}\n", cookie(&home)),
        home.run(&["get", "grafana"]).answer()
    );
}

#[test]
fn a_user_name_of_the_applications_own_is_no_matter() {
    let home = Home::usual();
    let file = format!("--cookie-file={}", jar(&home).display());
    let arguments = ["get", "--protocol", "git", &file];
    let said = home.run_with(
        &arguments,
        &request(&home, "capability[]=authtype\nusername=bob\n"),
    );
    assert_eq!(said.answer(), NO_AUTHORIZATION);
    assert!(!cookie(&home).is_empty());
    let said = home.run_with(&arguments, &request(&home, "username=bob\n"));
    assert_eq!(said.answer(), "username=bob\npassword=\n");
}

#[test]
fn an_alb_that_cannot_be_asked_stops_nobody_who_has_a_session() {
    let home = Home::usual();
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    home.sandbox
        .fault((sandbox::Step::Start, sandbox::Fault::BalancerPage(500)));
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let home = Home::usual();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        jar(&home),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .expect("a pipe");
    let said = ask(&home, &[]);
    assert_eq!((said.stdout.as_str(), said.code), ("quit=1\n", 1));
    assert!(said.stderr.contains("it is not a file"), "{said:?}");
}

#[test]
fn what_a_killed_writer_left_is_taken_over_at_once() {
    let home = Home::usual();
    let left = home.path(".jar.cookies.tmp");
    std::fs::write(
        &left,
        "half of a cookie that was longer than the new one".repeat(200),
    )
    .expect("written");
    let tomorrow = std::time::SystemTime::now() + std::time::Duration::from_secs(86_400);
    let file = std::fs::File::options()
        .write(true)
        .open(&left)
        .expect("a file");
    file.set_modified(tomorrow).expect("a time");
    assert_eq!(ask(&home, &[]).answer(), NO_AUTHORIZATION);
    assert_eq!(
        format!("{}\n", cookie(&home)),
        home.run(&["get", "grafana"]).answer()
    );
    assert!(!left.exists());
}
