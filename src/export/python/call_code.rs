//! What a call of the run is in Python.

use crate::export::names::NamedCall;
use crate::order::SocketAddress;
use crate::text;

use super::literal;

/// A call as Python.
#[derive(Debug)]
pub struct CallCode {
    /// The expression.
    pub call: String,
    /// What it gives.
    pub gives: ResultUse,
    /// What must be so after it.
    pub after: Vec<String>,
}

/// What a call gives.
#[derive(Debug)]
pub enum ResultUse {
    /// Nothing that is looked at: an error is an exception.
    Nothing,
    /// This.
    Value(String),
    /// What goes to these variables, and is checked so.
    Names(String, Vec<String>),
}

/// A descriptor of a socket.
pub fn sock(call: &NamedCall<'_>, fd: i32) -> String {
    format!("sock({})", call.fd(fd))
}

/// A call that gives nothing that is looked at.
#[expect(clippy::unnecessary_wraps, reason = "each row of the table is a result")]
pub fn just(call: String) -> Result<CallCode, String> {
    Ok(CallCode { call, gives: ResultUse::Nothing, after: Vec::new() })
}

/// A call that gives this.
#[expect(clippy::unnecessary_wraps, reason = "each row of the table is a result")]
#[expect(clippy::needless_pass_by_value, reason = "what is seen is made where it is handed over")]
pub fn value(call: String, seen: impl ToString) -> Result<CallCode, String> {
    Ok(CallCode { call, gives: ResultUse::Value(seen.to_string()), after: Vec::new() })
}

/// Why a call has no form.
pub fn not_offered(call: &str) -> String {
    format!("Python's modules do not offer {call}")
}

/// Bytes of an address that Python hands to the kernel: a longer one it refuses by itself.
const MOST_OF_ADDRESS: usize = 107;

/// An address as the helpers take it.
pub fn to(address: &SocketAddress) -> Result<String, String> {
    let name = text::name_bytes(&address.shown);
    if name.len() > MOST_OF_ADDRESS {
        return Err(not_offered(&format!("an address of {} bytes", name.len())));
    }
    Ok(format!("address({})", literal::bytes(&name)))
}

/// What Python gives for a socket's name.
pub fn named(name: &[u8]) -> String {
    if name.is_empty() { "\"\"".to_owned() } else { format!("address({})", literal::bytes(name)) }
}
