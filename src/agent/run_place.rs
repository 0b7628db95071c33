//! Where a process of the bench keeps sockets that are files: it works in the run's private folder, so that an address is the name
//! alone, as long as sun_path allows and wherever the folder is. And the prefix of abstract names, which have no folder.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::order::{Call, SocketAddress};
use crate::sys::{SysError, descriptors};

/// The folder, set once a process image.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();
/// The process works in it, as its children then do.
static IS_INSIDE: AtomicBool = AtomicBool::new(false);

/// The run's folder, which may not be there yet. `is_inside` after an execve, which keeps the working directory.
pub fn set(folder: PathBuf, is_inside: bool) {
    let _ = FOLDER.set(folder);
    IS_INSIDE.store(is_inside, Ordering::Relaxed);
}

/// What an execve hands on: the folder, and whether the process works in it.
pub fn handed_on() -> [OsString; 2] {
    let folder = FOLDER.get().map(|folder| folder.clone().into_os_string()).unwrap_or_default();
    [folder, u8::from(IS_INSIDE.load(Ordering::Relaxed)).to_string().into()]
}

/// Goes into the folder before a call that names a file. The program has made it by then.
pub fn enter_for(call: &Call) -> Result<(), SysError> {
    let Some(folder) = FOLDER.get().filter(|_| names_file(call) && !IS_INSIDE.load(Ordering::Relaxed)) else {
        return Ok(());
    };
    descriptors::change_directory(folder)?;
    IS_INSIDE.store(true, Ordering::Relaxed);
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other calls have no address")]
fn names_file(call: &Call) -> bool {
    let is_file = |address: &SocketAddress| address.path.first().is_some_and(|byte| *byte != 0);
    match call {
        Call::Bind { address, .. } | Call::Connect { address, .. } => is_file(address),
        Call::Send { to, .. } | Call::Sendmsg { to, .. } => to.as_ref().is_some_and(is_file),
        Call::Open { .. } | Call::Mkfifo { .. } | Call::Unlink { .. } => true,
        _ => false,
    }
}

/// A socket's name as the statement writes it: `@name` or `name`, without what makes it the run's own; empty if it has none.
pub fn shown(sun_path: &[u8]) -> Vec<u8> {
    let prefix = FOLDER.get().and_then(|folder| folder.file_name()).map(OsStr::as_bytes).unwrap_or_default();
    match sun_path {
        [0, name @ ..] if !name.is_empty() => {
            let own = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(b"/"));
            [b"@", own.unwrap_or(name)].concat()
        }
        name => name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec(),
    }
}
