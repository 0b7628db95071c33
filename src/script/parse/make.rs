//! Statements that make something, or give it a name: channels, tasks, sockets.

use super::args::{Args, INT, Opt, unknown};
use crate::abi;
use crate::script::values::{self, shown};
use crate::script::words::ParseError;
use crate::script::{ChannelChildren, ChannelKind, Verb};

const CREATION: &[(&str, i32)] = &[("cloexec", abi::CLOEXEC), ("nonblock", abi::NONBLOCK)];
const PIPE: &[(&str, i32)] = &[("cloexec", abi::CLOEXEC), ("nonblock", abi::NONBLOCK), ("direct", abi::DIRECT)];

const KINDS: &[(&str, i32)] =
    &[("stream", 1), ("dgram", 2), ("seqpacket", 5), ("raw", 3), ("rdm", 4), ("pipe", 0), ("packetpipe", 0)];

/// `socketpair TYPE NAME …`.
pub fn socketpair(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let kind = args.one_of_or_int("TYPE", abi::TYPES)?;
    let name = args.name("NAME")?;
    let (mut domain, mut protocol, mut flags) = (abi::AF_UNIX, 0, 0);
    while let Some(opt) = args.option()? {
        match opt.key {
            "domain=" => domain = args.option_value(&opt, domain_number)?,
            "protocol=" => protocol = args.option_int(&opt, INT)?,
            _ => flags |= args.flag(&opt, CREATION)?,
        }
    }
    Ok(Verb::Socketpair { kind, name, domain, protocol, flags })
}

fn domain_number(text: &str) -> Result<i32, String> {
    if let Some(number) = values::literal(text) {
        return i32::try_from(number).map_err(|_error| format!("{} does not fit an int", shown(text)));
    }
    let row = abi::DOMAINS.iter().find(|row| row.0 == text);
    row.map(|row| row.1).ok_or_else(|| unknown("domain", text, abi::DOMAINS))
}

/// `pipe NAME …`.
pub fn pipe(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let name = args.name("NAME")?;
    Ok(Verb::Pipe { name, flags: args.flags(PIPE)? })
}

/// `mkfifo NAME`.
pub fn mkfifo(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Mkfifo { file: args.name("NAME")? })
}

/// `open NAME rd|wr|rdwr AS [cloexec] [nonblock]`.
pub fn open(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let file = args.file("NAME")?;
    let access =
        args.one_of("direction", &[("rd", abi::READ_ONLY), ("wr", abi::WRITE_ONLY), ("rdwr", abi::READ_WRITE)])?;
    let name = args.name("AS")?;
    Ok(Verb::Open { file, flags: access | args.flags(CREATION)?, name })
}

/// `unlink NAME`.
pub fn unlink(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Unlink { file: args.file("NAME")? })
}

/// `pipesize END [N]`.
pub fn pipesize(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let end = args.end()?;
    let size = args.peek().map(|_| args.number("N", INT)).transpose()?;
    Ok(Verb::Pipesize { end, size })
}

/// `fork NAME`.
pub fn fork(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Fork { name: args.name("NAME")? })
}

/// `thread NAME`.
pub fn thread(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Thread { name: args.name("NAME")? })
}

/// `socket TYPE NAME …`.
pub fn socket(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let kind = args.one_of_or_int("TYPE", abi::TYPES)?;
    let name = args.name("NAME")?;
    Ok(Verb::Socket { kind, name, flags: args.flags(CREATION)? })
}

/// `bind NAME ADDR`.
pub fn bind(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Bind { end: args.end()?, address: args.address()? })
}

/// `listen NAME [N]`.
pub fn listen(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    // The kernel's own limit is lower on most machines; it cuts without a word.
    const SOMAXCONN: i64 = 4096;
    Ok(Verb::Listen { end: args.end()?, backlog: args.number_or("N", INT, SOMAXCONN)? })
}

/// `connect NAME ADDR`.
pub fn connect(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Connect { end: args.end()?, address: args.address()? })
}

/// `accept NAME AS`.
pub fn accept(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    Ok(Verb::Accept { end: args.end()?, name: args.name("AS")? })
}

/// `channel TYPE NAME …`.
pub fn channel(args: &mut Args<'_>) -> Result<Verb, ParseError> {
    let mut kind = channel_kind(args)?;
    let name = args.name("NAME")?;
    let (mut child, mut between) = (None, None);
    let (mut leaky, mut reverse) = (false, false);
    while let Some(opt) = args.option()? {
        match opt.key {
            "leaky" => leaky = true,
            "reverse" if between.is_some() => return Err(args.clash(&opt, "between=, which says who holds what")),
            "reverse" => reverse = true,
            "direct" if matches!(kind, ChannelKind::Pipe { .. }) => kind = ChannelKind::Pipe { direct: true },
            "direct" => return Err(args.clash(&opt, "a socket, only a pipe can be O_DIRECT")),
            "between=" if child.is_some() => return Err(args.clash(&opt, "CHILD")),
            "between=" if reverse => return Err(args.clash(&opt, "reverse")),
            "between=" => between = Some(args.option_value(&opt, two_names)?),
            _ if between.is_some() || child.is_some() || leaky || reverse => return Err(args.no_option(&opt)),
            _ => child = Some(child_name(args, &opt)?),
        }
    }
    let children = match between {
        Some((a, b)) => ChannelChildren::Between(a, b),
        None => ChannelChildren::One(child),
    };
    Ok(Verb::Channel { kind, name, children, leaky, reverse })
}

fn channel_kind(args: &mut Args<'_>) -> Result<ChannelKind, ParseError> {
    let pipe = match args.peek().map(|word| word.text.as_str()) {
        Some("pipe") => Some(false),
        Some("packet" | "packetpipe") => Some(true),
        _ => None,
    };
    if let Some(direct) = pipe {
        args.bare("TYPE")?;
        return Ok(ChannelKind::Pipe { direct });
    }
    args.one_of_or_int("TYPE", KINDS).map(ChannelKind::Pair)
}

fn child_name<'a>(args: &Args<'a>, opt: &Opt<'a>) -> Result<String, ParseError> {
    if opt.key.ends_with('=') {
        return Err(args.no_option(opt));
    }
    values::name(opt.key).map_err(|_error| args.no_option(opt))
}

fn two_names(text: &str) -> Result<(String, String), String> {
    match text.split_once(',') {
        Some((a, b)) if a != b => Ok((values::name(a)?, values::name(b)?)),
        _ => Err(format!("{} does not name two tasks, write between=A,B", shown(text))),
    }
}
