//! `credential store APP`: stores a session cookie that the user copied from a browser.

use super::execute::HelperOptions;
use crate::app::{App, Content, Target};
use crate::caller_policy::CallerPolicy;
use crate::context::Context;
use crate::cookie::without_header_name;
use crate::credential::Credential;
use crate::error::{Error, Result, foreign};
use crate::get::kept_credentials;
use crate::reply::Reply;
use crate::secret::Secret;
use crate::session::pasted;

/// Stores the cookie in `input` as the session of the app.
pub(super) fn run(target: &str, input: &[u8], options: &HelperOptions) -> Result<Reply> {
    let cookie = header_value(input);
    let context = Context::open(options.verbosity, CallerPolicy::MUTE)?;
    let app = context.find(&Target::parse(target)?)?;
    match app.content {
        Content::Session(_)
            if kept_credentials::paste(&context, app, cookie.expose(), options.life)? => {}
        Content::Credentials if pasted(&app.cookie, cookie.expose()).is_some() => {
            let credential = Credential {
                username: Some(app.account().to_owned()),
                password: Some(cookie),
                ..Credential::default()
            };
            kept_credentials::keep(&context, app, credential, options.life)?;
        }
        _ => return Err(no_session(app)),
    }
    Ok(Reply::silent())
}

/// The error for a cookie that should be typed: a terminal cannot take a line of that length.
pub(super) fn stdin_is_terminal(target: &str) -> Error {
    Error::usage("the cookie is read from stdin, but stdin is a terminal").hint(format!(
        "pipe the copied cookie into the command: pbpaste | credential store {}",
        foreign(target)
    ))
}

/// Returns the value of the `Cookie` header.
fn header_value(input: &[u8]) -> Secret {
    Secret::concat(&[without_header_name(&String::from_utf8_lossy(input))])
}

fn no_session(app: &App) -> Error {
    Error::usage(format!("stdin has no session cookie of {}", app.name)).hint(format!(
        "copy the whole value of the Cookie header, with {}-0=… and every cookie numbered like it",
        app.cookie
    ))
}

#[cfg(test)]
mod tests {
    use super::header_value;

    #[test]
    fn the_name_of_the_header_is_removed() {
        for input in [
            "A-0=x; b=c",
            "Cookie: A-0=x; b=c\r\n",
            "cookie:A-0=x; b=c\n\n",
        ] {
            assert_eq!(header_value(input.as_bytes()).expose(), "A-0=x; b=c");
        }
        assert_eq!(header_value(b"\xff").expose(), "\u{fffd}");
        assert_eq!(
            header_value("cook\u{e9}ie:".as_bytes()).expose(),
            "cook\u{e9}ie:"
        );
    }
}
