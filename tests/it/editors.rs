//! The recipes of docs/recipes.md for editors and HTTP clients, tried with the real programs.
//!
//! `recipes/` has the files that the page shows. The tests only replace the host and add the sandbox's certificate. If the
//! editor itself cannot run here, a program that reads the same files or runs the same code replaces it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sandbox::{Event, Host, PASSWORD, Setup, User};

use crate::home::{ADA, Home, outcome};
use crate::outcome::Outcome;
use crate::tools::{beside, module, tools};

/// The directory of the recipes, for the page and for the tests.
const RECIPES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/recipes");

/// The origin of the app in the recipes.
const GRAFANA: &str = "https://grafana.corp.example";

/// One client with its recipe.
struct Client {
    name: &'static str,
    program: &'static str,
    module: Option<&'static str>,
    /// A bash script in the directory of the recipes. It fails if the client reports a failed request.
    script: &'static str,
}

const fn client(name: &'static str, program: &'static str, script: &'static str) -> Client {
    Client {
        name,
        program,
        module: None,
        script,
    }
}

const fn library(name: &'static str, script: &'static str) -> Client {
    Client {
        name,
        program: "python3",
        module: Some(name),
        script,
    }
}

const CLIENTS: [Client; 16] = [
    client("httpYac", "httpyac", "httpyac send --all httpyac.http"),
    // VS Code's REST Client has no command line. httpYac reads its files, `.env` and `$dotenv`.
    client(
        "VS Code REST Client",
        "httpyac",
        ". ./dotenv.sh && httpyac send --all rest-client.http",
    ),
    // httpYac reads JetBrains' files too, with their environments.
    client(
        "JetBrains HTTP Client",
        "httpyac",
        ". ./jetbrains.sh && httpyac send --all jetbrains.http --env grafana",
    ),
    client(
        "Bruno",
        "bru",
        "bru run --sandbox=developer --cacert \"$SSL_CERT_FILE\"",
    ),
    // The template tag, called as Insomnia calls it.
    client(
        "Insomnia",
        "node",
        "node -e '
            const [tag] = require(\"./insomnia.js\").templateTags;
            const headers = { cookie: tag.run({}, \"grafana\") };
            fetch(process.env.URL, { headers }).then(answer => process.exit(answer.ok ? 0 : 1));'",
    ),
    client(
        "headersHelper",
        "node",
        "node -e '
            const server = require(\"./mcp.json\").mcpServers.grafana;
            const headers = JSON.parse(require(\"child_process\").execSync(server.headersHelper));
            fetch(server.url, { headers }).then(answer => process.exit(answer.ok ? 0 : 1));'",
    ),
    client(
        "restclient",
        "emacs",
        "emacs --batch -Q -l emacs.el -l client.el api.restclient",
    ),
    client(
        "verb",
        "emacs",
        "emacs --batch -Q -l emacs.el -l client.el api.org",
    ),
    // Plugins of Neovim run the first curl on PATH: rest.nvim and kulala with these arguments.
    client(
        "rest.nvim",
        "nvim",
        "nvim --headless -c 'lua Call({\"curl\", \"-sL\", \"-v\", vim.env.URL, \"-X\", \"GET\", \"-H\", \"Accept: */*\"})'",
    ),
    client(
        "kulala",
        "nvim",
        "nvim --headless -c 'lua Call({\"curl\", \"-D\", \"head\", \"-o\", \"body\", \"-X\", \"GET\", \"-v\", \"-s\", \"--cookie-jar\", \"jar\", vim.env.URL})' &&
        ! grep -q AWSELB jar",
    ),
    client(
        "hurl",
        "hurl",
        "hurl() { command hurl --cacert \"$SSL_CERT_FILE\" \"$@\"; }; . ./hurl.sh",
    ),
    Client {
        module: Some("httpie_auth_store"),
        ..client(
            "HTTPie's auth store",
            "http",
            "mkdir config && cp httpie-auth-store.json config/auth_store.json &&
            chmod 600 config/auth_store.json &&
            HTTPIE_CONFIG_DIR=config http --ignore-stdin --follow --check-status -A store \"$URL\"",
        )
    },
    client("urllib", "python3", "python3 urllib-jar.py"),
    library("requests", "python3 requests-auth.py"),
    library("httpx", "python3 httpx-auth.py"),
    // Its constructor asks the server whether it has several users.
    library(
        "kfp",
        "sed \"s#cookies=cookie#&, ssl_ca_cert='$SSL_CERT_FILE'#\" kfp-client.py >kfp-here.py && python3 kfp-here.py",
    ),
];

/// Does with a file what restclient and verb do, for the syntax that the recipes use: evaluates its Lisp, and sends the
/// request with url.el. Prints an error as the user sees it.
const CLIENT_EL: &str = r#"
(require 'url)
(setq gnutls-trustfiles (list (getenv "SSL_CERT_FILE")))
(defun send (file)
  (with-temp-buffer
    (insert-file-contents file)
    (re-search-forward "\\(?::cookie := \\|{{\\)\\((.*)\\)")
    (let ((url-request-extra-headers `(("Cookie" . ,(eval (car (read-from-string (match-string 1))))))))
      (goto-char (point-min))
      (re-search-forward "^get \\(.*\\)")
      (url-retrieve-synchronously (match-string 1)))))
(condition-case problem
    (send (pop command-line-args-left))
  (error (message "%s" (error-message-string problem)) (kill-emacs 1)))
"#;

/// Runs a request of a Bruno collection.
const SEARCH_BRU: &str = "get {\n  url: https://grafana.corp.example/api/search\n}\n";

/// Runs curl as a plugin runs the curl that it finds.
const CLIENT_LUA: &str = r"
function Call(command)
  io.stderr:write(vim.fn.system(command))
  vim.cmd(vim.v.shell_error == 0 and 'quitall!' or 'cquit!')
end
";

/// A directory with the recipes, for an app of this home.
struct Desk {
    home: Home,
}

impl Desk {
    fn new(setup: Setup) -> Self {
        let mut home = Home::new(setup);
        let ca = home.sandbox.ca_file().display().to_string();
        home.set("NODE_EXTRA_CA_CERTS", ca);
        let desk = Self { home };
        fs::create_dir(desk.home.path("desk")).expect("a directory");
        for name in recipes() {
            desk.lay(&format!("desk/{name}"), &recipe(&name));
        }
        desk.lay("desk/client.el", CLIENT_EL);
        desk.lay("desk/search.bru", SEARCH_BRU);
        desk.lay("home/.local/share/credential/curl", &recipe("curl"));
        let lua = recipe("neovim.lua") + CLIENT_LUA;
        desk.lay("home/.config/nvim/init.lua", &lua);
        desk
    }

    /// Writes a recipe with the sandbox's host and the program's path.
    fn lay(&self, place: &str, text: &str) {
        let path = self.home.path(place);
        let program = self.home.path("links/credential").display().to_string();
        let text = text
            .replace(GRAFANA, &self.home.sandbox.app_url("grafana"))
            .replace("/usr/local/bin/credential", &program);
        fs::create_dir_all(path.parent().expect("a file in a directory")).expect("a directory");
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("it is ours");
    }

    fn run(&self, client: &Client) -> Outcome {
        let mut command = beside(&self.home, "bash");
        let url = self.home.sandbox.app_url("grafana");
        command
            .args(["-c", client.script])
            .env("URL", format!("{url}/api/search"))
            .current_dir(self.home.path("desk"));
        outcome(command.output().expect("bash starts"))
    }

    /// Counts the client's requests at the ALB. (Those of a sign-in have other paths.)
    fn requests(&self) -> usize {
        let own = ["/", "/oauth2/idpresponse"];
        let of_client = |event: &Event| matches!(event, Event::Request { host: Host::App(_), path, .. } if !own.contains(&path.as_str()));
        self.home.sandbox.count(of_client)
    }

    /// Counts the requests that the application has answered to the user.
    fn answered(&self) -> usize {
        let known = |event: &Event| matches!(event, Event::UpstreamSaw { user: Some(user), .. } if user == ADA);
        self.home.sandbox.count(known)
    }
}

/// Returns the names of all recipes.
fn recipes() -> Vec<String> {
    let files = fs::read_dir(RECIPES).expect("a directory").flatten();
    let names = files.map(|file| file.file_name().into_string().expect("a name of ASCII"));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn recipe(name: &str) -> String {
    fs::read_to_string(Path::new(RECIPES).join(name)).expect("a recipe")
}

/// Returns the installed clients.
fn clients() -> impl Iterator<Item = &'static Client> {
    CLIENTS
        .iter()
        .filter(|client| tools(&[client.program]) && client.module.is_none_or(module))
}

#[test]
fn every_recipe_reaches_the_app_as_the_user() {
    for client in clients() {
        let desk = Desk::new(Setup {
            users: vec![User::new(ADA, PASSWORD).with_shards(4)],
            ..Setup::default()
        });
        let outcome = desk.run(client);
        let name = client.name;
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        assert_eq!((desk.requests(), desk.answered()), (1, 1), "{name}");
        assert_eq!(desk.home.sandbox.violations(), [], "{name}");
    }
}

#[test]
fn no_recipe_sends_anything_when_the_sign_in_fails() {
    for client in clients() {
        let desk = Desk::new(Setup::default());
        desk.home.password("wrong");
        let outcome = desk.run(client);
        let name = client.name;
        assert_ne!(outcome.code, 0, "{name}: {outcome:?}");
        let words = outcome.stdout + &outcome.stderr;
        assert!(
            words.contains("Okta refused the password of ada@corp.example"),
            "{name}: {words}"
        );
        assert_eq!(desk.requests(), 0, "{name}");
    }
}

#[test]
fn no_recipe_takes_an_ended_session_to_okta() {
    for client in clients() {
        let desk = Desk::new(Setup::default());
        desk.home.run(&["get", "grafana"]).answer();
        desk.home.sandbox.end_app_sessions("grafana");
        desk.home.sandbox.clear_audit();
        let outcome = desk.run(client);
        let name = client.name;
        // httpx would send its request again; curl's wrapper asks the ALB first.
        let repeats = usize::from(name == "httpx");
        let renews = repeats.max(usize::from(["rest.nvim", "kulala"].contains(&name)));
        assert_eq!(desk.answered(), renews, "{name}: {outcome:?}");
        assert_eq!(desk.requests(), 1 + repeats, "{name}: {outcome:?}");
        assert_eq!(desk.home.sandbox.violations(), [], "{name}");
    }
}

#[test]
fn urllib_sends_the_cookie_to_no_other_host() {
    if !tools(&["python3"]) {
        return;
    }
    let desk = Desk::new(Setup::default());
    let script = r#"
cat urllib-jar.py - >hosts.py <<'END'
import os
app = os.environ["URL"]
def sends(url):
    request = urllib.request.Request(url)
    jar.add_cookie_header(request)
    return request.has_header("Cookie")
elsewhere = [app.replace("://", "://sub."), app.replace("://", "://x"), "https://example.com/"]
print(sends(app), [sends(url) for url in elsewhere])
END
python3 hosts.py"#;
    let outcome = desk.run(&client("urllib", "python3", script));
    assert_eq!(outcome.answer(), "True [False, False, False]\n");
}

#[test]
fn httpx_does_not_repeat_a_request_that_the_app_itself_redirects() {
    if !module("httpx") {
        return;
    }
    let mut setup = Setup::default();
    setup.apps[0].root_redirect = Some("/home".into());
    let desk = Desk::new(setup);
    let script = "sed 's#/api/search#/#' httpx-auth.py >root.py && python3 root.py";
    let outcome = desk.run(&library("httpx", script));
    assert_eq!(outcome.answer(), "");
    assert_eq!(desk.answered(), 1);
}

#[test]
fn files_that_recipes_write_are_private_and_whole() {
    for (script, file) in [
        ("umask 022; . ./dotenv.sh", ".env"),
        (
            "umask 022; . ./jetbrains.sh",
            "http-client.private.env.json",
        ),
    ] {
        let desk = Desk::new(Setup::default());
        let write = client("a shell", "bash", script);
        let run = || desk.run(&write);
        assert_eq!(run().answer(), "");
        let path = desk.home.path("desk").join(file);
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
        let before = fs::read_to_string(&path).expect("a file");
        desk.home.password("wrong");
        desk.home.run(&["logout", "--all"]).done();
        run().told(5);
        let after = fs::read_to_string(&path).expect("a file");
        assert_eq!(before, after, "{file}");
    }
}

/// Reports whether a document has a code block with exactly `text`.
fn shows(page: &str, text: &str) -> bool {
    let blocks = page.split("\n```").skip(1).step_by(2);
    let bodies = blocks.filter_map(|block| block.split_once('\n'));
    bodies
        .into_iter()
        .any(|(_, body)| format!("{body}\n") == text)
}

#[test]
fn the_page_shows_every_recipe_as_tested() {
    let page = "a\n```sh\none\ntwo\n```\nthree\n```\nfour\n```\n";
    assert!(shows(page, "one\ntwo\n") && shows(page, "four\n"));
    assert!(!shows(page, "one\n") && !shows(page, "three\n") && !shows(page, "two\n"));
    let page = crate::tree::read("docs/recipes.md");
    let missing: Vec<String> = recipes()
        .into_iter()
        .filter(|name| !shows(&page, &recipe(name)))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/recipes.md shows {missing:?} otherwise"
    );
}
