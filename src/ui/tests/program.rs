//! A watched program's own terminal beside the panels.

use super::*;
use crate::app::program::{Program, ProgramCell, ProgramScreen};
use crate::ui::program_size;

/// A terminal in which every cell has a letter.
fn filled((columns, rows): (u16, u16)) -> ProgramScreen {
    let cell = |text: &str| ProgramCell { text: text.to_owned(), ..ProgramCell::default() };
    let row = (0..columns).map(|column| cell(if column % 10 == 9 { "|" } else { "x" })).collect::<Vec<_>>();
    ProgramScreen { rows: vec![row; usize::from(rows)], cursor: Some((columns.saturating_sub(1), 0)) }
}

fn watched(stage: &RecordedBench, size: (u16, u16)) -> App {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    app.recording = Some("./worker".to_owned());
    app.program = Some(Program { screen: filled(program_size(size)), ..Program::default() });
    app
}

#[test]
fn its_box_shows_every_cell_of_its_terminal_at_every_size() {
    let stage = three_words();
    for size in [(60, 18), (80, 24), (120, 36), (149, 40), (150, 40), (160, 45), (200, 60)] {
        let screen = screen_of(&watched(&stage, size), &stage, size);
        let (columns, rows) = program_size(size);
        let cells = screen.lines().filter(|line| line.contains("xxxxxxxxx|xxxx"));
        assert_eq!(cells.count(), usize::from(rows), "{size:?}\n{screen}");
        let letters = screen.lines().flat_map(str::chars).filter(|letter| *letter == '|').count();
        assert!(letters >= usize::from(columns / 10 * rows), "{size:?}\n{screen}");
        assert_shows(&screen, &["WATCH ./worker", "i types to it", "1 wire"]);
    }
}

#[test]
fn who_has_the_keyboard_is_said_and_the_cursor_is_the_programs_then() {
    let stage = three_words();
    let size = (80, 24);
    let mut app = watched(&stage, size);
    if let Some(program) = &mut app.program {
        program.has_keyboard = true;
    }
    let shown = screen_of(&app, &stage, size);
    assert_shows(&shown, &["Ctrl-] takes it back", "Ctrl-]: keys"]);
    let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    let cursor = draw(context, &mut buffer).expect("a cursor");
    assert_eq!((cursor.x, cursor.y), (79, 17));
}

#[test]
fn no_size_panics_with_a_program() {
    let stage = three_words();
    for size in [(0, 0), (1, 1), (59, 18), (60, 17), (60, 18), (61, 19), (149, 18), (150, 18), (151, 300), (300, 100)] {
        let mut app = watched(&stage, size);
        for view in [View::Bench, View::Diagram, View::Grid, View::Xray, View::Processes, View::Trace, View::Holders] {
            app.view = view;
            terminal(&app, &stage, size, Colours::True);
        }
        // The window has changed, and the program has not heard of it yet.
        app.program = Some(Program { screen: filled((400, 90)), ..Program::default() });
        terminal(&app, &stage, size, Colours::True);
    }
}

#[test]
fn calls_about_no_channel_are_one_line() {
    let mut transcript = crate::app::transcript::Transcript::default();
    for _ in 0..3 {
        transcript.push_noise();
    }
    transcript.note("-- between --".to_owned());
    transcript.push_noise();
    let rows: Vec<&str> = transcript.rows().iter().map(|row| row.text.as_str()).collect();
    assert_eq!(rows, ["… 3 calls on files", "-- between --", "… 1 call on files"]);
}
