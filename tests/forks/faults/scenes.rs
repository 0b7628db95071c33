//! What the program does while a call of it fails, and how that may come out.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::errnos;
use super::tracer::{Fault, Seen, Site, Tracer};
use crate::support::processes::{self, Mark};
use crate::support::pty::{Pty, modes_left_on};
use crate::support::{PATIENCE, number, program, until};

/// Nothing may take longer.
const LIMIT: Duration = Duration::from_secs(10);
/// One call in so many fails in the short form.
const SAMPLE: usize = 60;
/// Of many calls alike by one process the first ones, and then one in ten.
const ALIKE: u32 = 12;

/// Pairs, children, a thread, execve, sockets by name, signals, observations: each part of the program's own machinery.
const SCRIPT: &str = "\
channel stream chat child1
write chat[0] one
child1: read chat[1]
child1: read chat[1]
socket stream server
bind server name
listen server
socket stream client
connect client name
accept server accepted
write client hello
queue accepted
holders accepted
fds
tasks
thread helper
helper: read accepted
sendmsg client x fds=chat[0]
recvmsg accepted 16 fds=1
stop child1
cont child1
fork late
late: exec
late: exit 3
wait late
pipe p
flood p[1] 100 10
drain p[0] 4096 dontwait
sleep 1
kill child1 KILL
why
reset
socketpair dgram d
";

/// A thing the program is used for.
struct Scene {
    name: &'static str,
    arguments: &'static [&'static str],
    /// Waited for on the screen, and then typed; none without a terminal.
    keys: &'static [(&'static str, &'static [u8])],
}

const SCENES: &[Scene] = &[
    Scene { name: "run", arguments: &["run", "script.tin"], keys: &[] },
    Scene {
        name: "run --save-lesson",
        arguments: &["run", "--json", "--save-lesson", "01-saved.md", "short.tin"],
        keys: &[],
    },
    Scene { name: "check", arguments: &["check", "01-first-hello.md"], keys: &[] },
    Scene {
        name: "the UI",
        arguments: &[],
        keys: &[
            ("SOCK_DGRAM", b"one\r"),
            ("write(post[0], \"one\"", b"\r"),
            ("read(", b"\x1b"),
            ("i type", b":fork late\r"),
            ("(late)", b"k"),
            ("SIGKILL", b":bind x y\r"),
            ("", b"d"),
            ("", b"\x1b[D"),
            ("", b"R"),
            ("", b"\x03"),
        ],
    },
    Scene {
        name: "a lesson",
        arguments: &["learn", "first-hello"],
        keys: &[
            ("lesson", b" "),
            ("", b" "),
            ("", b"1"),
            ("", b" "),
            ("", b" "),
            ("", b" "),
            ("", b"L"),
            ("", b"\x03"),
        ],
    },
];

/// What a run showed.
struct Came {
    seen: Seen,
    /// Standard output and error, or all that was written to the terminal.
    shown: String,
    /// What is wrong whatever failed.
    wrong: Vec<String>,
    /// Files that it left where it keeps what is of the moment.
    files: Vec<String>,
}

