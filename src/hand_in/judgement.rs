//! What is said of one program: what was wanted, what came instead, and why. All of it empty: it passes.

use std::time::Duration;

use crate::diagnosis::{self, Faults};
use crate::grade::grading::Grading;
use crate::grade::{self, Unmet, reasons};
use crate::questions::sleep;
use crate::script::words::quote;
use crate::sys::launch::UNNAMED_FILE;
use crate::text;
use crate::trace::Death;
use crate::world::World;

/// Bytes of what it printed that are shown.
const SHOWN: usize = 200;

/// The words about one program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What was wanted and did not come.
    pub wanted: Vec<String>,
    /// What came.
    pub came: Vec<String>,
    /// Why, and what to change.
    pub why: Vec<String>,
}

/// How a program's run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// By itself, all of it.
    Died(Death),
    /// Everybody sleeps, and nobody can wake anybody.
    Still,
    /// The time was up after so many seconds.
    TimeUp(Duration),
    /// It made more processes than it may have.
    TooMany(usize),
    /// It could not be run: why not.
    NotRun(String),
}

/// All that is known of a run.
#[derive(Debug)]
pub struct ProgramRun<'a> {
    /// How it ended.
    pub ended: Ended,
    /// Its world, as it was then.
    pub world: &'a World,
    /// What was expected, and what came of it.
    pub grading: &'a Grading,
    /// What went wrong.
    pub faults: &'a Faults,
    /// What it printed.
    pub output: &'a [u8],
}

impl Judgement {
    /// It could not be run.
    pub fn not_run(reason: String) -> Self {
        Self { wanted: vec!["A program that runs.".to_owned()], came: vec![reason], why: Vec::new() }
    }

    /// The compiler did not take it.
    pub fn not_compiled(words: String) -> Self {
        let why = vec!["The C compiler does not take it; nothing was run.".to_owned()];
        Self { wanted: vec!["A program that compiles.".to_owned()], came: vec![words], why }
    }

    /// Nothing is wrong.
    pub fn passes(&self) -> bool {
        self.wanted.is_empty() && self.came.is_empty()
    }

    /// What is to be said of a run.
    pub fn of(seen: &ProgramRun<'_>) -> Self {
        let mut judgement = Self::default();
        if let Ended::NotRun(reason) = &seen.ended {
            return Self::not_run(reason.clone());
        }
        let unmet = seen.grading.grade.unmet();
        for unmet in &unmet {
            judgement.wanted.push(wanted(unmet));
            judgement.came.push(came(seen.world, unmet));
        }
        judgement.why = reasons::of(seen.world, &unmet, &seen.grading.mistakes);
        judgement.end(seen);
        if judgement.wanted.is_empty() {
            judgement
                .wanted
                .push("No signal kills a process, no byte is lost, and no child is left behind.".to_owned());
        }
        let faults: Vec<&String> =
            seen.faults.lines().iter().filter(|line| !seen.grading.excused.contains(line)).collect();
        if !faults.is_empty() {
            judgement.came.extend(faults.iter().map(|line| sentence(line)));
        }
        if judgement.came.is_empty() {
            return Self::default();
        }
        if matches!(seen.ended, Ended::Still | Ended::TimeUp(_)) {
            judgement.why.extend(diagnosis::hang(seen.world));
        }
        judgement.why.extend(seen.grading.mistakes.lines().iter().cloned());
        let printed = seen.output;
        if !printed.is_empty() {
            let cut = if printed.len() > SHOWN { format!("... ({} bytes)", printed.len()) } else { String::new() };
            judgement.came.push(format!("It printed {}{cut}", quote(&printed[..printed.len().min(SHOWN)])));
        }
        for lines in [&mut judgement.wanted, &mut judgement.came, &mut judgement.why] {
            for line in lines {
                *line = text::string(&line.replace(UNNAMED_FILE, "its output"));
            }
        }
        judgement
    }

    /// It has to end by itself, with 0 unless a line wants another status.
    fn end(&mut self, seen: &ProgramRun<'_>) {
        let (wanted, came) = match &seen.ended {
            Ended::Died(Death::Exited(0)) | Ended::NotRun(_) => return,
            Ended::Died(_) if seen.grading.is_end_wanted => return,
            Ended::Died(death) => {
                self.why.extend(reasons::status(seen.world, &seen.grading.mistakes));
                ("The program exits with 0.".to_owned(), format!("It {}.", how(*death)))
            }
            Ended::Still => {
                ("The program ends.".to_owned(), "All of its processes sleep, and none can wake another.".to_owned())
            }
            Ended::TimeUp(limit) => (
                format!("The program ends within {} s.", limit.as_secs_f64()),
                format!("It was still running after {} s, and was killed.", limit.as_secs_f64()),
            ),
            Ended::TooMany(most) => (
                format!("The program has at most {most} processes at one time."),
                "It made more, and was killed.".to_owned(),
            ),
        };
        self.wanted.push(wanted);
        // A death by a fault is told there.
        let is_told = matches!(seen.ended, Ended::Died(Death::Killed(_))) && !seen.faults.lines().is_empty();
        self.came.extend((!is_told).then_some(came));
    }
}

/// The teacher's words where there are some, and the line.
fn wanted(unmet: &Unmet) -> String {
    let line = format!("line {}: {}", unmet.line, unmet.text);
    if unmet.wish.is_empty() { format!("That is {line}") } else { format!("{} ({line})", unmet.wish) }
}

/// What the task did instead.
fn came(world: &World, unmet: &Unmet) -> String {
    match &unmet.nearest {
        Some((call, got)) if got == "sleeps" => format!("{call} fell asleep, and nothing came."),
        Some((call, got)) if got == grade::UNFINISHED => format!("{call} never came back."),
        Some((call, got)) if got == grade::FORBIDDEN && call.is_empty() => "It was so.".to_owned(),
        Some((call, got)) if got == grade::FORBIDDEN => format!("{call} was made."),
        Some((call, _)) if call.is_empty() => ended(world, &unmet.task),
        Some((call, got)) if unmet.is_about_writing && got.starts_with('"') => format!("{call} wrote {got}."),
        Some((call, got)) => format!("{call} came back with {got}."),
        None => fate(world, &unmet.task),
    }
}

/// How a task ended whose end was to be another one.
fn ended(world: &World, name: &str) -> String {
    let task = world.tasks().rfind(|task| task.name == name);
    let words = task.and_then(|task| task.death).map_or_else(|| "did not end".to_owned(), how);
    if name == "_" { "Nobody ended so.".to_owned() } else { format!("{name} {words}.") }
}

/// What became of a task that never made the call.
fn fate(world: &World, name: &str) -> String {
    if name == "_" {
        return "Nobody did that.".to_owned();
    }
    let Some(task) = world.tasks().rfind(|task| task.name == name) else {
        return format!("There was no {name}: so many processes were not made.");
    };
    match (sleep::sentence(task), task.death) {
        (Some(asleep), _) => format!("{name} did not come to that: {asleep}."),
        (None, Some(death)) => format!("{name} {} without it.", how(death)),
        (None, None) => format!("{name} did not do that."),
    }
}

/// How a task died, after its name.
fn how(death: Death) -> String {
    match death {
        Death::Exited(_) => death.words(),
        Death::Killed(_) => format!("was {}", death.words()),
        Death::Unknown => "died, and how is not known".to_owned(),
    }
}

/// A line of faults as a sentence.
fn sentence(line: &str) -> String {
    if line.ends_with('.') { line.to_owned() } else { format!("{line}.") }
}
