//! The seccomp filter of a watched program, seccomp(2): it stops at the watched calls and lets everything else pass. It is a
//! program of the kernel's classic BPF, built here instruction by instruction, and stays for the life of the process.

use super::syscalls::{AUDIT_ARCH, Sysno, X32_BIT, rows};
use super::{During, SysError, last_errno};

/// The data of a stop that this filter asked for; a watched program's own filter may ask for stops as well.
pub const OWN_STOP: u16 = 0x7c1a;
/// The same of a call made for another architecture or by another ABI, which is not followed.
pub const FOREIGN_ABI_STOP: u16 = 0x7c1b;

/// Where `struct seccomp_data` has the call's number, the architecture, and the lower half of the first argument.
const OFFSET_NUMBER: u32 = 0;
const OFFSET_ARCH: u32 = 4;
const OFFSET_FIRST_ARGUMENT: u32 = if cfg!(target_endian = "big") { 20 } else { 16 };

/// -1 as a process's number: all that the caller may signal.
const EVERYBODY: u32 = u32::MAX;

/// A filter, ready to be installed.
#[derive(Debug, Clone)]
pub struct Filter(Vec<libc::sock_filter>);

impl Filter {
    /// Stops at these calls; every watched call unless `wants` says no.
    pub fn build(wants: impl Fn(Sysno) -> bool) -> Self {
        let numbers: Vec<u32> = rows().filter(|row| wants(row.2)).filter_map(|row| u32::try_from(row.0).ok()).collect();
        let mut program = of_another_abi(libc::SECCOMP_RET_TRACE | u32::from(FOREIGN_ABI_STOP));
        // A jump's distance has eight bits, which the table of calls does not fill.
        for (at, number) in numbers.iter().enumerate() {
            let to_the_end = u8::try_from(numbers.len() - at).unwrap_or(u8::MAX);
            program.push(jump(libc::BPF_JEQ, *number, to_the_end, 0));
        }
        program.push(give(libc::SECCOMP_RET_ALLOW));
        program.push(give(libc::SECCOMP_RET_TRACE | u32::from(OWN_STOP)));
        Self(program)
    }

    /// The same for a program that nobody trusts: kill(2) of every process there is, -1, is EPERM. What cannot be told apart,
    /// calls of another ABI, is not made at all: ENOSYS.
    #[must_use]
    pub fn for_a_stranger(self) -> Self {
        let mut program = of_another_abi(failing(libc::ENOSYS));
        program.extend(denied(libc::SYS_kill, (libc::BPF_JEQ, EVERYBODY, 0, 1), libc::EPERM));
        program.extend(self.0);
        Self(program)
    }

    /// The same, and no socket of any family but AF_UNIX is made: EACCES. It goes before [`Self::for_a_stranger`].
    #[must_use]
    pub fn without_network(self) -> Self {
        let family = u32::try_from(libc::AF_UNIX).unwrap_or(0);
        let mut program = denied(libc::SYS_socket, (libc::BPF_JEQ, family, 1, 0), libc::EACCES);
        program.extend(self.0);
        Self(program)
    }

    /// Installs it in the caller, who gives up set-user-ID programs by that: without that, only root may install a filter.
    pub fn install(&self) -> Result<(), SysError> {
        nix::sys::prctl::set_no_new_privs().during("give up new privileges")?;
        let length = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        let program = libc::sock_fprog { len: length, filter: self.0.as_ptr().cast_mut() };
        // SAFETY: the program and its length describe this filter, which the kernel copies.
        let result = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) };
        if result != 0 { Err(SysError { operation: "install the filter", errno: last_errno() }) } else { Ok(()) }
    }
}

/// What is done with a call for another architecture, or by another ABI of this one. Behind it the call's number is loaded.
fn of_another_abi(action: u32) -> Vec<libc::sock_filter> {
    vec![
        load(OFFSET_ARCH),
        jump(libc::BPF_JEQ, AUDIT_ARCH, 1, 0),
        give(action),
        load(OFFSET_NUMBER),
        jump(libc::BPF_JGE, X32_BIT, 0, 1),
        give(action),
    ]
}

/// The action that makes a call fail.
fn failing(errno: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | u32::try_from(errno).unwrap_or(0)
}

/// A call fails with this where the lower half of its first argument is compared to be so.
fn denied(call: i64, (condition, value, if_true, if_false): (u32, u32, u8, u8), errno: i32) -> Vec<libc::sock_filter> {
    vec![
        load(OFFSET_NUMBER),
        jump(libc::BPF_JEQ, u32::try_from(call).unwrap_or(u32::MAX), 0, 3),
        load(OFFSET_FIRST_ARGUMENT),
        jump(condition, value, if_true, if_false),
        give(failing(errno)),
    ]
}

fn load(offset: u32) -> libc::sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0)
}

fn jump(condition: u32, value: u32, if_true: u8, if_false: u8) -> libc::sock_filter {
    instruction(libc::BPF_JMP | condition | libc::BPF_K, value, if_true, if_false)
}

