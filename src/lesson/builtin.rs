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
    ("09-half-close.md", include_str!("../../lessons/en/09-half-close.md")),
    ("10-unread-and-reset.md", include_str!("../../lessons/en/10-unread-and-reset.md")),
    ("11-the-broken-pipe.md", include_str!("../../lessons/en/11-the-broken-pipe.md")),
    ("12-the-full-buffer.md", include_str!("../../lessons/en/12-the-full-buffer.md")),
    ("13-deadlock.md", include_str!("../../lessons/en/13-deadlock.md")),
    ("14-what-poll-says.md", include_str!("../../lessons/en/14-what-poll-says.md")),
    ("15-passing-descriptors.md", include_str!("../../lessons/en/15-passing-descriptors.md")),
    ("16-who-is-there.md", include_str!("../../lessons/en/16-who-is-there.md")),
    ("17-the-calls-that-fail.md", include_str!("../../lessons/en/17-the-calls-that-fail.md")),
];
