//! Programs as students write them, each with another kind of channel: watched they do what they do alone, the ledger contradicts
//! nothing (a debug build says so on standard error), and a log of strace tells of the same bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn programs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/watch/homework");
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").flatten().map(|file| file.path()).collect();
    all.sort();
    all
}

/// The program of a source; none where there is no compiler, which is said.
fn compiled(source: &Path, folder: &Path) -> Option<PathBuf> {
    let program = folder.join(source.file_stem().expect("a name"));
    let Ok(status) = Command::new("cc").args(["-w", "-pthread", "-o"]).arg(&program).arg(source).status() else {
        eprintln!("skipped: no C compiler");
        return None;
    };
    assert!(status.success(), "{}", source.display());
    Some(program)
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().expect("runs")
}

fn tincans(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.args(words);
    command
}

/// What went through the ends of each kind: written, read, times of EOF; and how the tasks died.
#[derive(Debug, Default, PartialEq, Eq)]
struct Account {
    ends: Vec<(String, [u64; 3])>,
    deaths: Vec<String>,
}

fn account(lines: &[u8]) -> Account {
    let mut ends: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let mut account = Account::default();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let event: Value = serde_json::from_slice(line).expect("an object");
        if event["event"] == "death" {
            account.deaths.push(format!("{} {}", event["code"], event["signal"]));
        }
        let (Some(end), Some(ret)) = (event["end"].as_str(), event["ret"].as_u64()) else { continue };
        if event["event"] != "call" || end.starts_with('/') || end.starts_with("std") {
            continue;
        }
        let row = ends.entry(end.to_owned()).or_default();
        let call = event["call"].as_str().unwrap_or_default();
        if ["write", "send", "writev", "sendmsg", "sendmmsg"].contains(&call) {
            row[0] += ret;
        }
        let is_peek = event["args"].to_string().contains("MSG_PEEK");
        if ["read", "recv", "readv", "recvfrom", "recvmsg", "recvmmsg"].contains(&call) && !is_peek {
            row[1] += ret;
        }
        row[2] += u64::from(event["eof"] == true);
    }
    // In which order connections are made is left open.
    let kind = |end: &str| end.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    account.ends = ends.into_iter().filter(|row| row.1 != [0; 3]).map(|(end, row)| (kind(&end), row)).collect();
    account.ends.sort();
    account.deaths.sort();
    account
}

#[test]
fn each_program_is_the_same_watched_and_a_log_tells_of_the_same_bytes() {
    let has_strace = Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok();
    for source in programs() {
        let folder = tempfile::tempdir().expect("a folder");
        let Some(program) = compiled(&source, folder.path()) else { return };
        let name = source.display().to_string();
        let (transcript, log) = (folder.path().join("transcript"), folder.path().join("log"));
        let alone = run(&mut Command::new(&program));
        let watched = run(tincans(&["watch", "--json", "-o"]).arg(&transcript).arg("--").arg(&program));
        assert_eq!(watched, alone, "{name}");
        if has_strace {
            let options = ["-f", "-yy", "-ttt", "-s", "65536", "-o"];
            run(Command::new("strace").args(options).arg(&log).arg(&program));
            let opened = run(tincans(&["open", "--json"]).arg(&log));
            assert_eq!(String::from_utf8_lossy(&opened.stderr), "", "{name}");
            let watched = std::fs::read(&transcript).expect("a transcript");
            assert_eq!(account(&opened.stdout), account(&watched), "{name}");
        }
    }
}
