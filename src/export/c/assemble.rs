//! The text of the program: what it needs of the helpers, the variables, a function for each task, and main.

use std::fmt::Write as _;

use super::literal;
use super::turns::{Part, STAGE, Turns};

/// The helpers, in pieces: each has the name of what it defines, and is taken where that is used.
const FRAME: &str = include_str!("frame.c");
/// What watches over the tasks.
const MAIN: &str = include_str!("main.c");
/// How they share what they need of each other: a part of their memory.
const ONCE: &str = include_str!("share_once.c");
/// The same for a program that calls execve(2).
const THROUGH_EXEC: &str = include_str!("share_through_exec.c");
/// Sent by `interrupt`.
const INTERRUPT: &str =
    "enum { INTERRUPT = 40 };  /* a real-time signal whose handler does nothing: it ends a call with EINTR */\n";

/// What ends a call for somebody who sends it.
const INTERRUPTS: &str =
    "    struct sigaction action = { .sa_handler = handler };\n    sigaction(INTERRUPT, &action, NULL);\n";

/// The program.
pub fn program(turns: &Turns) -> String {
    let ids: Vec<String> = (0..turns.parts.len()).map(|task| turns.id(task)).collect();
    let names: Vec<String> = turns.parts.iter().map(|part| literal::string(part.name.as_bytes())).collect();
    let functions: String = (0..turns.parts.len()).map(|task| function(turns, task)).collect();
    let has_exec = !turns.executions.is_empty();
    let main = if has_exec { after_exec(turns) } else { String::new() } + &main_function(turns);
    let mut declared = String::new();
    for task in 1..turns.parts.len() {
        let _ = writeln!(declared, "static void {}(void);", turns.function(task));
    }
    let threads = functions.contains("start_thread(");
    if threads {
        let rows =
            (0..turns.parts.len()).map(|task| if task == STAGE { "NULL".to_owned() } else { turns.function(task) });
        let _ =
            writeln!(declared, "static void (*const parts[])(void) = {{ {} }};", rows.collect::<Vec<_>>().join(", "));
    }
    let body = format!("{functions}{main}");
    let interrupts = if body.contains("INTERRUPT") { INTERRUPTS } else { "" };
    let helpers = helpers(&format!("{body}{interrupts}")).replace("    INTERRUPTS\n", interrupts);
    let interrupt = if body.contains("INTERRUPT") { INTERRUPT } else { "" };
    let descriptors = turns.descriptors.declarations().join("\n");
    format!(
        "{HEAD}\nenum {{ {}, TASKS }};\nstatic const char *const names[] = {{ {} }};\n{interrupt}{declared}\n{helpers}\n\
         /* Descriptors. Each process has its own copy of these. */\n{descriptors}\n\n{body}",
        ids.join(", "),
        names.join(", "),
    )
}

const HEAD: &str =
    "/* What a bench of tincans did, as C. Each function is one task; what it prints is the run's transcript.
 *     cc -Wall -Wextra -Werror -std=c11 -pthread FILE.c -o run && ./run
 * It exits with 0 if the kernel answered as it did then; otherwise it says which line came out otherwise. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/sockios.h>
";

/// The pieces that are used, in order; one may use another.
fn helpers(body: &str) -> String {
    let pieces: Vec<(&str, &str)> = FRAME
        .split("/* part: ")
        .enumerate()
        .map(|(at, piece)| if at == 0 { ("turns", piece) } else { piece.split_once(" */\n").unwrap_or((piece, "")) })
        .collect();
    let mut used = vec![false; pieces.len()];
    let mut text = body.to_owned();
    // A piece uses only those before it, but for macros: twice is enough.
    for _ in 0..2 {
        for (at, (name, piece)) in pieces.iter().enumerate().rev() {
            let is_wanted = *name == "turns" || *name == "begin" || mentions(&text, name);
            if is_wanted && !used[at] {
                used[at] = true;
                text.push_str(piece);
            }
        }
    }
    pieces
        .iter()
        .zip(used)
        .filter(|(_, is_used)| *is_used)
        .map(|((_, piece), _)| piece.trim_end().to_owned() + "\n")
        .collect()
}

/// Whether a text calls a function of this name, or has it as the handler of a signal.
fn mentions(text: &str, name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let called = format!("{name}(");
    let is_called = text.match_indices(&called).any(|(at, _)| !text[..at].ends_with(is_letter));
    is_called || (name == "handler" && [", handler)", "= handler }"].iter().any(|mention| text.contains(mention)))
}

/// The functions of a task: one more after each execve(2).
fn function(turns: &Turns, task: usize) -> String {
    let Part { lines, before_exec, room, .. } = &turns.parts[task];
    let name = turns.function(task);
    let bodies: Vec<&Vec<String>> = before_exec.iter().chain([lines]).collect();
    let mut text = String::new();
    for (at, lines) in bodies.iter().enumerate().rev() {
        let after = if at == 0 { String::new() } else { format!("_after_exec_{at}") };
        let _ = writeln!(text, "static void {name}{after}(void)\n{{");
        if *room > 0 && lines.iter().any(|line| uses_bytes(line)) {
            let _ = writeln!(text, "    static char bytes[{room}];\n");
        }
        for line in *lines {
            let _ = writeln!(text, "{line}");
        }
        text.push_str("}\n\n");
    }
    text
}

/// The functions with which tasks go on after execve(2), as a table.
fn after_exec(turns: &Turns) -> String {
    let mut counts = vec![0; turns.parts.len()];
    let mut rows = Vec::new();
    for task in &turns.executions {
        counts[*task] += 1;
        rows.push(format!("{}_after_exec_{}", turns.function(*task), counts[*task]));
    }
    format!("static void (*const after_exec[])(void) = {{ {} }};\n\n", rows.join(", "))
}

/// What begins everything, and ends it.
fn main_function(turns: &Turns) -> String {
    let (arguments, share) =
        if turns.executions.is_empty() { ("void", ONCE) } else { ("int arguments, char **argument", THROUGH_EXEC) };
    let main = MAIN.replace("ARGUMENTS", arguments).replace("    SHARE\n", share);
    main.replace("PARENT_TASK", &turns.id(1)).replace("parent_part", &turns.function(1))
}

/// Whether a line of C names the buffer; a comment may speak of bytes, too.
fn uses_bytes(line: &str) -> bool {
    [", bytes,", "(bytes,", "= bytes +"].iter().any(|written| line.contains(written))
}
