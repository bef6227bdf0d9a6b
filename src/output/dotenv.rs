//! `--as dotenv`: one assignment in double quotes. Read by dotenv libraries, by editors that support `.env`, and by
//! shells that source it. Every character that is special inside double quotes is escaped, so that a shell never
//! executes a cookie. (Shells expand the history character `!` only in typed lines.)

use super::{Text, escaped};
use crate::secret::Secret;
use crate::served_session::ServedSession;

pub(crate) fn render(answer: &ServedSession) -> Text {
    let cookie = answer.session.cookie();
    let mut pieces = vec!["CREDENTIAL_COOKIE=\""];
    pieces.extend(escaped(cookie.expose(), b"\\\"$`"));
    pieces.push("\"\n");
    Secret::concat(&pieces).into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};

    #[test]
    fn it_is_one_assignment() {
        let text = super::render(&answer(
            &app("https://wiki.corp.example"),
            &["one+/=", "two"],
        ));
        assert_eq!(
            text.stdout.expose(),
            "CREDENTIAL_COOKIE=\"AWSELBAuthSessionCookie-0=one+/=; AWSELBAuthSessionCookie-1=two\"\n"
        );
        assert_eq!(text.stderr, "");
    }

    #[test]
    fn a_shell_executes_nothing_in_it() {
        let text = super::render(&answer(
            &app("https://wiki.corp.example"),
            &["$(id)`id`\"\\!'"],
        ));
        assert_eq!(
            text.stdout.expose(),
            "CREDENTIAL_COOKIE=\"AWSELBAuthSessionCookie-0=\\$(id)\\`id\\`\\\"\\\\!'\"\n"
        );
    }
}
