//! How much a recording file may ask for: a file may come from anybody. All bounds are far above what the bench itself makes.

use crate::order::{Call, Payload};
use crate::trace::{Fact, Record};
use crate::world::{Machine, World};

use super::entry::RecordingEntry;

/// Tasks, ends, descriptors and writes that one picture has at most.
pub const MAX_OBJECTS: usize = 512 * 1024;
/// Entries, each multiplied by what it has to look through: tasks and ends, or where the kernel was asked, all writes that wait.
pub const MAX_WORK: u64 = 20_000_000_000;
/// Tasks and ends of one picture: a bench has at most 4096 tasks alive.
pub const MAX_PARTS: usize = 32 * 1024;
/// Bytes of one call's buffers: the kernel takes no more at once (MAX_RW_COUNT).
pub const MAX_OFFERED: u64 = 0x7fff_f000;
/// The pages of a machine, in bytes.
pub const PAGES: std::ops::RangeInclusive<u64> = 4096..=64 * 1024;
/// A report, which may tell of all tasks, in entries.
const COST_OF_A_REPORT: u64 = 2048;
/// Events, and reports, that may come before they are shown.
pub const MAX_PENDING: (usize, usize) = (256 * 1024, 64);
/// Entries, or what costs as much, between two looks at how large the picture is.
const COST_OF_A_LOOK: u64 = 1024;

/// What has been read so far.
#[derive(Debug, Default)]
pub struct RecordingLimits {
    /// Since the picture was looked at last.
    cost: u64,
    /// How large it was then.
    objects: u64,
    /// All in all.
    work: u64,
}

impl RecordingLimits {
    /// What an entry asks too much of, if it does.
    pub fn check(&mut self, entry: &RecordingEntry, world: &World) -> Result<(), String> {
        self.cost += 1;
        match entry {
            RecordingEntry::Bench(machine) => of_machine(*machine)?,
            RecordingEntry::Record(record) => {
                self.cost += of_record(record, world)?;
                let looks_through = matches!(record.fact, Fact::Measured { .. } | Fact::Died(_) | Fact::Exiting(_));
                self.work = self.work.saturating_add(if looks_through { self.objects } else { 0 });
            }
            RecordingEntry::Observed(_) => self.cost += COST_OF_A_REPORT,
            RecordingEntry::Statement { .. }
            | RecordingEntry::Settled(_)
            | RecordingEntry::Spontaneous {}
            | RecordingEntry::Checked(_)
            | RecordingEntry::End(_) => {}
        }
        if self.cost < COST_OF_A_LOOK {
            return Ok(());
        }
        let objects = world.remembered();
        let parts = world.tasks().count() + world.ends().count();
        self.work = self.work.saturating_add(self.cost.saturating_mul(parts as u64));
        (self.cost, self.objects) = (0, objects as u64);
        if objects > MAX_OBJECTS {
            return Err(format!(
                "there are {objects} tasks, ends, descriptors and writes now; {MAX_OBJECTS} are the most"
            ));
        }
        if parts > MAX_PARTS {
            return Err(format!("there are {parts} tasks and ends now; {MAX_PARTS} are the most"));
        }
        if self.work > MAX_WORK {
            return Err("so many records with so many tasks and writes take too long".to_owned());
        }
        Ok(())
    }
}

/// What has come and is not shown may not grow without end.
pub fn check_pending((events, reports): (usize, usize)) -> Result<(), String> {
    if events <= MAX_PENDING.0 && reports <= MAX_PENDING.1 {
        return Ok(());
    }
    Err(format!("{events} events and {reports} reports have come, and no statement ends"))
}

fn of_machine(machine: Machine) -> Result<(), String> {
    if PAGES.contains(&machine.page) && machine.page.is_power_of_two() {
        return Ok(());
    }
    Err(format!("no machine has pages of {} bytes", machine.page))
}

/// What a record costs beside its own line.
fn of_record(record: &Record, world: &World) -> Result<u64, String> {
    match &record.fact {
        Fact::Born(birth) => {
            Ok(birth.by.and_then(|by| world.process_of(by)).map_or(0, |maker| maker.table.len() as u64))
        }
        Fact::Entered { call } => of_call(call),
        Fact::Table(known) => Ok(known.len() as u64),
        Fact::Ordered(_)
        | Fact::Returned { .. }
        | Fact::Asleep
        | Fact::Interrupted
        | Fact::Held
        | Fact::Unordered
        | Fact::Done
        | Fact::Sent(_)
        | Fact::Signalled(_)
        | Fact::Stopped(_)
        | Fact::Continued
        | Fact::StoppedToo
        | Fact::ContinuedToo
        | Fact::Exiting(_)
        | Fact::Unwritten(_)
        | Fact::Died(_)
        | Fact::Buried
        | Fact::Known(_)
        | Fact::Fifo(_)
        | Fact::Measured { .. }
        | Fact::Sampled { .. } => Ok(0),
    }
}

