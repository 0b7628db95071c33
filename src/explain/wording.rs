//! Phrases that the rules share: who holds an end, what waits there, how bytes and lists are written.

use crate::abi::{Signal, TaskState};
use crate::text;
use crate::trace::{Explanation, Role, Subject};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::{EndId, Kind};
use crate::world::ledger::{Flow, Piece};
use crate::world::origin::{Origin, Sender, Setting};
use crate::world::task::Task;

/// Bytes of a message that are quoted: less where a letter would be cut.
const QUOTED: usize = 16;
/// Items of a list that are named one by one.
const NAMED: usize = 6;

/// What an explanation is about, with its name.
#[derive(Debug, Clone)]
pub struct About(Subject, String);

impl From<&End> for About {
    fn from(end: &End) -> Self {
        Self(Subject::End(end.id), end.label())
    }
}

impl From<&Task> for About {
    fn from(task: &Task) -> Self {
        Self(Subject::Task(task.id), task.name.clone())
    }
}

impl From<&str> for About {
    fn from(name: &str) -> Self {
        Self(Subject::Other, name.to_owned())
    }
}

/// An explanation. The lesson is added from the table at the end of this file.
pub fn explanation(
    about: impl Into<About>,
    rule: &'static str,
    page: impl Into<Option<&'static str>>,
    text: impl Into<String>,
) -> Explanation {
    let lesson = LESSONS.iter().find(|row| row.0.contains(&rule)).map(|row| row.1);
    let About(subject, about) = about.into();
    Explanation { subject, about, text: text.into(), rule, page: page.into(), lesson, foretold: Vec::new() }
}

/// `parent's pipe2 in line 2`; of a watched program, which has no lines, `parent's pipe2`.
pub fn by(world: &World, origin: Origin) -> String {
    let name = world.task(origin.by).map_or("a task that is gone", |task| &task.name);
    format!("{name}'s {}{}", origin.call, in_line(world, origin))
}

/// `sent by parent's kill in line 2`, or by a statement without a task: `sent from outside in line 2`.
pub fn sent_by(world: &World, sender: Sender) -> String {
    match sender {
        Sender::Task(origin) => format!("sent by {}", by(world, origin)),
        Sender::Outside(0) => "sent from outside".to_owned(),
        Sender::Outside(line) => format!("sent from outside in line {line}"),
    }
}

/// ` (sent by parent's kill in line 2)` of the signal that came to a task last, where that is known.
pub fn sender_of(world: &World, task: &Task, signal: Signal) -> String {
    let sender = task.came.filter(|came| came.0 == signal).and_then(|came| came.1);
    sender.map_or_else(String::new, |sender| format!(" ({})", sent_by(world, sender)))
}

/// ` in line 2`, where there are lines.
pub fn in_line(world: &World, origin: Origin) -> String {
    let is_stranger = world.task(origin.by).is_some_and(|task| task.role == Role::Stranger);
    if is_stranger || origin.line == 0 { String::new() } else { format!(" in line {}", origin.line) }
}

/// The end's name, or what it is while it has none.
pub fn title(end: &End) -> String {
    if end.name.is_some() { end.label() } else { "the end that nobody accepted".to_owned() }
}

/// `SOCK_STREAM keeps no edges`: the page that says what this kind does.
pub fn page(kind: Kind) -> &'static str {
    if kind.is_pipe() { "pipe(7)" } else { "unix(7)" }
}

