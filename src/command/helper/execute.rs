//! Executes a request of a helper's caller.

use std::path::Path;

use crate::app::{App, Content};
use crate::cli::CookieFile;
use crate::clock;
use crate::context::Context;
use crate::cookie_file;
use crate::credential::{Credential, Pattern};
use crate::dialect::{HelperOutcome, HelperRequest, ListedApp, Operation};
use crate::error::{Error, Kind, Result};
use crate::get::{self, EraseReason, GetOptions, kept_credentials};
use crate::output::netscape;
use crate::secret::Secret;
use crate::session::Freshness;
use crate::store::{Entry, Key};

/// The command-line options of a helper call.
#[derive(Debug, Default)]
pub(super) struct HelperOptions {
    pub(super) get_options: GetOptions,
    pub(super) file: CookieFile,
    /// How long a stored credential is kept.
    pub(super) life: Option<time::Duration>,
    pub(super) verbosity: u8,
}

impl HelperOptions {
    /// Returns whether the options ask a `get` for no more than the cached session.
    pub(super) fn are_plain(&self) -> bool {
        self.get_options == GetOptions::default()
            && self.file.cookie_file.is_none()
            && self.verbosity == 0
    }
}

/// Executes `request`.
pub(super) fn execute<'a>(
    context: &'a Context,
    request: &HelperRequest,
    options: &HelperOptions,
) -> Result<HelperOutcome<'a>> {
    if request.operation == Operation::List {
        return list(context);
    }
    let app = context.find(&request.target)?;
    match (&app.content, &request.pattern) {
        (Content::Credentials, Some(pattern)) => {
            on_credential(context, app, request, pattern, options.life)
        }
        (_, pattern) => on_session(context, app, request, pattern.as_ref(), options),
    }
}

/// Executes a request about a stored credential: the app has no sign-in, and the caller's protocol has credentials.
fn on_credential<'a>(
    context: &Context,
    app: &App,
    request: &HelperRequest,
    pattern: &Pattern,
    life: Option<time::Duration>,
) -> Result<HelperOutcome<'a>> {
    match (request.operation, &request.offer) {
        (Operation::Erase, _) => kept_credentials::erase(context, app, pattern)?,
        (Operation::Store, Some(offer)) => {
            kept_credentials::keep(context, app, offer.clone(), life)?;
        }
        _ => return kept_credentials::find(context, app, pattern).map(HelperOutcome::Credential),
    }
    Ok(HelperOutcome::Done)
}

/// Executes a request about the app's session.
fn on_session<'a>(
    context: &Context,
    app: &'a App,
    request: &HelperRequest,
    pattern: Option<&Pattern>,
    options: &HelperOptions,
) -> Result<HelperOutcome<'a>> {
    // With a cookie file, git's user name is for the application itself. It does not name the account that signs in.
    let is_for_application =
        request.operation == Operation::Get && options.file.cookie_file.is_some();
    let account = pattern.and_then(|pattern| pattern.username.as_deref());
    let account = account.filter(|_| !is_for_application && request.operation != Operation::Store);
    if account.is_some_and(|account| !app.is_of_account(account)) {
        return Err(Error::new(
            Kind::NoSuchApp,
            format!("{} has another account than the one asked for", app.name),
        ));
    }
    match (request.operation, &request.offer) {
        (Operation::Store, offer) => store(context, app, offer.as_ref(), options.life),
        (Operation::Erase, _) => {
            let secret = pattern.and_then(|pattern| pattern.secret.as_ref());
            erase(context, app, secret)
        }
        _ => match &options.file.cookie_file {
            None => {
                let answer = get::get(context, app, &options.get_options)?;
                get::keep_app_lookup(context, &request.target, app);
                Ok(HelperOutcome::Session(answer))
            }
            Some(path) => write_cookie_file(context, app, pattern, path, options),
        },
    }
}

