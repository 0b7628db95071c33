//! Processes that make plain C calls when they are told to over a pair of pipes: nothing of the program is used but the words
//! that describe a call and its result.
#![expect(unsafe_code, reason = "the second path calls the C library directly")]

pub mod calls;
mod files;
mod names;
mod options;
mod tasks;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tincans::order::{Call, Extra};

/// Processes of one program.
const MOST: usize = 32;
/// Private numbers begin here: four for each process.
const BASE: i32 = 600;

/// What a call came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reply {
    pub ret: i64,
    pub errno: i32,
    pub data: Vec<u8>,
    pub extra: Extra,
}

/// An order: the call, and which pipes its child would serve, if it is a fork.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    call: Call,
    child: usize,
}

/// The controlling side.
pub struct Plain {
    /// Name to number and process number.
    tasks: BTreeMap<String, (usize, i32)>,
    orders: Vec<std::fs::File>,
    replies: Vec<std::fs::File>,
    folder: PathBuf,
    /// Processes so far.
    forked: usize,
    /// Those that have exited.
    gone: Vec<i32>,
}

impl Plain {
    /// Forks the first process, `parent`.
    pub fn start() -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("plain-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let (mut orders, mut replies, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..MOST {
            let (their_order, order) = pipe()?;
            let (reply, their_reply) = pipe()?;
            orders.push(std::fs::File::from(order));
            replies.push(std::fs::File::from(reply));
            theirs.push((their_order, their_reply));
        }
        // SAFETY: this process has one thread; the child only calls `serve`, which never returns.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            calls::prepare(&theirs, BASE);
            if std::env::set_current_dir(&folder).is_err() {
                calls::leave();
            }
            serve(0);
        }
        let tasks = BTreeMap::from([("parent".to_owned(), (0, pid))]);
        Ok(Self { tasks, orders, replies, folder, forked: 1, gone: Vec::new() })
    }

    /// Lets a process make a call. `made` is the name of the process that a fork makes.
    pub fn make(&mut self, task: &str, call: &Call, made: &str) -> Result<Reply, String> {
        let Some(&(at, _)) = self.tasks.get(task) else { return Err(format!("no process {task}")) };
        let child = self.forked;
        if matches!(call, Call::Fork) && child == MOST {
            return Err("no place for one more process".to_owned());
        }
        let order = Order { call: self.at_own_place(call.clone()), child };
        send(&mut self.orders[at], &order)?;
        let reply: Reply = receive(&mut self.replies[at])?;
        if matches!(call, Call::Fork) && reply.ret > 0 {
            self.forked += 1;
            self.tasks.insert(made.to_owned(), (child, i32::try_from(reply.ret).unwrap_or(0)));
        }
        Ok(reply)
    }

    /// Lets a process exit, and comes back when it is a zombie or gone.
    pub fn exit(&mut self, task: &str, code: i32) -> Result<(), String> {
        let Some(&(at, pid)) = self.tasks.get(task) else { return Err(format!("no process {task}")) };
        // SAFETY: pidfd_open takes two numbers.
        let pidfd = i32::try_from(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) }).unwrap_or(-1);
        send(&mut self.orders[at], &Order { call: Call::Exit { code }, child: 0 })?;
        let mut dead = libc::pollfd { fd: pidfd, events: libc::POLLIN, revents: 0 };
        // SAFETY: the pointer is to one pollfd.
        let came = unsafe { libc::poll(&raw mut dead, 1, 10_000) };
        // SAFETY: the descriptor is this function's own.
        unsafe { libc::close(pidfd) };
        self.gone.push(pid);
        if came == 1 { Ok(()) } else { Err(format!("{task} does not exit")) }
    }

    /// Whose process number this is.
    pub fn name_of(&self, pid: i32) -> Option<String> {
        self.tasks.iter().find(|(_, (_, other))| *other == pid).map(|(name, _)| name.clone())
    }

    /// The same call with the numbers of this run's own processes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only these have numbers of processes")]
    pub fn with_own_numbers<'a>(&self, call: &Call, name: impl Fn(i32) -> Option<&'a str>) -> Result<Call, String> {
        let own = |pid: i32| {
            let known = || name(pid).and_then(|name| self.tasks.get(name)).map(|(_, own)| *own);
            if pid == 0 { Ok(0) } else { known().ok_or_else(|| format!("no process {pid}")) }
        };
        match *call {
            Call::Setpgid { pid, group } => Ok(Call::Setpgid { pid: own(pid)?, group: own(group)? }),
            // Of a group the name is its leader's, with a `-` in front.
            Call::Kill { pid, signal } if pid < -1 => {
                let leader = name(pid).and_then(|name| self.tasks.get(name.trim_start_matches('-')));
                let (_, leader) = leader.ok_or_else(|| format!("no group {pid}"))?;
                Ok(Call::Kill { pid: -leader, signal })
            }
            Call::Kill { pid, signal } => Ok(Call::Kill { pid: own(pid)?, signal }),
            Call::Waitpid { pid, options } if pid > 0 => Ok(Call::Waitpid { pid: own(pid)?, options }),
            Call::PidfdOpen { pid, flags } => Ok(Call::PidfdOpen { pid: own(pid)?, flags }),
            ref other => Ok(other.clone()),
        }
    }

    /// The same call with addresses of this run's own.
    fn at_own_place(&self, mut call: Call) -> Call {
        if let Call::Send { to: Some(address), .. }
        | Call::Sendmsg { to: Some(address), .. }
        | Call::Bind { address, .. }
        | Call::Connect { address, .. } = &mut call
        {
            // A file is in the folder that these processes work in; an abstract name gets that folder's in front.
            if let [b'@', name @ ..] = &*tincans::text::name_bytes(&address.shown) {
                let folder = self.folder.file_name().unwrap_or_default().as_encoded_bytes();
                address.path = [b"\0", folder, b"/", name].concat();
            }
        }
        call
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        for (_, pid) in self.tasks.values().filter(|(_, pid)| !self.gone.contains(pid)) {
            // SAFETY: kill takes two numbers; these processes were forked for this run, and nobody else has reaped them.
            unsafe { libc::kill(*pid, libc::SIGKILL) };
        }
        if let Some((_, pid)) = self.tasks.get("parent") {
            // SAFETY: waitpid takes a null pointer for the status.
            unsafe { libc::waitpid(*pid, std::ptr::null_mut(), 0) };
        }
        // SAFETY: as above; orphans come to this process, a subreaper since the first session.
        while unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) } > 0 {}
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn pipe() -> Result<(OwnedFd, OwnedFd), String> {
    nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).map_err(|error| error.to_string())
}

