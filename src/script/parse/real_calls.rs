//! Calls of the kernel and of libc that are no statements: who types one has made no mistake of typing.

/// The kernel's, of Linux on x86-64.
const KERNEL: &str = "\
    _sysctl accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl bpf brk cachestat capget capset chdir \
    chmod chown chroot clock_adjtime clock_getres clock_gettime clock_nanosleep clock_settime clone clone3 close_range \
    copy_file_range creat create_module delete_module epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait \
    epoll_pwait2 epoll_wait epoll_wait_old eventfd2 execve execveat exit_group faccessat faccessat2 fadvise64 fallocate \
    fanotify_init fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr file_getattr \
    file_setattr finit_module flistxattr flock fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstatfs fsync \
    ftruncate futex futex_requeue futex_wait futex_waitv futex_wake futimesat get_kernel_syms get_mempolicy \
    get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer getpgid \
    getpgrp getpid getpmsg getpriority getrandom getresgid getresuid getrlimit getrusage getsid gettid gettimeofday \
    getuid getxattr getxattrat init_module inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel \
    io_destroy io_getevents io_pgetevents io_setup io_submit io_uring_enter io_uring_register io_uring_setup ioctl \
    ioperm iopl ioprio_get ioprio_set kcmp kexec_file_load kexec_load keyctl landlock_add_rule landlock_create_ruleset \
    landlock_restrict_self lchown lgetxattr link linkat listmount listxattr listxattrat llistxattr lookup_dcookie \
    lremovexattr lseek lsetxattr lsm_get_self_attr lsm_list_modules lsm_set_self_attr lstat madvise map_shadow_stack \
    mbind membarrier memfd_create memfd_secret migrate_pages mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall \
    mmap modify_ldt mount mount_setattr move_mount move_pages mprotect mq_getsetattr mq_notify mq_open mq_timedreceive \
    mq_timedsend mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at \
    nanosleep newfstatat nfsservctl open_by_handle_at open_tree open_tree_attr openat openat2 perf_event_open \
    personality pidfd_getfd pidfd_open pidfd_send_signal pipe2 pivot_root pkey_alloc pkey_free pkey_mprotect ppoll prctl \
    pread64 preadv preadv2 prlimit64 process_madvise process_mrelease process_vm_readv process_vm_writev pselect6 ptrace \
    putpmsg pwrite64 pwritev pwritev2 query_module quotactl quotactl_fd readahead readlink readlinkat reboot \
    remap_file_pages removexattr removexattrat rename renameat renameat2 request_key restart_syscall rmdir rseq \
    rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait \
    rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam \
    sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler \
    sched_yield seccomp security select semctl semget semop semtimedop sendfile sendto set_mempolicy \
    set_mempolicy_home_node set_robust_list set_thread_area set_tid_address setdomainname setfsgid setfsuid setgid \
    setgroups sethostname setitimer setns setpriority setregid setresgid setresuid setreuid setrlimit settimeofday \
    setuid setxattr setxattrat shmat shmctl shmdt shmget sigaltstack signalfd4 stat statfs statmount statx swapoff \
    swapon symlink symlinkat sync sync_file_range syncfs sysfs sysinfo syslog tgkill time timer_create timer_delete \
    timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime times tkill truncate \
    tuxcall umask umount2 uname unlinkat unshare uselib userfaultfd ustat utime utimensat utimes vfork vhangup vserver \
    wait4 waitid";

/// Those that only 32-bit machines have, i386 for one.
const OF_32_BITS: &str = "\
    _llseek _newselect bdflush chown32 clock_adjtime64 clock_getres_time64 clock_gettime64 clock_nanosleep_time64 \
    clock_settime64 fadvise64_64 fchown32 fcntl64 fstat64 fstatat64 fstatfs64 ftime ftruncate64 futex_time64 \
    getegid32 geteuid32 getgid32 getgroups32 getresgid32 getresuid32 getuid32 gtty idle io_pgetevents_time64 ipc \
    lchown32 lock lstat64 mmap2 mpx mq_timedreceive_time64 mq_timedsend_time64 oldfstat oldlstat oldolduname oldstat \
    olduname ppoll_time64 prof profil pselect6_time64 recvmmsg_time64 rt_sigtimedwait_time64 \
    sched_rr_get_interval_time64 semtimedop_time64 setfsgid32 setfsuid32 setgid32 setgroups32 setregid32 setresgid32 \
    setresuid32 setreuid32 setuid32 sgetmask sigreturn socketcall ssetmask stat64 statfs64 stime stty \
    timer_gettime64 timer_settime64 timerfd_gettime64 timerfd_settime64 truncate64 ugetrlimit ulimit \
    utimensat_time64 vm86 vm86old";

