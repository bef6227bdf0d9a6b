//! `--as json`: everything that is known about the session, for programs. Members keep their names and order; a later
//! version may add some. Times are RFC 3339, UTC, in whole seconds. An unknown value is null.

use serde::Serialize;

use super::{Text, json_line, timestamp};
use crate::served_session::ServedSession;

#[derive(Serialize)]
struct Document<'a> {
    app: &'a str,
    url: &'a str,
    account: Option<&'a str>,
    method: &'a str,
    cookies: Vec<Cookie<'a>>,
    cookie: &'a str,
    issued_at: String,
    expires_at: String,
    verified_at: Option<String>,
}

#[derive(Serialize)]
struct Cookie<'a> {
    name: &'a str,
    value: &'a str,
}

pub(crate) fn render(answer: &ServedSession) -> Text {
    let ServedSession { app, session, end } = answer;
    let shards = session.shards.iter().map(|shard| Cookie {
        name: &shard.name,
        value: shard.value.expose(),
    });
    json_line(&Document {
        app: app.name,
        url: &app.url,
        account: (session.has_known_account() || !app.signs_in_at_org()).then_some(app.account),
        method: app.method,
        cookies: shards.collect(),
        cookie: session.cookie().expose(),
        issued_at: timestamp(session.issued_at),
        expires_at: timestamp(*end),
        verified_at: session.verified_at.map(timestamp),
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};
    use time::macros::datetime;

    #[test]
    fn it_has_every_member_in_the_order_of_the_contract() {
        let app = app("https://wiki.corp.example/docs");
        let text = super::render(&answer(&app, &["one", "two"]));
        assert_eq!(
            text.stdout.expose(),
            "{\"app\":\"wiki\",\"url\":\"https://wiki.corp.example/docs\",\"account\":\"ada@corp.example\",\
             \"method\":\"okta\",\"cookies\":[{\"name\":\"AWSELBAuthSessionCookie-0\",\"value\":\"one\"},\
             {\"name\":\"AWSELBAuthSessionCookie-1\",\"value\":\"two\"}],\
             \"cookie\":\"AWSELBAuthSessionCookie-0=one; AWSELBAuthSessionCookie-1=two\",\
             \"issued_at\":\"2026-11-23T20:00:00Z\",\"expires_at\":\"2026-11-24T08:00:00Z\",\"verified_at\":null}\n"
        );
        assert_eq!(text.stderr, "");
    }

    #[test]
    fn the_account_of_a_session_that_a_browser_won_is_not_known() {
        let app = app("https://wiki.corp.example");
        let mut answer = answer(&app, &["one"]);
        answer.session.is_by_browser = true;
        let text = super::render(&answer);
        assert!(text.stdout.expose().contains("\"account\":null,"));
    }

    #[test]
    fn a_time_has_whole_seconds() {
        let app = app("https://wiki.corp.example");
        let mut answer = answer(&app, &["one"]);
        answer.session.verified_at = Some(datetime!(2026-11-23 22:00:01.987 +01:00));
        let text = super::render(&answer);
        assert!(
            text.stdout
                .expose()
                .ends_with(",\"verified_at\":\"2026-11-23T21:00:01Z\"}\n")
        );
    }
}
