//! A key: as it is pressed, as it is written on a keyboard, as a configuration names it.

use crate::text;

/// A key with its modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A letter, digit or sign; Shift is in it.
    Char(char),
    /// With Ctrl.
    Ctrl(char),
    /// One that has a name.
    Named(Named),
    /// Six in a row, from this one: the action gets the number.
    Six(char),
    /// Any of the ten digits: the action gets it.
    Digits,
}

/// Keys that have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Named {
    /// Enter.
    Enter,
    /// Esc.
    Esc,
    /// Tab.
    Tab,
    /// Tab with Shift.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page Up.
    PageUp,
    /// Page Down.
    PageDown,
    /// F1 and so on.
    F(u8),
}

/// As on a keyboard; the first of each is the label.
const NAMES: &[(Named, &[&str])] = &[
    (Named::Enter, &["Enter", "Return"]),
    (Named::Esc, &["Esc", "Escape"]),
    (Named::Tab, &["Tab"]),
    (Named::BackTab, &["Shift-Tab", "Back Tab"]),
    (Named::Backspace, &["Backspace"]),
    (Named::Delete, &["Del", "Delete"]),
    (Named::Insert, &["Ins", "Insert"]),
    (Named::Up, &["Up"]),
    (Named::Down, &["Down"]),
    (Named::Left, &["Left"]),
    (Named::Right, &["Right"]),
    (Named::Home, &["Home"]),
    (Named::End, &["End"]),
    (Named::PageUp, &["Page Up", "PgUp"]),
    (Named::PageDown, &["Page Down", "PgDn"]),
];

/// What a terminal sends for these with Ctrl is another key's byte.
const SAME_BYTE: [(char, &str); 4] = [('i', "Tab"), ('m', "Enter"), ('j', "Enter"), ('[', "Esc")];
/// The last function key that terminals agree on.
const MOST_FUNCTION_KEYS: u8 = 12;
/// What [`Key::Digits`] is called.
const DIGITS: &str = "0-9";
/// Keys that [`Key::Six`] stands for.
const SIX: u32 = 6;

impl Key {
    /// As it is written on a keyboard.
    pub fn label(self) -> String {
        match self {
            Self::Ctrl(c) => format!("Ctrl-{}", c.to_uppercase()),
            Self::Six(first) => format!("{first}-{}", after(first, SIX - 1)),
            Self::Digits => DIGITS.to_owned(),
            Self::Char(' ') => "Space".to_owned(),
            Self::Char(c) => c.to_string(),
            Self::Named(Named::F(number)) => format!("F{number}"),
            Self::Named(named) => {
                let found = NAMES.iter().find(|(listed, _)| *listed == named);
                found.and_then(|(_, names)| names.first()).map_or_else(String::new, |name| (*name).to_owned())
            }
        }
    }

    /// A key by its name; or why there is none.
    pub fn named(text: &str) -> Result<Self, String> {
        let mut letters = text.chars();
        if let (Some(c), None) = (letters.next(), letters.next()) {
            return if text::is_hidden(c) { Err(format!("{text:?} is no key")) } else { Ok(Self::Char(c)) };
        }
        if text == DIGITS {
            return Ok(Self::Digits);
        }
        if let Some(six) = six(text) {
            return Ok(six);
        }
        let plain = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
        let wanted = plain(text);
        if wanted == "space" {
            return Ok(Self::Char(' '));
        }
        let is_it = |names: &[&str]| names.iter().any(|name| plain(name) == wanted);
        if let Some((named, _)) = NAMES.iter().find(|(_, names)| is_it(names)) {
            return Ok(Self::Named(*named));
        }
        let function = wanted.strip_prefix('f').and_then(|number| number.parse::<u8>().ok());
        if let Some(number) = function.filter(|number| (1..=MOST_FUNCTION_KEYS).contains(number)) {
            return Ok(Self::Named(Named::F(number)));
        }
        modified(text)
    }

    /// Whether pressing one is pressing the other.
    pub fn overlaps(self, other: Self) -> bool {
        match (self, other) {
            (Self::Digits, Self::Six(first)) | (Self::Six(first), Self::Digits) => first.is_ascii_digit(),
            (Self::Digits, Self::Char(c)) | (Self::Char(c), Self::Digits) => c.is_ascii_digit(),
            (Self::Six(a), Self::Six(b)) => u32::from(a).abs_diff(u32::from(b)) < SIX,
            (Self::Six(_), Self::Char(_)) => self.number_of(other).is_some(),
            (Self::Char(_), Self::Six(_)) => other.number_of(self).is_some(),
            (one, another) => one == another,
        }
    }

