//! Whole screens of the past.

use super::*;
use crate::app::update::looked;

/// The state while a moment, so many before the newest, is looked at.
fn past(stage: &Stage, back: u64) -> App {
    let mut app = app_of(stage);
    app.mode = Mode::Keys;
    looked(&mut app, Some(stage.history.look(stage.history.newest() - back, 100)));
    app
}

fn past_screen(app: &App, stage: &Stage, size: (u16, u16)) -> String {
    let mut then = Stage::bare();
    then.world = World::clone(&app.past.as_ref().unwrap().world);
    then.history = stage.history.clone();
    screen_of(app, &then, size)
}

#[test]
fn every_panel_is_as_it_was_and_the_first_line_says_that_it_is_the_past() {
    let stage = three_words();
    // Before the four reads.
    let app = past(&stage, 4);
    for size in SIZES {
        let screen = past_screen(&app, &stage, size);
        let newest = stage.history.newest();
        assert_shows(&screen, &[&format!("THE PAST  event {} of {newest}", newest - 4), "Esc: back to now"]);
        assert_shows(&screen, &["3 WRITES ▶ 0 READS", "nothing yet", " Esc now "]);
        assert!(!screen.contains("onetwothree"), "{screen}");
    }
    assert_shows(&past_screen(&app, &stage, (80, 24)), &["in kernel: 11 bytes ▶", "write(post[0], \"three\", 5) = 5"]);
    insta::assert_snapshot!(past_screen(&app, &stage, (80, 24)));
}

#[test]
fn the_dead_live_in_the_past_and_what_was_closed_is_open() {
    let mut stage = three_words();
    stage.kill(CHILD1);
    let app = past(&stage, 1);
    let screen = past_screen(&app, &stage, (120, 36));
    assert!(!screen.contains("SIGKILL"), "{screen}");
    assert_shows(&screen, &["child1@4"]);
    assert_shows(&screen_of(&app_of(&stage), &stage, (120, 36)), &["killed by SIGKILL"]);
}
