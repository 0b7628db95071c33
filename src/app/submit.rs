//! Keys that become statements: sent, run, made of the focused channel. Each is parsed as if a person had typed it, and shown.

use crate::lesson::position::only_looks;
use crate::script::{Statement, parse};
use crate::world::World;
use crate::world::kind::Kind;

use super::action::{Action, ChannelAction, Command};
use super::channel_sides::Facing;
use super::key_statements::KeyStatement;
use super::target::{PanelSide, Target};
use super::{App, Mode, channel_sides, learn, prompt_command};

/// Statements that make the bench the program opens on.
pub const OPENING: [&str; 3] = ["signal SIGPIPE ignore", "channel stream wire child1", "channel dgram post child2"];

/// A bench of so many statements beyond those is not thrown away by one key.
const WORTH_ASKING: usize = 12;

/// Why nothing can be run again.
const FORGOTTEN: &str = "what this bench began with is forgotten, so it cannot be run again";

/// What became of a statement on the message line.
const AS_BYTES: &str = "sent as bytes";

/// The statements that open a bench.
pub(super) fn open(app: &mut App) -> Vec<Command> {
    let opening = OPENING.map(|text| Ok(text.to_owned()));
    submit(app, opening)
}

/// What Enter on the message line stands for: the message of who speaks; of an empty line, the tasks that are spoken to read.
pub(super) fn sending(app: &App, world: &World) -> Vec<KeyStatement> {
    let text = app.line.text();
    let (is_all, side) = match app.target {
        Target::All => (true, PanelSide::Near),
        Target::Focused(side) => (false, side),
    };
    // Of all, a pipe that goes the other way is simply not meant.
    let is_meant = |end| !is_all || channel_sides::can_carry(world, end, !text.is_empty());
    let situation = app.situation(world);
    let statement = |to: Facing| {
        if text.is_empty() { situation.drain(to, side.other()) } else { situation.write(to, side, text) }
    };
    let end = |to: &Facing| to.end(if text.is_empty() { side.other() } else { side });
    app.addressed(world).into_iter().filter(|to| is_meant(end(to))).map(statement).collect()
}

pub(super) fn send(app: &mut App, world: &World) -> Vec<Command> {
    let statements = sending(app, world);
    if statements.is_empty() {
        // Nothing was sent, so nothing of it is lost.
        app.notice = Some(match (app.focused(world), app.line.text().is_empty()) {
            (None, _) => no_channel(app),
            (Some(_), true) => "no child has an end that it could read".to_owned(),
            (Some(_), false) => "no channel here carries anything from parent".to_owned(),
        });
        return Vec::new();
    }
    let text = app.line.enter();
    if !app.told.contains(&AS_BYTES) && looks_like_a_statement(world, &text) {
        app.told.push(AS_BYTES);
        let (leave, prompt) = (app.key(Action::LeaveLine), app.key(Action::OpenPrompt));
        app.notice = Some(format!("{AS_BYTES}; {leave} then {prompt} runs a statement"));
    }
    let before = app.notice.take();
    let commands = submit(app, statements);
    // A message that went to some: why it came out there as it did is not hidden by why it did not go to the others.
    if let Some(reasons) = app.notice.take_if(|_| !text.is_empty() && !commands.is_empty()) {
        app.transcript.note(format!("── {reasons} ──"));
    }
    app.notice = app.notice.take().or(before);
    commands
}

/// Whether somebody may have meant a message to be run: it begins as at the prompt, or it is a statement about an end there is.
fn looks_like_a_statement(world: &World, text: &str) -> bool {
    let names_an_end = || {
        let ends = channel_sides::shown(world).into_iter().flat_map(|facing| [facing.near, facing.far]);
        ends.filter_map(|end| world.end(end)).any(|end| text.contains(&end.label()))
    };
    text.starts_with(':') || (names_an_end() && matches!(parse::statement(text, 1), Ok(Some(_))))
}

/// There is nothing that a key could act on.
pub(super) fn no_channel(app: &App) -> String {
    let new = app.key(Action::NewChannel);
    if app.mode == Mode::Line {
        return format!("there is no channel; {}, then {new} makes one", app.key(Action::LeaveLine));
    }
    format!("there is no channel; {new} makes one")
}

/// What was typed at the prompt; a mistake leaves it open, with the place.
pub(super) fn run(app: &mut App, world: &World) -> Vec<Command> {
    let typed = app.prompt.text().to_owned();
    if let Some(commands) = prompt_command::run(app, world, &typed) {
        return commands;
    }
    let Some(statement) = understood(app, &typed) else { return Vec::new() };
    let text = app.prompt.enter();
    app.typed_last = Some((statement.line, text.clone()));
    run_typed(app, statement, &text)
}

/// A statement that came as a line.
pub(super) fn typed(app: &mut App, text: &str) -> Vec<Command> {
    understood(app, text).map_or_else(Vec::new, |statement| run_typed(app, statement, text))
}

/// What a line says; where that is a mistake, it is told with its place.
fn understood(app: &mut App, text: &str) -> Option<Statement> {
    let line = app.number();
    match parse::statement(text, line) {
        Err(error) => {
            app.notice = Some(format!("column {}: {}", error.column, error.message));
            None
        }
        Ok(statement) => {
            if app.mode == Mode::Prompt {
                app.mode = app.before;
            }
            statement
        }
    }
}

/// A statement that was typed as a whole.
fn run_typed(app: &mut App, statement: Statement, text: &str) -> Vec<Command> {
    app.expect(&statement, text);
    app.said.begin(statement.line);
    app.follow = true;
    app.begin();
    learn::offer(app);
    vec![Command::Run(Box::new(statement))]
}

