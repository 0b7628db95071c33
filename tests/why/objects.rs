//! What can be waited for beside channels: why a read of it sleeps, fails or brings what it brings.

use super::explains;

#[test]
fn an_eventfd_counts() {
    explains(
        "eventfd e\nfork k\nwrite e 3\nwrite e 4\nread e => value=7\nwhy\nread e => sleeps\nwhy\nk: write e 1 => wakes parent 8\n\
         nonblock e on\nread e => EAGAIN\nwhy\nread e 7 => EINVAL\nwhy\nwrite e abc => EINVAL\nwhy\n\
         write e 18446744073709551615 => EINVAL\nwhy\nwrite e 18446744073709551614 => 8\nwrite e 1 => EAGAIN\nwhy\npoll e => POLLIN\nwhy",
        &[
            ("object-was-read", &["parent took 7 from e", "leaves 0"]),
            ("asleep-at-object", &["asleep in read(e)", "the count of e is 0", "A write there wakes it"]),
            ("object-would-sleep", &["The count of e is 0", "O_NONBLOCK was set by parent's fcntl in line"]),
            ("object-has-its-size", &["8 bytes, and the buffer is shorter"]),
            ("object-has-its-size", &["these are 3"]),
            ("object-has-its-size", &["2^64 - 1"]),
            ("object-would-sleep", &["18446744073709551614", "2^64 - 2"]),
            ("object-was-polled", &["its count is not 0"]),
        ],
    );
    explains(
        "eventfd s 2 semaphore\nread s => value=1\nwhy\npoll s => POLLIN|POLLOUT\nread s => value=1\npoll s for=in => 0\nwhy",
        &[("object-was-read", &["a read takes 1"]), ("object-was-polled", &["The count of s is 0"])],
    );
}

#[test]
fn a_timer_is_over_once() {
    explains(
        "timerfd t 60000 nonblock\nread t => EAGAIN\nwhy\nwrite t 12345678 => EINVAL\nwhy\ntimerfd u 0\nread u => sleeps\nwhy\n\
         interrupt parent\ntimerfd v 100\nread v => sleeps\nwhy\nsleep 300 => wakes parent 8\nwhy",
        &[
            ("object-would-sleep", &["The 60000 ms of t are not up"]),
            ("object-has-its-size", &["it can only be read"]),
            ("asleep-at-object", &["u is not set", "Nothing but a signal"]),
            ("asleep-at-object", &["wakes by itself"]),
            ("object-was-read", &["parent read 1 from v"]),
        ],
    );
}

#[test]
fn a_blocked_signal_waits_for_its_signalfd() {
    explains(
        "fork k\nsignalfd g USR1 nonblock\nread g => EAGAIN\nwhy\nk: kill parent USR1\nwhy\nread g => value=SIGUSR1\nwhy\n\
         signal USR1 ignore\nk: kill parent USR1\nwhy\npoll g for=in => POLLIN\nwhy",
        &[
            ("object-would-sleep", &["No SIGUSR1 is pending"]),
            ("signal-is-blocked", &["SIGUSR1 is blocked in parent, by parent's sigprocmask in line 2"]),
            ("object-was-read", &["parent took SIGUSR1 off g"]),
            ("signal-is-blocked", &["although it is ignored"]),
            ("object-was-polled", &["a signal that it takes is pending for parent"]),
        ],
    );
}

#[test]
fn a_signal_from_outside_that_waits_says_so() {
    explains(
        "signalfd g USR1 USR2\nkill parent USR1\nwhy\nfork k\nk: kill parent USR2\nread g\nwhy\nstop k\nkill k TERM\nwhy\n\
         cont k => killed k SIGTERM",
        &[
            ("signal-is-blocked", &["SIGUSR1 is blocked in parent, by parent's sigprocmask in line 1"]),
            ("object-was-read", &["took SIGUSR1 and SIGUSR2 off g", "They were pending"]),
            ("signal-pending", &["k is stopped, so SIGTERM is pending"]),
        ],
    );
}

#[test]
fn a_pidfd_tells_of_one_death() {
    explains(
        "fork k\npidfd p k\npoll p => 0\nwhy\nread p => EINVAL\nwhy\nk: exit 3\npoll p for=in => POLLIN\nwhy\nwait k\n\
         poll p for=in => POLLIN|POLLHUP\nwhy",
        &[
            ("object-was-polled", &["k is alive"]),
            ("object-has-its-size", &["nothing to read or write"]),
            ("object-was-polled", &["k is dead", "still has to wait for the status"]),
            ("object-was-polled", &["was waited for"]),
        ],
    );
}

#[test]
fn of_each_object_its_kind_its_state_and_its_holders_are_told() {
    explains(
        "eventfd e 2\nwhy e\nread e => value=2\nwhy e\ntimerfd t 500\nwhy t\nsignalfd sg SIGUSR1\nwhy sg\nfork k\npidfd pf k\nwhy pf\n\
         epoll ep\nepollctl ep add e\nwhy ep",
        &[
            ("state-of-an-object", &["e: eventfd.", "count is 2", "parent (descriptor 3) holds it"]),
            ("state-of-an-object", &["count is 0: a read sleeps"]),
            ("state-of-an-object", &["It was set to 500 ms."]),
            ("state-of-an-object", &["It takes SIGUSR1"]),
            ("state-of-an-object", &["It stands for k"]),
            ("state-of-an-object", &["It watches 1 descriptor."]),
        ],
    );
}

#[test]
fn a_timer_that_was_read_is_not_waited_for_by_time() {
    explains(
        "fork c\ntimerfd t 200\nfork d\nd: read t => sleeps\nsleep 500 => wakes d 8\nd: read t => sleeps\nwhy d",
        &[("asleep-at-object", &["were up, and that was read", "Nothing but a signal wakes it"])],
    );
}
