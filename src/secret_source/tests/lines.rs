//! Bytes that no secret has in it, and the name of its source.

use super::{WHAT, file, refusal, shell};
use crate::app::Source;
use crate::error::Kind;
use crate::secret_source::source_words;

#[test]
fn a_secret_that_can_only_be_wrong_is_refused_with_its_source() {
    for (bytes, fault) in [
        ("\u{feff}a\n", "begins with a byte order mark"),
        ("a\u{0}\n", "has a NUL byte in it"),
        ("a\n\n", "has a line end in it"),
        ("\na", "has a line end in it"),
        ("a\r\n\r\n", "has a carriage return in it"),
        ("a\r", "has a carriage return in it"),
    ] {
        let (_directory, source) = file(bytes.as_bytes());
        let Source::File(path) = &source else {
            panic!("it is a file")
        };
        let place = format!("the file {}", path.display());
        let error = refusal(&source);
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(error.message, format!("{WHAT} {fault}, and is not sent so"));
        assert_eq!(error.causes, [format!("it comes from {place}")]);
        assert!(error.hints[0].ends_with(&place), "{error:?}");
    }
    let error = refusal(&shell("printf 'a\\nb'"));
    assert_eq!(error.causes, ["it comes from the command sh"]);
}

#[test]
fn a_source_is_named_without_the_arguments_of_a_command() {
    let words = ["op", "--session", "s3cret"].map(str::to_owned);
    assert_eq!(
        source_words(&Source::Command(words.into())),
        "the command op"
    );
    assert_eq!(source_words(&Source::Env("X".into())), "the variable X");
    assert_eq!(source_words(&Source::File("a/b".into())), "the file a/b");
}
