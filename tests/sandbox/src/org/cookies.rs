//! Okta's cookies, in the shapes that recordings show.

use std::time::Duration;

use crate::audit::Event;
use crate::clock::http_date;
use crate::demand::Kind;
use crate::org::Exchange;
use crate::org::session::Session;
use crate::random;

const TWO_YEARS: Duration = Duration::from_secs(2 * 365 * 24 * 60 * 60);
const ONE_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Exchange<'_> {
    /// Sets the cookies that a request lacks, as any answer does: the node's own cookie, twice, and a device token.
    pub(crate) fn housekeeping_cookies(&mut self) {
        if self.request.cookie("JSESSIONID").is_none() {
            self.node_cookie();
            self.node_cookie();
        }
        let personal = ["/api/", "/oauth2/", "/login/"]
            .iter()
            .any(|prefix| self.request.path.starts_with(prefix));
        if personal {
            self.name_device();
        } else if self.request.path.starts_with("/idp/") && random::bytes(1)[0].is_multiple_of(4) {
            // another node may answer at any time
            self.node_cookie();
        }
    }

    /// The name of the request's device, given with this answer where it has none.
    pub(crate) fn name_device(&mut self) -> String {
        if let Some(known) = self.device().or_else(|| self.named.clone()) {
            return known;
        }
        let value = random::word("DI", 23);
        self.set_cookie("DT", &value, Some(TWO_YEARS));
        self.device_named(&value);
        self.record(Event::DeviceIssued);
        self.named = Some(value.clone());
        value
    }

    /// A cookie that lasts as long as the browser.
    pub(crate) fn set_plain_cookie(&mut self, name: &str, value: &str) {
        self.set_cookie(name, value, None);
    }

    /// The cookies of a new session, and the two that come with it.
    pub(crate) fn session_cookies(&mut self, session: &Session) {
        self.set_cookie("t", "default", None);
        if self.identity_engine() {
            self.clear_cookie("sid");
            self.set_cookie(
                "idx",
                &session.idx,
                session.life.or(session.kept.then_some(ONE_YEAR)),
            );
            self.set_cookie("xids", &random::word("102", 22), None);
        } else {
            self.set_cookie("sid", &session.id, session.life);
        }
        let proximity = format!("proximity_{}", random::hexadecimal(32));
        let value = random::word("", 40);
        self.set_cookie(&proximity, &value, Some(ONE_YEAR));
    }

    /// Takes the session's cookies back.
    pub(crate) fn clear_session_cookies(&mut self) {
        self.clear_cookie("sid");
        if self.identity_engine() {
            self.clear_cookie("idx");
        }
    }

    /// An empty value and a date long past: how Okta clears.
    pub(crate) fn clear_cookie(&mut self, name: &str) {
        let version = self.version();
        self.cookies.push(format!(
            "{name}=\"\";{version}Path=/;Expires=Thu, 01-Jan-1970 00:00:00 GMT;Max-Age=0;Secure;HttpOnly"
        ));
    }

    fn node_cookie(&mut self) {
        let value = random::hexadecimal(32).to_uppercase();
        self.issued(Kind::OktaCookie, &value);
        self.cookies
            .push(format!("JSESSIONID={value}; Path=/; Secure; HttpOnly"));
    }

    fn set_cookie(&mut self, name: &str, value: &str, life: Option<Duration>) {
        if value.len() > 8 {
            self.issued(Kind::OktaCookie, value);
        }
        let version = self.version();
        let expires = life.map_or_else(String::new, |life| {
            let date = http_date(self.now + life);
            format!("Expires={date};Max-Age={};", life.as_secs())
        });
        self.cookies.push(format!(
            "{name}={value};{version}Path=/;{expires}Secure;HttpOnly;SameSite=None"
        ));
    }

    fn version(&self) -> &'static str {
        if self.world.setup.variants.cookie_version {
            "Version=1;"
        } else {
            ""
        }
    }
}
