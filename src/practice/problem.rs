//! One problem: a program, its question, and what the kernel answered on each kind of channel; and how it is written as a lesson.

use std::fmt::Write as _;

use color_eyre::eyre::{Result, eyre};

use super::draft::{Draft, QuestionTheme};
use super::random::Random;
use super::{LineResult, SheetForm, statement, weight};
use crate::kind::Kind;
use crate::lesson::gift::{self, Choice};
use crate::lesson::{Lesson, MAX_OPTIONS, builtin, load, problem_wish, write};
use crate::script::{Expectation, Statement, parse};
use crate::situation;

/// A program with a question at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    column: Kind,
    /// What the question is about.
    theme: Option<QuestionTheme>,
    /// Statements; the last is asked.
    lines: Vec<String>,
    truth: String,
    /// What it is on each kind, the asked one among them, each once; in the order in which they are offered.
    options: Vec<(String, Vec<Kind>)>,
    why: String,
    lesson: Option<&'static str>,
}

impl Problem {
    /// The line at which the kinds differ most, and one kind that is asked about; none if no line is worth asking.
    pub fn of(
        draft: &Draft,
        told: &[(Kind, Vec<LineResult>)],
        (theme, wanted): (Option<QuestionTheme>, usize),
        random: &mut Random,
    ) -> Option<Self> {
        let options = |at: usize| -> Vec<(String, Vec<Kind>)> {
            let mut options: Vec<(String, Vec<Kind>)> = Vec::new();
            for (column, told) in told.iter().filter_map(|(column, told)| Some((*column, useful(told, at)?))) {
                let words = told.words.join(", ");
                match options.iter_mut().find(|option| option.0 == words) {
                    Some(option) => option.1.push(column),
                    None => options.push((words, vec![column])),
                }
            }
            options
        };
        let askable = (0..draft.lines.len())
            .filter(|at| draft.lines[*at].theme.is_some_and(|own| theme.is_none_or(|theme| theme == own)));
        let at = askable.max_by_key(|at| (options(*at).len(), *at))?;
        let mut options = options(at);
        if options.len() < wanted || options.len() > MAX_OPTIONS {
            return None;
        }
        let fit: Vec<(Kind, &LineResult)> = told
            .iter()
            .filter_map(|(column, told)| Some((*column, useful(told, at).filter(|told| told.why.is_some())?)))
            .collect();
        let (column, truth) = fit.get(random.weighed(fit.iter().map(|(column, _)| weight(*column))))?;
        random.shuffle(&mut options);
        Some(Self {
            column: *column,
            theme: draft.lines[at].theme,
            lines: draft.lines[..=at].iter().map(|line| situation::fill(*column, &line.text)).collect(),
            truth: truth.words.join(", "),
            options,
            why: truth.why.clone()?,
            lesson: truth.lesson,
        })
    }

    /// The statement of this place.
    pub fn statement(&self, at: usize) -> Result<Statement> {
        statement(self.lines.get(at).map_or("", String::as_str))
    }

    /// Whether the question stands at this place.
    pub fn is_question(&self, at: usize) -> bool {
        at + 1 == self.lines.len()
    }

    /// An option, understood.
    pub fn expectations(&self, option: &str) -> Result<Vec<Expectation>> {
        let verb = self.statement(self.lines.len() - 1)?.verb;
        parse::expectations(option, &verb, 0).map_err(|error| eyre!("`{option}`: {error}"))
    }

    /// What makes another problem nearly the same.
    pub fn likeness(&self) -> Option<String> {
        let question = self.statement(self.lines.len().checked_sub(1)?).ok()?;
        Some(problem_wish::likeness_of(self.lines.first()?, &question, &self.truth))
    }

    /// What the kernel answered.
    pub fn truth(&self) -> &str {
        &self.truth
    }

