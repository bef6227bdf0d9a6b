//! The ways back from a sign-in to authorize.

use crate::pages::document::{escape, literal, page};
use crate::pages::manner::Back;
use crate::query::decode_form;
use crate::wire::Response;

/// Sends the browser on to a path of the same site.
pub(crate) fn back(way: Back, onward: &str) -> Response {
    let (href, target) = (escape(onward), literal(onward));
    let shown = |body: &str, script: &str| page("Signing you in…", body, script);
    match way {
        Back::Redirect => Response::new(302)
            .with("Referrer-Policy", "no-referrer")
            .with("Cache-Control", "no-store")
            .with("Location", onward),
        Back::Script => shown(
            "<p>Signing you in…</p>",
            &format!("location.href = {target};\n"),
        ),
        Back::MetaRefresh => shown(
            &format!(
                "<meta http-equiv=\"refresh\" content=\"0;url={href}\"><p>Signing you in…</p>"
            ),
            "",
        ),
        Back::AutoPost => shown(&form(onward), "document.forms[0].submit();\n"),
        Back::NewTab => shown(
            &format!(
                "<a id=\"go\" href=\"{href}\" target=\"_blank\" rel=\"noopener\" autofocus>Continue</a>"
            ),
            "document.getElementById('go').click();\n",
        ),
        Back::Popup => shown(
            "<button id=\"go\" autofocus>Continue</button>",
            &format!(
                "const go = () => window.open({target}, 'app', 'width=600,height=600');\n\
                 document.getElementById('go').onclick = go;\ngo();\n"
            ),
        ),
        Back::Frame => shown(&format!("<iframe src=\"{href}\"></iframe>"), ""),
        Back::Fetch => shown(
            "<p>Signing you in…</p>",
            &format!("fetch({target}, {{ credentials: 'include' }}).catch(() => {{}});\n"),
        ),
    }
}

/// The parameters of a path as hidden fields of a form that is posted to it.
fn form(onward: &str) -> String {
    let (path, query) = onward.split_once('?').unwrap_or((onward, ""));
    let fields = query.split('&').filter_map(|pair| pair.split_once('='));
    let fields: Vec<String> = fields
        .map(|(name, value)| {
            let (name, value) = (escape(name), escape(&decode_form(value)));
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
        })
        .collect();
    format!(
        "<form method=\"post\" action=\"{}\">{}</form>",
        escape(path),
        fields.concat()
    )
}
