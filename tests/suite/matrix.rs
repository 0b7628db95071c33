//! `tincans matrix` from outside: every cell's script holds when it is run, the facts that do not depend on one kernel's numbers
//! are found, and the three forms say the same. Completions and the manual page are here too.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use clap::CommandFactory;
use serde_json::Value;
use tincans::cli::Arguments;

const COLUMNS: [&str; 5] = ["stream", "dgram", "seqpacket", "pipe", "packetpipe"];
/// Scripts that run at the same time.
const AT_ONCE: usize = 4;

fn tincans(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tincans"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn printed(arguments: &[&str]) -> String {
    let output = tincans(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*errors), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The whole matrix, asked once.
fn matrix() -> &'static Value {
    static MATRIX: OnceLock<Value> = OnceLock::new();
    MATRIX.get_or_init(|| {
        let since = Instant::now();
        let text = printed(&["matrix", "--json"]);
        eprintln!("the whole matrix took {:.2?}", since.elapsed());
        serde_json::from_str(&text).expect("one object")
    })
}

fn rows() -> &'static [Value] {
    matrix()["rows"].as_array().expect("rows")
}

/// The answers of one cell, a text for each question; none where it has no meaning.
fn answers(row: &str, column: &str) -> Vec<String> {
    let found = rows().iter().find(|object| object["row"] == row).unwrap_or_else(|| panic!("no row {row}"));
    let answers = found["cells"][column]["answers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let words = |answer: &Value| {
        let words = answer["words"].as_array().expect("words").iter();
        words.map(|word| word.as_str().expect("a string")).collect::<Vec<_>>().join(", ")
    };
    answers.iter().map(words).collect()
}

/// The first number in an answer.
fn number(answer: &str) -> i64 {
    let digits: String = answer.chars().skip_while(|letter| !letter.is_ascii_digit()).collect();
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number in {answer:?}"))
}

/// `ROW COLUMN` and the script, of every cell that has one.
fn cells() -> Vec<(String, &'static str)> {
    let cells = rows().iter().flat_map(|row| {
        COLUMNS.iter().filter_map(move |column| {
            let name = format!("{} {column}", row["row"].as_str().expect("a name"));
            Some((name, row["cells"][column]["script"].as_str()?))
        })
    });
    cells.collect()
}

/// Runs a script; what did not hold of it.
fn run(script: &str) -> Result<(), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.args(["run", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(script.as_bytes()).expect("it reads its script");
    let output = child.wait_with_output().expect("its end");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Runs them all, some at a time; which failed.
fn failures(scripts: &[(String, String)]) -> Vec<String> {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((name, script)) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(errors) = run(script) {
                        failed.lock().expect("no panic").push(format!("{name}: {errors}\n{script}"));
                    }
                }
            });
        }
    });
    failed.into_inner().expect("no panic")
}

#[test]
fn every_cell_s_script_holds_when_it_is_run() {
    let scripts: Vec<(String, String)> = cells().into_iter().map(|(name, script)| (name, script.to_owned())).collect();
    assert!(scripts.len() > 300, "{} cells", scripts.len());
    let failed = failures(&scripts);
    assert!(failed.is_empty(), "{} of {} cells:\n{}", failed.len(), scripts.len(), failed.join("\n"));
}

#[test]
fn every_cell_says_something_or_why_not() {
    assert!(rows().len() >= 40, "{} rows", rows().len());
    for row in rows() {
        let asked = row["asked"].as_array().expect("questions").len();
        for column in COLUMNS {
            let cell = &row["cells"][column];
            let name = format!("{} {column}", row["row"]);
            if cell["script"].is_null() {
                assert!(
                    cell["answer"].is_null() && cell["reason"].as_str().is_some_and(|why| !why.is_empty()),
                    "{name}"
                );
                continue;
            }
            assert_eq!(cell["answers"].as_array().map(Vec::len), Some(asked), "{name}");
            assert!(cell["answers"].as_array().is_some_and(|all| all.iter().all(|one| !one["words"].is_null())));
        }
    }
}

#[test]
fn no_row_is_stopped_by_a_refusal() {
    for (name, script) in cells() {
        assert!(!script.contains("refused"), "{name}:\n{script}");
    }
}

/// An expectation that holds whatever comes would make every cell's script hold.
#[test]
fn an_answer_of_another_column_does_not_hold() {
    for (row, from, to) in [
        ("two-writes", "stream", "dgram"),
        ("short-read", "dgram", "stream"),
        ("closed-read", "seqpacket", "dgram"),
        ("broken", "seqpacket", "stream"),
        ("unread", "stream", "dgram"),
        ("unread-reply", "seqpacket", "stream"),
        ("waitall-sleeps", "stream", "seqpacket"),
        ("fionread", "dgram", "stream"),
    ] {
        let script = |column| printed(&["matrix", row, column]);
        let altered = script(from).replace(&format!("channel {from}"), &format!("channel {to}"));
        assert_eq!(run(&script(to)), Ok(()), "{row} {to}");
        assert!(run(&altered).is_err(), "the answers of {row} {from} hold for {to} too:\n{altered}");
    }
}

