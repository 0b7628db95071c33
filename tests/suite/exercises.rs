//! The ready exercises: each is solved by its solution, and each program with a usual mistake is told that mistake. The programs are
//! compiled and graded by the program itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::readme::assert_part;
use crate::support::text;

/// An exercise, and of each program with a mistake words that name it.
type Mistakes = (&'static str, &'static [(&'static str, &'static str)]);

const EXERCISES: &[Mistakes] = &[
    (
        "01-greeting",
        &[
            ("own-copy", "child1 has pair1[0] open itself, as descriptor 3, while it reads the other side"),
            ("no-wait", "parent made 1 child and waited for none"),
            ("wrong-message", "Byte 2 of what parent wrote is \"a\", and \"e\" was wanted"),
            ("with-the-zero", "sends the zero byte that ends a C string, too"),
            ("no-eof", "child1 read pair1[1] once, and ended before a read of it returned 0, which is EOF"),
            ("both-read-first", "parent reads itself, and has not written to pair1[0], where child1 waits"),
            ("datagrams", "a datagram socket is never told, and no EOF comes"),
            ("no-child", "parent never called fork"),
            ("kills-its-child", "parent sent SIGKILL to child1, which ends it in the middle"),
            ("does-not-link", "The C compiler does not take it"),
            ("same-end", "parent: write(@3) failed with EBADF: descriptor 3 is not open there; it was closed before"),
        ],
    ),
    (
        "02-count",
        &[
            ("one-read", "pipe1[0] was read once. A read brings what is there"),
            ("until-short", "read again until it returns 0, which is EOF"),
            (
                "child-keeps-its-writer",
                "child1 has pipe1[1] open itself, as descriptor 4, while it reads the other side",
            ),
            (
                "parent-keeps-its-writer",
                "parent has written 100000 bytes to pipe1[1], and child1 waits for more, or for EOF. If that was all, parent has to say \
                 so before it reads elsewhere: close(4).",
            ),
            ("wait-first", "parent waits for a child, and has not written to pipe1[1], where child1 waits"),
            ("wrong-end", "child1: read(pipe1[1]) failed with EBADF: that is the writing end"),
            ("no-fork", "parent never called fork"),
            ("answer-in-binary", "child1 wrote the number 100000 as the 8 bytes that it has in memory"),
        ],
    ),
    (
        "03-messages",
        &[
            ("waits-for-eof", "a datagram socket is never told, and no EOF comes"),
            ("small-buffer", "had room for 3 bytes of a message of 5: the other 2 are gone"),
            ("a-stream", "One read took 3 writes from pair1[1] together: a stream socket has no boundaries"),
            ("one-receive", "Each message is taken by a call of its own"),
            ("with-the-zero", "sends the zero byte that ends a C string, too"),
            ("all-in-one", "All of it was sent to pair1[1] in one call"),
        ],
    ),
    (
        "04-pipeline",
        &[
            ("lost-in-the-buffer", "what is in printf's buffer is lost at _exit"),
            ("dup2-without-close", "child2 has pipe1[1] open itself, as descriptor 4, while it reads the other side"),
            (
                "parent-keeps-the-writer",
                "parent waits for a child, and has not written to pipe1[1], where child2 waits",
            ),
            ("dup2-turned-round", "The first argument is what is copied"),
            ("one-wait", "parent made 2 children and waited for 1"),
            ("wait-between", "parent waits for a child, and has not written to pipe1[1], where child2 waits"),
            ("no-exit", "The child's branch after fork has to end with _exit"),
            ("failed-exec", "execve(/dev/null) failed with EACCES. It returns only if it failed"),
        ],
    ),
    (
        "05-gone",
        &[
            ("dies-of-sigpipe", "parent: a write where nobody reads any more sends SIGPIPE, which kills"),
            ("ignored-too-late", "That child1 ignores SIGPIPE is of child1 alone"),
            ("own-reader", "it still has pipe1[0] open, as descriptor 3"),
            ("one-line", "parent wrote once, and each time it could still be read"),
            (
                "an-error-status",
                "write(pipe1[1]) with EPIPE, which is what the task wants: no reason for a status of 1",
            ),
            ("no-wait", "parent made 1 child and waited for none"),
        ],
    ),
    (
        "06-only-a-part",
        &[
            ("rest-forgotten", "were not written. write(2) may take a part"),
            ("from-the-beginning", "the next one began with the first byte again"),
            ("in-a-circle", "failed with EAGAIN 3 times in a row: it asks in a circle"),
            ("gives-up", "The last call of parent that failed before is write(pipe1[1]) with EAGAIN"),
            ("polls-the-wrong-side", "and the other 234464 were not written"),
            ("adds-minus-one", "the next one began too early, so that 1 of them were sent twice"),
        ],
    ),
    (
        "07-half-close",
        &[
            ("no-shutdown", "If that was all, shutdown(3, SHUT_WR) says so before parent reads"),
            (
                "close-instead",
                "pair1[0] is closed in every process, in parent too. Who has said everything and still waits for an answer",
            ),
            ("shuts-reading", "shutdown(pair1[0], SHUT_RD) ends its own reading"),
            ("shuts-both", "shutdown(pair1[0], SHUT_RDWR) ends its own reading, too"),
            ("answers-at-once", "child1 read pair1[1] once, and ended before a read of it returned 0, which is EOF"),
            ("child-keeps-the-other-end", "child1 is asleep in pause"),
            ("wait-first", "parent waits for a child, and has not written to pair1[0], where child1 waits"),
        ],
    ),
    (
        "08-workers",
        &[
            ("one-wait", "parent made 3 children and waited for 1"),
            (
                "parent-keeps-its-writer",
                "keeps EOF away itself: nobody else has pipe1[1] open, but parent still has it",
            ),
            ("children-fork-too", "The child's branch after fork has to end with _exit"),
            ("one-read", "returns 0"),
            ("same-status", "child1, child2 and child3 gave 0 to _exit, or returned it from main"),
            ("waits-too-often", "parent has no child that it has not waited for"),
            ("reads-its-own-writer", "child1, child2 and child3 each have pipe1[1] open themselves, as descriptor 4"),
        ],
    ),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises").join(name)
}

