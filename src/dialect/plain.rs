//! The plain dialect, for users and scripts on the command line: the request is an argument, the answer is in one of the
//! `--as` formats, and an error is text on stderr with its own exit code.

use super::{Dialect, HelperOutcome, HelperRequest, Operation};
use crate::app::Target;
use crate::caller_policy::CallerPolicy;
use crate::error::Error;
use crate::output::Format;
use crate::reply::Reply;
use crate::secret::Secret;

/// The plain dialect with the format of its answers.
#[derive(Debug)]
pub(crate) struct Plain(pub(crate) &'static Format);

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn policy(&self) -> CallerPolicy {
        CallerPolicy::PATIENT
    }

    /// The request is an argument.
    fn length(&self, _action: &str, input: &[u8]) -> Option<usize> {
        Some(input.len())
    }

    /// Parses the argument. An empty one is an error: it comes from an unset variable of a script, and the script does
    /// not mean the default app.
    fn parse(&self, action: &str, input: &[u8]) -> Result<HelperRequest, Reply> {
        let subject = String::from_utf8_lossy(input);
        if subject.is_empty() {
            return Err(Reply::failure(&Error::usage(
                "the name of the app is empty",
            )));
        }
        let target = Target::parse(&subject).map_err(|error| Reply::failure(&error))?;
        let operation = if action == "erase" {
            Operation::Erase
        } else {
            Operation::Get
        };
        Ok(HelperRequest::new(operation, target))
    }

    fn render(&self, _request: &HelperRequest, outcome: Result<&HelperOutcome, &Error>) -> Reply {
        match outcome {
            Ok(HelperOutcome::Session(answer)) => {
                let text = (self.0.render)(answer);
                Reply {
                    stdout: text.stdout,
                    stderr: text.stderr,
                    code: 0,
                }
            }
            Ok(HelperOutcome::List(apps)) => {
                let names = apps.iter().flat_map(|listed| [&listed.app.name, "\n"]);
                Reply::answer(Secret::new(names.collect()))
            }
            Ok(_) => Reply::silent(),
            Err(error) => Reply::failure(error),
        }
    }
}
