//! Whole screens of benches made of records alone.

mod blind;
mod gallery;
mod key_counts;
mod keys;
mod moved_keys;
mod lens;
mod lesson;
mod looks;
mod names;
mod past;
mod program;
mod tree;
mod why;
mod xray;
mod zoom;

use ratatui::backend::TestBackend;
use ratatui::style::Color;
use ratatui::{Frame, Terminal};

use super::theme::Colours;
use super::*;
use crate::abi::{self, Errno};
use crate::app::action::{Action, Input};
use crate::app::keys::{GROUPS, label};
use crate::app::recorded_bench::{PARENT, RecordedBench};
use crate::app::target::{PanelSide, Target};
use crate::app::update;
use crate::trace::{self, TaskId};

const CHILD1: TaskId = TaskId(1);
const CHILD2: TaskId = TaskId(2);
const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (60, 18)];

fn app_of(stage: &RecordedBench) -> App {
    let mut app = App::new();
    app.observe(&stage.world);
    app.take(&stage.events);
    app
}

/// An end as what an explanation is about.
fn end_of(stage: &RecordedBench, label: &str) -> trace::Subject {
    let end = stage.world.ends().find(|end| end.label() == label);
    end.map_or(trace::Subject::Other, |end| trace::Subject::End(end.id))
}

fn terminal(app: &App, stage: &RecordedBench, (width, height): (u16, u16), colours: Colours) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let context = ViewContext { app, world: &stage.world, theme: Theme::with(colours) };
    show(&mut terminal, context);
    terminal
}

fn show<B: ratatui::backend::Backend>(terminal: &mut Terminal<B>, context: ViewContext<'_>)
where
    B::Error: std::fmt::Debug,
{
    let on = |frame: &mut Frame<'_>| {
        if let Some(position) = draw(context, frame.buffer_mut()) {
            frame.set_cursor_position(position);
        }
    };
    terminal.draw(on).unwrap();
}

fn screen_of(app: &App, stage: &RecordedBench, size: (u16, u16)) -> String {
    let terminal = terminal(app, stage, size, Colours::None);
    let buffer = terminal.backend().buffer();
    let row = |y| (0..size.0).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..size.1).map(row).collect::<Vec<_>>().join("\n")
}

fn screen(stage: &RecordedBench, size: (u16, u16)) -> String {
    screen_of(&app_of(stage), stage, size)
}

fn assert_shows(screen: &str, wanted: &[&str]) {
    for want in wanted {
        assert!(screen.contains(want), "{want:?} is not in\n{screen}");
    }
}

/// Three words to both children, read by both.
fn three_words() -> RecordedBench {
    let mut stage = RecordedBench::open();
    for word in [b"one".as_slice(), b"two", b"three"] {
        stage.write(PARENT, 3, word);
        stage.write(PARENT, 4, word);
    }
    stage.read(CHILD1, 4, b"onetwothree");
    for word in [b"one".as_slice(), b"two", b"three"] {
        stage.read(CHILD2, 5, word);
    }
    stage
}

#[test]
fn one_read_stands_beside_three() {
    let stage = three_words();
    for size in SIZES {
        let screen = screen(&stage, size);
        assert_shows(&screen, &["1 wire SOCK_STREAM", "▶ 3 writes, 1 read ", "┌1──2──3────┐", "│onetwothree│"]);
        assert_shows(&screen, &["2 post SOCK_DGRAM", "▶ 3 writes, 3 reads"]);
    }
    for size in &SIZES[..2] {
        assert_shows(&screen(&stage, *size), &["┌1──┐┌2──┐┌3────┐", "│one││two││three│"]);
    }
}

#[test]
fn the_two_opening_channels_and_the_trace_fit_80_by_24() {
    insta::assert_snapshot!(screen(&three_words(), (80, 24)));
}

#[test]
fn a_wide_screen_has_processes_holders_and_trace_beside() {
    let screen = screen(&three_words(), (120, 36));
    assert_shows(
        &screen,
        &["processes", "held by", "parent@3", "child1@4", "read(wire[1], \"onetwothree\", 4096) = 11"],
    );
    insta::assert_snapshot!(screen);
}

