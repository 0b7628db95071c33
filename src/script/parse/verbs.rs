//! The one table of statements: parsing, help and completion are all made from it.

use super::args::Args;
use super::{epolls, make, manage, transfer, waits};
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
    /// Reads the words after the name; none for `repeat`, whose body is a statement again.
    pub(super) parse: Option<Parse>,
}

type Parse = fn(&mut Args<'_>) -> Result<Verb, ParseError>;

const fn verb(synopsis: &'static str, parse: Parse, about: &'static str) -> VerbHelp {
    let (mut at, bytes) = (0, synopsis.as_bytes());
    while at < bytes.len() && bytes[at] != b' ' {
        at += 1;
    }
    VerbHelp { name: synopsis.split_at(at).0, synopsis, about, parse: Some(parse) }
}

/// Every statement of the language, in the order help shows them.
pub const VERBS: &[VerbHelp] = &[
    verb(
        "socketpair TYPE NAME [domain=D] [protocol=N] [cloexec] [nonblock]",
        make::socketpair,
        "socketpair(2): two connected sockets, NAME[0] and NAME[1]",
    ),
    verb("pipe NAME [cloexec] [nonblock] [direct]", make::pipe, "pipe2(2): NAME[0] reads what NAME[1] writes"),
    verb("mkfifo NAME", make::mkfifo, "mkfifo(3): a FIFO, a pipe with a name; NAME[0] reads what NAME[1] writes"),
    verb(
        "open NAME rd|wr|rdwr AS [cloexec] [nonblock]",
        make::open,
        "open(2): a FIFO becomes AS; sleeps until the other side is opened",
    ),
    verb("unlink NAME", make::unlink, "unlink(2): a FIFO or a socket's file loses its name, what is open stays"),
    verb("pipesize END [N]", make::pipesize, "F_GETPIPE_SZ, F_SETPIPE_SZ: how much a pipe holds"),
    verb(
        "channel TYPE NAME [CHILD] [leaky] [reverse] [between=A,B]",
        make::channel,
        "a pair or pipe, a child, and each closes what it does not need",
    ),
    verb("fork NAME", make::fork, "fork(2): NAME inherits every descriptor"),
    verb("thread NAME", make::thread, "a new thread, which shares the descriptor table"),
    verb("exec", manage::exec, "execve(2): close-on-exec descriptors are gone after it"),
    verb("exit [CODE]", manage::exit, "the thread or the process ends"),
    verb("wait [TASK] [nohang]", manage::wait, "waitpid(2): for one child, or any; nohang is WNOHANG"),
    verb("getppid", manage::getppid, "getppid(2): who is the parent now"),
    verb("pdeathsig SIGNAL", manage::pdeathsig, "PR_SET_PDEATHSIG: the signal at the parent's death"),
    verb("setsid", manage::setsid, "setsid(2): a session and a process group of its own"),
    verb(
        "setpgid [TASK] [group=TASK]",
        manage::setpgid,
        "setpgid(2): into a process group of its own, or into another's; itself unless told",
    ),
    verb("read END [N]", transfer::read, "read(2), into 4096 bytes unless told"),
    verb("write END DATA", transfer::write, "write(2)"),
    verb("recv END [N] [peek] [dontwait] [waitall] [trunc] [oob]", transfer::recv, "recv(2) with MSG_ flags"),
    verb(
        "recvfrom END [N] [peek] [dontwait] [waitall] [trunc] [oob]",
        transfer::recvfrom,
        "recvfrom(2): recv, and who sent it",
    ),
    verb(
        "send END DATA [dontwait] [nosignal] [oob] [eor] [more] [to=ADDR]",
        transfer::send,
        "send(2), or sendto(2), with MSG_ flags",
    ),
    verb("readv END N...", transfer::readv, "readv(2): one call, several buffers"),
    verb("writev END DATA...", transfer::writev, "writev(2): one call, several buffers"),
    verb(
        "recvmsg END [N] [fds=K | control=BYTES] [dontwait] [peek] [trunc] [waitall] [oob] [cloexec]",
        transfer::recvmsg,
        "recvmsg(2): bytes, and descriptors and credentials with them",
    ),
    verb(
        "sendmsg END DATA [fds=END,END...] [creds] [to=ADDR] [dontwait] [nosignal] [oob]",
        transfer::sendmsg,
        "sendmsg(2): bytes, and descriptors and credentials with them",
    ),
    verb(
        "sendmmsg END DATA...",
        transfer::sendmmsg,
        "sendmmsg(2): one call, several messages; it returns how many went",
    ),
    verb(
        "recvmmsg END N [K] [dontwait] [waitforone]",
        transfer::recvmmsg,
        "recvmmsg(2): up to K messages of N bytes each, 8 unless told; sleeps until all K are there",
    ),
    verb(
        "splice END END N [nonblock]",
        transfer::splice,
        "splice(2): bytes go from one end to another, one of them a pipe's",
    ),
    verb("tee END END N [nonblock]", transfer::tee, "tee(2): bytes of one pipe are put in another as well, and stay"),
    verb(
        "vmsplice END DATA... | room=N,N... [nonblock]",
        transfer::vmsplice,
        "vmsplice(2): pages of one's own memory become a pipe's, uncopied; with room= bytes are copied out of it",
    ),
    verb("close END", manage::close, "close(2)"),
    verb("dup END", manage::dup, "dup(2): a second descriptor for the same end"),
    verb("dup2 END FD", manage::dup2, "dup2(2): the same under this number; what it meant before is closed"),
    verb("dup3 END FD [cloexec]", manage::dup3, "dup3(2): dup2 with O_CLOEXEC, and EINVAL for the same number"),
    verb("dupfd END MIN [cloexec]", manage::dupfd, "F_DUPFD, F_DUPFD_CLOEXEC: the lowest free number from MIN on"),
    verb("closerange FIRST LAST", manage::closerange, "close_range(2): all descriptors between two numbers"),
    verb("shutdown END rd|wr|rdwr", manage::shutdown, "shutdown(2): one or both directions, for all who hold the end"),
    verb("poll END... [for=in,pri,out,rdhup] [timeout=MS]", manage::poll, "poll(2): what is ready"),
    verb("getsockopt END NAME", manage::getsockopt, "getsockopt(2): read an option"),
    verb("setsockopt END NAME VALUE", manage::setsockopt, "setsockopt(2): set an option"),
    verb("atmark END", manage::atmark, "SIOCATMARK: whether the next byte follows the urgent one"),
    verb("getsockname END", manage::getsockname, "getsockname(2): the end's own address"),
    verb("getpeername END", manage::getpeername, "getpeername(2): the other end's address"),
    verb("nonblock END on|off", manage::nonblock, "fcntl(2): O_NONBLOCK, of the open file description"),
    verb("cloexec END on|off", manage::cloexec, "fcntl(2): FD_CLOEXEC, of the one descriptor"),
    verb(
        "signal SIGNAL default|ignore|catch [norestart]",
        manage::signal,
        "what the process does on a signal; norestart: without SA_RESTART",
    ),
    verb("rlimit nofile N", manage::rlimit, "setrlimit(2): how many descriptors the process may have"),
    verb("socket TYPE NAME [cloexec] [nonblock]", make::socket, "socket(2): not connected yet"),
    verb("bind NAME ADDR", make::bind, "bind(2): give it an address, @name or name, or \"any bytes\""),
    verb("listen NAME [N]", make::listen, "listen(2): let others connect"),
    verb("connect NAME ADDR", make::connect, "connect(2): to the socket with that address"),
    verb("accept NAME AS", make::accept, "accept(2): the next connection becomes AS"),
    verb(
        "eventfd NAME [N] [semaphore] [nonblock] [cloexec]",
        waits::eventfd,
        "eventfd(2): a count that a write adds to and a read takes; `write NAME 3` writes 3 as its 8 bytes",
    ),
    verb(
        "timerfd NAME MS [nonblock] [cloexec]",
        waits::timerfd,
        "timerfd_create(2), timerfd_settime(2): a read sleeps until the time is up",
    ),
    verb(
        "signalfd NAME SIGNAL... [nonblock] [cloexec]",
        waits::signalfd,
        "sigprocmask(2), signalfd(2): the task blocks these signals, and a read takes one that is pending",
    ),
    verb("epoll NAME [cloexec]", epolls::epoll, "epoll_create1(2): remembers what it is to wait for"),
    verb(
        "epollctl END add|mod|del END [for=in,pri,out,rdhup] [et] [oneshot]",
        epolls::epollctl,
        "epoll_ctl(2): for=in unless told; et: a change is told once; oneshot: one event, then none until mod",
    ),
    verb(
        "epollwait END [N] [timeout=MS]",
        epolls::epollwait,
        "epoll_wait(2): what is ready, at most N; answers as poll does",
    ),
    verb("pidfd NAME TASK [nonblock]", waits::pidfd, "pidfd_open(2): poll says POLLIN once that process is dead"),
    verb("flood END SIZE COUNT", transfer::flood, "COUNT writes of SIZE bytes, until the first error"),
    verb("drain END [N] [dontwait]", transfer::drain, "reads until EOF or an error, or until nothing is left"),
    verb("echo END", transfer::echo, "write back what is read, until EOF"),
    verb("ping END SIZE COUNT", transfer::ping, "COUNT times: write, then read the answer"),
    verb("reader END [every=MS] [N]", transfer::reader, "read whenever there is something, until the next statement"),
    verb("interrupt TASK", manage::interrupt, "a signal that only makes a sleeping call return"),
    verb("kill TASK|-TASK [SIGNAL]", manage::kill, "kill(2): SIGTERM unless told; -TASK: its whole process group"),
    verb("stop TASK", manage::stop, "SIGSTOP"),
    verb("cont TASK", manage::cont, "SIGCONT"),
    VerbHelp {
        name: "repeat",
        synopsis: "repeat N [TASK:] VERB ...",
        about: "the same statement N times, the expectation holds each time",
        parse: None,
    },
    verb("sleep MS", manage::sleep, "the script waits"),
    verb("reset", manage::reset, "all is killed, a new parent on an empty bench"),
    verb("queue END", manage::queue, "what waits to be read there"),
    verb("holders END", manage::holders, "who has a descriptor for it"),
    verb("fds [TASK]", manage::fds, "a process's descriptor table"),
    verb("tasks", manage::tasks, "all tasks and their state"),
    verb("why [TASK|END]", manage::why, "why the last event came out so"),
];

/// The verb that is nearest in letters, if one is near.
pub fn nearest(word: &str) -> Option<&'static VerbHelp> {
    const FAR: usize = 3;
    let near = VERBS.iter().map(|verb| (distance(verb.name, word), verb)).min_by_key(|pair| pair.0)?;
    (near.0 < FAR && near.0 < word.len().max(2)).then_some(near.1)
}

/// How many letters must change, come or go: Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 32;
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
