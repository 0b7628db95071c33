//! What the explanation speaks of: what was done last, or what is looked at.

use super::*;
use crate::app::course::Course;
use crate::lesson::load;
use crate::lesson::progress::Progress;
use crate::trace::Explanation;

const LAST: &str = "One read took three writes.";

fn about(stage: &RecordedBench, end: &str, text: &str) -> Explanation {
    let subject = end_of(stage, end);
    Explanation {
        subject,
        about: end.to_owned(),
        text: text.to_owned(),
        rule: "r",
        page: None,
        lesson: None,
        foretold: Vec::new(),
    }
}

/// What was done last is explained, and it was done at `wire`.
fn explained(stage: &RecordedBench) -> App {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    app.learn(&stage.world, about(stage, "wire[1]", LAST));
    app
}

fn act(app: &mut App, stage: &RecordedBench, action: Action) {
    update::update(app, &stage.world, Input::Do(action));
    app.notice = None;
}

/// The rows from the explanation's label on, without what ends its last one.
fn said(app: &App, stage: &RecordedBench, size: (u16, u16)) -> String {
    let screen = screen_of(app, stage, size);
    let from = |label| screen.lines().position(|line: &str| line.starts_with(label));
    let first = [" WHY ", " THEN ", " TRY "].into_iter().find_map(from).unwrap_or_else(|| panic!("{screen}"));
    screen.lines().skip(first).take(2).map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn when_the_focus_moves_away_what_has_it_is_explained_and_back_again() {
    let stage = three_words();
    for size in SIZES {
        for view in [View::Bench, View::Xray, View::Grid] {
            let mut app = explained(&stage);
            app.view = view;
            assert!(said(&app, &stage, size).contains(LAST));
            act(&mut app, &stage, Action::FocusNext);
            let other = said(&app, &stage, size);
            assert!(other.starts_with("WHY  Nothing waits at post[0]"), "{other}");
            act(&mut app, &stage, Action::FocusPrevious);
            assert!(said(&app, &stage, size).contains(LAST));
            act(&mut app, &stage, Action::Focus(1));
            assert!(said(&app, &stage, size).contains("post[0]"));
            // What is done is explained, wherever it is.
            update::update(&mut app, &stage.world, Input::Statement("read wire[1]".to_owned()));
            app.learn(&stage.world, about(&stage, "wire[1]", "And then?"));
            assert!(view != View::Bench || said(&app, &stage, size).contains("And then?"));
        }
    }
}

#[test]
fn no_cell_moves_because_an_explanation_is_shorter() {
    let stage = RecordedBench::many(200);
    let mut app = app_of(&stage);
    (app.mode, app.view) = (Mode::Keys, View::Grid);
    let cells = |app: &App| {
        let screen = screen_of(app, &stage, (80, 24));
        let rows = screen.lines().skip(2).take_while(|line| !line.starts_with(" WHY"));
        rows.map(|row| row.replace('▸', " ")).collect::<Vec<_>>()
    };
    app.learn(&stage.world, about(&stage, "c0[1]", LAST));
    let short = cells(&app);
    app.learn(&stage.world, about(&stage, "c0[1]", &LAST.repeat(20)));
    assert_eq!(short, cells(&app));
}

#[test]
fn below_a_view_an_explanation_has_the_rows_that_are_to_spare_and_no_more() {
    let long = "Many words that explain it. ".repeat(20);
    let rows = |stage: &RecordedBench, view, size: (u16, u16)| {
        let mut app = explained(stage);
        app.learn(&stage.world, about(stage, "wire[1]", &long));
        (app.view, app.recent) = (view, stage.history.look(stage.history.newest(), 100).moments);
        let screen = screen_of(&app, stage, size);
        let from = screen.lines().position(|line| line.starts_with(" WHY ")).unwrap_or_else(|| panic!("{screen}"));
        usize::from(size.1) - 1 - from
    };
    let (few, mut many) = (RecordedBench::open(), RecordedBench::open());
    for _ in 0..40 {
        many.write(PARENT, 3, b"x");
    }
    for (size, spare) in [((120, 36), 5), ((80, 24), 5), ((60, 18), 2)] {
        let got = rows(&few, View::Diagram, size);
        assert!(got == spare || (size.1 == 18 && (2..=5).contains(&got)), "{size:?}: {got}");
        assert_eq!(rows(&many, View::Diagram, size), 2, "{size:?}: the diagram needs its rows");
        assert_eq!(rows(&few, View::Grid, size), 5, "{size:?}: two cells need few");
    }
}

#[test]
fn each_view_explains_what_it_shows() {
    let mut stage = three_words();
    let mut app = explained(&stage);
    for (view, want) in [(View::Diagram, LAST), (View::Lens, LAST), (View::Processes, "Nothing waits at wire[0]")] {
        app.view = view;
        assert!(said(&app, &stage, (80, 24)).contains(want), "{view:?}");
    }
    app.view = View::Processes;
    stage.sleep_in_read(CHILD1, 4);
    stage.sleep_in_read(PARENT, 3);
    assert!(said(&app, &stage, (80, 24)).starts_with("WHY  Deadlock"));
}

#[test]
fn where_something_waits_is_what_is_explained_and_a_pipe_is_looked_at_from_its_reader() {
    let mut stage = RecordedBench::open();
    stage.pipe("tube", [5, 6]);
    stage.child("child3", 5, &[3, 4, 6]);
    let mut app = app_of(&stage);
    app.mode = Mode::Keys;
    act(&mut app, &stage, Action::FocusNext);
    assert!(said(&app, &stage, (80, 24)).starts_with("TRY"), "what to do first");
    app.view = View::Xray;
    act(&mut app, &stage, Action::Focus(2));
    assert!(said(&app, &stage, (80, 24)).contains("Nothing waits at tube[0]"));
    stage.write(PARENT, 4, b"one");
    act(&mut app, &stage, Action::Focus(1));
    assert!(said(&app, &stage, (80, 24)).contains("1 message (3 bytes) waits at post[1]"));
    stage.close(PARENT, 3);
    act(&mut app, &stage, Action::FocusPrevious);
    assert!(said(&app, &stage, (80, 24)).contains("wire[1]"), "{}", said(&app, &stage, (80, 24)));
}

#[test]
fn what_needs_no_reason_takes_the_place_of_an_old_one() {
    let mut stage = RecordedBench::open();
    stage.write(PARENT, 3, b"one");
    let events = stage.events.clone();
    let of_last = &events[events.len() - 1..];
    // Before anything was explained, what to do first stays.
    let mut app = app_of(&stage);
    app.learn_that(of_last);
    assert!(said(&app, &stage, (80, 24)).starts_with("TRY"));
    let run = |app: &mut App| update::update(app, &stage.world, Input::Statement("nonblock wire[0] on".to_owned()));
    app.learn(&stage.world, about(&stage, "wire[1]", LAST));
    run(&mut app);
    assert!(said(&app, &stage, (80, 24)).contains(LAST), "nothing has come of it yet");
    app.learn_that(of_last);
    let then = said(&app, &stage, (80, 24));
    assert!(then.starts_with("THEN parent  write(wire[0], \"one\", 3) = 3"), "{then}");
    assert!(!app.explanation(&stage.world).unwrap().has_rule());
    // Of one statement what is explained counts, whatever comes after it.
    run(&mut app);
    app.learn(&stage.world, about(&stage, "post[1]", "Elsewhere."));
    app.learn_that(of_last);
    assert!(said(&app, &stage, (80, 24)).contains("Elsewhere."));
}

#[test]
fn a_lesson_says_what_to_do_where_there_is_no_reason() {
    const LESSON: &str =
        "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\nText.\n```tin\nwrite wire[0] a => 1\n```\n";
    let mut stage = RecordedBench::open();
    stage.write(PARENT, 3, b"a");
    let mut app = App::new();
    app.course = Course::new(vec![load::load("01-a.md", LESSON.as_bytes()).unwrap()], Progress::default(), None);
    update::take(&mut app, &stage.world, Some(0));
    update::update(&mut app, &stage.world, Input::Settled(Vec::new()));
    app.learn(&stage.world, about(&stage, "wire[1]", LAST));
    update::update(&mut app, &stage.world, Input::Do(Action::Learn(Learn::Step)));
    app.learn_that(&stage.events[stage.events.len() - 1..]);
    assert!(said(&app, &stage, (80, 24)).starts_with("TRY  Space"));
}

/// The columns of an explanation, put together again.
fn whole_text(screen: &str) -> String {
    let lines = screen.lines().skip_while(|line| !line.starts_with(" WHY "));
    let rows = lines.take_while(|line| !line.starts_with(" i say"));
    rows.map(|line| line[6..].trim()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_cut_explanation_is_shown_whole_by_the_key_that_asks_why_before_it_asks_anything_else() {
    let stage = three_words();
    let text = (1..=40).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" ");
    let why = Action::Make(ChannelAction::Why);
    for size in [(60, 18), (80, 24)] {
        let mut app = explained(&stage);
        app.learn(&stage.world, about(&stage, "wire[1]", &text));
        let context =
            |app: &App| turned(ViewContext { app, world: &stage.world, theme: Theme::with(Colours::None) }, size, why);
        assert!(whole_text(&screen_of(&app, &stage, size)).ends_with(" … w: more"));
        assert_eq!(context(&app), Action::WholeExplanation);
        act(&mut app, &stage, Action::WholeExplanation);
        assert_eq!(whole_text(&screen_of(&app, &stage, size)), text);
        // The next press asks; and what is explained next has no more than its usual room.
        assert_eq!(context(&app), why);
        app.learn(&stage.world, about(&stage, "wire[1]", &(text.clone() + " and more")));
        assert!(whole_text(&screen_of(&app, &stage, size)).ends_with(" … w: more"));
    }
    let mut app = explained(&stage);
    app.learn(&stage.world, about(&stage, "wire[1]", "short"));
    let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
    assert_eq!(turned(context, (60, 18), why), why);
}
