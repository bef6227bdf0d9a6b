//! A page of a browser, and the requests that are held before they are sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::time::Duration;

use crate::SecurityKey;
use crate::person::Browser;

/// A page that is spoken to by a session of its own.
#[derive(Clone, Debug)]
pub struct Page {
    /// DevTools' name of it.
    pub target: String,
    session: String,
}

/// A request that waits.
#[derive(Clone, Debug)]
pub struct Held {
    id: String,
    /// Its whole address.
    pub url: String,
    /// Its method.
    pub method: String,
}

impl Browser {
    /// Holds every request to an address that fits, of whatever page, before it is sent. `*` stands for anything.
    pub fn hold(&mut self, pattern: &str) {
        let patterns = json!([{ "urlPattern": pattern, "requestStage": "Request" }]);
        self.call("Fetch.enable", &json!({ "patterns": patterns }));
    }

    /// The next request that is held; `None` where none comes in time.
    pub fn held(&mut self, limit: Duration) -> Option<Held> {
        self.wait(limit, |event| {
            (event["method"] == "Fetch.requestPaused").then(|| {
                let text = |path: &str| event.pointer(path)?.as_str().map(str::to_owned);
                Held {
                    id: text("/params/requestId").unwrap_or_default(),
                    url: text("/params/request/url").unwrap_or_default(),
                    method: text("/params/request/method").unwrap_or_default(),
                }
            })
        })
    }

    /// Answers a held request with a page that asks for nothing more.
    pub fn fulfil(&mut self, held: &Held) {
        let body = STANDARD.encode("<!DOCTYPE html><link rel=icon href=\"data:,\"><p>Done");
        let headers = json!([{ "name": "Content-Type", "value": "text/html" }]);
        self.call(
            "Fetch.fulfillRequest",
            &json!({ "requestId": held.id, "responseCode": 200, "responseHeaders": headers, "body": body }),
        );
    }

    /// Lets a held request go on.
    pub fn let_go(&mut self, held: &Held) {
        self.call("Fetch.continueRequest", &json!({ "requestId": held.id }));
    }

    /// Opens an address without a session, which the page cannot notice.
    pub fn open(&mut self, url: &str) {
        self.call(
            "Target.createTarget",
            &json!({ "url": url, "newWindow": true }),
        );
    }

    /// An empty page with a session, to be sent somewhere later.
    ///
    /// # Panics
    ///
    /// Where the browser answers without a name for it.
    #[must_use]
    pub fn page(&mut self) -> Page {
        let made = self.call(
            "Target.createTarget",
            &json!({ "url": "about:blank", "newWindow": true }),
        );
        let target = made["targetId"].as_str().expect("a target").to_owned();
        self.attach(&target).expect("a session")
    }

    /// The page that shows an address which begins so, with a session; `None` where the limit comes first.
    pub fn page_at(&mut self, beginning: &str, limit: Duration) -> Option<Page> {
        let until = std::time::Instant::now() + limit;
        while std::time::Instant::now() < until {
            let answer = self.call("Target.getTargets", &json!({}));
            let targets = answer["targetInfos"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let fits = |target: &&Value| {
                let url = target["url"].as_str().unwrap_or_default();
                target["type"] == "page" && url.starts_with(beginning)
            };
            if let Some(target) = targets.iter().find(fits) {
                return self.attach(target["targetId"].as_str()?);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    fn attach(&mut self, target: &str) -> Option<Page> {
        let asked = json!({ "targetId": target, "flatten": true });
        let attached = self.call("Target.attachToTarget", &asked);
        Some(Page {
            target: target.to_owned(),
            session: attached["sessionId"].as_str()?.to_owned(),
        })
    }

    /// Sends a page somewhere.
    pub fn go(&mut self, page: &Page, url: &str) {
        self.tell(page, "Page.enable", &json!({}));
        self.tell(page, "Page.navigate", &json!({ "url": url }));
    }

    /// A command to a page; its result.
    pub fn tell(&mut self, page: &Page, method: &str, parameters: &Value) -> Value {
        self.call_in(Some(&page.session), method, parameters)
    }

    /// The value of an expression, run as if a person had just clicked.
    pub fn evaluate(&mut self, page: &Page, expression: &str) -> Value {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let answer = self.tell(page, "Runtime.evaluate", &asked);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true on a page; false where the limit comes first.
    #[must_use]
    pub fn until(&mut self, page: &Page, expression: &str, limit: Duration) -> bool {
        let until = std::time::Instant::now() + limit;
        while std::time::Instant::now() < until {
            if self.evaluate(page, expression) == json!(true) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// Gives a page an authenticator that needs no hand; its name.
    ///
    /// # Panics
    ///
    /// Where the browser answers without a name for it.
    #[must_use]
    pub fn authenticator(&mut self, page: &Page, knows_person: bool) -> String {
        self.tell(page, "WebAuthn.enable", &json!({}));
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": knows_person, "isUserVerified": knows_person,
            "automaticPresenceSimulation": true,
        });
        let made = self.tell(
            page,
            "WebAuthn.addVirtualAuthenticator",
            &json!({ "options": options }),
        );
        made["authenticatorId"].as_str().expect("a name").to_owned()
    }

    /// Puts a user's security key into an authenticator, for the site of this host name.
    pub fn put_key(&mut self, page: &Page, authenticator: &str, key: &SecurityKey, site: &str) {
        let id = key.credential_id.replace('-', "+").replace('_', "/");
        let credential = json!({
            "credentialId": format!("{id}="), "isResidentCredential": false, "rpId": site,
            "privateKey": STANDARD.encode(key.pkcs8()), "signCount": 1,
        });
        self.tell(
            page,
            "WebAuthn.addCredential",
            &json!({ "authenticatorId": authenticator, "credential": credential }),
        );
    }

    /// All cookies of the profile: name, domain, and whether each ends with the browser.
    pub fn cookies(&mut self) -> Vec<(String, String, bool)> {
        let answer = self.call("Storage.getCookies", &json!({}));
        let cookies = answer["cookies"].as_array().cloned().unwrap_or_default();
        let text =
            |cookie: &Value, name: &str| cookie[name].as_str().unwrap_or_default().to_owned();
        cookies
            .iter()
            .map(|cookie| {
                (
                    text(cookie, "name"),
                    text(cookie, "domain"),
                    cookie["session"] == true,
                )
            })
            .collect()
    }
}
