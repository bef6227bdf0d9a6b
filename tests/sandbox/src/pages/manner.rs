//! How people sign in with a browser, as a test sets it up.

use std::time::Duration;

/// The pages that one site shows to people, and what it makes of their sign-in.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch with its own default"
)]
pub struct Pages {
    /// The second factor that is asked for; `None` asks for what the site's own policies want.
    pub factor: Option<PageFactor>,
    /// The name alone is asked for, and the factor takes the place of the password.
    pub passwordless: bool,
    /// A security key has to know the person, by PIN or finger, and not only to be touched.
    pub user_verification: bool,
    /// The accounts are shown first, to choose one.
    pub chooser: bool,
    /// The person is asked once for each client whether it may have what it asks for.
    pub consent: bool,
    /// How the browser gets from the end of the sign-in back to authorize.
    pub back: Back,
    /// How long the session's cookie lasts; `None` is as long as the browser, which is what identity providers do by default.
    pub kept: Option<Duration>,
    /// A session is good with the `User-Agent` that it was made with, and ends with any other.
    pub bound_to_browser: bool,
    /// `prompt=none` is not looked at: whoever would be asked is shown a page.
    pub ignores_prompt_none: bool,
    /// The page fills itself in as this person, and submits itself.
    pub auto: Option<Person>,
    /// Nobody signs in here: the browser is sent on to the provider of this name, and what comes back from there counts.
    pub federated_to: Option<String>,
}

impl Pages {
    /// The same pages, which sign in by themselves.
    #[must_use]
    pub fn signing_in(mut self, login: &str, password: &str) -> Self {
        self.auto = Some(Person::new(login, password));
        self
    }

    /// The same pages with another way back.
    #[must_use]
    pub fn going_back(mut self, back: Back) -> Self {
        self.back = back;
        self
    }

    /// The same pages, which ask for this factor.
    #[must_use]
    pub fn asking(mut self, factor: PageFactor) -> Self {
        self.factor = Some(factor);
        self
    }
}

/// Somebody who types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub login: String,
    /// The password.
    pub password: String,
}

impl Person {
    /// Somebody with this name and password.
    #[must_use]
    pub fn new(login: &str, password: &str) -> Self {
        Self {
            login: login.to_owned(),
            password: password.to_owned(),
        }
    }
}

/// A second factor that a page can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFactor {
    /// The code of an authenticator, typed.
    Totp,
    /// A push; the page asks until the phone has answered.
    Push,
    /// A security key or a passkey that the person has enrolled.
    Webauthn,
    /// A new security key or passkey.
    WebauthnEnrolment,
    /// Okta Verify on the same machine, which the page looks for on a port of it.
    Fastpass,
    /// Duo's own frame, whose phone is beside the person.
    Duo,
}

/// How the browser gets from the end of the sign-in back to authorize, and with that to the callback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Back {
    /// 302.
    #[default]
    Redirect,
    /// `location.href`.
    Script,
    /// `<meta http-equiv="refresh">`.
    MetaRefresh,
    /// A form that submits itself, by POST.
    AutoPost,
    /// A link that opens a new tab, without an opener. Without a person's click it needs `--disable-popup-blocking`.
    NewTab,
    /// `window.open`. Without a person's click it needs `--disable-popup-blocking`.
    Popup,
    /// An iframe.
    Frame,
    /// `fetch()`, which follows redirects.
    Fetch,
}

impl Back {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Redirect,
        Self::Script,
        Self::MetaRefresh,
        Self::AutoPost,
        Self::NewTab,
        Self::Popup,
        Self::Frame,
        Self::Fetch,
    ];
}
