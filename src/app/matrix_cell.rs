//! A cell of the matrix: its place, and what the kernel said to it.

/// A cell: the row's place among all, and the column's.
pub type CellPlace = (usize, usize);

/// What the kernel said to one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellAnswer {
    /// An answer for each of the row's questions.
    Came(Vec<String>),
    /// It could not be asked, and why.
    Failed(String),
}

impl CellAnswer {
    /// A line for each question.
    pub fn lines(&self) -> Vec<&str> {
        match self {
            Self::Came(answers) => answers.iter().map(String::as_str).collect(),
            Self::Failed(reason) => vec![reason],
        }
    }
}