/// A pipe of packets cuts a write into pages.
fn of_call(call: &Call) -> Result<u64, String> {
    if let Call::Readv { counts, .. } = call {
        counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count)).ok_or("its buffers are too large")?;
    }
    let offered = call.payloads().iter().map(Payload::len).fold(0, u64::saturating_add);
    if offered > MAX_OFFERED {
        return Err(format!("a write of {offered} bytes; {MAX_OFFERED} are the most"));
    }
    Ok(offered / PAGES.start())
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::order::{Extra, Outcome};
    use crate::recording::Keeping;
    use crate::recording::entry::Observation;
    use crate::recording::file::{Header, SourceKind};
    use crate::recording::replay::Replay;
    use crate::trace::{Birth, TaskId};

    fn replay() -> Replay {
        let header = Header {
            version: 1,
            tincans: String::new(),
            kernel: String::new(),
            source: SourceKind::Bench,
            program: String::new(),
            argv: Vec::new(),
            started: 0,
            every_call: false,
            events_kept: 100,
        };
        assert_eq!(
            header.keeping(true),
            Keeping { every_call: false, past: true, events: 100, unwritten: false, statements: false }
        );
        Replay::new(&header, true)
    }

    fn record(task: u32, fact: Fact) -> RecordingEntry {
        RecordingEntry::Record(Record { line: 1, task: TaskId(task), t_ns: 1, fact })
    }

    fn enter(task: u32, call: Call) -> RecordingEntry {
        record(task, Fact::Entered { call: Rc::new(call) })
    }

    fn returned(task: u32, ret: i32) -> RecordingEntry {
        record(task, Fact::Returned { ret, errno: crate::abi::Errno::NONE, outcome: None })
    }

    /// Takes entries until one is too much: how many that were, and why.
    fn until_refused(mut entries: impl FnMut(u32) -> Vec<RecordingEntry>) -> (u32, String) {
        let mut replay = replay();
        let parent = Birth::parent("parent".to_owned(), 1);
        replay.take(record(0, Fact::Born(Rc::new(parent)))).unwrap();
        for number in 1..1_000_000 {
            for entry in entries(number) {
                if let Err(what) = replay.take(entry) {
                    return (number, what);
                }
            }
        }
        panic!("it is never refused")
    }

    #[test]
    fn what_a_bench_never_makes_is_refused_before_it_costs_much() {
        let pid = |number: u32| i32::try_from(number).unwrap();
        let birth = |number: u32| Birth::child("kid".to_owned(), pid(number), TaskId(0));
        let (count, what) = until_refused(|number| vec![record(number, Fact::Born(Rc::new(birth(number))))]);
        assert!(count < 40_000 && what.contains("tasks and ends now"), "{count}: {what}");

        let (count, what) = until_refused(|number| {
            let array =
                Outcome { extra: Extra::Array([pid(number) * 2 + 1, pid(number) * 2 + 2]), ..Outcome::default() };
            let made = Fact::Returned { ret: 0, errno: crate::abi::Errno::NONE, outcome: Some(Box::new(array)) };
            vec![enter(0, Call::Pipe2 { flags: 0 }), record(0, made)]
        });
        assert!(count < 20_000 && what.contains("now"), "{count}: {what}");

        let (count, what) = until_refused(|number| {
            let pieces = Payload::repeated(b"x".to_vec(), u64::from(number) << 20);
            vec![enter(0, Call::Write { fd: 4, data: pieces }), returned(0, 1)]
        });
        assert!(count < 3000 && what.contains("a write of"), "{count}: {what}");

        let (count, what) = until_refused(|_| vec![RecordingEntry::Observed(Observation::Tasks)]);
        assert!(count < 100 && what.contains("no statement ends"), "{count}: {what}");

        let (count, what) = until_refused(|_| vec![enter(0, Call::Getppid), returned(0, 1)]);
        assert!(count < 300_000 && what.contains("no statement ends"), "{count}: {what}");
    }

    /// The limits alone are asked: what they refuse takes as long as it is worth.
    #[test]
    fn thousands_of_reports_of_thousands_of_tasks_take_too_long() {
        let mut world = World::new();
        for number in 1..4000 {
            let birth = Birth::parent(format!("kid{number}"), i32::try_from(number).unwrap());
            let fact = Fact::Born(Rc::new(birth));
            world.fold(Record { line: 1, task: TaskId(number), t_ns: 1, fact }, &mut Vec::new());
        }
        let mut limits = RecordingLimits::default();
        let report = RecordingEntry::Observed(Observation::Tasks);
        let refused = (1..30_000).find_map(|count| limits.check(&report, &world).err().map(|what| (count, what)));
        let (count, what) = refused.expect("it is refused");
        assert!(count > 1000 && what.contains("take too long"), "{count}: {what}");
    }

    #[test]
    fn no_machine_has_such_pages() {
        for page in [0, 1, 4095, 4097, 1 << 40] {
            let bench = RecordingEntry::Bench(Machine { page, uid: 0, gid: 0 });
            assert!(replay().take(bench).is_err(), "{page}");
        }
        assert!(replay().take(RecordingEntry::Bench(Machine { page: 16384, uid: 0, gid: 0 })).is_ok());
    }
}