/// The rows of a CSV file: cells, whose quotes are taken off.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = csv.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    rows
}

/// A folder whose programs are graded now.
fn grading(exercise: &str) -> Child {
    let folder = folder(exercise);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.arg("grade").arg(&folder).arg("--task").arg(folder.with_extension("tin"));
    command.args(["--csv", "--timeout", "60"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

/// Each program of a folder with the cells behind its name.
fn graded(exercise: &str, grading: Child) -> BTreeMap<String, Vec<String>> {
    let output = grading.wait_with_output().expect("it ends");
    assert_eq!(text(&output.stderr), "", "{exercise}");
    let mut rows = rows(&text(&output.stdout)).into_iter();
    assert_eq!(rows.next().expect("a head"), ["program", "result", "wanted", "came", "why"]);
    let rows: BTreeMap<String, Vec<String>> = rows.map(|mut row| (row.remove(0), row)).collect();
    let all_pass = rows.values().all(|row| row[0] == "passes");
    assert_eq!(output.status.code(), Some(i32::from(!all_pass)));
    rows
}

#[test]
fn solutions_pass_and_each_wrong_program_is_told_its_mistake() {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("skipped: there is no C compiler");
        return;
    }
    let mut wrong = 0;
    // All at one time: one compiles while another's program is left to itself until it stands still.
    let gradings: Vec<Child> = EXERCISES.iter().map(|(exercise, _)| grading(exercise)).collect();
    for ((exercise, mistakes), grading) in EXERCISES.iter().zip(gradings) {
        let rows = graded(exercise, grading);
        assert_eq!(rows["solution.c"], ["passes", "", "", ""], "{exercise}");
        assert_eq!(rows.len(), mistakes.len() + 1, "{exercise}: {:?}", rows.keys());
        for (program, words) in *mistakes {
            let row = &rows[&format!("{program}.c")];
            assert_eq!(row[0], "fails", "{exercise}/{program}");
            let [_, wanted, came, why] = row.as_slice() else { panic!("{row:?}") };
            assert!(why.contains(words), "{exercise}/{program} lacks {words:?}: {row:#?}");
            assert!(!wanted.is_empty() && !came.is_empty(), "{exercise}/{program}: {row:#?}");
            // What is to be changed is said once, however many it helps.
            let advice = why.matches("Change: ").count();
            assert!(advice <= if *program == "both-read-first" { 2 } else { 1 }, "{exercise}/{program}: {why}");
            wrong += 1;
        }
    }
    let files = fs::read_dir(folder("")).expect("a folder").flatten();
    let tasks = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "tin")).count();
    assert_eq!(tasks, EXERCISES.len());
    eprintln!("{} exercises solved, {wrong} wrong programs told", EXERCISES.len());
    assert!(wrong >= 40, "{wrong}");
}

/// Columns of the samples in the documents.
const WIDTH: usize = 130;

/// A report's line, broken between words; what follows stands below its text.
fn broken(line: &str) -> String {
    let mut lines = vec![String::new()];
    let indent = " ".repeat(12);
    for word in line.split_inclusive(' ') {
        if lines.last().is_some_and(|last| last.len() + word.trim_end().len() > WIDTH) {
            lines.push(indent.clone());
        }
        lines.last_mut().expect("a line").push_str(word);
    }
    lines.iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_report_in_the_documents_is_what_is_said() {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("skipped: there is no C compiler");
        return;
    }
    let made = tempfile::tempdir().expect("a folder");
    let (name, exercise) = ("parent-keeps-its-writer.c", folder("08-workers"));
    fs::copy(exercise.join(name), made.path().join(name)).expect("a copy");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = command.arg("grade").arg(made.path()).arg("--task").arg(exercise.with_extension("tin")).output();
    let said = text(&output.expect("it starts").stdout);
    // The network is shut off in one of two ways.
    let filtered = "a seccomp filter: socket(2) makes AF_UNIX only, all else is EACCES";
    let said = said.replace(filtered, "a network namespace of its own, with nothing in it");
    let sample = format!("```text\n{}```", said.lines().map(broken).collect::<String>());
    assert_part("docs/grading.md", "report", &sample);
}

