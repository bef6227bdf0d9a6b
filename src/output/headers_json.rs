//! `--as headers-json`: a flat JSON object of headers. Read by editors and agents that run a program to get the headers
//! of a request.

use serde::Serialize;

use super::{Text, json_line};
use crate::served_session::ServedSession;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Headers<'a> {
    cookie: &'a str,
}

pub(crate) fn render(answer: &ServedSession) -> Text {
    let cookie = answer.session.cookie();
    json_line(&Headers {
        cookie: cookie.expose(),
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};

    #[test]
    fn it_is_an_object_of_one_header() {
        let text = super::render(&answer(&app("https://wiki.corp.example"), &["one", "two"]));
        assert_eq!(
            text.stdout.expose(),
            "{\"Cookie\":\"AWSELBAuthSessionCookie-0=one; AWSELBAuthSessionCookie-1=two\"}\n"
        );
        assert_eq!(text.stderr, "");
    }
}
