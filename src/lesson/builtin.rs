//! The lessons that come with the program.

/// File name and text of each, in order. `tests/lessons.rs` proves that this is the whole folder.
pub const ENGLISH: &[(&str, &str)] =
    &[("01-a-stream-has-no-edges.md", include_str!("../../lessons/en/01-a-stream-has-no-edges.md"))];
