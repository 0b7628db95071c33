//! Nothing to write to, no room, little memory, a terminal that takes nothing: said in words and with an exit status, and the
//! terminal and the machine as before.

use std::os::unix::fs::MetadataExt;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::processes::{Mark, send};
use crate::support::pty::{Pty, modes_left_on};
use crate::support::{PATIENCE, program, until};
use nix::sys::signal::Signal;

const SCRIPT: &str = "\
channel stream chat child1
write chat[0] one => 3
child1: read chat[1] => \"one\"
fork a
fork b
thread t
t: read chat[0] => sleeps
";

/// The program below a shell that has set a limit first, or sent its output elsewhere. `$0` is the program, `$1` the script.
fn below(shell: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("some.tin");
    std::fs::write(&script, SCRIPT).expect("a script");
    let mark = Mark::new();
    let mut command = Command::new("sh");
    command.args(["-c", shell]).arg(program()).arg(&script).stdin(Stdio::null()).env("TMPDIR", folder.path());
    mark.put_on(&mut command);
    let output = command.output().expect("sh starts");
    assert!(until(PATIENCE, || mark.bearers().is_empty()).is_some(), "{:?}", mark.bearers());
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_full_disk_is_said_and_status_2() {
    let output = below("exec \"$0\" run \"$1\" >/dev/full");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("the disk is full"), "{}", text(&output.stderr));
    // Nobody can be told.
    let output = below("exec \"$0\" run nowhere.tin 2>/dev/full");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn files_that_may_not_grow_are_said_and_status_2() {
    let output = below("ulimit -f 0 && exec \"$0\" run \"$1\"");
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""));
    assert!(text(&output.stderr).contains("EFBIG"), "{}", text(&output.stderr));
    let output = below("ulimit -f 100000 && exec \"$0\" run \"$1\"");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn whatever_memory_there_is_it_runs_or_says_why_not() {
    let mut outcomes = Vec::new();
    for kib in (16_000..40_000).step_by(500) {
        let output = below(&format!("ulimit -v {kib} && exec \"$0\" run \"$1\""));
        let code = output.status.code();
        let said = text(&output.stderr);
        // Before `main` it is the kernel or the loader that says no.
        let is_before_main = matches!(code, None | Some(127)) || said.contains("alternative stack");
        assert!(is_before_main || matches!(code, Some(0)) || !said.is_empty(), "{kib} KiB: {code:?}, without a word");
        outcomes.push((kib, code));
    }
    assert_eq!(outcomes.last().and_then(|(_, code)| *code), Some(0), "{outcomes:?}");
}

/// Root, in a mount namespace of its own, on a disk of one page that is full.
#[test]
fn progress_that_cannot_be_kept_on_a_full_disk_is_said_and_the_lesson_goes_on() {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0);
    let folder = tempfile::tempdir().expect("a folder");
    let mount = "mount -t tmpfs -o size=4k none \"$XDG_STATE_HOME\"";
    let can_mount = || {
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", mount]).env("XDG_STATE_HOME", folder.path()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !is_root || !can_mount() {
        eprintln!("skipped: a small disk needs root and mount namespaces");
        return;
    }
    let full =
        format!("{mount} && head -c 5000 /dev/zero >\"$XDG_STATE_HOME\"/all 2>&-; exec \"$0\" learn first-hello");
    let words = ["unshare", "-m", "sh", "-c", &full].map(Into::into);
    let words = [&words[..], &[program()]].concat();
    let mut pty = Pty::start_below_shell((24, 80), &words, |command| {
        command.env("XDG_STATE_HOME", folder.path());
    });
    pty.wait("the lesson", |screen| screen.contains("lesson"));
    // Answers and steps, until something of it is done and is to be kept.
    let start = Instant::now();
    while !pty.screen().contains("progress is not kept") {
        assert!(start.elapsed() < PATIENCE, "no word of it:\n{}", pty.screen());
        pty.type_bytes(b"1 ");
        pty.pump(Duration::from_millis(50));
    }
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert!(pty.screen().contains("progress is not kept") || pty.has_its_modes_back());
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new());
}

#[test]
fn a_terminal_that_takes_no_bytes_does_not_keep_it() {
    for (signal, status) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGKILL, 137)] {
        let mut pty = Pty::start((24, 80));
        pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
        // Nobody reads what it draws, many times more than a terminal keeps.
        let ui = pty.ui();
        for turn in 0..200 {
            pty.resize_only((24 + turn % 30, 100 + turn % 90));
            std::thread::sleep(Duration::from_millis(4));
        }
        let start = Instant::now();
        send(if signal == Signal::SIGKILL { ui } else { pty.guardian() }, signal);
        assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{signal}: {:?}", pty.left());
        eprintln!("{signal}: gone after {:?}", start.elapsed());
        assert_eq!(pty.status(), status, "{signal}");
        assert!(pty.has_its_modes_back(), "{signal}");
    }
}