pub fn all() -> ExitCode {
    let only = std::env::var("TINCANS_SCENE").ok();
    let distance = match std::env::var("TINCANS_FAULTS").as_deref() {
        Ok("all") => 1,
        Ok(number) => number.parse().unwrap_or(SAMPLE),
        Err(_) => SAMPLE,
    };
    let is_short = std::env::var_os("TINCANS_FAULTS").is_none();
    let wanted = std::env::var("TINCANS_FAULT").ok();
    let from = number("TINCANS_FROM").and_then(|from| usize::try_from(from).ok()).unwrap_or(0);
    let start = Instant::now();
    let mut bad = 0;
    for scene in SCENES.iter().filter(|scene| only.as_ref().is_none_or(|only| only == scene.name)) {
        let Some(usual) = come(scene, None) else {
            println!("skipped: ptrace(2) is not allowed here");
            return ExitCode::SUCCESS;
        };
        let is_right = usual.wrong.is_empty() && usual.seen.status == Some(0);
        assert!(is_right, "{}: {:?}\n{}", scene.name, usual.wrong, usual.shown);
        let faults = faults(&usual.seen.sites);
        // What is waited for on a screen takes longer.
        let distance = if is_short && !scene.keys.is_empty() { 4 * distance } else { distance };
        let chosen: Vec<Fault> = match &wanted {
            Some(words) => faults.iter().copied().filter(|fault| named(*fault).contains(words)).collect(),
            None => faults.iter().copied().skip(from).step_by(distance).collect(),
        };
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for fault in &chosen {
            let came = come(scene, Some(*fault)).expect("ptrace worked a moment ago");
            let (kind, what) = judge(&usual, &came, *fault);
            *kinds.entry(kind).or_default() += 1;
            if !what.is_empty() {
                bad += 1;
                println!("{}: {}: {}", scene.name, named(*fault), what.join("; "));
            }
        }
        println!(
            "{}: {} calls, {} faults of {}: {kinds:?}, {:.0} s",
            scene.name,
            usual.seen.sites.len(),
            chosen.len(),
            faults.len(),
            start.elapsed().as_secs_f64()
        );
    }
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn named(fault: Fault) -> String {
    let Site { process, call, before } = fault.site;
    let who = match process {
        0 => "guardian".to_owned(),
        1 => "UI".to_owned(),
        number => format!("agent {}", number - 1),
    };
    let errno = nix::errno::Errno::from_raw(fault.errno);
    format!("{who}, {} {}: {errno:?}", errnos::of(call).0, before + 1)
}

fn faults(sites: &[Site]) -> Vec<Fault> {
    let unique: BTreeSet<Site> = sites.iter().copied().collect();
    let is_worth_it =
        |site: &Site| !errnos::LEFT_OUT.contains(&site.call) && (site.before < ALIKE || site.before.is_multiple_of(10));
    let each = |site: Site| errnos::of(site.call).1.iter().map(move |errno| Fault { site, errno: *errno });
    unique.into_iter().filter(is_worth_it).flat_map(each).collect()
}

/// What kind of end it was, and what is wrong with it.
fn judge(usual: &Came, came: &Came, fault: Fault) -> (&'static str, Vec<String>) {
    let mut wrong = came.wrong.clone();
    if !came.seen.is_injected {
        return ("not reached", wrong);
    }
    let status = came.seen.status.unwrap_or(-1);
    let is_removing = [libc::SYS_unlink, libc::SYS_unlinkat, libc::SYS_rmdir].contains(&fault.site.call);
    if !came.files.is_empty() && !is_removing {
        wrong.push(format!("files stay: {:?}", came.files));
    }
    if libc::WIFSIGNALED(status) {
        wrong.push(format!("killed by signal {}", libc::WTERMSIG(status)));
        return ("killed", wrong);
    }
    match libc::WEXITSTATUS(status) {
        0 if came.shown == usual.shown => ("as if nothing had been", wrong),
        code if is_explained(&usual.shown, &came.shown, fault.errno) => {
            (if code == 0 { "shown, and went on" } else { "explained, and left" }, wrong)
        }
        0 => {
            if std::env::var_os("TINCANS_SHOW").is_some() {
                println!("{}: {}", named(fault), first_difference(&usual.shown, &came.shown));
            }
            ("another way, without a word", wrong)
        }
        // A terminal that cannot be written to is gone.
        129 if fault.site.call == libc::SYS_write || fault.site.call == libc::SYS_read => ("hung up", wrong),
        127 => ("the loader said no", wrong),
        code => {
            let last: Vec<&str> = came.shown.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
            wrong.push(format!("left with {code} and no reason: {last:?}"));
            ("left without a reason", wrong)
        }
    }
}

/// The error is named, by its name or in libc's words; or a call failed or a task died that did not before; or the program says in
/// words of its own what it cannot do.
fn is_explained(usual: &str, shown: &str, errno: i32) -> bool {
    let errno = nix::errno::Errno::from_raw(errno);
    let name = format!("{errno:?}");
    let is_news = |line: &&str| [" = -1 E", " +++ "].iter().any(|mark| line.contains(mark)) && !usual.contains(*line);
    [name.as_str(), errno.desc(), "tincans: ", "cannot", "could not", "refused: ", "DOES NOT HOLD", "SKIPPED, line "]
        .iter()
        .any(|words| shown.contains(words))
        || shown.lines().any(|line| is_news(&line))
}

fn first_difference(usual: &str, came: &str) -> String {
    let differs = usual.lines().zip(came.lines()).find(|(one, other)| one != other);
    differs.map_or("one is longer".to_owned(), |(one, other)| format!("\n    {one}\n    {other}"))
}

/// One run. None where tracing is not allowed.
fn come(scene: &Scene, fault: Option<Fault>) -> Option<Came> {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in [
        ("script.tin", SCRIPT),
        ("short.tin", "socketpair stream a\nwrite a[0] x => 1\nread a[1] => \"x\"\n"),
        ("01-first-hello.md", include_str!("../../../lessons/en/01-first-hello.md")),
    ] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    for name in ["tmp", "state"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    let mut came = if scene.keys.is_empty() {
        piped(scene, fault, folder.path())
    } else {
        on_a_terminal(scene, fault, folder.path())
    }?;
    came.files = names(&folder.path().join("tmp"));
    came.files.retain(|name| name.starts_with("tincans"));
    if !came.seen.hung.is_empty() {
        came.wrong.push(format!("HANGS: {} processes after {LIMIT:?}", came.seen.hung.len()));
    }
    if !came.seen.left.is_empty() {
        came.wrong.push(format!("LEFT: {} processes", came.seen.left.len()));
    }
    if came.shown.contains("panicked") {
        let at = came.shown.find("panicked").unwrap_or(0);
        let around: String = came.shown[at..].chars().take(200).collect();
        came.wrong.push(format!("PANIC: {around:?}"));
    }
    Some(came)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// A shell that stops itself until it is traced, and then becomes the program.
const STOPPED_SHELL: [&str; 3] = ["sh", "-c", "kill -STOP $$; exec \"$0\" \"$@\""];

fn surroundings(command: &mut Command, folder: &Path) {
    command.current_dir(folder).env("TMPDIR", folder.join("tmp")).env("XDG_STATE_HOME", folder.join("state"));
    command.env("RUST_BACKTRACE", "0").env_remove("TINCANS_PANIC");
}

fn piped(scene: &Scene, fault: Option<Fault>, folder: &Path) -> Option<Came> {
    let mark = Mark::new();
    let mut command = Command::new(STOPPED_SHELL[0]);
    command.args(&STOPPED_SHELL[1..]).arg(program()).args(scene.arguments);
    surroundings(&mut command, folder);
    mark.put_on(&mut command);
    let file = |name: &str| Stdio::from(fs::File::create(folder.join(name)).expect("a file"));
    command.stdin(Stdio::null()).stdout(file("out")).stderr(file("err")).process_group(0);
    let pid = {
        #[expect(clippy::zombie_processes, reason = "the tracer waits for it, and for all that it forks")]
        let child = command.spawn().expect("sh starts");
        i32::try_from(child.id()).expect("a pid")
    };
    let seen = traced(pid, fault, || ())?;
    let read = |name: &str| String::from_utf8_lossy(&fs::read(folder.join(name)).expect("a file")).into_owned();
    let shown = masked(&(read("out") + &read("err")));
    let mut wrong = Vec::new();
    if until(PATIENCE, || mark.bearers().is_empty()).is_none() {
        wrong.push(format!("alive: {:?}", mark.bearers()));
    }
    Some(Came { seen, shown, wrong, files: Vec::new() })
}

fn on_a_terminal(scene: &Scene, fault: Option<Fault>, folder: &Path) -> Option<Came> {
    /// How long a word is waited for that does not come because a call has failed.
    const STEP: Duration = Duration::from_millis(700);
    let mut words: Vec<OsString> = STOPPED_SHELL.iter().map(OsString::from).collect();
    words.push(program());
    words.extend(scene.arguments.iter().map(OsString::from));
    let mut pty = Pty::start_below_shell((24, 80), &words, |command| surroundings(command, folder));
    let pid = pty.first_child();
    let mut keys = scene.keys.iter();
    let mut next = keys.next();
    let mut since = Instant::now();
    let seen = traced(pid, fault, || {
        let _ = pty.pump(Duration::ZERO);
        let Some((wanted, typed)) = next else {
            // Whatever it is at, this ends it, should the first have gone astray.
            if since.elapsed() > STEP {
                pty.try_to_type(b"\x03");
                since = Instant::now();
            }
            return;
        };
        let is_there = if wanted.is_empty() { since.elapsed() > STEP / 7 } else { pty.screen().contains(wanted) };
        if is_there || since.elapsed() > STEP * 2 {
            pty.try_to_type(typed);
            (next, since) = (keys.next(), Instant::now());
        }
    })?;
    let _ = pty.pump(Duration::from_millis(5));
    let mut wrong = Vec::new();
    if !pty.has_its_modes_back() {
        wrong.push("TERMIOS are not as before".to_owned());
    }
    let left_on = modes_left_on(pty.bytes());
    if !left_on.is_empty() {
        wrong.push(format!("MODES left on: {left_on:?}"));
    }
    let all = String::from_utf8_lossy(pty.bytes()).into_owned();
    let shown = if seen.status == Some(0) { String::new() } else { all };
    Some(Came { seen, shown, wrong, files: Vec::new() })
}

fn traced(pid: i32, fault: Option<Fault>, meanwhile: impl FnMut()) -> Option<Seen> {
    let is_stopped = || processes::read(pid).is_some_and(|process| process.state == 'T');
    assert!(until(PATIENCE, is_stopped).is_some(), "sh stops");
    match Tracer::seize(pid, fault) {
        Ok(mut tracer) => {
            tracer.run(LIMIT, meanwhile);
            Some(std::mem::take(&mut tracer.seen))
        }
        Err(error) => {
            println!("ptrace: {error}");
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
            None
        }
    }
}

/// Without the numbers that are others each time.
fn masked(shown: &str) -> String {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let mut masked = String::new();
    for piece in shown.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let is_pid = word.len() >= 3 && word.chars().all(is_digit);
        masked.push_str(if is_pid { "N" } else { word });
        masked.push_str(&piece[word.len()..]);
    }
    masked
}
