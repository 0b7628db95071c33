//! What Linux really does, as scripts: every row of the matrix in the facts, each of the points learners get wrong, and
//! what else was measured. Each script must hold on this kernel; and each expectation of a line that ends in `# relation`
//! must fail once it is turned round, or it says nothing.
//!
//! What the language cannot say, and no script here claims:
//! - what a sender is charged for (SIOCOUTQ): no expectation, `queue` shows it; checked below in the JSON lines;
//! - after how many reads exactly POLLOUT comes back: only that it is later than the first successful send;
//! - the kernel function that a task sleeps in (`sock_alloc_send_pskb`, `unix_stream_read_generic`);
//! - M28's shared file offset (no files on the bench; O_NONBLOCK shows the same sharing), M30's `scm_fds` (`holders` counts them);
//! - M36's race between fcntl(F_SETFD) and another thread's fork and exec; two writers whose large writes might interleave;
//!   two tasks asleep on one end, of which one wakes;
//! - EFAULT, and a number of bytes or flags that no statement passes;
//! - numbers of one kernel: 278 messages, 768 bytes each, 212960, 44 against 26.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Scripts that run at the same time.
const AT_ONCE: usize = 4;

/// The scripts, in order of their names.
fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/facts");
    let entries =
        std::fs::read_dir(folder).expect("the folder of the facts").map(|entry| entry.expect("an entry").path());
    let mut scripts: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "tin")).collect();
    scripts.sort();
    scripts
}

fn run(script: &str, flags: &[&str]) -> Output {
    use std::io::Write as _;
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.args(["run", "-"]).args(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(script.as_bytes()).expect("it reads its script");
    child.wait_with_output().expect("its output")
}

/// Does a job for each item, several at a time, and gathers what went wrong.
fn for_each<T: Sync>(items: &[T], job: impl Fn(&T) -> Result<(), String> + Sync) -> String {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(told) = job(item) {
                        wrong.lock().expect("no job panics").push_str(&told);
                    }
                }
            });
        }
    });
    wrong.into_inner().expect("no job panics")
}