/// `a`, `a and b`, `a, b and c`; a long list is counted.
pub fn list(items: &[String]) -> String {
    match items {
        [] => "nobody".to_owned(),
        [only] => only.clone(),
        many if many.len() > NAMED => format!("{} and {} more", many[..NAMED].join(", "), many.len() - NAMED),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What several writes were; of many that were the same, once.
pub fn quotes(items: &[String]) -> String {
    match items {
        [first, rest @ ..] if rest.len() > 1 && rest.iter().all(|item| item == first) => format!("each {first}"),
        _ => list(items),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub fn either(items: &[String]) -> String {
    match items {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        few => list(few),
    }
}

/// `a`, `a, then b`: what comes one after the other.
pub fn then(items: &[String]) -> String {
    items.join(", then ")
}

/// Whole sentences, one after the other; those that are empty are left out.
pub fn sentences<const MANY: usize>(all: [String; MANY]) -> String {
    let said: Vec<String> = all.into_iter().filter(|one| !one.is_empty()).collect();
    said.join(" ")
}

/// ` (set by parent's signal in line 1)`, where that is known.
pub fn set_by(world: &World, origin: Option<&Origin>) -> String {
    origin.map_or_else(String::new, |origin| format!(" (set by {})", by(world, *origin)))
}

/// ` (set by parent's signal in line 1; it survives fork and exec)`: the last where a task has inherited it.
pub fn inherited(world: &World, task: &Task, origin: Option<&Origin>) -> String {
    match origin {
        Some(origin) if world.task(origin.by).is_none_or(|by| by.process != task.process) => {
            format!(" (set by {}; it survives fork and exec)", by(world, *origin))
        }
        origin => set_by(world, origin),
    }
}

/// `s[0] was shut down for writing by parent's shutdown in line 4`.
pub fn shut_down_by(world: &World, end: &End, setting: Setting) -> String {
    let (here, way) = (end.label(), if setting == Setting::ShutRead { "reading" } else { "writing" });
    match end.origins.get(&setting) {
        Some(origin) => format!("{here} was shut down for {way} by {}", by(world, *origin)),
        None => format!("{here} was shut down for {way}"),
    }
}

/// `SO_SNDBUF was set to 5000 by c's setsockopt in line 4.`, where somebody has.
pub fn send_buffer_set(world: &World, end: &End) -> String {
    match (end.send_buffer, end.origins.get(&Setting::SendBuffer)) {
        (Some(value), Some(origin)) => format!("SO_SNDBUF was set to {value} by {}.", by(world, *origin)),
        _ => String::new(),
    }
}

/// `parent's connect in line 2, to @b, failed with ECONNREFUSED`, of a socket that has no peer.
pub fn failed_connect(world: &World, end: &End) -> Option<String> {
    let failed = end.failed_connect.as_ref().filter(|_| end.peer.is_none())?;
    Some(format!("{}, to {}, failed with {}", by(world, failed.origin), failed.address, failed.errno.name()))
}

/// What was shut down at an end itself; both ways at once by one shutdown in one phrase.
pub fn shut_down_ways(world: &World, end: &End) -> Vec<String> {
    let (read, write) = (end.origins.get(&Setting::ShutRead), end.origins.get(&Setting::ShutWrite));
    if let (Some(read), (true, true)) = (read.filter(|read| write == Some(read)), end.shut_here) {
        return vec![format!("{} was shut down for reading and writing by {}", end.label(), by(world, *read))];
    }
    let ways = [(end.shut_here.0, Setting::ShutRead), (end.shut_here.1, Setting::ShutWrite)];
    ways.into_iter().filter(|way| way.0).map(|way| shut_down_by(world, end, way.1)).collect()
}

/// `1 message`, `3 messages`.
pub fn count(number: u64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// Bytes as a statement would write them, a long run cut.
pub fn bytes(flow: &Flow, piece: Piece) -> String {
    if flow.write(piece.write).is_none() {
        // The write is remembered no more, and its bytes with it.
        return count(piece.len, "byte");
    }
    let shown = flow.bytes_of(piece, QUOTED);
    if piece.len <= QUOTED as u64 {
        return text::quoted(&shown);
    }
    format!("{}... ({} bytes)", text::quoted(text::whole(&shown)), piece.len)
}

/// The tasks that hold an end, one phrase each: `child1 (descriptor 3)`.
pub fn holders(world: &World, end: EndId) -> Vec<String> {
    let mut tasks: Vec<(&Task, Vec<i32>)> = Vec::new();
    for (task, fd) in world.holders(end) {
        match tasks.last_mut() {
            Some((last, fds)) if last.id == task.id => fds.push(fd),
            _ => tasks.push((task, vec![fd])),
        }
    }
    let phrase = |(task, fds): (&Task, Vec<i32>)| {
        let numbers: Vec<String> = fds.iter().map(i32::to_string).collect();
        let noun = if fds.len() == 1 { "descriptor" } else { "descriptors" };
        format!("{} ({noun} {})", task.name, list(&numbers))
    };
    tasks.into_iter().map(phrase).collect()
}

/// `child1 (descriptor 3) still holds chat[0]`, copies under way included.
pub fn who_holds(world: &World, end: &End) -> String {
    let names = holders(world, end.id);
    let label = end.label();
    let held = match names.len() {
        0 => kept_open(world, end),
        1 => Some(format!("{} still holds {label}", list(&names))),
        _ => Some(format!("{} still hold {label}", list(&names))),
    };
    let flying = (end.in_flight > 0).then(|| in_flight(world, end));
    match (held, flying) {
        (Some(held), Some(flying)) => format!("{held}, and {flying}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) if end.name.is_none() => "the connection waits for accept(2)".to_owned(),
        (None, None) => format!("nobody holds {label}"),
    }
}

/// `1 copy of p[1] is in flight, in the queue of s[1]: sent and not yet received`
fn in_flight(world: &World, end: &End) -> String {
    let label = end.label();
    match (end.in_flight, carrier(world, end.id)) {
        (1, Some(at)) => format!("1 copy of {label} is in flight, in the queue of {at}: sent and not yet received"),
        (1, None) => format!("1 copy of {label} is in flight: sent and not yet received"),
        (many, Some(at)) => {
            format!("{many} copies of {label} are in flight, in the queue of {at}: sent and not yet received")
        }
        (many, None) => format!("{many} copies of {label} are in flight: sent and not yet received"),
    }
}

/// A phrase of [`who_holds`] at the beginning of a sentence; a task's name stays as it is.
pub fn capital(phrase: &str) -> String {
    let begun = |with: &str| phrase.strip_prefix(with).map(|rest| (with[..1].to_uppercase() + &with[1..], rest));
    let begun = ["nobody ", "no descriptor ", "the ", "nothing ", "there "].into_iter().find_map(begun);
    begun.map_or_else(|| phrase.to_owned(), |(with, rest)| with + rest)
}

/// Which sleeping calls keep an end open, though its descriptors are closed.
fn kept_open(world: &World, end: &End) -> Option<String> {
    let keeps = |task: &&Task| task.ongoing.as_ref().is_some_and(|of| of.kept.iter().any(|kept| kept.1 == end.id));
    let keepers: Vec<String> = world
        .tasks()
        .filter(keeps)
        .map(|task| format!("{} in {}", task.name, task.current_call().map_or("a call", crate::order::Call::name)))
        .collect();
    (!keepers.is_empty()).then(|| {
        let label = end.label();
        format!("no descriptor of {label} is left, but the kernel keeps it open for {}", list(&keepers))
    })
}

/// Whether all copies of an end are in queues that nobody can receive from: of ends that nobody holds, or that are so themselves.
pub fn is_unreachable(world: &World, end: &End) -> bool {
    let mut circle = vec![end.id];
    let mut at = 0;
    while let Some(id) = circle.get(at).copied() {
        at += 1;
        let Some(one) = world.end(id).filter(|one| one.held == 0 && !one.outside && one.in_flight > 0) else {
            return false;
        };
        let carries = |other: &&End| other.inbox.writes.iter().any(|write| write.fds.contains(&one.id));
        let queues: Vec<EndId> = world.ends().filter(carries).map(|other| other.id).collect();
        if queues.is_empty() {
            return false;
        }
        for queue in queues {
            if !circle.contains(&queue) {
                circle.push(queue);
            }
        }
    }
    true
}

/// `w is stopped and writes nothing before it is continued.`, where somebody who holds an end is.
pub fn stopped_holders(world: &World, end: &End, does: &str) -> String {
    let holders = world.holders(end.id).into_iter();
    let mut stopped: Vec<String> = holders
        .filter(|(holder, _)| holder.state == TaskState::Stopped)
        .map(|(holder, _)| holder.name.clone())
        .collect();
    stopped.dedup();
    match &*stopped {
        [] => String::new(),
        [one] => format!("{one} is stopped and {does} nothing before it is continued."),
        many => format!("{} are stopped and do nothing before they are continued.", list(many)),
    }
}

/// The end in whose queue a copy of this one waits.
fn carrier(world: &World, passed: EndId) -> Option<String> {
    let carries = |end: &&End| end.inbox.writes.iter().any(|write| write.fds.contains(&passed));
    world.ends().find(carries).map(End::label)
}

/// `3 messages`, `11 bytes`, `nothing`: what waits at an end.
fn waiting(end: &End) -> String {
    if end.inbox.queue.is_empty() {
        return "nothing".to_owned();
    }
    let bytes = count(end.inbox.waiting(), "byte");
    match end.inbox.messages() {
        _ if !end.kind.keeps_messages() => bytes,
        Some(messages) => format!("{} ({bytes})", count(messages, "message")),
        None => format!("at least {} ({bytes})", count(end.inbox.least_messages().max(1), "message")),
    }
}

/// `3 bytes wait`, `1 message (3 bytes) waits`, `nothing waits`.
pub fn waits(end: &End) -> String {
    let one = match end.inbox.queue.is_empty() {
        true => true,
        false if end.kind.keeps_messages() => end.inbox.least_messages() <= 1,
        false => end.inbox.waiting() == 1,
    };
    format!("{} {}", waiting(end), if one { "waits" } else { "wait" })
}

/// Rules to the lesson that shows them.
pub const LESSONS: &[(&[&str], &str)] = &[
    (&["stream-joins-writes", "read-takes-what-is-there"], "a-stream-has-no-edges"),
    (&["pipe-goes-one-way", "bad-descriptor"], "a-socket-talks-both-ways"),
    (&["one-message-each"], "datagrams-keep-theirs"),
    (&["rest-waits", "rest-destroyed", "next-read-one-message", "peek-leaves-it"], "what-does-not-fit"),
    (&["empty-message", "write-of-nothing", "writev-of-nothing", "nothing-waits", "hung-up"], "a-message-of-nothing"),
    (&["fork-copies-descriptors", "own-copy-keeps-eof-away", "interrupted"], "close-your-unused-end"),
    (
        &[
            "still-held",
            "one-copy-of-several",
            "dup-is-one-more-copy",
            "descriptor-in-flight",
            "asleep-nothing-to-read",
        ],
        "who-still-holds-it",
    ),
    (&["eof-last-close", "last-close", "next-read-takes-bytes"], "three-ways-to-go"),
    (&["datagram-never-ends", "datagram-peer-gone", "datagram-disconnected"], "the-datagram-that-never-ends"),
    (&["eof-peer-shutdown", "eof-own-shutdown"], "half-close"),
    (&["reset-by-unread-bytes", "queued-is-not-received"], "unread-and-reset"),
    (&["epipe-with-sigpipe", "epipe-without-sigpipe", "killed-by-sigpipe"], "the-broken-pipe"),
    (&["zombie", "exited", "killed", "no-such-child", "ignored-sigchld", "asleep-until-death"], "zombies-and-orphans"),
    (&["asleep-buffer-full", "write-cut-by-close", "write-interrupted", "write-waited-for-room"], "the-full-buffer"),
    (&["pipe-full", "write-takes-what-fits"], "only-a-part"),
    (&["message-too-long"], "how-big-is-a-message"),
    (&["charged-per-message"], "what-is-charged"),
    (&["deadlock"], "deadlock"),
    (&["writable-but-fails", "not-writable-but-works", "ready-now", "asleep-in-poll"], "what-poll-says"),
    (
        &[
            "descriptor-arrives",
            "descriptor-lost-by-plain-read",
            "descriptor-needs-a-byte",
            "read-stops-at-descriptors",
        ],
        "passing-descriptors",
    ),
    (&["control-buffer-too-small"], "room-for-a-descriptor"),
    (&["threads-share-the-table"], "threads-share-the-table"),
    (&["peercred-names-the-creator", "read-stops-at-another-sender"], "who-is-there"),
    (&["array-changed", "array-left", "not-supported", "too-many-descriptors"], "the-calls-that-fail"),
    (
        &["nobody-listens", "no-such-address", "address-taken", "asleep-nobody-connects", "listener-has-no-bytes"],
        "from-a-pair-to-a-server",
    ),
    (&["stopped-is-not-dead", "goes-on-after-a-stop"], "true-or-false"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_english() {
        let words = |many: &[&str]| list(&many.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(words(&[]), "nobody");
        assert_eq!(words(&["a"]), "a");
        assert_eq!(words(&["a", "b", "c"]), "a, b and c");
        assert_eq!(words(&["a"; 9]), "a, a, a, a, a, a and 3 more");
    }

    #[test]
    fn what_is_the_same_is_quoted_once() {
        let words = |many: &[&str]| quotes(&many.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            (words(&["a"; 9]), words(&["a"; 2]), words(&["a"])),
            ("each a".into(), "a and a".into(), "a".into())
        );
        assert_eq!(words(&["a", "a", "b"]), "a, a and b");
    }
}
