//! The surroundings that a browser is given: arguments, environment, streams, a process group, a directory.

use std::path::Path;
use std::time::Duration;

use rustix::io::{FdFlags, fcntl_getfd};
use rustix::process::{Pid, WaitOptions, getpgid, waitpid};

use super::super::arguments::arguments;
use super::super::process::{Process, command};
use super::super::{Launch, Limits, Packaging, Profile, Reason, Sight};
use super::world::{Start, World, until};

fn arguments_of(own: &[&str], is_headless: bool) -> Result<Vec<String>, Reason> {
    let own: Vec<String> = own.iter().map(ToString::to_string).collect();
    let launch = Launch {
        installed: &Start::script("").installed,
        arguments: &own,
        profile: &Profile::kept(Path::new("/p"), "idp.example", Packaging::Plain),
        log: Path::new("/log"),
        is_headless,
        withheld: &[],
        limits: Limits::default(),
        stop: &|| false,
    };
    let all = arguments(&launch).map_err(|failure| failure.reason)?;
    let all = all
        .into_iter()
        .map(|word| word.into_string().expect("UTF-8"));
    // The double's own two words come first.
    Ok(all.skip(3).collect())
}

#[test]
fn the_arguments_are_those_that_were_tried() {
    let always = [
        "--remote-debugging-pipe",
        "--no-startup-window",
        "--restore-last-session",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-search-engine-choice-screen",
        match cfg!(target_os = "macos") {
            true => "--use-mock-keychain",
            false => "--password-store=basic",
        },
    ];
    let window = arguments_of(&["--lang=de"], false).expect("they are fine");
    let ends = [
        "--hide-crash-restore-bubble",
        "--user-data-dir=/p/idp.example",
        "--lang=de",
    ];
    assert_eq!(window, [&always[..], &ends].concat());
    let headless = arguments_of(&[], true).expect("they are fine");
    let ends = [
        "--headless=new",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--mute-audio",
        "--user-data-dir=/p/idp.example",
    ];
    assert_eq!(headless, [&always[..], &ends].concat());
}

#[test]
fn a_persons_arguments_undo_none_of_ours_and_open_no_page() {
    for own in [
        "--remote-debugging-port=9222",
        "--remote-debugging-address=0.0.0.0",
        "--user-data-dir=/home/ada/.config/chromium",
        "--profile-directory=Default",
        "https://app.example/",
        "-x",
        "--",
        "",
    ] {
        assert_eq!(arguments_of(&[own], true), Err(Reason::Arguments), "{own}");
    }
    assert!(arguments_of(&["--no-sandbox", "--proxy-server=proxy:3128"], true).is_ok());
}

#[test]
fn a_browser_gets_a_group_a_directory_and_no_address() {
    let world = World::new();
    let told = world.path("told");
    let place = told.display();
    // The window's command comes after the answers to two others: then the browser has all that could be secret.
    let script = format!(
        r#"{{ echo $$; pwd; ls -l /proc/self/fd; printf '%s\n' "$@"; tr '\000' ' ' </proc/$$/cmdline; }} >{place}.new
        printf '{{"id":1,"result":{{"product":"x"}}}}\000' >&4; head -c 100 <&3 >/dev/null
        printf '{{"id":2,"result":{{}}}}\000{{"id":3,"result":{{}}}}\000' >&4; head -c 700 <&3 >/dev/null
        mv {place}.new {place}; exec cat <&3 >/dev/null"#
    );
    let mut browser = world.start(&Start::script(&script)).expect("it answers");
    browser.open(
        &world.callback(),
        &world.authorize(&"login".repeat(100), "hunter2"),
    );
    while !told.exists() {
        let sight = browser.watch(Duration::from_millis(20));
        assert!(matches!(sight, Ok(Sight::Nothing)), "{sight:?}");
    }
    let text = std::fs::read_to_string(&told).expect("it is text");
    let mut lines = text.lines();
    let process = lines
        .next()
        .and_then(|line| line.parse().ok())
        .and_then(Pid::from_raw)
        .expect("a number");
    assert_eq!(getpgid(Some(process)).ok(), Some(process));
    assert_eq!(lines.next(), Some("/"));
    assert!(text.contains("--remote-debugging-pipe"));
    assert!(!text.contains("hunter2"), "{text}");
    // Ours alone: no stream of this process.
    assert!(text.contains(" 0 -> /dev/null"), "{text}");
    browser.close();
}

#[test]
fn our_ends_of_the_pipe_are_closed_in_every_other_program() {
    let world = World::new();
    let script = r#"printf '{"id":1,"result":{"product":"x"}}\000' >&4; exec cat <&3 >/dev/null"#;
    let process = world.with(&Start::script(script), |launch| Process::spawn(launch, &[]));
    for stream in process.expect("it starts").streams() {
        let flags = fcntl_getfd(stream).expect("it is open");
        assert!(flags.contains(FdFlags::CLOEXEC));
    }
}

#[test]
fn a_browser_gets_no_variable_with_a_secret_of_ours() {
    let world = World::new();
    let command = world.with(&Start::script(""), |launch| command(launch, &[]));
    let removed = command.get_envs().filter(|(_, value)| value.is_none());
    let removed: Vec<_> = removed.map(|(name, _)| name).collect();
    let expected = [
        "ALB_CREDENTIAL_PASSCODE_SEED",
        "ALB_CREDENTIAL_PASSWORD",
        "ALB_CREDENTIAL_STORE_KEY",
        "ALB_CREDENTIAL_STORE_PASSWORD",
        "CREDENTIAL_COOKIE",
        "HIDDEN_FROM_BROWSERS",
    ];
    assert_eq!(removed, expected);
}

#[test]
fn a_browser_that_gets_no_pipe_is_not_started() {
    let world = World::new();
    for packaging in [Packaging::Flatpak, Packaging::Foreign] {
        let mut start = Start::script("echo started >&2; exit 1");
        start.installed.packaging = packaging;
        let failure = world.start(&start).err().expect("there is no pipe");
        assert_eq!(
            (failure.reason, failure.error.kind.exit_code()),
            (Reason::NoPipe, 3)
        );
        assert!(!world.path("log").exists());
    }
}

#[test]
fn a_browser_that_another_part_of_the_process_has_waited_for_has_ended() {
    let world = World::new();
    let text = format!("echo $$ >{}; exit 7", world.path("number").display());
    let process = world.with(&Start::script(&text), |launch| {
        Process::spawn(launch, &arguments(launch).expect("none is refused"))
    });
    let mut process = process.expect("it starts");
    let number = || std::fs::read_to_string(world.path("number")).unwrap_or_default();
    until(|| number().ends_with('\n'));
    let number = number().trim().parse().ok().and_then(Pid::from_raw);
    waitpid(number, WaitOptions::empty()).expect("it is a child of this process");
    assert!(process.has_ended());
    assert_eq!(
        process.wait(Duration::from_secs(60)),
        None,
        "nobody knows how"
    );
}
