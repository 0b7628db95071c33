/* The yardstick of benches/flood.rs: COUNT writes of SIZE bytes over a socketpair, a child that reads them, nothing else.
 * Prints the nanoseconds from before the first write to after the last, and until the child had read all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const char *kind = argv[1];
    long size = atol(argv[2]), count = atol(argv[3]);
    int type = !strcmp(kind, "stream") ? SOCK_STREAM : !strcmp(kind, "dgram") ? SOCK_DGRAM : SOCK_SEQPACKET;
    static char buffer[65536];
    int sv[2];
    if (socketpair(AF_UNIX, type, 0, sv) < 0)
        return 2;
    pid_t child = fork();
    if (child == 0) {
        close(sv[0]);
        /* A datagram pair has no EOF: what was written is counted. */
        for (long long left = (long long)size * count; left > 0;) {
            ssize_t got = read(sv[1], buffer, sizeof buffer);
            if (got <= 0)
                _exit(1);
            left -= got;
        }
        _exit(0);
    }
    close(sv[1]);
    memset(buffer, 'x', (size_t)size);
    long long start = now_ns();
    for (long i = 0; i < count; i++)
        if (write(sv[0], buffer, (size_t)size) != size)
            return 1;
    long long written = now_ns();
    int status = 0;
    waitpid(child, &status, 0);
    printf("%lld %lld\n", written - start, now_ns() - start);
    return status != 0;
}
