//! The second factor that a sign-in still lacks.

use crate::factor::FactorKind;
use crate::org::{self, Exchange};
use crate::pages::manner::PageFactor;
use crate::pages::{Site, Visit};
use crate::setup::{AppPolicy, MfaWhen, UserState};

impl PageFactor {
    /// Returns the kind of factor that is proved with it.
    pub(crate) fn kind(self) -> FactorKind {
        match self {
            Self::Totp => FactorKind::Totp,
            Self::Push => FactorKind::Push,
            Self::Webauthn | Self::WebauthnEnrolment => FactorKind::Webauthn,
            Self::Fastpass => FactorKind::Fastpass,
            Self::Duo => FactorKind::Duo,
        }
    }

    /// The page for a factor of this kind, where there is one.
    pub(crate) fn of(kind: FactorKind) -> Option<Self> {
        match kind {
            FactorKind::Totp => Some(Self::Totp),
            FactorKind::Push => Some(Self::Push),
            FactorKind::Webauthn => Some(Self::Webauthn),
            FactorKind::Fastpass => Some(Self::Fastpass),
            FactorKind::Duo => Some(Self::Duo),
            _ => None,
        }
    }
}

/// A proof that a sign-in still lacks.
pub(crate) enum Wanted {
    Nothing,
    This(PageFactor),
    /// A factor that the person does not have, or that no page asks for.
    Unanswerable,
}

/// Returns the demand of the pages, else of the org's policies; a generic provider has none of its own.
pub(crate) fn wanted(exchange: &Exchange<'_>, site: &Site, visit: &Visit, login: &str) -> Wanted {
    if let Some(factor) = site.pages.factor {
        return match visit.proved.contains(&factor.kind()) {
            true => Wanted::Nothing,
            false => Wanted::This(factor),
        };
    }
    if site.host != crate::audit::Host::Org {
        return Wanted::Nothing;
    }
    let kinds = match exchange.speaks_idx() {
        true => org::lacking(exchange, visit.client.as_deref(), login, &visit.proved),
        false => classic(exchange, visit, login),
    };
    let Some(kinds) = kinds else {
        return Wanted::Nothing;
    };
    let page = kinds.into_iter().find_map(PageFactor::of);
    page.map_or(Wanted::Unanswerable, Wanted::This)
}

/// Classic's policies: the org's, which wants any factor, and the app's. `None` where nothing is lacking.
fn classic(exchange: &Exchange<'_>, visit: &Visit, login: &str) -> Option<Vec<FactorKind>> {
    let id = visit.client.as_deref().unwrap_or_default();
    let client = exchange.world.org.client(id);
    let policy = client.map_or(AppPolicy::Any, |known| known.client.policy);
    let factors = exchange.account(login).factors();
    // An org whose people have no factor at all asks for none.
    let asks = exchange.world.setup.mfa.when != MfaWhen::Never && !factors.is_empty();
    let has = factors
        .iter()
        .filter(|one| one.enrolled)
        .map(|one| one.kind);
    let always = exchange.account(login).user.state == UserState::MfaRequired;
    let second = visit
        .proved
        .iter()
        .any(|kind| *kind != FactorKind::Password);
    match policy {
        AppPolicy::PhishingResistant => match visit.proved.contains(&FactorKind::Webauthn) {
            true => None,
            false => Some(vec![FactorKind::Webauthn]),
        },
        _ if second => None,
        AppPolicy::Any if !always && !asks => None,
        _ => Some(has.collect()),
    }
}