#[test]
fn the_floor_shows_all_that_is_needed() {
    insta::assert_snapshot!(screen(&three_words(), (60, 18)));
}

#[test]
fn what_waits_stands_in_the_middle_and_the_line_says_how_to_read_it() {
    let mut stage = RecordedBench::open();
    stage.write(PARENT, 3, b"one");
    let screen = screen(&stage, (80, 24));
    assert_shows(&screen, &["in the kernel: 3 bytes", "Enter alone: let the children read"]);
}

#[test]
fn after_a_kill_the_panel_tells_the_death_and_the_eof() {
    let mut stage = three_words();
    let mut app = app_of(&stage);
    stage.kill(CHILD1);
    app.observe(&stage.world);
    for size in SIZES {
        assert_shows(&screen_of(&app, &stage, size), &["child1 killed by SIGKILL", "EOF: parent's next read"]);
    }
    stage.read(PARENT, 3, b"");
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["[EOF]", "EOF: parent has read it"]);
}

#[test]
fn on_a_datagram_pair_no_eof_comes_and_the_panel_says_so() {
    let mut stage = RecordedBench::open();
    let mut app = app_of(&stage);
    stage.kill(CHILD2);
    app.observe(&stage.world);
    let screen = screen_of(&app, &stage, (80, 24));
    assert_shows(&screen, &["no EOF comes: a datagram socket has no EOF · child2 killed by SIGKILL"]);
}

#[test]
fn death_with_bytes_unread_is_told_as_econnreset_first() {
    let mut stage = RecordedBench::open();
    let mut app = app_of(&stage);
    stage.write(PARENT, 3, b"one");
    stage.kill(CHILD1);
    app.observe(&stage.world);
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["parent's next read: ECONNRESET, then EOF", "┆ 3 destroyed ┆"]);
    // A write that fails has put nothing in their place.
    stage.fail_write(PARENT, 3, b"two", Errno::EPIPE);
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["│two EPIPE│", "┆ 3 destroyed ┆"]);
}

#[test]
fn a_copy_that_keeps_eof_away_is_named() {
    let mut stage = RecordedBench::bare();
    stage.pair(abi::SOCK_STREAM, "wire", [3, 4]);
    stage.child("child1", 3, &[]);
    stage.child("child2", 4, &[]);
    assert_shows(&screen(&stage, (80, 24)), &["wire[1] is held by child1@4 child2@4"]);
}

#[test]
fn sleepers_and_the_stopped_are_named_with_their_call() {
    let mut stage = RecordedBench::open();
    stage.sleep_in_read(CHILD1, 4);
    stage.stop(CHILD2);
    let screen = screen(&stage, (120, 36));
    assert_shows(&screen, &["child1 asleep in read(wire[1])", "child2 stopped", "asleep in read(wire[1])"]);
}

#[test]
fn truncation_leaves_a_scar_and_a_failed_write_its_errno() {
    let mut stage = RecordedBench::open();
    stage.write(PARENT, 4, b"three");
    stage.recv_short(CHILD2, 5, b"thre");
    stage.fail_write(PARENT, 3, b"x", Errno::EPIPE);
    assert_shows(&screen(&stage, (80, 24)), &["│thre▒ 1 lost│", "│x EPIPE│"]);
}

#[test]
fn an_empty_message_is_something_and_a_pipe_goes_one_way() {
    let mut stage = RecordedBench::open();
    stage.write(PARENT, 4, b"");
    stage.pipe("tube", [5, 6]);
    stage.child("child3", 5, &[3, 4, 6]);
    assert_shows(&screen(&stage, (120, 40)), &["│\"\"│", "3 tube pipe", "a pipe goes one way"]);
}

#[test]
fn bytes_that_a_terminal_would_act_on_are_written_out() {
    let mut stage = RecordedBench::open();
    let rude = b"\x1b]0;x\x07\x9b\xe2\x80\xae\n";
    stage.write(PARENT, 4, rude);
    stage.read(CHILD2, 5, rude);
    for size in SIZES {
        let screen = screen(&stage, size);
        assert!(!screen.chars().any(|c| c != '\n' && crate::text::is_hidden(c)), "{screen}");
    }
    assert_shows(&screen(&stage, (200, 40)), &["\\x1b]0;x\\x07\\x9b\\xe2\\x80\\xae\\n"]);
}

