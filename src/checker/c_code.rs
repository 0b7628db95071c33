//! The C that is shown in lessons, given to the C compiler of this machine. The blocks of one lesson belong together: those with a
//! function or an `#include` stand at file level; all others are one function's body, each in a scope inside that of the block before
//! it.

use std::ffi::OsStr;
use std::io;

use crate::abi::reason;
use crate::lesson::{CodeBlock, Lesson};
use crate::sys::c_compiler::{self, C_COMPILERS, Compilation, PATIENCE};
use crate::text;

/// What the blocks may take for granted.
const HEADERS: &str = "assert.h errno.h fcntl.h poll.h signal.h stddef.h stdint.h stdio.h stdlib.h string.h unistd.h arpa/inet.h \
                       sys/epoll.h sys/ioctl.h sys/resource.h sys/socket.h sys/stat.h sys/types.h sys/uio.h sys/un.h sys/wait.h \
                       sys/prctl.h pthread.h limits.h";
/// Names that lessons use without declaring them.
const NAMES: &str = "extern char buf[4096]; extern int die(const char *why);\n";

/// Errors and warnings, and no program.
const ARGUMENTS: [&str; 9] =
    ["-x", "c", "-std=gnu11", "-fsyntax-only", "-Wall", "-Wno-unused", "-Wno-unused-result", "-Werror", "-"];

/// What the compiler says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compiled {
    /// All of it compiles: so many blocks.
    Blocks(usize),
    /// The line of the lesson, and the compiler's words.
    Error(u32, String),
    /// There is no compiler, or none that works, and why.
    NoCompiler(String),
}

/// The compilers that may still be asked.
#[derive(Debug, Clone)]
pub(super) struct Compilers {
    usable: Vec<&'static str>,
    /// Why there is none, where all are gone.
    why_none: String,
}

impl Default for Compilers {
    fn default() -> Self {
        Self { usable: C_COMPILERS.to_vec(), why_none: "there is no C compiler here (cc, gcc or clang)".to_owned() }
    }
}

impl Compilers {
    /// Compiles a lesson's C. A compiler that took too long is not waited for a second time.
    pub(super) fn compile(&mut self, lesson: &Lesson) -> Compiled {
        if lesson.c.is_empty() {
            return Compiled::Blocks(0);
        }
        let source = source(&lesson.c, &lesson.file);
        let arguments: Vec<&OsStr> = ARGUMENTS.iter().map(OsStr::new).collect();
        let mut why = self.why_none.clone();
        for compiler in self.usable.clone() {
            match c_compiler::run(compiler, &arguments, &source) {
                Ok(Compilation::Done) => return Compiled::Blocks(lesson.c.len()),
                Ok(Compilation::Failed(errors)) => match first_error(&errors, &lesson.file) {
                    Some((line, words)) => return Compiled::Error(line, words),
                    None => why = format!("{compiler} does not work here: {}", text::string(first_line(&errors))),
                },
                Ok(Compilation::TooLong) => {
                    let (seconds, file) = (PATIENCE.as_secs(), text::string(&lesson.file));
                    why = format!("{compiler} took more than {seconds} s with {file}, and was killed");
                    self.usable.retain(|other| *other != compiler);
                    self.why_none.clone_from(&why);
                }
                // This one is not installed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => why = format!("{compiler} cannot be run: {}", reason(&error)),
            }
        }
        Compiled::NoCompiler(why)
    }
}

fn first_line(errors: &str) -> &str {
    errors.lines().find(|line| !line.trim().is_empty()).unwrap_or("it does not say why")
}

/// One program of all blocks; `#line` leads the compiler back to the lesson.
fn source(blocks: &[CodeBlock], file: &str) -> String {
    let mut source = String::from("#define _GNU_SOURCE\n");
    for header in HEADERS.split_whitespace() {
        source.extend(["#include <", header, ">\n"]);
    }
    source += NAMES;
    let place = |block: &CodeBlock| format!("#line {} {file:?}\n{}", block.line + 1, block.text);
    let (outside, inside): (Vec<&CodeBlock>, Vec<&CodeBlock>) =
        blocks.iter().partition(|block| is_outside(&block.text));
    source.extend(outside.into_iter().map(place));
    source += "int lesson(int argc, char **argv);\nint lesson(int argc, char **argv) {\n(void)argc; (void)argv;\n";
    let depth = inside.len();
    source.extend(inside.into_iter().map(|block| format!("{{\n{}", place(block))));
    source + &"}\n".repeat(depth) + "return 0;\n}\n"
}

/// A function's definition or a directive stands at the beginning of a line.
fn is_outside(text: &str) -> bool {
    let begins_function = |line: &str| {
        line.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && line.ends_with('{')
            && line.contains('(')
            && !["if", "for", "while", "switch", "do", "else"]
                .iter()
                .any(|word| line.split([' ', '(']).next() == Some(word))
            && !line.contains('=')
    };
    text.lines().any(|line| line.starts_with("#include") || begins_function(line.trim_end()))
}

/// Line and words of the first error: `FILE:LINE:COLUMN: error: words`; none where the compiler says nothing of the lesson.
fn first_error(errors: &str, file: &str) -> Option<(u32, String)> {
    let of_line = |line: &str| {
        let rest = line.strip_prefix(file)?.strip_prefix(':')?;
        let (number, rest) = rest.split_once(':')?;
        let (_, words) = rest.split_once("error: ").or_else(|| rest.split_once("warning: "))?;
        Some((number.parse().ok()?, words.to_owned()))
    };
    errors.lines().find_map(of_line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::load;

    fn compiled(body: &str) -> Compiled {
        let front = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n";
        Compilers::default()
            .compile(&load::load("01-a.md", format!("{front}{body}```tin\ntasks => 1\n```\n").as_bytes()).unwrap())
    }

    #[test]
    fn blocks_share_names_and_an_error_has_the_line_of_the_lesson() {
        let two = "```c\nint sv[2];\nsocketpair(AF_UNIX, SOCK_STREAM, 0, sv);\n```\n```c\nssize_t n = read(sv[0], buf, sizeof buf);\n```\n";
        let function = "```c\nstatic void hi(int fd) {\n    write(fd, \"hi\", 2);\n}\n```\n```c\nhi(1);\n```\n";
        for body in [two, function] {
            assert!(matches!(compiled(body), Compiled::Blocks(2) | Compiled::NoCompiler(_)), "{:?}", compiled(body));
        }
        let wrong = compiled("```c\nint x;\nx = no_such_name(1);\n```\n");
        assert!(matches!(&wrong, Compiled::NoCompiler(_) | Compiled::Error(8, _)), "{wrong:?}");
        let wrong = compiled("```c\nwrite(1, \"x\");\n```\n");
        assert!(matches!(&wrong, Compiled::NoCompiler(_) | Compiled::Error(7, _)), "{wrong:?}");
        assert_eq!(compiled(""), Compiled::Blocks(0));
    }
}
