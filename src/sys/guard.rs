//! What the guardian needs of the kernel: one fork with the UI tied to it, signals taken one by one instead of by handlers,
//! children reported and reaped to the last. It decides nothing; `guardian` does.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use nix::sys::prctl::{set_child_subreaper, set_pdeathsig};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal as Number, kill, raise, sigaction};
use nix::unistd::{Pid, getpid, getppid};

use super::children::{self, Waited};
use super::fork::{Forked, exit_child, fork};
use super::{During, SysError};
use crate::abi::Signal;
use crate::trace::Death;

/// The signals that the guardian takes; all but SIGCHLD are meant for the UI.
const TAKEN: [Number; 7] = [
    Number::SIGCHLD,
    Number::SIGTERM,
    Number::SIGINT,
    Number::SIGHUP,
    Number::SIGQUIT,
    Number::SIGTSTP,
    Number::SIGCONT,
];

/// How long the dead UI's children have to die by themselves before they are killed.
const GRACE: Duration = Duration::from_millis(500);
/// How often one looks meanwhile, should a SIGCHLD have been merged with an earlier one.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Which of the two one is after [`split`].
#[derive(Debug)]
pub enum ForkSide {
    /// The first process, with the one it guards.
    Guardian(Ui),
    /// The new one. It must leave by [`exit_child`].
    Ui,
}

/// The guarded process. It is not reaped before [`Ui::news`] tells its end, so until then its number is nobody else's.
#[derive(Debug)]
pub struct Ui {
    pid: Pid,
    /// Children that were there before: a shell that starts the program by `exec` may leave some.
    strangers: BTreeSet<i32>,
}

/// Why the guardian woke up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// There may be news of a child.
    Child,
    /// Somebody sent this to the guardian.
    Asked(Signal),
    /// The terminal's own Ctrl-C, Ctrl-\ or Ctrl-Z, which the UI, being of the same group, has got as well; or the UI's own,
    /// which stops the group.
    Keyed(Signal),
}

/// What has become of the UI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UiNews {
    /// Nothing new.
    None,
    /// It is stopped.
    Stopped(Signal),
    /// It left with this code.
    Exited(u8),
    /// It died of this.
    Killed(Signal),
    /// It is gone, and how is not known; or it may not be waited for, because of this error.
    Lost(Option<crate::abi::Errno>),
}

/// Orphans do not come to the guardian any more.
pub fn adopt_nobody() {
    // What it was able to set it can take back.
    let _ = set_child_subreaper(false);
}

/// Forks the UI. Orphans come to the guardian from now on; the UI gets SIGTERM when the guardian dies, and has the signal mask
/// that it would have had without one.
pub fn split() -> Result<ForkSide, SysError> {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: SIG_DFL is no handler, so no code of ours can come to run in a signal's context.
    let inherited = unsafe { sigaction(Number::SIGCHLD, &default) };
    // With an inherited SIG_IGN the kernel would reap the UI by itself and its status be lost (wait(2), NOTES).
    inherited.during("give SIGCHLD its default")?;
    // A file that may not grow is an error to be told, not a death. Agents have the default again.
    let ignored = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: SIG_IGN is no handler either.
    unsafe { sigaction(Number::SIGXFSZ, &ignored) }.during("ignore SIGXFSZ")?;
    set_child_subreaper(true).during("become a subreaper")?;
    // Blocked before the fork: a SIGTERM in between must find a guardian that can pass it on.
    let before = SigSet::thread_get_mask().during("read the signal mask")?;
    // It returns its error, where nix looks into errno.
    // SAFETY: it reads the one set and writes no other.
    let errno = unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, taken().as_ref(), std::ptr::null_mut()) };
    if errno != 0 {
        return Err(SysError { operation: "block signals", errno: crate::abi::Errno(errno) });
    }
    let strangers = children::all();
    let guardian = getpid();
    match fork().map_err(|errno| SysError { operation: "fork the UI", errno })? {
        Forked::Parent(pid) => {
            let ui = Ui { pid: Pid::from_raw(pid), strangers };
            ui.send_pending();
            Ok(ForkSide::Guardian(ui))
        }
        Forked::Child => {
            let tied = set_pdeathsig(Number::SIGTERM).and(before.thread_set_mask());
            if let Err(errno) = tied {
                let why = SysError { operation: "tie itself to its guardian", errno: crate::abi::Errno(errno as i32) };
                super::output::complain(&format!("the program could not {why}"));
                exit_child(2);
            }
            // It may have died before the tie was made, which then never pulls.
            if getppid() != guardian {
                exit_child(128 + Number::SIGTERM as i32);
            }
            Ok(ForkSide::Ui)
        }
    }
}

impl Ui {
    /// Sleeps until a signal comes, and takes it, sigwaitinfo(2): no handler, nothing that must be async-signal-safe.
    pub fn wait(&self) -> Wake {
        take(None, self.pid.as_raw()).unwrap_or(Wake::Child)
    }

