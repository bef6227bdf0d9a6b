//! Other programs that keep credentials on this machine, each with the same answer to give.
//!
//! A peer that is not there, or does not give the whole answer, is named in a line and left out. Theirs are the programs
//! as they are installed: they are not copied, because some look for what lies beside them.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::keyring;
use crate::place::{Place, find};
use crate::rounds::Row;

/// Programs that were started to be asked, and the commands that end those which went on by themselves.
#[derive(Default)]
pub(crate) struct Daemons {
    pub(crate) children: Vec<Child>,
    pub(crate) ends: Vec<Command>,
}

impl Drop for Daemons {
    fn drop(&mut self) {
        for end in &mut self.ends {
            let _ = end.stderr(Stdio::null()).status();
        }
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The host that everything is kept for.
pub(crate) const HOST: &str = "app.corp.example";

/// All peers that can be asked for `secret`, and what has to run for them.
pub(crate) fn all(place: &Place, secret: &str) -> (Vec<Row>, Daemons) {
    let mut daemons = Daemons::default();
    let found = [
        (
            "git credential-cache",
            git_cache(place, secret, &mut daemons),
        ),
        ("git credential-store", git_store(place, secret)),
        ("pass", pass(place, secret, &mut daemons)),
        ("docker-credential-pass", docker(place, secret, "pass", &[])),
        (
            "a Secret Service",
            keyring::start(place, secret, &mut daemons),
        ),
        ("python keyring", python_keyring(place, secret)),
    ];
    let mut rows = Vec::new();
    for (name, peer) in found {
        match peer {
            Some(peer) => rows.extend(peer.into_iter().filter(|row| gives(row, secret))),
            None => println!("\n(not measured: {name}: it is not here, or not as it should be)"),
        }
    }
    println!("\n(not measured: oidc-token: it wants an account of its own)");
    (rows, daemons)
}

/// Returns whether a peer gives the whole answer, which an exit code of 0 does not say.
fn gives(row: &Row, secret: &str) -> bool {
    let mut command = Command::new(row.command.get_program());
    command.args(row.command.get_args()).env_clear();
    let variables = row.command.get_envs();
    command.envs(variables.filter_map(|(name, value)| Some((name, value?))));
    let output = command.stdin(row.stdin()).output();
    let is_whole = output.is_ok_and(|output| {
        output.status.success() && String::from_utf8_lossy(&output.stdout).contains(secret)
    });
    if !is_whole {
        println!(
            "\n(not measured: {}: it does not give the answer)",
            row.name
        );
    }
    is_whole
}

/// Runs `command` with `input`; whether that went well.
pub(crate) fn tell(mut command: Command, input: &str) -> Option<()> {
    command.stdin(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let told = child.stdin.take()?.write_all(input.as_bytes());
    child.wait().ok()?.success().then(|| told.ok())?
}

/// A row for `command` with `input`.
pub(crate) fn row(place: &Place, name: &str, command: Command, input: &str) -> Row {
    let file = place.write(&format!("{}.request", name.replace(' ', "-")), input);
    Row {
        input: Some(file),
        ..Row::new(name, command)
    }
}

/// `git ARGUMENTS`, and the same without git in front.
fn git(place: &Place, helper: &str, arguments: &[String]) -> Option<[Command; 2]> {
    let git = find("git")?;
    let libexec = Command::new(&git).arg("--exec-path").output().ok()?;
    let libexec = PathBuf::from(String::from_utf8_lossy(&libexec.stdout).trim());
    let mut through = place.command(git);
    through.arg(helper).args(arguments);
    let mut direct = place.command(libexec.join(format!("git-{helper}")));
    direct.args(arguments);
    Some([through, direct])
}

/// Has a helper of git keep the secret, and gives the two ways to ask it.
fn git_rows(
    place: &Place,
    secret: &str,
    helper: &str,
    option: &[String],
    note: &str,
) -> Option<Vec<Row>> {
    let verb = |verb: &str| [option, &[verb.to_owned()]].concat();
    let [store, _] = git(place, helper, &verb("store"))?;
    let asked = format!("protocol=https\nhost={HOST}\n");
    tell(
        store,
        &format!("{asked}username=ada\npassword={secret}\n\n"),
    )?;
    let [through, direct] = git(place, helper, &verb("get"))?;
    let asked = format!("{asked}\n");
    Some(vec![
        row(place, &format!("git {helper}{note}"), through, &asked),
        row(place, &format!("git-{helper}{note}"), direct, &asked),
    ])
}

fn git_cache(place: &Place, secret: &str, daemons: &mut Daemons) -> Option<Vec<Row>> {
    let directory = place.path("git-cache");
    std::fs::create_dir(&directory).ok()?;
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&directory, private).ok()?;
    let socket = directory.join("socket");
    let option = [format!("--socket={}", socket.display())];
    let helper = "credential-cache";
    let exit = [option.as_slice(), &["exit".to_owned()]].concat();
    let [exit, _] = git(place, helper, &exit)?;
    daemons.ends.push(exit);
    git_rows(place, secret, helper, &option, ", its daemon warm")
}

fn git_store(place: &Place, secret: &str) -> Option<Vec<Row>> {
    let option = [format!("--file={}", place.path("git-store").display())];
    git_rows(place, secret, "credential-store", &option, "")
}

/// pass, with a key that needs no passphrase.
fn pass(place: &Place, secret: &str, daemons: &mut Daemons) -> Option<Vec<Row>> {
    let (pass, gpg) = (find("pass")?, find("gpg")?);
    let home = place.path(".gnupg");
    std::fs::create_dir(&home).ok()?;
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&home, private).ok()?;
    let mut key = place.command(gpg);
    key.args(["--batch", "--quiet", "--passphrase", ""]);
    key.args(["--quick-generate-key", "bench", "default", "default"]);
    let mut end = place.command(find("gpgconf")?);
    end.args(["--kill", "all"]);
    daemons.ends.push(end);
    tell(key, "")?;
    let run = |arguments: &[&str]| {
        let mut command = place.command(&pass);
        command.args(arguments);
        command
    };
    tell(run(&["init", "bench"]), "")?;
    tell(run(&["insert", "--multiline", HOST]), secret)?;
    Some(vec![Row::new("pass show", run(&["show", HOST]))])
}

/// One of docker's helpers.
pub(crate) fn docker(
    place: &Place,
    secret: &str,
    kind: &str,
    variables: &[(&str, &str)],
) -> Option<Vec<Row>> {
    let name = format!("docker-credential-{kind}");
    let program = find(&name)?;
    let run = |verb: &str| {
        let mut command = place.command(&program);
        command.arg(verb).envs(variables.iter().copied());
        command
    };
    let url = format!("https://{HOST}");
    let kept = format!("{{\"ServerURL\":\"{url}\",\"Username\":\"ada\",\"Secret\":\"{secret}\"}}");
    tell(run("store"), &kept)?;
    Some(vec![row(place, &format!("{name} get"), run("get"), &url)])
}

/// Python itself: what stands on PATH may be a script that looks for it.
pub(crate) fn python() -> Option<PathBuf> {
    let ask = ["-c", "import sys; print(sys.executable)"];
    let output = Command::new(find("python3")?).args(ask).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().into())
}

/// keyring in Python with its plain file, which is the fastest of its places.
fn python_keyring(place: &Place, secret: &str) -> Option<Vec<Row>> {
    let python = python()?;
    let run = |verb: &str| {
        let mut command = place.command(&python);
        command.args(["-m", "keyring", verb, HOST, "ada"]);
        let backend = "keyrings.alt.file.PlaintextKeyring";
        command.env("PYTHON_KEYRING_BACKEND", backend);
        command
    };
    tell(run("set"), &format!("{secret}\n"))?;
    Some(vec![Row::new("keyring get, in Python", run("get"))])
}
