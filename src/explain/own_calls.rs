//! A rule suggests what to type on the bench. Of a program that is watched, and of a log, nothing can be typed: there its author
//! is told which call does the same. Pure.

use crate::trace::Explanation;
use crate::world::World;

/// Verbs that rules suggest, and what a program calls to do that.
const CALLS: &[(&str, &str)] = &[
    ("interrupt", "kill(2) with a handler for it"),
    ("cont", "SIGCONT"),
    ("epollctl", "epoll_ctl(2)"),
    ("mod", "EPOLL_CTL_MOD"),
    ("fork", "fork(2)"),
    ("kill", "kill(2)"),
    ("queue", "ioctl(SIOCOUTQ)"),
    ("pipesize", "fcntl(F_GETPIPE_SZ)"),
    ("atmark", "sockatmark(3)"),
    ("close", "close(2)"),
    ("fds", "/proc/self/fd"),
    ("nonblock", "fcntl(F_SETFL)"),
    ("open", "open(2)"),
    ("poll", "poll(2)"),
    ("recvmsg", "recvmsg(2)"),
    ("rlimit", "setrlimit(2)"),
    ("signal", "sigaction(2)"),
    ("unlink", "unlink(2)"),
    ("wait", "waitpid(2)"),
];

/// Verbs of which the option decides.
const WITH_OPTION: &[(&str, &str, &str)] = &[
    ("recv", "oob", "recv(2) with MSG_OOB"),
    ("getsockopt", "sndbuf", "getsockopt(SO_SNDBUF)"),
    ("getsockopt", "rcvbuf", "getsockopt(SO_RCVBUF)"),
];

/// The explanation as the source can use it.
pub(super) fn of_source(world: &World, explanation: Explanation) -> Explanation {
    if world.takes_statements() {
        return explanation;
    }
    let text = explanation.text.split('`').enumerate();
    // Every second part stood between two marks.
    let text = text.map(|(at, part)| if at % 2 == 1 { call_for(part) } else { part.to_owned() }).collect();
    Explanation { text, ..explanation }
}

/// What a program does instead of a statement.
fn call_for(statement: &str) -> String {
    // `child1: close p[1]`: who does it stands before.
    let words: Vec<&str> = statement.split_whitespace().skip_while(|word| word.ends_with(':')).collect();
    let verb = words.first().copied().unwrap_or_default();
    let with_option = WITH_OPTION.iter().find(|row| row.0 == verb && words.contains(&row.1)).map(|row| row.2);
    let plain = || CALLS.iter().find(|row| row.0 == verb).map(|row| row.1);
    with_option.or_else(plain).unwrap_or(statement).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_that_a_rule_suggests_has_its_call() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explain");
        let mut found = 0;
        for file in std::fs::read_dir(folder).expect("a folder") {
            let path = file.expect("a file").path();
            if path.file_name().is_some_and(|name| name == "own_calls.rs") {
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("reads");
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for (at, statement) in line.split('`').enumerate().filter(|(at, _)| at % 2 == 1) {
                    assert_ne!(call_for(statement), statement, "{}: {line} ({at})", path.display());
                    found += 1;
                }
            }
        }
        assert!(found > 0, "the rules suggest nothing any more");
    }

    #[test]
    fn a_suggestion_is_a_call_where_nothing_can_be_typed() {
        assert_eq!(call_for("interrupt child1"), "kill(2) with a handler for it");
        assert_eq!(call_for("recv a[0] oob"), "recv(2) with MSG_OOB");
        assert_eq!(call_for("getsockopt a[0] sndbuf"), "getsockopt(SO_SNDBUF)");
    }
}