pub(super) fn reset(app: &mut App) -> Vec<Command> {
    app.forget_bench();
    let mut commands = vec![Command::Cancel];
    commands.extend(submit(app, [Ok("reset".to_owned())]));
    commands.extend(open(app));
    commands
}

/// The bench cannot be brought back: whether much would be lost, and this was said. A lesson's step is soon made again, and behind
/// the curtain nobody would read it.
pub(super) fn asks_before_reset(app: &mut App, action: Action) -> bool {
    let made = app.said.after(app.silent_until);
    let own = if app.course.taking.is_some() { made } else { made.saturating_sub(OPENING.len()) };
    if own < WORTH_ASKING || app.course.shown().is_some() || app.present.is_hidden {
        return false;
    }
    let (again, save) = (app.key(action), app.key(Action::SaveLesson));
    app.notice = Some(format!(
        "{again} once more kills all and forgets the {own} statements of this bench; {save} saves them as a lesson"
    ));
    app.asked = Some(action);
    true
}

/// A key that leads to a new channel: a letter more says which.
#[expect(clippy::wildcard_enum_match_arm, reason = "it is asked of four actions")]
pub(super) fn new_channel(app: &mut App, world: &World, action: Action) -> Vec<Command> {
    app.mode = app.home();
    match action {
        Action::NewChannel => app.mode = Mode::NewChannel,
        Action::TypeChannel => {
            let text = app.situation(world).new_channel(Kind::Stream);
            app.open_prompt(&text);
        }
        Action::Create(kind) => {
            let statement = app.situation(world).new_channel(kind);
            app.follow = true;
            return submit(app, [Ok(statement)]);
        }
        _ => {}
    }
    Vec::new()
}

pub(super) fn make(app: &mut App, world: &World, deed: ChannelAction) -> Vec<Command> {
    let phrase = channel_statement(app, world, deed);
    submit(app, [phrase])
}

/// The statement about the focused channel.
pub(super) fn channel_statement(app: &App, world: &World, deed: ChannelAction) -> KeyStatement {
    let facing = app.focused(world).ok_or_else(|| no_channel(app))?;
    app.situation(world).deed(deed, facing)
}

/// The kernel cannot undo anything: all that made the bench is done again on fresh processes, up to the end of the statement
/// that is looked at.
pub(super) fn run_again(app: &mut App) -> Vec<Command> {
    // Of a recording that is seen as it ended, all.
    let newest = if app.past.is_none() { app.said.last().map_or(0, |last| last.line) } else { 0 };
    let line = app.past.as_ref().and_then(|past| past.moments.last()).map_or(newest, |moment| moment.line);
    let Some(statements) = app.said.up_to(line) else {
        app.notice = Some(FORGOTTEN.to_owned());
        return Vec::new();
    };
    let last = statements.last().map_or_else(|| "the beginning".to_owned(), |last| last.text.trim().to_owned());
    let commands = replay(app, statements);
    app.focus = None;
    app.notice = Some(format!("run again on fresh processes, to the end of: {last}"));
    commands
}

/// The last thing that changed the bench, and the statements before it; or why there is none.
pub(super) fn undoable(app: &App) -> Result<(String, Vec<Statement>), String> {
    let nothing = || "nothing was done yet that could be undone".to_owned();
    let start = app.said.last_change().ok_or_else(nothing)?;
    let all = app.said.up_to(u32::MAX).ok_or_else(|| FORGOTTEN.to_owned())?;
    let at = all.partition_point(|statement| statement.line < start);
    let (kept, undone) = all.split_at(at);
    let is_opening = undone.iter().zip(OPENING).all(|(statement, text)| statement.text.trim() == text);
    if kept.is_empty() && is_opening {
        return Err(nothing());
    }
    let undone: Vec<&str> = undone.iter().filter(|it| !only_looks(it)).map(|it| it.text.trim()).collect();
    Ok((undone.join("; "), kept.to_vec()))
}

/// The bench as it was before the last statement.
pub(super) fn undo(app: &mut App) -> Vec<Command> {
    match undoable(app) {
        Ok((undone, kept)) => {
            let commands = replay(app, kept);
            app.notice = Some(format!("undone: {undone}. Everything before it was run again on fresh processes"));
            commands
        }
        Err(reason) => {
            app.notice = Some(reason);
            Vec::new()
        }
    }
}

/// A new bench, and these statements on it.
pub(super) fn replay(app: &mut App, statements: Vec<Statement>) -> Vec<Command> {
    let focus = app.focus;
    app.return_to_now();
    app.forget_bench();
    app.focus = focus;
    let begins: Vec<bool> = statements.iter().map(|statement| app.said.begins(statement.line)).collect();
    let leaves = app.recording.take().map(|_| Command::LeaveRecording);
    let mut commands: Vec<Command> = leaves.into_iter().chain([Command::Cancel]).collect();
    commands.extend(submit(app, [Ok("reset".to_owned())]));
    for (statement, begins) in statements.into_iter().zip(begins) {
        let statement = Statement { line: app.number(), ..statement };
        if begins {
            app.said.begin(statement.line);
        }
        let text = statement.text.clone();
        app.expect(&statement, &text);
        commands.push(Command::Run(Box::new(statement)));
    }
    commands
}

/// Statements to run; of those that cannot be made, the reasons are said.
pub(super) fn submit(app: &mut App, phrases: impl IntoIterator<Item = KeyStatement>) -> Vec<Command> {
    app.begin();
    app.said.begin(app.next_line.saturating_add(1));
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
