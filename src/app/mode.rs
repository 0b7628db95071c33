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
}
