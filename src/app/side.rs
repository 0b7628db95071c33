//! A side of a channel, as it is drawn.

use crate::questions::acting::Prefer;

/// A side of a channel, as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PanelSide {
    /// The left one, the parent's.
    Near,
    /// The right one, the child's.
    Far,
}

impl PanelSide {
    /// Which of several holders a key acts as on this side.
    pub fn prefers(self) -> Prefer {
        match self {
            Self::Near => Prefer::First,
            Self::Far => Prefer::Others,
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Near => Self::Far,
            Self::Far => Self::Near,
        }
    }
}
