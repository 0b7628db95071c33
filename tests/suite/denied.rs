//! One system call denied at a time, by a filter of the kernel's: nothing hangs, nothing stays, nothing false is said, and the reason is
//! named; `check` and `matrix` skip what cannot be proven here.

use std::fs;
use std::process::{Command, Output};

use crate::support::denied::{CALLS, ERRNOS, program_denied};
use crate::support::processes::Mark;
use crate::support::{PATIENCE, output_of, until};

/// Every part of the bench: ends of both kinds, sleepers, figures, tables, signals, a thread, an exec, a socket that is a file.
const SCRIPT: &str = "\
channel stream chat child1
write chat[0] one
queue chat[1]
holders chat[0]
fds child1
child1: read chat[1]
child1: read chat[1]
shutdown chat[0] wr
pipe p
fork other
other: write p[1] hi
read p[0]
thread t
t: read p[0]
stop other
cont other
interrupt other
other: exec
kill other
wait other
socket stream s
bind s name
getsockopt chat[0] sndbuf
";

/// What the program writes, and how it ends; nothing of it may stay.
fn output(mut command: Command) -> Output {
    let mark = Mark::new();
    mark.put_on(&mut command);
    let output = output_of(command);
    assert!(until(PATIENCE, || mark.bearers().is_empty()).is_some(), "{:?} stay", mark.bearers());
    output
}

fn all(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// How an error is named, one way or the other.
fn names(errno: i32) -> [&'static str; 2] {
    if errno == libc::EPERM { ["EPERM", "Operation not permitted"] } else { ["ENOSYS", "Function not implemented"] }
}

/// What is told of a run under a denied call is true as far as it goes.
fn assert_is_told(what: &str, (call, errno): (&str, i32), output: &Output) {
    let text = all(output);
    let status = output.status.code();
    assert!(matches!(status, Some(0..=3)), "{what}, {call} denied: {output:?}");
    let is_named = names(errno).iter().any(|name| text.contains(name)) || text.contains("(/proc/PID/fd)");
    assert!(status == Some(0) || is_named, "{what}, {call}: {text}");
    assert!(call == "pidfd_getfd" || !text.contains("pidfd_getfd"), "{what}, {call}: {text}");
    assert!(!text.contains("nobody holds"), "{what}, {call}: {text}");
    assert!(text.matches("because the program itself failed").count() <= 1, "{what}, {call}: {text}");
}

#[test]
fn whichever_call_is_denied_a_run_and_a_check_say_why_and_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("all.tin");
    fs::write(&script, SCRIPT).expect("a script");
    let lesson = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/en/03-a-stream-has-no-edges.md");
    // Both errors for both commands take a minute: one goes one way, the next the other, unless somebody wants all.
    let wants_all = std::env::var_os("TINCANS_ALL").is_some();
    for (at, (call, number)) in CALLS.iter().enumerate() {
        for (turn, errno) in ERRNOS.into_iter().enumerate() {
            let is_even = (at + turn) % 2 == 0;
            if is_even || wants_all {
                let mut run = program_denied(*number, errno);
                run.arg("run").arg(&script).env("TMPDIR", folder.path());
                assert_is_told("run", (call, errno), &output(run));
            }
            if !is_even || wants_all {
                // It compiles C, and what a compiler says is not ours: none is found.
                let mut check = program_denied(*number, errno);
                check.args(["check", lesson]).env("TMPDIR", folder.path()).env("PATH", "");
                assert_is_told("check", (call, errno), &output(check));
            }
        }
    }
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("it is there").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["all.tin"], "folders stay");
}

#[test]
fn a_lesson_that_a_machine_does_not_allow_is_skipped_with_the_reason() {
    let lessons = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/en/");
    let mut check = program_denied(libc::SYS_shutdown, libc::EPERM);
    check.arg("check").arg(format!("{lessons}03-a-stream-has-no-edges.md")).arg(format!("{lessons}13-half-close.md"));
    check.env("PATH", "");
    let output = output(check);
    let text = all(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("03-a-stream-has-no-edges  holds"), "{text}");
    assert!(
        text.contains("13-half-close  SKIPPED, line ") && text.contains("shutdown(2) is denied here: EPERM"),
        "{text}"
    );
}

