//! The quick road of a hit: what it answers is what the ordinary road answers, whatever stands in the files that it
//! looks at.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sandbox::Event;

use crate::home::{ADA, Home, binary, feed, outcome, seconds_from_now};
use crate::screen::PATIENCE;

/// The bookmark of an app, once there is one: a configuration has to be some ticks old before it can be told from a
/// later one.
pub(crate) fn bookmark(home: &Home, app: &str) -> PathBuf {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        home.run(&["get", app]).answer();
        let mut names = home.all_files().into_iter();
        let is_its = |name: &String| name.starts_with(app) && name.ends_with(".bookmark");
        if let Some(name) = names.find(is_its) {
            return home.cache().join(name);
        }
        assert!(Instant::now() < until, "no bookmark is made");
    }
}

/// Changes the text of grafana's entry, which stays laid out as it was.
fn edit(home: &Home, change: impl FnOnce(&str) -> String) {
    let (path, _) = home.record("grafana");
    let text = std::fs::read_to_string(&path).expect("text");
    std::fs::write(&path, change(&text)).expect("it is ours");
}

/// Sets the time that stands in the entry under `name`.
fn set_time(home: &Home, name: &str, time: &str) {
    let (_, record) = home.record("grafana");
    let before = record["session"][name].as_str().expect("a time").to_owned();
    edit(home, |text| text.replace(&before, time));
}

#[test]
fn a_bookmark_holds_no_secret_and_changes_no_answer() {
    let home = Home::usual();
    let bookmark = bookmark(&home, "grafana");
    let mode = std::fs::metadata(&bookmark)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o600);
    let cookie = home.run(&["get", "grafana"]).answer();
    let text = std::fs::read_to_string(&bookmark).expect("text");
    let value = cookie.trim().split_once('=').expect("a cookie").1;
    assert!(!text.contains(&value[..16]), "{text}");
    home.sandbox.clear_audit();
    let header = format!("Cookie: {cookie}");
    for (arguments, answer) in [
        (&["get", "grafana"][..], &cookie),
        (&["get", "grafana", "--as", "cookie"], &cookie),
        (&["get", "--as", "cookie", "grafana"], &cookie),
        (&["get", "grafana", "--as", "header"], &header),
        (&["get", "grafana", "--as=header"], &header),
        (&["get", "grafana", "--no-sign-in"], &cookie),
    ] {
        assert_eq!(&home.run(arguments).answer(), answer, "{arguments:?}");
    }
    let url = home.sandbox.app_url("grafana");
    assert_eq!(home.run(&["get", &url]).answer(), cookie);
    assert_eq!(home.sandbox.requests(), 0);
}

/// Every way to call a warm `get` of grafana: arguments and stdin.
pub(crate) fn ways(home: &Home) -> Vec<(Vec<String>, String)> {
    let url = home.sandbox.app_url("grafana");
    let page = format!("{url}/d/1?x=y");
    let host = url.strip_prefix("https://").expect("it is https");
    let git = format!("protocol=https\nhost={host}\n\n");
    let named = format!("protocol=https\nhost={host}\nusername=Ada@corp.example\npath=x.git\n\n");
    let bazel = format!("{{\"uri\":\"{page}\"}}");
    let mut ways: Vec<(&str, &str)> = vec![
        ("get", ""),
        ("get URL", ""),
        ("get URL/d/1?x=y --as json", ""),
        ("get --protocol git", &git),
        ("get --protocol=docker", &url),
        ("get", &git),
        ("get", &bazel),
        ("get", &page),
        ("git get", &git),
        ("git get", &named),
        ("docker get", &url),
        ("bazel get", &bazel),
        ("go", ""),
    ];
    let named: Vec<String> = (crate::outputs::FORMATS.iter())
        .map(|format| format!("get grafana --as {format}"))
        .collect();
    ways.extend(named.iter().map(|line| (line.as_str(), "")));
    let words = |line: &str| {
        line.split(' ')
            .map(|word| word.replace("URL", &url))
            .collect()
    };
    ways.iter()
        .map(|(line, input)| (words(line), (*input).to_owned()))
        .collect()
}

