//! The one table of statements: parsing, help, examples and completion are all made from it.

use super::args::Args;
use super::{epolls, make, manage, transfer, waits};
use crate::order::Call;
use crate::script::Verb;
use crate::script::words::ParseError;

/// One statement, as help shows it.
pub struct VerbHelp {
    /// Its first word.
    pub name: &'static str,
    /// How it is written.
    pub synopsis: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// One that can be typed.
    pub example: &'static str,
    /// Reads the words after the name; none for `repeat`, whose body is a statement again.
    pub(super) parse: Option<Parse>,
}

type Parse = fn(&mut Args<'_>) -> Result<Verb, ParseError>;

const fn verb(synopsis: &'static str, parse: Parse, about: &'static str, example: &'static str) -> VerbHelp {
    let (mut at, bytes) = (0, synopsis.as_bytes());
    while at < bytes.len() && bytes[at] != b' ' {
        at += 1;
    }
    VerbHelp { name: synopsis.split_at(at).0, synopsis, about, example, parse: Some(parse) }
}

/// Every statement of the language, in the order help shows them.
pub const VERBS: &[VerbHelp] = &[
    verb(
        "socketpair TYPE NAME [domain=D] [protocol=N] [cloexec] [nonblock]",
        make::socketpair,
        "socketpair(2): two connected sockets, NAME[0] and NAME[1]",
        "socketpair stream chat nonblock",
    ),
    verb(
        "pipe NAME [cloexec] [nonblock] [direct]",
        make::pipe,
        "pipe2(2): NAME[0] reads what NAME[1] writes",
        "pipe tube",
    ),
    verb(
        "mkfifo NAME",
        make::mkfifo,
        "mkfifo(3): a FIFO, a pipe with a name; NAME[0] reads what NAME[1] writes",
        "mkfifo jobs",
    ),
    verb(
        "open NAME rd|wr|rdwr AS [cloexec] [nonblock]",
        make::open,
        "open(2): a FIFO becomes AS; sleeps until the other side is opened",
        "child1: open jobs rd in nonblock",
    ),
    verb(
        "unlink NAME",
        make::unlink,
        "unlink(2): a FIFO or a socket's file loses its name, what is open stays",
        "unlink jobs",
    ),
    verb(
        "pipesize END [N]",
        make::pipesize,
        "F_GETPIPE_SZ, F_SETPIPE_SZ: how much a pipe holds",
        "pipesize tube[1] 64KiB",
    ),
    verb(
        "channel TYPE NAME [CHILD] [leaky] [reverse] [between=A,B]",
        make::channel,
        "a pair or pipe, a child, and each closes what it does not need",
        "channel dgram chat",
    ),
    verb("fork NAME", make::fork, "fork(2): NAME inherits every descriptor", "fork child3"),
    verb("thread NAME", make::thread, "a new thread, which shares the descriptor table", "thread helper"),
    verb("exec", manage::exec, "execve(2): close-on-exec descriptors are gone after it", "child1: exec"),
    verb("exit [CODE]", manage::exit, "the thread or the process ends", "child1: exit 3"),
    verb("wait [TASK] [nohang]", manage::wait, "waitpid(2): for one child, or any; nohang is WNOHANG", "wait child1"),
    verb("pause", |_| Ok(Verb::Call(Call::Pause)), "pause(2): sleeps until a signal is caught", "child1: pause"),
    verb("getppid", |_| Ok(Verb::Call(Call::Getppid)), "getppid(2): who is the parent now", "child1: getppid"),
    verb(
        "pdeathsig SIGNAL",
        manage::pdeathsig,
        "PR_SET_PDEATHSIG: the signal at the parent's death",
        "child1: pdeathsig SIGTERM",
    ),
    verb(
        "setsid",
        |_| Ok(Verb::Call(Call::Setsid)),
        "setsid(2): a session and a process group of its own",
        "child1: setsid",
    ),
    verb(
        "setpgid [TASK] [group=TASK]",
        manage::setpgid,
        "setpgid(2): into a process group of its own, or into another's; itself unless told",
        "setpgid child2 group=child1",
    ),
    verb("read END [N]", transfer::read, "read(2), into 4096 bytes unless told", "child1: read wire[1] 3"),
    verb("write END DATA", transfer::write, "write(2)", "write wire[0] 5000*z"),
    verb(
        "recv END [N] [peek] [dontwait] [waitall] [trunc] [oob]",
        transfer::recv,
        "recv(2) with MSG_ flags",
        "child1: recv wire[1] peek",
    ),
    verb(
        "recvfrom END [N] [peek] [dontwait] [waitall] [trunc] [oob]",
        transfer::recvfrom,
        "recvfrom(2): recv, and who sent it",
        "child1: recvfrom wire[1] dontwait",
    ),
    verb(
        "send END DATA [dontwait] [nosignal] [oob] [eor] [more] [to=ADDR]",
        transfer::send,
        "send(2), or sendto(2), with MSG_ flags",
        "send wire[0] \"a\\x00b\" dontwait",
    ),
    verb("readv END N...", transfer::readv, "readv(2): one call, several buffers", "child1: readv wire[1] 2 2"),
    verb("writev END DATA...", transfer::writev, "writev(2): one call, several buffers", "writev wire[0] one two"),
    verb(
        "recvmsg END [N] [fds=K | control=BYTES] [dontwait] [peek] [trunc] [waitall] [oob] [cloexec]",
        transfer::recvmsg,
        "recvmsg(2): bytes, and descriptors and credentials with them",
        "child1: recvmsg wire[1] fds=1",
    ),
    verb(
        "sendmsg END DATA [fds=END,END...] [creds] [to=ADDR] [dontwait] [nosignal] [oob]",
        transfer::sendmsg,
        "sendmsg(2): bytes, and descriptors and credentials with them",
        "sendmsg wire[0] x fds=post[0]",
    ),
    verb(
        "sendmmsg END DATA...",
        transfer::sendmmsg,
        "sendmmsg(2): one call, several messages; it returns how many went",
        "sendmmsg wire[0] one two",
    ),
    verb(
        "recvmmsg END N [K] [dontwait] [waitforone]",
        transfer::recvmmsg,
        "recvmmsg(2): up to K messages of N bytes each, 8 unless told; sleeps until all K are there",
        "child1: recvmmsg wire[1] 10 2 dontwait",
    ),
    verb(
        "splice END END N [nonblock]",
        transfer::splice,
        "splice(2): bytes go from one end to another, one of them a pipe's",
        "splice tube[0] wire[0] 100 nonblock",
    ),
    verb(
        "tee END END N [nonblock]",
        transfer::tee,
        "tee(2): bytes of one pipe are put in another as well, and stay",
        "tee tube[0] other[1] 100",
    ),
    verb(
        "vmsplice END DATA... | room=N,N... [nonblock]",
        transfer::vmsplice,
        "vmsplice(2): pages of one's own memory become a pipe's, uncopied; with room= bytes are copied out of it",
        "vmsplice tube[1] one two nonblock",
    ),
    verb("close END", manage::close, "close(2)", "close wire[0]"),
    verb("dup END", manage::dup, "dup(2): a second descriptor for the same end", "dup wire[0]"),
    verb(
        "dup2 END FD",
        manage::dup2,
        "dup2(2): the same under this number; what it meant before is closed",
        "dup2 wire[0] 10",
    ),
    verb(
        "dup3 END FD [cloexec]",
        manage::dup3,
        "dup3(2): dup2 with O_CLOEXEC, and EINVAL for the same number",
        "dup3 wire[0] 10 cloexec",
    ),
    verb(
        "dupfd END MIN [cloexec]",
        manage::dupfd,
        "F_DUPFD, F_DUPFD_CLOEXEC: the lowest free number from MIN on",
        "dupfd wire[0] 20",
    ),
    verb(
        "closerange FIRST LAST",
        manage::closerange,
        "close_range(2): all descriptors between two numbers",
        "closerange 5 9",
    ),
    verb(
        "shutdown END rd|wr|rdwr",
        manage::shutdown,
        "shutdown(2): one or both directions, for all who hold the end",
        "shutdown wire[0] wr",
    ),
    verb(
        "poll END... [for=in,pri,out,rdhup] [timeout=MS]",
        manage::poll,
        "poll(2): what is ready",
        "poll wire[0] for=in timeout=0",
    ),
    verb("getsockopt END NAME", manage::getsockopt, "getsockopt(2): read an option", "getsockopt wire[0] sndbuf"),
    verb(
        "setsockopt END NAME VALUE",
        manage::setsockopt,
        "setsockopt(2): set an option",
        "setsockopt wire[0] rcvtimeo 500",
    ),
    verb(
        "atmark END",
        manage::atmark,
        "SIOCATMARK: whether the next byte follows the urgent one",
        "child1: atmark wire[1]",
    ),
    verb("getsockname END", manage::getsockname, "getsockname(2): the end's own address", "getsockname wire[0]"),
    verb("getpeername END", manage::getpeername, "getpeername(2): the other end's address", "getpeername wire[0]"),
    verb(
        "nonblock END on|off",
        manage::nonblock,
        "fcntl(2): O_NONBLOCK, of the open file description",
        "nonblock wire[0] on",
    ),
    verb("cloexec END on|off", manage::cloexec, "fcntl(2): FD_CLOEXEC, of the one descriptor", "cloexec wire[0] on"),
    verb(
        "signal SIGNAL default|ignore|catch [norestart]",
        manage::signal,
        "what the process does on a signal; norestart: without SA_RESTART",
        "signal SIGPIPE default",
    ),
    verb(
        "rlimit nofile N",
        manage::rlimit,
        "setrlimit(2): how many descriptors the process may have",
        "rlimit nofile 8",
    ),
    verb("socket TYPE NAME [cloexec] [nonblock]", make::socket, "socket(2): not connected yet", "socket stream server"),
    verb(
        "bind NAME ADDR",
        make::bind,
        "bind(2): give it an address, @name or name, or \"any bytes\"",
        "bind server @hello",
    ),
    verb("listen NAME [N]", make::listen, "listen(2): let others connect", "listen server 1"),
    verb(
        "connect NAME ADDR",
        make::connect,
        "connect(2): to the socket with that address",
        "child1: connect client @hello",
    ),
    verb("accept NAME AS", make::accept, "accept(2): the next connection becomes AS", "accept server served"),
    verb(
        "eventfd NAME [N] [semaphore] [nonblock] [cloexec]",
        waits::eventfd,
        "eventfd(2): a count that a write adds to and a read takes; `write NAME 3` writes 3 as its 8 bytes",
        "eventfd bell 3 semaphore",
    ),
    verb(
        "timerfd NAME MS [nonblock] [cloexec]",
        waits::timerfd,
        "timerfd_create(2), timerfd_settime(2): a read sleeps until the time is up",
        "timerfd timer 500",
    ),
    verb(
        "signalfd NAME SIGNAL... [nonblock] [cloexec]",
        waits::signalfd,
        "sigprocmask(2), signalfd(2): the task blocks these signals, and a read takes one that is pending",
        "signalfd signals SIGCHLD SIGUSR1",
    ),
    verb("epoll NAME [cloexec]", epolls::epoll, "epoll_create1(2): remembers what it is to wait for", "epoll events"),
    verb(
        "epollctl END add|mod|del END [for=in,pri,out,rdhup] [et] [oneshot]",
        epolls::epollctl,
        "epoll_ctl(2): for=in unless told; et: a change is told once; oneshot: one event, then none until mod",
        "epollctl events add wire[0] for=in et",
    ),
    verb(
        "epollwait END [N] [timeout=MS]",
        epolls::epollwait,
        "epoll_wait(2): what is ready, at most N; answers as poll does",
        "epollwait events timeout=0",
    ),
    verb(
        "pidfd NAME TASK [nonblock]",
        waits::pidfd,
        "pidfd_open(2): poll says POLLIN once that process is dead",
        "pidfd watched child1",
    ),
    verb(
        "flood END SIZE COUNT",
        transfer::flood,
        "COUNT writes of SIZE bytes, until the first error",
        "flood wire[0] 1000 100",
    ),
    verb(
        "drain END [N] [dontwait]",
        transfer::drain,
        "reads until EOF or an error, or until nothing is left",
        "child1: drain wire[1] dontwait",
    ),
    verb("echo END", transfer::echo, "write back what is read, until EOF", "child1: echo wire[1]"),
    verb("ping END SIZE COUNT", transfer::ping, "COUNT times: write, then read the answer", "ping wire[0] 16 10"),
    verb(
        "reader END [every=MS] [N]",
        transfer::reader,
        "read whenever there is something, until the next statement",
        "child1: reader wire[1] every=500",
    ),
    verb("interrupt TASK", manage::interrupt, "a signal that only makes a sleeping call return", "interrupt child1"),
    verb(
        "kill TASK|-TASK [SIGNAL]",
        manage::kill,
        "kill(2): SIGTERM unless told; -TASK: its whole process group",
        "kill child1 SIGTERM",
    ),
    verb("stop TASK", manage::stop, "SIGSTOP", "stop child1"),
    verb("cont TASK", manage::cont, "SIGCONT", "cont child1"),
    VerbHelp {
        name: "repeat",
        synopsis: "repeat N [TASK:] VERB ...",
        about: "the same statement N times, the expectation holds each time",
        example: "repeat 3 write wire[0] x",
        parse: None,
    },
    verb("sleep MS", manage::sleep, "the script waits", "sleep 200"),
    verb("reset", manage::reset, "all is killed, a new parent on an empty bench", "reset"),
    verb("queue END", manage::queue, "what waits to be read there", "queue wire[1]"),
    verb("holders END", manage::holders, "who has a descriptor for it", "holders wire[1]"),
    verb("fds [TASK]", manage::fds, "a process's descriptor table", "fds child1"),
    verb("tasks", manage::tasks, "all tasks and their state", "tasks"),
    verb("why [TASK|END]", manage::why, "why the last event came out so", "why wire[0]"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse;

    #[test]
    fn every_example_is_one_of_its_statement() {
        for help in VERBS {
            assert!(parse::statement(help.example, 1).unwrap().is_some(), "{}", help.example);
            assert!(help.example.split_whitespace().any(|word| word == help.name), "{}", help.example);
        }
    }
}
