//! What a call of the run is in C.

use crate::order::SocketAddress;
use crate::text;

use super::literal;

/// A call as C.
#[derive(Debug, Default)]
pub struct CallCode {
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
