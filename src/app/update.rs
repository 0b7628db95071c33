//! One input changes the state and says what is to be done: no call, no drawing, and every key by the statement it stands for.

use std::rc::Rc;

use crate::script::parse;
use crate::world::World;
use crate::world::history::PastPicture;

use super::action::{Action, ChannelAction, Command, Input, Learn, Move};
use super::input_line::Edit;
use super::target;

use super::{
    App, Mode, View, availability, channel_sides, copy, filtering, learn, matrix_view, palette, practice, presentation,
    stepping, submit, watched,
};

/// Lines that one key scrolls the trace.
const TRACE_STEP: usize = 5;
/// Lines that one key turns help by, where nobody knows how many are seen.
const HELP_STEP: u16 = 10;

/// Changes the state by one input.
pub fn update(app: &mut App, world: &World, input: Input) -> Vec<Command> {
    let is_told = matches!(
        input,
        Input::Settled(_) | Input::NotKept(_) | Input::Said(_) | Input::Warned(_) | Input::Pressed(_) | Input::Posed(_)
    ) || matches!(input, Input::NotPosed(_) | Input::OtherKinds(..) | Input::Copied(_) | Input::Cell(..))
        || matches!(input, Input::ProgramScreen(_) | Input::ProgramEnded(_) | Input::ProgramStands(_));
    let is_number = matches!(input, Input::Do(Action::Count(_)));
    let mut asked = None;
    if !is_told {
        app.notice = None;
        asked = app.asked.take();
    }
    let had_step = app.first_step.is_some();
    let mut commands = apply(app, world, input, asked);
    app.filter_trace();
    app.pass_done_steps(world);
    commands.extend(app.ask_five_kinds(world));
    commands.extend(app.ask_next_cell());
    if had_step && app.first_step.is_none() && !commands.contains(&Command::Save) {
        commands.push(Command::Save);
    }
    // A number is for the one key that comes after it.
    if !is_told && !is_number {
        app.count = None;
    }
    commands
}

fn apply(app: &mut App, world: &World, input: Input, asked: Option<Action>) -> Vec<Command> {
    match input {
        Input::Settled(verdicts) => return learn::settled(app, world, verdicts),
        Input::Cell(place, answer) => app.take_cell(place, answer),
        Input::OtherKinds(step, kinds) => app.course.learn_other_kinds(step, kinds),
        Input::ProgramScreen(_) | Input::ProgramEnded(_) | Input::ProgramStands(_) | Input::KeyboardBack => {
            return watched::update(app, input);
        }
        Input::NotKept(reason) => {
            app.notice = Some(reason.clone());
            app.course.warning = Some(reason);
        }
        Input::Said(words) => {
            app.transcript.note(format!("-- {words} --"));
            app.notice = Some(words);
        }
        Input::Copied(words) => app.notice = Some(words),
        Input::Warned(lines) => warn(app, lines),
        Input::Pressed(key) => {
            if let Some(told) = presentation::told(app, key) {
                app.present.press(told);
            }
        }
        Input::Posed(problem) => practice::posed(app, *problem),
        Input::NotPosed(reason) => practice::not_posed(app, reason),
        Input::Statement(_) if app.recording.is_some() => app.notice = Some(availability::past_objection(app)),
        Input::Statement(text) => return submit::typed(app, &text),
        Input::Take(at) => return learn::take(app, at),
        Input::Do(action) => return decide(app, world, action, asked),
        Input::Unbound(key) => unbound(app, &key),
        Input::Text(text) => type_in(app, &text, 0),
        Input::Paste { text, dropped } => type_in(app, &text, dropped),
    }
    Vec::new()
}

