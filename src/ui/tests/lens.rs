//! Whole screens of the broadcast lens.

use super::*;
use crate::app::View;
use crate::app::action::Command;
use crate::app::channel_sides;

/// A channel of each kind, each with a child at its far end.
fn five_kinds() -> Stage {
    let mut stage = Stage::open();
    stage.pair(abi::SOCK_SEQPACKET, "mail", [5, 6]);
    stage.child("child3", 6, &[3, 4, 5]);
    stage.pipe("tube", [6, 7]);
    stage.child("child4", 6, &[3, 4, 5, 7]);
    stage.packet_pipe("line", [6, 8]);
    stage.child("child5", 6, &[3, 4, 5, 7, 8]);
    stage
}

/// The parent's descriptors, the children's, and who they are.
const WIRES: [(i32, TaskId, i32); 5] =
    [(3, TaskId(1), 4), (4, TaskId(2), 5), (5, TaskId(3), 6), (7, TaskId(4), 6), (8, TaskId(5), 6)];

fn three_words_to_all() -> Stage {
    let mut stage = five_kinds();
    for (fd, ..) in WIRES {
        for word in [b"one".as_slice(), b"two", b"three"] {
            stage.write(PARENT, fd, word);
        }
    }
    for (at, (_, child, fd)) in WIRES.into_iter().enumerate() {
        if matches!(at, 0 | 3) {
            stage.read(child, fd, b"onetwothree");
            continue;
        }
        stage.read(child, fd, b"one");
        stage.recv_short(child, fd, b"t");
    }
    stage
}

fn lens(stage: &Stage) -> App {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    app.view = View::Lens;
    app
}

#[test]
fn one_message_on_five_kinds_and_what_differs_is_picked_out() {
    let stage = three_words_to_all();
    for (size, name) in SIZES.into_iter().zip(["wide", "middle", "floor"]) {
        let screen = screen_of(&lens(&stage), &stage, size);
        assert_shows(&screen, &["pipe", "≠3 writes", "≠0 bytes", "2 bytes", "≠empty", "1 mess", "≠sleeps"]);
        insta::assert_snapshot!(name, screen);
    }
}

#[test]
fn what_is_the_same_everywhere_is_not_picked_out() {
    let stage = five_kinds();
    let screen = screen_of(&lens(&stage), &stage, (80, 24));
    assert_eq!(screen.matches('≠').count(), 1, "the heading alone: {screen}");
}

#[test]
fn channels_that_were_sent_something_else_are_not_compared() {
    let mut stage = five_kinds();
    for word in [b"one".as_slice(), b"two"] {
        stage.write(PARENT, 3, word);
        stage.write(PARENT, 4, word);
    }
    stage.write(PARENT, 5, b"something");
    stage.read(TaskId(1), 4, b"onetwo");
    stage.read(TaskId(2), 5, b"one");
    for size in SIZES {
        let screen = screen_of(&lens(&stage), &stage, size);
        assert_shows(&screen, &["≠ differs, the same sent", "0 unsent", "1 unlike", "≠1 messa"]);
        let row = |label: &str| screen.lines().find(|line| line.starts_with(label)).unwrap().matches('≠').count();
        // Two had the same two words: what differs between them is one sign a row, of the second.
        let signs = [" writes", " waiting", " reads", " took", " lost", " next"].map(row);
        assert_eq!(signs, [0, 1, 0, 1, 0, 1], "{screen}");
    }
    // The same number of writes is not the same.
    let mut stage = five_kinds();
    stage.write(PARENT, 3, b"one");
    stage.write(PARENT, 4, b"other");
    let screen = screen_of(&lens(&stage), &stage, (80, 24));
    assert_eq!((screen.matches('≠').count(), screen.matches("1 unlike").count()), (1, 1), "{screen}");
}

#[test]
fn the_key_makes_what_is_missing_and_a_second_press_leaves() {
    let stage = Stage::open();
    let mut app = app_of(&stage);
    let mut press = |world: &World| update::update(&mut app, world, Input::Do(Action::Show(View::Lens)));
    let statements = press(&stage.world);
    let made: Vec<&str> = statements
        .iter()
        .filter_map(|command| if let Command::Run(statement) = command { Some(statement.text.as_str()) } else { None })
        .collect();
    assert_eq!(made, ["channel seqpacket mail", "channel pipe tube", "channel packetpipe line"]);
    assert!(press(&stage.world).is_empty());
    assert_eq!(app.view, View::Bench);
    app.view = View::Bench;
    let full = five_kinds();
    assert!(update::update(&mut app, &full.world, Input::Do(Action::Show(View::Lens))).is_empty());
    assert!(channel_sides::of_each_kind(&full.world).iter().all(|(_, found)| found.is_some()));
}

#[test]
fn no_size_of_the_lens_panics_and_kinds_may_be_missing() {
    for stage in [three_words_to_all(), Stage::bare(), Stage::open()] {
        for size in [(0, 0), (1, 1), (60, 18), (61, 19), (119, 30), (500, 200)] {
            terminal(&lens(&stage), &stage, size, Colours::True);
        }
    }
}

#[test]
fn the_three_ways_of_one_channel_stand_side_by_side() {
    let mut bench = Stage::bare();
    for (at, name) in ["each", "late", "first"].into_iter().enumerate() {
        let fd = 3 + i32::try_from(at).unwrap();
        bench.pair(abi::SOCK_STREAM, name, [fd, 9]);
        let child = bench.child(&format!("{name}_reader"), 9, &[]);
        bench.write(PARENT, fd, b"one");
        if name == "late" {
            bench.write(PARENT, fd, b"two");
            bench.read(child, 9, b"onetwo");
        } else {
            bench.read(child, 9, b"one");
            bench.write(PARENT, fd, b"two");
            bench.read(child, 9, b"two");
        }
    }
    let mut stage = Stage::open();
    stage.write(PARENT, 3, b"one");
    let mut app = app_of(&stage);
    update::update(&mut app, &stage.world, Input::Do(Action::TryAlternatives));
    update::alternatives(&mut app, Ok(bench.world.clone()));
    assert_eq!(app.view, View::Alternatives);
    for (size, name) in SIZES.into_iter().zip(["ways_wide", "ways_middle", "ways_floor"]) {
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["WHY  The same writes, in 2, 1, 2 reads: no edges are"]);
        assert_shows(&screen, &["happened: wire", "≠2 writes ▶ 1 read", "[1,2 onetwo]", "[1 one]", "[2 two]"]);
        insta::assert_snapshot!(name, screen);
    }
    for size in [(0, 0), (1, 1), (60, 18), (61, 19), (500, 200)] {
        terminal(&app, &stage, size, Colours::True);
    }
}

#[test]
fn the_next_read_of_a_column_is_the_one_that_the_channel_s_panel_says() {
    let mut stage = five_kinds();
    // The parent closes with something unread: the child is told of that once, and then reads EOF.
    stage.write(TaskId(1), 4, b"reply");
    stage.close(PARENT, 3);
    let next = |stage: &Stage| {
        let screen = screen_of(&lens(stage), stage, (120, 36));
        screen.lines().find(|line| line.starts_with(" next")).unwrap().to_owned()
    };
    assert!(next(&stage).contains("ECONNRESET") && !next(&stage).contains("EOF"), "{}", next(&stage));
    let mut stage = five_kinds();
    stage.close(PARENT, 3);
    assert!(next(&stage).contains("EOF") && !next(&stage).contains("ECONNRESET"), "{}", next(&stage));
}
