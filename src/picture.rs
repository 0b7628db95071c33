//! A screen drawn without a terminal: as cells, and as a file that is made of them.

pub mod cells;
pub mod svg;
