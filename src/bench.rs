//! Owns the tasks: starts them, gives orders, collects what their rings say, folds it into the world, and knows when all is
//! settled. It holds no descriptor of any end; what it measures with, it closes before the next step.

mod pipelining;
mod assignment;
mod collect;
mod freeze;
mod measure;
mod member;
mod settings;
mod settle;

use std::collections::BTreeMap;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::abi::{Errno, Signal};
use crate::agent;
use crate::recording::Recording;
use crate::sys::descriptors::Numbers;
use crate::sys::fork::Forked;
use crate::sys::lifeline::Lifeline;
use crate::sys::procfs::ThreadFiles;
use crate::sys::{self, SysError, descriptors, fork, lifeline, now_ns, poll, procfs};
use crate::trace::{Birth, Fact, Record, TaskId};
use crate::world::World;

pub use assignment::Assignment;
pub use settings::Settings;

use member::{Member, PendingTask, Phase, ignore_death};

/// The most tasks alive at one time, unless told otherwise.
pub const MAX_TASKS: usize = 64;
/// Descriptors that one more task costs the program, with what it opens in passing.
const ROOM: usize = 12;
/// Descriptors that the program has beside those of its tasks, and more.
const OTHERS: usize = 128;
/// Numbers that a learner's table needs at least.
const LEAST_BASE: i32 = 8;

/// A failure of the program's own, not of anything a learner did.
#[derive(Debug)]
pub enum BenchError {
    /// A system call.
    Sys(SysError),
    /// The hard limit leaves no numbers for a learner's descriptors.
    FewDescriptors,
    /// /proc is missing or strange.
    NoProc(String),
    /// A task is dead by a fault of the program's own; who waits for it is told so.
    Mishap(String),
    /// Somebody has asked the program to leave.
    Terminated,
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sys(error) => write!(f, "the bench could not {error}"),
            Self::NoProc(reason) | Self::Mishap(reason) => f.write_str(reason),
            Self::Terminated => f.write_str("the program was asked to leave"),
            Self::FewDescriptors => {
                let least = u64::from(LEAST_BASE.unsigned_abs()) + descriptors::RESERVED;
                write!(f, "the hard limit on descriptors (`ulimit -Hn`) is too low: {least} is the least")
            }
        }
    }
}

impl std::error::Error for BenchError {}

impl From<SysError> for BenchError {
    fn from(error: SysError) -> Self {
        Self::Sys(error)
    }
}

/// The living bench.
#[derive(Debug)]
pub struct Bench {
    settings: Settings,
    numbers: Numbers,
    /// The run's private folder.
    folder: PathBuf,
    bell: OwnedFd,
    /// Dropped by a reset before the members, which it kills.
    lifeline: Option<Lifeline>,
    members: BTreeMap<TaskId, Member>,
    next_task: u32,
    recording: Recording,
    /// Dead tasks that nobody has waited for yet.
    zombies: Vec<Zombie>,
    /// Two equal ones in a row say that all is settled.
    last_look: Option<settle::Collected>,
    /// Nothing has happened since all was settled.
    is_settled: bool,
    /// There was more to take in than one turn allows.
    is_behind: bool,
    /// Steps of folding, so that the clock is looked at now and then only.
    folded: u64,
    /// How long to sleep next while something still runs.
    nap: Duration,
    /// When it was last asked whether somebody has recorded what never was.
    liars_asked: Instant,
    /// Who is stopped only because the program is.
    frozen: Vec<TaskId>,
    /// What failed in an agent that is none of the learner's doing, not yet taken.
    mishaps: Vec<String>,
}

/// A dead process that is still in the kernel's table.
#[derive(Debug)]
struct Zombie {
    id: TaskId,
    pidfd: Option<OwnedFd>,
}

