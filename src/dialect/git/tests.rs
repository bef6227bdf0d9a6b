mod random;

use super::{Git, NO_AUTHORIZATION, QUIT};
use crate::app::Target;
use crate::credential::{Credential, Pattern};
use crate::dialect::{Dialect, HelperOutcome, HelperRequest, Operation};
use crate::error::{Error, Kind};
use crate::output::fixture::{answer, app};
use crate::reply::Reply;
use crate::secret::Secret;

const REQUEST: &str = "protocol=https\nhost=wiki.corp.example\n\n";

fn parse(action: &str, input: impl AsRef<[u8]>) -> Result<HelperRequest, Reply> {
    Git.parse(action, input.as_ref())
}

fn request(action: &str, input: &str) -> HelperRequest {
    parse(action, input).expect("a request with something to do")
}

/// The URL that `input` asks for.
fn url(input: &str) -> String {
    match request("get", input).target {
        Target::Url(url) => url.into(),
        other => panic!("{other:?} is no URL"),
    }
}

fn refused(why: &str) -> Result<HelperRequest, Reply> {
    Err(Reply {
        stdout: Secret::default(),
        stderr: format!("credential: cannot answer git's request: {why}\n"),
        code: 2,
    })
}

#[test]
fn get_answers_account_cookie_and_end() {
    let app = app("https://wiki.corp.example");
    let outcome = HelperOutcome::Session(answer(&app, &["one", "two"]));
    assert_eq!(
        Git.render(&request("get", REQUEST), Ok(&outcome)),
        Reply {
            stdout: Secret::new(
                "username=ada@corp.example\n\
                 password=AWSELBAuthSessionCookie-0=one; AWSELBAuthSessionCookie-1=two\n\
                 password_expiry_utc=1795507200\n"
                    .into()
            ),
            stderr: String::new(),
            code: 0,
        }
    );
}

#[test]
fn an_unknown_app_or_account_gets_an_empty_answer() {
    let unknown = Error::new(Kind::NoSuchApp, "no app covers it");
    for action in ["get", "erase"] {
        let reply = Git.render(&request(action, REQUEST), Err(&unknown));
        assert_eq!(reply, Reply::silent());
        for protocol in ["ssh", "cert", "ftp", "HTTPS", ""] {
            let input = format!("protocol={protocol}\nhost=\n");
            assert_eq!(parse(action, input), Err(Reply::silent()), "{protocol}");
        }
    }
    for action in ["", "approve", "GET", "\u{1b}[2J"] {
        assert_eq!(parse(action, "\0"), Err(Reply::silent()), "{action:?}");
    }
}

#[test]
fn a_failed_sign_in_makes_git_quit_and_explains_why() {
    let error = Error::refused("cannot sign in to wiki: Okta refused the password (E0000004)");
    let stderr = "credential: cannot sign in to wiki: Okta refused the password (E0000004)\n";
    for (action, stdout) in [("get", QUIT), ("erase", "")] {
        assert_eq!(
            Git.render(&request(action, REQUEST), Err(&error)),
            Reply {
                stdout: Secret::new(stdout.into()),
                stderr: stderr.into(),
                code: 5,
            }
        );
    }
}

#[test]
fn erasing_says_nothing() {
    let reply = Git.render(&request("erase", REQUEST), Ok(&HelperOutcome::Done));
    assert_eq!(reply, Reply::silent());
}

#[test]
fn a_whole_authorization_is_the_capability() {
    let reply = Reply::answer(Secret::new("version 0\ncapability authtype\n".into()));
    assert_eq!(parse("capability", ""), Err(reply));
}

#[test]
fn the_target_is_the_url_of_protocol_host_and_path() {
    for (input, target) in [
        (REQUEST, "https://wiki.corp.example/"),
        (
            "protocol=https\r\nhost=wiki.corp.example\r\n\r\n",
            "https://wiki.corp.example/",
        ),
        (
            "protocol=https\nhost=a.example:8443\npath=b/c d.git",
            "https://a.example:8443/b/c%20d.git",
        ),
        (
            "protocol=https\nhost=a.example\npath=b?c#d",
            "https://a.example/b%3Fc%23d",
        ),
        (
            "protocol=https\nhost=a.example\npath=b/../../c",
            "https://a.example/c",
        ),
        ("protocol=http\nhost=[::1]:80", "http://[::1]/"),
        (
            "url=https://ada@a.example/b.git/",
            "https://a.example/b.git",
        ),
        (
            "capability[]=authtype\nprotocol=https\nhost=a.example\nwwwauth[]=Basic realm=\"x\"",
            "https://a.example/",
        ),
    ] {
        assert_eq!(url(input), target, "{input}");
    }
}

#[test]
fn the_pattern_is_what_the_request_names() {
    let pattern = |more: &str| {
        let request = request("erase", &format!("protocol=https\nhost=a.example\n{more}"));
        assert_eq!(
            (request.operation, &request.offer),
            (Operation::Erase, &None)
        );
        request.pattern.expect("git has credentials")
    };
    let secret = |text: &str| Some(Secret::new(text.into()));
    assert_eq!(pattern(""), Pattern::default());
    assert_eq!(pattern("username=ada").username.as_deref(), Some("ada"));
    assert_eq!(pattern("username=").username.as_deref(), Some(""));
    assert_eq!(pattern("path=b.git").path.as_deref(), Some("b.git"));
    assert_eq!(pattern("password=a=b; c=d\n").secret, secret("a=b; c=d"));
    assert_eq!(pattern("authtype=x\ncredential=y").secret, secret("y"));
    for (more, takes) in [
        ("capability[]=state", false),
        ("capability[]=state\ncapability[]=authtype", true),
        ("capability[]=authtype\ncapability[]=", false),
    ] {
        assert_eq!(pattern(more).takes_authorization, takes, "{more}");
    }
}

