//! The ports of a sandbox, and the making of the world that stands behind them.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::audit::{Audit, Event, Host};
use crate::balancer::Balancer;
use crate::certificate::Certificates;
use crate::clock::Clock;
use crate::demand::{Demands, Violation};
use crate::fault::Faults;
use crate::flights::Flights;
use crate::okta_verify::{self, OktaVerify};
use crate::org::Org;
use crate::provider::{Idp, Provider, broker};
use crate::server::{listen, listen_also, serve};
use crate::setup::{App, Client, Mode, Setup, Target};
use crate::target::Children;
use crate::world::{Place, World};

/// So many ports a page tries.
const LOOPBACK: usize = 6;

/// The ports, opened before anything is made that has to name them.
pub(crate) struct Listeners {
    org: TcpListener,
    org_also: Option<TcpListener>,
    providers: Vec<(Provider, TcpListener, Option<TcpListener>)>,
    /// Where Okta Verify listens for pages in a browser.
    okta_verify: TcpListener,
    org_host: String,
    apps: Vec<(App, TcpListener)>,
    plain: Vec<(String, TcpListener)>,
    elsewhere: TcpListener,
    registry: Option<TcpListener>,
    /// Where Okta Verify would listen.
    loopback: Vec<TcpListener>,
}

impl Listeners {
    pub(crate) async fn open(setup: &Setup) -> Self {
        let org = open(setup.org_port).await;
        let mut apps = Vec::new();
        let mut plain = Vec::new();
        for app in &setup.apps {
            apps.push((app.clone(), open(app.port).await));
            if app.plain_listener {
                plain.push((app.name.clone(), open(0).await));
            }
        }
        let mut providers = Vec::new();
        for provider in &setup.providers {
            let listener = open(provider.port).await;
            let also = listen_also(port(&listener)).await;
            providers.push((provider.clone(), listener, also));
        }
        let mut loopback = Vec::new();
        for _ in 0..setup.identity().map_or(0, |_| LOOPBACK) {
            loopback.push(open(0).await);
        }
        Self {
            loopback,
            providers,
            okta_verify: open(0).await,
            org_host: setup.org_host.clone(),
            org_also: listen_also(port(&org)).await,
            org,
            apps,
            plain,
            elsewhere: open(0).await,
            registry: match &setup.registry {
                Some(registry) => Some(open(registry.port).await),
                None => None,
            },
        }
    }

    pub(crate) fn world(&self, setup: Setup) -> World {
        let org_url = format!("https://{}", self.org_authority());
        let balancers: Vec<Balancer> = self
            .apps
            .iter()
            .map(|(app, listener)| {
                Balancer::new(app.clone(), &format!("https://{}", authority(listener)))
            })
            .collect();
        let clients = clients(&setup, &balancers);
        let providers: Vec<Idp> = self.providers(&org_url, &clients);
        let own = registered(&clients, None);
        let demands = demands(&setup, &balancers);
        for idp in &providers {
            let path = idp.kind().authorize().to_owned();
            demands.issued().authorize.push((idp.host(), path));
        }
        World {
            org: Org::new(&org_url, &setup, own),
            providers,
            okta_verify: OktaVerify::new(vec![port(&self.okta_verify)]),
            demands,
            setup,
            clock: Clock::default(),
            audit: Audit::default(),
            faults: Faults::default(),
            flights: Flights::default(),
            balancers,
            elsewhere: format!("https://{}", authority(&self.elsewhere)),
            registry: self.registry.as_ref().map(authority),
            loopback: self
                .loopback
                .iter()
                .map(|one| port(one).to_string())
                .collect(),
            children: Children::default(),
            connections: AtomicUsize::default(),
            http2_requests: AtomicUsize::default(),
        }
    }

    fn org_authority(&self) -> String {
        format!("{}:{}", self.org_host, port(&self.org))
    }

    /// The providers, each with its clients: of ALBs, and of all others that may have their people signed in there.
    fn providers(&self, org_url: &str, clients: &[Client]) -> Vec<Idp> {
        let url = |provider: &Provider, listener| named(&provider.host, listener);
        let urls = self.providers.iter();
        let urls = urls.map(|(provider, listener, _)| (provider, url(provider, listener)));
        let brokers = urls.clone().map(|(provider, url)| {
            let host = Host::Provider(provider.name.clone());
            broker::client(&provider.name, &host, &format!("https://{url}"))
        });
        let org = broker::client("org", &Host::Org, org_url);
        let brokers: Vec<Client> = brokers.chain([org]).collect();
        urls.map(|(provider, url)| {
            let mut own = registered(clients, Some(&provider.name));
            own.extend(brokers.iter().cloned());
            Idp::new(provider, &format!("https://{url}"), own)
        })
        .collect()
    }

    pub(crate) fn plain_urls(&self) -> Vec<(String, String)> {
        let url = |(app, listener): &(String, TcpListener)| {
            (app.clone(), format!("http://{}", authority(listener)))
        };
        self.plain.iter().map(url).collect()
    }

