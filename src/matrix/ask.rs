//! One cell: its lines are run on a fresh bench, the asked ones are answered by the kernel, and the answers go back into the
//! script as expectations.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use color_eyre::eyre::{Result, bail, eyre};

use crate::bench::BenchError;

use crate::check::{AnswerWords, StatementRun, answer};
use crate::script::Statement;
use crate::script::parse;
use crate::session::{Session, Settings};
use crate::situation::{AskedPart, MatrixLine};

/// The longest a cell may take. One that takes longer never settles.
const LONGEST: Duration = Duration::from_secs(10);
/// Where the arrows of a script stand, unless a statement is longer.
const ARROW_AT: usize = 28;

/// What the kernel answered.
#[derive(Debug)]
pub struct Answered {
    /// One for each question.
    pub answers: Vec<ToldAnswer>,
    /// The lines with the answers as expectations.
    pub script: String,
}

/// One answer, to be read.
#[derive(Debug)]
pub struct ToldAnswer {
    /// In the words of the language.
    pub words: Vec<String>,
    /// Whether its number belongs to this kernel.
    pub is_of_this_kernel: bool,
}

/// What came of a cell.
#[derive(Debug)]
pub enum Outcome {
    /// What the kernel answered.
    Answered(Answered),
    /// Why this machine does not allow it to be asked.
    Denied(String),
}

/// A cell on its way: which statement comes next, and what came of those before.
#[derive(Debug)]
pub struct Asking {
    lines: std::vec::IntoIter<MatrixLine>,
    /// The statement's line in the script; the first is the title's.
    number: u32,
    current: Option<MatrixLine>,
    script: String,
    answers: Vec<ToldAnswer>,
}

impl Asking {
    /// From the first line on.
    pub fn of(title: &str, lines: Vec<MatrixLine>) -> Self {
        let script = format!("# {title}\n");
        Self { lines: lines.into_iter(), number: 1, current: None, script, answers: Vec::new() }
    }

    /// The statement that is to be run next; none when all have been.
    pub fn next_statement(&mut self) -> Result<Option<Statement>> {
        for line in self.lines.by_ref() {
            self.number += 1;
            if let Some(statement) = parse::statement(&line.text, self.number).map_err(|error| eyre!("{error}"))? {
                self.current = Some(line);
                return Ok(Some(statement));
            }
        }
        Ok(None)
    }

    /// What came of it, now that it has settled.
    pub fn take(&mut self, seen: &StatementRun<'_>) {
        let Some(line) = self.current.take() else { return };
        let came = answer(seen);
        let is_refused = seen.refused.is_some();
        // A writer that dies of SIGPIPE has got EPIPE too: that this one lives has to be said.
        let survivor =
            came.expected.iter().any(|word| word == "EPIPE").then(|| seen.actor.unwrap_or_default().to_owned());
        let expected = match line.asked {
            Some(asked) => {
                let (told, expected) = told(came, asked);
                self.answers.push(told);
                expected
            }
            None if is_refused => came.expected,
            None => Vec::new(),
        };
        write_line(&mut self.script, &line.text, &expected);
        if let (Some(actor), Some(_)) = (survivor, line.asked) {
            write_line(&mut self.script, "tasks", &[format!("idle {actor}")]);
        }
    }

    /// The answers so far.
    pub fn answers(&self) -> &[ToldAnswer] {
        &self.answers
    }

    /// All answers.
    pub fn finish(self) -> Answered {
        Answered { answers: self.answers, script: self.script }
    }
}

/// Runs the lines of one cell.
pub fn ask(title: &str, lines: Vec<MatrixLine>) -> Result<Outcome> {
    let mut session = Session::open(Settings::default())?;
    let deadline = Instant::now() + LONGEST;
    let mut asking = Asking::of(title, lines);
    while let Some(statement) = asking.next_statement()? {
        let text = statement.text.clone();
        if let Some(reason) = settle(&mut session, statement, deadline)? {
            return Ok(Outcome::Denied(reason));
        }
        let seen = session.seen().ok_or_else(|| eyre!("{text} has not settled"))?;
        asking.take(&seen);
    }
    Ok(Outcome::Answered(asking.finish()))
}

/// Runs one statement; why this machine does not allow it, if it does not.
fn settle(session: &mut Session, statement: Statement, deadline: Instant) -> Result<Option<String>> {
    let text = statement.text.clone();
    session.submit(statement);
    let mut denial = None;
    let is_settled = session.settle_until(Some(deadline), |session, came| {
        denial = denial.take().or_else(|| session.denial(&came));
        Ok::<(), BenchError>(())
    })?;
    if is_settled {
        return Ok(denial);
    }
    bail!("{text} takes more than {} s", LONGEST.as_secs())
}

/// The part that is wanted, and the expectations that hold of it.
fn told(mut came: AnswerWords, asked: AskedPart) -> (ToldAnswer, Vec<String>) {
    if asked == AskedPart::Others && came.expected != ["refused"] {
        let own = came.shown.len() - came.others;
        came.shown.drain(..own);
        came.expected.drain(..own);
        if came.expected.is_empty() {
            came = AnswerWords { shown: vec!["nobody wakes".to_owned()], expected: vec!["_".to_owned()], others: 0 };
        }
    }
    let has_number = came.shown.iter().any(|word| is_number(word));
    (ToldAnswer { words: came.shown, is_of_this_kernel: asked == AskedPart::Number && has_number }, came.expected)
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
