//! With which of -y and -yy a log was made.

/// What its lines show.
#[derive(Debug, Default)]
pub struct Annotations {
    has_any: bool,
    has_inodes_of_sockets: bool,
    has_peers: bool,
}

impl Annotations {
    /// One line more.
    pub fn see(&mut self, line: &str) {
        // A path; the same in the escapes of `strace -xx`.
        let has_any = line.contains("<pipe:[") || line.contains("</") || line.contains("<\\x");
        self.has_peers |= line.contains("<UNIX");
        self.has_inodes_of_sockets |= line.contains("<socket:[");
        self.has_any |= has_any || self.has_peers || self.has_inodes_of_sockets;
    }

    /// Whether it does not tell which sockets are connected.
    pub fn lack_peers(&self) -> bool {
        !self.has_any || (self.has_inodes_of_sockets && !self.has_peers)
    }
}
