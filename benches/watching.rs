//! What `tincans watch` costs a program, beside strace: the same work by itself, under `strace -f`, under a strace that is asked
//! for the same facts, and watched, in turn. Prints the table of docs/watch.md. `cargo bench --bench watching`, or a part of it:
//! `-- flood`. A row that was measured while others used the machine says so, and such a table is not written into the docs.
#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

#[path = "cost/machine.rs"]
mod machine;
#[path = "cost/table.rs"]
mod table;
#[path = "cost/yardstick.rs"]
mod yardstick;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use machine::can_run;
use table::{Table, median};

const ROUNDS: usize = 5;
/// Files that make(1) compiles.
const SOURCES: usize = 16;
/// Files of the repository that git(1) clones.
const FILES: usize = 400;

type Failure = Box<dyn std::error::Error>;

/// Something that a program does.
struct Work {
    name: &'static str,
    arguments: Vec<String>,
    /// What it made before is removed.
    cleans: Option<PathBuf>,
}

/// Who looks on.
const WATCHERS: [(&str, &[&str]); 4] = [
    ("by itself", &[]),
    ("`strace -f`", &["strace", "-f", "-o", "/dev/null"]),
    (
        "`strace`, the same facts",
        &[
            "strace",
            "-f",
            "--seccomp-bpf",
            "-yy",
            "-ttt",
            "-s",
            "4096",
            "-e",
            "trace=%desc,%network,%process,%signal",
            "-o",
            "/dev/null",
        ],
    ),
    ("`tincans watch`", &[env!("CARGO_BIN_EXE_tincans"), "watch", "-o", "/dev/null", "--"]),
];

fn main() -> Result<(), Failure> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let Some(yardstick) = yardstick::build()? else {
        println!("no C compiler (cc) here: nothing to watch");
        return Ok(());
    };
    if !can_run("strace", &["-V"]) {
        println!("no strace(1) here: nothing to hold the program against");
        return Ok(());
    }
    println!("{}\n", machine::told());
    let mut table = Table::default();
    table.line(&format!("| seconds, median of {ROUNDS} runs in turn (times of itself) | {} |", names()));
    table.line(&format!("| --- {}|", "| ---: ".repeat(WATCHERS.len())));
    for work in works(&yardstick)? {
        if !wanted.is_empty() && !wanted.iter().any(|word| work.name.contains(word.as_str())) {
            continue;
        }
        let measured = measured(&work)?;
        let mark = table.mark().map_or_else(String::new, |mark| format!(" {mark}"));
        table.line(&format!("| {} | {measured} |{mark}", work.name));
    }
    println!("\n{}", machine::told());
    if wanted.is_empty() { table.put_into("docs/watch.md") } else { Ok(()) }
}

fn names() -> String {
    WATCHERS.map(|(name, _)| name).join(" | ")
}

fn works(yardstick: &Path) -> Result<Vec<Work>, Failure> {
    let of = |name, arguments: &str| {
        let program = yardstick.display().to_string();
        let arguments = std::iter::once(program).chain(arguments.split(' ').map(str::to_owned)).collect();
        Work { name, arguments, cleans: None }
    };
    let mut works = vec![
        of("flood: 20,000 writes of 64 bytes, stream", "flood stream 64 20000"),
        of("ping: 10,000 round trips of 64 bytes", "ping 64 10000"),
        of("200 times fork, exec, wait", "commands 200"),
        of("20,000 calls of getppid(2)", "calls 20000"),
    ];
    works.extend(make()?);
    works.extend(clone()?);
    Ok(works)
}

/// A folder of its own, empty.
fn folder(name: &str) -> Result<PathBuf, Failure> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn make() -> Result<Option<Work>, Failure> {
    if !can_run("make", &["--version"]) {
        return Ok(None);
    }
    let folder = folder("watched-make")?;
    let objects: Vec<String> = (0..SOURCES).map(|at| format!("out/f{at}.o")).collect();
    for at in 0..SOURCES {
        fs::write(folder.join(format!("f{at}.c")), format!("int f{at}(int x) {{ return x + {at}; }}\n"))?;
    }
    let rules = format!("all: {}\nout/%.o: %.c\n\t@mkdir -p out\n\tcc -c -o $@ $<\n", objects.join(" "));
    fs::write(folder.join("Makefile"), rules)?;
    let path = folder.display().to_string();
    let arguments = ["make", "-s", "-j4", "-C", &path].map(str::to_owned).to_vec();
    Ok(Some(Work { name: "`make -j4` of 16 files", arguments, cleans: Some(folder.join("out")) }))
}

fn clone() -> Result<Option<Work>, Failure> {
    if !can_run("git", &["--version"]) {
        return Ok(None);
    }
    let from = folder("watched-git")?;
    for at in 0..FILES {
        fs::write(from.join(format!("file{at}")), format!("line {at}\n").repeat(at))?;
    }
    let git = |arguments: &str| -> Result<(), Failure> {
        let known = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
        let status = Command::new("git").args(known).args(arguments.split(' ')).current_dir(&from).status()?;
        if status.success() { Ok(()) } else { Err(format!("git {arguments}: {status}").into()) }
    };
    for arguments in ["init -q", "add .", "commit -q -m files"] {
        git(arguments)?;
    }
    let to = from.with_file_name("watched-clone");
    let [from, into] = [&from, &to].map(|path| path.display().to_string());
    let arguments = ["git", "clone", "-q", "--no-local", &from, &into].map(str::to_owned).to_vec();
    Ok(Some(Work { name: "`git clone` of 400 files", arguments, cleans: Some(to) }))
}

/// The medians, and how many times as long as by itself each is.
fn measured(work: &Work) -> Result<String, Failure> {
    let mut seconds = vec![Vec::new(); WATCHERS.len()];
    for _ in 0..ROUNDS {
        for (seconds, (_, watcher)) in seconds.iter_mut().zip(WATCHERS) {
            seconds.push(run(work, watcher)?);
        }
    }
    let medians: Vec<f64> = seconds.into_iter().map(median).collect();
    let told = |median: &f64| format!("{median:.2} ({:.1})", median / medians[0]);
    Ok(medians.iter().map(told).collect::<Vec<_>>().join(" | "))
}

/// Seconds from fork to wait.
fn run(work: &Work, watcher: &[&str]) -> Result<f64, Failure> {
    if let Some(made) = work.cleans.as_deref().filter(|made| made.exists()) {
        fs::remove_dir_all(made)?;
    }
    let mut words = watcher.iter().copied().chain(work.arguments.iter().map(String::as_str));
    let mut command = Command::new(words.next().ok_or("no program")?);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok(seconds) } else { Err(format!("{}: {status}", work.name).into()) }
}
