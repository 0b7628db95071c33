//! A terminal with the program in it: types bytes, keeps the bytes that come back and the screen they make, and the modes
//! (termios) as they were before.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::num::NonZeroU16;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::termios::{Termios, tcgetattr};
use tempfile::TempDir;

use super::processes::{self, Mark, Process};
use super::{PATIENCE, until};

nix::ioctl_write_ptr_bad!(set_size, libc::TIOCSWINSZ, Winsize);

/// What stands in for the user's shell: it leads the session, as a shell does, so that the terminal outlives the program
/// whatever becomes of that; writes the status down; and stays, as the same process.
const SHELL: &str = r#""$0" "$@"; echo $? >"$TINCANS_STATUS"; exec sleep 1000"#;

/// The program in a terminal of its own.
pub struct Pty {
    master: Option<OwnedFd>,
    /// Held open so that the modes can be read when the program is gone.
    _slave: OwnedFd,
    parser: vt100::Parser,
    bytes: Vec<u8>,
    leader: Child,
    /// Where the shell writes the program's status; none where the program leads the session itself.
    status: Option<TempDir>,
    before: Termios,
    pub mark: Mark,
}

/// Rows and columns.
pub type Size = (u16, u16);

impl Pty {
    /// The program without arguments.
    pub fn start(size: Size) -> Self {
        Self::start_with(size, &[], |_| {})
    }

    /// With arguments, and with what else its `Command` is to have.
    pub fn start_with(size: Size, arguments: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let mut words = vec![super::program()];
        words.extend(arguments.iter().map(OsString::from));
        Self::start_below_shell(size, &words, prepare)
    }

