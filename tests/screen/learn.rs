//! Lessons from outside: a whole one by keys alone at 80×24, what is kept of it, and what becomes of a state folder that
//! cannot be used. `TINCANS_ALL` takes every lesson at each of three sizes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::pty::{Pty, Size, modes_left_on};

const CLASSIC: Size = (24, 80);

/// Reading, running, a question, a goal of two statements.
const LESSON: &str = "+++\ntitle = \"A small one\"\ntopics = [\"basics\"]\nminutes = 1\n+++\n# A small one\n\nProse **one**.\n\n\
    ```tin setup\nchannel stream chat child1\nchannel dgram mail child2\n```\n\n```tin\nwrite chat[0] one => 3\n\
    write chat[0] two => 3\n```\n\nWhat comes?\n\n```predict\nchild1: read chat[1]\n- [ ] \"one\"\n- [x] \"onetwo\"\n- [ ] sleeps\n\
    ```\n\n```after\nBytes have no edges.\n```\n\nNow you.\n\n```goal\nchild1: read chat[1] => \"x\"\nqueue chat[1] => 1\n```\n\n\
    ```hint\nRead early.\n```\n\n```hint\nOne, then the other.\n```\n\n```solution\nwrite chat[0] x\nchild1: read chat[1]\n\
    write chat[0] y\n```\n\n```after\nThe moment decides.\n```\n\nThe last words.\n";

/// `tincans` with its state in a folder, in a terminal.
fn learn(state: &Path, arguments: &[&str], size: Size) -> Pty {
    let state = state.to_owned();
    Pty::start_with(size, &[&["learn", "--seed", "0"], arguments].concat(), move |command| {
        command.env("XDG_STATE_HOME", state);
    })
}

/// `tincans lessons`.
fn list(state: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tincans")).arg("lessons").env("XDG_STATE_HOME", state).output();
    String::from_utf8(output.expect("it runs").stdout).expect("text")
}

/// A key, and what the screen shows after it.
fn key(pty: &mut Pty, key: &str, shows: &str) {
    pty.type_bytes(key.as_bytes());
    pty.wait(&format!("{shows:?} after {key:?}"), |screen| screen.contains(shows));
}

fn leave(pty: &mut Pty) -> String {
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new());
    pty.screen()
}

/// Before the goal of the small lesson, a wrong guess behind.
fn up_to_the_goal(pty: &mut Pty) {
    pty.wait("the lesson", |screen| screen.contains("▸ write chat[0] one") && screen.contains("SOCK_DGRAM"));
    key(pty, " ", "✓ write chat[0] one  → 3");
    key(pty, " ", "✓ write chat[0] two  → 3");
    key(pty, " ", "What comes?");
    assert!(!pty.screen().contains("onetwo\", 4096"), "asked before it is answered:\n{}", pty.screen());
    key(pty, " ", "what will the kernel answer? 1 to 3");
    key(pty, "1", "▸ 1 \"one\"");
    key(pty, "\r", "WRONG: you said \"one\", the kernel answered \"onetwo\".");
    assert!(pty.screen().contains("Bytes have no edges."), "{}", pty.screen());
    key(pty, " ", "[ ] queue chat[1] => 1");
}

#[test]
fn a_whole_lesson_is_taken_by_keys_alone() {
    let state = tempfile::tempdir().expect("a folder");
    let file = state.path().join("99-a-small-one.md");
    std::fs::write(&file, LESSON).expect("a lesson");
    let mut pty = learn(state.path(), &[file.to_str().expect("a path")], CLASSIC);
    up_to_the_goal(&mut pty);
    key(&mut pty, "h", "Read early.");
    key(&mut pty, "h", "One, then the other.");
    // By free play, and wrongly: both bytes wait together.
    key(&mut pty, ":write chat[0] xy\r", "write(chat[0], \"xy\", 2) = 2");
    assert!(!pty.screen().contains("REACHED"));
    // The answer comes on a bench as the step found it, and is not run by being shown.
    key(&mut pty, "a", " statement :  write chat[0] x");
    assert!(pty.screen().contains("the answer · Enter: run it"), "{}", pty.screen());
    key(&mut pty, "\r", " statement :  child1: read chat[1]");
    key(&mut pty, "\r", " statement :  write chat[0] y");
    key(&mut pty, "\r", "REACHED");
    assert!(pty.screen().contains("The moment decides."), "{}", pty.screen());
    key(&mut pty, " ", "The last words.");
    key(&mut pty, " ", "This lesson is done.");
    let screen = leave(&mut pty);
    assert!(screen.contains("lesson 99 is done"), "{screen}");
}