#[test]
fn the_matrix_finds_what_is_known_of_messages() {
    assert_eq!(answers("two-writes", "stream"), ["\"helloworld\"", "sleeps"]);
    assert_eq!(answers("two-writes", "pipe"), ["\"helloworld\"", "sleeps"]);
    for column in ["dgram", "seqpacket", "packetpipe"] {
        assert_eq!(answers("two-writes", column), ["\"hello\"", "\"world\""], "{column}");
        assert_eq!(answers("short-read", column), ["\"0123\"", "-1 EAGAIN"], "{column}");
    }
    assert_eq!(answers("short-read", "stream")[1], "\"456789\"");
    assert_eq!(number(&answers("fionread", "stream")[0]), 2 * number(&answers("fionread", "dgram")[0]));
    assert_eq!(answers("empty-then-close", "seqpacket"), ["\"\"", "EOF"]);
    assert_eq!(answers("empty-then-close", "dgram"), ["\"\"", "-1 EAGAIN"]);
    assert_eq!(answers("empty-then-close", "stream"), ["EOF", "EOF"]);
    assert_eq!(answers("oob", "dgram")[0], "-1 EOPNOTSUPP");
    assert_eq!(answers("other-way", "pipe"), ["-1 EBADF", "-1 EBADF"]);
}

#[test]
fn the_matrix_finds_what_is_known_of_ends() {
    assert_eq!(answers("closed-read", "dgram"), ["sleeps"]);
    for column in ["stream", "pipe"] {
        assert_eq!(answers("broken", column), ["killed by SIGPIPE"]);
    }
    assert_eq!(answers("broken", "seqpacket"), ["-1 EPIPE"]);
    assert_eq!(answers("broken-ignored", "dgram"), ["-1 ECONNREFUSED", "-1 ENOTCONN"]);
    assert_eq!(answers("unread", "stream"), ["-1 ECONNRESET", "EOF"]);
    assert_eq!(answers("unread-reply", "stream"), ["\"reply\"", "-1 ECONNRESET", "EOF"]);
    assert_eq!(answers("unread-reply", "seqpacket"), ["-1 ECONNRESET", "\"reply\"", "EOF"]);
    assert_eq!(answers("zombie", "stream"), ["EOF"]);
    assert_eq!(answers("third-holder", "stream"), ["sleeps", "0, wakes peer EOF"]);
    assert_eq!(answers("third-holder", "dgram"), ["sleeps", "0, still peer"]);
    assert_eq!(answers("own-copy", "pipe"), ["sleeps"]);
    assert!(answers("wr-peer", "stream")[0].contains("POLLRDHUP"));
    assert!(!answers("wr-peer", "dgram")[0].contains("POLLRDHUP"));
    assert_eq!(answers("peercred", "stream"), ["parent", "parent"]);
}

#[test]
fn the_matrix_finds_what_is_known_of_room() {
    let full = |column| number(&answers("full-bytes", column)[0]);
    assert!(full("pipe") > 10 * full("stream"), "a pipe merges what a stream charges for");
    assert!(full("packetpipe") < full("pipe"));
    assert_eq!(answers("reader-buffer", "dgram"), answers("full-bytes", "dgram"), "the sender's buffer counts");
    assert!(number(&answers("named-full", "dgram")[0]) < full("dgram"));
    for column in ["dgram", "seqpacket"] {
        assert_eq!(answers("largest", column)[0], "-1 EMSGSIZE");
        assert!(number(&answers("largest", column)[1]) > 0);
        assert_eq!(answers("too-much", column)[0], "-1 EMSGSIZE");
    }
    assert!(number(&answers("too-much", "stream")[0]) < 1024 * 1024);
    // Room to write comes back long before POLLOUT does.
    let again = answers("room-again", "stream");
    assert_eq!([&again[0], &again[2], &again[3]], ["0", "1", "0"]);
    assert!(answers("fd-between", "stream")[0].contains("fds=1"));
    assert_eq!(answers("fd-no-data", "stream")[1], "-1 EAGAIN");
}

#[test]
fn the_matrix_finds_what_is_known_of_copies_and_processes() {
    for column in ["stream", "seqpacket", "pipe", "packetpipe"] {
        assert_eq!(answers("dup2-exec", column), ["sleeps"], "{column}: dup2 clears close-on-exec");
        assert_eq!(answers("dup3-exec", column), ["-1 EINVAL", "EOF"], "{column}");
        assert_eq!(answers("close-range", column)[1], "0, wakes peer EOF", "{column}");
        assert_eq!(answers("eof-no-death", column), ["EOF", "0", "EOF", "exits peer 3"], "{column}");
        assert_eq!(answers("orphan", column), ["peer", "exited with 0", "sleeps"], "{column}");
        assert_eq!(answers("pdeathsig", column)[1..], ["exited with 0, killed third SIGTERM", "EOF"], "{column}");
    }
    assert_eq!(answers("reuseaddr", "stream"), ["0", "-1 EADDRINUSE", "0"], "SO_REUSEADDR does nothing here");
    assert_eq!(answers("caught", "pipe")[1..], ["0, still peer", "1, wakes peer \"x\""]);
    assert_eq!(answers("caught-norestart", "pipe")[1..], ["0, wakes peer -1 EINTR", "1"]);
}

