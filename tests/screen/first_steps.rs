//! The six steps that lead a newcomer on, taken with nothing but what the screen says; and that what is refused stays so.

use std::path::Path;

use crate::support::pty::{Pty, Size, unwelcome};

/// The screens at which every step has to be told.
const SIZES: [Size; 5] = [(18, 60), (24, 80), (36, 120), (45, 160), (60, 200)];

fn start(size: Size, state: &Path) -> Pty {
    let mut pty = Pty::start_with(size, &[], |command| _ = command.env("XDG_STATE_HOME", state));
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty
}

fn leave(mut pty: Pty) {
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert_eq!(unwelcome(pty.bytes()), [""; 0]);
}

/// Waits until this step is offered, with the key that refuses it, and no other is.
fn offered(pty: &mut Pty, number: usize, words: &str) {
    pty.wait(&format!("step {number}"), |screen| {
        let is_it = |line: &&str| {
            (line.contains(&format!("step {number} of 6  ")) || line.contains(&format!("{number}/6 ")))
                && line.contains(words)
                && line.contains("Ctrl-N: skip")
        };
        screen.lines().filter(is_it).count() == 1 && screen.matches(": skip").count() == 1
    });
}

#[test]
fn six_steps_lead_from_a_word_to_the_lessons_at_every_size() {
    for size in SIZES {
        let state = tempfile::tempdir().expect("a folder");
        let mut pty = start(size, state.path());
        offered(&mut pty, 1, "three words, Enter");
        for word in ["one\r", "two\r", "three\r"] {
            pty.type_bytes(word.as_bytes());
        }
        offered(&mut pty, 2, "Enter");
        pty.type_bytes(b"\r");
        offered(&mut pty, 3, "Esc, then k: kill the child");
        pty.escape();
        pty.type_bytes(b"k");
        offered(&mut pty, 4, "p: ");
        pty.type_bytes(b"p");
        offered(&mut pty, 5, "Tab k: ");
        // A view that covers the bench does not cover the step.
        pty.type_bytes(b"z");
        pty.wait("the X-ray", |screen| !screen.contains(" trace "));
        offered(&mut pty, 5, "Tab k: ");
        pty.type_bytes(b"z\tk");
        offered(&mut pty, 6, "l: the lessons");
        pty.type_bytes(b"l");
        pty.wait("the lessons", |screen| screen.contains("Enter take it"));
        pty.escape();
        pty.wait("the bench", |screen| screen.contains("l lessons") && !screen.contains(": skip"));
        leave(pty);
        // Done once, they are not offered again.
        let pty = start(size, state.path());
        assert!(!pty.screen().contains(": skip"), "{}", pty.screen());
        leave(pty);
    }
}

#[test]
fn a_step_that_is_refused_is_not_offered_again_at_the_next_start() {
    let state = tempfile::tempdir().expect("a folder");
    let mut pty = start((24, 80), state.path());
    offered(&mut pty, 1, "three words");
    pty.type_bytes(b"\x0e");
    offered(&mut pty, 2, "Enter");
    pty.escape();
    pty.type_bytes(b"\x0e");
    offered(&mut pty, 3, "k: kill the child");
    leave(pty);
    let mut pty = start((24, 80), state.path());
    offered(&mut pty, 3, "Esc, then k: kill the child");
    for _ in 3..=6 {
        pty.type_bytes(b"\x0e");
    }
    pty.wait("that there are no more", |screen| screen.contains("no more first steps; ? shows every key"));
    leave(pty);
    let pty = start((24, 80), state.path());
    assert!(!pty.screen().contains(": skip"), "{}", pty.screen());
    leave(pty);
}

#[test]
fn what_poll_says_is_shown_of_every_channel_that_a_tall_screen_lists() {
    let state = tempfile::tempdir().expect("a folder");
    let mut pty = start((45, 160), state.path());
    pty.type_bytes(b"one\r");
    // The first channel has the focus all the time; the message waits in both.
    let bits = |screen: &str, end: &str| {
        let line = screen.lines().find(|line| line.contains(&format!("{end}  child")) && line.contains('@'));
        line.map(|line| line.split_whitespace().last().unwrap_or_default().to_owned())
    };
    pty.wait("what waits can be read", |screen| {
        ["wire[1]", "post[1]"].iter().all(|end| bits(screen, end).as_deref() == Some("POLLIN|POLLOUT"))
    });
    leave(pty);
}
