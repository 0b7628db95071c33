//! What a line means: a word that steers, the number of an answer, or a statement.

use std::io::BufRead;
use std::os::fd::AsFd;

use color_eyre::eyre::Result;

use crate::app::action::{Action, Input, Learn};
use crate::app::input_line::Edit;
use crate::app::{App, Mode, channel_sides};
use crate::lesson::{Next, list};
use crate::playground::OpeningView;
use crate::script::parse;

use super::{Talk, bench, past};

/// The words that steer, and what each does. No statement begins with one of them.
pub const WORDS: [(&str, &str); 18] = [
    (
        "Enter alone, or next",
        "in a lesson go on: run the statement that is next, take the next step, begin the next lesson; outside, Enter alone lets all children read what waits",
    ),
    ("say WORDS", "write the words to all channels; a single word that is no statement is written without say"),
    ("1 to 6", "the answer to the question"),
    ("hint", "one more hint for the goal"),
    ("answer", "the answer to the goal, statement by statement; Enter runs each"),
    ("text", "this step once more"),
    ("redo", "begin this step again, on a bench that is as it should be"),
    ("bench", "all channels: which write each byte of a read came from, what waits, who holds the ends"),
    ("diagram", "the last events, each with its number and the messages that it moved"),
    ("past NUMBER", "the bench as it was after that event; what is typed goes on now"),
    ("lessons", "list the lessons, with what is done; lessons WORD only those with that word"),
    ("lesson NUMBER", "take that lesson"),
    ("practice", "problems without end: what happens next?"),
    ("leave", "leave the lesson to play on its bench"),
    ("back", "back to the lesson"),
    ("statements", "list all statements"),
    ("help", "list these words"),
    ("quit", "leave the program; what is done is kept"),
];

const WELCOME: &str = "tincans, line by line. A word alone, or say WORDS, is written to all channels; Enter alone lets all children read what waits. \
     Any other line is a statement, like child1: read wire[1]. reset empties the bench, help lists what else can be typed, quit \
     leaves. The bench begins with two channels, wire of a stream and post of datagrams, and a child at each:";
const LEARNER: &str = "tincans, line by line. Enter alone goes on; help lists what else can be typed, quit leaves.";

/// What a person is asked for.
pub fn prompt(app: &App) -> &'static str {
    let Some((lesson, taking)) = app.course.shown() else { return "a word, or a statement" };
    if app.mode == Mode::Prompt {
        return "Enter, or a statement";
    }
    match taking.walk.next(lesson) {
        Next::Ask(_) => "your answer",
        Next::Reach(_) => "statement",
        Next::Run(_) | Next::Rest | Next::Over => "Enter, or a word",
    }
}

/// A word alone that begins no statement.
fn is_message(line: &str) -> bool {
    let is_verb = |word: &str| parse::verbs().iter().any(|verb| verb.synopsis.split(' ').next() == Some(word));
    !line.contains(char::is_whitespace) && !line.ends_with(':') && !is_verb(line)
}