#[test]
fn the_matrix_finds_what_is_known_of_other_things_to_wait_for() {
    for column in COLUMNS {
        assert_eq!(answers("eventfd", column)[1..], ["value=2", "-1 EAGAIN"], "{column}");
        assert_eq!(answers("eventfd-semaphore", column)[1..], ["value=1", "value=1"], "{column}");
        assert_eq!(answers("timerfd", column)[1..], ["-1 EAGAIN", "value=1"], "{column}");
        assert_eq!(answers("signalfd", column)[3], "value=SIGUSR1", "{column}");
        assert!(answers("pidfd", column)[2].contains("p:POLLIN"), "{column}");
        assert_eq!(answers("epoll-oneshot", column)[1], "0", "{column}");
    }
    assert_eq!(answers("sendmmsg", "dgram"), ["3", "2", "\"three\""]);
    assert_eq!(answers("recvmmsg-waits", "seqpacket"), ["2", "sleeps", "3, wakes peer 3"]);
    assert_eq!(answers("tee", "pipe"), ["3", "\"abc\"", "-1 EAGAIN"]);
    assert_eq!(answers("tee", "stream")[0], "-1 EINVAL");
}

#[test]
fn one_cell_is_the_script_that_json_gives() {
    let (_, script) = cells().into_iter().find(|cell| cell.0 == "closed-read dgram").expect("that cell");
    assert_eq!(printed(&["matrix", "closed-read", "dgram"]), script);
    assert!(script.contains("sleeps"), "{script}");
}

#[test]
fn the_text_fits_a_hundred_columns_and_has_every_row() {
    let text = printed(&["matrix"]);
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    for row in rows() {
        let id = row["row"].as_str().expect("a name");
        assert!(text.contains(&format!("\n{id}: ")), "{id}");
    }
    // Each time that all rows are asked takes seconds; one is enough for the form.
    let markdown = printed(&["matrix", "unread", "--markdown"]);
    assert!(markdown.contains("| `unread`: "), "{markdown}");
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(markdown.lines().filter(|line| line.starts_with('|')).all(|line| bars(line) == 8));
}

#[test]
fn one_row_is_one_row() {
    // What is no name is searched for: in the rows' texts, and in the answers.
    let text = printed(&["matrix", "Reading ebadf"]);
    assert!(text.contains("\nother-way: the reading end") && !text.contains("vmsplice: "), "{text}");
    let text = printed(&["matrix", "unread"]);
    assert!(text.contains("\nunread: ") && !text.contains("two-writes"), "{text}");
    let json: Value = serde_json::from_str(&printed(&["matrix", "unread", "--json"])).expect("one object");
    assert_eq!(json["rows"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_no_row_and_no_cell_is_said_with_exit_status_2() {
    for (arguments, says) in [
        (&["matrix", "nonsense"][..], "there is no row `nonsense`"),
        (&["matrix", "unread", "carrier"], "invalid value 'carrier'"),
        (&["matrix", "unread", "pipe"], "a pipe has one direction"),
        (&["matrix", "--json", "--markdown"], "cannot be used with"),
        (&["completions", "cmd"], "invalid value 'cmd'"),
    ] {
        let output = tincans(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(says), "{arguments:?}: {errors}");
    }
}

/// Every subcommand that the program has.
fn commands() -> Vec<String> {
    let all: Vec<String> =
        Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    assert!(["run", "check", "matrix", "completions", "man"].iter().all(|known| all.iter().any(|name| name == known)));
    all
}

#[test]
fn completions_know_every_subcommand_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell} lacks {command}");
        }
        assert!(script.contains("every-call"), "{shell} lacks an option");
    }
}

#[test]
fn the_manual_page_has_every_subcommand_with_its_options() {
    let page = printed(&["man"]);
    assert!(page.contains(".TH tincans 1"), "{page}");
    for command in commands() {
        assert!(page.contains(&format!(".SH \"TINCANS {}\"", command.to_uppercase())), "{command}");
    }
    assert!(page.contains("every\\-call") && page.contains("Exit status"), "{page}");
}

#[test]
fn a_closed_stdout_is_no_failure() {
    for arguments in [&["matrix", "unread"][..], &["matrix", "unread", "stream"], &["completions", "bash"], &["man"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
        let output = command.args(arguments).stdin(Stdio::null()).stdout(writer).output().expect("the program starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*errors), (Some(0), ""), "{arguments:?}");
    }
}
