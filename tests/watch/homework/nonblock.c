// A non-blocking stream filled to its end, FIONREAD, SO_SNDBUF, and EPIPE instead of SIGPIPE.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int main() {
    int s[2];
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s);
    int tot = 0, n;
    char b[4096];
    memset(b, 1, 4096);
    while ((n = write(s[0], b, 4096)) > 0)
        tot += n;
    printf("%d\n", errno == EAGAIN);
    int q;
    ioctl(s[1], FIONREAD, &q);
    printf("%d\n", q == tot);
    while ((n = read(s[1], b, 4096)) > 0)
        tot -= n;
    printf("%d\n", tot);
    int sz = 4096;
    setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &sz, 4);
    n = write(s[0], b, 4096);
    printf("%d\n", n > 0);
    close(s[1]);
    signal(SIGPIPE, SIG_IGN);
    n = write(s[0], b, 1);
    printf("%d %d\n", n, errno == EPIPE || errno == ECONNRESET);
}
