//! `--as header`: the whole header line. Read by `curl -H @-` and `curl -H @<(…)`. It has no size limit in curl, and
//! stays with its host after a redirect.

use super::Text;
use crate::secret::Secret;
use crate::served_session::ServedSession;

pub(crate) fn render(answer: &ServedSession) -> Text {
    Secret::concat(&["Cookie: ", answer.session.cookie().expose(), "\n"]).into()
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
