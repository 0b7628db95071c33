//! `tincans --plain`: bench, lessons and practice through a pipe and on a terminal, as lines that can be read aloud.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::support::pty::Pty;

/// Reading, running, a question, a goal of two statements.
const LESSON: &str = "+++\ntitle = \"A small one\"\ntopics = [\"basics\"]\nminutes = 1\n+++\n# A small one\n\nProse **one**, \
    which is long enough to be wrapped at sixty columns.\n\n```tin setup\nchannel stream chat child1\n```\n\n```tin\n\
    write chat[0] one => 3\nwrite chat[0] two => 3\n```\n\nWhat comes?\n\n```predict\nchild1: read chat[1]\n- [ ] \"one\"\n\
    - [x] \"onetwo\"\n- [ ] sleeps\n```\n\n```after\nBytes have no edges.\n```\n\nNow you.\n\n```goal\n\
    child1: read chat[1] => \"x\"\nqueue chat[1] => 1\n```\n\n```hint\nRead early.\n```\n\n```hint\nOne, then the other.\n\
    ```\n\n```solution\nwrite chat[0] x\nchild1: read chat[1]\nwrite chat[0] y\n```\n\n```after\nThe moment decides.\n```\n\n\
    The last words.\n";

fn tincans(arguments: &[&str], state: &Path, input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.args(arguments).env("XDG_STATE_HOME", state);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().expect("it starts");
    program.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    program.wait_with_output().expect("it ends")
}

/// What `tincans ARGUMENTS` says to these lines. Nothing in it is more than text.
fn said(arguments: &[&str], state: &Path, input: &str) -> String {
    let output = tincans(arguments, state, input.as_bytes());
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text:?}");
    text
}

fn plain(input: &str) -> String {
    said(&["--plain"], tempfile::tempdir().expect("a folder").path(), input)
}