/// A folder with one C program, graded by a task.
fn one(task: &str, body: &str, options: &[&str]) -> Option<(i32, String)> {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("skipped: there is no C compiler");
        return None;
    }
    let made = tempfile::tempdir().expect("a folder");
    let heads = "#include <errno.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n\
                 #include <sys/socket.h>\n#include <sys/wait.h>\n";
    fs::write(made.path().join("one.c"), format!("{heads}int main(void) {{ {body} return 0; }}\n")).expect("a file");
    let file = made.path().join("task.tin");
    fs::write(&file, task).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = command.arg("grade").arg(made.path()).arg("--task").arg(&file).args(options).output();
    let output = output.expect("it starts");
    Some((output.status.code().unwrap_or(-1), text(&output.stdout) + &text(&output.stderr)))
}

#[test]
fn what_a_program_may_use_is_bounded() {
    let task = "parent: write _ => 1\n";
    let works = "int fd[2]; pipe(fd); write(fd[1], \"x\", 1); char c; read(fd[0], &c, 1); ";
    let cases: &[(&str, &[&str], &str)] = &[
        ("for (;;) ;", &["--timeout", "1"], "It was still running after 1 s, and was killed."),
        ("for (;;) fork();", &["--processes", "8"], "It made more, and was killed."),
        (
            "char *p = malloc(1 << 28); printf(\"%p\", (void *)p); if (!p) exit(7);",
            &["--memory", "64"],
            "It exited with 7.",
        ),
        ("char b[65536] = {0}; for (;;) if (write(1, b, sizeof b) == -1) exit(3);", &[], "It was killed by SIGXFSZ."),
        (
            "if (socket(AF_INET, SOCK_STREAM, 0) == -1) exit(4); exit(getenv(\"CARGO_MANIFEST_DIR\") ? 5 : 6);",
            &[],
            "It exited with",
        ),
    ];
    for (body, options, wanted) in cases {
        let Some((status, said)) = one(task, &format!("{works}{body}"), options) else { return };
        assert_eq!(status, 1, "{body}: {said}");
        assert!(said.contains(wanted), "{body} lacks {wanted:?}: {said}");
        assert!(!said.contains("exited with 5"), "the environment is not the program's: {said}");
    }
    let Some((status, said)) = one(task, works, &[]) else { return };
    assert!(status == 0 && said.contains("1 program: 1 pass, 0 fail."), "{said}");
    // Signal 0 is sent to nobody: it only says whether that could be done.
    let stays_alone = format!("{works}exit(kill(-1, 0) == -1 && errno == EPERM ? 0 : 8);");
    let Some((status, said)) = one(task, &stays_alone, &[]) else { return };
    assert!(status == 0, "all of the user's processes could be signalled: {said}");
    let Some((_, said)) = one(task, works, &[]) else { return };
    assert!(
        said.contains("no network (a network namespace") || said.contains("no network (a seccomp filter"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_graded_is_said() {
    let Some((status, said)) = one("parent: write _ => 1\n", "this is no C;", &[]) else { return };
    assert!(status == 1 && said.contains("A program that compiles.") && said.contains("error: "), "{said}");
    let Some((status, said)) = one("# Nothing.\n", "", &[]) else { return };
    assert!(status == 2 && said.contains("expects nothing"), "{said}");
    let Some((status, said)) = one("parent: write\n", "", &[]) else { return };
    assert!(status == 2 && said.contains("task.tin:1:1: nothing is expected here"), "{said}");
    let empty = tempfile::tempdir().expect("a folder");
    let task = folder("01-greeting.tin");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = command.arg("grade").arg(empty.path()).arg("--task").arg(task).output().expect("it starts");
    assert!(output.status.code() == Some(2) && text(&output.stderr).contains("has no program"));
}

#[test]
fn of_a_wait_for_nobody_it_is_said_what_it_means() {
    let task = "parent: write _ => 2\n";
    let works = "int fd[2]; pipe(fd); write(fd[1], \"x\", 1); char c; read(fd[0], &c, 1); if (fork() == 0) _exit(0); ";
    let cases = [
        ("while (wait(NULL) > 0) ;", "A loop of waits is done then"),
        ("waitpid(wait(NULL), NULL, 0);", "Each child is waited for once"),
    ];
    for (waits, wanted) in cases {
        let Some((_, said)) = one(task, &format!("{works}{waits}"), &[]) else { return };
        assert!(said.contains(wanted), "{said}");
    }
}
