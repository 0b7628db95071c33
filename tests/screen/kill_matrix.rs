//! `kill -9` of UI, guardian or both, of a bench, a run or a check, below different shells and terminals, at random moments: nobody
//! is alive after it, no zombie, no folder, and the shell has its terminal, its modes and its screen. `TINCANS_RUNS` says how often,
//! `TINCANS_SEED` from where on, `TINCANS_PROGRAM` which binary, `TINCANS_ONLY` which combinations ("Guardian Bench busybox"); several
//! seeds may run side by side.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::sys::termios::{Termios, tcgetattr};

use crate::support::processes::{self, Process};
use crate::support::pty::{Pty, modes_left_on};
use crate::support::random::Random;
use crate::support::{PATIENCE, number, program};

const RUNS: u64 = 30;
/// By when the terminal is as before, once all processes are gone.
const SOON: Duration = Duration::from_secs(10);
/// Names a file, so that there is a folder; leaves an orphan, a sleeper and a stopped task.
const SCRIPT: &str = "socket stream s\nbind s name\nfork a\na: fork orphan\na: exit\nchannel stream x b\nb: read x[1]\nfork c\nstop c\nsleep 600000\n";

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Ui,
    Guardian,
    Both,
}

/// What a kill must not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Alive,
    Zombie,
    /// The shell does not answer, or was told of another death.
    Status,
    /// A row of the bench's frame on the shell's screen.
    Frame,
    Modes,
    Folder,
    /// The test itself did not come so far.
    NoKill,
}

/// What the program was started as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Bench,
    Run,
    Check,
}

/// Below what it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Below(&'static [&'static str]);

/// Each of them asks `ready>`; a terminal in the terminal has a shell of its own.
const ALL_BELOW: [Below; 7] = [
    Below(&["bash", "--norc", "--noprofile", "-i"]),
    Below(&["dash", "-i"]),
    Below(&["zsh", "-f", "-i"]),
    Below(&["mksh", "-i"]),
    Below(&["busybox", "ash", "-i"]),
    Below(&["tmux", "-f", "/dev/null", "-S", "socket", "new-session", "sh -i"]),
    Below(&["script", "-q", "-c", "sh -i", "/dev/null"]),
];

impl Below {
    fn is_there(self) -> bool {
        let found = Command::new("sh").args(["-c", "command -v \"$0\"", self.0[0]]).stdout(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    }
}

/// One run's own folders.
struct Place {
    root: tempfile::TempDir,
    temporary: PathBuf,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let temporary = root.path().join("tmp");
        fs::create_dir(&temporary).expect("a folder");
        fs::write(root.path().join("s.tin"), SCRIPT).expect("a script");
        Self { root, temporary }
    }

    /// The program's own; a terminal in the terminal may have others.
    fn folders(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.temporary).expect("it is there").flatten().map(|entry| entry.path());
        entries
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("tincans-")))
            .collect()
    }
}

fn start(below: Below, place: &Place) -> Pty {
    let mut shell = Command::new(below.0[0]);
    shell.args(&below.0[1..]).current_dir(place.root.path()).env("TMPDIR", &place.temporary);
    // mksh lets no root have a prompt without `#`.
    shell.env("PS1", "ready># ").env("ENV", "").env("SHELL", "/bin/sh").env("BIN", program()).env_remove("TMUX");
    for variable in ["XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
        shell.env(variable, place.root.path().join("own"));
    }
    let mut pty = Pty::start_command((24, 80), shell);
    pty.wait("a prompt", |screen| screen.contains("ready>"));
    pty
}

/// The terminal of the shell that asks, which may be one within another, as it is while the shell asks.
struct ShellTerminal {
    own: OwnedFd,
    modes: Termios,
    /// What is switched on in the outer one, or may be a while later.
    switched_on: Vec<String>,
}

impl ShellTerminal {
    fn of(pty: &mut Pty, place: &Place, below: Below) -> Self {
        pty.type_bytes(b"echo $$ >shell\r");
        let mut shell = None;
        let is_told = pump_until(pty, |_| {
            let told = fs::read_to_string(place.root.path().join("shell")).unwrap_or_default();
            shell = told.strip_suffix('\n').and_then(|pid| pid.parse::<i32>().ok());
            shell.is_some()
        });
        assert!(is_told, "no shell answers:\n{}", pty.screen());
        pty.wait("the next prompt", |screen| screen.matches("ready>").count() >= 2);
        let name = format!("/proc/{}/fd/0", shell.expect("it is told"));
        let own = nix::fcntl::open(&*name, OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC, Mode::empty());
        let own = own.expect("the shell's terminal");
        let modes = tcgetattr(&own).expect("modes");
        let mut switched_on = modes_left_on(pty.bytes());
        // A terminal in the terminal has its own affairs, and zsh asks first and then switches on that pastes are told.
        switched_on.extend(["?7727h".to_owned()]);
        switched_on.extend((below.0[0] == "zsh").then(|| "?2004h".to_owned()));
        Self { own, modes, switched_on }
    }

