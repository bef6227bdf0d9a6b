//! `--as header`: the whole header line. Read by `curl -H @-` and `curl -H @<(…)`, which no limit of curl's touches,
//! and whose header does not follow a redirect to another host.

use super::Text;
use crate::answer::Answer;
use crate::secret::Secret;

/// What stands before the cookie.
pub(super) const BEFORE: &str = "Cookie: ";

pub(crate) fn render(answer: &Answer) -> Text {
    Secret::concat(&[BEFORE, answer.session.cookie().expose(), "\n"]).into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};

    #[test]
    fn it_is_one_header_line() {
        let text = super::render(&answer(&app("https://wiki.corp.example"), &["one"]));
        assert_eq!(
            text.stdout.expose(),
            "Cookie: AWSELBAuthSessionCookie-0=one\n"
        );
        assert_eq!(text.stderr, "");
    }
}
