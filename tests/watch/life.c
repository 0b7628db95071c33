/* What a program sees of its life, a line each: signals, stops, deaths, exec, its own seccomp filters. Watched, each line is what it is
   alone, but for the last five, which tell of a tracer. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static volatile sig_atomic_t caught, code, value, sender;

static void handler(int signal, siginfo_t *info, void *context)
{
    (void)context;
    caught = signal;
    code = info->si_code;
    sender = info->si_pid;
    value = signal == SIGCHLD ? info->si_status : signal == SIGSYS ? info->si_syscall : info->si_value.sival_int;
}

static void catch(int signal, int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};
    sigaction(signal, &action, NULL);
}

/* Sends a signal to this process every so many milliseconds, from a child: the first may come before it sleeps. */
static void later(int signal, int milliseconds)
{
    if (fork() == 0) {
        int parent = getppid();
        while (getppid() == parent) {
            usleep(milliseconds * 1000);
            kill(parent, signal);
        }
        _exit(0);
    }
}

static void alarm_in(int milliseconds)
{
    struct timeval time = {.tv_usec = milliseconds * 1000};
    struct itimerval timer = {.it_value = time, .it_interval = time};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static const char *name_of(long result)
{
    return result >= 0 ? "no error" : strerrorname_np(errno);
}

/* A field of /proc/PID/status, or its state's letter. */
static int field(int pid, const char *name)
{
    char path[64], line[256];
    sprintf(path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    int found = -1;
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            char *text = line + strlen(name) + 2;
            found = strcmp(name, "State") == 0 ? *text : atoi(text);
        }
    }
    if (file) {
        fclose(file);
    }
    return found;
}

static void await_state(int pid, const char *letters)
{
    while (!strchr(letters, field(pid, "State"))) {
        usleep(1000);
    }
}

static void filter(int number, unsigned action)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 4, .filter = code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static char byte;
static int ends[2], status;

