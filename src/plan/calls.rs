//! Statements that are one order: each verb's arguments, resolved into the call or loop that a task is to make.

mod values;

use crate::abi;
use crate::abi::TaskState;
use crate::order::{Call, Loop, OutgoingMessage, Work};
use crate::script::{EndRef, MAX_DATA, Verb};
use crate::trace::TaskId;
use crate::world::World;
use crate::world::channel::End;
use crate::world::task::Descriptor;

use super::{Context, MAX_CHANNELS, Plan, PlanStep, Refusal, who};

/// Resolves what a verb's arguments name.
struct Resolver<'a> {
    plan: &'a Plan<'a>,
    world: &'a World,
    context: Context<'a>,
}

/// The order that a statement stands for.
pub fn order(plan: &Plan<'_>, world: &World, context: Context<'_>) -> Result<PlanStep, Refusal> {
    let resolver = Resolver { plan, world, context };
    let made = match resolver.making()? {
        Some(made) => made,
        None => resolver.about_an_end()?,
    };
    Ok(made)
}

/// Refuses a name that a task has.
pub fn free_task_name(world: &World, name: &str) -> Result<(), Refusal> {
    match world.task_named(name).filter(|task| task.state != TaskState::Dead) {
        Some(_) => Err(Refusal(format!("there is a task {name} already"))),
        None => Ok(()),
    }
}

/// Refuses a name that an end has.
pub fn free_end_name(world: &World, name: &str) -> Result<(), Refusal> {
    if world.is_taken(name) {
        return Err(Refusal(format!("the name {name} is taken until its last descriptor is gone")));
    }
    let alive = world.ends().filter(|end| !end.closed).count();
    if alive >= MAX_CHANNELS * 2 {
        return Err(Refusal(format!("{MAX_CHANNELS} channels are open, and that is the most")));
    }
    Ok(())
}

/// Refuses more tasks than the bench may have.
pub fn room_for_tasks(world: &World, context: Context<'_>, more: usize) -> Result<(), Refusal> {
    let alive = world.tasks().filter(|task| task.is_alive()).count();
    if alive + more > context.max_tasks {
        return Err(Refusal(format!("{alive} tasks are alive, and {} are the most (--max-tasks)", context.max_tasks)));
    }
    Ok(())
}