/// Calls the program, by a helper's name if the first word is one, with `input` in a file.
fn call(home: &Home, words: &[String], input: &str) -> crate::home::Outcome {
    let stdin = home.path("stdin");
    std::fs::write(&stdin, input).expect("it is ours");
    let helper = home.path(&format!("{}-credential-alb", words[0]));
    let is_helper = ["git", "docker", "bazel"].contains(&words[0].as_str());
    if is_helper && !helper.exists() {
        symlink(binary(), &helper).expect("it is ours");
    }
    let mut command = match is_helper {
        true => home.command(&helper),
        false => home.command(binary()),
    };
    command.args(if is_helper { &words[1..] } else { words });
    command.stdin(std::fs::File::open(&stdin).expect("it is ours"));
    outcome(command.output().expect("it starts"))
}

#[test]
fn every_way_to_call_has_one_answer_on_both_roads() {
    let home = Home::usual();
    bookmark(&home, "grafana");
    let forget = || {
        let names = home.all_files().into_iter();
        for name in names.filter(|name| name.ends_with(".bookmark")) {
            std::fs::remove_file(home.cache().join(name)).expect("it is ours");
        }
    };
    home.sandbox.clear_audit();
    for (words, input) in ways(&home) {
        forget();
        let ordinary = call(&home, &words, &input);
        assert!(
            home.all_files()
                .iter()
                .any(|name| name.ends_with(".bookmark")),
            "{words:?} keeps a bookmark"
        );
        let short = call(&home, &words, &input);
        let told = |outcome: crate::home::Outcome| (outcome.stdout, outcome.stderr, outcome.code);
        let (ordinary, short) = (told(ordinary), told(short));
        assert_eq!((short.1.as_str(), short.2), ("", 0), "{words:?} {input:?}");
        assert!(short.0.contains("AWSELBAuthSessionCookie-0"), "{words:?}");
        assert_eq!(ordinary, short, "{words:?} {input:?}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

/// A home with two apps, a bookmark of grafana's name and one of its origin; and grafana's request in git's words, with
/// `more` attributes.
fn with_bookmarks() -> (Home, impl Fn(&str) -> String) {
    let home = Home::with_apps(&["grafana", "wiki"]);
    home.run(&["get", "wiki"]).answer();
    bookmark(&home, "grafana");
    let url = home.sandbox.app_url("grafana");
    home.run(&["get", &url]).answer();
    let host = url.strip_prefix("https://").expect("it is https");
    let request = format!("protocol=https\nhost={host}\n");
    (home, move |more: &str| format!("{request}{more}\n"))
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn a_bookmark_answers_no_other_account_and_no_other_scheme() {
    let (home, git) = with_bookmarks();
    let called = |input: &str| call(&home, &words("git get"), input);
    assert!(called(&git("")).answer().contains("password=AWS"));
    assert_eq!(called(&git("username=eve@corp.example\n")).answer(), "");
    assert_eq!(called(&git("").replace("https", "http")).answer(), "");
}

#[test]
fn a_bare_call_with_bookmarks_still_wants_an_app_by_some_name() {
    let (home, _) = with_bookmarks();
    call(&home, &words("get"), "").failure(2);
    let mut command = home.command(binary());
    command.arg("get").env("ALB_CREDENTIAL_APP", "wiki");
    let named = outcome(command.output().expect("it starts")).answer();
    assert_eq!(named, home.run(&["get", "wiki"]).answer());
}

#[test]
fn with_bookmarks_too_only_a_request_is_taken_from_stdin() {
    let (home, git) = with_bookmarks();
    home.configure(&format!(
        "default = \"wiki\"\n{}",
        home.configuration(&["grafana".into(), "wiki".into()])
    ));
    bookmark(&home, "wiki");
    call(&home, &words("get"), "").answer();
    call(&home, &words("git get"), &git("")).answer();
    let shell = |script: &str| {
        let mut shell = home.command("bash");
        shell.env("P", binary());
        feed(shell, script).answer()
    };
    let said = shell("\"$P\" get >/dev/null\necho after\n");
    assert_eq!(said, "after\n", "the rest of a script is left");
    let said = shell(&format!("\"$P\" get --as json\n{}echo after\n", git("")));
    assert!(said.starts_with("username=ada@corp.example\n"), "{said}");
    assert!(said.ends_with("\nafter\n"), "{said}");
}

#[test]
fn a_hit_writes_nothing_once_there_is_a_bookmark() {
    use std::os::unix::fs::MetadataExt as _;
    let home = Home::usual();
    bookmark(&home, "grafana");
    let url = home.sandbox.app_url("grafana");
    home.run(&["get", &url]).answer();
    home.run(&["get"]).answer();
    let stamps = || -> Vec<(String, i64, i64, u64)> {
        let all = home.all_files().into_iter().chain([".".into()]);
        all.map(|name| {
            let data = std::fs::metadata(home.cache().join(&name)).expect("it is there");
            (name, data.ctime(), data.ctime_nsec(), data.ino())
        })
        .collect()
    };
    let before = stamps();
    for arguments in [
        &["get"][..],
        &["get", "grafana"],
        &["get", "grafana", "--as", "json"],
        &["get", &url],
    ] {
        home.run(arguments).answer();
    }
    assert_eq!(stamps(), before);
}

#[test]
fn whatever_changes_in_the_configuration_counts_at_once() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    bookmark(&home, "grafana");
    set_time(&home, "issued_at", &seconds_from_now(-2 * 60 * 60));
    home.configure(&format!("{text}session = \"1h\"\n"));
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    assert_eq!(home.run(&["get", "grafana"]).code, 0, "it signs in");
    bookmark(&home, "grafana");
    home.configure(&format!("{text}sesion = \"1h\"\n"));
    home.run(&["get", "grafana"]).failure(2);
    home.configure(&text.replace(ADA, "eve@corp.example"));
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    home.configure(&text.replace("[app.grafana]", "[app.other]"));
    home.run(&["get", "grafana"]).failure(4);
    std::fs::remove_file(home.path("config.toml")).expect("it is ours");
    home.run(&["get", "grafana"]).told(2);
}

#[test]
fn a_change_that_keeps_size_and_time_of_the_file_counts_too() {
    let home = Home::usual();
    bookmark(&home, "grafana");
    let (config, old) = (home.path("config.toml"), home.path("old"));
    let text = std::fs::read_to_string(&config).expect("text");
    let touch = |like: &Path, file: &Path| {
        let mut command = Command::new("touch");
        assert!(
            command
                .arg("-r")
                .arg(like)
                .arg(file)
                .status()
                .expect("touch")
                .success()
        );
    };
    std::fs::write(&old, "").expect("a file");
    touch(&config, &old);
    home.configure(&text.replace("[app.grafana]", "[app.grafanb]"));
    touch(&old, &config);
    home.run(&["get", "grafana"]).failure(4);
}

#[test]
fn one_bookmark_does_not_answer_for_another_configuration() {
    let mut home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    bookmark(&home, "grafana");
    let cookie = home.run(&["get", "grafana"]).answer();
    std::fs::write(
        home.path("other.toml"),
        text.replace(ADA, "eve@corp.example"),
    )
    .expect("a file");
    home.set(
        "ALB_CREDENTIAL_CONFIG",
        home.path("other.toml").display().to_string(),
    );
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    home.set(
        "ALB_CREDENTIAL_CONFIG",
        home.path("config.toml").display().to_string(),
    );
    assert_eq!(home.run(&["get", "grafana"]).answer(), cookie);
    // Where variables are the configuration, no file counts.
    home.set("ALB_CREDENTIAL_ORG_URL", home.sandbox.org_url());
    home.run(&["get", "grafana"]).told(2);
}

#[test]
fn an_entry_that_cannot_be_answered_is_judged_as_always() {
    let home = Home::usual();
    bookmark(&home, "grafana");
    let (path, _) = home.record("grafana");
    let good = std::fs::read_to_string(&path).expect("text");
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    for (what, text) in [
        ("another account", swap(ADA, "eve@corp.example")),
        ("a hostile value", swap("-0\",", "-0\\u001b\",")),
        (
            "a life that was learnt",
            swap("\"learnt_life\": null", "\"learnt_life\": 300"),
        ),
        ("half", good[..good.len() / 2].to_owned()),
        ("nothing", String::new()),
    ] {
        std::fs::write(&path, &text).expect("it is ours");
        if what == "a life that was learnt" {
            set_time(&home, "issued_at", &seconds_from_now(-600));
        }
        assert_eq!(
            home.run(&["get", "grafana", "--no-sign-in"])
                .told(3)
                .lines()
                .count(),
            2,
            "{what}"
        );
    }
    for (name, time) in [("issued_at", 600), ("bound", -1)] {
        std::fs::write(&path, &good).expect("it is ours");
        set_time(&home, name, &seconds_from_now(time));
        home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    }
    std::fs::write(&path, &good).expect("it is ours");
    home.run(&["get", "grafana", "--no-sign-in"]).answer();
}

#[test]
fn a_session_near_its_end_is_renewed_ahead_though_there_is_a_bookmark() {
    let home = Home::usual();
    bookmark(&home, "grafana");
    let old = home.run(&["get", "grafana"]).answer();
    set_time(&home, "issued_at", &seconds_from_now(-95 * 60));
    set_time(&home, "bound", &seconds_from_now(5 * 60));
    let events = home.sandbox.follow();
    assert_eq!(home.run(&["get", "grafana"]).answer(), old);
    let issued = |event: &Event| matches!(event, Event::SessionIssued { .. });
    while !issued(&events.recv_timeout(PATIENCE).expect("it is renewed").event) {}
}

#[test]
fn what_stands_in_the_place_of_a_bookmark_harms_nobody() {
    let home = Home::usual();
    let place = bookmark(&home, "grafana");
    let cookie = home.run(&["get", "grafana"]).answer();
    let (entry, _) = home.record("grafana");
    let good = std::fs::read(&place).expect("it is ours");
    let plants: [(&str, &dyn Fn()); 7] = [
        ("half", &|| {
            std::fs::write(&place, &good[..good.len() / 2]).expect("a file");
        }),
        ("an entry", &|| {
            std::fs::copy(&entry, &place).expect("a copy");
        }),
        ("no text", &|| {
            std::fs::write(&place, b"\xff\xfe\n\n\n").expect("a file");
        }),
        ("link", &|| symlink(&entry, &place).expect("a link")),
        ("directory", &|| {
            std::fs::create_dir(&place).expect("a directory");
        }),
        ("pipe", &|| {
            assert!(
                Command::new("mkfifo")
                    .arg(&place)
                    .status()
                    .expect("mkfifo")
                    .success()
            );
        }),
        ("open to others", &|| {
            std::fs::write(&place, &good).expect("a file");
            std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o666))
                .expect("it is ours");
        }),
    ];
    for (what, plant) in plants {
        let _ = std::fs::remove_file(&place);
        plant();
        for _ in 0..2 {
            assert_eq!(home.run(&["get", "grafana"]).answer(), cookie, "{what}");
        }
        if place.is_dir() {
            std::fs::remove_dir(&place).expect("it is empty");
        }
    }
    let left: Vec<String> = home
        .all_files()
        .into_iter()
        .filter(|name| name.contains(".tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn closed_streams_are_not_taken_for_files_and_take_no_answer() {
    let home = Home::usual();
    bookmark(&home, "grafana");
    let (path, record) = home.record("grafana");
    for close in [">&-", "<&- >&-", "<&- >&- 2>&-"] {
        for arguments in ["get grafana", "get grafana --fresh", "status"] {
            let mut command = home.command("sh");
            command
                .args(["-c", &format!("\"$0\" {arguments} {close}")])
                .arg(binary());
            let outcome = outcome(command.output().expect("sh starts"));
            assert_eq!(
                (outcome.stdout.as_str(), outcome.code),
                ("", 1),
                "{arguments} {close}"
            );
        }
    }
    let text = std::fs::read_to_string(&path).expect("text");
    assert!(text.starts_with("{\n  \"key\""), "{text}");
    assert_eq!(home.record("grafana").1["key"], record["key"]);
    home.run(&["get", "grafana", "--no-sign-in"]).answer();
}

#[test]
fn a_reader_that_goes_away_ends_no_call_by_a_signal() {
    let home = Home::usual();
    bookmark(&home, "grafana");
    for arguments in [&["get", "grafana"][..], &["get", "grafana", "--as", "json"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = home.credential(arguments);
        let output = command.stdout(writer).output().expect("the program starts");
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    }
}
