//! One cell: its lines are run on a fresh bench, the asked ones are answered by the kernel, and the answers go back into the
//! script as expectations.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use color_eyre::eyre::{Result, bail, eyre};

use crate::bench::BenchError;

use crate::situation::{Asked, Line};
use crate::check::{Answer, answer};
use crate::script::Statement;
use crate::script::parse;
use crate::session::{Session, Settings};

/// The longest a cell may take. One that takes longer never settles.
const LONGEST: Duration = Duration::from_secs(10);
/// Where the arrows of a script stand, unless a statement is longer.
const ARROW_AT: usize = 28;

/// What the kernel answered.
#[derive(Debug)]
pub struct Answered {
    /// One for each question.
    pub answers: Vec<Told>,
    /// The lines with the answers as expectations.
    pub script: String,
}

/// One answer, to be read.
#[derive(Debug)]
pub struct Told {
    /// In the words of the language.
    pub words: Vec<String>,
    /// Whether its number belongs to this kernel.
    pub is_of_this_kernel: bool,
}

/// Runs the lines of one cell.
pub fn ask(title: &str, lines: &[Line]) -> Result<Answered> {
    let mut session = Session::open(Settings::default())?;
    let deadline = Instant::now() + LONGEST;
    let mut script = format!("# {title}\n");
    let mut answers = Vec::new();
    for (line, number) in lines.iter().zip(2..) {
        let parsed = parse::statement(&line.text, number).map_err(|error| eyre!("{error}"))?;
        let Some(statement) = parsed else { continue };
        settle(&mut session, statement, deadline)?;
        let seen = session.seen().ok_or_else(|| eyre!("{} has not settled", line.text))?;
        let came = answer(&seen);
        let is_refused = seen.refused.is_some();
        // A writer that dies of SIGPIPE has got EPIPE too: that this one lives has to be said.
        let survivor =
            came.expected.iter().any(|word| word == "EPIPE").then(|| seen.actor.unwrap_or_default().to_owned());
        let expected = match line.asked {
            Some(asked) => {
                let (told, expected) = told(came, asked);
                answers.push(told);
                expected
            }
            None if is_refused => came.expected,
            None => Vec::new(),
        };
        write_line(&mut script, &line.text, &expected);
        if let (Some(actor), Some(_)) = (survivor, line.asked) {
            write_line(&mut script, "tasks", &[format!("idle {actor}")]);
        }
    }
    Ok(Answered { answers, script })
}

fn settle(session: &mut Session, statement: Statement, deadline: Instant) -> Result<()> {
    let text = statement.text.clone();
    session.submit(statement);
    if session.settle_until(Some(deadline), |_, _| Ok::<(), BenchError>(()))? {
        return Ok(());
    }
    bail!("{text} takes more than {} s", LONGEST.as_secs())
}

/// The part that is wanted, and the expectations that hold of it.
fn told(mut came: Answer, asked: Asked) -> (Told, Vec<String>) {
    if asked == Asked::Others && came.expected != ["refused"] {
        let own = came.shown.len() - came.others;
        came.shown.drain(..own);
        came.expected.drain(..own);
        if came.expected.is_empty() {
            came = Answer { shown: vec!["nobody wakes".to_owned()], expected: vec!["_".to_owned()], others: 0 };
        }
    }
    let has_number = came.shown.iter().any(|word| is_number(word));
    (Told { words: came.shown, is_of_this_kernel: asked == Asked::Number && has_number }, came.expected)
}

/// `STATEMENT   => EXPECTATION, …`; a row may have an expectation of its own, to remember a number.
fn write_line(script: &mut String, text: &str, expected: &[String]) {
    if expected.is_empty() {
        script.push_str(text);
    } else {
        let _ = write!(script, "{text:<ARROW_AT$} => {}", expected.join(", "));
    }
    script.push('\n');
}

/// `278`, `278*x`, `wakes parent 219264`; not a bare 0, which belongs to no kernel.
pub fn is_number(word: &str) -> bool {
    word != "0"
        && (word.starts_with(|letter: char| letter.is_ascii_digit())
            || word.ends_with(|letter: char| letter.is_ascii_digit()))
}
