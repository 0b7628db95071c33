//! An example of each statement, for whoever looks one up.

/// The statements, by their first word, each with an example that can be typed.
const EXAMPLES: &[(&str, &str)] = &[
    ("socketpair", "socketpair stream chat nonblock"),
    ("pipe", "pipe tube"),
    ("mkfifo", "mkfifo jobs"),
    ("open", "child1: open jobs rd in nonblock"),
    ("unlink", "unlink jobs"),
    ("pipesize", "pipesize tube[1] 64KiB"),
    ("channel", "channel dgram chat"),
    ("fork", "fork child3"),
    ("thread", "thread helper"),
    ("exec", "child1: exec"),
    ("exit", "child1: exit 3"),
    ("wait", "wait child1"),
    ("getppid", "child1: getppid"),
    ("pdeathsig", "child1: pdeathsig SIGTERM"),
    ("setsid", "child1: setsid"),
    ("setpgid", "setpgid child2 group=child1"),
    ("read", "child1: read wire[1] 3"),
    ("write", "write wire[0] 5000*z"),
    ("recv", "child1: recv wire[1] peek"),
    ("sendmmsg", "sendmmsg wire[0] one two"),
    ("recvmmsg", "child1: recvmmsg wire[1] 10 2 dontwait"),
    ("recvfrom", "child1: recvfrom wire[1] dontwait"),
    ("send", "send wire[0] \"a\\x00b\" dontwait"),
    ("readv", "child1: readv wire[1] 2 2"),
    ("writev", "writev wire[0] one two"),
    ("recvmsg", "child1: recvmsg wire[1] fds=1"),
    ("sendmsg", "sendmsg wire[0] x fds=post[0]"),
    ("splice", "splice tube[0] wire[0] 100 nonblock"),
    ("tee", "tee tube[0] other[1] 100"),
    ("vmsplice", "vmsplice tube[1] one two nonblock"),
    ("close", "close wire[0]"),
    ("dup", "dup wire[0]"),
    ("dup2", "dup2 wire[0] 10"),
    ("dup3", "dup3 wire[0] 10 cloexec"),
    ("dupfd", "dupfd wire[0] 20"),
    ("closerange", "closerange 5 9"),
    ("shutdown", "shutdown wire[0] wr"),
    ("poll", "poll wire[0] for=in timeout=0"),
    ("getsockopt", "getsockopt wire[0] sndbuf"),
    ("setsockopt", "setsockopt wire[0] rcvtimeo 500"),
    ("atmark", "child1: atmark wire[1]"),
    ("getsockname", "getsockname wire[0]"),
    ("getpeername", "getpeername wire[0]"),
    ("nonblock", "nonblock wire[0] on"),
    ("cloexec", "cloexec wire[0] on"),
    ("signal", "signal SIGPIPE default"),
    ("rlimit", "rlimit nofile 8"),
    ("socket", "socket stream server"),
    ("bind", "bind server @hello"),
    ("listen", "listen server 1"),
    ("connect", "child1: connect client @hello"),
    ("accept", "accept server served"),
    ("eventfd", "eventfd bell 3 semaphore"),
    ("timerfd", "timerfd timer 500"),
    ("signalfd", "signalfd signals SIGCHLD SIGUSR1"),
    ("epoll", "epoll events"),
    ("epollctl", "epollctl events add wire[0] for=in et"),
    ("epollwait", "epollwait events timeout=0"),
    ("pidfd", "pidfd watched child1"),
    ("flood", "flood wire[0] 1000 100"),
    ("drain", "child1: drain wire[1] dontwait"),
    ("echo", "child1: echo wire[1]"),
    ("ping", "ping wire[0] 16 10"),
    ("reader", "child1: reader wire[1] every=500"),
    ("interrupt", "interrupt child1"),
    ("kill", "kill child1 SIGTERM"),
    ("stop", "stop child1"),
    ("cont", "cont child1"),
    ("repeat", "repeat 3 write wire[0] x"),
    ("sleep", "sleep 200"),
    ("reset", "reset"),
    ("queue", "queue wire[1]"),
    ("holders", "holders wire[1]"),
    ("fds", "fds child1"),
    ("tasks", "tasks"),
    ("why", "why wire[0]"),
];

/// The example of a statement.
pub fn of(verb: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(name, _)| *name == verb).map(|(_, example)| *example)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse;

    #[test]
    fn every_statement_has_an_example_that_is_one() {
        for verb in parse::verbs() {
            let example = of(verb.name).unwrap_or_else(|| panic!("`{}` has no example", verb.name));
            assert!(parse::statement(example, 1).unwrap().is_some(), "{example}");
            assert!(example.split_whitespace().any(|word| word == verb.name), "{example}");
        }
        assert_eq!(EXAMPLES.len(), parse::verbs().len());
    }
}
