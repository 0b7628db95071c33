//! Loops: a drain is many reads in one statement, and is explained by all of them together.

use crate::abi::Errno;
use crate::trace::Explanation;
use crate::world::channel::End;
use crate::world::ledger::{Read, ReadResult};

use super::context::CallContext;
use super::{reads, wording};

/// Reads of one drain that are looked back at.
const LOOKED_AT: usize = 64;

/// The explanation of a drain that took something, EOF or not; any other loop is explained by its last call.
pub(super) fn of_scene(context: &CallContext<'_>) -> Option<Explanation> {
    let burst = context.burst.filter(|burst| burst.verb == "drain" && burst.bytes > 0 && !burst.eof)?;
    if burst.errno != Errno::NONE && burst.errno != Errno::EAGAIN {
        return None;
    }
    let end = context.end?;
    let taken = burst.calls.saturating_sub(burst.errors);
    let reads = last_reads(end, context, usize::try_from(taken).unwrap_or(LOOKED_AT).min(LOOKED_AT));
    if end.kind.keeps_messages() { messages(end, taken) } else { joined(context, end, taken, &reads) }
}

fn messages(end: &End, taken: u64) -> Option<Explanation> {
    let kind = reads::title(end.kind);
    let text = if taken > 1 {
        format!(
            "{taken} reads took {taken} messages, one each, however large the buffer: {kind} keeps the edges between messages."
        )
    } else {
        format!("1 read took 1 message, however large the buffer: {kind} keeps the edges between messages.")
    };
    (taken > 0).then(|| wording::explanation(end, "one-message-each", reads::page_of_messages(end.kind), text))
}

fn joined(context: &CallContext<'_>, end: &End, taken: u64, reads: &[&Read]) -> Option<Explanation> {
    let pieces: Vec<_> = reads.iter().flat_map(|read| read.pieces.iter()).copied().collect();
    let mut numbers: Vec<u64> = pieces.iter().map(|piece| piece.write).collect();
    numbers.dedup();
    if numbers.is_empty() || reads.len() as u64 != taken {
        return None;
    }
    let here = end.label();
    let shown: Vec<String> = pieces.iter().map(|piece| wording::bytes(&end.inbox, *piece)).collect();
    if numbers.len() as u64 <= taken {
        let text = format!(
            "{} took what waited at {here}, {}, in {}. {} keeps no edges: had several writes waited, one read would have taken \
             them all.",
            context.who(),
            wording::list(&shown),
            wording::count(taken, "read"),
            reads::title(end.kind),
        );
        return Some(wording::explanation(end, "read-takes-what-is-there", wording::page(end.kind), text));
    }
    let text = format!(
        "{} by {} took {} that waited at {here} ({}): {} is a stream of bytes and keeps no edges between writes.",
        wording::count(taken, "read"),
        context.who(),
        wording::count(numbers.len() as u64, "write"),
        wording::quotes(&shown),
        reads::title(end.kind),
    );
    Some(wording::explanation(end, "stream-joins-writes", wording::page(end.kind), text))
}

fn last_reads<'a>(end: &'a End, context: &CallContext<'_>, many: usize) -> Vec<&'a Read> {
    let mine = |read: &&Read| read.by == context.task.id && read.result == ReadResult::Bytes;
    let mut reads: Vec<&Read> = end.inbox.reads.iter().rev().filter(mine).take(many).collect();
    reads.reverse();
    reads
}
