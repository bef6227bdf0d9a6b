//! `credential status`: a table of every app, or the same as JSON. Below the table are one of the orgs with their sessions,
//! one of the identity providers that people sign in at in a browser, and one of the copies of what a fleet of machines
//! shares, if there are any. No server is asked.

mod copies;
mod orgs;
pub(super) mod providers;
mod table;

use std::rc::Rc;

use serde::Serialize;

use crate::app::{App, Content, Org, Target};
use crate::caller_policy::CallerPolicy;
use crate::cli::Status;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::duration::show_duration;
use crate::error::{Error, Result};
use crate::get::kept_credentials;
use crate::output::timestamp;
use crate::reply::Reply;
use crate::secret::Secret;
use crate::session::Freshness;
use crate::standard_stream::Stream;
use crate::store::{Entry, Key};
use crate::terminal::{self, Looks};
use table::render;

/// A renewal in the background has ended after this time: an unattended sign-in has a minute.
const RENEWAL: time::Duration = time::Duration::minutes(2);

/// The status of one app. The members of `--json`, in their order.
#[derive(Serialize)]
struct AppStatus<'a> {
    app: &'a str,
    url: String,
    account: &'a str,
    method: &'static str,
    /// fresh, expired, none or failing.
    state: &'static str,
    expires_at: Option<String>,
    last_error: Option<String>,
    /// When the last renewal ahead of the session's end began. The session is still the old one.
    renewal_tried_at: Option<String>,
    /// When this machine's copy was last compared with the fleet's store.
    compared_at: Option<String>,
    /// Why that could not be done, or what was wrong with the record there.
    store_error: Option<String>,
    #[serde(skip)]
    copy: Option<copies::Copy>,
    #[serde(skip)]
    expires_in: String,
    /// The same as a sentence.
    #[serde(skip)]
    renewal: Option<String>,
}

/// Reports the state of every configured app, or of the one that is named.
pub(crate) fn run(arguments: &Status, verbosity: u8) -> Result<Reply> {
    let context = Context::open(verbosity, CallerPolicy::MUTE)?;
    let only = match &arguments.target {
        Some(target) => Some(context.find(&Target::parse(target)?)?),
        None => None,
    };
    if !arguments.json {
        context.settings.check_begun(&context.variables)?;
    }
    context.cache.check()?;
    let now = clock::now();
    let apps = context.settings.apps.iter();
    let lines: Vec<AppStatus> = apps
        .filter(|app| only.is_none_or(|only| std::ptr::eq(only, *app)))
        .map(|app| line(&context, app, now).unwrap_or_else(|error| AppStatus::refused(app, error)))
        .collect();
    let text = if arguments.json {
        serde_json::to_string_pretty(&lines).expect("a line is JSON") + "\n"
    } else {
        let looks = terminal::looks(Stream::Stdout);
        apps_table(looks, &lines)
            + &sessions(looks, &context, only, now)
            + &shared(looks, &lines, now)
    };
    Ok(Reply::answer(Secret::new(text)))
}

fn line<'a>(context: &Context, app: &'a App, now: Moment) -> Result<AppStatus<'a>> {
    if let Content::Credentials = app.content {
        return kept(context, app, now);
    }
    let entry: Entry = context.cache.find(&Key::of_app(app))?;
    let copy = copies::Copy::of(context, app, entry != Entry::default());
    let end = entry.end(app);
    let freshness = entry.judge(app, now, time::Duration::ZERO);
    let is_fresh = freshness == Some(Freshness::Fresh);
    let state = match (freshness, &entry.failure) {
        (Some(Freshness::Fresh), _) => "fresh",
        (_, Some(_)) => "failing",
        (Some(_), None) => "expired",
        (None, None) => "none",
    };
    // A renewal that succeeds leaves no such moment behind.
    let tried = entry.renewal_tried_at.filter(|at| is_fresh && *at <= now);
    Ok(AppStatus {
        state,
        renewal_tried_at: tried.map(timestamp),
        renewal: tried.map(|at| renewal(now - at)),
        compared_at: copy.as_ref().and_then(copies::Copy::compared_at),
        store_error: copy.as_ref().and_then(copies::Copy::trouble),
        copy,
        expires_at: end.map(timestamp),
        last_error: entry.failure.map(|failure| failure.error.message),
        expires_in: end
            .filter(|_| is_fresh)
            .map_or_else(|| "-".into(), |end| show_duration(end - now)),
        ..AppStatus::of(app)
    })
}

