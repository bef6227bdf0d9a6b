//! A session renewed by a browser without a window, against the start and the end of the same browser.

use std::process::{Command, Stdio};

use sandbox::person::{Screen, chromium};
use sandbox::{PASSWORD, Pages, Provider, Setup};

use crate::DELAY;
use crate::place::{Place, USER, find};
use crate::rounds::{Rounds, Row, names, print};

/// The same browser with the same arguments: started, asked for its version, closed.
const START_AND_CLOSE: &str = r#"
rm -f in out; mkfifo in out
"$@" 3<in 4>out &
exec 5>in 6<out
printf '{"id":1,"method":"Browser.getVersion"}\0' >&5
head -c 20 <&6 >/dev/null
printf '{"id":2,"method":"Browser.close"}\0' >&5
cat <&6 >/dev/null
wait
"#;

/// Measures it, where there are a browser, a display for the first sign-in, and a terminal for it.
pub(crate) fn run(rounds: &mut Rounds) {
    let needed = ["Xvfb", "script"].iter().all(|name| find(name).is_some());
    let Some(browser) = chromium().filter(|_| needed) else {
        println!("\n(not measured: a renewal by a browser: there is no Chromium, Xvfb or script)");
        return;
    };
    let pages = Pages::default().signing_in(USER, PASSWORD);
    let setup = Setup::with_provider(Provider::keycloak("id").with_pages(pages));
    let place = Place::at(DELAY, setup, "");
    let mut arguments = place.sandbox.browser_arguments();
    arguments.extend(QUIET.map(str::to_owned));
    let app = place.sandbox.app_url("grafana");
    place.write(
        "config.toml",
        &format!(
            "[browser]\ncommand = [\"{}\"]\narguments = {arguments:?}\n\
             [app.grafana]\nurl = \"{app}\"\nmethod = \"browser\"\n",
            browser.display()
        ),
    );
    sign_in(&place);
    let mut renewal = place.get();
    renewal.arg("--fresh");
    let mut alone = place.command(find("sh").unwrap_or_else(|| "sh".into()));
    alone.args(["-c", START_AND_CLOSE, "sh"]).arg(&browser);
    alone.args(OURS).args(&arguments);
    alone.arg(format!("--user-data-dir={}", place.path("other").display()));
    alone.current_dir(place.path("")).stderr(Stdio::null());
    let mut rows = [
        Row::new("the browser, started and closed", alone),
        Row::new("credential get --fresh, by the browser", renewal),
    ];
    let times = rounds.run(30, &mut rows, || {});
    let title = format!(
        "A renewal by a browser, {} ms for each exchange",
        DELAY.as_millis()
    );
    print(&title, &names(&rows), &times);
    let beyond = times[1].median() - times[0].median() - (3 * DELAY).as_secs_f64() * 1000.0;
    println!("\nBeyond the browser and three exchanges it takes {beyond:.0} ms.");
}

/// The arguments that the program gives a browser without a window.
const OURS: [&str; 8] = [
    "--remote-debugging-pipe",
    "--no-startup-window",
    "--restore-last-session",
    "--headless=new",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--mute-audio",
];

/// Keeps the browser from its vendor's servers; root's has no sandbox of its own.
const QUIET: [&str; 5] = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-sandbox",
];

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
