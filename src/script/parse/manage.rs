//! Statements about what is there already: ends and their options, tasks and signals, and what is only looked at.

use super::args::{Args, INT, unknown};
use crate::abi::Disposition;
use crate::abi::{self, Signal};
use crate::order::Call;
use crate::script::values;
use crate::script::words::{ParseError, WordKind};
use crate::script::{Number, Verb, WhyAbout};

const SHUTDOWNS: &[(&str, i32)] = &[("rd", 0), ("wr", 1), ("rdwr", 2)];
const POLLS: &[(&str, i32)] = &[("in", 0x1), ("pri", 0x2), ("out", 0x4), ("rdhup", 0x2000)];
/// All four that poll(2) is asked for where none is named.
const POLL_ALL: i32 = 0x1 | 0x2 | 0x4 | 0x2000;
const MILLISECONDS: (i64, i64) = (0, i32::MAX as i64);

/// `exec`.
#[expect(clippy::unnecessary_wraps, reason = "all statements are read by functions of one shape")]
pub fn exec(_: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Exec)
}

/// `exit [CODE]`.
pub fn exit(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let code = args.peek().map(|_| args.int("CODE")).transpose()?;
    Ok(Verb::Exit { code: code.unwrap_or(0) })
}

/// `wait [TASK] [nohang]`.
pub fn wait(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let names_task = args.peek().is_some_and(|word| !word.is("nohang"));
    let task = if names_task { Some(args.name("TASK")?) } else { None };
    Ok(Verb::Wait { task, nohang: args.flags(&[("nohang", 1)])? != 0 })
}

/// `pdeathsig SIGNAL`.
pub fn pdeathsig(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Call(Call::ParentDeathSignal { signal: signal_word(args)?.0 }))
}

/// `close END`.
pub fn close(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Close { end: args.end()? })
}

/// `dup END`.
pub fn dup(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Dup { end: args.end()? })
}

/// `dup2 END FD`.
pub fn dup2(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Dup2 { end: args.end()?, to: args.int("FD")? })
}

/// `dup3 END FD [cloexec]`.
pub fn dup3(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (end, to) = (args.end()?, args.int("FD")?);
    Ok(Verb::Dup3 { end, to, flags: args.flags(&[("cloexec", abi::CLOEXEC)])? })
}

/// `dupfd END MIN [cloexec]`.
pub fn dupfd(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (end, least) = (args.end()?, args.int("MIN")?);
    Ok(Verb::Dupfd { end, least, cloexec: args.flags(&[("cloexec", 1)])? != 0 })
}

/// `closerange FIRST LAST`.
pub fn closerange(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let number = |value: i32| u32::try_from(value).unwrap_or(u32::MAX);
    let first = number(args.int("FIRST")?);
    Ok(Verb::Closerange { first, last: number(args.int("LAST")?) })
}

/// `shutdown END rd|wr|rdwr`.
pub fn shutdown(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Shutdown { end: args.end()?, how: args.one_of("direction", SHUTDOWNS)? })
}

/// `poll END… [for=…] [timeout=MS]`.
pub fn poll(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let mut ends = vec![args.end()?];
    while args.peek().is_some_and(|word| !word.text.contains('=')) {
        ends.push(args.end()?);
    }
    let (mut events, mut timeout_ms) = (POLL_ALL, 0);
    while let Some(opt) = args.option()? {
        match opt.key {
            "for=" => events = args.option_value(&opt, poll_events)?,
            "timeout=" => timeout_ms = args.option_int(&opt, (-1, i64::from(i32::MAX)))?,
            _ => return Err(args.no_option(&opt)),
        }
    }
    Ok(Verb::Poll { ends, events, timeout_ms })
}

/// `in,out`: the bits of poll(2), which epoll shares.
pub fn poll_events(text: &str) -> Result<i32, String> {
    text.split(',').try_fold(0, |bits, word| match POLLS.iter().find(|row| row.0 == word) {
        Some(row) => Ok(bits | row.1),
        None => Err(unknown("event", word, POLLS)),
    })
}

fn option_name(args: &mut Args<'_>) -> Result<String, ParseError> {
    let word = args.bare("NAME")?;
    if abi::SOCKET_OPTIONS.iter().any(|row| row.0 == word.text) {
        return Ok(word.text.clone());
    }
    let table: Vec<(&str, i32)> = abi::SOCKET_OPTIONS.iter().map(|row| (row.0, row.2)).collect();
    Err(args.error(word.column, &unknown("option", &word.text, &table)))
}

