//! The org's side of its pages for people: where a sign-in page comes from, and the session that one ends in.

use crate::audit::{Event, Host};
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::asked::Asked;
use crate::org::authorize::server_of;
use crate::org::identity::{self, Proof};
use crate::org::session::Session;
use crate::pages::{self, Came, Opening, Shown, Site, Visit, back};
use crate::provider::broker;
use crate::query::{Query, key_of};
use crate::random;
use crate::wire::Response;

/// Where the request goes on that has led to a sign-in.
const RESUME: &str = "/oauth2/v1/authorize/redirect";

impl Exchange<'_> {
    /// The org as a site with pages.
    pub(crate) fn org_site(&self) -> Site {
        let url = self.world.org.url.clone();
        let authority = url.trim_start_matches("https://");
        let name = authority
            .rsplit_once(':')
            .map_or(authority, |(name, _)| name);
        Site {
            host: Host::Org,
            name: name.to_owned(),
            origin: url.clone(),
            title: "Corp".to_owned(),
            pages: self.state.pages.clone(),
        }
    }

    /// The logins of all accounts.
    pub(crate) fn logins(&self) -> Vec<String> {
        let accounts = self.state.accounts.values();
        let mut logins: Vec<String> = accounts.map(|account| account.user.login.clone()).collect();
        logins.sort();
        logins
    }

    /// Keeps an authorize request until somebody has signed in; the path that goes on with it.
    pub(crate) fn keep_waiting(&mut self, asked: &Asked) -> String {
        let key = random::word("", 36);
        let kept = asked.query.segments();
        let kept: Vec<&str> = kept.filter(|part| key_of(part) != "sessionToken").collect();
        let path = match server_of(&self.request.path) {
            Some(_) => self.request.path.clone(),
            None => self.waited_for(),
        };
        let waiting = format!("{path}?{}", kept.join("&"));
        self.state.waiting.insert(key.clone(), waiting);
        format!("{RESUME}?okta_key={key}")
    }

    /// The authorize path of the request that goes on with this one.
    fn waited_for(&self) -> String {
        let query = Query::new(self.request.query.as_deref().unwrap_or_default());
        let key = query.get("okta_key").unwrap_or_default();
        let waiting = self.state.waiting.get(&key);
        let path = waiting.and_then(|waiting| waiting.split_once('?'));
        path.map_or("/oauth2/v1/authorize", |(path, _)| path)
            .to_owned()
    }

    fn waiting_query(&self, onward: &str) -> Option<Query> {
        let key = onward.split_once("okta_key=")?.1;
        let (_, query) = self.state.waiting.get(key)?.split_once('?')?;
        Some(Query::new(query))
    }
}

/// The form of the page for an authorize request, or the redirect to who signs people in here.
pub(crate) fn form(
    exchange: &mut Exchange<'_>,
    asked: &Asked,
    session: Option<&Session>,
) -> Result<Shown, Response> {
    let onward = exchange.keep_waiting(asked);
    let hint = asked.query.get("login_hint").unwrap_or_default();
    let session = session.map(|session| {
        let proved = session.proofs.iter().map(|proof| proof.kind);
        (session.user.clone(), proved.collect())
    });
    let opening = Opening {
        onward: &onward,
        client: Some(&asked.client.id),
        hint: &hint,
        session,
    };
    open(exchange, &opening)
}

fn open(exchange: &mut Exchange<'_>, opening: &Opening<'_>) -> Result<Shown, Response> {
    let site = exchange.org_site();
    if let Some(elsewhere) = broker::leave(exchange, &site, opening) {
        return Err(elsewhere);
    }
    let visit = pages::begin(exchange, &site, opening);
    Ok(pages::write(exchange, &site, visit))
}

/// The form of `/login/login.htm?fromURI=…`: of this site alone, whatever the address says.
pub(crate) fn login_form(exchange: &mut Exchange<'_>, target: &str) -> Result<Shown, Response> {
    let own = target.starts_with('/') && !target.starts_with("//");
    let onward = if own { target } else { "/app/UserHome" };
    let query = exchange.waiting_query(onward).unwrap_or_default();
    let client = query.get("client_id");
    let hint = query.get("login_hint").unwrap_or_default();
    let opening = Opening {
        onward,
        client: client.as_deref(),
        hint: &hint,
        session: None,
    };
    open(exchange, &opening)
}

/// A request to a page of `/signin/`.
pub(crate) fn answer(exchange: &mut Exchange<'_>) -> Option<Response> {
    let site = exchange.org_site();
    match pages::answer(exchange, &site)? {
        Came::Answer(response) => Some(response),
        Came::Finished(visit) => Some(enter(exchange, &site, &visit)),
    }
}

