//! One key answers what the same history would have been on every kind of channel; nothing is added to the bench for it.

use crate::support::pty::{Pty, unwelcome};

/// The row of the lens with this label.
fn row<'a>(screen: &'a str, label: &str) -> Vec<&'a str> {
    let line = screen.lines().find(|line| line.starts_with(label));
    line.map_or_else(Vec::new, |line| line[label.len()..].split_whitespace().collect())
}

#[test]
fn v_replays_the_history_on_five_kinds_with_what_comes_after_a_close_and_after_a_death() {
    let mut pty = Pty::start((36, 120));
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty.type_bytes(b"one\rtwo\r\rthree\r");
    pty.escape();
    pty.type_bytes(b"v");
    // A stream's one read took two writes, and what waits comes before the end; a datagram's reader waits for ever.
    pty.wait("all five", |screen| {
        let count = |label, end| row(screen, label).iter().filter(|word| word.ends_with(end)).count();
        let is_so = |label| (count(label, "EOF"), count(label, "sleeps")) == (4, 1);
        screen.contains("wire's history") && is_so(" closed") && is_so(" killed")
    });
    let screen = pty.screen();
    assert_eq!(row(&screen, " reads").len(), 5, "{screen}");
    assert_eq!(screen.matches("onetwo").count(), 2, "a stream and a pipe: {screen}");
    assert!(screen.contains("5 bytes, then EOF"), "{screen}");
    // No channel and no child more than before.
    assert!(!screen.contains("child3"), "{screen}");
    pty.type_bytes(b"v");
    pty.wait("the bench", |screen| screen.contains("2 post SOCK_DGRAM"));
    assert!(!pty.screen().contains("3 mail"), "{}", pty.screen());
    // What is done meanwhile is part of the history.
    pty.type_bytes(b"vk");
    pty.wait("the death in it", |screen| row(screen, " lost").iter().filter(|word| **word == "5").count() == 5);
    assert_eq!(
        row(&pty.screen(), " closed").iter().filter(|word| word.ends_with("EOF")).count(),
        4,
        "{}",
        pty.screen()
    );
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert_eq!(unwelcome(pty.bytes()), [""; 0]);
}
