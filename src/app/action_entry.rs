//! Something that can be done or found: a line of the palette.

use super::action::Action;

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionEntry {
    /// What it is.
    pub action: Action,
    /// The name by which its keys are bound.
    pub name: &'static str,
    /// Its keys, as written on a keyboard.
    pub keys: String,
    /// What it does.
    pub long: String,
    /// The statements it stands for, now.
    pub statements: Vec<String>,
    /// Why it cannot be done now.
    pub objection: Option<String>,
    /// More about it, where it is no key.
    pub detail: Option<String>,
}

impl ActionEntry {
    pub(super) fn of(action: Action, long: String) -> Self {
        Self { action, name: "", keys: String::new(), long, statements: Vec::new(), objection: None, detail: None }
    }
}