/// Takes back a person who was signed in elsewhere.
pub(crate) fn returned(exchange: &mut Exchange<'_>) -> Response {
    let site = exchange.org_site();
    match broker::returned(exchange, &site) {
        Ok(visit) => enter(exchange, &site, &visit),
        Err(refusal) => refusal,
    }
}

/// The session, and the way back to the request that has waited for it.
fn enter(exchange: &mut Exchange<'_>, site: &Site, visit: &Visit) -> Response {
    let user = visit.user.clone().unwrap_or_default();
    let factor = visit
        .proved
        .iter()
        .find(|kind| **kind != FactorKind::Password);
    exchange.record(Event::SignedInByForm {
        host: Host::Org,
        user: user.clone(),
        factor: factor.copied(),
    });
    let session = exchange.start_session(&user, factor.copied());
    let proofs: Vec<Proof> = visit
        .proved
        .iter()
        .map(|kind| proof(exchange, *kind))
        .collect();
    exchange.prove_session(&session.id, &proofs, false);
    let agent = exchange.request.header("user-agent").map(str::to_owned);
    let session = exchange.by_page(
        &session.id,
        site.pages.kept,
        agent.filter(|_| site.pages.bound_to_browser),
    );
    exchange.session_cookies(&session);
    exchange.welcome(&user);
    go_on(exchange, &visit.onward);
    back(site.pages.back, &visit.onward)
}

fn proof(exchange: &Exchange<'_>, kind: FactorKind) -> Proof {
    let key = match kind {
        FactorKind::Password => "okta_password",
        FactorKind::Webauthn => "webauthn",
        _ => "okta_verify",
    };
    Proof {
        key,
        kind,
        at: exchange.now,
        fresh: false,
    }
}

/// The request that has waited asks for nobody's sign-in any more: it has had its own, just now.
fn go_on(exchange: &mut Exchange<'_>, onward: &str) {
    let Some((_, key)) = onward.split_once("okta_key=") else {
        return;
    };
    let Some(waiting) = exchange.state.waiting.get_mut(key) else {
        return;
    };
    let (path, query) = waiting.split_once('?').unwrap_or((waiting, ""));
    let query = Query::new(query);
    let kept = query.segments();
    let kept: Vec<&str> = kept
        .filter(|part| !["prompt", "max_age"].contains(&key_of(part)))
        .collect();
    *waiting = format!("{path}?{}", kept.join("&"));
    exchange.state.just_proved.insert(key.to_owned());
}

/// The kinds of factor that an Identity Engine's policies still want, the first that would do before the others; `None` where
/// nothing is lacking.
pub(crate) fn lacking(
    exchange: &Exchange<'_>,
    client: Option<&str>,
    login: &str,
    proved: &[FactorKind],
) -> Option<Vec<FactorKind>> {
    let proofs: Vec<Proof> = proved
        .iter()
        .map(|kind| Proof {
            fresh: true,
            ..proof(exchange, *kind)
        })
        .collect();
    let client = client.and_then(|id| exchange.world.org.client(id));
    client.and_then(|known| identity::lacking(exchange, &known.client, login, &proofs))
}

/// Returns whether a person has yet to say that a client may know who they are.
pub(crate) fn lacks_consent(
    exchange: &Exchange<'_>,
    site: &Site,
    user: &str,
    client: &str,
) -> bool {
    let needed = match &site.host {
        Host::Provider(name) => {
            let provider = exchange.world.provider(name);
            let client = provider.and_then(|provider| provider.client(client));
            client.is_some_and(|known| known.client.consent_needed)
        }
        _ => {
            let client = exchange.world.org.client(client);
            client.is_some_and(|known| known.client.consent_needed)
        }
    };
    let given = (user.to_owned(), client.to_owned());
    (needed || site.pages.consent) && !exchange.state.consents.contains(&given)
}

impl Exchange<'_> {
    /// A session that was made on a page: what its cookie and its use are bound to.
    fn by_page(
        &mut self,
        id: &str,
        life: Option<std::time::Duration>,
        agent: Option<String>,
    ) -> Session {
        let session = self.state.sessions.iter_mut().find(|one| one.id == id);
        let session = session.expect("the session was started just now");
        session.life = life;
        session.agent = agent;
        session.by_page = true;
        session.clone()
    }
}

/// The code of a provider that signs this org's people in has its place at one path.
pub(crate) fn is_return(path: &str) -> bool {
    path == broker::ORG_CALLBACK
}

/// A page for whoever has signed in without an app.
pub(crate) fn user_home(exchange: &mut Exchange<'_>) -> Response {
    match exchange.live_session() {
        Some(_) => pages::page("My Apps", "<h1>My Apps</h1>", ""),
        None => super::page::home(),
    }
}