impl Resolver<'_> {
    /// Statements of a task that are about no end yet.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other families of statements are handed on, to `managing` last"
    )]
    fn making(&self) -> Result<Option<PlanStep>, Refusal> {
        let (call, name) = match self.plan.verb {
            Verb::Socketpair { kind, name, domain, protocol, flags } => {
                free_end_name(self.world, name)?;
                (Call::Socketpair { domain: *domain, kind: kind | flags, protocol: *protocol }, Some(name))
            }
            Verb::Pipe { name, flags } => {
                free_end_name(self.world, name)?;
                (Call::Pipe2 { flags: *flags }, Some(name))
            }
            Verb::Socket { kind, name, flags } => {
                free_end_name(self.world, name)?;
                (Call::Socket { domain: abi::AF_UNIX, kind: kind | flags, protocol: 0 }, Some(name))
            }
            Verb::Mkfifo { file } => {
                let made = self.world.free_name(file);
                let call = Call::Mkfifo { path: who::in_folder(file), mode: FIFO_MODE };
                return self.by_actor(call, Some(made)).map(Some);
            }
            Verb::Open { file, flags, name } => {
                free_end_name(self.world, name)?;
                (Call::Open { path: who::in_folder(file), flags: *flags }, Some(name))
            }
            Verb::Unlink { file } => (Call::Unlink { path: who::in_folder(file) }, None),
            Verb::Fork { name } | Verb::Thread { name } => {
                free_task_name(self.world, name)?;
                room_for_tasks(self.world, self.context, 1)?;
                (if matches!(self.plan.verb, Verb::Fork { .. }) { Call::Fork } else { Call::Thread }, Some(name))
            }
            Verb::Exec => (self.exec()?, None),
            Verb::Exit { code } => (Call::Exit { code: *code }, None),
            Verb::Wait { task, nohang } => {
                let options = if *nohang { abi::WNOHANG } else { 0 };
                (Call::Waitpid { pid: self.pid_or_any(task.as_deref())?, options }, None)
            }
            Verb::Call(call) => (call.clone(), None),
            Verb::Closerange { first, last } => {
                who::range_refused(self.context, *last)?;
                (Call::CloseRange { first: *first, last: *last, flags: 0 }, None)
            }
            Verb::Kill { task, signal } => (self.kill(task, signal.0)?, None),
            Verb::KillGroup { task, signal } => {
                (Call::Kill { pid: -who::group(self.world, task)?, signal: signal.0 }, None)
            }
            Verb::Setpgid { task, group } => (self.setpgid(task.as_deref(), group.as_deref())?, None),
            Verb::Stop { task } => (self.kill(task, abi::Signal::STOP.0)?, None),
            Verb::Cont { task } => (self.kill(task, abi::Signal::CONT.0)?, None),
            Verb::Signal { signal, disposition } => {
                (Call::Signal { signal: who::own_signal_refused(*signal)?, disposition: *disposition }, None)
            }
            Verb::Rlimit { nofile } => (Call::Setrlimit { nofile: self.count(nofile)? }, None),
            _ => return Ok(None),
        };
        self.by_actor(call, name.cloned()).map(Some)
    }

    /// A call that is about no end, and the name for what it makes.
    fn by_actor(&self, call: Call, name: Option<String>) -> Result<PlanStep, Refusal> {
        let (task, _) = who::actor(self.plan, self.world, self.context, None)?;
        Ok(PlanStep::Order { task, work: Work::Call(call), name })
    }

    fn kill(&self, task: &str, signal: i32) -> Result<Call, Refusal> {
        Ok(Call::Kill { pid: who::task(self.world, task)?.pid, signal })
    }

    /// 0 is the caller, and of the group the process itself.
    fn setpgid(&self, task: Option<&str>, group: Option<&str>) -> Result<Call, Refusal> {
        let pid = task.map_or(Ok(0), |name| who::task(self.world, name).map(|task| task.pid))?;
        let group = group.map_or(Ok(0), |name| who::group(self.world, name))?;
        Ok(Call::Setpgid { pid, group })
    }

    fn exec(&self) -> Result<Call, Refusal> {
        let (task, _) = who::actor(self.plan, self.world, self.context, None)?;
        let process = self.world.task(task).map(|task| task.process);
        let threads = self.world.tasks().filter(|other| other.is_alive() && Some(other.process) == process).count();
        if threads > 1 {
            return Err(Refusal("the process has other threads, which execve would end".to_owned()));
        }
        Ok(Call::Exec { program: None, args: Vec::new() })
    }

    fn pid_or_any(&self, task: Option<&str>) -> Result<i32, Refusal> {
        task.map_or(Ok(-1), |name| who::task(self.world, name).map(|task| task.pid))
    }

    /// Statements about an end: who makes it is decided by who holds that end.
    fn about_an_end(&self) -> Result<PlanStep, Refusal> {
        let Some(end) = self.plan.verb.acts_on() else {
            return Err(Refusal("that statement cannot be made here".to_owned()));
        };
        let (task, fd) = who::actor(self.plan, self.world, self.context, Some(end))?;
        let work = match self.looping(end, fd)? {
            Some(work) => work,
            None => Work::Call(match self.transfer(task, fd)? {
                Some(call) => call,
                None => self.managing(task, fd)?,
            }),
        };
        let name = if let Verb::Accept { name, .. } = self.plan.verb {
            free_end_name(self.world, name)?;
            Some(name.clone())
        } else {
            None
        };
        Ok(PlanStep::Order { task, work, name })
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other families of statements are handed on, to `managing` last"
    )]
    fn looping(&self, end: &EndRef, fd: i32) -> Result<Option<Work>, Refusal> {
        let work = match self.plan.verb {
            Verb::Flood { size, count, .. } => Loop::Flood { fd, size: self.size(size)?, count: self.count(count)? },
            Verb::Drain { count, dontwait, .. } => {
                let pipe = who::end(self.world, end)
                    .ok()
                    .and_then(|id| self.world.end(id))
                    .is_some_and(|end| end.kind.is_pipe());
                Loop::Drain { fd, count: self.size(count)?, dontwait: *dontwait, pipe }
            }
            Verb::Echo { .. } => Loop::Echo { fd },
            Verb::Ping { size, count, .. } => Loop::Ping { fd, size: self.size(size)?, count: self.count(count)? },
            Verb::Reader { every_ms, count, .. } => {
                let every_ms = every_ms.as_ref().map(|every| self.count(every)).transpose()?;
                return Ok(Some(Work::Reader { fd, every_ms, count: self.size(count)? }));
            }
            _ => return Ok(None),
        };
        let keep = if self.context.every_call { u64::MAX } else { crate::world::BURST_KEEP as u64 };
        Ok(Some(Work::Loop { of: work, keep }))
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other families of statements are handed on, to `managing` last"
    )]
    fn transfer(&self, task: TaskId, fd: i32) -> Result<Option<Call>, Refusal> {
        Ok(Some(match self.plan.verb {
            Verb::Read { count, .. } => Call::Read { fd, count: self.size(count)? },
            Verb::Write { end, data } => {
                Call::Write { fd, data: self.number_for(end, data).map_or_else(|| self.payload(data), Ok)? }
            }
            Verb::Recv { count, flags, .. } => Call::Recv { fd, count: self.size(count)?, flags: *flags },
            Verb::Recvfrom { count, flags, .. } => Call::Recvfrom { fd, count: self.size(count)?, flags: *flags },
            Verb::Send { data, flags, to, .. } => {
                Call::Send { fd, data: self.payload(data)?, flags: *flags, to: to.as_ref().map(|to| self.address(to)) }
            }
            Verb::Readv { counts, .. } => {
                Call::Readv { fd, counts: counts.iter().map(|count| self.size(count)).collect::<Result<_, _>>()? }
            }
            Verb::Writev { data, .. } => {
                Call::Writev { fd, data: data.iter().map(|data| self.payload(data)).collect::<Result<_, _>>()? }
            }
            Verb::Vmsplice { data, flags, .. } => {
                self.check_direction(task, fd, true)?;
                let data = data.iter().map(|data| self.payload(data)).collect::<Result<_, _>>()?;
                Call::Vmsplice { fd, data, flags: *flags }
            }
            Verb::VmspliceOut { counts, flags, .. } => {
                self.check_direction(task, fd, false)?;
                let counts = counts.iter().map(|count| self.size(count)).collect::<Result<_, _>>()?;
                Call::VmspliceOut { fd, counts, flags: *flags }
            }
            Verb::Recvmsg { count, control, flags, .. } => {
                Call::Recvmsg { fd, count: self.size(count)?, room: self.room(control)?, flags: *flags }
            }
            Verb::Sendmsg { data, fds, creds, to, flags, .. } => {
                let fds = fds.iter().map(|end| self.own_descriptor(task, end)).collect::<Result<_, _>>()?;
                let to = to.as_ref().map(|to| self.address(to));
                Call::Sendmsg { fd, data: self.payload(data)?, fds, creds: *creds, to, flags: *flags }
            }
            Verb::Sendmmsg { data, .. } => {
                let message = |data| Ok(OutgoingMessage { data: self.payload(data)?, fds: Vec::new() });
                Call::Sendmmsg { fd, messages: data.iter().map(message).collect::<Result<_, _>>()?, flags: 0 }
            }
            Verb::Recvmmsg { count, messages, flags, .. } => {
                let (count, messages) = (self.size(count)?, self.count(messages)?);
                if messages > MAX_MESSAGES || count.saturating_mul(messages) > MAX_DATA {
                    return Err(Refusal(format!("{messages} buffers of {count} bytes are too much for one call")));
                }
                let messages = u32::try_from(messages).unwrap_or(0);
                Call::Recvmmsg { fd, count, messages, flags: *flags }
            }
            _ => return Ok(None),
        }))
    }

    /// vmsplice(2) writes wherever a descriptor can be written, and reads else: the buffers must be meant for that.
    fn check_direction(&self, task: TaskId, fd: i32, brings: bool) -> Result<(), Refusal> {
        let entry = self.world.process_of(task).and_then(|process| process.table.get(&fd));
        let ends = entry.into_iter().flat_map(Descriptor::ends).filter_map(|id| self.world.end(id));
        let pipes: Vec<&End> = ends.filter(|end| end.kind.is_pipe()).collect();
        let Some(label) = pipes.first().map(|end| end.label()) else { return Ok(()) };
        match pipes.into_iter().any(End::can_be_written) {
            writes if writes == brings => Ok(()),
            true => Err(Refusal(format!("{label} can be written, so vmsplice puts bytes in there: give it DATA"))),
            false => Err(Refusal(format!("{label} only reads, so vmsplice copies bytes out there: give it room=N"))),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one table of all statements: a new one has to be given its place")]
    fn managing(&self, task: TaskId, fd: i32) -> Result<Call, Refusal> {
        Ok(match self.plan.verb {
            Verb::Close { .. } => Call::Close { fd },
            Verb::Dup { .. } => Call::Dup { fd },
            Verb::Dup2 { to, .. } => Call::Dup2 { fd, to: who::own_refused(self.context, *to)? },
            Verb::Dup3 { to, flags, .. } => Call::Dup3 { fd, to: who::own_refused(self.context, *to)?, flags: *flags },
            Verb::Dupfd { least, cloexec, .. } => {
                Call::DupFrom { fd, least: who::own_refused(self.context, *least)?, cloexec: *cloexec }
            }
            Verb::Splice { to, count, flags, .. } => {
                let to = self.own_descriptor(task, to)?;
                Call::Splice { from: fd, to, count: self.size(count)?, flags: *flags }
            }
            Verb::Tee { to, count, flags, .. } => {
                let to = self.own_descriptor(task, to)?;
                Call::Tee { from: fd, to, count: self.size(count)?, flags: *flags }
            }
            Verb::Shutdown { how, .. } => Call::Shutdown { fd, how: *how },
            Verb::Poll { ends, events, timeout_ms } => {
                let fds = ends.iter().map(|end| self.own_descriptor(task, end)).collect::<Result<_, _>>()?;
                Call::Poll { fds, events: vec![*events], timeout_ms: *timeout_ms }
            }
            Verb::Getsockopt { option, .. } => Call::Getsockopt { fd, option: option.clone() },
            Verb::Setsockopt { option, value, .. } => {
                Call::Setsockopt { fd, option: option.clone(), value: self.number(value)? }
            }
            Verb::Atmark { .. } => Call::Atmark { fd },
            Verb::Getsockname { .. } => Call::Getsockname { fd },
            Verb::Getpeername { .. } => Call::Getpeername { fd },
            Verb::Nonblock { on, .. } => Call::SetNonblock { fd, on: *on },
            Verb::Cloexec { on, .. } => Call::SetCloexec { fd, on: *on },
            Verb::Pipesize { size: None, .. } => Call::GetPipeSize { fd },
            Verb::Pipesize { size: Some(size), .. } => Call::SetPipeSize { fd, size: self.number(size)? },
            Verb::Bind { address, .. } => Call::Bind { fd, address: self.address(address) },
            Verb::Listen { backlog, .. } => {
                Call::Listen { fd, backlog: i32::try_from(self.number(backlog)?).unwrap_or(i32::MAX) }
            }
            Verb::Connect { address, .. } => Call::Connect { fd, address: self.address(address) },
            Verb::Accept { .. } => Call::Accept { fd, flags: None },
            Verb::Socketpair { .. }
            | Verb::Pipe { .. }
            | Verb::Mkfifo { .. }
            | Verb::Open { .. }
            | Verb::Unlink { .. }
            | Verb::Fork { .. }
            | Verb::Thread { .. }
            | Verb::Exec
            | Verb::Exit { .. }
            | Verb::Wait { .. }
            | Verb::Closerange { .. }
            | Verb::Signal { .. }
            | Verb::Rlimit { .. }
            | Verb::Call(_)
            | Verb::Socket { .. }
            | Verb::Kill { .. }
            | Verb::KillGroup { .. }
            | Verb::Setpgid { .. }
            | Verb::Stop { .. }
            | Verb::Cont { .. } => return Err(elsewhere("made by `making`")),
            Verb::Read { .. }
            | Verb::Write { .. }
            | Verb::Recv { .. }
            | Verb::Recvfrom { .. }
            | Verb::Send { .. }
            | Verb::Readv { .. }
            | Verb::Writev { .. }
            | Verb::Vmsplice { .. }
            | Verb::VmspliceOut { .. }
            | Verb::Recvmsg { .. }
            | Verb::Sendmsg { .. }
            | Verb::Sendmmsg { .. }
            | Verb::Recvmmsg { .. } => {
                return Err(elsewhere("made by `transfer`"));
            }
            Verb::Flood { .. } | Verb::Drain { .. } | Verb::Echo { .. } | Verb::Ping { .. } | Verb::Reader { .. } => {
                return Err(elsewhere("made by `looping`"));
            }
            Verb::Interrupt { .. }
            | Verb::Channel { .. }
            | Verb::Eventfd { .. }
            | Verb::Timerfd { .. }
            | Verb::Signalfd { .. }
            | Verb::Pidfd { .. }
            | Verb::Epoll { .. }
            | Verb::Epollctl { .. }
            | Verb::Epollwait { .. }
            | Verb::Repeat { .. }
            | Verb::Sleep { .. }
            | Verb::Reset
            | Verb::Queue { .. }
            | Verb::Holders { .. }
            | Verb::Fds { .. }
            | Verb::Tasks
            | Verb::Why { .. } => {
                return Err(elsewhere("no call of one task: steps.rs"));
            }
        })
    }
}

/// Who may open a FIFO: its owner. The folder is nobody else's anyhow.
const FIFO_MODE: u32 = 0o600;

/// The most messages of one recvmmsg(2): the kernel's UIO_MAXIOV.
const MAX_MESSAGES: u64 = 1024;

/// A statement that is no call about an end: the function named makes it.
fn elsewhere(_place: &str) -> Refusal {
    Refusal("that statement cannot be made here".to_owned())
}