fn give(action: u32) -> libc::sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, action, 0, 0)
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code: u16::try_from(code).unwrap_or(0), jt, jf, k }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the filter says of a call: the few instructions it is made of, carried out.
    fn verdict(filter: &Filter, arch: u32, number: u32) -> u32 {
        verdict_with(filter, (arch, number), 0)
    }

    fn verdict_with(filter: &Filter, (arch, number): (u32, u32), argument: u32) -> u32 {
        let (mut at, mut loaded) = (0, 0);
        loop {
            let line = filter.0[at];
            let code = u32::from(line.code);
            at += 1;
            if code == libc::BPF_RET | libc::BPF_K {
                return line.k;
            } else if code == libc::BPF_LD | libc::BPF_W | libc::BPF_ABS {
                loaded = match line.k {
                    OFFSET_ARCH => arch,
                    OFFSET_FIRST_ARGUMENT => argument,
                    _ => number,
                };
            } else {
                let holds = if code & 0xf0 == libc::BPF_JGE { loaded >= line.k } else { loaded == line.k };
                at += usize::from(if holds { line.jt } else { line.jf });
            }
        }
    }

    #[test]
    fn a_watched_call_stops_and_another_passes() {
        let filter = Filter::build(|_| true);
        let number = |call: i64| u32::try_from(call).expect("a call's number");
        for (watched, _, _) in rows() {
            assert_eq!(verdict(&filter, AUDIT_ARCH, number(*watched)), libc::SECCOMP_RET_TRACE | u32::from(OWN_STOP));
        }
        assert_eq!(verdict(&filter, AUDIT_ARCH, number(libc::SYS_getpid)), libc::SECCOMP_RET_ALLOW);
        assert_eq!(verdict(&filter, AUDIT_ARCH, number(libc::SYS_mmap)), libc::SECCOMP_RET_ALLOW);
    }

    #[test]
    fn another_abi_is_told_apart() {
        let filter = Filter::build(|_| true);
        let foreign = libc::SECCOMP_RET_TRACE | u32::from(FOREIGN_ABI_STOP);
        assert_eq!(verdict(&filter, 0x4000_0003, 4), foreign, "int 0x80 of a 64-bit program");
        assert_eq!(verdict(&filter, AUDIT_ARCH, X32_BIT | 1), foreign, "x32");
    }

    #[test]
    fn without_network_only_sockets_of_this_machine_are_made() {
        let filter = Filter::build(|_| true).without_network().for_a_stranger();
        let socket = u32::try_from(libc::SYS_socket).expect("a call's number");
        let denied = libc::SECCOMP_RET_ERRNO | u32::try_from(libc::EACCES).expect("an errno");
        let verdict_of =
            |family: i32| verdict_with(&filter, (AUDIT_ARCH, socket), u32::try_from(family).expect("small"));
        for family in [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK, libc::AF_PACKET, libc::AF_VSOCK] {
            assert_eq!(verdict_of(family), denied);
        }
        assert_eq!(verdict_of(libc::AF_UNIX), libc::SECCOMP_RET_TRACE | u32::from(OWN_STOP));
        let getpid = u32::try_from(libc::SYS_getpid).expect("a call's number");
        assert_eq!(verdict(&filter, AUDIT_ARCH, getpid), libc::SECCOMP_RET_ALLOW);
        let unknown = libc::SECCOMP_RET_ERRNO | u32::try_from(libc::ENOSYS).expect("an errno");
        assert_eq!(verdict(&filter, 0x4000_0003, 359), unknown, "socket by int 0x80");
        assert_eq!(verdict(&filter, AUDIT_ARCH, X32_BIT | socket), unknown, "socket of x32");
    }

    #[test]
    fn a_stranger_signals_not_everybody() {
        let filter = Filter::build(|_| true).for_a_stranger();
        let kill = u32::try_from(libc::SYS_kill).expect("a call's number");
        let verdict_of = |pid: i32| verdict_with(&filter, (AUDIT_ARCH, kill), pid.cast_unsigned());
        let denied = libc::SECCOMP_RET_ERRNO | u32::try_from(libc::EPERM).expect("an errno");
        assert_eq!(verdict_of(-1), denied);
        for pid in [0, 1, 4711, -2, -4711, i32::MIN] {
            assert_ne!(verdict_of(pid), denied, "{pid}");
        }
        let of_all = Filter::build(|_| true);
        assert_eq!(verdict_of(4711), verdict_with(&of_all, (AUDIT_ARCH, kill), 4711), "the rest of the filter follows");
    }

    #[test]
    fn a_call_that_is_not_wanted_passes() {
        let filter = Filter::build(|call| call != Sysno::Close);
        let close = u32::try_from(libc::SYS_close).expect("a call's number");
        assert_eq!(verdict(&filter, AUDIT_ARCH, close), libc::SECCOMP_RET_ALLOW);
    }
}
