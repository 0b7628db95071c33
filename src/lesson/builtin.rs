//! The lessons that come with the program.

use super::{Lesson, language, load};

/// File name and text of each, in the order of the course: the main lessons, the extras, the bug hunts. `tests/suite/lessons.rs` proves
/// that this is the whole folder.
pub const ENGLISH: &[(&str, &str)] = &[
    ("00-processes-and-descriptors.md", include_str!("../../lessons/en/00-processes-and-descriptors.md")),
    ("01-first-hello.md", include_str!("../../lessons/en/01-first-hello.md")),
    ("02-a-socket-talks-both-ways.md", include_str!("../../lessons/en/02-a-socket-talks-both-ways.md")),
    ("03-a-stream-has-no-edges.md", include_str!("../../lessons/en/03-a-stream-has-no-edges.md")),
    ("04-datagrams-keep-theirs.md", include_str!("../../lessons/en/04-datagrams-keep-theirs.md")),
    ("05-what-does-not-fit.md", include_str!("../../lessons/en/05-what-does-not-fit.md")),
    ("09-close-your-unused-end.md", include_str!("../../lessons/en/09-close-your-unused-end.md")),
    ("10-who-still-holds-it.md", include_str!("../../lessons/en/10-who-still-holds-it.md")),
    ("11-three-ways-to-go.md", include_str!("../../lessons/en/11-three-ways-to-go.md")),
    ("12-the-datagram-that-never-ends.md", include_str!("../../lessons/en/12-the-datagram-that-never-ends.md")),
    ("13-half-close.md", include_str!("../../lessons/en/13-half-close.md")),
    ("14-unread-and-reset.md", include_str!("../../lessons/en/14-unread-and-reset.md")),
    ("15-the-broken-pipe.md", include_str!("../../lessons/en/15-the-broken-pipe.md")),
    ("16-zombies-and-orphans.md", include_str!("../../lessons/en/16-zombies-and-orphans.md")),
    ("17-the-full-buffer.md", include_str!("../../lessons/en/17-the-full-buffer.md")),
    ("18-only-a-part.md", include_str!("../../lessons/en/18-only-a-part.md")),
    ("06-both-at-once.md", include_str!("../../lessons/en/06-both-at-once.md")),
    ("08-a-message-of-nothing.md", include_str!("../../lessons/en/08-a-message-of-nothing.md")),
    ("37-one-sleeper-many-ends.md", include_str!("../../lessons/en/37-one-sleeper-many-ends.md")),
    ("22-what-poll-says.md", include_str!("../../lessons/en/22-what-poll-says.md")),
    ("45-epoll-level-and-edge.md", include_str!("../../lessons/en/45-epoll-level-and-edge.md")),
    ("26-deadlock.md", include_str!("../../lessons/en/26-deadlock.md")),
    ("38-interrupted.md", include_str!("../../lessons/en/38-interrupted.md")),
    ("39-framing.md", include_str!("../../lessons/en/39-framing.md")),
    ("23-two-writers-two-readers.md", include_str!("../../lessons/en/23-two-writers-two-readers.md")),
    ("24-a-star-of-children.md", include_str!("../../lessons/en/24-a-star-of-children.md")),
    ("25-a-ring.md", include_str!("../../lessons/en/25-a-ring.md")),
    ("40-a-shell-pipeline.md", include_str!("../../lessons/en/40-a-shell-pipeline.md")),
    ("44-fifos.md", include_str!("../../lessons/en/44-fifos.md")),
    ("46-process-groups.md", include_str!("../../lessons/en/46-process-groups.md")),
    ("27-threads-share-the-table.md", include_str!("../../lessons/en/27-threads-share-the-table.md")),
    ("28-whose-flag-is-it.md", include_str!("../../lessons/en/28-whose-flag-is-it.md")),
    ("29-what-exec-leaves-open.md", include_str!("../../lessons/en/29-what-exec-leaves-open.md")),
    ("30-passing-descriptors.md", include_str!("../../lessons/en/30-passing-descriptors.md")),
    ("34-from-a-pair-to-a-server.md", include_str!("../../lessons/en/34-from-a-pair-to-a-server.md")),
    ("41-the-backlog.md", include_str!("../../lessons/en/41-the-backlog.md")),
    ("43-a-datagram-server.md", include_str!("../../lessons/en/43-a-datagram-server.md")),
    ("36-true-or-false.md", include_str!("../../lessons/en/36-true-or-false.md")),
    ("07-no-better-datagram.md", include_str!("../../lessons/en/07-no-better-datagram.md")),
    ("19-how-big-is-a-message.md", include_str!("../../lessons/en/19-how-big-is-a-message.md")),
    ("20-what-is-charged.md", include_str!("../../lessons/en/20-what-is-charged.md")),
    ("21-whose-buffer.md", include_str!("../../lessons/en/21-whose-buffer.md")),
    ("31-room-for-a-descriptor.md", include_str!("../../lessons/en/31-room-for-a-descriptor.md")),
    ("32-who-is-there.md", include_str!("../../lessons/en/32-who-is-there.md")),
    ("33-the-calls-that-fail.md", include_str!("../../lessons/en/33-the-calls-that-fail.md")),
    ("35-out-of-band.md", include_str!("../../lessons/en/35-out-of-band.md")),
    ("42-pipe-buf.md", include_str!("../../lessons/en/42-pipe-buf.md")),
    ("51-hunt-the-reader-that-never-ends.md", include_str!("../../lessons/en/51-hunt-the-reader-that-never-ends.md")),
    ("52-hunt-the-sibling.md", include_str!("../../lessons/en/52-hunt-the-sibling.md")),
    ("53-hunt-the-lost-answer.md", include_str!("../../lessons/en/53-hunt-the-lost-answer.md")),
    ("54-hunt-communicate.md", include_str!("../../lessons/en/54-hunt-communicate.md")),
    ("55-hunt-the-double-wait.md", include_str!("../../lessons/en/55-hunt-the-double-wait.md")),
    ("56-hunt-half-a-file.md", include_str!("../../lessons/en/56-hunt-half-a-file.md")),
    ("57-hunt-the-server-that-dies.md", include_str!("../../lessons/en/57-hunt-the-server-that-dies.md")),
    ("58-hunt-the-last-bytes.md", include_str!("../../lessons/en/58-hunt-the-last-bytes.md")),
    ("59-hunt-the-own-writer.md", include_str!("../../lessons/en/59-hunt-the-own-writer.md")),
    (
        "60-hunt-the-descriptor-that-never-came.md",
        include_str!("../../lessons/en/60-hunt-the-descriptor-that-never-came.md"),
    ),
];

