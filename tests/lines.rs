//! `tincans --plain`: statements through a pipe, transcript and reasons back as lines.
#![expect(clippy::expect_used, reason = "a test's helpers fail by panic")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn plain(input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.arg("--plain").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().expect("it starts");
    program.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    program.wait_with_output().expect("it ends")
}

#[test]
fn the_bench_is_lines_and_a_mistake_is_one_too() {
    let input = "channel stream chat child1\nwrite chat[0] one\nwrite chat[0] two\nchild1: read chat[1]\nnonsense\n\n\
                 write nowhere[0] x\nchild1: read chat[1]\nclose chat[0]\nquit\nwrite chat[0] never\n";
    let output = plain(input.as_bytes());
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for wanted in [
        "parent  write(chat[0], \"two\", 3) = 3\n",
        "child1  read(chat[1], \"onetwo\", 4096) = 6\nwhy: ",
        "error: column 1: ",
        "refused: ",
        "child1  <... read resumed> \"\", 4096) = 0\nwhy: ",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
    assert!(!text.contains("never"), "{text}");
}

#[test]
fn no_byte_that_a_terminal_would_act_on_comes_out() {
    let output = plain(b"channel stream chat child1\nwrite chat[0] \"\\x1b[31m\\x07\\x9b\\xe2\\x80\\xae\"\n\x1b]0;x\x07\nwrite chat[0] \x1b[5m\nhelp\n");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("write(chat[0]"), "{text}");
    assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control() && letter != '\u{202e}'), "{text:?}");
}