/// Those of libc that people write in programs about IPC.
const LIBC: &str = "\
    _Exit _exit abort aio_cancel aio_error aio_read aio_return aio_suspend aio_write asprintf atexit bsd_signal calloc \
    clearenv clearerr closedir closefrom confstr daemon dirfd dlopen dlsym dprintf err errx eventfd_read eventfd_write \
    execl execle execlp execv execvp execvpe explicit_bzero fclose fdopen fdopendir feof ferror fexecve fflush fgetc \
    fgets fileno flockfile fopen forkpty fpathconf fprintf fputc fputs fread free freeaddrinfo freopen fscanf fseek \
    fstatat ftell ftok ftrylockfile funlockfile futimens fwrite gai_strerror getaddrinfo getc getchar getdelim \
    getdtablesize getenv gethostbyname gethostname getline getlogin getnameinfo getopt getopt_long getpagesize getpass \
    getpeereid gets grantpt htonl htons inet_aton inet_ntoa inet_ntop inet_pton initgroups isatty isfdtype killpg \
    lio_listio lockf login_tty longjmp mallinfo malloc memcpy memmove memset mkdtemp mkfifoat mkostemp mkstemp mq_close \
    mq_getattr mq_receive mq_send mq_setattr nice ntohl ntohs on_exit opendir openlog openpty pathconf pclose perror \
    popen posix_fadvise posix_fallocate posix_openpt posix_spawn posix_spawnp pread printf prlimit pselect psiginfo psignal \
    pthread_atfork pthread_barrier_wait pthread_cancel pthread_cond_broadcast pthread_cond_signal pthread_cond_timedwait \
    pthread_cond_wait pthread_create pthread_detach pthread_exit pthread_join pthread_kill pthread_mutex_init \
    pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock pthread_self pthread_setname_np pthread_sigmask \
    pthread_sigqueue pthread_spin_lock ptsname putc putchar putenv puts pwrite quick_exit raise readdir realloc realpath \
    remove rewind rexec scanf sched_getcpu sem_close sem_destroy sem_getvalue sem_init sem_open sem_post sem_timedwait \
    sem_trywait sem_unlink sem_wait sendfile64 setbuf setegid setenv seteuid setjmp setlinebuf setpgrp setvbuf shm_open \
    shm_unlink sigaction sigaddset sigblock sigdelset sigemptyset sigfillset sighold sigignore siginterrupt sigismember \
    siglongjmp sigpause sigpending sigprocmask sigqueue sigrelse sigset sigsetjmp sigsetmask sigsuspend sigtimedwait \
    sigvec sigwait sigwaitinfo snprintf sockatmark sprintf sscanf statvfs strerror strlen strsignal syscall sysconf \
    system tcdrain tcflush tcgetattr tcgetpgrp tcgetsid tcsendbreak tcsetattr tcsetpgrp tempnam thrd_create thrd_join \
    tmpfile tmpnam ttyname umount ungetc unlockpt unsetenv usleep vdprintf verr vfprintf vprintf wait3 waitpid warn \
    warnx";

