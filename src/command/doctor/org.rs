//! Checks Okta without a password: which engine the org runs on, whether it knows the ALB's client, and whether the
//! cached Okta session is active.

use time::Duration;

use super::report::Finding;
use super::{Examination, LIMIT};
use crate::app::{App, Engine, Org};
use crate::cookie::Jar;
use crate::duration::show_duration;
use crate::error::{Error, Result};
use crate::http::Response;
use crate::method::driver;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::okta::{self, AuthorizeOutcome, FirstStep, OktaSessionStatus, Preview};
use crate::store::Account;

impl Examination<'_> {
    /// Reports whether an Okta org answers, and on which engine it runs.
    pub(super) fn engine(&mut self, org: &Org, document: Option<&Response>) {
        let finding = match document {
            None => Finding::skipped("the org host was not reached"),
            Some(document) => match okta::judge_organization(&org.site, document) {
                Ok(engine) => Finding::Fine(engine_words(self.app, engine, org.engine)),
                Err(error) => Finding::Wrong(error),
            },
        };
        self.put("org", finding);
    }

    /// Reports whether Okta knows the client and the callback of the ALB's `request`. Without a session and without a
    /// page Okta can only answer that a login is required, or that the request itself is wrong.
    pub(super) fn client(&mut self, org: &Org, request: Option<&AuthorizationRequest>) {
        let finding = match request {
            None => Finding::skipped("the ALB has made no request to show to the org"),
            Some(request) => {
                let nobody = Jar::default();
                let answer = self.ask(okta::authorize(request, None, &nobody));
                let judge = |answer| okta::judge_authorize(self.app, org, request, &answer);
                judge_client(answer.and_then(judge))
            }
        };
        self.put("client", finding);
    }

    /// Reports what the sign-in page of an Identity Engine org asks for first.
    pub(super) fn sign_in_page(
        &mut self,
        org: &Org,
        document: Option<&Response>,
        request: Option<&AuthorizationRequest>,
    ) {
        let engine =
            document.and_then(|document| okta::judge_organization(&org.site, document).ok());
        let (Some(Engine::Identity), Some(request)) = (org.engine.or(engine), request) else {
            return;
        };
        let mut preview = Preview::new(&org.site, request.url.clone());
        let limit = self.context.limit(LIMIT);
        let first = driver::observe(&self.context.client, limit, &mut preview, |_| {});
        self.put("sign-in page", judge_first_step(org, first));
    }

    /// Reports whether the account's Okta session is active, so that a sign-in needs no password.
    pub(super) fn okta_session(&mut self, org: &Org, account: &Account, is_reached: bool) -> bool {
        let status = match (account.session.is_empty(), is_reached) {
            (true, _) => None,
            (false, false) => {
                self.put(
                    "Okta session",
                    Finding::skipped("the org host was not reached"),
                );
                return false;
            }
            (false, true) => {
                let answer = self.ask(okta::session(org, &account.jar()));
                Some(answer.and_then(|answer| okta::judge_session(&answer)))
            }
        };
        let is_alive = matches!(status, Some(Ok(OktaSessionStatus::Active(_))));
        let finding = judge_okta_session(status, account.device.is_some());
        self.put("Okta session", finding);
        is_alive
    }
}

/// Describes the engine that the org names, and what it means for `app`; `configured` is the one that the configuration names.
fn engine_words(app: &App, engine: Engine, configured: Option<Engine>) -> String {
    let (name, app) = (engine.name(), &app.name);
    match (engine, configured) {
        (Engine::Classic, _) => format!(
            "{name}: the org's sign-on policy is judged with the password, {app}'s own at the end"
        ),
        (Engine::Identity, Some(Engine::Classic)) => format!(
            "{name}, and engine = \"classic\" is configured: the password is judged by the Global Session Policy alone; \
             {app}'s own policy is judged at the end, and can want more"
        ),
        (Engine::Identity, _) => format!(
            "{name}: the sign-in page's own steps are followed, as the policies of the org and of {app} want them"
        ),
    }
}

fn judge_first_step(org: &Org, first: Result<FirstStep>) -> Finding {
    match first {
        Ok(FirstStep::Answerable(words)) => Finding::Fine(words),
        Ok(FirstStep::Browser(words)) => Finding::Doubtful(
            Error::person(words)
                .caused_by("only a browser can do that: see the step browser")
                .hint(format!(
                    "sign in at {} in a browser, and see what else is offered",
                    org.site.url()
                )),
        ),
        Err(error) => Finding::Doubtful(error),
    }
}

