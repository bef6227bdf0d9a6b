//! A release's files, used on a plain Debian: installed, signed in with, and removed without a rest. They are made of the
//! program as `cargo install` builds it, or they are those in the folder that `RELEASE_FOLDER` names.
//!
//! The Debian is a directory that `DEBIAN_ROOT` names and debootstrap has made. Nothing is written there: each story has
//! an overlay of its own, in a mount namespace that ends with it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::home::{Home, Outcome, binary, outcome};
use crate::released::{cargo, run, usual};
use crate::tools::{skip, tools};

/// The tools that make a release's files.
const MAKERS: [&str; 4] = ["python3", "cargo-deb", "gzip", "xz"];

/// The kind of machine of which the archive is said to be: the one that the installer looks for here. The program is the
/// usual one, which is static as well.
fn kind() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}

/// The folder with the archive, the package, the checksums and the installer.
fn release() -> &'static Path {
    static RELEASE: OnceLock<PathBuf> = OnceLock::new();
    RELEASE.get_or_init(|| match std::env::var_os("RELEASE_FOLDER") {
        Some(folder) => folder.into(),
        None => {
            let folder = usual().with_file_name("packages");
            let _ = std::fs::remove_dir_all(&folder);
            build(&[usual().as_ref(), kind().as_ref(), folder.as_ref()]);
            build(&["--sums".as_ref(), folder.as_ref()]);
            folder
        }
    })
}

fn build(arguments: &[&std::ffi::OsStr]) {
    let mut build = Command::new("python3");
    build.arg("packaging/build").args(arguments);
    run_here(build);
}

#[track_caller]
fn run_here(mut command: Command) -> String {
    run({
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        command
    })
}

/// The file of the release with this end.
fn made(end: &str) -> PathBuf {
    let name = format!(
        "alb-credential-{}-{}{end}",
        env!("CARGO_PKG_VERSION"),
        kind()
    );
    release().join(name)
}

/// The paths in a package or an archive.
fn listed(program: &str, option: &str, file: &Path) -> BTreeSet<String> {
    let mut list = Command::new(program);
    list.arg(option).arg(file);
    run(list).lines().map(str::to_owned).collect()
}

#[test]
fn the_archive_and_the_package_have_a_page_for_each_command() {
    if !tools(&MAKERS) || !tools(&["dpkg-deb", "tar"]) {
        return;
    }
    let archive = listed("tar", "-tzf", &made(".tar.gz"));
    let package = listed("dpkg-deb", "-c", &made(".deb"));
    let has = |files: &BTreeSet<String>, end: &str| files.iter().any(|file| file.ends_with(end));
    let help = outcome(
        Command::new(binary())
            .arg("--help")
            .output()
            .expect("it starts"),
    );
    let help = help.answer();
    // A command's line is indented by two; options come after the commands.
    let (commands, _) = help.split_once("\nOptions:").expect("options");
    let commands: Vec<&str> = commands
        .lines()
        .filter_map(|line| {
            line.strip_prefix("  ")
                .filter(|line| !line.starts_with(' '))
        })
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.len() >= 16, "{commands:?}");
    for command in commands {
        let page = format!("/man/man1/credential-{command}.1");
        assert!(has(&archive, &page), "{page}: {archive:?}");
        assert!(has(&package, &format!("{page}.gz")), "{page}: {package:?}");
    }
    for end in [
        "/share/man/man1/credential.1",
        "/bash-completion/completions/credential",
        "/zsh/site-functions/_credential",
        "/fish/vendor_completions.d/credential.fish",
        "/doc/alb-credential/LICENSE-MIT",
        "/doc/alb-credential/licences-of-others.md",
        "/doc/alb-credential/docs/installing.md",
        "/bin/git-credential-alb",
        "/bin/docker-credential-alb",
        "/bin/bazel-credential-alb",
    ] {
        assert!(has(&archive, end), "{end}: {archive:?}");
        // What is a link, compressed, or elsewhere on Debian.
        let end = end.replace("credential.1", "credential.1.gz");
        let end = end.replace("site-functions", "vendor-completions");
        let is_there = package.iter().any(|line| line.contains(&end));
        assert!(is_there, "{end}: {package:?}");
    }
}

#[test]
fn every_package_of_the_program_is_named_with_its_licence() {
    if !tools(&["python3"]) {
        return;
    }
    let mut licences = Command::new("python3");
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    licences.args(["packaging/licences", &target]);
    let text = run_here(licences);
    let mut tree = cargo(&["tree", "--edges", "normal", "--prefix", "none"]);
    tree.args(["--format", "{p}"]);
    let tree = run(tree);
    // A name and a version; then come the kind of package, and a star where it has been listed before.
    let package = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let others = tree.lines().filter(|line| !line.contains('/'));
    let packages: BTreeSet<String> = others.map(package).collect();
    assert!(packages.len() > 100, "{packages:?}");
    for package in packages {
        let named = package.replacen(" v", " ", 1);
        let line = format!("\n- {named}: ");
        assert!(text.contains(&line), "{named} is not in the list");
    }
    assert!(text.contains("\nPermission is hereby granted, free of charge"));
}

/// A Debian without Rust, and a home whose sandbox is reached from it.
struct Debian {
    root: PathBuf,
    home: Home,
}

impl Debian {
    /// `None`, with a line that says why, where there is none.
    fn new() -> Option<Self> {
        if !tools(&MAKERS) || !tools(&["unshare", "mount", "chroot"]) {
            return None;
        }
        let Some(root) = std::env::var_os("DEBIAN_ROOT") else {
            skip("DEBIAN_ROOT names no directory that debootstrap has made");
            return None;
        };
        if !rustix::process::geteuid().is_root() {
            skip("only root can change the root directory");
            return None;
        }
        Some(Self {
            root: root.into(),
            home: Home::usual(),
        })
    }

