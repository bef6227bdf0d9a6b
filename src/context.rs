//! The resources of one call: the configuration, the cache, the network and the person.

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::app::{App, Org, Storage, Target};
use crate::caller_policy::CallerPolicy;
use crate::clock;
use crate::environment::Variables;
use crate::error::Result;
use crate::http::{Client, Tracer};
use crate::keyring;
use crate::paths;
use crate::secret_source::Fetch;
use crate::settings::Settings;
use crate::store::{Cache, FetchSecret, Place, StoreUser};
use crate::terminal::{Terminal, say};

/// The least time for a secret of a store, where the caller has as much.
const SECRET_LIMIT: Duration = Duration::from_secs(10);

/// The context of one call.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) variables: Variables,
    pub(crate) cache: Cache,
    pub(crate) client: Client,
    pub(crate) terminal: Terminal,
    /// Whether the caller may get a browser's window, or an address to paste.
    pub(crate) windows: bool,
    /// The moment at which the caller stops waiting.
    deadline: Option<Instant>,
}

/// The configuration of this process, before it is known who calls.
pub(crate) struct Configuration {
    pub(crate) settings: Settings,
    pub(crate) variables: Variables,
}

impl Configuration {
    /// Reads the variables, and the file that they name.
    pub(crate) fn load() -> Result<Self> {
        let variables = Variables::of_process()?;
        let settings = Settings::load(&variables)?;
        Ok(Self {
            settings,
            variables,
        })
    }

    /// Returns the app that `target` means.
    pub(crate) fn find(&self, target: &Target) -> Result<&App> {
        self.settings.find(target, &self.variables)
    }

    /// Opens the context for a caller with this `policy`.
    pub(crate) fn open(self, verbosity: u8, policy: CallerPolicy) -> Context {
        let Self {
            settings,
            variables,
        } = self;
        let terminal = Terminal::new(verbosity, policy.questions, variables.silenced_by);
        let tracer = (verbosity > 0).then_some(Tracer {
            say,
            is_detailed: verbosity > 1,
        });
        let deadline = policy.limit.map(|limit| clock::ticks() + limit);
        let cache = open_cache(&settings, &variables, terminal, deadline);
        Context {
            settings,
            cache,
            client: Client::new(tracer, variables.certificates.clone()).within(policy.limit),
            variables,
            terminal,
            windows: policy.windows,
            deadline,
        }
    }
}

/// Opens the places of all records: one for those of no org, and one for each other store that an org names.
fn open_cache(
    settings: &Settings,
    variables: &Variables,
    terminal: Terminal,
    deadline: Option<Instant>,
) -> Cache {
    let limit = move || keyring::patience(terminal.is_attended()).min(left(deadline));
    let open = |storage: &Storage, org: Option<&Rc<Org>>| {
        let directory = paths::cache_directory(variables);
        let user = StoreUser {
            fetch: fetch_for(org.cloned(), terminal, deadline),
            left: Box::new(move || left(deadline)),
        };
        Place::open(storage, directory, limit, say, user)
    };
    // A record of no org belongs to no fleet.
    let common = match settings.storage {
        Storage::Keyring => Storage::Keyring,
        Storage::File | Storage::Fleet(_) => Storage::File,
    };
    let notify = Box::new(move |line: &str| terminal.notice(line));
    let announce = Box::new(move |words: &str| terminal.wait(words));
    let mut cache = Cache::new(open(&common, None), notify, announce);
    let mut opened: Vec<(&Storage, usize)> = Vec::new();
    for org in settings.orgs.iter().filter(|org| org.storage != common) {
        let known = opened.iter().find(|(storage, _)| **storage == org.storage);
        let number = match known {
            Some((_, number)) => *number,
            None => cache.add(open(&org.storage, Some(org))),
        };
        opened.push((&org.storage, number));
        cache.route(org, number);
    }
    cache
}

/// Returns the time until the `deadline`, if there is one.
fn left(deadline: Option<Instant>) -> Duration {
    deadline.map_or(Duration::MAX, |deadline| {
        deadline.saturating_duration_since(clock::ticks())
    })
}

/// Fetches the secrets of a store that `org` shares with other machines as the org's own are fetched. Nothing is asked of the
/// terminal before: most calls fetch none.
fn fetch_for(org: Option<Rc<Org>>, terminal: Terminal, deadline: Option<Instant>) -> FetchSecret {
    Box::new(move |source, what, limit| {
        let org = org.as_deref().expect("an org names the store");
        let usually = keyring::patience(terminal.is_attended()).max(SECRET_LIMIT);
        let fetch = Fetch {
            org,
            terminal,
            limit: usually.min(limit).min(left(deadline)),
            stop: &|| false,
        };
        fetch.secret(source, what)
    })
}

impl Context {
    /// Opens the context of this process for a caller with this `policy`.
    pub(crate) fn open(verbosity: u8, policy: CallerPolicy) -> Result<Self> {
        Ok(Configuration::load()?.open(verbosity, policy))
    }

    /// Returns the app that `target` means.
    pub(crate) fn find(&self, target: &Target) -> Result<&App> {
        self.settings.find(target, &self.variables)
    }

    /// Returns the limit for an action that may `usually` take so long: no longer than the caller waits.
    pub(crate) fn limit(&self, usually: Duration) -> Duration {
        usually.min(left(self.deadline))
    }

    /// Returns how long to wait for the claim on an entry: longer than its holder may wait for the account and the
    /// servers.
    pub(crate) fn patience(attended: bool) -> Duration {
        Self::patience_for_account(attended) + Duration::from_secs(70)
    }

    /// Returns how long to wait for the claim on an account: longer than its holder's password command and the servers
    /// may take.
    pub(crate) fn patience_for_account(attended: bool) -> Duration {
        Duration::from_secs(if attended { 16 * 60 } else { 130 })
    }
}
