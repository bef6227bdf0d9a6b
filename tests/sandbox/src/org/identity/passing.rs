//! Steps between the factors and the end, which are passed over, told or waited for.

use serde_json::json;

use crate::engine::After;
use crate::org::Exchange;
use crate::org::identity::form::Field;
use crate::org::identity::note::Note;
use crate::org::identity::offer::{Does, Offer};
use crate::org::identity::shown::Shown;

pub(crate) fn skip() -> Offer {
    Offer::new("skip", "skip", Does::Skip)
}

/// Returns the content of one of these steps.
pub(crate) fn show(exchange: &Exchange<'_>, step: &After) -> Shown {
    match step {
        After::KeepMeSignedIn => keep_me_signed_in(),
        After::OptionalEnrolment => optional("select-authenticator-enroll", "credential/enroll"),
        After::Promotion => optional("enroll-authenticator-promotion", "credential/enroll"),
        After::ProfileUpdate => optional("profile-update", "profile/update"),
        After::PasswordWarning(days) => expiring("reenroll-authenticator-warning", *days),
        After::OtherPasswordWarning(days) => {
            expiring("reenroll-custom-password-expiry-warning", *days)
        }
        After::GracePeriod => {
            const NAME: &str = "device-assurance-grace-period";
            grace(Offer::new(NAME, "skip", Does::Skip))
        }
        After::Remediation => grace(skip()),
        After::SafeMode { .. } => safe_mode(exchange),
        After::Notice => Shown {
            offers: vec![skip()],
            notes: vec![Note::any("WARNING", None, "Maintenance on Sunday.")],
            ..Shown::default()
        },
    }
}

/// A read-only org is waited for.
pub(crate) fn safe_mode(exchange: &Exchange<'_>) -> Shown {
    const KEY: &str = "idx.error.server.safe.mode.enrollment.unavailable";
    let refresh = exchange.identity().refresh;
    Shown {
        offers: vec![Offer::new("poll", "poll", Does::Poll).every(refresh)],
        notes: vec![Note::info(
            KEY,
            "Your org is in read-only mode. Please wait.",
        )],
        ..Shown::default()
    }
}

fn keep_me_signed_in() -> Shown {
    const NAME: &str = "keep-me-signed-in";
    let wish = Field::boolean("keepMeSignedIn").required();
    let step = Offer::new(NAME, NAME, Does::KeepMeSignedIn);
    Shown {
        offers: vec![step.with([wish])],
        ..Shown::default()
    }
}

/// A step for people, which comes first, and the way past it.
fn optional(name: &str, tail: &'static str) -> Shown {
    Shown {
        offers: vec![Offer::person(name, tail), skip()],
        ..Shown::default()
    }
}

fn expiring(name: &str, days: u32) -> Shown {
    let text = format!("Your password will expire in {days} days.");
    let settings = json!({ "daysToExpiry": days });
    let current = json!({ "key": "okta_password", "type": "password", "settings": settings });
    Shown {
        notes: vec![Note::warning("idx.password.expiring.message", &text)],
        current: Some(current),
        ..optional(name, "challenge/answer")
    }
}

/// A warning with its date, and what is wrong with the device, whose class is ERROR all the same.
fn grace(way: Offer) -> Shown {
    const WARNING: &str = "idx.device_assurance.grace_period.warning.title";
    const ERROR: &str =
        "idx.error.code.access_denied.device_assurance.remediation.os.update_os_version";
    let until = "Your device doesn't meet the security requirements. Fix it by 12/01/2027.";
    let what = "Update to a newer version of the system.";
    Shown {
        offers: vec![way],
        notes: vec![Note::warning(WARNING, until), Note::error(ERROR, what)],
        ..Shown::default()
    }
}
