//! The world of a sign-in by a browser: a provider with pages, a real Chromium, a display without a screen.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rustix::process::Pid;
use sandbox::person::Turn;
use sandbox::{App, PASSWORD, Pages, Provider, Setup};

use crate::home::{ADA, Home};
use crate::outcome::Outcome;
use crate::screen::{Terminal, outcome};
use crate::tools::tools;

/// Returns whether there are a browser and a display to run it on.
#[must_use]
pub(crate) fn is_possible() -> bool {
    tools(&["chromium", "Xvfb"])
}

/// The provider's pages, which sign in by themselves.
pub(crate) fn auto() -> Pages {
    Pages::default().signing_in(ADA, PASSWORD)
}

/// A setup with apps of these names at a generic provider with these pages.
pub(crate) fn setup_with(pages: Pages, names: &[&str]) -> Setup {
    let mut setup = Setup::with_provider(Provider::keycloak("id").with_pages(pages));
    let apps = names.iter().map(|name| App::new(name).at_provider("id"));
    setup.apps = apps.collect();
    setup
}

/// A home whose apps sign in by a browser, with a display.
pub(crate) fn home(setup: Setup) -> Home {
    let names: Vec<String> = setup.apps.iter().map(|app| app.name.clone()).collect();
    let mut home = Home::bare(setup);
    let mut text = browser_table(&home, "");
    for app in names {
        let url = home.sandbox.app_url(&app);
        let table = format!("\n[app.{app}]\nurl = \"{url}\"\nmethod = \"browser\"\n");
        text.push_str(&table);
    }
    home.configure(&text);
    home.set("DISPLAY", display());
    home.keep(Turn::take());
    home
}

/// The table `[browser]` with the arguments for the sandbox, and these lines. Root's Chromium has no sandbox of its own.
pub(crate) fn browser_table(home: &Home, lines: &str) -> String {
    let mut arguments = home.sandbox.browser_arguments();
    arguments.extend(QUIET.map(str::to_owned));
    if rustix::process::geteuid().is_root() {
        arguments.push("--no-sandbox".into());
    }
    let arguments: Vec<String> = arguments.iter().map(|word| format!("{word:?}")).collect();
    let arguments = arguments.join(", ");
    format!("[browser]\ncommand = [\"chromium\"]\narguments = [{arguments}]\n{lines}\n")
}

/// Keeps Chromium from its vendor's servers, which cannot be reached from here.
const QUIET: [&str; 5] = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-popup-blocking",
];

/// Returns the name of a display that all tests of this process share. It ends with the process.
pub(crate) fn display() -> &'static str {
    static DISPLAY: OnceLock<String> = OnceLock::new();
    DISPLAY.get_or_init(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        // The kernel ends the server with the thread that has started it, so this thread stays.
        std::thread::spawn(move || {
            let mut server = Command::new("setpriv");
            server.args(["--pdeathsig", "KILL", "Xvfb", "-displayfd", "1"]);
            server.args(["-nolisten", "tcp"]);
            server.stdout(Stdio::piped()).stderr(Stdio::null());
            let mut server = server.spawn().expect("Xvfb starts");
            let mut number = String::new();
            let mut output = BufReader::new(server.stdout.take().expect("a pipe"));
            output.read_line(&mut number).expect("Xvfb is ready");
            let _ = sender.send(format!(":{}", number.trim()));
            server.wait()
        });
        receiver.recv().expect("Xvfb is ready")
    })
}

/// Runs a command of a person at a terminal, who presses nothing.
pub(crate) fn attended(home: &Home, words: &str) -> (Outcome, String) {
    let mut terminal = Terminal::new();
    let child = terminal.start(home, words);
    let said = outcome(child);
    (said, terminal.screen())
}

/// Runs a command of nobody, without a terminal and without a display.
pub(crate) fn without_display(home: &Home, arguments: &[&str]) -> Outcome {
    let mut command = home.credential(arguments);
    command.env_remove("DISPLAY");
    crate::home::outcome(command.output().expect("the program starts"))
}

/// Asserts that only our client has called the app, with the nonce, so many times, and that nothing broke a rule.
#[track_caller]
pub(crate) fn assert_ours(home: &Home, callbacks: usize) {
    let came = home.sandbox.callbacks();
    assert_eq!(came.len(), callbacks, "{came:?}");
    assert!(came.iter().all(|one| one.nonce && !one.browser), "{came:?}");
    assert_eq!(home.sandbox.violations(), []);
}

/// A home whose person has signed in to grafana in a window.
#[track_caller]
pub(crate) fn signed_in(setup: Setup) -> Home {
    let home = home(setup);
    let (said, _) = attended(&home, "credential login grafana");
    let told = said.done();
    assert!(told.contains("signed in to grafana"), "{told}");
    home
}

/// The processes of the browsers that run on this home's profiles, with their command lines.
fn browsers(home: &Home) -> Vec<(i32, String)> {
    let own = home.cache().join("browser").display().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let text = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).replace('\0', " ");
        let number = entry.file_name().to_string_lossy().parse();
        if let (true, Ok(number)) = (text.contains(&own), number) {
            found.push((number, text));
        }
    }
    found
}

/// The processes of the browsers that run on this home's profiles.
pub(crate) fn processes(home: &Home) -> Vec<Pid> {
    let numbers = browsers(home).into_iter().map(|(number, _)| number);
    numbers.filter_map(Pid::from_raw).collect()
}

/// The command lines of the browsers that run on this home's profiles.
pub(crate) fn command_lines(home: &Home) -> String {
    let lines = browsers(home).into_iter().map(|(_, line)| line);
    lines.collect::<Vec<_>>().join("\n")
}

/// Asserts that no browser of this home is left.
#[track_caller]
pub(crate) fn assert_no_browser(home: &Home) {
    crate::ahead::until("the end of the browser", || command_lines(home).is_empty());
}

/// A home whose browser is a trap: a file that is there once it was started; and that file.
pub(crate) fn trapped() -> (Home, std::path::PathBuf) {
    let mut home = Home::bare(setup_with(auto(), &["grafana"]));
    let url = home.sandbox.app_url("grafana");
    let trap = home.path("started");
    home.configure(&format!(
        "[browser]\ncommand = [\"touch\", \"{}\"]\n[app.grafana]\nurl = \"{url}\"\nmethod = \"browser\"\n",
        trap.display()
    ));
    home.set("DISPLAY", ":0");
    (home, trap)
}
