//! Each format of `get --as` with the clients that it is made for: the application behind the ALB sees the user.
//!
//! The sandbox reports a violation if a shard is left out, changed, quoted or sent twice.

use sandbox::{Event, Fault, PASSWORD, Setup, Step, User};
use serde_json::Value;

use crate::home::{ADA, Home, outcome};
use crate::tools::{script, tool, tools};

/// Reads the cookie jar `jar`, requests `$URL` with it, and prints the answer.
const PYTHON_JAR: &str = "
import http.cookiejar, os, sys, urllib.request
jar = http.cookiejar.MozillaCookieJar(sys.argv[1])
jar.load()
client = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
print(client.open(os.environ['URL']).read().decode())
";

/// Reads a JSON object of headers from stdin, requests `$URL` with them, and prints the answer.
const PYTHON_HEADERS: &str = "
import json, os, sys, urllib.request
request = urllib.request.Request(os.environ['URL'], headers=json.load(sys.stdin))
print(urllib.request.urlopen(request).read().decode())
";

/// Reads `--as json` from stdin, requests `$URL` with each cookie, and prints the answer.
const PYTHON_JSON: &str = "
import json, os, sys, urllib.request
session = json.load(sys.stdin)
cookie = '; '.join(c['name'] + '=' + c['value'] for c in session['cookies'])
assert cookie == session['cookie']
assert session['url'] == os.environ['URL']
request = urllib.request.Request(session['url'], headers={'Cookie': cookie})
print(urllib.request.urlopen(request).read().decode())
";

/// Makes a home with a session of this number of shards.
fn signed_in(shards: usize) -> Home {
    let user = User::new(ADA, PASSWORD).with_shards(shards);
    let home = Home::new(Setup {
        users: vec![user],
        ..Setup::default()
    });
    assert!(
        home.run(&["get", "grafana"])
            .answer()
            .starts_with("AWSELBAuthSessionCookie-0=")
    );
    let issued = home
        .sandbox
        .count(|event| matches!(event, Event::SessionIssued { shards: n, .. } if *n == shards));
    assert_eq!(issued, 1, "a session of {shards} shards");
    home
}

/// Returns the user that the application saw, by its answer; `None` if the answer is not the application's.
fn user(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    answer["user"].as_str().map(str::to_owned)
}

/// Returns the user that the application sees if `text` runs in bash, for sessions of one to four shards.
#[track_caller]
fn every_family_passes(text: &str) {
    for shards in 1..=4 {
        let home = signed_in(shards);
        let text = format!("set -euo pipefail\n{text}");
        let answer = outcome(script(&home, "bash", &text).output().expect("bash starts")).answer();
        assert_eq!(
            user(&answer).as_deref(),
            Some(ADA),
            "{shards} shards: {answer}"
        );
        assert_eq!(home.sandbox.violations(), [], "{shards} shards");
    }
}

#[test]
fn curl_takes_the_cookie_as_a_header_value() {
    if tool("curl") {
        every_family_passes(
            r#"IFS= read -r cookie < <(credential get grafana)
               printf 'Cookie: %s\n' "$cookie" | curl -sSf -H @- "$URL""#,
        );
    }
}

