//! A page as it goes out: with the headers that sign-in pages of real providers have.

use crate::random;
use crate::wire::Response;

pub(crate) const HTML: &str = "text/html;charset=utf-8";

const STYLE: &str = "body{font:16px sans-serif;max-width:22em;margin:4em auto}input,button{display:block;width:100%;\
                     font:inherit;margin:.5em 0;padding:.4em}.note{color:#a00}";

/// A whole page: a title, a body, and a script that alone may run.
pub(crate) fn page(title: &str, body: &str, script: &str) -> Response {
    let nonce = random::word("", 16);
    let head = format!(
        "<meta charset=\"utf-8\"><title>{}</title><link rel=\"icon\" href=\"/favicon.ico\"><style>{STYLE}</style>",
        escape(title)
    );
    let script = match script {
        "" => String::new(),
        script => format!("<script nonce=\"{nonce}\">\n{script}</script>"),
    };
    let text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head>{head}</head><body>{body}{script}</body></html>\n"
    );
    guarded(Response::new(200), &nonce).with_body(HTML, text)
}

/// The headers of a page whose scripts carry this nonce.
///
/// No `form-action`: browsers hold the redirects after a submission against it, and these lead to the apps.
pub(crate) fn guarded(response: Response, nonce: &str) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self' https: http://127.0.0.1:*; frame-src 'self' https:; frame-ancestors 'self'; base-uri 'none'"
    );
    response
        .with("Content-Security-Policy", &policy)
        .with("X-Frame-Options", "SAMEORIGIN")
        .with("X-Content-Type-Options", "nosniff")
        .with("Referrer-Policy", "no-referrer")
        .with("Cache-Control", "no-store")
}

/// A picture, so that a browser does not ask again.
pub(crate) fn favicon() -> Response {
    const GIF: &[u8] =
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
    Response::new(200)
        .with("Cache-Control", "max-age=86400")
        .with_body("image/gif", GIF)
}

/// Text as it stands in HTML and in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Text as a literal of JavaScript that also may stand in HTML.
pub(crate) fn literal(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::{escape, literal};

    #[test]
    fn text_stays_text_in_html_and_in_a_script() {
        assert_eq!(
            escape("<a b=\"c\">'&"),
            "&lt;a b=&quot;c&quot;&gt;&#39;&amp;"
        );
        assert_eq!(literal("</script>\"\\"), "\"\\u003c/script>\\\"\\\\\"");
    }
}
