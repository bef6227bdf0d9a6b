//! A second reader of what a request names, simple on purpose and with nothing of the program's own in it: lines end at
//! LF, the last value wins, `url` begins anew. A text that it cannot read for certain is no place.

use std::net::Ipv6Addr;

/// Scheme, host and port.
pub(crate) type Place = (String, String, u16);

/// The places of the apps that are configured here.
pub(crate) fn of_app(name: &str) -> Place {
    let (scheme, host, port) = match name {
        "whole" => ("https", "example.com", 443),
        "victim" => ("https", "victim.example.com", 443),
        "port" => ("https", "example.com", 8443),
        "below" => ("https", "paths.example.com", 443),
        "local" => ("http", "localhost", 8080),
        "six" => ("https", "2001:db8::1", 443),
        other => panic!("{other} is no app"),
    };
    (scheme.into(), host.into(), port)
}

/// The place of a URL.
pub(crate) fn of_url(url: &str) -> Option<Place> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.split_once('@') {
        Some((_, host)) => host,
        None => authority,
    };
    of_parts(scheme, host)
}

/// The place of a scheme and a host with or without its port.
fn of_parts(scheme: &str, host: &str) -> Option<Place> {
    let scheme = scheme.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let (host, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let address: Ipv6Addr = address.parse().ok()?;
            (address.to_string(), port.strip_prefix(':').unwrap_or(port))
        }
        None => {
            let (host, port) = host.split_once(':').unwrap_or((host, ""));
            (host.to_ascii_lowercase(), port)
        }
    };
    let port = match port {
        "" => usual,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        _ => return None,
    };
    Some((scheme, host, port))
}

/// Returns what git's request names, and the secrets in it.
pub(crate) fn of_git(input: &[u8]) -> (Option<Place>, Vec<Vec<u8>>) {
    let (mut protocol, mut host) = (None, None);
    let mut secrets = Vec::new();
    for line in input.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        let text = String::from_utf8_lossy(line).into_owned();
        let Some((key, value)) = text.split_once('=') else {
            continue;
        };
        match key {
            "protocol" => protocol = Some(value.to_owned()),
            "host" => host = Some(value.to_owned()),
            "password" | "credential" | "oauth_refresh_token" => {
                secrets.push(line[key.len() + 1..].to_vec());
            }
            "url" => {
                let (scheme, rest) = value.split_once("://").unwrap_or((value, ""));
                let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
                let (user, own) = authority.split_once('@').unwrap_or(("", authority));
                protocol = Some(scheme.to_owned());
                host = Some(unescaped(own));
                let password = user.split_once(':').map(|user| user.1);
                secrets.extend(password.map(|password| password.as_bytes().to_vec()));
            }
            _ => {}
        }
    }
    let place = protocol.zip(host);
    (
        place.and_then(|(protocol, host)| of_parts(&protocol, &host)),
        secrets,
    )
}

fn unescaped(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece
            .get(..2)
            .filter(|two| two.bytes().all(|c| c.is_ascii_hexdigit()));
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                whole.push(char::from(byte));
                whole.push_str(&piece[2..]);
            }
            None => {
                whole.push('%');
                whole.push_str(piece);
            }
        }
    }
    whole
}

/// The place of a server as docker spells it: the scheme may be missing, and so may the brackets of an address.
pub(crate) fn of_server(text: &str) -> Option<Place> {
    let text: String = text.lines().collect();
    let text = text.trim();
    if text.contains("://") {
        return of_url(text);
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return of_parts("https", &format!("[{text}]"));
    }
    let text = text.strip_prefix("//").unwrap_or(text);
    of_parts("https", text.split(['/', '?', '#']).next()?)
}

/// Returns the text between the `:` of a URL's user name and the `@`.
pub(crate) fn password_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |parts| parts.1);
    let authority = rest.split(['/', '?', '#']).next()?;
    Some(authority.rsplit_once('@')?.0.split_once(':')?.1)
}
