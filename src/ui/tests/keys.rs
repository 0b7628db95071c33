//! Whole screens of the palette; the footer at every width; and that no key is silent.

use super::*;
use crate::app::action::Command;
use crate::app::keys::{Key, Keymap, MODES, Named, rebind::KeySetting};

pub(super) fn press(app: &mut App, stage: &RecordedBench, size: (u16, u16), action: Action) -> Vec<Command> {
    let action = {
        let world = app.past.as_ref().map_or(&stage.world, |past| &past.world);
        turned(ViewContext { app, world, theme: Theme::with(Colours::None) }, size, action)
    };
    // As the terminal says it of each key.
    if app.present.is_on {
        update::update(app, &stage.world, Input::Pressed(app.key(action)));
    }
    update::update(app, &stage.world, Input::Do(action))
}

/// What is seen, as the terminal has it: the past's bench while it is looked at.
fn seen(app: &App, stage: &RecordedBench, size: (u16, u16)) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    let world = app.past.as_ref().map_or(&stage.world, |past| &past.world);
    let context = ViewContext { app, world, theme: Theme::with(Colours::None) };
    let cursor = draw(context, &mut buf);
    format!("{buf:?} {cursor:?}")
}

fn palette(stage: &RecordedBench, back: Mode, query: &str) -> App {
    let mut app = app_of(stage);
    app.mode = back;
    press(&mut app, stage, (80, 24), Action::OpenPalette);
    app.palette.query.set(query);
    app
}

#[test]
fn the_palette_has_every_action_with_its_key_and_its_statement() {
    let mut stage = three_words();
    stage.kill(CHILD1);
    let app = palette(&stage, Mode::Keys, "");
    for (size, name) in SIZES.into_iter().zip(["palette_wide", "palette_middle", "palette_floor"]) {
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["what can be done: keys", "close the parent's end", " do ", "Esc back"]);
        insta::assert_snapshot!(name, screen);
    }
    assert_shows(&screen_of(&app, &stage, (120, 36)), &[": close wire[0]", "not now: child1 was killed by SIGKILL"]);
}

#[test]
fn of_the_marked_action_everything_is_told_at_every_size() {
    let mut stage = three_words();
    stage.kill(CHILD1);
    for size in SIZES {
        let app = palette(&stage, Mode::Keys, "sigkill");
        assert_shows(&screen_of(&app, &stage, size), &["not now: child1 was killed by SIGKILL already"]);
        let app = palette(&stage, Mode::Keys, "close");
        assert_shows(&screen_of(&app, &stage, size), &["the statement: close wire[0]"]);
        let app = palette(&stage, Mode::Past, "漢字 e\u{301} 👩‍🚀 \u{202e}");
        assert_shows(&screen_of(&app, &stage, size), &["no action is called so; Esc goes back", "\\xe2\\x80\\xae"]);
    }
}

#[test]
fn the_footer_never_overflows_and_always_names_palette_help_and_way_out() {
    let stage = three_words();
    let long = KeySetting { mode: None, name: "read".into(), keys: vec!["Shift-Tab".into(), "Page Down".into()] };
    let keymaps = [Keymap::default(), Keymap::with(&[long]).0];
    for keymap in keymaps {
        for mode in MODES.into_iter().filter(|mode| !mode.is_typing()) {
            for width in 60..=200 {
                let mut app = app_of(&stage);
                app.keymap = keymap.clone().into();
                (app.mode, app.palette.back) = (mode, Mode::Keys);
                let area = Rect { x: 3, y: 0, width, height: 1 };
                let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
                let named = panel::prompt::named(context, area);
                assert!(named.iter().all(|named| named.columns.end <= area.right()), "{mode:?} {width}");
                assert!(named.windows(2).all(|pair| pair[0].columns.end == pair[1].columns.start));
                if matches!(mode, Mode::Keys | Mode::Lesson | Mode::Past) {
                    for action in [Action::OpenPalette, Action::OpenHelp, Action::Quit] {
                        assert!(named.iter().any(|named| named.action == action), "{mode:?} {width}");
                    }
                }
                assert!(named.len() >= 3, "{mode:?} {width}: {named:?}");
            }
        }
    }
}

