//! The forms of the Identity Engine's answers: what a field says of itself, and how it is written.

use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::org::identity::note::Note;

/// One field of a form.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member of its own")]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    /// `type`.
    pub(crate) word: Option<&'static str>,
    pub(crate) required: bool,
    pub(crate) secret: bool,
    /// `mutable:false`: what has a value is sent as it came, what has options is chosen.
    pub(crate) fixed: bool,
    /// `visible:false`.
    pub(crate) hidden: bool,
    pub(crate) value: Option<Value>,
    pub(crate) shape: Shape,
    pub(crate) notes: Vec<Note>,
}

/// The kind of value that a field takes.
#[derive(Clone, Debug, Default)]
pub(crate) enum Shape {
    #[default]
    Plain,
    Form(Vec<Field>),
    Options(Vec<Choice>),
}

/// One of a field's options.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) label: String,
    pub(crate) picked: Picked,
    pub(crate) relates_to: Option<String>,
}

/// The value that choosing an option sends.
#[derive(Clone, Debug)]
pub(crate) enum Picked {
    Word(String),
    Form(Vec<Field>),
}

impl Field {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// A field whose value comes back as it is.
    pub(crate) fn fixed(name: &str, value: impl Into<Value>) -> Self {
        Self {
            value: Some(value.into()),
            fixed: true,
            ..Self::new(name)
        }
    }

    pub(crate) fn form(name: &str, fields: Vec<Self>) -> Self {
        Self {
            word: Some("object"),
            shape: Shape::Form(fields),
            ..Self::new(name)
        }
    }

    pub(crate) fn options(name: &str, options: Vec<Choice>) -> Self {
        Self {
            shape: Shape::Options(options),
            ..Self::new(name)
        }
    }

    pub(crate) fn boolean(name: &str) -> Self {
        Self {
            word: Some("boolean"),
            ..Self::new(name)
        }
    }

    pub(crate) fn labelled(mut self, label: &str) -> Self {
        self.label = Some(label.to_owned());
        self
    }

    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub(crate) fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    pub(crate) fn immutable(mut self) -> Self {
        self.fixed = true;
        self
    }
}

impl Choice {
    pub(crate) fn word(label: &str, word: &str) -> Self {
        Self {
            label: label.to_owned(),
            picked: Picked::Word(word.to_owned()),
            relates_to: None,
        }
    }
}

/// Writes the fields of a form, in one of the manners that recordings have.
pub(crate) fn written(fields: &[Field], chance: &mut Option<Chance>) -> Value {
    let mut all: Vec<Value> = fields.iter().map(|field| one(field, chance)).collect();
    if let Some(chance) = chance {
        chance.shuffle(&mut all);
    }
    Value::Array(all)
}

fn one(field: &Field, chance: &mut Option<Chance>) -> Value {
    let mut text = Map::new();
    text.insert("name".to_owned(), json!(field.name));
    text.extend(traits(field, chance));
    let mut put = |name: &str, value: Value| {
        text.insert(name.to_owned(), value);
    };
    if let Some(value) = &field.value {
        put("value", value.clone());
    }
    match &field.shape {
        Shape::Plain => {}
        Shape::Form(fields) => {
            let form = json!({ "value": written(fields, chance) });
            match one_in(chance, 3) {
                true => put("value", json!({ "form": form })),
                false => put("form", form),
            }
        }
        Shape::Options(options) => put("options", choices(options, chance)),
    }
    if one_in(chance, 6) {
        put("frobnicated", json!({ "by": ["chance"] }));
    }
    if !field.notes.is_empty() {
        put("messages", Note::list(&field.notes));
    }
    Value::Object(text)
}

/// Returns the members of a field beside its value, as dirty as recordings are.
fn traits(field: &Field, chance: &mut Option<Chance>) -> Map<String, Value> {
    let mut text = Map::new();
    let mut put = |name: &str, value: Value| {
        text.insert(name.to_owned(), value);
    };
    if let Some(label) = &field.label {
        put("label", json!(translated(label, chance)));
    }
    let bare = field.word == Some("object") && one_in(chance, 3);
    if let Some(word) = field.word.filter(|_| !bare) {
        put("type", json!(word));
    }
    match (field.required, one_in(chance, 4)) {
        (true, _) => put("required", json!(true)),
        (false, true) => put("required", json!("false")),
        (false, false) if one_in(chance, 4) => put("requred", json!(false)),
        (false, false) => {}
    }
    for (name, said, value) in [
        ("secret", field.secret, true),
        ("mutable", field.fixed, false),
        ("visible", field.hidden, false),
    ] {
        if said {
            put(name, json!(value));
        }
    }
    text
}

fn choices(options: &[Choice], chance: &mut Option<Chance>) -> Value {
    let mut all: Vec<Value> = options
        .iter()
        .map(|option| choice(option, chance))
        .collect();
    if let Some(chance) = chance {
        chance.shuffle(&mut all);
    }
    Value::Array(all)
}

fn choice(option: &Choice, chance: &mut Option<Chance>) -> Value {
    let mut text = json!({ "label": translated(&option.label, chance) });
    text["value"] = match &option.picked {
        Picked::Word(word) => json!(word),
        Picked::Form(fields) => json!({ "form": { "value": written(fields, chance) } }),
    };
    let dangles = one_in(chance, 5);
    if let Some(path) = &option.relates_to {
        let gone = "$.authenticatorEnrollments.value[99]";
        text["relatesTo"] = json!(if dangles { gone } else { path.as_str() });
    }
    text
}

pub(crate) fn one_in(chance: &mut Option<Chance>, times: usize) -> bool {
    chance.as_mut().is_some_and(|chance| chance.one_in(times))
}

/// Labels have a language, keys have none.
fn translated(label: &str, chance: &mut Option<Chance>) -> String {
    let german = match label {
        "Password" => "Passwort",
        "Username" => "Benutzername",
        "Enter code" => "Code eingeben",
        "Get a push notification" => "Push-Benachrichtigung erhalten",
        _ => return label.to_owned(),
    };
    let word = if one_in(chance, 4) { german } else { label };
    word.to_owned()
}