#[test]
fn curl_takes_the_header_from_stdin() {
    if tool("curl") {
        every_family_passes(r#"credential get grafana --as header | curl -sSf -H @- "$URL""#);
    }
}

#[test]
fn curl_takes_its_config_from_stdin() {
    if tool("curl") {
        every_family_passes(r#"credential get grafana --as curl | curl -sSf -K - "$URL""#);
    }
}

#[test]
fn curl_follows_no_redirect_with_the_cookie_of_its_config() {
    if !tool("curl") {
        return;
    }
    let home = signed_in(1);
    home.sandbox.end_app_sessions("grafana");
    home.sandbox.clear_audit();
    let text = r#"credential get grafana --as curl | curl -sS -o /dev/null -w '%{http_code}' -L -K - "$URL""#;
    // Okta answers with some page. The cookie must not have been sent there.
    let _ = outcome(script(&home, "bash", text).output().expect("bash starts"));
    assert!(
        home.sandbox.requests_to(&sandbox::Host::Org) > 0,
        "curl went on to Okta"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn curl_takes_the_jar_if_there_was_no_warning() {
    if !tool("curl") {
        return;
    }
    for shards in 1..=4 {
        let home = signed_in(shards);
        let get = home.run(&["get", "grafana", "--as", "netscape"]);
        assert_eq!(get.code, 0);
        std::fs::write(home.path("jar"), &get.stdout).expect("the jar is written");
        let curl = script(&home, "bash", r#"curl -sS -b jar "$URL""#)
            .output()
            .expect("bash starts");
        let served = user(&outcome(curl).answer()).as_deref() == Some(ADA);
        assert_eq!(
            served,
            get.stderr.is_empty(),
            "{shards} shards; the warning: {:?}",
            get.stderr
        );
        if served {
            assert_eq!(home.sandbox.violations(), []);
            continue;
        }
        assert_eq!(get.stderr.lines().count(), 1, "one line: {}", get.stderr);
        assert!(
            get.stderr.contains("--as header"),
            "what to do instead: {}",
            get.stderr
        );
        let instead = r#"credential get grafana --as header | curl -sSf -H @- "$URL""#;
        let instead = outcome(
            script(&home, "bash", instead)
                .output()
                .expect("bash starts"),
        )
        .answer();
        assert_eq!(user(&instead).as_deref(), Some(ADA));
    }
}

#[test]
fn a_jar_of_four_shards_gets_a_warning_one_of_one_does_not() {
    let small = signed_in(1).run(&["get", "grafana", "--as", "netscape"]);
    assert_eq!((small.code, small.stderr.as_str()), (0, ""));
    let large = signed_in(4).run(&["get", "grafana", "--as", "netscape"]);
    assert_eq!(
        (large.code, large.stderr.lines().count()),
        (0, 1),
        "{}",
        large.stderr
    );
    assert_eq!(
        large.stdout.lines().count(),
        1 + 4,
        "all shards are there all the same"
    );
}

#[test]
fn wget_takes_the_jar() {
    if tool("wget") {
        // The warning is about curl, not about wget.
        every_family_passes(
            r#"wget -q -O - --ca-certificate "$SSL_CERT_FILE" \
                 --load-cookies <(credential get grafana --as netscape 2>/dev/null) "$URL""#,
        );
    }
}

#[test]
fn the_cookiejar_of_python_takes_the_jar() {
    if tool("python3") {
        every_family_passes(&format!(
            "credential get grafana --as netscape > jar 2>/dev/null\npython3 - jar <<'END'\n{PYTHON_JAR}\nEND"
        ));
    }
}

#[test]
fn httpie_takes_the_session_file() {
    if tools(&["http", "https"]) {
        every_family_passes(
            r#"http --ignore-stdin --body --session-read-only=<(credential get grafana --as httpie) "$URL""#,
        );
        every_family_passes(
            r#"https --ignore-stdin --body --session-read-only=<(credential get grafana --as httpie) "${URL#https://}""#,
        );
    }
}

#[test]
fn xh_takes_the_session_file() {
    if tool("xh") {
        every_family_passes(
            r#"xh --ignore-stdin --body --verify "$SSL_CERT_FILE" \
                 --session-read-only=<(credential get grafana --as httpie) "$URL""#,
        );
    }
}

#[test]
fn httpie_and_xh_take_one_file_and_do_not_change_it() {
    if !tools(&["http", "xh"]) {
        return;
    }
    let home = signed_in(2);
    let file = home.run(&["get", "grafana", "--as", "httpie"]).answer();
    std::fs::write(home.path("session.json"), &file).expect("the file is written");
    for client in [
        "http --verify \"$SSL_CERT_FILE\"",
        "xh --verify \"$SSL_CERT_FILE\"",
    ] {
        let text =
            format!(r#"{client} --ignore-stdin --body --session-read-only=./session.json "$URL""#);
        let answer = outcome(script(&home, "bash", &text).output().expect("bash starts")).answer();
        assert_eq!(user(&answer).as_deref(), Some(ADA), "{client}");
        assert_eq!(
            std::fs::read_to_string(home.path("session.json")).expect("the file"),
            file,
            "{client}"
        );
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn python_takes_the_json() {
    if tool("python3") {
        every_family_passes(&format!(
            "credential get grafana --as json | python3 -c \"$(cat <<'END'\n{PYTHON_JSON}\nEND\n)\""
        ));
    }
}

#[test]
fn python_takes_the_headers() {
    if tool("python3") {
        every_family_passes(&format!(
            "credential get grafana --as headers-json | python3 -c \"$(cat <<'END'\n{PYTHON_HEADERS}\nEND\n)\""
        ));
    }
}

#[test]
fn a_shell_sources_the_dotenv() {
    if tool("curl") {
        every_family_passes(
            r#"credential get grafana --as dotenv > .env
               sh -c '. ./.env; printf "Cookie: %s\n" "$CREDENTIAL_COOKIE"' | curl -sSf -H @- "$URL""#,
        );
    }
}

#[test]
fn a_shell_evaluates_the_env() {
    if tool("curl") {
        every_family_passes(
            r#"eval "$(credential get grafana --as env)"
               sh -c 'printf "Cookie: %s\n" "$CREDENTIAL_COOKIE"' | curl -sSf -H @- "$URL""#,
        );
    }
}

#[test]
fn shell_syntax_in_a_cookie_is_data_in_every_format() {
    // A cookie may contain all of them.
    let value = "a$HOME`id`$(id)!x'y#z%41&b=";
    let home = Home::usual();
    home.sandbox
        .fault((Step::Callback, Fault::ShardValue(value.into())));
    let cookie = format!("AWSELBAuthSessionCookie-0={value}");
    assert_eq!(
        home.run(&["get", "grafana"]).answer(),
        format!("{cookie}\n")
    );

    let sourced =
        r#"credential get grafana --as dotenv > .env; . ./.env; printf '%s' "$CREDENTIAL_COOKIE""#;
    let evaluated =
        r#"eval "$(credential get grafana --as env)"; printenv CREDENTIAL_COOKIE | tr -d '\n'"#;
    for (shell, text) in [
        ("sh", sourced),
        ("bash", sourced),
        ("sh", evaluated),
        ("bash", evaluated),
    ] {
        let said = script(&home, shell, text).output();
        let said = outcome(said.expect("a shell starts")).answer();
        assert_eq!(said, cookie, "{shell}: {text}");
    }
    let headers = home
        .run(&["get", "grafana", "--as", "headers-json"])
        .answer();
    let headers: Value = serde_json::from_str(&headers).expect("JSON");
    assert_eq!(headers, serde_json::json!({ "Cookie": cookie }));
    assert_eq!(
        home.run(&["get", "grafana", "--as", "header"]).answer(),
        format!("Cookie: {cookie}\n")
    );
    let jar = home.run(&["get", "grafana", "--as", "netscape"]).answer();
    assert!(
        jar.lines()
            .last()
            .expect("a line")
            .ends_with(&format!("\tAWSELBAuthSessionCookie-0\t{value}")),
        "{jar}"
    );
}

#[test]
fn json_has_the_members_of_the_contract_in_their_order() {
    let home = signed_in(2);
    let text = home.run(&["get", "grafana", "--as", "json"]).answer();
    assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
    let members = [
        "app",
        "url",
        "account",
        "method",
        "cookies",
        "cookie",
        "issued_at",
        "expires_at",
        "verified_at",
    ];
    let places: Vec<usize> = members
        .iter()
        .map(|member| text.find(&format!("\"{member}\":")).expect(member))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json.as_object().expect("an object").len(), members.len());
    assert_eq!(json["app"], "grafana");
    assert_eq!(json["url"], home.sandbox.app_url("grafana"));
    assert_eq!(json["account"], ADA);
    assert_eq!(json["method"], "okta");
    assert_eq!(json["cookie"], home.run(&["get"]).answer().trim_end());
    for member in ["issued_at", "expires_at"] {
        let moment = json[member].as_str().expect("a moment");
        let parsed =
            time::OffsetDateTime::parse(moment, &time::format_description::well_known::Rfc3339);
        assert!(
            parsed.is_ok() && moment.ends_with('Z'),
            "{member}: {moment}"
        );
    }
}

/// Every format of `--as`.
pub(crate) const FORMATS: [&str; 9] = [
    "cookie",
    "header",
    "headers-json",
    "json",
    "curl",
    "netscape",
    "httpie",
    "dotenv",
    "env",
];

#[test]
fn every_format_has_one_line_end_and_is_the_same_cold_and_warm() {
    for form in FORMATS {
        let home = Home::usual();
        let cold = home.run(&["get", "grafana", "--as", form]).answer();
        assert!(
            cold.ends_with('\n') && !cold.ends_with("\n\n") && !cold.contains('\r'),
            "{form}: {cold:?}"
        );
        assert_eq!(
            home.run(&["get", "grafana", "--as", form]).answer(),
            cold,
            "{form}"
        );
        assert_eq!(home.sandbox.sessions_issued(), 1, "{form}");
        assert_eq!(home.sandbox.violations(), [], "{form}");
    }
}

#[test]
fn an_unknown_format_is_a_usage_error_that_lists_all() {
    let home = Home::usual();
    let words = home.run(&["get", "grafana", "--as", "xml"]).failure(2);
    for form in FORMATS {
        assert!(words.contains(form), "{form}: {words}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}
