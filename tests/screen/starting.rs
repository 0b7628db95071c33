//! Signals while the program starts: none of them is swallowed, whatever it does at that moment. `TINCANS_RUNS` says how often,
//! `TINCANS_SEED` from where on, `TINCANS_PROGRAM` which binary.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::processes::send;
use crate::support::pty::{Pty, modes_left_on};
use crate::support::random::Random;
use crate::support::{PATIENCE, number, program, until};

const RUNS: u64 = 60;
/// The latest moment after the start, microseconds.
const LATEST: usize = 30_000;

#[test]
fn no_signal_is_swallowed_at_the_start() {
    let (runs, seed) = (number("TINCANS_RUNS").unwrap_or(RUNS), number("TINCANS_SEED").unwrap_or(1));
    let mut random = Random::new(seed);
    for turn in 0..runs {
        let signal = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT][random.below(4)];
        let after = Duration::from_micros(1000 + random.below(LATEST) as u64);
        let mut pty = Pty::start_command((24, 80), std::process::Command::new(program()));
        std::thread::sleep(after);
        send(pty.leader(), signal);
        let what = format!("turn {turn}, {signal} after {after:?}");
        // A signal that nobody has taken leaves a program that waits for keys: for ever.
        let expected = 128 + signal as i32;
        let status = pty.status();
        assert_eq!(status, expected, "{what}\n{}", pty.screen());
        assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{what}: {:?}", pty.left());
        assert!(pty.has_its_modes_back(), "{what}: termios");
        assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new(), "{what}");
    }
}
