//! How a step is written: its form, its link, its pace.

use serde_json::{Value, json};

use crate::chance::Chance;
use crate::org::Exchange;
use crate::org::identity::answer::ION;
use crate::org::identity::form::{Field, one_in, written};
use crate::org::identity::offer::{Does, Offer, Place};
use crate::org::identity::shown::Shown;
use crate::random;

const JSON: &str = "application/json; okta-version=1.0.0";
/// A recorded form has a regular expression in this place.
const ABSURD: &str = "application/(ion\\+)?json.*";

/// The steps of one answer, each under its own path.
pub(crate) struct Steps<'a, 'b> {
    pub(crate) exchange: &'a mut Exchange<'b>,
    pub(crate) token: &'a str,
    pub(crate) handle: &'a str,
    pub(crate) chance: &'a mut Option<Chance>,
}

impl Steps<'_, '_> {
    /// Those of one place, by their names.
    pub(crate) fn at(&mut self, all: &Shown, place: Place) -> Vec<(String, Value)> {
        let offers = all.offers.iter().filter(|offer| offer.place == place);
        offers
            .map(|offer| (offer.name.clone(), self.step(offer)))
            .collect()
    }

    /// The forms of one recorded answer have different handles; the one of the answer itself is the newest.
    fn handle_of_form(&mut self) -> String {
        match one_in(self.chance, 5) {
            true => format!("{}~c.{}", self.token, random::word("", 12)),
            false => self.handle.to_owned(),
        }
    }

    fn step(&mut self, offer: &Offer) -> Value {
        if let Some(href) = &offer.href {
            return link(&offer.name, href);
        }
        let transaction = self.exchange.transaction_mut(self.token);
        let path = transaction.path_of(&offer.name, offer.tail, offer.does);
        if let (Does::Poll, Some(refresh)) = (offer.does, offer.refresh) {
            transaction.pace.refresh = refresh;
        }
        let href = self.exchange.link(&path);
        let mut fields = offer.fields.clone();
        let handle = self.handle_of_form();
        fields.push(Field::fixed("stateHandle", handle).required().hidden());
        let accepts = if one_in(self.chance, 6) { ABSURD } else { JSON };
        let mut step = json!({
            "rel": ["create-form"],
            "name": offer.name,
            "href": href,
            "method": "POST",
            "produces": ION,
            "value": written(&fields, self.chance),
            "accepts": accepts,
        });
        if let Some(refresh) = offer.refresh {
            step["refresh"] = json!(refresh);
        }
        if !offer.relates_to.is_empty() {
            step["relatesTo"] = match one_in(self.chance, 3) {
                true => json!("$.nothingOfThatName"),
                false => json!(offer.relates_to),
            };
        }
        step
    }
}

/// A link to be visited has no form.
fn link(name: &str, href: &str) -> Value {
    let mut link = json!({ "name": name, "href": href, "method": "GET" });
    if name.ends_with("-idp") {
        link["idp"] = json!({ "id": "0oaanother0IDP", "name": "Another IdP" });
        link["type"] = json!("SAML2");
    }
    link
}
