//! Statements that make what can be waited for and is no channel: eventfd, timerfd, signalfd, pidfd.

use super::args::Args;
use super::manage::signal_word;
use crate::abi;
use crate::script::words::ParseError;
use crate::script::{Number, Verb};

/// What any of them may be made with.
const FLAGS: &[(&str, i32)] = &[("nonblock", abi::NONBLOCK), ("cloexec", abi::CLOEXEC)];

/// `eventfd NAME [N] [semaphore] [nonblock] [cloexec]`.
pub fn eventfd(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    const EVENTFD: &[(&str, i32)] =
        &[("semaphore", abi::EFD_SEMAPHORE), ("nonblock", abi::NONBLOCK), ("cloexec", abi::CLOEXEC)];
    let name = args.name("NAME")?;
    let initial = args.number_or("N", (0, i64::from(u32::MAX)), 0)?;
    Ok(Verb::Eventfd { name, initial, flags: args.flags(EVENTFD)? })
}

/// `timerfd NAME MS [nonblock] [cloexec]`.
pub fn timerfd(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (name, ms): (String, Number) = (args.name("NAME")?, args.number("MS", (0, i64::from(i32::MAX)))?);
    Ok(Verb::Timerfd { name, ms, flags: args.flags(FLAGS)? })
}

/// `signalfd NAME SIGNAL... [nonblock] [cloexec]`.
pub fn signalfd(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let name = args.name("NAME")?;
    let mut signals = vec![signal_word(args)?];
    while args.peek().is_some_and(|word| !FLAGS.iter().any(|flag| word.is(flag.0))) {
        signals.push(signal_word(args)?);
    }
    Ok(Verb::Signalfd { name, signals, flags: args.flags(FLAGS)? })
}

/// `pidfd NAME TASK [nonblock]`.
pub fn pidfd(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (name, task) = (args.name("NAME")?, args.name("TASK")?);
    Ok(Verb::Pidfd { name, task, flags: args.flags(&[("nonblock", abi::NONBLOCK)])? })
}
