//! Any text as a person's settings: what is taken means the same when it is written and read again, what is not is told in a line,
//! and whatever was wished no key means two things; and the same bytes as words of the command line.

use clap::Parser;
use tincans::app::config::Config;
use tincans::app::keys::MODES;
use tincans::cli::Arguments;

use super::assert_harmless;

pub fn check(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (config, complaints) = Config::read(text);
    for line in &complaints {
        assert!(!line.is_empty());
        assert_harmless(line, "what is told of the settings");
    }
    // What is broken changes nothing, and that nothing is written and read again is told by a test beside the code.
    if config != Config::default() {
        no_key_means_two_things(&config);
        written(&config);
    }
    let words = std::iter::once("tincans").chain(text.split(['\n', '\0']).take(12));
    if let Err(error) = Arguments::try_parse_from(words) {
        assert!(!error.to_string().is_empty());
    }
}

/// Written and read again it is the same, with what was left open said.
fn written(config: &Config) {
    let written = config.write();
    let (again, none) = Config::read(&written);
    assert!(none.is_empty(), "{none:?} of\n{written}");
    let (is_ascii, has_mouse) = (config.is_ascii.unwrap_or(false), config.has_mouse.unwrap_or(true));
    let said = Config { is_ascii: Some(is_ascii), has_mouse: Some(has_mouse), ..config.clone() };
    assert!(again == said, "the same settings and keys from\n{written}");
}

fn no_key_means_two_things(config: &Config) {
    for mode in MODES {
        let bindings = config.keymap.of_mode(mode);
        for (at, one) in bindings.iter().enumerate() {
            for other in &bindings[at + 1..] {
                let both = one.keys.iter().find(|key| other.keys.iter().any(|there| there.overlaps(**key)));
                assert!(both.is_none(), "{both:?} is {} and {} in {mode:?}", one.row.name, other.row.name);
            }
            for key in one.keys.iter().filter(|_| mode.is_typing()) {
                assert!(!key.is_text(), "{} is text in {mode:?}", key.label());
            }
        }
    }
}
