//! One result: what it is, whether it meets a condition, and how it reads in the words of the language.

use super::epoll::names;
use super::{Captures, StatementRun, calls, epoll};
use crate::abi::{self, Errno, flag_names};
use crate::order::{self, Call, Extra, Payload};
use crate::script::words::quote;
use crate::script::{Comparison, Data, EndRef, Want};
use crate::trace::{Brought, Burst, CallEvent, CallState, Death, What};

/// What came of a statement, or of a call that woke.
#[derive(Debug, Clone, Copy)]
pub enum Observed<'a> {
    /// The statement was not made.
    Refused(&'a str),
    /// A call.
    Call(&'a CallEvent),
    /// A loop.
    Burst(&'a Burst),
    /// An observation.
    Report(&'a What),
    /// Something that is no task's call was done.
    Done,
}

impl<'a> Observed<'a> {
    /// The primary result of a statement.
    #[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
    pub fn of_statement(seen: &StatementRun<'a>) -> Self {
        if let Some(reason) = seen.refused {
            return Self::Refused(reason);
        }
        let reports = |what: &What| {
            matches!(what, What::Queue(_) | What::Holders(_) | What::Fds { .. } | What::Tasks(_) | What::Why(_))
        };
        if let Some(event) = seen.events.iter().rev().find(|event| reports(&event.what)) {
            return Self::Report(&event.what);
        }
        // A loop that slept gives its sleeping call first, and its burst at the end: the burst is the answer.
        let burst = seen.events.iter().rev().find_map(|event| match &event.what {
            What::Burst(burst) if own(seen, &burst.task, burst.since, event.line) => Some(burst.as_ref()),
            _ => None,
        });
        let call = || {
            seen.events.iter().rev().find_map(|event| match &event.what {
                What::Call(call) if own(seen, &call.task, call.since, event.line) => Some(call.as_ref()),
                _ => None,
            })
        };
        burst.map(Self::Burst).or_else(|| call().map(Self::Call)).unwrap_or(Self::Done)
    }

    /// What a sleeping task's call, or loop, returned during this statement. A loop that sleeps again is not over.
    #[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
    pub fn of_waking(seen: &StatementRun<'a>, task: &str) -> Option<Self> {
        let of_task = || calls(seen).filter(|call| call.task == task);
        let sleeps_again = of_task().last().is_some_and(|call| call.state == CallState::Asleep);
        let resumed = of_task().find(|call| call.state == CallState::Resumed);
        let call = resumed.filter(|_| !sleeps_again);
        // A loop gives its sleeping call first, and then its burst, which is the answer.
        let burst = seen.events.iter().find_map(|event| match &event.what {
            What::Burst(burst) if burst.task == task && !burst.unfinished => Some(burst.as_ref()),
            _ => None,
        });
        let burst = burst.filter(|burst| call.is_some() || burst.since.is_some());
        burst.map(Self::Burst).or(call.map(Self::Call))
    }

    /// Whether a condition about one result holds of this one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
    pub fn meets(&self, want: &Want, captures: &mut Captures) -> bool {
        match want {
            Want::Anything => true,
            Want::Capture(name) => self.number().is_some_and(|number| captures.meet(name, number)),
            Want::Number(comparison, number) => {
                let Ok(want) = captures.resolve(number) else { return false };
                let asked_for_none = *comparison == Comparison::Equal && want == 0;
                self.number().is_some_and(|got| compare(*comparison, got, want))
                    || asked_for_none && self.revents(None) == Some(0)
            }
            Want::Data(data) => self.brought(data, captures),
            Want::Eof => match self {
                Self::Call(call) => returned(call) == Some(0) && call.eof == Some(true),
                Self::Burst(burst) => burst.eof,
                Self::Refused(_) | Self::Report(_) | Self::Done => false,
            },
            Want::Errno(errnos) => self.errno().is_some_and(|errno| errnos.contains(&errno)),
            Want::Sleeps => matches!(self, Self::Call(call) if call.state == CallState::Asleep),
            Want::Sv(a, b) => {
                let wanted = (captures.resolve(a).ok(), captures.resolve(b).ok());
                matches!(self.extra(), Some(Extra::Array([a, b])) if (Some(i64::from(*a)), Some(i64::from(*b))) == wanted)
            }
            Want::Revents(end, bits) => self.revents(end.as_ref()) == Some(*bits),
            Want::HeldBy(tasks) => self.held_by(tasks),
            Want::InFlight(number) => matches!((self, captures.resolve(number)),
                (Self::Report(What::Holders(report)), Ok(want)) if i64::try_from(report.in_flight) == Ok(want)),
            other => self.message_meets(other, captures),
        }
    }

    fn message_meets(&self, want: &Want, captures: &Captures) -> bool {
        let Self::Call(call) = self else { return false };
        match (want, self.extra()) {
            (Want::MsgFlag(bits, true), Some(Extra::Message { flags, .. })) => flags & bits == *bits,
            (Want::MsgFlag(bits, false), Some(Extra::Message { flags, .. })) => flags & bits == 0,
            (Want::MsgFlag(bits, is_set), Some(Extra::Messages(messages))) => {
                messages.iter().any(|message| message.flags & bits == *bits) == *is_set
            }
            (Want::Fds(number), Some(Extra::Message { fds, .. })) => {
                captures.resolve(number).is_ok_and(|want| i64::try_from(fds.len()) == Ok(want))
            }
            (Want::Creds(Some(task)), Some(Extra::Message { creds: Some(creds), .. })) => {
                creds.pid != 0 && call.names.creds(*creds) == Some(task.as_str())
            }
            (Want::Creds(None), Some(Extra::Message { creds, .. })) => creds.is_none_or(|creds| creds.pid == 0),
            (Want::Value(number), _) => brought(call).is_some() && captures.resolve(number).ok() == brought(call),
            (Want::From(None), Some(Extra::From(name))) => name.is_empty(),
            (Want::From(Some(from)), Some(Extra::From(name))) => name == from,
            (Want::Task(task), _) if call.call.returns_task() => {
                call.ret.and_then(|ret| call.names.task(ret)) == Some(task.as_str())
            }
            (Want::Task(task), Some(Extra::Peer(creds))) => call.names.creds(*creds) == Some(task.as_str()),
            _ => false,
        }
    }

    /// What a number is compared with.
    fn number(&self) -> Option<i64> {
        match self {
            Self::Call(call) => {
                let ret = returned(call)?;
                match self.extra() {
                    Some(Extra::Value(_)) if gives_value(&call.call) => call.value(),
                    Some(Extra::Peer(creds)) => Some(i64::from(creds.pid)),
                    _ => Some(ret),
                }
            }
            Self::Burst(burst) => i64::try_from(burst.bytes).ok(),
            Self::Report(What::Queue(report)) => i64::try_from(report.bytes).ok(),
            Self::Report(What::Holders(report)) => i64::try_from(report.holders.len()).ok(),
            Self::Report(What::Fds { fds, .. }) => i64::try_from(fds.len()).ok(),
            Self::Report(What::Tasks(tasks)) => i64::try_from(tasks.len()).ok(),
            Self::Done => Some(0),
            Self::Refused(_) | Self::Report(_) => None,
        }
    }

    /// What a successful call brought beside its number.
    pub(super) fn extra(&self) -> Option<&'a Extra> {
        match self {
            // socketpair says what the array holds when it failed, too.
            Self::Call(call) => {
                let array = matches!(call.outcome.extra, Extra::Array(_)) && call.ret.is_some();
                (array || returned(call).is_some_and(|ret| ret >= 0)).then_some(&call.outcome.extra)
            }
            Self::Refused(_) | Self::Burst(_) | Self::Report(_) | Self::Done => None,
        }
    }

    pub(super) fn errno(&self) -> Option<Errno> {
        let errno = match self {
            Self::Call(call) => match (returned(call)?, self.extra()) {
                (-1, _) => call.errno,
                (_, Some(Extra::Value(value))) if asks_error(&call.call) => Errno(i32::try_from(*value).ok()?),
                _ => return None,
            },
            Self::Burst(burst) => burst.errno,
            Self::Refused(_) | Self::Report(_) | Self::Done => return None,
        };
        (errno != Errno::NONE).then_some(errno)
    }

    fn brought(&self, data: &Data, captures: &Captures) -> bool {
        let Ok(want) = captures.payload(data) else { return false };
        let call = match self {
            Self::Call(call) => call,
            Self::Burst(burst) => return drained(burst, &want),
            Self::Refused(_) | Self::Report(_) | Self::Done => return false,
        };
        let Some(ret) = returned(call).filter(|&ret| ret >= 0) else { return false };
        if let Some(Extra::Name(name)) = self.extra() {
            return want.len() == name.len() as u64 && want.iter().eq(name.iter().copied());
        }
        if let Some(Extra::Messages(messages)) = self.extra() {
            let total: u64 = messages.iter().map(|message| message.len).sum();
            return matches!(call.call, Call::Recvmmsg { .. }) && want.len() == total && is_all(call, &want);
        }
        let Some(room) = call.call.room() else { return false };
        if i64::try_from(want.len()) != Ok(ret) {
            return false;
        }
        if want.is_empty() {
            return call.eof == Some(false) && room > 0;
        }
        // A flag such as MSG_TRUNC can make the count longer than what arrived.
        (call.outcome.data.len() as u64 == want.len() || want.len() <= room) && is_all(call, &want)
    }

    /// poll's answer for the first end, or for a named one.
    fn revents(&self, end: Option<&EndRef>) -> Option<i32> {
        if let (Self::Call(call), Some(Extra::Epoll(rows))) = (self, self.extra()) {
            return Some(epoll::answer(call, rows, end));
        }
        let (Self::Call(call), Some(Extra::Revents(all))) = (self, self.extra()) else { return None };
        let Call::Poll { fds, .. } = &call.call else { return None };
        let at = match end {
            None => 0,
            Some(end) => fds.iter().position(|&fd| names(call, end, fd))?,
        };
        all.get(at).map(|bits| i32::from(bits.cast_unsigned()))
    }

    fn held_by(&self, tasks: &[String]) -> bool {
        let Self::Report(What::Holders(report)) = self else { return false };
        report.holders.iter().all(|row| tasks.contains(&row.0))
            && tasks.iter().all(|task| report.holders.iter().any(|row| row.0 == *task))
    }

    /// The result in the words of the language, as far as the condition is about it.
    pub fn words(&self, want: &Want) -> String {
        match self {
            Self::Refused(reason) => format!("refused: {reason}"),
            Self::Call(call) => self.call_words(call, want),
            Self::Burst(burst) => burst_words(burst),
            Self::Report(what) => report_words(what, want),
            Self::Done => "0".to_owned(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
    fn call_words(&self, call: &CallEvent, want: &Want) -> String {
        if let (Want::Sv(..), Some(Extra::Array([a, b]))) = (want, self.extra()) {
            return format!("sv={a},{b}");
        }
        let Some(ret) = returned(call) else {
            return if call.state == CallState::Asleep { "sleeps".to_owned() } else { "unfinished".to_owned() };
        };
        if ret == -1 && call.errno != Errno::NONE {
            return format!("-1 {}", call.errno.name());
        }
        if let (Want::Value(_) | Want::Anything, Some(number)) = (want, brought(call)) {
            let is_signal = matches!(call.names.brought, Some(Brought::Signals(_)));
            let name = i32::try_from(number).map(|number| abi::Signal(number).name()).ok().filter(|_| is_signal);
            return format!("value={}", name.unwrap_or_else(|| number.to_string()));
        }
        if let Some(Extra::Message { flags, fds, creds, .. }) = self.extra() {
            match want {
                Want::MsgFlag(..) if *flags == 0 => return "no flag".to_owned(),
                Want::MsgFlag(..) => return flag_names(abi::MSG_FLAGS, *flags),
                Want::Fds(_) => return format!("fds={}", fds.len()),
                Want::Creds(_) => {
                    let who = creds.and_then(|creds| call.names.creds(creds)).unwrap_or("none");
                    return format!("creds={who}");
                }
                _ => {}
            }
        }
        value_words(call, ret, matches!(want, Want::Number(..) | Want::Capture(_)))
    }
}

/// The number that a read of an eventfd or the like brought.
fn brought(call: &CallEvent) -> Option<i64> {
    call.names.brought.clone().and_then(Brought::number).and_then(|number| i64::try_from(number).ok())
}

fn own(seen: &StatementRun<'_>, task: &str, since: Option<u32>, line: u32) -> bool {
    seen.actor == Some(task) && since.is_none_or(|since| since == line)
}

fn returned(call: &CallEvent) -> Option<i64> {
    match call.state {
        CallState::Returned | CallState::Resumed => call.ret.map(i64::from),
        CallState::Asleep | CallState::Unfinished => None,
    }
}

/// Whether these are the bytes that a `drain` took out; only where all of them were kept.
fn drained(burst: &Burst, want: &Payload) -> bool {
    let kept =
        || burst.first_calls.iter().filter(|call| call.call.room().is_some()).flat_map(|call| &call.outcome.data);
    let whole = burst.verb == "drain" && kept().count() as u64 == burst.bytes;
    whole && burst.bytes > 0 && want.len() == burst.bytes && want.iter().eq(kept().copied())
}

fn gives_value(call: &Call) -> bool {
    matches!(call, Call::Getsockopt { .. } | Call::Atmark { .. })
}

fn asks_error(call: &Call) -> bool {
    matches!(call, Call::Getsockopt { option, .. } if option == "error")
}

fn compare(comparison: Comparison, got: i64, want: i64) -> bool {
    match comparison {
        Comparison::Equal => got == want,
        Comparison::NotEqual => got != want,
        Comparison::Less => got < want,
        Comparison::LessOrEqual => got <= want,
        Comparison::Greater => got > want,
        Comparison::GreaterOrEqual => got >= want,
    }
}

/// The child that a waitpid reaped, and how it had died.
pub fn reaped(call: &CallEvent) -> Option<(&str, Death)> {
    let ret = returned(call).filter(|&ret| ret > 0)?;
    let Extra::Status(status) = call.outcome.extra else { return None };
    Some((call.names.task(i32::try_from(ret).ok()?)?, Death::of_status(status)?))
}

/// A death as an expectation would put it.
pub fn death_words(task: &str, death: Death) -> String {
    match death {
        Death::Exited(code) => format!("exits {task} {code}"),
        Death::Killed(signal) => format!("killed {task} {}", signal.name()),
        Death::Unknown => format!("{task} died, nobody knows how"),
    }
}

fn burst_words(burst: &Burst) -> String {
    let mut words = burst.bytes.to_string();
    if burst.errno != Errno::NONE {
        words = format!("{words} {}", burst.errno.name());
    }
    if burst.eof {
        words.push_str(" EOF");
    }
    words
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn report_words(what: &What, want: &Want) -> String {
    match what {
        What::Holders(report) if matches!(want, Want::InFlight(_)) => format!("in_flight={}", report.in_flight),
        What::Holders(report) if matches!(want, Want::HeldBy(_)) => {
            let mut tasks: Vec<&str> = report.holders.iter().map(|row| row.0.as_str()).collect();
            tasks.dedup();
            if tasks.is_empty() { "held by nobody".to_owned() } else { format!("held by {}", tasks.join(" ")) }
        }
        _ => Observed::Report(what).number().map_or_else(|| "no number".to_owned(), |number| number.to_string()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn value_words(call: &CallEvent, ret: i64, as_number: bool) -> String {
    match &call.outcome.extra {
        Extra::Value(value) if asks_error(&call.call) && *value != 0 => {
            Errno(i32::try_from(*value).unwrap_or(-1)).name().to_owned()
        }
        Extra::Value(_) if gives_value(&call.call) => call.value().unwrap_or(0).to_string(),
        Extra::Peer(creds) if !as_number => {
            call.names.creds(*creds).map_or_else(|| creds.pid.to_string(), str::to_owned)
        }
        Extra::Peer(creds) => creds.pid.to_string(),
        Extra::Name(name) if !as_number => quote(name),
        Extra::Revents(all) if ret > 0 => epoll::poll_words(call, all),
        Extra::Epoll(rows) if ret > 0 && !as_number => epoll::words(call, rows),
        Extra::Status(_) => match reaped(call) {
            Some((task, death)) if !as_number => death_words(task, death),
            _ => ret.to_string(),
        },
        _ if call.call.returns_task() && !as_number => {
            let task = i32::try_from(ret).ok().and_then(|pid| call.names.task(pid));
            task.map_or_else(|| ret.to_string(), str::to_owned)
        }
        _ if call.call.room().is_none() => ret.to_string(),
        _ if ret == 0 && call.eof == Some(true) => "EOF".to_owned(),
        // A read of no bytes at all is neither the end nor a message of none.
        _ if as_number || ret == 0 && (call.eof.is_none() || call.call.room() == Some(0)) => ret.to_string(),
        _ => data_words(&call.outcome.data, ret),
    }
}

/// Whether these bytes came; those that are not kept are compared by their hash.
fn is_all(call: &CallEvent, want: &Payload) -> bool {
    let kept = &call.outcome.data;
    let is_whole = kept.len() as u64 == want.len();
    want.iter().zip(kept).all(|(a, b)| a == *b) && (is_whole || Some(order::hash(want.iter())) == call.outcome.hash)
}

fn data_words(kept: &[u8], ret: i64) -> String {
    /// More than this is cut.
    const LONGEST: usize = 64;
    /// From here on, one letter over and over is written `N*x`.
    const MANY: usize = 16;
    let whole = i64::try_from(kept.len()) == Ok(ret);
    match kept.first() {
        Some(&byte)
            if whole && kept.len() > MANY && byte.is_ascii_alphanumeric() && kept.iter().all(|b| *b == byte) =>
        {
            format!("{}*{}", kept.len(), char::from(byte))
        }
        _ if whole && kept.len() <= LONGEST => quote(kept),
        _ => format!("{}... ({ret} bytes)", quote(&kept[..kept.len().min(LONGEST)])),
    }
}
