//! What a call brought beside its return value.

use serde::{Deserialize, Serialize};

/// What a call brought beside its return value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The beginning of what arrived, as much as is known of it; how much arrived in all the call returned.
    #[serde(with = "super::bytes")]
    pub data: Vec<u8>,
    /// [`super::hash`] of all that arrived, where that is more than `data` and was seen whole.
    pub hash: Option<u64>,
    /// The rest.
    pub extra: Extra,
}

/// The part of an outcome that only some calls have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// Nothing.
    #[default]
    None,
    /// What the array holds after socketpair or pipe2.
    Array([i32; 2]),
    /// poll's answer, one each in the order asked.
    Revents(Vec<i16>),
    /// What select left in its three sets.
    Selected {
        /// Readable.
        read: Vec<i32>,
        /// Writable.
        write: Vec<i32>,
        /// With urgent data.
        except: Vec<i32>,
    },
    /// epoll_wait's answer: what was given with each descriptor, and its events.
    Epoll(Vec<(u64, u32)>),
    /// The value of a socket option or of SIOCATMARK.
    Value(i64),
    /// The credentials of SO_PEERCRED: pid, uid, gid.
    Peer(Credentials),
    /// A socket's name, as the statement writes it (`@name`), without what made it unique.
    Name(#[serde(with = "super::bytes")] Vec<u8>),
    /// Who sent what recvfrom(2) got.
    From(#[serde(with = "super::bytes")] Vec<u8>),
    /// The socket that accept(2) connected with: its inode, where the source knows it.
    Accepted {
        /// The peer's.
        peer: u64,
    },
    /// What came with a message.
    Message {
        /// `msg_flags`.
        flags: i32,
        /// Descriptors installed, in order.
        fds: Vec<i32>,
        /// SCM_CREDENTIALS.
        creds: Option<Credentials>,
        /// `msg_controllen`: how much of the control buffer is filled.
        control: u64,
    },
    /// What came with each message of recvmmsg(2); their bytes follow one another in the outcome's data. Of sendmmsg(2) how much
    /// went of each.
    Messages(Vec<IncomingMessage>),
    /// The status word of waitpid.
    Status(i32),
}

/// One message of recvmmsg(2) or sendmmsg(2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomingMessage {
    /// Its bytes.
    pub len: u64,
    /// `msg_flags`.
    pub flags: i32,
    /// Descriptors installed, in order.
    pub fds: Vec<i32>,
    /// SCM_CREDENTIALS.
    pub creds: Option<Credentials>,
}

/// `struct ucred`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in unix(7)")]
pub struct Credentials {
    pub pid: i32,
    pub uid: u32,
    pub gid: u32,
}