/// An action from a key or from the palette, on the bench that is seen; what would lose much is done when it is asked for again.
pub(super) fn decide(app: &mut App, world: &World, action: Action, asked: Option<Action>) -> Vec<Command> {
    let then = app.past.as_ref().map(|past| Rc::clone(&past.world));
    let seen = then.as_deref().unwrap_or(world);
    let is_marked = |place: u16| usize::from(place) == app.palette.selected;
    let performs = action == Action::Perform || matches!(action, Action::PaletteAt(place) if is_marked(place));
    let action = match performs.then(|| palette::chosen(app, seen)).flatten() {
        Some(entry) if entry.objection.is_some() => {
            app.notice = entry.objection;
            return Vec::new();
        }
        Some(entry) => entry.action,
        None => action,
    };
    // Whatever is none of its own keys was chosen in it.
    if app.mode == Mode::Palette && !availability::is_of_palette(action) {
        app.mode = app.palette.back;
    }
    if app.past.is_some() && !availability::looks(action) {
        app.notice = Some(availability::past_objection(app));
        return Vec::new();
    }
    if let Some(reason) = availability::objection(app, seen, action) {
        app.notice = Some(reason);
        return Vec::new();
    }
    let loses = matches!(action, Action::Reset | Action::OpenCell);
    if loses && asked != Some(action) && submit::asks_before_reset(app, action) {
        return Vec::new();
    }
    act(app, seen, action)
}

/// A key that means nothing here.
fn unbound(app: &mut App, key: &str) {
    let all = Action::OpenPalette;
    let is_listed = app.keymap.of_mode(app.mode).iter().any(|binding| binding.row.action == all);
    let more = if is_listed { format!("; {} shows all actions", app.key(all)) } else { String::new() };
    app.notice = Some(format!("{key} means nothing here{more}"));
}

/// What could not be taken of somebody's settings.
fn warn(app: &mut App, lines: Vec<String>) {
    let count = lines.len();
    for line in &lines {
        app.transcript.note(format!("── {line} ──"));
    }
    if let Some(first) = lines.into_iter().next() {
        let many = format!("{count} settings cannot be taken, as the trace says; the first: {first}");
        app.notice = Some(if count > 1 { many } else { first });
    }
}

/// What was asked for by [`Command::Look`]: the past, or now where there is nothing that old.
pub fn looked(app: &mut App, look: Option<PastPicture>) {
    match look {
        Some(look) => app.look_back(look),
        None if app.past.is_some() => app.return_to_now(),
        None => app.notice = Some("nothing has happened yet, so there is no past".to_owned()),
    }
    app.filter_trace();
}

/// What came of [`Command::TryAlternatives`].
pub fn alternatives(app: &mut App, came: Result<World, String>) {
    app.show_alternatives(came);
}

/// A lesson, by its place in the course; where there is none, the list of all.
pub fn take(app: &mut App, world: &World, lesson: Option<usize>) -> Vec<Command> {
    match lesson {
        Some(at) => learn::take(app, at),
        None => learn::act(app, world, Learn::List),
    }
}

/// Problems without end.
pub fn practise(app: &mut App) -> Vec<Command> {
    practice::begin(app)
}

/// What came of [`Command::TryKinds`].
pub fn five_kinds(app: &mut App, came: Result<Vec<World>, String>) {
    app.show_five_kinds(came);
}

/// The statements that open a bench.
pub fn open(app: &mut App) -> Vec<Command> {
    submit::open(app)
}

