use super::Page;

fn read(page: &str) -> String {
    match Page::read(page.as_bytes()) {
        Page::Token(token) => token.expose().to_owned(),
        Page::EmptyToken => "empty".into(),
        Page::NoToken => "none".into(),
        Page::Contradiction => "two".into(),
    }
}

fn script(text: &str) -> String {
    read(&format!("<html><script nonce=\"a\">{text}</script></html>"))
}

#[test]
fn the_token_is_found_in_every_form() {
    for (text, token) in [
        (r"var stateToken = '02.id.a\x2Db\x5Fc';", "02.id.a-b_c"),
        (r#"let stateToken="02.id.a\u002Db\/c""#, "02.id.a-b/c"),
        (
            r#"var oktaData = {"cancel":function(){return "}"},"signIn":{"stateToken":"02\x2Eid","x":1}};"#,
            "02.id",
        ),
        ("config = { stateToken : '02x' }", "02x"),
        (
            r"var modelDataBag = '\x7B\x22stateToken\x22\x3A\x2202.id.\u005Cu002Dz\x22\x7D';",
            "02.id.-z",
        ),
        ("var stateToken = ''; x = {\"stateToken\":\"02y\"}", "02y"),
        ("a={'stateToken':'02z'};var stateToken='02z'", "02z"),
        ("// it's\nvar stateToken = '02w'", "02w"),
        ("var a = 'unclosed\nvar stateToken = '02v'", "02v"),
    ] {
        assert_eq!(script(text), token, "{text}");
    }
}

#[test]
fn a_token_elsewhere_is_none() {
    assert_eq!(script("var stateToken = '';"), "empty");
    for text in [
        "// var stateToken = '02old'\n",
        "/* {\"stateToken\":\"02old\"} */",
        "if (stateToken === '02x') {}",
        "var other = { stateToken: stateToken };",
        "var stateTokens = '02x'",
        "",
    ] {
        assert_eq!(script(text), "none", "{text}");
    }
    for page in [
        "<!-- <script>var stateToken = '02x'</script> -->",
        "<p>var stateToken = '02x'</p>",
        "",
        "{\"stateToken\":\"02x\"}",
    ] {
        assert_eq!(read(page), "none", "{page}");
    }
}

#[test]
fn tokens_that_differ_are_a_contradiction() {
    assert_eq!(script("var stateToken='02a'; x={stateToken:'02b'}"), "two");
    let long = format!("var stateToken='{}'", "a".repeat(9_000));
    assert_eq!(script(&long), "empty", "nothing of that length is a token");
}

#[test]
fn no_bytes_of_a_page_make_it_panic() {
    let page = r#"<script>var a='\x2'; `\u{`; "\uD8"; stateToken:'\u00e9\x"é</script><!--<script"#;
    for end in 0..=page.len() {
        let _ = Page::read(&page.as_bytes()[..end]);
        let _ = Page::read(&page.as_bytes()[end..]);
    }
}
