//! `--as curl`: a configuration file for `curl -K -`.
//!
//! It has a `header` line, because a `cookie` line is dropped when it is over 4 KiB (curl before 8.2) and is sent on
//! to the host of a redirect by `-L` (curl before 8.21), which for an expired session is Okta. A header has no limit
//! and stays with its host. Quoting: curl's manual, `--config`.

use super::{Text, escaped};
use crate::answer::Answer;
use crate::secret::Secret;

pub(crate) fn render(answer: &Answer) -> Text {
    let cookie = answer.session.cookie();
    let mut pieces = vec!["header = \"Cookie: "];
    pieces.extend(escaped(cookie.expose(), &['\\', '"']));
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
    fn what_would_end_the_quotes_is_escaped() {
        let text = super::render(&answer(&app("https://wiki.corp.example"), &["a\"b\\"]));
        assert_eq!(
            text.stdout.expose(),
            "header = \"Cookie: AWSELBAuthSessionCookie-0=a\\\"b\\\\\"\n"
        );
    }
}