/// Those that a statement makes under another name: the call, and what to type.
const STATEMENTS: &[(&str, &str)] = &[
    ("_exit", "exit"),
    ("_Exit", "exit"),
    ("_newselect", "poll"),
    ("accept4", "accept"),
    ("bsd_signal", "signal"),
    ("clone", "fork, or thread"),
    ("clone3", "fork, or thread"),
    ("close_range", "closerange"),
    ("closefrom", "closerange"),
    ("epoll_create", "epoll"),
    ("epoll_create1", "epoll"),
    ("epoll_ctl", "epollctl"),
    ("epoll_pwait", "epollwait"),
    ("epoll_pwait2", "epollwait"),
    ("epoll_wait", "epollwait"),
    ("eventfd2", "eventfd"),
    ("eventfd_read", "read"),
    ("eventfd_write", "write"),
    ("execl", "exec"),
    ("execle", "exec"),
    ("execlp", "exec"),
    ("execv", "exec"),
    ("execve", "exec"),
    ("execveat", "exec"),
    ("execvp", "exec"),
    ("execvpe", "exec"),
    ("exit_group", "exit"),
    ("fcntl", "nonblock, cloexec, dupfd or pipesize"),
    ("fcntl64", "nonblock, cloexec, dupfd or pipesize"),
    ("fexecve", "exec"),
    ("ioctl", "queue (FIONREAD) or atmark (SIOCATMARK)"),
    ("killpg", "kill with -TASK"),
    ("mkfifoat", "mkfifo"),
    ("mknod", "mkfifo"),
    ("mknodat", "mkfifo"),
    ("openat", "open"),
    ("openat2", "open"),
    ("pidfd_open", "pidfd"),
    ("pidfd_send_signal", "kill"),
    ("pipe2", "pipe"),
    ("popen", "pipe, fork and exec"),
    ("posix_spawn", "fork, then exec"),
    ("posix_spawnp", "fork, then exec"),
    ("ppoll", "poll"),
    ("ppoll_time64", "poll"),
    ("prctl", "pdeathsig"),
    ("prlimit", "rlimit"),
    ("prlimit64", "rlimit"),
    ("pselect", "poll"),
    ("pselect6", "poll"),
    ("pselect6_time64", "poll"),
    ("pthread_create", "thread"),
    ("pthread_exit", "exit"),
    ("pthread_kill", "kill"),
    ("pthread_sigmask", "signalfd, which blocks its signals"),
    ("quick_exit", "exit"),
    ("raise", "kill"),
    ("recvmmsg_time64", "recvmmsg"),
    ("remove", "unlink"),
    ("rt_sigaction", "signal"),
    ("rt_sigprocmask", "signalfd, which blocks its signals"),
    ("select", "poll"),
    ("sendto", "send with to=ADDR"),
    ("setpgrp", "setpgid"),
    ("setrlimit", "rlimit"),
    ("sigaction", "signal"),
    ("siginterrupt", "signal with norestart"),
    ("signalfd4", "signalfd"),
    ("sigprocmask", "signalfd, which blocks its signals"),
    ("sigqueue", "kill"),
    ("sigset", "signal"),
    ("sockatmark", "atmark"),
    ("socketcall", "socket, bind, listen, accept, connect, send or recv"),
    ("system", "fork, then exec"),
    ("tgkill", "kill, or interrupt"),
    ("thrd_create", "thread"),
    ("timerfd_create", "timerfd"),
    ("timerfd_settime", "timerfd"),
    ("timerfd_settime64", "timerfd"),
    ("tkill", "kill, or interrupt"),
    ("unlinkat", "unlink"),
    ("vfork", "fork"),
    ("wait3", "wait"),
    ("wait4", "wait"),
    ("waitid", "wait"),
    ("waitpid", "wait"),
];

/// Why this word, which is no statement, is none, if it is a call; C's parenthesis may stand behind it.
pub fn not_offered(word: &str) -> Option<String> {
    let word = word.split('(').next().unwrap_or(word);
    let instead = STATEMENTS.iter().find(|row| row.0 == word).map(|row| row.1);
    if instead.is_none() && !names().any(|name| name == word) {
        return None;
    }
    let what = match instead {
        Some(instead) => format!("write {instead} instead"),
        None => "no statement makes that call".to_owned(),
    };
    Some(format!("{word} is not offered: {what}"))
}

/// All of them.
fn names() -> impl Iterator<Item = &'static str> {
    [KERNEL, OF_32_BITS, LIBC].into_iter().flat_map(str::split_whitespace)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::script::parse::{statement, verbs};

    #[test]
    fn no_statement_is_said_to_be_missing_and_what_is_advised_is_one() {
        for (call, instead) in STATEMENTS {
            assert!(!verbs().iter().any(|verb| verb.name == *call), "{call} is a statement by now");
            let first = instead.split([' ', ',']).next().unwrap_or_default();
            assert!(verbs().iter().any(|verb| verb.name == first), "{call}: {instead}");
            assert!(names().any(|name| name == *call), "{call} is in neither list");
        }
    }

    #[test]
    fn each_name_is_there_once_and_refused_as_a_call_and_no_statement_is_among_them() {
        let all: BTreeSet<&str> = names().collect();
        assert_eq!(all.len(), names().count(), "a name is there twice");
        for name in all {
            assert!(!verbs().iter().any(|verb| verb.name == name), "{name} is a statement by now");
            let error = statement(&format!("{name} chat[0] 3"), 1).expect_err(name);
            assert_eq!(error.column, 1, "{name}");
            assert!(error.message.starts_with(&format!("{name} is not offered: ")), "{}", error.message);
        }
    }

    #[test]
    fn a_call_is_told_from_a_mistake_of_typing() {
        assert!(not_offered("mmap").is_some_and(|why| why.starts_with("mmap is not offered: no statement")));
        assert!(not_offered("ioctl").is_some_and(|why| why.contains("atmark")));
        assert!(not_offered("pread(chat[0],").is_some_and(|why| why.starts_with("pread is not offered: no statement")));
        assert!(not_offered("eventfd_read").is_some_and(|why| why.ends_with("write read instead")));
        assert_eq!(not_offered("raed"), None);
    }
}