    /// Any program, below what stands in for the user's shell.
    pub fn start_below_shell(size: Size, words: &[OsString], prepare: impl FnOnce(&mut Command)) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut shell = Command::new("sh");
        shell.args(["-c", SHELL]).args(words);
        shell.env("TINCANS_STATUS", folder.path().join("status"));
        prepare(&mut shell);
        let mut pty = Self::start_command(size, shell);
        pty.status = Some(folder);
        pty
    }

    /// Any program, which leads the session.
    pub fn start_command(size: Size, mut command: Command) -> Self {
        let pair = openpty(Some(&winsize(size)), None).expect("a pty can be had");
        // A pair made by openpty(3) is inherited by whatever another test starts meanwhile, and then never hangs up.
        for end in [&pair.master, &pair.slave] {
            fcntl(end, FcntlArg::F_SETFD(nix::fcntl::FdFlag::FD_CLOEXEC)).expect("close-on-exec");
        }
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("non-blocking");
        let before = tcgetattr(&pair.slave).expect("modes");
        let mark = Mark::new();
        let stdio = || Stdio::from(pair.slave.try_clone().expect("a copy of the slave"));
        if !command.get_envs().any(|(name, _)| name == "LC_ALL") {
            command.env("LC_CTYPE", "C.UTF-8");
        }
        command.env("TERM", "xterm-256color").stdin(stdio()).stdout(stdio()).stderr(stdio());
        mark.put_on(&mut command);
        own_session(&mut command);
        let leader = command.spawn().expect("the program starts");
        // The command holds copies of the slave, with which the terminal would never be closed.
        drop(command);
        let parser = vt100::Parser::new(cells(size.0), cells(size.1), 0);
        Self {
            master: Some(pair.master),
            _slave: pair.slave,
            parser,
            bytes: Vec::new(),
            leader,
            status: None,
            before,
            mark,
        }
    }

    /// The process that leads the session.
    pub fn leader(&self) -> i32 {
        i32::try_from(self.leader.id()).expect("a pid")
    }

    /// The program's first process, which guards the other.
    pub fn guardian(&self) -> i32 {
        self.status.as_ref().map_or(self.leader(), |_| only_child(self.leader()))
    }

    /// The process that draws: the guardian's one child of its session.
    pub fn ui(&self) -> i32 {
        only_child(self.guardian())
    }

    /// The processes that the learner sees.
    pub fn agents(&self) -> Vec<Process> {
        processes::descendants(self.ui())
    }

    /// What the shell has started, whatever it is by now.
    pub fn first_child(&self) -> i32 {
        let mut children = Vec::new();
        let is_there = until(PATIENCE, || {
            children = processes::children(self.leader());
            !children.is_empty()
        });
        assert!(is_there.is_some(), "the shell has started something");
        children[0].pid
    }

    /// Types as much of it as the terminal takes now.
    pub fn try_to_type(&mut self, bytes: &[u8]) {
        let _ = nix::unistd::write(self.master(), bytes);
    }

    /// Esc by itself: nothing follows it for longer than a terminal's own sequence would take. Not until it is quiet: a bench that
    /// never settles is drawn for ever.
    pub fn escape(&mut self) {
        self.type_bytes(b"\x1b");
        self.pump_for(Duration::from_millis(60));
    }

    /// Types, and takes in what comes meanwhile, so that neither side waits for the other.
    pub fn type_bytes(&mut self, bytes: &[u8]) {
        let start = Instant::now();
        let mut rest = bytes;
        while !rest.is_empty() {
            match nix::unistd::write(self.master(), rest) {
                Ok(count) => rest = &rest[count..],
                // Nobody reads any more.
                Err(nix::errno::Errno::EAGAIN) if self.has_left() => return,
                Err(nix::errno::Errno::EAGAIN) => {}
                Err(error) => panic!("typing: {error}"),
            }
            self.pump(Duration::from_millis(u64::from(!rest.is_empty())));
            assert!(start.elapsed() < PATIENCE, "the program does not read its terminal\n{}", self.screen());
        }
    }

    /// Takes in what comes until it is quiet for so long; how many bytes came. A bench that never settles is never quiet.
    pub fn pump(&mut self, quiet: Duration) -> usize {
        let (start, before) = (Instant::now(), self.bytes.len());
        while start.elapsed() < PATIENCE && self.is_readable(quiet) && self.take_in() {}
        self.bytes.len() - before
    }

    /// Takes in what comes for so long, quiet or not; how many bytes came.
    pub fn pump_for(&mut self, time: Duration) -> usize {
        let (start, before) = (Instant::now(), self.bytes.len());
        while let Some(rest) = time.checked_sub(start.elapsed()) {
            if self.is_readable(rest) && !self.take_in() {
                break;
            }
        }
        self.bytes.len() - before
    }

    /// Takes in what comes next, if it comes within this time.
    pub fn take_in_within(&mut self, time: Duration) -> bool {
        self.is_readable(time) && self.take_in()
    }

    /// Waits until the screen is as it should be; how long that took.
    pub fn wait(&mut self, what: &str, is_right: impl Fn(&str) -> bool) -> Duration {
        self.wait_up_to(PATIENCE, what, is_right)
    }

    /// The same with a deadline of its own.
    pub fn wait_up_to(&mut self, limit: Duration, what: &str, is_right: impl Fn(&str) -> bool) -> Duration {
        let start = Instant::now();
        loop {
            if is_right(&self.screen()) {
                return start.elapsed();
            }
            let Some(rest) = limit.checked_sub(start.elapsed()) else {
                panic!("no {what} after {limit:?}; the screen:\n{}", self.screen())
            };
            let came = self.is_readable(rest.min(Duration::from_millis(50))) && self.take_in();
            if !came && let Some(status) = self.status_now() {
                assert!(
                    is_right(&self.screen()),
                    "no {what}: the program left, {status}; the screen:
{}",
                    self.screen()
                );
            }
        }
    }

    /// The text on the screen, a line a row.
    pub fn screen(&self) -> String {
        let (_, columns) = self.parser.screen().size();
        self.parser.screen().rows(0, columns.get()).collect::<Vec<_>>().join("\n")
    }

    /// The emulator, for attributes and modes.
    pub fn emulator(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// All bytes so far that the program wrote.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what has been written so far but the last of it, of a run that writes for hours. What was switched on stays known.
    pub fn forget_bytes(&mut self) {
        const KEPT: usize = 64 * 1024;
        if self.bytes.len() <= 4 * KEPT {
            return;
        }
        let left = modes_left_on(&self.bytes);
        let rest = self.bytes.split_off(self.bytes.len() - KEPT);
        self.bytes = left.iter().flat_map(|mode| format!("\x1b[{mode}").into_bytes()).chain(rest).collect();
    }

    /// Another size, as if the window had been dragged; the kernel sends SIGWINCH.
    pub fn resize(&mut self, size: Size) {
        self.resize_only(size);
        self.parser.set_size(cells(size.0), cells(size.1));
    }

    /// The same for the program alone: the emulator stays as it is.
    #[expect(unsafe_code, reason = "std and nix have no safe TIOCSWINSZ")]
    pub fn resize_only(&self, size: Size) {
        let cells_now = winsize(size);
        // SAFETY: TIOCSWINSZ reads one winsize, which lives until the call returns.
        unsafe { set_size(self.master().as_raw_fd(), &raw const cells_now) }.expect("resize");
    }

    /// Closes the terminal's window.
    pub fn close(&mut self) {
        self.master = None;
    }

    /// Whether the modes are as before the program started.
    pub fn has_its_modes_back(&self) -> bool {
        self.master.as_ref().is_none_or(|master| tcgetattr(master).is_ok_and(|now| now == self.before))
    }

    /// The modes that the terminal has now.
    pub fn modes(&self) -> Termios {
        tcgetattr(self.master()).expect("modes")
    }

    /// The exit status as a shell has it, when the program has left; it is fed and drained meanwhile.
    pub fn status(&mut self) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.status_now() {
                self.drain();
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the program does not leave; the screen:\n{}", self.screen());
            if self.master.is_some() {
                self.pump(Duration::from_millis(1));
            } else {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Whether the program has ended.
    pub fn has_left(&mut self) -> bool {
        self.status_now().is_some()
    }

    /// What is left of the run, the session's leader apart.
    pub fn left(&self) -> Vec<Process> {
        processes::left_by(&self.mark, self.leader())
    }

    /// The exit status, if the program has left; the leader's where that could not write it down.
    fn status_now(&mut self) -> Option<i32> {
        let file = self.status.as_ref().map(|folder| folder.path().join("status"));
        let written = file.and_then(|file| std::fs::read_to_string(file).ok()?.strip_suffix('\n')?.parse().ok());
        written.or_else(|| {
            let status = self.leader.try_wait().expect("our child")?;
            Some(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)))
        })
    }

    /// Takes in what is there already.
    fn drain(&mut self) {
        if self.master.is_some() {
            self.pump(Duration::ZERO);
        }
    }

    fn master(&self) -> &OwnedFd {
        self.master.as_ref().expect("the terminal is open")
    }

    fn is_readable(&self, within: Duration) -> bool {
        let mut fds = [PollFd::new(self.master().as_fd(), PollFlags::POLLIN)];
        let limit = u16::try_from(within.as_millis()).unwrap_or(u16::MAX);
        poll(&mut fds, PollTimeout::from(limit)).is_ok_and(|count| count > 0)
    }

    /// One read; false when there is nothing to be had.
    fn take_in(&mut self) -> bool {
        let mut buffer = [0; 8192];
        match nix::unistd::read(self.master(), &mut buffer) {
            Ok(count) if count > 0 => {
                self.bytes.extend_from_slice(&buffer[..count]);
                self.parser.process(&buffer[..count]);
                true
            }
            // EIO: nobody has the slave open any more.
            _ => false,
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.leader.kill();
        let _ = self.leader.wait();
        for process in self.left() {
            let pid = nix::unistd::Pid::from_raw(process.pid);
            let _ = nix::sys::signal::kill(pid, Signal::SIGKILL);
        }
    }
}

/// What may stand in the bytes that go to the terminal: text, and the program's own sequences.
pub fn unwelcome(bytes: &[u8]) -> Vec<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return vec![format!("no UTF-8 from byte {}", error.valid_up_to())],
    };
    let mut found = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\x1b' if letters.as_str().starts_with('[') => {}
            '\x1b' => match copied(letters.as_str()) {
                Some(rest) => letters = rest.chars(),
                None => found.push(format!("ESC {:?}", letters.as_str().chars().next())),
            },
            '\r' | '\n' | '\x08' => {}
            '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                found.push(format!("{letter:?}"));
            }
            _ => {}
        }
    }
    found
}

