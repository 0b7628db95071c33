//! Where a run's named sockets live: a private folder, made when the first one is bound, gone with the run; and the prefix that
//! keeps its abstract names apart from other runs'.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::plan::RunPlace;
use crate::script::{Address, Statement, Verb};
use crate::sys::rooms;

/// A run's own place.
#[derive(Debug)]
pub struct Place {
    names: RunPlace,
    folder: PathBuf,
    is_made: bool,
}

impl Place {
    /// Nothing is made yet.
    pub fn new() -> Self {
        let unique = rooms::unique_name();
        let folder = rooms::place().join(&unique);
        let path = [folder.as_os_str().as_bytes(), b"/"].concat();
        Self { names: RunPlace { prefix: format!("{unique}/"), folder: path }, folder, is_made: false }
    }

    /// What addresses are made of.
    pub fn names(&self) -> &RunPlace {
        &self.names
    }

    /// Makes the folder if a statement is about to bind a file there. bind(2) would put a failure down to the learner's name.
    pub fn prepare(&mut self, statement: &Statement) -> Result<(), String> {
        use std::os::unix::fs::DirBuilderExt;
        if self.is_made || !matches!(statement.verb, Verb::Bind { address: Address::File(_), .. }) {
            return Ok(());
        }
        std::fs::DirBuilder::new().mode(0o700).create(&self.folder).map_err(|error| {
            format!(
                "no folder for the run's sockets can be made, {}: {error}; TMPDIR says where",
                self.folder.display()
            )
        })?;
        self.is_made = true;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_made {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