#[expect(clippy::too_many_lines, reason = "one table of all actions")]
fn act(app: &mut App, world: &World, action: Action) -> Vec<Command> {
    match action {
        Action::Send => return submit::send(app, world),
        Action::Run => return submit::run(app, world),
        Action::Make(made) => return make(app, world, made),
        Action::Reset if app.course.shown().is_some() => return learn::again(app),
        Action::Reset => return submit::reset(app),
        Action::Learn(key) => return learn::act(app, world, key),
        Action::SaveLesson | Action::SaveRecording | Action::Quit | Action::Suspend => return outside(action),
        Action::NewChannel | Action::LeaveNewChannel | Action::TypeChannel | Action::Create(_) => {
            return submit::new_channel(app, world, action);
        }
        Action::OpenPrompt => app.open_prompt(""),
        Action::TypeStatement(at) => type_statement(app, at),
        Action::LeavePrompt => leave_prompt(app),
        Action::OpenHelp | Action::CloseHelp => app.turn_help(),
        Action::LeaveLine => app.mode = app.home(),
        Action::EnterLine if app.program.is_some() => watched::give_keyboard(app),
        Action::EnterLine => app.mode = Mode::Line,
        Action::FocusNext => move_focus(app, world, 1),
        Action::FocusPrevious => move_focus(app, world, -1),
        Action::NextSpeaker | Action::OtherSideSpeaks | Action::SpeakAs(_) | Action::Count(_) => {
            target::act(app, world, action);
        }
        Action::HelpUp | Action::HelpDown | Action::HelpPageUp | Action::HelpPageDown | Action::HelpTo(_) => {
            scroll_help(app, action);
        }
        Action::OpenPalette
        | Action::ClosePalette
        | Action::PaletteUp
        | Action::PaletteDown
        | Action::PaletteAt(_)
        | Action::Perform => palette::act(app, world, action),
        Action::TraceUp if app.view == View::Diagram => return vec![Command::Look(Move::FarBack)],
        Action::TraceUp => {
            let by = trace_step(app);
            app.seen_transcript_mut().back(by);
        }
        Action::TraceTo(lines) => app.seen_transcript_mut().scroll_to(lines),
        Action::TraceDown => {
            let by = trace_step(app);
            app.seen_transcript_mut().forth(by);
        }
        Action::OpenFilter => filtering::open(app),
        Action::KeepFilter => filtering::keep(app),
        Action::ClearFilter => filtering::clear(app),
        Action::Edit(edit) => edit_line(app, edit),
        Action::WholeExplanation => app.is_explanation_whole = true,
        Action::Complete | Action::Present | Action::Curtain | Action::ToggleMouse | Action::Focus(_) => {
            presentation::act(app, world, action);
        }
        Action::Go(step) => return vec![Command::Look(step)],
        Action::ReturnToNow => app.return_to_now(),
        Action::RunAgain if app.program.is_some() => return stepping::run_again(app),
        Action::RunAgain => return submit::run_again(app),
        Action::Undo => return submit::undo(app),
        Action::OpenMatrix
        | Action::MatrixRow(_)
        | Action::CloseMatrix
        | Action::MatrixUp
        | Action::MatrixDown
        | Action::MatrixLeft
        | Action::MatrixRight
        | Action::OpenCell => return matrix_view::act(app, action),
        Action::SkipStep => return app.skip_first_step(world),
        Action::Step(key) => return stepping::act(app, world, key),
        Action::OpenCopy => copy::open(app),
        Action::CloseCopy => copy::close(app),
        Action::Copy(what) => return copy::copy(app, what),
        Action::TryAlternatives => return try_alternatives(app, world),
        Action::Show(view) => show(app, view),
        Action::SidewaysLeft => app.view_scroll = app.view_scroll.saturating_sub(1),
        Action::SidewaysRight => app.view_scroll = app.view_scroll.saturating_add(1),
        Action::ScrollViewTo(process) => app.view_scroll = process,
    }
    Vec::new()
}

/// What is done outside the UI's state.
fn outside(action: Action) -> Vec<Command> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these four")]
    match action {
        Action::SaveLesson => vec![Command::SaveLesson],
        Action::SaveRecording => vec![Command::SaveRecording],
        Action::Quit => vec![Command::Quit],
        Action::Suspend => vec![Command::Suspend],
        _ => Vec::new(),
    }
}

/// A statement about the focused channel. A `why` asks for an answer that is hidden otherwise.
fn make(app: &mut App, world: &World, made: ChannelAction) -> Vec<Command> {
    if made == ChannelAction::Why {
        app.course.reveal();
        if app.recording.is_some() {
            watched::explain_focused(app, world);
            return Vec::new();
        }
    }
    submit::make(app, world, made)
}

fn scroll_help(app: &mut App, action: Action) {
    let at = app.help_scroll;
    #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over the actions that scroll help")]
    let to = match action {
        Action::HelpUp => at.saturating_sub(1),
        Action::HelpDown => at.saturating_add(1),
        Action::HelpPageUp => at.saturating_sub(HELP_STEP),
        Action::HelpPageDown => at.saturating_add(HELP_STEP),
        Action::HelpTo(line) => line,
        _ => at,
    };
    app.help_scroll = to;
}

/// Lines that one key scrolls the trace: more where it is alone.
pub fn trace_step(app: &App) -> usize {
    if app.view == View::Trace { 2 * TRACE_STEP } else { TRACE_STEP }
}

fn try_alternatives(app: &mut App, world: &World) -> Vec<Command> {
    if app.view == View::Alternatives {
        app.view = View::Bench;
        return Vec::new();
    }
    match super::alternatives::statements(app, world) {
        Ok(statements) => {
            app.trying = super::alternatives::about(app, world);
            app.notice = Some("the same writes are run three ways, on processes of their own".to_owned());
            vec![Command::TryAlternatives(statements)]
        }
        Err(reason) => {
            app.notice = Some(reason);
            Vec::new()
        }
    }
}

