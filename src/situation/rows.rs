//! The rows: situations and questions, no answers. One file for each few headings.

mod bytes;
mod copies;
mod family;
mod full;
mod gone;
mod half;
mod options;
mod others;
mod passed;
mod sleep;

use super::MatrixGroup;

/// Every row, under its heading.
pub const GROUPS: &[MatrixGroup] = &[
    MatrixGroup { title: "Bytes and messages", rows: bytes::ROWS },
    MatrixGroup { title: "Sleeping and waking", rows: sleep::ROWS },
    MatrixGroup { title: "Full buffers", rows: full::ROWS },
    MatrixGroup { title: "The other side is gone", rows: gone::ROWS },
    MatrixGroup { title: "Half-closed", rows: half::ROWS },
    MatrixGroup { title: "Descriptors, credentials, names", rows: passed::ROWS },
    MatrixGroup { title: "Options of a socket", rows: options::ROWS },
    MatrixGroup { title: "Copies of a descriptor", rows: copies::ROWS },
    MatrixGroup { title: "Other things to wait for", rows: others::ROWS },
    MatrixGroup { title: "Parents, children, groups", rows: family::ROWS },
];

/// Why a row has no meaning on a pipe.
const ONE_WAY: &str = "a pipe has one direction";
/// The same.
const NO_FLAGS: &str = "recv(2), recvmsg(2) and their flags are for sockets";
/// The same.
const NO_OPTIONS: &str = "socket options and shutdown(2) are for sockets";
/// The same.
const BYTES_ONLY: &str = "a pipe carries bytes, and nothing with them";
/// The same.
const NO_NAMES: &str = "a pipe is made whole, and has no address";
