//! Apps that nobody signs in to (method `none`), and sessions that a person has pasted.

use sandbox::{Event, Registry, Setup};
use serde_json::Value;

use crate::home::Home;
use crate::outcome::Outcome;
use crate::tools::{beside, script, tool};

const COOKIE: &str = "AWSELBAuthSessionCookie-0=one+/=; AWSELBAuthSessionCookie-1=two";
const NOT_FOUND: &str = "credentials not found in native keychain\n";

/// A home with one app that is a store.
fn store() -> Home {
    let home = Home::bare(Setup::default());
    home.configure("[app.wiki]\nurl = \"https://wiki.corp.example:8443\"\nmethod = \"none\"\n");
    home
}

fn docker(home: &Home, action: &str, input: &str) -> Outcome {
    let mut command = beside(home, "docker-credential-alb");
    command.arg(action);
    crate::home::feed(command, input)
}

fn git(home: &Home, action: &str, lines: &str) -> Outcome {
    let lines = format!("protocol=https\nhost=wiki.corp.example:8443\n{lines}");
    home.run_with(&[action, "--protocol", "git"], &lines)
}

fn keep(home: &Home, username: &str, password: &str) {
    let lines = format!("username={username}\npassword={password}\n");
    assert_eq!(git(home, "store", &lines).answer(), "");
}

#[test]
fn a_kept_cookie_is_answered_in_every_language() {
    let home = store();
    keep(&home, "ada", COOKIE);
    assert_eq!(home.run(&["get", "wiki"]).answer(), format!("{COOKIE}\n"));
    let json = home.run(&["get", "wiki", "--as", "json"]).answer();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        (&json["method"], &json["cookie"]),
        (&"none".into(), &COOKIE.into())
    );
    let said = home
        .run_with(&["get"], "{\"uri\":\"https://wiki.corp.example:8443/x\"}")
        .answer();
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["headers"]["Cookie"][0], COOKIE);
    assert_eq!(
        git(&home, "get", "").answer(),
        format!("username=ada\npassword={COOKIE}\n")
    );
    assert_eq!(
        docker(&home, "get", "wiki.corp.example:8443").answer(),
        format!(
            "{{\"ServerURL\":\"wiki.corp.example:8443\",\"Username\":\"ada\",\"Secret\":\"{COOKIE}\"}}\n"
        )
    );
    let status = home.run(&["status"]).answer();
    assert!(
        status.contains("wiki  alb      fresh  -           none"),
        "{status}"
    );
}

#[test]
fn what_is_no_cookie_is_kept_for_helpers_and_is_no_session() {
    let home = store();
    let hint = "credential: no session cookie is kept for wiki, and method none has no sign-in\n\
                hint: copy the cookie from a browser and keep it: credential store wiki\n\
                hint: or set method = \"okta\" in [app.wiki]\n";
    assert_eq!(home.run(&["get", "wiki"]).failure(3), hint);
    keep(&home, "ada", "hunter2");
    assert_eq!(home.run(&["get", "wiki"]).failure(3), hint);
    assert_eq!(home.run(&["get", "wiki", "--no-sign-in"]).failure(3), hint);
    assert_eq!(
        git(&home, "get", "").answer(),
        "username=ada\npassword=hunter2\n"
    );
    keep(&home, "eve", COOKIE);
    assert_eq!(home.run(&["get", "wiki"]).answer(), format!("{COOKIE}\n"));
    assert_eq!(home.run(&["get", "wiki", "--fresh"]).failure(3), hint);
}

#[test]
fn docker_keeps_lists_and_erases_servers() {
    let home = store();
    let server = "https://wiki.corp.example:8443/v1/";
    let stored = |user: &str| {
        format!("{{\"ServerURL\":\"{server}\",\"Username\":\"{user}\",\"Secret\":\"s\"}}\r\n")
    };
    let failed = |stdout: &str| Outcome {
        stdout: stdout.into(),
        stderr: String::new(),
        code: 1,
    };
    assert_eq!(docker(&home, "get", server), failed(NOT_FOUND));
    assert_eq!(docker(&home, "list", "").answer(), "{}\n");
    assert_eq!(docker(&home, "store", &stored("eve")).answer(), "");
    assert_eq!(docker(&home, "store", &stored("ada")).answer(), "");
    assert_eq!(
        docker(&home, "list", "unused").answer(),
        format!("{{\"{server}\":\"ada\"}}\n")
    );
    assert_eq!(
        docker(&home, "get", &format!("{server}\r\n")).answer(),
        stored("ada").replace('\r', "")
    );
    assert_eq!(
        docker(&home, "get", "wiki.corp.example:8443"),
        failed(NOT_FOUND)
    );
    assert_eq!(
        docker(&home, "erase", "wiki.corp.example:8443").answer(),
        ""
    );
    assert_eq!(docker(&home, "erase", server).answer(), "");
    assert_eq!(docker(&home, "erase", server).answer(), "");
    assert_eq!(docker(&home, "get", server), failed(NOT_FOUND));
    let foreign = "{\"ServerURL\":\"evil.example\",\"Username\":\"ada\",\"Secret\":\"s3cret\"}";
    assert_eq!(
        docker(&home, "store", foreign),
        failed(
            "credential: no configured app covers evil.example\n\
             hint: add an app with method = \"none\" for it\n"
        )
    );
}

