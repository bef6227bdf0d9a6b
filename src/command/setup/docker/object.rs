//! An object within a text of JSON (RFC 8259), with the place of each of its members, so that one of them can be put in
//! or taken out and every other byte stays.

use std::ops::Range;

use crate::error::{Error, Result};

/// An object, and the whole text that it stands in.
pub(super) struct Object<'a> {
    text: &'a str,
    /// How deep it lies: 0 for the root.
    depth: usize,
    /// What lies between its braces.
    inside: Range<usize>,
    members: Vec<Member>,
}

struct Member {
    key: String,
    /// Its first byte.
    start: usize,
    value: Range<usize>,
}

impl<'a> Object<'a> {
    /// The object that `text` is; `None` where there is nothing in it, which is what docker makes of an empty file.
    pub(super) fn root(text: &'a str) -> Result<Option<Self>> {
        if text.trim_ascii().is_empty() {
            return Ok(None);
        }
        let value = serde_json::from_str::<serde_json::Value>(text);
        match value.map_err(|error| Error::usage("this is not JSON").caused_by(error))? {
            serde_json::Value::Object(_) => Ok(Some(Self::at(text, text.find('{'), 0))),
            _ => Err(Error::usage("this is JSON, but no object")),
        }
    }

    /// The object whose brace is at `brace` of a text that is JSON.
    fn at(text: &'a str, brace: Option<usize>, depth: usize) -> Self {
        let start = brace.expect("an object begins with a brace") + 1;
        let mut cursor = Cursor {
            text: text.as_bytes(),
            at: start,
        };
        let mut members = Vec::new();
        loop {
            cursor.skip(b" \t\r\n,");
            let start = cursor.at;
            if cursor.byte() != Some(b'"') {
                break;
            }
            let key = cursor.value();
            cursor.skip(b" \t\r\n:");
            let value = cursor.value();
            members.push(Member {
                key: serde_json::from_str(&text[key]).expect("a key is a string"),
                start,
                value,
            });
        }
        Self {
            text,
            depth,
            inside: start..cursor.at,
            members,
        }
    }

    /// Whether the member `key` is null, which is none to Go's decoder.
    pub(super) fn is_null(&self, key: &str) -> bool {
        let mut members = self.members.iter();
        let member = members.find(|member| member.key.eq_ignore_ascii_case(key));
        member.is_some_and(|member| &self.text[member.value.clone()] == "null")
    }

    /// The object that is the member `key`, in letters of either case, as Go's decoder takes it.
    pub(super) fn object(&self, key: &str) -> Result<Option<Self>> {
        let is_it = |member: &&Member| member.key.eq_ignore_ascii_case(key);
        let mut found = self.members.iter().filter(is_it);
        let Some(member) = found.next() else {
            return Ok(None);
        };
        if found.next().is_some() {
            return Err(Error::usage(format!("{key} stands in it twice")));
        }
        match self.text.as_bytes()[member.value.start] {
            b'{' => Ok(Some(Self::at(
                self.text,
                Some(member.value.start),
                self.depth + 1,
            ))),
            b'n' => Ok(None),
            _ => Err(Error::usage(format!("{key} is no object"))),
        }
    }

    /// The string that is the member `key`.
    pub(super) fn string(&self, key: &str) -> Result<Option<String>> {
        let mut found = self.members.iter().filter(|member| member.key == key);
        let Some(member) = found.next() else {
            return Ok(None);
        };
        if found.next().is_some() {
            return Err(Error::usage(format!("{key} stands in it twice")));
        }
        let value = &self.text[member.value.clone()];
        let string = serde_json::from_str(value);
        string
            .map(Some)
            .map_err(|_| Error::usage(format!("{key} has a value that is no string")))
    }

    /// The key of a member that is the string `value`.
    pub(super) fn key_of_string(&self, value: &str) -> Option<String> {
        let is_it = |member: &&Member| {
            let string = serde_json::from_str::<String>(&self.text[member.value.clone()]);
            string.is_ok_and(|string| string == value)
        };
        Some(self.members.iter().find(is_it)?.key.clone())
    }

    /// Whether it has one member.
    pub(super) fn has_one(&self) -> bool {
        self.members.len() == 1
    }

    /// The text with the member `key`, which is not there, at the end of this object; `value` is JSON.
    pub(super) fn with(&self, key: &str, value: &str) -> String {
        let lead = self.lead();
        self.with_last(
            &format!("{lead}{}:{}{value}", quoted(key), self.gap()),
            &lead,
        )
    }

    /// The text with the member `key`, which is not there: an object with one member of its own.
    pub(super) fn with_object(&self, key: &str, inner: &str, value: &str) -> String {
        let (lead, gap) = (self.lead(), self.gap());
        let step = lead.trim_start_matches(['\r', '\n']);
        let more = if lead.contains('\n') { step } else { "" };
        let object = format!("{{{lead}{more}{}:{gap}{value}{lead}}}", quoted(inner));
        self.with_last(&format!("{lead}{}:{gap}{object}", quoted(key)), &lead)
    }

    /// The text with `member` behind the last one.
    fn with_last(&self, member: &str, lead: &str) -> String {
        let (text, end) = (self.text, self.inside.end);
        match self.members.last() {
            Some(last) => {
                let at = last.value.end;
                format!("{},{member}{}", &text[..at], &text[at..])
            }
            None => {
                let close = lead.get(..lead.len() - self.step(lead)).unwrap_or_default();
                format!(
                    "{}{member}{close}{}",
                    &text[..self.inside.start],
                    &text[end..]
                )
            }
        }
    }

    /// How long one step of the indentation is in `lead`.
    fn step(&self, lead: &str) -> usize {
        lead.trim_start_matches(['\r', '\n']).len() / (self.depth + 1)
    }

    /// The text without the member `key`.
    pub(super) fn without(&self, key: &str) -> String {
        let text = self.text;
        let mut keys = self.members.iter().map(|member| member.key.as_str());
        let same = keys.clone().position(|own| own == key);
        let Some(at) = same.or_else(|| keys.position(|own| own.eq_ignore_ascii_case(key))) else {
            return text.to_owned();
        };
        let gone = match (at.checked_sub(1), self.members.get(at + 1)) {
            (_, Some(next)) => self.members[at].start..next.start,
            (Some(before), None) => self.members[before].value.end..self.members[at].value.end,
            (None, None) => self.inside.clone(),
        };
        format!("{}{}", &text[..gone.start], &text[gone.end..])
    }

    /// What stands before a member: docker's own tabs where there is none to look at.
    fn lead(&self) -> String {
        match self.members.first() {
            Some(first) => self.text[self.inside.start..first.start].to_owned(),
            None => format!("\n{}", "\t".repeat(self.depth + 1)),
        }
    }

    /// What stands between a colon and a value.
    fn gap(&self) -> &'static str {
        match self.lead().is_empty() {
            true => "",
            false => " ",
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A place in a text that is known to be JSON.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip(&mut self, bytes: &[u8]) {
        while self.byte().is_some_and(|byte| bytes.contains(&byte)) {
            self.at += 1;
        }
    }

    /// Passes over one value.
    fn value(&mut self) -> Range<usize> {
        let start = self.at;
        let mut depth = 0;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 0 => depth -= 1,
                b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
            if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
                break;
            }
        }
        start..self.at
    }

    /// Goes on to the quote that closes the string which begins here.
    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte().filter(|byte| *byte != b'"') {
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
    }
}
