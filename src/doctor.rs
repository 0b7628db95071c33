//! `tincans doctor`: what this machine allows the program, and what is different where it does not; found out by trying, on a
//! bench of one channel.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::abi::reason;
use crate::bench::BenchError;
use crate::order::Call;
use crate::script::parse;
use crate::session::{Session, Settings};
use crate::sys::private_folder::PrivateFolder;
use crate::sys::{descriptors, kernel_release, procfs, trial};
use crate::trace::{Event, What};

/// How long a statement of the trial may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How well the program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// All is allowed.
    Whole,
    /// The bench works, with less to see or to do.
    Limited,
    /// There can be no bench here.
    Unable,
}

/// One thing that was tried.
struct Finding {
    health: Health,
    about: &'static str,
    says: String,
}

impl Finding {
    fn new(about: &'static str, is_allowed: bool, yes: &str, no: &str) -> Self {
        let (health, says) = if is_allowed { (Health::Whole, yes) } else { (Health::Limited, no) };
        Self { health, about, says: says.to_owned() }
    }
}

/// Tries everything, and says it in one line each.
pub fn run(out: &mut dyn Write) -> io::Result<Health> {
    let mut findings = vec![Finding {
        health: Health::Whole,
        about: "system",
        says: format!("Linux {}, tincans {}", kernel_release(), env!("CARGO_PKG_VERSION")),
    }];
    findings.push(of_proc());
    findings.extend(of_bench());
    findings.push(of_tracing());
    findings.push(of_folder());
    findings.push(of_limits());
    for Finding { health, about, says } in &findings {
        let mark = match health {
            Health::Whole => "yes",
            Health::Limited => "less",
            Health::Unable => "NO",
        };
        writeln!(out, "{mark:4}  {about:12}  {says}")?;
    }
    out.flush()?;
    Ok(findings.iter().map(|finding| finding.health).max().unwrap_or(Health::Whole))
}

fn of_proc() -> Finding {
    match procfs::obstacle() {
        Some(reason) => Finding { health: Health::Unable, about: "/proc", says: reason },
        None => Finding::new("/proc", true, "is there, and is that of this PID namespace", ""),
    }
}

/// A bench with one channel: its tasks are what is looked at.
fn of_bench() -> Vec<Finding> {
    let unable = |reason: String| vec![Finding { health: Health::Unable, about: "bench", says: reason }];
    let mut session = match Session::open(Settings::default()) {
        Ok(session) => session,
        Err(error) => return unable(error.to_string()),
    };
    let mut run = |statements: &[&str]| -> Result<Vec<Event>, String> {
        let came: Result<Vec<_>, _> = statements.iter().map(|statement| perform(&mut session, statement)).collect();
        Ok(came?.into_iter().flatten().collect())
    };
    let made = run(&["channel stream d child", "queue d[0]"]);
    let (events, signals) = match made.and_then(|made| Ok((made, run(&["cont child", "interrupt child"])?))) {
        Ok(came) => came,
        Err(reason) => return unable(reason),
    };
    let pid = events.iter().find_map(|event| {
        let What::Call(call) = &event.what else { return None };
        call.ret.filter(|_| call.call == Call::Fork)
    });
    let pid = pid.unwrap_or(0);
    let queues = of_queues(&events, trial::can_copy_descriptor(pid));
    vec![
        Finding::new("bench", true, "tasks are forked, and take orders", ""),
        of_signals(&signals),
        queues,
        Finding::new(
            "sleepers",
            procfs::tells_calls(pid),
            "/proc names the call in which a task is asleep",
            "/proc does not name the call in which a task is asleep: that it sleeps is taken for asleep in its call",
        ),
        Finding::new(
            "descriptors",
            procfs::open_files(pid, i32::MAX).is_some(),
            "a task's table may be read: `fds` and `holders` are the kernel's own word",
            "a task's table may not be read: `fds` and `holders` are refused",
        ),
    ]
}

/// The first refusal, if one of the statements was refused.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is looked for is a refusal")]
fn refusal(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match &event.what {
        What::Refused { reason } => Some(reason.clone()),
        _ => None,
    })
}

fn of_signals(events: &[Event]) -> Finding {
    let refused = refusal(events);
    let no = refused.as_deref().unwrap_or_default();
    Finding::new("signals", refused.is_none(), "tasks can be stopped, killed and interrupted", no)
}

/// Whether what waits in a queue can be told, and by whom.
fn of_queues(events: &[Event], has_copy: bool) -> Finding {
    let (is_whole, says) = match (refusal(events), has_copy) {
        (Some(reason), _) => (false, reason.replace("; `tincans doctor` says more", "")),
        (None, true) => (true, "may be looked at through a copy of a task's descriptor (pidfd_getfd)".to_owned()),
        (None, false) => {
            let says =
                "pidfd_getfd is denied: a task tells of its own ends while it is idle, and of others nothing is known";
            (false, says.to_owned())
        }
    };
    Finding { health: if is_whole { Health::Whole } else { Health::Limited }, about: "queues", says }
}

fn of_tracing() -> Finding {
    if let Some(reason) = procfs::obstacle() {
        return Finding { health: Health::Unable, about: "tracing", says: reason };
    }
    let says = trial::tracing_obstacle().map(|(call, errno)| {
        let cause = if call == "ptrace" { " (seccomp, or Yama's ptrace_scope of 2 or 3)" } else { "" };
        let name = errno.name();
        format!("{call} is denied, {name}{cause}: `tincans watch` does not work; `tincans open` reads a log of strace")
    });
    Finding::new("tracing", says.is_none(), "a program may be traced: `tincans watch` works", &says.unwrap_or_default())
}

fn of_folder() -> Finding {
    let mut folder = PrivateFolder::choose();
    let enter = |folder: &PrivateFolder| {
        let before = std::env::current_dir()?;
        std::env::set_current_dir(folder.path())?;
        std::env::set_current_dir(before)
    };
    match folder.make().and_then(|()| enter(&folder)) {
        Ok(()) => Finding::new("files", true, "a private folder for sockets that are files can be made in TMPDIR", ""),
        Err(error) => {
            let says = format!(
                "{}: {}: sockets have abstract names only; TMPDIR says where",
                folder.path().display(),
                reason(&error)
            );
            Finding { health: Health::Limited, about: "files", says }
        }
    }
}

fn of_limits() -> Finding {
    let soft = descriptors::soft_limit();
    let says = format!("{soft} descriptors a process (`ulimit -n`)");
    Finding { health: if soft < 256 { Health::Limited } else { Health::Whole }, about: "limits", says }
}

fn perform(session: &mut Session, text: &str) -> Result<Vec<Event>, String> {
    let statement = parse::statement(text, 1).map_err(|error| error.to_string())?;
    if let Some(statement) = statement {
        session.submit(statement);
    }
    let mut events = Vec::new();
    let settled = session.settle_until(Some(Instant::now() + PATIENCE), |_, came| {
        events.extend(came);
        Ok::<(), BenchError>(())
    });
    match settled {
        Ok(true) => Ok(events),
        Ok(false) => Err(format!("`{text}` does not settle")),
        Err(error) => Err(error.to_string()),
    }
}
