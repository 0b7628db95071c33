//! What is said of FIFOs: opens that sleep or fail, EOF that is not the last word, names that go.

use super::explains;

#[test]
fn a_sleeping_open_says_what_it_waits_for_and_what_to_type() {
    explains(
        "mkfifo q\nfork c\nopen q rd in => sleeps\nwhy\nwhy parent\nc: open q wr other => wakes parent >= 0\nwhy",
        &[
            (
                "asleep-in-open",
                &[
                    "parent is asleep in open(q)",
                    "for reading",
                    "nobody has it open for writing",
                    "`c: open q wr other`",
                ],
            ),
            ("asleep-in-open", &["parent is asleep in open(q)"]),
            ("fifo-opened", &["parent was asleep in open(q)", "for writing; c has opened it"]),
        ],
    );
    // Two FIFOs in two orders.
    explains(
        "mkfifo a\nmkfifo b\nfork c\nopen a wr out => sleeps\nc: open b wr out2 => sleeps\nwhy\nwhy parent",
        &[
            (
                "asleep-in-open",
                &["c is asleep in open(b)", "parent is asleep in open(a) too", "the same order", "`interrupt c`"],
            ),
            ("asleep-in-open", &["parent is asleep in open(a)", "c is asleep in open(b) too"]),
        ],
    );
    // At the two sides of one FIFO nobody waits like that.
    explains(
        "mkfifo a\nfork c\nfork d\nopen a wr out => sleeps\nc: open a wr out2 => sleeps\nwhy",
        &[("asleep-in-open", &["`d: open a rd other`"])],
    );
}

#[test]
fn an_open_that_fails_says_why() {
    explains(
        "mkfifo q\nopen q wr w nonblock => ENXIO\nwhy\nsocket dgram s\nbind s f\nopen f wr w nonblock => ENXIO\nwhy\n\
         close s\nopen f rd r => ENXIO\nwhy",
        &[
            ("fifo-has-no-reader", &["parent", "q for writing with O_NONBLOCK", "nobody has it open for reading"]),
            ("socket-is-not-opened", &["f, that of s,", "only connected to"]),
            ("socket-is-not-opened", &["f is the file of a socket"]),
        ],
    );
    explains(
        "mkfifo q => 0\nmkfifo q => EEXIST\nwhy\nopen nothing rd r => ENOENT\nwhy\nopen q rdwr both\nwhy\nunlink q\nwhy\n\
         unlink q => ENOENT\nwhy",
        &[
            ("name-is-taken", &["a FIFO called q already", "until it is unlinked"]),
            ("no-such-file", &["No file has the name nothing"]),
            ("fifo-opened-for-both", &["parent", "never sleeps", "no reader of q gets EOF"]),
            ("name-is-gone", &["the name q", "parent (descriptor 3) still holds q[0]"]),
            ("no-such-file", &["unlink failed", "lives on without a name"]),
        ],
    );
}

#[test]
fn eof_of_a_fifo_is_not_the_last_word() {
    explains(
        "mkfifo q\nopen q rd r nonblock\nwhy\nread r => EOF\nwhy\nfork c\nc: open q wr w\nread r => EAGAIN\nwhy\nnonblock r off\n\
         read r => sleeps\nc: close w => wakes parent EOF\nwhy\nwhy r\nc: open q wr w\nread r => sleeps\ninterrupt parent\n\
         unlink q\nc: close w\nread r => EOF\nwhy",
        &[
            ("fifo-opened", &["did not wait for a writer", "EAGAIN once somebody has"]),
            ("eof-of-a-fifo", &["nobody has opened q for writing yet", "once somebody opens q for writing"]),
            ("nothing-waits", &["set by parent's open in line 2", "c (descriptor 4) still holds q[1]"]),
            (
                "eof-of-a-fifo",
                &["nobody has q open for writing any more (c has just closed it)", "reads wait for data"],
            ),
            ("eof-of-a-fifo", &["The next read at q[0] returns 0"]),
            ("eof-of-a-fifo", &["Its name is gone"]),
        ],
    );
    explains(
        "mkfifo q\nopen q rdwr both\nread both => sleeps\nwhy\nfork c => refused\ninterrupt parent\nclose both\nwhy q[0]",
        &[
            (
                "own-opening-keeps-eof-away",
                &["for reading and writing (descriptor 3)", "so it counts as a writer", "Nobody else has q open"],
            ),
            ("fifo-is-not-open", &["Nobody has q open for reading now"]),
        ],
    );
    explains(
        "mkfifo q\nsignal PIPE ignore\nopen q rd r nonblock\nopen q wr w\nclose r\nwrite w x => EPIPE\nwhy\n\
         open q rd r => >= 0\nwrite w x => 1",
        &[("epipe-without-sigpipe", &["nobody has q open for reading", "once somebody has, writes go in again"])],
    );
}
