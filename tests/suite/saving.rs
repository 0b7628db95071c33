//! What was done is saved as a lesson: from the bench by a key, from a script by an option; and what is saved holds at once.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::pty::Pty;

fn program(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tincans")).args(arguments).current_dir(folder).output().expect("it runs")
}

fn assert_holds(folder: &Path, lesson: &str) {
    let output = program(folder, &["check", lesson]);
    let text = std::fs::read_to_string(folder.join(lesson)).unwrap_or_default();
    assert_eq!(output.status.code(), Some(0), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Of every family of statements one or two, with what differs from run to run and from kernel to kernel among it.
const SCRIPT: &str = r#"
channel stream chat child1
fork third
getsockopt chat[0] sndbuf => $n
write chat[0] one            => > 2
third: write chat[0] two     => 77
child1: read chat[1]         => "onetwo"
child1: read chat[1]
close chat[0]@3
parent: close chat[0]
third: close chat[0]
why
nonblock chat[1] on
tasks
holders chat[1]
fds child1
channel dgram m c2
nonblock m[0] on
flood m[0] 1 100000
c2: drain m[1] dontwait
queue m[1]
write m[0] $n-32*x
write m[0] 300000*y
repeat 3 write m[0] tick
c2: recvmsg m[1] 2
pipe p
sendmsg m[0] x fds=p[0]
c2: drain m[1] dontwait
socket stream door
bind door @door
listen door
third: socket stream knock
third: connect knock @door
accept door guest
getsockopt guest peercred
poll guest
third: thread helper
helper: write knock "a\x00b\n# `c`"
read guest
channel seqpacket w c3
nonblock w[0] on
write w[0] 100000*y
nonblock w[0] off
flood w[0] 4096 10000
interrupt parent
c3: exit 3
wait c3
sleep 10
signal PIPE default
shutdown guest wr
third: read knock
third: exec
stop third
cont third
close door
kill third KILL
write guest q
"#;

#[test]
fn a_script_that_was_run_is_saved_as_a_lesson_that_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("talk.tin"), SCRIPT).expect("a script");
    let output = program(folder.path(), &["run", "talk.tin", "--save-lesson", "05-my-talk.md"]);
    // One expectation does not hold, and one statement is refused: the lesson has what came.
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("write(chat[0], \"one\", 3) = 3"));
    let text = std::fs::read_to_string(folder.path().join("05-my-talk.md")).expect("it is saved");
    for line in [
        "title = \"my talk\"",
        "write chat[0] one => > 2",
        "third: write chat[0] two => 3",
        "child1: read chat[1] => sleeps",
        "parent: close chat[0] => refused",
        "third: close chat[0] => 0, wakes child1 EOF",
        "flood m[0] 1 100000 => > 0, EAGAIN",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    assert!(!text.contains("\nwhy"), "{text}");
    for _ in 0..3 {
        assert_holds(folder.path(), "05-my-talk.md");
    }
    assert_eq!(names(folder.path()), ["05-my-talk.md", "talk.tin"]);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_run_for_a_name_that_cannot_be() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("talk.tin"), "tasks\n").expect("a script");
    std::fs::write(folder.path().join("05-mine.md"), "mine").expect("a file");
    for (name, why) in [("05-mine.md", "nothing is overwritten"), ("mine.md", "NN-name.md")] {
        let output = program(folder.path(), &["run", "talk.tin", "--save-lesson", name]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && errors.contains(why) && output.stdout.is_empty(), "{errors}");
    }
    let output = program(folder.path(), &["run", "talk.tin", "--save-lesson", "no-such/06-a.md"]);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_to_string(folder.path().join("05-mine.md")).expect("it is there"), "mine");
}

#[test]
fn a_full_disk_is_said_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("talk.tin"), "tasks\n".repeat(500)).expect("a script");
    std::fs::create_dir(folder.path().join("full")).expect("a folder");
    // A file system of one page, in a name space of its own.
    let program = env!("CARGO_BIN_EXE_tincans");
    let inside = format!(
        "mount -t tmpfs -o size=4k none full || exit 77; cd full && {program} run ../talk.tin --save-lesson 05-a.md >/dev/null; \
         echo status $?; ls -A"
    );
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", &inside])
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    if !output.stdout.starts_with(b"status ") {
        // A machine that gives nobody a name space, as some containers do: then this cannot be seen here.
        return;
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("the lesson is not saved: this folder: the disk is full"), "{errors}");
    assert_eq!(output.stdout, b"status 2\n", "nothing stays");
}

fn bench(folder: &Path) -> Pty {
    let folder = folder.to_owned();
    let mut pty = Pty::start_with((24, 80), &[], move |command| _ = command.current_dir(folder));
    pty.wait("the bench", |screen| screen.contains("SOCK_DGRAM") && screen.contains("child2 idle"));
    pty
}

fn key(pty: &mut Pty, keys: &str, shows: &str) {
    pty.type_bytes(keys.as_bytes());
    pty.wait(&format!("{shows:?} after {keys:?}"), |screen| screen.contains(shows));
}

#[test]
fn a_key_saves_what_was_just_done_on_the_bench() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut pty = bench(folder.path());
    key(&mut pty, "one\r", "write(post[0], \"one\", 3) = 3");
    key(&mut pty, "two\r", "write(post[0], \"two\", 3) = 3");
    key(&mut pty, "\r", "recv(post[1], \"two\"");
    pty.type_bytes(b"\x1b");
    pty.wait("the keys", |screen| screen.contains("? help"));
    key(&mut pty, "k", "killed by SIGKILL");
    key(&mut pty, "L", "saved here as 01-from-the-bench-1.md");
    key(&mut pty, ":read wire[0]\r", "read(wire[0], \"\", 4096) = 0");
    key(&mut pty, "L", "saved here as 02-from-the-bench-2.md");
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
    assert_eq!(names(folder.path()), ["01-from-the-bench-1.md", "02-from-the-bench-2.md"]);
    let text = std::fs::read_to_string(folder.path().join("02-from-the-bench-2.md")).expect("it is saved");
    for line in ["channel stream wire child1", "write wire[0] \"one\" => 3", "read wire[0] => EOF"] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    for name in names(folder.path()) {
        assert_holds(folder.path(), &name);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_said_on_the_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let locked = folder.path().join("locked");
    std::fs::create_dir(&locked).expect("a folder");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o500)).expect("it can be locked");
    // Root may write there all the same; nobody may in /proc.
    let is_open = std::fs::write(locked.join("try"), "").is_ok();
    let mut pty = bench(if is_open { Path::new("/proc") } else { &locked });
    pty.type_bytes(b"\x1b");
    pty.wait("the keys", |screen| screen.contains("? help"));
    key(&mut pty, "L", "the lesson is not saved: this folder: ");
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}
