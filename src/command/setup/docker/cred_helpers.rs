//! `credHelpers` in the text of docker's configuration (JSON, RFC 8259): hosts, each with the end of its helper's name. A
//! change rewrites that object, and keeps every other byte.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// The name of the member. Go's decoder ignores the case.
pub(super) const HELPERS: &str = "credHelpers";

/// The helpers, and the text around them.
pub(super) struct Helpers<'a> {
    text: &'a str,
    root: Vec<(String, &'a RawValue)>,
    /// The place of `credHelpers` in the root.
    at: Option<usize>,
    /// Hosts and, as JSON, their helpers.
    hosts: Vec<(String, String)>,
}

impl<'a> Helpers<'a> {
    /// Reads `text`. docker takes an empty file for an empty object.
    pub(super) fn read(text: &'a str) -> Result<Self> {
        let text = match text.trim_ascii() {
            "" => "{}",
            _ => text,
        };
        serde_json::from_str::<&RawValue>(text)
            .map_err(|error| Error::usage("this is not JSON").caused_by(error))?;
        let root = members(text).ok_or_else(|| Error::usage("this is JSON, but no object"))?;
        let is_it = |(key, _): &(String, &RawValue)| key.eq_ignore_ascii_case(HELPERS);
        let at = root.iter().position(is_it);
        if root.iter().filter(|member| is_it(member)).count() > 1 {
            return Err(Error::usage(format!("{HELPERS} stands in it twice")));
        }
        let hosts = match at.map(|at| root[at].1.get()) {
            // Go's decoder ignores null.
            None | Some("null") => Vec::new(),
            Some(value) => {
                members(value).ok_or_else(|| Error::usage(format!("{HELPERS} is no object")))?
            }
        };
        let owned = |(host, helper): (String, &RawValue)| (host, helper.get().to_owned());
        Ok(Self {
            text,
            root,
            at,
            hosts: hosts.into_iter().map(owned).collect(),
        })
    }

    /// The helper of `host`.
    pub(super) fn of(&self, host: &str) -> Result<Option<String>> {
        let mut found = self.hosts.iter().filter(|(own, _)| own == host);
        let helper = found.next().map(|(_, helper)| serde_json::from_str(helper));
        if found.next().is_some() {
            return Err(Error::usage(format!("{host} stands in it twice")));
        }
        let helper = helper.transpose();
        helper.map_err(|_| Error::usage(format!("{host} has a value that is no string")))
    }

    /// The first host whose helper is `name`.
    pub(super) fn host_of(&self, name: &str) -> Option<&str> {
        let name = quoted(name);
        let host = self.hosts.iter().find(|(_, helper)| *helper == name);
        host.map(|(host, _)| host.as_str())
    }

    /// Returns whether `name` is the helper of all hosts that have none of their own (`credsStore`).
    pub(super) fn is_store(&self, name: &str) -> bool {
        let name = quoted(name);
        let mut root = self.root.iter();
        root.any(|(key, value)| key.eq_ignore_ascii_case("credsStore") && value.get() == name)
    }

    /// Makes `name` the helper of `host`, which has none.
    pub(super) fn add(&mut self, host: &str, name: &str) {
        self.hosts.push((host.to_owned(), quoted(name)));
    }

    pub(super) fn remove(&mut self, host: &str) {
        self.hosts.retain(|(own, _)| own != host);
    }

    /// The whole text; without `credHelpers` if there is no host.
    pub(super) fn text(&self) -> String {
        let (at, with) = match (self.at, self.hosts.is_empty()) {
            (None, true) => return self.text.to_owned(),
            (Some(at), true) => (self.member(at), String::new()),
            (Some(at), false) => (self.place(at), self.object()),
            (None, false) => {
                let (lead, gap) = (self.lead(), self.gap());
                let member = format!("{lead}\"{HELPERS}\":{gap}{}", self.object());
                match self.root.len().checked_sub(1) {
                    Some(last) => {
                        let end = self.place(last).end;
                        (end..end, format!(",{member}"))
                    }
                    None => (self.inside(), format!("{member}\n")),
                }
            }
        };
        format!("{}{with}{}", &self.text[..at.start], &self.text[at.end..])
    }

    /// The hosts as an object, in the layout of the present one, else of the root.
    fn object(&self) -> String {
        let value = self.at.map_or("", |at| self.root[at].1.get());
        let inner = value
            .strip_prefix('{')
            .and_then(|value| value.strip_suffix('}'));
        let (lead, close) = match inner.filter(|inner| !inner.trim_ascii().is_empty()) {
            Some(inner) => (start(inner).to_owned(), end(inner).to_owned()),
            None => {
                let lead = self.lead();
                let step = lead.trim_start_matches(['\r', '\n']);
                let step = if lead.contains('\n') { step } else { "" };
                (format!("{lead}{step}"), lead.to_owned())
            }
        };
        let gap = self.gap();
        let hosts = self.hosts.iter();
        let hosts = hosts.map(|(host, helper)| format!("{lead}{}:{gap}{helper}", quoted(host)));
        format!("{{{}{close}}}", hosts.collect::<Vec<_>>().join(","))
    }

    /// The white space before a member of the root; docker's own if there is no member.
    fn lead(&self) -> &str {
        match self.root.is_empty() {
            true => "\n\t",
            false => start(&self.text[self.inside()]),
        }
    }

    /// The white space before a value.
    fn gap(&self) -> &str {
        match self.root.is_empty() {
            true => " ",
            false => end(&self.text[..self.place(0).start]),
        }
    }

    /// The range between the braces of the root.
    fn inside(&self) -> Range<usize> {
        let (start, end) = self
            .text
            .find('{')
            .zip(self.text.rfind('}'))
            .expect("it has braces");
        start + 1..end
    }

    /// The range of the value of member `at`.
    fn place(&self, at: usize) -> Range<usize> {
        let value = self.root[at].1.get();
        let start = value.as_ptr().addr() - self.text.as_ptr().addr();
        start..start + value.len()
    }

    /// The range of member `at`, with the comma before or after it.
    fn member(&self, at: usize) -> Range<usize> {
        let Range { end, .. } = self.place(at);
        match at.checked_sub(1) {
            Some(before) => self.place(before).end..end,
            None if self.root.len() == 1 => self.inside(),
            None => {
                let inside = self.inside();
                let comma = end + self.text[end..].find(',').expect("there is another");
                inside.start..comma + 1
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The white space that `text` starts with.
fn start(text: &str) -> &str {
    &text[..text.len() - text.trim_ascii_start().len()]
}

/// The white space that `text` ends with.
fn end(text: &str) -> &str {
    &text[text.trim_ascii_end().len()..]
}

/// The members of the object `text` in order, with their values as text; `None` if it is no object.
fn members(text: &str) -> Option<Vec<(String, &RawValue)>> {
    struct Members<'a>(Vec<(String, &'a RawValue)>);
    impl<'de> Visitor<'de> for Members<'de> {
        type Value = Self;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
            while let Some(member) = map.next_entry()? {
                self.0.push(member);
            }
            Ok(self)
        }
    }
    impl<'de> Deserialize<'de> for Members<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(Self(Vec::new()))
        }
    }
    serde_json::from_str(text)
        .ok()
        .map(|Members(members)| members)
}
