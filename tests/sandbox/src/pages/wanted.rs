//! Which second factor a sign-in still lacks.

use crate::factor::FactorKind;
use crate::org::{self, Exchange};
use crate::pages::manner::PageFactor;
use crate::pages::{Site, Visit};
use crate::setup::{AppPolicy, MfaWhen, UserState};

impl PageFactor {
    /// What is proved with it.
    pub(crate) fn kind(self) -> FactorKind {
        match self {
            Self::Totp => FactorKind::Totp,
            Self::Push => FactorKind::Push,
            Self::Webauthn | Self::WebauthnEnrolment => FactorKind::Webauthn,
            Self::Fastpass => FactorKind::Fastpass,
        }
    }

    /// The page for a factor of this kind, where there is one.
    pub(crate) fn of(kind: FactorKind) -> Option<Self> {
        match kind {
            FactorKind::Totp => Some(Self::Totp),
            FactorKind::Push => Some(Self::Push),
            FactorKind::Webauthn => Some(Self::Webauthn),
            FactorKind::Fastpass => Some(Self::Fastpass),
            _ => None,
        }
    }
}

/// What the pages say, else what the org's policies say; a generic provider has none of its own.
pub(crate) fn wanted(
    exchange: &Exchange<'_>,
    site: &Site,
    visit: &Visit,
    login: &str,
) -> Option<PageFactor> {
    if let Some(factor) = site.pages.factor {
        return (!visit.proved.contains(&factor.kind())).then_some(factor);
    }
    if site.host != crate::audit::Host::Org {
        return None;
    }
    let kinds = match exchange.speaks_idx() {
        true => org::lacking(exchange, visit.client.as_deref(), login, &visit.proved),
        false => classic(exchange, visit, login),
    };
    kinds.into_iter().find_map(PageFactor::of)
}

/// Classic's policies: the org's, which wants any factor, and the app's.
fn classic(exchange: &Exchange<'_>, visit: &Visit, login: &str) -> Vec<FactorKind> {
    let id = visit.client.as_deref().unwrap_or_default();
    let client = exchange.world.org.client(id);
    let policy = client.map_or(AppPolicy::Any, |known| known.client.policy);
    let has = exchange.account(login).factors();
    let has = has.iter().filter(|one| one.enrolled).map(|one| one.kind);
    let always = exchange.account(login).user.state == UserState::MfaRequired;
    let second = visit
        .proved
        .iter()
        .any(|kind| *kind != FactorKind::Password);
    match policy {
        AppPolicy::PhishingResistant => match visit.proved.contains(&FactorKind::Webauthn) {
            true => Vec::new(),
            false => vec![FactorKind::Webauthn],
        },
        _ if second => Vec::new(),
        AppPolicy::Any if !always && exchange.world.setup.mfa.when == MfaWhen::Never => Vec::new(),
        _ => has.collect(),
    }
}