#[test]
fn borders_stay_straight_around_wide_and_joined_letters() {
    let mut stage = RecordedBench::open();
    let text = "漢字e\u{301}👩‍🚀";
    stage.write(PARENT, 3, text.as_bytes());
    let terminal = terminal(&app_of(&stage), &stage, (80, 24), Colours::None);
    let buffer = terminal.backend().buffer();
    for y in 2..7 {
        assert_eq!((buffer[(0, y)].symbol(), buffer[(79, y)].symbol()), ("┃", "┃"));
    }
    let row = (0..80).map(|x| buffer[(x, 4)].symbol()).collect::<String>();
    // A wide letter's second cell is a blank of its own.
    assert!(row.contains("│漢 字 e\u{301}👩‍🚀 │"), "{row}");
}

#[test]
fn a_byte_keeps_the_hue_of_its_write() {
    let terminal = terminal(&app_of(&three_words()), &three_words(), (80, 24), Colours::Sixteen);
    let buffer = terminal.backend().buffer();
    let find = |text: &str, y: u16| {
        let row = (0..80).map(|x| buffer[(x, y)].symbol()).collect::<Vec<_>>();
        (0..80).find(|at| row[*at..].concat().starts_with(text)).map(|x| u16::try_from(x).unwrap()).unwrap()
    };
    let (written, read) = (find("two││", 4), find("twothree", 4));
    assert_eq!(buffer[(written, 4)].bg, buffer[(read, 4)].bg);
    assert_ne!(buffer[(read, 4)].bg, Color::Reset);
    assert_ne!(buffer[(read, 4)].bg, buffer[(read + 3, 4)].bg);
}

#[test]
fn many_writes_show_the_newest_and_count_the_rest() {
    let mut stage = RecordedBench::open();
    for _ in 0..300 {
        stage.write(PARENT, 3, b"x");
    }
    stage.read(CHILD1, 4, &[b'x'; 300]);
    let screen = screen(&stage, (80, 24));
    assert_shows(&screen, &["▶ 300 writes, 1 read", "99+", "┌300┐", "…+"]);
}

#[test]
fn more_channels_than_fit_are_counted() {
    let mut stage = RecordedBench::bare();
    for number in 0..8 {
        stage.pair(abi::SOCK_STREAM, &format!("c{number}"), [3 + 2 * number, 4 + 2 * number]);
    }
    for size in SIZES {
        let mut app = app_of(&stage);
        for _ in 0..8 {
            let focus = app.focused(&stage.world).unwrap().channel(&stage.world).unwrap().name.clone();
            let screen = screen_of(&app, &stage, size);
            assert_shows(&screen, &[&format!("{focus} SOCK_STREAM")]);
            assert!(screen.contains(" of 8, Tab") || screen.matches(" ▶ 0 writes, ").count() == 8, "{screen}");
            update::update(&mut app, &stage.world, Input::Do(Action::FocusNext));
        }
    }
}

#[test]
fn below_the_floor_one_line_says_what_is_needed() {
    let screen = screen(&three_words(), (41, 9));
    assert!(screen.starts_with("need 60×18, have 41×9"), "{screen}");
    assert_eq!(screen.trim().lines().count(), 1);
}

#[test]
fn no_size_and_no_mode_panics() {
    let stage = three_words();
    let empty = RecordedBench::bare();
    for stage in [&stage, &empty] {
        let mut app = app_of(stage);
        app.notice = Some("x".repeat(500));
        for mode in [Mode::Line, Mode::Keys, Mode::Prompt, Mode::Help, Mode::Past] {
            app.mode = mode;
            app.line.set("漢字\n👩‍🚀 and more text than the line has room for, so that it has to be scrolled sideways");
            for (width, height) in [
                (0, 0),
                (1, 1),
                (1, 300),
                (300, 1),
                (59, 18),
                (60, 17),
                (60, 18),
                (61, 19),
                (119, 20),
                (120, 18),
                (300, 100),
            ] {
                terminal(&app, stage, (width, height), Colours::True);
            }
        }
    }
}

