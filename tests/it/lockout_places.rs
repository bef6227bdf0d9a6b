//! Never a locked account, where nothing can be remembered: nobody unattended sends a secret, and the place and the
//! variable are named. A person at a terminal signs in all the same.

use std::path::PathBuf;
use std::process::Command;

use sandbox::Setup;

use crate::disk::set_mode;
use crate::home::{Home, binary, outcome};
use crate::lockout_scene::{MOST, busy, was_locked};
use crate::screen::{self, Terminal};
use crate::tools::skip;

/// How many calls one after the other, and then at once.
const CALLS: usize = 4;

/// Nothing can be remembered outside of the cache and the directory for temporary files.
const NOWHERE_ELSE: &str = "for place in /dev/shm /run/user; do
    if [ -d $place ]; then mount -t tmpfs -o ro,size=4k tmpfs $place || exit 99; fi
done";
const FULL: &str = "for place in \"$CACHE\" \"$SCRATCH\"; do
    mount -t tmpfs -o size=16k,mode=700 tmpfs \"$place\" || exit 99
    dd if=/dev/zero of=\"$place/fill\" bs=1k 2>/dev/null
done";
const READ_ONLY: &str = "for place in \"$CACHE\" \"$SCRATCH\"; do
    mount --bind \"$place\" \"$place\" && mount -o remount,ro,bind \"$place\" || exit 99
done";
const CACHE_READ_ONLY: &str =
    "mount --bind \"$CACHE\" \"$CACHE\" && mount -o remount,ro,bind \"$CACHE\" || exit 99";

/// A machine with file systems of its own, which lines of shell make; they are gone when its processes have ended.
struct Machine {
    home: Home,
    script: String,
}

impl Machine {
    /// A machine on which nothing else can be written than what `script` leaves; `None` where nothing can be mounted.
    fn new(script: &str) -> Option<Self> {
        let home = Home::new(busy(Setup::default()));
        home.password("not it");
        std::fs::create_dir(home.cache()).expect("a directory");
        set_mode(&home.cache(), 0o700);
        let machine = Self {
            home,
            script: format!("{NOWHERE_ELSE}\n{script}"),
        };
        let probe = machine.shell("true").output();
        if !probe.is_ok_and(|probe| probe.status.success()) {
            skip("nothing can be mounted here (unshare -m)");
            return None;
        }
        Some(machine)
    }

    /// Returns what `unshare` is called with to run `words` there, with the program as `$1`.
    fn arguments(&self, words: &str) -> [String; 6] {
        let flags = match rustix::process::geteuid().is_root() {
            true => "-m",
            false => "-rm",
        };
        let script = format!(
            "CACHE=$ALB_CREDENTIAL_CACHE SCRATCH=$TMPDIR\n{}\n{words}",
            self.script
        );
        let program = binary().display().to_string();
        [flags, "sh", "-c", &script, "sh", &program].map(str::to_owned)
    }

    /// Words of shell that are run there without a terminal.
    fn shell(&self, words: &str) -> Command {
        let mut command = self.home.command("setsid");
        command.args(["--wait", "unshare"]);
        command
            .args(self.arguments(words))
            .env_remove("XDG_RUNTIME_DIR");
        command
    }

    /// Calls one after the other, then as many at once, and gives the exit code and the words of each.
    fn calls(&self) -> Vec<(i32, String)> {
        let told = self.home.path("told");
        std::fs::create_dir_all(&told).expect("a directory");
        let script = format!(
            "call() {{ \"$program\" get grafana >/dev/null 2>told/$1.err; echo $? >told/$1.code; }}
            program=$1
            for i in $(seq 1 {CALLS}); do call $i; done
            for i in $(seq {} {}); do call $i & done
            wait",
            CALLS + 1,
            2 * CALLS
        );
        let done = self.shell(&script).output().expect("setsid starts");
        assert!(done.status.success(), "{done:?}");
        let read = |number: usize, end: &str| {
            std::fs::read_to_string(told.join(format!("{number}.{end}"))).expect("it was written")
        };
        let call = |number| {
            let code = read(number, "code").trim().parse();
            (code.expect("a number"), read(number, "err"))
        };
        (1..=2 * CALLS).map(call).collect()
    }

    /// Asserts that nobody unattended sends anything, and what each is told.
    #[track_caller]
    fn assert_nothing_is_sent(&self, what: &str, named: &[PathBuf]) {
        let calls = self.calls();
        let sent = self.home.sandbox.password_tries();
        assert_eq!(sent, 0, "{what}: {sent} passwords; {}", calls[0].1);
        for (code, words) in calls {
            assert_eq!(code, 3, "{what}: {words}");
            for place in named {
                let place = place.display().to_string();
                assert!(
                    words.contains(&place),
                    "{what}: {place} is missing: {words}"
                );
            }
            let variable = "ALB_CREDENTIAL_CACHE";
            assert!(
                words.contains(variable),
                "{what}: {variable} is missing: {words}"
            );
        }
        assert!(!was_locked(&self.home));
    }

