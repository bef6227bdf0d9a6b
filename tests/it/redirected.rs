//! Real clients that an app sends away, by a redirect or by links: to a subdomain of its host, and to another host. The app
//! gets the cookie; nobody else does.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::desk::Stranger;
use crate::home::{Home, binary, outcome};
use crate::names::can_mount;
use crate::tools::{tool, tools};

/// Where names lead. curl takes every name below localhost to this address by itself.
const HOSTS: &str = "127.0.0.1 localhost sub.localhost\n";
const JAR: &str = "import sys, urllib.request
from http.cookiejar import DefaultCookiePolicy, MozillaCookieJar
policy = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
jar = MozillaCookieJar(sys.argv[1], policy=policy)
jar.load()
urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open(sys.argv[2])";

/// An app over http that sends everybody on to `target`, and has a page of links there. It records the requests.
struct App {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl App {
    fn start(target: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = send_away(stream, &target, &record);
            }
        });
        let url = format!("http://localhost:{port}");
        Self { url, seen }
    }

    /// Takes the requests since the last call of this. Returns whether one had the cookie.
    fn got_the_cookie(&self) -> bool {
        let seen = std::mem::take(&mut *self.seen.lock().expect("no thread has panicked"));
        seen.concat().contains("AWSELBAuthSessionCookie-0=")
    }
}

fn send_away(
    mut stream: TcpStream,
    target: &str,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut request = String::new();
    let mut lines = BufReader::new(stream.try_clone()?);
    while lines.read_line(&mut request)? > 2 {}
    let has_links = request.starts_with("GET /links ");
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    seen.lock().expect("no thread has panicked").push(request);
    let body = format!("<a href=\"{target}/a\">a</a><img src=\"{target}/b.png\">");
    let (head, length) = match has_links {
        true => ("200 OK\r\nContent-Type: text/html".to_owned(), body.len()),
        false => (format!("302 Found\r\nLocation: {target}{path}"), 0),
    };
    write!(
        stream,
        "HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{}",
        &body[..length]
    )
}

/// A home with the app and a stored session. Its programs find hosts in a file of its own.
struct Scene {
    home: Home,
    app: App,
    target: Stranger,
}

impl Scene {
    /// `host` is another name of the server to which the app sends.
    fn new(host: &str) -> Self {
        let home = Home::usual();
        let address = if host == "127.0.0.2" {
            host
        } else {
            "127.0.0.1"
        };
        let target = Stranger::start(address);
        let app = App::start(target.url.replace(address, host));
        home.configure(&format!(
            "[app.plain]\nurl = \"{}\"\nmethod = \"none\"\n",
            app.url
        ));
        let value = "AWSELBAuthSessionCookie-0=c2Vzc2lvbg==\n";
        home.run_with(&["store", "plain"], value).done();
        let jar = home.run(&["get", "plain", "--as", "netscape"]).answer();
        std::fs::write(home.path("jar"), jar).expect("a file");
        std::fs::write(home.path("hosts"), HOSTS).expect("a file");
        std::fs::write(home.path("nsswitch"), "hosts: files\n").expect("a file");
        std::fs::create_dir(home.path("httpie")).expect("a directory");
        Self { home, app, target }
    }

    fn program(&self, program: &str) -> Command {
        let place = self.home.path("").display().to_string();
        let mount = format!(
            "mount --bind {place}/nsswitch /etc/nsswitch.conf && mount --bind {place}/hosts /etc/hosts && exec \"$@\""
        );
        let mut command = self.home.command("unshare");
        command.args(["-rm", "sh", "-c", &mount, "sh", program]);
        command.env("HTTPIE_CONFIG_DIR", self.home.path("httpie"));
        command
    }

