//! The lessons that come with the program.

/// File name and text of each, in order. `tests/lessons.rs` proves that this is the whole folder.
pub const ENGLISH: &[(&str, &str)] = &[
    ("01-a-stream-has-no-edges.md", include_str!("../../lessons/en/01-a-stream-has-no-edges.md")),
    ("02-a-socket-talks-both-ways.md", include_str!("../../lessons/en/02-a-socket-talks-both-ways.md")),
    ("03-what-does-not-fit.md", include_str!("../../lessons/en/03-what-does-not-fit.md")),
    ("04-a-message-of-nothing.md", include_str!("../../lessons/en/04-a-message-of-nothing.md")),
    ("05-close-your-unused-end.md", include_str!("../../lessons/en/05-close-your-unused-end.md")),
    ("06-who-still-holds-it.md", include_str!("../../lessons/en/06-who-still-holds-it.md")),
    ("07-three-ways-to-go.md", include_str!("../../lessons/en/07-three-ways-to-go.md")),
    ("08-the-datagram-that-never-ends.md", include_str!("../../lessons/en/08-the-datagram-that-never-ends.md")),
];
