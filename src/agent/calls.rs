//! One statement, one function, exactly its call: an order's [`Call`] goes to the kernel and comes back as answer and outcome.

use crate::order::{Call, Extra, IncomingMessage, KEEP, Outcome, Payload, hash};
use crate::sys::calls::{self as sys, CallResult};
use crate::sys::signal;
use crate::sys::{files, message, more_calls, options, pages, wait_calls};

use super::run_place;

/// A call made ready: buffers are allocated and filled before the entry is recorded, so that nothing but the call lies between.
#[derive(Debug)]
pub struct Prepared<'a> {
    call: &'a Call,
    data: Vec<Vec<u8>>,
}

impl<'a> Prepared<'a> {
    /// Fills the buffers of a call.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls have no buffer to fill")]
    pub fn new(call: &'a Call) -> Self {
        let buffer = |count: &u64| vec![0; usize::try_from(*count).unwrap_or(0)];
        let data = match call {
            Call::Write { data, .. } | Call::Send { data, .. } | Call::Sendmsg { data, .. } => vec![bytes(data)],
            Call::Writev { data, .. } | Call::Vmsplice { data, .. } => data.iter().map(bytes).collect(),
            Call::Read { count, .. }
            | Call::Recv { count, .. }
            | Call::Recvfrom { count, .. }
            | Call::Recvmsg { count, .. } => vec![buffer(count)],
            Call::Readv { counts, .. } | Call::VmspliceOut { counts, .. } => vec![buffer(&counts.iter().sum())],
            Call::Sendmmsg { messages, .. } => messages.iter().map(|message| bytes(&message.data)).collect(),
            Call::Recvmmsg { count, messages, .. } => (0..*messages).map(|_| buffer(count)).collect(),
            _ => Vec::new(),
        };
        Self { call, data }
    }

    /// Makes the call.
    #[expect(clippy::too_many_lines, reason = "one table of all calls: a new one has to be given its place")]
    pub fn make(&mut self) -> (CallResult, Extra) {
        let none = |answer| (answer, Extra::None);
        match *self.call {
            Call::Sendmmsg { fd, flags, .. } => message::send_many(fd, &mut self.data, flags),
            Call::Recvmmsg { fd, flags, .. } => message::receive_many(fd, &mut self.data, flags),
            Call::Read { fd, .. } => none(sys::read(fd, self.buffer())),
            Call::Write { fd, .. } => none(sys::write(fd, self.buffer())),
            Call::Recv { fd, flags, .. } => none(sys::recv(fd, self.buffer(), flags)),
            Call::Recvfrom { fd, flags, .. } => {
                let (answer, from) = more_calls::recvfrom(fd, self.buffer(), flags);
                keep_if_ok((answer, Extra::From(run_place::shown(&from))))
            }
            Call::Send { fd, flags, ref to, .. } => none(sys::send(fd, self.buffer(), flags, to.as_ref())),
            Call::Readv { fd, ref counts } => none(sys::readv(fd, self.buffer(), counts)),
            Call::Writev { fd, .. } => none(sys::writev(fd, &self.data)),
            Call::Vmsplice { fd, flags, .. } => none(pages::vmsplice(fd, &self.data, flags)),
            Call::VmspliceOut { fd, ref counts, flags } => none(pages::vmsplice_out(fd, self.buffer(), counts, flags)),
            Call::Recvmsg { fd, room, flags, .. } => message::receive(fd, self.buffer(), room, flags),
            Call::Sendmsg { fd, ref fds, creds, ref to, flags, .. } => {
                let with = message::Ancillary { fds, creds, to: to.as_ref() };
                none(message::send(fd, self.buffer(), &with, flags))
            }
            Call::Socketpair { domain, kind, protocol } => array(sys::socketpair(domain, kind, protocol)),
            Call::Pipe2 { flags } => array(sys::pipe2(flags)),
            Call::Waitpid { pid, options } => {
                let (answer, status) = more_calls::waitpid(pid, options);
                (answer, if answer.ret > 0 { Extra::Status(status) } else { Extra::None })
            }
            Call::Close { fd } => none(sys::close(fd)),
            Call::CloseRange { first, last, flags } => none(more_calls::close_range(first, last, flags)),
            Call::Dup { fd } => none(sys::dup(fd)),
            Call::Dup2 { fd, to } => none(more_calls::dup2(fd, to)),
            Call::Dup3 { fd, to, flags } => none(more_calls::dup3(fd, to, flags)),
            Call::DupFrom { fd, least, cloexec } => none(more_calls::dup_from(fd, least, cloexec)),
            Call::Getppid => none(more_calls::getppid()),
            Call::Pause => none(more_calls::pause()),
            Call::EpollCreate { flags } => none(wait_calls::epoll_create(flags)),
            Call::EpollCtl { epoll, op, fd, events, data } => {
                none(wait_calls::epoll_ctl((epoll, op, fd), (events, data)))
            }
            Call::EpollWait { epoll, count, timeout_ms } => {
                let (answer, ready) = wait_calls::epoll_wait(epoll, count, timeout_ms);
                keep_if_ok((answer, Extra::Epoll(ready)))
            }
            Call::Eventfd { initial, flags } => none(wait_calls::eventfd(initial, flags)),
            Call::Signalfd { ref signals, flags } => none(wait_calls::signalfd(signals, flags)),
            Call::TimerfdCreate { flags } => none(wait_calls::timerfd_create(flags)),
            Call::TimerfdSettime { fd, ms } => none(wait_calls::timerfd_settime(fd, ms)),
            Call::PidfdOpen { pid, flags } => none(wait_calls::pidfd_open(pid, flags)),
            Call::BlockSignals { ref signals } => none(wait_calls::block_signals(signals)),
            Call::Setsid => none(more_calls::setsid()),
            Call::Setpgid { pid, group } => none(more_calls::setpgid(pid, group)),
            Call::ParentDeathSignal { signal } => none(more_calls::set_parent_death_signal(signal)),
            Call::Shutdown { fd, how } => none(sys::shutdown(fd, how)),
            Call::Poll { ref fds, ref events, timeout_ms } => {
                let (answer, revents) = sys::poll(fds, events.last().copied().unwrap_or(0), timeout_ms);
                (answer, Extra::Revents(revents))
            }
            Call::Signal { signal, disposition } => none(match signal::set_disposition(signal, disposition) {
                Ok(()) => CallResult::ok(0),
                Err(errno) => CallResult::failed(errno),
            }),
            Call::Setrlimit { nofile } => none(sys::limit_descriptors(nofile)),
            Call::Splice { from, to, count, flags } => none(more_calls::splice((from, to), count, flags)),
            Call::Tee { from, to, count, flags } => none(more_calls::tee((from, to), count, flags)),
            Call::Open { ref path, flags } => none(files::open(path, flags)),
            Call::Mkfifo { ref path, mode } => none(files::mkfifo(path, mode)),
            Call::Unlink { ref path } => none(files::unlink(path)),
            Call::Kill { pid, signal } => none(sys::kill(pid, signal)),
            Call::Getsockopt { fd, ref option } => keep_if_ok(options::get(fd, option)),
            Call::Setsockopt { fd, ref option, value } => none(options::set(fd, option, value)),
            Call::Atmark { fd } => {
                let (answer, value) = sys::at_mark(fd);
                keep_if_ok((answer, Extra::Value(i64::from(value))))
            }
            Call::Getsockname { fd } => name(sys::socket_name(fd, false)),
            Call::Getpeername { fd } => name(sys::socket_name(fd, true)),
            Call::SetNonblock { fd, on } => {
                let (answer, flags) = sys::set_nonblock(fd, on);
                keep_if_ok((answer, Extra::Value(i64::from(flags))))
            }
            Call::SetCloexec { fd, on } => none(sys::set_cloexec(fd, on)),
            Call::GetPipeSize { fd } => none(sys::pipe_size(fd)),
            Call::SetPipeSize { fd, size } => none(sys::set_pipe_size(fd, size)),
            Call::Socket { domain, kind, protocol } => none(sys::socket(domain, kind, protocol)),
            Call::Bind { fd, ref address } => none(sys::bind(fd, address)),
            Call::Listen { fd, backlog } => none(sys::listen(fd, backlog)),
            Call::Connect { fd, ref address } => none(sys::connect(fd, address)),
            Call::Accept { fd, flags: None } => none(sys::accept(fd)),
            Call::Fork | Call::Thread | Call::Exec { .. } | Call::Exit { .. } => {
                refused("made by spawn.rs and work.rs")
            }
            Call::Accept { flags: Some(_), .. }
            | Call::Vfork
            | Call::Clone { .. }
            | Call::ExitGroup { .. }
            | Call::Sendfile { .. }
            | Call::Select { .. }
            | Call::Other { .. } => refused("no statement orders it: watched programs alone make it"),
        }
    }