impl<I: BufRead + AsFd> Talk<'_, I> {
    pub(super) fn greet(&mut self, opening: OpeningView) -> Result<()> {
        match opening {
            OpeningView::Channels => self.say(WELCOME),
            OpeningView::Lesson(_) | OpeningView::Practice => self.say(LEARNER),
            OpeningView::Lessons => {
                self.say(LEARNER)?;
                self.list("")
            }
        }
    }

    /// Does what a line says; whether that is to leave.
    pub(super) fn take(&mut self, line: &str) -> Result<bool> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match (word, rest) {
            ("quit", "") => return Ok(true),
            ("", "") if self.playground.app().course.shown().is_none() => self.send("")?,
            ("" | "next", "") => self.go_on()?,
            ("say", words) if !words.is_empty() => self.send(words)?,
            ("help", "") => self.help()?,
            ("statements", "") => self.statements()?,
            ("bench", "") => self.bench()?,
            ("diagram", "") => self.diagram()?,
            ("past", number) => self.past(number)?,
            ("hint", "") => self.hint()?,
            ("answer", "") => self.solve()?,
            ("text", "") => self.told.forget_step(),
            ("redo", "") => self.redo()?,
            ("lessons", query) => self.list(query)?,
            ("lesson", name) if !name.is_empty() => self.open(name)?,
            ("practice", "") => self.key(Learn::Practice),
            ("leave", "") => self.out(true)?,
            ("back", "") => self.out(false)?,
            (number, "") if number.bytes().all(|byte| byte.is_ascii_digit()) => self.choose(number)?,
            _ => self.state(line)?,
        }
        Ok(false)
    }

    fn key(&mut self, key: Learn) {
        self.playground.handle(Input::Do(Action::Learn(key)));
    }

    /// A statement; one that is none is told, with its place.
    fn state(&mut self, text: &str) -> Result<()> {
        match parse::statement(text, 1) {
            Ok(Some(_)) => self.playground.handle(Input::Statement(text.to_owned())),
            Ok(None) => {}
            // As on the message line of the terminal UI; a lesson wants statements.
            Err(_) if is_message(text) && self.playground.app().course.shown().is_none() => self.send(text)?,
            Err(error) => self.say(&format!("error: column {}: {}", error.column, error.message))?,
        }
        Ok(())
    }

    /// What Enter on the message line does: the words go to all channels; without any, the children read.
    fn send(&mut self, text: &str) -> Result<()> {
        if channel_sides::shown(self.playground.world()).is_empty() {
            return if text.is_empty() { Ok(()) } else { self.bench() };
        }
        self.playground.handle(Input::Do(Action::EnterLine));
        self.playground.handle(Input::Text(text.to_owned()));
        self.playground.handle(Input::Do(Action::Send));
        // What could not be sent would be in the way of the next.
        if !self.playground.app().line.text().is_empty() {
            self.playground.handle(Input::Do(Action::Edit(Edit::DeleteToStart)));
        }
        Ok(())
    }

    /// The one key that goes on.
    fn go_on(&mut self) -> Result<()> {
        let app = self.playground.app();
        let Some((lesson, taking)) = app.course.shown() else { return Ok(()) };
        if app.mode == Mode::Prompt {
            let text = app.prompt.text().to_owned();
            self.say(&format!("runs: {text}"))?;
            self.playground.handle(Input::Do(Action::Run));
            return Ok(());
        }
        let is_last = taking.walk.next(lesson) == Next::Over
            && app.course.lessons.last().is_none_or(|last| last.id == lesson.id && !app.course.is_practising());
        let words = match taking.walk.next(lesson) {
            Next::Run(statement) => Some(format!("runs: {}", statement.text)),
            Next::Ask(prediction) => {
                return self.say(&format!("Type the number of your answer, 1 to {}.", prediction.options.len()));
            }
            Next::Reach(_) => {
                return self.say("This is yours to do: type statements; hint gives a hint, answer the answer.");
            }
            Next::Over if is_last => return self.say("That was the last lesson; lessons lists them all."),
            Next::Rest | Next::Over => None,
        };
        if let Some(words) = words {
            self.say(&words)?;
        }
        self.key(Learn::Step);
        Ok(())
    }

    fn choose(&mut self, number: &str) -> Result<()> {
        let app = self.playground.app();
        let next = app.course.shown().map(|(lesson, taking)| taking.walk.next(lesson));
        let Some(Next::Ask(prediction)) = next else {
            return self.say("There is no question here; a number answers one.");
        };
        let count = prediction.options.len();
        let Some(number) = number.parse().ok().filter(|number| (1..=count).contains(&usize::from(*number))) else {
            return self.say(&format!("The answers are 1 to {count}."));
        };
        let runs = format!("runs: {}", prediction.statement.text);
        if !app.course.is_practising() {
            self.say(&runs)?;
        }
        self.key(Learn::Choose(number));
        self.key(Learn::Step);
        Ok(())
    }

    fn hint(&mut self) -> Result<()> {
        let shown = self.playground.app().course.shown();
        let Some((Next::Reach(goal), hints)) = shown.map(|(lesson, taking)| (taking.walk.next(lesson), taking.hints))
        else {
            return self.say("Hints are for goals; here is none.");
        };
        if hints >= goal.hints.len() {
            return self.say("That was the last hint; answer gives the answer.");
        }
        self.key(Learn::Hint);
        Ok(())
    }

    fn solve(&mut self) -> Result<()> {
        let next = self.playground.app().course.shown().map(|(lesson, taking)| taking.walk.next(lesson));
        if !matches!(next, Some(Next::Reach(_))) {
            return self.say("Answers are given for goals; here is none.");
        }
        self.key(Learn::Solve);
        Ok(())
    }

    fn redo(&mut self) -> Result<()> {
        if self.playground.app().course.shown().is_none() {
            return self.say("No lesson is being taken; reset makes the bench anew.");
        }
        self.playground.handle(Input::Do(Action::Reset));
        self.told.forget_step();
        Ok(())
    }

    /// Leaves the lesson to play, or comes back to it.
    fn out(&mut self, leaves: bool) -> Result<()> {
        let Some((_, taking)) = self.playground.app().course.current() else {
            return self.say("No lesson is being taken; lessons lists them.");
        };
        match (taking.is_out, leaves) {
            (true, true) => self.say("You have left the lesson already; back returns to it."),
            (false, false) => self.say("You are in the lesson; text tells the step again."),
            (is_out, _) => {
                self.key(Learn::Out);
                // What the app notes of it names a key.
                self.is_noted = true;
                if is_out {
                    Ok(())
                } else {
                    self.say("The bench is yours. back returns to the lesson, and makes its bench anew.")
                }
            }
        }
    }

    fn open(&mut self, name: &str) -> Result<()> {
        match list::named(&self.playground.app().course.lessons, name) {
            Some(at) => self.playground.handle(Input::Take(at)),
            None => self.say(&format!("There is no lesson {name}; lessons lists them."))?,
        }
        Ok(())
    }

    /// The lessons with every word of the query, each as a line of its own.
    fn list(&mut self, query: &str) -> Result<()> {
        let course = &self.playground.app().course;
        let line = |at: usize| {
            let lesson = &course.lessons[at];
            let words = course.progress.words(lesson);
            let done = if words.is_empty() { "not begun".to_owned() } else { words };
            format!("{}: {}, {} minutes, {done}.", lesson.number, lesson.title, lesson.minutes)
        };
        let mut lines: Vec<String> = list::found(&course.lessons, query).into_iter().map(line).collect();
        lines.push(match lines.len() {
            0 => "No lesson has that word.".to_owned(),
            _ => "lesson NUMBER takes one; practice has problems without end.".to_owned(),
        });
        lines.iter().try_for_each(|line| self.say(line))
    }

    /// What the panels show, in sentences.
    fn bench(&mut self) -> Result<()> {
        bench::lines(self.playground.world()).iter().try_for_each(|line| self.say(line))
    }

    /// What has happened, as lines.
    fn diagram(&mut self) -> Result<()> {
        let lines = self.playground.look_at(u64::MAX, past::TOLD).map(|look| past::moments(&look)).unwrap_or_default();
        lines.iter().try_for_each(|line| self.say(line))
    }

    /// The bench as it was.
    fn past(&mut self, number: &str) -> Result<()> {
        let Ok(at) = number.parse() else {
            return self.say("past asks for an event by its number, as in past 3; diagram lists them.");
        };
        let lines = self.playground.look_at(at, past::TOLD).map(|look| past::then(&look)).unwrap_or_default();
        lines.iter().try_for_each(|line| self.say(line))
    }

    fn help(&mut self) -> Result<()> {
        WORDS.iter().try_for_each(|(word, does)| self.say(&format!("{word}: {does}")))?;
        self.say("Anything else is a statement; it is run on the bench. tasks, holders END, queue END, fds TASK and why look at it.")
    }

    fn statements(&mut self) -> Result<()> {
        parse::verbs().iter().try_for_each(|verb| self.say(&format!("{}: {}", verb.synopsis, verb.about)))
    }
}
