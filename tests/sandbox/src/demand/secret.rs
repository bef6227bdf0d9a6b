//! Where secrets may stand.

use crate::audit::Host;
use crate::authorization::hidden;
use crate::balancer::CALLBACK;
use crate::demand::{Issued, Kind, Violation};
use crate::otp;
use crate::pages::FORM;
use crate::provider::broker::PROVIDER_CALLBACK;
use crate::query::{Query, decode, decode_form, encode, encode_form, key_of};
use crate::wire::Request;
use std::borrow::Cow;
use time::OffsetDateTime;

/// More of a body is not looked at.
const LONGEST_FORM: usize = 256 * 1024;
/// A shorter secret is found in too many innocent places.
const SHORTEST: usize = 4;
/// A shorter code or answer is too: whatever a person has typed as one is taken for one.
const SHORTEST_CODE: usize = 6;

pub(crate) fn check(
    issued: &Issued,
    host: &Host,
    request: &Request,
    now: OffsetDateTime,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let url = decode(&unexplained(host, request));
    let headers = headers(request);
    let plain = decode(&headers);
    for (what, value) in named(issued) {
        if url.contains(value) {
            let host = host.clone();
            found.push(Violation::SecretInUrl { host, what });
        }
        if plain.contains(value) {
            let host = host.clone();
            found.push(Violation::SecretInHeader { host, what });
        }
    }
    let codes = current_codes(issued, now);
    if codes.iter().any(|code| url.contains(code)) {
        let (host, what) = (host.clone(), Kind::PassCode.name());
        found.push(Violation::SecretInUrl { host, what });
    }
    found.extend(astray(issued, host, request, &codes));
    if password_astray(issued, host, request, &headers) {
        found.push(Violation::PasswordAstray { host: host.clone() });
    }
    found
}

/// The time-based codes that are good now: a client that has a seed makes them itself.
fn current_codes(issued: &Issued, now: OffsetDateTime) -> Vec<String> {
    let seeds = issued.secrets.iter();
    let seeds = seeds.filter(|(kind, _)| *kind == Kind::Seed);
    let seeds = seeds.filter_map(|(_, seed)| otp::base32(seed));
    let step = otp::step(now);
    seeds
        .flat_map(|seed| (step - 1..=step + 1).map(move |step| otp::totp(&seed, step)))
        .filter(|code| !issued.secrets.iter().any(|(_, known)| known == code))
        .collect()
}

/// Returns what stands in the body of a request that it is not for.
fn astray(issued: &Issued, host: &Host, request: &Request, codes: &[String]) -> Option<Violation> {
    let body = text(request);
    if body.is_empty() {
        return None;
    }
    let post = *host == Host::Org && request.method == "POST";
    let authn = post && request.path.starts_with("/api/v1/authn");
    let step = post && request.path.starts_with("/idp/idx/");
    let form = is_form(host, request);
    let factor = (authn && request.path.contains("/factors/")) || step || form;
    let recovery = authn && request.path.contains("/recovery");
    let at_home = |kind: Kind| match kind {
        Kind::StateToken => authn || step,
        Kind::PassCode | Kind::Answer => factor || recovery,
        Kind::Seed => false,
        // these have rules of their own
        Kind::SessionToken | Kind::OktaCookie | Kind::Code => true,
    };
    let host = host.clone();
    let secrets = issued.secrets.iter();
    let mut lost = secrets.filter(|(kind, secret)| !at_home(*kind) && is_telling(*kind, secret));
    if let Some((kind, _)) = lost.find(|(_, secret)| written(&body, secret)) {
        let what = kind.name();
        return Some(Violation::SecretAstray { host, what });
    }
    let mut shards = issued.families.iter().flat_map(|family| &family.values);
    if shards.any(|shard| body.contains(shard) || body.contains(&encode(shard))) {
        let what = "session cookie";
        return Some(Violation::SecretAstray { host, what });
    }
    let lost = !factor && codes.iter().any(|code| body.contains(code));
    let what = Kind::PassCode.name();
    lost.then_some(Violation::SecretAstray { host, what })
}

/// The beginning of a body. What is longer is no form and no JSON, but what somebody pushes or uploads.
fn text(request: &Request) -> Cow<'_, str> {
    let body = &request.body;
    String::from_utf8_lossy(&body[..body.len().min(LONGEST_FORM)])
}

