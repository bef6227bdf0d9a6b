//! Kills: SIGKILL at random moments of sign-ins and writes, with readers beside them that look at every answer.
//!
//! A reader's answer is the whole cookie of a session that was issued to its user for its app, or nothing. A record's
//! file is whole whenever it is opened. After the last kill nothing is stuck, and what the killed have left lies where
//! the next one writes. The moments come from a seed that is printed; `KILLS_SEED` has one again.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sandbox::{App, Chance, Event, Setup, User};

use crate::home::{ADA, Home, Outcome, outcome};

/// How many processes are killed before they end by themselves.
const KILLS: usize = 200;
/// A sign-in takes about so long.
const SIGN_IN: Duration = Duration::from_millis(60);
/// After so many kills Okta's sessions end, so that the next sign-ins send the password …
const ROUND: usize = 12;
/// … of which so many are killed before one may end: after three passwords in a row whose verdict is not known, the
/// program waits for a person.
const KILLED_PASSWORDS: usize = 2;

const EVE: &str = "eve@corp.example";
const USERS: [&str; 2] = [ADA, EVE];
const APPS: [&str; 2] = ["argocd", "grafana"];
/// One for each app of each user, and one for each account.
const RECORDS: usize = 6;
const LIFE: Duration = Duration::from_secs(2);

/// Two users of two apps on one cache, with sessions of two seconds in more than one shard.
struct Scene {
    home: Home,
    is_over: AtomicBool,
    answers: AtomicUsize,
    /// The processes that had not ended by themselves before.
    killed: AtomicUsize,
    wrong: Mutex<Vec<String>>,
}

impl Scene {
    fn new() -> Self {
        let users = USERS.map(|user| User::new(user, sandbox::PASSWORD).with_shards(3));
        let mut setup = Setup {
            users: users.to_vec(),
            apps: APPS.map(|app| App::new(app).lasting(LIFE)).to_vec(),
            ..Setup::default()
        };
        // Okta takes any number of sign-ins: its limits are not tested here.
        setup.limits.authn_per_user_second = 1000;
        setup.limits.authorize_per_client_minute = 100_000;
        setup.limits.authorize_per_minute = 100_000;
        setup.concurrency.authorize_per_client = 1000;
        let home = Home::new(setup);
        let life = format!("session = \"{}s\"\n", LIFE.as_secs());
        let text = home.configuration(&[]);
        let sections = APPS.map(|app| {
            let url = home.sandbox.app_url(app);
            format!("\n[app.{app}]\nurl = \"{url}\"\n{life}")
        });
        let text = text + &sections.concat();
        for user in USERS {
            let own = text.replace(ADA, user);
            std::fs::write(home.path(user), own).expect("a configuration");
        }
        Self {
            home,
            is_over: AtomicBool::new(false),
            answers: AtomicUsize::new(0),
            killed: AtomicUsize::new(0),
            wrong: Mutex::new(Vec::new()),
        }
    }