fn shown(what: &str, output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("\n== {what}: {}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_fact_holds_on_this_kernel() {
    let wrong = for_each(&scripts(), |path| {
        let output = run(&std::fs::read_to_string(path).expect("a script"), &[]);
        // A debug build tells contradictions in its ledger on stderr.
        if output.status.success() && output.stderr.is_empty() { Ok(()) } else { Err(shown(&name(path), &output)) }
    });
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_row_and_every_point_has_its_script() {
    let names: Vec<String> = scripts().iter().map(|path| name(path)).collect();
    for point in 1..=36 {
        let prefix = format!("m{point:02}-");
        assert!(names.iter().any(|name| name.starts_with(&prefix)), "no script {prefix}");
    }
    assert!(names.iter().filter(|name| name.starts_with("row-")).count() >= 50, "rows are missing");
    for path in scripts() {
        let script = std::fs::read_to_string(&path).expect("a script");
        assert!(script.starts_with("# "), "{} does not say what it shows", name(&path));
        let is_fact = name(&path).starts_with("row-") || name(&path).starts_with('m');
        assert!(!is_fact || script.contains("# relation"), "{} states nothing that can be turned round", name(&path));
    }
}

#[test]
fn every_relation_fails_when_it_is_turned_round() {
    let mut turned = Vec::new();
    for path in scripts() {
        let script = std::fs::read_to_string(&path).expect("a script");
        turned.extend(mutations(&script).into_iter().map(|mutation| (name(&path), mutation)));
    }
    assert!(turned.len() > 300, "only {} relations", turned.len());
    let wrong = for_each(&turned, |(name, Mutation { line, change, script })| {
        let output = run(script, &[]);
        let told = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(1) && told.contains(&format!("-:{line}: wanted")) {
            return Ok(());
        }
        Err(shown(&format!("{name}:{line}: {change} still passes"), &output))
    });
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_sender_is_charged_for_more_than_its_bytes() {
    for kind in ["stream", "dgram", "seqpacket"] {
        let script = format!("socketpair {kind} s\nrepeat 2 send s[0] hello\nqueue s[1]\n");
        let output = run(&script, &["--json"]);
        let lines = String::from_utf8(output.stdout).expect("UTF-8");
        let mut objects = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let queue = objects.find(|object| object["event"] == "queue").expect("a queue");
        assert!(queue["charged"].as_u64() > Some(100), "{queue}");
        assert!(queue["charged"].as_u64() < queue["sndbuf"].as_u64(), "{queue}");
        assert_eq!((queue["end"].as_str(), queue["waiting"].as_u64()), (Some("s[1]"), Some(10)), "{queue}");
    }
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// A script with one expectation turned round.
struct Mutation {
    line: usize,
    change: String,
    script: String,
}

/// Every expectation of every marked line, turned round one at a time.
fn mutations(script: &str) -> Vec<Mutation> {
    let mut all = Vec::new();
    for (index, line) in script.lines().enumerate() {
        let Some(marked) = line.trim_end().strip_suffix("# relation") else { continue };
        let (statement, wants) = marked.split_once("=>").expect("a relation is an expectation");
        let wants = expectations(wants);
        for (at, want) in wants.iter().enumerate() {
            let other = turned_round(want);
            let mut changed = wants.clone();
            changed[at].clone_from(&other);
            let line = format!("{statement}=> {}", changed.join(", "));
            let rest = |(other, text): (usize, &str)| if other == index { line.clone() } else { text.to_owned() };
            let script = script.lines().enumerate().map(rest).fold(String::new(), |mut script, line| {
                writeln!(script, "{line}").expect("a string takes all");
                script
            });
            all.push(Mutation { line: index + 1, change: format!("{want} → {other}"), script });
        }
    }
    all
}

/// The expectations of a line; the comma of `sv=-1,-1` separates nothing.
fn expectations(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim) {
        match all.last_mut().filter(|last| last.starts_with("sv=") && !last.contains(',')) {
            Some(array) => {
                array.push(',');
                array.push_str(part);
            }
            None => all.push(part.to_owned()),
        }
    }
    all
}

/// The opposite of an expectation, or something else that a learner might believe.
fn turned_round(want: &str) -> String {
    const COMPARISONS: &[(&str, &str)] = &[("<=", ">"), (">=", "<"), ("!=", ""), ("<", ">="), (">", "<=")];
    const WORDS: &[(&str, &str)] = &[
        ("EOF", "\"\""),
        ("\"\"", "EOF"),
        ("ECONNRESET", "EPIPE"),
        ("EPIPE", "ECONNRESET"),
        ("ECONNREFUSED", "ENOTCONN"),
        ("ENOTCONN", "ECONNREFUSED"),
        ("EAGAIN", "EOF"),
        ("sleeps", "EOF"),
        ("sv=-1,-1", "sv=3,4"),
        ("parent", "child1"),
    ];
    const PREFIXES: &[(&str, &str)] = &[
        ("!MSG_", "MSG_"),
        ("MSG_", "!MSG_"),
        ("still ", "wakes "),
        ("idle ", "dead "),
        ("asleep ", "idle "),
        ("zombie ", "dead "),
        ("sv=", "sv=-1,-1#"),
        ("creds=", "creds=none#"),
        ("in_flight=", "in_flight=99#"),
        ("fds=", "fds=99#"),
        ("held by ", "held by nobody "),
        ("POLL", "0#"),
        ("\"", "EOF#"),
        ("E", "0#"),
    ];
    if let Some((_, other)) = WORDS.iter().find(|row| row.0 == want) {
        return (*other).to_owned();
    }
    if let Some((sign, other)) = COMPARISONS.iter().find(|row| want.starts_with(row.0)) {
        return format!("{other} {}", want[sign.len()..].trim()).trim().to_owned();
    }
    if let Some((before, after)) = PREFIXES.iter().find(|row| want.starts_with(row.0)) {
        // What stands behind a `#` replaces the rest as well.
        return after.strip_suffix('#').map_or_else(|| format!("{after}{}", &want[before.len()..]), str::to_owned);
    }
    let words: Vec<&str> = want.splitn(3, ' ').collect();
    match words[..] {
        ["killed" | "exits", task, _] => format!("still {task}"),
        ["signals", task, _] => format!("signals {task} SIGUSR1"),
        [verb @ ("wakes" | "reads"), task, result] => format!("{verb} {task} {}", turned_round(result)),
        _ => format!("!= {want}"),
    }
}
