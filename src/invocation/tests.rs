//! Plans of all clients, and the apps that the clients' tests share.

mod random;

use super::{Delivery, Plan, Tool, plan};
use std::path::PathBuf;
use url::Url;

/// Two apps with hosts of their own, one app under a path, and one on loopback.
pub(super) fn app_of(url: &Url) -> Option<&'static str> {
    let at = |origin: &str| Url::parse(origin).expect("a URL").origin() == url.origin();
    if at("https://app.example") {
        Some("app")
    } else if at("https://two.example") {
        Some("two")
    } else if at("https://shared.example") && url.path().starts_with("/graf/") {
        Some("graf")
    } else if at("http://localhost:8080") {
        Some("local")
    } else {
        None
    }
}

/// The text of the files that the command lines name.
pub(super) fn text_of(path: &str) -> Option<String> {
    match path {
        "accept" => Some("Accept: x\r\nX-Cookie: y\n".into()),
        "cookie" => Some("Accept: x\r\nCookie: a=b\n".into()),
        "host" => Some("host: x.example".into()),
        _ => None,
    }
}

/// Plans a command line that is split at spaces (`''` is an empty argument). Returns the plan as one line of text.
pub(super) fn planned_with(config: &str, line: &str) -> String {
    let mut words = line
        .split(' ')
        .map(|word| if word == "''" { "" } else { word }.to_owned());
    let tool = Tool::named(&words.next().expect("a tool")).expect("a wrapped tool");
    let arguments: Vec<String> = words.collect();
    match plan(tool, config, &arguments, &app_of, &text_of) {
        Plan::NoApp => "no app".into(),
        Plan::OwnCookies => "own cookies".into(),
        Plan::OptionsOnStdin => "options on stdin".into(),
        Plan::Withheld(_) => "withheld".into(),
        deliver @ Plan::Deliver(..) => lines(&deliver).join(", "),
    }
}

/// Returns a line `FORMAT URL` for each app that gets its cookie.
fn lines(plan: &Plan) -> Vec<String> {
    match plan {
        Plan::Deliver(delivery, urls) => {
            let line = |url| format!("{} {url}", delivery.format_name());
            urls.iter().map(line).collect()
        }
        Plan::NoApp | Plan::OwnCookies | Plan::OptionsOnStdin | Plan::Withheld(_) => Vec::new(),
    }
}

pub(super) fn check(table: &[(&str, &str)]) {
    for (line, expected) in table {
        assert_eq!(planned_with("", line), *expected, "{line}");
    }
}

#[test]
fn a_plan_has_one_url_per_app_without_secret_parts() {
    let urls = [
        "https://u:p@app.example/x?token=1#y",
        "https://two.example/",
    ];
    let arguments = urls.map(str::to_owned);
    let plan = plan(Tool::Wget, "", &arguments, &app_of, &text_of);
    assert!(matches!(plan, Plan::Deliver(Delivery::CookieJar, _)));
    assert_eq!(
        lines(&plan),
        [
            "netscape https://app.example/x",
            "netscape https://two.example/"
        ]
    );
}

#[test]
fn two_apps_on_one_host_get_no_shared_cookie_file() {
    let both = |url: &Url| match url.port() {
        Some(1) => Some("one"),
        _ => Some("other"),
    };
    let arguments = ["https://app.example:1/", "https://app.example:2/"].map(str::to_owned);
    assert!(matches!(
        plan(Tool::Wget, "", &arguments, &both, &text_of),
        Plan::Withheld(_)
    ));
    assert!(matches!(
        plan(Tool::Curl, "", &arguments, &both, &text_of),
        Plan::Withheld(_)
    ));
}

#[test]
fn configuration_paths_follow_the_environment() {
    let variable = |name: &str| match name {
        "HOME" => Some("/home/ada".into()),
        "WGETRC" => Some("/etc/mine".into()),
        "SYSTEM_WGETRC" => Some("/etc/ours".into()),
        _ => None,
    };
    let paths = |list: &[&str]| list.iter().map(PathBuf::from).collect::<Vec<_>>();
    assert_eq!(
        Tool::Curl.config_paths(&variable),
        paths(&["/home/ada/.config/curlrc", "/home/ada/.curlrc"])
    );
    assert_eq!(
        Tool::Wget.config_paths(&variable),
        paths(&[
            "/etc/wgetrc",
            "/usr/local/etc/wgetrc",
            "/etc/ours",
            "/etc/mine",
            "/home/ada/.wgetrc"
        ])
    );
}
