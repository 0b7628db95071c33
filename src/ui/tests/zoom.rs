//! The trace alone, and who holds every end.

use super::*;

fn shown(stage: &RecordedBench, view: View) -> App {
    let mut app = app_of(stage);
    (app.mode, app.view) = (Mode::Keys, view);
    app
}

fn press(app: &mut App, stage: &RecordedBench, size: (u16, u16), action: Action) {
    let context = ViewContext { app, world: &stage.world, theme: Theme::with(Colours::None) };
    let action = turned(context, size, action);
    update::update(app, &stage.world, Input::Do(action));
}

#[test]
fn the_trace_fills_the_screen_and_scrolls_to_its_first_line_and_no_further() {
    let mut stage = RecordedBench::open();
    for number in 0..60 {
        stage.write(PARENT, 3, format!("word{number:02}").as_bytes());
    }
    for size in SIZES {
        let mut app = shown(&stage, View::Trace);
        let newest = screen_of(&app, &stage, size);
        assert_shows(&newest, &["─ trace ", "word59", " TRY "]);
        assert!(newest.matches("write(wire[0]").count() >= usize::from(size.1) / 3, "{newest}");
        let mut pages = 0;
        while app.notice.is_none() {
            press(&mut app, &stage, size, Action::TraceUp);
            pages += 1;
            assert!(pages < 60);
        }
        assert_eq!(app.notice.as_deref(), Some("the trace begins here"));
        let first = screen_of(&app, &stage, size);
        assert_shows(&first, &["socketpair(AF_UNIX, SOCK_STREAM", " newer lines below"]);
        assert!(first.lines().skip(2).take(8).all(|line| !line.trim().is_empty()), "the page is full:\n{first}");
        for _ in 0..pages {
            press(&mut app, &stage, size, Action::TraceDown);
        }
        app.notice = None;
        assert_eq!(screen_of(&app, &stage, size), newest);
        press(&mut app, &stage, size, Action::Show(View::Trace));
        assert_eq!(app.view, View::Bench, "the same key goes back");
    }
    // Where all is seen there is nothing to go back to.
    let stage = RecordedBench::open();
    let mut app = shown(&stage, View::Trace);
    press(&mut app, &stage, (120, 36), Action::TraceUp);
    assert_eq!(app.notice.as_deref(), Some("the trace begins here"));
}

#[test]
fn only_lines_with_the_words_that_were_typed_are_seen_until_all_are_asked_for() {
    let mut stage = RecordedBench::open();
    for number in 0..60 {
        stage.write(PARENT, 3, format!("word{number:02}").as_bytes());
    }
    let lines = app_of(&stage).transcript.rows().len();
    for (size, view) in SIZES.into_iter().flat_map(|size| [(size, View::Bench), (size, View::Trace)]) {
        let mut app = shown(&stage, view);
        let all = screen_of(&app, &stage, size);
        press(&mut app, &stage, size, Action::OpenFilter);
        update::update(&mut app, &stage.world, Input::Text("WORD1 write -word12".to_owned()));
        let typing = screen_of(&app, &stage, size);
        assert_shows(&typing, &[" only  WORD1", &format!("9 of {lines} lines"), "word19"]);
        assert!(!typing.contains("word12\"") && !typing.contains("\"word59\", 6)"), "{typing}");
        press(&mut app, &stage, size, Action::KeepFilter);
        assert_eq!(app.mode, Mode::Keys);
        assert_shows(&screen_of(&app, &stage, size), &[&format!("9 of {lines} lines"), "word19"]);
        // Back to the first of nine, and no further.
        while app.notice.is_none() {
            press(&mut app, &stage, size, Action::TraceUp);
        }
        assert_eq!(app.notice.take().as_deref(), Some("the trace begins here"));
        assert_shows(&screen_of(&app, &stage, size), &["word10"]);
        // The past has the same words.
        update::looked(&mut app, Some(stage.history.look(stage.history.newest(), 100)));
        assert_shows(&screen_of(&app, &stage, size), &["trace until then: only WORD1"]);
        press(&mut app, &stage, size, Action::OpenFilter);
        press(&mut app, &stage, size, Action::ClearFilter);
        assert_eq!(app.mode, Mode::Past);
        press(&mut app, &stage, size, Action::ReturnToNow);
        assert_eq!(screen_of(&app, &stage, size), all, "all lines again");
    }
}

#[test]
fn who_wants_no_words_after_all_is_back_in_the_view_that_shows_no_trace() {
    let stage = RecordedBench::open();
    for view in [View::Diagram, View::Bench] {
        let mut app = shown(&stage, view);
        press(&mut app, &stage, SIZES[0], Action::OpenFilter);
        press(&mut app, &stage, SIZES[0], Action::ClearFilter);
        assert_eq!((app.view, app.mode), (view, Mode::Keys));
    }
}

#[test]
fn a_channel_of_its_own_has_the_focus_before_one_from_its_surroundings() {
    let mut stage = RecordedBench::bare();
    stage.inherited_pipe(0);
    let focused = |stage: &RecordedBench| app_of(stage).focused(&stage.world).map(|facing| facing.channel);
    let inherited = focused(&stage);
    assert!(inherited.is_some(), "where it is the only one");
    stage.pipe("own", [3, 4]);
    assert_ne!(focused(&stage), inherited);
}

#[test]
fn in_a_lesson_the_page_keys_turn_the_trace_that_is_in_front_of_its_text() {
    let stage = three_words();
    let mut app = shown(&stage, View::Trace);
    app.mode = Mode::Lesson;
    press(&mut app, &stage, (60, 18), Action::Learn(Learn::PageUp));
    assert!(app.seen_transcript().scroll() > 0);
    press(&mut app, &stage, (60, 18), Action::Learn(Learn::PageDown));
    assert_eq!(app.seen_transcript().scroll(), 0);
}

#[test]
fn every_end_has_all_its_holders_and_the_focused_channel_is_among_those_seen() {
    let mut stage = RecordedBench::open();
    for number in 3..40 {
        stage.child(&format!("child{number}"), 3, &[]);
    }
    let mut app = shown(&stage, View::Holders);
    for size in SIZES {
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["who holds every end", "▸  1 wire[0]", "child1@4", "2 post[0]", "38 holders"]);
    }
    // All forty of one end, however narrow the screen.
    press(&mut app, &stage, (60, 18), Action::FocusNext);
    for size in SIZES {
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["▸  2 post[0]", "parent@4"]);
        for number in 3..40 {
            assert!(screen.contains(&format!("child{number}@4")), "child{number}\n{screen}");
        }
    }
    // Of many channels a page is seen, with the focused one.
    let many = RecordedBench::many(60);
    for focus in [0, 7, 30, 59] {
        let mut app = shown(&many, View::Holders);
        press(&mut app, &many, (80, 24), Action::Focus(focus));
        let screen = screen_of(&app, &many, (80, 24));
        assert_shows(&screen, &[&format!("▸{:>3} c{focus}[0]", focus + 1), "of 60, Tab"]);
        assert!(screen.matches("[1]  ").count() > 5, "{screen}");
    }
    for size in [(0, 0), (1, 1), (60, 18), (61, 19), (500, 200)] {
        terminal(&app, &stage, size, Colours::True);
        terminal(&app, &RecordedBench::bare(), size, Colours::True);
    }
}