/// `getsockopt END NAME`.
pub fn getsockopt(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Getsockopt { end: args.end()?, option: option_name(args)? })
}

/// `setsockopt END NAME VALUE`.
pub fn setsockopt(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (end, option) = (args.end()?, option_name(args)?);
    let value = if args.peek().is_some_and(|word| word.is("on") || word.is("off")) {
        Number::Literal(i64::from(args.on_off()?))
    } else {
        args.number("VALUE", INT)?
    };
    Ok(Verb::Setsockopt { end, option, value })
}

/// `atmark END`.
pub fn atmark(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Atmark { end: args.end()? })
}

/// `getsockname END`.
pub fn getsockname(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Getsockname { end: args.end()? })
}

/// `getpeername END`.
pub fn getpeername(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Getpeername { end: args.end()? })
}

/// `nonblock END on|off`.
pub fn nonblock(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Nonblock { end: args.end()?, on: args.on_off()? })
}

/// `cloexec END on|off`.
pub fn cloexec(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Cloexec { end: args.end()?, on: args.on_off()? })
}

/// SIGNAL.
pub fn signal_word(args: &mut Args<'_>) -> Result<Signal, ParseError> {
    let word = args.bare("SIGNAL")?;
    values::signal(&word.text).map_err(|message| args.error(word.column, &message))
}

/// `signal SIGNAL default|ignore|catch [norestart]`.
pub fn signal(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    const WORDS: &[(&str, i32)] = &[("default", 0), ("ignore", 1), ("catch", 2)];
    let signal = signal_word(args)?;
    let disposition = match args.one_of("disposition", WORDS)? {
        0 => Disposition::Default,
        1 => Disposition::Ignore,
        _ if args.flags(&[("norestart", 1)])? != 0 => Disposition::CatchNoRestart,
        _ => Disposition::Catch,
    };
    Ok(Verb::Signal { signal, disposition })
}

/// `rlimit nofile N`.
pub fn rlimit(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    args.one_of("limit", &[("nofile", 0)])?;
    Ok(Verb::Rlimit { nofile: args.number("N", (0, i64::from(i32::MAX)))? })
}

/// `interrupt TASK`.
pub fn interrupt(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Interrupt { task: args.name("TASK")? })
}

/// `kill TASK [SIGNAL]`, `kill -TASK [SIGNAL]`.
pub fn kill(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (task, is_group) = args.task_or_group()?;
    let signal = args.peek().map(|_| signal_word(args)).transpose()?.unwrap_or(Signal::TERM);
    Ok(if is_group { Verb::KillGroup { task, signal } } else { Verb::Kill { task, signal } })
}

/// `setpgid [TASK] [group=TASK]`.
pub fn setpgid(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let names_task = args.peek().is_some_and(|word| !word.text.contains('='));
    let task = if names_task { Some(args.name("TASK")?) } else { None };
    let mut group = None;
    while let Some(opt) = args.option()? {
        match opt.key {
            "group=" => group = Some(args.option_value(&opt, values::name)?),
            _ => return Err(args.no_option(&opt)),
        }
    }
    Ok(Verb::Setpgid { task, group })
}

/// `stop TASK`.
pub fn stop(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Stop { task: args.name("TASK")? })
}

/// `cont TASK`.
pub fn cont(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Cont { task: args.name("TASK")? })
}

/// `sleep MS`.
pub fn sleep(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Sleep { ms: args.number("MS", MILLISECONDS)? })
}

/// `reset`.
#[expect(clippy::unnecessary_wraps, reason = "all statements are read by functions of one shape")]
pub fn reset(_: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Reset)
}

/// `queue END`.
pub fn queue(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Queue { end: args.end()? })
}

/// `holders END`.
pub fn holders(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Holders { end: args.end()? })
}

/// `fds [TASK]`.
pub fn fds(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Fds { task: args.optional_name("TASK")? })
}

/// `tasks`.
#[expect(clippy::unnecessary_wraps, reason = "all statements are read by functions of one shape")]
pub fn tasks(_: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Tasks)
}

/// `why [TASK|END]`.
pub fn why(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let about = match args.peek() {
        None => None,
        Some(word) if word.kind == WordKind::Bare && values::is_name(&word.text) => {
            Some(WhyAbout::Name(args.name("TASK or END")?))
        }
        Some(_) => Some(WhyAbout::End(args.end()?)),
    };
    Ok(Verb::Why { about })
}
