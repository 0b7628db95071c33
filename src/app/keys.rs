//! Which key means what in which mode: the one table with whatever a person has bound otherwise. Keys are looked up in it; help,
//! footer, palette and every hint that names a key are made from it.

pub mod key;
pub mod rebind;
pub mod table;

use super::action::{Action, Learn};
use super::{App, Mode};

pub use key::{Key, Named};
pub use table::{GROUPS, Group, KeyRow};

/// All modes, in the order in which a hint looks for a key.
pub const MODES: [Mode; 14] = [
    Mode::Keys,
    Mode::Lesson,
    Mode::Past,
    Mode::Line,
    Mode::Prompt,
    Mode::List,
    Mode::Search,
    Mode::Palette,
    Mode::Matrix,
    Mode::Help,
    Mode::NewChannel,
    Mode::Copy,
    Mode::Until,
    Mode::Filter,
];

impl Mode {
    /// What the configuration calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Keys => "keys",
            Self::Prompt => "prompt",
            Self::Help => "help",
            Self::Lesson => "lesson",
            Self::List => "list",
            Self::Search => "search",
            Self::Past => "past",
            Self::Palette => "palette",
            Self::Matrix => "matrix",
            Self::NewChannel => "new",
            Self::Copy => "copy",
            Self::Until => "until",
            Self::Filter => "filter",
        }
    }

    /// Whether letters are text in it.
    pub fn is_typing(self) -> bool {
        self.typed().is_some()
    }
}

/// A row of the table, with the keys that it has in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The row.
    pub row: &'static KeyRow,
    /// Its keys there; none if it was taken off the keyboard.
    pub keys: Vec<Key>,
}

impl Binding {
    /// All its keys, as written on a keyboard.
    pub fn label(&self) -> String {
        label(&self.keys)
    }
}

/// Keys as written on a keyboard.
pub fn label(keys: &[Key]) -> String {
    keys.iter().map(|key| key.label()).collect::<Vec<_>>().join(" ")
}

/// The bindings of every mode.
#[derive(Clone, PartialEq, Eq)]
pub struct Keymap {
    /// As [`MODES`].
    modes: Vec<Vec<Binding>>,
}

impl std::fmt::Debug for Keymap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keymap")
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let of = |mode| table::rows(mode).map(|row| Binding { row, keys: row.keys.to_vec() }).collect();
        Self { modes: MODES.iter().map(|mode| of(*mode)).collect() }
    }
}

impl Keymap {
    /// The bindings that hold in a mode.
    pub fn of_mode(&self, mode: Mode) -> &[Binding] {
        MODES.iter().position(|listed| *listed == mode).and_then(|at| self.modes.get(at)).map_or(&[], Vec::as_slice)
    }

    fn of_mode_mut(&mut self, mode: Mode) -> &mut [Binding] {
        let at = MODES.iter().position(|listed| *listed == mode);
        at.and_then(|at| self.modes.get_mut(at)).map_or(&mut [], Vec::as_mut_slice)
    }

    /// What a key does in a mode.
    pub fn action(&self, mode: Mode, key: Key) -> Option<Action> {
        self.bound(mode, key).map(|(row, bound)| with_number(row.action, bound, key))
    }

    /// What that is called.
    pub fn name(&self, mode: Mode, key: Key) -> Option<&'static str> {
        self.bound(mode, key).map(|(row, _)| row.name)
    }

    fn bound(&self, mode: Mode, key: Key) -> Option<(&'static KeyRow, Key)> {
        let found = self.of_mode(mode).iter().find_map(|binding| {
            let bound = binding.keys.iter().find(|bound| bound.overlaps(key))?;
            Some((binding.row, *bound))
        });
        // What acts now, and only now, says so in the past.
        if found.is_none() && mode == Mode::Past { self.bound(Mode::Keys, key) } else { found }
    }

    /// The key for the answer of this number, from 1, or the number where none chooses.
    pub fn choice(&self, number: usize) -> String {
        let six = self.of_mode(Mode::Lesson).iter().find(|it| it.row.action == Action::Learn(Learn::Choose(0)));
        let key = six.and_then(|binding| binding.keys.first()).and_then(|key| key.of_number(number));
        key.map_or_else(|| number.to_string(), Key::label)
    }

    /// The key to press for an action, in this mode or in one where it is to be had; its name where no key is bound to it.
    pub fn key(&self, mode: Mode, action: Action) -> String {
        let here = std::iter::once(mode).chain(MODES);
        let mut bindings = here.flat_map(|mode| self.of_mode(mode)).filter(|binding| binding.row.action == action);
        let named = bindings.clone().next().map(|binding| binding.row.name);
        let bound = bindings.find_map(|binding| binding.keys.first());
        bound.map_or_else(|| format!("`{}` (no key)", named.unwrap_or_default()), |key| key.label())
    }
}