#[test]
fn a_goal_is_reached_by_messages_and_keys_too() {
    let state = tempfile::tempdir().expect("a folder");
    let file = state.path().join("99-a-small-one.md");
    std::fs::write(&file, LESSON).expect("a lesson");
    let mut pty = learn(state.path(), &[file.to_str().expect("a path")], CLASSIC);
    up_to_the_goal(&mut pty);
    key(&mut pty, "ix\r", "write(chat[0], \"x\", 1) = 1");
    pty.escape();
    key(&mut pty, "r", "[✓] child1: read chat[1] => \"x\"");
    key(&mut pty, "iz\r", "REACHED");
}

/// The screen when the kernel has answered, and the program has no more to write.
fn settled(pty: &mut Pty) -> String {
    // A lesson's flood takes its time on a machine that has others.
    let is_settled = crate::support::until(6 * crate::support::PATIENCE, || {
        let before = pty.bytes().len();
        pty.pump_for(Duration::from_millis(20));
        pty.bytes().len() == before && !pty.screen().contains("at work…")
    });
    assert!(is_settled.is_some(), "the kernel does not answer:\n{}", pty.screen());
    pty.screen()
}

/// What the screen says while a question waits for its answer.
const ASKED: [&str; 3] = [" chooses.", "; then ask it", ": ask the kernel."];

/// The lines in which a panel says what comes: the next read or write of an end, poll's answer, a reason.
fn tells_of_answers(screen: &str) -> Vec<&str> {
    let is_verdict =
        |line: &&str| ["'s next read:", "'s next write:", "no EOF comes:"].iter().any(|it| line.contains(it));
    let is_reason =
        |line: &&str| line.split_once(" WHY  ").is_some_and(|(_, text)| !text.trim_start().starts_with('?'));
    // On the lower edge of a panel stands what is to be said of it; while it is hidden, a question mark.
    let is_edge = |line: &&str| {
        [('┗', '┛'), ('└', '┘')].into_iter().any(|(left, right)| {
            let edges = line.split(left).skip(1).filter_map(|rest| rest.split(right).next());
            edges.into_iter().any(|edge| edge.contains(char::is_alphabetic))
        })
    };
    screen.lines().filter(|line| is_verdict(line) || is_reason(line) || is_edge(line)).collect()
}

/// Takes the lesson on the screen to its end as somebody would who knows nothing: the first option is always the guess, and
/// every goal is reached by the answer in the prompt. What the kernel said otherwise than the lesson is a fault.
/// No panel may tell an answer before it is given. Gives the number of questions, and of screens on which one waits for its answer.
fn take_to_the_end(pty: &mut Pty) -> (usize, usize) {
    let (mut questions, mut screens) = (0, 0);
    for _ in 0..300 {
        let screen = settled(pty);
        for fault in ["answers otherwise", "NONE OF THEM", "says something else", "NOTE refused"] {
            assert!(!screen.contains(fault), "{fault}\n{screen}");
        }
        if screen.contains("This lesson is done.") {
            return (questions, screens);
        }
        let asks = ASKED.iter().any(|words| screen.contains(words));
        if asks {
            let told = tells_of_answers(&screen);
            assert!(told.is_empty(), "the screen tells before it asks: {told:?}\n{screen}");
            questions += usize::from(screen.contains(" chooses."));
            screens += 1;
        }
        let (key, shows) = if screen.contains(" statement : ") {
            ("\r", "")
        } else if screen.contains(" chooses.") || screen.contains("; then ask it") {
            ("1", "▸ 1 ")
        } else if screen.contains("GOAL: bring this about") || screen.contains("REPAIR IT, ") {
            ("a", " statement : ")
        } else {
            (" ", "")
        };
        pty.type_bytes(key.as_bytes());
        pty.wait(&format!("anything new with {shows:?}"), |now| now != screen && now.contains(shows));
    }
    panic!("the lesson has no end:\n{}", pty.screen());
}

