//! Calls of the kernel and of libc that are no statements: who types one has made no mistake of typing.

/// Their names, of Linux on x86-64, which has all that others have.
const NAMES: &str = "\
    _exit _sysctl abort accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl bpf brk capget capset chdir \
    chmod chown chroot clock_adjtime clock_getres clock_gettime clock_nanosleep clock_settime clone clone3 close_range \
    copy_file_range creat create_module daemon delete_module epoll_create epoll_create1 epoll_ctl epoll_ctl_old \
    epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd2 execve execveat exit_group faccessat faccessat2 fadvise64 \
    fallocate fanotify_init fanotify_mark fchdir fchmod fchmodat fchown fchownat fclose fcntl fdatasync fdopen fgetxattr \
    finit_module flistxattr flock fopen fread fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstatfs fsync \
    ftruncate futex futex_waitv futimesat fwrite get_kernel_syms get_mempolicy get_robust_list get_thread_area getcpu \
    getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer getpgid getpgrp getpid getpmsg getpriority \
    getrandom getresgid getresuid getrlimit getrusage getsid gettid gettimeofday getuid getxattr init_module \
    inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_setup \
    io_submit io_uring_enter io_uring_register io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set kcmp kexec_file_load \
    kexec_load keyctl landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lgetxattr link linkat \
    listxattr llistxattr lockf lookup_dcookie lremovexattr lseek lsetxattr lstat madvise mbind membarrier memfd_create \
    memfd_secret migrate_pages mincore mkdir mkdirat mknod mknodat mkstemp mlock mlock2 mlockall mmap modify_ldt mount \
    mount_setattr move_mount move_pages mprotect mq_getsetattr mq_notify mq_open mq_receive mq_send mq_timedreceive \
    mq_timedsend mq_unlink mremap msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep \
    newfstatat nfsservctl open_by_handle_at open_tree openat openat2 pause perf_event_open personality pidfd_getfd \
    pidfd_open pidfd_send_signal pipe2 pivot_root pkey_alloc pkey_free pkey_mprotect popen posix_spawn ppoll prctl pread64 \
    preadv preadv2 printf prlimit64 process_madvise process_mrelease process_vm_readv process_vm_writev pselect pselect6 \
    pthread_create pthread_join pthread_kill pthread_mutex_lock pthread_sigmask ptrace putpmsg pwrite64 pwritev pwritev2 \
    query_module quotactl quotactl_fd raise readahead readlink readlinkat reboot remap_file_pages removexattr \
    rename renameat renameat2 request_key restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask \
    rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max \
    sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval \
    sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp security select sem_post \
    sem_wait semctl semget semop semtimedop sendfile sendto set_mempolicy set_mempolicy_home_node set_robust_list \
    set_thread_area set_tid_address setdomainname setfsgid setfsuid setgid setgroups sethostname setitimer setns \
    setpriority setregid setresgid setresuid setreuid setrlimit settimeofday setuid setxattr shm_open shmat shmctl shmdt \
    shmget sigaction sigaltstack signalfd4 sigprocmask sigqueue sigsuspend sigwait sigwaitinfo sockatmark splice stat \
    statfs statx swapoff swapon symlink symlinkat sync sync_file_range syncfs sysfs sysinfo syslog system tee tgkill time \
    timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime \
    times tkill truncate tuxcall umask umount2 uname unlinkat unshare uselib userfaultfd usleep ustat utime utimensat \
    utimes vdprintf vfork vhangup vserver wait3 wait4 waitid";

/// Those that a statement makes under another name: the call, and what to type.
const STATEMENTS: &[(&str, &str)] = &[
    ("accept4", "accept"),
    ("clone", "fork, or thread"),
    ("clone3", "fork, or thread"),
    ("close_range", "closerange"),
    ("epoll_create", "epoll"),
    ("epoll_create1", "epoll"),
    ("epoll_ctl", "epollctl"),
    ("epoll_pwait", "epollwait"),
    ("epoll_wait", "epollwait"),
    ("eventfd2", "eventfd"),
    ("execve", "exec"),
    ("exit_group", "exit"),
    ("_exit", "exit"),
    ("fcntl", "nonblock, cloexec, dupfd or pipesize"),
    ("ioctl", "queue (FIONREAD) or atmark (SIOCATMARK)"),
    ("mknod", "mkfifo"),
    ("mknodat", "mkfifo"),
    ("openat", "open"),
    ("pidfd_open", "pidfd"),
    ("pidfd_send_signal", "kill"),
    ("pipe2", "pipe"),
    ("ppoll", "poll"),
    ("prctl", "pdeathsig"),
    ("prlimit64", "rlimit"),
    ("pselect", "poll"),
    ("pselect6", "poll"),
    ("pthread_create", "thread"),
    ("raise", "kill"),
    ("rt_sigaction", "signal"),
    ("rt_sigprocmask", "signalfd, which blocks its signals"),
    ("select", "poll"),
    ("sendto", "send with to=ADDR"),
    ("setrlimit", "rlimit"),
    ("sigaction", "signal"),
    ("signalfd4", "signalfd"),
    ("sigprocmask", "signalfd, which blocks its signals"),
    ("sockatmark", "atmark"),
    ("tgkill", "kill, or interrupt"),
    ("timerfd_create", "timerfd"),
    ("timerfd_settime", "timerfd"),
    ("tkill", "kill, or interrupt"),
    ("vfork", "fork"),
    ("wait3", "wait"),
    ("wait4", "wait"),
    ("waitid", "wait"),
    ("waitpid", "wait"),
];

/// Why this word, which is no statement, is none, if it is a call.
pub fn not_offered(word: &str) -> Option<String> {
    let instead = STATEMENTS.iter().find(|row| row.0 == word).map(|row| row.1);
    if instead.is_none() && !NAMES.split_whitespace().any(|name| name == word) {
        return None;
    }
    let what = match instead {
        Some(instead) => format!("write {instead} instead"),
        None => "no statement makes that call".to_owned(),
    };
    Some(format!("{word} is not offered: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse::verbs;

    #[test]
    fn no_statement_is_said_to_be_missing_and_what_is_advised_is_one() {
        for (call, instead) in STATEMENTS {
            assert!(!verbs().iter().any(|verb| verb.name == *call), "{call} is a statement by now");
            let first = instead.split([' ', ',']).next().unwrap_or_default();
            assert!(verbs().iter().any(|verb| verb.name == first), "{call}: {instead}");
        }
    }

    #[test]
    fn a_call_is_told_from_a_mistake_of_typing() {
        assert!(not_offered("mmap").is_some_and(|why| why.starts_with("mmap is not offered: no statement")));
        assert!(not_offered("ioctl").is_some_and(|why| why.contains("atmark")));
        assert_eq!(not_offered("raed"), None);
    }
}
