//! One input changes the state and says what is to be done: no call, no drawing, and every key by the statement it stands for.

use std::rc::Rc;

use crate::script::{Statement, parse};
use crate::world::World;
use crate::world::history::Look;

use super::action::{Action, Command, Deed, Edit, Input, Learn, Step};

use super::phrase::{Phrase, Situation};
use super::{App, Audience, Mode, View, facing, learn, practice, room};

/// Lines that one key scrolls the trace.
const TRACE_STEP: usize = 5;
/// How far a view scrolls sideways.
const MOST_SIDEWAYS: u16 = 1024;
/// Statements that make the bench the program opens on.
pub const OPENING: [&str; 3] = ["signal SIGPIPE ignore", "channel stream wire child1", "channel dgram post child2"];

/// Changes the state by one input.
pub fn update(app: &mut App, world: &World, input: Input) -> Vec<Command> {
    let is_typed =
        matches!(input, Input::Do(_) | Input::Text(_) | Input::Paste { .. } | Input::Statement(_) | Input::Take(_));
    if is_typed {
        app.notice = None;
    }
    match input {
        Input::Settled(verdicts) => {
            learn::settled(app, world, verdicts);
            Vec::new()
        }
        Input::NotKept(reason) => {
            app.notice = Some(reason.clone());
            app.course.warning = Some(reason);
            Vec::new()
        }
        Input::Said(words) => {
            app.transcript.note(format!("-- {words} --"));
            app.notice = Some(words);
            Vec::new()
        }
        Input::Pressed(key) => {
            app.room.press(key);
            Vec::new()
        }
        Input::Posed(problem) => {
            practice::posed(app, *problem);
            Vec::new()
        }
        Input::NotPosed(reason) => {
            practice::not_posed(app, reason);
            Vec::new()
        }
        Input::Statement(text) => understood(app, &text).map_or_else(Vec::new, |statement| run(app, statement, &text)),
        Input::Take(at) => learn::take(app, at),
        Input::Do(action) if app.past.is_some() => in_the_past(app, action),
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

/// What was asked for by [`Command::Look`]: the past, or now where there is nothing that old.
pub fn looked(app: &mut App, look: Option<Look>) {
    match look {
        Some(look) => app.look_back(look),
        None => app.return_to_now(),
    }
}

/// What came of [`Command::TryOtherwise`].
pub fn otherwise(app: &mut App, world: &World, came: Result<World, String>) {
    app.learn_otherwise(world, came);
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

/// The statements that open a bench.
pub fn open(app: &mut App) -> Vec<Command> {
    let opening = OPENING.map(|text| Ok(text.to_owned()));
    say(app, opening)
}

fn act(app: &mut App, world: &World, action: Action) -> Vec<Command> {
    match action {
        Action::Send => return send(app, world),
        Action::Run => return run_prompt(app),
        Action::Make(deed) => return make(app, world, deed),
        Action::Reset if app.course.shown().is_some() => return learn::again(app),
        Action::Reset => return reset(app),
        Action::SaveLesson if app.is_busy() => {
            app.notice = Some("the kernel is still at work; save it then".to_owned());
        }
        Action::SaveLesson => return vec![Command::SaveLesson],
        Action::Learn(key) => return learn::act(app, world, key),
        Action::Quit => return vec![Command::Quit],
        Action::Suspend => return vec![Command::Suspend],
        Action::NewChannel => {
            let text = Situation { world }.new_channel();
            app.open_prompt(&text);
        }
        Action::OpenPrompt => app.open_prompt(""),
        Action::LeavePrompt => leave_prompt(app),
        Action::CloseHelp => app.mode = app.before,
        Action::OpenHelp => {
            app.before = app.mode;
            app.mode = Mode::Help;
            app.help_scroll = 0;
        }
        Action::LeaveLine => app.mode = app.home(),
        Action::EnterLine => app.mode = Mode::Line,
        Action::FocusNext => move_focus(app, world, 1),
        Action::FocusPrevious => move_focus(app, world, -1),
        Action::ToggleAudience => toggle_audience(app),
        Action::HelpUp => app.help_scroll = app.help_scroll.saturating_sub(1),
        Action::HelpDown => app.help_scroll = app.help_scroll.saturating_add(1),
        Action::TraceUp if app.view == View::Diagram => return vec![Command::Look(Step::FarBack)],
        Action::TraceUp => app.transcript.back(TRACE_STEP),
        Action::TraceDown => app.transcript.forth(TRACE_STEP),
        Action::Edit(edit) => edit_line(app, edit),
        Action::Complete | Action::Present | Action::Curtain | Action::ToggleMouse | Action::Focus(_) => {
            room::act(app, world, action);
        }
        Action::Go(step) => return vec![Command::Look(step)],
        Action::ReturnToNow => app.return_to_now(),
        Action::RunAgain => return run_again(app),
        Action::TryOtherwise => return try_otherwise(app, world),
        Action::Show(view) => return show(app, world, view),
        Action::SidewaysLeft => app.sideways = app.sideways.saturating_sub(1),
        Action::SidewaysRight => app.sideways = (app.sideways + 1).min(MOST_SIDEWAYS),
    }
    Vec::new()
}

/// The kernel cannot undo anything: all that made the bench is done again on fresh processes, up to the end of the statement
/// that is looked at.
fn run_again(app: &mut App) -> Vec<Command> {
    let Some(past) = &app.past else {
        app.notice = Some("this is now; Left goes back, and then this key runs everything again to there".to_owned());
        return Vec::new();
    };
    if app.course.shown().is_some() {
        app.notice = Some("in a lesson R begins the step again; o leaves it, to play".to_owned());
        return Vec::new();
    }
    let line = past.moments.last().map_or(0, |moment| moment.line);
    let Some(statements) = app.said.up_to(line) else {
        app.notice = Some("what this bench began with is forgotten, so it cannot be run again".to_owned());
        return Vec::new();
    };
    app.return_to_now();
    app.forget_bench();
    let mut commands = vec![Command::Cancel];
    commands.extend(say(app, [Ok("reset".to_owned())]));
    let last = statements.last().map_or_else(|| "the beginning".to_owned(), |last| last.text.trim().to_owned());
    for statement in statements {
        let statement = Statement { line: app.number(), ..statement };
        let text = statement.text.clone();
        app.expect(&statement, &text);
        commands.push(Command::Run(Box::new(statement)));
    }
    app.notice = Some(format!("run again on fresh processes, to the end of: {last}"));
    commands
}

fn try_otherwise(app: &mut App, world: &World) -> Vec<Command> {
    if app.view == View::Otherwise {
        app.view = View::Bench;
        return Vec::new();
    }
    match super::otherwise::statements(app, world) {
        Ok(statements) => vec![Command::TryOtherwise(statements)],
        Err(reason) => {
            app.notice = Some(reason);
            Vec::new()
        }
    }
}

/// A view, or from it back to the bench. The lens makes the channels that it lacks.
fn show(app: &mut App, world: &World, view: View) -> Vec<Command> {
    app.view = if app.view == view { View::Bench } else { view };
    if app.view != View::Lens || app.past.is_some() {
        return Vec::new();
    }
    app.audience = Audience::All;
    say(app, Situation { world }.missing_kinds())
}

/// Nothing can be done to what has been: keys that look around act, all others say why they do not.
fn in_the_past(app: &mut App, action: Action) -> Vec<Command> {
    let Some((past, at, newest)) = app.past.as_ref().map(|past| (Rc::clone(&past.world), past.at, past.newest)) else {
        return Vec::new();
    };
    let looks = matches!(
        action,
        Action::Go(_)
            | Action::ReturnToNow
            | Action::RunAgain
            | Action::TryOtherwise
            | Action::Show(_)
            | Action::SidewaysLeft
            | Action::SidewaysRight
            | Action::OpenHelp
            | Action::CloseHelp
            | Action::HelpUp
            | Action::HelpDown
            | Action::FocusNext
            | Action::FocusPrevious
            | Action::TraceUp
            | Action::TraceDown
            | Action::Suspend
            | Action::Quit
            | Action::Present
            | Action::Curtain
            | Action::ToggleMouse
            | Action::Focus(_)
    );
    if looks {
        return act(app, &past, action);
    }
    app.notice = Some(format!(
        "this is event {at} of {newest}: what has been cannot be changed. Esc returns to now, where this key acts"
    ));
    Vec::new()
}

fn toggle_audience(app: &mut App) {
    app.audience = match app.audience {
        Audience::All => Audience::Focused,
        Audience::Focused => Audience::All,
    };
}

fn leave_prompt(app: &mut App) {
    app.mode = app.before;
    if let Some(taking) = &mut app.course.taking {
        taking.is_solving = false;
    }
}

fn type_in(app: &mut App, text: &str, dropped_before: u64) {
    let line = match app.mode {
        Mode::Line => &mut app.line,
        Mode::Prompt => &mut app.prompt,
        Mode::Search => {
            app.course.list.selected = 0;
            &mut app.course.list.query
        }
        Mode::Past => {
            app.notice = Some("nothing can be typed in the past; Esc returns to now".to_owned());
            return;
        }
        Mode::Keys | Mode::Help | Mode::Lesson | Mode::List => {
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
        Mode::Search => {
            app.course.list.selected = 0;
            app.course.list.query.edit(edit);
        }
        Mode::Keys | Mode::Help | Mode::Lesson | Mode::List | Mode::Past => {}
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
    let is_all = app.audience == Audience::All;
    // Of all, a pipe that goes the other way is simply not meant.
    let is_meant = |end| !is_all || facing::can_carry(world, end, !text.is_empty());
    let situation = Situation { world };
    let phrases: Vec<Phrase> = if text.is_empty() {
        addressed.iter().filter(|to| is_meant(to.far)).map(|to| situation.drain(*to)).collect()
    } else {
        addressed.iter().filter(|to| is_meant(to.near)).map(|to| situation.write(*to, &text)).collect()
    };
    say(app, phrases)
}

/// What was typed at the prompt; a mistake leaves it open, with the place.
fn run_prompt(app: &mut App) -> Vec<Command> {
    let typed = app.prompt.text().to_owned();
    let Some(statement) = understood(app, &typed) else { return Vec::new() };
    let text = app.prompt.enter();
    run(app, statement, &text)
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
fn run(app: &mut App, statement: Statement, text: &str) -> Vec<Command> {
    app.expect(&statement, text);
    app.follow = true;
    app.is_explained = false;
    learn::offer(app);
    vec![Command::Run(Box::new(statement))]
}

fn reset(app: &mut App) -> Vec<Command> {
    app.forget_bench();
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
    let phrase = Situation { world }.deed(deed, facing);
    say(app, [phrase])
}

/// Statements to run; of those that cannot be made, the reasons are said.
fn say(app: &mut App, phrases: impl IntoIterator<Item = Phrase>) -> Vec<Command> {
    app.is_explained = false;
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
        app.notice = Some(reasons.join("; "));
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::stage::{PARENT, Stage};
    use crate::trace::{Explanation, TaskId};

    const CHILD1: TaskId = TaskId(1);

    /// A bench, the state above it, and what was asked for so far.
    struct Table {
        stage: Stage,
        app: App,
    }

    impl Table {
        fn new() -> Self {
            let mut table = Self { stage: Stage::open(), app: App::new() };
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
                Command::Pose { .. } => "(pose)".to_owned(),
                Command::Look(step) => format!("({step:?})"),
                Command::TryOtherwise(statements) => statements.join("; "),
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
    fn enter_on_the_empty_line_lets_every_child_read() {
        let mut table = Table::new();
        assert_eq!(table.act(Action::Send), ["child1: drain wire[1] dontwait", "child2: drain post[1] dontwait"]);
    }

    #[test]
    fn a_key_narrows_messages_to_the_focused_channel() {
        let mut table = Table::new();
        table.act(Action::ToggleAudience);
        table.act(Action::FocusNext);
        table.type_in("x");
        assert_eq!(table.act(Action::Send), [r#"write post[0] "x""#]);
        assert_eq!(table.act(Action::Send), ["child2: drain post[1] dontwait"]);
    }

    #[test]
    fn keys_are_the_statements_they_stand_for() {
        let mut table = Table::new();
        for (deed, want) in [
            (Deed::ReadFar, "child1: read wire[1] 4096"),
            (Deed::Kill, "kill child1 SIGKILL"),
            (Deed::Close, "close wire[0]"),
            (Deed::Stop, "stop child1"),
            (Deed::Why, "why wire[0]"),
        ] {
            assert_eq!(table.act(Action::Make(deed)), [want]);
        }
        table.stage.stop(CHILD1);
        assert_eq!(table.act(Action::Make(Deed::Continue)), ["cont child1"]);
    }

    #[test]
    fn a_key_that_cannot_act_says_why() {
        let mut table = Table::new();
        assert!(table.act(Action::Make(Deed::Continue)).is_empty());
        assert_eq!(table.notice(), "child1 is not stopped; s stops it");
        assert!(table.act(Action::Make(Deed::ReadNear)).is_empty());
        assert!(table.notice().starts_with("nothing waits at wire[0]"));
        table.stage.kill(CHILD1);
        for deed in [Deed::Kill, Deed::Stop, Deed::Continue] {
            assert!(table.act(Action::Make(deed)).is_empty());
            assert_eq!(table.notice(), "child1 was killed by SIGKILL already");
        }
        assert!(table.act(Action::Make(Deed::ReadFar)).is_empty());
        assert_eq!(table.notice(), "child1 was killed by SIGKILL, so nobody holds wire[1]");
        table.stage.close(PARENT, 3);
        assert!(table.act(Action::Make(Deed::Close)).is_empty());
        assert_eq!(table.notice(), "wire[0] is closed already");
    }

    #[test]
    fn after_a_death_the_parent_may_read_the_end() {
        let mut table = Table::new();
        table.stage.kill(CHILD1);
        assert_eq!(table.act(Action::Make(Deed::ReadNear)), ["read wire[0] 4096"]);
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
        table.act(Action::NewChannel);
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
        want.extend(OPENING);
        assert_eq!(table.act(Action::Reset), want);
    }

    #[test]
    fn of_several_explanations_the_focused_channel_s_stays() {
        let mut table = Table::new();
        let about = |end: &str| Explanation {
            about: end.to_owned(),
            text: end.to_owned(),
            rule: "rule",
            page: None,
            lesson: None,
        };
        for (about, want) in
            [("post[1]", "post[1]"), ("wire[1]", "wire[1]"), ("post[1]", "wire[1]")].map(|row| (about(row.0), row.1))
        {
            table.app.learn(&table.stage.world, about);
            assert_eq!(table.app.why.as_ref().unwrap().text, want);
        }
        table.act(Action::Send);
        table.app.learn(&table.stage.world, about("wired[0]"));
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
        assert_eq!(table.act(Action::Go(Step::Back)), ["(Back)"]);
        let newest = table.stage.history.newest();
        looked(&mut table.app, Some(table.stage.history.look(newest - 1, 10)));
        assert_eq!(table.app.mode, Mode::Past);
        for action in [Action::Make(Deed::Kill), Action::Reset, Action::OpenPrompt, Action::EnterLine, Action::Send] {
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
        assert_eq!(table.act(Action::Make(Deed::Kill)), ["kill child2 SIGKILL"]);
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
    fn what_else_could_have_happened_is_the_same_writes_three_ways() {
        let mut table = Table::new();
        assert!(table.act(Action::TryOtherwise).is_empty());
        assert!(table.notice().starts_with("nothing was written"));
        table.stage.write(PARENT, 3, b"one");
        table.stage.write(PARENT, 3, b"t\x1bo");
        let all = table.act(Action::TryOtherwise).concat();
        let writes = r#"write late[0] "one"; write late[0] "t\x1bo"; late_reader: drain late[1] dontwait"#;
        assert!(all.contains(writes), "{all}");
        assert!(all.contains(r#"each_reader: read each[1]; write each[0] "t\x1bo"; each_reader: read"#), "{all}");
        assert!(all.contains(r#"first_reader: read first[1]; write first[0] "one""#), "{all}");
        for text in all.split("; ") {
            assert!(parse::statement(text, 1).is_ok(), "{text}");
        }
    }
}
