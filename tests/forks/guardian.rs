//! The guardian around UIs that end badly: started with a case, it is the guarded program; started without, it runs itself in a
//! terminal for each case.

use std::io::Write;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::support::pty::{Pty, modes_left_on};
use crate::support::{PATIENCE, until};
use nix::sys::signal::{SigSet, Signal, raise};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use tincans::guardian::{self, Terminal};

const CASE: &str = "TINCANS_GUARDIAN_CASE";
/// What a case says that waits for Ctrl-C.
const TYPE_NOW: &str = "type now";
/// Everything that a UI may switch on.
const ALL_MODES: &str = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1015h\x1b[?1006h\x1b[?1004h\x1b[>1u\x1b[?2026h";

/// How a UI ends, and the exit status that is to come of it.
struct Case {
    name: &'static str,
    status: i32,
    ui: fn() -> u8,
}

const CASES: &[Case] = &[
    Case {
        name: "a_panic_is_status_2_and_says_what_a_report_needs",
        status: 2,
        ui: || {
            tincans::crash::install().expect("nothing is installed yet");
            panic!("on purpose")
        },
    },
    Case {
        name: "a_panic_while_panicking_is_sigabrt",
        status: 134,
        ui: || {
            let _again = PanicsWhenDropped;
            panic!("on purpose")
        },
    },
    Case { name: "leaving_without_cleaning_up_is_cleaned_up_after", status: 1, ui: || 1 },
    Case { name: "a_deadly_signal_is_128_and_its_number", status: 132, ui: || die_of(Signal::SIGILL) },
    Case { name: "a_real_time_signal_is_128_and_its_number", status: 128 + 37, ui: || die_of_number(37) },
    Case { name: "sigkill_is_137", status: 137, ui: || die_of(Signal::SIGKILL) },
    Case { name: "a_key_that_comes_before_the_fork_is_not_swallowed", status: 130, ui: wait_for_ctrl_c },
    Case {
        name: "children_that_outlive_the_ui_are_killed_and_reaped",
        status: 0,
        ui: || {
            // The lifeline's work is not done here: these have none.
            for script in ["sleep 1000", "trap '' TERM HUP; sleep 1000 & wait", "(sleep 1000 &) ; kill -STOP $$"] {
                let child = Command::new("sh").args(["-c", script]).spawn();
                drop(child.expect("sh starts"));
            }
            std::thread::sleep(Duration::from_millis(100));
            0
        },
    },
];

/// It is blocked as the guardian has it just before the fork; see [`key_before_the_fork`].
fn wait_for_ctrl_c() -> u8 {
    SigSet::from(Signal::SIGINT).thread_unblock().expect("a mask");
    std::thread::sleep(PATIENCE);
    0
}

/// Ctrl-C is typed, and waits for a program that is about to fork.
fn key_before_the_fork() {
    SigSet::from(Signal::SIGINT).thread_block().expect("a mask");
    print!("{TYPE_NOW}");
    std::io::stdout().flush().expect("the terminal takes it");
    let is_pending = || {
        let status = std::fs::read_to_string("/proc/self/status").expect("/proc is there");
        let set = status.lines().find_map(|line| line.strip_prefix("ShdPnd:")).expect("it is told");
        u64::from_str_radix(set.trim(), 16).expect("a set") & 0b10 != 0
    };
    assert!(until(PATIENCE, is_pending).is_some(), "no Ctrl-C came");
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("on purpose too");
    }
}

/// Of one that has no name.
fn die_of_number(signal: i32) -> u8 {
    let pid = std::process::id().to_string();
    let status = Command::new("sh").args(["-c", &format!("kill -{signal} {pid}")]).status().expect("sh starts");
    u8::from(status.success())
}

fn die_of(signal: Signal) -> u8 {
    raise(signal).expect("raise");
    0
}

/// The guarded program: everything switched on, then the case's end.
fn guarded(case: &Case) -> ExitCode {
    if case.name.contains("key") {
        key_before_the_fork();
    }
    let status = guardian::run(Terminal::Changed, || {
        let mut modes = tcgetattr(std::io::stdin()).expect("a terminal");
        cfmakeraw(&mut modes);
        tcsetattr(std::io::stdin(), SetArg::TCSANOW, &modes).expect("raw mode");
        print!("{ALL_MODES}");
        std::io::stdout().flush().expect("the terminal takes it");
        (case.ui)()
    });
    ExitCode::from(status.expect("a guardian"))
}

fn check(case: &Case) {
    let mut command = Command::new(std::env::current_exe().expect("this file"));
    command.env(CASE, case.name);
    let mut pty = Pty::start_command((24, 80), command);
    if case.name.contains("key") {
        pty.wait("the program that waits for a key", |screen| screen.contains(TYPE_NOW));
        pty.type_bytes(b"\x03");
    }
    assert_eq!(pty.status(), case.status, "{}:\n{}", case.name, pty.screen());
    assert!(pty.has_its_modes_back(), "{}: termios", case.name);
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new(), "{}", case.name);
    if case.name.contains("report") {
        // The terminal's lines are 80 columns wide; words stay whole.
        let said: Vec<String> = String::from_utf8_lossy(pty.bytes()).split_whitespace().map(str::to_owned).collect();
        let said = said.join(" ");
        let version = concat!("tincans ", env!("CARGO_PKG_VERSION"));
        for wanted in ["on purpose", "Please report it", version, "Linux ", "tincans --plain"] {
            assert!(said.contains(wanted), "{}: {wanted} is not in {said}", case.name);
        }
    }
    let modes = String::from_utf8_lossy(pty.bytes()).into_owned();
    assert!(modes.contains(ALL_MODES), "{}", case.name);
    assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{}: {:?}", case.name, pty.left());
}

pub fn all() -> ExitCode {
    if let Ok(name) = std::env::var(CASE) {
        return CASES.iter().find(|case| case.name == name).map_or(ExitCode::FAILURE, guarded);
    }
    for case in CASES {
        check(case);
        println!("test {} ... ok", case.name);
    }
    ExitCode::SUCCESS
}
