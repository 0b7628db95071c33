//! One system call denied at a time in the terminal: the UI comes or says why not, and can be left.

use crate::support::PATIENCE;
use crate::support::denied::{CALLS, ERRNOS, program_denied};
use crate::support::pty::{Pty, modes_left_on};
use crate::support::until;

/// Without these there is no terminal for the test either.
const NOT_HERE: [&str; 1] = ["ioctl"];
/// By these guardian and keeper end each other, once there is a bench.
const OF_GUARDIAN: [&str; 2] = ["kill", "waitid"];

#[test]
fn whichever_call_is_denied_the_ui_comes_or_says_why_and_can_be_left() {
    // Ctrl-C comes while the program starts, unless somebody has the time for all of it.
    let wants_all = std::env::var_os("TINCANS_ALL").is_some();
    for (call, number) in CALLS.iter().filter(|(call, _)| !NOT_HERE.contains(call)) {
        for errno in ERRNOS {
            let state = tempfile::tempdir().expect("a folder");
            let mut command = program_denied(*number, errno);
            command
                .env("XDG_STATE_HOME", state.path())
                .env("XDG_CONFIG_HOME", state.path())
                .env("TERM", "xterm-256color");
            let mut pty = Pty::start_command((24, 80), command);
            if wants_all || OF_GUARDIAN.contains(call) {
                // Not before the bench is there, or the reason why there is none.
                let is_there = until(PATIENCE, || {
                    pty.take_in_within(std::time::Duration::from_millis(5));
                    pty.screen().contains("Enter: send") || pty.has_left()
                });
                assert!(is_there.is_some(), "{call}, {errno}: no bench:\n{}", pty.screen());
                let is_its_own = pty.has_left() || !pty.has_its_modes_back();
                assert!(is_its_own, "{call}, {errno}: it draws without its modes");
            }
            pty.type_bytes(b"\x03");
            let has_left = until(PATIENCE, || {
                pty.take_in_within(std::time::Duration::from_millis(1));
                pty.has_left()
            });
            assert!(has_left.is_some(), "{call}, {errno}: it stays:\n{}", pty.screen());
            let status = pty.status();
            let told = pty.screen();
            // 130: the terminal's own Ctrl-C, before the program has taken the keyboard.
            assert!(matches!(status, 0..=2 | 130), "{call}, {errno}: {status}\n{told}");
            // A person's own Ctrl-C, or the reason.
            let reasons = ["EPERM", "ENOSYS", "not permitted", "not implemented"];
            assert!(
                matches!(status, 0 | 130) || reasons.iter().any(|reason| told.contains(reason)),
                "{call}, {errno}:\n{told}"
            );
            assert!(pty.has_its_modes_back(), "{call}, {errno}: termios");
            assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new(), "{call}, {errno}");
            assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{call}, {errno}: {:?}", pty.left());
        }
    }
}