/// A view, or from it back to the bench.
fn show(app: &mut App, view: View) {
    app.view = if app.view == view { View::Bench } else { view };
    app.view_scroll = 0;
}

/// The first word of a statement; the rest is up to the person.
fn type_statement(app: &mut App, at: u16) {
    if let Some(verb) = parse::verbs().get(usize::from(at)) {
        app.open_prompt(&format!("{} ", verb.name));
    }
}

fn leave_prompt(app: &mut App) {
    app.mode = app.before;
    if let Some(taking) = &mut app.course.taking {
        taking.is_solving = false;
    }
}

fn type_in(app: &mut App, text: &str, dropped_before: u64) {
    let Some(line) = app.typed_mut() else {
        let past = format!("nothing can be typed in the past; {} returns to now", app.key(Action::ReturnToNow));
        let keys = format!("letters are keys here; {} returns to the message line", app.key(Action::EnterLine));
        app.notice = Some(if app.mode == Mode::Past { past } else { keys });
        return;
    };
    let dropped = dropped_before + line.insert(text) as u64;
    if dropped > 0 {
        let most = super::input_line::MAX_INPUT;
        app.notice = Some(format!("{dropped} bytes did not fit and were dropped: a line takes {most}"));
    }
}

fn edit_line(app: &mut App, edit: Edit) {
    if let Some(line) = app.typed_mut() {
        line.edit(edit);
    }
}

