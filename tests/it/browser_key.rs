//! A sign-in whose only factor is a security key: the browser's own dialogue with an authenticator.
//!
//! The program owns the browser's pipe, so the authenticator comes by a program in between: it stands in the browser's
//! place, passes every message on, and speaks to the pages in sessions of its own.

use std::os::unix::fs::PermissionsExt;

use sandbox::{Event, Factor, FactorKind, PASSWORD, PageFactor, Pages, Setup, User};

use crate::browser_scene::{assert_no_browser, assert_ours, attended, home, is_possible};
use crate::home::ADA;
use crate::tools::tool;

/// Passes the program's messages on, and gives each page an authenticator that holds the key of `key.json`.
const BETWEEN: &str = r#"#!/usr/bin/env python3
import base64, json, os, subprocess, sys, threading

OURS = 1000000
key = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "key.json")))
key["privateKey"] = base64.b64encode(bytes.fromhex(key["privateKey"])).decode()
from_us, to_browser = os.pipe()
from_browser, to_us = os.pipe()
os.set_inheritable(from_us, True)
os.set_inheritable(to_us, True)

def place():
    os.dup2(from_us, 20)
    os.dup2(to_us, 21)
    os.dup2(20, 3)
    os.dup2(21, 4)

lock, number = threading.Lock(), [OURS]

def send(message):
    with lock:
        os.write(to_browser, json.dumps(message).encode() + b"\0")

def ask(method, parameters, session=None):
    number[0] += 1
    message = {"id": number[0], "method": method, "params": parameters}
    if session:
        message["sessionId"] = session
    send(message)
    return number[0]

def frames(descriptor):
    rest = b""
    while True:
        read = os.read(descriptor, 65536)
        if not read:
            return
        *whole, rest = (rest + read).split(b"\0")
        yield from whole

child = subprocess.Popen(["chromium"] + sys.argv[1:], preexec_fn=place, close_fds=False)
os.close(from_us)
os.close(to_us)

def outward():
    for frame in frames(3):
        with lock:
            os.write(to_browser, frame + b"\0")
    os.close(to_browser)

threading.Thread(target=outward, daemon=True).start()
ask("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True})
waiting = {}
for frame in frames(from_browser):
    message = json.loads(frame)
    if message.get("method") == "Target.attachedToTarget" and message["params"]["targetInfo"]["type"] == "page":
        session = message["params"]["sessionId"]
        ask("WebAuthn.enable", {}, session)
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                   "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        waiting[ask("WebAuthn.addVirtualAuthenticator", {"options": options}, session)] = session
    elif message.get("id") in waiting:
        session = waiting.pop(message["id"])
        ask("WebAuthn.addCredential",
            {"authenticatorId": message["result"]["authenticatorId"], "credential": key}, session)
    elif message.get("id", 0) < OURS and "sessionId" not in message:
        os.write(4, frame + b"\0")
os.close(4)
sys.exit(child.wait())
"#;

#[test]
fn a_security_key_alone_signs_in() {
    if !is_possible() || !tool("python3") {
        return;
    }
    let mut setup = Setup {
        pages: Pages {
            passwordless: true,
            factor: Some(PageFactor::Webauthn),
            ..Pages::default().signing_in(ADA, PASSWORD)
        },
        ..Setup::default()
    };
    setup.users = vec![User::new(ADA, PASSWORD).with_factors([Factor::webauthn("blue key")])];
    let home = home(setup);
    let key = home.sandbox.phone(ADA).security_key(FactorKind::Webauthn);
    let id = key.credential_id.replace('-', "+").replace('_', "/");
    let credential = serde_json::json!({
        "credentialId": format!("{id}="), "isResidentCredential": false, "rpId": "localhost",
        "privateKey": hex(key.pkcs8()), "signCount": 1,
    });
    std::fs::write(home.path("key.json"), credential.to_string()).expect("a file");
    let between = home.path("between");
    std::fs::write(&between, BETWEEN).expect("a file");
    std::fs::set_permissions(&between, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    let command = format!("command = [{:?}]", between.display().to_string());
    home.configure(&text.replace("command = [\"chromium\"]", &command));

    let (said, _) = attended(&home, "credential login grafana");
    let told = said.done();
    assert!(told.contains("signed in to grafana"), "{told}");
    assert_eq!(home.sandbox.typed_passwords(), 0);
    let tried = home.sandbox.events().into_iter();
    let tried: Vec<_> = tried
        .filter(|event| matches!(event, Event::KeyTried { refused: None, .. }))
        .collect();
    assert_eq!(tried.len(), 1, "{tried:?}");
    assert_ours(&home, 1);
    assert_no_browser(&home);
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
