//! Tells a request of a caller from all else that may be on stdin: the rest of a script (`ssh host bash -s`), the file of a
//! loop, nothing yet. Only a request may be taken from there.

use url::Url;

use super::{Dialect, bazel, docker, is_attribute, json_length, named};

/// The meaning of the beginning of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sight<T> {
    Found(T),
    /// It may become a request with what follows.
    Unfinished,
    /// It is no request, whatever follows.
    Other,
}

/// A dialect, and the length of a request in it.
type Request = (&'static dyn Dialect, usize);

/// Recognises a request for a session in `input`, the beginning of a stream. `is_whole` says that nothing follows, and
/// `has_app` whether an app is at the host of a URL.
///
/// A JSON object with a URI is Bazel's, a block of attributes with protocol and host (or a URL) is git's, and a single URL or
/// host is docker's. A host could be any word, so it has to be an app's.
pub(crate) fn recognise(
    input: &[u8],
    is_whole: bool,
    has_app: &dyn Fn(&Url) -> bool,
) -> Sight<Request> {
    let line = input.trim_ascii_start().split(|&byte| byte == b'\n').next();
    let line = line.unwrap_or_default();
    let sight = if line.starts_with(b"{") {
        bazel_request(input)
    } else if is_attribute(line) {
        git_request(input, is_whole)
    } else {
        docker_request(input, is_whole, has_app)
    };
    match sight {
        Sight::Unfinished if is_whole => Sight::Other,
        sight => sight,
    }
}

fn found(name: &str, length: usize) -> Sight<Request> {
    Sight::Found((named(name).expect("it is one of ALL"), length))
}

fn bazel_request(input: &[u8]) -> Sight<Request> {
    match json_length(input) {
        None => Sight::Unfinished,
        Some(length) if bazel::is_request(&input[..length]) => found("bazel", length),
        Some(_) => Sight::Other,
    }
}

fn git_request(input: &[u8], is_whole: bool) -> Sight<Request> {
    let (mut length, mut has_protocol, mut has_host) = (0, false, false);
    for line in input.split_inclusive(|&byte| byte == b'\n') {
        let is_line = line.ends_with(b"\n") || is_whole;
        length += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            return match has_protocol && has_host {
                true => found("git", length),
                false => Sight::Other,
            };
        }
        if is_line && !is_attribute(line) {
            return Sight::Other;
        }
        let has_url = is_url(line);
        has_protocol |= line.starts_with(b"protocol=") || has_url;
        has_host |= line.starts_with(b"host=") || has_url;
    }
    match is_whole && has_protocol && has_host {
        true => found("git", length),
        false => Sight::Unfinished,
    }
}

/// Reports whether `line` is git's attribute `url`. A line of a script may begin so, with quotes or another command behind.
fn is_url(line: &[u8]) -> bool {
    let value = line.strip_prefix(b"url=").unwrap_or_default();
    let is_word = !value.trim_ascii_end().contains(&b' ');
    let scheme = value.iter().position(|byte| !byte.is_ascii_alphanumeric());
    is_word && scheme.is_some_and(|end| end > 0 && value[end..].starts_with(b"://"))
}

fn docker_request(input: &[u8], is_whole: bool, has_app: &dyn Fn(&Url) -> bool) -> Sight<Request> {
    let is_server = |text: &str| {
        let url = docker::server(text);
        url.is_some_and(|url| text.starts_with("https://") || has_app(&url))
    };
    let text = input.trim_ascii();
    let has_line = input.trim_ascii_start().contains(&b'\n');
    match std::str::from_utf8(text) {
        Ok(text) if text.contains(char::is_whitespace) => Sight::Other,
        Ok(text) if (is_whole || has_line) && !is_server(text) => Sight::Other,
        Ok(_) if is_whole => found("docker", input.len()),
        Ok(_) => Sight::Unfinished,
        Err(_) => Sight::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Sight, recognise};

    /// Returns the dialect and what follows its request.
    fn seen(input: &str, is_whole: bool) -> Sight<(&str, &str)> {
        let has_app = |url: &url::Url| url.host_str() == Some("app.example");
        match recognise(input.as_bytes(), is_whole, &has_app) {
            Sight::Found((dialect, length)) => Sight::Found((dialect.name(), &input[length..])),
            Sight::Unfinished => Sight::Unfinished,
            Sight::Other => Sight::Other,
        }
    }

    #[test]
    fn a_complete_request_is_found_and_what_follows_is_not_its_own() {
        for (input, name, rest) in [
            (
                "protocol=https\nhost=a.example\n\necho hi\n",
                "git",
                "echo hi\n",
            ),
            (
                "capability[]=state\nurl=https://a.example\r\n\r\nx=",
                "git",
                "x=",
            ),
            (
                " \n{\"uri\":\"https://a.example\"}\nls\n",
                "bazel",
                "\nls\n",
            ),
        ] {
            for is_whole in [false, true] {
                assert_eq!(seen(input, is_whole), Sight::Found((name, rest)), "{input}");
            }
        }
    }

    #[test]
    fn the_end_completes_a_block_and_a_server() {
        for (input, name) in [
            ("protocol=https\nhost=a.example\n", "git"),
            ("url=https://a.example", "git"),
            ("https://a.example/v1/", "docker"),
            ("https://a.example\r\n", "docker"),
            ("\napp.example\n", "docker"),
            ("//app.example", "docker"),
        ] {
            assert_eq!(seen(input, false), Sight::Unfinished, "{input}");
            assert_eq!(seen(input, true), Sight::Found((name, "")), "{input}");
        }
    }

    #[test]
    fn the_beginning_of_a_request_is_unfinished_and_with_the_end_none() {
        for input in [
            "",
            " \n",
            "proto",
            "protocol=https\nho",
            "{\"uri\":",
            "host=a\n",
        ] {
            assert_eq!(seen(input, false), Sight::Unfinished, "{input:?}");
            assert_eq!(seen(input, true), Sight::Other, "{input:?}");
        }
    }

    #[test]
    fn a_script_and_other_data_are_no_request() {
        for input in [
            "echo after\n",
            "ls\n",
            "other.example\n",
            "x=1\ncurl -d a=b https://app.example\n\n",
            "host=a.example\n\nexit\n",
            "app.example\napp.example\n",
            "{ echo; }\n",
            "url=\"https://a.example\"\n\n",
            "url=https://a.example; ls\n\n",
            "{\"id\":1}\n",
            "[1]\n",
            "\u{1}\u{2}\n",
        ] {
            assert_eq!(seen(input, false), Sight::Other, "{input:?}");
            assert_eq!(seen(input, true), Sight::Other, "{input:?}");
        }
    }
}
