//! The org and the two apps that a person tries things on, and the files that point a client at them.

use sandbox::{
    After, App, Engine, Factor, Identity, MfaWhen, Need, PageFactor, Pipeline, Provider, Sandbox,
    Setup, SignOn,
};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::environment;

/// The person who signs in.
pub(crate) const USER: &str = "ada@corp.example";
/// The apps, the default first.
pub(crate) const APPS: [&str; 2] = ["grafana", "argocd"];

/// The provider that is no Okta org, where a browser is tried.
pub(crate) const PROVIDER: &str = "id";

/// The answer to the question of the user's factors.
pub(crate) const ANSWER: &str = "mashed potatoes";

/// The kind of org that a person tries things on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A Classic one that asks for passwords alone.
    Plain,
    /// A Classic one whose user has second factors. A device that is remembered is not asked for one.
    Factors,
    /// One of the Identity Engine, whose first app asks for a second factor.
    Identity,
}

/// A running sandbox whose every exchange takes `delay`, and the password of its user.
pub(crate) fn start(delay: Duration) -> (Sandbox, String) {
    start_as(Kind::Plain, false, delay)
}

/// The same, as an org of this kind; with a browser, the first app's people sign in at another provider, on its page.
pub(crate) fn start_as(kind: Kind, browser: bool, delay: Duration) -> (Sandbox, String) {
    let made = setup(kind, browser, delay);
    (Sandbox::start(made.setup), made.password)
}

/// The options that a sandbox is started with, and the secrets of its user.
pub(crate) struct Made {
    pub(crate) setup: Setup,
    pub(crate) password: String,
    /// Of the codes that the user's phone shows.
    pub(crate) seed: String,
}

/// Returns what such a sandbox is started with.
pub(crate) fn setup(kind: Kind, browser: bool, delay: Duration) -> Made {
    let (seed, password) = (sandbox::random_seed(), sandbox::random_password());
    let mut setup = Setup {
        delay,
        apps: APPS.map(App::new).to_vec(),
        ..Setup::default()
    };
    password.clone_into(&mut setup.users[0].password);
    if kind != Kind::Plain {
        setup.users[0].factors = factors(&seed);
    }
    setup.mfa.when = MfaWhen::PerDevice;
    if kind == Kind::Identity {
        setup.users[0]
            .factors
            .push(Factor::email("a***a@corp.example"));
        setup.pipeline = Pipeline::Identity;
        setup.engine = Engine::Identity(Identity::new().after(After::KeepMeSignedIn));
        setup.apps[0] = App::new(APPS[0]).signing_on(SignOn::asking([Need::Possession]));
    }
    if browser {
        add_provider(&mut setup, kind);
    }
    Made {
        setup,
        password,
        seed,
    }
}

fn add_provider(setup: &mut Setup, kind: Kind) {
    let mut provider = Provider::keycloak(PROVIDER);
    if kind != Kind::Plain {
        provider.pages.factor = Some(PageFactor::Push);
    }
    setup.providers = vec![provider];
    setup.apps[0] = App::new(APPS[0]).at_provider(PROVIDER);
    // a person may well paste an address out of their everyday browser, which then has called the app
    setup.browsers_may_call_apps = true;
}

fn factors(seed: &str) -> Vec<Factor> {
    let mut factors = Factor::okta_verify("Ada's phone", seed);
    factors.push(Factor::sms("+1 XXX-XXX-1337"));
    let question = "What is the food you least liked as a child?";
    factors.push(Factor::question(question, ANSWER));
    factors
}

/// Writes what a client needs; the directory's absolute path.
pub(crate) fn prepare(
    sandbox: &Sandbox,
    directory: &Path,
    password: &str,
    browser: bool,
) -> io::Result<PathBuf> {
    fs::create_dir_all(directory)?;
    let directory = directory.canonicalize()?;
    fs::write(directory.join("ca.pem"), sandbox.ca_pem())?;
    write_secret(&directory.join("password"), password)?;
    fs::write(
        directory.join("config.toml"),
        configuration(sandbox, &directory, browser),
    )?;
    let authority = directory.join("ca.pem").display().to_string();
    fs::write(
        directory.join("wgetrc"),
        format!("ca_certificate = {authority}\n"),
    )?;
    fs::write(
        directory.join("env.sh"),
        environment::for_sh(sandbox, &directory),
    )?;
    fs::write(
        directory.join("env.fish"),
        environment::for_fish(sandbox, &directory),
    )?;
    Ok(directory)
}

/// The file is its owner's alone from the moment it exists.
pub(crate) fn write_secret(path: &Path, secret: &str) -> io::Result<()> {
    if path.exists() {
        fs::remove_file(path)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(path)?, "{secret}")
}

fn configuration(sandbox: &Sandbox, directory: &Path, browser: bool) -> String {
    let password = quoted(&directory.join("password"));
    let mut text = format!(
        "default = \"{}\"\n\n[org.corp]\nurl      = \"{}\"\nusername = \"{USER}\"\npassword = {{ file = {password} }}\n",
        APPS[0],
        sandbox.org_url()
    );
    for app in APPS {
        text = format!(
            "{text}\n[app.{app}]\nurl = \"{}\"\n{}\n",
            sandbox.app_url(app),
            if browser && app == APPS[0] {
                "method = \"browser\""
            } else {
                "org = \"corp\""
            }
        );
    }
    if browser {
        text = format!("{text}\n{}", browser_table(sandbox));
    }
    text
}

/// The table that lets a Chromium trust the sandbox.
pub(crate) fn browser_table(sandbox: &Sandbox) -> String {
    let mut arguments = sandbox.browser_arguments();
    let mut remark = "";
    if is_root() {
        remark = "# as root Chromium does not start without --no-sandbox; elsewhere leave it out\n";
        arguments.push("--no-sandbox".to_owned());
    }
    let quoted: Vec<String> = arguments
        .iter()
        .map(|one| format!("    \"{one}\",\n"))
        .collect();
    format!("{remark}[browser]\narguments = [\n{}]\n", quoted.concat())
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// A path as a TOML string.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
