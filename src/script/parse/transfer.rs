//! Statements that move bytes, one call or many.

use super::args::{Args, COUNT, Opt, SIZE};
use crate::abi;
use crate::script::values;
use crate::script::words::{ParseError, Word, WordKind};
use crate::script::{Control, Data, EndRef, MAX_DATA, Number, Verb};

/// Buffer of a read that names none, in bytes.
const READ_SIZE: i64 = 4096;
/// Buffer of `drain`, in bytes.
const DRAIN_SIZE: i64 = 65536;
/// Messages of a `recvmmsg` that names no number.
const MESSAGES: i64 = 8;
/// The most buffers one call takes: the kernel's `IOV_MAX`.
const MAX_BUFFERS: usize = 1024;
/// The most descriptors or control bytes one message is given room for.
const MAX_CONTROL: i64 = 64 * 1024;

const RECV: &[(&str, i32)] = &[
    ("peek", abi::MSG_PEEK),
    ("dontwait", abi::MSG_DONTWAIT),
    ("waitall", abi::MSG_WAITALL),
    ("trunc", abi::MSG_TRUNC),
    ("oob", abi::MSG_OOB),
];
const RECVMSG: &[(&str, i32)] = &[
    ("dontwait", abi::MSG_DONTWAIT),
    ("peek", abi::MSG_PEEK),
    ("trunc", abi::MSG_TRUNC),
    ("waitall", abi::MSG_WAITALL),
    ("oob", abi::MSG_OOB),
    ("cloexec", abi::MSG_CMSG_CLOEXEC),
];
const RECVMMSG: &[(&str, i32)] = &[("dontwait", abi::MSG_DONTWAIT), ("waitforone", abi::MSG_WAITFORONE)];
const SEND: &[(&str, i32)] = &[
    ("dontwait", abi::MSG_DONTWAIT),
    ("nosignal", abi::MSG_NOSIGNAL),
    ("oob", abi::MSG_OOB),
    ("eor", abi::MSG_EOR),
    ("more", abi::MSG_MORE),
];
const SENDMSG: &[(&str, i32)] =
    &[("dontwait", abi::MSG_DONTWAIT), ("nosignal", abi::MSG_NOSIGNAL), ("oob", abi::MSG_OOB)];

/// `read END [N]`.
pub fn read(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Read { end: args.end()?, count: args.number_or("N", SIZE, READ_SIZE)? })
}

/// `write END DATA`.
pub fn write(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Write { end: args.end()?, data: args.data()? })
}

/// `recv END [N] …`.
pub fn recv(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Recv { end: args.end()?, count: args.number_or("N", SIZE, READ_SIZE)?, flags: args.flags(RECV)? })
}

/// `recvfrom END [N] …`.
pub fn recvfrom(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Recvfrom { end: args.end()?, count: args.number_or("N", SIZE, READ_SIZE)?, flags: args.flags(RECV)? })
}

/// `send END DATA …`.
pub fn send(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (end, data) = (args.end()?, args.data()?);
    let (mut to, mut flags) = (None, 0);
    while let Some(opt) = args.option()? {
        match opt.key {
            "to=" => to = Some(args.option_address(&opt)?),
            _ => flags |= args.flag(&opt, SEND)?,
        }
    }
    Ok(Verb::Send { end, data, flags, to })
}

/// `writev END DATA…`.
pub fn writev(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Writev { end: args.end()?, data: several(args)? })
}

/// `sendmmsg END DATA…`.
pub fn sendmmsg(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Sendmmsg { end: args.end()?, data: several(args)? })
}

/// `recvmmsg END N [K] …`.
pub fn recvmmsg(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    const MOST: i64 = MAX_BUFFERS.cast_signed() as i64;
    let (end, count) = (args.end()?, args.number("N", SIZE)?);
    let messages = args.number_or("K", (0, MOST), MESSAGES)?;
    let (bytes, buffers) = (literal_size(&count, 1), literal_size(&messages, 1));
    if let Some(word) = args.peek().filter(|_| bytes.saturating_mul(buffers) > MAX_DATA) {
        return Err(args.error(word.column, &too_much()));
    }
    Ok(Verb::Recvmmsg { end, count, messages, flags: args.flags(RECVMMSG)? })
}

/// DATA until the end of the statement.
fn several(args: &mut Args<'_>) -> Result<Vec<Data>, ParseError> {
    several_until(args, |_| false)
}

/// One DATA at least, and more until a word that is none.
fn several_until(args: &mut Args<'_>, is_other: impl Fn(&Word) -> bool) -> Result<Vec<Data>, ParseError> {
    let mut data = vec![args.data()?];
    while let Some(word) = args.peek().filter(|word| !is_other(word)) {
        data.push(args.data()?);
        let total: u64 = data.iter().map(|piece| literal_size(&piece.times, piece.word.len())).sum();
        if data.len() > MAX_BUFFERS || total > MAX_DATA {
            return Err(args.error(word.column, &too_much()));
        }
    }
    Ok(data)
}

fn literal_size(times: &Number, width: usize) -> u64 {
    match times {
        Number::Literal(times) => u64::try_from(*times).unwrap_or(0).saturating_mul(width as u64),
        Number::Captured(..) => 0,
    }
}

fn too_much() -> String {
    format!("too much for one call, {MAX_BUFFERS} buffers and {MAX_DATA} bytes (16MiB) are the most")
}

