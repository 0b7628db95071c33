//! A person's own settings as text: read leniently, one line for each thing that cannot be taken; written with a word on each.

use std::fmt::Write as _;

use toml::{Table, Value};

use super::Mode;
use super::keys::rebind::KeySetting;
use super::keys::{GROUPS, Key, Keymap, MODES};
use crate::text::is_hidden;

/// The most bytes of a file.
pub const MAX_CONFIG: usize = 64 * 1024;
/// What a line about the file says of a part of it, at most.
const MOST_QUOTED: usize = 40;
/// The grounds that there are.
const THEMES: [&str; 3] = ["dark", "light", "room"];

/// What somebody wants otherwise than it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// `dark`, `light` or `room`; by the terminal where it is not said.
    pub theme: Option<String>,
    /// Whether borders and marks are ASCII.
    pub is_ascii: Option<bool>,
    /// Whether clicks and the wheel are wanted.
    pub has_mouse: Option<bool>,
    /// The keys.
    pub keymap: Keymap,
}

impl Config {
    /// What the text says; and each thing that it says in vain, in one line.
    pub fn read(text: &str) -> (Self, Vec<String>) {
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return (Self::default(), vec![broken(text, &error)]),
        };
        let (mut config, mut complaints, mut wishes) = (Self::default(), Vec::new(), Vec::new());
        for (name, value) in &table {
            let wanted = match (name.as_str(), value) {
                ("theme", Value::String(theme)) if THEMES.contains(&theme.as_str()) => {
                    config.theme = Some(theme.clone());
                    continue;
                }
                ("ascii", Value::Boolean(is_ascii)) => {
                    config.is_ascii = Some(*is_ascii);
                    continue;
                }
                ("mouse", Value::Boolean(has_mouse)) => {
                    config.has_mouse = Some(*has_mouse);
                    continue;
                }
                ("keys", Value::Table(keys)) => {
                    wishes = self::wishes(keys, &mut complaints);
                    continue;
                }
                ("theme", _) => "theme is \"dark\", \"light\" or \"room\"".to_owned(),
                ("ascii" | "mouse", _) => format!("{name} is true or false"),
                ("keys", _) => "keys is a table: [keys]".to_owned(),
                _ => format!("there is no setting {}: theme, ascii, mouse and [keys] there are", quoted(name)),
            };
            complaints.push(wanted);
        }
        let (keymap, more) = Keymap::with(&wishes);
        complaints.extend(more);
        (Self { keymap, ..config }, complaints)
    }

    /// As a file that means the same, with a word on each setting.
    pub fn write(&self) -> String {
        let mut text = String::from(HEAD);
        let theme =
            self.theme.as_deref().map_or_else(|| "# theme = \"dark\"".to_owned(), |it| format!("theme = \"{it}\""));
        let (is_ascii, has_mouse) = (self.is_ascii.unwrap_or(false), self.has_mouse.unwrap_or(true));
        let _ = write!(
            text,
            "# The ground: \"dark\", \"light\" or \"room\"; the terminal's unless told. --theme and TINCANS_THEME win.\n{theme}\n\n\
             # Borders and marks of ASCII alone. --ascii and TINCANS_ASCII win.\nascii = {is_ascii}\n\n\
             # Whether a click focuses and the wheel scrolls. --mouse and --no-mouse win.\nmouse = {has_mouse}\n\n\
             [keys]\n"
        );
        let mut said: Vec<&str> = Vec::new();
        for group in GROUPS {
            let rows = group.rows.iter().filter(|row| !said.contains(&row.name)).collect::<Vec<_>>();
            if rows.is_empty() {
                continue;
            }
            let _ = write!(text, "\n# {}\n", group.title);
            for row in rows {
                said.push(row.name);
                let line = format!("{} = {}", row.name, list(&self.general(row.name)));
                let _ = writeln!(text, "{line:<36} # {}", row.long);
            }
        }
        for mode in MODES {
            let own: Vec<(&str, Vec<Key>)> = self.own(mode);
            if own.is_empty() {
                continue;
            }
            let _ = write!(text, "\n[keys.{}]\n", mode.name());
            for (name, keys) in own {
                let _ = writeln!(text, "{name} = {}", list(&keys));
            }
        }
        text
    }

    /// The keys that an action has in the first mode where it is to be had.
    fn general(&self, name: &str) -> Vec<Key> {
        let mut bindings = MODES.iter().flat_map(|mode| self.keymap.of_mode(*mode));
        bindings.find(|binding| binding.row.name == name).map(|binding| binding.keys.clone()).unwrap_or_default()
    }

    /// The actions that have other keys in this mode.
    fn own(&self, mode: Mode) -> Vec<(&'static str, Vec<Key>)> {
        let differs = |name: &str, keys: &Vec<Key>| *keys != self.general(name);
        let bindings = self.keymap.of_mode(mode).iter().filter(|binding| differs(binding.row.name, &binding.keys));
        bindings.map(|binding| (binding.row.name, binding.keys.clone())).collect()
    }
}

/// What stands at the top of a file.
const HEAD: &str = "\
# tincans: settings, at $XDG_CONFIG_HOME/tincans/config.toml or ~/.config/tincans/config.toml.
# What is left out stays as it is; `tincans config --mine` shows what holds, and what could not be taken.
#
# An action has a key or a list of them: kill = \"K\", kill = [\"K\", \"Ctrl-K\"]; kill = [] takes it off the keyboard.
# Under [keys] it holds wherever the action is to be had, under [keys.lesson] in that mode alone. The modes are
# line, keys, prompt, lesson, past, list, search, palette and help. Keys are letters as they are typed, Ctrl-X, F1 to F12,
# Space, Enter, Esc, Tab, Shift-Tab, Backspace, Del, Ins, Up, Down, Left, Right, Home, End, Page Up, Page Down.
# Where one types, letters stay text. Ctrl-C always leaves.

