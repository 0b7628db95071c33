//! What the world's maps are keyed by: kinds of channel, and the identities of ends and channels.

pub use crate::kind::Kind;
pub use crate::trace::{ChannelId, EndId};
