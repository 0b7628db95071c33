//! Where a run's named sockets live: a private folder, made when the first file is named, gone with the run; and the prefix that
//! keeps its abstract names apart from other runs'.

use std::path::Path;

use crate::abi::reason;
use crate::plan::{Plan, RunPlace};
use crate::script::{Address, Statement, Verb};
use crate::sys::private_folder::PrivateFolder;

/// A run's own place.
#[derive(Debug)]
pub struct RunFolder {
    names: RunPlace,
    folder: PrivateFolder,
}

impl RunFolder {
    /// Nothing is made yet.
    pub fn new() -> Self {
        let folder = PrivateFolder::choose();
        Self { names: RunPlace { prefix: format!("{}/", folder.name()) }, folder }
    }

    /// What addresses are made of.
    pub fn names(&self) -> &RunPlace {
        &self.names
    }

    /// Where files will be, whether the folder is there yet or not.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new bench finds no file of the one before.
    pub fn empty(&self) -> Result<(), String> {
        self.folder.empty().map_err(|error| {
            format!("the run's files in {} cannot be removed: {}", self.folder.path().display(), reason(&error))
        })
    }

    /// Makes the folder if a statement is about to name a file in it. The call would put a failure down to the learner's name.
    pub fn prepare(&mut self, statement: &Statement) -> Result<(), String> {
        if !names_file(Plan::of(statement).verb()) {
            return Ok(());
        }
        self.folder.make().map_err(|error| {
            format!(
                "no folder for the run's files can be made, {}: {}; TMPDIR says where",
                self.folder.path().display(),
                reason(&error)
            )
        })
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other statements have no address")]
fn names_file(verb: &Verb) -> bool {
    let is_file = |address: &Address| matches!(address, Address::File(_));
    match verb {
        Verb::Bind { address, .. } | Verb::Connect { address, .. } => is_file(address),
        Verb::Send { to, .. } | Verb::Sendmsg { to, .. } => to.as_ref().is_some_and(is_file),
        Verb::Mkfifo { .. } | Verb::Open { .. } | Verb::Unlink { .. } => true,
        _ => false,
    }
}
