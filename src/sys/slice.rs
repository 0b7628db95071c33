//! A processor soon rather than for long: sched_setattr(2). The kernel (from 6.12 on) picks first who asks for the shorter slice.

/// The shortest slice that the kernel gives, nanoseconds.
const SHORTEST_NS: u64 = 100_000;
const SCHED_FLAG_RESET_ON_FORK: u64 = 1;

/// `struct sched_attr` as its first version has it.
#[repr(C)]
struct Attributes {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

/// Asks for short slices for this thread, not for what it forks; where the kernel knows none, nothing changes.
pub fn be_quick() {
    let attributes = Attributes {
        size: u32::try_from(size_of::<Attributes>()).unwrap_or(0),
        policy: 0,
        flags: SCHED_FLAG_RESET_ON_FORK,
        nice: own_nice(),
        priority: 0,
        runtime: SHORTEST_NS,
        deadline: 0,
        period: 0,
    };
    // SAFETY: the structure is as sched_setattr(2) has it, its size is told, and the kernel only reads it.
    unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
}

/// How nice this process is already.
fn own_nice() -> i32 {
    // SAFETY: getpriority takes two numbers.
    unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) }
}
