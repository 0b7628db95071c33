//! The targets of `tests/fuzz/mod.rs` as a library, for cargo-fuzz.

#[path = "../mod.rs"]
mod targets;

/// The target with this name.
pub fn target(name: &str) -> fn(&[u8]) {
    targets::TARGETS.iter().find(|target| target.0 == name).expect("a target of this name").1
}