";

fn list(keys: &[Key]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| Value::String(key.label()).to_string()).collect();
    format!("[{}]", quoted.join(", "))
}

/// What stands in `[keys]`.
fn wishes(table: &Table, complaints: &mut Vec<String>) -> Vec<KeySetting> {
    let mut wishes = Vec::new();
    for (name, value) in table {
        let mode = MODES.into_iter().find(|mode| mode.name() == name);
        match (mode, value) {
            // `keys` and `help` are actions and modes.
            (Some(mode), Value::Table(of_mode)) => {
                for (name, value) in of_mode {
                    wish(Some(mode), name, value, (&mut wishes, complaints));
                }
            }
            (None, Value::Table(_)) => complaints.push(format!("[keys.{}]: there is no such mode", quoted(name))),
            (_, value) => wish(None, name, value, (&mut wishes, complaints)),
        }
    }
    wishes
}

fn wish(mode: Option<Mode>, name: &str, value: &Value, (wishes, complaints): (&mut Vec<KeySetting>, &mut Vec<String>)) {
    let texts = match value {
        Value::String(key) => Some(vec![key.clone()]),
        Value::Array(keys) => keys.iter().map(|key| key.as_str().map(str::to_owned)).collect(),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Table(_) => None,
    };
    match texts {
        Some(keys) => wishes.push(KeySetting { mode, name: quoted(name), keys }),
        None => complaints.push(format!("[keys] {}: a key is a text, as \"x\", or a list of them", quoted(name))),
    }
}

/// What stands in the file, short enough for a line, and to be seen.
fn quoted(text: &str) -> String {
    let seen = |letter: char| if is_hidden(letter) { letter.escape_unicode().to_string() } else { letter.to_string() };
    let mut short: String = text.chars().take(MOST_QUOTED).map(seen).collect();
    if text.chars().nth(MOST_QUOTED).is_some() {
        short.push('…');
    }
    short
}

fn broken(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| format!("line {}: ", before.matches('\n').count() + 1)).unwrap_or_default();
    let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{line}{message}; nothing of it is used")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{Action, ChannelAction};

    fn complaint(text: &str) -> String {
        let (config, complaints) = Config::read(text);
        assert_eq!((config, complaints.len()), (Config::default(), 1), "{text}: {complaints:?}");
        complaints.concat()
    }

    #[test]
    fn nothing_said_is_nothing_changed() {
        assert_eq!(Config::read(""), (Config::default(), Vec::new()));
    }

    #[test]
    fn what_is_printed_and_fed_back_changes_nothing() {
        let printed = Config::default().write();
        let (config, complaints) = Config::read(&printed);
        assert_eq!(complaints, [""; 0]);
        assert_eq!(config.keymap, Keymap::default());
        assert_eq!((config.theme.clone(), config.is_ascii, config.has_mouse), (None, Some(false), Some(true)));
        assert_eq!(config.write(), printed);
        for row in GROUPS.iter().flat_map(|group| group.rows) {
            assert!(printed.contains(&format!("\n{} = [", row.name)), "{}", row.name);
        }
        assert!(printed.lines().all(|line| line.chars().count() <= 130), "{printed}");
    }

    #[test]
    fn one_s_own_settings_are_printed_as_they_hold() {
        let text = "theme = 'light'\nascii = true\nmouse = false\n[keys]\nkill = ['K', '\"']\nnew = []\n\
            choose = 'A-F'\nanswer = 'Y'\n[keys.lesson]\nkill = 'J'\n[keys.past]\ntext-up = 'x'\n";
        let (config, complaints) = Config::read(text);
        assert_eq!(complaints, ["[keys.past] text-up: this action is not to be had there"]);
        assert_eq!(config.keymap.action(Mode::Keys, Key::Char('"')), Some(Action::Make(ChannelAction::Kill)));
        assert_eq!(Config::read(&config.write()), (config, Vec::new()));
    }

    #[test]
    fn each_thing_that_cannot_be_taken_is_one_line() {
        assert!(complaint("theme = 'pink'").contains("\"dark\""));
        assert!(complaint("ascii = 1").contains("true or false"));
        assert!(complaint("colour = 'x'").contains("no setting colour"));
        assert!(complaint("keys = 3").contains("[keys]"));
        assert!(complaint("[keys]\nkill = 3").contains("a key is a text"));
        assert!(complaint("[keys]\nkill = ['K', 3]").contains("a key is a text"));
        assert!(complaint("[keys.kitchen]\nkill = 'K'").contains("no such mode"));
        assert!(complaint("[keys.line]\nkill = 'F2'").contains("not to be had"));
        let many = Config::read("theme = 3\n[keys]\nkill = 'x'\nquite = 'F3'\n").1;
        assert_eq!(many.len(), 3, "{many:?}");
    }

    #[test]
    fn a_file_that_is_no_toml_is_one_line_with_its_place() {
        for text in ["a = 1\n= 3", "[keys\nkill = 'K'", "kill = ", "\0", "a = 'b\u{1b}[2J"] {
            let said = complaint(text);
            assert!(said.starts_with("line ") && !said.contains('\n'), "{said}");
        }
        let long = format!("{} = 1", "x".repeat(5000));
        assert!(complaint(&long).len() < 200);
    }
}
