//! A form of the Identity Engine: where its answer goes, and the body that is made from its fields.
//!
//! Facts (Okta's sign-in widget and SDKs; recorded answers): a field has `name`, and perhaps `value`, `required`,
//! `mutable`, `form` and `options`; objects nest by `form.value[]` or `value.form.value[]`. The body has the values of all
//! fields that have one and the answers to the others, and nothing else. Dirty data exists: `required:"false"`, a field
//! without a type. `stateHandle` is a field of every form, and the newest handle goes into it.

use serde_json::{Map, Value};
use url::Url;

use crate::cookie::Jar;
use crate::error::foreign;
use crate::http::Request;
use crate::secret::Secret;
use crate::sign_in::okta::link::own_url;
use crate::site::Site;

/// Okta's own media type of forms and answers, as its SDKs send it.
const ION: &str = "application/ion+json; okta-version=1.0.0";
/// How deep fields may nest.
const DEEPEST: u8 = 6;

/// A form: a remediation, or an action of an authenticator.
#[derive(Clone)]
pub(super) struct Form {
    pub(super) name: String,
    /// The address that takes the answer. `None` if Okta names none, or one outside the org.
    pub(super) url: Option<Url>,
    /// Set for a form to be sent; a link is only opened.
    is_sendable: bool,
    media_type: String,
    /// How many milliseconds to wait before it is sent, if it is a poll.
    pub(super) refresh: Option<u64>,
    pub(super) fields: Vec<Value>,
}

/// A field that nobody has an answer to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MissingAnswer(pub(super) String);

