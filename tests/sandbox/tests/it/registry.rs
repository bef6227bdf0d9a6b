//! The container registry, by hand and with the real skopeo.

use sandbox::{Event, Host, Registry, Sandbox, Setup};
use serde_json::Value;
use std::process::{Command, Stdio};

use crate::browser::Ask;
use crate::tools::tools;

/// `ada:registry-s3cret`
const ADA: &str = "Basic YWRhOnJlZ2lzdHJ5LXMzY3JldA==";

fn with_registry() -> Sandbox {
    Sandbox::start(Setup {
        registry: Some(Registry::new("ada", "registry-s3cret")),
        ..Setup::default()
    })
}

#[test]
fn skopeo_logs_in_and_inspects() {
    if !tools(&["skopeo"]) {
        return;
    }
    let sandbox = with_registry();
    let directory = tempfile::tempdir().expect("a directory");
    let certificates = directory.path().join("certificates");
    std::fs::create_dir(&certificates).expect("made");
    std::fs::write(certificates.join("ca.crt"), sandbox.ca_pem()).expect("written");
    let skopeo = |arguments: &[&str], stdin: &str| {
        let mut child = Command::new("skopeo")
            .args(arguments)
            .arg("--cert-dir")
            .arg(&certificates)
            .env("REGISTRY_AUTH_FILE", directory.path().join("auth.json"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("skopeo is there");
        let mut pipe = child.stdin.take().expect("a pipe");
        std::io::Write::write_all(&mut pipe, stdin.as_bytes()).expect("sent");
        drop(pipe);
        child.wait_with_output().expect("it ends")
    };
    let image = format!("docker://{}/tools/hello:latest", sandbox.registry());
    assert!(!skopeo(&["inspect", &image], "").status.success());
    let login = [
        "login",
        "--username",
        "ada",
        "--password-stdin",
        &sandbox.registry(),
    ];
    assert!(!skopeo(&login, "wrong").status.success());
    let output = skopeo(&login, "registry-s3cret");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = skopeo(&["inspect", &image], "");
    let inspected: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(inspected["RepoTags"], serde_json::json!(["latest"]));
    assert_eq!(inspected["Layers"].as_array().map(Vec::len), Some(1));
    let copied = format!("dir:{}", directory.path().join("image").display());
    let policy = directory.path().join("policy.json");
    std::fs::write(
        &policy,
        "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}",
    )
    .expect("written");
    let policy = policy.display().to_string();
    let copy = Command::new("skopeo")
        .args(["--policy", &policy, "copy", "--src-cert-dir"])
        .arg(&certificates)
        .args([&image, &copied])
        .env("REGISTRY_AUTH_FILE", directory.path().join("auth.json"))
        .output()
        .expect("skopeo is there");
    assert!(
        copy.status.success(),
        "{}",
        String::from_utf8_lossy(&copy.stderr)
    );
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn the_registry_is_read_with_its_own_credentials_alone() {
    let sandbox = with_registry();
    let url = format!("https://{}/v2/", sandbox.registry());
    let ask = |path: &str| Ask::get(&format!("{url}{path}")).with("Authorization", ADA);
    let bare = Ask::get(&url).send(&sandbox);
    assert_eq!(bare.status, 401);
    assert_eq!(bare.header("WWW-Authenticate"), "Basic realm=\"registry\"");
    assert_eq!(
        Ask::get(&url)
            .with("Authorization", "Bearer x")
            .send(&sandbox)
            .status,
        401
    );
    assert_eq!(ask("").send(&sandbox).status, 200);
    let manifest = ask("tools/hello/manifests/latest").send(&sandbox);
    let config = manifest.json()["config"].clone();
    let digest = config["digest"].as_str().expect("a digest");
    let blob = ask(&format!("tools/hello/blobs/{digest}")).send(&sandbox);
    assert_eq!(Some(blob.body.len() as u64), config["size"].as_u64());
    let digest = manifest.header("Docker-Content-Digest");
    assert_eq!(
        ask(&format!("tools/hello/manifests/{digest}"))
            .send(&sandbox)
            .body,
        manifest.body
    );
    for (path, code) in [
        ("tools/hello/manifests/v9", "MANIFEST_UNKNOWN"),
        ("tools/hello/blobs/sha256:00", "BLOB_UNKNOWN"),
        ("other/manifests/latest", "NAME_UNKNOWN"),
    ] {
        let answer = ask(path).send(&sandbox);
        assert_eq!(answer.status, 404);
        assert_eq!(answer.json()["errors"][0]["code"], code);
    }
    let post = Ask::new("POST", &url)
        .with("Authorization", ADA)
        .send(&sandbox);
    assert_eq!(post.status, 405);
    let seen: Vec<(Option<String>, bool)> = sandbox
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::RegistrySaw {
                authorization,
                admitted,
                ..
            } => Some((authorization, admitted)),
            _ => None,
        })
        .collect();
    let scheme = |name: &str| Some(name.to_owned());
    assert_eq!(
        seen[..3],
        [
            (None, false),
            (scheme("Bearer"), false),
            (scheme("Basic"), true)
        ]
    );
    assert_eq!(sandbox.requests_to(&Host::Registry), seen.len());
    assert_eq!(sandbox.violations(), []);
}
