//! What else the machine does while something is measured on it: a figure from a busy machine is no figure, and is marked.

use std::fs;
use std::process::Command;
use std::time::Duration;

/// Others may take this share of the processors' time; more, and the machine is busy.
const MOST: f64 = 0.1;
/// How long is looked, while nothing of ours runs.
const LOOK: Duration = Duration::from_millis(200);

/// The share of all processors' time, from 0 to 1, that others take now.
pub fn others() -> Option<f64> {
    let (busy, all) = ticks()?;
    std::thread::sleep(LOOK);
    let (busy_then, all_then) = ticks()?;
    Some((busy_then - busy) / (all_then - all).max(1.0))
}

/// What a row says of it; nothing on a quiet machine.
pub fn mark() -> Option<String> {
    let share = others()?;
    (share > MOST).then(|| format!("BUSY: others had {:.0} % of the processors", share * 100.0))
}

/// Whether a program is there, and ends well with these arguments.
pub fn can_run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// The load, the processors and the kernel, in one line.
pub fn told() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let load = read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" ");
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    format!("load {load}, {processors} processors, Linux {}", read("/proc/sys/kernel/osrelease"))
}

/// Ticks in which the processors did something, and all of them: the first line of proc_stat(5).
fn ticks() -> Option<(f64, f64)> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let numbers: Vec<f64> =
        text.lines().next()?.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
    // Guests' time is in that of user and nice already.
    let all: f64 = numbers.iter().take(8).sum();
    let idle = numbers.get(3)? + numbers.get(4)?;
    Some((all - idle, all))
}