    /// Sends it what the terminal's keys have sent so far: what came before the fork has reached the guardian alone, and is taken
    /// there for something that the UI has got as well.
    fn send_pending(&self) {
        // SAFETY: all zeroes is a value of a set of signals.
        let mut pending: libc::sigset_t = unsafe { std::mem::zeroed() };
        // SAFETY: sigpending writes one set, to a local.
        if unsafe { libc::sigpending(&raw mut pending) } != 0 {
            return;
        }
        for number in [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP] {
            // SAFETY: sigismember reads the set.
            if unsafe { libc::sigismember(&raw const pending, number) } == 1 {
                self.send(Signal(number));
            }
        }
    }

    /// Sends it a signal.
    pub fn send(&self, signal: Signal) {
        let _ = super::calls::kill(self.pid.as_raw(), signal.0);
    }

    /// Reaps whatever is dead, until something is told of the UI or nothing more of anybody.
    pub fn news(&mut self) -> UiNews {
        loop {
            match children::news(true) {
                Waited::Nothing => return UiNews::None,
                Waited::None => return UiNews::Lost(None),
                // There is no status to tell, and nothing to wait for.
                Waited::Failed(errno) => return UiNews::Lost(Some(errno)),
                Waited::Child(pid, status) if pid == self.pid.as_raw() => return news_of(status),
                Waited::Child(pid, status) => self.note_dead(pid, status),
            }
        }
    }

    /// Reaps every child of this run. The lifeline has killed those that the UI left; if any lives on after a while, it is
    /// killed. Children that were there before the program was are somebody else's.
    pub fn reap_all(&mut self) {
        let start = Instant::now();
        while !self.children().is_empty() {
            match children::news(false) {
                Waited::None | Waited::Failed(_) => break,
                Waited::Child(pid, status) => self.note_dead(pid, status),
                Waited::Nothing => {
                    // Who may not be killed is not waited for either: the keeper ends once this process has.
                    if start.elapsed() > GRACE && !self.kill_children() {
                        break;
                    }
                    take(Some(LOOK_AGAIN), 0);
                }
            }
        }
    }

    /// Kills the direct children; theirs come to this process, a subreaper, and are met in the next round. False if one of them may not
    /// be killed.
    pub fn kill_children(&self) -> bool {
        let mut all = true;
        for pid in self.children() {
            // Not reaped yet, so the number is still theirs.
            all &= matches!(kill(Pid::from_raw(pid), Number::SIGKILL), Ok(()) | Err(nix::Error::ESRCH));
        }
        all
    }

    fn children(&self) -> BTreeSet<i32> {
        children::all().difference(&self.strangers).copied().collect()
    }

    /// A number that was a stranger's may be given to one of ours now.
    fn note_dead(&mut self, pid: i32, status: i32) {
        if children::stop_of(status).is_none() {
            self.strangers.remove(&pid);
        }
    }
}

fn news_of(status: i32) -> UiNews {
    match (children::stop_of(status), Death::of_status(status)) {
        (Some(signal), _) => UiNews::Stopped(Signal(signal)),
        (_, Some(Death::Exited(code))) => UiNews::Exited(u8::try_from(code).unwrap_or(u8::MAX)),
        (_, Some(Death::Killed(signal))) => UiNews::Killed(signal),
        (_, Some(Death::Unknown) | None) => UiNews::None,
    }
}

/// Stops the guardian as the UI is stopped, so that the shell sees its job stop. SIGSTOP becomes SIGTSTP, which the kernel
/// drops where no shell is left that could say `fg` (setpgid(2), orphaned groups).
pub fn stop_like(signal: Signal) {
    let number = Number::try_from(signal.0).unwrap_or(Number::SIGTSTP);
    let number = if number == Number::SIGSTOP { Number::SIGTSTP } else { number };
    let mask = SigSet::from(number);
    let _ = raise(number);
    // A blocked one takes effect here; SIGCONT brings one back, and is then pending.
    let _ = mask.thread_unblock();
    if TAKEN.contains(&number) {
        let _ = mask.thread_block();
    }
}

fn taken() -> SigSet {
    TAKEN.into_iter().collect()
}

/// Takes one pending signal, or none if nothing came within the time. What the UI sent went to the whole group.
fn take(within: Option<Duration>, ui: i32) -> Option<Wake> {
    let set = taken();
    let limit = within.map(|time| libc::timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(0),
        tv_nsec: time.subsec_nanos().into(),
    });
    let limit = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: siginfo_t is plain data, for which all zeroes is a value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set and the limit are read and `info` is written, all of them live locals; a null limit means none.
    let number = unsafe { libc::sigtimedwait(set.as_ref(), &raw mut info, limit) };
    // SAFETY: the kernel fills in a sender, of a signal from kill(2), or else zeroes, as above.
    let sender = unsafe { info.si_pid() };
    let keyed = info.si_code == libc::SI_KERNEL || (info.si_code == libc::SI_USER && sender == ui);
    match number {
        libc::SIGCHLD => Some(Wake::Child),
        libc::SIGINT | libc::SIGQUIT | libc::SIGTSTP if keyed => Some(Wake::Keyed(Signal(number))),
        1.. => Some(Wake::Asked(Signal(number))),
        _ => None,
    }
}
