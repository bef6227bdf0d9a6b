//! Rules about cookies: where each may go, and in which form.

use crate::audit::Host;
use crate::balancer::{CALLBACK, NONCE};
use crate::demand::{Family, Issued, Kind, Violation};
use crate::query::{Query, decode};
use crate::wire::Request;

/// A shorter beginning of a value proves nothing.
const TELLING: usize = 16;

/// How a sent value relates to one that was issued.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Verbatim,
    Encoded,
    Quoted,
    Cut,
}

/// A sent cookie that comes from a session of an app.
struct Recognized<'a> {
    family: usize,
    shard: usize,
    form: Form,
    name: &'a str,
}

pub(crate) fn check(issued: &Issued, host: &Host, request: &Request) -> Vec<Violation> {
    let cookies = request.cookies();
    let mut found = astray(issued, host, &cookies);
    if let Host::App(app) = host {
        found.extend(families(issued, app, &cookies));
        found.extend(nonce(issued, app, request));
    }
    found
}

fn is_app(host: &Host, app: &str) -> bool {
    matches!(host, Host::App(name) if name == app)
}

fn astray(issued: &Issued, host: &Host, cookies: &[(String, String)]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (name, value) in cookies {
        let astray = owner(issued, host, name, value).filter(|app| !is_app(host, app));
        if let Some(app) = astray {
            let host = host.clone();
            found.push(Violation::SessionCookieAstray { host, app });
        }
        let okta = issued
            .secrets
            .iter()
            .any(|(kind, secret)| *kind == Kind::OktaCookie && secret == value);
        let mut homes = issued.homes.iter();
        if homes.any(|(home, secret)| secret == value && home != host) {
            let host = host.clone();
            found.push(Violation::ProviderCookieAstray { host });
        }
        if okta && *host != Host::Org {
            found.push(Violation::OktaCookieAstray { host: host.clone() });
        }
    }
    found
}

/// The app that a cookie comes from: by its value, or at the org, where none of an app's has any business, by its name.
fn owner(issued: &Issued, host: &Host, name: &str, value: &str) -> Option<String> {
    let family = issued.families.iter().find(|family| {
        family
            .values
            .iter()
            .any(|shard| form(shard, value).is_some())
    });
    if let Some(family) = family {
        return Some(family.app.clone());
    }
    let mut attempts = issued.attempts.values();
    if let Some(attempt) = attempts.find(|attempt| attempt.nonce == value) {
        return Some(attempt.app.clone());
    }
    let named = issued
        .bases
        .iter()
        .any(|base| shard_number(base, name).is_some());
    (*host == Host::Org && (named || name == NONCE)).then(|| "of that name".to_owned())
}

fn families(issued: &Issued, app: &str, cookies: &[(String, String)]) -> Vec<Violation> {
    let mut found = Vec::new();
    let app = app.to_owned();
    for base in &issued.bases {
        let sent: Vec<&(String, String)> = cookies
            .iter()
            .filter(|(name, _)| shard_number(base, name).is_some())
            .collect();
        let recognized: Vec<Recognized<'_>> = sent
            .iter()
            .filter_map(|(name, value)| recognize(issued, name, value))
            .collect();
        let Some(first) = recognized.first() else {
            continue;
        };
        let app = app.clone();
        found.extend(forms(issued, &app, &recognized));
        let family = &issued.families[first.family];
        if recognized.iter().any(|one| one.family != first.family) || recognized.len() < sent.len()
        {
            found.push(Violation::FamilyMixed { app });
        } else if recognized.len() < family.values.len() {
            found.push(Violation::FamilyPartial { app });
        } else if recognized.len() > family.values.len() {
            found.push(Violation::FamilyRepeated { app });
        }
    }
    found
}

fn forms(issued: &Issued, app: &str, recognized: &[Recognized<'_>]) -> Vec<Violation> {
    let app = app.to_owned();
    let mut found = Vec::new();
    for one in recognized {
        let app = app.clone();
        match one.form {
            Form::Verbatim => {}
            Form::Encoded => found.push(Violation::FamilyEncoded { app: app.clone() }),
            Form::Quoted => found.push(Violation::FamilyQuoted { app: app.clone() }),
            Form::Cut => found.push(Violation::FamilyPartial { app: app.clone() }),
        }
        let base = &issued.families[one.family].base;
        if one.name != format!("{base}-{}", one.shard) {
            found.push(Violation::FamilyMisnamed { app });
        }
    }
    found
}

fn recognize<'a>(issued: &Issued, name: &'a str, value: &str) -> Option<Recognized<'a>> {
    let families = issued.families.iter().enumerate();
    let mut shards = families.flat_map(|(family, Family { values, .. })| {
        let numbered = values.iter().enumerate();
        numbered.map(move |(shard, issued)| (family, shard, issued))
    });
    shards.find_map(|(family, shard, issued)| {
        Some(Recognized {
            family,
            shard,
            form: form(issued, value)?,
            name,
        })
    })
}

fn form(issued: &str, sent: &str) -> Option<Form> {
    if sent == issued {
        Some(Form::Verbatim)
    } else if sent.contains('"') && sent.trim_matches('"') == issued {
        Some(Form::Quoted)
    } else if sent.contains('%') && decode(sent) == issued {
        Some(Form::Encoded)
    } else if sent.len() >= TELLING && issued.starts_with(sent) {
        Some(Form::Cut)
    } else {
        None
    }
}

/// The number of a shard, where the name is exactly base, dash, digits: a mere prefix may be another family's.
pub(crate) fn shard_number(base: &str, name: &str) -> Option<usize> {
    let digits = name.strip_prefix(base)?.strip_prefix('-')?;
    let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

fn nonce(issued: &Issued, app: &str, request: &Request) -> Option<Violation> {
    if request.path != CALLBACK {
        return None;
    }
    let query = Query::new(request.query.as_deref()?);
    let attempt = issued.attempts.get(&query.get("state")?)?;
    let sent = request.cookie(NONCE)?;
    let app = app.to_owned();
    (sent != attempt.nonce).then_some(Violation::NonceOfAnotherAttempt { app })
}
