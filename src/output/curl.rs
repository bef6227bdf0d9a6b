//! `--as curl`: a configuration file for `curl -K -`.
//!
//! It has a `header` line, because curl before 8.2 drops a `cookie` line over 4 KiB, and with `-L` curl before 8.21
//! sends it to the host of a redirect, which is Okta if the session has expired. A header has no size limit and stays
//! with its host. Quoting: curl's manual, `--config`.

use super::{Text, escaped};
use crate::secret::Secret;
use crate::served_session::ServedSession;

pub(crate) fn render(answer: &ServedSession) -> Text {
    let cookie = answer.session.cookie();
    let mut pieces = vec!["header = \"Cookie: "];
    pieces.extend(escaped(cookie.expose(), b"\\\""));
    pieces.push("\"\n");
    Secret::concat(&pieces).into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};

    #[test]
    fn it_is_one_header_line_in_quotes() {
        let text = super::render(&answer(
            &app("https://wiki.corp.example"),
            &["one#=", "$two"],
        ));
        assert_eq!(
            text.stdout.expose(),
            "header = \"Cookie: AWSELBAuthSessionCookie-0=one#=; AWSELBAuthSessionCookie-1=$two\"\n"
        );
        assert_eq!(text.stderr, "");
    }

    #[test]
    fn quotes_and_backslashes_are_escaped() {
        let text = super::render(&answer(&app("https://wiki.corp.example"), &["a\"b\\"]));
        assert_eq!(
            text.stdout.expose(),
            "header = \"Cookie: AWSELBAuthSessionCookie-0=a\\\"b\\\\\"\n"
        );
    }
}
