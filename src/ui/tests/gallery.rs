//! Every panel and view, with whatever text: straight borders in a terminal's emulator, no panic at any size.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::app::course::Course;
use crate::app::update::looked;
use crate::lesson::load;
use crate::lesson::progress::Progress;
use crate::trace::Explanation;
use crate::ui::ascii::Letters;

/// What nobody should send, and everybody does: wide letters, é of two code points, joined ones, directions, tabs, raw controls,
/// half a letter, and what looks like a border.
const HOSTILE: &[u8] =
    "漢字 e\u{301} 👩‍🚀 \u{202e}abc\u{2066} \t \x1b[2J\x1b]0;x\x07 \u{9b}31m ─▶│… \u{ad}\u{301}x".as_bytes();
const BROKEN: &[u8] = b"\xff\xe6\xbc \x00\x08\x7f";

/// A panel or view as it is to be drawn.
pub struct Exhibit {
    /// What it is.
    pub name: &'static str,
    app: App,
    world: World,
}

impl Exhibit {
    /// It is drawn in present mode.
    pub fn is_for_a_room(&self) -> bool {
        self.app.present.is_on
    }

    /// As it is drawn.
    pub fn buffer(&self, size: (u16, u16), theme: Theme) -> Buffer {
        buffer_of(self, size, theme)
    }
}

/// The bench with these bytes written, read and waiting everywhere.
fn stage_of(text: &[u8]) -> RecordedBench {
    let mut stage = RecordedBench::open();
    stage.pipe("tube", [6, 7]);
    for fd in [3, 4] {
        stage.write(PARENT, fd, b"one");
        stage.write(PARENT, fd, text);
    }
    stage.read(CHILD1, 4, &[b"one", text].concat());
    stage.read(CHILD2, 5, b"one");
    stage.write(CHILD1, 4, text);
    stage.write(PARENT, 3, text);
    stage.write(PARENT, 7, text);
    stage
}

/// Lessons with this text in every place. The loader would refuse the worst of it; here it is put in behind its back.
fn lesson_of(text: &str) -> Course {
    const SOURCE: &str = "+++\ntitle = \"TEXT\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n# H TEXT\n\nProse **TEXT** `TEXT`.\n\n\
        - TEXT\n\n> TEXT\n\n```c\nTEXT\n```\n\n```tin\nwrite wire[0] TEXT => 4\n```\n\n```after\nTEXT\n```\n\nTEXT\n\n\
        ```predict\nread wire[0]\n- [ ] \"TEXT\"\n- [x] \"ab\"\n```\n\nTEXT\n\n```goal\nchild1: read wire[1] => \"TEXT\"\n```\n\n\
        ```hint\nTEXT\n```\n\n```solution\nwrite wire[0] xy\n```\n";
    let put = |place: &mut String| *place = place.replace("TEXT", text);
    let mut lessons = ["01-a.md", "02-b.md"].map(|name| load::load(name, SOURCE.as_bytes()).expect("a lesson"));
    for lesson in &mut lessons {
        put(&mut lesson.title);
        for step in &mut lesson.steps {
            put(&mut step.prose);
            step.after.iter_mut().for_each(put);
            match &mut step.action {
                crate::lesson::Action::Read => {}
                crate::lesson::Action::Run(statements) => statements.iter_mut().for_each(|it| put(&mut it.text)),
                crate::lesson::Action::Predict(question) => {
                    put(&mut question.statement.text);
                    question.options.iter_mut().for_each(|option| put(&mut option.text));
                }
                crate::lesson::Action::Reach(goal) => {
                    goal.hints.iter_mut().for_each(put);
                    let wants = goal.conditions.iter_mut().flat_map(|condition| &mut condition.expectations);
                    wants.for_each(|want| put(&mut want.text));
                }
            }
        }
    }
    Course::new(lessons.into(), Progress::default(), None)
}

/// The bench, and this text in every place where anybody can put text.
fn app_with(stage: &RecordedBench, text: &str) -> App {
    let mut app = app_of(stage);
    app.transcript.push_statement(format!("write wire[0] {text}"));
    app.transcript.push_event(stage.events.last().expect("an event"));
    app.transcript.push_statement(text.to_owned());
    app.transcript.note(text.to_owned());
    app.line.set(text);
    app.prompt.set(text);
    let (subject, about) = (end_of(stage, "wire[0]"), "wire[0]".to_owned());
    app.why = Some(Explanation {
        subject,
        about,
        text: text.to_owned(),
        rule: "rule",
        page: None,
        lesson: None,
        foretold: Vec::new(),
    });
    app
}

/// Modes that are pictures of their own.
const MODES: [(&str, Mode); 6] = [
    ("line", Mode::Line),
    ("keys", Mode::Keys),
    ("prompt", Mode::Prompt),
    ("help", Mode::Help),
    ("palette", Mode::Palette),
    ("matrix", Mode::Matrix),
];

