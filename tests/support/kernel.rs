//! Is what the world believes what the kernel says? Asked of a session whose last statement has settled.

use std::collections::BTreeMap;
use std::os::fd::AsRawFd;

use tincans::abi;
use tincans::abi::TaskState;
use tincans::order::Call;
use tincans::sys::procfs::{self, OpenFile, ThreadFiles};
use tincans::sys::{calls, fork};
use tincans::trace::TaskId;
use tincans::world::World;
use tincans::world::channel::End;
use tincans::world::kind::{EndId, Kind};
use tincans::world::task::Task;

/// All of it; `base` is where the program's own numbers begin.
pub fn agrees(world: &World, base: i32) -> Result<(), String> {
    world.check_law()?;
    if let Some(anomaly) = world.anomalies().next() {
        return Err(format!("anomaly: {anomaly}"));
    }
    states(world)?;
    let files = tables(world, base)?;
    queues(world, &files)
}

fn states(world: &World) -> Result<(), String> {
    for task in world.tasks() {
        let kernel = ThreadFiles::open(task.pid, task.tid).ok().and_then(|files| files.look(true));
        let letter = kernel.map_or('-', |look| char::from(look.state));
        let fits = match task.state {
            TaskState::Idle | TaskState::Asleep => matches!(letter, 'S' | 'D'),
            TaskState::Stopped => letter == 'T',
            TaskState::Zombie => letter == 'Z',
            // Its number may be somebody else's by now.
            TaskState::Dead => true,
            TaskState::Running => world.ended_by(task).is_some() && letter == 'D',
        };
        if !fits {
            return Err(format!("{} is {}, the kernel says {letter}", task.name, task.state.word()));
        }
    }
    Ok(())
}

/// Every process's table, number for number, and the same file for the same end everywhere. Gives each end's entries.
fn tables(world: &World, base: i32) -> Result<BTreeMap<EndId, Vec<OpenFile>>, String> {
    let mut entries: BTreeMap<EndId, Vec<OpenFile>> = BTreeMap::new();
    // Of a process that was killed and waits for a lock that a close needs the table can be looked at no more.
    let is_seen = |task: &&Task| task.is_alive() && task.leads_process() && world.ended_by(task).is_none();
    for task in world.tasks().filter(is_seen) {
        let all = procfs::open_files(task.pid, base).ok_or_else(|| format!("{}'s table cannot be read", task.name))?;
        // 0, 1 and 2 are /dev/null, unless dup2 has made something else of them.
        let is_counted = |file: &OpenFile| file.fd > 2 || file.target != "/dev/null";
        let files: Vec<OpenFile> = all.into_iter().filter(is_counted).collect();
        let Some(process) = world.process_of(task.id) else { return Err(format!("{} has no table", task.name)) };
        let believed: Vec<i32> = process.rows().map(|(fd, _)| fd).collect();
        let real: Vec<i32> = files.iter().map(|file| file.fd).collect();
        if believed != real {
            return Err(format!("{} holds {real:?}, the world has {believed:?}", task.name));
        }
        for (file, (fd, entry)) in files.into_iter().zip(process.rows()) {
            let label = world.label_of(entry);
            if (file.flags & abi::CLOEXEC != 0) != entry.cloexec {
                return Err(format!("{}'s {fd} ({label}): FD_CLOEXEC is not {}", task.name, entry.cloexec));
            }
            let nonblock = world.is_nonblocking(entry.passed());
            if entry.end != EndId::NULL && (file.flags & abi::NONBLOCK != 0) != nonblock {
                return Err(format!("{}'s {fd} ({label}): O_NONBLOCK is not {nonblock}", task.name));
            }
            entries.entry(entry.end).or_default().push(file);
        }
    }
    same_files(world, &entries)?;
    Ok(entries)
}

fn same_files(world: &World, entries: &BTreeMap<EndId, Vec<OpenFile>>) -> Result<(), String> {
    let mut seen: BTreeMap<(String, bool), EndId> = BTreeMap::new();
    for (end, files) in entries {
        // Of eventfd and the like the kernel names the kind alone.
        for file in files.iter().filter(|file| !file.target.starts_with("anon_inode:")) {
            let is_pipe = world.end(*end).is_some_and(|end| end.kind.is_pipe());
            let key = (file.target.clone(), is_pipe && file.flags & 1 != 0);
            let other = *seen.entry(key).or_insert(*end);
            if other != *end {
                return Err(format!("{} is {}, and so is {}", world.label(*end), file.target, world.label(other)));
            }
        }
        let targets: std::collections::BTreeSet<_> = files.iter().map(|file| &file.target).collect();
        if targets.len() > 1 {
            return Err(format!("{} is several files: {targets:?}", world.label(*end)));
        }
    }
    Ok(())
}