/// Benches and states in which keys may have nothing to do.
pub(super) fn states() -> Vec<(&'static str, App, RecordedBench)> {
    let mut states = Vec::new();
    let course = course();
    let mut add = |name, stage: RecordedBench, prepare: &dyn Fn(&mut App, &RecordedBench)| {
        let mut app = app_of(&stage);
        app.course = course.clone();
        prepare(&mut app, &stage);
        states.push((name, app, stage));
    };
    add("no channel", RecordedBench::bare(), &|_, _| {});
    add("two channels", three_words(), &|_, _| {});
    let mut dead = three_words();
    dead.kill(CHILD1);
    add("a dead child", dead, &|_, _| {});
    let mut zombie = three_words();
    zombie.kill(CHILD1);
    zombie.reap(CHILD1);
    add("a child that is gone", zombie, &|_, _| {});
    let mut closed = three_words();
    closed.close(PARENT, 3);
    add("a closed end", closed, &|_, _| {});
    let mut stopped = three_words();
    stopped.stop(CHILD1);
    add("a stopped child", stopped, &|_, _| {});
    let mut asleep = three_words();
    asleep.sleep_in_read(CHILD1, 4);
    add("a sleeping child", asleep, &|_, _| {});
    add("at work", three_words(), &|app, stage| {
        update::update(app, &stage.world, Input::Do(Action::Make(ChannelAction::ReadFar)));
    });
    for view in View::ALL.iter().copied().filter(|view| *view != View::Bench) {
        add(of_view(view), three_words(), &move |app, _| app.view = view);
    }
    add("a room", three_words(), &|app, _| app.present.is_on = true);
    add("behind the curtain", three_words(), &|app, _| (app.present.is_on, app.present.is_hidden) = (true, true));
    add("something typed", three_words(), &|app, _| {
        for line in [&mut app.line, &mut app.prompt, &mut app.course.list.query, &mut app.palette.query] {
            line.set("wr");
        }
    });
    for (name, is_wanted) in WAITING {
        add(name, three_words(), &|app, _| app.course = at_step(&app.course.lessons, is_wanted));
    }
    add("a lesson at work", three_words(), &|app, _| app.course = at_step(&app.course.lessons, WAITING[2].1));
    states
}

/// A step of a lesson that waits for something.
type Waits = fn(&crate::lesson::Action) -> bool;

/// What a lesson may wait for.
const WAITING: [(&str, Waits); 3] = [
    ("a question", |action| matches!(action, crate::lesson::Action::Predict(_))),
    ("a goal", |action| matches!(action, crate::lesson::Action::Reach(_))),
    ("statements", |action| matches!(action, crate::lesson::Action::Run(_))),
];

/// A course of one lesson, which is at such a step.
fn at_step(lessons: &[Lesson], is_wanted: Waits) -> crate::app::course::Course {
    let step = |lesson: &Lesson| lesson.steps.iter().position(|step| is_wanted(&step.action));
    let (lesson, step) = lessons.iter().find_map(|lesson| Some((lesson, step(lesson)?))).unwrap();
    let mut progress = crate::lesson::progress::Progress::default();
    progress.reach(&lesson.id, step);
    crate::app::course::Course::new(vec![lesson.clone()], progress, None)
}

fn of_view(view: View) -> &'static str {
    match view {
        View::Bench => "the bench",
        View::Diagram => "the diagram",
        View::Lens => "the lens",
        View::Xray => "the X-ray",
        View::Processes => "the processes",
        View::Alternatives => "the three ways",
        View::Grid => "the grid",
        View::Trace => "the trace",
        View::Holders => "the holders",
    }
}

fn course() -> crate::app::course::Course {
    crate::app::course::Course::new(
        crate::lesson::builtin::lessons(),
        crate::lesson::progress::Progress::default(),
        None,
    )
}

fn from_keys(app: &mut App, stage: &RecordedBench, action: Action) {
    app.mode = Mode::Keys;
    press(app, stage, (120, 36), action);
}

/// Puts the state into a mode as keys would; none where that mode is not to be had.
pub(super) fn enter(name: &str, app: &mut App, stage: &RecordedBench, mode: Mode) -> bool {
    match mode {
        Mode::Past => {
            app.mode = Mode::Keys;
            let newest = stage.history.newest();
            update::looked(app, Some(stage.history.look(newest.saturating_sub(2), 100)));
        }
        Mode::Lesson => {
            app.mode = Mode::Keys;
            update::take(app, &stage.world, Some(0));
            app.settle();
            update::update(app, &stage.world, Input::Settled(Vec::new()));
            if name == "a lesson at work" {
                update::update(app, &stage.world, Input::Do(Action::Learn(Learn::Step)));
                assert!(app.is_busy());
            }
        }
        // It is entered from a program that is watched.
        Mode::Until => app.mode = Mode::Until,
        Mode::Filter => from_keys(app, stage, Action::OpenFilter),
        Mode::Copy => from_keys(app, stage, Action::OpenCopy),
        Mode::NewChannel => from_keys(app, stage, Action::NewChannel),
        Mode::Matrix => {
            app.mode = Mode::Keys;
            let query = app.matrix.query.clone();
            press(app, stage, (120, 36), Action::OpenMatrix);
            app.matrix.query = query;
        }
        Mode::Palette => {
            app.mode = Mode::Keys;
            let query = app.palette.query.clone();
            press(app, stage, (120, 36), Action::OpenPalette);
            app.palette.query = query;
        }
        Mode::Help => {
            app.mode = Mode::Keys;
            press(app, stage, (120, 36), Action::OpenHelp);
        }
        Mode::Prompt => {
            let text = app.prompt.text().to_owned();
            app.mode = Mode::Keys;
            press(app, stage, (120, 36), Action::OpenPrompt);
            app.prompt.set(&text);
        }
        Mode::Search | Mode::List => {
            app.mode = Mode::Keys;
            let query = app.course.list.query.clone();
            press(app, stage, (120, 36), Action::Learn(Learn::List));
            if mode == Mode::Search {
                press(app, stage, (120, 36), Action::Learn(Learn::Search));
                app.course.list.query = query;
            }
        }
        Mode::Line | Mode::Keys => app.mode = mode,
    }
    app.notice = None;
    app.mode == mode
}

