//! `sandbox serve`: an org with its apps, and the log as it is written.

use crate::announce::{Scene, announce};
use crate::handset;
use crate::place::{self, Kind, USER};
use crate::targets;
use sandbox::{Event, Phone, Sandbox};
use std::fs::{self, File};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
#[cfg(unix)]
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use std::thread;
use std::time::Duration;

/// How a configuration of this program begins.
const MARK: &str = "# Written by `sandbox serve`, and overwritten at its next start.\n\n";

/// How often the end is looked for while nothing happens.
const TICK: Duration = Duration::from_millis(100);

struct Options {
    directory: Option<PathBuf>,
    /// The first of the ports.
    port: Option<u16>,
    delay: Duration,
    org: Kind,
    browser: bool,
    until_stdin_closes: bool,
}

/// Serves until Ctrl-C, or until stdin ends where that was asked for.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let options = parse(arguments)?;
    let mut made = place::setup(options.org, options.browser, options.delay);
    let own = tempfile::tempdir().map_err(|error| format!("sandbox: {error}"))?;
    let directory = options.directory.as_deref().unwrap_or(own.path());
    let registry_password = targets::add(&mut made.setup, directory);
    if let Some(port) = options.port {
        targets::number(&mut made.setup, port)?;
    }
    let sandbox = Sandbox::start(made.setup);
    let written = Secrets {
        password: &made.password,
        seed: (options.org != Kind::Plain).then_some(&*made.seed),
        registry_password: &registry_password,
    };
    let directory = write(&sandbox, directory, &written, options.browser)
        .map_err(|error| format!("sandbox: cannot write to {}: {error}", directory.display()))?;
    let entries = sandbox.follow();
    let phone = (options.org != Kind::Plain).then(|| sandbox.phone(USER));
    let has_phone = phone.is_some();
    let ended = end_signal(options.until_stdin_closes, phone);
    let scene = Scene {
        sandbox: &sandbox,
        directory: &directory,
        kind: options.org,
        browser: options.browser,
    };
    // a reader that has gone away is no reason to stop serving
    let _ = announce(&scene);
    let log = File::create(directory.join("events")).ok();
    narrate(&entries, &ended, has_phone, log);
    Ok(())
}

/// Values that a person types and files hold.
struct Secrets<'a> {
    password: &'a str,
    /// Of the codes that a phone shows, if the user has one.
    seed: Option<&'a str>,
    registry_password: &'a str,
}

/// Writes what a client needs, and takes away what an earlier run has cached; the directory's absolute path.
fn write(
    sandbox: &Sandbox,
    directory: &Path,
    secrets: &Secrets,
    browser: bool,
) -> io::Result<PathBuf> {
    let is_ours =
        fs::read_to_string(directory.join("config.toml")).is_ok_and(|text| text.starts_with(MARK));
    if is_ours {
        // the apps' keys are new ones, so that no session of before is good any more
        let _ = fs::remove_dir_all(directory.join("cache"));
    }
    let directory = place::prepare(sandbox, directory, secrets.password, browser)?;
    let configuration = fs::read_to_string(directory.join("config.toml"))?;
    let configuration = match secrets.seed {
        Some(seed) => {
            place::write_secret(&directory.join("seed"), seed)?;
            with_codes(&configuration, &directory.join("seed"))
        }
        None => configuration,
    };
    fs::write(
        directory.join("config.toml"),
        format!("{MARK}{configuration}{}", targets::configuration(sandbox)),
    )?;
    place::write_secret(
        &directory.join(targets::REGISTRY_PASSWORD),
        secrets.registry_password,
    )?;
    Ok(directory)
}

