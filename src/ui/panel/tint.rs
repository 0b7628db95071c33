//! How a word in a message's box looks.

use ratatui::style::Style;

use crate::ui::theme::Theme;

/// How a box's word looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tint {
    /// Seen from afar.
    Shout,
    /// An error.
    Alarm,
    /// A fact about the bytes.
    Strong,
    /// What matters less.
    Faint,
}

impl Tint {
    /// In these colours.
    pub fn style(self, theme: Theme) -> Style {
        match self {
            Self::Shout => theme.shout(),
            Self::Alarm => theme.alarm(),
            Self::Strong => theme.strong(),
            Self::Faint => theme.faint(),
        }
    }
}