/// The number among several keys, where the action asks for one.
fn with_number(action: Action, bound: Key, pressed: Key) -> Action {
    match (action, bound.number_of(pressed)) {
        (Action::Learn(Learn::Choose(_)), Some(number)) => Action::Learn(Learn::Choose(number)),
        (Action::Count(_), Some(digit)) => Action::Count(digit),
        (action, _) => action,
    }
}

/// The keys as a hint names them, from one mode.
#[derive(Debug, Clone, Copy)]
pub struct Hints<'a> {
    /// The bindings.
    pub keymap: &'a Keymap,
    /// Where the reader of the hint is.
    pub mode: Mode,
}

impl Hints<'_> {
    /// As [`Keymap::key`].
    pub fn key(self, action: Action) -> String {
        self.keymap.key(self.mode, action)
    }
}

impl App {
    /// The keys as a hint names them.
    pub fn hints(&self) -> Hints<'_> {
        let mode = match self.mode {
            Mode::Palette => self.palette.back,
            Mode::Matrix => self.matrix.back,
            Mode::Help => self.before,
            Mode::Filter if self.past.is_some() => Mode::Past,
            Mode::NewChannel | Mode::Until | Mode::Filter => self.home(),
            Mode::Copy => self.copy_back,
            Mode::Line | Mode::Keys | Mode::Prompt | Mode::Lesson | Mode::List | Mode::Search | Mode::Past => self.mode,
        };
        Hints { keymap: &self.keymap, mode }
    }

    /// The key for an action, as a hint names it.
    pub fn key(&self, action: Action) -> String {
        // What is said of help or the list is said in it.
        let is_here = self.keymap.of_mode(self.mode).iter().any(|binding| binding.row.action == action);
        if is_here { self.keymap.key(self.mode, action) } else { self.hints().key(action) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::ChannelAction;

    #[test]
    fn no_key_means_two_things_in_one_mode() {
        let keymap = Keymap::default();
        for mode in MODES {
            let keys: Vec<Key> = keymap.of_mode(mode).iter().flat_map(|binding| binding.keys.clone()).collect();
            for (at, key) in keys.iter().enumerate() {
                assert!(!keys[at + 1..].iter().any(|other| other.overlaps(*key)), "{} in {mode:?}", key.label());
            }
        }
    }

    #[test]
    fn ctrl_c_leaves_from_everywhere() {
        for mode in MODES {
            assert_eq!(Keymap::default().action(mode, Key::Ctrl('c')), Some(Action::Quit));
        }
    }

    #[test]
    fn no_default_key_is_one_that_shells_and_multiplexers_own() {
        let keymap = Keymap::default();
        for binding in MODES.iter().flat_map(|mode| keymap.of_mode(*mode)) {
            for key in &binding.keys {
                assert!(!matches!(key, Key::Named(Named::F(_)) | Key::Ctrl('b' | 's' | 'q')));
            }
        }
    }

    #[test]
    fn a_name_is_one_action_with_one_set_of_keys_and_every_action_has_one() {
        let rows = || GROUPS.iter().flat_map(|group| group.rows);
        for row in rows() {
            let is_kebab = row.name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            assert!(is_kebab && !row.name.starts_with('-') && !row.long.is_empty(), "{}", row.name);
            for other in rows().filter(|other| other.name == row.name) {
                assert_eq!((other.action, other.keys), (row.action, row.keys), "{}", row.name);
            }
        }
        for mode in MODES {
            let mut names: Vec<&str> = table::rows(mode).map(|row| row.name).collect();
            names.sort_unstable();
            assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{mode:?}");
        }
    }

    #[test]
    fn the_number_of_a_key_goes_with_it_and_the_past_knows_the_keys_of_now() {
        let keymap = Keymap::default();
        assert_eq!(keymap.action(Mode::Lesson, Key::Char('3')), Some(Action::Learn(Learn::Choose(3))));
        assert_eq!(keymap.action(Mode::Lesson, Key::Char('7')), None);
        assert_eq!(keymap.action(Mode::Past, Key::Char('k')), Some(Action::Make(ChannelAction::Kill)));
        assert_eq!(keymap.action(Mode::Line, Key::Char('k')), None);
    }

    #[test]
    fn a_hint_names_the_key_of_the_mode_it_is_read_in() {
        let keymap = Keymap::default();
        assert_eq!(keymap.key(Mode::Line, Action::NewChannel), "n");
        assert_eq!(keymap.key(Mode::Past, Action::ReturnToNow), "Esc");
    }
}
