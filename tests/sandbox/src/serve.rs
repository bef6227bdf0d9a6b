//! `sandbox serve`: an org with two apps, the files that point a client at them, and the log as it is written.

use sandbox::{App, Sandbox, Setup};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

const USER: &str = "ada@corp.example";
const APPS: [&str; 2] = ["grafana", "argocd"];
/// How often the end is looked for while nothing happens.
const TICK: Duration = Duration::from_millis(100);

struct Options {
    directory: Option<PathBuf>,
    delay: Duration,
    until_stdin_closes: bool,
}

/// Serves until Ctrl-C, or until stdin ends where that was asked for.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let options = parse(arguments)?;
    let password = sandbox::random_password();
    let mut setup = Setup {
        delay: options.delay,
        apps: APPS.map(App::new).to_vec(),
        ..Setup::default()
    };
    password.clone_into(&mut setup.users[0].password);
    let sandbox = Sandbox::start(setup);
    let directory = match options.directory {
        Some(directory) => directory,
        None => sandbox.directory().to_owned(),
    };
    let directory = prepare(&sandbox, &directory, &password)
        .map_err(|error| format!("sandbox: cannot write to {}: {error}", directory.display()))?;
    let entries = sandbox.follow();
    let ended = end_signal(options.until_stdin_closes);
    // a reader that has gone away is no reason to stop serving
    let _ = announce(&sandbox, &directory);
    narrate(&entries, &ended);
    Ok(())
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        directory: None,
        delay: Duration::ZERO,
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
            "--until-stdin-closes" => options.until_stdin_closes = true,
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

/// Writes what a client needs; the directory's absolute path.
fn prepare(sandbox: &Sandbox, directory: &Path, password: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(directory)?;
    let directory = directory.canonicalize()?;
    fs::write(directory.join("ca.pem"), sandbox.ca_pem())?;
    write_secret(&directory.join("password"), password)?;
    fs::write(
        directory.join("config.toml"),
        configuration(sandbox, &directory),
    )?;
    fs::write(directory.join("env.sh"), environment(&directory))?;
    Ok(directory)
}

/// The file is its owner's alone from the moment it exists.
fn write_secret(path: &Path, secret: &str) -> io::Result<()> {
    if path.exists() {
        fs::remove_file(path)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(path)?, "{secret}")
}

fn configuration(sandbox: &Sandbox, directory: &Path) -> String {
    let password = quoted(&directory.join("password"));
    let mut text = format!(
        "default = \"{}\"\n\n[org.corp]\nurl      = \"{}\"\nusername = \"{USER}\"\npassword = {{ file = {password} }}\n",
        APPS[0],
        sandbox.org_url()
    );
    for app in APPS {
        text = format!(
            "{text}\n[app.{app}]\nurl = \"{}\"\norg = \"corp\"\n",
            sandbox.app_url(app)
        );
    }
    text
}

/// A path as a TOML string.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn environment(directory: &Path) -> String {
    let file = |name: &str| {
        let text = directory.join(name).display().to_string();
        format!("'{}'", text.replace('\'', "'\\''"))
    };
    let (authority, configuration, cache) = (file("ca.pem"), file("config.toml"), file("cache"));
    format!(
        "export SSL_CERT_FILE={authority}\n\
         export CURL_CA_BUNDLE={authority}\n\
         export REQUESTS_CA_BUNDLE={authority}\n\
         export ALB_CREDENTIAL_CONFIG={configuration}\n\
         export ALB_CREDENTIAL_CACHE={cache}\n"
    )
}

fn announce(sandbox: &Sandbox, directory: &Path) -> io::Result<()> {
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
        "  curl -H \"Cookie: $(credential get {})\" {}/\n",
        APPS[0],
        sandbox.app_url(APPS[0])
    )?;
    writeln!(out, "Ctrl-C ends it. What happens:\n")?;
    out.flush()
}

/// Prints each event until the end is signalled.
fn narrate(entries: &Receiver<sandbox::Entry>, ended: &Receiver<()>) {
    while ended.try_recv().is_err() {
        match entries.recv_timeout(TICK) {
            Ok(entry) => {
                let _ = writeln!(io::stdout(), "{entry}");
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Tells when to end: Ctrl-C, a request to terminate, or the end of stdin.
fn end_signal(until_stdin_closes: bool) -> Receiver<()> {
    let (sender, receiver) = channel();
    let interrupted = sender.clone();
    thread::spawn(move || wait_for_interrupt(&interrupted));
    thread::spawn(move || {
        if until_stdin_closes {
            let mut ignored = [0; 1024];
            while matches!(io::stdin().read(&mut ignored), Ok(1..)) {}
            let _ = sender.send(());
        } else {
            // keeps the channel open
            thread::park();
        }
    });
    receiver
}

fn wait_for_interrupt(sender: &Sender<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let mut terminate = signal(SignalKind::terminate()).expect("signals can be awaited");
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    });
    let _ = sender.send(());
}
