//! The form of each page.

use crate::audit::Event;
use crate::factor::{FactorKind, Proof};
use crate::org::Exchange;
use crate::otp;
use crate::pages::document::escape;
use crate::pages::proof::passkeys;
use crate::pages::visit::{Stage, Visit};
use crate::pages::{FORM, Site, script};

/// Browsers may want a person's click before a key is asked.
const AGAIN: &str = "<button type=\"button\" id=\"again\">Use your security key</button>";

/// A form, and the script that goes with it.
pub(crate) struct Shown {
    pub(crate) form: String,
    pub(crate) script: String,
}

/// Writes the form of a visit, which is kept until it comes back.
pub(crate) fn write(exchange: &mut Exchange<'_>, site: &Site, mut visit: Visit) -> Shown {
    let csrf = visit.renew();
    exchange.record(Event::FormShown {
        host: site.host.clone(),
        step: visit.stage.name(),
    });
    let (fields, script) = content(exchange, site, &visit);
    let note = visit.note.unwrap_or_default();
    let form = format!(
        "<h1>{}</h1><p id=\"note\" class=\"note\">{note}</p>\
         <form id=\"sign-in\" method=\"post\" action=\"{FORM}\">\
         <input type=\"hidden\" name=\"visit\" value=\"{}\"><input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">\
         <input type=\"hidden\" name=\"watched\">\
         {fields}</form>",
        escape(&site.title),
        visit.id,
    );
    // a page that signs in by itself tries once: a second try would be a storm
    let script = match (visit.note, &site.pages.auto) {
        (Some(_), Some(_)) => String::new(),
        _ => script,
    };
    exchange.state.visits.keep(visit);
    let script = format!("{}{script}", script::WATCH);
    Shown { form, script }
}

fn content(exchange: &Exchange<'_>, site: &Site, visit: &Visit) -> (String, String) {
    let user = visit.user.as_deref().unwrap_or_default();
    let hidden = |names: &[&str]| -> String {
        let field = |name: &&str| format!("<input type=\"hidden\" name=\"{name}\">");
        names.iter().map(field).collect()
    };
    match &visit.stage {
        Stage::Chooser => chooser(exchange, site, visit),
        Stage::Password => password(site, visit),
        Stage::Totp => {
            let field = "<label>Code <input name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\" autofocus></label>\
                         <button>Verify</button>";
            let code = site.pages.auto.as_ref().and_then(|_| code(exchange, user));
            let script = code.map(|code| script::fill(&[("code", &code)]));
            (field.to_owned(), script.unwrap_or_default())
        }
        Stage::Push { .. } => (
            "<p>A push was sent to your phone. <b id=\"number\"></b></p>".to_owned(),
            script::push(&visit.id),
        ),
        Stage::Key { challenge } => {
            let names = [
                "credential",
                "client_data",
                "authenticator_data",
                "signature",
            ];
            let keys = passkeys(exchange, site, user);
            (hidden(&names) + AGAIN, script::key(site, challenge, &keys))
        }
        Stage::Enrolment { challenge } => {
            let names = ["credential", "client_data", "authenticator_data"];
            (
                hidden(&names) + AGAIN,
                script::enrolment(site, challenge, user),
            )
        }
        Stage::Fastpass { challenge } => (
            hidden(&["proof"]) + "<p>Looking for Okta Verify on this machine…</p>",
            script::fastpass(&exchange.world.okta_verify.ports, challenge),
        ),
        Stage::Duo => {
            let text = "<p>Duo: approve the sign-in on your phone.</p><input type=\"hidden\" name=\"duo\" value=\"approved\">\
                        <button autofocus>I have approved it</button>";
            let script = site.pages.auto.as_ref().map(|_| script::fill(&[]));
            (text.to_owned(), script.unwrap_or_default())
        }
        Stage::NoWay => (
            "<p>Set up another security method, or ask your administrator for help.</p>".to_owned(),
            String::new(),
        ),
        Stage::Consent => {
            let client = escape(visit.client.as_deref().unwrap_or_default());
            let text = format!(
                "<p>{client} wants to know your name and e-mail address.</p><input type=\"hidden\" name=\"consent\" value=\"yes\">\
                 <button autofocus>Allow</button>"
            );
            let script = site.pages.auto.as_ref().map(|_| script::fill(&[]));
            (text, script.unwrap_or_default())
        }
    }
}

/// The person's own account, or that of the hint, first; then all others.
fn chooser(exchange: &Exchange<'_>, site: &Site, visit: &Visit) -> (String, String) {
    let auto = site.pages.auto.as_ref().map(|person| person.login.clone());
    let mut logins: Vec<String> = exchange.logins();
    let first = auto.clone().unwrap_or_else(|| visit.hint.clone());
    logins.sort_by_key(|login| (*login != first, login.clone()));
    let button = |login: &String| {
        let login = escape(login);
        format!("<button name=\"account\" value=\"{login}\">{login}</button>")
    };
    let buttons = logins.iter().map(button).collect();
    let script =
        auto.map(|_| "document.querySelector('button[name=account]').click();\n".to_owned());
    (buttons, script.unwrap_or_default())
}

fn password(site: &Site, visit: &Visit) -> (String, String) {
    let hint = escape(&visit.hint);
    let focus = |here: bool| if here { " autofocus" } else { "" };
    let name = format!(
        "<label>User name <input name=\"username\" value=\"{hint}\" autocomplete=\"username\"{}></label>",
        focus(hint.is_empty()),
    );
    let secret = format!(
        "<label>Password <input type=\"password\" name=\"password\" autocomplete=\"current-password\"{}></label>",
        focus(!hint.is_empty()),
    );
    let secret = match site.pages.passwordless {
        true => String::new(),
        false => secret,
    };
    let fields = format!("{name}{secret}<button>Sign in</button>");
    let script = site.pages.auto.as_ref().map(|person| {
        let mut values = vec![("username", person.login.as_str())];
        if !site.pages.passwordless {
            values.push(("password", &person.password));
        }
        script::fill(&values)
    });
    (fields, script.unwrap_or_default())
}

/// The earliest time-based code that is still good.
fn code(exchange: &Exchange<'_>, user: &str) -> Option<String> {
    let account = exchange.account(user);
    let mut factors = account.factors().iter();
    let factor = factors.find(|factor| factor.kind == FactorKind::Totp && factor.enrolled)?;
    let Proof::Seed(seed) = &factor.proof else {
        return None;
    };
    let now = otp::step(exchange.now);
    let last = account.held.steps.get(&factor.id);
    let mut steps = now - 1..=now + 1;
    let step = steps.find(|step| last.is_none_or(|last| step > last))?;
    Some(otp::totp(&otp::base32(seed)?, step))
}
