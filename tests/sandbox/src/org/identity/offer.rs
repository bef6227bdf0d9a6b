//! The offers of an answer: each step with its form, and where in the answer it stands.

use crate::org::identity::form::Field;

/// A path that was given out.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) place: String,
    /// The remediation's name, or the action's.
    pub(crate) name: String,
    pub(crate) tail: String,
    pub(crate) does: Does,
}

/// The action of a step when its form comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    Identify,
    Select,
    Data,
    Answer,
    Poll,
    Resend,
    Send,
    /// Gives the whole sign-in up.
    Cancel,
    /// Gives Okta Verify on the same machine up.
    CancelPolling,
    /// Gives Apple's extension up.
    CancelExtension,
    KeepMeSignedIn,
    Skip,
    /// Something that no program does by itself: enrolment, recovery, another flow.
    Person,
    /// A link to be visited.
    Visit,
}

/// Where in the answer an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Remediation,
    /// At the top of the answer.
    Top,
    /// In the authenticator that is being proved.
    Current,
    /// In `authenticatorChallenge`.
    DeviceChallenge,
}

/// One step that can be taken now.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) name: String,
    pub(crate) tail: &'static str,
    pub(crate) does: Does,
    pub(crate) place: Place,
    /// The form but for the handle, which every form has.
    pub(crate) fields: Vec<Field>,
    /// The milliseconds between two polls.
    pub(crate) refresh: Option<u32>,
    pub(crate) relates_to: Vec<&'static str>,
    /// Where a link leads, if it does not lead to the org's own steps.
    pub(crate) href: Option<String>,
}

impl Offer {
    pub(crate) fn new(name: &str, tail: &'static str, does: Does) -> Self {
        Self {
            name: name.to_owned(),
            tail,
            does,
            place: Place::Remediation,
            fields: Vec::new(),
            refresh: None,
            relates_to: Vec::new(),
            href: None,
        }
    }

    /// A step that only a person takes, in a browser.
    pub(crate) fn person(name: &str, tail: &'static str) -> Self {
        Self::new(name, tail, Does::Person)
    }

    /// A link for a browser.
    pub(crate) fn visit(name: &str, href: &str) -> Self {
        let mut offer = Self::new(name, "", Does::Visit);
        offer.href = Some(href.to_owned());
        offer
    }

    pub(crate) fn with(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields = fields.into_iter().collect();
        self
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    pub(crate) fn every(mut self, refresh: u32) -> Self {
        self.refresh = Some(refresh);
        self
    }

    pub(crate) fn about(mut self, path: &'static str) -> Self {
        self.relates_to.push(path);
        self
    }
}
