//! A person's own keys laid over the table: whatever cannot be taken as it stands is told, and the default stays.

use super::{Binding, Key, Keymap, MODES, label, table};
use crate::app::Mode;

/// The action that nobody may be without, and the key that it keeps.
const LEAVE: (&str, Key) = ("leave", Key::Ctrl('c'));
/// The one action that takes six keys in a row.
const SIX: &str = "choose";
/// The one action that takes all digits.
const COUNT: &str = "count";

/// What somebody wants an action's keys to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetting {
    /// Where; wherever the action is to be had unless told.
    pub mode: Option<Mode>,
    /// The action's name.
    pub name: String,
    /// The keys' names.
    pub keys: Vec<String>,
}

/// A wish that can be taken as far as it goes by itself.
struct AcceptedSetting<'a> {
    wish: &'a KeySetting,
    keys: Vec<Key>,
}

impl KeySetting {
    fn place(&self) -> String {
        let mode = self.mode.map(|mode| format!(".{}", mode.name())).unwrap_or_default();
        format!("[keys{mode}] {}", self.name)
    }

    fn modes(&self) -> impl Iterator<Item = Mode> {
        let holds = |mode: &Mode| table::rows(*mode).any(|row| row.name == self.name);
        MODES.into_iter().filter(move |mode| self.mode.is_none_or(|wanted| wanted == *mode) && holds(mode))
    }

    /// The keys, if nothing but another key can be in their way.
    fn take(&self) -> Result<AcceptedSetting<'_>, String> {
        let of_this_name = || table::GROUPS.iter().flat_map(|group| group.rows).any(|row| row.name == self.name);
        if !of_this_name() {
            return Err(format!("there is no such action; {}`tincans config` lists all", self.nearest()));
        }
        if self.modes().next().is_none() {
            return Err("this action is not to be had there".to_owned());
        }
        let mut keys: Vec<Key> = Vec::new();
        for text in &self.keys {
            let key = Key::named(text)?;
            if !keys.iter().any(|other| other.overlaps(key)) {
                keys.push(key);
            }
        }
        if self.name == LEAVE.0 && !keys.contains(&LEAVE.1) {
            return Err(format!("{} always leaves; other keys may be beside it", LEAVE.1.label()));
        }
        for key in &keys {
            if matches!(key, Key::Six(_)) != (self.name == SIX) {
                return Err(format!("{SIX} alone takes six keys in a row, as 1-6; {} does not fit here", key.label()));
            }
            if (*key == Key::Digits) != (self.name == COUNT) {
                return Err(format!("{COUNT} alone takes the digits, as 0-9; {} does not fit here", key.label()));
            }
            if let Some(mode) = self.modes().find(|mode| mode.is_typing() && key.is_text()) {
                return Err(format!("{} is text in the mode `{}`", key.label(), mode.name()));
            }
        }
        Ok(AcceptedSetting { wish: self, keys })
    }

    /// A name like it, to be named.
    fn nearest(&self) -> String {
        let names = table::GROUPS.iter().flat_map(|group| group.rows).map(|row| row.name);
        let likeness = |name: &str| name.chars().zip(self.name.chars()).take_while(|(a, b)| a == b).count();
        let near = names.filter(|name| likeness(name) >= 3).max_by_key(|name| likeness(name));
        near.map(|name| format!("`{name}` is one; ")).unwrap_or_default()
    }
}

impl Keymap {
    /// The table with these wishes; and of those that could not be taken, each in one line.
    pub fn with(wishes: &[KeySetting]) -> (Self, Vec<String>) {
        let mut complaints = Vec::new();
        let mut taken: Vec<AcceptedSetting<'_>> = Vec::new();
        for wish in wishes {
            match wish.take() {
                Ok(wish) => taken.push(wish),
                Err(what) => complaints.push(format!("{}: {what}", wish.place())),
            }
        }
        // A mode's own keys come after those for everywhere, and so replace them.
        taken.sort_by_key(|taken| taken.wish.mode.is_some());
        loop {
            let keymap = Self::laid(&taken);
            let Some((culprit, what)) = keymap.clash(&taken) else {
                if keymap.is_bare() {
                    complaints.push("[keys] leaves nothing but leaving a key; `tincans config` lists all".to_owned());
                }
                return (keymap, complaints);
            };
            complaints.push(format!("{}: {what}", taken[culprit].wish.place()));
            taken.remove(culprit);
        }
    }

