//! Why a line was not met and what its author would change, as far as the calls show it. What a hang and the usual mistakes
//! say is told elsewhere; this is about what was wanted and did not come.

use crate::check::Captures;
use crate::diagnosis::mistakes::Mistakes;
use crate::explain::wording;
use crate::script::words::quote;
use crate::script::{Number, Want};
use crate::trace::{Death, TaskId};
use crate::world::World;
use crate::world::channel::End;
use crate::world::ledger::{Read, ReadResult};
use crate::world::task::Task;

use super::Unmet;

/// A sentence for each reason.
pub fn of(world: &World, unmet: &[Unmet], mistakes: &Mistakes) -> Vec<String> {
    let of_line = |line: &Unmet| match world.tasks().rfind(|task| task.name == line.task) {
        None => never_made(world, &line.task),
        Some(task) => of_task(world, (task, line), (unmet, mistakes)),
    };
    let mut lines: Vec<String> = Vec::new();
    let all = unmet.iter().filter_map(of_line).chain(statuses(world, unmet)).chain(left_behind(world, unmet, mistakes));
    for line in all {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// A task that the file names and nobody made.
fn never_made(world: &World, name: &str) -> Option<String> {
    let first = world.tasks().find(|task| task.by.is_none()).filter(|_| name.starts_with("child"))?;
    let made = world.tasks().filter(|task| task.by.is_some()).count();
    Some(if made == 0 {
        format!("{} never called fork: there is no second process.", first.name)
    } else {
        format!("Only {} {} made.", children(made), if made == 1 { "was" } else { "were" })
    })
}

/// `1 child`, `2 children`.
fn children(count: usize) -> String {
    if count == 1 { "1 child".to_owned() } else { format!("{count} children") }
}

/// Why a task that was there did not do it.
fn of_task(world: &World, (task, line): (&Task, &Unmet), (all, mistakes): (&[Unmet], &Mistakes)) -> Option<String> {
    let (_, want) = line.call.as_ref()?;
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all other answers nothing general can be said")]
    match want {
        Want::Data(_) if line.bytes.is_empty() && line.is_about_writing => mistakes.never_wrote(world, &task.name),
        Want::Data(data) if !line.bytes.is_empty() => {
            let wanted: Vec<u8> = Captures::default().payload(data).ok()?.iter().collect();
            // The reader has what the writer wrote, and it is told of the writer.
            let is_written_so = |other: &Unmet| other.is_about_writing && other.bytes == line.bytes;
            let is_told = !line.is_about_writing && all.iter().any(is_written_so);
            if is_told { None } else { other_text(world, (task, line), &wanted) }
        }
        Want::Data(_) if !line.is_about_writing => too_few_reads(world, task, false),
        Want::Eof => too_few_reads(world, task, true),
        Want::Errno(_) if line.is_about_writing => no_failure(world, (task, line)),
        _ => None,
    }
}

/// Another text than the one that was wanted.
fn other_text(world: &World, (task, line): (&Task, &Unmet), wanted: &[u8]) -> Option<String> {
    let (name, came) = (&task.name, line.bytes.as_slice());
    let did = if line.is_about_writing { "wrote" } else { "read" };
    // The zero byte behind a text is told as a mistake of its own; so is what was cut off.
    if came.strip_suffix(b"\0") == Some(wanted) || !line.is_about_writing && wanted.starts_with(came) {
        return None;
    }
    if let Some(number) = binary(came).filter(|number| number_of(wanted) == Some(*number)) {
        return Some(format!(
            "{name} wrote the number {number} as the {} bytes that it has in memory. As text it is {} bytes: make it with snprintf, \
             and write those.",
            came.len(),
            wanted.len()
        ));
    }
    if let (Some(wanted), Some(number)) = (number_of(wanted), number_of(came)) {
        let what = if number > wanted { "too large" } else { "too small" };
        return Some(format!("The number that {name} {did} is {what} by {}.", number.abs_diff(wanted)));
    }
    if !line.is_about_writing && came.starts_with(wanted) {
        return together(world, task, came);
    }
    Some(difference(&format!("{name} {did}"), came, wanted))
}

/// Decimal digits and nothing else.
fn number_of(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}

/// An integer as this machine keeps it.
fn binary(bytes: &[u8]) -> Option<u64> {
    let long = <[u8; 8]>::try_from(bytes).map(u64::from_ne_bytes);
    long.or_else(|_| <[u8; 4]>::try_from(bytes).map(|bytes| u32::from_ne_bytes(bytes).into())).ok()
}

/// One read that took more than the text: several writes, or one that had all of it.
fn together(world: &World, task: &Task, came: &[u8]) -> Option<String> {
    let (end, read) = reads_of(world, task).into_iter().find(|(_, read)| read.data == came)?;
    let mut writes: Vec<u64> = read.pieces.iter().map(|piece| piece.write).collect();
    writes.dedup();
    let label = end.label();
    Some(match writes.len() {
        0 | 1 => format!("All of it was sent to {label} in one call. Each message is sent by a call of its own."),
        many => format!(
            "One read took {many} writes from {label} together: a {} has no boundaries between writes. SOCK_DGRAM and \
             SOCK_SEQPACKET keep each message apart.",
            if end.kind.is_pipe() { "pipe" } else { "stream socket" }
        ),
    })
}

/// Where two texts differ first; whose the first is: `parent wrote`.
fn difference(who: &str, came: &[u8], wanted: &[u8]) -> String {
    let at = came.iter().zip(wanted).take_while(|(one, other)| one == other).count();
    match (came.get(at), wanted.get(at)) {
        (Some(one), Some(other)) => {
            let (one, other) = (quote(&[*one]), quote(&[*other]));
            format!("Byte {} of what {who} is {one}, and {other} was wanted.", at + 1)
        }
        (None, _) => format!("What {who} ends after {at} of the {} bytes that were wanted.", wanted.len()),
        (_, None) => format!("What {who} goes on after the {at} bytes that were wanted."),
    }
}

/// What a task's process has read, with the end.
fn reads_of<'a>(world: &'a World, task: &Task) -> Vec<(&'a End, &'a Read)> {
    let all = world.ends().flat_map(|end| end.inbox.reads.iter().map(move |read| (end, read)));
    all.filter(|(_, read)| is_by(world, read.by, task)).collect()
}

/// Whether it is a task of the same process.
fn is_by(world: &World, by: TaskId, task: &Task) -> bool {
    world.task(by).is_some_and(|by| by.process == task.process)
}

/// `once`, `3 times`.
fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// It ended before it read what was wanted, or before a read returned 0.
fn too_few_reads(world: &World, task: &Task, wants_eof: bool) -> Option<String> {
    task.death.filter(|death| matches!(death, Death::Exited(_)))?;
    let reads = reads_of(world, task);
    let Some((end, _)) = reads.last() else { return Some(format!("{} ended, and has read nothing.", task.name)) };
    let has_eof = reads.iter().any(|(_, read)| read.result == ReadResult::Eof);
    // What was left there is told as a mistake.
    if end.closed_unread || wants_eof && has_eof {
        return None;
    }
    let what_next = if wants_eof {
        " before a read of it returned 0, which is EOF. Read in a loop until read returns 0."
    } else if end.kind.keeps_messages() {
        ". Each message is taken by a call of its own: receive until the last one has come."
    } else {
        ". Read again."
    };
    let count = reads.iter().filter(|(one, _)| one.id == end.id).count();
    Some(format!("{} read {} {}, and ended{what_next}", task.name, end.label(), times(count)))
}

/// A write that was to fail, and did not by then.
fn no_failure(world: &World, (task, line): (&Task, &Unmet)) -> Option<String> {
    task.death?;
    line.nearest.as_ref().filter(|(_, got)| got.parse().is_ok_and(|taken: u64| taken > 0))?;
    let count = world.ends().flat_map(|end| &end.inbox.writes).filter(|write| is_by(world, write.by, task)).count();
    Some(format!(
        "{} wrote {}, and each time it could still be read. A write fails with EPIPE only after the last reader has closed: write \
         until a write fails.",
        task.name,
        times(count)
    ))
}

/// Statuses that are not those that were wanted.
fn statuses(world: &World, unmet: &[Unmet]) -> Option<String> {
    let other_status = |line: &Unmet| {
        let (_, Want::Exits(name, Number::Literal(wanted))) = line.call.as_ref()? else { return None };
        let Death::Exited(came) = world.tasks().rfind(|task| task.name == *name)?.death? else { return None };
        (i64::from(came) != *wanted).then(|| (name.clone(), came))
    };
    let others: Vec<(String, i32)> = unmet.iter().filter_map(other_status).collect();
    let status = others.first()?.1;
    let names: Vec<String> = others.into_iter().filter(|(_, came)| *came == status).map(|(name, _)| name).collect();
    Some(format!(
        "{} gave {status} to _exit, or returned it from main. That number is the status that a wait tells.",
        wording::list(&names)
    ))
}

/// Children that nobody waited for.
fn left_behind(world: &World, unmet: &[Unmet], mistakes: &Mistakes) -> Option<String> {
    let is_wait =
        |line: &Unmet, name: &str| line.task == name && line.call.as_ref().is_some_and(|(call, _)| call == "waitpid");
    let has_to_wait = |task: &&Task| {
        let has_ended = matches!(task.death, Some(Death::Exited(_)));
        has_ended && (task.by.is_none() || unmet.iter().any(|line| is_wait(line, &task.name)))
    };
    world.tasks().filter(has_to_wait).find_map(|task| {
        let made = world.tasks().filter(|child| child.by == Some(task.id) && child.leads_process()).count();
        let waited = mistakes.waits_of(&task.name);
        (waited < made).then(|| {
            format!(
                "{} made {} and waited for {}. Who forks waits for each child, by waitpid(2) or wait(2), before it ends; until then \
                 a child that has ended is a zombie.",
                task.name,
                children(made),
                if waited == 0 { "none".to_owned() } else { waited.to_string() }
            )
        })
    })
}

/// Why the first task ended with another status than 0.
pub fn status(world: &World, mistakes: &Mistakes) -> Option<String> {
    let first = world.tasks().find(|task| task.by.is_none())?;
    let Some(Death::Exited(status)) = first.death.filter(|death| *death != Death::Exited(0)) else { return None };
    let name = &first.name;
    Some(match mistakes.failure_of(name) {
        Some(failure) if failure.is_wanted => format!(
            "The last call of {name} that failed is {}, which is what the task wants: no reason for a status of {status}. 0 says \
             that all went well.",
            failure.words
        ),
        Some(failure) => format!("The last call of {name} that failed before is {}.", failure.words),
        None => format!("{name} returned {status} from main, or gave it to exit. 0 says that all went well."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_texts_differ_at_a_byte_or_in_their_length() {
        assert_eq!(difference("a wrote", b"hallo", b"hello"), "Byte 2 of what a wrote is \"a\", and \"e\" was wanted.");
        assert_eq!(
            difference("a wrote", b"hel", b"hello"),
            "What a wrote ends after 3 of the 5 bytes that were wanted."
        );
        assert_eq!(
            difference("a wrote", b"hello\n", b"hello"),
            "What a wrote goes on after the 5 bytes that were wanted."
        );
    }

    #[test]
    fn a_number_is_text_or_memory() {
        assert_eq!((number_of(b"120"), number_of(b"12a"), number_of(b"")), (Some(120), None, None));
        assert_eq!(
            (binary(&7u32.to_ne_bytes()), binary(&9u64.to_ne_bytes()), binary(b"abc")),
            (Some(7), Some(9), None)
        );
    }
}
