//! A session renewed by a browser without a window, against the start and the end of the same browser: the same program with
//! the arguments that a renewal was seen to give it, on a copy of the same profile.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use sandbox::person::{Screen, chromium};
use sandbox::{PASSWORD, Pages, Provider, Setup};

use crate::DELAY;
use crate::place::{Place, USER, find};
use crate::rounds::{Rounds, Row, Times, names, print};

/// Starts a browser, asks it for its version, and closes it. In between it opens a tab at `$TAB` if there is one, and waits
/// until a request for `$CALLBACK` is held if there is one.
const START_AND_CLOSE: &str = r#"
rm -f in out; mkfifo in out
"$@" 3<in 4>out &
exec 5>in 6<out
ask() { printf '%s\0' "$1" >&5; IFS= read -r -d '' frame <&6; }
ask '{"id":1,"method":"Browser.getVersion"}'
[ -z "$CALLBACK" ] || ask '{"id":2,"method":"Fetch.enable","params":{"patterns":[{"urlPattern":"'"$CALLBACK"'*"}]}}'
[ -z "$TAB" ] || ask '{"id":3,"method":"Target.createTarget","params":{"url":"'"$TAB"'","newWindow":true}}'
until [ -z "$CALLBACK" ] || [[ "$frame" == *Fetch.requestPaused* ]]; do IFS= read -t 20 -r -d '' frame <&6 || exit; done
printf '{"id":4,"method":"Browser.close"}\0' >&5
cat <&6 >/dev/null
wait
"#;
/// A median of fewer rounds is another one each time.
const LEAST: usize = 15;

/// Measures it, where there are a browser, a display for the first sign-in, and a terminal for it.
pub(crate) fn run(rounds: &mut Rounds) {
    let needed = ["Xvfb", "bash", "curl", "script"];
    let needed = needed.iter().all(|name| find(name).is_some());
    let Some(browser) = chromium().filter(|_| needed) else {
        println!(
            "\n(not measured: a renewal by a browser: there is no Chromium, Xvfb, curl or script)"
        );
        return;
    };
    let pages = Pages::default().signing_in(USER, PASSWORD);
    let setup = Setup::with_provider(Provider::keycloak("id").with_pages(pages));
    let place = Place::at(DELAY, setup, "");
    configure(&place, &browser);
    sign_in(&place);
    let mut renewal = place.get();
    renewal.arg("--fresh");
    let arguments = arguments(&place, &browser, &mut renewal);
    let (silent, callback) = addresses(&place);
    let start = |tab: &str, callback: &str| {
        let mut alone = place.command(find("bash").unwrap_or_else(|| "bash".into()));
        alone.args(["-c", START_AND_CLOSE, "bash"]).arg(&browser);
        alone
            .args(&arguments)
            .env("TAB", tab)
            .env("CALLBACK", callback);
        alone.current_dir(place.path("")).stderr(Stdio::null());
        alone
    };
    let mut rows = [
        Row::new("the browser, started and closed", start("", "")),
        Row::new("the same, with an empty tab", start("about:blank", "")),
        Row::new(
            "the same, with the provider's callback",
            start(&silent, &callback),
        ),
        Row::new("credential get --fresh, by the browser", renewal),
    ];
    let count = rounds.count(30).max(LEAST);
    let times = rounds.run_exactly(count, &mut rows, || {});
    let title = format!(
        "A renewal by a browser, {} ms for each exchange",
        DELAY.as_millis()
    );
    print(&title, &names(&rows), &times);
    let beyond = |alone: &Times, exchanges: u32| {
        times[3].beyond(alone) - (exchanges * DELAY).as_secs_f64() * 1000.0
    };
    println!(
        "\nBeyond the browser and three exchanges it takes {:.0} ms, beyond the browser with a tab {:.0} ms, and {:.0} ms \
         beyond the browser that gets the callback and two exchanges.",
        beyond(&times[0], 3),
        beyond(&times[1], 3),
        beyond(&times[2], 2)
    );
}

/// Returns where the app sends a browser to sign in, without asking a person, and where that brings it back to.
fn addresses(place: &Place) -> (String, String) {
    let mut asked = place.command(find("curl").unwrap_or_else(|| "curl".into()));
    asked.args(["-sw", "%{redirect_url}", "-o", "/dev/null", "--cacert"]);
    asked.arg(place.sandbox.ca_file());
    let app = place.sandbox.app_url("grafana");
    let output = asked.arg(&app).stdout(Stdio::piped()).output();
    let to = String::from_utf8(output.expect("curl starts").stdout).expect("an address");
    assert!(to.contains("redirect_uri="), "the app's answer: {to}");
    let callback = format!("{}/oauth2/idpresponse", app.trim_end_matches('/'));
    (format!("{to}&prompt=none"), callback)
}

/// Has the app sign in by this browser, as `add` writes it. Root's browser has no sandbox of its own.
fn configure(place: &Place, browser: &std::path::Path) {
    let mut arguments = place.sandbox.browser_arguments();
    arguments.extend(QUIET.map(str::to_owned));
    let app = place.sandbox.app_url("grafana");
    let provider = place.sandbox.provider_url("id");
    place.write(
        "config.toml",
        &format!(
            "[browser]\ncommand = [\"{}\"]\narguments = {arguments:?}\n\
             [app.grafana]\nurl = \"{app}\"\nmethod = \"browser\"\nidp = \"{provider}\"\n",
            browser.display()
        ),
    );
}

/// Keeps the browser from its vendor's servers.
const QUIET: [&str; 5] = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-sandbox",
];

/// Returns the arguments that a `renewal` gives its browser, with a copy of the profile in the place of the profile.
fn arguments(place: &Place, browser: &std::path::Path, renewal: &mut Command) -> Vec<String> {
    let told = place.path("arguments");
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >'{}'\nexec '{}' \"$@\"\n",
        told.display(),
        browser.display()
    );
    let between = place.write("between", &text);
    fs::set_permissions(&between, fs::Permissions::from_mode(0o755)).expect("it is ours");
    configure(place, &between);
    let status = renewal.status().expect("it starts");
    assert!(status.success(), "a renewal: {status}");
    configure(place, browser);
    let text = fs::read_to_string(told).expect("the browser was started");
    let lines = text
        .lines()
        .map(|line| match line.strip_prefix("--user-data-dir=") {
            Some(profile) => format!("--user-data-dir={}", copy(place, profile).display()),
            None => line.to_owned(),
        });
    lines.collect()
}

/// Copies a profile.
fn copy(place: &Place, profile: &str) -> PathBuf {
    let copy = place.path("profile");
    let mut command = Command::new("cp");
    command.args(["-a", profile]).arg(&copy);
    assert!(command.status().is_ok_and(|status| status.success()));
    copy
}

/// Signs in once in a window, by a page that fills itself in, so that there is a profile.
fn sign_in(place: &Place) {
    let screen = Screen::start();
    let login = format!("'{}' login grafana", place.program().display());
    let mut command: Command = place.command(find("script").unwrap_or_else(|| "script".into()));
    command
        .args(["-qec", &login, "/dev/null"])
        .env("DISPLAY", &screen.display);
    let status = command.status().expect("it starts");
    assert!(status.success(), "the first sign-in: {status}");
}
