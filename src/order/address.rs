//! Names that the kernel gets: socket addresses and paths, each with how it is shown.

use super::shown::shown_only;

/// A socket address as the kernel gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketAddress {
    /// As written: `@name` or `name`; of a family other than AF_UNIX as `inet 127.0.0.1:80`.
    pub shown: String,
    /// `sun_path`: with the leading zero byte of an abstract name, or a path in the run's private folder.
    pub path: Vec<u8>,
}

shown_only!(SocketAddress);

impl SocketAddress {
    /// Bytes of `sun_path`: an address has at most so many.
    pub const MOST: usize = 108;

    /// How many bytes of `sun_path` it takes, as far as they are known.
    pub fn len_in_path(&self) -> usize {
        self.path.len().max(crate::text::name_bytes(&self.shown).len())
    }
}

/// A file's name as the kernel gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePath {
    /// As written.
    pub shown: String,
    /// Where it is: a path in the run's private folder, or the name itself.
    pub path: Vec<u8>,
}

shown_only!(FilePath);
