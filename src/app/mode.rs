//! What the keys mean.

/// What the keys mean now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Letters are a message.
    Line,
    /// Letters are commands.
    Keys,
    /// Letters are a statement.
    Prompt,
    /// Help covers the screen.
    Help,
    /// A lesson's text is beside the bench.
    Lesson,
    /// The list of lessons covers the screen.
    List,
    /// Letters search it.
    Search,
    /// The bench as it was is on the screen.
    Past,
    /// Letters search all that can be done.
    Palette,
    /// Letters search the matrix.
    Matrix,
    /// One letter picks the kind of a new channel.
    NewChannel,
    /// One letter says what is copied.
    Copy,
    /// One letter says until what a watched program goes on.
    Until,
    /// Letters are words that the lines of the trace have.
    Filter,
}

/// A line that letters go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputPurpose {
    /// A message.
    Message,
    /// A statement.
    Statement,
    /// What the list of lessons is searched for.
    Lessons,
    /// What all actions are searched for.
    Actions,
    /// What the matrix is searched for.
    Matrix,
    /// What the lines of the trace have.
    Trace,
}

/// A list that covers the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// The keys.
    Help,
    /// The lessons.
    Lessons,
    /// All that can be done.
    Actions,
    /// The rows of the matrix.
    Matrix,
}

impl Mode {
    /// The line that letters go to.
    pub fn typed(self) -> Option<InputPurpose> {
        match self {
            Self::Line => Some(InputPurpose::Message),
            Self::Prompt => Some(InputPurpose::Statement),
            Self::Search => Some(InputPurpose::Lessons),
            Self::Palette => Some(InputPurpose::Actions),
            Self::Matrix => Some(InputPurpose::Matrix),
            Self::Filter => Some(InputPurpose::Trace),
            Self::Keys
            | Self::Help
            | Self::Lesson
            | Self::List
            | Self::Past
            | Self::NewChannel
            | Self::Copy
            | Self::Until => None,
        }
    }

    /// The list that covers the screen.
    pub fn listed(self) -> Option<Listed> {
        match self {
            Self::Help => Some(Listed::Help),
            Self::List | Self::Search => Some(Listed::Lessons),
            Self::Palette => Some(Listed::Actions),
            Self::Matrix => Some(Listed::Matrix),
            Self::Line
            | Self::Keys
            | Self::Prompt
            | Self::Lesson
            | Self::Past
            | Self::NewChannel
            | Self::Copy
            | Self::Until
            | Self::Filter => None,
        }
    }
}
