//! The text of the program: what it needs of the helpers, the variables, a function for each task, and main.

use std::fmt::Write as _;

use crate::export::helper_file::HelperFile;
use crate::export::names;
use crate::export::walk::{Program, STAGE, TaskSteps};

use super::literal;
use super::steps::StepWriter;

const FRAME: HelperFile = HelperFile {
    text: include_str!("frame.c"),
    mark: ("/* part: ", " */\n"),
    always: &["begin"],
    also: &[("handler", ", handler)"), ("handler", "= handler }"), ("message", "struct message ")],
};
/// What watches over the tasks.
const MAIN: &str = include_str!("main.c");
/// How they share what they need of each other: a part of their memory.
const ONCE: &str = include_str!("share_once.c");
/// The same for a program that calls execve(2).
const THROUGH_EXEC: &str = include_str!("share_through_exec.c");
/// Where the transcript goes, and what is wrong.
const OUTPUT: &str = "enum { OUT = 1, ERR = 2 };\n";
/// The same where tasks use the descriptors 0 to 2, which on a bench are /dev/null.
const OWN_OUTPUT: &str =
    "enum { OUT = OWN_FDS + 1, ERR = OWN_FDS + 2 };   /* this program's own; of a task 0, 1 and 2 are /dev/null */\n";
/// Numbers from here on are the program's own.
const OWN_FDS: &str = "enum { OWN_FDS = 900 };\n";
/// Makes 0 to 2 what a task finds.
const STANDARD: &str = "    int null = open(\"/dev/null\", O_RDWR);
    if (fcntl(1, F_DUPFD, OUT) == -1 || fcntl(2, F_DUPFD, ERR) == -1)
        return 2;
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    close(null);
";
/// Sent by `interrupt`.
const INTERRUPT: &str =
    "enum { INTERRUPT = 40 };  /* a real-time signal whose handler does nothing: it ends a call with EINTR */\n";

/// What ends a call for somebody who sends it.
const INTERRUPTS: &str =
    "    struct sigaction action = { .sa_handler = handler };\n    sigaction(INTERRUPT, &action, NULL);\n";

/// Where groups matter.
const LEADS: &str =
    "    setpgid(0, 0);                          /* the first task leads the group that all begin in */\n";

/// The program.
pub fn program(run: &Program) -> Result<String, String> {
    let ids: Vec<String> = (0..run.parts.len()).map(|task| names::id(run, task)).collect();
    let shown: Vec<String> = run.parts.iter().map(|part| literal::string(part.name.as_bytes())).collect();
    let mut functions: String = (0..run.parts.len()).map(|task| function(run, task)).collect::<Result<_, _>>()?;
    if ["setsid()", "setpgid(", "kill(-"].iter().any(|call| functions.contains(call)) {
        let begin = format!("static void {}(void)\n{{\n", names::function(run, 1));
        functions = functions.replacen(&begin, &format!("{begin}{LEADS}"), 1);
    }
    let main = if run.executions.is_empty() { String::new() } else { after_exec(run) } + &main_function(run);
    let mut declared = String::new();
    for task in 1..run.parts.len() {
        let _ = writeln!(declared, "static void {}(void);", names::function(run, task));
    }
    if functions.contains("start_thread(") {
        let row = |task| if task == STAGE { "NULL".to_owned() } else { names::function(run, task) };
        let rows: Vec<String> = (0..run.parts.len()).map(row).collect();
        let _ = writeln!(declared, "static void (*const parts[])(void) = {{ {} }};", rows.join(", "));
    }
    let body = format!("{functions}{main}");
    let interrupts = if body.contains("INTERRUPT") { INTERRUPTS } else { "" };
    let helpers = FRAME.taken(&format!("{body}{interrupts}")).replace("    INTERRUPTS\n", interrupts);
    let output = if run.uses_standard { OWN_OUTPUT } else { OUTPUT };
    let own = if run.uses_standard || !run.executions.is_empty() { OWN_FDS } else { "" };
    let output = format!("{own}{output}");
    let interrupt = if body.contains("INTERRUPT") { INTERRUPT } else { "" };
    let variable =
        |(name, is_array): &(String, bool)| format!("static int {name}{};", if *is_array { "[2]" } else { "" });
    let descriptors: Vec<String> = run.variables.iter().map(variable).collect();
    Ok(format!(
        "{HEAD}\nenum {{ {}, TASKS }};\nstatic const char *const names[] = {{ {} }};\n{output}{interrupt}{declared}\n{helpers}\n\
         /* Descriptors. Each process has its own copy of these. */\n{}\n\n{body}",
        ids.join(", "),
        shown.join(", "),
        descriptors.join("\n"),
    ))
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
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/sockios.h>
";

/// The functions of a task: one more after each execve(2).
fn function(run: &Program, task: usize) -> Result<String, String> {
    let TaskSteps { steps, before_exec, .. } = &run.parts[task];
    let mut bodies = Vec::new();
    let mut room = 0;
    for steps in before_exec.iter().chain([steps]) {
        let mut lines = StepWriter::new(run);
        for step in steps {
            lines.step(step)?;
        }
        room = room.max(lines.room);
        bodies.push(lines.text);
    }
    let mut text = String::new();
    for (at, lines) in bodies.iter().enumerate().rev() {
        let name = names::function_after(run, task, at);
        let _ = writeln!(text, "static void {name}(void)\n{{");
        if room > 0 && lines.iter().any(|line| uses_bytes(line)) {
            let _ = writeln!(text, "    static char bytes[{room}];\n");
        }
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
        text.push_str("}\n\n");
    }
    Ok(text)
}

/// The functions with which tasks go on after execve(2), as a table.
fn after_exec(run: &Program) -> String {
    format!("static void (*const after_exec[])(void) = {{ {} }};\n\n", names::after_exec(run))
}

/// What begins everything, and ends it.
fn main_function(run: &Program) -> String {
    let (arguments, share) =
        if run.executions.is_empty() { ("void", ONCE) } else { ("int arguments, char **argument", THROUGH_EXEC) };
    let standard = if run.uses_standard { STANDARD } else { "" };
    let main = MAIN.replace("ARGUMENTS", arguments).replace("    SHARE\n", share).replace("    STANDARD\n", standard);
    main.replace("PARENT_TASK", &names::id(run, 1)).replace("parent_part", &names::function(run, 1))
}

/// Whether a line of C names the buffer; a comment may speak of bytes, too.
fn uses_bytes(line: &str) -> bool {
    [", bytes,", "(bytes,", " bytes +"].iter().any(|written| line.contains(written))
}
