//! The lines about orgs: whose session of Okta's is kept, and since when. Nobody is asked whether it still holds.

use std::rc::Rc;

use crate::app::Org;
use crate::clock::Moment;
use crate::context::Context;
use crate::duration::show_duration;
use crate::store::{Account, Key};

/// The heads of the columns.
pub(super) const HEAD: [&str; 3] = ["ORG", "ACCOUNT", "OKTA SESSION"];

/// Returns a row for each of `orgs`.
pub(super) fn rows(context: &Context, orgs: &[&Rc<Org>], now: Moment) -> Vec<[String; 3]> {
    let row = |org: &&Rc<Org>| {
        let session = match org.storage.fleet() {
            // It is in the store, which is not asked.
            Some(fleet) if fleet.shares_okta => format!("shared by the fleet {}", fleet.namespace),
            Some(_) => "none".to_owned(),
            None => own(context, org, now),
        };
        [org.name.clone(), org.account.clone(), session]
    };
    orgs.iter().map(row).collect()
}

fn own(context: &Context, org: &Org, now: Moment) -> String {
    match context.cache.find(&Key::of_account(org)) {
        Ok(account) => session(&account, now),
        Err(error) => error.message,
    }
}

/// Describes the kept session. An older program has recorded none of the times.
fn session(account: &Account, now: Moment) -> String {
    match account.session_since {
        _ if account.session.is_empty() => "none".to_owned(),
        Some(since) => {
            let age = (now - since).max(time::Duration::ZERO);
            format!("begun {} ago", show_duration(age))
        }
        None => "kept".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::session;
    use crate::cookie::Jar;
    use crate::secret::Secret;
    use crate::store::Account;
    use time::macros::datetime;

    #[test]
    fn a_session_has_an_age_if_its_beginning_is_known() {
        let now = datetime!(2026-11-23 20:00 UTC);
        let mut account = Account::default();
        assert_eq!(session(&account, now), "none");
        let mut jar = Jar::default();
        jar.put("sid", Secret::new("102".into()));
        account.session = jar.clone();
        assert_eq!(session(&account, now), "kept");
        account.session = Jar::default();
        account.take_session(jar, datetime!(2026-11-23 18:00 UTC));
        assert_eq!(session(&account, now), "begun 2h ago");
    }
}
