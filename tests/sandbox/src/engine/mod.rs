//! Okta's engines: the one that a setup runs on, and the demands, offers and manners of an Identity Engine org.
//!
//! Okta documents the Identity Engine's own protocol (`/idp/idx/…`) nowhere; the simulation follows public recordings.

mod end;
mod manner;
mod sign_on;

use std::time::Duration;

pub use end::{After, Before, Ending, Hop, Moment, Stop};
pub use manner::{DeviceProof, Disguise, Number, PageForm, TokenShape, UnknownUser};
pub use sign_on::{Need, SignOn};

/// The engine of a setup.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::large_enum_variant,
    reason = "a setup has one, and a test writes it without a box"
)]
pub enum Engine {
    /// `/api/v1/authn` alone, on either pipeline: the token of a sign-in page leads nowhere.
    #[default]
    Classic,
    /// The Identity Engine with its own protocol, whatever the pipeline says.
    Identity(Identity),
}

/// An org on the Identity Engine.
///
/// ```
/// use sandbox::{After, App, Factor, Identity, Need, Sandbox, Setup, SignOn};
///
/// let identity = Identity::new().polled_every(200).after(After::KeepMeSignedIn);
/// let mut setup = Setup::identity_engine(identity);
/// setup.users[0].factors = Factor::okta_verify("Ada's phone", &sandbox::random_seed());
/// setup.apps[0] = App::new("grafana").signing_on(SignOn::asking([Need::Possession]));
/// let sandbox = Sandbox::start(setup);
///
/// // … the client under test signs in, and the person approves:
/// let phone = sandbox.phone("ada@corp.example");
/// assert!(!phone.approve(), "nobody has sent a push yet");
///
/// assert_eq!(sandbox.violations(), []);
/// assert_eq!((sandbox.password_tries(), sandbox.pushes(), sandbox.trails().len()), (0, 0, 0));
/// ```
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of a policy or of the public record"
)]
pub struct Identity {
    /// The Global Session Policy. Where it begins with [`Need::Password`], name and password are asked for on one page;
    /// where it does not, the name comes alone.
    pub session: Vec<Need>,
    /// Name and password come on two pages although the policy begins with the password.
    pub identifier_first: bool,
    /// The step before the sign-in.
    pub before: Vec<Before>,
    /// The steps between the last factor and the end, in order.
    pub after: Vec<After>,
    /// A step at which a program has to stop.
    pub stop: Option<(Moment, Stop)>,
    /// The end of a sign-in that was given everything.
    pub ending: Ending,
    /// The way from the success link to the client.
    pub hop: Hop,
    /// The form of the sign-in page.
    pub page: PageForm,
    /// The shape of its token.
    pub token: TokenShape,
    /// More text on the page, which misleads its reader.
    pub disguise: Disguise,
    /// The answer to a name that nobody has.
    pub unknown_user: UnknownUser,
    /// So many other identity providers are offered beside `identify`.
    pub idps: usize,
    /// `identify` demands a CAPTCHA.
    pub captcha: bool,
    /// Where several authenticators would do, the first is challenged at once, and the others stand beside it.
    pub preselects: bool,
    /// The way of proving what was chosen in the list is chosen in a step of its own (`authenticator-verification-data`),
    /// and only that step sends. For the only authenticator there is, it always is so.
    pub data_step: bool,
    /// Okta Verify's ways are authenticators of their own (`okta_verify_push`, …), as the policies of 2026 name them.
    pub splits_okta_verify: bool,
    /// The first e-mail waits for the client to ask for it.
    pub mail_waits: bool,
    /// A wrong password leads back to `identify`, and no longer to the form of the password.
    pub wrong_password_identifies: bool,
    /// The number challenge of a push.
    pub number: Number,
    /// The milliseconds between two polls, as the answers say.
    pub refresh: u32,
    /// From the third answer to a poll on, so many milliseconds.
    pub later_refresh: Option<u32>,
    /// The life of a transaction from its last step.
    pub life: Duration,
    /// The life of the link that ends a transaction.
    pub success_life: Duration,
    /// The success link is only good with the `DT` cookie and the `User-Agent` that the page was given to.
    pub device_matching: bool,
    /// `prompt=none` gives the page too, as one report has it.
    pub none_gives_page: bool,
    /// The wrong codes of a kind in five minutes that block it; 0 never does.
    pub code_limit: u32,
    /// Sessions may outlive the browser, and spare their device a second factor.
    pub keeps_signed_in: bool,
    /// The success comes as a remediation, not as a member of its own.
    pub success_is_remediation: bool,
    /// The row of variations in what the public record has seen in several forms; `None` for none.
    pub variety: Option<u64>,
    /// How many requests are answered.
    pub limits: IdentityLimits,
}

/// The Identity Engine's rate limits, beside those of [`crate::FactorLimits`].
#[derive(Clone, Debug)]
pub struct IdentityLimits {
    /// All steps but the first, for the org and minute.
    pub steps_per_minute: u32,
    /// `introspect`, for the org and minute.
    pub introspect_per_minute: u32,
    /// The success link, for the org and minute.
    pub success_per_minute: u32,
}

impl Default for IdentityLimits {
    fn default() -> Self {
        Self {
            steps_per_minute: 1000,
            introspect_per_minute: 2000,
            success_per_minute: 600,
        }
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            session: vec![Need::Password],
            identifier_first: false,
            before: Vec::new(),
            after: Vec::new(),
            stop: None,
            ending: Ending::Success,
            hop: Hop::Straight,
            page: PageForm::Any,
            token: TokenShape::Short,
            disguise: Disguise::default(),
            unknown_user: UnknownUser::Refused,
            idps: 2,
            captcha: false,
            preselects: false,
            data_step: false,
            splits_okta_verify: false,
            mail_waits: false,
            wrong_password_identifies: false,
            number: Number::AtOnce,
            refresh: 4000,
            later_refresh: None,
            life: Duration::from_secs(60 * 60),
            success_life: Duration::from_secs(60),
            device_matching: true,
            none_gives_page: false,
            code_limit: 5,
            keeps_signed_in: true,
            success_is_remediation: false,
            variety: Some(1),
            limits: IdentityLimits::default(),
        }
    }
}

impl Identity {
    /// An org whose session wants a password, and whose apps say what they want beside it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same org with another Global Session Policy.
    #[must_use]
    pub fn with_session(mut self, needs: impl IntoIterator<Item = Need>) -> Self {
        self.session = needs.into_iter().collect();
        self
    }

    /// The same org whose session asks for a name first, and leaves the rest to the app.
    #[must_use]
    pub fn passwordless(self) -> Self {
        self.with_session([Need::AnyOne])
    }

    /// The same org with this before the sign-in.
    #[must_use]
    pub fn before(mut self, step: Before) -> Self {
        self.before.push(step);
        self
    }

    /// The same org with one more step after the factors.
    #[must_use]
    pub fn after(mut self, step: After) -> Self {
        self.after.push(step);
        self
    }

    /// The same org at which a program has to stop there.
    #[must_use]
    pub fn stopping(mut self, at: Moment, stop: Stop) -> Self {
        self.stop = Some((at, stop));
        self
    }

    /// The same org with another pace of polls.
    #[must_use]
    pub fn polled_every(mut self, milliseconds: u32) -> Self {
        self.refresh = milliseconds;
        self
    }
}
