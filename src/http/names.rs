//! How names of hosts become addresses: as the system does it, also where this program is linked statically, and also
//! where it can have no second thread.
//!
//! nsswitch.conf(5) says which services know hosts. Two of them, `files` (/etc/hosts) and `dns`, are part of glibc itself
//! since 2.34. Every other (`resolve`, `mdns4_minimal`, `myhostname`, …) is a shared object that belongs to the glibc that
//! is installed, which an update may replace, so that a static program may not be able to load it. Where such a one is
//! configured, getent(1) is asked, which comes with glibc and does what every program of the system does.
//!
//! musl never reads nsswitch.conf: it asks the file, then all name servers at once, and the first answer counts, so that a
//! public server's "no such host" can come before the address of a private one. With musl getent is asked wherever there
//! is an nsswitch.conf. Systems whose own library is musl have none, or a getent that does not know this question.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

use reqwest::ClientBuilder;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

use crate::child_status;
use crate::environment;

const CONFIGURATION: &str = "/etc/nsswitch.conf";

/// The client that finds hosts where the system finds them.
pub(super) fn with_names(client: ClientBuilder) -> ClientBuilder {
    client.dns_resolver(Arc::new(Names))
}

/// The error that no service knows a host, or that none answers.
#[derive(Debug)]
pub(super) struct NotFound {
    pub(super) name: String,
    pub(super) cause: String,
}

impl NotFound {
    fn new(name: &str, cause: &impl fmt::Display) -> Self {
        let cause = cause.to_string();
        let plain = cause.strip_prefix("failed to lookup address information: ");
        Self {
            name: name.to_owned(),
            cause: plain.unwrap_or(&cause).to_owned(),
        }
    }
}

impl fmt::Display for NotFound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot find {}: {}", self.name, self.cause)
    }
}

impl std::error::Error for NotFound {}

/// Asks whoever knows all of the services.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = find(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Finds the addresses of the host called `name` in a thread: who asks may stop to wait.
async fn find(name: &str) -> Result<Vec<SocketAddr>, NotFound> {
    let (sender, receiver) = oneshot::channel();
    let asked = name.to_owned();
    // After the time limit nobody receives it.
    let work = move || drop(sender.send(addresses(&asked)));
    let found = match std::thread::Builder::new().spawn(work) {
        Ok(_) => receiver
            .await
            .map_err(|error| NotFound::new(name, &error))?,
        Err(_) => addresses(name),
    };
    let found = found.map_err(|error| NotFound::new(name, &error))?;
    match found.is_empty() {
        true => Err(NotFound::new(name, &"it has no address")),
        false => Ok(found),
    }
}

/// The addresses of the host called `name`, best first, for another protocol than HTTP; or why there are none, in words.
#[cfg(feature = "redis")]
pub(crate) async fn addresses_of(name: &str) -> Result<Vec<SocketAddr>, String> {
    find(name).await.map_err(|error| error.to_string())
}

/// The addresses of the host called `name`, best first; their ports mean nothing.
fn addresses(name: &str) -> std::io::Result<Vec<SocketAddr>> {
    let configuration = || std::fs::read_to_string(CONFIGURATION).ok();
    // A dynamic program asks the C library of the system.
    if cfg!(linked_statically)
        && !Library::LINKED.follows(configuration().as_deref())
        && let Some(addresses) = told_by_getent(name)
    {
        return Ok(addresses);
    }
    Ok((name, 0).to_socket_addrs()?.collect())
}

/// A C library.
#[derive(Debug, Clone, Copy)]
enum Library {
    Glibc,
    Musl,
}

impl Library {
    /// The one that is part of this program.
    const LINKED: Self = match cfg!(target_env = "musl") {
        true => Self::Musl,
        false => Self::Glibc,
    };

    /// Returns whether it finds hosts by itself as the text of nsswitch.conf says, or without one.
    fn follows(self, configuration: Option<&str>) -> bool {
        match (self, configuration) {
            (_, None) => true,
            (Self::Glibc, Some(configuration)) => has_only_own_services(configuration),
            (Self::Musl, Some(_)) => false,
        }
    }
}

/// Returns whether hosts are known to services only that are part of the C library.
fn has_only_own_services(configuration: &str) -> bool {
    let lines = configuration.lines().filter_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        line.trim_start()
            .strip_prefix("hosts")?
            .trim_start()
            .strip_prefix(':')
    });
    // In brackets is what is done when a service has answered.
    let mut services = lines.flat_map(|line| line.split(']')).flat_map(|part| {
        part.split('[')
            .next()
            .unwrap_or_default()
            .split_whitespace()
    });
    services.all(|service| matches!(service, "files" | "dns"))
}

/// The exit codes with which glibc's getent answers: the host has addresses, and it has none.
const FOUND: i32 = 0;
const NOT_FOUND: i32 = 2;

/// Returns what getent says; `None` if it does not run, or is another one, which does not know `ahosts`. No address is an
/// answer too.
fn told_by_getent(name: &str) -> Option<Vec<SocketAddr>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the next line withholds the secrets"
    )]
    let mut getent = Command::new("getent");
    environment::withhold_secrets(&mut getent);
    getent
        .args(["--", "ahosts", name])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    child_status::keep();
    let output = getent.output().ok()?;
    if !matches!(output.status.code(), Some(FOUND | NOT_FOUND)) {
        return None;
    }
    let mut addresses = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let address = line.split_whitespace().next().map(str::parse::<IpAddr>);
        // Each comes once for each kind of socket.
        if let Some(Ok(address)) = address
            && !addresses.contains(&SocketAddr::new(address, 0))
        {
            addresses.push(SocketAddr::new(address, 0));
        }
    }
    Some(addresses)
}

#[cfg(test)]
mod tests {
    use super::{Library, addresses, has_only_own_services, told_by_getent};

    #[test]
    fn the_services_of_hosts_are_read_as_the_manual_says() {
        for own in [
            "",
            "hosts: files dns",
            "hosts:\tfiles [!UNAVAIL=return] dns # mdns4_minimal",
            "passwd: files systemd\n\nhosts:dns [NOTFOUND=return SUCCESS=continue] files",
            "# hosts: files resolve",
            "  hosts : files dns\nnetworks: files nis",
        ] {
            assert!(has_only_own_services(own), "{own}");
        }
        for foreign in [
            "hosts: files mdns4_minimal [NOTFOUND=return] dns",
            "hosts: resolve [!UNAVAIL=return] files myhostname dns",
            "hosts: files [NOTFOUND=continue]wins",
            "hosts: files dns\nhosts: sss",
        ] {
            assert!(!has_only_own_services(foreign), "{foreign}");
        }
    }

    #[test]
    fn musl_does_nothing_that_nsswitch_conf_says() {
        let plain = Some("hosts: files dns");
        assert!(Library::Glibc.follows(plain) && !Library::Musl.follows(plain));
        assert!(Library::Glibc.follows(None) && Library::Musl.follows(None));
        assert!(!Library::Glibc.follows(Some("hosts: resolve")));
    }

    #[test]
    fn getent_and_the_library_say_the_same_of_this_machine() {
        let told = told_by_getent("localhost");
        assert!(told.is_none_or(|told| Some(told) == addresses("localhost").ok()));
        assert!(told_by_getent("-no.such.host.invalid").is_none_or(|told| told.is_empty()));
    }
}
