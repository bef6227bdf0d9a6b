//! The values of the Redis protocol, version 2: <https://redis.io/docs/latest/develop/reference/protocol-spec/>.

use std::io::{self, BufRead};

/// One value, as a request or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A line that says how it went.
    Line(String),
    /// An error, with its code.
    Error(String),
    /// A number.
    Number(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// None.
    Nothing,
    /// Several.
    List(Vec<Value>),
}

impl Value {
    /// Reads one from `from`; what is none is an error.
    pub fn read(from: &mut impl BufRead) -> io::Result<Self> {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line)?;
        let text = String::from_utf8_lossy(line.strip_suffix(b"\r\n").unwrap_or_default());
        let mut letters = text.chars();
        let (kind, rest) = (letters.next(), letters.as_str());
        let number = || rest.parse::<i64>().map_err(|_| strange());
        Ok(match kind.ok_or_else(strange)? {
            '+' => Self::Line(rest.to_owned()),
            '-' => Self::Error(rest.to_owned()),
            ':' => Self::Number(number()?),
            '$' | '*' if number()? < 0 => Self::Nothing,
            '$' => {
                let mut bytes = vec![0; usize::try_from(number()?).map_err(|_| strange())? + 2];
                from.read_exact(&mut bytes)?;
                bytes.truncate(bytes.len() - 2);
                Self::Bytes(bytes)
            }
            '*' => {
                let items = (0..number()?).map(|_| Self::read(from));
                Self::List(items.collect::<io::Result<_>>()?)
            }
            _ => return Err(strange()),
        })
    }

    /// The bytes of it on a connection.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Line(text) => format!("+{text}\r\n").into_bytes(),
            Self::Error(text) => format!("-{text}\r\n").into_bytes(),
            Self::Number(number) => format!(":{number}\r\n").into_bytes(),
            Self::Nothing => b"$-1\r\n".to_vec(),
            Self::Bytes(bytes) => {
                let head = format!("${}\r\n", bytes.len()).into_bytes();
                [&head, bytes.as_slice(), b"\r\n"].concat()
            }
            Self::List(items) => {
                let head = format!("*{}\r\n", items.len()).into_bytes();
                let items = items.iter().flat_map(Self::bytes);
                head.into_iter().chain(items).collect()
            }
        }
    }
}

fn strange() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no value of the protocol")
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn a_value_is_read_as_it_was_written_and_anything_else_is_an_error() {
        let value = Value::List(vec![
            Value::Line("OK".into()),
            Value::Error("ERR no".into()),
            Value::Number(-7),
            Value::Bytes(b"a\r\nb".to_vec()),
            Value::Nothing,
            Value::List(vec![]),
        ]);
        let bytes = value.bytes();
        assert_eq!(Value::read(&mut bytes.as_slice()).ok(), Some(value));
        for text in ["", "?\r\n", "$x\r\n", "$5\r\nab\r\n", ":1"] {
            assert!(Value::read(&mut text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