    /// Asserts that a person at a terminal signs in, with a warning.
    #[track_caller]
    fn assert_a_person_signs_in(&self, what: &str) {
        self.home.password(sandbox::PASSWORD);
        for verb in ["login", "get"] {
            let before = self.home.sandbox.password_tries();
            let terminal = Terminal::new();
            let mut command = terminal.own(&self.home);
            command.arg("unshare");
            command.args(self.arguments(&format!("exec \"$1\" {verb} grafana")));
            command.env_remove("XDG_RUNTIME_DIR");
            command.stdout(std::process::Stdio::piped());
            command.stderr(std::process::Stdio::piped());
            let said = screen::outcome(command.spawn().expect("setsid starts"));
            assert_eq!(said.code, 0, "{what}, {verb}: {}", said.stderr);
            for part in ["warning", "ALB_CREDENTIAL_CACHE"] {
                assert!(
                    said.stderr.contains(part),
                    "{what}, {verb}: {}",
                    said.stderr
                );
            }
            let sent = self.home.sandbox.password_tries() - before;
            assert_eq!(sent, 1, "{what}, {verb}");
        }
    }
}

/// The directory that stands in for the cache among temporary files: the user is called root there.
fn spare(home: &Home) -> PathBuf {
    home.path("scratch/alb-credential-0")
}

#[test]
fn on_full_file_systems_nobody_unattended_sends_a_password() {
    let Some(machine) = Machine::new(FULL) else {
        return;
    };
    let cache = machine.home.cache();
    machine.assert_nothing_is_sent("full", &[cache]);
    machine.assert_a_person_signs_in("full");
}

#[test]
fn on_read_only_file_systems_nobody_unattended_sends_a_password() {
    let Some(machine) = Machine::new(READ_ONLY) else {
        return;
    };
    let cache = machine.home.cache();
    machine.assert_nothing_is_sent("read-only", &[cache]);
    machine.assert_a_person_signs_in("read-only");
}

#[test]
fn a_spare_place_that_another_user_took_is_named_and_nothing_is_sent() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root can give a directory away");
    }
    let Some(machine) = Machine::new(CACHE_READ_ONLY) else {
        return;
    };
    let spare = spare(&machine.home);
    std::fs::create_dir(&spare).expect("a directory");
    set_mode(&spare, 0o700);
    std::os::unix::fs::chown(&spare, Some(1), Some(1)).expect("root may");
    machine.assert_nothing_is_sent("another's", &[spare]);
    machine.assert_a_person_signs_in("another's");
}

#[test]
fn a_spare_place_that_is_a_file_a_link_or_open_is_named_and_nothing_is_sent() {
    for what in ["a file", "a link", "open to all"] {
        let Some(machine) = Machine::new(CACHE_READ_ONLY) else {
            return;
        };
        let spare = spare(&machine.home);
        let other = machine.home.path("other");
        std::fs::create_dir(&other).expect("a directory");
        set_mode(&other, 0o700);
        match what {
            "a file" => std::fs::write(&spare, "").expect("a file"),
            "a link" => std::os::unix::fs::symlink(&other, &spare).expect("a link"),
            _ => {
                std::fs::create_dir(&spare).expect("a directory");
                set_mode(&spare, 0o777);
            }
        }
        machine.assert_nothing_is_sent(what, &[spare]);
        assert_eq!(crate::home::files(&other), [""; 0], "{what}");
    }
}

#[test]
fn a_directory_for_temporary_files_that_all_can_write_is_no_place() {
    let Some(machine) = Machine::new(CACHE_READ_ONLY) else {
        return;
    };
    // Without the sticky bit anybody can put another directory in the place of ours.
    set_mode(&machine.home.path("scratch"), 0o777);
    let cache = machine.home.cache();
    machine.assert_nothing_is_sent("not sticky", &[cache]);
}

#[test]
fn a_cache_that_is_renamed_after_each_call_lets_no_password_out() {
    let scripts = [
        "",
        "mount --bind \"$SCRATCH\" \"$SCRATCH\" && mount -o remount,ro,bind \"$SCRATCH\" || exit 99",
    ];
    for (script, most) in scripts.into_iter().zip([MOST, 0]) {
        let Some(mut machine) = Machine::new(script) else {
            return;
        };
        let shared = machine.home.path("shared");
        std::fs::create_dir(&shared).expect("a directory");
        set_mode(&shared, 0o777);
        let cache = shared.join("cache").display().to_string();
        machine.home.set("ALB_CREDENTIAL_CACHE", cache);
        for call in 1..=6 {
            let words = "exec \"$1\" get grafana";
            let told = outcome(machine.shell(words).output().expect("setsid starts"));
            if most == 0 {
                assert!([2, 3].contains(&told.code), "call {call}: {told:?}");
                let place = shared.display().to_string();
                assert!(told.stderr.contains(&place), "call {call}: {}", told.stderr);
            }
            let away = shared.join(format!("away-{call}"));
            // There may be nothing to rename, which is as good.
            let _ = std::fs::rename(shared.join("cache"), away);
        }
        let sent = machine.home.sandbox.password_tries();
        assert!(sent <= most, "{sent} passwords, of {most}");
        assert!(!was_locked(&machine.home));
    }
}

#[test]
fn a_cache_that_others_can_write_is_refused_before_a_password_leaves() {
    let home = Home::new(busy(Setup::default()));
    home.password("not it");
    std::fs::create_dir(home.cache()).expect("a directory");
    for open in [0o777, 0o770, 0o1777] {
        set_mode(&home.cache(), open);
        for _ in 0..MOST {
            let words = home.run(&["get", "grafana"]).told(2);
            assert!(
                words.contains(&home.cache().display().to_string()),
                "{words}"
            );
        }
    }
    assert_eq!(home.sandbox.password_tries(), 0);
}
