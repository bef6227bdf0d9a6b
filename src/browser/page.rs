//! The page that a person sees in the place of the callback. It is static: no script, nothing from elsewhere.

use std::fmt::Write as _;

/// The page's own policy (CSP Level 3). It is sent as a header, and stands in the page too.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The outcome of a sign-in, as the page tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    /// The app's session is there.
    SignedIn,
    /// A second window follows, which most often needs nobody.
    OnceMore,
    /// The sign-in failed, for this reason.
    Failed(&'a str),
}

/// The page about the sign-in to `app`. Without an icon of its own the browser would ask the app for one, and the ALB would
/// begin a sign-in there.
pub(crate) fn page(app: &str, outcome: Outcome) -> String {
    let (title, text) = match outcome {
        Outcome::SignedIn => ("Signed in", "You can close this window."),
        Outcome::OnceMore => ("Once more", "This took too long. A new window opens."),
        Outcome::Failed(why) => ("Not signed in", why),
    };
    let (app, text) = (escaped(app), escaped(text));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{title}: {app}</title>\n\
         <style>body{{font:16px/1.5 system-ui,sans-serif;margin:20vh auto;max-width:32em;padding:0 1em}}</style>\n\
         </head><body><h1>{title}</h1>\n<p>{app}: {text}</p>\n\
         <p>The terminal has the rest.</p></body></html>\n"
    )
}

/// `text` as text of a page (HTML Living Standard, 13.3).
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' | '<' | '>' | '"' | '\'' => {
                let _ = write!(escaped, "&#{};", u32::from(letter));
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{Outcome, page};

    #[test]
    fn the_page_asks_for_nothing_and_runs_nothing() {
        for outcome in [Outcome::SignedIn, Outcome::OnceMore, Outcome::Failed("no")] {
            let page = page("grafana", outcome);
            assert!(page.contains("<link rel=\"icon\" href=\"data:,\">"));
            assert!(page.contains("content=\"default-src 'none'; "));
            assert!(
                !page.contains("<script") && !page.contains("http:") && !page.contains("https:")
            );
        }
    }

    #[test]
    fn names_and_reasons_are_text() {
        let evil = "<script>alert(\"1\")</script>&'";
        let text = "&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;&#39;";
        let page = page(evil, Outcome::Failed(evil));
        assert!(!page.contains("<script"));
        assert_eq!(page.matches(text).count(), 3, "{page}");
    }
}
