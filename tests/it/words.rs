//! The words of errors: plain causes that name the host, the path or the variable, and hints that fit the configuration.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::Stdio;

use sandbox::{PASSWORD, Setup, UserState};

use crate::home::{ADA, Home};
use crate::screen::{Terminal, ended};

/// A home whose app is at `url`.
fn at(url: &str) -> Home {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(&home.sandbox.app_url("grafana"), url));
    home
}

/// Asserts that a `get` fails with 6, and says `words` without the libraries' own.
#[track_caller]
fn assert_network(home: &Home, words: &str) {
    let said = home.run(&["get", "grafana"]).told(6);
    assert!(said.contains(words) && said.contains("hint: "), "{said}");
    for raw in [
        "client error",
        "os error",
        "(Connect)",
        "Other(",
        "dns error",
    ] {
        assert!(!said.contains(raw), "{raw}: {said}");
    }
}

#[test]
fn a_server_that_cannot_be_reached_is_told_in_plain_words() {
    assert_network(
        &at("https://no-such-host.invalid"),
        "cannot find no-such-host.invalid (DNS)",
    );
    assert_network(
        &at("https://127.0.0.1:1"),
        "127.0.0.1:1 refuses connections",
    );
}

#[test]
fn a_server_that_speaks_no_tls_is_told_in_plain_words() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = std::io::Write::write_all(&mut stream, b"220 mail.example ESMTP\r\n");
        }
    });
    let url = format!("https://127.0.0.1:{port}");
    assert_network(&at(&url), &format!("127.0.0.1:{port} does not speak TLS"));
}

#[test]
fn an_untrusted_certificate_is_told_with_its_fault() {
    let mut home = Home::usual();
    let other = Home::usual();
    home.set("SSL_CERT_FILE", other.sandbox.ca_file().to_string_lossy());
    let said = home.run(&["get", "grafana"]).told(6);
    assert!(
        said.contains("is not trusted: it is self-signed, or signed by"),
        "{said}"
    );
    assert!(!said.contains("UnknownIssuer"), "{said}");
}

