//! What can be made of a recording to take home: one file a format, each a function from a recording to text. The caller decides
//! where it goes. Pure.

mod walk;
mod helper_file;
mod names;
mod literal;
mod c;
mod python;
mod rust;
mod mermaid;

use crate::recording::Recording;

/// A format, or why a recording does not fit it.
pub type Format = fn(&Recording) -> Result<String, String>;

/// All of them, by the option of `tincans export` that asks for it.
pub const FORMATS: &[(&str, Format)] =
    &[("c", c::text), ("python", python::text), ("rust", rust::text), ("mermaid", mermaid::text)];

/// The format of this name.
pub fn named(name: &str) -> Option<Format> {
    FORMATS.iter().find(|format| format.0 == name).map(|format| format.1)
}
