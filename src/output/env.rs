//! `--as env`: an `export` of the cookie that any POSIX shell evaluates: `eval "$(credential get grafana --as env)"`.
//!
//! The value is in single quotes, where only a single quote is special (POSIX.1-2024, Shell Command Language, 2.2.2). One
//! in the cookie ends the quotes, stands behind a backslash, and opens them again.

use super::Text;
use crate::secret::Secret;
use crate::served_session::ServedSession;

pub(crate) fn render(answer: &ServedSession) -> Text {
    let cookie = answer.session.cookie();
    let mut pieces = vec!["export CREDENTIAL_COOKIE='"];
    for (index, piece) in cookie.expose().split('\'').enumerate() {
        if index > 0 {
            pieces.push("'\\''");
        }
        pieces.push(piece);
    }
    pieces.push("'\n");
    Secret::concat(&pieces).into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};

    #[test]
    fn it_is_one_export() {
        let text = super::render(&answer(
            &app("https://wiki.corp.example"),
            &["one+/=", "two"],
        ));
        assert_eq!(
            text.stdout.expose(),
            "export CREDENTIAL_COOKIE='AWSELBAuthSessionCookie-0=one+/=; AWSELBAuthSessionCookie-1=two'\n"
        );
        assert_eq!(text.stderr, "");
    }

    #[test]
    fn a_quote_in_the_cookie_ends_no_quotes() {
        let text = super::render(&answer(&app("https://wiki.corp.example"), &["'$(id)'\\\""]));
        assert_eq!(
            text.stdout.expose(),
            "export CREDENTIAL_COOKIE='AWSELBAuthSessionCookie-0='\\''$(id)'\\''\\\"'\n"
        );
    }
}
