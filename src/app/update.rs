//! One input changes the state and says what is to be done: no call, no drawing, and every key by the statement it stands for.

use crate::script::parse;
use crate::world::World;

use super::action::{Action, Command, Deed, Edit, Input};
use super::phrase::{Phrase, Situation};
use super::{App, Audience, Mode, facing};

/// Lines that one key scrolls the trace.
const TRACE_STEP: usize = 5;
/// Statements that make the bench the program opens on.
pub const OPENING: [&str; 3] = ["signal SIGPIPE ignore", "channel stream wire child1", "channel dgram post child2"];

/// Changes the state by one input.
pub fn update(app: &mut App, world: &World, input: Input) -> Vec<Command> {
    app.notice = None;
    match input {
        Input::Do(action) => act(app, world, action),
        Input::Text(text) => {
            type_in(app, &text, 0);
            Vec::new()
        }
        Input::Paste { text, dropped } => {
            type_in(app, &text, dropped);
            Vec::new()
        }
    }
}

/// The statements that open a bench.
pub fn open(app: &mut App) -> Vec<Command> {
    let opening = OPENING.map(|text| Ok(text.to_owned()));
    say(app, opening)
}

fn act(app: &mut App, world: &World, action: Action) -> Vec<Command> {
    match action {
        Action::Send => return send(app, world),
        Action::Run => return run(app),
        Action::Make(deed) => return make(app, world, deed),
        Action::Reset => return reset(app),
        Action::Quit => return vec![Command::Quit],
        Action::NewChannel => {
            let text = situation(app, world).new_channel();
            open_prompt(app, &text);
        }
        Action::OpenPrompt => open_prompt(app, ""),
        Action::LeavePrompt | Action::CloseHelp => app.mode = app.before,
        Action::OpenHelp => {
            app.before = app.mode;
            app.mode = Mode::Help;
            app.help_scroll = 0;
        }
        Action::LeaveLine => app.mode = Mode::Keys,
        Action::EnterLine => app.mode = Mode::Line,
        Action::FocusNext => move_focus(app, world, 1),
        Action::FocusPrevious => move_focus(app, world, -1),
        Action::ToggleAudience => toggle_audience(app),
        Action::HelpUp => app.help_scroll = app.help_scroll.saturating_sub(1),
        Action::HelpDown => app.help_scroll = app.help_scroll.saturating_add(1),
        Action::TraceUp => app.transcript.back(TRACE_STEP),
        Action::TraceDown => app.transcript.forth(TRACE_STEP),
        Action::Edit(edit) => edit_line(app, edit),
    }
    Vec::new()
}

fn toggle_audience(app: &mut App) {
    app.audience = match app.audience {
        Audience::All => Audience::Focused,
        Audience::Focused => Audience::All,
    };
}

fn open_prompt(app: &mut App, text: &str) {
    app.before = app.mode;
    app.mode = Mode::Prompt;
    app.prompt.set(text);
}

fn type_in(app: &mut App, text: &str, dropped_before: u64) {
    let line = match app.mode {
        Mode::Line => &mut app.line,
        Mode::Prompt => &mut app.prompt,
        Mode::Keys | Mode::Help => {
            app.notice = Some("letters are keys here; i returns to the message line".to_owned());
            return;
        }
    };
    let dropped = dropped_before + line.insert(text) as u64;
    if dropped > 0 {
        let most = super::input_line::MAX_INPUT;
        app.notice = Some(format!("{dropped} bytes did not fit and were dropped: a line takes {most}"));
    }
}

fn edit_line(app: &mut App, edit: Edit) {
    match app.mode {
        Mode::Line => app.line.edit(edit),
        Mode::Prompt => app.prompt.edit(edit),
        Mode::Keys | Mode::Help => {}
    }
}

fn move_focus(app: &mut App, world: &World, step: isize) {
    let shown = facing::shown(world);
    let Some(now) = app.focused(world).and_then(|now| shown.iter().position(|facing| *facing == now)) else { return };
    let next = now.wrapping_add_signed(step + shown.len().cast_signed()) % shown.len();
    app.focus = Some(shown[next].channel);
}

/// The message to all who are addressed; of an empty line, their children read.
fn send(app: &mut App, world: &World) -> Vec<Command> {
    let addressed = app.addressed(world);
    if addressed.is_empty() {
        app.notice = Some("there is no channel; Esc, then n makes one".to_owned());
        return Vec::new();
    }
    let text = app.line.enter();
    let situation = situation(app, world);
    let phrases: Vec<Phrase> = if text.is_empty() {
        addressed.into_iter().map(|facing| situation.drain(facing)).collect()
    } else {
        addressed.into_iter().map(|facing| situation.write(facing, &text)).collect()
    };
    say(app, phrases)
}

/// What was typed at the prompt; a mistake leaves it open, with the place.
fn run(app: &mut App) -> Vec<Command> {
    let line = app.number();
    match parse::statement(app.prompt.text(), line) {
        Err(error) => {
            app.notice = Some(format!("column {}: {}", error.column, error.message));
            Vec::new()
        }
        Ok(None) => {
            app.mode = app.before;
            Vec::new()
        }
        Ok(Some(statement)) => {
            let text = app.prompt.enter();
            app.expect(&statement, &text);
            app.mode = app.before;
            app.follow = true;
            vec![Command::Run(Box::new(statement))]
        }
    }
}

fn reset(app: &mut App) -> Vec<Command> {
    app.focus = None;
    app.follow = false;
    app.why = None;
    app.keepers.clear();
    let mut commands = vec![Command::Cancel];
    commands.extend(say(app, [Ok("reset".to_owned())]));
    commands.extend(open(app));
    commands
}

fn make(app: &mut App, world: &World, deed: Deed) -> Vec<Command> {
    let Some(facing) = app.focused(world) else {
        app.notice = Some("there is no channel; n makes one".to_owned());
        return Vec::new();
    };
    let phrase = situation(app, world).deed(deed, facing);
    say(app, [phrase])
}

fn situation<'a>(app: &'a App, world: &'a World) -> Situation<'a> {
    Situation { world, keepers: &app.keepers }
}

/// Statements to run; of those that cannot be made, the reasons are said.
fn say(app: &mut App, phrases: impl IntoIterator<Item = Phrase>) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut reasons: Vec<String> = Vec::new();
    for phrase in phrases {
        let line = app.number();
        let parsed = phrase.and_then(|text| match parse::statement(&text, line) {
            Ok(Some(statement)) => Ok((text, statement)),
            Ok(None) => Err("there is nothing to do".to_owned()),
            Err(error) => Err(error.message),
        });
        match parsed {
            Ok((text, statement)) => {
                app.expect(&statement, &text);
                commands.push(Command::Run(Box::new(statement)));
            }
            Err(reason) => reasons.push(reason),
        }
    }
    if !reasons.is_empty() {
        app.notice = Some(reasons.join(" · "));
    }
    commands
}
