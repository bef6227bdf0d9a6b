//! A provider behind a provider: the people of one site are signed in by another, and come back with a code of its own.

use crate::audit::{Event, Host};
use crate::factor::FactorKind;
use crate::org::{Exchange, Redemption};
use crate::pages::{Opening, Site, Visit, page};
use crate::query::{Query, encode};
use crate::random;
use crate::setup::Client;
use crate::wire::Response;

/// Where an org takes them back.
pub(crate) const ORG_CALLBACK: &str = "/oauth2/v1/authorize/callback";
/// Where a provider takes them back.
pub(crate) const PROVIDER_CALLBACK: &str = "/broker/callback";

/// Somebody who signs in elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Away {
    host: Host,
    at: String,
    onward: String,
    client: Option<String>,
}

fn callback(host: &Host) -> &'static str {
    match host {
        Host::Org => ORG_CALLBACK,
        _ => PROVIDER_CALLBACK,
    }
}

/// The client that a site is at the provider which signs its people in.
pub(crate) fn client(name: &str, host: &Host, origin: &str) -> Client {
    let mut client = Client::new(&format!("broker-{name}"), name);
    client.redirect_uris = vec![format!("{origin}{}", callback(host))];
    client
}

fn own_name(host: &Host) -> String {
    match host {
        Host::Provider(name) => format!("broker-{name}"),
        _ => "broker-org".to_owned(),
    }
}

/// The redirect to the provider that signs people in for this site, where one does.
pub(crate) fn leave(
    exchange: &mut Exchange<'_>,
    site: &Site,
    opening: &Opening<'_>,
) -> Option<Response> {
    let at = site.pages.federated_to.clone()?;
    let world = exchange.world;
    let provider = world.provider(&at);
    let provider = provider.unwrap_or_else(|| panic!("there is no provider {at}"));
    let state = random::word("", 40);
    let location = format!(
        "{}{}?client_id={}&redirect_uri={}&response_type=code&scope=openid%20email&state={state}",
        provider.url,
        provider.kind().authorize(),
        own_name(&site.host),
        encode(&format!("{}{}", site.origin, callback(&site.host))),
    );
    let away = Away {
        host: site.host.clone(),
        at,
        onward: opening.onward.to_owned(),
        client: opening.client.map(str::to_owned),
    };
    exchange.state.away.insert(state, away);
    Some(
        Response::new(302)
            .with("Referrer-Policy", "no-referrer")
            .with("Location", &location),
    )
}

/// Signs in the person who comes back with a code.
pub(crate) fn returned(exchange: &mut Exchange<'_>, site: &Site) -> Result<Visit, Response> {
    let query = Query::new(exchange.request.query.as_deref().unwrap_or_default());
    let state = query.get("state").unwrap_or_default();
    let away = exchange.state.away.remove(&state);
    let user = away
        .as_ref()
        .filter(|away| away.host == site.host)
        .and_then(|away| redeem(exchange, site, &away.at, &query));
    let (Some(away), Some(user)) = (away, user) else {
        exchange.record(Event::FormRefused {
            host: site.host.clone(),
            reason: "nobody was signed in elsewhere",
        });
        let mut refusal = page("Sign In", "<p>You could not be signed in.</p>", "");
        refusal.status = 400;
        refusal.reason = crate::wire::reason(400);
        return Err(refusal);
    };
    let mut visit = Visit::new(&site.host, &away.onward, exchange.now);
    visit.client = away.client;
    visit.user = Some(user);
    visit.proved = vec![FactorKind::Password];
    Ok(visit)
}

fn redeem(exchange: &Exchange<'_>, site: &Site, at: &str, query: &Query) -> Option<String> {
    let provider = exchange.world.provider(at)?;
    let id = own_name(&site.host);
    let secret = provider.client(&id)?.secret.clone();
    let asked = Redemption {
        client: &id,
        secret: &secret,
        redirect_uri: &format!("{}{}", site.origin, callback(&site.host)),
        code: &query.get("code")?,
    };
    let tokens = provider.redeem(exchange.world, &asked).ok()?;
    Some(tokens.user)
}
