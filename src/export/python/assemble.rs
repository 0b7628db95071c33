//! The text of the program: what it imports, its helpers, the variables, a function for each task, and what begins everything.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::export::helper_file::HelperFile;
use crate::export::names;
use crate::export::walk::{Program, ProgramStep};

use super::literal;
use super::steps::StepWriter;

const FRAME: HelperFile = HelperFile {
    text: include_str!("frame.py"),
    mark: ("# part: ", "\n"),
    always: &["begin", "pid_of"],
    also: &[("handler", ", handler)")],
};
/// What watches over the tasks.
const MAIN: &str = include_str!("main.py");
/// The modules that it may need; each is imported where it is used.
const MODULES: &[&str] = &[
    "array",
    "errno",
    "fcntl",
    "mmap",
    "os",
    "resource",
    "select",
    "shutil",
    "signal",
    "socket",
    "struct",
    "sys",
    "tempfile",
    "threading",
    "time",
    "traceback",
];

/// Where the transcript goes, and what is wrong.
const OUTPUT: &str = "OUT, ERR = 1, 2\n";
/// The same where tasks use the descriptors 0 to 2, which on a bench are /dev/null.
const OWN_OUTPUT: &str = "OUT, ERR = 901, 902              # this program's own; of a task 0, 1 and 2 are /dev/null\n";
/// Where groups matter.
const LEADS: &str = "    os.setpgid(0, 0)                # the first task leads the group that all begin in\n";
/// Makes 0 to 2 what a task finds.
const STANDARD: &str = "    os.dup2(1, OUT)
    os.dup2(2, ERR)
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    os.close(null)
";

const HEAD: &str = "\
# What a bench of tincans did, as Python 3.11 or later, with nothing but its own modules. Each function whose name ends with
# _part is one task; what it prints is the run's transcript.
#     python3 FILE.py
# It exits with 0 if the kernel answered as it did then; otherwise it says which line came out otherwise.
";

/// The program.
pub fn program(run: &Program) -> Result<String, String> {
    if !run.executions.is_empty() {
        return Err("execve has no form in Python: its descriptors are closed then, unless told otherwise".to_owned());
    }
    let functions: String = (0..run.parts.len()).map(|task| function(run, task)).collect::<Result<_, _>>()?;
    let functions = if ["os.setsid(", "os.setpgid(", "os.kill(-"].iter().any(|call| functions.contains(call)) {
        let begin = format!("def {}():\n", names::function(run, 1));
        functions.replacen(&begin, &format!("{begin}{LEADS}"), 1)
    } else {
        functions
    };
    let main = MAIN.replace("PARENT_TASK", &names::id(run, 1)).replace("parent_part", &names::function(run, 1));
    let (output, standard) = if run.uses_standard { (OWN_OUTPUT, STANDARD) } else { (OUTPUT, "") };
    let body = format!("{functions}{}", main.replace("    STANDARD\n", standard));
    let is_interrupted = body.contains("INTERRUPT");
    let interrupts = if is_interrupted { "    signal.signal(INTERRUPT, handler)\n" } else { "" };
    let helpers = FRAME.taken(&format!("{body}{interrupts}")).replace("    INTERRUPTS\n", interrupts);
    let interrupt =
        if is_interrupted { "INTERRUPT = 40      # a real-time signal: it only ends a call, with EINTR\n" } else { "" };
    let variable =
        |(name, is_array): &(String, bool)| format!("{name} = {}", if *is_array { "[-1, -1]" } else { "-1" });
    let variables: Vec<String> = run.variables.iter().map(variable).collect();
    let shown: Vec<String> = run.parts.iter().map(|part| literal::string(&part.name)).collect();
    let ids: Vec<String> = (0..run.parts.len()).map(|task| names::id(run, task)).collect();
    let code = format!(
        "{helpers}\n\n# Descriptors. Each process has its own copy of these.\n{}\n\n\n{body}",
        variables.join("\n")
    );
    let mut imports = String::new();
    for module in MODULES.iter().filter(|module| is_used(module, &code)) {
        let _ = writeln!(imports, "import {module}");
    }
    Ok(format!(
        "{HEAD}{imports}\nNAMES = [{}]\n{} = range({})\n{output}{interrupt}\n{code}",
        shown.join(", "),
        ids.join(", "),
        run.parts.len(),
    ))
}

fn is_used(module: &str, code: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
    code.match_indices(&format!("{module}.")).any(|(at, _)| !code[..at].ends_with(is_letter))
}

/// The function of a task.
fn function(run: &Program, task: usize) -> Result<String, String> {
    let mut lines = StepWriter::new(run, task);
    for step in &run.parts[task].steps {
        lines.step(step)?;
    }
    let mut text = format!("def {}():\n", names::function(run, task));
    let changed: BTreeSet<String> = std::mem::take(&mut lines.changed);
    if !changed.is_empty() {
        let _ = writeln!(text, "    global {}", changed.into_iter().collect::<Vec<_>>().join(", "));
    }
    for line in &lines.text {
        let _ = writeln!(text, "{line}");
    }
    if run.parts[task].steps.iter().all(|step| matches!(step, ProgramStep::Comment(_))) {
        text.push_str("    pass\n");
    }
    text.push_str("\n\n");
    Ok(text)
}
