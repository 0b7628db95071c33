//! What can be typed at the prompt beside statements: `:q`, `:help VERB`, and the name of any action, as `:undo`.

use crate::script::parse;
use crate::world::World;

use super::action::{Action, Command};
use super::{App, Mode, palette, update};

/// Short names that people bring along from other programs.
const SHORT: [(&str, &str); 6] =
    [("q", "quit"), ("q!", "quit"), ("wq", "quit"), ("quit!", "quit"), ("h", "help"), ("?", "help")];

/// Runs it, if it is one; none where it may be a statement.
pub(super) fn run(app: &mut App, world: &World, text: &str) -> Option<Vec<Command>> {
    let mut words = text.split_whitespace();
    let first = words.next()?.trim_start_matches(':');
    let name = SHORT.iter().find(|(short, _)| *short == first).map_or(first, |(_, name)| *name);
    let rest: Vec<&str> = words.collect();
    if name == "help" && !rest.is_empty() {
        leave(app);
        palette::open_with(app, &rest.join(" "));
        return Some(Vec::new());
    }
    let is_statement = parse::verbs().iter().any(|verb| verb.name == name);
    let action = action_named(app, name).filter(|_| rest.is_empty() && !is_statement)?;
    leave(app);
    Some(update::decide(app, world, action, None))
}

fn leave(app: &mut App) {
    app.prompt.enter();
    app.mode = app.before;
}

/// The action of this name, of those to be had where one was.
fn action_named(app: &App, name: &str) -> Option<Action> {
    let here = if app.before == Mode::Line { app.home() } else { app.before };
    app.keymap.of_mode(here).iter().find(|binding| binding.row.name == name).map(|binding| binding.row.action)
}
