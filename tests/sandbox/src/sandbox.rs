//! A running sandbox, as a test holds it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::runtime::Runtime;

use crate::balancer::Balancer;
use crate::certificate;
use crate::fault::Plan;
use crate::listeners::Listeners;
use crate::phone::Phone;
use crate::setup::{Setup, User};
use crate::world::World;

/// A running sandbox. Dropping it ends its servers, and the programs that they have started.
#[derive(Debug)]
pub struct Sandbox {
    pub(crate) world: Arc<World>,
    runtime: Option<Runtime>,
    directory: TempDir,
    authority_pem: String,
    plain: Vec<(String, String)>,
    pub(crate) public_key: Vec<u8>,
}

/// The certificate of a server, and its key.
const SERVER_FILES: [&str; 2] = ["server.pem", "server-key.pem"];

impl Sandbox {
    /// Starts the servers, and returns when they listen.
    ///
    /// # Panics
    ///
    /// Where a port is taken, or the machine has no loopback.
    #[must_use]
    pub fn start(setup: Setup) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("sandbox")
            .enable_all()
            .build()
            .expect("a runtime can be made");
        let providers = setup.providers.iter().map(|provider| provider.host.clone());
        let names: Vec<String> = providers.chain([setup.org_host.clone()]).collect();
        let certificates = certificate::issue(&names);
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        std::fs::write(directory.path().join("ca.pem"), &certificates.authority_pem)
            .expect("a file can be written to a new directory");
        for (name, pem) in SERVER_FILES.iter().zip(&certificates.leaf_pem) {
            std::fs::write(directory.path().join(name), pem)
                .expect("a file can be written to a new directory");
        }
        let listeners = runtime.block_on(Listeners::open(&setup));
        let world = Arc::new(listeners.world(setup));
        let plain = listeners.plain_urls();
        listeners.serve(&runtime, &world, &certificates);
        Self {
            world,
            runtime: Some(runtime),
            directory,
            public_key: certificates.public_key,
            authority_pem: certificates.authority_pem,
            plain,
        }
    }

    /// The org: `https://localhost:PORT`.
    #[must_use]
    pub fn org_url(&self) -> String {
        self.world.org.url.clone()
    }

    /// An app: `https://127.0.0.1:PORT`.
    ///
    /// # Panics
    ///
    /// Where there is no app of this name.
    #[must_use]
    pub fn app_url(&self, name: &str) -> String {
        self.balancer(name).url.clone()
    }

    /// Whether there is an app of this name.
    #[must_use]
    pub fn has_app(&self, name: &str) -> bool {
        let mut balancers = self.world.balancers.iter();
        balancers.any(|balancer| balancer.app.name == name)
    }

    /// The listener without TLS of an app that was set up to have one: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn plain_url(&self, name: &str) -> Option<String> {
        let mut plain = self.plain.iter();
        let (_, url) = plain.find(|(app, _)| app == name)?;
        Some(url.clone())
    }

    /// A server that no part of a flow names: whoever calls it has followed a redirect that it should not have.
    #[must_use]
    pub fn elsewhere_url(&self) -> String {
        self.world.elsewhere.clone()
    }

    /// The container registry that was set up: `127.0.0.1:PORT`, which is what its clients call a server.
    ///
    /// # Panics
    ///
    /// Where none was set up.
    #[must_use]
    pub fn registry(&self) -> String {
        let registry = self.world.registry.clone();
        registry.expect("a registry was set up")
    }

    /// The callback of an app's ALB.
    #[must_use]
    pub fn callback_url(&self, name: &str) -> String {
        self.balancer(name).callback()
    }

    /// The certificate of the authority to trust.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.authority_pem
    }

    /// A file with [`Sandbox::ca_pem`], for `SSL_CERT_FILE`.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.directory().join("ca.pem")
    }

    /// The files of a certificate of `localhost` and its key, for a server that is a program of its own.
    #[must_use]
    pub fn server_files(&self) -> [PathBuf; 2] {
        SERVER_FILES.map(|name| self.directory().join(name))
    }

    /// A directory of the sandbox's own, which goes when it goes.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The servers' time.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.world.clock.now()
    }

    /// Moves the servers' time forward.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// Moves the servers' time back.
    pub fn set_back(&self, by: Duration) {
        self.world.clock.set_back(by);
    }

    /// Sets a fault: `sandbox.fault((Step::Authn, Fault::Empty))`, or a [`Plan`] for one app or a number of times. Of
    /// several that fit, the one that was set first is played.
    pub fn fault(&self, plan: impl Into<Plan>) {
        self.world.faults.set(plan.into());
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.world.faults.clear();
    }

    /// Changes a user in place: a new password, another state.
    ///
    /// # Panics
    ///
    /// Where there is no user of this login.
    pub fn change_user(&self, login: &str, change: impl FnOnce(&mut User)) {
        let known = self.world.org.change(login, |user| {
            change(user);
            self.world.demands.learn(user);
        });
        assert!(known, "there is no user {login}");
    }

    /// The phone of a user, and the other things that they prove themselves with.
    ///
    /// # Panics
    ///
    /// Where there is no user of this login.
    #[must_use]
    pub fn phone(&self, login: &str) -> Phone {
        Phone::new(&self.world, login)
    }

    /// Opens the lock of an account, as an administrator can.
    pub fn unlock(&self, login: &str) {
        self.world.org.unlock(login);
    }

    /// Ends all Okta sessions, as an administrator can.
    pub fn end_okta_sessions(&self) {
        self.world.org.end_sessions();
    }

    /// Takes back the refresh tokens of a user, as an administrator can: no ALB gets a new access token with them.
    pub fn revoke_refresh_tokens(&self, login: &str) {
        self.world.org.revoke_refresh_tokens(login);
    }

    /// Ends all sessions of an app, by changing the key that its ALB seals them with.
    pub fn end_app_sessions(&self, name: &str) {
        self.balancer(name).change_key();
    }

    fn balancer(&self, name: &str) -> &Balancer {
        self.world
            .balancer(name)
            .unwrap_or_else(|| panic!("there is no app {name}"))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
            self.world.children.end();
        }
    }
}