    /// What it answered on each kind, each once.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.options.iter().map(|option| option.0.as_str())
    }

    /// Only these wrong answers are wrong for certain.
    pub fn keep(&mut self, wrong: &[String]) {
        let truth = self.truth.clone();
        self.options.retain(|option| option.0 == truth || wrong.contains(&option.0));
    }

    /// A lesson of this one question.
    pub fn lesson(&self, seed: u64, number: u32) -> Result<Lesson> {
        let title = format!("What next? (seed {seed})");
        let (question, program) = self.lines.split_last().ok_or_else(|| eyre!("a program has lines"))?;
        let topic = self.theme.map_or("claims", QuestionTheme::topic);
        let (front, scene, program) = (write::front(&title, &[topic]), self.scene(), program.join("\n"));
        let question = self.question(question);
        let text = format!("{front}{scene}\n\n```text\n{program}\n```\n\n```tin setup\n{program}\n```\n\n{question}");
        Ok(load::load(&format!("{number}-practice.md"), text.as_bytes())?)
    }

    /// The problem among others on a sheet, without its answer.
    pub fn on_a_sheet(&self, number: u32) -> String {
        let mut text =
            format!("## Problem {number}\n\n{}\n\n```text\n{}\n```\n\n", self.scene(), self.lines.join("\n"));
        for (letter, (words, _)) in ('a'..).zip(&self.options) {
            let _ = writeln!(text, "- ( ) {letter}: `{words}`");
        }
        text + "\n"
    }

    /// The problem among others in a lesson file, with its answer and the reason.
    pub fn in_the_key(&self, number: u32) -> String {
        let Some((question, program)) = self.lines.split_last() else { return String::new() };
        format!(
            "## Problem {number}\n\n{}\n\n```tin\nreset\n{}\n```\n\n{}\n",
            self.scene(),
            program.join("\n"),
            self.question(question)
        )
    }

    /// The problem as a question of a quiz file.
    pub fn in_a_quiz(&self, number: u32) -> String {
        let question = format!("{}\n{}", self.scene(), self.lines.join("\n"));
        let choices: Vec<Choice<'_>> = self
            .options
            .iter()
            .map(|(words, columns)| {
                let is_right = *words == self.truth;
                // Of a wrong answer: where it would be right.
                let kinds = if is_right { None } else { columns.first().map(|column| column.heading()) };
                Choice { text: words, is_right, why: kinds }
            })
            .collect();
        gift::question(&format!("Problem {number}"), &question, &choices)
    }

    fn scene(&self) -> String {
        let what = match self.column {
            Kind::Stream => "A stream socket pair (SOCK_STREAM)",
            Kind::Dgram => "A datagram socket pair (SOCK_DGRAM)",
            Kind::Seqpacket => "A seqpacket socket pair (SOCK_SEQPACKET)",
            Kind::Pipe => "A pipe",
            Kind::PacketPipe => "A packet pipe (O_DIRECT)",
            Kind::Fifo => "A FIFO",
        };
        format!("{what}. What does the last statement return?")
    }

    fn question(&self, question: &str) -> String {
        let mut text = format!("```predict\n{question}\n");
        for (words, _) in &self.options {
            let mark = if *words == self.truth { 'x' } else { ' ' };
            let _ = writeln!(text, "- [{mark}] {words}");
        }
        let _ = write!(text, "```\n\n```after\n{}\n", write::escaped(&self.why));
        text.push('\n');
        for (words, columns) in &self.options {
            let kinds: Vec<&str> = columns.iter().map(|column| column.heading()).collect();
            let _ = writeln!(text, "- {}: `{words}`", kinds.join(", "));
        }
        let known = builtin::ENGLISH.iter().find(|(name, _)| {
            self.lesson.is_some_and(|id| name.strip_suffix(".md").is_some_and(|stem| stem.ends_with(&format!("-{id}"))))
        });
        if let Some((name, _)) = known {
            let number = name.split('-').next().unwrap_or_default().trim_start_matches('0');
            let _ = write!(text, "\nMore in lesson {number}.\n");
        }
        text + "```\n"
    }
}

/// What a kind answered at a place, if that can be asked about and all before it was made.
fn useful(told: &[LineResult], at: usize) -> Option<&LineResult> {
    let is_whole = told.get(..=at)?.iter().all(|told| !told.is_useless);
    told.get(at).filter(|_| is_whole)
}

/// The beginning of a sheet.
pub(super) fn heading(seed: u64, count: u16, form: SheetForm) -> String {
    let title = format!("Practice: seed {seed}, {count} {}", if count == 1 { "problem" } else { "problems" });
    let what = format!("--practice --seed {seed} --print {count} --key");
    if form == SheetForm::Quiz {
        return format!("// {title}, in GIFT, for Moodle and others that import it.\n\n");
    }
    if form == SheetForm::Sheet {
        return format!("# {title}\n\nWhat does the last statement return? `tincans learn {what}` prints the key.\n\n");
    }
    format!(
        "{}# {title}\n\nWhat happens next? Each wrong answer is what another kind of channel does, on the kernel on which this was \
         made.\n\n",
        write::front(&title, &["claims"])
    )
}