    /// What is not as it was.
    fn differences(&self, pty: &Pty) -> Vec<String> {
        let (before, mut now) = (&self.switched_on, modes_left_on(pty.bytes()));
        now.retain(|mode| !before.contains(mode));
        let is_back = tcgetattr(&self.own).is_ok_and(|modes| modes == self.modes);
        now.extend((!is_back).then(|| "termios".to_owned()));
        now
    }
}

/// Takes in what the terminal is written until something holds, or patience ends.
fn pump_until(pty: &mut Pty, holds: impl FnMut(&Pty) -> bool) -> bool {
    pump_within(PATIENCE, pty, holds)
}

fn pump_within(limit: Duration, pty: &mut Pty, mut holds: impl FnMut(&Pty) -> bool) -> bool {
    let start = Instant::now();
    loop {
        if holds(pty) {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        pty.pump_for(Duration::from_millis(4));
    }
}

/// The program's processes, and what it has started to compile C with.
fn of_program(pty: &Pty) -> Vec<Process> {
    let ours = |process: &Process| process.name.starts_with("tincans") || process.name.starts_with("cc");
    processes::all().into_iter().filter(|process| ours(process) && pty.mark.is_on(process.pid)).collect()
}

/// Guardian and UI, once both are there.
fn first_two(pty: &mut Pty) -> (i32, i32) {
    let mut found = None;
    let is_there = pump_until(pty, |pty| {
        let all = of_program(pty);
        let is_ours = |pid: i32| all.iter().any(|process| process.pid == pid);
        let guardian = all.iter().find(|process| process.name.starts_with("tincans") && !is_ours(process.parent));
        let is_keeper = |process: &Process| process.session == process.pid;
        let child =
            |guardian: &Process| all.iter().find(|process| process.parent == guardian.pid && !is_keeper(process));
        found = guardian.and_then(|guardian| Some((guardian.pid, child(guardian)?.pid)));
        found.is_some()
    });
    assert!(is_there, "it does not start:\n{}", pty.screen());
    found.expect("both")
}

/// What else happens on a bench before the kill: a name, another size.
fn use_bench(pty: &mut Pty, random: &mut Random) {
    if random.below(2) == 0 {
        // Before all is there Esc may leave, where it takes long.
        pty.wait("the bench", |screen| screen.contains("child2 idle"));
        pty.type_bytes(b"\x1b");
        // A `:` that is read together with Esc is another key.
        pty.wait("the keys after Esc", |screen| screen.contains("quit"));
        pty.type_bytes(b":socket stream s\r:bind s name\r");
        pty.wait("a name", |screen| screen.contains("bind("));
    }
    if random.below(2) == 0 {
        // Before all is there Esc may leave, where it takes long.
        pty.wait("the bench", |screen| screen.contains("child2 idle"));
        pty.resize([(20, 70), (30, 90), (20, 90), (30, 70)][random.below(4)]);
        pty.pump_for(Duration::from_micros(random.below(60_000) as u64));
    }
}

/// Whether anything that a frame of the bench draws is on the screen.
fn shows_frame(screen: &str) -> bool {
    screen.contains(['│', '╭', '╰', '─'])
}

/// Kills once; what was then not as it has to be.
fn kill_once(victim: Victim, form: Form, below: Below, random: &mut Random) -> Vec<Fault> {
    let place = Place::new();
    let mut pty = start(below, &place);
    let terminal = ShellTerminal::of(&mut pty, &place, below);
    let arguments = match form {
        Form::Bench => "",
        Form::Run => " run s.tin",
        Form::Check => concat!(" check ", env!("CARGO_MANIFEST_DIR"), "/lessons/en/"),
    };
    pty.type_bytes(format!("\"$BIN\"{arguments}\r").as_bytes());
    let (guardian, ui) = first_two(&mut pty);
    pty.pump_for(Duration::from_micros(random.below(200_000) as u64));
    if form == Form::Bench {
        use_bench(&mut pty, random);
    }
    let victims = match victim {
        Victim::Ui => vec![ui],
        Victim::Guardian => vec![guardian],
        Victim::Both if random.below(2) == 0 => vec![ui, guardian],
        Victim::Both => vec![guardian, ui],
    };
    for pid in victims {
        // The other one may be gone by now.
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), Signal::SIGKILL);
    }
    let mut faults = faults_after(&mut pty, &terminal);
    if victim == Victim::Both {
        // Nobody was left who could have removed it.
        sweep(&place);
    }
    faults.extend((!place.folders().is_empty()).then_some(Fault::Folder));
    if !faults.is_empty() {
        let (alive, modes, folders) = (of_program(&pty), terminal.differences(&pty), place.folders());
        eprintln!(
            "{victim:?}, {form:?}, below {below:?}: {faults:?}: {alive:?} {modes:?} {folders:?}\n{}",
            pty.screen()
        );
    }
    end(&mut pty, &place);
    faults
}

