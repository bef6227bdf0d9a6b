//! Where secrets may stand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::audit::Host;
use crate::balancer::CALLBACK;
use crate::demand::{Issued, Violation};
use crate::query::{Query, decode, encode, encode_form, key_of};
use crate::wire::Request;

/// A shorter password is found in too many innocent places.
const SHORTEST: usize = 4;

pub(crate) fn check(issued: &Issued, host: &Host, request: &Request) -> Vec<Violation> {
    let mut found = Vec::new();
    let url = decode(&unexplained(host, request));
    let headers = headers(request);
    for (what, value) in named(issued) {
        if url.contains(value) {
            let host = host.clone();
            found.push(Violation::SecretInUrl { host, what });
        }
        if decode(&headers).contains(value) {
            let host = host.clone();
            found.push(Violation::SecretInHeader { host, what });
        }
    }
    if password_astray(issued, host, request, &headers) {
        found.push(Violation::PasswordAstray { host: host.clone() });
    }
    found
}

fn named(issued: &Issued) -> impl Iterator<Item = (&'static str, &str)> {
    let secrets = issued
        .secrets
        .iter()
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
        Host::App(_) if request.path == CALLBACK => "code",
        _ => return request.target(),
    };
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let kept: Vec<&str> = query
        .segments()
        .filter(|segment| key_of(segment) != place)
        .collect();
    format!("{}?{}", request.path, kept.join("&"))
}

/// All header fields but cookies, with what a Basic `Authorization` hides.
fn headers(request: &Request) -> String {
    let mut text = String::new();
    for (name, value) in &request.headers {
        if name.eq_ignore_ascii_case("cookie") {
            continue;
        }
        text.push_str(value);
        text.push('\n');
        let basic = value.strip_prefix("Basic ");
        if let Some(plain) = basic.and_then(|coded| STANDARD.decode(coded).ok()) {
            text.push_str(&String::from_utf8_lossy(&plain));
            text.push('\n');
        }
    }
    text
}

fn password_astray(issued: &Issued, host: &Host, request: &Request, headers: &str) -> bool {
    let at_home = *host == Host::Org
        && request.method == "POST"
        && (request.path == "/api/v1/authn" || request.path.starts_with("/api/v1/authn/"));
    let body = String::from_utf8_lossy(&request.body);
    let cookies: Vec<&str> = request.all("cookie").collect();
    let mut places = vec![request.target(), headers.to_owned(), cookies.join("\n")];
    if !at_home {
        places.push(body.into_owned());
    }
    let passwords = issued.passwords.iter();
    let long = passwords.filter(|password| password.len() >= SHORTEST);
    long.flat_map(|password| forms(password))
        .any(|form| places.iter().any(|place| place.contains(&form)))
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
