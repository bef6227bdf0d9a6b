//! The scripts of the pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::pages::document::literal;
use crate::pages::passkey::Passkey;
use crate::pages::{PUSH, Site};

/// Tells with the form whether a debugger watches the page. One that has DevTools' domain `Runtime` switched on formats an
/// error that is written to the console, and so calls the page's own function for that (tried with Chromium 156); where
/// nobody watches, nobody formats it.
pub(crate) const WATCH: &str = "\
Error.prepareStackTrace = () => { document.forms[0].elements.watched.value = 'yes'; return ''; };
console.debug(new Error(''));
delete Error.prepareStackTrace;
";

/// Fills fields in and submits the form, as a person would.
pub(crate) fn fill(fields: &[(&str, &str)]) -> String {
    let set = |(name, value): &(&str, &str)| {
        format!(
            "document.forms[0].elements[{}].value = {};\n",
            literal(name),
            literal(value)
        )
    };
    let set: String = fields.iter().map(set).collect();
    format!("{set}document.forms[0].requestSubmit();\n")
}

/// Asks about a push until the phone has answered, and shows its number.
pub(crate) fn push(visit: &str) -> String {
    format!(
        "const ask = async () => {{\n\
         \x20 const said = await (await fetch('{PUSH}?visit={visit}')).json();\n\
         \x20 if (said.number !== null) document.getElementById('number').textContent = said.number;\n\
         \x20 if (said.state === 'waiting') setTimeout(ask, 500); else document.forms[0].submit();\n\
         }};\nask();\n"
    )
}

const BYTES: &str = "\
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), letter => letter.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
const send = fields => {
  for (const [name, value] of Object.entries(fields)) document.forms[0].elements[name].value = value;
  document.forms[0].submit();
};
// a key may come later than its page: what has found none after a while is given up, and asked anew
const patient = async ask => {
  for (;;) {
    const over = new AbortController();
    const clock = setTimeout(() => over.abort(), 3000);
    try {
      return await ask(over.signal);
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    } finally {
      clearTimeout(clock);
    }
  }
};
const failed = error => { document.getElementById('note').textContent = error.name + ': ' + error.message; };
";

/// Asks one of these keys to sign.
pub(crate) fn key(site: &Site, challenge: &str, keys: &[Passkey]) -> String {
    let ids: Vec<String> = keys
        .iter()
        .map(|key| URL_SAFE_NO_PAD.encode(&key.id))
        .collect();
    let asked = json!({
        "challenge": challenge, "rpId": site.name, "timeout": 60000,
        "userVerification": verification(site), "ids": ids,
    });
    format!(
        "{BYTES}const asked = {asked};\n\
         const sign = () => patient(signal => navigator.credentials.get({{ signal, publicKey: {{ ...asked, challenge: bytes(asked.challenge),\n\
         \x20 allowCredentials: asked.ids.map(id => ({{ type: 'public-key', id: bytes(id) }})) }} }}))\n\
         .then(key => send({{ credential: key.id, client_data: text(key.response.clientDataJSON),\n\
         \x20 authenticator_data: text(key.response.authenticatorData), signature: text(key.response.signature) }}))\n\
         .catch(failed);\ndocument.getElementById('again').onclick = sign;\nsign();\n"
    )
}

/// Asks for a new key.
pub(crate) fn enrolment(site: &Site, challenge: &str, login: &str) -> String {
    let asked = json!({
        "challenge": challenge, "rp": { "id": site.name, "name": site.title }, "timeout": 60000, "attestation": "none",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "authenticatorSelection": { "userVerification": verification(site), "residentKey": "preferred" },
        "user": { "id": URL_SAFE_NO_PAD.encode(login), "name": login, "displayName": login },
    });
    format!(
        "{BYTES}const asked = {asked};\n\
         const make = () => patient(signal => navigator.credentials.create({{ signal, publicKey: {{ ...asked, challenge: bytes(asked.challenge),\n\
         \x20 user: {{ ...asked.user, id: bytes(asked.user.id) }} }} }}))\n\
         .then(key => send({{ credential: key.id, client_data: text(key.response.clientDataJSON),\n\
         \x20 authenticator_data: text(key.response.getAuthenticatorData()) }}))\n\
         .catch(failed);\ndocument.getElementById('again').onclick = make;\nmake();\n"
    )
}

fn verification(site: &Site) -> &'static str {
    match site.pages.user_verification {
        true => "required",
        false => "discouraged",
    }
}

/// Looks for Okta Verify on the ports where it may listen, and goes on only when one answers.
pub(crate) fn fastpass(ports: &[u16], challenge: &str) -> String {
    format!(
        "const probe = async () => {{\n\
         \x20 for (const port of {}) {{\n\
         \x20   try {{\n\
         \x20     const said = await fetch(`http://127.0.0.1:${{port}}/probe?challenge={challenge}`);\n\
         \x20     document.forms[0].elements.proof.value = await said.text();\n\
         \x20     return document.forms[0].submit();\n\
         \x20   }} catch (unreachable) {{}}\n\
         \x20 }}\n\
         \x20 setTimeout(probe, 1000);\n\
         }};\nprobe();\n",
        json!(ports)
    )
}
