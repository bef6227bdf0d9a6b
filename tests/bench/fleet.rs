//! A fleet: machines that share a store on a real server. What a hit costs beside one without a fleet, how often the store is
//! asked, and five machines with a hundred processes each that find nothing. Beside each figure stands its goal.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sandbox::store::{Flow, StorePipe, StoreProxy, StoreServer};

use crate::DELAY;
use crate::effort::{instructions, system_calls};
use crate::place::{Place, find, settled};
use crate::rounds::{Rounds, Row, Times, milliseconds, names, print};

const MACHINES: usize = 5;
const PROCESSES: usize = 100;

/// The machines' store, and the place whose sandbox they use.
struct Fleet<'a> {
    place: &'a Place,
    server: StoreServer,
}

/// All of it, if there is a server.
pub(crate) fn run(place: &Place, rounds: &mut Rounds) {
    if find(&StoreServer::program()).is_none() || find("redis-cli").is_none() {
        println!("\n(not measured: a fleet: there is no redis-server)");
        return;
    }
    let [certificate, key] = place.sandbox.server_files();
    let tls = [certificate, key, place.sandbox.ca_file()];
    let server = StoreServer::start(place.path("redis"), &tls, "");
    place.write("fleet-key", &"5a".repeat(32));
    let fleet = Fleet { place, server };
    fleet.hit(rounds);
    fleet.flights(rounds);
    fleet.crowd(rounds);
    fleet.counts();
}

