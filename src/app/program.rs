//! What the UI knows of a program that is watched, beside the world: what its terminal shows, and who has the keyboard.

/// A letter of the program's terminal with its looks. A column behind a wide letter is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramCell {
    /// What stands there; nothing but letters that a screen may show.
    pub text: String,
    /// It stands out.
    pub is_bold: bool,
    /// Ground and letter are exchanged.
    pub is_inverse: bool,
}

/// What the program's terminal shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramScreen {
    /// Its rows.
    pub rows: Vec<Vec<ProgramCell>>,
    /// Where its cursor is, column and row; none while it is hidden.
    pub cursor: Option<(u16, u16)>,
}

/// A program that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// Its terminal.
    pub screen: ProgramScreen,
    /// What is typed goes to it, until [`TAKE_BACK`].
    pub has_keyboard: bool,
    /// How it ended, in words.
    pub ending: Option<String>,
}

impl Program {
    /// Whether it reads what is typed.
    pub fn is_running(&self) -> bool {
        self.ending.is_none()
    }
}

/// The byte by which the keyboard is taken back from the program: Ctrl-].
pub const TAKE_BACK: u8 = 0x1d;
/// As it is written on a keyboard.
pub const TAKE_BACK_LABEL: &str = "Ctrl-]";
