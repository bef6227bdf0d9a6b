//! The oracle: every script in the server's order, and whether what it does may be.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sandbox::store::{Ask, Request, Script, Value};

/// The knowledge of the records, and the answers that were seen.
#[derive(Default)]
pub(crate) struct Oracle {
    seen: Mutex<Seen>,
}

#[derive(Default)]
pub(crate) struct Seen {
    records: HashMap<Vec<u8>, Record>,
    pub(crate) grants: u64,
    pub(crate) writes: u64,
    /// Writes and extensions that the server has refused: their claims were lost.
    pub(crate) refused: u64,
    /// Grants of a claim that its last holder had not released.
    pub(crate) inherited: u64,
    pub(crate) lost_requests: u64,
    pub(crate) lost_answers: u64,
    pub(crate) restarts: u64,
    pub(crate) pauses: u64,
    pub(crate) wrong_writes: Vec<String>,
    pub(crate) lost_notes: Vec<String>,
}

/// One record, as the server has to have it.
#[derive(Default)]
struct Record {
    /// The token to which the claim was granted last, and those whose answer the server's end has swallowed.
    holder: Option<Vec<u8>>,
    unsure_holders: Vec<Vec<u8>>,
    written: State,
    /// Writes whose answer the server's end has swallowed.
    unsure: Vec<State>,
}

/// A version, and whether there is a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    version: u64,
    has_value: bool,
}

fn number(value: &Value) -> u64 {
    match value {
        Value::Bytes(bytes) => std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or_default(),
        Value::Number(number) => number.unsigned_abs(),
        _ => 0,
    }
}

impl Oracle {
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn restarted(&self) {
        self.seen().restarts += 1;
    }

    pub(crate) fn paused(&self) {
        self.seen().pauses += 1;
    }

    /// Has the server asked, and judges its answer. Only one asks at a time, so that the order is the server's.
    pub(crate) fn pass(
        &self,
        request: &Request,
        ask: Ask<'_>,
        loses: Option<bool>,
    ) -> Option<Value> {
        let mut seen = self.seen();
        if loses == Some(true) {
            seen.lost_requests += 1;
            return None;
        }
        let answer = ask(request);
        seen.judge(request, answer.as_ref());
        if loses == Some(false) {
            seen.lost_answers += 1;
            return None;
        }
        answer
    }
}

impl Seen {
    fn judge(&mut self, request: &Request, answer: Option<&Value>) {
        let (Some(script), Some(name)) = (request.script(), request.record()) else {
            return;
        };
        let arguments = request.arguments();
        let Some(token) = arguments.first() else {
            return;
        };
        let record = self.records.entry(name.to_vec()).or_default();
        let is_holder =
            record.holder.as_ref() == Some(token) || record.unsure_holders.contains(token);
        match (script, answer) {
            (Script::Enter, None) => record.unsure_holders.push(token.clone()),
            (Script::Enter, Some(Value::List(items))) => {
                self.entered(name, token, arguments, items)
            }
            (Script::Keep, Some(Value::Number(1))) if !is_holder => {
                self.wrong_writes
                    .push("a claim of another was extended".into());
            }
            (Script::Leave, _) if request.writes() => {
                let version = number(&Value::Bytes(arguments[1].clone()));
                let has_value = arguments.get(2).is_some_and(|value| !value.is_empty());
                let state = State { version, has_value };
                match answer {
                    None => record.unsure.push(state),
                    Some(Value::Number(1)) => {
                        self.writes += 1;
                        if !is_holder {
                            self.wrong_writes
                                .push("a record was written without its claim".into());
                        }
                        if version <= record.written.version {
                            self.wrong_writes.push("a version went back".into());
                        }
                        record.written = state;
                        record.unsure.clear();
                        record.holder = Some(token.clone());
                        self.left(name, arguments);
                    }
                    Some(_) => self.refused += 1,
                }
            }
            (Script::Leave, Some(Value::Number(1))) => self.left(name, arguments),
            (Script::Keep, Some(Value::Number(0))) => self.refused += 1,
            _ => {}
        }
    }

    /// A claim that is not kept is released.
    fn left(&mut self, name: &[u8], arguments: &[Vec<u8>]) {
        let keeps = arguments.get(4).is_some_and(|word| word == b"keep");
        if let (false, Some(record)) = (keeps, self.records.get_mut(name)) {
            record.holder = None;
            record.unsure_holders.clear();
        }
    }

    fn entered(&mut self, name: &[u8], token: &[u8], arguments: &[Vec<u8>], items: &[Value]) {
        let word = match items.first() {
            Some(Value::Bytes(word)) => word.as_slice(),
            _ => return,
        };
        if word != b"held" && word != b"seen" {
            return;
        }
        let Some(record) = self.records.get_mut(name) else {
            return;
        };
        let version = items.get(2).map(number).unwrap_or_default();
        let known = number(&Value::Bytes(arguments.get(2).cloned().unwrap_or_default()));
        let has_value = matches!(items.get(3), Some(Value::Bytes(_)));
        if let Some(state) = record.unsure.iter().find(|state| state.version == version) {
            record.written = *state;
        }
        record.unsure.clear();
        let State {
            version: last,
            has_value: wrote,
        } = record.written;
        if version != last || (version > known && has_value != wrote) {
            self.lost_notes.push(format!(
                "written {last}, {wrote}; there is {version}, {has_value}"
            ));
        }
        if word == b"held" {
            self.grants += 1;
            let is_again = record.holder.as_deref() == Some(token);
            self.inherited += u64::from(record.holder.is_some() && !is_again);
            record.holder = Some(token.to_vec());
            record.unsure_holders.clear();
        }
    }
}
