//! All that can be done where one was, found by letters: each with its key, the statement it stands for, and, if it cannot be done
//! now, the reason.

use crate::lesson::Next;
use crate::world::World;
use crate::world::kind::Kind;

use super::action::{Action, Learn};
pub use super::action_entry::ActionEntry;
use super::input_line::InputLine;
use super::keys::{self, Binding, Key};
use super::{App, Mode, availability, search, submit};

/// The list while it is looked through.
#[derive(Debug, Clone)]
pub struct Palette {
    /// What is searched for.
    pub query: InputLine,
    /// The marked one, among those found.
    pub selected: usize,
    /// What the keys meant before.
    pub back: Mode,
}

impl Default for Palette {
    fn default() -> Self {
        Self { query: InputLine::default(), selected: 0, back: Mode::Keys }
    }
}

/// A key that opens, closes or moves in the list.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys act elsewhere")]
pub(super) fn act(app: &mut App, world: &World, action: Action) {
    match action {
        Action::OpenPalette => {
            let back = if app.mode == Mode::Help { app.before } else { app.mode };
            app.palette = Palette { back, ..Palette::default() };
            app.mode = Mode::Palette;
        }
        Action::ClosePalette => app.mode = app.palette.back,
        Action::PaletteUp => select(app, world, -1),
        Action::PaletteDown => select(app, world, 1),
        // What was chosen has been done already.
        Action::Perform => app.notice = Some(nothing(app)),
        Action::PaletteAt(place) => app.palette.selected = usize::from(place),
        _ => {}
    }
}

/// Opens it with something searched for already.
pub(super) fn open_with(app: &mut App, query: &str) {
    let back = if app.mode == Mode::Line { app.home() } else { app.mode };
    app.palette = Palette { back, ..Palette::default() };
    app.palette.query.set(query);
    app.mode = Mode::Palette;
}

fn select(app: &mut App, world: &World, step: isize) {
    match entries(app, world).len() {
        0 => app.notice = Some(nothing(app)),
        1 => app.notice = Some("there is no other action to be marked".to_owned()),
        count => {
            let now = app.palette.selected.min(count - 1);
            app.palette.selected = now.wrapping_add_signed(step + count.cast_signed()) % count;
        }
    }
}

/// There is nothing to be done by that name.
pub fn nothing(app: &App) -> String {
    format!("no action is called so; {} goes back", app.key(Action::ClosePalette))
}

/// What is marked.
pub fn chosen(app: &App, world: &World) -> Option<ActionEntry> {
    let found = entries(app, world);
    let at = app.palette.selected.min(found.len().saturating_sub(1));
    found.into_iter().nth(at)
}

/// All that is found, what fits best first: keys, then statements, lessons and rows of the matrix, once something is searched for.
pub fn entries(app: &App, world: &World) -> Vec<ActionEntry> {
    let query = app.palette.query.text().to_lowercase();
    let mut found: Vec<(u32, ActionEntry)> = actions(app)
        .into_iter()
        .filter_map(|entry| {
            let text = format!("{} {} {}", entry.name, entry.long, entry.keys.to_lowercase()).to_lowercase();
            Some((search::rank(entry.name, &text, "", &query)?, entry))
        })
        .collect();
    found.extend(search::others(app, &query));
    // Letters that stand somewhere in order are a last resort.
    if found.iter().any(|(rank, _)| *rank < search::SCATTERED) {
        found.retain(|(rank, _)| *rank < search::SCATTERED);
    }
    found.sort_by_key(|(rank, _)| *rank);
    let complete = |entry: ActionEntry| ActionEntry {
        objection: availability::objection(app, world, entry.action),
        statements: statements(app, world, entry.action),
        ..entry
    };
    found.into_iter().map(|(_, entry)| complete(entry)).collect()
}

/// Every key of where one was, by what it does.
fn actions(app: &App) -> Vec<ActionEntry> {
    let mut all: Vec<ActionEntry> = Vec::new();
    for binding in app.keymap.of_mode(app.palette.back) {
        for (action, long) in meanings(app, binding) {
            let keys = label(binding, action);
            match all.iter_mut().find(|entry| entry.action == action) {
                // Two rows for one action: its keys together.
                Some(entry) => entry.keys = [entry.keys.as_str(), keys.as_str()].join(" ").trim().into(),
                None => all.push(ActionEntry { name: binding.row.name, keys, ..ActionEntry::of(action, long) }),
            }
        }
    }
    all
}

