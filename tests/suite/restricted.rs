//! Places where something is missing or denied: it is named, with an exit status, and nothing hangs.

use std::process::{Command, Output, Stdio};

use crate::support::{PATIENCE, program, until};

/// What it writes and how it ends, which has to be soon.
fn output(mut command: Command) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let is_over = until(PATIENCE, || child.try_wait().expect("our child").is_some()).is_some();
    if !is_over {
        child.kill().expect("our child");
    }
    let output = child.wait_with_output().expect("its output");
    assert!(is_over, "it hangs: {output:?}");
    output
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_proc_of_another_pid_namespace_is_named() {
    let namespace = ["-Urpf", "--kill-child"];
    let can = Command::new("unshare").args(namespace).arg("true").stderr(Stdio::null()).status();
    if !can.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no PID namespace can be had");
        return;
    }
    for arguments in [&["run", "-"][..], &["check"], &["doctor"]] {
        let mut command = Command::new("unshare");
        command.args(namespace).arg(program()).args(arguments);
        let output = output(command);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        let all = said(&output) + &String::from_utf8_lossy(&output.stdout);
        assert!(all.contains("/proc is of another PID namespace"), "{arguments:?}: {all}");
    }
}

#[test]
fn the_doctor_says_in_ten_lines_what_is_allowed() {
    let mut command = Command::new(program());
    command.arg("doctor");
    let output = output(command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    assert!((5..=10).contains(&lines.len()), "{text}");
    let marks = ["yes ", "less", "NO  "];
    assert!(lines.iter().all(|line| marks.iter().any(|mark| line.starts_with(mark))), "{text}");
    let is_limited = lines.iter().any(|line| line.starts_with("less"));
    assert_eq!(output.status.code(), Some(i32::from(is_limited)), "{text}{}", said(&output));
}

#[test]
fn a_fifo_in_a_lessons_place_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("01-a.md");
    assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    for place in [path.as_path(), folder.path()] {
        let mut command = Command::new(program());
        command.arg("check").arg(place);
        let output = output(command);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("it is no file"), "{}", said(&output));
    }
}