/// These stand in the text, in this order.
fn in_order(text: &str, wanted: &[&str]) {
    let mut rest = text;
    for line in wanted {
        let Some(at) = rest.find(line) else { panic!("{line:?} is not, or not there, in\n{text}") };
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn the_bench_is_lines_and_a_mistake_is_one_too() {
    let text = plain(
        "reset\nchannel stream chat child1\nwrite chat[0] one\nwrite chat[0] two\nchild1: read chat[1]\nnon sense\n\
         write nowhere[0] x\nchild1: read chat[1]\nclose chat[0]\nquit\nwrite chat[0] never\n",
    );
    for wanted in [
        "parent  write(chat[0], \"two\", 3) = 3\n",
        "child1  read(chat[1], \"onetwo\", 4096) = 6\nwhy: ",
        "error: column 1: ",
        "refused: ",
        "child1  <... read resumed> \"\", 4096) = 0\nwhy: ",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
    assert!(!text.contains("never"), "{text}");
}

/// A close with bytes unread leaves an error at the peer. Where somebody has asked for it, it is not told again; and what waits is
/// read before it.
#[test]
fn the_next_read_is_the_same_in_why_in_the_bench_and_in_the_kernel() {
    let text = plain(
        "reset\nchannel stream c kid\nwrite c[0] hello\nkid: close c[1]\ngetsockopt c[0] error\nwhy c[0]\nbench\nread c[0]\nquit\n",
    );
    in_order(
        &text,
        &[
            "why(c[0]): The next read at c[0] is EOF",
            "\nEOF: parent's next read returns 0.\n",
            "parent  read(c[0], \"\", 4096) = 0\n",
        ],
    );
    let text = plain(
        "reset\nchannel stream d c\nwrite d[0] q\nc: write d[1] reply\nc: close d[1]\nwhy d[0]\nbench\nread d[0]\nbench\n\
         read d[0]\nread d[0]\nquit\n",
    );
    in_order(
        &text,
        &[
            "then ECONNRESET once, then EOF",
            "\n5 bytes, then ECONNRESET, then EOF for parent.\n",
            "parent  read(d[0], \"reply\", 4096) = 5\n",
            "\nparent's next read: ECONNRESET, then EOF.\n",
            "parent  read(d[0], NULL, 4096) = -1 ECONNRESET",
            "parent  read(d[0], \"\", 4096) = 0\n",
        ],
    );
}

/// The diagram and the way back in time, which the terminal UI draws.
#[test]
fn what_has_happened_is_told_as_lines_and_the_bench_as_it_was() {
    let text = plain(
        "reset\nsocketpair dgram d\nwrite d[0] one\nwrite d[0] second\nread d[1] 2\nclose d[1]\ndiagram\npast 2\npast 0\npast\npast 999\n",
    );
    in_order(
        &text,
        &[
            "\n1: parent socketpair(AF_UNIX, SOCK_DGRAM, 0, d) = 0.\n",
            "2: parent write(d[0], \"one\", 3) = 3; message 1 goes to d[1].\n",
            "3: parent write(d[0], \"second\", 6) = 6; message 2 goes to d[1].\n",
            "4: parent read(d[1], \"on\", 2) = 2; takes message 1 of parent; 1 byte of it is lost.\n",
            "5: parent close(d[1]) = 0; message 2 to d[1] is destroyed unread.\n",
            "After event 2 of 5:\n2: parent write(d[0]",
            "why: A write that succeeds has only queued its bytes: 1 message (3 bytes) waits at d[1]",
            "Waits at d[1]: \"one\" of write 1.\n",
            "Before the first event:\n",
            "past asks for an event by its number",
            "After event 5 of 5:\n",
        ],
    );
}

/// The README's first ten seconds, without a screen.
#[test]
fn words_are_messages_and_an_empty_line_lets_the_children_read() {
    let text = plain("one\ntwo\nthree\n\nsay read this\nread\nbench\nkill child1\n");
    assert!(!text.contains("note: "), "{text}");
    in_order(
        &text,
        &[
            "tincans, line by line. ",
            "socketpair(AF_UNIX, SOCK_STREAM, 0, wire) = 0\n",
            "socketpair(AF_UNIX, SOCK_DGRAM, 0, post) = 0\n",
            "parent  write(wire[0], \"one\", 3) = 3\n",
            "parent  write(post[0], \"one\", 3) = 3\n",
            "parent  write(post[0], \"three\", 5) = 5\n",
            "\"onetwothree\"",
            "\"two\"",
            "parent  write(wire[0], \"read this\", 9) = 9\n",
            "error: column ",
            "Channel wire, SOCK_STREAM",
            "+++ killed by SIGTERM +++\n",
        ],
    );
}

#[test]
fn what_the_panels_show_is_told_in_sentences() {
    let text = plain(
        "reset\nbench\nchannel stream chat child1\nbench\nwrite chat[0] one\nwrite chat[0] two\nchild1: read chat[1] 5\nbench\n\
         channel dgram post child2\nwrite post[0] \"caf\\xc3\\xa9\\x1b\"\nchild2: read post[1] 2\nkill child1\nbench\n",
    );
    in_order(
        &text,
        &[
            "There is no channel; for example: channel stream chat child1\n",
            "Channel chat, SOCK_STREAM: parent holds chat[0]; child1 holds chat[1].\nTowards chat[1]: nothing was written.\nTowards chat[0]: nothing was written.\n",
            "Write 1 by parent towards chat[1]: \"one\".\nWrite 2 by parent towards chat[1]: \"two\".\n",
            "Read 1 by child1 at chat[1]: \"onetw\", from writes 1 and 2.\nWaits at chat[1]: \"o\" of write 2.\n",
            "Channel chat, SOCK_STREAM: parent holds chat[0]; nobody holds chat[1].\n",
            "child1 killed by SIGTERM.\n",
            "Write 1 by parent towards post[1]: \"café\\x1b\".\n",
            "Read 1 by child2 at post[1]: \"ca\", from write 1; 4 bytes are lost.\nWaits at post[1]: nothing.\n",
        ],
    );
}

#[test]
fn no_byte_that_a_terminal_would_act_on_comes_out() {
    let state = tempfile::tempdir().expect("a folder");
    let input = b"reset\nchannel stream chat child1\nwrite chat[0] \"\\x1b[31m\\x07\\x9b\\xe2\\x80\\xae\"\n\x1b]0;x\x07\nwrite chat[0] \x1b[5m\nhelp\nlesson \x1b[5m\nlessons \x1b[5m\n";
    let text = String::from_utf8(tincans(&["--plain"], state.path(), input).stdout).expect("text");
    assert!(text.contains("write(chat[0]"), "{text}");
    assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control() && letter != '\u{202e}'), "{text:?}");
}

/// A folder for the state, with the small lesson in it.
fn with_lesson() -> (tempfile::TempDir, String) {
    let state = tempfile::tempdir().expect("a folder");
    let file = state.path().join("99-a-small-one.md");
    std::fs::write(&file, LESSON).expect("a lesson");
    let name = file.to_str().expect("a path").to_owned();
    (state, name)
}

#[test]
fn a_lesson_is_told_and_taken_line_by_line() {
    let (state, lesson) = with_lesson();
    // Enter twice, a word that is none here, on, no answer, one that is too high, a wrong one; hints; free play that misses;
    // the answer from a fresh bench.
    let input = "\n\nhint\n\n\n9\n1\n\nhint\nhint\nhint\nwrite chat[0] xy\nanswer\n\n\n\n\n\n\n";
    let text = said(&["learn", "--plain", "--seed", "0", &lesson], state.path(), input);
    in_order(
        &text,
        &[
            "Lesson 99: A small one. Steps: 4. Minutes: about 1.\nStep 1 of 4.\nProse one, which is long enough to be wrapped at sixty columns.\n",
            "Enter runs: write chat[0] one\nthen: write chat[0] two\n",
            "runs: write chat[0] one\nparent  write(chat[0], \"one\", 3) = 3\ncame: 3, as the lesson has it.\nwhy: ",
            "Enter runs: write chat[0] two\nruns: write chat[0] two\n",
            "Enter goes on.\nHints are for goals; here is none.\nStep 2 of 4.\nWhat comes?\n",
            "Question: what will the kernel answer to: child1: read chat[1]\n1: \"one\"\n2: \"onetwo\"\n3: sleeps\n",
            "Type the number of your answer, 1 to 3.\nType the number of your answer, 1 to 3.\nThe answers are 1 to 3.\n",
            "runs: child1: read chat[1]\nchild1  read(chat[1], \"onetwo\", 4096) = 6\n",
            "Wrong. You said 1: \"one\"\nThe kernel answered 2: \"onetwo\"\n",
            "Bytes have no edges.\nEnter goes on.\nStep 3 of 4.\nNow you.\n",
            "not yet: child1: read chat[1] => \"x\"\nnot yet: queue chat[1] => 1\nhint gives a hint (hints: 2);",
            "Hint 1 of 2:\nRead early.\nHint 2 of 2:\nOne, then the other.\nThat was the last hint;",
            "parent  write(chat[0], \"xy\", 2) = 2\n",
            "The answer has this statement next, Enter runs it: write chat[0] x\nruns: write chat[0] x\n",
            "holds now: queue chat[1] => 1\n",
            "runs: child1: read chat[1]\n",
            "holds now: child1: read chat[1] => \"x\"\nholds no longer: queue chat[1] => 1\n",
            "Reached: all of the goal holds.\nThe moment decides.\nEnter goes on.\n",
            "The last words.\nEnter goes on.\nLesson 99 is done.\nRight at the first answer: 0 of 1. What you missed will come back.\nThe course so far. Lessons done: 1. Right answers: 0 of 1.\nIt was the last one.",
            "lesson 99 is done; `tincans learn --plain` goes on\n",
        ],
    );
}

#[test]
fn one_leaves_for_free_play_begins_the_step_again_and_takes_another_lesson() {
    let (state, lesson) = with_lesson();
    let input =
        "\nleave\nleave\nkill child1\nback\nback\ntext\nredo\nlessons edges\nlessons zebra\nlesson 3\nlesson 77\n";
    let text = said(&["learn", "--plain", "--seed", "0", &lesson], state.path(), input);
    in_order(
        &text,
        &[
            "The bench is yours. back returns",
            "You have left the lesson already",
            "+++ killed by SIGTERM +++\n",
            "Step 1 of 4.\n",
            "done: write chat[0] one\nEnter runs: write chat[0] two\n",
            "You are in the lesson;",
            "done: write chat[0] one\nEnter runs: write chat[0] two\n",
            "Enter runs: write chat[0] one\nthen: write chat[0] two\n",
            "3: Three writes, one read, 5 minutes, not begun.\n",
            "No lesson has that word.\n",
            "Lesson 3: Three writes, one read.",
            "There is no lesson 77; lessons lists them.\n",
        ],
    );
}

/// The same three lines over and over, whatever is asked: on, the first answer, the answer to the goal.
#[test]
fn every_lesson_is_taken_to_its_end_by_lines() {
    let state = tempfile::tempdir().expect("a folder");
    let text = said(&["learn", "--plain", "0"], state.path(), &"\n1\nanswer\n".repeat(1900));
    for fault in
        ["None of them.", "This kernel answers otherwise", "The lesson says something else", "\nnote: ", "\nwanted "]
    {
        assert!(!text.contains(fault), "{fault}\n{text}");
    }
    let list = Command::new(env!("CARGO_BIN_EXE_tincans")).arg("lessons").env("XDG_STATE_HOME", state.path()).output();
    let list = String::from_utf8(list.expect("it runs").stdout).expect("text");
    let lessons = list.lines().filter(|line| line.contains(" min")).count();
    assert!(lessons > 30, "{list}");
    assert_eq!(list.lines().filter(|line| line.contains("min  done")).count(), lessons, "{list}\n{text}");
    for line in list.lines().filter(|line| line.contains(" min")) {
        let number = line.split_whitespace().next().expect("a number");
        in_order(&text, &[&format!("Lesson {number}: "), &format!("Lesson {number} is done.\n")]);
    }
    assert!(text.contains("That was the last lesson; lessons lists them all.\n"));
}

#[test]
fn practice_is_asked_and_counted_by_lines_and_gives_nothing_away() {
    let state = tempfile::tempdir().expect("a folder");
    let text = said(&["learn", "--plain", "--practice", "--seed", "4"], state.path(), "1\n\n2\n");
    in_order(
        &text,
        &["Problem 1. So far 0 of 0 right.\n", "Type the number", "The kernel answered ", "Problem 2. So far "],
    );
    let before = text.split("Type the number").next().expect("a question");
    assert!(!before.contains(") = "), "{before}");
    assert!(
        text.contains(" of 2 right; `tincans learn --plain --practice --seed 4` has the same problems\n"),
        "{text}"
    );
    let from_the_bench = said(&["--plain"], state.path(), "practice\n");
    assert!(from_the_bench.contains("Problem 1. So far 0 of 0 right.\n"), "{from_the_bench}");
}

#[test]
fn progress_is_the_one_that_the_terminal_ui_keeps() {
    let state = tempfile::tempdir().expect("a folder");
    let text = said(&["learn", "--plain", "1"], state.path(), &"\n".repeat(5));
    assert!(text.contains("Step 2 of ") && text.contains("`tincans learn --plain` goes on there"), "{text}");
    let again = said(&["learn", "--plain"], state.path(), "");
    in_order(&again, &["Lesson 1: ", "Step 2 of "]);
    let list = said(&["--plain"], state.path(), "lessons\n");
    assert!(list.contains("step 2 of "), "{list}");
}

#[test]
fn on_a_terminal_lines_are_wrapped_and_a_prompt_says_what_is_awaited() {
    let (state, lesson) = with_lesson();
    let folder = state.path().to_owned();
    let mut pty = Pty::start_with((24, 40), &["--plain", "learn", "--seed", "0", &lesson], move |command| {
        command.env("XDG_STATE_HOME", folder);
    });
    for (line, shows) in [
        ("", "Enter, or a word:"),
        ("\r", "write chat[0] two\nEnter"),
        ("\r\r", "your answer:"),
        ("2\r", "Right."),
        ("\r", "\nstatement:"),
    ] {
        pty.type_bytes(line.as_bytes());
        pty.wait(&format!("{shows:?} after {line:?}"), |_| true);
        let is_there = crate::support::until(crate::support::PATIENCE, || {
            pty.pump(Duration::from_millis(5));
            String::from_utf8_lossy(pty.bytes()).replace('\r', "").contains(shows)
        });
        assert!(is_there.is_some(), "{shows:?} after {line:?}: {}", String::from_utf8_lossy(pty.bytes()));
    }
    // Control D.
    pty.type_bytes(b"\x04");
    assert_eq!(pty.status(), 0);
    let text = String::from_utf8_lossy(pty.bytes()).into_owned();
    assert!(!text.contains('\x1b') && !text.contains('\x07'), "{text:?}");
    let is_too_long = |line: &&str| line.chars().count() > 40 && !line.contains("(chat[") && !line.contains("word: ");
    assert_eq!(text.lines().map(str::trim_end).find(is_too_long), None);
    assert!(text.contains("Prose one, which is long enough to be\r\nwrapped at sixty columns."), "{text:?}");
}

#[test]
fn a_number_that_no_lesson_could_know_is_told_with_what_was_wanted() {
    let state = tempfile::tempdir().expect("a folder");
    let file = state.path().join("99-a-small-one.md");
    std::fs::write(&file, LESSON.replace("write chat[0] one => 3", "fork child2 => $pid")).expect("a lesson");
    let name = file.to_str().expect("a path");
    let text = said(&["learn", "--plain", name], state.path(), "\n\n");
    in_order(
        &text,
        &["parent  fork() = ", "came: ", "; the lesson has $pid, which holds.\n", "came: 3, as the lesson has it."],
    );
}
