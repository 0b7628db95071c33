//! epoll: an object that remembers what it is to wait for.

use super::args::Args;
use super::manage::poll_events;
use crate::abi;
use crate::script::words::ParseError;
use crate::script::{Number, Verb};

/// What is waited for unless told.
const EPOLLIN: i32 = 1;
/// Events that one `epollwait` takes unless told.
const MOST: i64 = 16;

/// `epoll NAME [cloexec]`.
pub fn epoll(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let name = args.name("NAME")?;
    Ok(Verb::Epoll { name, flags: args.flags(&[("cloexec", abi::CLOEXEC)])? })
}

/// `epollctl EPOLL add|mod|del END [for=…] [et] [oneshot]`.
pub fn epollctl(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (epoll, op, end) = (args.end()?, args.one_of("operation", abi::EPOLL_CTL_WORDS)?, args.end()?);
    let (mut events, mut how) = (EPOLLIN, 0);
    while let Some(opt) = args.option()? {
        match opt.key {
            "for=" => events = args.option_value(&opt, poll_events)?,
            "et" => how |= abi::EPOLLET,
            "oneshot" => how |= abi::EPOLLONESHOT,
            _ => return Err(args.no_option(&opt)),
        }
    }
    Ok(Verb::Epollctl { epoll, op, end, events: events.cast_unsigned() | how })
}

/// `epollwait EPOLL [N] [timeout=MS]`.
pub fn epollwait(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let epoll = args.end()?;
    let count: Number = args.number_or("N", (i64::from(i32::MIN), i64::from(i32::MAX)), MOST)?;
    let mut timeout_ms = 0;
    while let Some(opt) = args.option()? {
        match opt.key {
            "timeout=" => timeout_ms = args.option_int(&opt, (-1, i64::from(i32::MAX)))?,
            _ => return Err(args.no_option(&opt)),
        }
    }
    Ok(Verb::Epollwait { epoll, count, timeout_ms })
}
