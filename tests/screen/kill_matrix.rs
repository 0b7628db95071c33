//! `kill -9` of UI, guardian or both, of a bench, a run or a check, below different shells and terminals, at random moments: nobody
//! is alive after it, no zombie, no folder, and the shell has its terminal. `TINCANS_RUNS` says how often, `TINCANS_SEED` from where on,
//! `TINCANS_PROGRAM` which binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::processes::{self, Process};
use crate::support::pty::Pty;
use crate::support::random::Random;
use crate::support::{PATIENCE, number, program, until};

const RUNS: u64 = 30;
/// Names a file, so that there is a folder; leaves an orphan, a sleeper and a stopped task.
const SCRIPT: &str = "socket stream s\nbind s name\nfork a\na: fork orphan\na: exit\nchannel stream x b\nb: read x[1]\nfork c\nstop c\nsleep 600000\n";

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Ui,
    Guardian,
    Both,
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
    shell.env("PS1", "ready> ").env("ENV", "").env("SHELL", "/bin/sh").env("BIN", program()).env_remove("TMUX");
    for variable in ["XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
        shell.env(variable, place.root.path().join("own"));
    }
    let mut pty = Pty::start_command((24, 80), shell);
    pty.wait("a prompt", |screen| screen.contains("ready>"));
    pty
}

/// The program's processes, and what it has started to compile C with.
fn of_program(pty: &Pty) -> Vec<Process> {
    let ours = |process: &Process| process.name.starts_with("tincans") || process.name.starts_with("cc");
    pty.mark.bearers().into_iter().filter(ours).collect()
}

/// Guardian and UI, once both are there.
fn first_two(pty: &mut Pty) -> (i32, i32) {
    let mut found = None;
    let is_there = until(PATIENCE, || {
        pty.pump_for(Duration::from_millis(1));
        let all = of_program(pty);
        let is_ours = |pid: i32| all.iter().any(|process| process.pid == pid);
        let guardian = all.iter().find(|process| process.name.starts_with("tincans") && !is_ours(process.parent));
        found = guardian.and_then(|guardian| {
            let child = processes::children(guardian.pid).into_iter().next()?;
            Some((guardian.pid, child.pid))
        });
        found.is_some()
    });
    assert!(is_there.is_some(), "it does not start:\n{}", pty.screen());
    found.expect("both")
}

fn kill_once(victim: Victim, form: Form, below: Below, random: &mut Random) {
    let what = format!("{victim:?}, {form:?}, below {below:?}");
    let place = Place::new();
    let mut pty = start(below, &place);
    let arguments = match form {
        Form::Bench => "",
        Form::Run => " run s.tin",
        Form::Check => concat!(" check ", env!("CARGO_MANIFEST_DIR"), "/lessons/en/"),
    };
    pty.type_bytes(format!("\"$BIN\"{arguments}\r").as_bytes());
    let (guardian, ui) = first_two(&mut pty);
    pty.pump_for(Duration::from_micros(random.below(200_000) as u64));
    if form == Form::Bench && random.below(2) == 0 {
        pty.wait("the bench", |screen| screen.contains("SOCK_DGRAM"));
        pty.escape();
        pty.type_bytes(b":socket stream s\r:bind s name\r");
        pty.wait("a name", |screen| screen.contains("bind("));
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
    let is_gone = until(PATIENCE, || {
        pty.pump_for(Duration::from_millis(2));
        of_program(&pty).is_empty()
    });
    assert!(is_gone.is_some(), "{what}: alive: {:?}", of_program(&pty));
    let zombies = |pty: &Pty| processes::descendants(pty.leader()).into_iter().any(|process| process.state == 'Z');
    assert!(until(PATIENCE, || !zombies(&pty)).is_some(), "{what}: a zombie");
    if victim == Victim::Both {
        // Nobody was left who could have removed it, or have brought the terminal back.
        sweep(&place);
    } else {
        pty.type_bytes(b"echo st=$?.\r");
        pty.wait(&format!("the shell: {what}"), |screen| screen.contains("st=137.") || screen.contains("st=143."));
    }
    assert_eq!(place.folders(), Vec::<PathBuf>::new(), "{what}: folders");
    end(&mut pty, &place);
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

#[test]
fn whoever_is_killed_wherever_it_runs_nothing_stays() {
    let (runs, seed) = (number("TINCANS_RUNS").unwrap_or(RUNS), number("TINCANS_SEED").unwrap_or(1));
    let mut random = Random::new(seed);
    let below: Vec<Below> = ALL_BELOW.into_iter().filter(|below| below.is_there()).collect();
    let mut counts = BTreeMap::new();
    for turn in 0..runs {
        let victim = [Victim::Ui, Victim::Guardian, Victim::Both][random.below(3)];
        let form = [Form::Bench, Form::Run, Form::Check][random.below(3)];
        let below = below[random.below(below.len())];
        kill_once(victim, form, below, &mut random);
        *counts.entry((victim, form, below)).or_insert(0) += 1;
        if (turn + 1) % 100 == 0 {
            eprintln!("{} kills, {} combinations, nothing left", turn + 1, counts.len());
        }
    }
    eprintln!("{runs} kills: {counts:?}");
}
