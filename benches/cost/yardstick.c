/* What benches/cost.rs and benches/watching.rs hold the program against: the same system calls in plain C, and nothing else. Prints nanoseconds.
 *
 *   yardstick flood KIND SIZE COUNT   COUNT writes, a child that reads them: from before the first write to after the last
 *   yardstick ping SIZE COUNT         COUNT times a write and a read, a child that answers
 *   yardstick hello                   writes a word, and that is all
 *   yardstick echo [flood]            writes each letter that is typed, until Ctrl-C; beside a flood that goes on meanwhile
 *   yardstick commands COUNT          COUNT times fork, exec of true(1), wait
 *   yardstick calls COUNT             COUNT calls that have to do with nobody else
 *   yardstick pairs COUNT             COUNT times a pair, a child, a close at either side; the child is killed in between */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];

static long long now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static pid_t pair_with_child(int type, int sv[2])
{
    if (socketpair(AF_UNIX, type, 0, sv) < 0)
        exit(2);
    pid_t child = fork();
    if (child < 0)
        exit(2);
    close(sv[child == 0 ? 0 : 1]);
    return child;
}

static int flood(const char *kind, long size, long count)
{
    int type = !strcmp(kind, "stream") ? SOCK_STREAM : !strcmp(kind, "dgram") ? SOCK_DGRAM : SOCK_SEQPACKET;
    int sv[2];
    pid_t child = pair_with_child(type, sv);
    if (child == 0) {
        /* A datagram pair has no EOF: what was written is counted. */
        for (long long left = (long long)size * count; left > 0;) {
            ssize_t got = read(sv[1], buffer, sizeof buffer);
            if (got <= 0)
                _exit(1);
            left -= got;
        }
        _exit(0);
    }
    memset(buffer, 'x', (size_t)size);
    long long start = now_ns();
    for (long i = 0; i < count; i++)
        if (write(sv[0], buffer, (size_t)size) != size)
            return 1;
    long long written = now_ns();
    int status = 0;
    waitpid(child, &status, 0);
    printf("%lld\n", written - start);
    return status != 0;
}

static int ping(long size, long count)
{
    int sv[2];
    pid_t child = pair_with_child(SOCK_STREAM, sv);
    if (child == 0) {
        for (;;) {
            ssize_t got = read(sv[1], buffer, sizeof buffer);
            if (got <= 0)
                _exit(0);
            if (write(sv[1], buffer, (size_t)got) != got)
                _exit(1);
        }
    }
    memset(buffer, 'x', (size_t)size);
    long long start = now_ns();
    for (long i = 0; i < count; i++)
        if (write(sv[0], buffer, (size_t)size) != size || read(sv[0], buffer, (size_t)size) != size)
            return 1;
    printf("%lld\n", now_ns() - start);
    close(sv[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return status != 0;
}

static int pairs(long count)
{
    long long sum = 0;
    for (long i = 0; i < count; i++) {
        int sv[2];
        long long start = now_ns();
        pid_t child = pair_with_child(SOCK_STREAM, sv);
        if (child == 0)
            for (;;)
                pause();
        sum += now_ns() - start;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(sv[0]);
    }
    printf("%lld\n", sum);
    return 0;
}

static int commands(long count)
{
    for (long i = 0; i < count; i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            execlp("true", "true", (char *)0);
            _exit(127);
        }
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            return 1;
    }
    return 0;
}

static int calls(long count)
{
    for (long i = 0; i < count; i++)
        syscall(SYS_getppid);
    return 0;
}

/* Two processes, of which one writes 64 bytes at a time and the other reads, until the caller is gone. */
static void flood_for_ever(void)
{
    int sv[2];
    if (fork() != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (pair_with_child(SOCK_STREAM, sv) == 0)
        while (read(sv[1], buffer, sizeof buffer) > 0)
            ;
    while (write(sv[0], buffer, 64) == 64)
        ;
    _exit(0);
}

static int echo(int has_flood)
{
    struct termios raw;
    char letter;
    if (tcgetattr(0, &raw) < 0)
        return 2;
    cfmakeraw(&raw);
    tcsetattr(0, TCSANOW, &raw);
    if (has_flood)
        flood_for_ever();
    if (write(1, "ready\r\n", 7) != 7)
        return 2;
    while (read(0, &letter, 1) == 1 && letter != 3) {
        int cut = letter == 21;
        if (write(1, cut ? "\r\033[K" : &letter, cut ? 4 : 1) < 0)
            break;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && !strcmp(argv[1], "flood"))
        return flood(argv[2], atol(argv[3]), atol(argv[4]));
    if (argc == 4 && !strcmp(argv[1], "ping"))
        return ping(atol(argv[2]), atol(argv[3]));
    if (argc == 3 && !strcmp(argv[1], "pairs"))
        return pairs(atol(argv[2]));
    if (argc == 3 && !strcmp(argv[1], "commands"))
        return commands(atol(argv[2]));
    if (argc == 3 && !strcmp(argv[1], "calls"))
        return calls(atol(argv[2]));
    if (argc >= 2 && !strcmp(argv[1], "echo"))
        return echo(argc == 3);
    if (argc == 2 && !strcmp(argv[1], "hello"))
        return write(1, "hello\n", 6) != 6;
    return 2;
}
