//! From a key to its letter on the screen, through a pty: on a quiet bench, and with a flood running beside it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::keys::SIZE;
use crate::support::pty::Pty;

/// Keys that are timed.
const KEYS: usize = 400;
/// Bytes of the writes of the flood that runs beside.
const PAYLOAD: usize = 64;

/// Milliseconds of each key, shortest first.
pub fn measure(has_flood: bool) -> Vec<f64> {
    let mut pty = Pty::start_with(SIZE, &[], |command| {
        command.env_remove("NO_COLOR").env("COLORTERM", "truecolor");
    });
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    if has_flood {
        for statement in ["child1: drain wire[1]", &format!("flood wire[0] {PAYLOAD} 1000000000")] {
            pty.type_bytes(b"\x1b");
            pty.pump_for(Duration::from_millis(100));
            pty.type_bytes(format!(":{statement}\r").as_bytes());
        }
        pty.wait("the flood", |screen| screen.contains("99+"));
        pty.type_bytes(b"i");
    }
    let times = all_keys(&mut pty);
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0, "it ends well");
    times
}

/// The same of a program in plain C that does nothing but echo, beside a flood in plain C: how late a key is on this machine.
pub fn measure_echo(yardstick: &Path, has_flood: bool) -> Vec<f64> {
    let mut command = Command::new(yardstick);
    command.arg("echo").args(has_flood.then_some("flood"));
    let mut pty = Pty::start_command(SIZE, command);
    pty.wait("the echo", |screen| screen.contains("ready"));
    let times = all_keys(&mut pty);
    pty.type_bytes(b"\x03");
    times
}

fn all_keys(pty: &mut Pty) -> Vec<f64> {
    pty.pump_for(Duration::from_millis(300));
    let mut times: Vec<f64> = (0..KEYS).map(|turn| one_key(pty, turn)).collect();
    times.sort_by(f64::total_cmp);
    times
}

/// Types a letter where the caret stands, and waits until it is there; after some it is taken back.
fn one_key(pty: &mut Pty, turn: usize) -> f64 {
    // Not in step with anything that the program does.
    pty.pump_for(Duration::from_micros(7_000 + 1_371 * (turn as u64 % 11)));
    if turn.is_multiple_of(20) {
        pty.type_bytes(b"\x15");
        pty.pump_for(Duration::from_millis(30));
    }
    let letter = b'a' + u8::try_from(turn % 20).unwrap_or(0);
    // In the middle of a frame the caret is hidden, and may stand anywhere.
    while pty.emulator().hide_cursor() {
        pty.take_in_within(Duration::from_millis(100));
    }
    let (row, column) = pty.emulator().cursor_position();
    let begun = Instant::now();
    pty.type_bytes(&[letter]);
    let is_there =
        |pty: &Pty| pty.emulator().cell(row, column).is_some_and(|cell| cell.contents().as_bytes() == [letter]);
    loop {
        if is_there(pty) {
            return begun.elapsed().as_secs_f64() * 1000.0;
        }
        pty.take_in_within(Duration::from_millis(100));
        assert!(begun.elapsed() < Duration::from_secs(5), "no answer to a key\n{}", pty.screen());
    }
}
