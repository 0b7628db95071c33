//! Whole screens of the processes, and the banner of a deadlock.

use super::*;
use crate::app::View;

fn processes(stage: &RecordedBench) -> App {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    app.view = View::Processes;
    app
}

#[test]
fn the_tree_has_states_tables_holders_and_the_reason() {
    let mut stage = RecordedBench::open();
    stage.sleep_in_read(CHILD1, 4);
    stage.stop(CHILD2);
    stage.pipe("tube", [5, 6]);
    let child3 = stage.child("child3", 5, &[3, 4, 6]);
    stage.kill(child3);
    for (size, name) in SIZES.into_iter().zip(["wide", "middle", "floor"]) {
        let screen = screen_of(&processes(&stage), &stage, size);
        let wanted = [
            "├ child1",
            "└ child3",
            "asleep in read(wire[1])",
            "stopped",
            "killed by SIGKILL zombie",
            "held by",
            "3 wire[0]",
        ];
        assert_shows(&screen, &wanted);
        insta::assert_snapshot!(name, screen);
    }
    stage.reap(child3);
    assert!(!screen_of(&processes(&stage), &stage, (120, 36)).contains("zombie"));
}

#[test]
fn a_pipeline_stands_in_one_row_where_there_is_room_and_its_pipes_below_each_other_where_not() {
    let mut stage = RecordedBench::bare();
    stage.pipe("a", [3, 4]);
    stage.child("one", 4, &[3]);
    stage.pipe("b", [5, 6]);
    stage.child("two", 6, &[5]);
    stage.close(PARENT, 3);
    stage.child("three", 5, &[]);
    let row_of = |size: (u16, u16), name: &str| {
        let screen = screen_of(&processes(&stage), &stage, size);
        screen
            .lines()
            .position(|line| line.contains(&format!("┌ {name} ─")))
            .unwrap_or_else(|| panic!("{name}\n{screen}"))
    };
    assert_eq!([row_of((120, 36), "one"), row_of((120, 36), "three")], [row_of((120, 36), "two"); 2]);
    assert!(row_of((80, 40), "three") > row_of((80, 40), "one"));
    // Two channels of one parent are no pipeline.
    let fork = RecordedBench::open();
    let screen = screen_of(&processes(&fork), &fork, (200, 60));
    assert_eq!(screen.matches("┌ parent ─").count(), 2, "{screen}");
}

#[test]
fn an_orphan_is_said_to_be_one() {
    let mut stage = RecordedBench::open();
    stage.kill(PARENT);
    stage.reap(PARENT);
    assert_shows(&screen_of(&processes(&stage), &stage, (80, 24)), &["child1 101 idle orphan"]);
}

#[test]
fn a_deadlock_has_a_banner_with_its_circle_whatever_is_shown() {
    let mut stage = RecordedBench::open();
    stage.sleep_in_read(CHILD1, 4);
    assert!(!screen(&stage, (80, 24)).contains("Deadlock"));
    stage.sleep_in_read(PARENT, 3);
    for view in [View::Bench, View::Processes, View::Lens, View::Xray, View::Diagram] {
        let mut app = app_of(&stage);
        app.view = view;
        let screen = screen_of(&app, &stage, (120, 36));
        assert!(
            screen.lines().next().unwrap().starts_with(" Deadlock: child1 and parent wait for each other"),
            "{screen}"
        );
    }
}

#[test]
fn a_tree_that_is_too_long_scrolls_to_its_beginning_and_back() {
    let stage = RecordedBench::many(40);
    for size in [(80, 24), (60, 18)] {
        let mut app = processes(&stage);
        let press = |app: &mut App, action| {
            let context = ViewContext { app, world: &stage.world, theme: Theme::with(Colours::None) };
            let action = turned(context, size, action);
            update::update(app, &stage.world, Input::Do(action));
        };
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &[" more above, ", "└ kid39 "]);
        assert!(!screen.contains(" parent 1"), "{screen}");
        let mut seen = String::new();
        let mut pages = 0;
        while app.notice.is_none() {
            seen += &screen_of(&app, &stage, size);
            press(&mut app, Action::TraceUp);
            pages += 1;
            assert!(pages < 40);
        }
        assert_eq!(app.notice.as_deref(), Some("there are no more processes on this side"));
        let top = screen_of(&app, &stage, size);
        assert_shows(&top, &[" more below, ", "parent 1", "├ kid0 "]);
        // No process was skipped by a page.
        seen += &top;
        for number in 0..40 {
            assert!(seen.contains(&format!(" kid{number} ")), "kid{number}");
        }
        for _ in 0..pages {
            press(&mut app, Action::TraceDown);
        }
        app.notice = None;
        assert_eq!(screen_of(&app, &stage, size), screen);
    }
}

#[test]
fn no_size_of_the_tree_panics() {
    for stage in [RecordedBench::many(40), RecordedBench::bare()] {
        for size in [(0, 0), (1, 1), (60, 18), (61, 19), (119, 30), (500, 200)] {
            terminal(&processes(&stage), &stage, size, Colours::True);
        }
    }
}