/// What is not as before once the program was killed.
fn faults_after(pty: &mut Pty, terminal: &ShellTerminal) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, fault| faults.extend((!holds).then_some(fault));
    expect(pump_until(pty, |pty| of_program(pty).is_empty()), Fault::Alive);
    let zombies = |pty: &Pty| processes::descendants(pty.leader()).into_iter().any(|process| process.state == 'Z');
    expect(pump_until(pty, |pty| !zombies(pty)), Fault::Zombie);
    pty.type_bytes(b"echo st=$?.\r");
    let is_told = |screen: &str| screen.contains("st=137.") || screen.contains("st=143.");
    expect(pump_until(pty, |pty| is_told(&pty.screen())), Fault::Status);
    expect(pump_within(SOON, pty, |pty| !shows_frame(&pty.screen())), Fault::Frame);
    expect(pump_within(SOON, pty, |pty| terminal.differences(pty).is_empty()), Fault::Modes);
    faults
}

/// The next run removes what nobody was left to remove.
fn sweep(place: &Place) {
    let mut next = Command::new(program());
    next.args(["run", "-"]).env("TMPDIR", &place.temporary).stdin(Stdio::null()).stdout(Stdio::null());
    assert!(next.status().expect("it starts").success());
}

/// The shell, and what it has started.
fn end(pty: &mut Pty, place: &Place) {
    if Path::new(&place.root.path().join("socket")).exists() {
        let mut end = Command::new("tmux");
        let _ = end.args(["-S", "socket", "kill-server"]).current_dir(place.root.path()).stderr(Stdio::null()).status();
    }
    for process in pty.mark.bearers() {
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(process.pid), Signal::SIGKILL);
    }
}

/// What came of the kills of one combination.
#[derive(Debug, Default)]
struct Figures {
    kills: u64,
    faults: BTreeMap<Fault, u64>,
}

#[test]
fn nothing_stays_of_any_process_that_is_killed_wherever_it_runs() {
    let (runs, seed) = (number("TINCANS_RUNS").unwrap_or(RUNS), number("TINCANS_SEED").unwrap_or(1));
    let mut random = Random::new(seed);
    let below: Vec<Below> = ALL_BELOW.into_iter().filter(|below| below.is_there()).collect();
    let mut combinations = Vec::new();
    for victim in [Victim::Ui, Victim::Guardian, Victim::Both] {
        for form in [Form::Bench, Form::Run, Form::Check] {
            combinations.extend(below.iter().map(|below| (victim, form, *below)));
        }
    }
    let only = std::env::var("TINCANS_ONLY").unwrap_or_default();
    combinations.retain(|combination| only.split(' ').all(|word| format!("{combination:?}").contains(word)));
    let mut figures: BTreeMap<_, Figures> = BTreeMap::new();
    let mut deck = Vec::new();
    for turn in 0..runs {
        if deck.is_empty() {
            deck.clone_from(&combinations);
        }
        let (victim, form, below) = deck.swap_remove(random.below(deck.len()));
        let outcome = catch_unwind(AssertUnwindSafe(|| kill_once(victim, form, below, &mut random)));
        let of_cell = figures.entry((victim, form, below)).or_default();
        of_cell.kills += 1;
        for fault in outcome.unwrap_or_else(|_| vec![Fault::NoKill]) {
            *of_cell.faults.entry(fault).or_default() += 1;
        }
        if (turn + 1) % 50 == 0 {
            let faults: u64 = figures.values().flat_map(|cell| cell.faults.values()).sum();
            eprintln!("{} kills, {} combinations, {faults} faults", turn + 1, figures.len());
        }
    }
    for ((victim, form, below), cell) in &figures {
        eprintln!("{victim:?} {form:?} {}: {} kills, faults {:?}", below.0[0], cell.kills, cell.faults);
    }
    assert!(figures.values().all(|cell| cell.faults.is_empty()), "{figures:?}");
}