    /// Runs a client, wrapped or with the jar, and asserts who got the cookie.
    #[track_caller]
    fn assert_bound(&self, mut command: Command, app_gets_it: bool, context: &str) {
        command.current_dir(self.home.path("home"));
        let said = outcome(command.output().expect("it starts"));
        assert_eq!(
            self.app.got_the_cookie(),
            app_gets_it,
            "{context}: {said:?}"
        );
        let there = self.target.seen();
        assert!(
            !there.is_empty(),
            "{context}: it was not sent away: {said:?}"
        );
        let there = there.concat().to_ascii_lowercase();
        assert!(!there.contains("cookie:"), "{context}: {there}");
    }

    /// A wrapped client, with `words` before the app's URL.
    fn wrapped(&self, line: &str, path: &str) -> Command {
        let (client, words) = line.split_once(' ').unwrap_or((line, ""));
        let mut command = self.program(binary().to_str().expect("ASCII"));
        command.args(["wrap", client, "--"]);
        command.args(words.split(' ').filter(|word| !word.is_empty()));
        command.arg(format!("{}{path}", self.app.url));
        command
    }
}

#[test]
fn no_wrapped_client_takes_the_cookie_to_a_subdomain_or_other_host() {
    if !tools(&["unshare", "mount"]) || !can_mount() {
        return;
    }
    for host in ["sub.localhost", "127.0.0.2"] {
        let scene = Scene::new(host);
        for (line, path, app_gets_it) in [
            ("curl -sSL", "/x", true),
            ("curl -sSL -b own=cookie", "/x", false),
            ("wget -q -O /dev/null", "/x", true),
            ("wget -q -r -l1 -H", "/links", true),
            ("wget -q -p -H", "/links", true),
            ("http --ignore-stdin --follow", "/x", false),
            ("xh --ignore-stdin --follow", "/x", false),
        ] {
            let (client, _) = line.split_once(' ').expect("options");
            if !tool(client) {
                continue;
            }
            let own = line.contains("own=cookie");
            let command = scene.wrapped(line, path);
            if own {
                // The caller's own cookie is the caller's matter: ours stays away from both.
                let _ = outcome({ command }.output().expect("it starts"));
                let there = scene.target.seen().concat();
                assert!(!there.contains("AWSELB") && !scene.app.got_the_cookie());
                continue;
            }
            scene.assert_bound(command, app_gets_it, &format!("{line} to {host}"));
        }
        // With a second URL the cookie would be in a jar, which ignores ports.
        if tool("curl") {
            let mut command = scene.wrapped("curl -sSL --url", "/x");
            command.arg(&scene.target.url);
            scene.assert_bound(command, false, &format!("curl with two URLs to {host}"));
        }
    }
}

#[test]
fn gits_first_redirect_and_a_jar_keep_the_cookie_to_the_apps_host() {
    if !tools(&["unshare", "mount"]) || !can_mount() {
        return;
    }
    for host in ["sub.localhost", "127.0.0.2"] {
        let scene = Scene::new(host);
        let jar = scene.home.path("jar").display().to_string();
        let url = format!("{}/tools.git", scene.app.url);
        for (client, words) in [
            (
                "git",
                vec![
                    "-c".into(),
                    format!("http.cookieFile={jar}"),
                    "ls-remote".into(),
                    url.clone(),
                ],
            ),
            (
                "curl",
                vec!["-sSL".into(), "-b".into(), jar.clone(), url.clone()],
            ),
            (
                "wget",
                vec![
                    "-q".into(),
                    "-O/dev/null".into(),
                    format!("--load-cookies={jar}"),
                    url.clone(),
                ],
            ),
            (
                "python3",
                vec!["-c".into(), JAR.into(), jar.clone(), url.clone()],
            ),
        ] {
            if !tool(client) {
                continue;
            }
            let mut command = scene.program(client);
            command.args(words).env("GIT_CONFIG_NOSYSTEM", "1");
            // Python has another name for a host without a dot, and sends it no cookie.
            let app_gets_it = client != "python3";
            scene.assert_bound(command, app_gets_it, &format!("{client} to {host}"));
        }
    }
}
