//! `--as cookie`: the value of the `Cookie` header and nothing else. Read by scripts, `$(…)` and editors, which drop
//! the newline.

use super::Text;
use crate::secret::Secret;
use crate::served_session::ServedSession;

pub(crate) fn render(answer: &ServedSession) -> Text {
    Secret::concat(&[answer.session.cookie().expose(), "\n"]).into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};

    #[test]
    fn it_is_the_value_and_a_newline() {
        let text = super::render(&answer(
            &app("https://wiki.corp.example"),
            &["one+/=", "two"],
        ));
        assert_eq!(
            text.stdout.expose(),
            "AWSELBAuthSessionCookie-0=one+/=; AWSELBAuthSessionCookie-1=two\n"
        );
        assert_eq!(text.stderr, "");
    }
}
