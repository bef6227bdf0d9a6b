//! The sign-in page, and the many ways in which a token stands in one.

use crate::audit::Event;
use crate::chance::Chance;
use crate::engine::PageForm;
use crate::org::Exchange;
use crate::org::asked::Asked;
use crate::org::identity::transaction::{Stage, Transaction, token};
use crate::org::people;
use crate::org::session::Session;
use crate::pages::{Shown, guarded};
use crate::wire::Response;

const HTML: &str = "text/html;charset=utf-8";
/// Of the page's scripts, as the recorded one has it.
const NONCE: &str = "c2FuZGJveA";
const FORMS: [PageForm; 6] = [
    PageForm::Statement,
    PageForm::Data,
    PageForm::EmptyStatement,
    PageForm::EmptyData,
    PageForm::Both,
    PageForm::Bag,
];

/// A page for a request that no session was enough for. What a session has proved counts.
pub(crate) fn show(
    exchange: &mut Exchange<'_>,
    asked: &Asked,
    session: Option<&Session>,
) -> Response {
    let form = match people::form(exchange, asked, session) {
        Ok(form) => form,
        Err(elsewhere) => return elsewhere,
    };
    let device = exchange.name_device();
    let mut transaction = Transaction::new(exchange, asked, Some(device));
    transaction.stage = Stage::Fresh;
    let token = exchange.open(transaction);
    if let Some(session) = session {
        exchange.recognize(&token, &session.user);
        exchange
            .transaction_mut(&token)
            .proofs
            .clone_from(&session.proofs);
    }
    write(exchange, &token, &form)
}

/// One more round: what was proved in the first counts as just now.
pub(crate) fn again(exchange: &mut Exchange<'_>, before: &Transaction) -> Response {
    let mut transaction = Transaction::new(exchange, &before.asked, before.device.clone());
    transaction.stage = Stage::Fresh;
    transaction.before.clear();
    transaction.after.clear();
    transaction.user.clone_from(&before.user);
    transaction.identifier.clone_from(&before.identifier);
    transaction.proofs.clone_from(&before.proofs);
    transaction.kept = before.kept;
    transaction.round = before.round + 1;
    let token = exchange.open(transaction);
    exchange.record(Event::SignInPageShown);
    let form = Shown {
        form: String::new(),
        script: String::new(),
    };
    write(exchange, &token, &form)
}

fn write(exchange: &mut Exchange<'_>, good: &str, form: &Shown) -> Response {
    exchange.state.identity.order.push(good.to_owned());
    exchange.state.identity.pages += 1;
    let identity = exchange.identity();
    let seed = identity.variety.unwrap_or(1);
    let mut chance = Chance::seeded(seed ^ exchange.state.identity.pages.wrapping_mul(7919));
    let placing = match identity.page {
        PageForm::Any => *chance.pick(&FORMS),
        form => form,
    };
    let (disguise, spelling) = (identity.disguise, chance.below(4));
    let other = match disguise.two_tokens {
        true => token(identity.token),
        false => good.to_owned(),
    };
    exchange.transaction_mut(good).ambiguous = disguise.two_tokens;
    let mut script = String::new();
    if disguise.stale_comments {
        script += &stale(exchange);
    }
    let mut escaped = |text: &str, twice: bool| match disguise.escapes {
        true => escape(text, twice, &mut chance),
        false => text.to_owned(),
    };
    let (plain, second) = (escaped(good, false), escaped(&other, false));
    script += &match placing {
        PageForm::Any | PageForm::Statement => statement(&plain, spelling),
        PageForm::Data => data(exchange, &plain),
        PageForm::EmptyStatement => statement("", spelling) + &data(exchange, &plain),
        PageForm::EmptyData => statement(&plain, spelling) + &data(exchange, ""),
        PageForm::Both => statement(&plain, spelling) + &data(exchange, &second),
        PageForm::Bag => bag(&escaped(good, true)),
    };
    if disguise.two_tokens && placing != PageForm::Both {
        script += &data(exchange, &second);
    }
    cookies(exchange);
    let body = document(&script, disguise.noise, form);
    guarded(Response::new(200), NONCE).with_body(HTML, body)
}

/// Comments with a token that is no good.
fn stale(exchange: &mut Exchange<'_>) -> String {
    let old = token(exchange.identity().token);
    let text = format!("// var stateToken = '{old}';\n/* \"stateToken\": \"{old}\" */\n");
    exchange.state.identity.stale.push(old);
    text
}

/// The statement in one of its spellings.
fn statement(value: &str, spelling: usize) -> String {
    let spellings = [("var", '\''), ("let", '"'), ("const", '\''), ("var", '"')];
    let (word, quote) = spellings[spelling % spellings.len()];
    format!("{word} stateToken = {quote}{value}{quote};\n")
}

/// A literal of JavaScript, with functions and names without quotes, which no reader of JSON takes.
fn data(exchange: &Exchange<'_>, value: &str) -> String {
    let url = exchange
        .world
        .org
        .url
        .replace('/', "\\x2F")
        .replace(':', "\\x3A");
    format!(
        "var oktaData = {{\"redirectUri\":\"\",\"isMobileSSO\":false,\"signIn\":{{\"el\":\"#okta-sign-in\",\"baseUrl\":\"{url}\",\
         \"brandName\":\"Okta\",\"stateToken\":\"{value}\",\"features\":{{\"rememberMe\":true,\"deviceFingerprinting\":true}},\
         cancel: function () {{ window.location = '\\/'; }},\"language\":\"en\"}},\"accountSetupJwt\":\"\"}};\n"
    )
}

/// JSON in a text, so that its quotes are escaped, and what was escaped is escaped once more.
fn bag(value: &str) -> String {
    format!(
        "var modelDataBag = '{{\\x22messages\\x22:{{}},\\x22stateToken\\x22:\\x22{value}\\x22,\\x22fromURI\\x22:\\x22\\x22}}';\n"
    )
}

fn escape(text: &str, twice: bool, chance: &mut Chance) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            out.push(letter);
            continue;
        }
        let code = u32::from(letter);
        let escaped = match (twice, chance.below(2)) {
            (false, 0) => format!("\\x{code:02X}"),
            (false, _) => format!("\\u{code:04X}"),
            // JSON knows the long form alone, whose backslash is escaped for the text around it
            (true, 0) => format!("\\\\u{code:04X}"),
            (true, _) => format!("\\x5Cu{code:04X}"),
        };
        out.push_str(&escaped);
    }
    out
}

fn document(script: &str, noise: usize, form: &Shown) -> String {
    let paragraph = "<div class=\"auth-content\"><p data-se=\"o-form-explain\">Connecting to your application…</p></div>\n";
    let Shown { form, script: own } = form;
    let filling = paragraph.repeat(noise / 2 / paragraph.len());
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Corp - Sign In</title>\n\
         <!-- stateToken: rendered by the server -->\n{filling}<script type=\"text/javascript\" nonce=\"{NONCE}\">\n{script}</script>\n\
         <script>function runLoginPage(next) {{ OktaLogin.initLoginPage(oktaData); next(); }}</script></head>\n\
         <body class=\"auth okta-container\"><div id=\"okta-sign-in\">{form}</div>\n{filling}<script nonce=\"{NONCE}\">{own}</script></body></html>\n"
    )
}

/// Sets and deletes the cookies that the recorded page does, beside the device's name and the node's.
fn cookies(exchange: &mut Exchange<'_>) {
    exchange.set_plain_cookie("t", "default");
    for name in ["sid", "autolaunch_triggered"] {
        exchange.clear_cookie(name);
    }
}
