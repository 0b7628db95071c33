//! A call of the run, and what it is in C.

use crate::abi::Signal;
use crate::export::names;
use crate::export::walk::{Names, Run};
use crate::order::SocketAddress;
use crate::text;
use crate::trace::CallEvent;

use super::literal;

/// A call as C.
#[derive(Debug, Default)]
pub struct Made {
    /// What has to stand before it.
    pub before: Vec<String>,
    /// The expression.
    pub call: String,
    /// What it must return; none for what the recording says.
    pub want: Option<String>,
    /// What must be so after it, and what is kept of it.
    pub after: Vec<String>,
    /// Room for the bytes that it brings.
    pub room: u64,
}

/// One call of the run.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// What was called, and what came.
    pub event: &'a CallEvent,
    /// What its numbers mean.
    pub names: &'a Names,
    /// All tasks.
    pub run: &'a Run,
}

impl Call<'_> {
    /// A descriptor.
    pub fn fd(&self, fd: i32) -> String {
        names::fd(self.names, fd)
    }

    /// A process.
    pub fn pid(&self, pid: i32) -> String {
        names::pid(self.run, self.names, pid)
    }
}

/// What stands where the array of a pair belongs.
pub const PAIR: &str = "ARRAY";

/// An address as the helpers take it.
pub fn to(address: &SocketAddress) -> String {
    named(&text::name_bytes(&address.shown))
}

/// A name with its length: it may have zero bytes in it.
pub fn named(name: &[u8]) -> String {
    format!("{}, {}", literal::string(name), name.len())
}

/// A signal as C has it: its name, or its number.
pub fn signal_name(number: i32) -> String {
    match Signal(number).name() {
        name if number > 0 && name.starts_with("SIG") && !name.contains('+') && !name.contains('_') => name,
        _ => number.to_string(),
    }
}