impl Bench {
    /// An empty bench with `parent` alone. The limits on descriptors are settled by the caller, once a program.
    /// Sockets that are files are made in `folder`, which is there when the first one is ordered.
    pub fn open(settings: Settings, numbers: Numbers, folder: &Path) -> Result<Self, BenchError> {
        let mut bench = Self {
            settings,
            numbers,
            folder: folder.to_path_buf(),
            bell: poll::new_bell()?,
            lifeline: None,
            members: BTreeMap::new(),
            next_task: 0,
            recording: Recording::new(settings.keeping()),
            zombies: Vec::new(),
            last_look: None,
            is_settled: false,
            is_behind: false,
            folded: 0,
            nap: Duration::ZERO,
            liars_asked: Instant::now(),
            frozen: Vec::new(),
            mishaps: Vec::new(),
        };
        bench.populate()?;
        Ok(bench)
    }

    /// All is killed, and a new `parent` starts on an empty bench.
    pub fn reset(&mut self) -> Result<(), BenchError> {
        self.kill_all();
        self.populate()
    }

    /// The picture as far as it is known.
    pub fn world(&self) -> &World {
        self.recording.world()
    }

    /// What has happened on it.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The same, for what is noted of statements.
    pub fn recording_mut(&mut self) -> &mut Recording {
        &mut self.recording
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where private numbers begin, and whether they had to be squeezed in.
    pub fn numbers(&self) -> Numbers {
        self.numbers
    }

    /// What failed in a task that is none of the learner's doing, since the last call.
    pub fn take_mishaps(&mut self) -> Vec<String> {
        std::mem::take(&mut self.mishaps)
    }

    /// Whether the program has descriptors left for so many more tasks: when they are there, it is too late to find out.
    pub fn has_room(&self, tasks: usize) -> bool {
        let at_most = OTHERS + (self.members.len() + self.zombies.len() + tasks) * ROOM;
        if at_most as u64 <= self.numbers.limit {
            return true;
        }
        let copies: Vec<_> = (0..ROOM * tasks).map_while(|_| self.bell.try_clone().ok()).collect();
        copies.len() == ROOM * tasks
    }

    /// What to poll while nothing is to be done: the bell, and every process's death.
    pub fn wait_fds(&self) -> Vec<BorrowedFd<'_>> {
        let deaths = self.members.values().filter_map(Member::death_watch);
        std::iter::once(self.bell.as_fd()).chain(deaths).collect()
    }

    /// Gives a task its order. The caller has made sure that it is idle.
    pub fn order(&mut self, task: TaskId, assignment: Assignment) -> Result<(), BenchError> {
        let made = if assignment.work().makes_task() {
            Some(PendingTask::prepare(assignment.ordered().name.clone().unwrap_or_default())?)
        } else {
            None
        };
        let message = assignment.work().message();
        // A reader may still be reading: its last records come first.
        let reads_still = self.members.get(&task).is_some_and(|member| member.is_reader);
        if !reads_still {
            self.fold(task, Fact::Ordered(Rc::clone(assignment.ordered())));
        }
        let Some(member) = self.members.get_mut(&task) else { return Ok(()) };
        member.phase = Phase::Busy;
        member.last_errno = Errno::NONE;
        if reads_still {
            member.next = Some(assignment);
        } else {
            member.is_reader = assignment.makes_reader();
            member.current = Some(assignment);
        }
        member.send(&message, made)?;
        self.unsettle();
        Ok(())
    }

    /// Sends a signal from outside the bench, as a person with kill(1) does.
    pub fn signal(&mut self, task: TaskId, signal: Signal) -> Result<(), BenchError> {
        self.unsettle();
        self.fold(task, Fact::Sent(signal));
        let Some(member) = self.members.get(&task) else { return Ok(()) };
        let stopped = member.is_stopped;
        if signal == Signal::CONT && stopped {
            self.continue_process(task);
        }
        self.note_sent(task, signal);
        let Some(member) = self.members.get(&task) else { return Ok(()) };
        if let Some(process) = self.process_of(member) {
            fork::send_signal(process, signal.0).or_else(ignore_death)?;
        }
        self.note_pending(task, signal);
        Ok(())
    }

