//! Whole screens of one channel with its buffers, and what many channels cost.

use std::time::{Duration, Instant};

use super::*;
use crate::app::View;
use crate::trace::Figures;

const QUIET: Figures = Figures { bytes: Some(0), charged: Some(0), room: Some(212_992), poll: 0x4 };

fn zoomed(stage: &RecordedBench) -> App {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    app.view = View::Xray;
    app
}

#[test]
fn the_buffer_shows_bytes_and_charge_and_both_lines_and_poll_its_bits() {
    let mut stage = RecordedBench::open();
    stage.pipe("tube", [5, 6]);
    stage.write(PARENT, 3, &[b'x'; 9000]);
    stage.send_descriptors(PARENT, 3, b"tube", &[5]);
    stage.sample(PARENT, 3, Figures { charged: Some(70_000), poll: 0, ..QUIET });
    stage.sample(CHILD1, 4, Figures { bytes: Some(9004), poll: 0x5, ..QUIET });
    for (size, name) in SIZES.into_iter().zip(["wide", "middle", "floor"]) {
        let screen = screen_of(&zoomed(&stage), &stage, size);
        assert_shows(
            &screen,
            &["wire[0] 0  wire[1] POLLIN|POLLOUT", "written 9004 = read 0 + waiting 9004", " 70000 "],
        );
        assert_shows(&screen, &["█", "▒", "POLLOUT up to 53248", "in flight: ⊕ tube[0] in message 2"]);
        insta::assert_snapshot!(name, screen);
    }
}

#[test]
fn a_message_s_bytes_are_seen_as_hex_and_text_what_waits_before_what_was_written() {
    let mut stage = RecordedBench::open();
    stage.write(PARENT, 3, b"one\x00\xff\x1b[2J and more of it");
    for size in SIZES {
        let screen = screen_of(&zoomed(&stage), &stage, size);
        assert_shows(&screen, &[" hex  message 1, waits at wire[1]: ", " 0000  6f 6e 65 00 ff 1b 5b 32", "one...[2"]);
    }
    assert_shows(
        &screen_of(&zoomed(&stage), &stage, (120, 36)),
        &["24 bytes", " 0010  72 65 20 6f 66 20 69 74 ", "  re of it"],
    );
    stage.read(CHILD1, 4, b"one\x00\xff\x1b[2J and more of it");
    stage.write(CHILD1, 4, &[b'z'; 5000]);
    let screen = screen_of(&zoomed(&stage), &stage, (120, 36));
    assert_shows(&screen, &["message 1, written last to wire[0]: 24 bytes", "message a, waits at wire[0]: the first "]);
    assert_shows(&screen, &[" of 5000 bytes", " 0000  7a 7a 7a 7a"]);
}

#[test]
fn figures_of_before_the_last_call_are_said_to_be_old() {
    let mut stage = RecordedBench::open();
    stage.sample(PARENT, 3, QUIET);
    assert!(!screen_of(&zoomed(&stage), &stage, (80, 24)).contains("as last asked"));
    stage.write(PARENT, 3, b"x");
    assert_shows(&screen_of(&zoomed(&stage), &stage, (80, 24)), &["as last asked"]);
}

#[test]
fn an_end_that_is_gone_has_no_bits_of_poll_and_no_old_ones() {
    let mut stage = RecordedBench::open();
    stage.sample(CHILD1, 4, Figures { poll: 0x5, ..QUIET });
    stage.kill(CHILD1);
    stage.sample(PARENT, 3, Figures { poll: 0x11, ..QUIET });
    let screen = screen_of(&zoomed(&stage), &stage, (80, 24));
    assert_shows(&screen, &["wire[0] POLLIN|POLLHUP  wire[1] closed"]);
    assert!(!screen.contains("as last asked"), "{screen}");
    let screen = screen_of(&app_of(&stage), &stage, (120, 36));
    let row = screen.lines().find(|line| line.contains("wire[1]  nobody")).unwrap();
    assert!(row.contains("closed") && !row.contains("POLL"), "{screen}");
}

#[test]
fn what_truncation_destroyed_is_in_the_law_and_a_message_carries_its_token() {
    let mut stage = RecordedBench::open();
    stage.write(PARENT, 4, b"three");
    stage.recv_short(CHILD2, 5, b"thre");
    stage.send_descriptors(PARENT, 4, b"x", &[3]);
    let mut app = zoomed(&stage);
    update::update(&mut app, &stage.world, Input::Do(Action::FocusNext));
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["written 6 = read 4 + waiting 1 + destroyed 1", "│x⊕1│"]);
}

#[test]
fn no_size_of_the_zoom_panics() {
    for stage in [RecordedBench::open(), RecordedBench::bare()] {
        for size in [(0, 0), (1, 1), (60, 18), (61, 19), (119, 30), (500, 200)] {
            terminal(&zoomed(&stage), &stage, size, Colours::True);
        }
    }
}

#[test]
fn all_channels_have_a_cell_and_the_focused_one_s_page_is_seen() {
    let mut stage = RecordedBench::many(200);
    stage.sleep_in_read(TaskId(3), 1000);
    stage.kill(TaskId(2));
    let mut app = app_of(&stage);
    app.view = View::Grid;
    for (size, name) in SIZES.into_iter().zip(["grid_wide", "grid_middle", "grid_floor"]) {
        let screen = screen_of(&app, &stage, size);
        assert_shows(
            &screen,
            &["▸  1 c0 ", " stream      1▶5▶0", "stream    † 1▶0▶0", "  3 c2 ", "stream    z 1▶5▶0", "of 200, Tab"],
        );
        insta::assert_snapshot!(name, screen);
    }
    update::update(&mut app, &stage.world, Input::Do(Action::FocusPrevious));
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["▸200 c199"]);
    for size in [(0, 0), (1, 1), (60, 18), (61, 19), (500, 200)] {
        terminal(&app, &stage, size, Colours::True);
        terminal(&app, &RecordedBench::bare(), size, Colours::True);
    }
}

/// The least time that one frame takes.
fn frame_time(stage: &RecordedBench) -> Duration {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::True) };
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 60));
    let area = buffer.area;
    let once = |buffer: &mut Buffer| {
        let begun = Instant::now();
        draw_into(context, area, buffer);
        begun.elapsed()
    };
    (0..40).map(|_| once(&mut buffer)).min().unwrap()
}

/// Each for `valgrind --tool=callgrind --toggle-collect='*draw_into*'`, by its name.
#[test]
#[ignore = "callgrind counts it; by itself it asserts nothing"]
fn counted_with_eight_channels() {
    frame_time(&RecordedBench::many(8));
}

/// As many panels as two hundred channels fill.
#[test]
#[ignore = "callgrind counts it; by itself it asserts nothing"]
fn counted_with_sixteen_channels() {
    frame_time(&RecordedBench::many(16));
}

#[test]
#[ignore = "callgrind counts it; by itself it asserts nothing"]
fn counted_with_two_hundred_channels() {
    frame_time(&RecordedBench::many(200));
}

/// Forty fill the screen as two hundred do. The time here is for what goes wrong by more than a little.
#[test]
fn two_hundred_channels_cost_little_more_to_draw_than_those_that_are_seen() {
    let (few, many) = (RecordedBench::many(40), RecordedBench::many(200));
    let ratio = || frame_time(&many).as_secs_f64() / frame_time(&few).as_secs_f64();
    let least = (0..5).map(|_| ratio()).fold(f64::MAX, f64::min);
    assert!(least <= 2.0, "{least} times");
}
