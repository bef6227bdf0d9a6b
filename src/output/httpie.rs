//! `--as httpie`: a session file for `--session-read-only`. Read by `HTTPie` 3 and xh.
//! Format: <https://httpie.io/docs/cli/sessions>.
//!
//! xh refuses a file without all four top-level members; `HTTPie` would accept fewer. A cookie with the domain null
//! goes to any host, so every cookie has the app's host. (`HTTPie` does not send such a cookie to an IPv6 address or a
//! host without a dot, because Python's cookie jar does not. xh does.)

use serde::Serialize;

use super::{Text, json_line};
use crate::served_session::ServedSession;

#[derive(Serialize)]
struct File<'a> {
    __meta__: Meta,
    auth: Auth,
    cookies: Vec<Cookie<'a>>,
    headers: [(); 0],
}

#[derive(Serialize)]
struct Meta {
    about: &'static str,
    help: &'static str,
    /// The version of `HTTPie` that defined this layout.
    httpie: &'static str,
}

/// No authentication: every member is null.
#[derive(Serialize, Default)]
struct Auth {
    r#type: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

#[derive(Serialize)]
struct Cookie<'a> {
    domain: &'a str,
    expires: i64,
    name: &'a str,
    path: &'static str,
    secure: bool,
    value: &'a str,
}

pub(crate) fn render(answer: &ServedSession) -> Text {
    let app = &answer.app;
    let shards = answer.session.shards.iter().map(|shard| Cookie {
        domain: app.host,
        expires: answer.end.unix_timestamp(),
        name: &shard.name,
        path: "/",
        secure: app.is_https(),
        value: shard.value.expose(),
    });
    json_line(&File {
        __meta__: Meta {
            about: "HTTPie session file",
            help: "https://httpie.io/docs#sessions",
            httpie: "3.2.4",
        },
        auth: Auth::default(),
        cookies: shards.collect(),
        headers: [],
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};

    #[test]
    fn it_has_all_four_members_and_binds_each_cookie() {
        let app = app("https://wiki.corp.example:8443/docs");
        let text = super::render(&answer(&app, &["one", "two"]));
        assert_eq!(
            text.stdout.expose(),
            "{\"__meta__\":{\"about\":\"HTTPie session file\",\"help\":\"https://httpie.io/docs#sessions\",\
             \"httpie\":\"3.2.4\"},\"auth\":{\"type\":null,\"username\":null,\"password\":null},\"cookies\":[\
             {\"domain\":\"wiki.corp.example\",\"expires\":1795507200,\"name\":\"AWSELBAuthSessionCookie-0\",\
             \"path\":\"/\",\"secure\":true,\"value\":\"one\"},\
             {\"domain\":\"wiki.corp.example\",\"expires\":1795507200,\"name\":\"AWSELBAuthSessionCookie-1\",\
             \"path\":\"/\",\"secure\":true,\"value\":\"two\"}],\"headers\":[]}\n"
        );
        assert_eq!(text.stderr, "");
    }

    #[test]
    fn over_http_it_is_not_secure() {
        let text = super::render(&answer(&app("http://127.0.0.1:8080"), &["one"]));
        assert!(text.stdout.expose().contains(
            "\"domain\":\"127.0.0.1\",\"expires\":1795507200,\"name\":\"AWSELBAuthSessionCookie-0\",\
             \"path\":\"/\",\"secure\":false"
        ));
    }
}