/// Says that a renewal in the background has changed nothing since it began.
fn renewal(ago: time::Duration) -> String {
    let verdict = match ago < RENEWAL {
        true => "began",
        false => "failed",
    };
    let ago = show_duration(ago);
    format!("a renewal ahead of the end {verdict} {ago} ago")
}

/// Returns the status of an app of method `none`, by the newest credential that is kept for it.
fn kept<'a>(context: &Context, app: &'a App, now: Moment) -> Result<AppStatus<'a>> {
    let kept = kept_credentials::all(context, app, now)?;
    let Some(newest) = kept.first() else {
        return Ok(AppStatus::of(app));
    };
    let end = newest.expires_at;
    let end = end.and_then(|end| Moment::from_unix_timestamp(end).ok());
    Ok(AppStatus {
        state: "fresh",
        expires_at: end.map(timestamp),
        expires_in: end.map_or_else(|| "-".into(), |end| show_duration(end - now)),
        ..AppStatus::of(app)
    })
}

impl<'a> AppStatus<'a> {
    /// Returns the status of an app whose record is refused.
    fn refused(app: &'a App, error: Error) -> Self {
        Self {
            state: "failing",
            last_error: Some(error.message),
            ..Self::of(app)
        }
    }

    /// Returns the status of an app without any record.
    fn of(app: &'a App) -> Self {
        Self {
            app: &app.name,
            url: app.site.url(),
            account: app.account(),
            method: app.method_name(),
            state: "none",
            expires_at: None,
            last_error: None,
            renewal_tried_at: None,
            compared_at: None,
            store_error: None,
            copy: None,
            expires_in: "-".into(),
            renewal: None,
        }
    }
}

/// Renders the tables of orgs and of providers, those of one app where `only` is one, each after an empty line; nothing
/// where there are none.
fn sessions(looks: Looks, context: &Context, only: Option<&App>, now: Moment) -> String {
    let is_meant = |org: &&Rc<Org>| {
        only.is_none_or(|app| {
            app.org()
                .is_some_and(|own| std::ptr::eq(own, Rc::as_ptr(org)))
        })
    };
    let orgs: Vec<_> = context.settings.orgs.iter().filter(is_meant).collect();
    let mut text = String::new();
    if !orgs.is_empty() {
        let rows = orgs::rows(context, &orgs, now);
        text = format!("\n{}", render(looks, orgs::HEAD, rows));
    }
    let providers = providers::rows(context, only, now);
    if !providers.is_empty() {
        text.push('\n');
        text.push_str(&render(looks, providers::HEAD, providers));
    }
    text
}

/// Renders the table of copies, after an empty line; nothing where no fleet shares an app's entry.
fn shared(looks: Looks, lines: &[AppStatus<'_>], now: Moment) -> String {
    match copies::rows(lines, now) {
        rows if rows.is_empty() => String::new(),
        rows => format!("\n{}", render(looks, copies::HEAD, rows)),
    }
}

/// Renders the table of apps.
fn apps_table(looks: Looks, lines: &[AppStatus]) -> String {
    let head = [
        "APP",
        "ACCOUNT",
        "STATE",
        "EXPIRES IN",
        "METHOD",
        "LAST ERROR",
    ];
    let rows = lines.iter().map(|line| {
        let error = line.last_error.as_deref().or(line.renewal.as_deref());
        [
            line.app,
            line.account,
            line.state,
            &line.expires_in,
            line.method,
            error.unwrap_or("-"),
        ]
        .map(str::to_owned)
    });
    render(looks, head, rows)
}