static void read_eintr(void) { catch(SIGALRM, 0); alarm_in(30); printf("%s", name_of(read(ends[0], &byte, 1))); }
static void read_restarts(void)
{
    catch(SIGALRM, SA_RESTART);
    alarm_in(30);
    if (fork() == 0) { usleep(80000); write(ends[1], "x", 1); _exit(0); }
    int got = read(ends[0], &byte, 1);
    printf("%d %d", got, caught == SIGALRM);
}
static void poll_eintr(void) { catch(SIGALRM, SA_RESTART); alarm_in(30); printf("%s", name_of(poll(NULL, 0, 2000))); }
static void epoll_eintr(void)
{
    struct epoll_event event;
    catch(SIGALRM, SA_RESTART);
    alarm_in(30);
    printf("%s", name_of(epoll_wait(epoll_create1(0), &event, 1, 2000)));
}
static void nanosleep_rest(void)
{
    struct timespec time = {.tv_sec = 2}, rest = {0};
    catch(SIGALRM, SA_RESTART);
    alarm_in(30);
    printf("%s", name_of(nanosleep(&time, &rest)));
    printf(" %d", rest.tv_sec == 1);
}
static void pause_eintr(void) { catch(SIGUSR1, SA_RESTART); later(SIGUSR1, 30); printf("%s", name_of(pause())); }
static void suspend_eintr(void)
{
    sigset_t none, block;
    sigemptyset(&none); sigemptyset(&block); sigaddset(&block, SIGALRM);
    sigprocmask(SIG_BLOCK, &block, NULL);
    catch(SIGALRM, 0); alarm_in(30);
    printf("%s", name_of(sigsuspend(&none)));
}
static void timed_wait(void)
{
    sigset_t set; siginfo_t info; struct timespec time = {.tv_sec = 5};
    sigemptyset(&set); sigaddset(&set, SIGALRM); sigprocmask(SIG_BLOCK, &set, NULL);
    alarm_in(30);
    int got = sigtimedwait(&set, &info, &time);
    printf("%d %d", got, info.si_code == SI_KERNEL);
}
/* A child that is stopped in a call and goes on. Only one that stays in its call is sure to be seen going on. */
static void stopped_while(int (*call)(void), int stays)
{
    int child = fork();
    if (child == 0) { _exit(call()); }
    await_state(child, "S");
    usleep(20000);
    kill(child, SIGSTOP);
    waitpid(child, &status, WUNTRACED); printf("%d ", WIFSTOPPED(status) ? WSTOPSIG(status) : -1);
    kill(child, SIGCONT);
    if (stays) { waitpid(child, &status, WCONTINUED); printf("%d ", WIFCONTINUED(status)); }
    write(ends[1], "x", 1);
    waitpid(child, &status, 0); printf("%d", WEXITSTATUS(status));
}
static int poll_zero(void) { return poll(NULL, 0, 600); }
static int read_one(void) { return read(ends[0], &byte, 1); }
static int epoll_stops(void) { struct epoll_event event; return epoll_wait(epoll_create1(0), &event, 1, 600) < 0 ? errno : 0; }
static void poll_goes_on(void) { stopped_while(poll_zero, 1); }
static void read_goes_on(void) { stopped_while(read_one, 1); }
static void epoll_after_stop(void) { stopped_while(epoll_stops, 0); }
static void sigpipe_kills(void)
{
    close(ends[0]);
    if (fork() == 0) { write(ends[1], "x", 1); _exit(0); }
    wait(&status); printf("%d", WTERMSIG(status));
}
static void sigpipe_ignored(void) { signal(SIGPIPE, SIG_IGN); close(ends[0]); printf("%s", name_of(write(ends[1], "x", 1))); }
static void zombie(void)
{
    int child = fork();
    if (child == 0) { _exit(7); }
    await_state(child, "Z");
    printf("%c ", field(child, "State")); waitpid(child, &status, 0);
    printf("%d %s", WEXITSTATUS(status), name_of(kill(child, 0)));
}
static void no_zombie(void) { signal(SIGCHLD, SIG_IGN); if (fork() == 0) { _exit(0); } printf("%s", name_of(wait(NULL))); }
static void wait_leaves(void)
{
    siginfo_t info;
    int child = fork();
    if (child == 0) { _exit(9); }
    waitid(P_PID, child, &info, WEXITED | WNOWAIT); printf("%d ", info.si_status);
    printf("%d", waitpid(child, &status, 0) == child);
}
static void *exec_there(void *argument) { (void)argument; execlp("sh", "sh", "-c", "exit $(( $$ == MAIN ))", NULL); return NULL; }
static void thread_exec(void)
{
    pthread_t thread; char pid[16];
    int child = fork();
    if (child == 0) {
        sprintf(pid, "%d", getpid()); setenv("MAIN", pid, 1);
        pthread_create(&thread, NULL, exec_there, NULL);
        for (;;) { pause(); }
    }
    waitpid(child, &status, 0); printf("%d", WEXITSTATUS(status));
}
static void vfork_shares(void) { static volatile int shared; if (vfork() == 0) { shared = 5; _exit(3); } wait(&status); printf("%d %d", shared, WEXITSTATUS(status)); }
static void spawns(void)
{
    int child; char *words[] = {"sh", "-c", "exit 6", NULL};
    posix_spawnp(&child, "sh", NULL, NULL, words, environ); waitpid(child, &status, 0); printf("%d", WEXITSTATUS(status));
}
static void orphan(void)
{
    int first = getpid();
    int child = fork();
    if (child == 0) {
        int parent = getpid();
        if (fork() == 0) {
            while (getppid() == parent) { usleep(1000); }
            printf("%d", getppid() != first); fflush(stdout); write(ends[1], "x", 1); _exit(0);
        }
        _exit(0);
    }
    waitpid(child, NULL, 0); read(ends[0], &byte, 1);
}
static void own_errno(void) { filter(SYS_getppid, SECCOMP_RET_ERRNO | ENOTTY); printf("%s", name_of(syscall(SYS_getppid))); }
static void own_errno_of_write(void) { filter(SYS_pipe2, SECCOMP_RET_ERRNO | EDOM); printf("%s", name_of(pipe2(ends, 0))); }
static void own_trap(void) { catch(SIGSYS, 0); filter(SYS_getppid, SECCOMP_RET_TRAP); syscall(SYS_getppid); printf("%d %d", caught == SIGSYS, value == SYS_getppid); }
static void own_trace(void) { filter(SYS_pipe2, SECCOMP_RET_TRACE | 77); printf("%s", name_of(pipe2(ends, 0))); }
static void own_kill(void)
{
    if (fork() == 0) { filter(SYS_getppid, SECCOMP_RET_KILL_PROCESS); syscall(SYS_getppid); _exit(0); }
    wait(&status); printf("%d", WTERMSIG(status));
}
static void death_signal(void)
{
    if (fork() == 0) {
        int parent = getpid();
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGUSR1); catch(SIGUSR1, 0);
            while (!caught && getppid() == parent) { usleep(1000); }
            usleep(1000); printf("%d", caught == SIGUSR1); fflush(stdout); write(ends[1], "x", 1); _exit(0);
        }
        usleep(100000); _exit(0);
    }
    wait(NULL); read(ends[0], &byte, 1);
}
static void child_info(void)
{
    catch(SIGCHLD, SA_RESTART);
    int child = fork();
    if (child == 0) { _exit(4); }
    while (!caught) { usleep(1000); }
    printf("%d %d %d", code == CLD_EXITED, (int)value, sender == child);
}
static void who_sent(void) { catch(SIGUSR1, 0); int me = getpid(); if (fork() == 0) { kill(me, SIGUSR1); _exit(0); } wait(NULL); printf("%d %d", caught == SIGUSR1, code == SI_USER && sender != me); }
static void queued(void) { catch(SIGRTMIN, 0); union sigval sent = {.sival_int = 42}; sigqueue(getpid(), SIGRTMIN, sent); printf("%d", (int)value); }
static void handlers_after_exec(void)
{
    signal(SIGUSR1, SIG_IGN); catch(SIGUSR2, 0);
    fflush(stdout);
    execlp("sh", "sh", "-c", "kill -USR1 $$; echo on; kill -USR2 $$; echo never", NULL);
}
static void kill_stopped(void)
{
    int child = fork();
    if (child == 0) { raise(SIGSTOP); _exit(0); }
    waitpid(child, &status, WUNTRACED); kill(child, SIGKILL); waitpid(child, &status, 0);
    printf("%d", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
}
static void *sleeper(void *argument) { (void)argument; pause(); return NULL; }
static void threads(void) { pthread_t thread; pthread_create(&thread, NULL, sleeper, NULL); printf("%d", field(getpid(), "Threads")); }
static void closed_by_thread(void)
{
    pthread_t thread; void *closes(void *argument) { (void)argument; close(ends[1]); return NULL; }
    pthread_create(&thread, NULL, closes, NULL); pthread_join(thread, NULL); printf("%zd %s", read(ends[0], &byte, 1), name_of(close(ends[1])));
}
static void session(void) { if (fork() == 0) { printf("%d %d", setsid() == getpid(), getpgid(0) == getpid()); fflush(stdout); _exit(0); } wait(NULL); }
static void stop_letter(void)
{
    int child = fork();
    if (child == 0) { raise(SIGSTOP); _exit(0); }
    waitpid(child, NULL, WUNTRACED); printf("%c", field(child, "State")); kill(child, SIGKILL); wait(NULL);
}
static void trace_me(void) { printf("%s", name_of(ptrace(PTRACE_TRACEME, 0, 0, 0))); }
static void tracer(void) { printf("%d", field(getpid(), "TracerPid") != 0); }
static void new_privs(void) { printf("%d", field(getpid(), "NoNewPrivs")); }
static void seccomp(void) { printf("%d", field(getpid(), "Seccomp")); }

#define CHECK(name) {#name, name}
static const struct { const char *name; void (*run)(void); } checks[] = {
    CHECK(read_eintr), CHECK(read_restarts), CHECK(poll_eintr), CHECK(epoll_eintr), CHECK(nanosleep_rest), CHECK(pause_eintr),
    CHECK(suspend_eintr), CHECK(timed_wait), CHECK(poll_goes_on), CHECK(read_goes_on), CHECK(epoll_after_stop), CHECK(sigpipe_kills),
    CHECK(sigpipe_ignored), CHECK(zombie), CHECK(no_zombie), CHECK(wait_leaves), CHECK(thread_exec), CHECK(vfork_shares),
    CHECK(spawns), CHECK(orphan), CHECK(own_errno), CHECK(own_errno_of_write), CHECK(own_trap), CHECK(own_trace), CHECK(own_kill),
    CHECK(death_signal), CHECK(child_info), CHECK(who_sent), CHECK(queued), CHECK(handlers_after_exec), CHECK(kill_stopped),
    CHECK(threads), CHECK(closed_by_thread), CHECK(session),
    CHECK(stop_letter), CHECK(trace_me), CHECK(tracer), CHECK(new_privs), CHECK(seccomp),
};

int main(void)
{
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        printf("%s: ", checks[i].name);
        fflush(stdout);
        int child = fork();
        if (child == 0) {
            pipe(ends);
            checks[i].run();
            exit(0);
        }
        waitpid(child, &status, 0);
        printf(" [%d]\n", status);
    }
}
