//! What is fuzzed: for each target a plain function over bytes, which panics where an invariant does not hold. cargo-fuzz runs
//! them for hours (`.ci/fuzz`), `cargo test` runs them over the corpus.

mod config;
mod input;
mod json;
mod lesson;
mod recording;
mod records;
mod sanitise;
mod statement;
mod strace_log;
mod tape;
mod views;
mod world;

/// One of them, by the name of its folder in the corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("config", config::check),
    ("statement", statement::check),
    ("lesson", lesson::check),
    ("json", json::check),
    ("sanitise", sanitise::check),
    ("world", world::check),
    ("views", views::check),
    ("input", input::check),
    ("records", records::check),
    ("recording", recording::check),
    ("strace_log", strace_log::check),
];

/// Whether a terminal could act on it, turn it round, or show nothing at all: told here anew, so that two have to be wrong.
pub fn is_harmful(letter: char) -> bool {
    matches!(letter, '\0'..='\x1f' | '\x7f'..='\u{9f}')
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Nothing of it is harmful.
pub fn assert_harmless(text: &str, what: &str) {
    let found = text.chars().find(|letter| is_harmful(*letter));
    assert!(found.is_none(), "{what}: U+{:04X} in {text:?}", found.map_or(0, u32::from));
}
