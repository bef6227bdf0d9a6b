//! How each fault is played: in the place of an answer, or upon one.

use crate::balancer::error_page;
use crate::fault::{Fault, Step};
use crate::garble::Garble;
use crate::org::{self, okta_error, too_many, with_status};
use crate::query::{Query, encode, encode_form};
use crate::wire::{Delivery, Request, Response};
use crate::world::World;

/// More than any client should read.
const HUGE: usize = 3 * 1024 * 1024;

/// The answer of a fault that keeps the request from its server; `None` for a fault that needs the true answer.
pub(crate) fn instead(
    world: &World,
    step: Step,
    fault: &Fault,
    request: &Request,
) -> Option<Response> {
    let answer = match fault {
        Fault::TooMany(wait) => return Some(too_many(world.clock.now(), Some(*wait))),
        Fault::Concurrency => return Some(too_many(world.clock.now(), None)),
        Fault::Html(status) => gateway(*status),
        Fault::BalancerPage(status) => error_page(*status),
        Fault::SignInPage => org::sign_in_page(),
        Fault::OktaError { error, description } => refusal(request, error, description),
        Fault::Summary(text) => okta_error(401, "E0000004", text),
        Fault::Refusal {
            status,
            code,
            summary,
        } => okta_error(*status, code, summary),
        Fault::EchoPassword => {
            let password = org::secret_in(request).unwrap_or_default();
            okta_error(
                401,
                "E0000004",
                &format!("Authentication failed for {password}"),
            )
        }
        _ => return None,
    };
    // a request that authorize has seen has used its token up, however it ends
    if step == Step::Authorize && matches!(fault, Fault::SignInPage | Fault::OktaError { .. }) {
        org::burn_token(world, request);
    }
    Some(answer)
}

fn gateway(status: u16) -> Response {
    let body = "<html>\n<head><title>Gateway</title></head>\n<body><h1>The proxy is not well</h1></body>\n</html>\n";
    Response::new(status)
        .with("Server", "proxy")
        .with_body("text/html", body)
}

fn refusal(request: &Request, error: &str, description: &str) -> Response {
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let location = format!(
        "{}?state={}&error={}&error_description={}",
        query.get("redirect_uri").unwrap_or_default(),
        encode(&query.get("state").unwrap_or_default()),
        encode(error),
        encode_form(description)
    );
    Response::new(302).with("Location", &location)
}

/// Spoils a true answer.
pub(crate) fn spoil(world: &World, fault: &Fault, mut response: Response) -> Response {
    match fault {
        Fault::Location(to) => redirect(&mut response, to),
        Fault::Elsewhere => {
            let to = format!("{}{}", world.elsewhere, path_of(&response));
            redirect(&mut response, &to);
        }
        Fault::PlainHttp => {
            let location = response.header("Location");
            let to = location.unwrap_or_else(|| world.org.url.clone());
            redirect(&mut response, &to.replacen("https://", "http://", 1));
        }
        Fault::SetCookie(line) => response
            .headers
            .push(("Set-Cookie".to_owned(), line.clone())),
        Fault::ForeignLinks => {
            let text = String::from_utf8_lossy(&response.body);
            response.body = text.replace(&world.org.url, &world.elsewhere).into_bytes();
        }
        Fault::NoCookies => response.remove("Set-Cookie"),
        Fault::ShardName(name) => shards(&mut response, |number, line| {
            let value = line.splitn(2, |byte| *byte == b'=').nth(1)?;
            let renamed = [name.as_slice(), b"=", value].concat();
            Some(if number == 0 { renamed } else { line.to_vec() })
        }),
        Fault::ShardValue(value) => shards(&mut response, |number, line| {
            let name = line.split(|byte| *byte == b'=').next()?;
            let attributes = line.iter().position(|byte| *byte == b';')?;
            let changed = [name, b"=", value, &line[attributes..]].concat();
            Some(if number == 0 { changed } else { line.to_vec() })
        }),
        Fault::NoFirstShard => {
            shards(&mut response, |number, line| {
                (number > 0).then(|| line.to_vec())
            });
        }
        Fault::FifthShard => add_shards(&mut response, &[1, 2, 3, 4]),
        Fault::ShardGap => {
            shards(&mut response, |number, line| {
                (number == 0).then(|| line.to_vec())
            });
            add_shards(&mut response, &[2]);
        }
        Fault::Endless => response.delivery = Delivery::Endless,
        Fault::Late(by) => response.delivery = Delivery::Late(*by),
        Fault::Cut => response.delivery = Delivery::Cut,
        Fault::HangUp => response.delivery = Delivery::Nothing,
        Fault::Silence => response.delivery = Delivery::Never,
        Fault::Unreadable { status, body } => return unreadable(*status, body, &response),
        Fault::Huge => {
            let filled = response.body.len() + HUGE;
            response.body.resize(filled, b' ');
        }
        Fault::NotJson => response.body = b"{\"status\": \"SUCC".to_vec(),
        Fault::Empty => response.body.clear(),
        Fault::Status(status) => with_status(&mut response, status),
        Fault::NoDate => response.replace("Date", ""),
        _ => {}
    }
    response
}