    /// Which of six keys was pressed, from 1; of the digits, which.
    pub fn number_of(self, pressed: Self) -> Option<u8> {
        if let (Self::Digits, Self::Char(c)) = (self, pressed) {
            return c.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
        }
        let (Self::Six(first), Self::Char(c)) = (self, pressed) else { return None };
        let number = u32::from(c).checked_sub(u32::from(first))?;
        (number < SIX).then(|| u8::try_from(number + 1).ok()).flatten()
    }

    /// The key for a number of six, from 1.
    pub fn of_number(self, number: usize) -> Option<Self> {
        let Self::Six(first) = self else { return None };
        let by = u32::try_from(number).ok()?.checked_sub(1).filter(|by| *by < SIX)?;
        Some(Self::Char(after(first, by)))
    }

    /// Whether it is text where one types.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Char(_) | Self::Six(_) | Self::Digits)
    }
}

fn after(first: char, by: u32) -> char {
    char::from_u32(u32::from(first) + by).unwrap_or(first)
}

/// `1-6`, `a-f`.
fn six(text: &str) -> Option<Key> {
    let (first, last) = text.split_once('-')?;
    let (mut first, mut last) = (first.chars(), last.chars());
    let (Some(from), None, Some(to), None) = (first.next(), first.next(), last.next(), last.next()) else {
        return None;
    };
    (from.is_ascii_alphanumeric() && after(from, SIX - 1) == to && to.is_ascii_alphanumeric()).then_some(Key::Six(from))
}

/// `Ctrl-x`, `C-x`, `^X`.
fn modified(text: &str) -> Result<Key, String> {
    let lower = text.to_lowercase();
    let rest = ["ctrl-", "ctrl+", "c-", "^"].into_iter().find_map(|prefix| lower.strip_prefix(prefix));
    let mut letters = rest.unwrap_or_default().chars();
    match (letters.next(), letters.next()) {
        (Some(c), None) => match SAME_BYTE.iter().find(|(same, _)| *same == c) {
            Some((_, name)) => Err(format!("a terminal sends {name} for {text:?}")),
            None if c.is_ascii_lowercase() => Ok(Key::Ctrl(c)),
            None => Err(format!("{text:?} is no key: with Ctrl there are letters")),
        },
        _ if lower.starts_with("alt") || lower.starts_with("m-") => {
            Err(format!("{text:?} is no key: Alt reaches a program as Esc and a letter"))
        }
        _ => Err(format!("{text:?} is no key")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_the_key_s_name_again() {
        let mut keys: Vec<Key> = NAMES.iter().map(|(named, _)| Key::Named(*named)).collect();
        keys.extend(('!'..='~').map(Key::Char));
        keys.extend(('a'..='z').filter(|c| SAME_BYTE.iter().all(|(same, _)| same != c)).map(Key::Ctrl));
        keys.extend([Key::Char(' '), Key::Char('é'), Key::Char('漢'), Key::Six('1'), Key::Six('a'), Key::Digits]);
        keys.extend((1..=MOST_FUNCTION_KEYS).map(|number| Key::Named(Named::F(number))));
        for key in keys {
            assert_eq!(Key::named(&key.label()), Ok(key));
        }
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        for (text, want) in [
            ("pageup", Key::Named(Named::PageUp)),
            ("Page-Down", Key::Named(Named::PageDown)),
            ("BackTab", Key::Named(Named::BackTab)),
            ("ESC", Key::Named(Named::Esc)),
            ("ctrl-X", Key::Ctrl('x')),
            ("^x", Key::Ctrl('x')),
            ("K", Key::Char('K')),
        ] {
            assert_eq!(Key::named(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_no_terminal_sends_is_no_key() {
        for text in ["", "Ctrl-M", "Ctrl-", "Ctrl-1", "Alt-x", "F13", "F0", "xy", "1-5", "\u{7}", "Hyper", "漢字"] {
            assert!(Key::named(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn six_keys_are_each_of_them() {
        assert!(Key::Six('1').overlaps(Key::Char('6')) && !Key::Six('1').overlaps(Key::Char('7')));
        assert!(Key::Char('b').overlaps(Key::Six('a')) && Key::Six('a').overlaps(Key::Six('f')));
        assert_eq!(Key::Six('a').number_of(Key::Char('c')), Some(3));
    }
}
