//! A visit in any browser anywhere: a person opens the address, and pastes the one that the last page has.
//!
//! Facts: the last page is the ALB's 401, because that browser has no nonce of this request; the ALB looks for the nonce
//! before it spends the code, so the code is still good here. The address has the state and no code, so it may be shown, and
//! be an argument of the program that opens it; the one that comes back has the code, and is neither shown nor sent before it is
//! judged.

use super::by_person;
use super::visits::{PERSON_LIMIT, Visits};
use crate::browser::NoWindow;
use crate::caller_policy::ChosenWay;
use crate::clock;
use crate::error::{Error, Hint, Kind, Result};
use crate::everyday_browser;
use crate::http::host;
use crate::method::host::interrupted;
use crate::secret::Secret;
use crate::session::{Session, Shard};
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::browser::{self, CallbackAnswer, LONGEST, Pasted};
use crate::sign_in::flow::{Stop, UserInput};
use crate::terminal::{Line, is_stdin_terminal, read_line};

/// How often a wrong answer is asked for again.
const MOST_REPEATS: usize = 5;
/// The likely cause where fresh addresses are refused twice: one public report shows this order, the others show that
/// the nonce comes first.
const SPENDS_FIRST: &str = "if the addresses were fresh, this ALB spends the code of a page that any browser loads, and takes no \
                            pasted address";

impl Visits<'_, '_> {
    /// Shows the address, and reads the one that comes back.
    pub(super) fn by_paste(&self, request: &AuthorizationRequest) -> Result<UserInput, Stop> {
        match self.host.call.way {
            ChosenWay::Stdin => return self.by_stdin(request),
            ChosenWay::Any if !by_person(self.host) => {
                return Ok(UserInput::NoCallback(
                    self.nobody_pastes(&host(&request.url)),
                ));
            }
            _ => {}
        }
        self.show(request)?;
        for _ in 0..=MOST_REPEATS {
            let text = self.ask("address of the last page: ")?;
            match self.judge(&text, request) {
                Ok(input) => return Ok(input),
                Err(why) => self.host.tell(&why.message),
            }
        }
        Err(no_address(MOST_REPEATS + 1).into())
    }

    /// Reads the session's cookies after a callback that the ALB did not take, as `error` says. Enter alone ends it.
    pub(super) fn pasted_cookies(&self, error: Error) -> Result<UserInput, Stop> {
        let (base, name) = (&self.app.cookie, &self.app.name);
        let error = error
            .caused_by(SPENDS_FIRST)
            .hint(format!("credential login {name} --browser"));
        self.host.tell(&error.message);
        self.host.tell(SPENDS_FIRST);
        self.host.tell(&format!(
            "if {} works in your browser now, paste its Cookie line instead ({base}-0=…), from the developer tools; \
             Enter alone ends this",
            self.app.site.url()
        ));
        let text = self.ask("Cookie line: ")?;
        Ok(match browser::pasted_cookies(text.expose(), base) {
            Some(shards) => session(shards),
            None => UserInput::NoCallback(error),
        })
    }

    /// Returns the error of a caller that gets no address unasked.
    fn nobody_pastes(&self, provider: &str) -> Error {
        let error = self.needs_person(provider);
        match self.context.windows {
            true => error.caused_by(NoWindow::Forbidden),
            false => error.caused_by("this caller cannot wait for a browser window"),
        }
    }

    /// Shows the address alone on its line, so that a terminal marks it whole, and opens it where that is possible.
    fn show(&self, request: &AuthorizationRequest) -> Result<(), Stop> {
        let (name, provider) = (&self.app.name, host(&request.url));
        if !self.host.dialogue()?.is_attended() {
            let error = Error::person("a pasted address needs a terminal");
            return Err(error
                .hint(format!("credential login {name} --callback -"))
                .into());
        }
        (self.host.call.tell)("waits for a person who signs in with a browser");
        let address = request.url.as_str();
        let opened =
            match everyday_browser::open(&request.url, &self.context.settings.secret_variables()) {
                true => " (your browser may have opened it already)",
                false => "",
            };
        for line in [
            &format!("sign in to {name} at {provider}: open this in any browser{opened}"),
            "",
            address,
            "",
            "the last page says 401 Authorization Required; that is right: copy its address and paste it here",
        ] {
            self.host.tell(line);
        }
        Ok(())
    }

    /// Asks for a long text, which is not shown.
    fn ask(&self, question: &str) -> Result<Secret, Stop> {
        let limit = PERSON_LIMIT.min(self.host.left());
        match self.host.dialogue()?.ask_pasted(question, limit)? {
            Line::Typed(text) => Ok(text),
            Line::Interrupted => Err(interrupted()),
            Line::GaveUp => Err(Error::person("no address was pasted").into()),
            Line::Over => {
                let minutes = limit.as_secs() / 60;
                Err(Error::person(format!("no address was pasted within {minutes} minutes")).into())
            }
        }
    }

    /// Prints the address, and reads the one that comes back from stdin.
    fn by_stdin(&self, request: &AuthorizationRequest) -> Result<UserInput, Stop> {
        if is_stdin_terminal() {
            let error = Error::usage("the address is read from stdin, but stdin is a terminal");
            return Err(error.hint(Hint::login_by_paste(&self.app.name)).into());
        }
        // The dialogue keeps signals, so that the claims are given back first.
        let dialogue = self.host.dialogue()?;
        (self.host.call.tell)("waits for an address on its stdin");
        self.context.terminal.line(request.url.as_str());
        let limit = PERSON_LIMIT.min(self.host.left());
        let text = read_line(LONGEST, limit, &|| dialogue.is_interrupted())
            .map_err(|error| Error::new(Kind::Other, "cannot read stdin").caused_by(error))?;
        match text {
            _ if dialogue.is_interrupted() => Err(interrupted()),
            Some(text) => Ok(self.judge(&text, request)?),
            None => Err(no_address(1).into()),
        }
    }

    /// Judges a pasted text, before anything of it is sent.
    fn judge(&self, text: &Secret, request: &AuthorizationRequest) -> Result<UserInput> {
        match browser::judge(text.expose(), request, &self.app.cookie) {
            Ok(Pasted::Callback(CallbackAnswer::Code(url))) => {
                Ok(UserInput::Callback(url, clock::now()))
            }
            Ok(Pasted::Callback(CallbackAnswer::Error(error))) => {
                Ok(UserInput::NoCallback(error.error(&host(&request.url))))
            }
            Ok(Pasted::Cookies(shards)) => Ok(session(shards)),
            Err(reason) => Err(Error::new(
                Kind::Other,
                format!("this does not end the sign-in: {reason}"),
            )),
        }
    }
}

fn session(shards: Vec<Shard>) -> UserInput {
    UserInput::Session(Box::new(Session::pasted(shards, clock::now(), None)))
}

/// Returns the error of so many wrong answers.
fn no_address(times: usize) -> Error {
    let words = match times {
        1 => "no address came".to_owned(),
        times => format!("{times} times no address came that ends the sign-in"),
    };
    Error::new(Kind::Other, words)
}