/// What a row can mean: one thing, or each answer to a lesson's question.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other row is one thing")]
fn meanings(app: &App, binding: &Binding) -> Vec<(Action, String)> {
    let row = binding.row;
    match row.action {
        // A number is typed, not chosen.
        Action::OpenPalette | Action::Count(_) => Vec::new(),
        Action::Learn(Learn::Choose(_)) => {
            let next = app.course.current().map(|(lesson, taking)| taking.walk.next(lesson));
            let Some(Next::Ask(prediction)) = next else { return vec![(row.action, row.long.to_owned())] };
            let option =
                |(number, text): (u8, &str)| (Action::Learn(Learn::Choose(number)), format!("{}: {text}", row.long));
            (1..).zip(prediction.options.iter().map(|option| option.text.as_str())).map(option).collect()
        }
        action => vec![(action, row.long.to_owned())],
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other row is six keys")]
fn label(binding: &Binding, action: Action) -> String {
    let chosen = match action {
        Action::Learn(Learn::Choose(number)) => {
            binding.keys.first().and_then(|key| key.of_number(usize::from(number))).map(Key::label)
        }
        _ => None,
    };
    chosen.unwrap_or_else(|| keys::label(&binding.keys))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other key stands for a statement by itself")]
fn statements(app: &App, world: &World, action: Action) -> Vec<String> {
    match action {
        Action::Make(deed) => submit::channel_statement(app, world, deed).into_iter().collect(),
        Action::Reset => vec!["reset".to_owned()],
        Action::NewChannel | Action::TypeChannel => vec![app.situation(world).new_channel(Kind::Stream)],
        Action::Create(kind) => vec![app.situation(world).new_channel(kind)],
        Action::Learn(Learn::Step) => {
            let next = app.course.shown().map(|(lesson, taking)| taking.walk.next(lesson));
            match next {
                Some(Next::Run(statement)) => vec![statement.text.clone()],
                Some(Next::Ask(prediction)) => vec![prediction.statement.text.clone()],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{ChannelAction, Command, Input};
    use crate::app::recorded_bench::RecordedBench;
    use crate::app::update::update;
    use crate::trace::TaskId;

    fn opened() -> (App, RecordedBench) {
        let (mut app, stage) = (App::new(), RecordedBench::open());
        app.observe(&stage.world);
        app.mode = Mode::Keys;
        press(&mut app, &stage, Action::OpenPalette);
        (app, stage)
    }

    fn press(app: &mut App, stage: &RecordedBench, action: Action) -> Vec<Command> {
        update(app, &stage.world, Input::Do(action))
    }

    fn search(app: &mut App, stage: &RecordedBench, text: &str) -> Vec<&'static str> {
        update(app, &stage.world, Input::Text(text.to_owned()));
        entries(app, &stage.world).iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn every_action_of_the_mode_is_there_once_with_all_its_keys() {
        let (app, stage) = opened();
        let all = entries(&app, &stage.world);
        for binding in app.keymap.of_mode(Mode::Keys).iter().filter(|it| it.row.action != Action::OpenPalette) {
            let found: Vec<&ActionEntry> = all.iter().filter(|entry| entry.action == binding.row.action).collect();
            let is_typed = matches!(binding.row.action, Action::Count(_));
            let is_there = found.len() == 1 && found[0].keys.contains(&binding.label());
            assert!(is_there || is_typed, "{}", binding.row.name);
        }
        let leave = all.iter().find(|entry| entry.action == Action::Quit).unwrap();
        assert_eq!(leave.keys, "q Ctrl-C");
    }

    #[test]
    fn letters_find_words_first_and_then_letters_in_order() {
        let (mut app, stage) = opened();
        assert_eq!(search(&mut app, &stage, "kill")[..3], ["kill", "kill", "reset"]);
        let (mut app, stage) = opened();
        assert_eq!(search(&mut app, &stage, "sigk")[0], "kill");
        let (mut app, stage) = opened();
        assert_eq!(search(&mut app, &stage, "descriptors proc")[0], "processes");
        let (mut app, stage) = opened();
        assert_eq!(search(&mut app, &stage, "dgrm")[0], "diagram");
        let (mut app, stage) = opened();
        assert!(search(&mut app, &stage, "zzzz漢").is_empty());
        assert!(press(&mut app, &stage, Action::Perform).is_empty());
        assert_eq!(app.notice.as_deref(), Some("no action is called so; Esc goes back"));
        assert_eq!(app.mode, Mode::Palette);
    }

    #[test]
    fn whole_words_find_what_they_mean() {
        for (word, want) in [("undo", "undo"), ("write", "write"), ("read", "read"), ("poll", "poll"), ("copy", "copy")]
        {
            let (mut app, stage) = opened();
            assert_eq!(search(&mut app, &stage, word)[0], want);
        }
        for word in ["5000*z", "64KiB", r"\x00"] {
            let (mut app, stage) = opened();
            assert!(search(&mut app, &stage, word).contains(&"write"), "{word}");
        }
        for word in ["eof", "EPIPE", "SCM_RIGHTS", "sndbuf", "zombie"] {
            let (mut app, stage) = opened();
            app.course = crate::app::course::Course::new(
                crate::lesson::builtin::lessons(),
                crate::lesson::progress::Progress::default(),
                None,
            );
            let found = search(&mut app, &stage, word);
            let is_body = found.iter().any(|name| matches!(*name, "lesson" | "sendmsg"));
            assert!(is_body, "{word}: {found:?}");
        }
    }

    #[test]
    fn a_statement_that_is_found_goes_into_the_prompt_with_its_signature_told() {
        let (mut app, stage) = opened();
        search(&mut app, &stage, "getsockopt");
        let entry = chosen(&app, &stage.world).unwrap();
        assert!(entry.detail.as_deref().unwrap_or_default().contains("for example: getsockopt wire[0] sndbuf"));
        assert!(press(&mut app, &stage, Action::Perform).is_empty());
        assert_eq!((app.mode, app.prompt.text()), (Mode::Prompt, "getsockopt "));
    }

    #[test]
    fn what_is_marked_is_done_as_if_its_key_had_been_pressed() {
        let (mut app, stage) = opened();
        search(&mut app, &stage, "sigkill");
        let entry = chosen(&app, &stage.world).unwrap();
        assert_eq!(entry.statements, ["kill child1 SIGKILL"]);
        let commands = press(&mut app, &stage, Action::Perform);
        let [Command::Run(statement)] = &commands[..] else { panic!("{commands:?}") };
        assert_eq!((statement.text.as_str(), app.mode), ("kill child1 SIGKILL", Mode::Keys));
    }

    #[test]
    fn what_cannot_be_done_has_its_reason_and_stays_undone() {
        let (mut app, mut stage) = opened();
        stage.kill(TaskId(1));
        search(&mut app, &stage, "sigkill");
        let entry = chosen(&app, &stage.world).unwrap();
        assert_eq!(entry.objection.as_deref(), Some("child1 was killed by SIGKILL already"));
        assert!(press(&mut app, &stage, Action::Perform).is_empty());
        assert_eq!((app.notice, app.mode), (entry.objection, Mode::Palette));
    }

    #[test]
    fn up_and_down_go_round_and_a_letter_begins_at_the_top_again() {
        let (mut app, stage) = opened();
        press(&mut app, &stage, Action::PaletteUp);
        let count = entries(&app, &stage.world).len();
        assert_eq!(app.palette.selected, count - 1);
        press(&mut app, &stage, Action::PaletteDown);
        press(&mut app, &stage, Action::PaletteDown);
        assert_eq!(app.palette.selected, 1);
        search(&mut app, &stage, "r");
        assert_eq!(app.palette.selected, 0);
        press(&mut app, &stage, Action::ClosePalette);
        assert_eq!(app.mode, Mode::Keys);
    }

    #[test]
    fn in_the_past_only_what_looks_around_is_listed() {
        let (mut app, mut stage) = opened();
        press(&mut app, &stage, Action::ClosePalette);
        stage.write(TaskId(0), 3, b"one");
        let look = stage.history.look(stage.history.newest() - 1, 10);
        crate::app::update::looked(&mut app, Some(look));
        press(&mut app, &stage, Action::OpenPalette);
        let all = entries(&app, &stage.world);
        assert!(all.iter().all(|entry| entry.action != Action::Make(ChannelAction::Kill)));
        assert!(all.iter().any(|entry| entry.action == Action::RunAgain && entry.objection.is_none()));
        search(&mut app, &stage, "now");
        press(&mut app, &stage, Action::Perform);
        assert_eq!((app.past.is_none(), app.mode), (true, Mode::Keys));
    }
}