    /// Runs `story` as root there, with the release in `/release`. Its user `ada` has a configuration for the sandbox, and
    /// `as_ada` runs a command as her. `files` lists every file that is not the system's own book-keeping.
    fn run(&self, story: &str) -> Outcome {
        let scene = self.home.path("scene");
        std::fs::create_dir(&scene).expect("a directory");
        let mut command = self.home.command("unshare");
        command
            .args([
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-euc",
                MOUNT,
                "sh",
            ])
            .arg(format!("{PROLOGUE}\n{story}"))
            .env("SCENE", &scene)
            .env("ROOT", &self.root)
            .env("RELEASE", release())
            .env("CONFIGURATION", self.home.path("config.toml"))
            .env("PASSWORD", self.home.path("password"))
            .env("AUTHORITY", self.home.sandbox.ca_file());
        outcome(command.output().expect("unshare starts"))
    }
}

/// Makes the overlay, and goes into it.
const MOUNT: &str = r#"
mount -t tmpfs none "$SCENE"
mkdir "$SCENE/upper" "$SCENE/work" "$SCENE/root"
mount -t overlay overlay -o "lowerdir=$ROOT,upperdir=$SCENE/upper,workdir=$SCENE/work" "$SCENE/root"
cd "$SCENE/root"
mount -t proc none proc
echo "127.0.0.1 localhost" >etc/hosts
mount --rbind /dev dev
cp -r "$RELEASE" release
mkdir given
cp "$CONFIGURATION" "$PASSWORD" "$AUTHORITY" given
exec chroot . /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C sh -euc "$1"
"#;

const PROLOGUE: &str = r#"
useradd --create-home --shell /bin/bash ada
cp -r /given /home/ada/given
mkdir -p /home/ada/.config/alb-credential
cp /given/config.toml /given/password /home/ada/.config/alb-credential
chown -R ada: /home/ada
chmod 600 /home/ada/.config/alb-credential/*
as_ada() {
    setpriv --reuid ada --regid ada --init-groups env HOME=/home/ada SSL_CERT_FILE=/home/ada/given/ca.pem \
        PATH=/home/ada/.local/bin:/usr/bin:/bin sh -euc 'cd; eval "$1"' sh "$1"
}
files() { find / -xdev \( -path /proc -o -path /dev -o -path /var/lib/dpkg -o -path /var/log \) -prune -o -print | sort; }
same() { files >/tmp/after; sed -i /tmp.after/d /tmp/after; comm -3 /tmp/before /tmp/after; }
! command -v cargo && ! command -v rustc
touch /tmp/before; files >/tmp/before
"#;

/// The answers of a first sign-in and of a second call: twice the session cookie, and the helpers' answers.
const USE: &str = r#"
as_ada 'credential get grafana'
as_ada 'credential get grafana --no-sign-in'
as_ada 'printf "protocol=https\nhost=%s\n\n" "$(sed -n "s|^url = \"https://\(127.*\)\"|\1|p" .config/alb-credential/config.toml)" | git-credential-alb get'
as_ada 'credential status --json' | grep -c fresh
"#;

/// Asserts that `said` is what [`USE`] prints.
#[track_caller]
fn assert_signed_in(said: &str) {
    let cookies: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("AWSELBAuthSessionCookie-0="))
        .collect();
    assert_eq!(cookies.len(), 2, "{said}");
    assert_eq!(cookies[0], cookies[1], "{said}");
    assert!(said.contains(&format!("password={}", cookies[0])), "{said}");
}

/// Asserts that of the paths below the line `left:` each is the user's own.
#[track_caller]
fn assert_only_the_users_own(said: &str) {
    let (_, left) = said
        .split_once("left:\n")
        .expect("the story has come to its end");
    let own = "\t/home/ada/.cache";
    let strange = |line: &&str| !line.starts_with(own);
    let strange: Vec<&str> = left.lines().filter(strange).collect();
    assert_eq!(strange, [""; 0]);
    assert!(left.contains(own), "the session stays: {left}");
}

#[test]
fn on_a_plain_debian_the_package_is_installed_used_and_removed() {
    let Some(debian) = Debian::new() else {
        return;
    };
    let story = format!(
        "dpkg --install /release/*.deb\n{USE}
        as_ada 'credential setup docker grafana --write; credential setup docker grafana --undo; rm -r .docker'
        test -s /usr/share/man/man1/credential-get.1.gz
        dpkg --verify alb-credential
        dpkg --purge alb-credential
        echo left:; same"
    );
    let said = debian.run(&story).answer();
    assert!(said.contains("Setting up alb-credential ("), "{said}");
    assert!(
        said.contains("there   /usr/bin/docker-credential-alb\n"),
        "{said}"
    );
    assert!(!said.contains("leaves"), "{said}");
    assert_signed_in(&said);
    assert_only_the_users_own(&said);
    debian.home.assert_passwords(1);
}

#[test]
fn on_a_plain_debian_the_installer_installs_updates_and_removes() {
    let Some(debian) = Debian::new() else {
        return;
    };
    let story = format!(
        "as_ada 'sh /release/install.sh'\n{USE}
        as_ada 'sh /release/install.sh'
        as_ada 'sh /release/install.sh --uninstall'
        echo left:; same"
    );
    let said = debian.run(&story).answer();
    let version = env!("CARGO_PKG_VERSION");
    for action in ["installed", "updated"] {
        let line = format!("{action} credential {version}: /home/ada/.local/bin/credential, ");
        assert!(said.contains(&line), "{said}");
    }
    assert_signed_in(&said);
    assert_only_the_users_own(&said);
    debian.home.assert_passwords(1);
}