#[test]
fn a_file_of_certificates_that_cannot_be_used_is_named_with_its_variable() {
    let mut home = Home::usual();
    let pem = std::fs::read(home.sandbox.ca_file()).expect("a file");
    let marked = [b"\xef\xbb\xbf".as_slice(), &pem].concat();
    for (name, content, why) in [
        ("missing.pem", None, "No such file"),
        ("empty.pem", Some(&b""[..]), "it is empty"),
        ("der.pem", Some(b"\x30\x82\x01\x0a"), "DER form"),
        (
            "text.pem",
            Some(b"no certificate"),
            "no certificate in PEM form",
        ),
        ("marked.pem", Some(&marked), "byte order mark"),
    ] {
        let path = home.path(name);
        if let Some(content) = content {
            std::fs::write(&path, content).expect("a file");
        }
        home.set("SSL_CERT_FILE", path.to_string_lossy());
        let said = home.run(&["get", "grafana"]).told(2);
        let whole = format!(
            "SSL_CERT_FILE: cannot read certificates from {}: ",
            path.display()
        );
        assert!(
            said.contains(&whole) && said.contains(why),
            "{name}: {said}"
        );
    }
    home.set("SSL_CERT_FILE", home.path("scratch").to_string_lossy());
    let said = home.run(&["get", "grafana"]).told(2);
    assert!(
        said.contains("SSL_CERT_FILE") && said.contains("irectory"),
        "{said}"
    );
    home.set("SSL_CERT_FILE", "");
    let said = home.run(&["get", "grafana"]).told(6);
    assert!(
        said.contains("is not trusted"),
        "the system's are used: {said}"
    );
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn hints_name_the_variables_where_these_are_the_whole_configuration() {
    let mut home = Home::bare(Setup::default());
    home.set("ALB_CREDENTIAL_CONFIG", "");
    home.set("ALB_CREDENTIAL_ORG_URL", home.sandbox.org_url());
    home.set("ALB_CREDENTIAL_USERNAME", ADA);
    home.set("ALB_CREDENTIAL_PASSWORD", "wrong");
    home.set("ALB_CREDENTIAL_APP_URL", home.sandbox.app_url("grafana"));
    let said = home.run(&["get"]).told(5);
    assert!(
        said.contains("hint: check ALB_CREDENTIAL_PASSWORD"),
        "{said}"
    );
    assert!(!said.contains("[org."), "{said}");
    let said = home.run(&["get", "https://elsewhere.example"]).told(4);
    assert!(
        said.contains("hint: check ALB_CREDENTIAL_APP_URL"),
        "{said}"
    );
}

#[test]
fn a_remembered_failure_says_so() {
    let home = Home::usual();
    home.sandbox
        .change_user(ADA, |user| user.state = UserState::Denied);
    let first = home.run(&["get", "grafana"]).told(5);
    assert!(!first.contains("remembered"), "{first}");
    let again = home.run(&["get", "grafana"]).told(5);
    assert!(
        again.contains("that was remembered: without a person it is tried again in"),
        "{again}"
    );
    assert!(again.contains("credential login grafana"), "{again}");
}

#[test]
fn a_password_that_can_only_be_wrong_is_not_sent() {
    let home = Home::usual();
    for (content, fault) in [
        (
            format!("\u{feff}{PASSWORD}\n"),
            "begins with a byte order mark",
        ),
        (format!("{PASSWORD}\n\n"), "has a line end in it"),
        (format!("{PASSWORD}\r\r\n"), "has a carriage return in it"),
        (format!("{PASSWORD}\0\n"), "has a NUL byte in it"),
    ] {
        std::fs::write(home.path("password"), content).expect("a file");
        let said = home.run(&["get", "grafana"]).told(2);
        assert!(said.contains(fault) && said.contains("/password"), "{said}");
    }
    home.assert_passwords(0);
    home.password(PASSWORD);
    let _ = home.run(&["get", "grafana"]).answer();
    home.assert_passwords(1);
}

#[test]
fn a_command_that_was_probably_meant_is_suggested() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    for (arguments, meant) in [
        (&["grafana"][..], "\nhint: credential get grafana\n"),
        (&[&url], &format!("\nhint: credential get {url}/\n")),
        (&["get", "grafana", "--json"], "\nhint: use --as json\n"),
    ] {
        let said = home.run(arguments).failure(2);
        assert!(
            said.contains(meant) && !said.contains("-- --json"),
            "{said}"
        );
    }
    let said = home.run(&["grafanna"]).failure(2);
    assert!(!said.contains("credential get"), "{said}");
    let said = home.run(&["get", "https://new.example/x"]).failure(4);
    assert!(
        said.contains("hint: credential add https://new.example/x"),
        "{said}"
    );
}

#[test]
fn doctor_writes_each_line_as_it_comes_and_a_summary_at_the_end() {
    let home = Home::usual();
    std::fs::write(home.path("wait"), "").expect("a file");
    let wait = home.path("wait").display().to_string();
    let script = format!("while test -e {wait}; do sleep 0.05; done; echo '{PASSWORD}'\n");
    std::fs::write(home.path("slow.sh"), script).expect("a file");
    let text = home.configuration(&["grafana".into()]);
    let script = home.path("slow.sh").display().to_string();
    let command = format!("{{ command = [\"sh\", \"{script}\"] }}");
    home.configure(&text.replace("{ file = \"password\" }", &command));
    let mut child = home
        .credential(&["doctor", "grafana"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    lines.read_line(&mut first).expect("a line");
    assert!(first.starts_with("ok    configuration"), "{first}");
    std::fs::remove_file(home.path("wait")).expect("it waits until now");
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("text");
    assert!(child.wait().expect("it ends").success(), "{rest}");
    let last = rest.lines().last().expect("a line");
    assert!(last.starts_with("no step fails; "), "{last}");
}

#[test]
fn a_question_that_is_refused_in_the_background_says_why() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("password = { file = \"password\" }\n", ""));
    let terminal = Terminal::new();
    let job = "set -m; credential get grafana & wait $!";
    let (_, _, said) = ended(terminal.start(&home, job));
    assert!(said.contains("not in the terminal's foreground"), "{said}");
    assert!(
        said.contains("hint: bring it to the foreground: fg"),
        "{said}"
    );
}