fn judge_client(verdict: Result<AuthorizeOutcome>) -> Finding {
    match verdict {
        Ok(AuthorizeOutcome::LoginRequired(words)) => Finding::Fine(format!(
            "Okta knows it and its callback, and wants a sign-in, as it should: {words}"
        )),
        Ok(AuthorizeOutcome::Code(_)) => Finding::Doubtful(
            Error::refused("Okta gives a code to somebody without a session")
                .hint("ask the admins what signs this machine in without a password"),
        ),
        Err(error) => Finding::Wrong(error),
    }
}

fn judge_okta_session(status: Option<Result<OktaSessionStatus>>, has_device: bool) -> Finding {
    let device = match has_device {
        true => "the device token is kept",
        false => "without a device token, Okta takes this for a new device",
    };
    match status {
        None => Finding::Fine(format!(
            "none is cached, a sign-in takes the password; {device}"
        )),
        Some(Ok(OktaSessionStatus::Ended)) => Finding::Fine(format!(
            "the cached one has ended, the next sign-in takes the password; {device}"
        )),
        Some(Ok(OktaSessionStatus::Active(left))) => {
            let left = left.map(|left| format!(" for {}", show_duration(left.max(Duration::ZERO))));
            let left = left.unwrap_or_default();
            Finding::Fine(format!("active{left}; {device}"))
        }
        Some(Ok(OktaSessionStatus::Incomplete(word))) => Finding::Doubtful(
            Error::person(format!("Okta wants more of it: {word}; {device}"))
                .caused_by("a session that is not active signs in to no app, and the next sign-in takes the password"),
        ),
        Some(Err(error)) => Finding::Doubtful(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, Finding, engine_words, judge_client, judge_okta_session};
    use crate::error::Error;
    use crate::output::fixture::app;
    use crate::sign_in::okta::{AuthorizeOutcome, OktaSessionStatus};
    use time::Duration;
    use url::Url;

    #[test]
    fn each_engine_is_told_with_what_it_means() {
        let words = |engine| {
            engine_words(
                &app("https://wiki.corp.example"),
                engine,
                Some(Engine::Classic),
            )
        };
        assert!(words(Engine::Classic).starts_with("Okta Classic: the org's sign-on policy"));
        let identity = words(Engine::Identity);
        assert!(
            identity.contains("Global Session Policy alone")
                && identity.contains("wiki's own policy"),
            "{identity}"
        );
    }

    #[test]
    fn a_client_is_fine_if_okta_only_requires_a_login() {
        let wanted = judge_client(Ok(AuthorizeOutcome::LoginRequired("login_required".into())));
        assert!(matches!(wanted, Finding::Fine(words) if words.ends_with("login_required")));
        let code = Url::parse("https://wiki.corp.example/?code=c0de").expect("a URL");
        let code = judge_client(Ok(AuthorizeOutcome::Code(code)));
        assert!(matches!(code, Finding::Doubtful(error) if !error.message.contains("c0de")));
        let error = Error::refused("no");
        assert_eq!(judge_client(Err(error.clone())), Finding::Wrong(error));
    }

    #[test]
    fn a_session_that_has_ended_is_nothing_wrong() {
        let fine = |status, device| match judge_okta_session(status, device) {
            Finding::Fine(words) => words,
            other => panic!("{other:?}"),
        };
        assert!(fine(None, false).starts_with("none is cached"));
        assert!(
            fine(Some(Ok(OktaSessionStatus::Ended)), true).starts_with("the cached one has ended")
        );
        let active = OktaSessionStatus::Active(Some(Duration::minutes(119)));
        assert_eq!(
            fine(Some(Ok(active)), true),
            "active for 1h59m; the device token is kept"
        );
        assert!(fine(Some(Ok(OktaSessionStatus::Active(None))), true).starts_with("active;"));
        let wanting = judge_okta_session(
            Some(Ok(OktaSessionStatus::Incomplete("MFA_ENROLL".into()))),
            true,
        );
        assert!(matches!(wanting, Finding::Doubtful(_)));
        let trouble = judge_okta_session(Some(Err(Error::network("no"))), true);
        assert!(matches!(trouble, Finding::Doubtful(_)));
    }
}
