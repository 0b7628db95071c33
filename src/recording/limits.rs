//! How much a recording file may ask for: a file may come from anybody. All bounds are far above what the bench itself makes.

use crate::order::{Call, Payload};
use crate::trace::{Fact, Record};
use crate::world::{Machine, World};

use super::entry::Entry;

/// Tasks, ends, descriptors and writes that one picture has at most.
pub const MAX_OBJECTS: usize = 512 * 1024;
/// Entries, each multiplied by what it has to look through: the tasks, or where the kernel was asked, all writes that wait.
pub const MAX_WORK: u64 = 100_000_000_000;
/// Bytes of one call's buffers: the kernel takes no more at once (MAX_RW_COUNT).
pub const MAX_OFFERED: u64 = 0x7fff_f000;
/// The pages of a machine, in bytes.
pub const PAGES: std::ops::RangeInclusive<u64> = 4096..=64 * 1024;
/// Entries, or what costs as much, between two looks at how large the picture is.
const COST_OF_A_LOOK: u64 = 1024;

/// What has been read so far.
#[derive(Debug, Default)]
pub struct Limits {
    /// Since the picture was looked at last.
    cost: u64,
    /// How large it was then.
    objects: u64,
    /// All in all.
    work: u64,
}

impl Limits {
    /// What an entry asks too much of, if it does.
    pub fn check(&mut self, entry: &Entry, world: &World) -> Result<(), String> {
        self.cost += 1;
        match entry {
            Entry::Bench(machine) => of_machine(*machine)?,
            Entry::Record(record) => {
                self.cost += of_record(record, world)?;
                let looks_through = matches!(record.fact, Fact::Measured { .. } | Fact::Died(_) | Fact::Exiting(_));
                self.work = self.work.saturating_add(if looks_through { self.objects } else { 0 });
            }
            Entry::Statement { .. }
            | Entry::Observed(_)
            | Entry::Settled(_)
            | Entry::Spontaneous {}
            | Entry::Checked(_)
            | Entry::End(_) => {}
        }
        if self.cost < COST_OF_A_LOOK {
            return Ok(());
        }
        let objects = world.remembered();
        let tasks = world.tasks().count() as u64;
        self.work = self.work.saturating_add(self.cost.saturating_mul(tasks));
        (self.cost, self.objects) = (0, objects as u64);
        if objects > MAX_OBJECTS {
            return Err(format!(
                "there are {objects} tasks, ends, descriptors and writes now; {MAX_OBJECTS} are the most"
            ));
        }
        if self.work > MAX_WORK {
            return Err("so many records with so many tasks and writes take too long".to_owned());
        }
        Ok(())
    }
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
        | Fact::Signalled(_)
        | Fact::Stopped(_)
        | Fact::Continued
        | Fact::StoppedToo
        | Fact::ContinuedToo
        | Fact::Exiting(_)
        | Fact::Died(_)
        | Fact::Buried
        | Fact::Known(_)
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