fn queues(world: &World, files: &BTreeMap<EndId, Vec<OpenFile>>) -> Result<(), String> {
    for (id, files) in files {
        let Some(end) = world.end(*id) else { continue };
        if end.kind.is_pipe() && end.label().ends_with("[1]") {
            continue;
        }
        let in_queue = carried(world, end);
        // A datagram socket's `scm_fds` is not set back when the kernel throws its queue away after ECONNREFUSED.
        let certain = end.kind != Kind::Dgram && end.inbox.queue.iter().all(|piece| !piece.tentative);
        if let Some(file) = files.iter().find(|file| certain && file.in_flight != in_queue) {
            return Err(format!("{} carries {} descriptors, the world has {in_queue}", end.label(), file.in_flight));
        }
        // FIONREAD would wait for the lock, and no signal ends that.
        let Some(&(task, fd)) = holder(world, *id).as_ref().filter(|_| !world.is_locked(*id)) else { continue };
        let Some(bytes) = asked(world, task, fd) else { continue };
        let counted = |waiting| (waiting..=waiting + end.inbox.passed_urgent).contains(&bytes);
        if end.kind != Kind::Dgram && !counted(end.inbox.waiting()) {
            return Err(format!("FIONREAD of {} is {bytes}, the ledger has {}", end.label(), end.inbox.waiting()));
        }
        if is_being_read(world, *id) {
            continue;
        }
        let (least, most) = believed(end);
        if bytes < least || bytes > most + end.inbox.passed_urgent {
            return Err(format!("FIONREAD of {} is {bytes}, the ledger has {least}..={most}", end.label()));
        }
    }
    Ok(())
}

/// Whether somebody sleeps in a read there, who may have taken a part already (MSG_WAITALL, recvmmsg).
fn is_being_read(world: &World, end: EndId) -> bool {
    let read = |task: &Task| {
        let ongoing = task.ongoing.as_ref().filter(|ongoing| ongoing.inside)?;
        let call = ongoing.call();
        if call.room().is_none() && !matches!(call, Call::Recvmmsg { .. }) {
            return None;
        }
        if let Some((_, end)) = ongoing.kept.first() {
            return Some(*end);
        }
        world.process_of(task.id)?.table.get(&call.fd()?).map(|entry| entry.end)
    };
    world.tasks().any(|task| read(task) == Some(end))
}

/// Descriptors that wait in an end's queue, those of connections that nobody has accepted included.
fn carried(world: &World, end: &End) -> u64 {
    let own: usize = {
        let writes = end.inbox.queue.iter().filter_map(|piece| end.inbox.write(piece.write));
        writes.map(|write| write.fds.len()).sum()
    };
    let embryos = end.backlog.iter().flatten().filter_map(|id| world.end(*id));
    own as u64 + embryos.map(|embryo| carried(world, embryo)).sum::<u64>()
}

/// What FIONREAD may be: of a datagram end only the first message, and of an unreturned write anything.
fn believed(end: &End) -> (u64, u64) {
    let lengths =
        |tentative| end.inbox.queue.iter().filter(move |piece| tentative || !piece.tentative).map(|piece| piece.len);
    if end.kind == Kind::Dgram {
        let first = end.inbox.queue.front();
        let least = first.filter(|piece| !piece.tentative).map_or(0, |piece| piece.len);
        return (least, first.map_or(0, |piece| piece.len));
    }
    (lengths(false).sum(), lengths(true).sum())
}

fn holder(world: &World, end: EndId) -> Option<(TaskId, i32)> {
    world.holders(end).first().map(|(task, fd)| (task.id, *fd))
}

fn asked(world: &World, task: TaskId, fd: i32) -> Option<u64> {
    let pidfd = fork::open_pidfd(world.task(task)?.pid).ok()?;
    let copy = fork::borrow_descriptor(&pidfd, fd).ok()?;
    calls::bytes_waiting(copy.as_raw_fd())
}
