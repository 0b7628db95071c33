//! No screen names a key that somebody has moved.

use super::keys::{enter, press, states};
use super::*;
use crate::app::keys::{Keymap, MODES, rebind::KeySetting};

/// Every action has a key that no default has.
fn foreign() -> Keymap {
    let mut letters =
        (0x3b1..0x3c9).chain(0x430..0x450).chain(0x561..0x587).chain(0x10d0..0x10f0).filter_map(char::from_u32);
    let mut wishes: Vec<KeySetting> = Vec::new();
    for row in GROUPS.iter().flat_map(|group| group.rows) {
        if wishes.iter().any(|wish| wish.name == row.name) {
            continue;
        }
        let is_typed = MODES
            .iter()
            .any(|mode| mode.is_typing() && crate::app::keys::table::rows(*mode).any(|it| it.name == row.name));
        let keys = match row.name {
            "leave" => vec!["Ctrl-C".to_owned()],
            "choose" => vec!["A-F".to_owned()],
            "count" => vec!["0-9".to_owned()],
            _ if is_typed => continue,
            _ => vec![letters.next().unwrap().to_string()],
        };
        wishes.push(KeySetting { mode: None, name: row.name.to_owned(), keys });
    }
    let (keymap, complaints) = Keymap::with(&wishes);
    assert!(complaints.is_empty(), "{complaints:?}");
    keymap
}

/// A default key of something that has another one now, as a word of its own: `; i returns`, `o: back`.
fn names_a_default(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || ";,·".contains(c)).map(|word| word.trim_end_matches(':'));
    let moved = ["Space", "Down", "Up", "?", "/", "i", "n", "o", "l", "h", "s", "S", "R", "P", "H", "e", "g", "q", "k"];
    words.into_iter().find(|word| moved.contains(word)).map(str::to_owned)
}

#[test]
fn no_notice_and_no_hint_names_a_key_that_somebody_has_moved() {
    let keymap: std::rc::Rc<Keymap> = foreign().into();
    let mut notices = 0;
    for (name, mut app, stage) in states() {
        app.keymap = keymap.clone();
        for mode in [Mode::Keys, Mode::Lesson, Mode::Past] {
            let mut app = app.clone();
            assert!(enter(name, &mut app, &stage, mode), "{name}: {mode:?}");
            for binding in keymap.of_mode(mode) {
                let mut after = app.clone();
                press(&mut after, &stage, (120, 36), binding.row.action);
                let Some(notice) = after.notice else { continue };
                notices += 1;
                assert_eq!(names_a_default(&notice), None, "{name}, {mode:?}, {}: {notice}", binding.row.name);
            }
            let screen = screen_of(&app, &stage, (120, 36));
            let hints = [screen.lines().next(), screen.lines().find(|line| line.contains(" Ctrl-C "))];
            for hint in hints.into_iter().flatten() {
                assert_eq!(names_a_default(hint), None, "{name}, {mode:?}: {hint}");
            }
        }
    }
    assert!(notices > 300, "{notices}");
}
