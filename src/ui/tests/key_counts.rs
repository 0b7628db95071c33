//! How many keys each of the usual operations costs, counted through the table and the real update.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::app::App;
use crate::app::action::{Command, Input};
use crate::app::recorded_bench::{PARENT, RecordedBench};
use crate::app::update::update;
use crate::trace::TaskId;
use crate::ui::keymap;

/// A key that is no letter.
const ESC: KeyCode = KeyCode::Esc;
const ENTER: KeyCode = KeyCode::Enter;
const TAB: KeyCode = KeyCode::Tab;
const SHIFT_TAB: KeyCode = KeyCode::BackTab;

/// What is typed and pressed, in order.
enum Part {
    /// Letters of a message or of a number, which everybody has to type.
    Text(&'static str),
    Key(KeyCode),
    Letter(char),
}

use Part::{Key, Letter, Text};

/// Presses it all on a fresh line; gives the statements that came of it, and how many keys it took beside the text.
fn cost(stage: &RecordedBench, parts: &[Part]) -> (Vec<String>, usize) {
    let mut app = App::new();
    app.observe(&stage.world);
    let (mut statements, mut keys) = (Vec::new(), 0);
    let mut press = |code: KeyCode| {
        let event = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
        let input = keymap::input(&app.keymap, app.mode, event, 0).unwrap();
        assert!(!matches!(input, Input::Unbound(_)), "{input:?}");
        for command in update(&mut app, &stage.world, input) {
            if let Command::Run(statement) = command {
                statements.push(statement.text);
            }
        }
    };
    for part in parts {
        match part {
            Text(text) => text.chars().for_each(|letter| press(KeyCode::Char(letter))),
            Key(code) => press(*code),
            Letter(letter) => press(KeyCode::Char(*letter)),
        }
        keys += usize::from(!matches!(part, Text(_)));
    }
    (statements, keys)
}

#[test]
fn no_usual_operation_costs_more_than_its_text_and_three_keys() {
    let open = RecordedBench::open();
    let mut answered = RecordedBench::open();
    answered.write(TaskId(1), 4, b"hi");
    let mut killed = RecordedBench::open();
    killed.kill(TaskId(1));
    let mut messages = RecordedBench::open();
    messages.write(PARENT, 3, b"one");
    let cases: &[(&RecordedBench, &[Part], &[&str], usize)] = &[
        (&open, &[Text("one"), Key(ENTER)], &["write wire[0] \"one\"", "write post[0] \"one\""], 1),
        (&messages, &[Key(ENTER)], &["child1: drain wire[1] dontwait", "child2: drain post[1] dontwait"], 1),
        (&open, &[Key(ESC), Letter('r')], &["child1: read wire[1] 4096"], 2),
        (&open, &[Key(ESC), Letter('k')], &["kill child1 SIGKILL"], 2),
        (&open, &[Key(ESC), Key(TAB), Letter('k')], &["kill child2 SIGKILL"], 3),
        (&answered, &[Key(ESC), Letter('p')], &["read wire[0] 4096"], 2),
        (&open, &[Key(TAB), Text("x"), Key(ENTER)], &["write wire[0] \"x\""], 2),
        // A child answers, from the message line and from the keys.
        (&open, &[Key(SHIFT_TAB), Text("hi"), Key(ENTER)], &["child1: write wire[1] \"hi\""], 2),
        (&open, &[Key(TAB), Key(TAB), Text("hi"), Key(ENTER)], &["child1: write wire[1] \"hi\""], 3),
        (&open, &[Key(ESC), Letter('I'), Text("hi"), Key(ENTER)], &["child1: write wire[1] \"hi\""], 3),
        (&answered, &[Key(SHIFT_TAB), Key(ENTER)], &["drain wire[0] dontwait"], 2),
        (&open, &[Key(ESC), Text("3"), Letter('r')], &["child1: read wire[1] 3"], 2),
        (&answered, &[Key(ESC), Text("3"), Letter('p')], &["read wire[0] 3"], 2),
        (&open, &[Key(ESC), Text("5000"), Letter('M')], &["write wire[0] 5000*z"], 2),
        (&open, &[Key(ESC), Letter('N')], &["child1: write wire[1] 5000*z"], 2),
        (&open, &[Key(ESC), Letter(')')], &["shutdown wire[0] wr"], 2),
        (&open, &[Key(ESC), Letter('(')], &["child1: shutdown wire[1] wr"], 2),
        (&open, &[Key(ESC), Letter('x')], &["close wire[0]"], 2),
        (&open, &[Key(ESC), Letter('X')], &["child1: close wire[1]"], 2),
        (&killed, &[Key(ESC), Letter('W')], &["wait"], 2),
        (&open, &[Key(ESC), Letter('n'), Letter('d')], &["channel dgram chat"], 3),
        (&open, &[Key(ESC), Letter('n'), Letter('s')], &["channel stream chat"], 3),
        (&open, &[Key(ESC), Letter('n'), Letter('p')], &["channel pipe tube"], 3),
    ];
    for (stage, parts, want, most) in cases {
        let (statements, keys) = cost(stage, parts);
        assert_eq!((statements, keys), (want.iter().map(|text| (*text).to_owned()).collect(), *most));
        assert!(keys <= 3);
    }
}

#[test]
fn the_speakers_come_round_and_the_label_and_the_focus_are_one() {
    let stage = RecordedBench::open();
    let mut app = App::new();
    app.observe(&stage.world);
    let mut seen = Vec::new();
    for _ in 0..6 {
        let focus = app.focused(&stage.world).unwrap().channel(&stage.world).unwrap().name.clone();
        let to = if app.speaks_to_all() { "all".to_owned() } else { focus };
        seen.push(format!("{} ▶ {to}", app.speaker(&stage.world)));
        let key = Event::Key(KeyEvent::new(TAB, KeyModifiers::NONE));
        let input = keymap::input(&app.keymap, app.mode, key, 0).unwrap();
        update(&mut app, &stage.world, input);
    }
    let want = ["parent ▶ all", "parent ▶ wire", "child1 ▶ wire", "parent ▶ post", "child2 ▶ post", "parent ▶ all"];
    assert_eq!(seen, want);
}