fn written(text: &str, secret: &str) -> bool {
    forms(secret).iter().any(|form| text.contains(form))
}

/// Long enough to be found in no innocent place.
fn is_telling(kind: Kind, value: &str) -> bool {
    let shortest = match kind {
        Kind::PassCode | Kind::Answer => SHORTEST_CODE,
        _ => SHORTEST,
    };
    value.len() >= shortest
}

fn named(issued: &Issued) -> impl Iterator<Item = (&'static str, &str)> {
    let secrets = issued
        .secrets
        .iter()
        .filter(|(kind, value)| is_telling(*kind, value))
        .map(|(kind, value)| (kind.name(), value.as_str()));
    let shards = issued.families.iter().flat_map(|family| &family.values);
    secrets.chain(shards.map(|value| ("session cookie", value.as_str())))
}

/// The URL without the parameters in which a secret has its place: `sessionToken` at authorize and `token` at
/// sessionCookieRedirect, because Okta reads them there, and `code` at the callback, because Okta wrote it there.
fn unexplained(host: &Host, request: &Request) -> String {
    let authorize = crate::org::authorize_server(&request.path).is_some();
    let place = match host {
        Host::Org if authorize => "sessionToken",
        Host::Org if request.path == "/login/sessionCookieRedirect" => "token",
        Host::Org if carries_state(&request.path) => "stateToken",
        Host::App(_) if request.path == CALLBACK => "code",
        // a provider's own provider brings it there
        Host::Org if crate::org::is_return(&request.path) => "code",
        Host::Provider(_) if request.path == PROVIDER_CALLBACK => "code",
        _ => return request.target(),
    };
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let kept: Vec<&str> = query
        .segments()
        .filter(|segment| key_of(segment) != place)
        .collect();
    format!("{}?{}", request.path, kept.join("&"))
}

/// The links for browsers that Okta itself writes with a state token in them.
fn carries_state(path: &str) -> bool {
    [
        "/login/step-up/redirect",
        "/login/token/redirect",
        "/login/token/failure",
    ]
    .contains(&path)
        || path.starts_with("/sso/idps/")
}

/// All header fields but cookies, with what an `Authorization` hides.
fn headers(request: &Request) -> String {
    let mut text = String::new();
    for (name, value) in &request.headers {
        if name.eq_ignore_ascii_case("cookie") {
            continue;
        }
        text.push_str(value);
        text.push('\n');
        let authorization = name.eq_ignore_ascii_case("authorization");
        if let Some(plain) = hidden(value).filter(|_| authorization) {
            text.push_str(&plain);
            text.push('\n');
        }
    }
    text
}

fn password_astray(issued: &Issued, host: &Host, request: &Request, headers: &str) -> bool {
    let of_programs = *host == Host::Org
        && request.method == "POST"
        && ["/api/v1/authn/", "/idp/idx/"]
            .iter()
            .any(|place| format!("{}/", request.path).starts_with(place));
    let at_home = of_programs || is_form(host, request);
    let body = text(request);
    let cookies: Vec<&str> = request.all("cookie").collect();
    let target = request.target();
    let mut places = vec![
        decode(&target),
        decode_form(&target),
        target,
        headers.to_owned(),
        cookies.join("\n"),
    ];
    if !at_home {
        places.push(body.into_owned());
    }
    let passwords = issued.passwords.iter();
    let long = passwords.filter(|password| password.len() >= SHORTEST);
    long.flat_map(|password| forms(password))
        .any(|form| places.iter().any(|place| place.contains(&form)))
}

/// A form that a person has filled in. A program that fills one in is told so elsewhere.
fn is_form(host: &Host, request: &Request) -> bool {
    let site = matches!(host, Host::Org | Host::Provider(_));
    site && request.method == "POST" && request.path == FORM
}

/// The ways in which a password can be written.
fn forms(password: &str) -> Vec<String> {
    let json = serde_json::to_string(password).unwrap_or_default();
    let as_header: String = password.bytes().map(char::from).collect();
    vec![
        password.to_owned(),
        as_header,
        json.trim_matches('"').to_owned(),
        encode(password),
        encode_form(password),
        encode(password).to_lowercase(),
    ]
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[test]
    fn a_password_is_recognized_in_json_and_in_a_form() {
        let forms = forms("a\"b c");
        assert!(forms.contains(&"a\\\"b c".to_owned()));
        assert!(forms.contains(&"a%22b+c".to_owned()));
    }
}