#[test]
fn every_binding_appears_in_help_exactly_once() {
    let lines = panel::help::lines(&App::new(), Theme::with(Colours::None));
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    for row in GROUPS.iter().flat_map(|group| group.rows) {
        let want = format!("  {:<18}{}", label(row.keys), row.long);
        assert_eq!(lines.iter().filter(|line| **line == want).count(), 1, "{want}");
    }
}

#[test]
fn no_line_of_help_is_cut_at_the_floor_or_beside_another_list() {
    for line in panel::help::lines(&App::new(), Theme::with(Colours::None)) {
        assert!(line.width() <= 58, "{line}");
    }
}

#[test]
fn help_fits_the_floor_by_scrolling_to_its_last_line() {
    let stage = RecordedBench::bare();
    let mut app = app_of(&stage);
    app.mode = Mode::Help;
    app.help_scroll = u16::MAX;
    let last = panel::help::lines(&app, Theme::with(Colours::None)).last().unwrap().to_string();
    assert_shows(&screen_of(&app, &stage, (60, 18)), &[&last, "/ searches"]);
}

#[test]
fn the_footer_never_overflows_and_always_says_how_to_leave() {
    let stage = RecordedBench::open();
    let mut app = app_of(&stage);
    app.mode = Mode::Keys;
    for size in SIZES {
        assert_shows(&screen_of(&app, &stage, size), &[" / all ", " ? help ", " q quit "]);
    }
}

#[test]
fn the_caret_is_where_the_next_letter_goes_and_the_line_says_to_whom() {
    let stage = RecordedBench::open();
    let mut app = app_of(&stage);
    app.line.set("漢a");
    let mut on_screen = terminal(&app, &stage, (80, 24), Colours::None);
    let position = on_screen.get_cursor_position().unwrap();
    let row = (0..80).map(|x| on_screen.backend().buffer()[(x, position.y)].symbol()).collect::<String>();
    assert!(row.starts_with(" parent ▶ all  漢 a"), "{row}");
    assert_eq!(position.x, 18);
    app.target = Target::Focused(PanelSide::Near);
    assert_shows(&screen_of(&app, &stage, (80, 24)), &[" parent ▶ wire "]);
    app.target = Target::Focused(PanelSide::Far);
    assert_shows(&screen_of(&app, &stage, (80, 24)), &[" child1 ▶ wire "]);
}

#[test]
fn bytes_are_spelled_alike_in_panel_trace_and_reason() {
    let mut stage = RecordedBench::open();
    let text = "é\u{202e}\r👩‍🚀";
    stage.write(PARENT, 3, text.as_bytes());
    let mut app = app_of(&stage);
    let want = "é\\xe2\\x80\\xae\\x0d👩‍🚀";
    let screen = screen_of(&app, &stage, (120, 40));
    let panel = |want: &str| screen.lines().filter(|line| line.contains(&format!("│{want}"))).count();
    assert_eq!(panel(want), 1, "{screen}");
    assert!(!screen.contains("u{202e}") && !screen.contains("\\342"), "{screen}");
    assert_shows(&screen, &[&format!("write(wire[0], \"{want}")]);
    // A datagram's bytes are quoted in the reason.
    stage.write(PARENT, 4, text.as_bytes());
    let why = crate::explain::end(&stage.world, stage.world.end_named(&end("post", 1)).unwrap().id);
    assert!(why.text.contains(&format!("\"é\\xe2\\x80\\xae\\x0d\"... ({} bytes)", text.len())), "{}", why.text);
    // A key's statement, too.
    app.mode = Mode::Line;
    update::update(&mut app, &stage.world, Input::Text("é👩‍🚀\"".to_owned()));
    let commands = update::update(&mut app, &stage.world, Input::Do(Action::Send));
    let is_said =
        |command: &crate::app::action::Command| format!("{command:?}").contains("write wire[0] \\\"é👩\\u{200d}🚀");
    assert!(commands.iter().any(is_said), "{commands:?}");
}

fn end(name: &str, index: u8) -> crate::script::EndName {
    crate::script::EndName { name: name.to_owned(), index: Some(index) }
}
