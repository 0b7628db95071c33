//! Whole screens of the processes, and the banner of a deadlock.

use super::*;
use crate::app::View;

fn processes(stage: &Stage) -> App {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    app.view = View::Processes;
    app
}

#[test]
fn the_tree_has_states_tables_holders_and_the_reason() {
    let mut stage = Stage::open();
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
fn an_orphan_is_said_to_be_one() {
    let mut stage = Stage::open();
    stage.kill(PARENT);
    stage.reap(PARENT);
    assert_shows(&screen_of(&processes(&stage), &stage, (80, 24)), &["child1 101 idle orphan"]);
}

#[test]
fn a_deadlock_has_a_banner_with_its_circle_whatever_is_shown() {
    let mut stage = Stage::open();
    stage.sleep_in_read(CHILD1, 4);
    assert!(!screen(&stage, (80, 24)).contains("Deadlock"));
    stage.sleep_in_read(PARENT, 3);
    for view in [View::Bench, View::Processes, View::Lens, View::Xray, View::Diagram] {
        let mut app = app_of(&stage);
        app.view = view;
        let screen = screen_of(&app, &stage, (120, 36));
        assert!(
            screen.lines().next().unwrap().starts_with(" Deadlock: parent and child1 wait for each other"),
            "{screen}"
        );
    }
}

#[test]
fn no_size_of_the_tree_panics() {
    for stage in [Stage::many(40), Stage::bare()] {
        for size in [(0, 0), (1, 1), (60, 18), (61, 19), (119, 30), (500, 200)] {
            terminal(&processes(&stage), &stage, size, Colours::True);
        }
    }
}
