//! The apps without a sign-in (method `none`): the credentials that callers have stored for them, and the session among
//! these.

use time::Duration;

use super::GetOptions;
use super::admission::is_refused;
use crate::app::App;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::credential::{Credential, Pattern};
use crate::error::{Error, Hint, Kind, Result, Table};
use crate::served_session::ServedSession;
use crate::session::{Freshness, Session, pasted};
use crate::store::{Credentials, Entry, Key, StoreError};

/// The longest wait for another process that writes the same record.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

/// Returns the newest session cookie that was kept for `app`.
pub(crate) fn stored<'a>(
    context: &Context,
    app: &'a App,
    options: &GetOptions,
    now: Moment,
) -> Result<ServedSession<'a>> {
    let credentials: Credentials = context.cache.read(&Key::of_credentials(app))?;
    for credential in credentials.alive(now) {
        let session = session_of(app, credential).filter(|session| {
            session.judge(now, app.session, options.min_life) == Freshness::Fresh && !options.anew
        });
        let Some(session) = session else { continue };
        // Nothing records that the ALB has taken it.
        if options.verify.is_none() || !is_refused(context, app, &session)? {
            return Ok(ServedSession::new(app, session, app.session));
        }
        let pattern = Pattern {
            secret: credential.password.clone(),
            ..Pattern::default()
        };
        erase(context, app, &pattern)?;
    }
    Err(no_session(app))
}

/// Returns the error of an app for which no session is kept.
fn no_session(app: &App) -> Error {
    Error::person(format!(
        "no session cookie is kept for {}, and method none has no sign-in",
        app.name
    ))
    .hint(format!(
        "copy the cookie from a browser and keep it: credential store {}",
        app.name
    ))
    .hint(Hint::set(Table::App(app.name.clone()), "method", "okta").after("or "))
}

/// Returns the session in a credential, if its password is a session cookie of the app.
fn session_of(app: &App, credential: &Credential) -> Option<Session> {
    let shards = pasted(&app.cookie, credential.password.as_ref()?.expose())?;
    let kept_at = Moment::from_unix_timestamp(credential.kept_at).ok()?;
    Some(Session::issued(
        shards,
        kept_at,
        life(credential.expires_at, kept_at),
    ))
}

/// Returns the time from `now` to the `end`, which is in seconds since 1970.
fn life(end: Option<i64>, now: Moment) -> Option<Duration> {
    end.map(|end| Duration::seconds(end.saturating_sub(now.unix_timestamp())))
}

/// Returns the credential of `app` that `pattern` selects.
pub(crate) fn find(context: &Context, app: &App, pattern: &Pattern) -> Result<Credential> {
    let credentials: Credentials = context.cache.read(&Key::of_credentials(app))?;
    let found = credentials.find(pattern, clock::now()).cloned();
    found.ok_or_else(|| {
        Error::new(
            Kind::NoSuchApp,
            format!("nothing like it is kept for {}", app.name),
        )
    })
}

/// Returns every credential of `app` that has not expired.
pub(crate) fn all(context: &Context, app: &App, now: Moment) -> Result<Vec<Credential>> {
    let credentials: Credentials = context.cache.read(&Key::of_credentials(app))?;
    Ok(credentials.alive(now).cloned().collect())
}

/// Keeps `credential` for `app`, for `life` at most.
pub(crate) fn keep(
    context: &Context,
    app: &App,
    mut credential: Credential,
    life: Option<Duration>,
) -> Result<()> {
    let now = clock::now();
    let life = [life, app.session].into_iter().flatten().min();
    let end = life.map(|life| now.saturating_add(life).unix_timestamp());
    credential.expires_at = [credential.expires_at, end].into_iter().flatten().min();
    credential.kept_at = now.unix_timestamp();
    if !credential.is_alive(now) {
        return Ok(());
    }
    let known: Credentials = context.cache.read(&Key::of_credentials(app))?;
    if known.alive(now).any(|known| known.is_same_as(&credential)) {
        return Ok(());
    }
    change(
        context,
        app,
        &format!("keep a credential for {}", app.name),
        |credentials| {
            credentials.keep(credential, now);
        },
    )
}

/// Forgets the credentials of `app` that `pattern` selects.
pub(crate) fn erase(context: &Context, app: &App, pattern: &Pattern) -> Result<()> {
    let purpose = format!("erase what is kept for {}", app.name);
    let credentials: Result<Credentials> = context.cache.demand(&Key::of_credentials(app));
    let credentials =
        credentials.map_err(|error| error.while_doing(&format!("cannot {purpose}")))?;
    if !credentials.has(pattern) {
        return Ok(());
    }
    change(context, app, &purpose, |credentials| {
        credentials.erase(pattern);
    })
}

fn change(
    context: &Context,
    app: &App,
    purpose: &str,
    change: impl FnOnce(&mut Credentials),
) -> Result<()> {
    let key = Key::of_credentials(app);
    let mut held = context
        .cache
        .hold::<Credentials>(&key, purpose, context.limit(LIMIT))?;
    change(&mut held.record);
    // A credential does not go into the fallback, which may be empty tomorrow.
    held.try_write()
        .map_err(StoreError::into_error)
        .map_err(|error| error.while_doing(&format!("cannot {purpose}")))
}

/// Takes `cookie`, the value of a `Cookie` header that a person has copied from a browser, as the session of an app,
/// for `life` at most. Returns whether it holds all shards of the session; otherwise nothing is taken.
pub(crate) fn paste(
    context: &Context,
    app: &App,
    cookie: &str,
    life: Option<Duration>,
) -> Result<bool> {
    let Some(shards) = pasted(&app.cookie, cookie) else {
        return Ok(false);
    };
    let session = Session::pasted(shards, clock::now(), life);
    let key = Key::of_app(app);
    let known: Entry = context.cache.find(&key)?;
    if known
        .session
        .is_some_and(|known| known.shards == session.shards)
    {
        return Ok(true);
    }
    let purpose = format!("keep a session of {}", app.name);
    let limit = context.limit(Context::patience(false));
    // A pasted session stays on this machine.
    let mut held = context.cache.hold_here::<Entry>(&key, &purpose, limit)?;
    held.record = Entry {
        session: Some(session),
        learnt: held.record.learnt,
        ..Entry::default()
    };
    held.write()
        .map(|()| true)
        .map_err(|error| error.while_doing(&format!("cannot {purpose}")))
}
