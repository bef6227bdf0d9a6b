use super::{Record, RecordError};

/// The attributes of `input` as text, or its error.
fn read(input: &[u8]) -> Result<String, RecordError> {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let rows = Record::parse(input)?.0;
    let rows = rows
        .iter()
        .map(|(key, value)| format!("{}={};", lossy(key), lossy(value)));
    Ok(rows.collect())
}

#[test]
fn attributes_are_read_up_to_a_blank_line() {
    for (input, attributes) in [
        (&b""[..], ""),
        (b"\n", ""),
        (
            b"protocol=https\nhost=a=b\n\nhost=evil\n",
            "protocol=https;host=a=b;",
        ),
        (
            b"protocol=https\r\nhost=a\r\n\r\nhost=evil",
            "protocol=https;host=a;",
        ),
        (b"username=\npassword=x", "username=;password=x;"),
        (b"host=a\nhost=b\n", "host=b;"),
        (b"a[]=1\na[]=2\nb[]=3\n", "a[]=1;a[]=2;b[]=3;"),
        (b"a[]=1\nb[]=2\na[]=\na[]=3\n", "b[]=2;a[]=3;"),
        (
            b"wwwauth[]=Basic realm=\"\xff\"\n",
            "wwwauth[]=Basic realm=\"\u{fffd}\";",
        ),
    ] {
        assert_eq!(read(input).as_deref(), Ok(attributes), "{input:?}");
    }
}

#[test]
fn a_url_clears_the_record_and_fills_it() {
    for (input, attributes) in [
        (
            "username=x\na[]=1\nurl=https://ada%40corp:p%3aw@a.example:8443//b%20c/\npath=d",
            "protocol=https;host=a.example:8443;username=ada@corp;password=p:w;path=d;",
        ),
        ("url=https://a.example", "protocol=https;host=a.example;"),
        (
            "url=https://a.example?b",
            "protocol=https;host=a.example;path=?b;",
        ),
        (
            "url=https://@a.example/",
            "protocol=https;host=a.example;username=;",
        ),
        (
            "url=https://a.example/100%/%zz/%4",
            "protocol=https;host=a.example;path=100%/%zz/%4;",
        ),
        (
            "url=https://a/b@c:d/e",
            "protocol=https;host=a;path=b@c:d/e;",
        ),
    ] {
        assert_eq!(read(input.as_bytes()).as_deref(), Ok(attributes), "{input}");
    }
}

#[test]
fn an_ambiguous_record_is_refused() {
    for (input, error) in [
        (&b"host=a\rhost=b\n"[..], RecordError::ControlByte),
        (b"host=a\r\r\n", RecordError::ControlByte),
        (b"host=a\r", RecordError::ControlByte),
        (b"host=a\0b\n", RecordError::ControlByte),
        (b"host\n", RecordError::NoEquals),
        (b"url=a.example\n", RecordError::Url),
        (b"url=://a.example\n", RecordError::Url),
        (b"url=https://a%0ahost=b\n", RecordError::Url),
        (b"url=https://a/b%00\n", RecordError::Url),
        (b"url=https://a%0D/\n", RecordError::Url),
    ] {
        assert_eq!(read(input), Err(error), "{input:?}");
    }
}

#[test]
fn a_line_has_65535_bytes_at_most() {
    let line = |length: usize| format!("a={}\n", "x".repeat(length - 3));
    assert!(read(line(65535).as_bytes()).is_ok());
    assert_eq!(read(line(65536).as_bytes()), Err(RecordError::LongLine));
}
