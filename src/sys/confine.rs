//! Bounds for a program that nobody trusts: processor time, memory, file size and descriptors by setrlimit(2), no network by a
//! namespace of its own or by the seccomp filter, an empty environment and a folder of its own. Files that this user may read it
//! may read too.

use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, chdir, dup2_stdin, getegid, geteuid};

use super::fork::{self, Forked, exit_child};
use super::{During, SysError, poll};

/// What one process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessLimits {
    /// Seconds of processor time.
    pub seconds: u64,
    /// Bytes of address space.
    pub memory: u64,
    /// Bytes of a file that it writes.
    pub file_size: u64,
    /// Descriptors at one time.
    pub descriptors: u64,
}

/// How the network is kept away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// It is in a network namespace of its own, in which there is nothing.
    OwnNamespace,
    /// socket(2) of any family but AF_UNIX fails with EACCES.
    Filtered,
}

/// All that one program gets.
#[derive(Debug, Clone, Copy)]
pub struct Confinement<'a> {
    /// What each of its processes may use.
    pub limits: ProcessLimits,
    /// How the network is kept away, as [`network`] has found out.
    pub network: Network,
    /// The folder that it is started in, and its HOME and TMPDIR.
    pub folder: &'a Path,
}

impl ProcessLimits {
    /// Sets them for the caller and all that it makes. They can only be lowered after that.
    pub fn set(self) -> Result<(), SysError> {
        let rows = [
            (Resource::RLIMIT_CPU, self.seconds),
            (Resource::RLIMIT_AS, self.memory),
            (Resource::RLIMIT_FSIZE, self.file_size),
            (Resource::RLIMIT_NOFILE, self.descriptors),
            (Resource::RLIMIT_CORE, 0),
        ];
        rows.into_iter().try_for_each(|(resource, most)| setrlimit(resource, most, most)).during("set a limit")
    }
}

impl Confinement<'_> {
    /// The caller, which makes the program, enters: folder, environment, standard input, network. Its limits come later.
    pub fn enter(&self) -> Result<(), SysError> {
        chdir(self.folder).during("enter the program's folder")?;
        let nothing = File::open("/dev/null").during("open /dev/null")?;
        dup2_stdin(&nothing).during("take standard input away")?;
        set_environment(self.folder)?;
        match self.network {
            Network::OwnNamespace => leave_network(),
            Network::Filtered => Ok(()),
        }
    }
}

/// How the network can be kept away on this machine, tried out in a process of its own.
pub fn network() -> Network {
    let tried = match fork::fork() {
        Ok(Forked::Child) => exit_child(i32::from(leave_network().is_err())),
        Ok(Forked::Parent(pid)) => fork::open_pidfd(pid),
        Err(errno) => Err(SysError { operation: "fork", errno }),
    };
    let status = tried.and_then(|process| {
        poll::wait(&[process.as_fd()], None)?;
        Ok(fork::reap(&process))
    });
    if status == Ok(Some(0)) { Network::OwnNamespace } else { Network::Filtered }
}

/// A namespace without any network; of a user without the right to one, inside a user namespace in which all numbers stay the same.
fn leave_network() -> Result<(), SysError> {
    if unshare(CloneFlags::CLONE_NEWNET).is_ok() {
        return Ok(());
    }
    let (user, group) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET).during("leave the network")?;
    // Without it a group cannot be written (user_namespaces(7)).
    let _ = fs::write("/proc/self/setgroups", "deny");
    fs::write("/proc/self/uid_map", format!("{user} {user} 1")).during("keep the user's number")?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1")).during("keep the group's number")
}

/// PATH and the language as they are, HOME and TMPDIR in the folder, nothing else: what is secret stays here.
fn set_environment(folder: &Path) -> Result<(), SysError> {
    const KEPT: [&str; 3] = ["PATH", "LANG", "LC_ALL"];
    let kept = KEPT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
    let of_folder = ["HOME", "TMPDIR"].into_iter().map(|name| (name, folder.as_os_str().to_owned()));
    let rows: Vec<(CString, CString)> = kept
        .chain(of_folder)
        .filter_map(|(name, value)| Some((CString::new(name).ok()?, CString::new(value.as_bytes()).ok()?)))
        .collect();
    // SAFETY: this process has one thread, and nothing of it keeps a pointer into the environment.
    let cleared = unsafe { libc::clearenv() };
    let is_set = |(name, value): &(CString, CString)| set_variable(name, value);
    if cleared == 0 && rows.iter().all(is_set) {
        return Ok(());
    }
    Err(SysError { operation: "clear the environment", errno: super::last_errno() })
}

fn set_variable(name: &CStr, value: &CStr) -> bool {
    // SAFETY: both are C strings, which setenv copies; this process has one thread.
    unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) == 0 }
}

/// Starts a command that is trusted with what is not: within these limits, in a group of its own, and not for longer than the caller
/// lives.
pub fn spawn_within(command: &mut Command, limits: ProcessLimits) -> std::io::Result<Child> {
    command.process_group(0);
    let set = move || {
        set_pdeathsig(Signal::SIGKILL)?;
        limits.set().map_err(|error| std::io::Error::from_raw_os_error(error.errno.0))
    };
    // SAFETY: between fork and exec it only calls prctl and setrlimit, which are async-signal-safe in effect: system calls and no
    // memory.
    unsafe { command.pre_exec(set) };
    command.spawn()
}

/// Kills a process group.
pub fn kill_group(leader: i32) {
    let _ = killpg(Pid::from_raw(leader), Signal::SIGKILL);
}