    pub(crate) fn serve(self, runtime: &Runtime, world: &Arc<World>, certificates: &Certificates) {
        let acceptor = TlsAcceptor::from(Arc::clone(&certificates.server));
        let modern = TlsAcceptor::from(certificates.modern());
        let http2 = world.setup.http2;
        let spawn = |listener: TcpListener, secure: bool, host: Host, authority: String| {
            let has_pages = matches!(host, Host::Org | Host::Provider(_));
            let acceptor = match has_pages && http2 {
                true => &modern,
                false => &acceptor,
            };
            let acceptor = secure.then(|| acceptor.clone());
            let place = Place { host, authority };
            runtime.spawn(serve(listener, acceptor, Arc::clone(world), place));
        };
        let org = self.org_authority();
        if let Some(listener) = self.org_also {
            spawn(listener, true, Host::Org, org.clone());
        }
        spawn(self.org, true, Host::Org, org);
        for (provider, listener, also) in self.providers {
            let authority = named(&provider.host, &listener);
            let host = Host::Provider(provider.name);
            if let Some(also) = also {
                spawn(also, true, host.clone(), authority.clone());
            }
            spawn(listener, true, host, authority);
        }
        runtime.spawn(okta_verify::serve(self.okta_verify, Arc::clone(world)));
        for (app, listener) in self.apps {
            let authority = authority(&listener);
            spawn(listener, true, Host::App(app.name), authority);
        }
        for (app, listener) in self.plain {
            let authority = authority(&listener);
            spawn(listener, false, Host::Plain(app), authority);
        }
        if let Some(listener) = self.registry {
            let authority = authority(&listener);
            spawn(listener, true, Host::Registry, authority);
        }
        for listener in self.loopback {
            runtime.spawn(trap(listener, Arc::clone(world)));
        }
        let authority = authority(&self.elsewhere);
        spawn(self.elsewhere, true, Host::Elsewhere, authority);
    }
}

/// Writes down each call to a port of Okta Verify's, and says nothing.
async fn trap(listener: TcpListener, world: Arc<World>) {
    let port = port(&listener);
    while let Ok((stream, _)) = listener.accept().await {
        world.record(Event::Violated(Violation::LoopbackProbed { port }));
        drop(stream);
    }
}

/// Listens on a port. One that is named may have been another sandbox's, which closes it a little after its end.
async fn open(port: u16) -> TcpListener {
    let mut tries = if port == 0 { 1 } else { 100 };
    loop {
        tries -= 1;
        match listen(port).await {
            Ok(listener) => return listener,
            Err(_) if tries > 0 => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => panic!("cannot listen on port {port}: {error}"),
        }
    }
}

fn port(listener: &TcpListener) -> u16 {
    listener
        .local_addr()
        .expect("an open listener has an address")
        .port()
}

fn authority(listener: &TcpListener) -> String {
    format!("127.0.0.1:{}", port(listener))
}

fn named(host: &str, listener: &TcpListener) -> String {
    format!("{host}:{}", port(listener))
}

/// The clients that are registered at the org, or at the provider of this name.
fn registered(clients: &[Client], at: Option<&String>) -> Vec<Client> {
    let clients = clients.iter();
    let here = clients.filter(|client| client.provider.as_ref() == at);
    here.cloned().collect()
}

/// The clients of the rules and those of the setup. Rules that name one client share it, each with its callback.
fn clients(setup: &Setup, balancers: &[Balancer]) -> Vec<Client> {
    let mut clients = setup.clients.clone();
    for balancer in balancers {
        for rule in &balancer.app.rules {
            if rule.mode == Mode::Public {
                continue;
            }
            let same = |known: &Client| {
                known.id == rule.client.id && known.provider == rule.client.provider
            };
            let at = clients.iter().position(same);
            let at = at.unwrap_or_else(|| {
                clients.push(rule.client.clone());
                clients.len() - 1
            });
            if rule.client.callback_registered {
                clients[at].redirect_uris.push(balancer.callback());
            }
        }
    }
    clients
}

/// The demands, told of everything that is secret or has its place before the first request.
fn demands(setup: &Setup, balancers: &[Balancer]) -> Demands {
    let demands = Demands::default();
    setup.users.iter().for_each(|user| demands.learn(user));
    let mut issued = demands.issued();
    for balancer in balancers {
        for rule in balancer
            .app
            .rules
            .iter()
            .filter(|rule| rule.mode != Mode::Public)
        {
            if !issued.bases.contains(&rule.cookie) {
                issued.bases.push(rule.cookie.clone());
            }
        }
        if !balancer.app.own_authorize {
            issued.callbacks.push(balancer.callback());
        }
        if let Target::Git(server) = &balancer.app.target {
            let host = Host::App(balancer.app.name.clone());
            let basic = server.basic.iter();
            issued
                .basics
                .extend(basic.map(|basic| (host.clone(), basic.clone())));
        }
    }
    let basic = setup.registry.iter().map(|registry| registry.basic.clone());
    issued
        .basics
        .extend(basic.map(|basic| (Host::Registry, basic)));
    drop(issued);
    demands
}