#[test]
fn a_built_in_lesson_is_marked_as_done_and_the_next_one_follows() {
    let state = tempfile::tempdir().expect("a folder");
    assert!(list(state.path()).contains(", 0 done; `tincans learn` goes on with 0"), "{}", list(state.path()));
    let mut pty = learn(state.path(), &["0"], CLASSIC);
    pty.wait("the first lesson", |screen| screen.contains("step 1 of"));
    let _ = take_to_the_end(&mut pty);
    let text = list(state.path());
    assert!(text.lines().next().expect("a lesson").contains("min  done"), "{text}");
    assert!(text.contains(", 1 done; `tincans learn` goes on with 1"), "{text}");
    // The last page is longer than its panel: it is read to its end first.
    key(&mut pty, " ", "Space: the next lesson, 1 First hello.");
    key(&mut pty, " ", "─ 1 ");
    leave(&mut pty);
}

/// Questions of a lesson, by its file.
fn questions_of(number: usize) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/en");
    let files = std::fs::read_dir(folder).expect("the lessons").map(|file| file.expect("a file").path());
    let is_it = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&format!("{number:02}-")))
    };
    let text = std::fs::read_to_string(files.into_iter().find(is_it).expect("the lesson")).expect("its text");
    text.lines().filter(|line| *line == "```predict").count()
}

/// Every built-in lesson whose number leaves one of these rests when divided by four, one after the other; with TINCANS_ALL every one.
fn every_fourth(rests: &[usize], size: Size) {
    let state = tempfile::tempdir().expect("a folder");
    let rests = if std::env::var_os("TINCANS_ALL").is_some() { &[0, 1, 2, 3] } else { rests };
    let text = list(state.path());
    let numbers = text.lines().filter(|line| line.contains(" min")).filter_map(|line| line.split_whitespace().next());
    let numbers: Vec<usize> = numbers.map(|number| number.parse().expect("a number")).collect();
    let (mut questions, mut screens) = (0, 0);
    let taken: Vec<usize> = numbers.iter().copied().filter(|number| rests.contains(&(number % 4))).collect();
    for number in &taken {
        let mut pty = learn(state.path(), &[&number.to_string()], size);
        pty.wait("the first step", |screen| screen.contains(&format!("─ {number} ")) && screen.contains("step 1 of"));
        let (asked, seen) = take_to_the_end(&mut pty);
        assert_eq!(asked, questions_of(*number), "questions of lesson {number}");
        (questions, screens) = (questions + asked, screens + seen);
        leave(&mut pty);
    }
    eprintln!(
        "{} lessons at {size:?}: {questions} questions, {screens} screens before their answers, 0 tell one",
        taken.len()
    );
    let done = list(state.path()).lines().filter(|line| line.contains("min  done")).count();
    assert_eq!(done, taken.len());
}

#[test]
fn every_lesson_is_taken_to_its_end_by_keys_at_80_by_24() {
    every_fourth(&[0, 1], CLASSIC);
}

#[test]
fn every_lesson_is_taken_to_its_end_by_keys_at_the_floor() {
    every_fourth(&[2], (18, 60));
}

#[test]
fn every_lesson_is_taken_to_its_end_by_keys_at_120_columns() {
    every_fourth(&[3], (36, 120));
}

/// Up to the goal of the hunt with the sibling, whatever is answered before it.
fn up_to_the_repair(pty: &mut Pty) {
    pty.wait("the hunt", |screen| screen.contains("Hunt: it hangs with two") && screen.contains("step 1 of"));
    for _ in 0..40 {
        let screen = settled(pty);
        if screen.contains("REPAIR IT, ") {
            return;
        }
        let key: &[u8] = if screen.contains(" chooses.") { b"2" } else { b" " };
        pty.type_bytes(key);
        pty.wait("anything new", |now| now != screen);
    }
    panic!("there is no goal:\n{}", pty.screen());
}

