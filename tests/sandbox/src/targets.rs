//! Targets of `serve` for git, Go and docker: a repository and a module behind ALBs, and a registry behind none.

use std::path::Path;

use sandbox::{App, GitServer, Registry, Sandbox, Setup};

/// The names of the apps, and of the registry in the configuration.
pub(crate) const GIT: &str = "git";
pub(crate) const GO: &str = "go";
pub(crate) const REGISTRY: &str = "registry";
/// The name of the repository.
pub(crate) const REPOSITORY: &str = "tools";
/// The path of the module, which is a program.
pub(crate) const MODULE: &str = "corp.example/hello";
/// The file of the registry's password.
pub(crate) const REGISTRY_PASSWORD: &str = "registry-pass";
/// The user of the registry.
pub(crate) const REGISTRY_USER: &str = "ada";

const PROGRAM: &str =
    "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello from behind an ALB\") }\n";

/// Adds the targets to a setup, with their files in `directory`. Returns the password of the registry.
pub(crate) fn add(setup: &mut Setup, directory: &Path) -> String {
    if has_git() {
        let server = GitServer::new();
        let _ = server.repository(REPOSITORY);
        setup.apps.push(App::git(GIT, server));
    }
    let modules = directory.join("modules");
    let _ = std::fs::remove_dir_all(modules.join(MODULE));
    sandbox::go_module(&modules, MODULE, "v1.0.0", &[("main.go", PROGRAM)]);
    setup.apps.push(App::files(GO, modules));
    let password = sandbox::random_password();
    setup.registry = Some(Registry::new(REGISTRY_USER, &password));
    password
}

fn has_git() -> bool {
    let mut git = std::process::Command::new("git");
    git.arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Gives the servers the ports from `first` on: the org, the apps, the providers and the registry, in this order.
pub(crate) fn number(setup: &mut Setup, first: u16) -> Result<(), String> {
    let apps = setup.apps.iter_mut().map(|app| &mut app.port);
    let providers = setup
        .providers
        .iter_mut()
        .map(|provider| &mut provider.port);
    let registry = setup.registry.iter_mut().map(|registry| &mut registry.port);
    let all = std::iter::once(&mut setup.org_port);
    for (index, port) in all.chain(apps).chain(providers).chain(registry).enumerate() {
        let number = u16::try_from(index)
            .ok()
            .and_then(|index| first.checked_add(index));
        let number = number.ok_or("sandbox: --port is too high: each server takes the next one")?;
        std::net::TcpListener::bind(("127.0.0.1", number))
            .map_err(|error| format!("sandbox: port {number} cannot be had: {error}"))?;
        *port = number;
    }
    Ok(())
}

/// Returns the tables of the targets.
pub(crate) fn configuration(sandbox: &Sandbox) -> String {
    let mut text = String::new();
    for app in [GIT, GO].into_iter().filter(|app| sandbox.has_app(app)) {
        let url = sandbox.app_url(app);
        text = format!("{text}\n[app.{app}]\nurl = \"{url}\"\norg = \"corp\"\n");
    }
    let registry = sandbox.registry();
    format!(
        "{text}\n# Nobody signs in: it keeps what `docker login` gives\n[app.{REGISTRY}]\nurl    = \"https://{registry}\"\nmethod = \"none\"\n"
    )
}

/// Returns what can be tried by the other callers.
pub(crate) fn calls(sandbox: &Sandbox) -> Vec<String> {
    let setup = |caller: &str, app: &str| format!("credential setup {caller} {app} --write");
    let mut calls = Vec::new();
    if sandbox.has_app(GIT) {
        let url = sandbox.app_url(GIT);
        calls.push(setup("git", GIT));
        calls.push(format!("git clone {url}/{REPOSITORY}.git"));
    }
    calls.push(setup("go", GO));
    calls.push(format!("go run {MODULE}@latest"));
    let registry = sandbox.registry();
    calls.push(setup("docker", REGISTRY));
    calls.push(format!(
        "docker login -u {REGISTRY_USER} --password-stdin {registry} <$SANDBOX/{REGISTRY_PASSWORD}"
    ));
    calls.push(format!(
        "docker manifest inspect {registry}/tools/hello:latest"
    ));
    calls
}
