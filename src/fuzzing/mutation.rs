//! Good requests, spoiled: bytes and lines that are changed, taken out, doubled, moved and put in.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Texts that readers are known to understand differently.
const INTRUDERS: [&str; 44] = [
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\r\r\n",
    "\0",
    "\t",
    " ",
    "=",
    ":",
    ":8443",
    ":443",
    ":0443",
    ":99999",
    "@",
    "evil.example@",
    "\\",
    "\\@",
    "#",
    "?",
    "/",
    "//",
    "/../",
    ".",
    "..",
    "%",
    "%2e",
    "%0a",
    "%0d%0ahost=",
    "%00",
    "%40",
    "[",
    "]",
    "[::1]",
    "2001:db8::1",
    "\u{ff45}",
    "\u{430}",
    "\u{3002}",
    "\u{202e}",
    "\u{1b}[2J",
    "host=evil.example\n",
    "url=https://victim.example.com\n",
    "protocol=http\n",
    "password=hunter2\n",
];

/// One way to spoil a request.
#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Remove(Index, usize),
    Insert(Index, &'static str),
    Repeat(Index, usize),
    DoubleLine(Index),
    RemoveLine(Index),
    SwapLines(Index, Index),
}

impl Change {
    fn any() -> impl Strategy<Value = Self> {
        let place = any::<Index>;
        prop_oneof![
            2 => (place(), any::<u8>()).prop_map(|(at, byte)| Self::Flip(at, byte)),
            2 => (place(), 1_usize..9).prop_map(|(at, count)| Self::Remove(at, count)),
            6 => (place(), select(INTRUDERS.to_vec())).prop_map(|(at, what)| Self::Insert(at, what)),
            1 => (place(), select(vec![2, 30, 70_000])).prop_map(|(at, count)| Self::Repeat(at, count)),
            1 => place().prop_map(Self::DoubleLine),
            1 => place().prop_map(Self::RemoveLine),
            1 => (place(), place()).prop_map(|(one, other)| Self::SwapLines(one, other)),
        ]
    }

    fn spoil(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let length = bytes.len();
        let at = |index: &Index| index.index(length + 1);
        match self {
            Self::Flip(index, mask) => {
                if let Some(byte) = bytes.get_mut(at(index)) {
                    *byte ^= mask;
                }
            }
            Self::Remove(index, count) => {
                let start = at(index);
                let end = bytes.len().min(start + count);
                bytes.drain(start..end);
            }
            Self::Insert(index, what) => {
                let start = at(index);
                bytes.splice(start..start, what.bytes());
            }
            Self::Repeat(index, count) => {
                let start = at(index);
                if let Some(&byte) = bytes.get(start) {
                    bytes.splice(start..start, std::iter::repeat_n(byte, *count));
                }
            }
            lines => return lines.spoil_lines(&bytes),
        }
        bytes
    }

    fn spoil_lines(&self, bytes: &[u8]) -> Vec<u8> {
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
        let count = lines.len();
        match self {
            _ if count == 0 => {}
            Self::DoubleLine(index) => lines.push(lines[index.index(count)]),
            Self::RemoveLine(index) => drop(lines.remove(index.index(count))),
            Self::SwapLines(one, other) => lines.swap(one.index(count), other.index(count)),
            _ => {}
        }
        lines.concat()
    }
}

/// Noise, or one of these good requests with a few changes.
pub(crate) fn spoiled(good: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec(Change::any(), 0..6);
    let spoiled = (select(good), changes).prop_map(|(request, changes)| {
        let bytes = request.as_bytes().to_vec();
        changes
            .iter()
            .fold(bytes, |bytes, change| change.spoil(bytes))
    });
    prop_oneof![1 => any::<Vec<u8>>(), 9 => spoiled]
}
