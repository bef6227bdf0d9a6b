//! Files: the configuration, the records of the cache, a seed. A broken one is an error or nothing; a good one can be
//! written and read again.

use std::fmt::Debug;
use std::path::Path;

use time::{Duration, macros::datetime};

use super::{app, is_fit, marks};
use crate::app::Target;
use crate::clock::Moment;
use crate::credential::Pattern;
use crate::duration::{parse_duration, show_duration};
use crate::environment::Variables;
use crate::output;
use crate::secret::Secret;
use crate::session::Freshness;
use crate::settings::file;
use crate::store::{Account, Credentials, Entry, EntryPeek, Key, Record};
use crate::totp::Totp;

const NOW: Moment = datetime!(2026-11-23 20:00:00 UTC);

/// A whole configuration file; and a length of time.
pub(crate) fn settings(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok(length) = parse_duration(text) {
        let shown = show_duration(length);
        let again = parse_duration(&shown).expect("what is shown can be read");
        assert!(again <= length && show_duration(again) == shown);
        let _ = NOW.saturating_add(length);
    }
    match file::parse(Path::new("config.toml"), text) {
        Err(error) => assert!(is_fit(&error), "{error:?}"),
        Ok(settings) => {
            for app in &settings.apps {
                assert!(app.site.same_origin(&app.start), "{}", app.start);
                let target = Target::parse(&app.site.url()).expect("a site is a URL");
                let found = settings.find(&target, &Variables::default());
                assert_eq!(found.expect("its own URL").site, app.site);
            }
        }
    }
}

/// A record of the cache, whichever it is.
pub(crate) fn records(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let (app, local) = (app("whole"), app("local"));
    let org = app.org().expect("an app of an org");
    let _: Option<Account> = survives(text, &Key::of_account(org));
    if let Some(vault) = survives::<Credentials>(text, &Key::of_credentials(local)) {
        let _ = vault.find(&Pattern::default(), NOW);
    }
    let key = Key::of_app(app);
    if let Some(entry) = survives::<Entry>(text, &key) {
        let freshness = entry.judge(app, NOW, Duration::ZERO);
        if let Some(glance) = EntryPeek::at(text, &key.heading()) {
            let is_fresh = freshness == Some(Freshness::Fresh);
            assert_eq!(glance.is_fresh(NOW, app.session), is_fresh);
            assert_eq!(Some(glance.session()), entry.session);
        }
        let _ = entry
            .failure
            .as_ref()
            .map(|failure| failure.is_shared_with(NOW, NOW, true));
        let _ = entry.backoff.as_ref().map(|backoff| backoff.holds(NOW));
        if let Some(answer) = entry.answer(app) {
            for format in &output::ALL {
                let _ = (format.render)(&answer);
            }
        }
    }
}

/// The record in `text`, which can be written and read again.
fn survives<R: Record + Debug + PartialEq>(text: &str, key: &Key) -> Option<R> {
    let record = R::parse(text, key)?;
    if let Some(text) = record.to_text(key) {
        assert_eq!(R::parse(text.expose(), key).as_ref(), Some(&record));
    }
    Some(record)
}

/// A seed, in base32 or in an otpauth URI.
pub(crate) fn seed(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match Totp::parse(&Secret::concat(&[text]), "the seed") {
        Err(error) => {
            assert!(is_fit(&error), "{error:?}");
            assert_eq!(marks(error.to_text().as_bytes()), 0, "{error:?}");
        }
        Ok(totp) => {
            let step = totp.step(NOW);
            let code = totp.code(step);
            let is_code = code.expose().bytes().all(|byte| byte.is_ascii_digit());
            assert!((6..=8).contains(&code.expose().len()) && is_code);
            assert!(totp.begins(step) <= NOW && NOW < totp.begins(step + 1));
            let _ = (totp.code(u64::MAX), totp.begins(u64::MAX));
        }
    }
}
