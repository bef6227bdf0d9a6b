//! Every form that an answer can have, and the cookie that it is read back to.

use serde_json::Value;

/// A way to ask for a session, and how the answer looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `--as` this.
    As(&'static str),
    Git,
    Docker,
    Bazel,
    /// The variable that `exec` gives to its command.
    Exec,
}

pub(crate) const ALL: [Format; 13] = [
    Format::As("cookie"),
    Format::As("header"),
    Format::As("headers-json"),
    Format::As("json"),
    Format::As("curl"),
    Format::As("netscape"),
    Format::As("httpie"),
    Format::As("dotenv"),
    Format::As("env"),
    Format::Git,
    Format::Docker,
    Format::Bazel,
    Format::Exec,
];

impl Format {
    /// The value of the `Cookie` header that `text` means; `None` if it is none, or not whole.
    pub(crate) fn read(self, text: &str) -> Option<String> {
        let line = || text.strip_suffix('\n').filter(|line| !line.contains('\n'));
        let within = |start: &str, end: &str| {
            Some(line()?.strip_prefix(start)?.strip_suffix(end)?.to_owned())
        };
        match self {
            Self::As("cookie") | Self::Exec => line().map(str::to_owned),
            Self::As("header") => within("Cookie: ", ""),
            Self::As("curl") => within("header = \"Cookie: ", "\""),
            Self::As("dotenv") => within("CREDENTIAL_COOKIE=\"", "\""),
            Self::As("env") => within("export CREDENTIAL_COOKIE='", "'"),
            Self::As("json") => json(text, "/cookie"),
            Self::As("headers-json") => json(text, "/Cookie"),
            Self::As("netscape") => netscape(text),
            Self::As(_) => httpie(text),
            Self::Git => git(text),
            Self::Docker => json(text, "/Secret"),
            Self::Bazel => json(text, "/headers/Cookie/0"),
        }
    }
}

fn json(text: &str, at: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    Some(value.pointer(at)?.as_str()?.to_owned())
}

fn netscape(text: &str) -> Option<String> {
    let lines = text.strip_suffix('\n')?.lines();
    let cookies = lines.filter(|line| line.starts_with("#HttpOnly_") || !line.starts_with('#'));
    let pairs: Option<Vec<String>> = cookies
        .filter(|line| !line.is_empty())
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields.len() == 7).then(|| format!("{}={}", fields[5], fields[6]))
        })
        .collect();
    Some(pairs?.join("; "))
}

fn httpie(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let cookies = value.get("cookies")?.as_array()?.iter();
    let text = |cookie: &Value, name: &str| Some(cookie.get(name)?.as_str()?.to_owned());
    let pairs: Option<Vec<String>> = cookies
        .map(|cookie| {
            Some(format!(
                "{}={}",
                text(cookie, "name")?,
                text(cookie, "value")?
            ))
        })
        .collect();
    Some(pairs?.join("; "))
}

fn git(text: &str) -> Option<String> {
    text.ends_with('\n').then_some(())?;
    let mut lines = text.lines();
    lines
        .find_map(|line| line.strip_prefix("password="))
        .map(str::to_owned)
}
