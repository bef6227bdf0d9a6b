//! `sandbox serve`: an org with two apps, and the log as it is written.

use crate::handset::{self, HELP};
use crate::place::{self, APPS, Kind, PROVIDER, USER};
use sandbox::{Event, Phone, Sandbox};
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

/// How often the end is looked for while nothing happens.
const TICK: Duration = Duration::from_millis(100);

struct Options {
    directory: Option<PathBuf>,
    delay: Duration,
    org: Kind,
    browser: bool,
    until_stdin_closes: bool,
}

/// Serves until Ctrl-C, or until stdin ends where that was asked for.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let options = parse(arguments)?;
    let (sandbox, password) = place::start_as(options.org, options.browser, options.delay);
    let directory = match options.directory {
        Some(directory) => directory,
        None => sandbox.directory().to_owned(),
    };
    let directory = place::prepare(&sandbox, &directory, &password, options.browser)
        .map_err(|error| format!("sandbox: cannot write to {}: {error}", directory.display()))?;
    let entries = sandbox.follow();
    let phone = (options.org != Kind::Plain).then(|| sandbox.phone(USER));
    let has_phone = phone.is_some();
    let ended = end_signal(options.until_stdin_closes, phone);
    // a reader that has gone away is no reason to stop serving
    let _ = match options.browser {
        true => announce_browser(&sandbox, &directory, has_phone),
        false => announce(&sandbox, &directory, has_phone),
    };
    narrate(&entries, &ended, has_phone);
    Ok(())
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        directory: None,
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

fn announce(sandbox: &Sandbox, directory: &Path, has_phone: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "org      {}  ({USER})", sandbox.org_url())?;
    for app in APPS {
        writeln!(out, "{app:8} {}", sandbox.app_url(app))?;
    }
    writeln!(out, "files    {}\n", directory.display())?;
    writeln!(out, "In another terminal:\n")?;
    writeln!(out, "  . {}", directory.join("env.sh").display())?;
    writeln!(out, "  credential get {}", APPS[0])?;
    writeln!(
        out,
        "  credential get {} --as header | curl -H @- {}/\n",
        APPS[0],
        sandbox.app_url(APPS[0])
    )?;
    if has_phone {
        writeln!(out, "{HELP}")?;
    }
    writeln!(out, "Ctrl-C ends it. What happens:\n")?;
    out.flush()
}

/// The same for an app that only a browser can sign in to.
fn announce_browser(sandbox: &Sandbox, directory: &Path, has_phone: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "provider {}  ({USER})", sandbox.provider_url(PROVIDER))?;
    writeln!(out, "org      {}  ({USER})", sandbox.org_url())?;
    writeln!(
        out,
        "{:8} {}  (by the provider)",
        APPS[0],
        sandbox.app_url(APPS[0])
    )?;
    writeln!(
        out,
        "{:8} {}  (by the org)",
        APPS[1],
        sandbox.app_url(APPS[1])
    )?;
    writeln!(out, "files    {}\n", directory.display())?;
    writeln!(out, "In another terminal, on a desktop:\n")?;
    writeln!(out, "  . {}", directory.join("env.sh").display())?;
    writeln!(out, "  credential login {}\n", APPS[0])?;
    writeln!(
        out,
        "A window opens at the provider's page. User name and password:\n"
    )?;
    writeln!(out, "  {USER}")?;
    writeln!(out, "  cat {}\n", directory.join("password").display())?;
    writeln!(
        out,
        "Without a desktop, and with any browser that puts up with the certificate:\n"
    )?;
    writeln!(out, "  credential login {} --paste\n", APPS[0])?;
    writeln!(
        out,
        "Chromium trusts the sandbox by this part of config.toml, which can be pasted elsewhere:\n"
    )?;
    writeln!(out, "{}", place::browser_table(sandbox))?;
    if has_phone {
        writeln!(out, "{HELP}")?;
    }
    writeln!(out, "Ctrl-C ends it. What happens:\n")?;
    out.flush()
}

/// Prints each event until the end is signalled.
fn narrate(entries: &Receiver<sandbox::Entry>, ended: &Receiver<()>, has_phone: bool) {
    while ended.try_recv().is_err() {
        match entries.recv_timeout(TICK) {
            Ok(entry) => {
                let _ = writeln!(io::stdout(), "{entry}");
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
