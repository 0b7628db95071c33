//! The FIFOs that a log has seen made: in strace's annotations a FIFO is only a path.

use std::collections::HashSet;

use crate::order::Call;
use crate::strace_log::text::{annotation, string, value};
use crate::trace::{Side, Thing};

use super::descriptors::thing;

/// Their paths, whole.
#[derive(Debug, Default)]
pub struct Fifos(HashSet<String>);

impl Fifos {
    /// mknod(2) of a FIFO: its path.
    pub fn make(&mut self, name: &str, arguments: &[&str]) -> Option<String> {
        let is_fifo = name.starts_with("mknod") && arguments.iter().any(|argument| argument.contains("S_IFIFO"));
        let path = whole_path(arguments).filter(|_| is_fifo)?;
        self.0.insert(path.clone());
        Some(path)
    }

    /// A call that opens one of them is told with its whole path.
    pub fn complete(&self, call: &mut Call, arguments: &[&str]) {
        if let (Call::Open { path, .. }, Some(whole)) = (call, whole_path(arguments))
            && self.has(&whole)
        {
            path.shown = whole;
        }
    }

    /// Whether there is one at this path.
    pub fn has(&self, path: &str) -> bool {
        self.0.contains(path)
    }

    /// What an annotation names.
    pub fn thing(&self, text: &str, side: Side) -> Option<Thing> {
        let what = thing(text, side)?;
        Some(if self.has(text) { Thing::Fifo { path: text.to_owned(), side } } else { what })
    }
}

/// A path in the arguments of a call, made whole by the folder that stands before it.
fn whole_path(arguments: &[&str]) -> Option<String> {
    let at = arguments.iter().position(|argument| value(argument).starts_with('"'))?;
    let (written, _) = string(value(arguments.get(at)?))?;
    let written = crate::text::name(&written);
    let folder = at.checked_sub(1).and_then(|at| annotation(arguments.get(at)?));
    let name = written.strip_prefix("./").unwrap_or(&written);
    Some(
        folder
            .filter(|_| !written.starts_with('/'))
            .map_or_else(|| written.clone(), |folder| format!("{folder}/{name}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifo_is_known_by_whatever_path_it_is_opened() {
        let mut fifos = Fifos::default();
        let made = fifos.make("mknodat", &["AT_FDCWD</tmp/a>", "\"f\"", "S_IFIFO|0644"]);
        assert_eq!(made.as_deref(), Some("/tmp/a/f"));
        let arguments = ["AT_FDCWD</tmp/a>", "\"./f\"", "O_RDONLY"];
        let mut opens = crate::strace_log::calls::call("openat", &arguments);
        fifos.complete(&mut opens, &arguments);
        assert!(matches!(opens, Call::Open { path, .. } if path.shown == "/tmp/a/f"));
        assert!(matches!(fifos.thing("/tmp/a/f", Side::Reads), Some(Thing::Fifo { .. })));
        assert!(matches!(fifos.thing("/tmp/b/f", Side::Reads), Some(Thing::Object { .. })));
        assert_eq!(fifos.make("mknodat", &["AT_FDCWD</tmp/a>", "\"g\"", "S_IFSOCK|0644"]), None);
    }
}