    /// Interrupts one thread with the signal kept for it.
    pub fn interrupt(&mut self, task: TaskId) -> Result<(), BenchError> {
        self.unsettle();
        let Some(member) = self.members.get(&task) else { return Ok(()) };
        fork::signal_thread(member.pid, member.tid, Signal::INTERRUPT.0).or_else(ignore_death)?;
        Ok(())
    }

    /// Living tasks.
    pub fn alive(&self) -> usize {
        self.members.len()
    }

    fn process_of<'a>(&'a self, member: &'a Member) -> Option<&'a OwnedFd> {
        let leader = self.recording.world().task(member.id).map_or(member.id, |task| task.process);
        self.members.get(&leader)?.pidfd.as_ref()
    }

    fn fold(&mut self, task: TaskId, fact: Fact) {
        self.recording.fold(Record { line: self.recording.line(), task, t_ns: now_ns(), fact });
    }

    /// Forks `parent` and waits for nothing: its first record says that it is there.
    fn populate(&mut self) -> Result<(), BenchError> {
        self.recording.begin_bench(sys::machine());
        self.next_task = 0;
        self.unsettle();
        let (lifeline, line) = lifeline::create()?;
        let (parent, [control, ring]) = PendingTask::prepare("parent".to_owned())?;
        let bell = self.bell.try_clone().map_err(|error| SysError {
            operation: "share the bell",
            errno: Errno(error.raw_os_error().unwrap_or(0)),
        })?;
        match fork::fork().map_err(|errno| SysError { operation: "fork parent", errno })? {
            Forked::Child => {
                let equipment = agent::Equipment { control, ring, bell, lifeline: line, folder: self.folder.clone() };
                agent::become_parent(equipment, self.numbers)
            }
            Forked::Parent(pid) => {
                self.lifeline = Some(lifeline);
                let birth = Birth::parent(parent.name.clone(), pid);
                let files = member::look_at(&birth)?;
                self.admit(birth, parent, files)
            }
        }
    }

    /// A new task joins the bench.
    fn admit(&mut self, birth: Birth, pending: PendingTask, files: ThreadFiles) -> Result<(), BenchError> {
        let id = TaskId(self.next_task);
        self.next_task += 1;
        let member = Member::new(id, &birth, pending, files)?;
        self.members.insert(id, member);
        self.fold(id, Fact::Born(Rc::new(birth)));
        Ok(())
    }

    /// Kills every task and waits for the deaths, which are not shown.
    fn kill_all(&mut self) {
        /// Nothing outlives SIGKILL for longer, but on a machine that has no processor to spare.
        const PATIENCE: Duration = Duration::from_secs(5);
        let mut dying: Vec<OwnedFd> =
            std::mem::take(&mut self.zombies).into_iter().filter_map(|zombie| zombie.pidfd).collect();
        dying.extend(std::mem::take(&mut self.members).into_values().filter_map(|member| member.pidfd));
        for pidfd in &dying {
            let _ = fork::send_signal(pidfd, Signal::KILL.0);
        }
        self.lifeline = None;
        for pidfd in &dying {
            let _ = poll::wait(&[pidfd.as_fd()], Some(PATIENCE));
        }
        for pidfd in &dying {
            let _ = fork::reap(pidfd);
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.kill_all();
    }
}

/// Settles what belongs to the program and not to one bench: orphans come to it, and it knows its limits on descriptors
/// (see [`descriptors::settle_numbers`]).
pub fn settle_program() -> Result<Numbers, BenchError> {
    if let Some(reason) = procfs::obstacle() {
        return Err(BenchError::NoProc(reason));
    }
    fork::become_subreaper()?;
    let numbers = descriptors::settle_numbers()?;
    if numbers.base < LEAST_BASE { Err(BenchError::FewDescriptors) } else { Ok(numbers) }
}