/// The credential that a `store` with the attributes `more` offers.
fn offered(more: &str) -> Result<Credential, Reply> {
    let input = format!("protocol=https\nhost=a.example\n{more}");
    let offer = parse("store", input)?.offer;
    Ok(offer.expect("a store has an offer"))
}

#[test]
fn a_stored_credential_comes_back_unchanged() {
    for (more, text) in [
        (
            "username=ada\npassword=a=b\n",
            "username=ada\npassword=a=b\n",
        ),
        ("username=\npassword=\n", "username=\npassword=\n"),
        (
            "path=b.git\noauth_refresh_token=r\npassword_expiry_utc=9999999999\npassword=p\nusername=u\nwwwauth[]=x\n",
            "username=u\npassword=p\npassword_expiry_utc=9999999999\noauth_refresh_token=r\n",
        ),
        (
            "username=u\npassword=p\npassword_expiry_utc=99999999999999999999\n",
            "username=u\npassword=p\n",
        ),
        (
            "capability[]=authtype\nusername=u\nauthtype=Bearer\ncredential=t\n",
            "capability[]=authtype\nauthtype=Bearer\ncredential=t\nusername=u\n",
        ),
    ] {
        let outcome = HelperOutcome::Credential(offered(more).expect(more));
        let get = request("get", &format!("capability[]=authtype\n{REQUEST}"));
        let reply = Reply::answer(Secret::new(text.into()));
        assert_eq!(Git.render(&get, Ok(&outcome)), reply, "{more}");
    }
}

#[test]
fn incomplete_ephemeral_and_binary_offers_are_not_stored() {
    for more in [
        "",
        "username=ada\n",
        "password=p\n",
        "authtype=Bearer\n",
        "credential=t\n",
        "username=ada\npassword=p\nephemeral=1\n",
        "username=ada\npassword=p\nephemeral=TRUE\n",
    ] {
        assert_eq!(offered(more), Err(Reply::silent()), "{more}");
    }
    let bytes = b"protocol=https\nhost=a.example\nusername=ada\npassword=\xff\n";
    assert_eq!(parse("store", bytes), Err(Reply::silent()));
    let whole = "username=ada\npassword=p\nephemeral=0\n";
    assert!(offered(whole).is_ok());
}

#[test]
fn a_session_in_the_cookie_file_is_answered_without_a_password() {
    let app = app("https://wiki.corp.example");
    let in_file = |next| HelperOutcome::CookieFile {
        app: &app,
        warning: "too large\n".into(),
        next,
    };
    let new = format!("capability[]=authtype\n{REQUEST}");
    for (input, next, stdout) in [
        (REQUEST, false, "username=ada@corp.example\npassword=\n"),
        (&new, false, NO_AUTHORIZATION),
        (REQUEST, true, ""),
        (&new, true, ""),
    ] {
        let reply = Git.render(&request("get", input), Ok(&in_file(next)));
        let expected = Reply {
            stdout: Secret::new(stdout.into()),
            stderr: "too large\n".into(),
            code: 0,
        };
        assert_eq!(reply, expected);
    }
}

#[test]
fn get_needs_protocol_and_host_and_erase_without_does_nothing() {
    let why = "it does not name both protocol and host";
    for input in [
        "",
        "\n",
        "protocol=https\n",
        "host=a.example\n",
        "username=ada\n\nhost=x\n",
    ] {
        assert_eq!(parse("get", input), refused(why), "{input:?}");
        assert_eq!(parse("erase", input), Err(Reply::silent()), "{input:?}");
    }
}

#[test]
fn a_malformed_request_is_refused_and_not_echoed() {
    let long = REQUEST.replace("\n\n", &format!("\nwwwauth[]={}\n", "x".repeat(65535)));
    for action in ["get", "erase"] {
        for (input, why) in [
            (
                "protocol=https\nhost=evil\rhost=a.example\n",
                "it has a carriage return or a NUL within a line",
            ),
            (
                "protocol=https\nhost=a.example\0\n",
                "it has a carriage return or a NUL within a line",
            ),
            ("protocol=https\nhost\n", "a line of it is not key=value"),
            ("\u{1b}ELF", "a line of it is not key=value"),
            ("url=a.example\n", "its url is not a URL"),
            (&long, "a line of it is longer than 65535 bytes"),
        ] {
            assert_eq!(parse(action, input), refused(why), "{input:.80?}");
        }
    }
}

#[test]
fn a_host_is_letters_digits_and_a_port() {
    for host in [
        "",
        "a b",
        "a\u{1b}[2J",
        "a%2eexample",
        "a@b.example",
        "a.example/b",
        "a.example?b",
        "a.example#b",
        "a.example\\b",
        "a:b",
        ":443",
        "a:99999",
        "[::1",
        "[a]",
    ] {
        let input = format!("protocol=https\nhost={host}\n");
        assert_eq!(
            parse("get", input),
            refused("its host is not a host name"),
            "{host:?}"
        );
    }
}