    /// The program as `user` runs it, not yet started.
    fn command(&self, user: &str, arguments: &[&str]) -> Command {
        let mut command = self.home.credential(arguments);
        command
            .env("ALB_CREDENTIAL_CONFIG", self.home.path(user))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn start(&self, user: &str, arguments: &[&str]) -> Child {
        let mut command = self.command(user, arguments);
        command.spawn().expect("the program starts")
    }

    fn run(&self, user: &str, arguments: &[&str]) -> Outcome {
        let mut command = self.command(user, arguments);
        outcome(command.output().expect("the program starts"))
    }

    fn blame(&self, what: String) {
        self.wrong.lock().expect("no panic").push(what);
    }

    fn is_going_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    /// Looks at what `user` was answered for `app`.
    fn look(&self, user: &str, app: &str, cookie: &str) {
        let known = self.home.sandbox.session(cookie.trim_end_matches('\n'));
        if !known.is_some_and(|known| known.app == app && known.user == user) {
            self.blame(format!("{user} got for {app}: {} bytes", cookie.len()));
        }
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// Asks again and again until the kills are over.
    fn read(&self, mut chance: Chance) {
        while self.is_going_on() {
            self.open();
            let (user, app) = (*chance.pick(&USERS), *chance.pick(&APPS));
            let only_cached = chance.one_in(2);
            let arguments: &[&str] = match only_cached {
                true => &["get", app, "--no-sign-in"],
                false => &["get", app],
            };
            let said = self.run(user, arguments);
            match said.code {
                0 => self.look(user, app, &said.stdout),
                3 if only_cached && said.stdout.is_empty() => {}
                _ => self.blame(format!("{user}, {arguments:?}: {said:?}")),
            }
        }
    }

    /// Opens every record, past the program.
    fn open(&self) {
        for name in ending(&self.home, ".json") {
            let Ok(text) = std::fs::read(self.home.cache().join(&name)) else {
                continue;
            };
            if serde_json::from_slice::<serde_json::Value>(&text).is_err() {
                self.blame(format!("{name} is not whole: {} bytes", text.len()));
            }
        }
    }

    /// Kills sign-ins, each at its moment.
    fn kill(&self, mut chance: Chance) {
        let rounds = (0..).take_while(|_| self.killed.load(Ordering::Relaxed) < KILLS);
        for number in rounds {
            let within = number % ROUND;
            if within == 0 {
                self.home.sandbox.end_okta_sessions();
            }
            if within == KILLED_PASSWORDS {
                for user in USERS {
                    let said = self.run(user, &["get", APPS[0], "--fresh"]);
                    self.look(user, APPS[0], &said.answer_in_time());
                }
            }
            let (user, app) = (*chance.pick(&USERS), *chance.pick(&APPS));
            let verb: &[&str] = match chance.below(5) {
                0 => &["login", app],
                1 => &["get", app],
                _ => &["get", app, "--fresh"],
            };
            let mut victim = self.start(user, verb);
            std::thread::sleep(chance.time(SIGN_IN));
            victim.kill().expect("it was started");
            let said = victim.wait_with_output().expect("it ends");
            let was_at_it = said.status.code().is_none();
            self.killed.fetch_add(was_at_it.into(), Ordering::Relaxed);
            if !said.stdout.is_empty() {
                self.look(user, app, &String::from_utf8_lossy(&said.stdout));
            }
        }
    }
}

impl Outcome {
    /// The answer of a call that may have said that it was waiting.
    #[track_caller]
    fn answer_in_time(self) -> String {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self.stdout
    }
}

/// The names of the cache's files that end so.
fn ending(home: &Home, end: &str) -> Vec<String> {
    let files = home.files().into_iter();
    files.filter(|name| name.ends_with(end)).collect()
}

/// Says it past the harness, which swallows what a passing test prints.
fn tell(what: &str) {
    let _ = writeln!(std::io::stderr(), "kills: {what}");
}

fn seed() -> u64 {
    let given = std::env::var("KILLS_SEED").ok();
    given.map_or_else(
        || u64::from(std::process::id()),
        |seed| seed.parse().expect("a number"),
    )
}

#[test]
fn hundreds_of_kills_tear_nothing_mix_nothing_and_leave_nothing_stuck() {
    let seed = seed();
    tell(&format!("KILLS_SEED={seed}"));
    let scene = Scene::new();
    std::thread::scope(|scope| {
        for reader in 1..=2 {
            let chance = Chance::seeded(seed.wrapping_add(reader));
            scope.spawn(|| scene.read(chance));
        }
        let killer = scope.spawn(|| scene.kill(Chance::seeded(seed)));
        let ended = killer.join();
        scene.is_over.store(true, Ordering::Relaxed);
        ended.expect("nothing was stuck between the kills");
    });
    for (user, app) in USERS.iter().flat_map(|user| APPS.map(|app| (user, app))) {
        let cookie = scene.run(user, &["get", app]).answer();
        scene.look(user, app, &cookie);
    }
    let wrong = scene.wrong.lock().expect("no panic").clone();
    assert_eq!(wrong, [""; 0], "KILLS_SEED={seed}");
    let home = &scene.home;
    assert!(ending(home, ".tmp").len() <= RECORDS);
    assert_eq!(ending(home, ".json").len(), RECORDS);
    assert_eq!(ending(home, ".lock").len(), RECORDS);
    assert!(home.files().len() <= 5 * RECORDS, "{:?}", home.files());
    assert_eq!(home.sandbox.violations(), []);
    let locked = |event: &Event| matches!(event, Event::LockedOut { .. });
    assert_eq!(home.sandbox.count(locked), 0);
    let (killed, answers) = (&scene.killed, &scene.answers);
    let (killed, answers) = (
        killed.load(Ordering::Relaxed),
        answers.load(Ordering::Relaxed),
    );
    assert!(answers > KILLS, "{answers}");
    let issued = home.sandbox.sessions_issued();
    tell(&format!(
        "{killed} killed, {answers} answers looked at, {issued} sign-ins"
    ));
}
