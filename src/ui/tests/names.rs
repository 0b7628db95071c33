//! Long names and many channels: what tells them apart stays, and what is left out is counted.

use super::*;

/// Eight channels and their children, whose names differ in their last letter alone.
fn long_names() -> RecordedBench {
    let mut stage = RecordedBench::bare();
    for number in 0..8 {
        stage.pair(abi::SOCK_SEQPACKET, &format!("a_channel_with_a_long_name_{number}"), [3 + number, 1000]);
        let held: Vec<i32> = (3..=3 + number).collect();
        stage.child(&format!("a_child_with_a_long_name_{number}"), 1000, &held);
    }
    stage
}

fn shown(view: View, size: (u16, u16), focus: u16) -> String {
    let stage = long_names();
    let mut app = app_of(&stage);
    app.mode = Mode::Keys;
    app.view = view;
    update::update(&mut app, &stage.world, Input::Do(Action::Focus(focus)));
    screen_of(&app, &stage, size)
}

#[test]
fn names_that_differ_at_their_end_can_be_told_apart_in_every_panel() {
    for size in SIZES {
        for (view, wanted) in [
            (View::Bench, &["g_name_7 ", " read "][..]),
            (View::Processes, &["_name_7 ", "├ ", "└ "]),
            (View::Xray, &["me_7 SOCK_SEQPACKET ", "…me_7[0]"]),
            (View::Grid, &["name_0 seqpacket", "name_7 seqpacket"]),
            (View::Lens, &["me_7"]),
            (View::Diagram, &["name_0"]),
        ] {
            let screen = shown(view, size, 7);
            for want in wanted {
                assert!(screen.contains(want), "{view:?} {size:?}: {want:?} is not in\n{screen}");
            }
        }
    }
    let screen = shown(View::Bench, (120, 36), 7);
    let rows = |from: &str| screen.lines().filter(|line| line.contains(from)).count();
    let (processes, titles) = (rows(" a_child_…_name_"), rows("long_name_"));
    assert!(processes >= 3 && titles >= 7, "{processes} {titles}\n{screen}");
    assert_shows(&screen, &["ng_name_7[1] a_child_…_name_7@1000"]);
}

#[test]
fn the_first_line_has_whole_names_and_counts_the_rest() {
    for (view, size) in
        [(View::Bench, (120, 36)), (View::Grid, (120, 36)), (View::Bench, (80, 24)), (View::Bench, (60, 18))]
    {
        let screen = shown(view, size, 0);
        let first = screen.lines().next().unwrap();
        let shown = first.matches(" idle").count();
        assert!(shown > 0 && first.contains(&format!("   +{}", 9 - shown)), "{first}");
        assert!(!first.contains("… ") && first.trim_end().ends_with("help"), "{first}");
    }
    // All fit, and none is counted.
    let stage = RecordedBench::open();
    let first = screen(&stage, (120, 36)).lines().next().unwrap().to_owned();
    assert!(first.contains("child2 idle") && !first.contains('+'), "{first}");
}
