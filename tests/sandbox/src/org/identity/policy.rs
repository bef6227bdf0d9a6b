//! Missing proofs: holds the policies of the session and of the app against the proofs that were given.

use std::time::Duration;
use time::OffsetDateTime;

use crate::engine::{Identity, Need, SignOn};
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::identity::authenticator::{Authenticator, Method, all};
use crate::setup::{AppPolicy, Client};

/// One authenticator that was proved.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    pub(crate) key: &'static str,
    pub(crate) kind: FactorKind,
    pub(crate) at: OffsetDateTime,
    /// In the sign-in that is going on: it is never too old.
    pub(crate) fresh: bool,
}

/// A proof that a sign-in still has to give.
pub(crate) enum Missing {
    Nothing,
    /// Any of these, in this order.
    These(Vec<Authenticator>),
    /// Something that the person does not have.
    Unreachable,
}

/// The proofs of a sign-in, and whether its device is spared a second factor.
pub(crate) struct Standing<'a> {
    pub(crate) proofs: &'a [Proof],
    pub(crate) remembered: bool,
}

/// Holds proofs against both policies, the session's first.
pub(crate) fn missing(
    exchange: &Exchange<'_>,
    identity: &Identity,
    client: &Client,
    has: &[Authenticator],
    standing: &Standing<'_>,
) -> Missing {
    let session = identity.session.iter().map(|need| (need, None));
    let own = own_policies(client);
    let own = own.iter().flat_map(|policy| {
        let needs = policy.needs.iter();
        needs.map(|need| (need, policy.again_after))
    });
    for (need, again_after) in session.chain(own) {
        let usable = |proof: &&Proof| is_usable(proof, again_after, exchange.now);
        let proofs: Vec<&Proof> = standing.proofs.iter().filter(usable).collect();
        if is_met(need, &proofs, standing.remembered && again_after.is_none()) {
            continue;
        }
        let mut left: Vec<Authenticator> = has
            .iter()
            .filter(|one| {
                !proofs
                    .iter()
                    .any(|proof| proof.key == one.key && *need == Need::AnyTwo)
            })
            .filter_map(|one| one.clone().such(|method| would_do(need, method)))
            .collect();
        // what a session needs is a password first, where there is a choice
        left.sort_by_key(|one| !one.is_password());
        return match left.is_empty() {
            true => Missing::Unreachable,
            false => Missing::These(left),
        };
    }
    Missing::Nothing
}

/// The app's policy, and those that `/api/v1/authn` can be tried against, in these words.
fn own_policies(client: &Client) -> Vec<SignOn> {
    let two = || SignOn::asking([Need::AnyTwo]);
    let simple = match client.policy {
        AppPolicy::Any => SignOn::default(),
        AppPolicy::SecondFactor => two(),
        AppPolicy::Within(age) => two().again_after(age),
        AppPolicy::EveryTime => two().again_after(Duration::ZERO),
        AppPolicy::PhishingResistant => SignOn::asking([Need::PhishingResistant]),
    };
    let more = match client.policy_met {
        true => SignOn::default(),
        false => two(),
    };
    vec![client.sign_on.clone(), simple, more]
}

fn is_usable(proof: &Proof, again_after: Option<Duration>, now: OffsetDateTime) -> bool {
    proof.fresh || again_after.is_none_or(|age| now - proof.at < age)
}

fn is_met(need: &Need, proofs: &[&Proof], remembered: bool) -> bool {
    let any = |such: fn(FactorKind) -> bool| proofs.iter().any(|proof| such(proof.kind));
    match need {
        Need::Password => any(|kind| kind == FactorKind::Password),
        Need::AnyOne => !proofs.is_empty(),
        Need::AnyTwo => {
            let first = proofs.first();
            let two = proofs
                .iter()
                .any(|proof| first.is_some_and(|first| first.key != proof.key));
            two || (remembered && first.is_some())
        }
        Need::Possession => any(is_possession) || (remembered && !proofs.is_empty()),
        Need::PhishingResistant => any(resists_phishing),
        Need::ManagedDevice => false,
        Need::OneOf(kinds) => {
            let spared = remembered && !kinds.contains(&FactorKind::Password);
            spared || proofs.iter().any(|proof| kinds.contains(&proof.kind))
        }
    }
}

fn would_do(need: &Need, method: &Method) -> bool {
    let kind = method.kind();
    match need {
        Need::Password => kind == FactorKind::Password,
        Need::AnyOne | Need::AnyTwo => true,
        Need::Possession => is_possession(kind),
        Need::PhishingResistant => resists_phishing(kind),
        Need::ManagedDevice => false,
        Need::OneOf(kinds) => kinds.contains(&kind),
    }
}

fn is_possession(kind: FactorKind) -> bool {
    !matches!(kind, FactorKind::Password | FactorKind::Question)
}

fn resists_phishing(kind: FactorKind) -> bool {
    matches!(
        kind,
        FactorKind::Webauthn | FactorKind::U2f | FactorKind::Fastpass
    )
}

/// Returns whether a session of these proofs is enough for a client.
pub(crate) fn is_enough(
    exchange: &Exchange<'_>,
    identity: &Identity,
    client: &Client,
    login: &str,
    proofs: &[Proof],
) -> bool {
    let standing = Standing {
        proofs,
        remembered: is_remembered(exchange, identity, login),
    };
    let has = all(exchange, login);
    matches!(
        missing(exchange, identity, client, &has, &standing),
        Missing::Nothing
    )
}

/// The kinds of factor that would meet what these proofs still leave open, in the order of the policies; `None` where nothing
/// is open.
pub(crate) fn lacking(
    exchange: &Exchange<'_>,
    client: &Client,
    login: &str,
    proofs: &[Proof],
) -> Option<Vec<FactorKind>> {
    let identity = exchange.identity();
    let standing = Standing {
        proofs,
        remembered: is_remembered(exchange, identity, login),
    };
    let has = all(exchange, login);
    match missing(exchange, identity, client, &has, &standing) {
        Missing::These(these) => {
            let methods = these.iter().flat_map(|one| &one.methods);
            Some(methods.map(Method::kind).collect())
        }
        Missing::Unreachable => Some(Vec::new()),
        Missing::Nothing => None,
    }
}

/// Returns whether the device of the request was kept signed in, which spares it a second factor for a while.
pub(crate) fn is_remembered(exchange: &Exchange<'_>, identity: &Identity, login: &str) -> bool {
    let Some(device) = exchange.device().filter(|_| identity.keeps_signed_in) else {
        return false;
    };
    let until = exchange.account(login).held.devices.get(&device);
    until.is_some_and(|until| until.is_none_or(|until| exchange.now < until))
}

/// Returns whether the session's own policy wants a second factor, which is all that `/api/v1/authn` asks of it.
pub(crate) fn session_wants_two(identity: &Identity) -> bool {
    let needs = &identity.session;
    let beyond = |need: &Need| !matches!(need, Need::Password | Need::AnyOne);
    needs.iter().any(beyond)
}
