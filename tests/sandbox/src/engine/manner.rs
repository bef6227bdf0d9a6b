//! In what manner an org shows things that the public record has seen in several forms.

/// Where the page has its state token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageForm {
    /// One of the others, by chance.
    Any,
    /// A script statement: `var stateToken = '…'`.
    Statement,
    /// A member of the literal `oktaData`, which has functions in it and is no JSON.
    Data,
    /// Both, of which the statement's is empty.
    EmptyStatement,
    /// Both, of which the member's is empty.
    EmptyData,
    /// Both, with one value.
    Both,
    /// In the JSON text of `modelDataBag`, and so escaped twice.
    Bag,
}

/// The shape of a page's token. Whatever it is, it has characters that a page escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenShape {
    /// `02.id.` and forty characters.
    Short,
    /// Two thousand characters that begin as a JSON Web Token, as some cells give them.
    Long,
}

/// Text that misleads the reader of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disguise {
    /// An old token stands in comments.
    pub stale_comments: bool,
    /// Characters of the token are escaped.
    pub escapes: bool,
    /// So many bytes of markup stand around it.
    pub noise: usize,
    /// Two tokens that are not empty and differ: no program can know which is good.
    pub two_tokens: bool,
}

impl Default for Disguise {
    fn default() -> Self {
        Self {
            stale_comments: true,
            escapes: true,
            noise: 60 * 1024,
            two_tokens: false,
        }
    }
}

/// The answer to a name that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownUser {
    /// `errors.E0000004`, at `identify`.
    Refused,
    /// `idx.unknown.user`, of class INFO, at `identify`.
    Told,
    /// Nothing: a password is asked for, and is wrong.
    Hidden,
}

/// The number challenge of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// The phone asks yes or no.
    Never,
    /// `correctAnswer` stands in the answer that sends the push.
    AtOnce,
    /// `correctAnswer` stands in answers to polls, from the second on.
    Later,
}

/// How a device proves itself without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceProof {
    /// Okta Verify is asked on ports of the machine itself.
    Loopback,
    /// The operating system opens a link of Okta Verify's own scheme.
    CustomUri,
    /// The operating system opens a link to a page.
    UniversalLink,
}
