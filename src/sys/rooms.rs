//! Private folders of runs, for sockets that are files: named after their process, so that those of one that was killed can be
//! removed after it.

use std::path::PathBuf;

use super::now_ns;

/// Before the number of the process, which is followed by the time.
const PREFIX: &str = "tincans-";

/// A name that no other run has, for a folder and for abstract sockets.
pub fn unique_name() -> String {
    format!("{PREFIX}{}-{:x}", std::process::id(), now_ns())
}

/// Where such folders are.
pub fn place() -> PathBuf {
    std::env::temp_dir()
}

/// Removes those that a process left which is gone; `until` is a time when it was still there, or not reaped yet. One made later
/// is that of another process with the same number.
pub fn sweep(pid: i32, until: u64) {
    let Ok(entries) = place().read_dir() else { return };
    let prefix = format!("{PREFIX}{pid}-");
    for entry in entries.flatten() {
        let name = entry.file_name();
        let made = name.to_str().and_then(|name| u64::from_str_radix(name.strip_prefix(&prefix)?, 16).ok());
        if made.is_some_and(|made| made <= until) {
            // Somebody else's, in a folder that all may write to, cannot be removed.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
