//! Whatever is killed, stopped, continued, typed or closed, at whatever moment, of the bench or of the program itself: nothing hangs,
//! nothing stays, and the terminal is as before. `TINCANS_RUNS` says how often, `TINCANS_SEED` from where on, `TINCANS_PROGRAM` which
//! binary.

use std::time::{Duration, Instant};

use crate::support::processes::Process;
use crate::support::pty::{Pty, modes_left_on};
use crate::support::random::Random;
use crate::support::{PATIENCE, number, until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const RUNS: u64 = 12;
/// Blows in one run, before it is ended.
const BLOWS: usize = 25;

/// What is typed between blows, after Esc; forks, loops and sleepers among it.
const TYPED: &[&str] = &[
    ":fork x\r",
    ":x: fork y\r",
    ":x: exit\r",
    ":channel stream c\r",
    ":channel dgram d leaky\r",
    ":thread t\r",
    ":child1: read wire[1]\r",
    ":child2: echo post[1]\r",
    ":ping post[0] 64 1000000\r",
    ":write wire[0] \"some words\"\r",
    ":flood wire[0] 4096 100000\r",
    ":child1: drain wire[1]\r",
    ":child1: exec\r",
    ":close wire[0]\r",
    ":stop child1\r",
    ":cont child1\r",
    ":kill child1 KILL\r",
    ":wait\r",
    ":why\r",
    ":holders wire[0]\r",
    ":reset\r",
    "R",
    "k",
    "r",
    "s",
    "d",
    "z",
    "t",
    "e",
    "\x1b[D",
    "\x1b",
    "?",
    "l",
    "n",
    "\x1a",
];

/// What is sent to a process, and to whom: agents, any process of the run, or the first two.
const SIGNALS: &[Signal] = &[
    Signal::SIGKILL,
    Signal::SIGSTOP,
    Signal::SIGCONT,
    Signal::SIGTSTP,
    Signal::SIGTERM,
    Signal::SIGINT,
    Signal::SIGHUP,
    Signal::SIGPIPE,
    Signal::SIGSEGV,
    Signal::SIGUSR1,
    Signal::SIGALRM,
    Signal::SIGCHLD,
    Signal::SIGWINCH,
];

/// One run, told in words as far as it has gone.
struct Chaos {
    pty: Pty,
    told: Vec<String>,
    is_closed: bool,
}

impl Chaos {
    fn processes(&self) -> Vec<Process> {
        let mut all = self.pty.left();
        all.retain(|process| process.name.starts_with("tincans") && process.state != 'Z');
        all.sort_by_key(|process| process.pid);
        all
    }

    fn tell(&mut self, what: String) {
        self.told.push(what);
    }

    /// Something happens.
    fn blow(&mut self, random: &mut Random) {
        match random.below(100) {
            0..45 if !self.is_closed => {
                let typed = random.word(TYPED).to_owned();
                self.tell(format!("typed {typed:?}"));
                self.pty.try_to_type(typed.as_bytes());
            }
            45..90 => {
                let all = self.processes();
                // The first two more seldom: that is most often the end.
                let from = if random.chance(85) { 2.min(all.len()) } else { 0 };
                let (Some(victim), Some(signal)) = (random.pick(&all[from..]), random.pick(SIGNALS)) else { return };
                let index = all.iter().position(|process| process == victim).unwrap_or(0);
                self.tell(format!("{signal} to process {index} of {}", all.len()));
                let _ = kill(Pid::from_raw(victim.pid), *signal);
            }
            90..94 if !self.is_closed => {
                let size = (1 + random.below(60), 1 + random.below(200));
                self.tell(format!("{size:?} cells"));
                let cells = |number: usize| u16::try_from(number).expect("small");
                self.pty.resize((cells(size.0), cells(size.1)));
            }
            94..96 if !self.is_closed => {
                self.tell("closed".to_owned());
                self.pty.close();
                self.is_closed = true;
            }
            _ => {}
        }
    }

    fn take_in(&mut self, time: Duration) {
        if self.is_closed {
            std::thread::sleep(time);
        } else {
            let _ = self.pty.pump_for(time);
        }
    }

    /// All is let go on, and asked to leave, as a person would who has had enough.
    fn end(&mut self) -> Duration {
        let start = Instant::now();
        let is_over = |chaos: &Self| chaos.pty.left().iter().all(|process| !process.name.starts_with("tincans"));
        let mut round = 0;
        while !is_over(self) {
            assert!(start.elapsed() < PATIENCE, "it hangs: {:?}\n{}", self.pty.left(), self.told.join("\n"));
            // Only what a person can do: `fg`, then the key, then the signal.
            for process in self.processes().iter().take(2) {
                let _ = kill(Pid::from_raw(process.pid), Signal::SIGCONT);
            }
            match round % 3 {
                0 if !self.is_closed => self.pty.try_to_type(b"\x03"),
                _ if round > 3 => {
                    if let Some(first) = self.processes().first() {
                        let _ = kill(Pid::from_raw(first.pid), Signal::SIGTERM);
                    }
                }
                _ => {}
            }
            round += 1;
            self.take_in(Duration::from_millis(100));
        }
        start.elapsed()
    }
}

fn run(seed: u64) -> Duration {
    let mut random = Random::new(seed);
    let mut chaos = Chaos { pty: Pty::start((24, 80)), told: vec![format!("seed {seed}")], is_closed: false };
    // Who has not begun is not taken for one who has left.
    assert!(until(PATIENCE, || !chaos.processes().is_empty()).is_some(), "nobody begins");
    // Sometimes before the first frame.
    if random.chance(80) {
        chaos.pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
        chaos.pty.try_to_type(b"\x1b");
        chaos.take_in(Duration::from_millis(40));
    }
    for _ in 0..BLOWS {
        chaos.blow(&mut random);
        let time = Duration::from_micros(random.below(20_000) as u64);
        chaos.take_in(time);
        if chaos.processes().is_empty() {
            break;
        }
    }
    let was_killed = chaos.told.iter().any(|what| is_deadly_to_guardian(what));
    let took = chaos.end();
    let told = chaos.told.join("\n");
    assert!(until(PATIENCE, || chaos.pty.left().is_empty()).is_some(), "left: {:?}\n{told}", chaos.pty.left());
    if chaos.is_closed {
        return took;
    }
    chaos.take_in(Duration::from_millis(5));
    let left_on = modes_left_on(chaos.pty.bytes());
    let is_back = chaos.pty.has_its_modes_back() && left_on.is_empty();
    // A killed guardian and a killed UI leave nobody who could bring the terminal back.
    assert!(is_back || was_killed, "{left_on:?}\n{told}");
    took
}

/// Of what cannot be caught, and of what it does not take.
fn is_deadly_to_guardian(what: &str) -> bool {
    what.contains("to process 0")
        && ["SIGKILL", "SIGSEGV", "SIGPIPE", "SIGUSR1", "SIGALRM"].iter().any(|signal| what.contains(signal))
}

#[test]
fn whatever_happens_nothing_hangs_and_nothing_stays() {
    let (runs, seed) = (number("TINCANS_RUNS").unwrap_or(RUNS), number("TINCANS_SEED").unwrap_or(1));
    let mut times: Vec<Duration> = (seed..seed + runs).map(run).collect();
    times.sort();
    let (Some(median), Some(worst)) = (times.get(times.len() / 2), times.last()) else { panic!("no run") };
    eprintln!("{runs} runs from seed {seed}: over after {median:?} in the median, {worst:?} at most");
}
