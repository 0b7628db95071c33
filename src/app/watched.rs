//! What comes from a program that is watched, and what a person does about it: its part of `update`.

use crate::explain;
use crate::trace::{Event, What};
use crate::world::World;

use super::action::{Action, Command, Input};
use super::{App, stepping};

/// Something that has come from the program, or from the person at its keyboard.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these four")]
pub(super) fn update(app: &mut App, input: Input) -> Vec<Command> {
    let Some(program) = &mut app.program else { return Vec::new() };
    match input {
        Input::ProgramScreen(screen) => program.screen = screen,
        Input::ProgramEnded(words) => {
            program.has_keyboard = false;
            program.standing.clear();
            program.ending = Some(words.clone());
            app.transcript.end_noise();
            let (name, again) = (app.recording.clone().unwrap_or_default(), app.key(Action::RunAgain));
            app.notice = Some(format!("{name} {words}; what it did stays here until you leave; {again} runs it again"));
        }
        Input::KeyboardBack => program.has_keyboard = false,
        Input::ProgramStands(standing) => return stepping::stands(app, standing),
        _ => {}
    }
    Vec::new()
}

/// What is typed goes to the program from here on.
pub(super) fn give_keyboard(app: &mut App) {
    let Some(program) = &mut app.program else { return };
    program.has_keyboard = program.is_running();
}

/// Why the focused channel's near end is as it is; where nobody can be asked by a statement.
pub(super) fn explain_focused(app: &mut App, world: &World) {
    let Some(facing) = app.focused(world) else {
        app.notice = Some("there is no channel yet".to_owned());
        return;
    };
    app.explain(explain::end(world, facing.near));
}

impl App {
    /// Takes in what a watched program did. The trace begins at its first channel, and what is about none is counted.
    pub(super) fn take_of_program(&mut self, world: &World, events: &[Event]) {
        if let Some(words) = self.program.as_mut().and_then(|program| stepping::look_at(program, events)) {
            self.notice = Some(words);
        }
        for event in events {
            if is_noise(world, event) {
                self.transcript.push_noise();
            } else {
                self.transcript.push_event(event);
            }
        }
    }
}

/// Whether an event is about no channel: before there is one, or of a descriptor that refers to something else.
fn is_noise(world: &World, event: &Event) -> bool {
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever is no call is told")]
    match &event.what {
        What::Call(call) => match call.call.fd() {
            Some(fd) => call.names.end_id(fd).is_none_or(|end| world.end(end).is_none()),
            None => world.channels().next().is_none(),
        },
        What::Signal { .. } => world.channels().next().is_none(),
        _ => false,
    }
}