/// The same in Russian, as far as they are translated.
pub const RUSSIAN: &[(&str, &str)] = &[
    ("01-first-hello.md", include_str!("../../lessons/ru/01-first-hello.md")),
    ("02-a-socket-talks-both-ways.md", include_str!("../../lessons/ru/02-a-socket-talks-both-ways.md")),
    ("03-a-stream-has-no-edges.md", include_str!("../../lessons/ru/03-a-stream-has-no-edges.md")),
];

/// The same in Chinese, as far as they are translated.
pub const CHINESE: &[(&str, &str)] = &[
    ("01-first-hello.md", include_str!("../../lessons/zh/01-first-hello.md")),
    ("02-a-socket-talks-both-ways.md", include_str!("../../lessons/zh/02-a-socket-talks-both-ways.md")),
    ("03-a-stream-has-no-edges.md", include_str!("../../lessons/zh/03-a-stream-has-no-edges.md")),
];

/// File names and texts in a language of [`language::LANGUAGES`].
pub fn files(language: &str) -> &'static [(&'static str, &'static str)] {
    match language {
        "ru" => RUSSIAN,
        "zh" => CHINESE,
        _ => ENGLISH,
    }
}

/// All lessons in the order of the course, read: in this language where there is a translation, else in English.
/// `tests/suite/lessons.rs` proves that none is broken, and that all of one name are the same.
pub fn lessons_in(language: &str) -> Vec<Lesson> {
    let translated = files(language);
    let load = |(name, text): &(&str, &str)| match translated.iter().find(|other| other.0 == *name) {
        Some((_, text)) => load::load(&format!("lessons/{language}/{name}"), text.as_bytes()).ok(),
        None => load::load(&format!("lessons/{}/{name}", language::ORIGINAL), text.as_bytes()).ok(),
    };
    ENGLISH.iter().filter_map(load).collect()
}

/// All of them in English.
pub fn lessons() -> Vec<Lesson> {
    lessons_in(language::ORIGINAL)
}