/// Adds the lines, commented out, by which codes are computed.
fn with_codes(configuration: &str, seed: &Path) -> String {
    let lines = format!(
        "# The codes of the user's phone, computed here; without the # of both lines nobody is asked:\n\
         # factor   = \"token:software:totp\"\n\
         # passcode = {{ totp = {{ file = {} }} }}\n",
        place::quoted(seed)
    );
    configuration.replacen("\n[app.", &format!("{lines}\n[app."), 1)
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        directory: None,
        port: None,
        delay: Duration::ZERO,
        org: Kind::Plain,
        browser: false,
        until_stdin_closes: false,
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.ok_or_else(|| format!("sandbox: {argument} needs a value"))
        };
        match argument.as_str() {
            "--dir" => options.directory = Some(PathBuf::from(value()?)),
            "--port" => {
                let text = value()?;
                let number = text.parse();
                let number = number.map_err(|_| {
                    format!("sandbox: --port takes the number of a port, not {text}")
                })?;
                options.port = Some(number);
            }
            "--delay" => {
                let text = value()?;
                let number = text
                    .parse()
                    .map_err(|_| format!("sandbox: --delay takes milliseconds, not {text}"))?;
                options.delay = Duration::from_millis(number);
            }
            "--engine" => match value()?.as_str() {
                "classic" => {}
                "idx" => options.org = Kind::Identity,
                other => {
                    return Err(format!(
                        "sandbox: --engine takes classic or idx, not {other}"
                    ));
                }
            },
            "--factors" if options.org == Kind::Plain => options.org = Kind::Factors,
            "--factors" => {}
            "--browser" => options.browser = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            "--help" | "-h" => return Err(super::USAGE.to_owned()),
            other => {
                return Err(format!(
                    "sandbox: unknown argument {other}\n{}",
                    super::USAGE
                ));
            }
        }
    }
    Ok(options)
}

/// Prints each event until the end is signalled, and keeps it in the log.
fn narrate(
    entries: &Receiver<sandbox::Entry>,
    ended: &Receiver<()>,
    has_phone: bool,
    mut log: Option<File>,
) {
    while ended.try_recv().is_err() {
        match entries.recv_timeout(TICK) {
            Ok(entry) => {
                let _ = writeln!(io::stdout(), "{entry}");
                let _ = log.as_mut().map(|log| writeln!(log, "{entry}"));
                if has_phone && matches!(entry.event, Event::PushSent { .. }) {
                    say("phone: a push has come; type open, approve or reject");
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn say(line: &str) {
    // as with the events, nobody may be reading
    let _ = writeln!(io::stdout(), "{line}");
}

/// Tells when to end: Ctrl-C, a request to terminate, or the end of stdin where that was asked for.
fn end_signal(until_stdin_closes: bool, phone: Option<Phone>) -> Receiver<()> {
    let (sender, receiver) = channel();
    let interrupted = sender.clone();
    thread::spawn(move || wait_for_interrupt(&interrupted));
    thread::spawn(move || {
        if until_stdin_closes || phone.is_some() {
            read_stdin(phone.as_ref());
        }
        if until_stdin_closes {
            let _ = sender.send(());
        } else {
            // keeps the channel open
            thread::park();
        }
    });
    receiver
}

/// Reads to the end, and does what the lines say where there is a phone to do it.
fn read_stdin(phone: Option<&Phone>) {
    let stdin = io::stdin().lock();
    let Some(phone) = phone else {
        let mut stdin = stdin;
        let _ = io::copy(&mut stdin, &mut io::sink());
        return;
    };
    for line in stdin.split(b'\n').map_while(Result::ok) {
        let shown = handset::act(phone, &String::from_utf8_lossy(&line));
        if !shown.is_empty() {
            say(&shown);
        }
    }
}

#[cfg(unix)]
fn wait_for_interrupt(sender: &Sender<()>) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let has_come = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let has_come = Arc::clone(&has_come);
        signal_hook::flag::register(signal, has_come).expect("signals can be awaited");
    }
    while !has_come.load(Ordering::SeqCst) {
        thread::sleep(TICK);
    }
    let _ = sender.send(());
}

/// Signals end the process by themselves.
#[cfg(not(unix))]
fn wait_for_interrupt(_sender: &Sender<()>) {}
