//! `tincans --plain`: bench, lessons and practice as lines. What is typed comes in line by line, what happened and why goes out:
//! no screen, no cursor, no colour, nothing is ever drawn over; for screen readers, slow links and pipes. What lines mean to a
//! lesson is what keys mean in the terminal UI: one course, one playground.

mod bench;
mod past;
mod talk;
mod lesson_lines;

use std::io::{self, BufRead, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use color_eyre::eyre::{Result, WrapErr};

use crate::app::course::Course;
use crate::app::transcript;
use crate::playground::{Changes, OpeningView, Playground};
use crate::progress::Store;
use crate::script::MAX_STATEMENT;
use crate::session::Settings;
use crate::sys::{SysError, poll};
use crate::text;
use crate::trace::{Event, What};
use crate::ui::ascii::Letters;
use crate::ui::words;

use lesson_lines::ToldSoFar;

/// After that, a person is told that the bench is still at work.
const PATIENCE: Duration = Duration::from_secs(1);

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainEnding {
    /// Asked to, or nothing more comes in.
    Left,
    /// Nobody reads what comes out.
    NobodyReads,
}

/// Who is at the other side of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// Columns that paragraphs are wrapped to; none of paragraphs that stay one line.
    pub width: Option<u16>,
    /// A person types at a terminal: says when it is their turn.
    pub is_person: bool,
    /// Which letters are shown as they are.
    pub letters: Letters,
}

/// Lines come in here and go out there.
pub struct Ends<'a, I> {
    /// What is typed.
    pub input: I,
    /// What is said.
    pub out: &'a mut dyn Write,
}

/// Takes lines until there are no more. One that is wrong is told, and the next is taken.
pub fn run<I: BufRead + AsFd>(
    settings: Settings,
    opening: OpeningView,
    learning: (Course, Store),
    listener: Listener,
    ends: Ends<'_, I>,
) -> Result<PlainEnding> {
    let settings = Settings { keeps_history: true, ..settings };
    let playground = Playground::open(settings, opening, learning).wrap_err("the bench could not be opened")?;
    let told = ToldSoFar::default();
    let mut talk =
        Talk { playground, told, listener, ends, typed: PendingInput::default(), is_noted: false, is_prompted: false };
    match talk.live(opening) {
        Err(error) if is_broken_pipe(&error) => Ok(PlainEnding::NobodyReads),
        other => other.map(|()| PlainEnding::Left),
    }
}

fn is_broken_pipe(error: &color_eyre::Report) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// What has come in and was not taken yet.
#[derive(Debug, Default)]
struct PendingInput {
    bytes: Vec<u8>,
    is_over: bool,
}

impl PendingInput {
    /// One line of at most a statement's length; what is beyond makes it one that does not parse.
    fn line(&mut self) -> Option<String> {
        let end = self.bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let end = end.or((self.bytes.len() > MAX_STATEMENT + 2).then_some(MAX_STATEMENT + 2));
        let end = end.or((self.is_over && !self.bytes.is_empty()).then_some(self.bytes.len()))?;
        let line: Vec<u8> = self.bytes.drain(..end).collect();
        Some(String::from_utf8_lossy(&line).into_owned())
    }
}

/// The conversation.
struct Talk<'a, I> {
    playground: Playground,
    told: ToldSoFar,
    listener: Listener,
    ends: Ends<'a, I>,
    typed: PendingInput,
    /// What the app had to note has been said.
    is_noted: bool,
    /// The last thing written is a prompt, without a line's end.
    is_prompted: bool,
}

