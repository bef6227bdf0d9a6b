//! The plain dialect: a person or a script at the command line. The request is the argument, the answer one of the
//! `--as` formats, an error is text on stderr with its own exit code.

use super::{Ask, Dialect, Manner, Outcome, Verb};
use crate::app::Target;
use crate::error::Error;
use crate::output::Format;
use crate::reply::Reply;
use crate::secret::Secret;

/// The plain dialect with the format that was asked for.
#[derive(Debug)]
pub(crate) struct Plain(pub(crate) &'static Format);

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn manner(&self) -> Manner {
        Manner::PATIENT
    }

    /// `input` is the argument. An empty one is what a script's unset variable becomes, and must not become the default.
    fn parse(&self, action: &str, input: &[u8]) -> Result<Ask, Reply> {
        let subject = String::from_utf8_lossy(input);
        if subject.is_empty() {
            return Err(Reply::failure(&Error::usage(
                "the name of the app is empty",
            )));
        }
        let target = Target::parse(&subject).map_err(|error| Reply::failure(&error))?;
        let verb = if action == "erase" {
            Verb::Erase
        } else {
            Verb::Get
        };
        Ok(Ask::plain(verb, target))
    }

    fn render(&self, _ask: &Ask, outcome: Result<&Outcome, &Error>) -> Reply {
        match outcome {
            Ok(Outcome::Session(answer)) => {
                let text = (self.0.render)(answer);
                Reply {
                    stdout: text.stdout,
                    stderr: text.stderr,
                    code: 0,
                }
            }
            Ok(Outcome::Listed(apps)) => {
                let names = apps.iter().flat_map(|listed| [&listed.app.name, "\n"]);
                Reply::answer(Secret::new(names.collect()))
            }
            Ok(_) => Reply::silent(),
            Err(error) => Reply::failure(error),
        }
    }
}
