//! What it costs to open a recording, beside the run that was recorded.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::Failure;

/// Calls of the script.
const CALLS: u32 = 60_000;

/// How long opening takes as JSON lines, divided by how long the run took; and calls opened in a second.
pub fn opening() -> Result<(f64, f64), Failure> {
    let folder = tempfile::tempdir()?;
    let half = CALLS / 2;
    fs::write(
        folder.path().join("talk.tin"),
        format!("pipe p\nrepeat {half} write p[1] x\nrepeat {half} read p[0] 1\n"),
    )?;
    let run = seconds(folder.path(), &["run", "talk.tin", "--json", "--record", "talk.tincans"])?;
    let open = seconds(folder.path(), &["open", "talk.tincans", "--json"])?;
    Ok((open / run, f64::from(CALLS) / open))
}

fn seconds(folder: &Path, arguments: &[&str]) -> Result<f64, Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let start = Instant::now();
    let status = command.current_dir(folder).args(arguments).stdout(Stdio::null()).status()?;
    if status.success() { Ok(start.elapsed().as_secs_f64()) } else { Err(format!("{arguments:?}: {status}").into()) }
}