/// An answer to the field at this path.
pub(super) type FieldAnswer<'a> = (&'a [&'a str], Value);

impl Form {
    /// Reads a form, whatever it lacks; `None` if it has no name.
    pub(super) fn parse(org: &Site, value: &Value) -> Option<Self> {
        let name = value["name"].as_str().filter(|name| !name.is_empty())?;
        let media_type = value["accepts"].as_str().filter(|text| is_media_type(text));
        let rel = value["rel"].as_array();
        Some(Self {
            name: foreign(name),
            url: own_url(org, &value["href"]),
            is_sendable: rel.is_some_and(|rel| rel.iter().any(|rel| rel == "create-form")),
            media_type: media_type.unwrap_or(ION).to_owned(),
            refresh: value["refresh"].as_u64(),
            fields: list(&value["value"]).to_vec(),
        })
    }

    /// Returns whether it can be sent: it is a form, at an address of the org.
    pub(super) fn can_be_sent(&self) -> bool {
        self.is_sendable && self.url.is_some()
    }

    /// Returns the field at `path`, if the form has it.
    pub(super) fn field(&self, path: &[&str]) -> Option<&Value> {
        let (last, parents) = path.split_last()?;
        let mut fields = self.fields.as_slice();
        for parent in parents {
            fields = nested(named(fields, parent)?);
        }
        named(fields, last)
    }

    /// Builds the request that sends the form with `answers`. `handle` is the newest one.
    pub(super) fn request(
        &self,
        handle: &Secret,
        jar: &Jar,
        answers: &[FieldAnswer<'_>],
    ) -> Result<Option<Request>, MissingAnswer> {
        let Some(url) = self.url.clone().filter(|_| self.is_sendable) else {
            return Ok(None);
        };
        let mut body = object(&self.fields, &mut Vec::new(), answers)?;
        body.insert("stateHandle".into(), handle.expose().into());
        Ok(Some(post(url, jar, &body.into(), &self.media_type)))
    }
}

/// Builds the request that begins, or looks up, the transaction of this `token`. `member` says what the token is.
pub(super) fn introspect(org: &Site, member: &str, token: &Secret, jar: &Jar) -> Request {
    let body = Map::from_iter([(member.to_owned(), Value::from(token.expose()))]);
    let url = org.at("/idp/idx/introspect");
    post(url, jar, &body.into(), ION)
}

/// Builds the request that leaves a probe for Okta's app on this machine. It is the one whose body is not made from the
/// form: all recorded forms list the handle alone, and the reason is sent all the same.
pub(super) fn leave_probe(form: &Form, handle: &Secret, jar: &Jar) -> Option<Request> {
    let url = form.url.clone()?;
    let body = Map::from_iter([
        (
            "reason".to_owned(),
            Value::from("OV_UNREACHABLE_BY_LOOPBACK"),
        ),
        ("statusCode".to_owned(), Value::Null),
        ("stateHandle".to_owned(), Value::from(handle.expose())),
    ]);
    Some(post(url, jar, &body.into(), &form.media_type))
}

fn post(url: Url, jar: &Jar, body: &Value, media_type: &str) -> Request {
    let body = Secret::new(body.to_string());
    Request::post(url, jar.header(), body).of_type(media_type)
}

/// Returns the object that `fields` make: their values, and the answers to them.
fn object(
    fields: &[Value],
    path: &mut Vec<String>,
    answers: &[FieldAnswer<'_>],
) -> Result<Map<String, Value>, MissingAnswer> {
    let mut object = Map::new();
    for field in fields {
        let Some(name) = field["name"].as_str() else {
            continue;
        };
        path.push(name.to_owned());
        let value = match answers.iter().find(|(of, _)| is_at(of, path)) {
            Some((_, answer)) => Some(answer.clone()),
            None => unanswered(field, path, answers)?,
        };
        path.pop();
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    }
    Ok(object)
}

/// Returns the value of a field that has no answer of its own; `None` if it can be left out.
fn unanswered(
    field: &Value,
    path: &mut Vec<String>,
    answers: &[FieldAnswer<'_>],
) -> Result<Option<Value>, MissingAnswer> {
    let fields = nested(field);
    if !fields.is_empty() && path.len() < usize::from(DEEPEST) {
        let is_wanted = is_required(field)
            || answers
                .iter()
                .any(|(of, _)| of.len() > path.len() && is_at(&of[..path.len()], path));
        return match object(fields, path, answers) {
            Ok(object) if object.is_empty() => Ok(None),
            Ok(object) => Ok(Some(object.into())),
            Err(_) if !is_wanted => Ok(None),
            Err(missing) => Err(missing),
        };
    }
    match &field["value"] {
        Value::Null if path.last().is_some_and(|name| name == "stateHandle") => Ok(None),
        Value::Null if is_required(field) => Err(MissingAnswer(foreign(&path.join(".")))),
        Value::Null => Ok(None),
        value => Ok(Some(value.clone())),
    }
}

fn is_at(of: &[&str], path: &[String]) -> bool {
    of.iter().copied().eq(path.iter().map(String::as_str))
}

/// Returns the object of one option of a field: all its fixed members, and `method` where the method is open.
pub(super) fn option_object(option: &Value, method: &str) -> Value {
    let fields = option_fields(option);
    if fields.is_empty() {
        return option["value"].clone();
    }
    let answer = [(["methodType"].as_slice(), Value::from(method))];
    let answers = match method {
        "" => [].as_slice(),
        _ => answer.as_slice(),
    };
    object(fields, &mut Vec::new(), answers).map_or(Value::Null, Value::from)
}

/// Returns the fields of an option.
pub(super) fn option_fields(option: &Value) -> &[Value] {
    match nested(option) {
        [] => nested(&option["value"]),
        fields => fields,
    }
}

/// Returns the fields that lie in `field`.
pub(super) fn nested(field: &Value) -> &[Value] {
    match list(&field["form"]["value"]) {
        [] => list(&field["value"]["form"]["value"]),
        fields => fields,
    }
}

/// Returns the field called `name`.
pub(super) fn named<'a>(fields: &'a [Value], name: &str) -> Option<&'a Value> {
    fields.iter().find(|field| field["name"] == name)
}

/// Returns the elements of a list; none if it is no list.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn is_required(field: &Value) -> bool {
    matches!(&field["required"], Value::Bool(true)) || field["required"] == "true"
}

/// Returns whether `text` can stand as the media type of JSON. One recording has a regular expression there.
fn is_media_type(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " /+-.;=_".contains(c);
    text.starts_with("application/") && text.contains("json") && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests;
