//! What a call of the run is in Rust.

use crate::export::names;
use crate::export::names::NamedCall;
use crate::export::walk::{NumberNames, Program, Variable};
use crate::order::SocketAddress;
use crate::text;

use super::literal;

/// A call as Rust.
#[derive(Debug, Default)]
pub struct CallCode {
    /// The expression: a `nix::Result`.
    pub call: String,
    /// What is in the `Ok` that it gives.
    pub ok: String,
    /// Whether that is a descriptor, which nothing can be compared with before it is kept.
    pub is_owned: bool,
    /// What must be so after it.
    pub after: Vec<String>,
    /// Room for the bytes that it brings.
    pub room: u64,
}

/// A call that gives this.
#[expect(clippy::unnecessary_wraps, reason = "each row of the table is a result")]
pub fn gives(call: String, ok: impl Into<String>) -> Result<CallCode, String> {
    Ok(CallCode { call, ok: ok.into(), ..CallCode::default() })
}

/// A call that gives nothing.
pub fn just(call: String) -> Result<CallCode, String> {
    gives(call, "()")
}

/// A call that gives a descriptor of its own, which is kept.
#[expect(clippy::unnecessary_wraps, reason = "each row of the table is a result")]
pub fn owned(call: String) -> Result<CallCode, String> {
    Ok(CallCode { call, is_owned: true, ..CallCode::default() })
}

/// A variable of a descriptor, which is a static. Two whose names differ only in their case are told apart.
pub fn variable(run: &Program, variable: &Variable) -> String {
    let mut name = variable.name.to_uppercase();
    let alike = |other: &&(String, bool)| other.0.to_uppercase() == name && other.0 < variable.name;
    let before = run.variables.iter().filter(alike).count();
    if before > 0 {
        name = format!("{name}_{}", before + 1);
    }
    variable.index.map_or(name.clone(), |index| format!("{name}[{index}]"))
}

/// A descriptor, by its variable or its number.
fn place(run: &Program, names: &NumberNames, fd: i32) -> String {
    names.variable(fd).map_or_else(|| format!("Fd::new({fd})"), |own| variable(run, own))
}

/// A descriptor for a function that borrows it.
pub fn fd(call: &NamedCall<'_>, fd: i32) -> String {
    borrowed(call.run, call.names, fd)
}

/// The same, where there is no call.
pub fn borrowed(run: &Program, names: &NumberNames, fd: i32) -> String {
    format!("&{}", place(run, names, fd))
}

/// A descriptor for a function that takes its number.
pub fn raw(call: &NamedCall<'_>, fd: i32) -> String {
    match call.names.variable(fd) {
        Some(own) => format!("{}.raw()", variable(call.run, own)),
        None => fd.to_string(),
    }
}

/// A process.
pub fn pid(call: &NamedCall<'_>, number: i32) -> String {
    match call.names.task(number) {
        Some(task) => format!("pid_of({})", names::id(call.run, task)),
        None => format!("Pid::from_raw({number})"),
    }
}

/// Bytes of an address that nix takes.
const MOST_OF_ADDRESS: usize = 107;

/// An address.
pub fn address(to: &SocketAddress) -> Result<String, String> {
    let name = text::name_bytes(&to.shown);
    if name.len() > MOST_OF_ADDRESS || name.is_empty() || (name[0] != b'@' && name.contains(&0)) {
        return Err(format!("nix makes no address of {} bytes like this one", name.len()));
    }
    Ok(format!("&{}", named(&name)))
}

/// A socket's name.
pub fn named(name: &[u8]) -> String {
    format!("address({})", literal::bytes(name))
}
