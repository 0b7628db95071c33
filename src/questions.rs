//! Questions about the world that several views ask, each answered in one place: the panels, `why`, `--plain`, the transcript,
//! JSON and the lessons all ask here. Pure.

pub mod about_to;
pub mod acting;
pub mod next_read;
pub mod next_write;
pub mod sleep;
