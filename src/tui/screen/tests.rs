//! Whole frames of a bench, one after the other, at a terminal that is emulated.

use proptest::prelude::*;
use proptest::sample::select;
use ratatui::buffer::Cell;

use super::super::paint::tests::{differences, emulator};
use super::*;
use crate::app::action::{Action, Input};
use crate::app::recorded_bench::{PARENT, RecordedBench};
use crate::app::{App, Mode, View, update};
use crate::trace::TaskId;
use crate::ui::theme::{Colours, Ground, Theme};

/// What happens between two frames.
#[derive(Debug, Clone)]
enum Happening {
    Write(bool, Vec<u8>),
    Read(bool),
    Type(String),
    Focus,
    View(View),
    Mode(Mode),
    Notice(bool),
    Size(u16, u16),
    Page(bool),
}

fn happening() -> impl Strategy<Value = Happening> {
    let words = ["one", "two", "漢字", "e\u{301}tude", "👩\u{200d}🚀", "\u{202e}x", "a\x1b[2Jb", ""];
    let views =
        [View::Bench, View::Diagram, View::Lens, View::Xray, View::Processes, View::Grid, View::Trace, View::Holders];
    prop_oneof![
        4 => (any::<bool>(), select(words.to_vec())).prop_map(|(first, word)| Happening::Write(first, word.as_bytes().to_vec())),
        2 => any::<bool>().prop_map(Happening::Read),
        3 => select(words.to_vec()).prop_map(|word| Happening::Type(word.to_owned())),
        1 => Just(Happening::Focus),
        1 => select(views.to_vec()).prop_map(Happening::View),
        2 => select(vec![Mode::Line, Mode::Keys, Mode::Prompt, Mode::Help]).prop_map(Happening::Mode),
        1 => any::<bool>().prop_map(Happening::Notice),
        1 => (1..160_u16, 1..50_u16).prop_map(|(width, height)| Happening::Size(width, height)),
        1 => any::<bool>().prop_map(Happening::Page),
    ]
}

fn happen(happening: &Happening, app: &mut App, stage: &mut RecordedBench, unread: &mut [Vec<u8>; 2]) {
    match happening {
        Happening::Write(first, bytes) => {
            stage.write(PARENT, if *first { 3 } else { 4 }, bytes);
            if *first {
                unread[0].extend_from_slice(bytes);
            } else if unread[1].is_empty() {
                unread[1].clone_from(bytes);
            }
        }
        Happening::Read(first) => {
            let (child, fd, at) = if *first { (TaskId(1), 4, 0) } else { (TaskId(2), 5, 1) };
            // A datagram's read takes one message, and this stage is not told which are left: once is enough.
            if !unread[at].is_empty() && *first {
                stage.read(child, fd, &std::mem::take(&mut unread[at]));
            }
        }
        Happening::Type(text) => app.line.set(text),
        Happening::Focus => {
            update::update(app, &stage.world, Input::Do(Action::FocusNext));
        }
        Happening::View(view) => app.view = *view,
        Happening::Mode(mode) => app.mode = *mode,
        Happening::Notice(is_there) => app.notice = is_there.then(|| "refused: 漢".to_owned()),
        Happening::Size(..) => {}
        Happening::Page(back) => {
            update::update(app, &stage.world, Input::Do(if *back { Action::TraceUp } else { Action::TraceDown }));
        }
    }
    app.observe(&stage.world);
    app.take(&std::mem::take(&mut stage.events));
}

/// Draws the line one types in before the rest: its bytes, its place, and its cells; nothing where there is none as it was.
fn line_alone(canvas: &mut Canvas, context: ViewContext<'_>) -> Option<(Vec<u8>, Rect, Vec<Cell>)> {
    let place = typed_line::place(context, canvas.shown.area)?;
    let mut was_drawn = false;
    let bytes = canvas.line(place, |buffer| {
        was_drawn = true;
        typed_line::draw(context, place, buffer)
    });
    was_drawn.then(|| (bytes, place, cells_of(&canvas.shown, place)))
}

/// A whole frame's bytes.
fn frame(canvas: &mut Canvas, draw: impl FnOnce(&mut Buffer) -> Option<Position>) -> Vec<u8> {
    let caret = canvas.begin(draw);
    canvas.end(caret)
}

fn cells_of(buffer: &Buffer, place: Rect) -> Vec<Cell> {
    place.positions().map(|position| buffer[position].clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn after_every_frame_of_a_session_the_terminal_shows_the_buffer(
        happenings in proptest::collection::vec(happening(), 1..40),
        ground in select(vec![Ground::Dark, Ground::Light]),
        colours in select(vec![Colours::None, Colours::True]),
        term in select(vec!["xterm-256color", "screen", "linux"]),
    ) {
        let mut stage = RecordedBench::open();
        let mut app = App::new();
        app.observe(&stage.world);
        app.take(&std::mem::take(&mut stage.events));
        let theme = Theme::with(colours).on(ground);
        let mut canvas = Canvas::new(term, (120, 36));
        let mut parser = emulator(Rect::new(0, 0, 120, 36));
        let mut unread = [Vec::new(), Vec::new()];
        for happening in happenings {
            happen(&happening, &mut app, &mut stage, &mut unread);
            if let Happening::Size(width, height) = happening {
                canvas.resize((width, height));
                parser = emulator(Rect::new(0, 0, width, height));
            }
            let context = ViewContext { app: &app, world: &stage.world, theme };
            let alone = line_alone(&mut canvas, context);
            if let Some((bytes, _, _)) = &alone {
                parser.process(bytes);
                prop_assert_eq!(differences(parser.screen(), &canvas.shown), Vec::<String>::new(), "{:?}", happening);
            }
            let mut caret = None;
            let bytes = frame(&mut canvas, |buffer| {
                caret = ui::draw(context, buffer);
                caret
            });
            parser.process(&bytes);
            prop_assert_eq!(differences(parser.screen(), &canvas.shown), Vec::<String>::new(), "{:?}", happening);
            prop_assert_eq!(parser.screen().hide_cursor(), caret.is_none());
            if let Some(place) = caret {
                prop_assert_eq!(parser.screen().cursor_position(), (place.y, place.x));
            }
            if let Some((_, place, drawn)) = alone {
                prop_assert_eq!(cells_of(&canvas.shown, place), drawn, "a line alone is the line of the frame: {:?}", happening);
            }
            let again = frame(&mut canvas, |buffer| ui::draw(context, buffer));
            prop_assert_eq!(again, Vec::<u8>::new(), "nothing new is nothing written");
        }
    }
}