#[test]
fn a_store_request_is_known_by_its_beginning() {
    let home = store();
    let json = "{\"ServerURL\":\"wiki.corp.example:8443\",\"Username\":\"ada\",\"Secret\":\"s\"}";
    assert_eq!(home.run_with(&["store"], json).answer(), "");
    assert_eq!(git(&home, "get", "").answer(), "username=ada\npassword=s\n");
    let lines = "protocol=https\nhost=wiki.corp.example:8443\nusername=ada\npassword=t\n";
    assert_eq!(home.run_with(&["store"], lines).answer(), "");
    assert_eq!(git(&home, "get", "").answer(), "username=ada\npassword=t\n");
    assert_eq!(
        home.run_with(&["store"], "").failure(2),
        "credential: store what? there is no request on stdin\nhint: credential store --help\n"
    );
}

#[test]
fn the_configured_life_ends_what_is_kept() {
    let home = store();
    home.append("session = \"8h\"");
    keep(&home, "ada", COOKIE);
    let said = git(&home, "get", "").answer();
    let end: i64 = said
        .lines()
        .find_map(|line| line.strip_prefix("password_expiry_utc="))
        .and_then(|end| end.parse().ok())
        .expect("an end");
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    assert!(
        (now + 8 * 3600 - 60..=now + 8 * 3600).contains(&end),
        "{end}"
    );
}