impl<I: BufRead + AsFd> Talk<'_, I> {
    fn live(&mut self, opening: OpeningView) -> Result<()> {
        self.greet(opening)?;
        loop {
            self.settle()?;
            self.prompt()?;
            let Some(line) = self.wait_for_line()? else { break };
            self.is_prompted = false;
            self.is_noted = false;
            if self.take(line.trim())? {
                break;
            }
        }
        self.end_prompt()?;
        if let Some(words) = self.playground.app().course.farewell() {
            self.say(&words.replace("`tincans learn", "`tincans learn --plain"))?;
        }
        Ok(self.ends.out.flush()?)
    }

    /// Goes on until everybody waits; a person may type before that, if it takes long.
    fn settle(&mut self) -> Result<()> {
        let start = Instant::now();
        let (mut reasons, mut is_told) = (Vec::new(), false);
        loop {
            let heard = self.playground.hear()?;
            self.events(&heard.events)?;
            reasons.extend(heard.reasons.into_iter().map(|reason| reason.text));
            if self.playground.is_settled() && !self.playground.is_posing() && !self.playground.is_asking_other_kinds()
            {
                break;
            }
            let is_long = self.listener.is_person && start.elapsed() > PATIENCE;
            if is_long && !std::mem::replace(&mut is_told, true) {
                self.say("Still at work. kill, stop and interrupt act at once; Control C leaves.")?;
                self.ends.out.flush()?;
            }
            if is_long && (self.typed.is_over || self.typed.bytes.contains(&b'\n')) {
                break;
            }
            let limit = (self.listener.is_person && !is_long).then_some(PATIENCE);
            self.sleep(is_long && !self.typed.is_over, limit)?;
        }
        let news = self.told.news(self.playground.app(), self.listener.width, &reasons);
        self.lines(&news)?;
        self.note()
    }

    /// Sleeps until the bench, or somebody who types, has something new.
    fn sleep(&mut self, hears_input: bool, limit: Option<Duration>) -> Result<()> {
        let bench = self.playground.arm();
        let limit = [bench, limit].into_iter().flatten().min();
        let mut fds: Vec<BorrowedFd<'_>> = self.playground.wait_fds();
        let own = fds.len();
        if hears_input {
            fds.push(self.ends.input.as_fd());
        }
        let ready = poll::wait(&fds, limit)?;
        drop(fds);
        self.playground.disarm(&ready[..own]);
        if ready.get(own) == Some(&true) {
            let bytes = self.ends.input.fill_buf()?;
            let count = bytes.len();
            self.typed.bytes.extend_from_slice(bytes);
            self.typed.is_over = count == 0;
            self.ends.input.consume(count);
        }
        Ok(())
    }

    /// The next line; what happens on the bench meanwhile is told as it comes.
    fn wait_for_line(&mut self) -> Result<Option<String>> {
        loop {
            if let Some(line) = self.typed.line() {
                return Ok(Some(line));
            }
            if self.typed.is_over {
                return Ok(None);
            }
            self.sleep(true, None)?;
            let Changes { events, reasons, .. } = self.playground.hear()?;
            if events.is_empty() && reasons.is_empty() {
                continue;
            }
            self.end_prompt()?;
            self.events(&events)?;
            let reasons: Vec<String> = reasons.into_iter().map(|reason| reason.text).collect();
            let news = self.told.news(self.playground.app(), self.listener.width, &reasons);
            self.lines(&news)?;
            self.prompt()?;
        }
    }

    /// What the app had to note: what could not be kept, what could not be done.
    fn note(&mut self) -> Result<()> {
        let notice = self.playground.app().notice.clone();
        // A refusal is an event too.
        if let Some(words) = notice.filter(|words| !self.is_noted && !words.starts_with("refused: ")) {
            self.say(&format!("note: {words}"))?;
        }
        self.is_noted = true;
        Ok(())
    }

    fn events(&mut self, events: &[Event]) -> Result<()> {
        let is_lesson = self.playground.app().course.shown().is_some();
        for event in events {
            match &event.what {
                // In a lesson its own text says what came.
                What::Expect { .. } | What::Refused { .. } if is_lesson && self.playground.app().course.is_making() => {
                }
                What::Expect { ok: true, .. } => {}
                What::Expect { want, got, ok: false } => self.say(&format!("wanted {want}, got {got}"))?,
                What::Refused { reason } => self.say(&format!("refused: {reason}"))?,
                What::Call(_)
                | What::Burst(_)
                | What::Signal { .. }
                | What::Death { .. }
                | What::Queue(_)
                | What::Holders(_)
                | What::Pending(_)
                | What::Tasks(_)
                | What::Fds { .. }
                | What::Why(_)
                | What::Summary(_) => self.lines(&transcript::lines(event))?,
            }
        }
        Ok(())
    }

    /// A sentence, wrapped for those who want it.
    fn say(&mut self, text: &str) -> Result<()> {
        let lines = match self.listener.width {
            Some(width) => words::wrap(text, width, 2),
            None => vec![text::string(text)],
        };
        self.lines(&lines)
    }

    fn lines(&mut self, lines: &[String]) -> Result<()> {
        for line in lines {
            writeln!(self.ends.out, "{}", self.listener.letters.text(line))?;
        }
        Ok(())
    }

    /// Says whose turn it is, to a person.
    fn prompt(&mut self) -> Result<()> {
        // Who has typed ahead is not asked.
        let is_asked =
            || Ok::<_, SysError>(!poll::wait(&[self.ends.input.as_fd()], Some(Duration::ZERO))?.contains(&true));
        if self.listener.is_person && !self.typed.bytes.contains(&b'\n') && is_asked()? {
            let words = talk::prompt(self.playground.app());
            write!(self.ends.out, "{words}: ")?;
            self.is_prompted = true;
        }
        Ok(self.ends.out.flush()?)
    }

    fn end_prompt(&mut self) -> Result<()> {
        if std::mem::take(&mut self.is_prompted) {
            writeln!(self.ends.out)?;
        }
        Ok(())
    }
}