/// `readv END N…`.
pub fn readv(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let end = args.end()?;
    let mut counts = vec![args.number("N", SIZE)?];
    while let Some(word) = args.peek() {
        counts.push(args.number("N", SIZE)?);
        let total: u64 = counts.iter().map(|count| literal_size(count, 1)).sum();
        if counts.len() > MAX_BUFFERS || total > MAX_DATA {
            return Err(args.error(word.column, &too_much()));
        }
    }
    Ok(Verb::Readv { end, counts })
}

/// `sendmsg END DATA …`.
pub fn sendmsg(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (end, data) = (args.end()?, args.data()?);
    let (mut fds, mut creds, mut to, mut flags) = (Vec::new(), false, None, 0);
    while let Some(opt) = args.option()? {
        match opt.key {
            "fds=" => fds = args.option_value(&opt, ends)?,
            "creds" => creds = true,
            "to=" => to = Some(args.option_address(&opt)?),
            _ => flags |= args.flag(&opt, SENDMSG)?,
        }
    }
    Ok(Verb::Sendmsg { end, data, fds, creds, to, flags })
}

fn ends(text: &str) -> Result<Vec<EndRef>, String> {
    text.split(',').map(values::end).collect()
}

/// `recvmsg END [N] …`.
pub fn recvmsg(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (end, count) = (args.end()?, args.number_or("N", SIZE, READ_SIZE)?);
    let (mut control, mut flags) = (Control::None, 0);
    while let Some(opt) = args.option()? {
        match opt.key {
            "fds=" | "control=" => control = one_control(args, &opt, &control)?,
            _ => flags |= args.flag(&opt, RECVMSG)?,
        }
    }
    Ok(Verb::Recvmsg { end, count, control, flags })
}

fn one_control(args: &Args<'_>, opt: &Opt<'_>, before: &Control) -> Result<Control, ParseError> {
    let number = args.option_number(opt, (0, MAX_CONTROL))?;
    match before {
        Control::None if opt.key == "fds=" => Ok(Control::Descriptors(number)),
        Control::None => Ok(Control::Bytes(number)),
        Control::Descriptors(_) => Err(args.clash(opt, "fds=")),
        Control::Bytes(_) => Err(args.clash(opt, "control=")),
    }
}

const SPLICE: &[(&str, i32)] = &[("nonblock", abi::SPLICE_NONBLOCK)];

/// `splice END END N [nonblock]`.
pub fn splice(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (from, to) = (args.end()?, args.end()?);
    Ok(Verb::Splice { from, to, count: args.number("N", SIZE)?, flags: args.flags(SPLICE)? })
}

/// `tee END END N [nonblock]`.
pub fn tee(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (from, to) = (args.end()?, args.end()?);
    Ok(Verb::Tee { from, to, count: args.number("N", SIZE)?, flags: args.flags(SPLICE)? })
}

/// `vmsplice END DATA… [nonblock]` or `vmsplice END room=N,N… [nonblock]`. A last bare word `nonblock` is the flag.
pub fn vmsplice(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let end = args.end()?;
    let is_flag = |word: &Word| word.kind == WordKind::Bare && word.text == "nonblock";
    if let Some(word) = args.peek().filter(|word| word.kind == WordKind::Bare && word.text.starts_with("room="))
        && let Some(opt) = args.option()?
    {
        let counts = args.option_numbers(&opt, SIZE)?;
        let total: u64 = counts.iter().map(|count| literal_size(count, 1)).sum();
        if counts.len() > MAX_BUFFERS || total > MAX_DATA {
            return Err(args.error(word.column, &too_much()));
        }
        return Ok(Verb::VmspliceOut { end, counts, flags: args.flags(SPLICE)? });
    }
    let data = several_until(args, is_flag)?;
    Ok(Verb::Vmsplice { end, data, flags: args.flags(SPLICE)? })
}

/// `flood END SIZE COUNT`.
pub fn flood(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Flood { end: args.end()?, size: args.number("SIZE", SIZE)?, count: args.number("COUNT", COUNT)? })
}

/// `drain END [N] [dontwait]`.
pub fn drain(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let (end, count) = (args.end()?, args.number_or("N", SIZE, DRAIN_SIZE)?);
    Ok(Verb::Drain { end, count, dontwait: args.flags(&[("dontwait", 1)])? == 1 })
}

/// `echo END`.
pub fn echo(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Echo { end: args.end()? })
}

/// `ping END SIZE COUNT`.
pub fn ping(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Ping { end: args.end()?, size: args.number("SIZE", SIZE)?, count: args.number("COUNT", COUNT)? })
}

/// `reader END [every=MS] [N]`.
pub fn reader(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let end = args.end()?;
    let mut count = None;
    let mut every_ms = None;
    while let Some(word) = args.peek() {
        if word.kind == WordKind::Bare && word.text.starts_with("every=") {
            let Some(opt) = args.option()? else { break };
            every_ms = Some(args.option_number(&opt, (1, i64::from(i32::MAX)))?);
        } else if count.is_none() {
            count = Some(args.number("N", SIZE)?);
        } else {
            args.done()?;
        }
    }
    Ok(Verb::Reader { end, every_ms, count: count.unwrap_or(Number::Literal(READ_SIZE)) })
}
