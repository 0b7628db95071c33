//! The script of every lesson, again and again beside two processes that spin: one transcript each, but for the pids.
//! `TINCANS_TIMES` says how often, `TINCANS_LESSON` of which lesson alone, `TINCANS_PROGRAM` with which binary.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::support::number;
use tincans::lesson::{Lesson, LessonPosition, Next, builtin};
use tincans::script::Statement;

const TIMES: u64 = 5;

/// What is compared of a transcript.
type Compared = fn(&str) -> String;

/// Lessons in which a reader takes a write that is larger than the buffer while it is being made: how much each read gets is left
/// open by the kernel. In the hunt an interrupted write lies between, so that the sums are left open, too.
const OPEN: &[(&str, Compared)] = &[("deadlock", summed), ("hunt-communicate", echoed)];

/// Two that leave nobody a quiet processor, until this is dropped.
struct Load(Vec<Child>);

impl Load {
    fn start() -> Self {
        let spin = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn().expect("sh starts");
        Self((0..2).map(|_| spin()).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a learner runs who always does what is asked.
fn script(lesson: &Lesson) -> String {
    let mut lines: Vec<&Statement> = lesson.setup.iter().collect();
    let mut walk = LessonPosition::default();
    loop {
        match walk.next(lesson) {
            Next::Run(statement) => lines.push(statement),
            Next::Ask(prediction) => lines.push(&prediction.statement),
            Next::Reach(goal) => lines.extend(&goal.solution),
            Next::Rest => {}
            Next::Over => break,
        }
        walk = walk.advance(lesson);
    }
    lines.into_iter().map(written).collect()
}

/// A statement with what is expected of it, which may capture numbers for later ones.
fn written(statement: &Statement) -> String {
    let wants: Vec<&str> = statement.expectations.iter().map(|expected| expected.text.as_str()).collect();
    if wants.is_empty() {
        format!("{}\n", statement.text)
    } else {
        format!("{} => {}\n", statement.text, wants.join(", "))
    }
}

/// Exit status and transcript of one run.
fn run(lesson: &Lesson, path: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(crate::support::program());
    let output = command.arg("run").arg(path).stdin(Stdio::null()).output().expect("the program starts");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let shown = masked(&shown);
    let compared =
        OPEN.iter().find(|(id, _)| *id == lesson.id).map_or_else(|| shown.clone(), |(_, compared)| compared(&shown));
    (output.status.code(), compared)
}

/// Reads of one task that follow each other as one line, with what they brought together. In which of its writes a loop falls
/// asleep depends on how much each of its reads got.
fn summed(shown: &str) -> String {
    let sleeps_in_write = |line: &&str| {
        (line.contains("write(") && line.ends_with("<unfinished ...>")) || line.contains("<... write resumed>")
    };
    let mut lines: Vec<(String, Option<u64>)> = Vec::new();
    for line in shown.lines().filter(|line| !sleeps_in_write(line)) {
        let read = line.split_once(", \"").filter(|(call, _)| call.contains("read("));
        match (read, result(line), lines.last_mut()) {
            (Some((call, _)), Some(more), Some((last, Some(sum)))) if call == last => *sum += more,
            (Some((call, _)), Some(more), _) => lines.push((call.to_owned(), Some(more))),
            _ => lines.push((without_rounds(line), None)),
        }
    }
    lines.into_iter().map(|(line, sum)| sum.map_or(format!("{line}\n"), |sum| format!("{line} {sum}\n"))).collect()
}

/// A loop's line without its number of calls (`x 161`): how many there are depends on how much each read got.
fn without_rounds(line: &str) -> String {
    let Some((before, behind)) = line.split_once(" x ") else { return line.to_owned() };
    format!("{before} x N{}", behind.trim_start_matches(|letter: char| letter.is_ascii_digit()))
}

/// The number that a line of a call ends with.
fn result(line: &str) -> Option<u64> {
    line.rsplit_once(" = ").and_then(|(_, number)| number.parse().ok())
}

/// Of others' talk with a task that writes back all that it reads: the lines without those that say what a single read or write
/// moved, and whether as much was written, echoed, and read.
fn echoed(shown: &str) -> String {
    let echo = shown.lines().find_map(|line| {
        let (task, behind) = line.split_once("  read and write(")?;
        let (_, bytes) = behind.split_once(" = ")?;
        Some((task, bytes.split(' ').next()?.parse().ok()?))
    });
    let Some((echo, count)): Option<(&str, u64)> = echo else { return shown.to_owned() };
    let reads =
        |line: &&str| (line.contains("  read(") || line.contains("<... read resumed>")) && !line.contains("NULL");
    let writes = |line: &&str| line.contains("  write(") || line.contains("<... write resumed>");
    let sum = |is_one: fn(&&str) -> bool| {
        let others = shown.lines().filter(|line| !line.starts_with(echo) && is_one(line));
        others.filter_map(result).sum::<u64>()
    };
    let rest = shown.lines().filter(|line| !reads(line) && !writes(line) && !line.contains("  read and write("));
    let rest = rest.collect::<Vec<_>>().join("\n");
    let (is_all_echoed, is_all_read) = (sum(writes) == count, sum(reads) == count);
    format!(
        "{rest}\n{echo} echoed all that was written: {is_all_echoed}\nall that was echoed was read: {is_all_read}\n"
    )
}

/// The transcript with names for the numbers that are others each time: pids, and the names that the kernel makes up.
fn masked(shown: &str) -> String {
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for line in shown.lines() {
        let Some((call, made)) = line.split_once(") = ") else { continue };
        let Some((pid, name)) = made.split_once(" (") else { continue };
        let makes_task = ["fork(", "clone3("].iter().any(|made| call.contains(made));
        if makes_task && pid.bytes().all(|byte| byte.is_ascii_digit()) {
            names.insert(pid, name.trim_end_matches(')').to_uppercase());
        }
    }
    shown
        .lines()
        .map(|line| if tells_of_pids(line) { without_pids(line, &names) } else { format!("{line}\n") })
        .collect()
}

/// Whether numbers in it may be processes'; elsewhere one that is the same by chance is none.
fn tells_of_pids(line: &str) -> bool {
    [
        "fork(",
        "clone3(",
        "setsid(",
        "setpgid(",
        "getppid(",
        "waitpid",
        "kill(",
        "tasks() = ",
        "pid=",
        "getsockname(",
        "getpeername(",
    ]
    .iter()
    .any(|mark| line.contains(mark))
}

fn without_pids(line: &str, names: &BTreeMap<&str, String>) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '@';
    let mut masked = String::new();
    let mut before = "";
    for piece in line.split_inclusive(|letter: char| !is_word(letter)) {
        let word = piece.trim_end_matches(|letter: char| !is_word(letter));
        let is_pid =
            ["pid=", "parent "].contains(&before) && !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_made_up =
            word.len() == 6 && word.starts_with('@') && word[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
        match names.get(word) {
            Some(name) => masked.push_str(name),
            None if is_pid => masked.push_str("PID"),
            None if is_made_up => masked.push_str("@MADEUP"),
            None => masked.push_str(word),
        }
        masked.push_str(&piece[word.len()..]);
        before = piece;
    }
    masked + "\n"
}

/// The first line in which two transcripts differ, with its number.
fn difference(one: &str, other: &str) -> String {
    let (mut ones, mut others) = (one.lines(), other.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (line, that) = (ones.next(), others.next());
        if line != that || line.is_none() {
            return format!("line {number}:\n    {}\n    {}", line.unwrap_or("(end)"), that.unwrap_or("(end)"));
        }
    }
}

#[test]
fn every_lesson_gives_one_transcript_under_load() {
    let times = number("TINCANS_TIMES").unwrap_or(TIMES);
    let only = std::env::var("TINCANS_LESSON").ok();
    let folder = tempfile::tempdir().expect("a folder");
    let lessons: Vec<Lesson> =
        builtin::lessons().into_iter().filter(|lesson| only.as_ref().is_none_or(|id| *id == lesson.id)).collect();
    let scripts: Vec<_> = lessons
        .iter()
        .map(|lesson| {
            let path = folder.path().join(format!("{}.tin", lesson.id));
            std::fs::write(&path, script(lesson)).expect("a script");
            path
        })
        .collect();
    let _load = Load::start();
    let start = Instant::now();
    let firsts: Vec<_> = lessons.iter().zip(&scripts).map(|(lesson, path)| run(lesson, path)).collect();
    let mut differ: BTreeMap<String, u64> = BTreeMap::new();
    for turn in 1..times {
        for ((lesson, path), first) in lessons.iter().zip(&scripts).zip(&firsts) {
            let now = run(lesson, path);
            if now != *first {
                *differ.entry(lesson.id.clone()).or_default() += 1;
                eprintln!("{}, turn {turn}: {:?} {:?}, {}", lesson.id, first.0, now.0, difference(&first.1, &now.1));
            }
        }
        if (turn + 1) % 100 == 0 {
            eprintln!("{} times in {:?}, {differ:?} differ", turn + 1, start.elapsed());
        }
    }
    let failed: Vec<_> = lessons.iter().zip(&firsts).filter(|(_, first)| first.0 != Some(0)).collect();
    eprintln!("{} lessons {times} times each in {:?}", lessons.len(), start.elapsed());
    assert!(differ.is_empty(), "{differ:?}");
    let lost = firsts.iter().find(|(_, shown)| shown.contains(": false\n"));
    assert!(lost.is_none(), "{lost:?}");
    assert!(failed.is_empty(), "{:?}", failed.iter().map(|(lesson, first)| (&lesson.id, first)).collect::<Vec<_>>());
}

#[test]
fn what_is_another_each_time_is_masked() {
    let one = "parent  fork() = 4711 (child1)\nparent  waitpid(4711) = 4711\ntasks() = parent 12, pid=13 4712 @0001f\nwrite 4711\n";
    let shown = "parent  fork() = CHILD1 (child1)\nparent  waitpid(CHILD1) = CHILD1\ntasks() = parent PID, pid=PID 4712 @MADEUP\nwrite 4711\n";
    assert_eq!(masked(one), shown);
}

#[test]
fn reads_that_follow_each_other_are_summed() {
    let shown = "a  read(c[1], \"zz\"..., 65536) = 65536\na  read(c[1], \"z\", 65536) = 7\nb  read(c[1], \"z\", 9) = 1\nb  read(c[1], \"\", 9) = -1 EAGAIN\n";
    assert_eq!(summed(shown), "a  read(c[1] 65543\nb  read(c[1] 1\nb  read(c[1], \"\", 9) = -1 EAGAIN\n");
}

#[test]
fn what_an_echo_moved_is_compared_with_what_was_written_and_read() {
    let shown = "a  write(c[0], \"small\", 5) = 5\nb  <... read resumed> \"small\", 65536) = 5\na  read(c[0], \"small\", 4096) = 5\na  write(c[0], \"zz\"..., 4194304 <unfinished ...>\na  <... write resumed>) = 7\nh  read(c[0], \"zzzzzzz\", 65536) = 7\nb  read and write(c[1], \"small\", 5) x 2 = 12 bytes, then EOF\n        queue(c[0]) = 0 bytes\n";
    let compared =
        "        queue(c[0]) = 0 bytes\nb echoed all that was written: true\nall that was echoed was read: true\n";
    assert_eq!(echoed(shown), compared);
    let less = shown.replace("= 7\nh", "= 8\nh");
    assert!(echoed(&less).contains("all that was written: false\nall that was echoed was read: true"));
}
