//! Whole screens of the five kinds, and of what else could have happened.

use super::*;
use crate::app::View;
use crate::app::action::Command;

/// A channel of each kind, each with a child at its far end.
fn five_kinds() -> RecordedBench {
    let mut stage = RecordedBench::open();
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

fn three_words_to_all() -> RecordedBench {
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

/// The lens over a bench on which nothing was typed, with these benches as what came of the three.
fn lens(benches: [&RecordedBench; 3]) -> (App, RecordedBench) {
    let stage = RecordedBench::open();
    let mut app = app_of(&stage);
    app.mode = Mode::Keys;
    let asked = update::update(&mut app, &stage.world, Input::Do(Action::Show(View::Lens)));
    assert!(matches!(&asked[..], [Command::TryKinds(scripts)] if scripts.len() == 3), "{asked:?}");
    update::five_kinds(&mut app, Ok(benches.map(|bench| bench.world.clone()).into()));
    (app, stage)
}

/// The writers have closed their ends; those that can read meet EOF, and the two that keep no end sleep.
fn closed(mut stage: RecordedBench) -> RecordedBench {
    for (fd, child, of_child) in WIRES {
        stage.close(PARENT, fd);
        if of_child == 5 && child == TaskId(2) {
            stage.sleep_in_read(child, of_child);
        } else {
            stage.read(child, of_child, b"");
        }
    }
    stage
}

#[test]
fn one_history_on_five_kinds_and_what_differs_is_picked_out() {
    let now = three_words_to_all();
    let after = closed(three_words_to_all());
    let (app, stage) = lens([&now, &after, &after]);
    for (size, name) in SIZES.into_iter().zip(["wide", "middle", "floor"]) {
        let screen = screen_of(&app, &stage, size);
        let wanted =
            ["wire's history", "pipe", "≠3 writes", "≠0 bytes", "2 bytes", "≠empty", "1 mess", "≠sleeps", "EOF"];
        assert_shows(&screen, &wanted);
        insta::assert_snapshot!(name, screen);
    }
    let wide = screen_of(&app, &stage, (200, 60));
    assert_shows(&wide, &["after the writer closed", "after it was killed"]);
}

#[test]
fn an_error_is_whole_at_every_size() {
    let mut bench = five_kinds();
    bench.fail_write(PARENT, 4, b"one", Errno::ECONNREFUSED);
    let (app, stage) = lens([&bench, &bench, &bench]);
    for size in SIZES {
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["ECONNREFUSED]"]);
        assert!(!screen.contains("seqpack…"), "{screen}");
    }
}

#[test]
fn what_is_the_same_everywhere_is_not_picked_out() {
    let bench = five_kinds();
    let (app, stage) = lens([&bench, &bench, &bench]);
    let screen = screen_of(&app, &stage, (80, 24));
    assert_eq!(screen.matches('≠').count(), 1, "the heading alone: {screen}");
}

#[test]
fn channels_that_were_sent_something_else_are_not_compared() {
    let mut bench = five_kinds();
    for word in [b"one".as_slice(), b"two"] {
        bench.write(PARENT, 3, word);
        bench.write(PARENT, 4, word);
    }
    bench.write(PARENT, 5, b"something");
    bench.read(TaskId(1), 4, b"onetwo");
    bench.read(TaskId(2), 5, b"one");
    let (app, stage) = lens([&bench, &bench, &bench]);
    for size in SIZES {
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["≠ differs, the same sent", "0 unsent", "1 unlike", "≠1 messa"]);
        let row = |label: &str| screen.lines().find(|line| line.starts_with(label)).unwrap().matches('≠').count();
        // Two had the same two words: what differs between them is one sign a row, of the second.
        assert_eq!([" writes", " waiting", " reads", " took", " lost"].map(row), [0, 1, 0, 1, 0], "{screen}");
    }
}

#[test]
fn the_key_adds_nothing_to_the_bench_and_a_second_press_leaves() {
    let stage = RecordedBench::open();
    let mut app = app_of(&stage);
    let press = |app: &mut App, action| update::update(app, &stage.world, Input::Do(action));
    let asked = press(&mut app, Action::Show(View::Lens));
    assert!(!asked.iter().any(|command| matches!(command, Command::Run(_))));
    assert!(press(&mut app, Action::Show(View::Lens)).is_empty());
    assert_eq!(app.view, View::Bench);
    // The same history is not run twice; another channel's is.
    assert!(press(&mut app, Action::Show(View::Lens)).is_empty());
    app.mode = Mode::Keys;
    assert!(matches!(press(&mut app, Action::FocusNext)[..], [Command::TryKinds(_)]));
}

#[test]
fn no_size_of_the_lens_panics_and_what_is_being_run_is_said() {
    let bench = three_words_to_all();
    let (app, stage) = lens([&bench, &bench, &bench]);
    let empty = RecordedBench::bare();
    let mut none = app_of(&empty);
    update::update(&mut none, &empty.world, Input::Do(Action::Show(View::Lens)));
    let mut running = app_of(&stage);
    update::update(&mut running, &stage.world, Input::Do(Action::Show(View::Lens)));
    assert_shows(&screen_of(&running, &stage, (80, 24)), &["being run"]);
    for (app, stage) in [(&app, &stage), (&none, &empty), (&running, &stage)] {
        for size in [(0, 0), (1, 1), (60, 18), (61, 19), (119, 30), (500, 200)] {
            terminal(app, stage, size, Colours::True);
        }
    }
}

#[test]
fn the_error_that_a_reader_meets_is_whole_at_the_floor() {
    let mut reset = five_kinds();
    for (fd, child, of_child) in WIRES {
        reset.write(child, of_child, b"unread");
        reset.close(PARENT, fd);
        reset.fail_read(child, of_child, Errno::ECONNRESET);
        reset.read(child, of_child, b"");
    }
    let (app, over) = lens([&five_kinds(), &reset, &reset]);
    let screen = screen_of(&app, &over, (60, 18));
    assert!(screen.contains("ECONNRESET") && !screen.contains("ECONNRES…"), "{screen}");
}

#[test]
fn the_three_ways_of_one_channel_stand_side_by_side() {
    let mut bench = RecordedBench::bare();
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
    let mut stage = RecordedBench::open();
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
    let next = |stage: &RecordedBench| {
        let (app, over) = lens([stage, stage, stage]);
        let screen = screen_of(&app, &over, (120, 36));
        screen.lines().find(|line| line.starts_with(" next")).unwrap().to_owned()
    };
    assert!(next(&stage).contains("ECONNRESET") && !next(&stage).contains("EOF"), "{}", next(&stage));
    let mut stage = five_kinds();
    stage.close(PARENT, 3);
    assert!(next(&stage).contains("EOF") && !next(&stage).contains("ECONNRESET"), "{}", next(&stage));
}

#[test]
fn the_count_of_what_is_hidden_gives_way_to_an_error() {
    let mut bench = five_kinds();
    // As many as each kind took, so the columns are unlike, and that is said where the count would have been.
    for ((fd, ..), count) in WIRES.into_iter().zip(300..) {
        for _ in 0..count {
            bench.write(PARENT, fd, b"xxxxxxxxxxxxxxxxxxxx");
        }
        bench.fail_write(PARENT, fd, b"x", Errno::ECONNRESET);
    }
    let (app, stage) = lens([&bench, &bench, &bench]);
    for size in [(80, 24), (90, 24), (100, 24), (120, 36)] {
        let screen = screen_of(&app, &stage, size);
        let whole = screen.matches("ECONNRESET").count();
        assert!(whole >= WIRES.len() && screen.matches("ECONN").count() == whole, "{screen}");
    }
}