fn move_focus(app: &mut App, world: &World, step: isize) {
    let shown = channel_sides::shown(world);
    let Some(now) = app.focused(world).and_then(|now| shown.iter().position(|facing| *facing == now)) else { return };
    let next = now.wrapping_add_signed(step + shown.len().cast_signed()) % shown.len();
    app.focus = Some(shown[next].channel);
    app.speak_to_focused();
    app.look_elsewhere();
    if !app.view.traits().shows_focus || app.present.is_hidden {
        let name = shown[next].channel(world).map_or("it", |channel| channel.name.as_str());
        app.notice = Some(format!("{name} has the focus"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::ChannelAction;
    use crate::app::recorded_bench::{PARENT, RecordedBench};
    use crate::script::parse;
    use crate::trace::{Explanation, Subject, TaskId};
    use crate::world::kind::Kind;

    const CHILD1: TaskId = TaskId(1);

    /// A bench, the state above it, and what was asked for so far.
    struct Table {
        stage: RecordedBench,
        app: App,
    }

    impl Table {
        fn new() -> Self {
            let mut table = Self { stage: RecordedBench::open(), app: App::new() };
            table.app.observe(&table.stage.world);
            table
        }

        fn act(&mut self, action: Action) -> Vec<String> {
            self.input(Input::Do(action))
        }

        fn input(&mut self, input: Input) -> Vec<String> {
            self.app.observe(&self.stage.world);
            let commands = update(&mut self.app, &self.stage.world, input);
            let text = |command| match command {
                Command::Run(statement) => statement.text,
                Command::Cancel => "(cancel)".to_owned(),
                Command::Save => "(save)".to_owned(),
                Command::SaveLesson => "(save lesson)".to_owned(),
                Command::SaveRecording => "(save recording)".to_owned(),
                Command::LeaveRecording => "(leave recording)".to_owned(),
                Command::Pose { .. } => "(pose)".to_owned(),
                Command::AskOtherKinds { .. } => "(ask other kinds)".to_owned(),
                Command::Look(step) => format!("({step:?})"),
                Command::TryAlternatives(statements) => statements.join("; "),
                Command::AskCell(place) => format!("(cell {place:?})"),
                Command::TryKinds(scripts) => format!("({} benches)", scripts.len()),
                Command::Copy(what, text) => format!("({what:?} {text})"),
                Command::CopyProgram => "(copy program)".to_owned(),
                Command::StepProgram(order) => format!("({order:?})"),
                Command::RunProgramAgain(moment) => format!("(program again to {moment})"),
                Command::Quit => "(quit)".to_owned(),
                Command::Suspend => "(suspend)".to_owned(),
            };
            commands.into_iter().map(text).collect()
        }

        fn type_in(&mut self, text: &str) {
            self.input(Input::Text(text.to_owned()));
        }

        fn notice(&self) -> &str {
            self.app.notice.as_deref().unwrap_or_default()
        }
    }

    #[test]
    fn enter_sends_what_was_typed_to_every_channel_and_empties_the_line() {
        let mut table = Table::new();
        table.type_in("one");
        assert_eq!(table.act(Action::Send), [r#"write wire[0] "one""#, r#"write post[0] "one""#]);
        assert_eq!(table.app.line.text(), "");
    }

    #[test]
    fn of_settings_that_cannot_be_taken_the_first_is_said_and_all_are_in_the_trace() {
        let lines = |count: usize| (1..=count).map(|at| format!("line {at}: no such key")).collect::<Vec<_>>();
        for (count, said) in [
            (1, "line 1: no such key"),
            (3, "3 settings cannot be taken, as the trace says; the first: line 1: no such key"),
        ] {
            let mut table = Table::new();
            table.input(Input::Warned(lines(count)));
            assert_eq!(table.notice(), said);
            let rows: Vec<&str> = table.app.transcript.rows().iter().map(|row| row.text.as_str()).collect();
            let wanted: Vec<String> = lines(count).iter().map(|line| format!("── {line} ──")).collect();
            assert_eq!(rows, wanted);
            // The next key takes the notice away, the trace stays.
            table.act(Action::LeaveLine);
            assert_eq!((table.notice(), table.app.transcript.rows().len()), ("", count));
        }
    }

    #[test]
    fn a_statement_on_the_message_line_is_sent_and_that_is_said_once() {
        let mut table = Table::new();
        table.type_in("read what comes");
        table.act(Action::Send);
        assert_eq!(table.notice(), "");
        for notice in ["sent as bytes; Esc then : runs a statement", ""] {
            table.type_in("close wire[0]");
            assert_eq!(table.act(Action::Send)[0], r#"write wire[0] "close wire[0]""#);
            assert_eq!(table.notice(), notice);
        }
    }

    #[test]
    fn enter_on_the_empty_line_lets_every_child_read() {
        let mut table = Table::new();
        assert_eq!(table.act(Action::Send), ["child1: drain wire[1] dontwait", "child2: drain post[1] dontwait"]);
    }

    #[test]
    fn a_key_narrows_messages_to_the_focused_channel() {
        let mut table = Table::new();
        table.act(Action::NextSpeaker);
        table.act(Action::FocusNext);
        table.type_in("x");
        assert_eq!(table.act(Action::Send), [r#"write post[0] "x""#]);
        assert_eq!(table.act(Action::Send), ["child2: drain post[1] dontwait"]);
    }

    #[test]
    fn keys_are_the_statements_they_stand_for() {
        let mut table = Table::new();
        for (deed, want) in [
            (ChannelAction::ReadFar, "child1: read wire[1] 4096"),
            (ChannelAction::Kill, "kill child1 SIGKILL"),
            (ChannelAction::Close, "close wire[0]"),
            (ChannelAction::Stop, "stop child1"),
            (ChannelAction::Why, "why wire[0]"),
        ] {
            assert_eq!(table.act(Action::Make(deed)), [want]);
        }
        table.stage.stop(CHILD1);
        assert_eq!(table.act(Action::Make(ChannelAction::Continue)), ["cont child1"]);
    }

    #[test]
    fn a_key_that_cannot_act_says_why() {
        let mut table = Table::new();
        assert!(table.act(Action::Make(ChannelAction::Continue)).is_empty());
        assert_eq!(table.notice(), "child1 is not stopped; s stops it");
        assert!(table.act(Action::Make(ChannelAction::ReadNear)).is_empty());
        assert!(table.notice().starts_with("nothing waits at wire[0]"));
        table.stage.kill(CHILD1);
        for deed in [ChannelAction::Kill, ChannelAction::Stop, ChannelAction::Continue] {
            assert!(table.act(Action::Make(deed)).is_empty());
            assert_eq!(table.notice(), "child1 was killed by SIGKILL already");
        }
        assert!(table.act(Action::Make(ChannelAction::ReadFar)).is_empty());
        assert_eq!(table.notice(), "child1 was killed by SIGKILL, so nobody holds wire[1]");
        table.stage.close(PARENT, 3);
        assert!(table.act(Action::Make(ChannelAction::Close)).is_empty());
        assert_eq!(table.notice(), "wire[0] is closed already");
    }

    #[test]
    fn after_a_death_the_parent_may_read_the_end() {
        let mut table = Table::new();
        table.stage.kill(CHILD1);
        assert_eq!(table.act(Action::Make(ChannelAction::ReadNear)), ["read wire[0] 4096"]);
    }

    #[test]
    fn a_stopped_child_is_left_out_of_reading_and_named() {
        let mut table = Table::new();
        table.stage.stop(CHILD1);
        assert_eq!(table.act(Action::Send), ["child2: drain post[1] dontwait"]);
        assert_eq!(table.notice(), "child1 is stopped; S lets it go on");
    }

    #[test]
    fn a_new_channel_gets_a_free_name_and_the_focus() {
        let mut table = Table::new();
        table.act(Action::LeaveLine);
        table.act(Action::NewChannel);
        assert_eq!(table.app.mode, Mode::NewChannel);
        assert_eq!(table.act(Action::Create(Kind::Pipe)), ["channel pipe tube"]);
        table.act(Action::NewChannel);
        table.act(Action::TypeChannel);
        assert_eq!((table.app.mode, table.app.prompt.text()), (Mode::Prompt, "channel stream chat"));
        assert_eq!(table.act(Action::Run), ["channel stream chat"]);
        table.stage.pair(crate::abi::SOCK_STREAM, "chat", [5, 6]);
        table.app.observe(&table.stage.world);
        let focused = table.app.focused(&table.stage.world).unwrap();
        assert_eq!(focused.channel(&table.stage.world).unwrap().name, "chat");
    }

    #[test]
    fn a_mistake_at_the_prompt_is_shown_with_its_place_and_nothing_is_lost() {
        let mut table = Table::new();
        table.act(Action::OpenPrompt);
        table.type_in("write wire[0]");
        assert!(table.act(Action::Run).is_empty());
        assert_eq!((table.app.mode, table.app.prompt.text()), (Mode::Prompt, "write wire[0]"));
        assert!(table.notice().starts_with("column 14: "), "{}", table.notice());
        table.act(Action::LeavePrompt);
        assert_eq!(table.app.mode, Mode::Line);
    }

    #[test]
    fn a_paste_is_text_and_too_long_a_one_is_cut_and_said() {
        let mut table = Table::new();
        assert!(table.input(Input::Paste { text: "a\nb".to_owned(), dropped: 0 }).is_empty());
        assert_eq!(table.act(Action::Send)[0], r#"write wire[0] "a\nb""#);
        table.input(Input::Paste { text: "x".repeat(60_000), dropped: 1_000_000 });
        assert_eq!(table.notice(), "1051808 bytes did not fit and were dropped: a line takes 8192");
        assert_eq!(table.act(Action::Send).len(), 2);
    }

    #[test]
    fn letters_mean_nothing_to_be_sent_while_keys_act() {
        let mut table = Table::new();
        table.act(Action::LeaveLine);
        assert!(table.input(Input::Paste { text: "q".to_owned(), dropped: 0 }).is_empty());
        assert!(table.notice().contains("keys"));
        table.act(Action::EnterLine);
        assert_eq!(table.app.mode, Mode::Line);
    }

    #[test]
    fn a_reset_forgets_what_waits_and_opens_the_bench_again() {
        let mut table = Table::new();
        let mut want = vec!["(cancel)", "reset"];
        want.extend(submit::OPENING);
        assert_eq!(table.act(Action::Reset), want);
    }

    #[test]
    fn a_bench_on_which_much_was_done_is_not_forgotten_by_one_key() {
        let mut table = Table::new();
        let say = |table: &mut Table, count: usize| {
            for _ in 0..count {
                let line = table.app.number();
                let statement = parse::statement("write wire[0] x", line).unwrap().unwrap();
                table.app.said.push(&statement);
            }
        };
        // The opening, and a little.
        say(&mut table, submit::OPENING.len() + 11);
        let count = |commands: &[String]| commands.iter().filter(|text| *text == "reset").count();
        assert_eq!(count(&table.act(Action::Reset)), 1);
        say(&mut table, 1);
        assert!(table.act(Action::Reset).is_empty());
        assert!(
            table.notice().starts_with("R once more kills all and forgets the 12 statements"),
            "{}",
            table.notice()
        );
        // Any other key, and it is asked again; what comes by itself is no key.
        table.act(Action::FocusNext);
        assert!(table.act(Action::Reset).is_empty());
        table.input(Input::Settled(Vec::new()));
        assert_eq!(count(&table.act(Action::Reset)), 1);
        assert!(table.act(Action::Reset).is_empty(), "each time");
        table.app.present.is_hidden = true;
        table.act(Action::FocusNext);
        assert_eq!(count(&table.act(Action::Reset)), 1, "nobody would see it");
    }

    #[test]
    fn of_several_explanations_the_focused_channel_s_stays() {
        let mut table = Table::new();
        let id = |end: &str| table.stage.world.ends().find(|of| of.label() == end).map(|of| Subject::End(of.id));
        let explained = |subject, end: &str| Explanation {
            subject,
            about: end.to_owned(),
            text: end.to_owned(),
            rule: "rule",
            page: None,
            lesson: None,
            foretold: Vec::new(),
        };
        for (about, want) in [("post[1]", "post[1]"), ("wire[1]", "wire[1]"), ("post[1]", "wire[1]")]
            .map(|row| (explained(id(row.0).unwrap(), row.0), row.1))
        {
            table.app.learn(&table.stage.world, about);
            assert_eq!(table.app.why.as_ref().unwrap().text, want);
        }
        table.act(Action::Send);
        table.app.learn(&table.stage.world, explained(Subject::Other, "wired[0]"));
        assert_eq!(table.app.why.unwrap().text, "wired[0]");
    }

    #[test]
    fn every_message_reads_back_as_the_bytes_that_were_typed() {
        let mut table = Table::new();
        let text = "\"quoted\" \\n \u{202e} \u{1b}[2J 漢 #=> ,";
        table.type_in(text);
        table.app.observe(&table.stage.world);
        let commands = update(&mut table.app, &table.stage.world, Input::Do(Action::Send));
        let Command::Run(statement) = &commands[0] else { panic!("{commands:?}") };
        let crate::script::Verb::Write { data, .. } = &statement.verb else { panic!("{statement:?}") };
        assert_eq!(data.word, text.as_bytes());
    }

    #[test]
    fn in_the_past_keys_look_around_and_what_would_act_says_why_it_does_not() {
        let mut table = Table::new();
        table.stage.write(PARENT, 3, b"one");
        table.act(Action::LeaveLine);
        assert_eq!(table.act(Action::Go(Move::Back)), ["(Back)"]);
        let newest = table.stage.history.newest();
        looked(&mut table.app, Some(table.stage.history.look(newest - 1, 10)));
        assert_eq!(table.app.mode, Mode::Past);
        for action in
            [Action::Make(ChannelAction::Kill), Action::Reset, Action::OpenPrompt, Action::EnterLine, Action::Send]
        {
            assert!(table.act(action).is_empty());
            assert!(table.notice().starts_with(&format!("this is event {} of {newest}", newest - 1)), "{action:?}");
        }
        assert!(table.input(Input::Paste { text: "q".to_owned(), dropped: 0 }).is_empty());
        assert!(table.notice().starts_with("nothing can be typed in the past"));
        table.act(Action::FocusNext);
        assert_eq!(table.app.focused(&table.stage.world).unwrap().channel(&table.stage.world).unwrap().name, "post");
        table.act(Action::OpenHelp);
        table.act(Action::CloseHelp);
        assert_eq!(table.app.mode, Mode::Past);
        assert!(table.act(Action::ReturnToNow).is_empty());
        assert_eq!((table.app.mode, table.app.past.is_none()), (Mode::Keys, true));
        assert_eq!(table.act(Action::Make(ChannelAction::Kill)), ["kill child2 SIGKILL"]);
    }

    #[test]
    fn the_bench_is_run_again_up_to_the_statement_that_is_looked_at_and_no_further() {
        let mut table = Table::new();
        for (line, text) in [(1, "pipe p"), (2, "write p[1] x"), (3, "close p[1]")] {
            table.app.said.push(&parse::statement(text, line).unwrap().unwrap());
        }
        assert!(table.act(Action::RunAgain).is_empty());
        assert!(table.notice().starts_with("this is now"));
        let look = table.stage.history.look(2, 10);
        assert_eq!(look.moments.last().unwrap().line, 2);
        looked(&mut table.app, Some(look));
        assert_eq!(table.act(Action::RunAgain), ["(cancel)", "reset", "pipe p", "write p[1] x"]);
        assert!(table.app.past.is_none());
        assert!(table.notice().ends_with("to the end of: write p[1] x"), "{}", table.notice());
    }

    #[test]
    fn undo_is_the_bench_before_what_was_done_last_and_the_opening_stays() {
        let mut table = Table::new();
        table.app.mode = Mode::Keys;
        let run = |table: &mut Table, commands: Vec<Command>| {
            let mut texts = Vec::new();
            for command in commands {
                if let Command::Run(statement) = command {
                    table.app.said.push(&statement);
                    texts.push(statement.text.clone());
                }
            }
            texts
        };
        let opening = submit::open(&mut table.app);
        run(&mut table, opening);
        let press = |table: &mut Table, action| {
            let commands = update(&mut table.app, &table.stage.world, Input::Do(action));
            run(table, commands)
        };
        assert!(press(&mut table, Action::Undo).is_empty());
        assert_eq!(table.notice(), "nothing was done yet that could be undone");
        table.app.mode = Mode::Line;
        table.type_in("one");
        press(&mut table, Action::Send);
        table.app.mode = Mode::Keys;
        press(&mut table, Action::Make(ChannelAction::Kill));
        press(&mut table, Action::Make(ChannelAction::Why));
        // One key was two statements; a look at the bench is none that could be undone.
        let all = [&["reset"][..], &submit::OPENING[..]].concat();
        let with_one = [&all[..], &["write wire[0] \"one\"", "write post[0] \"one\""]].concat();
        assert_eq!(press(&mut table, Action::Undo), with_one);
        assert!(table.notice().starts_with("undone: kill child1 SIGKILL. "), "{}", table.notice());
        assert_eq!(press(&mut table, Action::Undo), all);
        assert!(press(&mut table, Action::Undo).is_empty());
    }

    #[test]
    fn the_prompt_takes_commands_and_a_refused_statement_comes_back() {
        let mut table = Table::new();
        let prompt = |table: &mut Table, text: &str| {
            table.act(Action::OpenPrompt);
            table.type_in(text);
            table.act(Action::Run)
        };
        assert_eq!(prompt(&mut table, "q"), ["(quit)"]);
        assert_eq!(prompt(&mut table, "quit"), ["(quit)"]);
        prompt(&mut table, "help shutdown");
        assert_eq!((table.app.mode, table.app.palette.query.text()), (Mode::Palette, "shutdown"));
        table.act(Action::ClosePalette);
        prompt(&mut table, "diagram");
        assert_eq!((table.app.mode, table.app.view), (Mode::Keys, View::Diagram));
        table.app.view = View::Bench;
        assert_eq!(prompt(&mut table, "write wire hello"), ["write wire hello"]);
        assert_eq!(table.app.mode, Mode::Keys);
        let line = table.app.next_line;
        let what = crate::trace::What::Refused { reason: "there is no end wire".to_owned() };
        table.app.take(&[crate::trace::Event { line, task: None, what }]);
        assert_eq!((table.app.mode, table.app.prompt.text()), (Mode::Prompt, "write wire hello"));
        assert_eq!(table.notice(), "refused: there is no end wire");
    }

    #[test]
    fn what_else_could_have_happened_is_the_same_writes_three_ways() {
        let mut table = Table::new();
        assert!(table.act(Action::TryAlternatives).is_empty());
        assert!(table.notice().starts_with("nothing was written"));
        table.stage.write(PARENT, 3, b"one");
        table.stage.write(PARENT, 3, b"t\x1bo");
        let all = table.act(Action::TryAlternatives).concat();
        let writes = r#"write late[0] "one"; write late[0] "t\x1bo"; late_reader: drain late[1] dontwait"#;
        assert!(all.contains(writes), "{all}");
        assert!(all.contains(r#"each_reader: read each[1]; write each[0] "t\x1bo"; each_reader: read"#), "{all}");
        assert!(all.contains(r#"first_reader: read first[1]; write first[0] "one""#), "{all}");
        for text in all.split("; ") {
            assert!(parse::statement(text, 1).is_ok(), "{text}");
        }
    }
}