/// What follows the rest of OSC 52, by which the program puts a text on the clipboard: `]52;c;BASE64 BEL`, nothing else.
fn copied(rest: &str) -> Option<&str> {
    let (text, after) = rest.strip_prefix("]52;c;")?.split_once('\x07')?;
    let is_base64 = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    (is_base64 && !text.is_empty()).then_some(after)
}

/// A process's one child, when it has become the program (before execve it is a copy of its parent).
fn only_child(parent: i32) -> i32 {
    let mut children: Vec<Process> = Vec::new();
    let is_there = until(PATIENCE, || {
        children = processes::children_of_session(parent);
        children.len() == 1 && children[0].name.starts_with("tincans")
    });
    assert!(is_there.is_some(), "{parent} has one child, the program: {children:?}");
    children[0].pid
}

/// The child leads a session of its own, whose terminal is its standard input. Its keys work as below a login shell, also where the
/// tests were started in the background of a script, which ignores them.
#[expect(unsafe_code, reason = "pre_exec has no safe form in std")]
fn own_session(command: &mut Command) {
    let enter = || {
        nix::unistd::setsid()?;
        for keyed in [Signal::SIGINT, Signal::SIGQUIT] {
            // SAFETY: SIG_DFL is no handler.
            unsafe { signal(keyed, SigHandler::SigDfl) }?;
        }
        // SAFETY: TIOCSCTTY takes a number.
        match unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) } {
            0 => Ok(()),
            _ => Err(std::io::Error::from(ErrorKind::PermissionDenied)),
        }
    };
    // SAFETY: setsid, signal and ioctl are async-signal-safe, and none allocates.
    unsafe { command.pre_exec(enter) };
}

