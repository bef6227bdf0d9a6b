//! Holds a body against its form: nothing missing, nothing added, nothing in the wrong place.

use serde_json::{Map, Value};

use crate::org::identity::form::{Field, Picked, Shape};

/// Fixed members that were left out and are forgiven; nothing may come of the request.
pub(crate) type Dropped = Vec<String>;

/// Holds a body against its form. An error says what is wrong, without any value.
pub(crate) fn check(fields: &[Field], body: &Value) -> Result<Dropped, String> {
    let Some(members) = body.as_object() else {
        return Err("the body is not an object".to_owned());
    };
    unknown(fields, members)?;
    let mut dropped = Vec::new();
    for field in fields {
        dropped.extend(member(field, members.get(&field.name))?);
    }
    Ok(dropped)
}

fn unknown(fields: &[Field], members: &Map<String, Value>) -> Result<(), String> {
    let known = |name: &String| fields.iter().any(|field| field.name == *name);
    match members.keys().find(|name| !known(name)) {
        Some(name) => Err(format!("the form has no field {name}")),
        None => Ok(()),
    }
}

fn member(field: &Field, sent: Option<&Value>) -> Result<Dropped, String> {
    let name = &field.name;
    let Some(sent) = sent else {
        return match (field.required, &field.value) {
            (true, _) => Err(format!("{name} is required")),
            (false, Some(_)) if field.fixed => Ok(vec![name.clone()]),
            (false, _) => Ok(Vec::new()),
        };
    };
    match &field.shape {
        Shape::Plain => plain(field, sent).map(|()| Vec::new()),
        Shape::Form(fields) => check(fields, sent).map_err(|what| format!("{name}: {what}")),
        Shape::Options(options) => {
            let tried = options.iter().map(|option| match &option.picked {
                Picked::Word(word) => match sent.as_str() == Some(word) {
                    true => Ok(Vec::new()),
                    false => Err("it was not offered".to_owned()),
                },
                Picked::Form(fields) => check(fields, sent),
            });
            // the option with the fewest members left out is the one that is meant
            let best = tried.flatten().min_by_key(Vec::len);
            best.ok_or_else(|| format!("{name}: it is none of the options"))
        }
    }
}

fn plain(field: &Field, sent: &Value) -> Result<(), String> {
    let name = &field.name;
    if field.fixed && field.value.as_ref().is_some_and(|value| value != sent) {
        return Err(format!("{name} is not as it was given"));
    }
    let fits = match field.word {
        Some("boolean") => sent.is_boolean(),
        _ => sent.is_string(),
    };
    match fits {
        true => Ok(()),
        false => Err(format!("{name} is of another type")),
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::org::identity::form::{Choice, Field, Picked};
    use serde_json::json;

    fn select() -> Vec<Field> {
        let option = |id: &str, enrolment: Option<&str>| Choice {
            label: id.to_owned(),
            picked: Picked::Form(
                [
                    Some(Field::fixed("id", id).required()),
                    enrolment.map(|enrolment| Field::fixed("enrollmentId", enrolment)),
                ]
                .into_iter()
                .flatten()
                .collect(),
            ),
            relates_to: None,
        };
        vec![
            Field::options(
                "authenticator",
                vec![option("aut1", None), option("aut2", Some("sms1"))],
            )
            .required(),
        ]
    }

    #[test]
    fn a_body_of_the_form_is_right_and_any_other_is_told_by_its_fault() {
        let body = |member: serde_json::Value| json!({ "authenticator": member });
        assert_eq!(check(&select(), &body(json!({ "id": "aut1" }))), Ok(vec![]));
        let whole = body(json!({ "id": "aut2", "enrollmentId": "sms1" }));
        assert_eq!(check(&select(), &whole), Ok(vec![]));
        let partial = check(&select(), &body(json!({ "id": "aut2" })));
        assert_eq!(partial, Ok(vec!["enrollmentId".to_owned()]));
        for wrong in [
            body(json!({ "id": "aut3" })),
            body(json!("aut1")),
            json!({ "id": "aut1" }),
            json!({}),
            json!([]),
            json!({ "authenticator": { "id": "aut1" }, "more": true }),
        ] {
            assert!(check(&select(), &wrong).is_err(), "{wrong}");
        }
    }
}
