//! Any trace as it is explained and drawn: every explanation is a sentence, no size and no view panics, and nothing harmful is put
//! into a cell. What is left of the bytes is a statement, planned and completed on the bench as it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tincans::app::{App, View, update};
use tincans::check::Captures;
use tincans::explain;
use tincans::plan::{Context, Plan, Progress, RunPlace};
use tincans::script::parse;
use tincans::trace::{Event, Explanation};
use tincans::ui::theme::{Colours, Ground, Theme};
use tincans::ui::{ViewContext, draw};
use tincans::world::World;
use tincans::world::history::History;

use super::{assert_harmless, tape};

const VIEWS: [View; 9] = [
    View::Bench,
    View::Diagram,
    View::Lens,
    View::Xray,
    View::Processes,
    View::Alternatives,
    View::Grid,
    View::Trace,
    View::Holders,
];
/// Between the trace and the statement.
const BORDER: &[u8] = b"%%%";

/// The first bytes: the size, what is shown, and whether it is the past.
pub fn check(data: &[u8]) {
    let [width, height, look, rest @ ..] = data else { return };
    let border = rest.windows(BORDER.len()).position(|window| window == BORDER);
    let (tape, typed) = border.map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + BORDER.len()..]));
    let mut world = World::new();
    let mut history = History::default();
    let mut events = Vec::new();
    for record in tape::records(&tape::play(tape)) {
        history.note(&world, &record);
        world.fold(record, &mut events);
    }
    explained(&world, &events);
    type_in(&world, typed);
    let mut app = App::new();
    app.observe(&world);
    app.take(&events);
    app.learn(&world, explain::last(&world, &events));
    app.view = VIEWS[usize::from(look % 7)];
    app.present.is_on = look / 7 % 8 == 7;
    app.recent = history.look(u64::MAX, 40).moments;
    if look / 56 % 2 == 1 {
        let at = history.newest() / 2;
        update::looked(&mut app, Some(history.look(at, 40)));
    }
    let theme = Theme::with([Colours::None, Colours::True, Colours::Indexed][usize::from(look / 112)]);
    let theme = if look % 2 == 0 { theme } else { Theme::chosen(Some(Ground::Light), true, |_| None) };
    drawn(ViewContext { app: &app, world: &world, theme }, (u16::from(*width), u16::from(height % 80)));
}

fn explained(world: &World, events: &[Event]) {
    sentence(&explain::last(world, events));
    for at in 0..events.len().min(8) {
        sentence(&explain::last(world, &events[at..=at]));
    }
    world.tasks().for_each(|task| sentence(&explain::task(world, &[], task.id)));
    world.ends().for_each(|end| sentence(&explain::end(world, end.id)));
    explain::deadlock(world).iter().for_each(sentence);
}

fn sentence(why: &Explanation) {
    assert!(why.text.ends_with('.') && !why.rule.is_empty() && !why.about.is_empty(), "{why:?}");
    assert!(!why.text.contains("  "), "{why:?}");
}

fn type_in(world: &World, typed: &[u8]) {
    let Ok(text) = str::from_utf8(typed) else { return };
    let found = tincans::app::complete::complete(world, text);
    assert!(found.choices.iter().all(|choice| !choice.is_empty()), "{found:?}");
    let Ok(Some(statement)) = parse::statement(text, 1) else { return };
    let (captures, run) = (Captures::default(), RunPlace::default());
    let context = Context { captures: &captures, base: 1000, max_tasks: 64, every_call: false, run: &run };
    let (plan, mut progress) = (Plan::of(&statement), Progress::default());
    let steps = std::iter::from_fn(|| plan.next(world, context, &mut progress).unwrap_or_default());
    assert!(steps.take(100).count() < 100, "a plan comes to its end");
}

fn drawn(scene: ViewContext<'_>, (width, height): (u16, u16)) {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    draw(scene, &mut buf);
    for cell in buf.content() {
        assert_harmless(cell.symbol(), "a cell");
    }
}