#[test]
fn a_cell_that_a_machine_does_not_allow_is_empty_with_the_reason() {
    for (form, reason) in
        [(&[][..], "shutdown(2) is denied here: ENOSYS"), (&["--json"], "\"denied\": \"shutdown(2) is denied")]
    {
        let mut matrix = program_denied(libc::SYS_shutdown, libc::ENOSYS);
        matrix.args(["matrix", "wr-poll"]).args(form);
        let output = output(matrix);
        assert_eq!(output.status.code(), Some(3), "{}", all(&output));
        assert!(all(&output).contains(reason), "{}", all(&output));
    }
}

#[test]
fn what_waits_is_told_by_the_task_itself_where_copies_are_denied() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("queue.tin");
    let text = "channel stream a kid\nwrite a[0] four\nqueue a[1] => 4\nkid: read a[1]\nkid: read a[1] => sleeps\nqueue a[1]\n";
    fs::write(&script, text).expect("a script");
    let told = |call| {
        let mut run = program_denied(call, libc::EPERM);
        run.arg("run").arg(&script);
        let output = output(run);
        (output.status.code(), all(&output))
    };
    let (status, text) = told(libc::SYS_pidfd_getfd);
    assert_eq!(status, Some(1), "of who sleeps nothing is known: {text}");
    assert!(text.contains("queue(a[1]) = 4 bytes"), "{text}");
    assert!(text.contains("pidfd_getfd(2) is denied here (EPERM), and none of its holders is idle"), "{text}");
    let (status, text) = told(libc::SYS_ioctl);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("ioctl(FIONREAD) is denied here: EPERM") && !text.contains("pidfd_getfd"), "{text}");
}

#[test]
fn the_doctor_names_the_call_that_is_denied_where_it_is_missed() {
    let cases = [
        (libc::SYS_pidfd_send_signal, "less  signals", "pidfd_send_signal: EPERM"),
        (libc::SYS_tgkill, "less  signals", "tgkill: EPERM"),
        (libc::SYS_ptrace, "less  tracing", "ptrace is denied, EPERM"),
        (libc::SYS_wait4, "less  tracing", "wait4 is denied, EPERM"),
        (libc::SYS_pidfd_getfd, "less  queues", "pidfd_getfd is denied"),
        (libc::SYS_chdir, "less  files", "EPERM"),
    ];
    for (call, line, reason) in cases {
        let mut doctor = program_denied(call, libc::EPERM);
        doctor.arg("doctor");
        let text = all(&output(doctor));
        let less: Vec<&str> = text.lines().filter(|line| line.starts_with("less") || line.starts_with("NO")).collect();
        assert!(less.len() == 1 && less[0].starts_with(line) && less[0].contains(reason), "{reason}: {text}");
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_proc_that_may_not_be_read_is_not_said_to_be_missing() {
    let mut run = program_denied(libc::SYS_readlink, libc::EPERM);
    run.args(["run", "-"]);
    let text = all(&output(run));
    assert!(
        text.contains("cannot be read: Operation not permitted (EPERM)") && !text.contains("is not there"),
        "{text}"
    );
}

#[test]
fn a_watcher_that_cannot_do_its_work_says_why() {
    for (call, reason) in [
        (libc::SYS_wait4, "wait for the program: EPERM"),
        (libc::SYS_prctl, "tie itself to its parent: EPERM"),
        (libc::SYS_ptrace, "trace the program: EPERM"),
    ] {
        let mut watch = program_denied(call, libc::EPERM);
        watch.args(["watch", "--", "true"]);
        let output = output(watch);
        assert_eq!(output.status.code(), Some(2), "{reason}: {}", all(&output));
        assert!(all(&output).contains(reason), "{reason}: {}", all(&output));
    }
}

#[test]
fn a_compiler_that_does_not_work_makes_no_lesson_wrong() {
    let lesson = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/en/03-a-stream-has-no-edges.md");
    for call in [libc::SYS_futex, libc::SYS_clone3] {
        let mut check = program_denied(call, libc::EPERM);
        check.args(["check", lesson]);
        let output = output(check);
        let text = all(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(!text.contains("DOES NOT HOLD") && !text.contains("EPERM") || text.contains("not compiled"), "{text}");
    }
}