    /// Its first buffer, which of most calls is the only one.
    fn buffer(&mut self) -> &mut [u8] {
        self.data.first_mut().map_or(&mut [], Vec::as_mut_slice)
    }

    /// What arrived, shortened to what a record keeps.
    pub fn outcome(&self, answer: CallResult, extra: Extra) -> Outcome {
        if let (Call::Recvmmsg { .. }, Extra::Messages(messages)) = (self.call, &extra) {
            let part = |(buffer, message): (&Vec<u8>, &IncomingMessage)| {
                buffer[..usize::try_from(message.len).map_or(buffer.len(), |len| len.min(buffer.len()))].to_vec()
            };
            let mut data: Vec<u8> = self.data.iter().zip(messages).flat_map(part).collect();
            let hash = (data.len() > KEEP).then(|| hash(data.iter().copied()));
            data.truncate(KEEP);
            return Outcome { data, hash, extra };
        }
        let Some(room) = self.call.room() else { return Outcome { extra, ..Outcome::default() } };
        let arrived = u64::try_from(answer.ret).unwrap_or(0).min(room);
        let arrived = usize::try_from(arrived).unwrap_or(0);
        let Some(data) = self.data.first().filter(|_| arrived > 0) else {
            return Outcome { extra, ..Outcome::default() };
        };
        let hash = (arrived > KEEP).then(|| hash(data[..arrived].iter().copied()));
        Outcome { data: data[..arrived.min(KEEP)].to_vec(), hash, extra }
    }
}

fn bytes(data: &Payload) -> Vec<u8> {
    data.word.repeat(usize::try_from(data.times).unwrap_or(0))
}

/// A call that is not made here, and why it is not.
fn refused(_reason: &str) -> (CallResult, Extra) {
    (CallResult::failed(crate::abi::Errno::EINVAL), Extra::None)
}

fn array((answer, array): (CallResult, [i32; 2])) -> (CallResult, Extra) {
    (answer, Extra::Array(array))
}

fn name((answer, path): (CallResult, Vec<u8>)) -> (CallResult, Extra) {
    keep_if_ok((answer, Extra::Name(run_place::shown(&path))))
}

fn keep_if_ok((answer, extra): (CallResult, Extra)) -> (CallResult, Extra) {
    (answer, if answer.ret < 0 { Extra::None } else { extra })
}