#[test]
fn a_bug_hunt_counts_statements_says_what_is_so_instead_and_keeps_the_best_repair() {
    let state = tempfile::tempdir().expect("a folder");
    let mut pty = learn(state.path(), &["52"], (36, 120));
    up_to_the_repair(&mut pty);
    // What does not help is told with what is so.
    key(&mut pty, ":kill worker2\r", "so far: ");
    assert!(!pty.screen().contains("REACHED"), "{}", pty.screen());
    key(&mut pty, "R", "REPAIR IT, ");
    settled(&mut pty);
    key(&mut pty, ":holders first[0]\r", "held by worker2");
    key(&mut pty, ":worker2: close first[0]\r", "REACHED");
    assert!(pty.screen().contains("Statements used: 1. The fewest known: 1."), "{}", pty.screen());
    assert!(pty.screen().contains("Your best so far: 1."), "{}", pty.screen());
    pty.type_bytes(b" ");
    leave(&mut pty);
    let mut report = Command::new(env!("CARGO_BIN_EXE_tincans"));
    report.args(["lessons", "--report"]).env("XDG_STATE_HOME", state.path());
    let page = String::from_utf8(report.output().expect("it runs").stdout).expect("text");
    assert!(page.contains("| 52 Hunt: it hangs with two children | 1 | 1 |"), "{page}");
}

#[test]
fn one_goes_on_where_one_was_by_just_starting_again() {
    let state = tempfile::tempdir().expect("a folder");
    let mut pty = learn(state.path(), &["a-stream-has-no-edges"], CLASSIC);
    pty.wait("the first step", |screen| screen.contains("step 1 of"));
    while !pty.screen().contains("step 2 of") {
        pty.type_bytes(b" ");
        pty.pump(Duration::from_millis(60));
    }
    let screen = leave(&mut pty);
    assert!(screen.contains("step 2 of") && screen.contains("`tincans learn` goes on there"), "{screen}");
    let mut pty = learn(state.path(), &[], CLASSIC);
    pty.wait("the second step", |screen| screen.contains("step 2 of"));
    // What the first step did is on the bench.
    pty.wait("its bench", |screen| screen.contains("3 writes"));
    assert!(list(state.path()).contains("step 2 of"), "{}", list(state.path()));
}

#[test]
fn one_leaves_for_free_play_and_returns_and_finds_another_lesson_by_its_words() {
    let state = tempfile::tempdir().expect("a folder");
    let mut pty = learn(state.path(), &["a-stream-has-no-edges"], CLASSIC);
    pty.wait("the lesson", |screen| screen.contains("step 1 of") && screen.contains("child1 idle"));
    key(&mut pty, "o", "o returns to the lesson");
    key(&mut pty, ":kill child1\r", "killed by SIGTERM");
    key(&mut pty, "o", "step 1 of");
    pty.wait("child1 alive again", |screen| screen.contains("child1 idle"));
    key(&mut pty, "l", "─ lessons ");
    key(&mut pty, "/deadlock\r", "step 1 of");
    assert!(pty.screen().contains("deadlock"), "{}", pty.screen());
}

#[test]
fn a_folder_that_cannot_be_written_is_a_warning_on_the_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    // Root may write everywhere; but nobody below a file.
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let mut pty = learn(&file, &["1"], CLASSIC);
    pty.wait("a warning", |screen| screen.contains("progress is not kept") && screen.contains("NOT SAVED"));
    pty.type_bytes(b" ");
    let screen = leave(&mut pty);
    assert!(screen.contains("progress is not kept"), "{screen}");
}

#[test]
fn a_broken_file_is_a_warning_on_the_screen_and_is_put_aside() {
    let state = tempfile::tempdir().expect("a folder");
    let path = state.path().join("tincans/progress.toml");
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, "nonsense").expect("a file");
    let mut pty = learn(state.path(), &["1"], CLASSIC);
    pty.wait("a warning", |screen| screen.contains("cannot be used"));
    leave(&mut pty);
    assert_eq!(std::fs::read_to_string(path.with_extension("toml.broken")).expect("kept"), "nonsense");
    assert!(list(state.path()).contains("goes on with 1"));
}

#[test]
fn a_lesson_that_is_none_is_an_error_with_its_name() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_tincans")).args(["learn", "no-such-lesson"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no lesson no-such-lesson"));
}
