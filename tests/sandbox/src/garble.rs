//! Bodies that no client can understand as an answer of Okta's: what a proxy, a gateway or a firewall puts in its place.

use serde_json::json;

/// A body in the place of Okta's answer, or that answer in a coat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Garble {
    /// Nothing.
    Empty,
    /// A page for people.
    Html,
    /// The true answer in gzip (RFC 1952), which nobody has asked for.
    Gzip,
    /// The true answer behind a byte order mark.
    ByteOrderMark,
    /// The true answer behind `)]}'`, as some services guard theirs.
    Guarded,
    /// An error in XML.
    Xml,
    /// The true answer with letters of ISO 8859-1 in it, which is no UTF-8.
    Latin1,
    /// JSON without `errorCode` and without `status`.
    NoCode,
    /// The first two thirds of the true answer, with a length that says that it is whole.
    Truncated,
    /// Okta's `E0000009`, which says that something went wrong and nothing of the secret.
    ServerError,
    /// Any bytes that say that they are JSON.
    Bytes(Vec<u8>),
}

impl Garble {
    /// One of each, but for [`Garble::Bytes`].
    pub const ALL: [Self; 10] = [
        Self::Empty,
        Self::Html,
        Self::Gzip,
        Self::ByteOrderMark,
        Self::Guarded,
        Self::Xml,
        Self::Latin1,
        Self::NoCode,
        Self::Truncated,
        Self::ServerError,
    ];

    /// Returns whether the true answer is in there, whole, for a client that takes the coat off.
    #[must_use]
    pub fn is_coat(&self) -> bool {
        matches!(
            self,
            Self::Gzip | Self::ByteOrderMark | Self::Guarded | Self::Latin1
        )
    }

    /// The headers of the body, and the body, in the place of `truth`.
    pub(crate) fn of(&self, truth: &[u8]) -> (Vec<(&'static str, &'static str)>, Vec<u8>) {
        const JSON: &str = "application/json;charset=UTF-8";
        const ERROR: &str = "<?xml version=\"1.0\"?>\n<error><code>E0000004</code>\
                             <summary>Authentication failed</summary></error>\n";
        const PAGE: &str = "<html>\n<head><title>Blocked</title></head>\n<body>\
                            <h1>This request was blocked</h1></body>\n</html>\n";
        let (kind, body) = match self {
            Self::Empty => return (Vec::new(), Vec::new()),
            Self::Html => ("text/html", PAGE.as_bytes().to_vec()),
            Self::Gzip => {
                let headers = vec![("Content-Type", JSON), ("Content-Encoding", "gzip")];
                return (headers, gzip(truth));
            }
            Self::ByteOrderMark => (JSON, [b"\xef\xbb\xbf", truth].concat()),
            Self::Guarded => (JSON, [b")]}',\n", truth].concat()),
            Self::Xml => ("application/xml", ERROR.as_bytes().to_vec()),
            Self::Latin1 => ("application/json;charset=ISO-8859-1", latin1(truth)),
            Self::NoCode => (
                JSON,
                json!({ "message": "Forbidden" }).to_string().into_bytes(),
            ),
            Self::Truncated => (JSON, truth[..truth.len() * 2 / 3].to_vec()),
            Self::ServerError => (JSON, server_error()),
            Self::Bytes(bytes) => (JSON, bytes.clone()),
        };
        (vec![("Content-Type", kind)], body)
    }
}

fn server_error() -> Vec<u8> {
    let body = json!({
        "errorCode": "E0000009",
        "errorSummary": "Internal Server Error",
        "errorLink": "E0000009",
        "errorId": crate::random::word("oae", 22),
        "errorCauses": [],
    });
    body.to_string().into_bytes()
}

/// The object with one more member at its beginning.
fn latin1(truth: &[u8]) -> Vec<u8> {
    let rest = truth.strip_prefix(b"{").unwrap_or(truth);
    [b"{\"greeting\":\"Gr\xfc\xdfe\",", rest].concat()
}

/// One member with one stored block after the other: nothing has to be small here.
fn gzip(data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let blocks: Vec<&[u8]> = data.chunks(0xffff).collect();
    for (at, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        bytes.push(u8::from(at + 1 == blocks.len()));
        bytes.extend(length.to_le_bytes());
        bytes.extend((!length).to_le_bytes());
        bytes.extend_from_slice(block);
    }
    bytes.extend(checksum(data).to_le_bytes());
    bytes.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes
}

/// CRC-32, bit by bit.
fn checksum(data: &[u8]) -> u32 {
    let byte = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    };
    !data.iter().fold(u32::MAX, byte)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }
}
