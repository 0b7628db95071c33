//! Job control under a real shell: Ctrl-Z, `fg`, `bg`, stops from outside, and what they leave of the terminal and the children.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::processes::{self, Process, send};
use crate::support::pty::{Pty, modes_left_on};
use crate::support::{PATIENCE, until};
use nix::sys::signal::Signal;

/// A shell with job control and without an editor of its own, whose modes would be mistaken for the program's.
struct Shell {
    pty: Pty,
}

impl Shell {
    /// None where there is no bash.
    fn start() -> Option<Self> {
        if Command::new("bash").arg("--version").output().is_err() {
            eprintln!("skipped: there is no bash");
            return None;
        }
        let mut shell = Command::new("bash");
        shell.args(["--norc", "--noprofile", "--noediting", "-i"]);
        shell.env("PS1", "ready> ").env("BIN", env!("CARGO_BIN_EXE_tincans"));
        let mut pty = Pty::start_command((24, 80), shell);
        pty.wait("a prompt", |screen| screen.contains("ready>"));
        Some(Self { pty })
    }

    fn types(&mut self, text: &str) {
        self.pty.type_bytes(text.as_bytes());
    }

    fn waits_for_the_bench(&mut self) {
        self.pty.wait("the bench", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    }

    fn open_bench(&mut self) {
        self.types("\"$BIN\"\r");
        self.waits_for_the_bench();
    }

    /// A statement at the prompt of the program.
    fn states(&mut self, text: &str, shows: &str) {
        self.types("\x1b");
        self.pty.pump_for(Duration::from_millis(60));
        self.types(&format!(":{text}\r"));
        self.pty.wait(shows, |screen| screen.contains(shows));
    }

    fn waits_for_the_shell(&mut self) {
        self.pty.wait("the shell again", |screen| !screen.contains("SOCK_STREAM") && screen.contains("Stopped"));
        // Its prompt comes last.
        self.pty.wait("a prompt", |screen| screen.trim_end().ends_with("ready>"));
        self.is_as_before();
    }

    /// Asks the shell for its jobs until it says that the program is stopped. The guardian is traced: `/proc` has it as stopped while its
    /// tracer still looks at the signal, and the shell is told only after that.
    fn hears_that_it_is_stopped(&mut self) {
        let start = Instant::now();
        while !self.pty.screen().contains("Stopped") {
            assert!(start.elapsed() < PATIENCE, "the shell does not hear of it:\n{}", self.pty.screen());
            self.types("clear; jobs\r");
            self.pty.pump(Duration::from_millis(100));
        }
    }

    fn is_as_before(&self) {
        assert!(self.pty.has_its_modes_back(), "termios\n{}", self.pty.screen());
        assert_eq!(modes_left_on(self.pty.bytes()), Vec::<String>::new());
    }

    /// The program's processes, the guardian first, then the UI, then `parent`; without the keeper, which leads a session below the
    /// guardian and never stops.
    fn program(&self) -> Vec<Process> {
        let mut found = processes::descendants(self.pty.leader());
        found.retain(|process| process.name == "tincans");
        let guardian = found.iter().map(|process| process.pid).min();
        found.retain(|process| Some(process.parent) != guardian || process.session != process.pid);
        found.sort_by_key(|process| process.pid);
        found
    }

    fn guardian(&self) -> i32 {
        self.program()[0].pid
    }

    fn ui(&self) -> i32 {
        processes::children_of_session(self.guardian())[0].pid
    }

    /// Leaves the program by Ctrl-C, and the shell.
    fn ends(mut self) {
        self.types("\x03");
        self.pty.wait("the shell at last", |screen| {
            !screen.contains("SOCK_STREAM") && screen.trim_end().ends_with("ready>")
        });
        self.types("echo status=$?\r");
        self.pty.wait("the status", |screen| screen.contains("status=0"));
        self.is_as_before();
        assert!(until(PATIENCE, || self.program().is_empty()).is_some(), "{:?}", self.program());
        self.types("exit\r");
        self.pty.status();
    }
}

/// Their letters, as proc_pid_stat(5) has them, in a row; the guardian, which the keeper traces, has a small one where it is stopped.
fn states_of(processes: &[Process]) -> String {
    let state = |process: &Process| processes::read(process.pid).map_or('-', |now| now.state.to_ascii_uppercase());
    processes.iter().map(state).collect()
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_all_stand_still() {
    let Some(mut shell) = Shell::start() else { return };
    shell.open_bench();
    // One the learner has stopped, two throw a message to and fro without end.
    shell.states("stop child1", "SIGSTOP");
    // Who is in a session of its own stands still with the others.
    shell.states("child2: setsid", "setsid()");
    for endless in ["child2: echo post[1]", "ping post[0] 64 1000000000"] {
        shell.types("\x1b");
        shell.pty.pump_for(Duration::from_millis(60));
        shell.types(&format!(":{endless}\r"));
    }
    shell.pty.pump_for(Duration::from_millis(300));
    for turn in 0..3 {
        shell.types("\x1a");
        shell.pty.wait("words", |screen| screen.contains("processes with it; fg goes on"));
        shell.waits_for_the_shell();
        let all = shell.program();
        assert_eq!(all.len(), 5, "{all:?}");
        assert!(until(PATIENCE, || states_of(&all) == "TTTTT").is_some(), "{}", states_of(&all));
        shell.types("fg\r");
        shell.waits_for_the_bench();
        shell.pty.wait("words", |screen| screen.contains("stood still meanwhile"));
        let stopped = all.iter().filter(|process| states_of(&[(*process).clone()]) == "T").count();
        assert_eq!(stopped, 1, "turn {turn}: only what the learner stopped: {}", states_of(&all));
    }
    shell.types("\x1b");
    shell.pty.pump_for(Duration::from_millis(60));
    shell.types(":cont child1\r");
    shell.pty.wait("that it goes on", |screen| screen.contains("child1 idle"));
    assert!(!states_of(&shell.program()).contains('T'));
    shell.ends();
}

#[test]
fn a_stop_that_is_on_its_way_is_the_learners() {
    let Some(mut shell) = Shell::start() else { return };
    shell.open_bench();
    shell.types("\x1b");
    shell.pty.pump_for(Duration::from_millis(60));
    // Both keys in one read.
    shell.types("s\x1a");
    shell.waits_for_the_shell();
    shell.types("fg\r");
    shell.waits_for_the_bench();
    shell.pty.wait("that child1 is stopped", |screen| screen.contains("SIGSTOP"));
    let states = states_of(&shell.program());
    assert_eq!(states.matches('T').count(), 1, "{states}");
    shell.ends();
}

#[test]
fn in_the_background_it_waits_for_the_terminal() {
    let Some(mut shell) = Shell::start() else { return };
    shell.open_bench();
    for _ in 0..3 {
        shell.types("\x1a");
        shell.waits_for_the_shell();
        shell.types("bg; clear\r");
        shell.pty.wait("a clear screen", |screen| !screen.contains("fg goes on"));
        let all = shell.program();
        assert!(until(PATIENCE, || states_of(&all) == "TTTTT").is_some(), "{}", states_of(&all));
        shell.hears_that_it_is_stopped();
        shell.is_as_before();
        shell.types("fg\r");
        shell.waits_for_the_bench();
    }
    shell.ends();
}

#[test]
fn started_in_the_background_it_waits_until_it_is_wanted() {
    let Some(mut shell) = Shell::start() else { return };
    shell.types("\"$BIN\" &\r");
    let is_stopped = |shell: &Shell| states_of(&shell.program()) == "T";
    assert!(until(PATIENCE, || is_stopped(&shell)).is_some(), "{}", states_of(&shell.program()));
    shell.hears_that_it_is_stopped();
    shell.types("fg\r");
    shell.waits_for_the_bench();
    shell.ends();
}

#[test]
fn a_stop_from_outside_is_a_ctrl_z() {
    let Some(mut shell) = Shell::start() else { return };
    shell.open_bench();
    for turn in 0..6 {
        let (guardian, ui) = (shell.guardian(), shell.ui());
        let to = [guardian, ui, -guardian][turn % 3];
        send(to, Signal::SIGTSTP);
        shell.waits_for_the_shell();
        let all = shell.program();
        assert!(until(PATIENCE, || states_of(&all) == "TTTTT").is_some(), "{}", states_of(&all));
        shell.types("clear; fg\r");
        shell.waits_for_the_bench();
        // It was asked once, and stops once.
        shell.pty.pump(Duration::from_millis(100));
        let states = states_of(&all);
        assert!(!states.contains('T'), "turn {turn}: {states}\n{}", shell.pty.screen());
    }
    shell.ends();
}

#[test]
fn after_a_sigstop_nobody_could_hear_of_the_modes_are_set_again() {
    let Some(mut shell) = Shell::start() else { return };
    shell.open_bench();
    for turn in 0..6 {
        let (guardian, ui) = (shell.guardian(), shell.ui());
        let to = [-guardian, ui, guardian][turn % 3];
        send(to, Signal::SIGSTOP);
        shell.pty.wait("the shell's word", |screen| screen.contains("Stopped"));
        if to == ui {
            // The guardian has heard of it, and has given the screen back.
            shell.waits_for_the_shell();
        }
        shell.types("clear; fg\r");
        shell.waits_for_the_bench();
        // In cooked mode neither Esc nor a letter would come through before a line is complete.
        shell.pty.pump_for(Duration::from_millis(100));
        shell.types(&format!("word{turn}"));
        shell.pty.wait("the word", |screen| screen.contains(&format!("all  word{turn}")));
        shell.types("\x15");
        shell.pty.wait("that it is deleted", |screen| !screen.contains(&format!("word{turn}")));
    }
    shell.states("stop child1", "SIGSTOP");
    // Cooked, Ctrl-C would be a SIGINT and the status 130.
    shell.ends();
}

#[test]
fn a_script_around_it_stops_too() {
    let Some(mut shell) = Shell::start() else { return };
    shell.types("sh -c '\"$BIN\"; echo inner=$?'; echo status=$?\r");
    shell.waits_for_the_bench();
    shell.types("\x1a");
    shell.waits_for_the_shell();
    shell.types("fg\r");
    shell.waits_for_the_bench();
    shell.types("\x03");
    shell.pty.wait("both statuses", |screen| screen.contains("inner=0"));
    shell.is_as_before();
    shell.types("exit\r");
    shell.pty.status();
}

#[test]
fn where_nobody_could_say_fg_nothing_stops() {
    // Leading its session, and below a shell that leads it.
    let leader = Pty::start_command((24, 80), Command::new(env!("CARGO_BIN_EXE_tincans")));
    for mut pty in [leader, Pty::start((24, 80))] {
        pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
        for from_outside in [false, true] {
            if from_outside {
                send(pty.ui(), Signal::SIGTSTP);
            } else {
                pty.type_bytes(b"\x1a");
            }
            pty.wait("the reason", |screen| screen.contains("no shell is behind this"));
            pty.type_bytes(b"word");
            pty.wait("life", |screen| screen.contains("all  word"));
            pty.type_bytes(b"\x15");
        }
        pty.type_bytes(b"\x03");
        assert_eq!(pty.status(), 0);
        assert!(pty.has_its_modes_back());
        assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new());
    }
}

#[test]
fn whatever_is_killed_while_all_are_stopped_nothing_stays() {
    for turn in 0..4 {
        let Some(mut shell) = Shell::start() else { return };
        shell.open_bench();
        shell.types("\x1a");
        shell.waits_for_the_shell();
        let (all, guardian, ui) = (shell.program(), shell.guardian(), shell.ui());
        match turn {
            0 => send(ui, Signal::SIGKILL),
            1 => send(guardian, Signal::SIGKILL),
            2 => shell.types("kill %1\r"),
            // bash says once that there are stopped jobs.
            _ => shell.types("exit\rexit\r"),
        }
        let is_gone = |process: &Process| processes::read(process.pid).is_none_or(|now| matches!(now.state, 'Z' | 'X'));
        // A stopped guardian reaps when it goes on.
        let of_agents = || all.iter().filter(|process| ![guardian, ui].contains(&process.pid)).all(is_gone);
        assert!(until(PATIENCE, of_agents).is_some(), "turn {turn}: {}", states_of(&all));
        if turn == 0 {
            shell.types("fg; echo status=$?\r");
            shell.pty.wait("the status", |screen| screen.contains("status=137"));
        }
        let left = || all.iter().all(|process| processes::read(process.pid).is_none_or(|now| now.parent == 1));
        assert!(until(PATIENCE, left).is_some(), "turn {turn}: {}", states_of(&all));
        assert!(until(PATIENCE, || all.iter().all(is_gone)).is_some(), "turn {turn}: {}", states_of(&all));
        shell.is_as_before();
        if turn < 3 {
            shell.types("exit\r");
            shell.pty.status();
        }
    }
}