/// All of them; `text` is in every place where anybody can put text.
pub fn gallery(bytes: &[u8]) -> Vec<Exhibit> {
    // What is typed is text. The emulator drops the character that stands for broken bytes.
    let text = String::from_utf8_lossy(bytes).replace('\u{fffd}', "?");
    let stage = stage_of(bytes);
    let app = app_with(&stage, &text);
    let mut exhibits = Vec::new();
    let mut show = |name, app: &App, world: &World| {
        exhibits.push(Exhibit { name, app: app.clone(), world: world.clone() });
    };
    let with = |prepare: &dyn Fn(&mut App)| {
        let mut app = app.clone();
        prepare(&mut app);
        app
    };
    let world = &stage.world;
    for (name, mode) in MODES {
        show(name, &with(&|app| app.mode = mode), world);
    }
    show("notice", &with(&|app| app.notice = Some(text.clone())), world);
    for (name, view) in [
        ("diagram", View::Diagram),
        ("lens", View::Lens),
        ("xray", View::Xray),
        ("processes", View::Processes),
        ("grid", View::Grid),
        ("trace_alone", View::Trace),
        ("holders_of_all", View::Holders),
    ] {
        let recent = stage.history.look(stage.history.newest(), 100).moments;
        show(name, &with(&|app| (app.view, app.mode, app.recent) = (view, Mode::Keys, recent.clone())), world);
    }
    let mut ways = app.clone();
    update::alternatives(&mut ways, Ok(world.clone()));
    show("otherwise", &ways, world);
    let look = stage.history.look(stage.history.newest() - 1, 100);
    let then = World::clone(&look.world);
    let mut past = app.clone();
    looked(&mut past, Some(look));
    show("past", &past, &then);
    for (name, is_hidden) in [("room", false), ("curtain", true)] {
        let keys = [text.clone(), "k".to_owned()];
        show(
            name,
            &with(&|app| {
                (app.present.is_on, app.present.is_hidden, app.present.keys) = (true, is_hidden, keys.clone().into());
            }),
            world,
        );
    }
    for (name, exhibit) in lessons(&stage, &text, &app) {
        show(name, &exhibit, world);
        if let Some(name) = in_a_room(name) {
            let mut exhibit = exhibit;
            exhibit.present.is_on = true;
            show(name, &exhibit, world);
        }
    }
    exhibits
}

/// Some of it is shown to a room as well.
fn in_a_room(name: &str) -> Option<&'static str> {
    match name {
        "list" => Some("room_list"),
        "lesson_answer" => Some("room_lesson"),
        _ => None,
    }
}

/// The list, and each kind of step before and after it is done.
fn lessons(stage: &RecordedBench, text: &str, app: &App) -> Vec<(&'static str, App)> {
    let mut app = app.clone();
    app.course = lesson_of(text);
    let mut shown = Vec::new();
    update::take(&mut app, &stage.world, None);
    shown.push(("list", app.clone()));
    app.mode = Mode::Search;
    app.course.list.query.set(text);
    shown.push(("search", app.clone()));
    update::take(&mut app, &stage.world, Some(0));
    update::update(&mut app, &stage.world, Input::Settled(Vec::new()));
    shown.push(("lesson", app.clone()));
    for (name, keys) in [
        ("lesson_run", &[Learn::Step][..]),
        ("lesson_question", &[Learn::Step]),
        ("lesson_answer", &[Learn::Choose(1), Learn::Step]),
        ("lesson_goal", &[Learn::Step, Learn::Hint]),
    ] {
        for key in keys {
            update::update(&mut app, &stage.world, Input::Do(Action::Learn(*key)));
            app.settle();
            app.why = None;
            let verdict = |ok| Some(crate::check::Verdict { want: text.to_owned(), got: text.to_owned(), ok });
            update::update(&mut app, &stage.world, Input::Settled([false, true].map(verdict).into()));
        }
        shown.push((name, app.clone()));
    }
    shown
}

fn buffer_of(exhibit: &Exhibit, size: (u16, u16), theme: Theme) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    draw(ViewContext { app: &exhibit.app, world: &exhibit.world, theme }, &mut buf);
    buf
}

/// The bytes that a terminal gets: each letter in its place, wherever the terminal thinks that the one before ended.
fn bytes_of(exhibit: &Exhibit, size: (u16, u16), theme: Theme) -> Vec<u8> {
    let buf = buffer_of(exhibit, size, theme);
    let mut text = String::new();
    for y in 0..size.1 {
        let mut x = 0;
        while x < size.0 {
            let symbol = buf[(x, y)].symbol();
            write!(text, "\x1b[{};{}H{symbol}", y + 1, x + 1).unwrap();
            x += u16::try_from(symbol.width()).unwrap().max(1);
        }
    }
    text.into_bytes()
}

const ALL_LETTERS: [Letters; 3] = [Letters::All, Letters::NoMarks, Letters::Ascii];

fn theme_with(letters: Letters) -> Theme {
    Theme::with(Colours::None).with_letters(letters)
}

