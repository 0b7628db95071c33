//! The panels, one a file. Each draws a part of the scene into an area of the buffer, whatever the area's size.

pub mod alternatives;
pub mod box_rows;
pub mod channel;
pub mod diagram;
pub mod grid;
pub mod header;
pub mod help;
pub mod holders;
pub mod lens;
pub mod lesson;
pub mod list;
pub mod matrix;
pub mod message_box;
pub mod palette;
pub mod program;
pub mod prompt;
pub mod signature;
pub mod status;
pub mod tasks;
pub mod trace;
pub mod tree;
pub mod why;
pub mod xray;
