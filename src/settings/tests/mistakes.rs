//! Values of apps and orgs with a mistake in them: place, sentence and hint.

use super::{CORP, mistake};

/// The mistake in an app of these lines, which is the sixth line and those after it.
fn in_app(lines: &str) -> String {
    mistake(&format!("{CORP}[app.a]\n{lines}\n"))
}

/// The mistake in an org with these lines besides its URL and user name, the first of them being the fourth line.
fn in_org(lines: &str) -> String {
    mistake(&format!("{}\n{lines}\n", CORP.trim_end()))
}

#[test]
fn the_values_of_an_app() {
    let url = "url = \"https://a.example\"";
    let table = [
        ("", "5:1: [app.a] has no url\nhint: add url = \"…\" to it"),
        (
            "url = 7",
            "6:7: url in [app.a]: expected a string, found an integer",
        ),
        (
            "url = \"a.example\"",
            "6:7: url in [app.a]: not a URL: relative URL without a base\nhint: did you mean \"https://a.example\"?",
        ),
        (
            "url = \"ftp://a.example\"",
            "6:7: url in [app.a]: it has to be https, not ftp",
        ),
        (
            "url = \"http://a.example\"",
            "6:7: url in [app.a]: it has to be https: a cookie or password never goes over http",
        ),
        (
            "URL\nsesion = \"1h\"",
            "7:1: unknown key \"sesion\" in [app.a]\nhint: did you mean \"session\"?",
        ),
        (
            "URL\nsession = \"12\"",
            "7:11: session in [app.a]: \"12\" is not a duration such as 90s, 12h, 1h30m or 7d",
        ),
        (
            "URL\nsession = \"8d\"",
            "7:11: session in [app.a]: an ALB's session lasts between 1s and 7d, not \"8d\"",
        ),
        (
            "URL\nsession = 43200",
            "7:11: session in [app.a]: expected a string, found an integer",
        ),
        (
            "URL\nrenew_ahed = 0.1",
            "7:1: unknown key \"renew_ahed\" in [app.a]\nhint: did you mean \"renew_ahead\"?",
        ),
        (
            "URL\nrenew_ahead = \"0.1\"",
            "7:15: renew_ahead in [app.a]: expected a number, found a string",
        ),
        (
            "URL\nrenew_ahead = 1",
            "7:15: renew_ahead in [app.a]: it is a share of a session's life, between 0 (never) and 0.9, not 1",
        ),
        (
            "URL\nstart = \"login\"",
            "7:9: start in [app.a]: it has to be a path and begin with /",
        ),
        (
            "URL\nstart = \"//b.example/\"",
            "7:9: start in [app.a]: it leads away from the app",
        ),
        (
            "URL\ncookie = \"a=b\"",
            "7:10: cookie in [app.a]: \"a=b\" cannot be the name of a cookie",
        ),
        (
            "URL\nclient_id = \"\"",
            "7:13: client_id in [app.a]: it is empty",
        ),
        (
            "URL\nredirect_uri = \"https://a.example/b\"",
            "5:1: [app.a] has a redirect_uri and no client_id\nhint: add client_id = \"…\", or take redirect_uri out",
        ),
    ];
    for (lines, error) in table {
        let lines = lines.replace("URL", url);
        assert_eq!(in_app(&lines), format!("config.toml:{error}"), "{lines}");
    }
}

