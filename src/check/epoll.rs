//! What epoll_wait(2) and poll(2) answer, in the words of the language.

use crate::abi::{self, flag_names};
use crate::order::Call;
use crate::script::EndRef;
use crate::trace::CallEvent;

/// What it told of an end, 0 where nothing; of none, of the first it told of.
pub fn answer(call: &CallEvent, rows: &[(u64, u32)], end: Option<&EndRef>) -> i32 {
    let is_it = |row: &&(u64, u32)| end.is_none_or(|end| i32::try_from(row.0).is_ok_and(|fd| names(call, end, fd)));
    rows.iter().find(is_it).map_or(0, |row| row.1.cast_signed())
}

/// All it told, as expectations would put it.
pub fn words(call: &CallEvent, rows: &[(u64, u32)]) -> String {
    let row = |row: &(u64, u32)| {
        let name = i32::try_from(row.0).map(|fd| call.names.end(fd)).unwrap_or_default();
        format!("{name}:{}", flag_names(abi::POLL_EVENTS, row.1.cast_signed()))
    };
    rows.iter().map(row).collect::<Vec<_>>().join(", ")
}

/// Whether a number in the call is this end.
pub fn names(call: &CallEvent, end: &EndRef, number: i32) -> bool {
    match end {
        EndRef::Raw(fd) => *fd == number,
        EndRef::Named { name, fd } => fd.is_none_or(|fd| fd == number) && call.names.end(number) == name.to_string(),
    }
}

/// The same of poll: the first descriptor asked about always, others where they have any.
pub fn poll_words(call: &CallEvent, all: &[i16]) -> String {
    let Call::Poll { fds, .. } = &call.call else { return String::new() };
    let answer = |bits: i16| flag_names(abi::POLL_EVENTS, i32::from(bits.cast_unsigned()));
    let rows = fds.iter().zip(all).enumerate();
    let words = rows.filter(|(at, (_, bits))| *at == 0 || **bits != 0).map(|(at, (&fd, &bits))| {
        if at == 0 { answer(bits) } else { format!("{}:{}", call.names.end(fd), answer(bits)) }
    });
    words.collect::<Vec<_>>().join(", ")
}
