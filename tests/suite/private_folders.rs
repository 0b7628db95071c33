//! Sockets that are files live in a folder of the run's own: wherever TMPDIR is, whatever its name, beside any other run, and not
//! longer than the run.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::processes::{self, send};
use crate::support::{PATIENCE, program, until};
use nix::sys::signal::Signal;

/// Two names that a cut address would take for one, known in all processes, after execve and by a thread too.
const SCRIPT: &str = "\
socket dgram s
fork early
bind s first-name => 0
socket dgram t
bind t first-nam => 0
getsockname s => \"first-name\"
socket dgram c
send c hello to=first-name => 5
read s => \"hello\"
early: socket dgram e
early: send e early to=first-name => 5
read s => \"early\"
fork late
late: exec
late: socket dgram l
late: send l late to=first-name => 4
read s => \"late\"
late: connect l nobody => ENOENT
";

fn run(script: &Path, temporary: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg("run").arg(script).env("TMPDIR", temporary).stdin(Stdio::null());
    command
}

/// Everything below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| std::iter::once(path.clone()).chain(below(&path))).collect()
}

#[test]
fn names_work_wherever_the_folder_is() {
    let root = tempfile::tempdir().expect("a folder");
    let script = root.path().join("names.tin");
    fs::write(&script, SCRIPT).expect("a script");
    let long = root.path().join("d".repeat(105 - root.path().as_os_str().len() - 1));
    let longest = (0..16).fold(root.path().to_path_buf(), |path, _| path.join("e".repeat(200)));
    let odd = root.path().join(OsString::from_vec(b"a b\xff\n'\"".to_vec()));
    for folder in [root.path().join("short"), long, longest, odd] {
        fs::create_dir_all(&folder).expect("a folder");
        let output = run(&script, &folder).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*said), (Some(0), ""), "TMPDIR={folder:?}");
        assert_eq!(below(&folder), Vec::<PathBuf>::new(), "TMPDIR={folder:?}");
    }
}

/// A script that binds a name and sleeps; it lies outside TMPDIR, and is written once: a run that starts beside another would
/// read half of it.
fn sleeping_script(root: &Path) -> PathBuf {
    let script = root.join("sleep.tin");
    fs::write(&script, "socket stream s\nbind s name => 0\nsleep 60000\n").expect("a script");
    script
}

fn sleeper(script: &Path, temporary: &Path, before: &[&str]) -> Child {
    let run = run(script, temporary);
    let mut command = Command::new(before.first().map_or_else(|| run.get_program().to_owned(), OsString::from));
    if let Some((_, rest)) = before.split_first() {
        command.args(rest).arg(run.get_program());
    }
    command.args(run.get_args()).env("TMPDIR", temporary).stdin(Stdio::null()).stdout(Stdio::null());
    command.spawn().expect("the program starts")
}

fn sockets(temporary: &Path) -> usize {
    below(temporary).iter().filter(|path| path.ends_with("name")).count()
}

#[test]
fn what_a_killed_run_left_goes_with_the_next_and_who_lives_keeps_its_own() {
    let root = tempfile::tempdir().expect("a folder");
    let temporary = root.path().join("tmp");
    fs::create_dir(&temporary).expect("a folder");
    let script = sleeping_script(root.path());
    let (mut killed, mut other) = (sleeper(&script, &temporary, &[]), sleeper(&script, &temporary, &[]));
    assert!(until(PATIENCE, || sockets(&temporary) == 2).is_some(), "{:?}", below(&temporary));
    let guardian = i32::try_from(killed.id()).expect("a pid");
    let ui = processes::children_of_session(guardian)[0].pid;
    send(guardian, Signal::SIGSTOP);
    send(ui, Signal::SIGKILL);
    send(guardian, Signal::SIGKILL);
    killed.wait().expect("our child");
    assert_eq!(sockets(&temporary), 2, "nobody was left to remove it");
    let script = root.path().join("nothing.tin");
    fs::write(&script, "tasks\n").expect("a script");
    let next = || {
        assert!(run(&script, &temporary).stdout(Stdio::null()).status().expect("it starts").success());
        sockets(&temporary) == 1
    };
    // The dead one's processes may take a moment.
    assert!(until(PATIENCE, next).is_some(), "{:?}", below(&temporary));
    send(i32::try_from(other.id()).expect("a pid"), Signal::SIGTERM);
    assert_eq!(other.wait().expect("our child").code(), Some(143));
    assert_eq!(below(&temporary), Vec::<PathBuf>::new());
}

#[test]
fn runs_in_pid_namespaces_of_their_own_keep_apart() {
    let namespace = ["unshare", "-Urpf", "--kill-child", "--mount-proc"];
    if !Command::new(namespace[0]).args(&namespace[1..]).arg("true").status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: no PID namespace can be had");
        return;
    }
    let root = tempfile::tempdir().expect("a folder");
    let temporary = root.path().join("tmp");
    fs::create_dir(&temporary).expect("a folder");
    let script = sleeping_script(root.path());
    // All of them are process 2 of their namespaces.
    let mut runs: Vec<Child> = (0..4).map(|_| sleeper(&script, &temporary, &namespace)).collect();
    assert!(until(PATIENCE, || sockets(&temporary) == runs.len()).is_some(), "{:?}", below(&temporary));
    while let Some(mut run) = runs.pop() {
        let inside = processes::descendants(i32::try_from(run.id()).expect("a pid"));
        let guardian = inside.iter().find(|process| process.name.starts_with("tincans")).expect("it runs");
        send(guardian.pid, Signal::SIGTERM);
        run.wait().expect("our child");
        assert_eq!(sockets(&temporary), runs.len(), "{:?}", below(&temporary));
    }
}
