//! Why something could not be read or written, as people say it, with what to do where that is known.

use std::error::Error;
use std::io::{self, ErrorKind};

use super::Errno;

/// The reason in words, instead of the standard library's `File exists (os error 17)`.
pub fn reason(error: &io::Error) -> String {
    // What the program itself has worded.
    if error.get_ref().is_some() {
        return error.to_string();
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are the kernel's own words")]
    let words = match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::AlreadyExists => {
            "it is there already, and nothing is overwritten; take another name, or remove it first"
        }
        // EPERM is not about permissions of a file: a filter or a name space denies the call.
        ErrorKind::PermissionDenied if error.raw_os_error() != Some(Errno::EPERM.0) => {
            "its permissions do not allow it"
        }
        ErrorKind::IsADirectory => "it is a folder, and a file is needed",
        ErrorKind::NotADirectory => "a part of this name is no folder",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::ReadOnlyFilesystem => "its file system can only be read",
        _ => {
            let errno = error.raw_os_error().map(Errno);
            return errno.map_or_else(|| error.to_string(), |errno| format!("{} ({})", errno.message(), errno.name()));
        }
    };
    words.to_owned()
}

/// An error with what it came of, in words.
pub fn reasons<'a>(chain: impl Iterator<Item = &'a (dyn Error + 'static)>) -> String {
    let word = |error: &(dyn Error + 'static)| error.downcast_ref().map_or_else(|| error.to_string(), reason);
    chain.map(word).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_the_kernel_is_never_all_that_is_said() {
        for number in 1..134 {
            let said = reason(&io::Error::from_raw_os_error(number));
            assert!(!said.contains("os error") && said.len() > 5, "{number}: {said}");
        }
        assert_eq!(reason(&io::Error::from_raw_os_error(5)), "Input/output error (EIO)");
        assert_eq!(reason(&io::Error::from_raw_os_error(1)), "Operation not permitted (EPERM)");
        assert_eq!(reason(&io::Error::from_raw_os_error(13)), "its permissions do not allow it");
        assert_eq!(reason(&io::Error::from(ErrorKind::NotFound)), "there is no such file or folder");
        assert_eq!(reason(&io::Error::other("the lock is held")), "the lock is held");
    }
}
