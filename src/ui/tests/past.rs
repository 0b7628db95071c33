//! Whole screens of the past.

use super::*;
use crate::app::View;
use crate::app::update::looked;

/// The state while a moment, so many before the newest, is looked at.
fn past(stage: &RecordedBench, back: u64) -> App {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    looked(&mut app, Some(stage.history.look(stage.history.newest() - back, 100)));
    app
}

fn past_screen(app: &App, stage: &RecordedBench, size: (u16, u16)) -> String {
    let mut then = RecordedBench::bare();
    then.world = World::clone(&app.past.as_ref().unwrap().world);
    then.history = stage.history.clone();
    screen_of(app, &then, size)
}

#[test]
fn every_panel_is_as_it_was_and_the_first_line_says_that_it_is_the_past() {
    let stage = three_words();
    // Before the four reads.
    let app = past(&stage, 4);
    for size in SIZES {
        let screen = past_screen(&app, &stage, size);
        let newest = stage.history.newest();
        assert_shows(&screen, &[&format!("THE PAST  event {} of {newest}", newest - 4), "Esc: back to now"]);
        assert_shows(&screen, &["▶ 3 writes, 0 reads", "nothing yet", " Esc now "]);
        assert!(!screen.contains("onetwothree"), "{screen}");
    }
    assert_shows(
        &past_screen(&app, &stage, (80, 24)),
        &["in the kernel: 11 bytes", "write(post[0], \"three\", 5) = 5"],
    );
    insta::assert_snapshot!(past_screen(&app, &stage, (80, 24)));
}

#[test]
fn the_dead_live_in_the_past_and_what_was_closed_is_open() {
    let mut stage = three_words();
    stage.kill(CHILD1);
    let app = past(&stage, 1);
    let screen = past_screen(&app, &stage, (120, 36));
    assert!(!screen.contains("SIGKILL"), "{screen}");
    assert_shows(&screen, &["child1@4"]);
    assert_shows(&screen_of(&app_of(&stage), &stage, (120, 36)), &["killed by SIGKILL"]);
}

#[test]
fn channels_that_are_not_seen_are_counted_in_the_past_and_in_a_picture_too() {
    let stage = RecordedBench::many(40);
    let mut app = past(&stage, 1);
    for size in SIZES {
        let of = if size.0 < 100 { " of 40, Tab " } else { " of 40 channels, Tab · c: all " };
        assert_shows(&past_screen(&app, &stage, size), &["THE PAST", of, "Esc: back to now"]);
    }
    // Nobody can press a key in a picture.
    app.is_still = true;
    for size in SIZES {
        let screen = past_screen(&app, &stage, size);
        assert_shows(&screen, &[" of 40 channels, more with --size "]);
        assert!(!screen.contains("Tab"), "{screen}");
        for view in [View::Grid, View::Holders, View::Processes, View::Diagram] {
            let mut app = app.clone();
            app.view = view;
            let screen = past_screen(&app, &stage, size);
            assert!(!screen.contains("Tab") && !screen.contains("PgUp"), "{view:?} {screen}");
        }
    }
}

/// A bench with everything that a diagram shows: sleep, a message each way, truncation, destruction, death.
fn busy_bench() -> RecordedBench {
    let mut stage = three_words();
    stage.sleep_in_read(CHILD1, 4);
    stage.write(PARENT, 3, b"four");
    stage.wake_with(CHILD1, b"four");
    stage.write(CHILD1, 4, b"back");
    stage.read(PARENT, 3, b"back");
    stage.write(PARENT, 4, b"long one");
    stage.recv_short(CHILD2, 5, b"long");
    stage.write(PARENT, 3, b"lost");
    stage.stop(CHILD2);
    stage.kill(CHILD1);
    stage
}

#[test]
fn the_diagram_has_a_line_a_process_and_an_arrow_a_message() {
    let stage = busy_bench();
    let mut app = app_of(&stage);
    app.mode = Mode::Keys;
    app.view = View::Diagram;
    app.recent = stage.history.look(stage.history.newest(), 100).moments;
    for (size, name) in SIZES.into_iter().zip(["wide", "middle", "floor"]) {
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["parent ", "child1 ", "child2 ", "▶├", "◀", "×", "╳", "‖", "┆"]);
        assert_eq!(screen.contains("read wire[1] sleeps"), name == "wide", "{screen}");
        insta::assert_snapshot!(name, screen);
    }
}

#[test]
fn an_error_in_the_diagram_is_whole_or_none_however_narrow_its_column_is() {
    let mut stage = RecordedBench::open();
    stage.child("child3", 3, &[]);
    stage.fail_write(PARENT, 4, b"x", Errno::ECONNREFUSED);
    stage.fail_write(PARENT, 4, b"x", Errno(93));
    for width in [60, 66, 72, 78, 80, 100, 200] {
        let mut app = past(&stage, 0);
        app.view = View::Diagram;
        let screen = past_screen(&app, &stage, (width, 24));
        let rows: Vec<&str> = screen.lines().filter(|line| line.contains('├') && line.contains(['E', 'f'])).collect();
        let is_cut = |row: &&str| row.contains("ECONN") != row.contains("ECONNREFUSED") || row.contains("EPROTONO…");
        assert!(!rows.iter().any(is_cut), "{screen}");
    }
}

#[test]
fn no_size_of_the_diagram_and_no_number_of_processes_panics() {
    let mut stage = busy_bench();
    for number in 0..20 {
        stage.pair(abi::SOCK_STREAM, &format!("c{number}"), [10 + 2 * number, 11 + 2 * number]);
        stage.child(&format!("kid{number}"), 11 + 2 * number, &[]);
        stage.write(PARENT, 10 + 2 * number, "漢字👩‍🚀".as_bytes());
    }
    let mut app = app_of(&stage);
    app.view = View::Diagram;
    app.recent = stage.history.look(stage.history.newest(), 500).moments;
    for size in [(0, 0), (1, 1), (60, 18), (61, 19), (80, 24), (200, 60), (500, 200)] {
        for sideways in [0, 3, u16::MAX] {
            app.view_scroll = sideways;
            terminal(&app, &stage, size, Colours::True);
        }
    }
    app.view_scroll = 0;
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["processes: ", " more, < >"]);
}