#[test]
fn the_method_and_the_org_of_an_app() {
    let table = [
        (
            "method = \"browser\"\norg = \"corp\"",
            "8:7: org in [app.a]: method \"browser\" does not use it",
        ),
        (
            "idp = \"https://login.example\"",
            "7:7: idp in [app.a]: method \"okta\" does not use it",
        ),
        (
            "method = \"browser\"\nidp = \"https://login.example/tenant\"",
            "8:7: idp in [app.a]: the URL of an identity provider has no path\nhint: did you mean \"https://login.example\"?",
        ),
        (
            "method = \"paste\"",
            "7:10: method in [app.a]: no method is called \"paste\"\nhint: set method = \"browser\": it also takes the \
             address pasted (credential login APP --paste)",
        ),
        (
            "method = \"otka\"",
            "7:10: method in [app.a]: no method is called \"otka\"\nhint: did you mean \"okta\"?",
        ),
        (
            "method = \"saml\"",
            "7:10: method in [app.a]: no method is called \"saml\"\nhint: methods: okta, browser, none",
        ),
        (
            "method = \"none\"\norg = \"corp\"",
            "8:7: org in [app.a]: method \"none\" does not use it",
        ),
        (
            "method = \"none\"\nrenew_ahead = 0.1",
            "8:15: renew_ahead in [app.a]: method \"none\" does not use it",
        ),
        (
            "org = \"crop\"",
            "7:7: org in [app.a]: no org is called \"crop\"\nhint: did you mean \"corp\"?",
        ),
        (
            "org = \"zzz\"",
            "7:7: org in [app.a]: no org is called \"zzz\"\nhint: orgs: corp",
        ),
    ];
    for (line, error) in table {
        let lines = format!("url = \"https://a.example\"\n{line}");
        assert_eq!(in_app(&lines), format!("config.toml:{error}"), "{line}");
    }
}

#[test]
fn an_app_without_an_org() {
    let app = "[app.a]\nurl = \"https://a.example\"\n";
    assert_eq!(
        mistake(app),
        "config.toml:1:1: [app.a] has no org to sign in at\n\
         hint: add [org.NAME] with url and username"
    );
    let two = "[org.dev]\nurl = \"https://dev.okta.com\"\nusername = \"ada\"\n";
    assert_eq!(
        mistake(&format!("{CORP}{two}{app}")),
        "config.toml:8:1: [app.a] has to name one of several orgs\nhint: set org to one of them: corp, dev"
    );
}

#[test]
fn two_apps_with_one_cookie() {
    let app = |name, rest| format!("[app.{name}]\nurl = \"https://a.example{rest}\n");
    let text = CORP.to_owned() + &app("a", "/\"") + &app("b", "\"");
    assert_eq!(
        mistake(&text),
        "config.toml:7:1: [app.b] has the url and cookie of [app.a]\n\
         hint: remove one of them, or set a different cookie"
    );
    let other = CORP.to_owned() + &app("a", "\"") + &app("b", "\"\ncookie = \"B\"");
    assert_eq!(super::settings(&other).apps.len(), 2);
}

#[test]
fn the_values_of_an_org() {
    let table = [
        (
            "urll = 1",
            "4:1: unknown key \"urll\" in [org.corp]\nhint: did you mean \"url\"?",
        ),
        (
            "remember_device = \"yes\"",
            "4:19: remember_device in [org.corp]: expected a boolean, found a string",
        ),
        (
            "push_unattended = 1",
            "4:19: push_unattended in [org.corp]: expected a boolean, found an integer",
        ),
        (
            "factor = [\"push\", \"smss\"]",
            "4:19: factor in [org.corp]: no factor is called \"smss\"\nhint: did you mean \"sms\"?",
        ),
        (
            "factor = [1.5]",
            "4:11: factor in [org.corp]: expected a string, found a float",
        ),
        (
            "factor = []",
            "4:10: factor in [org.corp]: the list is empty",
        ),
        (
            "factor = 1979-05-27",
            "4:10: factor in [org.corp]: expected a string, found a datetime",
        ),
    ];
    for (line, error) in table {
        assert_eq!(in_org(line), format!("config.toml:{error}"), "{line}");
    }
    assert_eq!(
        mistake("[org.corp]\nurl = \"https://corp.okta.com/app\"\n"),
        "config.toml:2:7: url in [org.corp]: the URL of an org has no path\nhint: did you mean \"https://corp.okta.com\"?"
    );
    assert_eq!(
        mistake("[org.corp]\nurl = \"https://corp.okta.com\"\n"),
        "config.toml:1:1: [org.corp] has no username\nhint: add username = \"…\" to it"
    );
}