/// Makes calls for ever.
fn serve(mut at: usize) -> ! {
    loop {
        let mut pair = calls::pipes_of(at, BASE);
        let Ok(order) = receive::<Order>(&mut pair.0) else { calls::leave() };
        if let Call::Exit { code } = order.call {
            calls::leave_with(code);
        }
        let reply = if matches!(order.call, Call::Fork) {
            // SAFETY: this process has one thread.
            let pid = unsafe { libc::fork() };
            if pid == 0 {
                at = order.child;
                continue;
            }
            Reply { ret: i64::from(pid), errno: 0, data: Vec::new(), extra: Extra::None }
        } else {
            calls::make(&order.call)
        };
        if send(&mut pair.1, &reply).is_err() {
            calls::leave();
        }
    }
}

fn send<T: Serialize>(to: &mut std::fs::File, message: &T) -> Result<(), String> {
    let bytes = postcard::to_stdvec(message).map_err(|error| error.to_string())?;
    let length = (bytes.len() as u64).to_ne_bytes();
    to.write_all(&length).and_then(|()| to.write_all(&bytes)).map_err(|error| error.to_string())
}

fn receive<T: for<'a> Deserialize<'a>>(from: &mut std::fs::File) -> Result<T, String> {
    let mut length = [0; 8];
    from.read_exact(&mut length).map_err(|error| format!("plain C died: {error}"))?;
    let mut bytes = vec![0; usize::try_from(u64::from_ne_bytes(length)).unwrap_or(0)];
    from.read_exact(&mut bytes).map_err(|error| error.to_string())?;
    postcard::from_bytes(&bytes).map_err(|error| error.to_string())
}

/// A descriptor by its number.
fn adopt(fd: i32) -> std::fs::File {
    // SAFETY: the number is one of the private ones that `prepare` made, and the caller does not let it be closed.
    std::fs::File::from(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Its number.
fn number(fd: &OwnedFd) -> i32 {
    fd.as_raw_fd()
}