#[test]
fn no_key_is_silent_anywhere() {
    let mut checked = 0;
    let mut silent = Vec::new();
    for (name, app, stage) in states() {
        for mode in MODES {
            let mut app = app.clone();
            assert!(enter(name, &mut app, &stage, mode), "{name}: {mode:?}");
            let size = (80, 24);
            let before = seen(&app, &stage, size);
            for binding in app.keymap.of_mode(mode) {
                let (mut after, mut was) = (app.clone(), before.clone());
                // Pressed again where it led: at an edge it says so.
                for time in 1..=2 {
                    let commands = press(&mut after, &stage, size, binding.row.action);
                    let now = seen(&after, &stage, size);
                    // Only a key that asks for nothing has to be seen.
                    if commands.is_empty() {
                        let words = after.notice.as_deref().and_then(|notice| notice.split([' ', '"']).next());
                        let is_said = words.is_some_and(|words| now.contains(words));
                        if !is_said && now == was {
                            silent.push(format!("{name}, {mode:?}, {} pressed {time} times", binding.row.name));
                        }
                    }
                    was = now;
                    checked += 1;
                    if after.mode != mode {
                        break;
                    }
                }
            }
        }
    }
    silent.dedup();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
    assert!(checked > 2000, "{checked}");
}

#[test]
fn what_a_key_has_run_is_echoed_word_for_word() {
    let mut run = 0;
    for (name, app, stage) in states() {
        for mode in MODES {
            let mut app = app.clone();
            enter(name, &mut app, &stage, mode);
            for binding in app.keymap.of_mode(mode) {
                let mut after = app.clone();
                let before = after.transcript.rows().len();
                let commands = press(&mut after, &stage, (120, 36), binding.row.action);
                after.settle();
                let rows = after.transcript.rows().iter().skip(before);
                let trace: Vec<(&str, Option<&str>)> =
                    rows.map(|row| (row.text.as_str(), row.statement.as_deref())).collect();
                for command in commands {
                    let Command::Run(statement) = command else { continue };
                    run += 1;
                    // A lesson's own bench is made without a word; its note says that it was.
                    let is_silent = after.is_silent(statement.line);
                    let echo = statement.text.trim();
                    let is_told = trace.contains(&("", Some(echo)))
                        || trace.iter().any(|(line, _)| is_silent && line.contains("lesson"));
                    assert!(is_told, "{name}, {mode:?}, {}: {echo} is not in {trace:?}", binding.row.name);
                }
            }
        }
    }
    assert!(run > 100, "{run}");
}

#[test]
fn a_key_without_a_meaning_says_so_in_every_mode() {
    let (stage, course) = (three_words(), course());
    for mode in MODES {
        let mut app = app_of(&stage);
        app.course = course.clone();
        enter("", &mut app, &stage, mode);
        let before = seen(&app, &stage, (60, 18));
        update::update(&mut app, &stage.world, Input::Unbound(Key::Named(Named::F(9)).label()));
        assert!(app.notice.as_deref().is_some_and(|notice| notice.starts_with("F9 means nothing here")));
        assert_ne!(before, seen(&app, &stage, (60, 18)), "{mode:?}");
    }
}

#[test]
fn where_no_trace_is_seen_a_key_s_statement_stands_beside_it() {
    let stage = three_words();
    let statement = |text| crate::script::parse::statement(text, 9).unwrap().unwrap();
    for view in [View::Diagram, View::Lens, View::Xray, View::Processes, View::Alternatives, View::Grid] {
        let mut app = app_of(&stage);
        (app.mode, app.view) = (Mode::Keys, view);
        app.said.push(&statement("stop child1"));
        for size in SIZES {
            assert_shows(&screen_of(&app, &stage, size), &["› stop child1"]);
        }
    }
    let mut app = app_of(&stage);
    app.present.is_on = true;
    app.present.press("s".to_owned());
    app.said.push(&statement("stop child1"));
    for size in SIZES {
        assert_shows(&screen_of(&app, &stage, size), &["keys  s   › stop child1"]);
    }
}
