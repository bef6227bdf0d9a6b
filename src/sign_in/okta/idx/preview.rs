//! A look at the sign-in page of an Identity Engine org: what it asks for first. No secret, no name and no cookie is sent.

use super::Page;
use super::answer::Answer;
use super::form::{self, Form};
use super::steps::StepKind;
use crate::cookie::Jar;
use crate::error::{Error, foreign};
use crate::http::{Request, Response};
use crate::sign_in::flow::{Event, Flow, Peer, Step, Stop};
use crate::sign_in::okta::refusal::unreadable;
use crate::site::Site;

/// The first thing that a sign-in page asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FirstStep {
    /// A thing that can be answered here, in words.
    Answerable(String),
    /// A thing that only a browser can do, in words.
    Browser(String),
}

/// A look at the page that the ALB's URL leads to.
pub(crate) struct Preview<'a> {
    org: &'a Site,
    /// The ALB's own URL.
    url: url::Url,
    jar: Jar,
    has_page: bool,
}

impl<'a> Preview<'a> {
    /// Returns a look at what `org` answers to the ALB's authorize `url`.
    pub(crate) fn new(org: &'a Site, url: url::Url) -> Self {
        Self {
            org,
            url,
            jar: Jar::default(),
            has_page: false,
        }
    }

    /// Begins the transaction of the page's token, only to be told its first step.
    fn judge_page(&mut self, reply: &Response) -> Result<Step<FirstStep>, Stop> {
        let Page::Token(token) = Page::read(&reply.body) else {
            let host = self.org.authority();
            let error = format!("{host} shows no sign-in page of the Identity Engine");
            return Err(Error::network(error).into());
        };
        self.has_page = true;
        let request = form::introspect(self.org, "stateToken", &token, &self.jar);
        Ok(Step::send(Peer::IdentityProvider, request))
    }
}

impl Flow for Preview<'_> {
    type Out = FirstStep;

    fn next(&mut self, event: Event) -> Result<Step<FirstStep>, Stop> {
        match event {
            Event::Begin => {
                let page = Request::get(self.url.clone(), None);
                Ok(Step::send(Peer::IdentityProvider, page))
            }
            Event::Replied(_, reply) => {
                let reply = reply.map_err(|broken| broken.error)?;
                self.jar.follow(&reply.sound_cookies(), reply.date());
                if !self.has_page {
                    return self.judge_page(&reply);
                }
                let answer = Answer::parse(self.org, &reply);
                let answer = answer.filter(|_| reply.status == 200);
                Ok(Step::Done(describe(
                    &answer.ok_or_else(|| unreadable(&reply))?,
                )))
            }
            _ => Err(Stop::out_of_step()),
        }
    }
}

/// Describes the first step of `answer`.
fn describe(answer: &Answer) -> FirstStep {
    let mut steps = answer.remediations.iter();
    let first = steps.find(|form| StepKind::of(&form.name) != StepKind::Offer);
    let app = answer.text(&["app", "label"]).map(foreign);
    let of_app = app.map(|app| format!(" for {app}")).unwrap_or_default();
    let Some(first) = first else {
        let names = answer.names();
        return FirstStep::Browser(format!(
            "it offers no step that is known here{of_app}: {names}"
        ));
    };
    match StepKind::of(&first.name) {
        StepKind::Identify => identify(first, &of_app),
        StepKind::Probe => FirstStep::Answerable(format!(
            "it looks for Okta FastPass on this machine{of_app}, which is left, and then asks who signs in"
        )),
        StepKind::Browser(why) => FirstStep::Browser(format!("{why}{of_app} ({})", first.name)),
        _ => FirstStep::Answerable(format!("it begins{of_app} with the step {}", first.name)),
    }
}

fn identify(form: &Form, of_app: &str) -> FirstStep {
    if form.field(&["captchaVerify"]).is_some() {
        return FirstStep::Browser(format!("it wants a CAPTCHA solved{of_app}"));
    }
    let what = match form.field(&["credentials", "passcode"]) {
        Some(_) => "the name and the password",
        None => "the name first, and then for what the policy wants",
    };
    FirstStep::Answerable(format!("the page{of_app} asks for {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Answer, FirstStep, describe};
    use crate::sign_in::fixture::{answer, app, org};

    fn first(steps: &Value) -> FirstStep {
        let app = app();
        let body = json!({"stateHandle": "02~c.a", "remediation": {"value": steps}, "app": {"value": {"label": "Wiki\u{1b}"}}});
        let reply = answer(
            "https://corp.okta.com/idp/idx/introspect",
            200,
            &[],
            body.to_string(),
        );
        describe(&Answer::parse(&org(&app).site, &reply).expect("an answer"))
    }

    #[test]
    fn the_first_step_is_told_with_what_it_wants() {
        let credentials = json!({"name": "credentials", "form": {"value": [{"name": "passcode"}]}});
        let answerable = |words: &str| FirstStep::Answerable(words.to_owned());
        let browser = |words: &str| FirstStep::Browser(words.to_owned());
        for (steps, wanted) in [
            (
                json!([{"name": "identify", "value": [{"name": "identifier"}, credentials]}]),
                answerable("the page for Wiki asks for the name and the password"),
            ),
            (
                json!([{"name": "unlock-account"}, {"name": "identify", "value": [{"name": "identifier"}]}]),
                answerable(
                    "the page for Wiki asks for the name first, and then for what the policy wants",
                ),
            ),
            (
                json!([{"name": "identify", "value": [{"name": "captchaVerify"}]}]),
                browser("it wants a CAPTCHA solved for Wiki"),
            ),
            (
                json!([{"name": "redirect-idp"}]),
                browser("another identity provider signs in for Wiki (redirect-idp)"),
            ),
            (
                json!([{"name": "device-challenge-poll"}]),
                answerable(
                    "it looks for Okta FastPass on this machine for Wiki, which is left, and then asks who signs in",
                ),
            ),
            (
                json!([]),
                browser("it offers no step that is known here for Wiki: none"),
            ),
        ] {
            assert_eq!(first(&steps), wanted);
        }
    }
}