#[test]
fn a_hundred_at_once_lose_nothing() {
    let home = store();
    let children: Vec<_> = (0..100)
        .map(|user| {
            let mut command = home.credential(&["store", "--protocol", "git"]);
            let child = command
                .stdin(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .spawn();
            let mut child = child.expect("the program starts");
            let lines = format!(
                "protocol=https\nhost=wiki.corp.example:8443\nusername=user{user}\npassword=p{user}\n"
            );
            let mut stdin = child.stdin.take().expect("a pipe");
            std::io::Write::write_all(&mut stdin, lines.as_bytes()).expect("written");
            child
        })
        .collect();
    for child in children {
        let said = crate::home::outcome(child.wait_with_output().expect("it ends"));
        // On a busy machine one says for whom it waits, and nothing else.
        let is_wait = |line: &str| line.starts_with("credential: waiting for process ");
        let is_quiet = said.code == 0 && said.stdout.is_empty();
        assert!(is_quiet && said.stderr.lines().all(is_wait), "{said:?}");
    }
    for user in 0..100 {
        assert_eq!(
            git(&home, "get", &format!("username=user{user}\n")).answer(),
            format!("username=user{user}\npassword=p{user}\n")
        );
    }
}

#[test]
fn logout_and_erase_forget_all_that_is_kept() {
    for arguments in [
        &["logout", "wiki"][..],
        &["logout", "--all"],
        &["erase", "wiki"],
    ] {
        let home = store();
        keep(&home, "ada", COOKIE);
        assert_eq!(home.run(arguments).answer(), "", "{arguments:?}");
        assert_eq!(git(&home, "get", "").answer(), "", "{arguments:?}");
        assert!(home.records().is_empty(), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_kept_is_an_error() {
    let home = store();
    std::fs::write(home.cache(), "a file is in the way").expect("written");
    let said = git(&home, "store", "username=ada\npassword=hunter2\n").failure(1);
    assert!(
        said.starts_with("credential: warning: the cache cannot be used: "),
        "{said}"
    );
    assert!(
        said.contains("\ncredential: cannot keep a credential for wiki: "),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn a_pasted_session_is_taken_where_people_sign_in() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["logout", "corp"]).answer(), "");
    let challenges = home.challenges();
    let host = home.sandbox.app_url("grafana").replace("https://", "");
    let store = |lines: &str| {
        let lines = format!("protocol=https\nhost={host}\n{lines}");
        assert_eq!(
            home.run_with(&["store", "--protocol", "git"], &lines)
                .answer(),
            ""
        );
    };
    let pasted = format!("password=theme=dark; {cookie}");
    for passed_over in [
        "username=ada@corp.example\npassword=hunter2\n".to_owned(),
        "username=eve\n".to_owned() + &pasted,
        "username=ada@corp.example\npassword_expiry_utc=9999999999\n".to_owned() + &pasted,
        "username=ada@corp.example\nephemeral=1\n".to_owned() + &pasted,
    ] {
        store(&passed_over);
        assert!(!home.has_session(), "{passed_over}");
    }
    store(&format!("username=ada@corp.example\n{pasted}"));
    assert_eq!(home.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!(
        home.run(&["get", "grafana", "--verify=0s"]).answer(),
        cookie
    );
    assert_eq!(home.challenges(), challenges);
}

#[test]
fn a_kept_session_can_be_verified() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    let url = home.sandbox.app_url("grafana");
    home.configure(&format!(
        "[app.grafana]\nurl = \"{url}\"\nmethod = \"none\"\n"
    ));
    let lines = format!("url={url}\nusername=ada\npassword={cookie}");
    assert_eq!(home.run_with(&["store"], &lines).answer(), "");
    assert_eq!(
        home.run(&["get", "grafana", "--verify=0s"]).answer(),
        cookie
    );
    home.sandbox.end_app_sessions("grafana");
    let said = home.run(&["get", "grafana", "--verify=0s"]).failure(3);
    assert!(
        said.starts_with("credential: no session cookie is kept for grafana"),
        "{said}"
    );
    let said = home.run(&["get", "grafana"]).failure(3);
    assert!(
        said.starts_with("credential: no session cookie is kept for grafana"),
        "{said}"
    );
}

#[test]
fn a_real_docker_logs_in_and_out_of_a_store() {
    if !tool("docker") {
        return;
    }
    let home = store();
    // Without an engine docker can still ask its helper who is there.
    keep(&home, "ada", "s");
    std::fs::create_dir(home.path("home/.docker")).expect("a directory");
    std::fs::write(
        home.path("home/.docker/config.json"),
        "{\"credsStore\":\"alb\"}",
    )
    .expect("written");
    let said = crate::home::outcome(
        script(&home, "sh", "docker logout wiki.corp.example:8443")
            .output()
            .expect("docker starts"),
    );
    assert!(
        said.answer()
            .contains("Removing login credentials for wiki.corp.example:8443")
    );
    assert_eq!(git(&home, "get", "").answer(), "");
}

#[test]
fn a_real_skopeo_logs_in_reads_an_image_and_logs_out() {
    if !tool("skopeo") {
        return;
    }
    let home = Home::bare(Setup {
        registry: Some(Registry::new("ada", "registry-s3cret")),
        ..Setup::default()
    });
    let registry = home.sandbox.registry();
    home.configure(&format!(
        "[app.registry]\nurl = \"https://{registry}\"\nmethod = \"none\"\n"
    ));
    let auth = format!("{{\"credHelpers\":{{\"{registry}\":\"alb\"}}}}");
    std::fs::write(home.path("auth.json"), auth).expect("written");
    std::fs::create_dir(home.path("certificates")).expect("a directory");
    std::fs::write(home.path("certificates/ca.crt"), home.sandbox.ca_pem()).expect("written");
    let skopeo = |arguments: &str, input: &str| {
        let line = format!("skopeo {arguments}");
        let mut command = script(&home, "sh", &line);
        command
            .env("REGISTRY_AUTH_FILE", home.path("auth.json"))
            .env("REGISTRY", &registry);
        crate::home::feed(command, input)
    };
    let inspect = "inspect --cert-dir certificates docker://$REGISTRY/tools/hello:latest";
    assert_ne!(skopeo(inspect, "").code, 0);
    let login = "login --cert-dir certificates --username ada --password-stdin $REGISTRY";
    let said = skopeo(login, "registry-s3cret");
    assert_eq!(said.answer(), "Login Succeeded!\n");
    let image = skopeo(inspect, "").answer();
    let image: Value = serde_json::from_str(&image).expect("JSON");
    assert_eq!(image["RepoTags"][0], "latest");
    let admitted = |event: &Event| matches!(event, Event::RegistrySaw { admitted: true, .. });
    assert!(home.sandbox.count(admitted) > 1);
    let list = docker(&home, "list", "").answer();
    assert_eq!(list, format!("{{\"{registry}\":\"ada\"}}\n"));
    assert_eq!(skopeo("logout $REGISTRY", "").code, 0);
    assert_ne!(skopeo(inspect, "").code, 0);
    assert_eq!(docker(&home, "list", "").answer(), "{}\n");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_person_stores_a_cookie_by_the_apps_name() {
    let home = store();
    let said = home.run_with(
        &["store", "wiki"],
        &format!("Cookie: theme=dark; {COOKIE}\r\n"),
    );
    assert_eq!(said.answer(), "");
    assert_eq!(home.run(&["get", "wiki"]).answer(), format!("{COOKIE}\n"));
    let said = home.run_with(&["store", "wiki"], "hunter2").failure(2);
    let expected = "credential: stdin has no session cookie of wiki\n\
                    hint: copy the whole value of the Cookie header, with AWSELBAuthSessionCookie-0=… and every cookie \
                    numbered like it\n";
    assert_eq!(said, expected);
    assert_eq!(
        home.run_with(&["store", "nothing"], COOKIE)
            .failure(4)
            .lines()
            .count(),
        2
    );
    let said = home
        .run_with(&["store"], COOKIE.split('=').next().unwrap_or_default())
        .failure(2);
    assert!(
        said.ends_with("hint: name an app: credential store APP\n"),
        "{said}"
    );

    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["logout", "--all"]).answer(), "");
    let said = home.run_with(&["store", "grafana", "--timeout=1h"], &cookie);
    assert_eq!(said.answer(), "");
    let json = home
        .run(&["get", "grafana", "--as", "json", "--no-sign-in"])
        .answer();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        format!("{}\n", json["cookie"].as_str().expect("text")),
        cookie
    );
    let end = json["expires_at"].as_str().expect("an end");
    assert!(end < crate::home::seconds_from_now(3601).as_str(), "{end}");
}

#[test]
fn what_docker_keeps_cannot_become_lines_of_gits() {
    let home = store();
    for (username, secret) in [
        ("ada", "p\\nhost=evil.example"),
        ("ada", "p\\rquit=1"),
        ("ada", "{\\n  \\\"type\\\": \\\"key\\\"\\n}"),
    ] {
        let json = format!(
            "{{\"ServerURL\":\"wiki.corp.example:8443\",\"Username\":\"{username}\",\"Secret\":\"{secret}\"}}\n"
        );
        assert_eq!(docker(&home, "store", &json).answer(), "");
        assert_eq!(
            docker(&home, "get", "wiki.corp.example:8443").answer(),
            json
        );
        let said = git(&home, "get", "").failure(1);
        assert_eq!(
            said,
            "credential: the credential stored for https://wiki.corp.example:8443/ has a line end, which git's protocol cannot \
             carry\n"
        );
    }
    let json = "{\"ServerURL\":\"wiki.corp.example:8443\",\"Username\":\"a\\nb\",\"Secret\":\"s\"}";
    let failed = docker(&home, "store", json);
    assert_eq!(
        (failed.stdout.as_str(), failed.code),
        ("no credentials username\n", 1)
    );
}

#[test]
fn docker_is_told_that_a_registrys_password_is_no_session() {
    let home = Home::usual();
    let server = home.sandbox.app_url("grafana").replace("https://", "");
    let cookie = home.run(&["get", "grafana"]).answer();
    for (username, secret) in [("ada@corp.example", "hunter2"), ("bob", cookie.trim_end())] {
        let json = format!(
            "{{\"ServerURL\":\"{server}\",\"Username\":\"{username}\",\"Secret\":\"{secret}\"}}"
        );
        let said = docker(&home, "store", &json);
        assert_eq!(said.code, 1);
        let expected = format!(
            "credential: the secret for {server} is not a session cookie of its account\n\
             hint: set method = \"none\" for it, if it has credentials of its own\n"
        );
        assert_eq!((said.stdout, said.stderr), (expected, String::new()));
    }
}

#[test]
fn what_git_tells_late_takes_no_newer_sessions_place() {
    let home = Home::usual();
    let old = home.run(&["get", "grafana"]).answer();
    let new = home.run(&["get", "grafana", "--fresh"]).answer();
    let url = home.sandbox.app_url("grafana");
    let lines = format!("url={url}\nusername=ada@corp.example\npassword={old}");
    assert_eq!(
        home.run_with(&["store", "--protocol", "git"], &lines)
            .answer(),
        ""
    );
    assert_eq!(home.run(&["get", "grafana"]).answer(), new);
    assert_eq!(home.run_with(&["store", "grafana"], &old).answer(), "");
    assert_eq!(
        home.run(&["get", "grafana"]).answer(),
        old,
        "a person's own word counts"
    );
}

#[test]
fn of_several_kept_sessions_the_one_that_the_alb_takes_is_answered() {
    let home = Home::usual();
    let good = home.run(&["get", "grafana"]).answer();
    let url = home.sandbox.app_url("grafana");
    home.configure(&format!(
        "[app.grafana]\nurl = \"{url}\"\nmethod = \"none\"\n"
    ));
    let keep = |username: &str, cookie: &str| {
        let lines = format!("url={url}\nusername={username}\npassword={cookie}\n");
        assert_eq!(home.run_with(&["store"], &lines).answer(), "");
    };
    keep("ada", good.trim_end());
    keep("eve", "theme=dark; AWSELBAuthSessionCookie-0=dead");
    assert_eq!(home.run(&["get", "grafana", "--verify=0s"]).answer(), good);
    assert_eq!(
        home.run(&["get", "grafana"]).answer(),
        good,
        "the refused one is gone"
    );
}
