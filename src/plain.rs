//! `tincans --plain`: the same bench as lines. Statements come in, transcript and reasons go out: no screen, no cursor, nothing that a
//! screen reader would stumble over, and it works with pipes as well.

use std::io::{self, BufRead, Read, Write};

use color_eyre::eyre::{Result, WrapErr};

use crate::explain;
use crate::script::{MAX_STATEMENT, Statement, parse};
use crate::session::{Session, Settings};
use crate::trace::{Event, What, strace};

/// What stands before a reason.
const WHY: &str = "why: ";
const WELCOME: &str = "tincans, line by line. One statement a line; help lists them, quit leaves. For example:\n  channel stream chat child1\n  write chat[0] one\n  child1: read chat[1]";

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Asked to, or nothing more comes in.
    Left,
    /// Nobody reads what comes out.
    NobodyReads,
}

/// Takes statements until there are no more. One that is wrong is told, and the next is taken.
pub fn run(settings: Settings, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<Ending> {
    let mut session = Session::open(settings).wrap_err("the bench could not be opened")?;
    let said = talk(&mut session, input, out);
    match said {
        Err(error) if is_broken_pipe(&error) => Ok(Ending::NobodyReads),
        other => other.map(|()| Ending::Left),
    }
}

fn is_broken_pipe(error: &color_eyre::Report) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn talk(session: &mut Session, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{WELCOME}")?;
    out.flush()?;
    let mut number = 0;
    while let Some(line) = next_line(input)? {
        number += 1;
        match line.trim() {
            "quit" => break,
            "help" => help(out)?,
            text => match parse::statement(text, number) {
                Ok(Some(statement)) => carry_out(session, statement, out)?,
                Ok(None) => {}
                Err(error) => writeln!(out, "error: column {}: {}", error.column, error.message)?,
            },
        }
        out.flush()?;
    }
    Ok(())
}

/// One line of at most a statement's length; what is beyond makes it one that does not parse.
fn next_line(input: &mut dyn BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let limit = MAX_STATEMENT as u64 + 2;
    if input.take(limit).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn help(out: &mut dyn Write) -> io::Result<()> {
    for verb in parse::verbs() {
        writeln!(out, "{}: {}", verb.synopsis, verb.about)?;
    }
    Ok(())
}

fn carry_out(session: &mut Session, statement: Statement, out: &mut dyn Write) -> Result<()> {
    let asks = matches!(statement.verb, crate::script::Verb::Why { .. });
    session.submit(statement);
    while !session.is_settled() {
        let events = session.pump()?;
        show(&events, out)?;
        if !session.is_settled() {
            session.wait()?;
        }
    }
    let why = session.why();
    if !asks && why.rule != explain::NOTHING {
        writeln!(out, "{WHY}{}", why.text)?;
    }
    Ok(())
}

fn show(events: &[Event], out: &mut dyn Write) -> io::Result<()> {
    for event in events {
        match &event.what {
            What::Refused { reason } => writeln!(out, "refused: {reason}")?,
            What::Expect { want, got, ok: false } => writeln!(out, "wanted {want}, got {got}")?,
            What::Why(_)
            | What::Call(_)
            | What::Burst(_)
            | What::Signal { .. }
            | What::Death { .. }
            | What::Queue(_)
            | What::Holders(_)
            | What::Tasks(_)
            | What::Fds { .. }
            | What::Expect { .. }
            | What::Summary(_) => strace::lines(event).iter().try_for_each(|line| writeln!(out, "{line}"))?,
        }
    }
    Ok(())
}