    /// Whether there is a mode in which no key does anything but leave.
    fn is_bare(&self) -> bool {
        let acts = |binding: &Binding| binding.row.name != LEAVE.0 && !binding.keys.is_empty();
        MODES.into_iter().any(|mode| !self.of_mode(mode).iter().any(acts))
    }

    fn laid(taken: &[AcceptedSetting<'_>]) -> Self {
        let mut keymap = Self::default();
        for taken in taken {
            for mode in taken.wish.modes() {
                for binding in keymap.of_mode_mut(mode).iter_mut().filter(|it| it.row.name == taken.wish.name) {
                    binding.keys.clone_from(&taken.keys);
                }
            }
        }
        keymap
    }

    /// The first key that would mean two things: the wish that is to blame for it, and what is to be said.
    fn clash(&self, taken: &[AcceptedSetting<'_>]) -> Option<(usize, String)> {
        for mode in MODES {
            let bindings = self.of_mode(mode);
            for (at, one) in bindings.iter().enumerate() {
                for other in &bindings[at + 1..] {
                    let Some(key) = shared(one, other) else { continue };
                    let wished = |binding: &Binding| {
                        let is_it = |it: &AcceptedSetting<'_>| {
                            it.wish.name == binding.row.name && it.wish.modes().any(|wanted| wanted == mode)
                        };
                        taken.iter().rposition(is_it)
                    };
                    // Of two wishes the later one gives way.
                    let (culprit, winner) = match (wished(one), wished(other)) {
                        (Some(first), Some(second)) if first > second => (first, other),
                        (_, Some(second)) => (second, one),
                        (Some(first), None) => (first, other),
                        (None, None) => continue,
                    };
                    let loser = if std::ptr::eq(winner, one) { other } else { one };
                    let stays = label(loser.row.keys);
                    let (key, name) = (key.label(), winner.row.name);
                    let what = format!("{key} is `{name}` in the mode `{}`, so this stays {stays}", mode.name());
                    return Some((culprit, what));
                }
            }
        }
        None
    }
}

/// A key that both have.
fn shared(one: &Binding, other: &Binding) -> Option<Key> {
    one.keys.iter().copied().find(|key| other.keys.iter().any(|there| there.overlaps(*key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{Action, ChannelAction};

    fn wish(mode: Option<Mode>, name: &str, keys: &[&str]) -> KeySetting {
        KeySetting { mode, name: name.to_owned(), keys: keys.iter().map(|key| (*key).to_owned()).collect() }
    }

    fn told(wishes: &[KeySetting]) -> String {
        let (keymap, complaints) = Keymap::with(wishes);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert_eq!(keymap, Keymap::default(), "the default stays");
        complaints.concat()
    }

    #[test]
    fn a_wish_holds_wherever_the_action_is_to_be_had_or_in_one_mode() {
        let (keymap, complaints) =
            Keymap::with(&[wish(None, "kill", &["K", "Ctrl-K"]), wish(Some(Mode::Lesson), "kill", &["D"])]);
        assert_eq!(complaints, [""; 0]);
        let kill = Some(Action::Make(ChannelAction::Kill));
        assert_eq!(keymap.action(Mode::Keys, Key::Char('K')), kill);
        assert_eq!(keymap.action(Mode::Past, Key::Ctrl('k')), kill);
        assert_eq!(keymap.action(Mode::Keys, Key::Char('k')), None);
        assert_eq!(keymap.action(Mode::Lesson, Key::Char('D')), kill);
        assert_eq!(keymap.action(Mode::Lesson, Key::Char('K')), None);
        assert_eq!(keymap.key(Mode::Lesson, Action::Make(ChannelAction::Kill)), "D");
    }

    #[test]
    fn two_keys_can_be_exchanged() {
        let (keymap, complaints) = Keymap::with(&[wish(None, "kill", &["r"]), wish(None, "read", &["k"])]);
        assert_eq!(complaints, [""; 0]);
        assert_eq!(keymap.action(Mode::Keys, Key::Char('r')), Some(Action::Make(ChannelAction::Kill)));
    }

    #[test]
    fn what_clashes_is_told_once_and_the_default_stays() {
        let said = told(&[wish(None, "kill", &["x"])]);
        assert_eq!(said, "[keys] kill: x is `close` in the mode `keys`, so this stays k");
        assert!(told(&[wish(None, "step", &["1", "Enter"])]).contains("1 is `choose` in the mode `lesson`"));
        assert!(told(&[wish(None, "quit", &["/"])]).contains("in the mode"));
    }

    #[test]
    fn of_two_wishes_for_one_key_the_first_is_taken_and_a_default_that_is_needed_again_comes_back() {
        let (keymap, complaints) = Keymap::with(&[wish(None, "kill", &["K"]), wish(None, "read", &["K"])]);
        assert_eq!(complaints.len(), 1);
        assert_eq!(keymap.action(Mode::Keys, Key::Char('K')), Some(Action::Make(ChannelAction::Kill)));
        assert_eq!(keymap.action(Mode::Keys, Key::Char('r')), Some(Action::Make(ChannelAction::ReadFar)));
        // `kill` takes r because `read` leaves it; but `read` cannot have x.
        let (keymap, complaints) = Keymap::with(&[wish(None, "kill", &["r"]), wish(None, "read", &["x"])]);
        assert_eq!((complaints.len(), keymap), (2, Keymap::default()));
    }

    #[test]
    fn nobody_can_lock_himself_in() {
        assert!(told(&[wish(None, "leave", &[])]).contains("Ctrl-C always leaves"));
        assert!(told(&[wish(None, "leave", &["Ctrl-Q"])]).contains("Ctrl-C always leaves"));
        assert!(told(&[wish(None, "suspend", &["Ctrl-C"])]).contains("is `leave`"));
        let (keymap, _) = Keymap::with(&[wish(None, "leave", &["Ctrl-C", "F10"])]);
        assert_eq!(keymap.action(Mode::Line, Key::named("F10").unwrap()), Some(Action::Quit));
    }

    #[test]
    fn a_letter_is_not_taken_from_where_letters_are_text() {
        assert!(told(&[wish(None, "speaker", &["N"])]).contains("N is text in the mode `line`"));
        let (keymap, complaints) = Keymap::with(&[wish(Some(Mode::Keys), "next-channel", &["Z"])]);
        assert!(complaints.is_empty() && keymap.action(Mode::Keys, Key::Char('Z')) == Some(Action::FocusNext));
    }

    #[test]
    fn what_there_is_not_is_told() {
        assert!(told(&[wish(None, "killl", &["K"])]).contains("no such action; `kill` is one"));
        assert!(told(&[wish(None, "", &["K"])]).contains("no such action"));
        assert!(told(&[wish(Some(Mode::Line), "kill", &["F2"])]).contains("not to be had there"));
        assert!(told(&[wish(None, "kill", &["Hyper-x"])]).contains("is no key"));
        assert!(told(&[wish(None, "kill", &["a-f"])]).contains("six keys"));
        assert!(told(&[wish(None, "choose", &["1"])]).contains("six keys"));
    }

    #[test]
    fn an_action_may_have_no_key_and_hints_then_name_it() {
        let (keymap, complaints) = Keymap::with(&[wish(None, "new", &[])]);
        assert!(complaints.is_empty());
        assert_eq!(keymap.key(Mode::Keys, Action::NewChannel), "`new` (no key)");
    }
}
