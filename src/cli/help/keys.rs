//! Each key of the configuration file, with its meaning in a line.

use super::Chapter;

type Keys = [(&'static str, &'static str)];

/// The tables of the file, in its order.
pub(super) const TABLES: [(&str, &Keys); 4] = [
    (
        "Keys at the top of the file, which is TOML",
        &[
            ("default", "the app of a bare `credential get`"),
            (
                "store",
                "where sessions are kept: \"file\" (default), \"keyring\", { redis = { … } }",
            ),
            ("browser, org, app", "the tables below"),
        ],
    ),
    (
        "Keys of [org.NAME], an Okta organisation",
        &[
            ("url", "its URL, such as https://corp.okta.com; required"),
            ("username", "your user name there; required"),
            (
                "password",
                "where it comes from: { command = [\"op\", \"read\", …] }, { env = NAME }, { file = PATH }, { keyring = true }, \
                 or { prompt = true } (default)",
            ),
            (
                "engine",
                "\"auto\" (default), \"classic\", or \"idx\": Identity Engine",
            ),
            (
                "factor",
                "second factors in the order of your preference, such as [\"push\", \"token:software:totp\"]",
            ),
            (
                "passcode",
                "where the code comes from: a source as for `password`, or { totp = SOURCE } of its seed",
            ),
            (
                "remember_device",
                "ask Okta to ask this device less often (default: true)",
            ),
            (
                "push_unattended",
                "may a push be sent when nobody is at a terminal (default: false)",
            ),
            (
                "browser",
                "may a browser go on where Okta wants one (default: true)",
            ),
            (
                "store",
                "where its sessions are kept, if not where others are",
            ),
        ],
    ),
    (
        "Keys of [app.NAME], a protected application",
        &[
            (
                "url",
                "its URL, with the path prefix that is its own; required",
            ),
            ("org", "the org that signs you in, if there are several"),
            (
                "method",
                "\"okta\" (default); \"browser\", at any identity provider; \"none\": only `credential store` fills it",
            ),
            (
                "idp",
                "with method \"browser\": the only origin that the ALB may send you to",
            ),
            (
                "start",
                "a path that the ALB protects (default: the URL's own)",
            ),
            (
                "cookie",
                "the ALB's SessionCookieName (default: AWSELBAuthSessionCookie)",
            ),
            (
                "session",
                "the ALB's SessionTimeout, where you know it: \"12h\"",
            ),
            (
                "renew_ahead",
                "the share of its life, at its end, in which a session is renewed ahead (default: 0.1; never: 0)",
            ),
            (
                "client_id",
                "a client of your own that makes the Okta session first; seldom needed",
            ),
            ("redirect_uri", "that client's redirect URI"),
        ],
    ),
    (
        "Keys of [browser], for all apps",
        &[
            (
                "command",
                "the browser, such as [\"chromium\"] (default: the first one that is found)",
            ),
            ("arguments", "further arguments of it"),
            (
                "window",
                "may a window be opened for a person (default: true)",
            ),
            (
                "headless",
                "may a session be renewed without a window (default: true)",
            ),
            (
                "keep",
                "keep the browser's profile, so that the next sign-in needs nobody (default: true)",
            ),
        ],
    ),
];

/// Returns a chapter for each table.
pub(super) fn tables() -> Vec<Chapter> {
    let chapter = |(heading, keys): (&'static str, &'static Keys)| {
        Chapter::columns(heading, keys.iter().copied())
    };
    TABLES.map(chapter).into()
}