fn winsize((rows, columns): Size) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("at least one")
}

/// The private modes that a byte stream leaves other than they were: `?1049h` without a later `?1049l`, `?25l` without a
/// later `?25h`, keyboard flags pushed and not popped.
pub fn modes_left_on(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut modes = std::collections::BTreeMap::new();
    let mut pushed = 0_i32;
    for sequence in text.split("\x1b[").skip(1) {
        let Some(end) = sequence.find(|letter: char| ('@'..='~').contains(&letter)) else { continue };
        let (parameters, rest) = sequence.split_at(end);
        match (parameters.strip_prefix('?'), rest.chars().next()) {
            (Some(numbers), Some(letter @ ('h' | 'l'))) => {
                for number in numbers.split(';') {
                    modes.insert(number.to_owned(), letter);
                }
            }
            (None, Some('u')) if parameters.starts_with('>') => pushed += 1,
            (None, Some('u')) if parameters.starts_with('<') => pushed = (pushed - 1).max(0),
            _ => {}
        }
    }
    // The cursor and line wrap are on by themselves; of every other mode `h` is what the program switched on.
    let is_left = |(number, letter): &(&String, &char)| (**letter == 'h') != matches!(number.as_str(), "25" | "7");
    let mut left: Vec<String> =
        modes.iter().filter(is_left).map(|(number, letter)| format!("?{number}{letter}")).collect();
    left.extend((pushed > 0).then(|| format!("{pushed} keyboard flags")));
    left
}
