//! `credential store APP`: a session cookie that a person has copied from a browser.

use super::act::Terms;
use crate::app::{App, Method, Target};
use crate::credential::Credential;
use crate::dialect::Manner;
use crate::error::{Error, Result, foreign};
use crate::get::stored;
use crate::reply::Reply;
use crate::secret::Secret;
use crate::session::pasted;
use crate::world::World;

/// Keeps the cookie in `input` as the session of the app.
pub(super) fn run(target: &str, input: &[u8], terms: &Terms) -> Result<Reply> {
    let cookie = header_value(input);
    let world = World::open(terms.verbosity, Manner::MUTE)?;
    let app = world.find(&Target::parse(target)?)?;
    match app.method {
        Method::Okta { .. } if stored::paste(&world, app, cookie.expose(), terms.life)? => {}
        Method::None if pasted(&app.cookie, cookie.expose()).is_some() => {
            let credential = Credential {
                username: Some(app.account().to_owned()),
                password: Some(cookie),
                ..Credential::default()
            };
            stored::keep(&world, app, credential, terms.life)?;
        }
        _ => return Err(no_session(app)),
    }
    Ok(Reply::silent())
}

/// A terminal takes no line as long as a cookie.
pub(super) fn not_at_a_terminal(target: &str) -> Error {
    Error::usage("the cookie is read from stdin, which is a terminal").hint(format!(
        "pass on what was copied, by the system's command for that: pbpaste | credential store {}",
        foreign(target)
    ))
}

/// The value of the `Cookie` header: what was copied may have the header's name before it.
fn header_value(input: &[u8]) -> Secret {
    const NAME: &str = "cookie:";
    let text = String::from_utf8_lossy(input);
    let text = text.trim();
    let has_name = text
        .get(..NAME.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(NAME));
    let value = if has_name { &text[NAME.len()..] } else { text };
    Secret::concat(&[value.trim()])
}

fn no_session(app: &App) -> Error {
    Error::usage(format!(
        "what stands on stdin is no session cookie of {}",
        app.name
    ))
    .hint(format!(
        "copy the whole value of the Cookie header, with {}-0=… and all that are numbered like it",
        app.cookie
    ))
}

#[cfg(test)]
mod tests {
    use super::header_value;

    #[test]
    fn the_name_of_the_header_may_be_there() {
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
