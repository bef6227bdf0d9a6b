//! The messages of the Identity Engine's answers.

use serde_json::{Value, json};

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    class: String,
    key: Option<String>,
    text: String,
    links: Vec<(String, String)>,
}

impl Note {
    fn of(class: &str, key: &str, text: &str) -> Self {
        Self {
            class: class.to_owned(),
            key: Some(key.to_owned()),
            text: text.to_owned(),
            links: Vec::new(),
        }
    }

    pub(crate) fn error(key: &str, text: &str) -> Self {
        Self::of("ERROR", key, text)
    }

    pub(crate) fn warning(key: &str, text: &str) -> Self {
        Self::of("WARNING", key, text)
    }

    pub(crate) fn info(key: &str, text: &str) -> Self {
        Self::of("INFO", key, text)
    }

    /// A message with or without a key, of any class.
    pub(crate) fn any(class: &str, key: Option<&str>, text: &str) -> Self {
        let mut note = Self::of(class, "", text);
        note.key = key.map(str::to_owned);
        note
    }

    pub(crate) fn linked(mut self, label: &str, url: &str) -> Self {
        self.links.push((label.to_owned(), url.to_owned()));
        self
    }

    pub(crate) fn list(notes: &[Self]) -> Value {
        let value: Vec<Value> = notes.iter().map(Self::written).collect();
        json!({ "type": "array", "value": value })
    }

    fn written(&self) -> Value {
        let mut text = json!({ "message": self.text, "class": self.class });
        if let Some(key) = &self.key {
            text["i18n"] = json!({ "key": key, "params": [] });
        }
        if !self.links.is_empty() {
            let link = |(label, url): &(String, String)| json!({ "label": label, "url": url });
            text["links"] = self.links.iter().map(link).collect();
        }
        text
    }
}

pub(crate) fn expired() -> Note {
    const TEXT: &str =
        "You have been logged out due to inactivity. Refresh or return to the sign in screen.";
    Note::error("idx.session.expired", TEXT)
}

pub(crate) fn refused() -> Note {
    Note::error("errors.E0000004", "Authentication failed")
}

pub(crate) fn bad_request(what: &str) -> Note {
    Note::error("errors.E0000020", &format!("Bad request: {what}"))
}

pub(crate) fn wrong_code() -> Note {
    const TEXT: &str = "Invalid code. Try again.";
    Note::error("api.authn.error.PASSCODE_INVALID", TEXT)
}

pub(crate) fn wrong_answer() -> Note {
    const TEXT: &str = "Your answer doesn't match our records. Please try again.";
    Note::error("authfactor.challenge.question_factor.answer_invalid", TEXT)
}

pub(crate) fn used_code() -> Note {
    const TEXT: &str = "Each code can only be used once. Please wait for a new code and try again.";
    Note::error("authfactor.challenge.soft_token.used_passcode", TEXT)
}

pub(crate) fn wrong_soft_token() -> Note {
    const TEXT: &str = "Your code doesn't match our records. Please try again.";
    Note::error("authfactor.challenge.soft_token.invalid_passcode", TEXT)
}

pub(crate) fn next_token(text: &str) -> Note {
    Note::error("errors.E0000113", text)
}

pub(crate) fn too_many_codes() -> Note {
    Note::error(
        "tooManyRequests",
        "Too many attempts. Try again in a few minutes.",
    )
}

pub(crate) fn sent_too_soon(call: bool) -> Note {
    let (key, what) = match call {
        true => ("errors.E0000151", "call"),
        false => ("errors.E0000150", "SMS"),
    };
    Note::error(
        key,
        &format!("{what} limit reached. Wait 30 seconds and try again."),
    )
}

pub(crate) fn push_rejected() -> Note {
    const KEY: &str = "api.authn.poll.error.push_rejected";
    Note::error(KEY, "You have chosen to reject this login.")
}

pub(crate) fn app_too_old() -> Note {
    const KEY: &str = "oie.authenticator.oktaverify.method.push.force.upgrade.number_challenge";
    Note::error(KEY, "Update Okta Verify to go on.")
}

pub(crate) fn ran_out() -> Note {
    const KEY: &str = "core.system.transaction_resource_not_found";
    Note::error(KEY, "The resource of this transaction was not found.")
}

pub(crate) fn unsatisfiable() -> Note {
    const TEXT: &str = "Your account has no authenticators that the policy of this app accepts.";
    Note::error("oie.assurance.unsatisfiable", TEXT)
}

pub(crate) fn not_assigned() -> Note {
    const TEXT: &str = "User is not assigned to this application.";
    Note::error("idx.error.code.user_not_assigned", TEXT)
}

pub(crate) fn denied() -> Note {
    const TEXT: &str = "You do not have permission to perform the requested action";
    Note::error("security.access_denied", TEXT)
}

pub(crate) fn denied_in_own_words() -> Note {
    const TEXT: &str = "Access denied by the administrator. Ask the service desk.";
    Note::error("security.access_denied_custom_message", TEXT)
        .linked("Service desk", "https://help.corp.example/access")
}