/// The server in between lets nothing through of the true answer but what the body has of it.
fn unreadable(status: u16, body: &Garble, truth: &Response) -> Response {
    let (headers, body) = body.of(&truth.body);
    let mut response = Response::new(status).with("Server", "proxy");
    for (name, value) in headers {
        response.add(name, value);
    }
    response.body = body;
    response
}

fn redirect(response: &mut Response, to: &str) {
    response.status = 302;
    response.reason = "Found";
    response.body.clear();
    response.remove("Content-Type");
    response.replace("Location", to);
}

/// Path and query of the redirect that an answer already is.
fn path_of(response: &Response) -> String {
    let location = response.header("Location").unwrap_or_default();
    let after = location.split_once("://").map_or("", |(_, rest)| rest);
    after
        .find('/')
        .map_or_else(|| "/".to_owned(), |at| after[at..].to_owned())
}

/// Changes each shard's line, or drops it.
fn shards(response: &mut Response, change: impl Fn(usize, &[u8]) -> Option<Vec<u8>>) {
    let headers = std::mem::take(&mut response.headers);
    for (name, value) in headers {
        match number(&name, &value) {
            None => response.headers.push((name, value)),
            Some(number) => {
                if let Some(value) = change(number, &value) {
                    response.headers.push((name, value));
                }
            }
        }
    }
}

/// Adds copies of the first shard under other numbers, where there is none of that number.
fn add_shards(response: &mut Response, wanted: &[usize]) {
    let lines: Vec<(usize, Vec<u8>)> = response
        .headers
        .iter()
        .filter_map(|(name, value)| Some((number(name, value)?, value.clone())))
        .collect();
    let Some((_, first)) = lines.iter().find(|(number, _)| *number == 0) else {
        return;
    };
    let text = String::from_utf8_lossy(first).into_owned();
    for number in wanted {
        if lines.iter().all(|(present, _)| present != number) {
            let line = text.replacen("-0=", &format!("-{number}="), 1);
            response.add("Set-Cookie", &line);
        }
    }
}

/// The number of the shard that a header sets.
fn number(name: &str, value: &[u8]) -> Option<usize> {
    if !name.eq_ignore_ascii_case("set-cookie") {
        return None;
    }
    let line = String::from_utf8_lossy(value);
    let (cookie, _) = line.split_once('=')?;
    let (_, digits) = cookie.rsplit_once('-')?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_leaves_the_first_and_the_third() {
        let mut response = Response::new(302)
            .with("Set-Cookie", "Name-0=a; Path=/")
            .with("Set-Cookie", "Name-1=b; Path=/");
        shards(&mut response, |number, line| {
            (number == 0).then(|| line.to_vec())
        });
        add_shards(&mut response, &[2]);
        let lines: Vec<String> = response
            .headers
            .iter()
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect();
        assert_eq!(lines, ["Name-0=a; Path=/", "Name-2=a; Path=/"]);
    }
}
