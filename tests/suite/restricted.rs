//! Places where something is missing or denied: it is named, with an exit status, and nothing hangs.

use std::process::{Command, Output, Stdio};

use crate::support::denied::deny_all;
use crate::support::{output_of, program};

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
    for arguments in [&["run", "-"][..], &["check"], &["doctor"], &["watch", "--", "true"]] {
        let mut command = Command::new("unshare");
        command.args(namespace).arg(program()).args(arguments);
        let output = output_of(command);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        let all = said(&output) + &String::from_utf8_lossy(&output.stdout);
        assert!(all.contains("/proc is of another PID namespace"), "{arguments:?}: {all}");
        assert!(!all.contains("works"), "a bench or a watched program needs it: {all}");
    }
}

#[test]
fn the_doctor_says_in_ten_lines_what_is_allowed() {
    let mut command = Command::new(program());
    command.arg("doctor");
    let output = output_of(command);
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
        let output = output_of(command);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("it is no file"), "{}", said(&output));
    }
}

/// What a container runtime's default profile denies to who has no CAP_SYS_PTRACE, of the calls that the program makes.
const DENIED_IN_CONTAINERS: [i64; 4] =
    [libc::SYS_ptrace, libc::SYS_pidfd_getfd, libc::SYS_process_vm_readv, libc::SYS_kcmp];

/// The program as in a container: PID and user namespaces of its own, a /proc of its own, and the calls that are denied there.
fn contained(arguments: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command.args(["-Urpf", "--kill-child", "--mount-proc"]).arg(program()).args(arguments);
    deny_all(&mut command, &DENIED_IN_CONTAINERS, libc::EPERM);
    command
}

/// Ways to run a container: as it comes, and without what a machine without cgroups of one version, or without the right to raise a
/// limit, cannot do.
const WAYS: [&[&str]; 2] = [&[], &["--runtime", "runc", "--ulimit", "nofile=1024:4096", "--ulimit", "nproc=1000:1000"]];
/// The engine's own fault (podman-run(1)): then nothing was run.
const OF_ENGINE: std::ops::RangeInclusive<i32> = 125..=127;

/// The image of `tests/container`, where a container engine can run it; its answer to `doctor` and `check`.
fn in_an_image() -> Option<Output> {
    let engine = ["podman", "docker"].into_iter().find(|engine| {
        let info = Command::new(engine).arg("info").stdout(Stdio::null()).stderr(Stdio::null()).status();
        info.is_ok_and(|status| status.success())
    })?;
    let context = tempfile::tempdir().expect("a folder");
    std::fs::copy(program(), context.path().join("tincans")).expect("a copy");
    let recipe = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/container/Containerfile");
    WAYS.into_iter().find_map(|way| {
        let mut build = Command::new(engine);
        build.arg("build").args(way).args(["-q", "-f", recipe]).arg(context.path());
        let build = output_of(build);
        let image = String::from_utf8_lossy(&build.stdout).trim().to_owned();
        // Without a network there is no base image.
        if !build.status.success() || image.is_empty() {
            eprintln!("{engine} {way:?}: {}", said(&build));
            return None;
        }
        let mut run = Command::new(engine);
        run.args(["run", "--rm"]).args(way).arg(&image);
        let output = output_of(run);
        let is_run = output.status.code().is_some_and(|code| !OF_ENGINE.contains(&code));
        if !is_run {
            eprintln!("{engine} {way:?}: {}", said(&output));
        }
        is_run.then_some(output)
    })
}

#[test]
fn in_a_container_what_can_be_proven_is_and_nothing_false_is_said() {
    match in_an_image() {
        Some(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
            assert!(matches!(output.status.code(), Some(0 | 3)), "{text}");
            assert!(text.contains(" holds\n"), "something was checked: {text}");
            assert!(!text.contains("DOES NOT HOLD") && !text.contains("nobody holds"), "{text}");
        }
        None => eprintln!("skipped: no container engine is at work, or it has no base image, or cannot run it"),
    }
    let can = Command::new("unshare").args(["-Urpf", "--mount-proc", "true"]).stderr(Stdio::null()).status();
    if !can.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no namespaces can be had");
        return;
    }
    let lessons = ["03-a-stream-has-no-edges", "17-the-full-buffer", "20-what-is-charged", "32-who-is-there"];
    let paths = lessons.map(|name| format!("{}/lessons/en/{name}.md", env!("CARGO_MANIFEST_DIR")));
    let mut arguments = vec!["check"];
    arguments.extend(paths.iter().map(String::as_str));
    let check = output_of(contained(&arguments));
    let text = String::from_utf8_lossy(&check.stdout).into_owned() + &said(&check);
    assert!(matches!(check.status.code(), Some(0 | 3)), "{text}");
    assert_eq!(check.status.code() == Some(3), text.contains("SKIPPED, line "), "{text}");
    assert!(!text.contains("DOES NOT HOLD") && !text.contains("nobody holds"), "{text}");
    let doctor = output_of(contained(&["doctor"]));
    let text = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(1), "{text}");
    assert!(text.contains("less  queues") && text.contains("less  tracing"), "{text}");
}