/// Where the emulator has another cell than was drawn: every line, corner and mark stands in its column, and so does every letter
/// but those that an emulator may join or not.
fn crooked(buffer: &Buffer, screen: &vt100::Screen) -> Option<(u16, u16, String, String)> {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            let wide = words::width(symbol).max(1);
            let cell = screen.cell(y, x).expect("a cell");
            let is_joined = symbol.chars().count() > 1 && symbol.contains('\u{200d}');
            // What an emulator does not join is wider there, by a blank or two that nothing was drawn on.
            let is_beside = symbol == " "
                && (2..=3).filter(|by| *by <= x).any(|by| buffer[(x - by, y)].symbol().contains('\u{200d}'));
            let got = if cell.has_contents() { cell.contents() } else { " " };
            if !is_joined && !is_beside && got != symbol {
                return Some((x, y, symbol.to_owned(), got.to_owned()));
            }
            x += wide;
        }
    }
    None
}

fn cells(number: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(number).expect("a size")
}

#[test]
fn borders_are_straight_in_every_panel_whatever_anybody_wrote() {
    for bytes in [HOSTILE, BROKEN] {
        for exhibit in gallery(bytes) {
            for size in SIZES {
                for letters in ALL_LETTERS {
                    let buffer = buffer_of(&exhibit, size, theme_with(letters));
                    let mut parser = vt100::Parser::new(cells(size.1), cells(size.0), 0);
                    parser.process(&bytes_of(&exhibit, size, theme_with(letters)));
                    let crooked = crooked(&buffer, parser.screen());
                    assert!(
                        crooked.is_none(),
                        "{} {size:?} {letters:?} {crooked:?}\n{}",
                        exhibit.name,
                        parser.screen().contents()
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_that_a_terminal_would_act_on_is_drawn_and_ascii_is_ascii() {
    for bytes in [HOSTILE, BROKEN] {
        for exhibit in gallery(bytes) {
            for size in SIZES {
                for letters in ALL_LETTERS {
                    for cell in &buffer_of(&exhibit, size, theme_with(letters)).content {
                        let symbol = cell.symbol();
                        assert!(!symbol.chars().any(crate::text::is_hidden), "{} {symbol:?}", exhibit.name);
                        let is_plain = letters != Letters::Ascii || symbol.is_ascii();
                        assert!(is_plain, "{} {size:?} {symbol:?}", exhibit.name);
                    }
                }
            }
        }
    }
}

/// How each panel looks, at every size, without the first and the last line: who is there and which keys there are is told apart.
#[test]
fn every_panel_looks_as_it_did() {
    for exhibit in gallery("hello 漢字".as_bytes()) {
        let screens = SIZES.map(|size| {
            let buffer = buffer_of(&exhibit, size, theme_with(Letters::All));
            let row = |y| (0..size.0).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
            let rows: Vec<String> = (1..size.1 - 1).map(row).collect();
            format!("{}x{}\n{}", size.0, size.1, rows.join("\n"))
        });
        insta::assert_snapshot!(exhibit.name, screens.join("\n\n"));
    }
}

/// A mark in a message is the message's: with `--ascii` it is written out, and no border's letter stands for it.
#[test]
fn what_looks_like_a_border_in_a_message_is_not_taken_for_one() {
    let rows = |exhibit: &Exhibit, letters| {
        let buffer = buffer_of(exhibit, (120, 36), theme_with(letters));
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    for exhibit in gallery("─漢".as_bytes()) {
        let name = exhibit.name;
        // These show no message.
        if matches!(
            name,
            "help" | "palette" | "matrix" | "processes" | "grid" | "diagram" | "curtain" | "holders_of_all"
        ) {
            continue;
        }
        let screen = rows(&exhibit, Letters::NoMarks);
        assert!(screen.contains("\\xe2\\x94\\x80漢"), "{}: {screen}", exhibit.name);
        assert!(!screen.contains("-漢"), "{}: {screen}", exhibit.name);
        let screen = rows(&exhibit, Letters::All);
        assert!(screen.contains("─漢"), "{}: {screen}", exhibit.name);
        assert!(rows(&exhibit, Letters::Ascii).contains("\\xe2\\x94\\x80\\xe6\\xbc\\xa2"), "{}", exhibit.name);
    }
}

#[test]
fn no_panel_panics_at_any_size() {
    for exhibit in gallery(HOSTILE) {
        for size in [(0, 0), (1, 1), (1, 200), (300, 1), (59, 18), (60, 17), (61, 19), (119, 19), (120, 18), (200, 60)]
        {
            for letters in ALL_LETTERS {
                buffer_of(&exhibit, size, theme_with(letters));
            }
        }
    }
}

#[test]
fn a_name_is_ascii_and_one_that_is_not_is_refused_with_a_straight_line() {
    for name in ["漢", "e\u{301}", "a\u{202e}b", "a\tb", "a\x1bb"] {
        let error = crate::script::parse::statement(&format!("fork \"{name}\""), 1).expect_err("no name");
        assert!(!error.message.chars().any(crate::text::is_hidden), "{error:?}");
    }
}
