//! A C file made into a program by this machine's compiler, within bounds: a file that never ends to compile is a mistake in it.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::abi::reason;
use crate::sys::c_compiler::{self, C_COMPILERS, Compilation, PATIENCE};
use crate::text;

/// What has come of it.
#[derive(Debug)]
pub enum Built {
    /// A program.
    Program(PathBuf),
    /// The compiler's first complaint.
    Wrong(String),
}

/// Compiles a file; the program stands in `folder`.
pub fn compile(source: &Path, folder: &Path) -> Result<Built, String> {
    let program = folder.join("program");
    let mut arguments: Vec<&OsStr> = ["-std=gnu11", "-O1", "-pthread", "-o"].into_iter().map(OsStr::new).collect();
    arguments.extend([program.as_os_str(), source.as_os_str()]);
    let mut why = "there is no C compiler (cc, gcc or clang) to make a program of it".to_owned();
    for compiler in C_COMPILERS {
        match c_compiler::run(compiler, &arguments, "") {
            Ok(Compilation::Done) => return Ok(Built::Program(program)),
            Ok(Compilation::Failed(words)) => return Ok(Built::Wrong(first_error(&words, source))),
            Ok(Compilation::TooLong) => {
                let seconds = PATIENCE.as_secs();
                return Ok(Built::Wrong(format!("the compiler took more than {seconds} s, and was killed")));
            }
            // This one is not installed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => why = format!("{compiler} cannot be run: {}", reason(&error)),
        }
    }
    Err(why)
}

/// `LINE:COLUMN: error: words`, without the folder that it is in.
fn first_error(words: &str, source: &Path) -> String {
    // The linker says what is missing before the compiler says that the linker failed.
    if let Some((at, _)) = words.match_indices("undefined reference").next() {
        return text::string(words[at..].lines().next().unwrap_or_default());
    }
    let of_source = |line: &str| line.contains("error");
    let line = words.lines().find(|line| of_source(line)).or(words.lines().next()).unwrap_or("it does not say why");
    let own = source.display().to_string();
    text::string(line.replace(&own, "").trim_start_matches(':'))
}