/// Stores an offered password if it is a session cookie that the user pasted. Ignores all other offers: a password of
/// another account or of the application itself, which git sends to all of its helpers; an offer with an expiry, which
/// is this program's own earlier answer; and an offer of git while the cached session is fresh.
fn store<'a>(
    context: &Context,
    app: &App,
    offer: Option<&Credential>,
    life: Option<time::Duration>,
) -> Result<HelperOutcome<'a>> {
    let may_be_pasted = |offer: &&Credential| {
        let account = offer.username.as_deref();
        offer.expires_at.is_none() && account.is_none_or(|account| app.is_of_account(account))
    };
    let cookie = offer
        .filter(may_be_pasted)
        .and_then(|offer| offer.password.as_ref());
    let is_from_git = offer.is_some_and(|offer| offer.server.is_none());
    let is_superseded = is_from_git && is_fresh(context, app)?;
    match cookie {
        Some(cookie)
            if !is_superseded && kept_credentials::paste(context, app, cookie.expose(), life)? =>
        {
            Ok(HelperOutcome::Done)
        }
        _ => Ok(HelperOutcome::Ignored),
    }
}

/// Reports whether a `get` could answer the session of `app` at once.
fn is_fresh(context: &Context, app: &App) -> Result<bool> {
    let entry: Entry = context.cache.find(&Key::of_app(app))?;
    let freshness = entry.judge(app, clock::now(), time::Duration::ZERO);
    Ok(freshness == Some(Freshness::Fresh))
}

fn erase<'a>(context: &Context, app: &App, secret: Option<&Secret>) -> Result<HelperOutcome<'a>> {
    match app.content {
        Content::Credentials => {
            let pattern = Pattern {
                secret: secret.cloned(),
                ..Pattern::default()
            };
            kept_credentials::erase(context, app, &pattern)?;
        }
        Content::Session(_) => get::erase(context, app, secret, EraseReason::Refused)?,
    }
    Ok(HelperOutcome::Done)
}

/// Writes the session into the cookie file that the caller reads. Asks the ALB first, because the caller cannot notice
/// a refused session: git takes the ALB's redirect as the answer.
///
/// git before 2.46 has neither `authtype` nor `http.proactiveAuth`, and calls its helper only after a 401. With an
/// ended session it would get a redirect instead of a 401. So its cookies expire soon, and the next git sends none.
fn write_cookie_file<'a>(
    context: &Context,
    app: &'a App,
    pattern: Option<&Pattern>,
    path: &Path,
    options: &HelperOptions,
) -> Result<HelperOutcome<'a>> {
    const SOON: time::Duration = time::Duration::minutes(2);
    let get_options = GetOptions {
        verify: Some(options.get_options.verify.unwrap_or_default()),
        trusting: true,
        ..options.get_options
    };
    let mut answer = get::get(context, app, &get_options)?;
    if pattern.is_some_and(|pattern| !pattern.takes_authorization) {
        answer.end = answer.end.min(clock::now().saturating_add(SOON));
    }
    let text = netscape::render(&answer);
    cookie_file::write(path, &text.stdout)?;
    Ok(HelperOutcome::CookieFile {
        app,
        warning: text.stderr,
        next: options.file.next,
    })
}

/// Lists every app, with everything that a `get` could answer at once. An app whose record is refused has nothing.
fn list(context: &Context) -> Result<HelperOutcome<'_>> {
    context.cache.check()?;
    let now = clock::now();
    let row = |app: &'_ App| -> Result<(bool, Vec<Credential>)> {
        if let Content::Credentials = app.content {
            return Ok((false, kept_credentials::all(context, app, now)?));
        }
        Ok((is_fresh(context, app)?, Vec::new()))
    };
    let apps = context.settings.apps.iter().map(|app| {
        let (fresh, kept) = row(app).unwrap_or_else(|error| {
            let words = format!("warning: {}: {}", app.name, error.message);
            context.terminal.notice(&words);
            Default::default()
        });
        ListedApp { app, fresh, kept }
    });
    Ok(HelperOutcome::List(apps.collect()))
}
