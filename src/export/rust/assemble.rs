//! The text of the program: what it needs of the helpers, the descriptors, a function for each task, and main.

use std::fmt::Write as _;

use crate::export::helper_file::HelperFile;
use crate::export::names;
use crate::export::walk::{Program, TaskSteps, Variable};

use super::steps::StepWriter;
use super::{call_code, imports, literal};

const FRAME: HelperFile = HelperFile {
    text: include_str!("frame.txt"),
    mark: ("// part: ", "\n"),
    always: &["begin", "exit", "close_range"],
    also: &[
        ("handler", "Handler(handler)"),
        ("handler", "= handler as"),
        ("Received", "Received {"),
        ("Fd", "Fd::new("),
        ("Fd", "&Fd"),
    ],
};
/// What watches over the tasks.
const MAIN: &str = include_str!("main.txt");
/// How they share what they need of each other: a part of their memory.
const ONCE: &str = include_str!("share_once.txt");
/// The same for a program that calls execve(2).
const THROUGH_EXEC: &str = include_str!("share_through_exec.txt");

/// Sent by `interrupt`.
const INTERRUPT: &str =
    "/// A real-time signal whose handler does nothing: it ends a call with EINTR.\nconst INTERRUPT: c_int = 40;\n";
/// What ends a call for somebody who sends it.
const INTERRUPTS: &str = "    catch_interrupts();\n";
/// Where groups matter.
const LEADS: &str = "    // The first task leads the group that all begin in.\n    setpgid(Pid::from_raw(0), Pid::from_raw(0)).expect(\"a group\");\n";
/// Where the transcript goes, and what is wrong.
const OUTPUT: &str = "const OUT: RawFd = 1;\nconst ERR: RawFd = 2;\n";
/// The same where tasks use the descriptors 0 to 2, which on a bench are /dev/null.
const OWN_OUTPUT: &str = "// This program's own; of a task 0, 1 and 2 are /dev/null.\nconst OUT: RawFd = OWN_FDS + 1;\nconst ERR: RawFd = OWN_FDS + 2;\n";
/// Numbers from here on are the program's own.
const OWN_FDS: &str = "/// From here on descriptors are this program's own.\nconst OWN_FDS: RawFd = 900;\n";
/// Makes 0 to 2 what a task finds.
const STANDARD: &str = include_str!("standard.txt");

const HEAD: &str = "\
//! What a bench of tincans did, as Rust. Each function whose name ends with _part is one task; what it prints is the run's
//! transcript. It needs one crate; in Cargo.toml:
//!
//!     nix = { version = \"0.31\", features = [
//!         \"event\", \"feature\", \"fs\", \"mman\", \"process\", \"resource\", \"signal\", \"socket\", \"time\", \"uio\"] }
//!
//! It exits with 0 if the kernel answered as it did then; otherwise it says which line came out otherwise.
";

/// The program.
pub fn program(run: &Program) -> Result<String, String> {
    let mut functions: String = (0..run.parts.len()).map(|task| function(run, task)).collect::<Result<_, _>>()?;
    if ["setsid()", "setpgid(", "from_raw(-"].iter().any(|call| functions.contains(call)) {
        let begin = format!("fn {}() {{\n", names::function(run, 1));
        functions = functions.replacen(&begin, &format!("{begin}{LEADS}"), 1);
    }
    let is_executed = !run.executions.is_empty();
    let after_exec = if is_executed { after_exec(run) } else { String::new() };
    let main = MAIN
        .replace("    SHARE\n", if is_executed { THROUGH_EXEC } else { ONCE })
        .replace("    STANDARD\n", if run.uses_standard { STANDARD } else { "" })
        .replace("PARENT_TASK", &names::id(run, 1))
        .replace("parent_part", &names::function(run, 1));
    let body = format!("{functions}{after_exec}{main}");
    let is_interrupted = body.contains("INTERRUPT");
    let (interrupt, interrupts) = if is_interrupted { (INTERRUPT, INTERRUPTS) } else { ("", "") };
    let helpers = FRAME
        .taken(&imports::bare(&format!("{}{body}{interrupts}", descriptors(run))))
        .replace("    INTERRUPTS\n", interrupts);
    let own = if run.uses_standard || is_executed { OWN_FDS } else { "" };
    let output = if run.uses_standard { OWN_OUTPUT } else { OUTPUT };
    let code = format!("{}{own}{output}{interrupt}\n{helpers}\n{}\n{body}", tasks(run), descriptors(run));
    // What nobody says nobody counts.
    let allowed = if code.contains(" say(\"") { "" } else { "#![allow(dead_code)]\n" };
    Ok(format!("{HEAD}{allowed}\n{}\n{code}", imports::of(&code)))
}

/// The numbers and names of the tasks.
fn tasks(run: &Program) -> String {
    let mut text = String::new();
    for task in 0..run.parts.len() {
        let _ = writeln!(text, "const {}: usize = {task};", names::id(run, task));
    }
    let shown: Vec<String> = run.parts.iter().map(|part| literal::string(&part.name)).collect();
    let count = run.parts.len();
    text + &format!("const TASKS: usize = {count};\nconst NAMES: [&str; TASKS] = [{}];\n", shown.join(", "))
}

/// The variables.
fn descriptors(run: &Program) -> String {
    let mut text = "// Descriptors. Each process has its own copy of these.\n".to_owned();
    for (name, is_array) in &run.variables {
        let name = call_code::variable(run, &Variable { name: name.clone(), index: None });
        let (kind, value) = if *is_array { ("[Fd; 2]", "[Fd::new(-1), Fd::new(-1)]") } else { ("Fd", "Fd::new(-1)") };
        let _ = writeln!(text, "static {name}: {kind} = {value};");
    }
    text
}

/// The functions of a task: one more after each execve(2).
fn function(run: &Program, task: usize) -> Result<String, String> {
    let TaskSteps { steps, before_exec, .. } = &run.parts[task];
    let mut text = String::new();
    for (at, steps) in before_exec.iter().chain([steps]).enumerate() {
        let mut lines = StepWriter::new(run);
        for step in steps {
            lines.step(step)?;
        }
        let name = names::function_after(run, task, at);
        let _ = writeln!(text, "fn {name}() {{");
        if lines.room > 0 {
            let _ = writeln!(text, "    let mut bytes = vec![0; {}];", lines.room);
        }
        for line in lines.text {
            let _ = writeln!(text, "{line}");
        }
        text.push_str("}\n\n");
    }
    Ok(text)
}

/// The functions with which tasks go on after execve(2), as a table.
fn after_exec(run: &Program) -> String {
    format!("const AFTER_EXEC: &[fn()] = &[{}];\n\n", names::after_exec(run))
}