impl Fleet<'_> {
    /// A machine's `get grafana`, with its store at `url`.
    fn machine(&self, name: &str, url: &str, apps: usize) -> Command {
        let text = format!(
            "store = {{ redis = {{ url = \"{url}\", namespace = \"bench\", key = {{ file = \"fleet-key\" }} }} }}\n{}",
            self.place.configuration(apps - 1)
        );
        let config = self.place.write(&format!("fleet-{name}.toml"), &text);
        let mut command = self.place.get();
        command
            .env("ALB_CREDENTIAL_CONFIG", config)
            .env("ALB_CREDENTIAL_CACHE", self.cache(name));
        command
    }

    fn cache(&self, name: &str) -> PathBuf {
        self.place.path(&format!("fleet-cache-{name}"))
    }

    fn url(&self) -> String {
        match self.server.tls_port {
            0 => format!("unix://{}", self.server.socket().display()),
            port => format!("rediss://localhost:{port}"),
        }
    }

    /// Makes the store and all machines know nothing.
    fn forget(&self) {
        let _ = self.server.cli(&["FLUSHALL"]);
        self.place.sandbox.end_okta_sessions();
        self.place.sandbox.clear_audit();
        for file in fs::read_dir(self.place.path(""))
            .expect("a directory")
            .flatten()
        {
            if file
                .file_name()
                .to_string_lossy()
                .starts_with("fleet-cache-")
            {
                let _ = fs::remove_dir_all(file.path());
            }
        }
    }

    /// A hit with a fleet's copy beside one without a fleet.
    fn hit(&self, rounds: &mut Rounds) {
        self.place.warm();
        self.forget();
        let with = |apps: usize| {
            let name = format!("hit-{apps}");
            let mut command = self.machine(&name, &self.url(), apps);
            settled(&mut command, &self.cache(&name));
            command
        };
        let mut rows = vec![
            Row::new("a hit, no fleet", self.place.get()),
            Row::new("a hit, fleet", with(1)),
            Row::new("a hit, fleet, 1,000 apps", with(1000)),
        ];
        let times = rounds.run(300, &mut rows, || {});
        print("A fleet: a hit, goal 1.00", &names(&rows), &times);
        println!("\n| | instructions | system calls |\n|---|---|---|");
        for row in &rows {
            let counts = [instructions, system_calls].map(|count| {
                let counted = count(self.place, row);
                counted.map_or_else(|| "-".to_owned(), |count| count.to_string())
            });
            println!("| {} | {} | {} |", row.name, counts[0], counts[1]);
        }
    }

    /// How often a machine waits for the store, and how long that takes where each time takes 20 ms.
    fn flights(&self, rounds: &mut Rounds) {
        self.forget();
        let flights = |name: &str| {
            let proxy = StoreProxy::passing(&self.server.socket());
            answer(&mut self.machine(name, &proxy.url(), 1));
            // The end of the connection begins as another one.
            proxy.flights().saturating_sub(1)
        };
        let (miss, look) = (flights("miss"), flights("look"));
        println!("\n## A fleet: waits for the store, but for TCP's and TLS's handshakes (2)\n");
        println!("| | flights | goal |\n|---|---|---|");
        println!("| a sign-in | {miss} | 6 |\n| another machine's session | {look} | 1 |");
        let Some(port) = Some(self.server.tls_port).filter(|port| *port != 0) else {
            println!("\n(not measured: a slow network: the server was built without TLS)");
            return;
        };
        // Half of it each way.
        let pipe = StorePipe::start(port, Flow::Late(DELAY / 2));
        let far = format!("rediss://localhost:{}", pipe.port);
        let mut rows = [
            Row::new("a sign-in, no fleet", self.place.get()),
            Row::new("a sign-in, fleet", self.machine("far", &far, 1)),
        ];
        let times = rounds.run(30, &mut rows, || {
            self.place.forget();
            self.forget();
        });
        let title = format!(
            "A fleet: {} ms for each exchange and each flight, goal {} ms more",
            DELAY.as_millis(),
            8 * DELAY.as_millis()
        );
        print(&title, &names(&rows), &times);
    }

    /// Five hundred processes on five machines that know nothing, beside one sign-in and as many hits.
    fn crowd(&self, rounds: &mut Rounds) {
        let machine = |number: usize| self.machine(&format!("crowd-{number}"), &self.url(), 1);
        let mut machines: Vec<Command> = (0..MACHINES).map(machine).collect();
        let [mut one, mut warm, mut cold] = [const { Times(Vec::new()) }; 3];
        for _ in 0..rounds.count(10) {
            self.forget();
            one.0.push(crowd(&mut machines[..1], 1));
            self.forget();
            let before = self.connections();
            cold.0.push(crowd(&mut machines, PROCESSES));
            let sandbox = &self.place.sandbox;
            assert_eq!(
                (sandbox.password_tries(), sandbox.sessions_issued()),
                (1, 1)
            );
            // The second question is a connection too.
            assert_eq!(self.connections() - before, MACHINES as u64 + 1);
            warm.0.push(crowd(&mut machines, PROCESSES));
        }
        let sum = Times(
            one.0
                .iter()
                .zip(&warm.0)
                .map(|(one, warm)| one + warm)
                .collect(),
        );
        let parts = [
            "one sign-in, then five hundred hits",
            "five hundred at once, cold",
        ];
        print(
            "A fleet: 500 processes on 5 machines make 1 sign-in and 5 connections, goal 1.50",
            &parts.map(str::to_owned),
            &[sum, cold],
        );
    }

    /// How many connections the server has taken.
    fn connections(&self) -> u64 {
        let stats = self.server.cli(&["INFO", "stats"]);
        let mut lines = stats.lines();
        let line = lines.find_map(|line| line.strip_prefix("total_connections_received:"));
        line.and_then(|number| number.trim().parse().ok())
            .expect("a number")
    }

    /// How many wrong passwords leave, and how long a server that never answers holds a caller up.
    fn counts(&self) {
        let password = fs::read_to_string(self.place.path("password")).expect("a password");
        let count = |name: &str| {
            let machine = |number: usize| self.machine(&format!("{name}-{number}"), &self.url(), 1);
            let mut machines: Vec<Command> = (0..MACHINES).map(machine).collect();
            let _ = ended(&mut machines, 20);
            self.place.sandbox.password_tries()
        };
        self.forget();
        self.place.write("password", "wrong");
        let wrong = count("wrong");
        self.forget();
        self.server.kill();
        let alone = count("alone");
        self.place.write("password", &password);
        println!("\n## A fleet: a wrong password, 100 processes on 5 machines\n");
        println!("| | passwords sent | goal |\n|---|---|---|");
        println!("| with the store | {wrong} | 1 |\n| without the store, unproven | {alone} | 0 |");
        let mute = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = mute.local_addr().expect("an address").port();
        let mut held_up = self.machine("mute", &format!("redis://127.0.0.1:{port}"), 1);
        let mut at_once = self.machine("gone", &self.url(), 1);
        let [took, usual] = [&mut held_up, &mut at_once].map(|command| {
            let start = Instant::now();
            let status = command.stderr(Stdio::null()).status().expect("it starts");
            assert!(!status.success());
            start.elapsed()
        });
        let more = took.saturating_sub(usual).max(Duration::ZERO);
        println!(
            "\nA server that never answers holds a caller up for {:.2} s (goal: 1.5 s at most).",
            more.as_secs_f64()
        );
    }
}

/// Runs it to an answer.
fn answer(command: &mut Command) {
    let status = command.status().expect("it starts");
    assert!(status.success(), "{status}");
}

/// So many processes of each machine at once, and how many have failed.
fn ended(machines: &mut [Command], count: usize) -> usize {
    let mut children: Vec<Child> = Vec::new();
    for _ in 0..count {
        for machine in &mut *machines {
            machine.stderr(Stdio::null());
            children.push(machine.spawn().expect("it starts"));
        }
    }
    let statuses = children
        .iter_mut()
        .map(|child| child.wait().expect("it was started"));
    statuses.filter(|status| !status.success()).count()
}

/// The milliseconds until all of them have an answer.
fn crowd(machines: &mut [Command], count: usize) -> f64 {
    let start = Instant::now();
    assert_eq!(ended(machines, count), 0, "every process has its answer");
    milliseconds(start)
}
