//! The real clients, an app over http, and a proxy that records: no cookie reaches the proxy, however the variables that
//! exclude hosts are written.

use crate::desk::{Stranger, clients};
use crate::home::{Home, outcome};
use crate::outcome::Outcome;

/// An app over http on localhost, its session in the cache, and a proxy.
struct Scene {
    home: Home,
    app: Stranger,
    proxy: Stranger,
    port: String,
}

impl Scene {
    fn new() -> Self {
        let mut home = Home::usual();
        let app = Stranger::start("127.0.0.1");
        let (_, port) = app.url.rsplit_once(':').expect("a port");
        let port = port.to_owned();
        home.configure(&format!(
            "[app.named]\nurl = \"http://localhost:{port}\"\nmethod = \"none\"\n\
             [app.numbered]\nurl = \"http://127.0.0.1:{port}\"\nmethod = \"none\"\n"
        ));
        for name in ["named", "numbered"] {
            let value = "AWSELBAuthSessionCookie-0=c2Vzc2lvbg==\n";
            home.run_with(&["store", name], value).done();
        }
        let own = home.path("home").display().to_string();
        home.set("HTTPIE_CONFIG_DIR", own);
        Self {
            home,
            app,
            proxy: Stranger::start("127.0.0.2"),
            port,
        }
    }

    /// Runs a wrapped client with the proxy and these variables. Returns whether the app got the cookie.
    fn calls(&self, client: &str, words: &[String], variables: &[(&str, &str)]) -> (bool, Outcome) {
        let mut command = self.home.credential(&["wrap", client, "--"]);
        command.args(words).env("http_proxy", &self.proxy.url);
        command.envs(variables.iter().copied());
        let said = outcome(command.output().expect("it starts"));
        for request in self.proxy.seen() {
            assert!(
                !request.contains("AWSELB"),
                "{client} {variables:?}: {request}"
            );
        }
        let got = self.app.seen().concat().contains("AWSELB");
        (got, said)
    }
}

#[test]
fn no_cookie_over_http_reaches_a_proxy_however_hosts_are_excluded() {
    let scene = Scene::new();
    let localhost = format!("http://localhost:{}/", scene.port);
    let number = format!("http://127.0.0.1:{}/", scene.port);
    let short = format!("http://127.1:{}/", scene.port);
    for (list, url, excluding) in [
        ("localhost", &localhost, "curl wget http xh"),
        ("127.0.0.1", &number, "curl wget http xh"),
        ("a, LOCALHOST", &localhost, "curl wget http xh"),
        ("*", &localhost, "curl http xh"),
        (" localhost", &localhost, "curl http xh"),
        ("a,*", &localhost, ""),
        ("a localhost", &localhost, ""),
        (".localhost", &localhost, ""),
        ("localhost.", &localhost, ""),
        ("127.0.0.1", &short, ""),
        (".0.0.1", &number, ""),
    ] {
        for (client, words) in clients(url) {
            for name in ["no_proxy", "NO_PROXY"] {
                let is_excluded = excluding.split(' ').any(|one| one == client)
                    && (client != "wget" || name == "no_proxy");
                let (got, said) = scene.calls(client, &words, &[(name, list)]);
                assert_eq!(got, is_excluded, "{client} {name}={list:?} {url}: {said:?}");
                let is_told = said
                    .stderr
                    .contains(&format!("no cookie for {client}: http stays"));
                assert_eq!(is_told, !is_excluded, "{client} {name}={list:?}: {said:?}");
            }
        }
    }
}

#[test]
fn an_option_that_undoes_the_exclusion_withholds_the_cookie() {
    let scene = Scene::new();
    let localhost = format!("http://localhost:{}/", scene.port);
    let dehyphened = format!("htt_p-pro_xy={}", scene.proxy.url);
    let excluded = [("no_proxy", "localhost")];
    for (client, mut words) in clients(&localhost) {
        let options: &[&str] = match client {
            "curl" => &["--noproxy", ""],
            "wget" => &["-e", &dehyphened, "-e", "no_pro-xy="],
            _ => continue,
        };
        assert!(scene.calls(client, &words, &excluded).0, "{client}");
        words.extend(options.iter().map(|&word| word.to_owned()));
        let (got, said) = scene.calls(client, &words, &excluded);
        assert!(!got, "{client}: {said:?}");
        assert!(said.stderr.contains("no cookie for"), "{client}: {said:?}");
    }
}

#[test]
fn a_proxy_variable_that_is_not_utf8_counts() {
    use std::os::unix::ffi::OsStrExt as _;
    let scene = Scene::new();
    let localhost = format!("http://localhost:{}/", scene.port);
    let proxy = [scene.proxy.url.as_bytes(), b"/\xff"].concat();
    for (client, words) in clients(&localhost) {
        let mut command = scene.home.credential(&["wrap", client, "--"]);
        command
            .args(words)
            .env("http_proxy", std::ffi::OsStr::from_bytes(&proxy));
        let said = outcome(command.output().expect("it starts"));
        let seen = [scene.proxy.seen(), scene.app.seen()].concat().concat();
        assert!(!seen.contains("AWSELB"), "{client}: {seen}");
        assert!(said.stderr.contains("no cookie for"), "{client}: {said:?}");
    }
}
