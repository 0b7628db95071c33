//! The key that copies the run as a C program: to the clipboard, to a file where the terminal has none, and what it says of a run
//! that is no program.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::pty::Pty;

/// A bench on which a word was written, in a folder of its own.
fn bench(folder: &Path, clipboard: &str) -> Pty {
    let prepare = |command: &mut Command| {
        command.current_dir(folder).env("XDG_STATE_HOME", folder).env("TINCANS_CLIPBOARD", clipboard);
    };
    let mut pty = Pty::start_with((36, 120), &[], prepare);
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty.type_bytes(b"hello\r");
    pty.wait("the word", |screen| screen.contains("│hello│"));
    pty.escape();
    pty.type_bytes(b"y");
    pty.wait("what can be copied", |screen| screen.contains("as C"));
    pty.type_bytes(b"c");
    pty
}

/// Compiles the program and runs it: what it prints.
fn transcript(folder: &Path, program: &str) -> String {
    std::fs::write(folder.join("run.c"), program).expect("a file");
    let cc = ["-Wall", "-Wextra", "-Werror", "-std=c11", "-pthread", "run.c", "-o", "run"];
    let built = Command::new("cc").current_dir(folder).args(cc).output().expect("cc starts");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let ran = Command::new(folder.join("run")).current_dir(folder).output().expect("it starts");
    assert!(ran.status.success(), "{ran:?}");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

fn has_cc() -> bool {
    Command::new("cc").arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn the_bench_as_a_c_program_goes_to_the_clipboard_and_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut pty = bench(folder.path(), "osc52");
    pty.wait("what was done", |screen| screen.contains("copied to the clipboard"));
    let bytes = String::from_utf8_lossy(pty.bytes()).into_owned();
    let (_, rest) = bytes.split_once("\x1b]52;c;").expect("the clipboard's sequence");
    let program = STANDARD.decode(rest.split('\x07').next().unwrap_or_default()).expect("base64");
    let program = String::from_utf8(program).expect("UTF-8");
    assert!(program.contains("write(wire_fd[0], \"hello\", 5), 5,"), "{program}");
    if has_cc() {
        assert!(transcript(folder.path(), &program).contains("write(wire[0], \"hello\", 5) = 5\n"));
    }
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}

#[test]
fn where_there_is_no_clipboard_the_c_program_is_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut pty = bench(folder.path(), "file");
    pty.wait("what was done", |screen| screen.contains("saved here as bench-1.c"));
    let program = std::fs::read_to_string(folder.path().join("bench-1.c")).expect("the file");
    assert!(program.contains("static void parent_part(void)") && program.contains("\"hello\""), "{program}");
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}

#[test]
fn of_a_watched_program_it_is_said_what_can_be_taken_home() {
    let words = ["watch", "--", "sh", "-c", "echo hello | cat"];
    let mut pty = Pty::start_with((36, 120), &words, |_| {});
    pty.wait("its end", |screen| screen.contains("─ exited with 0"));
    pty.type_bytes(b"yc");
    pty.wait("the reason", |screen| {
        screen.contains("only a bench can be made a program") && screen.contains("makes a script of its calls")
    });
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}
